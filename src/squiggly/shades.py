"""Pictures of how far to trust an answer: the band about a curve, the profile of a parameter."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING

import numpy as np

from squiggly.errors import ModelError
from squiggly.picture import INK, MODEL, SOFT, expect_kind, headline, label, sheet, style, written

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from squiggly.intervals.profile import Profile
    from squiggly.result import Fit

SHADE = 0.18  # how much of its colour a band has


def edges_of(fit: Fit, x: np.ndarray, kind: str) -> tuple[np.ndarray, np.ndarray] | None:
    """The band's edges at the places of a curve, gaps where it is open; None where there is no band at all."""
    own = fit.points.x
    whole = len(x) == fit.n and np.array_equal(x, np.sort(own))  # the points' own places: it may mix them
    order = np.argsort(own, kind="stable")
    sigma = None
    if kind == "prediction" and fit.points.sigma is not None:
        sigma = np.interp(x, own[order], fit.points.sigma[order])
    try:
        band = fit.band(kind=kind) if whole else fit.band(x, kind, sigma=sigma)
    except ModelError:
        return None
    low, high = (edge[order] if whole else edge for edge in (band.low, band.high))
    shut = np.isfinite(low) & np.isfinite(high)
    return (np.where(shut, low, np.nan), np.where(shut, high, np.nan)) if shut.any() else None


def plot_profile(profile: Profile, path: str | PathLike[str] | None = None) -> Figure:
    """Draw how the loss rises along one parameter, and the height at which its interval ends.

    Dashed: that height. Raises FileError where `path` cannot be written.

    >>> from squiggly import fit
    >>> answer = fit("y = a*exp(-x/b)", {"x": [0, 1, 2, 4, 8], "y": [5.1, 3.9, 3.2, 1.8, 0.8]})
    >>> plot_profile(answer.profile("b")).axes[0].get_xlabel()
    'b'
    """
    expect_kind(path)
    values, losses = profile.values, profile.losses
    with style():
        figure, axes = sheet(6.4, 3.8)
        axes.plot(values, losses, color=MODEL, linewidth=2, marker="o", markersize=3, zorder=3)
        ends = [end for end in (profile.low, profile.high) if np.isfinite(end)]
        heights = [float(np.interp(end, values, losses)) for end in ends]
        lowest = float(np.interp(profile.value, values, losses))
        axes.plot([profile.value], [lowest], "o", color=INK, markersize=5, zorder=4)
        if heights:
            axes.axhline(max(heights), color=SOFT, linewidth=1, linestyle="--", zorder=2)
            axes.set_ylim(top=lowest + 1.5 * (max(heights) - lowest) or None)
        for end in ends:
            axes.axvline(end, color=SOFT, linewidth=1, zorder=2)
        label(axes, profile.parameter, "loss, the others at their best")
        headline(axes, str(profile).splitlines()[0])
        return written(figure, path)
