"""The loop of photos: predict, loss, gradient, step, look. Nothing random in it but of (seed, epoch, photo)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from squiggly.networks.batches import order
from squiggly.networks.torch_engine import threads
from squiggly.photo.augmenting import changed, uniform
from squiggly.photo.collection import Photos
from squiggly.photo.modules import Seeing
from squiggly.photo.splitting import TRAIN

SQUARES = 0.99  # how slowly the mean of squared gradients follows
REMEMBERED = ("step", "exp_avg", "exp_avg_sq")  # of each parameter, by AdamW
BLOCK = 256  # photos judged at once
FEW = 1_500_000  # numbers between two layers of a step, up to which threads wait longer than they work
FIXED = 64  # photos that a sweep of rates is judged by
SAMPLE = 2_000  # photos from which the mean and the spread of the colours are taken


@dataclass(frozen=True)
class Plan:
    """How a recogniser is trained.

    rate: the highest of the schedule.  momentum, decay: of the descent.  smoothing: what the right class gives to all.
    mixup: how strongly pairs of photos are laid over each other.  change: how strongly photos are varied
    balance: (classes,) what an error in each class counts, mean 1, or None
    body: what the rate is multiplied by for all but the last layer; below 1 means and variances stay as they are, too
    """

    epochs: int
    batch: int
    rate: float
    schedule: Callable[[int, int], float]
    momentum: float
    decay: float
    smoothing: float
    mixup: float
    change: float
    balance: tuple[float, ...] | None
    seed: int
    body: float = 1.0


def colours(photos: Photos) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of red, green and blue, from 0 to 1, over the photos trained on."""
    rows = photos.part("train")
    some = photos.squares[rows[:: max(len(rows) // SAMPLE, 1)]].reshape(-1, 3) / 255.0
    return some.mean(axis=0), np.maximum(some.std(axis=0), 1e-3)


class Eye:
    """Squares of bytes as a module sees them: from their mean, in their spread, channels first."""

    def __init__(self, mean: np.ndarray, spread: np.ndarray, device: torch.device) -> None:
        self.device = device
        self.shift = torch.tensor(255.0 * mean, dtype=torch.float32, device=device)
        self.per = torch.tensor(1.0 / (255.0 * spread), dtype=torch.float32, device=device)

    def __call__(self, squares: np.ndarray) -> torch.Tensor:
        """(n, side, side, 3) uint8 to (n, 3, side, side) float32, the channels last in memory."""
        x = torch.from_numpy(np.ascontiguousarray(squares)).to(self.device).float()
        return x.sub_(self.shift).mul_(self.per).permute(0, 3, 1, 2)


class Loop:
    """A recogniser on its way."""

    def __init__(self, module: Seeing, photos: Photos, eye: Eye, plan: Plan, device: torch.device) -> None:
        self.photos, self.eye, self.plan, self.device = photos, eye, plan, device
        self.rows = np.flatnonzero(photos.parts == TRAIN)
        self.module = module.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.steps = -(-len(self.rows) // plan.batch)
        self.alone = device.type == "cpu" and plan.batch * photos.side**2 * module.width < FEW
        self.quick = device.type == "cuda"  # numbers of 16 bits where they are quicker
        groups: list[dict[str, Any]] = []
        for head in (False, True):
            for flat in (False, True):
                some = [
                    p for name, p in self.module.named_parameters()
                    if p.requires_grad and name.startswith("head.") == head and (p.ndim <= 1) == flat
                ]  # fmt: skip
                decay, share = 0.0 if flat else plan.decay, 1.0 if head else plan.body
                groups += [{"params": some, "weight_decay": decay, "share": share}] if some else []
        self.optimizer = torch.optim.AdamW(groups, plan.rate, (plan.momentum, SQUARES), weight_decay=0.0)
        counts = None if plan.balance is None else torch.tensor(plan.balance, dtype=torch.float32, device=device)
        self.measure = nn.CrossEntropyLoss(weight=counts, label_smoothing=plan.smoothing)

    def epoch(self, epoch: int) -> Iterator[tuple[float, float]]:
        """One pass over the photos trained on, numbered from 0: after each step its loss and the share it had right."""
        plan, last = self.plan, self.plan.epochs * self.steps
        rows = self.rows[order(len(self.rows), plan.seed, epoch)]
        self._wake()
        for k, start in enumerate(range(0, len(rows), plan.batch)):
            some = np.sort(rows[start : start + plan.batch])  # a mapped file is read forwards
            self._set_rate(plan.rate * plan.schedule(epoch * self.steps + k, last))
            with threads(self.alone):
                done = self._step(some, epoch, k)
            yield done

    def walked(self, rates: np.ndarray) -> Iterator[float]:
        """One step at each of these rates, epoch after epoch: after each, the loss of the same few photos."""
        few = self.rows[order(len(self.rows), self.plan.seed, -1)[:FIXED]]
        x = self.eye(self.photos.squares[few]).contiguous(memory_format=torch.channels_last)
        y = torch.from_numpy(self.photos.labels[few]).to(self.device)
        for k, rate in enumerate(rates):
            epoch, step = divmod(k, self.steps)
            rows = self.rows[order(len(self.rows), self.plan.seed, epoch)]
            self._wake()
            self._set_rate(float(rate))
            with threads(self.alone):
                self._step(np.sort(rows[step * self.plan.batch : (step + 1) * self.plan.batch]), epoch, step)
                with torch.no_grad():
                    yield float(nn.functional.cross_entropy(self.module(x), y))

    def _set_rate(self, rate: float) -> None:
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group["share"]

    def _wake(self) -> None:
        self.module.train()
        if self.plan.body < 1:
            for part in self.module.modules():
                if isinstance(part, nn.BatchNorm2d):
                    part.eval()

    def _step(self, some: np.ndarray, epoch: int, k: int) -> tuple[float, float]:
        plan = self.plan
        x = changed(self.eye(self.photos.squares[some]), plan.seed, epoch, some, plan.change)
        y = torch.from_numpy(self.photos.labels[some]).to(self.device)
        share = _mixing(plan, epoch, k)
        if share < 1:
            x = share * x + (1 - share) * x.flip(0)
        with torch.autocast("cuda", torch.bfloat16, enabled=self.quick):
            z = self.module(x.contiguous(memory_format=torch.channels_last)).float()
        loss = self.measure(z, y)
        if share < 1:
            loss = share * loss + (1 - share) * self.measure(z, y.flip(0))
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        with torch.no_grad():
            return float(loss), float((z.argmax(1) == y).float().mean())

    def state(self) -> dict[str, np.ndarray]:
        """A copy of every parameter and statistic, by name."""
        return {name: values.detach().cpu().numpy().copy() for name, values in self.module.state_dict().items()}

    def memory(self) -> list[np.ndarray]:
        """What the optimizer remembers of each parameter that moves, one after another; [] before the first step."""
        states = [self.optimizer.state[p] for p in self._moving() if p in self.optimizer.state]
        return [state[name].detach().cpu().numpy().copy() for state in states for name in REMEMBERED]

    def restore(self, state: Mapping[str, np.ndarray], memory: Sequence[np.ndarray]) -> None:
        """Take up where another loop stood."""
        self.module.load_state_dict({name: torch.from_numpy(np.array(values)) for name, values in state.items()})
        for k, p in enumerate(self._moving()):
            for name, values in zip(REMEMBERED, memory[k * len(REMEMBERED) : (k + 1) * len(REMEMBERED)]):
                given = torch.from_numpy(np.array(values))
                self.optimizer.state[p][name] = given if name == "step" else torch.empty_like(p).copy_(given)

    def _moving(self) -> list[torch.Tensor]:
        return [p for group in self.optimizer.param_groups for p in group["params"]]

    def sound(self) -> bool:
        """Whether every parameter is a finite number."""
        return all(bool(torch.isfinite(p).all()) for p in self.module.parameters())

    def scores(self, rows: np.ndarray) -> np.ndarray:
        """The scores of each class, (n, classes) float64, of photos by their numbers."""
        with threads(self.alone):
            return scores_and_features(self.module, self.eye, self.photos.squares, rows)[0]

    def features(self, rows: np.ndarray) -> np.ndarray:
        """The features, (n, width) float64, of photos by their numbers."""
        with threads(self.alone):
            return scores_and_features(self.module, self.eye, self.photos.squares, rows)[1]

    def put_head(self, weights: np.ndarray, bias: np.ndarray) -> None:
        """Give the last layer these weights (classes, width) and this bias (classes,)."""
        with torch.no_grad():
            self.module.head.weight.copy_(torch.from_numpy(weights))
            self.module.head.bias.copy_(torch.from_numpy(bias))


def scores_and_features(
    module: Seeing, eye: Eye, squares: np.ndarray, rows: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Scores (n, classes) and features (n, width), float64, of squares (all, side, side, 3) uint8 by their numbers."""
    scored = [np.zeros((0, module.head.out_features))]
    seen = [np.zeros((0, module.head.in_features))]
    module.eval()
    with torch.no_grad():
        for start in range(0, len(rows), BLOCK):
            x = eye(squares[rows[start : start + BLOCK]]).contiguous(memory_format=torch.channels_last)
            features = module.features(x)
            scored.append(module.head(features).double().cpu().numpy())
            seen.append(features.double().cpu().numpy())
    return np.concatenate(scored), np.concatenate(seen)


def _mixing(plan: Plan, epoch: int, k: int) -> float:
    """The share of the upper photo of each pair in this batch, 1/2 to 1; 1 where nothing is mixed."""
    if plan.mixup <= 0:
        return 1.0
    u = uniform(plan.seed + 1, epoch, np.array([k]), 2)[0]
    a, b = u[0] ** (1 / plan.mixup), u[1] ** (1 / plan.mixup)  # a/(a + b) is about Beta(mixup, mixup), by Jöhnk's way
    share = 0.5 if a + b == 0 else a / (a + b)
    return float(max(share, 1 - share))
