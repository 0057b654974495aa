"""Wild points, by a stated rule: which stand out from the scatter of the others, and how far.

Each residual is measured against the scatter of all, taken where wild points cannot widen it: the 68 % quantile of the
residuals' sizes, times n/(n - p). What is left over is Student's t if no point is wild, so each point has a chance of
being as far off as it is. The points whose chances are too small together are wild: so many that at most 1 % of those
named are expected to be named wrongly (Benjamini & Hochberg, 1995). The rule is ROUT's (Motulsky & Brown, 2006), with
a Huber fit in place of its own. At most three points in ten can be wild: of more, none is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from squiggly.errors import listed
from squiggly.loss import Poisson
from squiggly.points import Points
from squiggly.solve.least_squares import Descent
from squiggly.solve.problem import Problem

if TYPE_CHECKING:
    from squiggly.result import Fit

RATE = 0.01  # of the points named, the share that may be named wrongly
MOST = 0.3  # share of the points that are tested
ONE_SIGMA = 0.6827  # of a Gaussian, within one standard deviation
ROUNDING = 1e-13  # of y: residuals as small are no scatter
NAMED = 8  # rows named in a line of text
RULE = "residuals too far for the others' scatter, at a false discovery rate of 1 %"


@dataclass(frozen=True)
class Outlier:
    """One wild point.

    row: its row as the table counts it; at: its values by name, y's too; far: residual in units of the others' scatter

    >>> print(Outlier(5, {"x": 5.0, "y": 30.0}, 254.7))
    row 5 (x=5, y=30): +255 times the scatter
    """

    row: int
    at: Mapping[str, float]
    far: float

    def __str__(self) -> str:
        place = ", ".join(f"{name}={value:.6g}" for name, value in self.at.items())
        return f"row {self.row} ({place}): {self.far:+.3g} times the scatter"


@dataclass(frozen=True, eq=False)
class Outliers:
    """The points that stand out from the others' scatter: as long as there are some, and gone through one by one.

    points: the wild ones; far: (wild,), residual in units of the scatter; scatter: in units of y, or of sigma if given
    n: how many points were looked at; left_out: whether the fit was made without them

    >>> from squiggly import fit
    >>> y = [0, 1.1, 1.9, 3, 4.1, 30, 5.9, 7.1, 8, 9]
    >>> answer = fit("y = a*x + b", {"x": range(10), "y": y}, outliers="leave out")
    >>> print(answer.outliers)
    1 of 10 points left out as an outlier: row 5
    >>> [(wild.row, wild.at) for wild in answer.outliers]
    [(5, {'x': 5.0, 'y': 30.0})]
    """

    points: Points
    far: np.ndarray
    scatter: float
    n: int
    left_out: bool = False

    @property
    def rows(self) -> tuple[int, ...]:
        """Their row numbers, as the table counts them: from 1 in a file, from 0 in memory."""
        return () if self.points.rows is None else tuple(int(row) for row in self.points.rows)

    def __len__(self) -> int:
        return len(self.far)

    def __iter__(self) -> Iterator[Outlier]:
        named = {**self.points.inputs, self.points.target: self.points.y}
        for k, (row, far) in enumerate(zip(self.rows, self.far)):
            yield Outlier(row, {name: float(values[k]) for name, values in named.items()}, float(far))

    def __str__(self) -> str:
        if not len(self):
            return f"none of {self.n} points {'was left out' if self.left_out else 'stands out'} as an outlier"
        rows = [str(row) for row in self.rows[:NAMED]] + ["…"] * (len(self) > NAMED)
        which = f"row{'s' * (len(self) > 1)} {listed(rows) if len(self) <= NAMED else ', '.join(rows)}"
        kind = "an outlier" if len(self) == 1 else "outliers"
        if self.left_out:
            return f"{len(self)} of {self.n} points left out as {kind}: {which}"
        return f"{len(self)} of {self.n} points stand{'s' * (len(self) == 1)} out as {kind}: {which}"


def wild(residuals: np.ndarray, parameters: int, grain: float) -> tuple[np.ndarray, float]:
    """Which residuals stand out, (n,) bool, and the scatter of the others.

    residuals: (n,), measured less predicted, in units of sigma where given; parameters: how many were fitted;
    grain: what is rounding, no scatter, in the same units.

    >>> stands_out, scatter = wild(np.array([0.1, -0.2, 0.1, 0.0, -0.1, 0.2, -0.1, 9.0]), 1, grain=0.0)
    >>> np.flatnonzero(stands_out).tolist()
    [7]
    """
    from scipy.special import stdtr

    n, freedom = len(residuals), len(residuals) - parameters
    sizes = np.abs(residuals)
    if freedom < 1 or not np.isfinite(sizes).all():
        return np.zeros(n, dtype=bool), float("nan")
    scatter = max(float(np.quantile(sizes, ONE_SIGMA)) * n / freedom, grain, np.finfo(float).tiny)
    order = np.argsort(-sizes, kind="stable")
    chance = 2.0 * stdtr(freedom, -sizes[order] / scatter)
    tested = int(MOST * n)
    few_enough = np.flatnonzero(chance[:tested] <= RATE * np.arange(1, tested + 1) / n)
    out = np.zeros(n, dtype=bool)
    if len(few_enough):
        out[order[: few_enough[-1] + 1]] = True
    return out, scatter


def outliers_of(fit: Fit) -> Outliers:
    """The points that stand out from a fit's own curve. Counts are measured by the root of what was expected."""
    points, residuals, size = fit.points, fit.residuals, fit.points.y_over_sigma
    if isinstance(fit.loss_function, Poisson):
        with np.errstate(all="ignore"):
            root = np.sqrt(np.maximum(fit.predict(), 1e-300))
        residuals, size = residuals / root, points.y / root
    elif points.sigma is not None:
        residuals = residuals / points.sigma
    return standing_out(points, residuals, len(fit.free), size)[1]


def without_outliers(problem: Problem, descent: Descent) -> tuple[Points, Outliers]:
    """The points that are left without those that stand out from a solved robust fit, and those."""
    points, residuals = problem.points, problem.residuals(descent.values[0])
    out, named = standing_out(points, residuals, len(problem.free), points.y_over_sigma)
    return points.take(~out), replace(named, left_out=True)


def standing_out(
    points: Points, residuals: np.ndarray, parameters: int, size: np.ndarray
) -> tuple[np.ndarray, Outliers]:
    """The points that stand out by their residuals, (n,) bool and as Outliers.

    residuals, size: (n,), what the points lie off by and y itself, in units of sigma where given.
    """
    out, scatter = wild(residuals, parameters, ROUNDING * float(np.abs(size).max()))
    return out, Outliers(points.take(out), residuals[out] / scatter, scatter, points.n)
