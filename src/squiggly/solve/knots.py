"""Placing the hinges of a model: a search of their places alone, then a descent of all until every hinge is at rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from squiggly.loss import mse
from squiggly.solve.facing import by_place, facing_starts
from squiggly.solve.field import PERFECT, SHORT, field_of, search
from squiggly.solve.hinges import Bent, Hinge, bent
from squiggly.solve.least_squares import Descent, Watch, minimise
from squiggly.solve.linear import solve_linear
from squiggly.solve.problem import Problem
from squiggly.solve.stretches import Stretches

DENSE = 2_000  # points
TOUCHING = 1e-9  # share of x's span within which a hinge is at a point


def place_hinges(problem: Problem, known: Sequence[str], watch: Watch | None) -> Descent | None:
    """A minimum whose hinges were placed by a search of their own; None for a model that has other searched parameters.

    known: free parameters whose start was given, in problem.values: hinges among them stay there during the search.
    The squared loss places them, the problem's own loss then settles them.
    """
    form = bent(problem.model, problem.free)
    if form is None or not set(known).isdisjoint(n for h in form.hinges for n in h.free if h.slope is None):
        return None
    if any(h.slope is None for h in form.hinges):
        return _faced(problem, form, watch)
    field = field_of(problem, form, known)
    if field is None:
        return None
    at, interrupted = search(field, form.straight)
    whole = field if interrupted else field_of(problem, form, known, averaged=False)
    if whole is not None and len(whole.x) > len(field.x):
        at, interrupted = Stretches.of(whole).at_rest(at)
    twins = _twins(problem, form, known)
    at[twins] = np.sort(at[twins])
    start = problem.values[problem.where][None].copy()
    where = [problem.free.index(h.place) for h in form.hinges]
    start[0, where] = np.clip([h.value(a) for h, a in zip(form.hinges, at)], problem.low[where], problem.high[where])
    linear = tuple(n for n in problem.free if n in {*form.plain, *(h.weight for h in form.hinges)})
    start = solve_linear(replace(problem, loss=mse), start, linear)
    if not np.isfinite(problem.cost(start)[0]):
        return None
    if interrupted:
        return replace(minimise(problem.factor, start, problem.low, problem.high, most=0), interrupted=True)
    return _in_order(problem, form, twins, settle(problem, form, start, watch))


def _faced(problem: Problem, form: Bent, watch: Watch | None) -> Descent | None:
    """The same for hinges relu(m·x + b) whose slope is searched too; None where it is searched in some of them only."""
    starts = facing_starts(problem, form)
    if starts is None:
        return None
    starts = np.clip(starts, problem.low, problem.high)
    starts = starts[np.isfinite(problem.cost(starts))]
    if not len(starts):
        return None
    short = minimise(problem.factor, starts, problem.low, problem.high, most=SHORT, watch=watch).best()
    if short.interrupted:
        return short
    return rested(problem, minimise(problem.factor, short.values, problem.low, problem.high, watch=watch), watch)


def rested(problem: Problem, found: Descent, watch: Watch | None) -> Descent:
    """The descent; or, where it came to no rest because a hinge met a point, one that goes on to a minimum."""
    if found.settled[0] or found.interrupted or not np.isfinite(found.cost[0]):
        return found
    form = bent(problem.model, problem.free)
    if form is None:
        return found
    turned, back, forth, hinges = by_place(problem, form, found.values)
    if not hinges:
        return found
    end = settle(turned, replace(form, hinges=hinges), forth(found.values), watch)
    values = back(end.values)
    triangle, cost = problem.factor(values)
    if not cost[0] <= found.cost[0] * (1 + 1e-12):
        return found
    trail = (*found.trail, *((at, back(v), c) for at, v, c in end.trail))
    steps = found.steps + end.steps
    return replace(end, values=values, cost=cost, triangle=triangle, steps=steps, trail=trail)


def _twins(problem: Problem, form: Bent, known: Sequence[str]) -> np.ndarray:
    """The hinges that could change places without changing the curve: alike, and free to go anywhere: (m,)."""
    alike = [(h.op, h.slope, h.factor, h.shift) for h in form.hinges]
    own = [[problem.free.index(n) for n in (h.place, h.weight)] for h in form.hinges]
    free = [bool(np.isinf(problem.low[i]).all() and np.isinf(problem.high[i]).all()) for i in own]
    most = max(alike, key=alike.count)
    kept = [a == most and f and h.place not in known for a, f, h in zip(alike, free, form.hinges)]
    return np.flatnonzero(kept)


def _in_order(problem: Problem, form: Bent, twins: np.ndarray, found: Descent) -> Descent:
    """The same curve with its hinges from left to right."""
    places = [problem.free.index(form.hinges[j].place) for j in twins]
    weights = [problem.free.index(form.hinges[j].weight) for j in twins]
    at = [form.hinges[j].at(found.values[0, i]) for j, i in zip(twins, places)]
    order = np.argsort(at, kind="stable")
    if (np.diff(order) > 0).all():
        return found
    values = found.values.copy()
    values[0, places], values[0, weights] = values[0, np.array(places)[order]], values[0, np.array(weights)[order]]
    triangle, cost = problem.factor(values)
    return replace(found, values=values, triangle=triangle, cost=cost)


def settle(problem: Problem, form: Bent, start: np.ndarray, watch: Watch | None) -> Descent:
    """A descent of all parameters from (1, free) to a minimum, though the cost has a kink where a hinge meets a point.

    A hinge at a point is held there while the others go down; it is let go where the cost falls to one side of it.
    Settled: all are at rest, and of those held none would go to either side. Among DENSE points or more the kinks may
    be too many to be met one by one, and are too small to matter: there it is rest as well if of the way that is left
    for those not held it is less than a hundredth of the standard errors.
    """
    y, sigma = problem.points.y, problem.points.sigma
    floor = PERFECT * float(np.sum((y if sigma is None else y / sigma) ** 2))
    way: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    steps, values = 0, start
    best: Descent | None = None
    for _ in range(2 * len(form.hinges) + 2):
        values, held = _at_points(problem, form, values)
        now = _others_down(problem, held, values, watch)
        way, steps = [*way, *now.trail], steps + now.steps
        freed = None if now.interrupted else _let_go(problem, form, held, now.values)
        now = replace(now, settled=now.settled & (freed is None))
        if best is None or now.cost[0] <= best.cost[0] * (1 + 1e-12):
            best = now
        if problem.loss == mse and best.cost[0] <= floor:  # what is left is rounding
            best = replace(best, settled=np.array([not now.interrupted]))
        if best.settled[0] or now.interrupted or (freed is None and not _touched(problem, form, now.values, held)):
            break
        values = now.values if freed is None else freed
    assert best is not None
    if problem.points.n >= DENSE and not now.interrupted:
        best = replace(best, settled=best.settled | _near(problem, form, best))
    return replace(best, steps=steps, trail=tuple(way), interrupted=now.interrupted)


def _near(problem: Problem, form: Bent, found: Descent) -> bool:
    """Whether the residuals along the tangents of all that could move are a hundredth of a standard error's share.

    Parameters at a bound that would leave could not, nor hinges at a point from which the cost falls to neither side.
    """
    values, held = _at_points(problem, form, found.values)
    triangle, cost = problem.factor(values)
    if not cost[0] <= found.cost[0] * (1 + 1e-12) or _let_go(problem, form, held, values) is not None:
        values, held, triangle = found.values, {}, found.triangle
    at, square, left = values[0], triangle[0, :, :-1], triangle[0, :, -1]
    slant = left @ square
    still = ((at <= problem.low) & (slant > 0)) | ((at >= problem.high) & (slant < 0))
    still |= np.array([n in held for n in problem.free])
    along = np.linalg.lstsq(square[:, ~still], left, rcond=1e-12)[0]
    return bool(np.linalg.norm(square[:, ~still] @ along) <= 0.01 * np.linalg.norm(left) / np.sqrt(problem.points.n))


def _others_down(problem: Problem, held: dict[str, Hinge], values: np.ndarray, watch: Watch | None) -> Descent:
    """The descent of every parameter that is not held, as one of all of them."""
    if not held:
        return minimise(problem.factor, values, problem.low, problem.high, watch=watch)
    rest = tuple(n for n in problem.free if n not in held)
    keep = [problem.free.index(n) for n in rest]
    part = replace(problem, free=rest, values=problem.whole(values)[0], low=problem.low[keep], high=problem.high[keep])

    def whole(inner: np.ndarray) -> np.ndarray:
        outer = np.repeat(values, len(inner), axis=0)
        outer[:, keep] = inner
        return outer

    seen = None if watch is None else lambda step, v, cost: watch(step, whole(v[None])[0], cost)
    found = minimise(part.factor, values[:, keep], part.low, part.high, watch=seen)
    triangle, cost = problem.factor(whole(found.values))
    trail = tuple((at, whole(v), c) for at, v, c in found.trail)
    return Descent(whole(found.values), cost, triangle, found.settled, found.steps, found.interrupted, trail)


def _touched(problem: Problem, form: Bent, values: np.ndarray, held: dict[str, Hinge]) -> bool:
    """Whether a hinge has come to a point at which it is not held yet."""
    return not set(_at_points(problem, form, values)[1]) <= set(held)


def _at_points(problem: Problem, form: Bent, values: np.ndarray) -> tuple[np.ndarray, dict[str, Hinge]]:
    """The values with hinges that rest at a point moved onto it exactly, and those hinges by their place's name."""
    x = np.unique(problem.points.inputs[form.x])
    values, held = values.copy(), {}
    for hinge in form.hinges:
        i = problem.free.index(hinge.place)
        at = hinge.at(values[0, i])
        nearest = x[np.argmin(np.abs(x - at))]
        if abs(nearest - at) <= TOUCHING * (x[-1] - x[0]):
            values[0, i] = hinge.value(nearest)
            held[hinge.place] = hinge
    return values, held


def _let_go(problem: Problem, form: Bent, held: dict[str, Hinge], values: np.ndarray) -> np.ndarray | None:
    """The values with every held hinge from which the cost falls to one side moved a little there; None without any."""
    x = problem.points.inputs[form.x]
    away = 100.0 * TOUCHING * float(np.ptp(x))
    moved = values.copy()
    for name, hinge in held.items():
        i = problem.free.index(name)
        for side in (-1.0, 1.0):
            there = values.copy()
            there[0, i] = hinge.value(hinge.at(values[0, i]) + side * away / 100.0)
            triangle, _ = problem.factor(there, (name,))
            along, rest = triangle[0, 0, 0], triangle[0, :, 1]
            if (hinge.value(1.0) - hinge.value(0.0)) * side * along * rest[0] < -1e-7 * abs(along) * np.linalg.norm(
                rest
            ):
                moved[0, i] = hinge.value(hinge.at(values[0, i]) + side * away)
    return None if np.array_equal(moved, values) else moved
