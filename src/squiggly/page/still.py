"""A still picture of a lab, for where no script runs: the points and one curve, as SVG made of numbers alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from squiggly.page.lab import Lab

WIDTH, HEIGHT, MARGIN = 760, 400, 12
MOST_DOTS = 400
SAMPLES = 80


def still(lab: Lab) -> str:
    """The points as dots and the best curve, or the one it starts from, as a line.

    >>> from squiggly import lab
    >>> still(lab("a*x + b")).count("<path")
    1
    """
    every = 1 if lab.points is None else -(-lab.points.n // MOST_DOTS)
    x, y = (np.zeros(0), np.zeros(0)) if lab.points is None else (lab.points.x[::every], lab.points.y[::every])
    low, high = (x.min(), x.max()) if len(x) else lab.range
    along = np.linspace(low, high, SAMPLES)
    curve = lab.model.predict(along, **(lab.best or lab.start))
    curve = np.where(np.isfinite(curve), curve, np.nan)
    heights = y if len(y) else curve[np.isfinite(curve)]
    bottom, top = (heights.min(), heights.max()) if len(heights) else (0.0, 1.0)
    across, up = _scale(low, high, MARGIN, WIDTH - MARGIN), _scale(bottom, top, HEIGHT - MARGIN, MARGIN)
    dots = "".join(f'<circle cx="{a:.0f}" cy="{b:.0f}" r="4"/>' for a, b in zip(across(x), up(y)))
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{len(y)} points and a curve">'
        f'<path d="{_path(across(along), up(curve))}" fill="none" stroke="#c04f0c" stroke-width="2.5"/>'
        f'<g fill="#0b6aa8">{dots}</g></svg>'
    )


def _scale(low: float, high: float, begin: float, end: float) -> Callable[[np.ndarray], np.ndarray]:
    """From data to pixels; all in the middle where the data do not vary."""
    width = high - low
    return lambda values: begin + (end - begin) * ((values - low) / width if width > 0 else 0.5 + 0 * values)


def _path(across: Iterable[float], up: Iterable[float]) -> str:
    """A line through the places that are finite and near the picture, broken elsewhere."""
    parts, pen = [], "M"
    for a, b in zip(across, up):
        inside = -HEIGHT <= b <= 2 * HEIGHT
        parts += [f"{pen}{a:.0f} {b:.0f}"] if inside else []
        pen = "L" if inside else "M"
    return "".join(parts)
