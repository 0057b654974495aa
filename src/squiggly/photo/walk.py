"""From epoch to epoch: what is kept, when it ends, and where it stands on disk."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from squiggly.photo import checkpoint
from squiggly.photo.calibration import chances
from squiggly.photo.coach import Look, advice
from squiggly.photo.ridge import MOST, ridge
from squiggly.solve.budget import Spent

if TYPE_CHECKING:
    from squiggly.photo.loop import Loop


def loss_of(scores: np.ndarray, labels: np.ndarray) -> float:
    """Cross-entropy of scores (n, classes), nats a photo; nan of none."""
    if not len(labels):
        return math.nan
    return float(-np.log(np.maximum(chances(scores)[np.arange(len(labels)), labels], 1e-300)).mean())


def reached(look: Look, epoch: int) -> float:
    """What is compared to find the best epoch: the share right, then the loss, of photos to stop by; else the last."""
    return float(epoch) if math.isnan(look.held_right) else look.held_right - 1e-3 * look.held_loss


class Walk:
    """Epoch after epoch, until it is done, time is up, someone stops it or it runs away; the best is kept."""

    def __init__(
        self,
        loop: Loop,
        budget: float | None,
        watch: Callable[[Look], Any] | None,
        place: str | PathLike[str] | None,
        key: str,
        begins: bool = False,
    ) -> None:
        """begins: whether what the loop starts from was learned from other photos"""
        self.loop, self.budget, self.watch, self.key = loop, budget, watch, key
        self.place = None if place is None else Path(place)
        self.story: list[Look] = []
        self.epochs, self.best, self.highest, self.spent = loop.plan.epochs, 0, -math.inf, 0.0
        self.kept = loop.state()
        self.ended, self.advice = "done", ""
        self.begins = begins
        self.probe: Look | None = None  # the last layer alone, in closed form

    def go(self) -> None:
        begun = time.monotonic()
        self._resume()
        before = self.spent
        try:
            if self.begins and self.probe is None:
                self._probe(lambda: before + time.monotonic() - begun)
            while self.ended == "done" and len(self.story) < self.epochs:
                epoch = len(self.story)
                self._epoch(epoch, lambda: before + time.monotonic() - begun)
                self.spent = before + time.monotonic() - begun
                self._shorten()
                self._save()
        except KeyboardInterrupt:
            self.ended = "interrupted"
        except Spent:
            self.ended = "time is up"
        self.spent = before + time.monotonic() - begun
        if self.best == 0 and self.probe is None and self.loop.sound():
            self.kept = self.loop.state()

    def _probe(self, clock: Callable[[], float]) -> None:
        """Before the first epoch: the best last layer for the features as they are, without a step."""
        loop, photos = self.loop, self.loop.photos
        into, held = loop.rows[:MOST], photos.part("valid")
        found = ridge(loop.features(into), photos.labels[into], len(photos.classes))
        loop.put_head(found.weights, found.bias)
        right = float((found.left.argmax(axis=1) == photos.labels[into]).mean())
        loss = loss_of(found.left, photos.labels[into])
        z, labels = loop.scores(held), photos.labels[held]
        held_right = float((z.argmax(axis=1) == labels).mean()) if len(held) else math.nan
        self.probe = Look(0, loss, right, loss_of(z, labels), held_right, 0.0, clock())
        self.kept, self.highest = loop.state(), reached(self.probe, 0)
        if self.watch is not None:
            self.watch(self.probe)

    def _epoch(self, epoch: int, clock: Callable[[], float]) -> None:
        loop, photos = self.loop, self.loop.photos
        loop.plan = replace(loop.plan, epochs=self.epochs)
        total, right, met = 0.0, 0.0, 0
        for k, (loss, share) in enumerate(loop.epoch(epoch)):
            size = min(loop.plan.batch, len(loop.rows) - k * loop.plan.batch)
            total, right, met = total + loss * size, right + share * size, met + size
            if epoch == 0 and self.budget is not None:
                self._guess(k, clock())
        rows = photos.part("valid")
        z = loop.scores(rows)
        labels = photos.labels[rows]
        held_loss = loss_of(z, labels)
        held_right = float((z.argmax(axis=1) == labels).mean()) if len(rows) else math.nan
        rate = loop.optimizer.param_groups[-1]["lr"]
        look = Look(epoch + 1, total / met, right / met, held_loss, held_right, float(rate), clock())
        self.story.append(look)
        said = z.argmax(axis=1) if len(rows) else np.zeros(0, dtype=int)
        self.advice = advice(self.story, said, labels, loop.plan.rate, photos.classes)
        if self.watch is not None:
            self.watch(look)
        if not math.isfinite(look.loss) or not loop.sound():
            self.ended = "ran away"
            return
        if (now := reached(look, epoch + 1)) >= self.highest:
            self.best, self.highest, self.kept = epoch + 1, now, loop.state()

    def _guess(self, k: int, seconds: float) -> None:
        """In the first epoch: how many epochs the time allows, once a few steps have been taken."""
        if k == 0:
            self.first = seconds  # the first step is slower than others
        if k != 5 and k != 50:
            return
        step = (seconds - self.first) / k
        assert self.budget is not None
        whole = step * self.loop.steps * 1.05
        self.epochs = min(self.loop.plan.epochs, max(int((self.budget - self.first) / max(whole, 1e-9)), 1))
        self.loop.plan = replace(self.loop.plan, epochs=self.epochs)
        if self.epochs == 1 and whole > self.budget and seconds > self.budget:
            raise Spent

    def _shorten(self) -> None:
        """After an epoch: as many more as the time allows."""
        if self.budget is None:
            return
        each = (self.spent - (self.story[0].seconds if len(self.story) > 1 else 0)) / max(len(self.story) - 1, 1)
        left = max(int((self.budget - self.spent) / max(each, 1e-9)), 0)
        self.epochs = min(self.epochs, len(self.story) + left)

    # --- Kept on disk

    def _save(self) -> None:
        if self.place is None:
            return
        state = {f"now.{name}": values for name, values in self.loop.state().items()}
        state |= {f"best.{name}": values for name, values in self.kept.items()}
        state |= {f"memory.{k}": values for k, values in enumerate(self.loop.memory())}
        told = {
            "key": self.key, "epochs": self.epochs, "best": self.best, "highest": self.highest, "spent": self.spent,
            "story": [list(look) for look in self.story], "ended": self.ended, "advice": self.advice,
            "probe": None if self.probe is None else list(self.probe),
        }  # fmt: skip
        checkpoint.write(self.place, len(self.story), state, told)

    def _resume(self) -> None:
        found = None if self.place is None else checkpoint.newest(self.place, self.key)
        if found is None:
            return
        state, told = found
        part = lambda head: {k.removeprefix(head): v for k, v in state.items() if k.startswith(head)}  # noqa: E731
        self.loop.restore(part("now."), [state[f"memory.{k}"] for k in range(len(part("memory.")))])
        self.kept = part("best.")
        self.epochs, self.best, self.highest = told["epochs"], told["best"], told["highest"]
        self.spent, self.ended, self.advice = told["spent"], told["ended"], told["advice"]
        self.story = [Look(int(look[0]), *look[1:]) for look in told["story"]]
        self.probe = None if told["probe"] is None else Look(0, *told["probe"][1:])
