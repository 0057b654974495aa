"""Parameters that enter linearly: which they are, and their best values in closed form."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from squiggly.derivative import derivatives
from squiggly.expression import Expr, names
from squiggly.model import Model
from squiggly.solve.least_squares import Descent, newton_step, well_apart
from squiggly.solve.problem import Problem


def linear_parameters(model: Model, free: tuple[str, ...]) -> tuple[str, ...]:
    """A largest set of free parameters in which the model is jointly linear, by its structure.

    A parameter is linear when its own derivative does not contain it; two are jointly linear when neither's derivative
    contains the other. Found greedily, those with the fewest conflicts first.

    >>> from squiggly.modelling import as_model
    >>> linear_parameters(as_model("a*exp(-x/tau) + c"), ("a", "tau", "c"))
    ('a', 'c')
    """
    return () if model.expr is None else _linear(model.expr, free)


@lru_cache(maxsize=512)
def _linear(expr: Expr, free: tuple[str, ...]) -> tuple[str, ...]:
    inside = {n: set(names(d)) for n, d in zip(free, derivatives(expr, free))}
    candidates = [n for n in free if n not in inside[n]]
    clashes = {n: {m for m in candidates if m in inside[n] or n in inside[m]} for n in candidates}
    chosen: list[str] = []
    for n in sorted(candidates, key=lambda n: len(clashes[n])):
        if not clashes[n] & set(chosen):
            chosen.append(n)
    return tuple(n for n in free if n in chosen)


def closed_form(problem: Problem) -> Descent | None:
    """The minimum of a model linear in all its free parameters, squared loss; None where bounds stand in the way.

    One step from zero solves it. Where rounding could show, in a nearly singular model or a nearly perfect fit, a
    second step from there corrects the first.
    """
    begin = np.zeros((1, len(problem.free)))
    triangle, first = problem.factor(begin)
    if not np.isfinite(first[0]):
        return None
    if well_apart(triangle[0]):
        values = -np.linalg.solve(triangle[0, :-1, :-1], triangle[0, :-1, -1])[None]
        triangle[0, :-1, -1] = 0.0  # the slopes are the same everywhere: only the residuals along them are gone
        cost = triangle[:, -1, -1] ** 2 / 2.0
    else:
        values = newton_step(triangle)
        values = values + newton_step(problem.factor(values)[0])
        triangle, cost = problem.factor(values)
    if (values < problem.low).any() or (values > problem.high).any():
        return None
    way = tuple((np.zeros(1, int), v, c) for v, c in ((begin, first), (values, cost)))
    return Descent(values, cost, triangle, np.ones(1, dtype=bool), 1, trail=way)


def solve_linear(problem: Problem, free_values: np.ndarray, linear: tuple[str, ...]) -> np.ndarray:
    """The batch with its linear parameters at their best, the others as they are: (batch, free) -> (batch, free).

    Squared loss only; bounds are kept by clipping, so a bounded optimum is near, not exact.
    """
    at = [problem.free.index(n) for n in linear]
    values = free_values.copy()
    values[:, at] = 0.0
    triangle, cost = problem.factor(values, linear)
    values[:, at] += np.where(np.isfinite(cost)[:, None], newton_step(triangle), 0.0)
    return np.clip(values, problem.low, problem.high)
