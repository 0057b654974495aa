"""Whether what is left of the points looks like scatter, and where it does not.

Scatter has no memory: residuals that are neighbours along an input do not go together. Their correlation r, one to
sixteen places apart, is judged by (1 - r²)^(m/2), which is at least the chance of so large an r in scatter of m points;
m counts as n points only those residuals that carry weight, n or 3(Σs²)²/Σs⁴ if that is less, so that wild points and
noise that grows do not count as structure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from squiggly.loss import Poisson
from squiggly.program import blocks
from squiggly.solve.problem import Problem

FEWEST = 8  # places along an input below which nothing is said
CHANCE = 1e-6  # of scatter being called structure, at most
LOOSE = 1e-4  # the same, where a search asks whether to go on
RHYTHM = 1e-5  # of scatter swinging so, where a search asks
LEAST = 0.1  # correlation between neighbours that matters; with a million points a hundredth would be seen
SHARE = 0.05  # of the residuals' squares that must go together, where many points are averaged
FARTHEST = 16  # places apart up to which residuals are compared
MANY = 20_000  # points from which they are averaged in BINS equal steps along the input
BINS = 4_096
MOST = 500_000  # points looked at: what matters of more is seen in every so manieth


@dataclass(frozen=True)
class Structure:
    """Where residuals are not scatter: from low to high along an input they lie to one side of the curve.

    offset: their mean there, in units of y, above 0 where the points lie above the curve; times: the same in units of
    the scatter between neighbours; correlation: of residuals `apart` places apart; period: along the input, of
    residuals that swing rather than bend, else nan
    """

    along: str
    low: float
    high: float
    offset: float
    times: float
    correlation: float
    apart: int
    period: float


def structure(problem: Problem, free_values: np.ndarray, chance: float = CHANCE) -> Structure | None:
    """The clearest structure in the residuals at the free parameters, (free,); None where they look like scatter.

    chance: that scatter is called structure, at most.
    """
    if problem.points.n > MOST:
        problem = replace(problem, points=problem.points.take(slice(None, None, -(-problem.points.n // MOST))))
    points = problem.points
    if points.n < FEWEST:
        return None
    left = _scaled(problem, free_values)
    total = float(left @ left)
    size = points.y_over_sigma
    if not total > 1e-18 * float(size @ size):  # nothing is left but rounding
        return None
    found = None
    clearest = math.log(chance / len(points.inputs))
    for name, x in points.inputs.items():
        place, mean = _along(x, left)
        if len(mean) < FEWEST:
            continue
        likely, apart, r = _memory(mean)
        if likely < clearest and r > LEAST and r * float(mean @ mean) > SHARE * total:
            clearest, found = likely, (name, place, mean, apart, r)
    return None if found is None else _described(problem, left, *found)


def looks_like_scatter(problem: Problem, free_values: np.ndarray) -> bool:
    """Whether a search may stop at the free parameters, (free,): no structure, by a looser measure, and no rhythm."""
    return structure(problem, free_values, LOOSE) is None and not _swings(problem, free_values)


def _swings(problem: Problem, free_values: np.ndarray) -> bool:
    """Whether one rhythm stands out among the residuals in the order of an input (Fisher, 1929)."""
    points = problem.points
    if points.n < FEWEST:
        return False
    if points.n > BINS:
        problem = replace(problem, points=points.take(slice(None, None, -(-points.n // BINS))))
    left = _scaled(problem, free_values)
    for x in problem.points.inputs.values():
        power = np.abs(np.fft.rfft(left[np.argsort(x, kind="stable")])[1 : (len(left) + 1) // 2]) ** 2
        total = float(power.sum())
        if total > 0.0 and len(power) * (1.0 - float(power.max()) / total) ** (len(power) - 1) < RHYTHM:
            return True
    return False


def _scaled(problem: Problem, free_values: np.ndarray) -> np.ndarray:
    """Measured less predicted, (n,), in units of sigma where it is given and of the root of a Poisson mean."""
    if not isinstance(problem.loss, Poisson):
        return problem.residuals(free_values)
    [[predicted]] = problem.model.rows(problem.whole(free_values[None]), problem.points.inputs)
    return (problem.points.y - predicted) / np.sqrt(np.maximum(predicted, 1e-12))


def _along(x: np.ndarray, left: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places along an input and the residuals there: of several at one place the mean, times the root of their number.

    So a mean of m scatters as one does.
    """
    if len(x) > MANY:
        return _averaged(x, left)
    if not (x[1:] > x[:-1]).all():
        order = np.argsort(x, kind="stable")
        x, left = x[order], left[order]
        new = np.flatnonzero(np.r_[True, x[1:] > x[:-1]])
        if len(new) < len(x):
            left = np.add.reduceat(left, new) / np.sqrt(np.diff(np.r_[new, len(x)]))
            x = x[new]
    return x, left


def _averaged(x: np.ndarray, left: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same in equal steps of x, for many points: one pass, no sorting, no memory that grows with them."""
    low, high = float(x.min()), float(x.max())
    count, total = np.zeros(BINS), np.zeros(BINS)
    for block in blocks(len(x)):
        at = ((x[block] - low) * ((BINS - 1e-6) / ((high - low) or 1.0))).astype(np.intp)
        count += np.bincount(at, minlength=BINS)
        total += np.bincount(at, left[block], minlength=BINS)
    filled = count > 0
    places = low + (np.arange(BINS) + 0.5) * (high - low) / BINS
    return places[filled], total[filled] / np.sqrt(count[filled])


def _memory(s: np.ndarray) -> tuple[float, int, float]:
    """The most telling correlation along s, (places,): the log of its chance, how many places apart, and itself.

    Neighbours are compared by their differences (von Neumann, 1941), which counts the ends in. Half of the chances are
    theirs, the other half is shared by those farther apart.
    """
    farthest = max(min(FARTHEST, len(s) // 4), 1)
    s = s / np.abs(s).max()  # fourth powers of tiny numbers are none
    square = s * s
    products = np.correlate(np.concatenate([s, np.zeros(farthest)]), s, "valid")  # (1 + farthest,), none apart first
    products[1] += 0.5 * (square[0] + square[-1])
    whole = float(products[0])
    half = 0.5 * min(len(s), 3.0 * whole * whole / float(square @ square))
    best = (0.0, 1, 0.0)
    for apart in {1, int(np.argmax(products[1:])) + 1}:
        r = float(products[apart]) / whole
        if r > 0.0:
            chances = math.log(2.0 if apart == 1 else 2.0 * FARTHEST)
            best = min(best, (half * math.log1p(-min(r * r, 1.0 - 1e-15)) + chances, apart, r))
    return best


def _described(
    problem: Problem, left: np.ndarray, name: str, place: np.ndarray, mean: np.ndarray, apart: int, r: float
) -> Structure:
    """The stretch along which the residuals lie most to one side, in words' numbers."""
    near = float(mean[1:] @ mean[:-1]) / float(mean @ mean)  # of neighbours: of a slow bend it is high as well
    period = apart * float(np.median(np.diff(place))) if apart > 1 and near < 0.5 * r else float("nan")
    noise = math.sqrt(0.5 * float(np.mean(np.diff(mean) ** 2)))
    first, last = max((_stretch(side * mean - 0.5 * noise) for side in (1.0, -1.0)), key=lambda s: s[2])[:2]
    low, high = float(place[first]), float(place[last])
    x = problem.points.inputs[name]
    inside = (x >= low) & (x <= high)
    sigma = problem.points.sigma
    offset = float(np.mean(left[inside] * (1.0 if sigma is None else sigma[inside])))
    times = abs(float(np.mean(left[inside]))) / noise if noise > 0 else float("inf")
    return Structure(name, low, high, offset, times, r, apart, period)


def _stretch(gain: np.ndarray) -> tuple[int, int, float]:
    """The stretch with the largest sum: its first and last place, and the sum."""
    running = np.cumsum(np.r_[0.0, gain])
    lowest = np.minimum.accumulate(running)[:-1]
    last = int(np.argmax(running[1:] - lowest))
    return int(np.argmin(running[: last + 1])), last, float(running[last + 1] - lowest[last])
