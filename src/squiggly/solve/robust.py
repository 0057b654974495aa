"""Losses that wild points cannot bend far: least absolute deviations, and Huber with its bend from the spread.

The search for start values ranks by squares, which wild points do bend. So it is made again on calmed points, those
far from the median of their neighbours (Hampel, 1974) put onto it, and once more without the points that the best
curve so far leaves far off. Each end is eased by a Huber loss, and the sum of absolute deviations decides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar, final

import numpy as np
from numpy.typing import ArrayLike

from squiggly.loss import Huber, Loss, MeanAbsolute, mse
from squiggly.points import Points
from squiggly.solve.bent import lowest_absolute
from squiggly.solve.least_squares import Descent, Watch, minimise
from squiggly.solve.linear import linear_parameters
from squiggly.solve.problem import Problem

Smooth = Callable[[Problem], Descent]  # solves a problem whose loss has no kinks

EFFICIENT = 1.345  # spreads at which huber bends: 95 % as good as least squares where no point is wild
NEIGHBOURS = 9  # points in a row, or in a heap, the median of whose others says where one of them should be
MOST_PAIRED = 1_500  # points of several inputs up to which each looks for the nearest
STRAY = 5.0  # spreads from that median at which a point is calmed
NOISY = 2.0  # times the scatter of neighbours that a curve may leave before it is doubted
FAR = 4.0  # spreads from a curve at which a point is wild enough for another search
KEPT = 0.7  # share of the points, the nearest, that another search is made on (Rousseeuw & Van Driessen, 2006)
ROUNDS = 3  # of such searches, at most
EASY = 40  # steps of a Huber descent that only says which end is promising
ALIKE = 0.05  # share by which another end may cost more and still be followed down
BENT = 1e-2  # curvature left to points beyond huber's bend, as a share of that of the others
SHRINKS = 9  # factors of ten by which the round bottom of a Huber loss shrinks, where linear programmes stall


def least_absolute(problem: Problem, smooth: Smooth, watch: Watch | None) -> Descent:
    """Least absolute deviations, to a minimum that is proven (`settled`) or said not to be."""
    linear = bool(problem.free) and linear_parameters(problem.model, problem.free) == problem.free
    if linear or not problem.free:
        begun = smooth(replace(problem, loss=mse))
        return _after(problem, begun, lowest_absolute(problem, begun.values[0], linear, watch))
    ends = promising(problem, smooth, watch)
    first, *others = ends
    found = _after(problem, first, lowest_absolute(problem, first.values[0], False, watch))
    for other in others:
        if other.cost[0] <= first.cost[0] * (1 + ALIKE) and not found.interrupted:
            found = found.or_better(_after(problem, other, lowest_absolute(problem, other.values[0], False, watch)))
    return found if found.settled[0] or found.interrupted else found.or_better(_shrunk(problem, found, watch))


def huber_by_spread(problem: Problem, smooth: Smooth, watch: Watch | None) -> tuple[Descent, Problem]:
    """Huber with delta at 1.345 spreads of a least absolute fit's residuals: 95 % efficient on clean data."""
    absolute = replace(problem, loss=MeanAbsolute())
    found = least_absolute(absolute, smooth, watch)
    width = spread(absolute, found.values[0])
    problem = replace(problem, loss=Huber(delta=EFFICIENT * width if width > 0 else 1.0))
    if not found.interrupted:
        found = _after(problem, found, _bottom(problem, found.values, watch))
    return _seen_by(problem, found), problem


def _bottom(problem: Problem, begin: np.ndarray, watch: Watch | None) -> Descent:
    """Down a Huber loss, (1, free), by its own curvature first, then by the parabolas that touch it, to the end."""
    curved = replace(problem, loss=_Curved(problem.loss))
    quick = minimise(curved.factor, begin, problem.low, problem.high, EASY, watch)
    if quick.settled[0] or quick.interrupted:
        return quick
    return _after(problem, quick, minimise(problem.factor, quick.values, problem.low, problem.high, watch=watch))


@final
@dataclass(frozen=True)
class _Curved(Loss):
    """A Huber loss whose points beyond its bend pull without bending, all but: its steps are nearly Newton's.

    The parabolas that touch the loss there need a dozen steps for what these do in three.
    """

    loss: Loss
    name: ClassVar[str] = "huber"
    title: ClassVar[str] = "Huber loss"

    def pointwise(self, predicted: ArrayLike, y: ArrayLike, sigma: ArrayLike | None = None) -> np.ndarray:
        return self.loss.pointwise(predicted, y, sigma)

    def slope(self, predicted: ArrayLike, y: ArrayLike, sigma: ArrayLike | None = None) -> np.ndarray:
        return self.loss.slope(predicted, y, sigma)

    def weight(self, predicted: ArrayLike, y: ArrayLike, sigma: ArrayLike | None = None) -> np.ndarray:
        touching, flat = self.loss.weight(predicted, y, sigma), 1.0 if sigma is None else np.asarray(sigma) ** -2.0
        return np.where(touching < flat * (1 - 1e-12), BENT * flat, flat)


def huber_given(problem: Problem, smooth: Smooth, watch: Watch | None) -> Descent:
    """Huber with the delta that was asked for, from the ends of a robust search as well as the squared one's."""
    found = smooth(problem)
    absolute = replace(problem, loss=MeanAbsolute())
    far = np.abs(problem.residuals(found.values[0])) > FAR * spread(problem, found.values[0])
    if found.interrupted or not far.any() or linear_parameters(problem.model, problem.free) == problem.free:
        return found
    for end in promising(absolute, smooth, watch):
        found = found.or_better(minimise(problem.factor, end.values, problem.low, problem.high, watch=watch))
    return found


def promising(problem: Problem, smooth: Smooth, watch: Watch | None) -> list[Descent]:
    """Ends of searches that wild points did not lead, best first, with the costs `problem` gives them.

    One where no point is wild. The first of them is interrupted where a search was.
    """
    squared = replace(problem, loss=mse)
    first = smooth(squared)
    off, width = np.abs(problem.residuals(first.values[0])), spread(problem, first.values[0])
    calm, noise = calmed(problem.points)
    if first.interrupted or not (off > FAR * width).any() and not width > NOISY * noise:
        return [_seen_by(problem, first)]
    found = [_eased(problem, first, watch)]
    if calm is not None:
        found.append(_eased(problem, smooth(replace(squared, points=calm)), watch))
    apart = len(found) == 1 or _cost(max(found, key=_cost)) > _cost(min(found, key=_cost)) * (1 + 1e-6)
    for _ in range(ROUNDS if apart else 0):
        best = min(found, key=_cost)
        off = np.abs(problem.residuals(best.values[0]))
        wild, near = off > FAR * spread(problem, best.values[0]), off <= np.quantile(off, KEPT)
        if any(end.interrupted for end in found) or not wild.any() or near.sum() <= 2 * len(problem.free):
            break
        found.append(_eased(problem, smooth(replace(squared, points=problem.points.take(near))), watch))
        if _cost(found[-1]) >= _cost(best) * (1 - 1e-6):
            break
    found.sort(key=_cost)
    stopped = any(end.interrupted for end in found)
    distinct = [end for k, end in enumerate(found) if not k or _cost(end) > _cost(found[k - 1]) * (1 + 1e-6)]
    return [replace(end, interrupted=stopped) for end in distinct]


def calmed(points: Points) -> tuple[Points | None, float]:
    """The points with each that strays from its neighbours' median put onto it, None where none does.

    And how far neighbours scatter, in units of sigma where given; inf where nobody looked.
    """
    if points.n <= NEIGHBOURS or (len(points.inputs) > 1 and points.n > MOST_PAIRED):
        return None, np.inf
    middle = np.median(_in_a_row(points) if len(points.inputs) == 1 else _nearest(points), axis=1)
    off = np.abs(points.y - middle) / (1.0 if points.sigma is None else points.sigma)
    noise = 1.4826 * float(np.median(off))
    stray = off > STRAY * noise
    return (replace(points, y=np.where(stray, middle, points.y)) if stray.any() else None), noise


def _in_a_row(points: Points) -> np.ndarray:
    """The y of each point's neighbours along x, itself not among them: on a slope a point is its own median."""
    order = np.argsort(points.x, kind="stable")
    half = NEIGHBOURS // 2
    padded = np.pad(points.y[order], half, mode="reflect")  # were a slope carried on, a wild end would carry it away
    around = np.delete(np.lib.stride_tricks.sliding_window_view(padded, NEIGHBOURS), half, axis=1)
    return np.asarray(around[np.argsort(order, kind="stable")])


def _nearest(points: Points) -> np.ndarray:
    """The y of each point's nearest neighbours, each input in units of its own spread."""
    places = np.stack([(x - x.mean()) / (x.std() or 1.0) for x in points.inputs.values()], axis=1)
    apart = ((places[:, None, :] - places[None, :, :]) ** 2).sum(axis=2)
    np.fill_diagonal(apart, np.inf)
    return np.asarray(points.y[np.argpartition(apart, NEIGHBOURS - 2, axis=1)[:, : NEIGHBOURS - 1]])


def spread(problem: Problem, free_values: np.ndarray) -> float:
    """The residuals' size as a standard deviation at (free,), in units of y, or of sigma if given.

    1.4826 times the median of the n - p + 1 largest |r|: a least absolute fit makes p of them 0, whatever the scatter
    (DuMouchel & O'Brien, 1989).
    """
    sizes = np.sort(np.abs(problem.residuals(free_values)))
    return 1.4826 * float(np.median(sizes[min(max(len(problem.free) - 1, 0), len(sizes) - 1) :]))


def _cost(end: Descent) -> float:
    return float(end.cost[0])


def _eased(problem: Problem, end: Descent, watch: Watch | None) -> Descent:
    """An end of least squares moved on by a Huber loss, with the cost `problem` gives it."""
    width = spread(problem, end.values[0])
    if not end.interrupted and 0 < width < np.inf:
        rounded = replace(problem, loss=Huber(delta=EFFICIENT * width))
        end = _after(problem, end, minimise(rounded.factor, end.values, problem.low, problem.high, EASY, watch))
    return _seen_by(problem, end)


def _shrunk(problem: Problem, found: Descent, watch: Watch | None) -> Descent:
    """A Huber loss whose round bottom shrinks to nothing, one fit after another; then the question of proof again."""
    width = spread(problem, found.values[0]) or 1.0
    begun = found
    for shrink in range(1, SHRINKS + 1):
        if not found.interrupted:
            rounded = replace(problem, loss=Huber(delta=width * 10.0**-shrink))
            found = _after(
                problem, found, minimise(rounded.factor, found.values, problem.low, problem.high, 200, watch)
            )
    end = _seen_by(problem, found)
    if end.interrupted or not np.isfinite(end.cost[0]):
        return begun
    return _after(problem, end, lowest_absolute(problem, end.values[0], False, watch))


def _after(problem: Problem, first: Descent, then: Descent) -> Descent:
    """Two descents as one: where the second ended, by the way of both; the first's has the costs `problem` gives it."""
    way = tuple((at, values, problem.cost(values)) for at, values, _ in first.trail)
    return replace(
        then, trail=way + then.trail, steps=first.steps + then.steps, interrupted=first.interrupted or then.interrupted
    )


def _seen_by(problem: Problem, found: Descent) -> Descent:
    """A descent that went by other losses, with the costs this problem gives to its way and its end."""
    triangle, cost = problem.factor(found.values)
    trail = tuple((at, values, problem.cost(values)) for at, values, _ in found.trail)
    return replace(found, triangle=triangle, cost=cost, trail=trail)
