"""Training in PyTorch, float32: any network on any table, and any module. Imported only when it is used."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import nn

from squiggly.errors import ModelError, OptionError
from squiggly.loss import CrossEntropy, Huber, Loss, MeanAbsolute
from squiggly.networks.activations import ACTIVATIONS
from squiggly.networks.averaging import Averaging
from squiggly.networks.network import Network
from squiggly.networks.numpy_engine import Tick
from squiggly.networks.source import Scaling, Source, scaled_copy
from squiggly.optimizers import SGD, Adam

BLOCK = 8_192  # rows whose loss is worked out at once
DRAWN = 1 << 20  # start values drawn at once
FEW = 5_000_000  # weights times rows of a step, up to which threads wait for each other longer than they work
Criterion = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


class Scaled(nn.Module):
    """The table's inputs as the network sees them; computed in float64, so that a large offset costs no digits."""

    mean: torch.Tensor
    per: torch.Tensor

    def __init__(self, scaling: Scaling) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(scaling.mean, dtype=torch.float64))
        self.register_buffer("per", torch.tensor(scaling.per, dtype=torch.float64))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return ((x.double() - self.mean) * self.per).float()


class Unscaled(nn.Module):
    """The network's numbers in the table's units."""

    mean: torch.Tensor
    spread: torch.Tensor

    def __init__(self, scaling: Scaling) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(scaling.y_mean))
        self.register_buffer("spread", torch.tensor(scaling.y_spread))

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        return z * self.spread + self.mean


class Features(nn.Module):
    """What a network with features sees of its one or two inputs."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__()
        self.names = names

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x1, x2 = x[:, 0], x[:, -1]
        made = {"x1": lambda: x1, "x2": lambda: x2, "x1^2": lambda: x1 * x1, "x2^2": lambda: x2 * x2,
                "x1*x2": lambda: x1 * x2, "sin(x1)": lambda: x1.sin(), "sin(x2)": lambda: x2.sin()}  # fmt: skip
        return torch.stack([made[name]() for name in self.names], dim=1)


def sequential(network: Network, values: np.ndarray | None = None, seed: int = 0) -> nn.Sequential:
    """The network as a torch.nn.Sequential, float32, with these values (parameters,), or where `start(seed)` begins.

    >>> sequential(Network(1, (2,)))
    Sequential(
      (0): Linear(in_features=1, out_features=2, bias=True)
      (1): ReLU()
      (2): Linear(in_features=2, out_features=1, bias=True)
    )
    """
    parts: list[nn.Module] = [Features(network.features)] if network.features else []
    random, rectified = np.random.RandomState(seed), network.activation in ("relu", "silu")
    for k, layer in enumerate(network.layers):
        linear = torch.nn.utils.skip_init(nn.Linear, layer.below, layer.units)
        with torch.no_grad():
            if values is not None:
                linear.weight.copy_(torch.tensor(values[layer.weights]).view(layer.units, layer.below))
                linear.bias.copy_(torch.tensor(values[layer.biases]))
            else:  # as Network.start, without its float64 copy of the whole
                span = np.sqrt(6.0 / (layer.below if rectified else layer.below + layer.units))
                flat = linear.weight.view(-1)
                for at in range(0, len(flat), DRAWN):
                    drawn = random.random_sample(min(DRAWN, len(flat) - at))
                    flat[at : at + len(drawn)] = torch.from_numpy(span * (2.0 * drawn - 1.0))
                linear.bias.zero_()
        parts.append(linear)
        if k + 1 < len(network.layers):
            parts.append(getattr(nn, ACTIVATIONS[network.activation].torch)())
    return nn.Sequential(*parts)


def flattened(module: nn.Module) -> np.ndarray:
    """The parameters of a network's Sequential in the network's order, (parameters,) float32."""
    return np.concatenate([p.detach().cpu().numpy().ravel() for p in module.parameters()])


def criterion(loss: Loss | CrossEntropy, outputs: int, classes: int | None) -> Criterion:
    """The loss of scaled predictions in torch's own function."""
    functional = nn.functional
    if isinstance(loss, CrossEntropy):
        if outputs == 1:
            return lambda z, y: functional.binary_cross_entropy_with_logits(z, y)
        return lambda z, y: functional.cross_entropy(z, y)
    if classes is not None:
        return lambda z, y: functional.mse_loss(torch.tanh(z), 2.0 * y - 1.0)
    if isinstance(loss, MeanAbsolute):
        return lambda z, y: functional.l1_loss(z, y)
    if isinstance(loss, Huber):
        delta = 1.0 if loss.delta is None else loss.delta
        return lambda z, y: functional.huber_loss(z, y, delta=delta)
    return lambda z, y: functional.mse_loss(z, y)


def device_of(wanted: str) -> torch.device:
    """Where to train: "auto" takes a GPU where there is one. Raises OptionError for a device that is not there."""
    if wanted == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(wanted)
        torch.empty(1, device=device).add_(1)
    except (RuntimeError, AssertionError, TypeError, NotImplementedError):
        known = ["cpu", *[f"cuda:{i}" for i in range(torch.cuda.device_count())]]
        known += ["mps"] * torch.backends.mps.is_available()
        raise OptionError(
            f"device is {wanted!r}, which is not here: torch sees {', '.join(known)}\n"
            'hint: device="auto" takes what there is'
        ) from None
    return device


def _optimizer(ours: SGD | Adam, module: nn.Module, rate: float, decay: float, fast: bool) -> torch.optim.Optimizer:
    pulled = [p for p in module.parameters() if p.requires_grad and p.ndim > 1]
    free = [p for p in module.parameters() if p.requires_grad and p.ndim <= 1]
    groups: list[dict[str, Any]] = [
        {"params": pulled, "weight_decay": ours.weight_decay + decay},
        {"params": free, "weight_decay": ours.weight_decay},
    ]
    groups = [group for group in groups if group["params"]]
    if isinstance(ours, Adam):
        return torch.optim.Adam(groups, rate, (ours.beta1, ours.beta2), ours.epsilon, fused=fast)
    return torch.optim.SGD(groups, rate, ours.momentum, ours.dampening, nesterov=ours.nesterov, fused=fast)


class TorchEngine:
    """A module on its way, with everything it needs on its device. A wrong shape is found before it begins.

    Rows that are float32 already are not copied: each batch is scaled as it is met.
    """

    name = "torch"

    def __init__(
        self, module: nn.Module, measure: Criterion, optimizer: SGD | Adam, rate: float, decay: float,
        source: Source, scaling: Scaling, y: np.ndarray, train: np.ndarray, out: np.ndarray, batch: int, seed: int,
        device: torch.device, averaging: Averaging | None = None,
    ) -> None:  # fmt: skip
        self.before = torch.get_rng_state()
        torch.manual_seed(seed)  # what a module draws while it trains, as dropout does
        self.at = device
        self.device = str(device)
        self.module = module.to(device)
        self.measure, self.batch = measure, batch
        single = all(p.dtype == torch.float32 for p in module.parameters())
        self.optimizer = _optimizer(optimizer, self.module, rate, decay, fast=single and device.type in ("cpu", "cuda"))
        self.zeroes = optimizer.zero_gradient
        self.kind = next(module.parameters()).dtype
        self.scaled = source.direct is None
        self.x = torch.from_numpy(scaled_copy(source, scaling)) if self.scaled else _shared(source.direct)
        self.whole = device.type == "cpu" or _fits(self.x, device)  # else each batch is sent on its way
        if self.whole:
            self.x = self.x.to(device)
        self.mean = torch.tensor(scaling.mean, dtype=torch.float32, device=device)
        self.per = torch.tensor(scaling.per, dtype=torch.float32, device=device)
        self.y = torch.from_numpy(y).to(device, self.kind if y.dtype.kind == "f" else None)
        self.train, self.out = (torch.from_numpy(rows).to(device) for rows in (train, out))
        self.alone = (
            device.type == "cpu" and _dense(module) and sum(p.numel() for p in module.parameters()) * batch < FEW
        )
        self.random = torch.Generator().manual_seed(seed)
        self.best: list[torch.Tensor] | None = None
        self.averaging, self.step = averaging, 0
        self.trained = [p for p in module.parameters() if p.requires_grad]
        self.means = [p.detach().clone() for p in self.trained] if averaging else []

    def rows(self, some: torch.Tensor) -> torch.Tensor:
        """Rows as the module sees them, on its device."""
        x = self.x.index_select(0, some if self.whole else some.cpu())
        x = x if self.whole else x.to(self.at)
        x = x if self.scaled else x.sub_(self.mean).mul_(self.per)
        return x.to(self.kind)

    def epoch(self, epoch: int, rate: Callable[[], float], tick: Tick) -> float:
        """Every row once, in an order of its own; the mean loss on the way."""
        with threads(self.alone):
            return self._epoch(rate, tick)

    def _epoch(self, rate: Callable[[], float], tick: Tick) -> float:
        self.module.train()
        n = len(self.train)
        rows = self.train[torch.randperm(n, generator=self.random).to(self.at)]
        total, met = torch.zeros((), device=self.at, dtype=torch.float64), 0
        groups, optimizer, module = self.optimizer.param_groups, self.optimizer, self.module
        for start in range(0, n, self.batch):
            some = rows[start : start + self.batch]
            if len(some) == 1 and n > 1:
                break  # a batch of one has no spread, which some layers need; another epoch meets the row
            z = module(self.rows(some))
            loss = self.measure(z[:, 0] if z.ndim == 2 and z.shape[1] == 1 else z, self.y.index_select(0, some))
            if self.zeroes:
                optimizer.zero_grad()
            loss.backward()
            now = rate()
            for group in groups:
                group["lr"] = now
            optimizer.step()
            self._look()
            total += loss.detach() * len(some)
            met += len(some)
            tick()
        return float(total) / met

    def _look(self) -> None:
        self.step += 1
        share = self.averaging.share(self.step) if self.averaging else None
        if share is not None:
            with torch.no_grad():
                torch._foreach_lerp_(self.means, [p.detach() for p in self.trained], share)

    @contextmanager
    def _judged(self) -> Iterator[None]:
        """The average in place of the parameters, where there is one."""
        swapped = [*zip(self.trained, self.means)] if self.averaging and self.averaging.looks else []
        own = [p.data for p, _ in swapped]
        for p, mean in swapped:
            p.data = mean
        try:
            yield
        finally:
            for (p, _), data in zip(swapped, own):
                p.data = data

    def held_out(self) -> float:
        """The mean loss of the rows held out."""
        self.module.eval()
        total = torch.zeros((), device=self.at, dtype=torch.float64)
        with torch.no_grad(), threads(self.alone), self._judged():
            for start in range(0, len(self.out), BLOCK):
                some = self.out[start : start + BLOCK]
                z = self.module(self.rows(some))
                z = z[:, 0] if z.ndim == 2 and z.shape[1] == 1 else z
                total += self.measure(z, self.y.index_select(0, some)) * len(some)
        return float(total) / len(self.out)

    def sound(self) -> bool:
        """Whether every parameter is a finite number."""
        return all(bool(torch.isfinite(p).all()) for p in self.module.parameters())

    def keep(self) -> None:
        """Take the parameters as they are now for the best so far."""
        with torch.no_grad(), self._judged():
            if self.best is None:
                self.best = [t.detach().clone() for t in self.module.state_dict().values()]
            else:
                for kept, now in zip(self.best, self.module.state_dict().values()):
                    kept.copy_(now)

    def result(self) -> nn.Module:
        """The module with the best parameters, in the computer's own memory and ready to predict."""
        with torch.no_grad():
            for kept, now in zip(self.best or [], self.module.state_dict().values()):
                now.copy_(kept)
        for p in self.module.parameters():
            p.grad = None
        torch.set_rng_state(self.before)  # the caller's own draws go on as if nothing had been trained
        return self.module.to("cpu").eval()


def _dense(module: nn.Module) -> bool:
    """Whether all of its parameters are those of dense layers, so that their number tells the work."""
    return all(isinstance(part, nn.Linear) or not [*part.parameters(recurse=False)] for part in module.modules())


@contextmanager
def threads(alone: bool) -> Iterator[None]:
    """One thread where the work is small: two that meet at every step of a busy machine take a hundred times longer."""
    before = torch.get_num_threads()
    if alone:
        torch.set_num_threads(1)
    try:
        yield
    finally:
        if alone:
            torch.set_num_threads(before)


def _shared(rows: np.ndarray | None) -> torch.Tensor:
    """The same memory as a tensor; nobody writes to it."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The given NumPy array is not writable")
        return torch.from_numpy(rows)


def _fits(x: torch.Tensor, device: torch.device) -> bool:
    if device.type != "cuda":
        return True
    free, _ = torch.cuda.mem_get_info(device)
    return bool(x.numel() * x.element_size() < free / 2)


def probed(module: nn.Module, columns: int) -> int:
    """How many numbers a module gives for each row. Raises ModelError where it does not take or give what is wanted."""
    if not any(p.requires_grad for p in module.parameters()):
        raise ModelError(
            "this module has no parameters to train\nhint: give it a layer, or unfreeze one with requires_grad_()"
        )
    trial = copy.deepcopy(module).cpu().eval()
    try:
        with torch.no_grad():
            z = trial(torch.zeros(3, columns, dtype=next(p.dtype for p in trial.parameters())))
    except Exception as error:  # whatever a module does with rows of another width
        raise ModelError(
            f"this module cannot take rows of {columns:,} column{'s' * (columns != 1)}: {error}\n"
            f"hint: its first layer takes one number for each column: nn.Linear({columns}, …)"
        ) from error
    shape = tuple(z.shape) if isinstance(z, torch.Tensor) else None
    if not shape or shape[0] != 3 or len(shape) > 2 or (len(shape) == 2 and shape[1] == 0):
        saw = "a single number" if shape == () else f"shape {shape}" if shape is not None else f"{type(z).__name__}"
        raise ModelError(
            f"for 3 rows this module returns {saw}, (3,), (3, 1) or (3, classes) was expected\n"
            "hint: return a number, or a score for each class, for each row"
        )
    return 1 if len(shape) == 1 else int(shape[1])
