"""What recognises photos, one word each: a weight for each pixel, rectified lines, convolutions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from squiggly.errors import OptionError
from squiggly.options import expect_whole
from squiggly.photo.collection import LEAST_SIDE, MOST_SIDE

MOST_WIDTH, MOST_UNITS = 2_048, 10_000


@dataclass(frozen=True)
class Linear:
    """Every pixel times a weight of its own, added up.  side: of the square it sees, in pixels."""

    side: int = 32

    name = "linear"


@dataclass(frozen=True)
class Rectified:
    """Rectified lines of the pixels, added up: one hidden layer of n units."""

    n: int = 2_000
    side: int = 32

    name = "relus"


@dataclass(frozen=True)
class Convolution:
    """A small picture slides over the photo; what it finds is looked at by the next: stages of residual blocks.

    widths: how many patterns each stage looks for, at half the size of the one before.  side: of the square it sees
    """

    widths: tuple[int, ...] = (32, 64, 128, 256)
    side: int = 112

    name = "convolution"


Recogniser = Linear | Rectified | Convolution


def linear(side: int = 32) -> Linear:
    """The lowest rung: a weight for each pixel and colour, for each class. Raises OptionError.

    >>> linear()
    Linear(side=32)
    """
    return Linear(_side(side))


def rectified(n: int = Rectified.n, side: int = 32) -> Rectified:
    """Rectified lines of the pixels: what `sq.relus(n)` is for photos. Raises OptionError.

    >>> rectified(500)
    Rectified(n=500, side=32)
    """
    return Rectified(expect_whole("n", n, 1, MOST_UNITS, "2000"), _side(side))


def convolution(widths: Sequence[int] = Convolution.widths, side: int = Convolution.side) -> Convolution:
    """A convolutional network: it finds patterns wherever they are. Raises OptionError.

    widths: how many patterns each stage looks for; every stage halves the picture.  side: of the square it sees

    >>> convolution([16, 32], side=64)
    Convolution(widths=(16, 32), side=64)
    """
    if isinstance(widths, str) or not isinstance(widths, Sequence) or not 1 <= len(widths) <= 6:
        raise OptionError(
            f"widths is {widths!r}, a list of one to six whole numbers was expected\n"
            "hint: sq.convolution([32, 64, 128, 256])"
        )
    each = (expect_whole("a width", w, 1, MOST_WIDTH, "64") for w in widths)
    made = Convolution(tuple(each), _side(side))
    if made.side >> (len(made.widths) + 1) == 0:
        raise OptionError(
            f"{len(made.widths)} stages halve a square of {made.side} until nothing is left\n"
            f"hint: side={2 ** (len(made.widths) + 2)}, or fewer widths"
        )
    return made


def _side(side: int) -> int:
    return expect_whole("side", side, LEAST_SIDE, MOST_SIDE, "112")
