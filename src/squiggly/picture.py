"""A sheet to draw on: its style, text that cannot break it, and its file.

A picture is a matplotlib Figure of its own: no window opens and no setting of matplotlib's is changed.
"""

from __future__ import annotations

import textwrap
from contextlib import AbstractContextManager
from functools import partial
from io import BytesIO
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

import numpy as np

from squiggly.errors import FileError
from squiggly.files import write_whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DATA, MODEL, INK, SOFT, LINE = "#0b6aa8", "#cf5a12", "#20242a", "#6a717b", "#e4e1da"
DPI = 150
KINDS: dict[str, dict[str, None]] = {  # the endings, and what would make two files of one picture differ
    ".png": {"Software": None},
    ".svg": {"Date": None},
    ".pdf": {"CreationDate": None},
}
_STYLE: Any = {
    "figure.facecolor": "white", "savefig.facecolor": "white", "axes.facecolor": "white", "axes.edgecolor": SOFT,
    "axes.labelcolor": INK, "axes.titlecolor": INK, "text.color": INK, "xtick.color": SOFT, "ytick.color": SOFT,
    "axes.spines.top": False, "axes.spines.right": False, "axes.linewidth": 0.8, "axes.grid": True,
    "axes.axisbelow": True, "grid.color": LINE, "grid.linewidth": 0.6, "grid.linestyle": "-", "grid.alpha": 1.0,
    "font.size": 10, "axes.labelsize": 10, "xtick.labelsize": 9, "ytick.labelsize": 9, "legend.fontsize": 9,
    "axes.formatter.use_mathtext": True, "axes.formatter.limits": (-4, 5), "axes.xmargin": 0.03, "axes.ymargin": 0.06,
    "mathtext.fontset": "stix", "text.usetex": False, "svg.hashsalt": "squiggly", "svg.fonttype": "path",
    "savefig.bbox": None,
}  # fmt: skip


def style() -> AbstractContextManager[None]:
    """Our settings, for as long as a picture is made; the fonts stay the reader's own."""
    from matplotlib import rc_context

    return rc_context(_STYLE)


def sheet(width: float, height: float, rows: int = 1, **options: Any) -> tuple[Figure, Any]:
    """An empty figure, width and height in inches, and its axes. A notebook shows it without being asked."""
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    layout = ConstrainedLayoutEngine(w_pad=0.08, h_pad=0.08)  # inches round each plot
    figure = Figure(figsize=(width, height), dpi=100, layout=layout)
    axes = figure.subplots(rows, **options)
    for one in np.atleast_1d(axes):
        one.tick_params(length=0, pad=6)
    figure._repr_png_ = partial(_as_png, figure)  # type: ignore[attr-defined]
    return figure, axes


def _as_png(figure: Figure) -> tuple[bytes, dict[str, int]]:
    file = BytesIO()
    _save(figure, ".png", file)
    return file.getvalue(), {"width": round(figure.get_size_inches()[0] * 96)}


# --- its file -----------------------------------------------------------------------------------------------------


def expect_kind(path: str | PathLike[str] | None) -> None:
    """Refuse, before anything is drawn, a file that is no picture. Raises FileError."""
    if path is not None and _kind(path) is None:
        raise FileError(
            f"cannot write {fspath(path)}: a picture's name ends in {', '.join(KINDS)}\nhint: add .png to the name"
        )


def _kind(path: str | PathLike[str]) -> str | None:
    return next((ending for ending in KINDS if fspath(path).lower().endswith(ending)), None)


def written(figure: Figure, path: str | PathLike[str] | None) -> Figure:
    """The figure, after it was written whole to `path`, if there is one. Raises FileError."""
    if path is not None:
        write_whole(path, partial(_save, figure, _kind(path) or ".png"))
    return figure


def _save(figure: Figure, kind: str, file: Any) -> None:
    with style():
        figure.savefig(file, format=kind[1:], dpi=DPI, metadata=KINDS[kind])


# --- its text: whatever a table calls its columns must not break a picture ----------------------------------------


def clean(name: str, most: int = 60) -> str:
    """A name on one line, of at most so many characters, without those that cannot be drawn.

    >>> clean("counts\\nper second", most=10)
    'counts pe…'
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    return line if len(line) <= most else line[: most - 1] + "…"


def _sets(typeset: str, size: float, width: float) -> bool:
    """Whether matplotlib can set this mathematics in so many points of width, not too tall, no letter below 6."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.mathtext import MathTextParser

    if len(typeset) > 400 or not typeset.isascii():  # the fonts for mathematics hold few other letters
        return False
    try:
        font = FontProperties(size=size, math_fontfamily="stix")
        line = MathTextParser("path").parse(typeset, dpi=72, prop=font)
    except (ValueError, RecursionError):  # LaTeX that matplotlib does not speak, such as cases
        return False
    return line.width <= width and line.height + line.depth <= 4 * size and all(glyph[1] >= 6 for glyph in line.glyphs)


def label(axes: Axes, x: str, y: str) -> None:
    """Name the axes. Dollar signs are dollar signs."""
    axes.set_xlabel(clean(x), parse_math=False)
    axes.set_ylabel(clean(y), parse_math=False)


def headline(axes: Axes, text: str, typeset: str | None = None) -> None:
    """Above the axes: mathematics as large as fits, or the text where that is too long or cannot be typeset."""
    room = axes.figure.bbox.width / axes.figure.dpi * 72 - 70  # points, right of the numbers on the axis
    for size in (14, 12, 10) if typeset else ():
        if _sets(typeset or "", size, room):
            axes.set_title(typeset or "", loc="left", size=size, pad=12)
            return
    size = 12 if len(text) * 7 <= room else 10
    wrap = partial(textwrap.wrap, width=int(room / 6), max_lines=2, placeholder=" …")
    lines = [part for line in text.splitlines() for part in wrap(clean(line, 400))]
    axes.set_title("\n".join(lines), loc="left", size=size, pad=12, parse_math=False)
