"""Schedules: the rate as a function of the step. Each equals torch's of the name it gives.

A schedule is any function of (step, steps) whose result multiplies the rate; those here are read as functions, hence
their lower case.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from squiggly.options import expect

Schedule = Callable[[int, int], float]  # (step, steps) -> what to multiply the rate with


@dataclass(frozen=True)
class steady:
    """The same rate at every step.

    >>> steady()(3, 10)
    1.0
    """

    def __call__(self, step: int, steps: int) -> float:
        return 1.0


@dataclass(frozen=True)
class step_decay:
    """The rate times `factor` after every `every` steps: torch's StepLR.

    >>> [step_decay(every=2)(step, 10) for step in range(4)]
    [1.0, 1.0, 0.1, 0.1]
    """

    every: int
    factor: float = 0.1

    def __post_init__(self) -> None:
        expect("a whole number of 1 or more", every=self.every)
        expect("a number of 0 or more", factor=self.factor)

    def __call__(self, step: int, steps: int) -> float:
        return float(self.factor ** (step // self.every))


@dataclass(frozen=True)
class exponential_decay:
    """The rate times `factor` after every step: torch's ExponentialLR.

    >>> [exponential_decay(0.5)(step, 10) for step in range(4)]
    [1.0, 0.5, 0.25, 0.125]
    """

    factor: float

    def __post_init__(self) -> None:
        expect("a number of 0 or more", factor=self.factor)

    def __call__(self, step: int, steps: int) -> float:
        return float(self.factor**step)


@dataclass(frozen=True)
class cosine:
    """Half a wave down, from the rate to `end` times the rate: torch's CosineAnnealingLR over all the steps.

    >>> [round(cosine()(step, 4), 3) for step in range(5)]
    [1.0, 0.854, 0.5, 0.146, 0.0]
    """

    end: float = 0.0

    def __post_init__(self) -> None:
        expect("a number of 0 or more", end=self.end)

    def __call__(self, step: int, steps: int) -> float:
        return _half_wave(1.0, self.end, step / max(steps, 1))


@dataclass(frozen=True)
class warmup:
    """A straight climb from `start` times the rate to the rate over the first `over` steps: torch's LinearLR.

    >>> [warmup(over=2, start=0.5)(step, 10) for step in range(4)]
    [0.5, 0.75, 1.0, 1.0]
    """

    over: int
    start: float = 1 / 3

    def __post_init__(self) -> None:
        expect("a whole number of 1 or more", over=self.over)
        expect("a number of 0 or more", start=self.start)

    def __call__(self, step: int, steps: int) -> float:
        return self.start + (1.0 - self.start) * min(step, self.over) / self.over


@dataclass(frozen=True)
class one_cycle:
    """Up from a gentle rate to the rate itself, then down to almost nothing: torch's OneCycleLR.

    rising: the share of the steps that climb. The first rate is 1/start of the highest, the last 1/end of the first.

    >>> [round(one_cycle()(step, 10), 3) for step in (0, 2, 9)]
    [0.04, 1.0, 0.0]
    """

    rising: float = 0.3
    start: float = 25.0
    end: float = 1e4

    def __post_init__(self) -> None:
        expect("a number from 0 to 1", rising=self.rising)
        expect("a number above 0", start=self.start, end=self.end)

    def __call__(self, step: int, steps: int) -> float:
        low, top, last = 1 / self.start, self.rising * steps - 1, steps - 1  # torch counts to the last index
        if step <= top:
            return _half_wave(low, 1.0, step / top if top > 0 else 1.0)
        return _half_wave(1.0, low / self.end, min((step - top) / (last - top), 1.0) if last > top else 1.0)


def _half_wave(begin: float, end: float, share: float) -> float:
    return end + (begin - end) / 2 * (math.cos(math.pi * share) + 1)
