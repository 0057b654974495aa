"""Which way a problem is solved: in closed form, from given starts, or from starts found in the data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from squiggly.loss import Huber, MeanAbsolute, mse
from squiggly.solve.least_squares import MOST_STEPS, Descent, Watch, column_norms, minimise
from squiggly.solve.linear import closed_form, linear_parameters, solve_linear
from squiggly.solve.problem import Problem
from squiggly.solve.robust import huber_by_spread, least_absolute
from squiggly.solve.starts import find_starts

HURRIED = 60  # steps for the less promising starts, once the best has settled


def solve(problem: Problem, known: Sequence[str], seed: int, watch: Watch | None) -> tuple[Descent, Problem]:
    """The best descent, and the problem it solved (a loss may have had its scale chosen on the way)."""

    def smooth(posed: Problem) -> Descent:
        return _solve_smooth(posed, known, seed, watch)

    if isinstance(problem.loss, MeanAbsolute):
        return least_absolute(problem, smooth, watch), problem
    if isinstance(problem.loss, Huber) and problem.loss.delta is None:
        return huber_by_spread(problem, smooth, watch)
    return smooth(problem), problem


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
        starts, interrupted = find_starts(problem, known, linear, seed, watch)
        if interrupted:
            return replace(minimise(problem.factor, starts[:1], problem.low, problem.high, most=0), interrupted=True)
        return _rescued(problem, _lowest(problem, starts, watch), known, seed, watch)
    found = minimise(problem.factor, starts, problem.low, problem.high, watch=watch).best()
    return _rescued(problem, found, known, seed, watch)


def _rescued(problem: Problem, found: Descent, known: Sequence[str], seed: int, watch: Watch | None) -> Descent:
    """The descent; or, where the given starts led nowhere (unsettled, or a parameter without effect), a better one."""
    norms = column_norms(found.triangle[0, :-1, :-1])
    lame = not found.settled[0] or bool((norms * np.maximum(np.abs(found.values[0]), 1e-300) < 1e-290).any())
    if not known or not lame or found.interrupted:
        return found
    elsewhere = _solve_smooth(problem, (), seed, watch)
    better = elsewhere if elsewhere.cost[0] < found.cost[0] * (1 - 1e-9) else found
    return replace(better, interrupted=elsewhere.interrupted)


def _lowest(problem: Problem, starts: np.ndarray, watch: Watch | None) -> Descent:
    """The best end of several starts, the most promising first: once it has settled, the others must be quick."""
    first = minimise(problem.factor, starts[:1], problem.low, problem.high, watch=watch)
    if len(starts) == 1 or first.interrupted:
        return first
    most = HURRIED if first.settled[0] else MOST_STEPS
    others = minimise(problem.factor, starts[1:], problem.low, problem.high, most=most, watch=watch).best()
    if others.cost[0] < first.cost[0] * (1 - 1e-9) and not others.settled[0] and not others.interrupted:
        others = minimise(problem.factor, others.values, problem.low, problem.high, watch=watch)
    return replace(first.or_better(others), interrupted=others.interrupted)
