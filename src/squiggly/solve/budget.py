"""How long a fit may take: a watcher that ends it as Ctrl-C would, with the best so far."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np

from squiggly.solve.least_squares import Watch

SECONDS = 60.0  # for a fit that says nothing of time
A_POINT = 50e-6  # seconds more for each point: ten million points get nine minutes


class Spent(KeyboardInterrupt):
    """The time is up."""


@dataclass
class Budget:
    """Seconds from now on; call it as a watcher. `over` says whether it ended the work.

    then: another watcher, called first.
    """

    seconds: float
    then: Watch | None = None
    over: bool = False  # set when it ends the work
    began: float = field(default_factory=time.monotonic)

    def __call__(self, step: int, values: np.ndarray, cost: float) -> None:
        if self.then is not None:
            self.then(step, values, cost)
        if self.taken > self.seconds:
            self.over = True
            raise Spent

    @property
    def taken(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self.began


@dataclass
class Tally:
    """How many sets of parameters a problem was evaluated at; all that is derived from the problem counts on it."""

    tried: int = 0


@dataclass(frozen=True)
class Effort:
    """What a fit took: seconds, of the seconds it was allowed, and how many sets of parameters were tried.

    The search tries at most about 100,000 candidates, and a descent takes at most 500 steps.
    """

    seconds: float
    allowed: float
    evaluations: int


def allowed(seconds: float | None, points: int) -> float:
    """The seconds a fit may take: what was said, or a minute and a little for each point.

    >>> allowed(None, 1000), allowed(5, 1000)
    (60.05, 5)
    """
    return SECONDS + A_POINT * points if seconds is None else seconds
