"""Drawn animals: a set of pictures to try everything on, made here and free of anyone's rights."""

from __future__ import annotations

import io
import math
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from squiggly.errors import FileError
from squiggly.files import write_whole
from squiggly.options import choice, expect, expect_whole
from squiggly.photo.decoding import imaging, shown

FINER = 3  # drawn that much larger, then made smaller, so that edges are smooth
Point = tuple[float, float]


class Pen:
    """Draws in units of the animal's size around its middle, turned and mirrored as the animal is."""

    def __init__(self, canvas: Any, at: Point, size: float, turned: float, mirrored: bool) -> None:
        self.canvas, self.at, self.size = canvas, at, size
        self.cos, self.sin, self.sign = math.cos(turned), math.sin(turned), -1.0 if mirrored else 1.0

    def place(self, x: float, y: float) -> Point:
        x *= self.sign
        return (self.at[0] + self.size * (x * self.cos - y * self.sin),
                self.at[1] + self.size * (x * self.sin + y * self.cos))  # fmt: skip

    def shape(self, points: Sequence[Point], colour: tuple[int, ...]) -> None:
        self.canvas.polygon([self.place(*point) for point in points], fill=colour)

    def oval(self, x: float, y: float, across: float, down: float, colour: tuple[int, ...], lean: float = 0.0) -> None:
        """An ellipse by its middle and half-axes, leaning by an angle."""
        points = []
        for k in range(40):
            u, v = across * math.cos(k * math.tau / 40), down * math.sin(k * math.tau / 40)
            points.append((x + u * math.cos(lean) - v * math.sin(lean), y + u * math.sin(lean) + v * math.cos(lean)))
        self.shape(points, colour)

    def line(self, points: Sequence[Point], width: float, colour: tuple[int, ...]) -> None:
        self.canvas.line([self.place(*point) for point in points], fill=colour, width=max(int(width * self.size), 1))


Colours = dict[str, tuple[int, ...]]


def _owl(pen: Pen, fur: Colours, random: np.random.Generator) -> None:
    pen.oval(0, 0.15, 0.62, 0.8, fur["body"])
    pen.oval(0, 0.35, 0.4, 0.5, fur["light"])
    for side in (-1, 1):
        pen.oval(0.58 * side, 0.2, 0.16, 0.5, fur["dark"], lean=-0.15 * side)
        pen.shape([(0.55 * side, -0.85), (0.15 * side, -0.5), (0.52 * side, -0.35)], fur["dark"])
        pen.oval(0.26 * side, -0.28, 0.27, 0.27, fur["light"])
        pen.oval(0.26 * side, -0.28, 0.17, 0.17, fur["eye"])
        pen.oval(0.26 * side, -0.28, 0.09, 0.09, (15, 15, 15))
        pen.line([(0.15 * side, 0.93), (0.15 * side, 1.02)], 0.1, (200, 150, 40))
    pen.shape([(-0.09, -0.2), (0.09, -0.2), (0, 0.03)], (225, 165, 50))
    for row in range(3):
        for k in range(-1, 2):
            x, y = 0.2 * k, 0.2 + 0.16 * row
            pen.line([(x - 0.06, y), (x, y + 0.06), (x + 0.06, y)], 0.03, fur["dark"])


def _cat(pen: Pen, fur: Colours, random: np.random.Generator) -> None:
    pen.line([(0.5, 0.8), (0.85, 0.6), (0.9, 0.2)], 0.13, fur["dark"])
    pen.oval(0, 0.55, 0.5, 0.5, fur["body"])
    for side in (-1, 1):
        pen.shape([(0.52 * side, -0.95), (0.08 * side, -0.62), (0.56 * side, -0.3)], fur["body"])
        pen.shape([(0.45 * side, -0.78), (0.2 * side, -0.58), (0.46 * side, -0.42)], (235, 170, 170))
    pen.oval(0, -0.2, 0.58, 0.48, fur["body"])
    for side in (-1, 1):
        pen.oval(0.24 * side, -0.26, 0.12, 0.09, fur["eye"])
        pen.oval(0.24 * side, -0.26, 0.03, 0.09, (15, 15, 15))
        for k in (-1, 0, 1):
            pen.line([(0.12 * side, -0.02 + 0.03 * k), (0.62 * side, -0.05 + 0.09 * k)], 0.015, fur["dark"])
        pen.oval(0.2 * side, 0.95, 0.16, 0.09, fur["light"])
    pen.shape([(-0.06, -0.1), (0.06, -0.1), (0, -0.02)], (220, 120, 130))


def _rabbit(pen: Pen, fur: Colours, random: np.random.Generator) -> None:
    flop = float(random.uniform(0, 0.5))
    for side in (-1, 1):
        pen.oval(0.22 * side, -0.78, 0.14, 0.45, fur["body"], lean=flop * side)
        pen.oval(0.22 * side, -0.76, 0.07, 0.34, (240, 185, 190), lean=flop * side)
    pen.oval(0.42, 0.75, 0.15, 0.15, (250, 250, 250))
    pen.oval(0, 0.5, 0.45, 0.52, fur["body"])
    pen.oval(0, 0.6, 0.26, 0.34, fur["light"])
    pen.oval(0, -0.15, 0.4, 0.38, fur["body"])
    for side in (-1, 1):
        pen.oval(0.17 * side, -0.2, 0.06, 0.08, (25, 20, 20))
        pen.oval(0.09 * side, 0.02, 0.11, 0.09, fur["light"])
        pen.oval(0.2 * side, 0.95, 0.2, 0.09, fur["light"])
    pen.oval(0, -0.05, 0.05, 0.035, (220, 120, 130))
    pen.shape([(-0.05, 0.08), (0.05, 0.08), (0.05, 0.17), (-0.05, 0.17)], (255, 255, 255))


def _bear(pen: Pen, fur: Colours, random: np.random.Generator) -> None:
    pen.oval(0, 0.55, 0.62, 0.5, fur["body"])
    for side in (-1, 1):
        pen.oval(0.4 * side, -0.62, 0.19, 0.19, fur["body"])
        pen.oval(0.4 * side, -0.62, 0.1, 0.1, fur["dark"])
        pen.oval(0.5 * side, 0.5, 0.17, 0.33, fur["dark"], lean=0.5 * side)
    pen.oval(0, -0.22, 0.56, 0.5, fur["body"])
    pen.oval(0, -0.02, 0.28, 0.22, fur["light"])
    for side in (-1, 1):
        pen.oval(0.22 * side, -0.32, 0.06, 0.06, (20, 18, 18))
    pen.oval(0, -0.1, 0.1, 0.07, (20, 18, 18))
    pen.line([(-0.1, 0.08), (0, 0.04), (0.1, 0.08)], 0.03, (20, 18, 18))


def _penguin(pen: Pen, fur: Colours, random: np.random.Generator) -> None:
    for side in (-1, 1):
        pen.oval(0.22 * side, 0.97, 0.2, 0.08, (235, 150, 40))
        pen.oval(0.56 * side, 0.15, 0.12, 0.5, fur["dark"], lean=-0.35 * side)
    pen.oval(0, 0.2, 0.52, 0.8, fur["dark"])
    pen.oval(0, 0.35, 0.38, 0.6, (245, 245, 242))
    pen.oval(0, -0.5, 0.38, 0.36, fur["dark"])
    for side in (-1, 1):
        pen.oval(0.15 * side, -0.5, 0.15, 0.2, (245, 245, 242))
        pen.oval(0.13 * side, -0.52, 0.05, 0.06, (15, 15, 15))
    pen.shape([(-0.1, -0.42), (0.1, -0.42), (0, -0.25)], (240, 160, 40))


KINDS: dict[str, Callable[[Pen, Colours, np.random.Generator], None]] = {
    "owl": _owl, "cat": _cat, "rabbit": _rabbit, "bear": _bear, "penguin": _penguin,
}  # fmt: skip


def draw(
    folder: str | os.PathLike[str], n: int = 60, kinds: Sequence[str] = ("owl", "cat", "rabbit"), side: int = 160,
    seed: int = 0,
) -> None:  # fmt: skip
    """Draw n pictures of each kind into a sub-folder of its own, as JPEG. A file that is there already is left alone.

    kinds: of "owl", "cat", "rabbit", "bear", "penguin".  side: in pixels.  The same seed draws the same pictures.
    Raises FileError, or OptionError for a kind that nobody here can draw.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     draw(place, n=2, side=32)
    ...     sorted(p.name for p in Path(place).rglob("*.jpg"))[:2]
    ['cat-0000.jpg', 'cat-0001.jpg']
    """
    expect_whole("n", n, 1, 100_000, "60")
    expect_whole("side", side, 16, 2_000, "160")
    expect("a whole number of 0 or more", seed=seed)
    for kind in kinds:
        choice("kind", kind, tuple(KINDS))
    imaging()
    for kind in kinds:
        place = Path(folder) / kind
        try:
            place.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FileError(
                f"cannot make {shown(place)}: {error.strerror}\nhint: choose a folder you may write to"
            ) from None
        for k in range(n):
            path = place / f"{kind}-{k:04}.jpg"
            if not path.exists():
                write_whole(path, partial(_write, content=sample(kind, k, side, seed)))


def _write(file: BinaryIO, content: bytes) -> None:
    file.write(content)


def sample(kind: str, k: int = 0, side: int = 160, seed: int = 0) -> bytes:
    """One drawn picture as a JPEG file's content.

    >>> sample("owl")[:3]
    b'\\xff\\xd8\\xff'
    """
    from PIL import Image, ImageDraw

    random = np.random.default_rng([seed, sum(map(ord, kind)), k])
    large = side * FINER
    image = Image.fromarray(_ground(large, random))
    canvas = ImageDraw.Draw(image)
    for _ in range(int(random.integers(0, 5))):  # things in the way: what is around an animal tells nothing about it
        _thing(canvas, large, random)
    size = float(random.uniform(0.22, 0.42)) * large
    at = (float(random.uniform(0.35, 0.65)) * large, float(random.uniform(0.4, 0.6)) * large)
    pen = Pen(canvas, at, size, float(random.uniform(-0.35, 0.35)), bool(random.integers(2)))
    KINDS[kind](pen, _fur(random), random)
    if random.uniform() < 0.4:
        _thing(canvas, large, random, small=True)
    image = image.resize((side, side), Image.Resampling.BOX)
    pixels = np.asarray(image).astype(float) * random.uniform(0.7, 1.15) + random.normal(0, 9, (side, side, 3))
    kept = io.BytesIO()
    Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(kept, "JPEG", quality=85)
    return kept.getvalue()


def _ground(side: int, random: np.random.Generator) -> np.ndarray:
    ends = random.integers(60, 235, (2, 3)).astype(float)
    slope = np.linspace(0, 1, side)[:, None, None]
    return np.broadcast_to(ends[0] + (ends[1] - ends[0]) * slope, (side, side, 3)).astype(np.uint8)


def _thing(canvas: Any, side: int, random: np.random.Generator, small: bool = False) -> None:
    x, y = random.uniform(0, side, 2)
    wide, high = random.uniform(0.04, 0.1 if small else 0.3, 2) * side
    colour = tuple(map(int, random.integers(40, 230, 3)))
    kind = canvas.ellipse if random.integers(2) else canvas.rectangle
    kind((x - wide / 2, y - high / 2, x + wide / 2, y + high / 2), fill=colour)


def _fur(random: np.random.Generator) -> Colours:
    base = np.array([(150, 105, 65), (120, 120, 125), (205, 165, 110), (90, 75, 70), (225, 215, 200)])
    body = np.clip(base[random.integers(len(base))] + random.integers(-22, 23, 3), 20, 235)
    eye = [(240, 190, 40), (120, 190, 80), (235, 140, 40)][int(random.integers(3))]
    return {"body": _colour(body), "light": _colour(body + 55), "dark": _colour(body * 0.6), "eye": eye}


def _colour(values: np.ndarray) -> tuple[int, ...]:
    return tuple(map(int, np.clip(values, 0, 255)))
