"""NetworkFit: a trained network or module. Print it, predict with it, save it, or take it elsewhere."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from os import PathLike
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from squiggly.errors import ModelError
from squiggly.judging.verdict import Verdict
from squiggly.networks.activations import sigmoid
from squiggly.networks.labels import Label
from squiggly.networks.layers import outputs
from squiggly.networks.network import MOST_RECORDED, Network
from squiggly.networks.preparation import read_inputs
from squiggly.networks.source import Scaling, Source
from squiggly.solve.budget import Effort

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from squiggly.model import Model
    from squiggly.page.network import NetworkLab

SUMS = 1 << 22  # numbers that a block of rows may become in the widest layer
MANY = 1_000_000  # parameters from which NumPy predicts in float32


class Epoch(NamedTuple):
    """One pass over the training rows: the mean loss on the way, that of the rows held out after it (nan: none), the
    last rate, and the seconds since training began."""

    epoch: int
    loss: float
    held_out: float
    rate: float
    seconds: float


class Pair(NamedTuple):
    """A figure for the rows trained on, and for those held out: nan where there are none."""

    train: float
    held_out: float


@dataclass(frozen=True, eq=False)
class NetworkFit:
    """A trained network: the parameters of its best epoch, with the table's scaling around them.

    network:    what was trained; None for a module
    inputs, target, labels: the columns' names, and the classes in their order, None for a number
    parameters: (parameters,) as the network has them, for scaled inputs; None for a module
    scores:     "loss", and "accuracy" or "r_squared", each for the rows trained on and those held out
    rows:       how many trained, and how many were held out
    history:    an Epoch each; best: the epoch whose parameters these are
    verdict:    ok, kind and words.  notes: what was understood or chosen on the way
    engine, device: what trained it.  effort: seconds taken, seconds allowed, steps

    >>> from squiggly.networks.network import network
    >>> from squiggly.networks.training import train
    >>> x = np.linspace(-2, 2, 200)
    >>> answer = train(network(1, [16]), (x, x**2))
    >>> answer.r_squared.held_out > 0.95, answer.predict([[1.0]]).shape
    (True, (1,))
    """

    network: Network | None
    inputs: tuple[str, ...]
    target: str
    labels: tuple[Label, ...] | None
    scaling: Scaling
    parameters: np.ndarray | None
    scores: Mapping[str, Pair]
    loss_name: str
    rows: tuple[int, int]
    history: tuple[Epoch, ...]
    best: int
    verdict: Verdict
    notes: tuple[str, ...]
    engine: str
    device: str
    how: str
    seed: int
    effort: Effort
    trained: Any = field(default=None, repr=False)  # the module, where there is no network

    # --- Figures

    @property
    def loss(self) -> float:
        """The mean loss over the rows trained on, in the table's units."""
        return self.scores["loss"].train

    @property
    def held_out_loss(self) -> float:
        """The mean loss over the rows held out, in the table's units; nan where there are none."""
        return self.scores["loss"].held_out

    @property
    def accuracy(self) -> Pair:
        """The share of rows whose class is predicted. Raises ModelError where numbers are."""
        return self._score("accuracy", "r_squared")

    @property
    def r_squared(self) -> Pair:
        """The share of the variance that is predicted. Raises ModelError where classes are."""
        return self._score("r_squared", "accuracy")

    def _score(self, wanted: str, other: str) -> Pair:
        if wanted not in self.scores:
            what = "classes" if wanted == "r_squared" else "a number"
            raise ModelError(f"this fit predicts {what}, it has no {wanted}\nhint: fit.{other}")
        return self.scores[wanted]

    @property
    def n_parameters(self) -> int:
        """How many numbers were trained."""
        if self.parameters is not None:
            return len(self.parameters)
        return sum(p.numel() for p in self.trained.parameters())

    @property
    def state(self) -> dict[str, np.ndarray]:
        """The parameters as arrays by layer: w1 (units, below), b1 (units,) …; a module's under its own names."""
        if self.network is None:
            return {name: _plain(values) for name, values in self.trained.state_dict().items()}
        assert self.parameters is not None
        found = {}
        for k, layer in enumerate(self.network.layers, 1):
            found[f"w{k}"] = self.parameters[layer.weights].reshape(layer.units, layer.below)
            found[f"b{k}"] = self.parameters[layer.biases]
        return found

    @property
    def values(self) -> dict[str, float]:
        """Every parameter by name, of scaled inputs. Raises ModelError for a large network or a module: see `state`."""
        if self.network is None or self.parameters is None or len(self.parameters) > MOST_RECORDED:
            raise ModelError(
                f"{self.n_parameters:,} parameters are too many to name, or a module's\n"
                "hint: fit.state holds them as arrays"
            )
        return dict(zip(self.network.names, map(float, self.parameters)))

    # --- Predictions

    def predict(self, x: Any) -> np.ndarray:
        """The numbers (n,) in the table's units, or the labels (n,), at new rows.

        x: an array (n, inputs), a tensor, or a table with the same columns. Raises DataError.
        """
        z = self._sums(read_inputs(x, self.inputs))
        if self.labels is None:
            return z[:, 0] * self.scaling.y_spread + self.scaling.y_mean
        return np.array(self.labels)[most_likely(z)]

    def probabilities(self, x: Any) -> np.ndarray:
        """The share each class is given at new rows: (n, classes), in the order of `labels`. Raises ModelError."""
        if self.labels is None:
            raise ModelError("this fit predicts numbers, not classes\nhint: fit.predict")
        return shares(self._sums(read_inputs(x, self.inputs)), self.loss_name)

    def _sums(self, source: Source, rows: np.ndarray | None = None) -> np.ndarray:
        """What the last layer sums up to, (n, outputs), a block of rows at a time."""
        n = source.n if rows is None else len(rows)
        widest = max(self.network.widths) if self.network is not None else 1_024
        size = max(SUMS // max(widest, len(self.inputs)), 1)
        blocks = []
        for start in range(0, n, size):
            stop = min(start + size, n)
            x = self.scaling.of(source.block(start, stop) if rows is None else source.take(rows[start:stop]))
            blocks.append(self._of_scaled(x))
        if not blocks:
            return np.zeros((0, 1 if self.labels is None or len(self.labels) == 2 else len(self.labels)))
        return np.concatenate(blocks)

    def _of_scaled(self, x: np.ndarray) -> np.ndarray:
        if self.network is not None:
            assert self.parameters is not None
            kind = np.float32 if len(self.parameters) > MANY else np.float64
            return np.asarray(outputs(self.network, self.parameters.astype(kind, copy=False), x.astype(kind)), float)
        import torch

        with torch.no_grad():
            kept = next(self.trained.parameters())
            z = self.trained(torch.from_numpy(x).to(kept.dtype))
        found = np.asarray(z.detach().double().numpy())
        return found[:, None] if found.ndim == 1 else found

    # --- Elsewhere

    def expression(self) -> str:
        """The fit as formula text in the table's units and names, exact; for two classes the share of the second, for
        more a line of score for each. Raises ModelError for a module, or for more than 2,000 parameters.

        >>> from squiggly.networks.network import network
        >>> from squiggly.networks.training import train
        >>> x = np.arange(100.0)
        >>> train(network(1, [2]), {"t": x, "v": 2 * x}).expression().startswith("v = ")
        True
        """
        from squiggly.networks.formulas import expression

        return expression(self)

    def model(self) -> Model:
        """The same as a squiggly Model, its parameters starting where they were trained to, in the table's units.

        Raises ModelError for a module, more than one output, or more than 2,000 parameters.
        """
        from squiggly.networks.formulas import model

        return model(self)

    def module(self) -> Any:
        """The fit as a torch.nn.Sequential of the table's own inputs: scaling, layers, and for numbers their units.

        Classes come as scores, before any sigmoid or softmax.
        """
        from torch import nn

        from squiggly.networks.torch_engine import Scaled, Unscaled, sequential

        inner = copy.deepcopy(self.trained) if self.network is None else sequential(self.network, self.parameters)
        last = [Unscaled(self.scaling)] if self.labels is None else []
        return nn.Sequential(Scaled(self.scaling), inner, *last).eval()

    def lab(self, points: Any, **options: Any) -> NetworkLab:
        """A live page that goes on from here: these parameters, this scaling; points and options as in `network.lab`.

        Raises ModelError for a module or a network no page holds, DataError for points of other classes.

        >>> from squiggly.networks.network import network
        >>> from squiggly.networks.training import train
        >>> table = {"t": np.arange(40.0), "v": np.arange(40.0) ** 2}
        >>> train(network(1, [4]), table, epochs=5).lab(table)
        NetworkLab(network(1, [4]), data: own, points: 40)
        """
        from squiggly.page.network import going_on

        return going_on(self, points, options)

    def onnx(self, path: str | PathLike[str]) -> None:
        """Write the fit as an ONNX file: rows in the table's units to numbers, or to each class's share.

        Raises FileError, and ModelError where onnx is not installed.
        """
        from squiggly.networks.onnx import write

        write(self, path)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the fit as one .safetensors file, whole or not at all. `sq.load` brings it back. Raises FileError."""
        from squiggly.networks.saving import save

        save(self, path)

    def plot(self, path: str | PathLike[str] | None = None) -> Figure:
        """The loss epoch by epoch, of the rows trained on and those held out. path: where it is written, if given."""
        from squiggly.networks.report import plot

        return plot(self, path)

    def __getstate__(self) -> dict[str, Any]:  # a read-only mapping cannot be pickled, a dict can
        return {**self.__dict__, "scores": dict(self.scores)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update({**state, "scores": MappingProxyType(state["scores"])})

    def __str__(self) -> str:
        from squiggly.networks.report import as_text

        return as_text(self)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from squiggly.networks.report import as_html

        return as_html(self)


def _plain(values: Any) -> np.ndarray:
    values = values.detach().cpu()
    return np.array((values.float() if "bfloat16" in str(values.dtype) else values).numpy())


def most_likely(z: np.ndarray) -> np.ndarray:
    """The number of the class that scores (n, 1) or (n, classes) speak for, (n,)."""
    return (z[:, 0] > 0).astype(np.intp) if z.shape[1] == 1 else np.argmax(z, axis=1)


def shares(z: np.ndarray, loss: str) -> np.ndarray:
    """The share of each class, (n, classes), from scores (n, 1) or (n, classes).

    >>> shares(np.array([[0.0]]), "cross-entropy").tolist()
    [[0.5, 0.5]]
    """
    if z.shape[1] == 1:
        second = sigmoid(z[:, 0]) if loss != "mse" else (1.0 + np.tanh(z[:, 0])) / 2.0
        return np.stack([1.0 - second, second], axis=1)
    raised = np.exp(z - z.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))
