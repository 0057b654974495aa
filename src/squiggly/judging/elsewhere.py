"""Where one more point would tell what these points do not.

Two curves, or one curve as its parameters move along a direction, are compared between the points and beyond them. The
place that is named is the nearest at which the difference has half of its largest size.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from squiggly.points import Points
from squiggly.solve.problem import Problem

BEYOND = 3.0  # how far past the points is looked first, in their span, to each side
FAR = (10.0, 100.0, 1000.0)  # and then, where nothing is seen there
PLACES = 400
OFF = 1e4  # spans from nought past which it is better to count from elsewhere
SEEN = {"exact": 1e-9, "torch autograd": 1e-9, "central differences": 1e-5}  # relative change that is more than none

Inputs = dict[str, np.ndarray]


def along(problem: Problem, free_values: np.ndarray, ways: np.ndarray) -> Inputs | None:
    """Where the curve moves most as the free parameters, (free,), go along the ways, (free, k); None if nowhere."""
    whole = problem.whole(free_values[None])
    per_parameter, size = np.abs(ways).max(axis=1), float(np.abs(problem.points.y).max())

    def moves(inputs: Inputs) -> tuple[np.ndarray, np.ndarray]:
        rows = problem.model.rows(whole, inputs, problem.free)[0, 1:]  # (free, places)
        return np.abs(ways.T @ rows).max(axis=0), np.maximum(np.abs(per_parameter[:, None] * rows).max(axis=0), size)

    return _most(problem.points, moves, SEEN[problem.model.derivatives_by])


def between(problem: Problem, one: np.ndarray, other: np.ndarray, enough: float) -> Inputs | None:
    """Where the curves of two sets of free parameters, (free,), differ most, near the points; None if nowhere.

    enough: a difference, in units of y, that will do.
    """
    whole = problem.whole(np.array([one, other]))

    def differ(inputs: Inputs) -> tuple[np.ndarray, np.ndarray]:
        rows = problem.model.rows(whole, inputs)[:, 0]
        return np.abs(rows[1] - rows[0]), np.abs(rows).max(axis=0)

    return _most(problem.points, differ, 1e-6, enough, far=False)


def _most(
    points: Points,
    size: Callable[[Inputs], tuple[np.ndarray, np.ndarray]],
    least: float,
    enough: float = np.inf,
    far: bool = True,
) -> Inputs | None:
    """The nearest place with half of the largest difference, first among the points and around them, then far away.

    size: the difference at many places, and what it is small against.
    """
    for reach, below in [(BEYOND, False), *((r, b) for b in (False, True) for r in FAR)][: None if far else 1]:
        inputs, distance = _places(points, reach, below)
        with np.errstate(all="ignore"):
            difference, against = size(inputs)
            counts = np.isfinite(difference) & np.isfinite(against) & (difference > least * against)
        if counts.any():
            difference = np.where(counts, difference, 0.0)
            near = np.where(difference >= min(0.5 * difference.max(), enough), distance, np.inf)
            at = int(np.lexsort((-difference, near))[0])
            return {name: v[at : at + 1] for name, v in inputs.items()}
    return None


def _places(points: Points, reach: float, below: bool) -> tuple[Inputs, np.ndarray]:
    """Places to look at, and how far past the points each is, in spans; those below 0, where no point is, if asked."""
    inputs, distance = {}, np.zeros(1)
    random = np.random.default_rng(0)
    for name, x in points.inputs.items():
        low, high = float(x.min()), float(x.max())
        span = (high - low) or abs(low) or 1.0
        far = np.geomspace(1e-2, reach, PLACES // 4) * span
        places = np.concatenate([np.linspace(low, high, PLACES // 2), low - far, high + far])
        if low > 0 and not below:
            places = np.where(places > 0, places, low * np.linspace(0.05, 1.0, len(places)))
        elif low == 0 and not below:
            places = np.where(places >= 0, places, 0.0)
        if len(points.inputs) > 1:  # all of them vary at once
            places = np.concatenate([random.permutation(places) for _ in range(5)])
        inputs[name] = places
        distance = np.maximum(distance, np.maximum(low - places, places - high) / span)
    return inputs, np.maximum(distance, 0.0)


def far_off(points: Points) -> str:
    """The cure where an input lies so far from nought that float64 hardly sees it vary; empty elsewhere."""
    for name, x in points.inputs.items():
        middle, span = float(np.median(x)), float(np.ptp(x))
        if abs(middle) > OFF * span > 0:
            return (
                f"{name} lies so far from 0, for how little it varies, that parameters are hard to tell apart: "
                f"write ({name} - {_rounded(middle, x)}) for {name}."
            )
    return ""


def told(points: Points, at: Inputs) -> str:
    """A place in words, to about a hundredth of the points' span: "x = 40"."""
    return ", ".join(f"{name} = {_rounded(float(v[0]), points.inputs[name])}" for name, v in at.items())


def _rounded(value: float, x: np.ndarray) -> str:
    span = float(np.ptp(x)) or abs(float(x[0])) or 1.0
    outside = max(float(x.min()) - value, value - float(x.max()), 0.0)
    if 0.0 < value < float(x.min()):  # toward nought a share of the value counts
        span = min(span, 10.0 * value)
    step = math.ceil(math.log10(max(span, outside)) - 1e-9) - 2
    if abs(value) < 1e6 and step > -6:
        return (
            f"{round(value, -step) + 0.0:.{max(-step, 0)}f}".rstrip("0").rstrip(".")
            if step < 0
            else f"{round(value, -step):.0f}"
        )
    return f"{round(value, -step):.{max(math.floor(math.log10(abs(value) or 1.0)) - step + 1, 2)}g}"
