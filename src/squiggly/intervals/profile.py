"""The profile of a parameter: how the loss rises as it is moved and the others follow; the interval that this gives.

The interval ends where the summed loss has risen by t² times what it rises at one standard error: s² for mse (Bates &
Watts, 1988, §6.1), 1/2 for poisson's likelihood. Where the curve is straight in its parameters that is value ± t·error.
"""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from typing import TYPE_CHECKING

import numpy as np

from squiggly.errors import ModelError, OptionError, listed, nearest
from squiggly.figures import rounded
from squiggly.intervals.trust import student
from squiggly.loss import MeanAbsolute
from squiggly.options import expect
from squiggly.solve.along import Way, best_along, climb

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from squiggly.result import Fit

PLACES = 12  # on each side, even in the parameter
WORDS = {
    "bound": "to {side}, the interval ends on the bound {end:g}",
    "flat": "to {side}, the loss never rises far enough: the points set no limit there",
    "lost": "to {side}, the model has no value beyond {end:g}: the interval is open there",
}


@dataclass(frozen=True, eq=False)
class Profile:
    """How the loss rises along one parameter while the others follow to their best.

    parameter, value: its name and its fitted value
    low, high:   the interval: ±inf on a side where the points set no limit, nan where a better answer was met
    level:       how often such an interval holds the true value
    values:      (m,), where the parameter was held, rising; losses: (m,), the lowest loss there, as `fit.loss`
    t:           (m,), the same as signed standard errors: a straight line where low and high are value ± t·error
    better:      parameters with a lower loss than the fit's, if the way led past any: the fit was not at the minimum
    words:       what is to be known about the ends; empty where both are reached

    >>> from squiggly import fit
    >>> fit("y = a*x + b", {"x": [0, 1, 2, 3], "y": [1.1, 2.9, 5.2, 6.8]}).profile("a")
    a = 1.94, 95 % profile interval 1.55 … 2.33
    """

    parameter: str
    value: float
    low: float
    high: float
    level: float
    values: np.ndarray
    losses: np.ndarray
    t: np.ndarray
    better: dict[str, float] | None = None
    words: str = ""

    def __str__(self) -> str:
        reach = [abs(end - self.value) for end in (self.low, self.high) if np.isfinite(end)]
        value, low, high = (
            rounded(v, (min(reach) or max(reach)) / 2)[0] if reach and np.isfinite(v) else f"{v:.6g}"
            for v in (self.value, self.low, self.high)
        )
        ends = f"{low.replace('-inf', '−∞')} … {high.replace('inf', '∞')}" if self.better is None else "unknown"
        words = f"\n{self.words}" if self.words else ""
        return f"{self.parameter} = {value}, {self.level * 100:.10g} % profile interval {ends}{words}"

    __repr__ = __str__

    def plot(self, path: str | PathLike[str] | None = None) -> Figure:
        """The loss against the parameter, with the height at which the interval ends; written to `path` if given."""
        from squiggly.shades import plot_profile

        return plot_profile(self, path)


def profile_of(fit: Fit, parameter: str, level: float) -> Profile:
    """See `Fit.profile`."""
    expect("a number between 0 and 1", "level=0.95", level=level)
    _expect_free(fit, parameter)
    problem, found = fit.problem, fit.trust
    if isinstance(fit.loss_function, MeanAbsolute):
        raise OptionError(
            "a profile needs a smooth loss, mae has kinks\n"
            f'hint: fit.parameters["{parameter}"] has its bootstrap interval; or fit with sq.huber'
        )
    size = fit.points.y_over_sigma
    if not found.unit > 1e-24 * (size @ size) / fit.n:  # else what is left of the loss is rounding
        why = (
            f"{fit.n} points and {len(fit.free)} parameters leave none to tell how far to trust it"
            if fit.freedom <= 0
            else "the curve passes through every point"
        )
        raise ModelError(f"{parameter} has no profile: {why}\nhint: measure more points, or give sigma as known")
    which, values = problem.free.index(parameter), problem.values[problem.where]
    reach, own = student(found.spare, level), fit.parameters[parameter].error
    step = own if 0 < own < np.inf else abs(values[which]) / 4 or 1.0
    with np.errstate(all="ignore"):
        ways = [climb(problem, values, which, side, found.unit, reach, step) for side in (-1, 1)]
        better = _better(fit, ways)
        low, high = (way.end for way in ways)
        place, cost = _drawn(fit, which, ways)
    rise = np.sqrt(np.maximum(cost - cost[place == values[which]].min(), 0.0) / found.unit)
    said = [
        WORDS[way.kind].format(side=side, end=way.places[-1] if way.kind == "lost" else way.end)
        for side, way in zip(("lower values", "higher values"), ways)
        if way.kind in WORDS
    ]
    ends: tuple[float, ...] = (low, high)
    if better is not None:
        said, ends = [_better_words(fit, better)], (float("nan"), float("nan"))
    elif any(way.kind == "lost" for way in ways):
        ends = tuple(s * np.inf if way.kind == "lost" else way.end for s, way in zip((-1, 1), ways))
    return Profile(
        parameter, float(values[which]), float(ends[0]), float(ends[1]), float(level),
        place, cost / fit.n, np.sign(place - values[which]) * rise, better, "; ".join(said),
    )  # fmt: skip


def _expect_free(fit: Fit, parameter: str) -> None:
    if parameter in fit.free:
        return
    if parameter in fit.parameters:
        raise OptionError(f"{parameter} was held at {fit.values[parameter]:g}\nhint: profile {listed(fit.free)}")
    meant = nearest(str(parameter), fit.free)
    cure = f"did you mean {meant}?" if meant else f"the fitted parameters are {listed(fit.free)}"
    raise OptionError(f"{parameter!r} is not a parameter of this fit\nhint: {cure}")


def _better(fit: Fit, ways: list[Way]) -> dict[str, float] | None:
    """A lower answer that was met on the way, if any."""
    lower = [way for way in ways if way.kind == "lower"]
    if not lower:
        return None
    best = min(lower, key=lambda way: way.costs[-1])
    return {**fit.values, **dict(zip(fit.free, map(float, best.values[-1])))}


def _better_words(fit: Fit, better: dict[str, float]) -> str:
    shown = ", ".join(f"{n}={better[n]:.6g}" for n in fit.free)
    return f"a lower loss was met at {shown}: the fit was not at its minimum. Fit again with start there."


def _drawn(fit: Fit, which: int, ways: list[Way]) -> tuple[np.ndarray, np.ndarray]:
    """Places along the parameter, rising, and the lowest cost at each: those met, and an even grid between them."""
    places = np.concatenate([way.places for way in ways])
    costs = np.concatenate([way.costs for way in ways])
    values = np.concatenate([way.values for way in ways])
    _, first = np.unique(places, return_index=True)
    places, costs, values = places[first], costs[first], values[first]
    own = float(fit.problem.values[fit.problem.where][which])
    ends = [way.end if np.isfinite(way.end) else float(way.places[-1]) for way in ways]
    grid = np.unique(np.concatenate([np.linspace(own, end, PLACES + 1)[1:] for end in ends]))
    grid = grid[~np.isin(grid, places)]
    if len(grid):
        starts = np.stack([np.interp(grid, places, column) for column in values.T], axis=1)
        _, lowest = best_along(fit.problem, which, starts, fit.trust.unit)
        places, costs = np.concatenate([places, grid]), np.concatenate([costs, lowest])
    order = np.argsort(places)
    return places[order], costs[order]
