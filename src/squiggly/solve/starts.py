"""Start values from the data: many candidates for the parameters that enter nonlinearly, the rest in closed form.

A parameter's size can only come from the points: a place on the x axis, a length along it or its inverse, a height on
the y axis, or a plain number such as an exponent. Candidates are drawn from those; for each, the linear parameters are
solved; the best few are then polished by a short batched descent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from squiggly.loss import mse
from squiggly.points import Points
from squiggly.solve.least_squares import Watch, minimise
from squiggly.solve.linear import solve_linear
from squiggly.solve.problem import Problem

MOST_POINTS = 256  # used to rank candidates
MOST_CANDIDATES = 6_000
FEW_CANDIDATES = 200  # of a function that is called once for each
GRID = 36  # values of each of two searched parameters, beside the rhythms
BATCH = 250  # candidates evaluated together: the table of one batch stays in the processor's cache
POLISHED = 48  # candidates that get a short descent, at most; a dozen for each searched parameter
SHORT = 30  # steps of it
FINALISTS = 6  # descents that are run to the end by the caller


def find_starts(
    problem: Problem, known: Sequence[str], linear: Sequence[str], seed: int, watch: Watch | None
) -> tuple[np.ndarray, bool]:
    """Promising starts for the free parameters, best first, (finalists, free), and whether the search was interrupted.

    known: free parameters whose start the caller gave, in problem.values; linear: those solved in closed form.
    The squared loss ranks them, whatever the problem's own is: it needs no start itself.
    """
    small = replace(problem, points=thinned(problem.points), loss=mse)
    searched = [n for n in problem.free if n not in known and n not in linear]
    solved = tuple(n for n in linear if n not in known)
    quick = problem.model.expr is not None
    drawn = candidates(small, searched, np.random.default_rng(seed), MOST_CANDIDATES if quick else FEW_CANDIDATES)
    values = np.repeat(problem.values[problem.where][None], len(drawn), axis=0)
    values[:, [problem.free.index(n) for n in searched]] = drawn
    tried, cost, interrupted = _try(small, np.clip(values, problem.low, problem.high), solved)
    best = distinct(tried, cost, min(POLISHED, 12 * len(searched)) if quick else FINALISTS)
    if interrupted:
        return best[:1], True
    polished = minimise(small.factor, best, problem.low, problem.high, most=SHORT, watch=watch)
    return distinct(polished.values, polished.cost, FINALISTS), polished.interrupted


def _try(small: Problem, values: np.ndarray, solved: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray, bool]:
    """The candidates with their linear parameters solved, their cost, and whether Ctrl-C cut the list short."""
    tried, cost = [], []
    try:
        batch = BATCH if small.model.expr is not None else 1  # a slow function can be stopped between calls
        for i in range(0, len(values), batch):
            part = values[i : i + batch]
            part = solve_linear(small, part, solved) if solved else part
            cost.append(small.cost(part))
            tried.append(part)
    except KeyboardInterrupt:
        if not tried:
            raise
        return np.concatenate(tried), np.concatenate(cost[: len(tried)]), True
    return np.concatenate(tried), np.concatenate(cost), False


def thinned(points: Points) -> Points:
    """At most MOST_POINTS of the points, evenly spread along the table's order of the first input."""
    if points.n <= MOST_POINTS:
        return points
    order = np.argsort(next(iter(points.inputs.values())), kind="stable")
    at = order[np.linspace(0, points.n - 1, MOST_POINTS).astype(int)]
    sigma = None if points.sigma is None else points.sigma[at]
    return replace(points, inputs={k: v[at] for k, v in points.inputs.items()}, y=points.y[at], sigma=sigma)


def distinct(values: np.ndarray, cost: np.ndarray, most: int) -> np.ndarray:
    """The rows of lowest finite cost; of those whose cost is the same to four digits, the one with smallest values."""
    order = np.argsort(cost, kind="stable")
    size = np.abs(values).sum(axis=1)
    chosen: list[int] = []
    for i in order[np.isfinite(cost[order])]:
        same = next((k for k, j in enumerate(chosen[-8:]) if abs(cost[i] - cost[j]) <= 1e-4 * abs(cost[j])), None)
        if same is not None:
            k = max(len(chosen) - 8, 0) + same
            chosen[k] = int(i) if size[i] < size[chosen[k]] else chosen[k]
        elif len(chosen) < most:
            chosen.append(int(i))
        else:
            break
    return values[chosen or order[:1]]


def candidates(problem: Problem, searched: Sequence[str], random: np.random.Generator, most: int) -> np.ndarray:
    """Values to try for the searched parameters: (candidates, searched).

    One parameter gets the whole pool, two get a grid of it, more get `most` random draws.
    """
    if not searched:
        return np.empty((1, 0))
    pool = np.concatenate([sizes(problem.points), rhythms(problem.points)])
    if len(searched) == 1:
        return pool[:, None]
    if len(searched) == 2 and most >= GRID**2:
        coarse = np.sort(pool)[np.linspace(0, len(pool) - 1, GRID).astype(int)]
        coarse = np.concatenate([coarse, rhythms(problem.points)])
        return np.stack(np.meshgrid(coarse, coarse), axis=-1).reshape(-1, 2)
    return random.choice(pool, size=(most, len(searched)))


def sizes(points: Points) -> np.ndarray:
    """The pool: sizes that a parameter of these points could have, sorted.

    Places along each input, its span and typical size and their inverses over four decades with both signs, heights
    of y, and plain numbers around 1.
    """
    decades = 10.0 ** np.linspace(-2.5, 1.5, 13)
    numbers = [-4.0, -3.0, -2.0, -1.5, -1.0, -0.5, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0]
    pool = [np.array(numbers), np.quantile(points.y, [0.0, 0.5, 1.0])]
    for x in points.inputs.values():
        span = float(np.ptp(x)) or 1.0
        for size in {span, float(np.median(np.abs(x))) or span}:
            pool += [sign * decades * unit for sign in (1, -1) for unit in (size, 1.0 / size)]
        pool.append(np.quantile(x, np.linspace(0.0, 1.0, 15)))
    return np.unique(np.concatenate(pool))


def rhythms(points: Points, most: int = 3) -> np.ndarray:
    """What a parameter inside a sine could be: the strongest frequencies of y along each input.

    Each as cycles and as radians per unit, and as the length of a cycle or a radian; (4 · most, inputs) flat.
    """
    found = []
    for x in points.inputs.values():
        span = float(np.ptp(x))
        if span == 0.0:
            continue
        away, y = x - x.mean(), points.y - points.y.mean()
        y = y - away * (away @ y) / (away @ away)  # a drift is no rhythm
        frequencies = np.arange(1, 2 * points.n + 1) / (4.0 * span)  # to the mean Nyquist frequency, four a line
        power = np.abs(np.exp(-2j * np.pi * np.outer(frequencies, x)) @ y)
        peaks = np.flatnonzero((power >= np.roll(power, 1)) & (power >= np.roll(power, -1)))
        best = frequencies[peaks[np.argsort(power[peaks])[::-1][:most]]]
        found += [best, 2 * np.pi * best, 1 / best, 1 / (2 * np.pi * best)]
    return np.concatenate(found) if found else np.empty(0)
