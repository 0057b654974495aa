"""What goes wrong in a training, in words, as soon as it can be seen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

FLAT = 0.01  # share by which the loss must fall in three epochs, to count as learning


class Look(NamedTuple):
    """After an epoch: its number from 1, the loss on the way and the share right, of photos trained on; the same of
    photos to stop by (nan: none); the last rate; seconds since training began."""

    epoch: int
    loss: float
    right: float
    held_loss: float
    held_right: float
    rate: float
    seconds: float


def advice(looks: Sequence[Look], said: np.ndarray, labels: np.ndarray, rate: float, classes: Sequence[str]) -> str:
    """What to say after the newest epoch; "" where nothing is wrong.

    said: the numbers of the classes that photos to stop by were called.  labels: what they are.  rate: the highest

    >>> look = Look(1, float("nan"), 0.5, float("nan"), 0.5, 0.1, 3.0)
    >>> advice([look], np.array([0]), np.array([0]), 0.1, ["cat", "owl"])
    'the loss is no number any more: the rate of 0.1 is too large, try 0.01'
    """
    last = looks[-1]
    if not math.isfinite(last.loss) or (len(labels) and not math.isfinite(last.held_loss)):
        return f"the loss is no number any more: the rate of {rate:g} is too large, try {rate / 10:g}"
    chance = math.log(len(classes))
    if len(looks) >= 2 and last.loss > 3 * max(chance, 0.7):
        return f"the loss is {last.loss:.3g}, worse than guessing: the rate of {rate:g} is too large, try {rate / 10:g}"
    if len(looks) >= 3 and len(labels) and len(np.unique(labels)) > 1 and len(np.unique(said)) == 1:
        name = classes[int(said[0])]
        return f"predicting one class, {name!r}, for every photo: the rate of {rate:g} is too large, try {rate / 10:g}"
    if len(looks) >= 4 and last.loss > (1 - FLAT) * looks[-4].loss and last.loss > 0.9 * chance:
        return (
            "the loss has not fallen for three epochs and is no better than guessing: try a rate of "
            f"{rate / 10:g}, and look whether the photos lie in the right folders (squiggly photos audit)"
        )
    if len(looks) >= 5 and last.right > 0.98 and last.held_right < 0.7:
        return (
            f"{last.right:.0%} right on photos trained on, {last.held_right:.0%} on others: they are learned by heart; "
            "more photos help most"
        )
    return ""
