"""Network: layers of units, each a weighted sum that is bent; its parameters, their names and their start."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from squiggly.errors import ModelError, OptionError, listed, nearest
from squiggly.expression import Expr, apply, constant, name
from squiggly.networks.activations import ACTIVATIONS
from squiggly.options import as_float, choice

if TYPE_CHECKING:
    from squiggly.model import Model
    from squiggly.page.network import NetworkLab

MOST_WIDTH = 100_000  # units in a layer
MOST_PARAMETERS = 500_000_000  # 4 GB of float64, and as much again for each of gradient and optimizer
MOST_RECORDED = 2_000  # parameters of a network that becomes a formula
MOST_IN_PAGE = 5_000  # parameters of a network that a page trains

# What a page may make of its one or two inputs before the first layer, as TensorFlow Playground does.
FEATURES = ("x1", "x2", "x1^2", "x2^2", "x1*x2", "sin(x1)", "sin(x2)")


class Layer(NamedTuple):
    """Where one layer's numbers lie among a network's parameters: weights (units, below) by rows, then biases."""

    below: int
    units: int
    weights: slice
    biases: slice


@dataclass(frozen=True)
class Network:
    """A network of dense layers: made by `network`, fitted by `fit`, shown by `lab`.

    inputs:     how many columns it takes
    hidden:     units of each hidden layer
    activation: what bends a hidden layer's sums, a row of ACTIVATIONS
    classes:    None for a number; otherwise how many classes it tells apart
    features:   what the first layer sees; the inputs themselves unless said
    """

    inputs: int
    hidden: tuple[int, ...]
    activation: str = "relu"
    classes: int | None = None
    features: tuple[str, ...] = ()

    @property
    def outputs(self) -> int:
        """One number; for three classes and more a score for each."""
        return 1 if self.classes is None or self.classes == 2 else self.classes

    @property
    def widths(self) -> tuple[int, ...]:
        """What each layer holds, from what the first one sees to the outputs: (2, 8, 8, 1)."""
        return (len(self.features) or self.inputs, *self.hidden, self.outputs)

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """Where each layer's parameters lie."""
        found, at = [], 0
        for below, units in zip(self.widths, self.widths[1:]):
            middle, end = at + below * units, at + below * units + units
            found.append(Layer(below, units, slice(at, middle), slice(middle, end)))
            at = end
        return tuple(found)

    @property
    def n_parameters(self) -> int:
        """How many weights and biases there are.

        >>> network(2, [8, 8]).n_parameters
        105
        """
        return self.layers[-1].biases.stop

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every parameter's name, in order: w1_3_2 leads from input 2 to unit 3 of layer 1, b1_3 is that unit's bias.

        >>> network(1, [2]).names
        ('w1_1_1', 'w1_2_1', 'b1_1', 'b1_2', 'w2_1_1', 'w2_1_2', 'b2_1')
        """
        return tuple(self._names())

    def _names(self) -> Iterator[str]:
        for k, layer in enumerate(self.layers, 1):
            yield from (f"w{k}_{unit + 1}_{i + 1}" for unit in range(layer.units) for i in range(layer.below))
            yield from (f"b{k}_{unit + 1}" for unit in range(layer.units))

    @cached_property
    def decays(self) -> np.ndarray:
        """(parameters,) True where a penalty pulls: at the weights, not at the biases."""
        pulls = np.ones(self.n_parameters, bool)
        for layer in self.layers:
            pulls[layer.biases] = False
        return pulls

    def start(self, seed: int = 0) -> np.ndarray:
        """Where training begins: weights drawn evenly from ±√(6/below) for rectified units (He), ±√(6/(below + units))
        otherwise (Glorot); biases 0. The same numbers in the page.

        >>> network(1, [2]).start(0).round(3).tolist()
        [0.239, 1.054, 0.0, 0.0, 0.356, 0.155, 0.0]
        """
        random, values = np.random.RandomState(seed), np.zeros(self.n_parameters)
        rectified = self.activation in ("relu", "silu")
        for layer in self.layers:
            span = np.sqrt(6.0 / (layer.below if rectified else layer.below + layer.units))
            values[layer.weights] = span * (2.0 * random.random_sample(layer.below * layer.units) - 1.0)
        return values

    def expressions(self) -> tuple[Expr, ...]:
        """The outputs as expressions of x1, x2 … and the parameters: numbers, or scores before any softmax."""
        if self.n_parameters > MOST_RECORDED:
            raise ModelError(
                f"a network of {self.n_parameters:,} parameters is too large to record, at most {MOST_RECORDED:,} are\n"
                f"hint: {self.fitting(MOST_RECORDED)}; it still fits as it is, as a network"
            )
        values = [_feature(word) for word in self.features] or [name(n) for n in self.input_names]
        bend, names = ACTIVATIONS[self.activation].formula, iter(self.names)
        for k, layer in enumerate(self.layers):
            rows = [[name(next(names)) for _ in range(layer.below)] for _ in range(layer.units)]
            sums = []
            for row, bias in zip(rows, [name(next(names)) for _ in range(layer.units)]):
                total = None
                for weight, value in zip(row, values):
                    term = apply("multiply", weight, value)
                    total = term if total is None else apply("add", total, term)
                assert total is not None
                sums.append(apply("add", total, bias))
            values = sums if k + 1 == len(self.layers) else [bend(z) for z in sums]
        return tuple(values)

    @property
    def input_names(self) -> tuple[str, ...]:
        """What the inputs are called where no table says it: x, or x1, x2 …"""
        return ("x",) if self.inputs == 1 else tuple(f"x{i + 1}" for i in range(self.inputs))

    def fitting(self, most: int) -> str:
        """The widest network of the same depth with at most so many parameters, as advice."""
        for width in range(max(self.hidden, default=1), 0, -1):
            smaller = Network(self.inputs, (width,) * len(self.hidden), self.activation, self.classes, self.features)
            if smaller.n_parameters <= most:
                return f"network({self.inputs}, {list(smaller.hidden)}) fits: {smaller.n_parameters:,} parameters"
        return f"fewer layers or inputs: {len(self.hidden)} layers of one unit are still more than {most:,} parameters"

    def model(self) -> Model:
        """The network as a Model of its inputs, one formula with a parameter for each weight and bias.

        Raises ModelError for one that is too large, or that has more than one output.

        >>> network(1, [2], activation="tanh").model().formula
        'w2_1_1*tanh(w1_1_1*x + b1_1) + w2_1_2*tanh(w1_2_1*x + b1_2) + b2_1'
        """
        from squiggly.model import Model

        if self.outputs > 1:
            raise ModelError(
                f"a model predicts one number for each point, this network gives {self.outputs} scores\n"
                "hint: fit it as a network, or use two classes"
            )
        start = dict(zip(self.names, self.start().tolist())) if self.n_parameters <= MOST_RECORDED else {}
        return Model(self.input_names, self.names, self.expressions()[0], start=start)

    def lab(self, points: Any = None, **options: Any) -> NetworkLab:
        """A live page that trains this network; the options are those of `squiggly.page.network.network_lab`."""
        from squiggly.page.network import network_lab

        return network_lab(self, points, **options)

    def __repr__(self) -> str:
        more = [f", activation={self.activation!r}"] * (self.activation != "relu")
        more += [f", classes={self.classes}"] * (self.classes is not None)
        more += [f", features={list(self.features)}"] * bool(self.features)
        return f"network({self.inputs}, {list(self.hidden)}{''.join(more)})"


def network(
    inputs: int,
    hidden: Sequence[int] = (64, 64),
    *,
    activation: str = "relu",
    classes: int | None = None,
    features: Sequence[str] = (),
) -> Network:
    """A network: multiply, add, replace the negatives with zero, and again for each layer.

    inputs:     how many columns it takes, 1 or more
    hidden:     how many units each hidden layer has; [] is a linear model
    activation: "relu", "tanh", "sigmoid", "silu" or "linear"
    classes:    None predicts a number; 2 or more tells that many classes apart
    features:   what the first layer sees of one or two inputs, among x1, x2, x1^2, x2^2, x1*x2, sin(x1), sin(x2)

    Raises OptionError, or ModelError for a network no machine holds.

    >>> network(2, [8, 8])
    network(2, [8, 8])
    >>> network(20, [64, 64], classes=3).widths
    (20, 64, 64, 3)
    """
    _whole("inputs", inputs, 1, "how many columns the table has beside the target")
    if isinstance(hidden, str) or not isinstance(hidden, Sequence | np.ndarray):
        raise OptionError(f"hidden is {hidden!r}, a list of widths was expected\nhint: network(2, [8, 8])")
    for k, width in enumerate(hidden):
        _whole(f"the width of hidden layer {k + 1}", width, 1, "leave the layer out, or give it units")
        if width > MOST_WIDTH:
            raise OptionError(
                f"the width of hidden layer {k + 1} is {int(width):,}, at most {MOST_WIDTH:,} units are\n"
                "hint: two layers of a thousand units learn more than one of a million"
            )
    if activation not in ACTIVATIONS:
        meant = nearest(str(activation), ACTIVATIONS)
        cure = f"did you mean {meant}?" if meant else f"one of {listed(ACTIVATIONS)}"
        raise OptionError(f"activation is {activation!r}, which is not one squiggly has\nhint: {cure}")
    if classes is not None:
        _whole("classes", classes, 2, "two or more; leave it out to predict a number")
    _expect_features(features, int(inputs))
    made = Network(
        int(inputs), tuple(int(w) for w in hidden), activation, None if classes is None else int(classes),
        tuple(features),
    )  # fmt: skip
    if made.n_parameters > MOST_PARAMETERS:
        raise ModelError(
            f"this network has {made.n_parameters:,} parameters, at most {MOST_PARAMETERS:,} are held\n"
            f"hint: {made.fitting(MOST_PARAMETERS)}"
        )
    return made


def _whole(what: str, value: Any, least: int, cure: str) -> None:
    number = as_float(value)
    if isinstance(value, bool) or not (number >= least and float(number).is_integer()):
        raise OptionError(f"{what} is {value!r}, a whole number of {least} or more was expected\nhint: {cure}")


def _expect_features(features: Sequence[str], inputs: int) -> None:
    if isinstance(features, str):
        raise OptionError(f'features is {features!r}, a list was expected\nhint: features=["x1", "x1^2"]')
    if features and inputs > 2:
        raise OptionError("features are of one or two inputs\nhint: put further columns into the table instead")
    for word in features:
        choice("features", word, [f for f in FEATURES if inputs == 2 or "x2" not in f])
    if len(set(features)) < len(features):
        raise OptionError(f"features names one twice: {', '.join(features)}\nhint: name each once")


def _feature(word: str) -> Expr:
    x1, x2 = name("x1"), name("x2")
    return {
        "x1": x1,
        "x2": x2,
        "x1^2": apply("power", x1, constant(2)),
        "x2^2": apply("power", x2, constant(2)),
        "x1*x2": apply("multiply", x1, x2),
        "sin(x1)": apply("sin", x1),
        "sin(x2)": apply("sin", x2),
    }[word]


def featured(network: Network, x: np.ndarray) -> np.ndarray:
    """What the first layer sees of the inputs x (n, inputs).

    >>> featured(Network(2, (), features=("x1*x2",)), np.array([[2.0, 3.0]])).tolist()
    [[6.0]]
    """
    if not network.features:
        return x
    x1, x2 = x[:, 0], x[:, -1]
    made = {"x1": x1, "x2": x2, "x1^2": x1 * x1, "x2^2": x2 * x2, "x1*x2": x1 * x2, "sin(x1)": np.sin(x1),
            "sin(x2)": np.sin(x2)}  # fmt: skip
    return np.stack([made[word] for word in network.features], axis=1)
