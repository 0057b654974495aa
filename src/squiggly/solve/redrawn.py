"""Least absolute deviations of many redrawn sets of points at once, for errors by bootstrap.

The curve is its tangent at the answer; what is drawn are its residuals. Drawn as they are they would mislead: the fit
has taken its share of them, and the middle of a few distinct values jumps. So they are widened by √(n/(n - p)) (Efron
& Tibshirani, 1993, §9), and every draw is smeared by a Gaussian of Silverman's width, without which such errors
converge at the rate n^(-1/4) only (De Angelis, Hall & Young, 1993). The noughts that every corner makes are kept: left
out as well, intervals of 95 % were seen to hold the truth in 97 to 99 of 100 cases.
"""

from __future__ import annotations

import numpy as np

ROUNDS = 24  # of reweighting
SHARP = 1e-6  # spreads at which |r| is held from below in the last round
EVEN = 1e-12  # share of the largest |r| at which it is, too: else equal points that are all but met leave no slope
NUMBERS = 2_000_000  # drawn residuals in memory at a time


def bootstrap_absolute(jacobian: np.ndarray, residuals: np.ndarray, replicates: int, seed: int) -> np.ndarray:
    """How far the parameters shift when the scatter is drawn again: (replicates, p).

    jacobian: (n, p), the curve's slopes at the answer, of full rank; residuals: (n,), as the fit left them. Both are
    divided by sigma where there is one. Memory does not grow with the replicates.

    >>> shifts = bootstrap_absolute(np.ones((5, 1)), np.array([-2.0, -1.0, 0.0, 1.0, 2.0]), 400, seed=0)
    >>> shifts.shape, bool(0.5 < shifts.std() < 1.5)
    ((400, 1), True)
    """
    n, p = jacobian.shape
    upright, triangle = np.linalg.qr(jacobian)
    pool, smear = scatter(residuals, p)
    random = np.random.default_rng(seed)
    size = max(1, NUMBERS // n)
    shifts = []
    for begin in range(0, replicates, size):
        shape = (min(size, replicates - begin), n)
        drawn = random.choice(pool, shape)
        drawn += smear * random.standard_normal(shape)
        shifts.append(_solved(upright, drawn))
    return np.linalg.solve(triangle, np.concatenate(shifts).T).T


def scatter(residuals: np.ndarray, parameters: int) -> tuple[np.ndarray, float]:
    """What to draw from, and the width of the Gaussian that smears each draw."""
    n = len(residuals)
    if n <= parameters:
        return residuals, 0.0
    pool = (residuals - np.median(residuals)) * np.sqrt(n / (n - parameters))
    low, high = np.quantile(pool, [0.25, 0.75])
    spread = min(float(np.std(pool)), float(high - low) / 1.349) or float(np.std(pool))
    return pool, 0.9 * spread * len(pool) ** -0.2


def _solved(rows: np.ndarray, y: np.ndarray) -> np.ndarray:
    """For each row of y, (batch, n), the β of the least sum of |y - rows·β|, nearly: (batch, p).

    Reweighted least squares, whose floor under |r| sinks, then the corner through the p nearest points where lower.
    """
    batch, n = y.shape
    p = rows.shape[1]
    squares = (rows[:, :, None] * rows[:, None, :]).reshape(n, p * p)
    values = y @ rows
    width = np.median(np.abs(y), axis=1, keepdims=True)
    width = np.where(width > 0, width, 1.0)
    floors = np.geomspace(0.3, SHARP, ROUNDS)
    for floor in floors:
        sizes = np.abs(y - values @ rows.T)
        least = np.maximum(floor * width, EVEN * sizes.max(axis=1, keepdims=True))
        weights = 1.0 / np.maximum(sizes, least)  # the rows being upright, `square` is as even as these are
        square = (weights @ squares).reshape(batch, p, p)
        values = np.linalg.solve(square, ((weights * y) @ rows)[..., None])[..., 0]
    off = np.abs(y - values @ rows.T)
    nearest = np.argpartition(off, p - 1, axis=1)[:, :p] if n > p else np.tile(np.arange(n), (batch, 1))
    corner = rows[nearest]
    sound = np.abs(np.linalg.det(corner)) > 1e-12
    corner[~sound] = np.eye(n, p)[:p] if n >= p else np.eye(p)
    through = np.linalg.solve(corner, np.take_along_axis(y, nearest, axis=1)[..., None])[..., 0]
    lower = sound & (np.abs(y - through @ rows.T).sum(axis=1) < off.sum(axis=1))
    return np.where(lower[:, None], through, values)
