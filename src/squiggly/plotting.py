"""Pictures: a function over a range, a fit with its residuals, the loss step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np

from squiggly.descent import Moment
from squiggly.errors import DataError, ModelError, OptionError, listed
from squiggly.figures import rounded
from squiggly.intervals.band import KINDS
from squiggly.intervals.trust import LEVEL, Parameter
from squiggly.model import Model
from squiggly.modelling import as_model
from squiggly.options import choice, named_values
from squiggly.picture import DATA, INK, MODEL, clean, expect_kind, headline, label, sheet, style, written
from squiggly.points import Points
from squiggly.report import title
from squiggly.result import Fit
from squiggly.shades import SHADE, edges_of
from squiggly.typeset import latex_name
from squiggly.typeset import text as as_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GRID = 601  # places along a curve, besides the points' own
MANY, SHOWN = 5_000, 100_000  # points from which dots get small and lose their bars; points drawn at most
LISTED = 10  # parameters named beside a fit


def plot(
    model: Any,
    low: float = -2,
    high: float = 2,
    *,
    title: str | None = None,
    color: str | None = None,
    ylim: Sequence[float] | None = None,
    points: Any = None,
    xlabel: str | None = None,
    ylabel: str | None = None,
    path: str | PathLike[str] | None = None,
    **parameters: float,
) -> Figure:
    """Draw a function between low and high, with points on top if you have them.

    model: a Python function of x, a formula, a Model or a Fit; its parameters follow by name, as numbers. One that is
           called like an option here is given before: `sq.as_model("low*x").fix(low=2)`.
    title: text, with mathematics between dollar signs; without it, the formula.
    ylim: lowest and highest y to show. points: (x, y), a dict with both, or Points. path: a .png, .svg or .pdf.
    Raises OptionError, FileError, and whatever the model or the points are refused for.

    >>> figure = plot("a*x^2 + 1", -1, 1, a=3)
    >>> float(figure.axes[0].lines[0].get_ydata().max())
    4.0
    """
    _expect_look(low, high, color, ylim)
    expect_kind(path)
    curve, values = _one_curve(model, parameters)
    seen = None if points is None else _points(points, curve.inputs[0])
    x = np.linspace(low, high, GRID)
    y = _finite(curve.predict(x, **values), low, high)
    target = "y" if curve.target is None else as_text(curve.target)
    with style():
        figure, axes = sheet(6.4, 4.2)
        axes.plot(x, y, color=color or MODEL, linewidth=2, zorder=3)
        if seen is not None:
            shown = _shown(seen.x, seen.y)
            _dots(axes, seen.x[shown], seen.y[shown], None if seen.sigma is None else seen.sigma[shown])
        axes.set_ylim(ylim)
        label(axes, xlabel or curve.inputs[0], ylabel or target)
        if title is None:
            headline(axes, _plain(model, curve, target), _typeset(curve, target))
        else:
            headline(axes, title, title if "$" in title else None)
        return written(figure, path)


def plot_fit(fit: Fit, path: str | PathLike[str] | None = None, band: str | None = "confidence") -> Figure:
    """Draw the points, the fitted curve through them with its 95 % band, and below what the curve leaves over.

    band: "confidence", where the true curve may be; "prediction", where new points may fall (between the points, their
    sigma is interpolated); or None. There is none where no points are left to tell, or for several inputs.
    x has a logarithmic axis where it was chosen by factors, as doses are. A model of several inputs has no single
    curve: there, what was measured stands over what is predicted.
    More than 5,000 points become small, translucent, rasterised dots without error bars; of more than 100,000, a fixed
    random 100,000 are drawn, the outermost always among them.
    Raises FileError where `path`, a .png, .svg or .pdf, cannot be written.

    >>> from squiggly import fit
    >>> figure = plot_fit(fit("y = a*x + b", {"x": [0, 1, 2, 3], "y": [1, 3.1, 4.9, 7]}))
    >>> [axes.get_ylabel() for axes in figure.axes]
    ['y', 'residual']
    """
    expect_kind(path)
    if band is not None:
        choice("band", band, KINDS)
    points, target, lone = fit.points, fit.points.target, len(fit.points.inputs) == 1
    across = points.x if lone else fit.predict()
    curve = _through(fit) if lone else (np.sort(across)[[0, -1]],) * 2
    edges = edges_of(fit, curve[0], band) if lone and band is not None else None
    shown = _shown(across, points.y, fit.residuals)
    sigma = None if points.sigma is None else points.sigma[shown]
    with style():
        figure, (above, below) = sheet(7.6, 5.0, rows=2, sharex=True, height_ratios=[3, 1])
        if edges is not None:
            above.fill_between(curve[0], *edges, color=MODEL, alpha=SHADE, linewidth=0, zorder=1)
        above.plot(*curve, color=MODEL, linewidth=2, zorder=3)
        below.axhline(0, color=MODEL, linewidth=1.5, zorder=3)
        _dots(above, across[shown], points.y[shown], sigma)
        _dots(below, across[shown], fit.residuals[shown], sigma)
        wild = _left_out(above, below, fit, lone)
        reached = curve[1] if edges is None else np.stack([curve[1], *edges])
        _limit(above, np.append(points.y, wild), None if len(wild) else points.sigma, reached)
        _limit(below, fit.residuals, points.sigma, np.zeros(1))
        label(above, "", target if lone else f"{target}, measured")
        label(below, next(iter(points.inputs)) if lone else f"{target}, predicted", "residual")
        below.locator_params(axis="y", nbins=3)
        if lone and _decades(np.unique(across)):
            below.set_xscale("log")  # above shares it
        figure.align_ylabels()
        headline(above, title(fit), _typeset(fit.model, target))
        _beside(above, fit, lone, band if edges is not None else None)
        return written(figure, path)


def plot_history(moments: Fit | Iterable[Moment], path: str | PathLike[str] | None = None, log: bool = True) -> Figure:
    """Draw the loss step by step.

    moments: those of `descend`, or a Fit. A descent that ran away ends in a cross, with its words above.
    log: whether the loss may have a logarithmic axis; it gets one where it spans more than a factor of ten.
    Raises OptionError where there is no moment, FileError where `path` cannot be written.

    >>> from squiggly import descend
    >>> figure = plot_history(descend("y = a*x", {"x": [0, 1, 2], "y": [0, 2, 4]}, steps=5))
    >>> len(figure.axes[0].lines[0].get_xdata())
    6
    """
    expect_kind(path)
    story = _story(moments)
    steps, losses = np.array([(m.step, m.loss) for m in story if np.isfinite(m.loss)], float).reshape(-1, 2).T
    with style():
        figure, axes = sheet(6.4, 3.8)
        axes.plot(steps, losses, color=MODEL, linewidth=2, marker="o" if len(story) <= 30 else "", markersize=4)
        if story[-1].diverged:
            axes.plot(steps[-1:], losses[-1:], "X", color=INK, markersize=9, zorder=4)
        if log and len(losses) and losses.min() > 0 and losses.max() > 10 * losses.min():
            axes.set_yscale("log")
        if len(story) > 1:
            axes.locator_params(axis="x", integer=True)
        else:
            axes.set_xticks(steps)
        label(axes, "step", "loss")
        headline(axes, story[-1].words)
        return written(figure, path)


# --- the door -----------------------------------------------------------------------------------------------------


def _expect_look(low: Any, high: Any, color: Any, ylim: Any) -> None:
    from matplotlib.colors import is_color_like

    if not _is_range((low, high)):
        raise OptionError(
            f"low is {low!r} and high is {high!r}, two finite numbers were expected, low below high\n"
            "hint: plot(f, -2, 2)"
        )
    if ylim is not None and not _is_range(ylim):
        raise OptionError(f"ylim is {ylim!r}, a lowest and a higher highest y were expected\nhint: ylim=(-1, 5)")
    if color is not None and not is_color_like(color):
        raise OptionError(f'color is {color!r}, which is no colour\nhint: color="red", color="r" or color="#cf5a12"')


def _is_range(pair: Any) -> bool:
    try:
        low, high = pair
        return bool(np.isfinite([low, high]).all() and low < high)
    except (TypeError, ValueError):
        return False


def _one_curve(model: Any, given: Mapping[str, float]) -> tuple[Model, dict[str, float]]:
    """A model of one input, and a number for each of its parameters."""
    function: Callable[..., Any] = model
    curve = (
        model.model
        if isinstance(model, Fit)
        else as_model((lambda x: function(x)) if isinstance(model, np.ufunc) else model)
    )
    known = model.values if isinstance(model, Fit) else {**curve.start, **curve.fixed}
    values = {**known, **named_values("plot", given, curve.names)}
    if len(curve.inputs) != 1:
        raise OptionError(
            f"a curve has one input, this model has {listed(curve.inputs)}\n"
            f"hint: {'plot_fit shows a fit of several' if curve.inputs else 'write it with x: a*x + b'}"
        )
    if missing := [n for n in curve.names if n not in values]:
        raise OptionError(f"plot: no value for {listed(missing)}\nhint: plot(model, {missing[0]}=1.0)")
    return curve, values


def _points(points: Any, x: str) -> Points:
    """Points from what was given as such; x: what the curve's input is called."""
    if isinstance(points, Points):
        return points
    if isinstance(points, Mapping):
        first = next((key for key in (x, "x") if key in points), next(iter(points), ""))
        second = "y" if "y" in points else next((key for key in points if key != first), "")
        points = [points[key] for key in (first, second) if key in points]
    columns = list(points) if isinstance(points, Iterable) else []
    if len(columns) != 2:
        raise DataError(f"points are a list of x and one of y, got {len(columns)} columns\nhint: points=(x, y)")
    return Points.checked({x: columns[0]}, columns[1])


def _story(moments: Any) -> list[Moment]:
    story = list(
        moments.history if isinstance(moments, Fit) else moments if isinstance(moments, Iterable) else [moments]
    )
    strange = [type(m).__name__ for m in story if not isinstance(m, Moment)]
    if strange or not story:
        raise OptionError(
            f"moments or a Fit were expected, got {strange[0] if strange else 'no moment'}\n"
            "hint: plot_history(sq.descend(model, points))"
        )
    return story


# --- what is drawn ------------------------------------------------------------------------------------------------


def _plain(model: Any, curve: Model, target: str) -> str:
    """The formula with its left side; a function's name where it could not be recorded and has one."""
    if curve.formula is None:
        name = getattr(model, "__name__", "")
        return name if name.isidentifier() else ""
    return curve.formula if curve.target is not None else f"{target} = {curve.formula}"


def _typeset(curve: Model, target: str) -> str | None:
    if curve.latex is None:
        return None
    return f"${'' if curve.target is not None else latex_name(target) + ' = '}{curve.latex}$"


def _finite(y: np.ndarray, low: float, high: float) -> np.ndarray:
    """The curve, with gaps where it has no value. Raises ModelError where it has none at all."""
    if not np.isfinite(y).any():
        raise ModelError(
            f"the model has no finite value between {low:g} and {high:g}\nhint: choose a range where it has one"
        )
    return np.where(np.isfinite(y), y, np.nan)


def _through(fit: Fit) -> tuple[np.ndarray, np.ndarray]:
    """The fitted curve: on an even grid a little beyond the points, and at up to 300 of the points' own places."""
    own = np.unique(fit.points.x)
    own = own[np.linspace(0, len(own) - 1, min(len(own), 300)).astype(int)]
    for beyond in (0.02, 0.0):
        x = np.union1d(_grid(own, beyond), own)
        try:
            y = fit.predict(x)
        except ModelError:  # a function that knows no more than its points, such as an interpolation
            continue
        if fit.model.expr is not None or _agrees(fit, x, y):
            return x, np.where(np.isfinite(y), y, np.nan)
    order = np.argsort(fit.points.x, kind="stable")
    return fit.points.x[order], fit.predict()[order]


def _grid(own: np.ndarray, beyond: float) -> np.ndarray:
    """Places from a little before the first to a little after the last, even on the axis that is drawn."""
    if _decades(own):
        reach = (own[-1] / own[0]) ** beyond
        return np.geomspace(own[0] / reach, own[-1] * reach, GRID)
    margin = beyond * (own[-1] - own[0])
    low = max(own[0] - margin, 0.0) if own[0] >= 0 else own[0] - margin  # not into what x may never be
    return np.linspace(low, own[-1] + margin, GRID)


def _decades(x: np.ndarray) -> bool:
    """Whether x was chosen by factors, as doses are: over two decades, and as many points below a tenth of its top."""
    return bool(x.min() > 0 and x.max() / x.min() > 100 and np.median(x) < 0.1 * x.max())


def _agrees(fit: Fit, x: np.ndarray, y: np.ndarray) -> bool:
    """Whether a function answers for each x by itself: one that mixes its points, such as a convolution, does not."""
    here = fit.predict()
    at = np.minimum(np.searchsorted(x, fit.points.x), len(x) - 1)
    same = x[at] == fit.points.x
    return bool(np.allclose(y[at][same], here[same], rtol=1e-3, atol=1e-3 * np.ptp(here)))


def _shown(*columns: np.ndarray) -> np.ndarray:
    """Which points are drawn: all, or of too many a fixed sample with the outermost of every column."""
    n = len(columns[0])
    if n <= SHOWN:
        return np.arange(n)
    outermost = [int(extreme(column)) for column in columns for extreme in (np.argmin, np.argmax)]
    return np.union1d(np.random.default_rng(0).choice(n, SHOWN, replace=False), outermost)


def _dots(axes: Axes, x: np.ndarray, y: np.ndarray, sigma: np.ndarray | None) -> None:
    if len(x) > MANY:
        alpha = float(np.clip(2_000 / len(x), 0.05, 0.4))
        axes.plot(x, y, "o", color=DATA, markersize=2, markeredgewidth=0, alpha=alpha, rasterized=True, zorder=2)
        return
    size = float(np.interp(np.log10(len(x)), [1.5, 3.7], [5.5, 2.0]))
    above = 4 if len(x) <= 100 else 2  # a few dots stand on the curve, many would hide it
    axes.errorbar(x, y, sigma, fmt="o", color=DATA, ms=size, mec="white", mew=0.1 * size, elinewidth=1, zorder=above)


def _left_out(above: Axes, below: Axes, fit: Fit, lone: bool) -> np.ndarray:
    """Points that the fit was made without, as open dots with a cross through them. Returns their y.

    Below, where they would dwarf all else, a cross at the edge says where they are and on which side.
    """
    if fit.left_out is None or not len(fit.left_out):
        return np.empty(0)
    points = fit.left_out.points
    predicted = fit.predict(points.inputs)
    across = points.x if lone else predicted
    above.plot(across, points.y, "o", mfc="none", mec=DATA, ms=6, mew=1, zorder=4, label="left out")
    above.plot(across, points.y, "x", color=DATA, ms=6, mew=1, zorder=4)
    edge = np.where(points.y > predicted, 1.0, 0.0)
    place = below.get_xaxis_transform()
    below.plot(across, edge, "x", color=DATA, ms=6, mew=1, zorder=4, transform=place, clip_on=False)
    return points.y


def _limit(axes: Axes, y: np.ndarray, sigma: np.ndarray | None, curve: np.ndarray) -> None:
    """Show all points; of bars and curve, what lies no further out than the points' own range once more."""
    with np.errstate(over="ignore"):
        bars = 0.0 if sigma is None or len(y) > MANY else sigma
        low, high = y.min(), y.max()
        room = (high - low) or abs(high) or 1.0
        lowest = max(min((y - bars).min(), np.nanmin(curve)), low - room)
        highest = min(max((y + bars).max(), np.nanmax(curve)), high + room)
        margin = 0.06 * ((highest - lowest) or room)
    if np.isfinite([lowest - margin, highest + margin]).all():
        axes.set_ylim(lowest - margin, highest + margin)


def _beside(axes: Axes, fit: Fit, lone: bool, band: str | None) -> None:
    """What is what, the values, and the verdict where it is not good: to the right, where it covers nothing."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    dot = Line2D([], [], marker="o", linestyle="none", color=DATA, markersize=5)
    line, blank = Line2D([], [], color=MODEL, linewidth=2), Line2D([], [], linestyle="none")
    bars = fit.points.sigma is not None and fit.n <= MANY
    entries = [
        ("measured ± sigma" if bars else "measured", False),
        ("fitted" if lone else "measured = predicted", False),
    ]
    keys: list[Any] = [dot, line]
    if band is not None:
        entries.append((f"{LEVEL * 100:g} % {band} band", False))
        keys.append(Patch(facecolor=MODEL, alpha=SHADE, linewidth=0))
    if fit.left_out is not None and len(fit.left_out):
        entries.append((f"{len(fit.left_out)} left out", False))
        keys.append(Line2D([], [], marker=r"$\otimes$", linestyle="none", color=DATA, markersize=7, mew=0))
    entries += [_value(name, p) for name, p in fit.parameters.items()]
    if len(entries) > LISTED + len(keys) + 1:
        entries[LISTED + len(keys) :] = [(f"… and {len(fit.parameters) - LISTED} more", False)]
    if not fit.verdict.ok:
        entries.append((f"verdict: {fit.verdict.kind}", False))
    handles = keys + [blank] * (len(entries) - len(keys))
    box = axes.legend(
        handles, ["·"] * len(entries), loc="upper left", bbox_to_anchor=(1.0, 1.03), frameon=False, labelspacing=0.35
    )
    # set here: a label may not begin with _, a name may
    for text, (words, math) in zip(box.get_texts(), entries, strict=True):
        text.set(text=words, parse_math=math, math_fontfamily="stix")
    if not fit.verdict.ok:
        box.get_texts()[-1].set_fontweight("bold")


def _value(name: str, p: Parameter) -> tuple[str, bool]:
    """A parameter and its number, and whether dollar signs in it mean mathematics: a letter's do, a word's do not."""
    value, error = (number.replace("-", "−") for number in rounded(p.value, p.error))
    said = f"{value}, fixed" if p.fixed else value if np.isnan(p.error) else f"{value} ± {error}"
    letter = latex_name(name)
    math = letter.isascii() and "mathrm" not in letter
    return f"{f'${letter}$' if math else clean(name, 16)} = {said}", math
