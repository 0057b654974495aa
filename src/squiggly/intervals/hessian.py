"""The second derivatives of the summed loss by the free parameters: exact, or differences of exact gradients."""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations_with_replacement

import numpy as np

from squiggly.derivative import derivatives
from squiggly.expression import Expr
from squiggly.program import BLOCK, Program, at_block, blocks
from squiggly.solve.problem import Problem

NUDGE = 1e-3  # in standard errors: between the rounding of a gradient and the bend of the loss


def hessian(problem: Problem, free_values: np.ndarray, errors: np.ndarray) -> np.ndarray:
    """The matrix of second derivatives, (free, free): Σ ρ''·∇f∇fᵀ + Σ ρ'·∇∇f, with ρ the loss of each point.

    errors: (free,), about one standard error each: how far a function that could not be recorded is nudged.
    """
    if problem.model.expr is None:
        return _by_differences(problem, free_values, errors)
    points, [values] = problem.points, problem.whole(free_values[None])
    given = {n: np.float64(v) for n, v in zip(problem.model.names, values)}
    program = _second(problem.model.inputs, problem.model.names, problem.model.expr, problem.free)
    size = len(problem.free)
    total = np.zeros((size, size))
    upper = tuple(np.array(list(combinations_with_replacement(range(size), 2)), dtype=int).reshape(-1, 2).T)
    for block in blocks(points.n):
        inputs = {key: at_block(v, block) for key, v in points.inputs.items()}
        y, sigma = points.y[block], None if points.sigma is None else points.sigma[block]
        rows = [np.broadcast_to(r, y.shape) for r in program.evaluate({**inputs, **given}, min(points.n, BLOCK))]
        predicted, first = rows[0], np.array(rows[1 : 1 + size])
        with np.errstate(all="ignore"):
            curvature = problem.loss.curvature(predicted, y, sigma)
            slope = problem.loss.slope(predicted, y, sigma)
            total += (first * curvature) @ first.T
            second = np.zeros((size, size))
            second[upper] = [slope @ row for row in rows[1 + size :]]
        total += second + np.triu(second, 1).T
    return total


@lru_cache(maxsize=64)
def _second(inputs: tuple[str, ...], names: tuple[str, ...], expr: Expr, free: tuple[str, ...]) -> Program:
    """The value, its derivatives, and theirs: one for each pair, the second never before the first."""
    first = derivatives(expr, free)
    second = [d for i, one in enumerate(first) for d in derivatives(one, free[i:])]
    return Program(inputs, names, (expr, *first, *second))


def _by_differences(problem: Problem, free_values: np.ndarray, errors: np.ndarray) -> np.ndarray:
    """Central differences of the gradient."""

    def gradient(at: np.ndarray) -> np.ndarray:
        rows = problem.model.rows(problem.whole(at[None]), problem.points.inputs, problem.free)[0]
        slope: np.ndarray = problem.loss.slope(rows[0], problem.points.y, problem.points.sigma)
        return rows[1:] @ slope

    columns = []
    for i, error in enumerate(errors):
        nudge = np.zeros(len(free_values))
        nudge[i] = NUDGE * error if np.isfinite(error) and error > 0 else 1e-4 * max(abs(free_values[i]), 1e-3)
        columns.append((gradient(free_values + nudge) - gradient(free_values - nudge)) / (2 * nudge[i]))
    whole = np.array(columns).reshape(len(errors), len(free_values))
    return (whole + whole.T) / 2
