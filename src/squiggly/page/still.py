"""A still picture of a lab, for where no script runs: the points and one curve, as SVG made of numbers alone.

Of more inputs than one: where the points lie in the first two, or the curve along the first, the others held halfway.
"""

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
    x, y = _dots(lab, every)
    low, high = (x.min(), x.max()) if len(x) else lab.ranges[0]
    along = np.linspace(low, high, SAMPLES)
    middles = {n: np.full(SAMPLES, sum(pair) / 2) for n, pair in zip(lab.model.inputs, lab.ranges)}
    curve = lab.model.predict({**middles, lab.model.inputs[0]: along}, **(lab.best or lab.start))
    if len(x) and len(middles) > 1:
        curve = np.full(SAMPLES, np.nan)
    curve = np.where(np.isfinite(curve), curve, np.nan)
    heights = y if len(y) else curve[np.isfinite(curve)]
    bottom, top = (heights.min(), heights.max()) if len(heights) else (0.0, 1.0)
    across, up = _scale(low, high, MARGIN, WIDTH - MARGIN), _scale(bottom, top, HEIGHT - MARGIN, MARGIN)
    dots = "".join(f'<circle cx="{a:.0f}" cy="{b:.0f}" r="4"/>' for a, b in zip(across(x), up(y)))
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{_named(lab, len(y))}">'
        f'<path d="{_path(across(along), up(curve))}" fill="none" stroke="#c04f0c" stroke-width="2.5"/>'
        f'<g fill="#0b6aa8">{dots}</g></svg>'
    )


def _dots(lab: Lab, every: int) -> tuple[np.ndarray, np.ndarray]:
    """Where the dots stand: x and y, or the first two inputs."""
    if lab.points is None:
        return np.zeros(0), np.zeros(0)
    across, *up = (lab.points.inputs[n][::every] for n in lab.model.inputs)
    return across, up[0] if up else lab.points.y[::every]


def _named(lab: Lab, n: int) -> str:
    return f"{n} points and a curve" if len(lab.model.inputs) == 1 else f"{n} points" if n else "a curve"


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
