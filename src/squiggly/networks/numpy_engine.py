"""Training in NumPy, float64: for small networks on small tables, where importing PyTorch takes longer than the fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from squiggly.networks.averaging import Averaging
from squiggly.networks.batches import order
from squiggly.networks.heads import Head
from squiggly.networks.layers import outputs, value_and_gradient
from squiggly.networks.network import Network
from squiggly.optimizers import SGD, Adam

BLOCK = 4_096  # rows whose loss is worked out at once
Tick = Callable[[], None]


class NumpyEngine:
    """A network on its way: the batch that is mutable while it trains, like the solver's.

    x: (rows, inputs) scaled.  y: (rows,) scaled numbers, or the numbers of the classes.
    """

    name, device = "numpy", "cpu"

    def __init__(
        self, network: Network, head: Head, optimizer: SGD | Adam, decay: float, start: np.ndarray,
        x: np.ndarray, y: np.ndarray, train: np.ndarray, out: np.ndarray, batch: int, seed: int,
        averaging: Averaging | None = None,
    ) -> None:  # fmt: skip
        self.network, self.head, self.optimizer, self.seed = network, head, optimizer, seed
        self.x, self.y, self.train, self.out, self.batch = x, y, train, out, batch
        self.values = np.array(start, dtype=np.float64)
        self.best = self.mean = self.values
        self.averaging, self.step = averaging, 0
        self.pull = decay * network.decays if decay else None
        self.memory: Any = optimizer.begin(self.values)

    def epoch(self, epoch: int, rate: Callable[[], float], tick: Tick) -> float:
        """Every row once, in an order of its own; the mean loss on the way. One that runs away is seen by its loss."""
        with np.errstate(over="ignore", invalid="ignore"):
            return self._epoch(epoch, rate, tick)

    def _epoch(self, epoch: int, rate: Callable[[], float], tick: Tick) -> float:
        rows, total = self.train[order(len(self.train), self.seed, epoch)], 0.0
        for start in range(0, len(rows), self.batch):
            some = rows[start : start + self.batch]
            loss, gradient = value_and_gradient(self.network, self.head, self.values, self.x[some], self.y[some])
            if self.pull is not None:
                gradient += self.pull * self.values
            self.values, self.memory = self.optimizer.step(self.values, gradient, rate(), self.memory)
            self._look()
            total += loss * len(some)
            tick()
        return total / len(rows)

    def _look(self) -> None:
        self.step += 1
        share = self.averaging.share(self.step) if self.averaging else None
        if share is not None:
            self.mean = self.mean + share * (self.values - self.mean)

    @property
    def judged(self) -> np.ndarray:
        """What is judged and kept: the average, where there is one."""
        return self.mean if self.averaging and self.averaging.looks else self.values

    def held_out(self) -> float:
        """The mean loss of the rows held out."""
        total, judged = 0.0, self.judged
        for start in range(0, len(self.out), BLOCK):
            some = self.out[start : start + BLOCK]
            z = outputs(self.network, judged, self.x[some])
            total += self.head.value_and_slope(z, self.y[some])[0] * len(some)
        return total / len(self.out)

    def sound(self) -> bool:
        """Whether every parameter is a finite number."""
        return bool(np.isfinite(self.values).all())

    def keep(self) -> None:
        """Take the parameters as they are now for the best so far."""
        self.best = self.judged  # a step makes new ones

    def result(self) -> np.ndarray:
        """The best parameters, (parameters,)."""
        return self.best
