"""Optimizers: from one set of values to the next. Each takes the steps that torch's of the same name takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

from squiggly.errors import OptionError
from squiggly.options import expect


class Optimizer(Protocol):
    """What turns a gradient into a step: `begin` makes the state that `step` hands on; no argument is changed."""

    def begin(self, values: np.ndarray) -> Any:
        """The state before the first step from these values (P,)."""

    def step(self, values: np.ndarray, gradient: np.ndarray, rate: float, state: Any) -> tuple[np.ndarray, Any]:
        """The values (P,) one step on, and the state to hand to the next step."""


class _SGDState(NamedTuple):
    gradients: np.ndarray  # (P,) the sum of all so far, where nothing zeroes them
    velocity: np.ndarray | None  # (P,) None before the first step


@dataclass(frozen=True)
class SGD:
    """Step straight downhill, or with `momentum` roll there: torch.optim.SGD, step for step.

    zero_gradient=False is the loop that forgets to zero its gradients: they add up, like a momentum of exactly 1.
    Raises OptionError for a negative option, and for nesterov without momentum.

    >>> values, state = SGD().step(np.array([1.0]), np.array([4.0]), 0.25, SGD().begin(np.array([1.0])))
    >>> values
    array([0.])
    """

    momentum: float = 0.0
    dampening: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0
    zero_gradient: bool = True

    def __post_init__(self) -> None:
        expect("a number of 0 or more", momentum=self.momentum, weight_decay=self.weight_decay)
        if self.nesterov and (self.momentum == 0 or self.dampening != 0):
            raise OptionError(
                f"nesterov needs momentum and no dampening, got momentum={self.momentum:g}, "
                f"dampening={self.dampening:g}\nhint: SGD(momentum=0.9, nesterov=True)"
            )

    def begin(self, values: np.ndarray) -> _SGDState:
        return _SGDState(np.zeros_like(values), None)

    def step(
        self, values: np.ndarray, gradient: np.ndarray, rate: float, state: _SGDState
    ) -> tuple[np.ndarray, _SGDState]:
        gradients = gradient if self.zero_gradient else state.gradients + gradient
        pull = gradients + self.weight_decay * values
        if self.momentum == 0:
            return values - rate * pull, _SGDState(gradients, None)
        velocity = pull
        if state.velocity is not None:
            velocity = self.momentum * state.velocity + (1 - self.dampening) * pull
        ahead = pull + self.momentum * velocity if self.nesterov else velocity
        return values - rate * ahead, _SGDState(gradients, velocity)


class _AdamState(NamedTuple):
    gradients: np.ndarray  # (P,) the sum of all so far, where nothing zeroes them
    steps: int
    mean: np.ndarray  # (P,) of the gradients
    square: np.ndarray  # (P,) of their squares


@dataclass(frozen=True)
class Adam:
    """Steps of about `rate` in every parameter, whatever their scales: torch.optim.Adam, step for step.

    zero_gradient=False is the loop that forgets to zero its gradients: it sees their sum.
    Raises OptionError for a negative option, and for a beta that is not below 1.

    >>> values, state = Adam().step(np.zeros(2), np.array([0.001, -1000]), 0.1, Adam().begin(np.zeros(2)))
    >>> values.round(4)
    array([-0.1,  0.1])
    """

    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.0
    zero_gradient: bool = True

    def __post_init__(self) -> None:
        expect("a number of 0 or more", epsilon=self.epsilon, weight_decay=self.weight_decay)
        expect("a number from 0 to below 1", beta1=self.beta1, beta2=self.beta2)

    def begin(self, values: np.ndarray) -> _AdamState:
        return _AdamState(np.zeros_like(values), 0, np.zeros_like(values), np.zeros_like(values))

    def step(
        self, values: np.ndarray, gradient: np.ndarray, rate: float, state: _AdamState
    ) -> tuple[np.ndarray, _AdamState]:
        gradients = gradient if self.zero_gradient else state.gradients + gradient
        pull = gradients + self.weight_decay * values
        steps = state.steps + 1
        mean = self.beta1 * state.mean + (1 - self.beta1) * pull
        square = self.beta2 * state.square + (1 - self.beta2) * pull * pull
        unbiased = mean / (1 - self.beta1**steps)  # both began at 0 and lean towards it
        spread = np.sqrt(square / (1 - self.beta2**steps))
        moved = values - rate * unbiased / (spread + self.epsilon)
        return moved, _AdamState(gradients, steps, mean, square)
