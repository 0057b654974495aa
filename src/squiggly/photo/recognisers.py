"""What recognises photos, one word each: a weight for each pixel, rectified lines, convolutions, a backbone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike

import numpy as np

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


@dataclass(frozen=True)
class Resnet:
    """ResNet-18: 18 layers, which others have trained on a million photos.  side: of the square it sees, in pixels.

    Source: He and others, Deep residual learning for image recognition (2015).
    """

    side: int = 224

    name = "resnet18"


@dataclass(frozen=True)
class Backbone:
    """What was learned from other photos, to begin from.

    made:   what it is.  source: where it comes from, in words.  seal: SHA-256 of its parameters
    state:  its parameters, arrays by name, but for the scores of its own classes
    mean, spread: (3,) of the colours it was trained with, from 0 to 1
    """

    made: Convolution | Resnet
    source: str
    seal: str
    state: Mapping[str, np.ndarray] = field(repr=False, compare=False)
    mean: np.ndarray = field(repr=False, compare=False)
    spread: np.ndarray = field(repr=False, compare=False)

    name = "backbone"

    @property
    def side(self) -> int:
        """Of the square it sees, in pixels."""
        return self.made.side


Recogniser = Linear | Rectified | Convolution | Resnet


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


def resnet(side: int = Resnet.side) -> Resnet:
    """A ResNet-18 as it begins, with nothing learned: see `backbone` for one that has. Raises OptionError.

    >>> resnet(128)
    Resnet(side=128)
    """
    return Resnet(_side(side))


def backbone(source: str | PathLike[str], side: int | None = None) -> Backbone:
    """Begin from what was learned from other photos: the last layer alone is new, then all of them are trained on.

    source: a recogniser of your own (a .squiggly file), a ResNet-18 in a .safetensors file with the names of timm or
            torchvision, or its name on the Hugging Face hub, such as timm/resnet18.a1_in1k
    side:   of the square it sees, in pixels; its own where none is given
    Raises FileError, ModelError or OptionError.

    >>> backbone("owls.squiggly")
    Traceback (most recent call last):
    squiggly.errors.FileError: cannot read owls.squiggly: No such file or directory
    hint: is the path right?
    """
    from squiggly.photo.backbones import opened

    return opened(source, None if side is None else _side(side))


def _side(side: int) -> int:
    return expect_whole("side", side, LEAST_SIDE, MOST_SIDE, "112")
