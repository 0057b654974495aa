"""The lowest loss along one parameter: it is held at one place after another while the others go to their best."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from squiggly.solve.least_squares import minimise, newton_step
from squiggly.solve.problem import Problem

PARTS = 3  # steps in which a way up is meant to be made
MOST = 40  # steps after which it is given up
FAR = 1e6  # how many times its first step, or its own size, a parameter may go without the loss reaching its height
CLOSE = 1e-6  # relative, of a height that is reached
QUICK, HURRIED = 6, 100  # steps of the others at each place: undamped, and careful ones
LEVELLED = 1e-9  # share of a unit that is still to be gained where they stop


@dataclass(frozen=True)
class Way:
    """The way from an answer to one side of a parameter, up to a height of the loss.

    places: (m,), of the parameter, from the answer outwards; costs: (m,), the lowest summed loss there
    values: (m, free), those of every free parameter there
    end: where the height is reached; the bound where that stands before it; ±inf where the loss stays below it
    kind: "reached", "bound", "flat", "lost" (the model has no value further out) or "lower" (a better answer was met)
    """

    places: np.ndarray
    costs: np.ndarray
    values: np.ndarray
    end: float
    kind: str


def others_follow(problem: Problem, which: int) -> Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """`problem.factor` with one free parameter held: its column is zero, so that no step moves it.

    Each row of a batch may hold it at a place of its own.
    """
    names = tuple(n for i, n in enumerate(problem.free) if i != which)
    keep = np.array([i for i in range(len(problem.free) + 1) if i != which])

    def factor(free_values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        small, cost = problem.factor(free_values, names)
        whole = np.zeros((len(small), len(keep) + 1, len(keep) + 1))
        whole[:, keep[:, None], keep] = small
        return whole, cost

    return factor


def best_along(problem: Problem, which: int, starts: np.ndarray, unit: float) -> tuple[np.ndarray, np.ndarray]:
    """The others at their best for each row of starts, with the parameter `which` as it is there.

    starts: (batch, free); unit: how much the summed loss rises at one standard error. Returns values (batch, free) and
    costs (batch,). A few undamped steps do it near the answer, and at once where the others are linear; where they
    do not go down, the careful descent takes over.
    """
    low, high = problem.low.copy(), problem.high.copy()
    low[which], high[which] = -np.inf, np.inf
    factor = others_follow(problem, which)
    values = np.clip(starts, low, high)
    triangle, cost = factor(values)
    for _ in range(QUICK):
        uphill = np.einsum("kij,ki->kj", triangle[:, :-1, :-1], triangle[:, :-1, -1])
        held = ((values <= low) & (uphill > 0)) | ((values >= high) & (uphill < 0))  # would leave their bounds
        triangle[:, :-1, :-1] *= ~held[:, None, :]
        step = newton_step(triangle)
        gain = np.sum(np.einsum("kij,kj->ki", triangle[:, :-1, :-1], step) ** 2, axis=1) / 2.0
        if (gain <= LEVELLED * unit).all():
            return values, cost
        trial = np.clip(values + step, low, high)
        triangle, now = factor(trial)
        if not (now <= cost * (1 + 1e-12)).all():
            break
        values, cost = trial, now
    found = minimise(factor, values, low, high, most=HURRIED)
    return found.values, found.cost


def climb(problem: Problem, values: np.ndarray, which: int, side: int, unit: float, height: float, step: float) -> Way:
    """Go from the answer to one side until the loss has risen by height² units.

    values: (free,), the answer; side: -1 or 1; unit: how much the summed loss rises at one standard error
    height: in standard errors; step: about one standard error, in units of the parameter
    """
    lowest = float(problem.cost(values[None])[0])
    bound = problem.low[which] if side < 0 else problem.high[which]
    met = [(float(values[which]), 0.0, lowest, values)]  # place, height, cost, values
    size = max(abs(float(values[which])), step)
    stride = step * height / PARTS
    for _ in range(MOST):
        place, reached, _, _ = met[-1]
        if (bound - place) * side <= 0:
            return _way(met, bound, "bound")
        goal = place + side * stride
        goal = bound if (goal - bound) * side > 0 else goal
        cost, there = _lowest_at(problem, which, goal, met, unit)
        if not np.isfinite(cost):
            stride /= 4.0
            if stride < 1e-3 * step * height:
                return _way(met, place, "lost")
            continue
        if cost < lowest - 1e-4 * unit - 1e-9 * abs(lowest):
            return _way([*met, (goal, 0.0, cost, there)], float("nan"), "lower")
        now = float(np.sqrt(max(cost - lowest, 0.0) / unit))
        met.append((goal, now, cost, there))
        if now >= height:
            return _refined(problem, which, met, lowest, unit, height)
        if abs(goal - values[which]) > FAR * size:
            break
        stride *= float(np.clip(height / PARTS / max(now - reached, 1e-300), 0.5, 4.0))
    return _way(met, side * np.inf, "flat")


def _lowest_at(
    problem: Problem, which: int, goal: float, met: list[tuple[float, float, float, np.ndarray]], unit: float
) -> tuple[float, np.ndarray]:
    """The lowest cost with the parameter at `goal`, and the values there; the others start on from the nearest."""
    near = sorted(met, key=lambda one: abs(one[0] - goal))[:2]
    starts = np.array([near[0][3]])
    if len(near) > 1 and near[0][0] != near[1][0]:
        ahead = near[0][3] + (near[0][3] - near[1][3]) * (goal - near[0][0]) / (near[0][0] - near[1][0])
        starts = np.array([np.clip(ahead, problem.low, problem.high), near[0][3]])
    starts[:, which] = goal
    values, costs = best_along(problem, which, starts, unit)
    k = int(np.argmin(costs))
    return float(costs[k]), values[k]


def _refined(
    problem: Problem,
    which: int,
    met: list[tuple[float, float, float, np.ndarray]],
    lowest: float,
    unit: float,
    height: float,
) -> Way:
    """The way, ended where the height is reached: by inverse interpolation between the places around it."""
    for _ in range(30):
        below = max((m for m in met if m[1] < height), key=lambda one: one[1])
        above = min((m for m in met if m[1] >= height), key=lambda one: one[1])
        nearest = min(below, above, key=lambda one: abs(one[1] - height))
        if abs(nearest[1] - height) <= CLOSE * height or abs(above[0] - below[0]) <= 1e-14 * abs(above[0]):
            break
        goal = _between(met, below[0], above[0], height)
        cost, there = _lowest_at(problem, which, goal, met, unit)
        if not np.isfinite(cost):
            break
        now = float(np.sqrt(max(cost - lowest, 0.0) / unit))
        met.append((goal, now, cost, there))
    else:
        nearest = above
    outwards = sorted(met, key=lambda one: abs(one[0] - met[0][0]))
    return _way(outwards, nearest[0], "reached")


def _between(met: list[tuple[float, float, float, np.ndarray]], low: float, high: float, height: float) -> float:
    """Where the height may lie: a parabola of place over height through the three nearest, else the middle."""
    near = sorted(met, key=lambda one: abs(one[1] - height))[:3]
    heights, places = [one[1] for one in near], [one[0] for one in near]
    if len(set(heights)) == len(near):
        guess = 0.0
        for i, place in enumerate(places):
            others = [h for j, h in enumerate(heights) if j != i]
            guess += place * float(np.prod([(height - h) / (heights[i] - h) for h in others]))
        if min(low, high) < guess < max(low, high):
            return guess
    return (low + high) / 2.0


def _way(met: list[tuple[float, float, float, np.ndarray]], end: float, kind: str) -> Way:
    places, _, costs, values = zip(*met)
    return Way(np.array(places), np.array(costs), np.array(values), float(end), kind)
