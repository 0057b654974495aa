"""Heads: what a network's last sums mean, and how wrong they are: a number, or a class by its scores or its sign."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from squiggly.errors import OptionError
from squiggly.loss import CrossEntropy, Loss, MeanSquared
from squiggly.networks.activations import sigmoid
from squiggly.networks.network import Network


class Head(Protocol):
    """The end of a network: z is (n, outputs), y (n,) a number or the number of a class."""

    def value_and_slope(self, z: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
        """The mean loss, and each row's slope by z (n, outputs), not divided by n."""


@dataclass(frozen=True)
class Number:
    """The sum is the prediction."""

    loss: Loss

    def value_and_slope(self, z: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
        p = z[:, 0]
        return float(self.loss.pointwise(p, y).mean()), np.asarray(self.loss.slope(p, y), float)[:, None]


@dataclass(frozen=True)
class Scores:
    """Cross-entropy: of one score by a sigmoid, of several by a softmax. y is 0, 1, … the class.

    >>> loss, slope = Scores().value_and_slope(np.array([[0.0]]), np.array([1.0]))
    >>> round(loss, 6), slope.tolist()
    (0.693147, [[-0.5]])
    """

    def value_and_slope(self, z: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
        if z.shape[1] == 1:
            one = z[:, 0]
            loss = np.logaddexp(0.0, one) - y * one
            return float(loss.mean()), (sigmoid(one) - y)[:, None]
        rows, of = np.arange(len(z)), y.astype(int)
        shifted = z - z.max(axis=1, keepdims=True)
        shares = np.exp(shifted)
        total = shares.sum(axis=1, keepdims=True)
        loss = np.log(total[:, 0]) - shifted[rows, of]
        shares /= total
        shares[rows, of] -= 1.0
        return float(loss.mean()), shares


@dataclass(frozen=True)
class Sign:
    """Squared error of tanh(z) against -1 and 1, as TensorFlow Playground tells two classes apart. y is 0 or 1."""

    def value_and_slope(self, z: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
        p = np.tanh(z[:, 0])
        off = p - (2.0 * y - 1.0)
        return float((off * off).mean()), (2.0 * off * (1.0 - p * p))[:, None]


def head_of(network: Network, loss: Loss | CrossEntropy) -> Head:
    """What the last sums mean under a loss. Raises OptionError where they do not suit.

    >>> head_of(Network(2, (8,), classes=2), CrossEntropy())
    Scores()
    """
    if network.classes is None:
        if isinstance(loss, CrossEntropy):
            raise OptionError(
                "cross_entropy is a loss of classes, this network predicts a number\n"
                "hint: network(…, classes=2), or mse"
            )
        return Number(loss)
    if isinstance(loss, CrossEntropy):
        return Scores()
    if isinstance(loss, MeanSquared) and network.classes == 2:
        return Sign()
    raise OptionError(f"{loss.name} is no loss of {network.classes} classes\nhint: loss=sq.cross_entropy")
