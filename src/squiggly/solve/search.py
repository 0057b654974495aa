"""Which way a problem is solved: in closed form, from given starts, or from starts found in the data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from squiggly.loss import Huber, MeanAbsolute, mse
from squiggly.solve import creases
from squiggly.solve.knots import place_hinges, rested
from squiggly.solve.least_squares import DAMPING, MOST_STEPS, Descent, Watch, column_norms, minimise
from squiggly.solve.linear import closed_form, linear_parameters, solve_linear
from squiggly.solve.problem import Problem
from squiggly.solve.projection import Walked
from squiggly.solve.robust import huber_by_spread, huber_given, least_absolute
from squiggly.solve.scatter import looks_like_scatter
from squiggly.solve.starts import Search, find_starts, thinned
from squiggly.solve.upright import in_order

NEARLY = 1e-7  # damping where a walk has come near the end
HURRIED = 60  # steps in which a promising start must settle, while there are others
LEVELS = 3  # of the search, each several times wider than the one before
FINALISTS = 6  # walks that are run to their end
EXPLAINED = 1e-3  # what may be left of the variance of y, if it is scatter, for one walk alone to be believed
HALF = 0.5  # the same for walks that agree


def solve(problem: Problem, known: Sequence[str], seed: int, watch: Watch | None) -> tuple[Descent, Problem]:
    """The best descent, and the problem it solved (a loss may have had its scale chosen on the way)."""

    def smooth(posed: Problem) -> Descent:
        return _solve_smooth(posed, known, seed, watch)

    if isinstance(problem.loss, MeanAbsolute):
        return least_absolute(problem, smooth, watch), problem
    if isinstance(problem.loss, Huber) and problem.loss.delta is None:
        found, problem = huber_by_spread(problem, smooth, watch)
    elif isinstance(problem.loss, Huber):
        found = huber_given(problem, smooth, watch)
    else:
        found = smooth(problem)
    return creases.rested(problem, rested(problem, found, watch), watch), problem


def _solve_smooth(problem: Problem, known: Sequence[str], seed: int, watch: Watch | None) -> Descent:
    linear = linear_parameters(problem.model, problem.free)
    if linear == problem.free and problem.loss == mse and (solved := closed_form(problem)) is not None:
        return solved
    squared = replace(problem, loss=mse)
    given = problem.values[problem.where][None]
    if linear and linear == problem.free:
        starts = np.concatenate([solve_linear(squared, given, linear), given])
    elif set(known) >= set(problem.free):
        starts = np.concatenate([given, solve_linear(squared, given, linear)]) if linear else given
    else:
        placed = place_hinges(problem, known, watch)
        placed = _folded(problem, known, seed, watch) if placed is None else placed
        if placed is not None and (placed.settled[0] or placed.interrupted):
            return placed
        found = _searched(problem, known, linear, seed, watch)
        found = found if placed is None else placed.or_better(found)
        return _rescued(problem, found, known, seed, watch)
    found = creases.rested(problem, _down(problem, starts, watch).best(), watch)
    return _rescued(problem, found, known, seed, watch)


def _folded(problem: Problem, known: Sequence[str], seed: int, watch: Watch | None) -> Descent | None:
    """The descent of a model with creases, and the other ends that are as low; None for any other model."""
    found = creases.place_creases(problem, known, seed, watch)
    if found is None or found.interrupted:
        return found
    share = problem.points.n / thinned(problem.points).n
    ends = Walked(found.rivals, problem.cost(found.rivals) / share)
    return replace(found, rivals=_rivals(problem, found, ends, watch))


def _searched(
    problem: Problem, known: Sequence[str], linear: tuple[str, ...], seed: int, watch: Watch | None
) -> Descent:
    """The lowest minimum met: the search goes on, wider each time, while what it found leaves more than scatter."""
    best, walked = None, None
    for level in range(LEVELS):
        found = find_starts(problem, known, linear, seed, level, watch)
        descent = _finished(problem, found, watch)
        again = best is not None and bool(np.isclose(descent.cost[0], best.cost[0], rtol=1e-6, atol=0.0))
        best = descent if best is None else best.or_better(descent)
        walked = found.walked if walked is None else walked.joined(found.walked)
        if descent.interrupted or problem.model.expr is None:
            break
        if not best.settled[0]:
            continue
        left = _left(problem, best)
        believed = left <= EXPLAINED or found.agreed >= 2 and left <= HALF
        if again or believed and looks_like_scatter(problem, best.values[0]):
            break
    assert best is not None and walked is not None
    if not best.settled[0] and not best.interrupted:
        best = best.or_better(_down(problem, best.values, watch))
    best = in_order(problem, best, known)
    return replace(best, rivals=_rivals(problem, best, walked, watch))


def _rivals(problem: Problem, best: Descent, walked: Walked, watch: Watch | None) -> np.ndarray:
    """Where other walks ended as low, to within s², on another curve: (rivals, free).

    Another curve is one that differs between the points: the same parameters in another order make no other curve.
    """
    none, freedom = np.empty((0, len(problem.free))), max(problem.points.n - len(problem.free), 1)
    if problem.loss != mse or best.interrupted or problem.model.expr is None:
        return none
    share = problem.points.n / thinned(problem.points).n  # walks see fewer points
    scatter = np.sqrt(best.cost[0] / freedom)
    close = np.flatnonzero(walked.cost * share <= best.cost[0] * (1.0 + 2.0 / freedom))
    others = _elsewhere(problem, np.concatenate([best.values, walked.values[close]]), 0.5 * scatter)
    if not len(others):
        return none
    ends = _down(problem, others[:FINALISTS], watch, HURRIED)
    low = ends.cost <= best.cost[0] * (1.0 + 1.0 / freedom)
    return _elsewhere(problem, np.concatenate([best.values, ends.values[low]]), 0.5 * scatter)


def _elsewhere(problem: Problem, values: np.ndarray, apart: float) -> np.ndarray:
    """Those after the first whose curves differ between the points from all before them: (batch, free)."""
    inputs = {n: np.sort(x) for n, x in thinned(problem.points).inputs.items()}
    between = {n: (x[1:] + x[:-1]) / 2.0 for n, x in inputs.items()}
    curves = problem.model.rows(problem.whole(values), between)[:, 0]
    if problem.points.sigma is not None:
        apart = apart * float(np.median(problem.points.sigma))
    chosen = [0]
    for i in range(1, len(values)):
        with np.errstate(all="ignore"):
            far = np.abs(curves[chosen] - curves[i]).max(axis=1)
        if (far > apart + 1e-6 * np.abs(curves[0]).max()).all():
            chosen.append(i)
    return values[chosen[1:]]


def _left(problem: Problem, found: Descent) -> float:
    """The share of the variance of y that is not explained."""
    y, left = problem.points.y_over_sigma, problem.residuals(found.values[0])
    total = float(np.sum((y - y.mean()) ** 2))
    return float(left @ left) / total if total > 0.0 else 0.0


def _finished(problem: Problem, found: Search, watch: Watch | None) -> Descent:
    """The best of the walked starts run to its end, and with it those that could yet be better."""
    walked, freedom = found.walked, max(problem.points.n - len(problem.free), 1)
    if found.interrupted:
        first = _down(problem, walked.values[:1], None, most=0)
        return replace(first, interrupted=True)
    close = walked.cost <= walked.cost[0] * (1.0 + 4.0 / freedom)
    if problem.loss != mse:  # ranked by another loss than its own, which may have no value there
        own = problem.cost(walked.values)
        walked, own = walked.take(np.argsort(own, kind="stable")), np.sort(own)
        close = np.isfinite(own) & (np.arange(len(own)) < 2 * FINALISTS) | (np.arange(len(own)) == 0)
    return _lowest(problem, distinct(problem, walked.take(np.flatnonzero(close)), FINALISTS), watch)


def distinct(problem: Problem, walked: Walked, most: int) -> np.ndarray:
    """The values of the best walks, (most, free); of those that ended at one curve the one with the smallest values."""
    if len(walked.cost) == 1:
        return walked.values
    curves = problem.model.rows(problem.whole(walked.values), thinned(problem.points).inputs)[:, 0]
    size_of = np.abs(walked.values)
    size, chosen = size_of.sum(axis=1), [0]
    scatter = np.sqrt(walked.cost[0] / problem.points.n)
    for i in range(1, len(curves)):
        apart = np.abs(curves[chosen] - curves[i]).max(axis=1) - 1e-9 * np.abs(curves[0]).max()
        near = (np.abs(size_of[chosen] - size_of[i]) <= 0.1 * size_of[i]).all(axis=1)  # signs may be a convention
        alike = np.flatnonzero(apart <= np.where(near, 5.0, 0.5) * scatter)
        if not len(alike) and len(chosen) < most:
            chosen.append(i)
        elif len(alike) and size[i] < 0.99 * size[chosen[alike[0]]]:
            chosen[alike[0]] = i
    return walked.values[chosen]


def _rescued(problem: Problem, found: Descent, known: Sequence[str], seed: int, watch: Watch | None) -> Descent:
    """The descent; or, where the given starts led nowhere (unsettled, or a parameter without effect), a better one."""
    norms = column_norms(found.triangle[0, :-1, :-1])
    lame = not found.settled[0] or bool((norms * np.maximum(np.abs(found.values[0]), 1e-300) < 1e-290).any())
    if not known or not lame or found.interrupted:
        return found
    elsewhere = _solve_smooth(problem, (), seed, watch)
    better = elsewhere if elsewhere.cost[0] < found.cost[0] * (1 - 1e-9) else found
    return replace(better, interrupted=elsewhere.interrupted)


def _down(
    problem: Problem, starts: np.ndarray, watch: Watch | None, most: int = MOST_STEPS, damping: float = DAMPING
) -> Descent:
    return minimise(problem.factor, starts, problem.low, problem.high, most, watch, problem.grain, damping)


def _lowest(problem: Problem, starts: np.ndarray, watch: Watch | None) -> Descent:
    """The best end of several starts after some steps, the most promising first."""
    first = _down(problem, starts[:1], watch, HURRIED, NEARLY)
    if len(starts) == 1 or first.interrupted:
        return first
    others = _down(problem, starts[1:], watch, HURRIED, NEARLY).best()
    return replace(first.or_better(others), interrupted=others.interrupted)
