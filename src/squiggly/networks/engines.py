"""Engines: a network or module with its table and options, put on its way by NumPy or by PyTorch."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import numpy as np

from squiggly.errors import OptionError
from squiggly.networks.averaging import Averaging
from squiggly.networks.choosing import engine_of, expect_memory
from squiggly.networks.fitted import NetworkFit
from squiggly.networks.heads import head_of
from squiggly.networks.network import Network
from squiggly.networks.numpy_engine import NumpyEngine
from squiggly.networks.preparation import Prepared
from squiggly.networks.source import scaled_copy
from squiggly.optimizers import SGD, Adam


@dataclass(frozen=True)
class Job:
    """Everything an engine is made from."""

    network: Network | None
    model: Any
    ready: Prepared
    into: np.ndarray
    out: np.ndarray
    batch: int
    seed: int
    optimizer: SGD | Adam
    rate: float
    decay: float
    loss: Any
    outputs: int
    classes: int | None
    start: NetworkFit | None = None
    average: bool = True

    @property
    def averaging(self) -> Averaging | None:
        """Of the parameters over the last steps; of a module with statistics of its own there is none."""
        whole = self.network is not None or not [*self.model.buffers()]
        return Averaging(-(-len(self.into) // self.batch)) if self.average and whole else None

    def engine(self, wanted: str, device: str, epochs: int) -> Any:
        network, ready, scaling = self.network, self.ready, self.ready.scaling
        y = ready.y if self.classes is not None else (ready.y - scaling.y_mean) / scaling.y_spread
        if network is not None:
            if device not in ("auto", "cpu") and wanted == "auto":
                wanted = "torch"
            wanted = engine_of(network, len(self.into), self.batch, epochs, wanted)
            expect_memory(network, len(self.into), self.batch, wanted)
            if wanted == "numpy":
                if device not in ("auto", "cpu"):
                    raise OptionError(f"device is {device!r}, NumPy computes on the cpu\nhint: engine='torch'")
                start = network.start(self.seed) if self.start is None else self.start.parameters
                x = scaled_copy(ready.source, scaling, np.float64)
                return NumpyEngine(
                    network, head_of(network, self.loss), self.optimizer, self.decay, np.asarray(start), x, y,
                    self.into, self.out, self.batch, self.seed, self.averaging,
                )  # fmt: skip
        from squiggly.networks.torch_engine import TorchEngine, criterion, device_of, sequential

        at = device_of(device)
        if network is not None:
            begin = None if self.start is None else np.asarray(self.start.parameters)
            module = sequential(network, begin, self.seed)
        else:
            module = copy.deepcopy(self.model)
        whole = self.classes is not None and self.outputs > 1
        measure = criterion(self.loss, self.outputs, self.classes)
        return TorchEngine(
            module, measure, self.optimizer, self.rate, self.decay, ready.source, scaling,
            y.astype(np.int64 if whole else np.float32), self.into, self.out, self.batch, self.seed, at, self.averaging,
        )  # fmt: skip
