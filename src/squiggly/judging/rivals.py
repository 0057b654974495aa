"""Other answers as good as the best: which of them are a doubt, and which are the same curve in other words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from squiggly.intervals.trust import Trust
from squiggly.judging.elsewhere import Inputs, between
from squiggly.points import Points
from squiggly.solve.problem import Problem

MOST = 4  # answers that are listed
NEAR = 2.0  # standard errors within which two answers are one
NO_APART = 0.05  # in units of the scatter: curves that no point can tell apart
DECIDES = 10.0  # times the scatter by which curves are far enough apart for one point
WIGGLES = 1.5  # how much more a curve may go up and down between the points than at them


@dataclass(frozen=True)
class Rivals:
    """Answers beside the best.

    others: (k, free), different answers; faster: (k, free), those that only go up and down more quickly than the points
    can show, as a frequency above half the sampling rate; where: the place at which a point would decide between the
    best and the first of them, None if nowhere; apart: how far the curves are apart there, in units of the scatter
    """

    others: np.ndarray
    faster: np.ndarray
    where: Inputs | None = None
    apart: float = float("nan")


def rivals(problem: Problem, best: np.ndarray, found: Trust, ends: np.ndarray) -> Rivals:
    """What other ends of the search, (k, free), mean for the best, (free,)."""
    errors = np.sqrt(np.maximum(np.diag(found.covariance), 0.0))
    scatter = np.sqrt(found.chi_square / found.freedom) if found.freedom > 0 else 0.0
    scatter = float(scatter if np.isfinite(scatter) else 0.0) * _unit(problem.points)
    others: list[np.ndarray] = []
    faster: list[np.ndarray] = []
    for end in ends:
        beside = (best, *others, *faster)
        if any(bool((np.abs(end - one) <= NEAR * errors).all()) for one in beside):
            continue
        if any(_same(problem, one, end, scatter) for one in beside):
            continue
        quick = _wiggles(problem, end) and not _wiggles(problem, best)
        (faster if quick else others).append(end)
    shape = (-1, len(problem.free))
    listed = Rivals(np.reshape(others[: MOST - 1], shape), np.reshape(faster[:1], shape))
    if not others:
        return listed
    where = between(problem, best, others[0], DECIDES * scatter or np.inf)
    if where is None:
        return listed
    rows = problem.model.rows(problem.whole(np.array([best, others[0]])), where)[:, 0, 0]
    return Rivals(listed.others, listed.faster, where, float(abs(rows[1] - rows[0])) / scatter if scatter else np.inf)


def _unit(points: Points) -> float:
    return 1.0 if points.sigma is None else float(np.median(points.sigma))


def _same(problem: Problem, one: np.ndarray, other: np.ndarray, scatter: float) -> bool:
    """Whether two sets of parameters draw one curve, at the points, between them and a span beyond."""
    points, both = problem.points, problem.whole(np.array([one, other]))
    for inputs in (_finely(points), _beyond(points)):
        with np.errstate(all="ignore"):
            rows = problem.model.rows(both, inputs)[:, 0]
            size = np.abs(rows).max(axis=0)
            apart = np.abs(rows[1] - rows[0]) > np.maximum(NO_APART * scatter, 1e-6 * size)
        if (apart & np.isfinite(size)).any():
            return False
    return True


def _finely(points: Points) -> Inputs:
    """The points and, where there is one input, places between them: five a gap, of at most a thousand gaps."""
    if len(points.inputs) > 1:
        few = slice(None, None, max(points.n // 1000, 1))
        return {name: v[few] for name, v in points.inputs.items()}
    [(name, x)] = points.inputs.items()
    x = np.unique(x)
    x = x[np.linspace(0, len(x) - 1, min(len(x), 1000)).astype(int)]
    return {name: np.interp(np.arange(5 * len(x) - 4) / 5, np.arange(len(x)), x)}


def _beyond(points: Points) -> Inputs:
    """Places up to a span past the points along every input at once, positive where all points are."""
    inputs = {}
    for name, x in points.inputs.items():
        low, high = float(x.min()), float(x.max())
        begin = low - (high - low)
        inputs[name] = np.linspace(low / 2 if low > 0 and begin <= 0 else begin, 2 * high - low, 61)
    return inputs


def _wiggles(problem: Problem, free_values: np.ndarray) -> bool:
    """Whether the curve goes up and down between the points more than they do: it is faster than they can show."""
    if len(problem.points.inputs) > 1:
        return False
    with np.errstate(all="ignore"):
        [[curve]] = problem.model.rows(problem.whole(free_values[None]), _finely(problem.points))
    at_points = float(np.abs(np.diff(curve[::5])).sum())
    return not float(np.abs(np.diff(curve)).sum()) <= WIGGLES * at_points
