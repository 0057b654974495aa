"""A network in `descend`: its points as arrays, where it begins, and its loss as a function of its parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from squiggly.binding import bind
from squiggly.descent import Measure
from squiggly.errors import DataError, OptionError
from squiggly.loss import CrossEntropy, Loss
from squiggly.model import Model
from squiggly.networks.heads import head_of
from squiggly.networks.layers import value_and_gradient
from squiggly.networks.network import Network
from squiggly.options import named_values
from squiggly.points import Points


def descending(
    network: Network, points: Any, loss: Loss | CrossEntropy, start: Any, seed: int, missing: str
) -> tuple[Measure, np.ndarray, int]:
    """What a walk needs: the measure, the values (parameters,) it begins at, and how many points there are."""
    head = head_of(network, loss)
    seen = points_of(network, points, missing)
    x, y = columns_of(seen), seen.y
    if network.classes is not None:
        expect_classes(y, network.classes)

    def measure(values: np.ndarray, at: np.ndarray | None) -> tuple[float, np.ndarray]:
        with np.errstate(all="ignore"):  # a runaway is told in words
            rows = slice(None) if at is None else at
            return value_and_gradient(network, head, values, x[rows], y[rows])

    return measure, begun(network, start, seed), len(y)


def points_of(network: Network, points: Any, missing: str = "refuse") -> Points:
    """Points with as many inputs as the network has, named as the table names them."""
    stand_in = Model(network.input_names, (), None, unrecorded="a network stands for it")
    return bind(stand_in, points, missing=missing)[1]


def columns_of(points: Points) -> np.ndarray:
    """The inputs of points as (n, inputs)."""
    return np.stack(list(points.inputs.values()), axis=1)


def expect_classes(y: np.ndarray, classes: int) -> None:
    """Refuse y that are not the numbers of classes, counted from 0. Raises DataError."""
    wrong = ~np.isin(y, np.arange(classes))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise DataError(
            f"y holds {y[row]:g} at point {row}, the number of a class, 0 … {classes - 1}, was expected\n"
            "hint: number the classes from 0; fit() takes labels as they are"
        )


def begun(network: Network, start: Any, seed: int) -> np.ndarray:
    """Where a descent begins: drawn from the seed; from a list of all parameters; or with some of them by name."""
    if start is None:
        return network.start(seed)
    if isinstance(start, Mapping):
        given = {**dict(zip(network.names, network.start(seed))), **named_values("start", start, network.names)}
        return np.array([given[name] for name in network.names])
    values = np.asarray(start, float) if isinstance(start, Sequence | np.ndarray) else np.zeros(0)
    if values.shape != (network.n_parameters,) or not np.isfinite(values).all():
        raise OptionError(
            f"start has shape {values.shape}, {network.n_parameters} finite numbers were expected\n"
            "hint: leave it out to draw them from the seed"
        )
    return values.copy()
