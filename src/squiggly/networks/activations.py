"""Activations: what bends a layer's sums, one row each, for NumPy, a recorded Program and PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from squiggly.expression import Expr, apply


@dataclass(frozen=True)
class Activation:
    """One way to bend: a function of a sum z, and its slope there, given z and the value.

    formula: the same recorded; torch: its class in torch.nn
    """

    value: Callable[[np.ndarray], np.ndarray]
    slope: Callable[[np.ndarray, np.ndarray], np.ndarray]
    formula: Callable[[Expr], Expr]
    torch: str


def sigmoid(z: np.ndarray) -> np.ndarray:
    """1/(1 + e⁻ᶻ), without overflow.

    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0])).tolist()
    [0.0, 0.5, 1.0]
    """
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, small) / (1.0 + small)


ACTIVATIONS = {
    "relu": Activation(
        lambda z: np.maximum(z, 0.0), lambda z, h: (z > 0).astype(z.dtype), lambda z: apply("relu", z), "ReLU"
    ),
    "tanh": Activation(np.tanh, lambda z, h: 1.0 - h * h, lambda z: apply("tanh", z), "Tanh"),
    "sigmoid": Activation(sigmoid, lambda z, h: h * (1.0 - h), lambda z: apply("sigmoid", z), "Sigmoid"),
    "silu": Activation(
        lambda z: z * sigmoid(z),
        lambda z, h: sigmoid(z) + h * (1.0 - sigmoid(z)),
        lambda z: apply("multiply", z, apply("sigmoid", z)),
        "SiLU",
    ),
    "linear": Activation(lambda z: z, lambda z, h: np.ones_like(z), lambda z: z, "Identity"),
}
