"""Placing the creases of a model of several inputs: a search of foldings, then a descent until all are at rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from squiggly.errors import DataError, listed
from squiggly.loss import mse
from squiggly.points import Points
from squiggly.solve.cells import at_rest
from squiggly.solve.folding import PERFECT, ROUNDS, Trials, folded_best
from squiggly.solve.folds import Folded, folded
from squiggly.solve.least_squares import DAMPING, MOST_STEPS, Descent, Watch, minimise
from squiggly.solve.linear import solve_linear
from squiggly.solve.problem import Problem
from squiggly.solve.sheet import slid
from squiggly.solve.unfolding import View, allowed, as_folding, free_values, in_order, touching, view_of

MOST_POINTS = 1_000  # on which foldings are searched
MANY = 20_000  # points up to which they are slid down on all of them
FOLLOWED, FEWER = 3, 2  # foldings that are brought to rest; of more points than that
NUMBERS = 5_000_000  # in a table of derivatives up to which kinks are met one by one
POLISHED = 30  # steps after that, at most, to the last digits
REWEIGHTED = 30  # times, at most, for a loss that is not the squared one
NEARLY = 1e-7  # damping where only digits are lacking
LAST = 60  # steps on all points
WITHIN = 12  # places within its bounds that each crease is put at
UNEQUAL = 1e8  # times that one input may span more than another for an angle to tell directions across both


def place_creases(problem: Problem, known: Sequence[str], seed: int, watch: Watch | None) -> Descent | None:
    """A minimum whose creases were placed by a search of their own; None where anything else is searched too.

    known: free parameters whose start was given; None as well where creases are among them.
    The squared loss places them, the problem's own loss then settles them. rivals: the other ends, as they are.
    Of bounds the search knows signs only: where others stood in its way the end counts as unsettled.
    Raises DataError where inputs span so unequally that an angle has not enough digits.
    """
    form = folded(problem.model, problem.free)
    if form is None or not set(known).isdisjoint(n for fold in form.folds for n in fold.own):
        return None
    _expect_alike(problem.points, form)
    most = MOST_POINTS if problem.points.n > MANY else MANY
    points = _some(problem.points, most, seed)
    view = view_of(replace(problem, points=points, loss=mse), form)
    if view is None:
        return None
    scale = (view.unit / (1.0 if points.sigma is None else float(points.sigma.min()))) ** 2  # of squares, to a cost
    lowest: list[tuple[int, float, np.ndarray, np.ndarray]] = []  # the best folding so far, by what it lacks

    def seen(signs: np.ndarray, values: np.ndarray, squares: float) -> None:
        rank = (-len(signs), squares)
        if not lowest or rank < lowest[0][:2]:
            lowest[:] = [(*rank, signs, values.copy())]
        if watch is not None:
            watch(0, free_values(problem, view, signs, values)[0], squares * scale)

    try:
        sample = view.sheet.take(_rows(points.n, MOST_POINTS, seed))
        signs, values, squares = folded_best(sample, seed, seen)
        if points.n > MOST_POINTS:
            lowest[:] = [(-len(form.folds), np.inf, signs[0], values[0])]
            values, squares = slid(view.sheet, signs, values, LAST, seen)
        best = np.argsort(squares, kind="stable")[: FOLLOWED if points.n == problem.points.n else FEWER]
        signs, values, still = signs[best], values[best], [False] * len(best)
        if problem.loss == mse and points.n == problem.points.n and view.sheet.y.size * len(problem.free) <= NUMBERS:
            ended = [at_rest(view.sheet, s, v, seen) for s, v in zip(signs, values)]
            values, still = np.array([v for v, _ in ended]), [known for _, known in ended]
        starts = np.concatenate([in_order(problem, view, s, v) for s, v in zip(signs, values)])
    except KeyboardInterrupt:
        if not lowest:
            raise
        start = _solved(problem, in_order(problem, view, *lowest[0][2:]))
        return replace(minimise(problem.factor, start, problem.low, problem.high, most=0), interrupted=True)
    starts = _solved(problem, starts)
    good = np.flatnonzero(np.isfinite(problem.cost(starts)))
    if not len(good):
        return None
    ends = [_settled(problem, form, starts[i : i + 1], watch, still[i]) for i in good]
    first = min(ends, key=lambda end: float(end.cost[0]))
    rivals = np.concatenate([end.values for end in ends if end is not first] or [starts[:0]])
    first = replace(first, interrupted=any(end.interrupted for end in ends), rivals=rivals)
    if first.interrupted or not _at_a_bound(problem, np.concatenate([starts[:1], first.values])):
        return first
    return replace(_within(problem, view, first, seed, watch), settled=np.zeros(1, dtype=bool))


def _within(problem: Problem, view: View, found: Descent, seed: int, watch: Watch | None) -> Descent:
    """The descent; or a lower one from where a crease was taken out and put elsewhere within its bounds."""
    trials, random = (
        Trials.of(view.sheet.take(_rows(len(view.sheet.y), MOST_POINTS, seed))),
        np.random.default_rng(seed),
    )
    may = allowed(problem, view, trials.planes)
    for _ in range(ROUNDS):
        moved = trials.drawn_elsewhere(as_folding(problem, view, found.values)[1], may, WITHIN, random)
        if not moved:
            break
        starts = _solved(problem, np.concatenate([in_order(problem, view, s, v) for s, v in moved]))
        ends = minimise(problem.factor, starts, problem.low, problem.high, LAST, watch)
        best, found = found, found.or_better(ends.best())
        if ends.interrupted or not found.cost[0] < best.cost[0] * (1 - 1e-6):
            return replace(found, interrupted=ends.interrupted, rivals=best.rivals)
        found = replace(found, rivals=best.rivals)
    return found


def rested(problem: Problem, found: Descent, watch: Watch | None) -> Descent:
    """The descent; or, where it came to no rest because a crease met a point, one that goes on to a minimum."""
    if found.settled[0] or found.interrupted or not np.isfinite(found.cost[0]):
        return found
    form = folded(problem.model, problem.free)
    if form is None:
        return found
    end = _settled(problem, form, found.values, watch)
    if not end.cost[0] <= found.cost[0] * (1 + 1e-12):
        return found
    return replace(end, steps=found.steps + end.steps, trail=(*found.trail, *end.trail), rivals=found.rivals)


def _settled(problem: Problem, form: Folded, start: np.ndarray, watch: Watch | None, still: bool = False) -> Descent:
    """The descent from (1, free) to a minimum, though the cost has a kink where a crease meets a point.

    still: whether the squares are known to have a minimum there, at which only digits are lacking.
    Among very many points the kinks are too many to be met one by one, and too small to matter: there it is rest if
    what is left of the way is less than a hundredth of the standard errors.
    """
    grain = problem.grain * _inequality(problem.points, form)
    most = POLISHED if still else MOST_STEPS
    found = minimise(problem.factor, start, problem.low, problem.high, most, watch, grain, NEARLY if still else DAMPING)
    if found.settled[0] or found.interrupted:
        return found
    n, size = problem.points.n, problem.points.y_over_sigma
    perfect = problem.loss == mse and bool(found.cost[0] <= PERFECT * float(size @ size))
    if perfect or still and found.cost[0] >= found.trail[0][2][0] * (1 - 1e-9):
        return replace(found, settled=np.ones(1, dtype=bool))
    if n * len(problem.free) > NUMBERS:
        return replace(found, settled=np.array([_nearly(found.triangle[0], n)]))
    try:
        values, still = _at_rest(problem, form, found.values, watch)
    except KeyboardInterrupt:
        return replace(found, interrupted=True)
    triangle, cost = problem.factor(values)
    if not cost[0] <= found.cost[0] * (1 + 1e-12) or _at_a_bound(problem, values):
        return found
    trail = (*found.trail, (np.zeros(1, int), values, cost))
    return replace(found, values=values, cost=cost, triangle=triangle, settled=np.array([still]), trail=trail)


def _at_a_bound(problem: Problem, values: np.ndarray) -> bool:
    return bool(((values <= problem.low) | (values >= problem.high)).any())


def _nearly(triangle: np.ndarray, n: int) -> bool:
    """Whether the residuals along the tangents are a hundredth of a standard error's share."""
    u, s, _ = np.linalg.svd(triangle[:, :-1], full_matrices=False)
    along = u[:, s > 1e-12 * s[0]].T @ triangle[:, -1]
    return bool(np.linalg.norm(along) <= 0.01 * np.linalg.norm(triangle[:, -1]) / np.sqrt(n))


def _at_rest(problem: Problem, form: Folded, values: np.ndarray, watch: Watch | None) -> tuple[np.ndarray, bool]:
    """The values, (1, free), at an exact minimum below; and whether it is one.

    Another loss than the squared one is met by the parabolas that touch it, one after the other.
    """
    before = np.inf
    for _ in range(REWEIGHTED):
        squared = touching(problem, values)
        view = None if squared is None else view_of(squared, form)
        if squared is None or view is None:
            return values, False
        signs, begun = as_folding(problem, view, values)
        if not signs.all():
            return values, False
        told = values[0], float(problem.cost(values)[0])

        def seen(signs: np.ndarray, at: np.ndarray, squares: float, told: tuple[np.ndarray, float] = told) -> None:
            if watch is not None:
                watch(0, *told)

        end, still = at_rest(view.sheet, signs, begun, seen)
        new = _solved(squared, free_values(problem, view, signs, end, values))
        cost = float(problem.cost(new)[0])
        if problem.loss == mse or not still:
            return new, still
        if not cost < before * (1 - 1e-13):
            return values, cost <= before * (1 + 1e-9)
        values, before = new, cost
    return values, False


def _solved(problem: Problem, values: np.ndarray) -> np.ndarray:
    """Free values, (batch, free), with what is linear at its best for the squared loss."""
    form = folded(problem.model, problem.free)
    assert form is not None
    linear = tuple(n for n in problem.free if n in {*form.plain, *(f.weight for f in form.folds)})
    return solve_linear(replace(problem, loss=mse), values, linear) if linear else values


def _rows(n: int, most: int, seed: int) -> np.ndarray:
    """At most so many rows, drawn: a regular choice could fall in step with a grid."""
    return np.arange(n) if n <= most else np.sort(np.random.default_rng(seed).permutation(n)[:most])


def _some(points: Points, most: int, seed: int) -> Points:
    return points if points.n <= most else points.take(_rows(points.n, most, seed))


def _inequality(points: Points, form: Folded) -> float:
    """How many times more one input spans than another, where angles go across them; else 1."""
    spans = [float(np.ptp(points.inputs[i])) for i in form.inputs]
    spans = [s for s in spans if s > 0.0]
    return max(spans) / min(spans) if any(f.angled for f in form.folds) and spans else 1.0


def _expect_alike(points: Points, form: Folded) -> None:
    """Refuse inputs of such unequal spans that no float64 tells a direction across them from along one."""
    if _inequality(points, form) > UNEQUAL:
        spans = listed(f"{i} spans {np.ptp(points.inputs[i]):.3g}" for i in form.inputs)
        raise DataError(
            f"{spans}: an angle has too few digits to tell directions across so unequal inputs\n"
            "hint: measure one of them in another unit, so that all span about the same"
        )
