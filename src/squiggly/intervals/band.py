"""The band about a fitted curve: how far the curve may lie off, or where new points may fall.

The curve's error at x is the root of gᵀ·C·g, g the derivatives by the parameters and C their covariance (the delta
method); the band reaches Student's t times that to each side. A prediction adds the scatter of a point.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from squiggly.errors import DataError, ModelError, OptionError
from squiggly.intervals.trust import quantiles, student
from squiggly.loss import Poisson
from squiggly.options import choice, expect

if TYPE_CHECKING:
    from squiggly.result import Fit

KINDS = ("confidence", "prediction")
SEEN = 1e-7  # share of a derivative along a direction that no point sees, above which the curve is open there


@dataclass(frozen=True, eq=False)
class Band:
    """A band about a fitted curve.

    x: where, as it was asked for: (n,), or a dict of (n,) for several inputs
    center: (n,), the curve
    low, high: (n,), the band's edges, ±inf where the points leave the curve open
    kind: "confidence" or "prediction"
    level: how often it holds what it is for, one x at a time

    >>> from squiggly import fit
    >>> band = fit("y = a*x + b", {"x": [0, 1, 2, 3], "y": [1.1, 2.9, 5.2, 6.8]}).band([1.5])
    >>> band.low.round(2), band.center.round(2), band.high.round(2)
    (array([3.56]), array([4.]), array([4.44]))
    """

    x: np.ndarray | Mapping[str, np.ndarray]
    center: np.ndarray
    low: np.ndarray
    high: np.ndarray
    kind: str
    level: float

    def __repr__(self) -> str:
        return f"Band(kind={self.kind!r}, level={self.level:g}, n={self.center.size})"


def band_of(fit: Fit, x: Any, kind: str, level: float, sigma: Any) -> Band:
    """See `Fit.band`."""
    choice("kind", kind, KINDS)
    expect("a number between 0 and 1", "level=0.95", level=level)
    if sigma is not None and kind == "confidence":
        raise OptionError('sigma is of new points, a confidence band has none\nhint: kind="prediction"')
    model, problem, found = fit.model, fit.problem, fit.trust
    arrays = model.named_inputs(fit.points.inputs if x is None else x)
    shape = np.broadcast_shapes(*(a.shape for a in arrays.values()))
    flat = {key: np.broadcast_to(a, shape).ravel() for key, a in arrays.items()}
    if not np.isfinite(found.spare) and fit.freedom < 0 or not found.spare > 0 and fit.free:
        raise ModelError(
            f"there is no band: {fit.n} points and {len(fit.free)} parameters leave none to tell "
            "how far to trust them\n"
            "hint: measure more points, or give sigma as known"
        )
    names = tuple(problem.free[i] for i in found.moving)
    rows = model.rows(problem.whole(problem.values[problem.where][None]), flat, names)[0]
    center, slopes = rows[0], rows[1:]  # (n,), (moving, n)
    reach = student(found.spare, level) if fit.free else student(np.inf, level)
    scatter = _scatter(fit, center, x is None, shape, sigma) if kind == "prediction" else np.zeros(len(center))
    with np.errstate(all="ignore"):
        if found.replicates is not None:
            low, high = _resampled(fit, slopes, scatter, reach)
        else:
            half = reach * np.sqrt(_variance(fit, slopes) + scatter**2)
            low, high = -half, half
        unseen = found.unseen @ slopes / np.sqrt(np.sum(found.unseen**2, axis=1, keepdims=True))
        size = np.sqrt(np.sum(slopes**2, axis=0))
        open_here = (np.abs(unseen) > SEEN * size).any(axis=0)
    low, high = np.where(open_here, -np.inf, center + low), np.where(open_here, np.inf, center + high)
    if isinstance(fit.loss_function, Poisson) and kind == "prediction":
        low = np.maximum(low, 0.0)  # a count
    where = {key: a for key, a in arrays.items()} if len(arrays) > 1 else next(iter(arrays.values()))
    return Band(where, center.reshape(shape), low.reshape(shape), high.reshape(shape), kind, float(level))


def _variance(fit: Fit, slopes: np.ndarray) -> np.ndarray:
    """Of the curve, (n,), without the directions that no point sees: along those it either stays, or is open."""
    found = fit.trust
    if fit.errors_by == "jacobian" or found.loose:
        return np.sum((found.root.T @ slopes) ** 2, axis=0)
    inner = found.covariance[np.ix_(found.moving, found.moving)]
    variance: np.ndarray = np.einsum("in,ij,jn->n", slopes, inner, slopes)
    return variance


def _resampled(fit: Fit, slopes: np.ndarray, scatter: np.ndarray, reach: float) -> tuple[np.ndarray, np.ndarray]:
    """The ends by the bootstrap, less the curve: of each curve that it makes, with a residual drawn on top of it."""
    replicates = fit.trust.replicates
    assert replicates is not None
    low, high = np.empty(slopes.shape[1]), np.empty(slopes.shape[1])
    random = np.random.default_rng(fit.seed)
    residuals = fit.residuals / (1.0 if fit.points.sigma is None else fit.points.sigma)
    drawn = random.choice(residuals * np.sqrt(fit.n / fit.freedom), len(replicates))
    for begin in range(0, len(low), 500):  # places at a time
        part = slice(begin, begin + 500)
        curves = replicates @ slopes[:, part] + np.outer(drawn, scatter[part])
        low[part], high[part] = quantiles(curves, reach)
    return low, high


def _scatter(fit: Fit, center: np.ndarray, own: bool, shape: tuple[int, ...], sigma: Any) -> np.ndarray:
    """The standard deviation of a new point at each place, (n,); for a bootstrap, in units of its drawn residuals."""
    if isinstance(fit.loss_function, Poisson):
        return np.sqrt(np.maximum(center, 0.0))
    spread: Any = _new_sigma(fit, own, shape, sigma)
    if fit.known or fit.trust.replicates is not None:
        return np.broadcast_to(spread, center.shape)
    return np.broadcast_to(spread * np.sqrt(fit.chi_square / fit.freedom), center.shape)


def _new_sigma(fit: Fit, own: bool, shape: tuple[int, ...], sigma: Any) -> Any:
    """The new points' sigma, in units of the fitted ones': as given, or theirs where that is the same everywhere."""
    theirs = fit.points.sigma
    if sigma is not None:
        given = np.asarray(sigma, dtype=float)
        if theirs is None:
            raise OptionError("the points were fitted without sigma, new ones have none either\nhint: leave sigma out")
        if given.shape not in ((), shape):
            raise DataError(
                f"sigma has shape {given.shape}, a number or one for each of x, {shape}, was expected\n"
                "hint: sigma of the new points, not of the fitted ones"
            )
        if not np.all((given > 0) & np.isfinite(given)):
            raise DataError("sigma holds a number that is not above 0\nhint: give each new point its error bar")
        return np.broadcast_to(given, shape).ravel()
    if theirs is None:
        return 1.0
    if own:
        return theirs
    if np.ptp(theirs) > 1e-12 * theirs.max():
        raise OptionError(
            "the points' sigma varies, so that of new points at these x is not known\n"
            'hint: give it: fit.band(x, kind="prediction", sigma=0.1)'
        )
    return theirs[0]
