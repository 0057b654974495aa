"""Parameters that enter linearly: which they are, and their best values in closed form."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from squiggly.derivative import derivatives
from squiggly.model import Model
from squiggly.program import names
from squiggly.solve.least_squares import newton_step
from squiggly.solve.problem import Problem


@lru_cache(maxsize=256)
def linear_parameters(model: Model, free: tuple[str, ...]) -> tuple[str, ...]:
    """A largest set of free parameters in which the model is jointly linear, by its structure.

    A parameter is linear when its own derivative does not contain it; two are jointly linear when neither's derivative
    contains the other. Found greedily, those with the fewest conflicts first.

    >>> from squiggly.model import as_model
    >>> linear_parameters(as_model("a*exp(-x/tau) + c"), ("a", "tau", "c"))
    ('a', 'c')
    """
    if model.expr is None:
        return ()
    inside = {n: set(names(d)) for n, d in zip(free, derivatives(model.expr, free))}
    candidates = [n for n in free if n not in inside[n]]
    clashes = {n: {m for m in candidates if m in inside[n] or n in inside[m]} for n in candidates}
    chosen: list[str] = []
    for n in sorted(candidates, key=lambda n: len(clashes[n])):
        if not clashes[n] & set(chosen):
            chosen.append(n)
    return tuple(n for n in free if n in chosen)


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
