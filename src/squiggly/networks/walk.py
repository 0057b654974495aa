"""The walk of a network: epoch after epoch, until it is done, stopped, or runs away; the best is kept on the way."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from squiggly.networks.fitted import Epoch
from squiggly.progress import watched
from squiggly.schedules import Schedule
from squiggly.solve.budget import Spent


@dataclass
class Rates:
    """The rate of each step in turn."""

    base: float
    schedule: Schedule
    steps: int
    step: int = 0
    now: float = math.nan

    def __call__(self) -> float:
        self.now = self.base * float(self.schedule(self.step, self.steps))
        self.step += 1
        return self.now


def walk(
    engine: Any, rates: Rates, epochs: int, patience: int | None, seconds: float | None,
    watch: Callable[[Epoch], Any] | None, begun: float, factor: float,
) -> tuple[list[Epoch], int, str, int]:  # fmt: skip
    """Epoch after epoch: the story, the best epoch, how it ended, and the epochs that were begun."""
    story: list[Epoch] = []
    best, lowest, judged, ended, epoch = 0, math.inf, len(engine.out) > 0, "out of epochs", 0
    engine.keep()
    with watched() as show:

        def tick() -> None:
            now = time.monotonic() - begun
            if seconds is not None and now > seconds:
                raise Spent
            if show is not None and rates.step % 16 == 0:
                show(rates.step, np.zeros(0), story[-1].loss if story else math.nan)

        try:
            for epoch in range(1, epochs + 1):
                loss = engine.epoch(epoch - 1, rates, tick)
                fine = math.isfinite(loss) and engine.sound()
                held = engine.held_out() if judged and fine else math.nan
                story.append(Epoch(epoch, factor * loss, factor * held, rates.now, time.monotonic() - begun))
                if watch is not None:
                    watch(story[-1])
                if not fine or (judged and not math.isfinite(held)):
                    ended = "ran away"
                    break
                if not judged or held < lowest:
                    best, lowest = epoch, held
                    engine.keep()
                elif patience is not None and epoch - best >= patience:
                    ended = "settled"
                    break
        except Spent:
            ended = "time is up"
        except KeyboardInterrupt:
            ended = "interrupted"
        if ended in ("time is up", "interrupted") and best == 0 and rates.step and engine.sound():
            engine.keep()  # part of an epoch is better than none
    return story, best, ended, epoch
