"""The bootstrap: the points' scatter is drawn again and again about the fitted curve, and each draw is fitted anew.

What is drawn: residuals, in units of sigma, less their middle and widened by √(n/freedom) for what the fit took from
them (Efron & Tibshirani, 1993, §9; Davison & Hinkley, 1997, §6.2); Gaussian noise where sigma is known; counts about
their expectation for poisson. Least absolute deviations are fitted to the curve's tangent at the answer.
"""

from __future__ import annotations

import numpy as np

from squiggly.loss import MeanAbsolute, MeanSquared, Poisson
from squiggly.solve.problem import Problem

REPLICATES = 999  # so that the ends of a 95 % interval are replicates themselves (Davison & Hinkley, 1997, §5.2.3)
ROUNDS = 30  # steps of each fit at most; most need three
LEAST = 1e-13  # of damping: a draw may take a fit to where the curve stands still
ENOUGH = 1e-6  # standard errors: a step that ends a fit
NUMBERS = 4_000_000  # in memory at a time


def resampled(
    problem: Problem,
    free_values: np.ndarray,
    moving: np.ndarray,
    root: np.ndarray,
    freedom: int,
    known: bool,
    seed: int,
) -> np.ndarray:
    """What resampling makes of the moving parameters, less the answer: (REPLICATES, moving).

    root: (moving, seen), (JᵀJ)⁻¹ = root·rootᵀ with J in units of sigma: the others of its directions do not move.
    """
    points, loss = problem.points, problem.loss
    names = tuple(problem.free[i] for i in moving)
    rows = problem.model.rows(problem.whole(free_values[None]), points.inputs, names)[0]
    sigma = np.ones(points.n) if points.sigma is None else points.sigma
    residuals = (points.y - rows[0]) / sigma
    if isinstance(loss, MeanAbsolute):
        from squiggly.solve.redrawn import bootstrap_absolute

        shifts = bootstrap_absolute((root.T @ (rows[1:] / sigma)).T, residuals, REPLICATES, seed)
        return shifts @ root.T
    random = np.random.default_rng(seed)
    refits = []
    size = max(1, NUMBERS // (points.n * (len(moving) + 2)))
    for begin in range(0, REPLICATES, size):
        shape = (min(size, REPLICATES - begin), points.n)
        if isinstance(loss, Poisson):
            y = random.poisson(np.broadcast_to(rows[0], shape)).astype(float)
        elif known and isinstance(loss, MeanSquared):
            y = rows[0] + sigma * random.standard_normal(shape)
        else:
            y = rows[0] + sigma * random.choice((residuals - residuals.mean()) * np.sqrt(points.n / freedom), shape)
        refits.append(_refitted(problem, free_values, moving, root, rows, y))
    return np.concatenate(refits) - free_values[moving]


def _refitted(
    problem: Problem, free_values: np.ndarray, moving: np.ndarray, root: np.ndarray, rows: np.ndarray, y: np.ndarray
) -> np.ndarray:
    """The moving parameters fitted to each row of y, (batch, n) -> (batch, moving), by Levenberg-Marquardt.

    The steps go along the columns of root, in which the loss bends about equally: a batch of small normal equations
    then loses no digits. A function that could not be recorded is replaced by its tangent at the answer.
    """
    loss, points = problem.loss, problem.points
    names = tuple(problem.free[i] for i in moving)
    low, high = problem.low[moving], problem.high[moving]
    values = np.repeat(free_values[moving][None], len(y), axis=0)

    def seen(at: np.ndarray) -> np.ndarray:
        if problem.model.expr is None:
            curve = rows[0] + (at - free_values[moving]) @ rows[1:]
            return np.concatenate([curve[:, None], np.broadcast_to(rows[1:], (len(at), *rows[1:].shape))], axis=1)
        whole = np.repeat(free_values[None], len(at), axis=0)
        whole[:, moving] = at
        return problem.model.rows(problem.whole(whole), points.inputs, names)

    def cost(table: np.ndarray, live: np.ndarray) -> np.ndarray:
        summed = loss.pointwise(table[:, 0], y[live], points.sigma).sum(axis=-1)
        return np.where(np.isnan(summed), np.inf, summed)

    spread = (y - rows[0]) / (1.0 if points.sigma is None else points.sigma)
    error = 1.0 if isinstance(loss, Poisson) else float(np.std(spread))  # of a step along a column of root
    live = np.arange(len(y))
    table, damping = seen(values), np.zeros(len(y))
    lowest = cost(table, live)
    for _ in range(ROUNDS):
        slopes = root.T @ table[:, 1:]  # (live, seen, n)
        bend = (slopes * loss.weight(table[:, 0], y[live], points.sigma)[:, None]) @ slopes.swapaxes(1, 2)
        gradient = np.einsum("ksn,kn->ks", slopes, loss.slope(table[:, 0], y[live], points.sigma))
        usual = np.trace(bend, axis1=1, axis2=2) / max(bend.shape[1], 1)
        damped = bend + ((damping[live] + LEAST) * usual)[:, None, None] * np.eye(bend.shape[1])
        good = np.isfinite(damped).all(axis=(1, 2)) & np.isfinite(gradient).all(axis=1) & (usual > 0)
        step = np.zeros_like(gradient)
        step[good] = -np.linalg.solve(damped[good], gradient[good][..., None])[..., 0]
        trial = np.clip(values[live] + step @ root.T, low, high)
        tried = seen(trial)
        now = cost(tried, live)
        better = now <= lowest[live]
        values[live[better]], lowest[live[better]] = trial[better], now[better]
        table[better] = tried[better]
        damping[live] = np.where(better, damping[live] / 10, np.maximum(10 * damping[live], 1e-3))
        going = good & (np.abs(step).max(axis=1, initial=0.0) > ENOUGH * error) & (damping[live] < 1e8)
        live, table = live[going], table[going]
        if not len(live):
            break
    return values
