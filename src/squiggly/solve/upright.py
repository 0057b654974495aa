"""Of parameters that make the same curve, those that read best: positive where the sign makes no difference."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import combinations

import numpy as np

from squiggly.solve.components import terms
from squiggly.solve.least_squares import Descent
from squiggly.solve.linear import linear_parameters
from squiggly.solve.problem import Problem
from squiggly.solve.roles import roles

MOST_TURNED = 12  # negative parameters up to which every pair of signs is tried
SAME = 4e-16  # relative difference of two curves that are one


def _turns(turned: Sequence[int], movable: Sequence[int]) -> Iterator[Callable[[np.ndarray], np.ndarray]]:
    """Ways to make negative parameters positive: turn one, turn two, or turn one while two others change places."""

    def turn(values: np.ndarray, signs: Sequence[int], places: Sequence[int] = ()) -> np.ndarray:
        values = values.copy()
        values[0, list(signs)] *= -1
        values[0, list(places)] = values[0, list(places)[::-1]]
        return values

    yield from (partial(turn, signs=(i,)) for i in turned)
    yield from (partial(turn, signs=pair) for pair in combinations(turned, 2))
    if len(movable) <= MOST_TURNED:
        pairs = list(combinations(movable, 2))
        yield from (partial(turn, signs=(i,), places=pair) for i in turned for pair in pairs if i not in pair)


def upright(problem: Problem, descent: Descent, known: Sequence[str]) -> Descent:
    """The same curve with positive parameters where the sign makes no difference, as in a width that is only squared.

    So is a logistic of negative hill the same as one of positive hill with bottom and top exchanged. A parameter whose
    start was given keeps its sign.
    """
    values = descent.values.copy()
    turned = [i for i, n in enumerate(problem.free) if values[0, i] < 0 and n not in known]
    turned = [i for i in turned if problem.low[i] <= -values[0, i] <= problem.high[i]]
    if not turned or len(turned) > MOST_TURNED or linear_parameters(problem.model, problem.free) == problem.free:
        return descent
    for turn in _turns(turned, [i for i, n in enumerate(problem.free) if n not in known]):
        other = turn(values)
        inside = bool(((problem.low <= other) & (other <= problem.high)).all())
        if inside and (other[0, turned] < 0).sum() < (values[0, turned] < 0).sum():
            both = problem.model.rows(problem.whole(np.concatenate([values, other])), problem.points.inputs)
            values = other if np.ptp(both, axis=0).max() <= SAME * np.abs(both[0]).max() else values
    if np.array_equal(values, descent.values):
        return descent
    triangle, cost = problem.factor(values)
    return replace(descent, values=values, triangle=triangle, cost=cost)


def in_order(problem: Problem, descent: Descent, known: Sequence[str]) -> Descent:
    """The same curve with terms that could change places in order: peaks from left to right, decays by their rate.

    Terms with a parameter whose start was given stay where they are.
    """
    expr = problem.model.expr
    if expr is None:
        return descent
    linear = linear_parameters(problem.model, problem.free)
    searched = tuple(n for n in problem.free if n not in linear)
    parts = [(*part.inner, *part.outer) for part in terms(expr, searched, linear)[1]]
    parts = [part for part in parts if not set(part) & set(known)]
    if len(parts) < 2:
        return descent
    places = {role.name for role in roles(expr, problem.model.inputs, searched) if role.kind == "place"}
    values = descent.values.copy()
    for first, part in enumerate(parts):
        for other in parts[first + 1 :]:
            if len(part) == len(other):
                values = _ordered(problem, values, part, other, places)
    if np.array_equal(values, descent.values):
        return descent
    triangle, cost = problem.factor(values)
    return replace(descent, values=values, triangle=triangle, cost=cost)


def _ordered(
    problem: Problem, values: np.ndarray, term: Sequence[str], other: Sequence[str], places: set[str]
) -> np.ndarray:
    """The values with two terms changed over, where that puts them in order and leaves the curve as it is."""
    here, there = ([problem.free.index(n) for n in names] for names in (term, other))
    key = next((k for k, n in enumerate(term) if n in places), 0)
    if not values[0, here[key]] > values[0, there[key]]:
        return values
    swapped = values.copy()
    swapped[0, here], swapped[0, there] = values[0, there], values[0, here]
    if ((swapped < problem.low) | (swapped > problem.high)).any():
        return values
    both = problem.model.rows(problem.whole(np.concatenate([values, swapped])), problem.points.inputs)
    return swapped if np.ptp(both, axis=0).max() <= 1e-12 * np.abs(both[0]).max() else values
