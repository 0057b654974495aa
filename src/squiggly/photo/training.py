"""Training a recogniser: the photos at the door, the loop, what stops it, and an honest score at the end."""

from __future__ import annotations

import json
import math
import platform
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from hashlib import sha256
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from squiggly.errors import DataError, OptionError, listed, nearest
from squiggly.judging.verdict import Verdict
from squiggly.model import Model
from squiggly.options import expect, expect_whole
from squiggly.photo import checkpoint
from squiggly.photo.calibration import centres, chances, least_likeness, likeness, temperature
from squiggly.photo.coach import Look, advice
from squiggly.photo.collection import Photos
from squiggly.photo.fitted import PhotoFit
from squiggly.photo.recognisers import Convolution, Linear, Recogniser, Rectified, rectified
from squiggly.photo.scoring import score, wilson
from squiggly.schedules import Schedule, one_cycle
from squiggly.shapes import relus
from squiggly.solve.budget import Effort, Spent

if TYPE_CHECKING:
    from squiggly.photo.loop import Loop

MINUTES, MOST_EPOCHS, BATCH = 10.0, 60, 32
RATES = {"linear": 0.001, "relus": 0.001, "convolution": 0.003}
UNEVEN = 3.0  # times as many photos in the largest class as in the smallest, from which errors are weighed
_OPTIONS = (
    "minutes", "epochs", "batch", "rate", "schedule", "momentum", "decay", "smoothing", "mixup", "change", "balance",
    "seed", "device", "watch", "checkpoint",
)  # fmt: skip


def train(
    model: Recogniser | Model,
    data: Photos,
    *,
    minutes: float | None = None,
    epochs: int | None = None,
    batch: int | None = None,
    rate: float | None = None,
    schedule: Schedule | None = None,
    momentum: float = 0.9,
    decay: float | None = None,
    smoothing: float | None = None,
    mixup: float | None = None,
    change: float | None = None,
    balance: bool | None = None,
    seed: int = 0,
    device: str = "auto",
    watch: Callable[[Look], Any] | None = None,
    checkpoint: str | PathLike[str] | None = None,
    **unknown: Any,
) -> PhotoFit:
    """Train a recogniser on photos.

    model:     sq.linear(), sq.relus(2000) or sq.convolution()
    minutes:   it may take, 10 unless epochs are given: there are as many epochs, up to 60, as that allows
    batch:     photos a step, from 8 to 32 by how many there are.  rate: the highest of the schedule, one cycle
    momentum, decay: of the descent.  smoothing: of the labels.  mixup: how strongly photos are laid over each other
    change:    how strongly photos are varied: 1 mirrors, turns, shifts, zooms and tones them; 0 leaves them
    balance:   whether an error counts more in a class with few photos; so it is where one has 3 times another's
    device:    "auto", "cpu", "cuda" …  watch: called with a Look after each epoch
    checkpoint: a folder: killed at any moment, the same call goes on from the last whole epoch, to the same bits; it
               stays when all is done, and the same call then gives the same answer at once

    Returns a PhotoFit: scored on photos that neither trained it nor told it when to stop.
    Raises DataError, ModelError or OptionError.
    """
    if unknown:
        word = next(iter(unknown))
        meant = nearest(word, _OPTIONS)
        cure = f"did you mean {meant}?" if meant else f"the options are {listed(_OPTIONS)}"
        raise OptionError(f"{word} is not an option of a fit of photos\nhint: {cure}")
    made = recogniser_of(model)
    expect("a number above 0", minutes=MINUTES if minutes is None else minutes, momentum=momentum + 1e-300)
    if batch is not None:
        batch = expect_whole("batch", batch, 1, 4_096, "64")
    seed = expect_whole("seed", seed, 0, 2**31, "0")
    if epochs is not None:
        epochs = expect_whole("epochs", epochs, 1, 100_000, "20")
    for name, value in (("rate", rate), ("decay", decay), ("mixup", mixup), ("change", change)):
        if value is not None:
            expect("a number of 0 or more", **{name: value})
    if smoothing is not None:
        expect("a number from 0 to below 1", smoothing=smoothing)
    photos = data.at(made.side)
    if len(photos.part("train")) < 2:
        raise DataError("there are fewer than two photos to train on\nhint: put more into each class's folder")
    from squiggly.photo.loop import Plan, colours
    from squiggly.photo.starting import started

    deep = isinstance(made, Convolution)
    weights = balance_of(photos, balance)
    plan = Plan(
        epochs or MOST_EPOCHS, batch or batch_for(len(photos.part("train"))),
        RATES[made.name] if rate is None else rate, schedule or one_cycle(), momentum,
        0.05 if decay is None else decay,
        smoothing if smoothing is not None else 0.1 if deep else 0.0,
        mixup if mixup is not None else 0.2 if deep else 0.0,
        change if change is not None else 1.0 if deep else 0.25,
        weights, seed,
    )  # fmt: skip
    mean, spread = colours(photos)
    loop: Loop = started(made, photos, mean, spread, plan, device)
    budget = None if epochs is not None and minutes is None else 60.0 * (MINUTES if minutes is None else minutes)
    walk = Walk(loop, budget, watch, checkpoint, key_of(made, photos, plan))
    walk.go()
    return answer(made, photos, mean, spread, walk)


def batch_for(photos: int) -> int:
    """Photos in a step where none is said: about a thirtieth of those trained on, a power of two from 8 to 32.

    >>> [batch_for(n) for n in (20, 600, 5_000)]
    [8, 16, 32]
    """
    return int(min(max(2 ** math.floor(math.log2(max(photos / 30, 1))), 8), BATCH))


def recogniser_of(model: Any) -> Recogniser:
    """What a model means for photos: `sq.relus(2000)` is as many rectified lines of the pixels. Raises OptionError."""
    if isinstance(model, Linear | Rectified | Convolution):
        return model
    if isinstance(model, Model):
        lines = sum(name[:1] == "t" and name[1:].isdigit() for name in model.names)
        if lines and set(model.names) == set(relus(lines).names):
            return rectified(lines)
    raise OptionError(
        f"{type(model).__name__} does not recognise photos\nhint: sq.linear(), sq.relus(2000) or sq.convolution()"
    )


def balance_of(photos: Photos, wanted: bool | None) -> tuple[float, ...] | None:
    """What an error in each class counts: like one over the root of how many photos it has; None for all the same."""
    counts = np.array([many for many, _, _ in photos.counts.values()], dtype=float)
    if wanted is False or (wanted is None and counts.max() < UNEVEN * max(counts.min(), 1)):
        return None
    weights = 1 / np.sqrt(np.maximum(counts, 1))
    return tuple((weights / weights.mean()).tolist())


def key_of(made: Recogniser, photos: Photos, plan: Any) -> str:
    """What a checkpoint belongs to: the recogniser, the photos and how they are trained on."""
    import torch

    told = [
        made.name, asdict(made), photos.names, photos.hashes, photos.parts.tolist(),
        [plan.batch, plan.rate, repr(plan.schedule), plan.momentum, plan.decay, plan.smoothing, plan.mixup, plan.change,
         plan.balance, plan.seed], torch.__version__,
    ]  # fmt: skip
    return sha256(json.dumps(told).encode()).hexdigest()


class Walk:
    """Epoch after epoch, until it is done, time is up, someone stops it or it runs away; the best is kept."""

    def __init__(
        self,
        loop: Loop,
        budget: float | None,
        watch: Callable[[Look], Any] | None,
        place: str | PathLike[str] | None,
        key: str,
    ) -> None:
        self.loop, self.budget, self.watch, self.key = loop, budget, watch, key
        self.place = None if place is None else Path(place)
        self.story: list[Look] = []
        self.epochs, self.best, self.highest, self.spent = loop.plan.epochs, 0, -math.inf, 0.0
        self.kept = loop.state()
        self.ended, self.advice = "done", ""

    def go(self) -> None:
        begun = time.monotonic()
        self._resume()
        before = self.spent
        try:
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
        if self.best == 0 and self.loop.sound():
            self.kept = self.loop.state()

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
        held_loss = held_right = math.nan
        if len(rows):
            held_loss = float(-np.log(np.maximum(chances(z)[np.arange(len(rows)), labels], 1e-300)).mean())
            held_right = float((z.argmax(axis=1) == labels).mean())
        rate = loop.optimizer.param_groups[0]["lr"]
        look = Look(epoch + 1, total / met, right / met, held_loss, held_right, float(rate), clock())
        self.story.append(look)
        said = z.argmax(axis=1) if len(rows) else np.zeros(0, dtype=int)
        self.advice = advice(self.story, said, labels, loop.plan.rate, photos.classes)
        if self.watch is not None:
            self.watch(look)
        if not math.isfinite(look.loss) or not loop.sound():
            self.ended = "ran away"
            return
        reached = held_right - 1e-3 * held_loss if len(rows) else float(epoch)
        if reached >= self.highest:
            self.best, self.highest, self.kept = epoch + 1, reached, loop.state()

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


def answer(made: Recogniser, photos: Photos, mean: np.ndarray, spread: np.ndarray, walk: Walk) -> PhotoFit:
    """The best parameters, what they are worth, and what they need to say so of other photos."""
    from squiggly.photo.loop import scores_and_features
    from squiggly.photo.modules import loaded

    module = loaded(made, len(photos.classes), walk.kept)
    valid, test, into = photos.part("valid"), photos.part("test"), photos.part("train")
    look = lambda rows: scores_and_features(module, mean, spread, photos.squares[rows])  # noqa: E731
    z, features = look(valid) if len(valid) else (np.zeros((0, len(photos.classes))), np.zeros((0, 1)))
    warmth = temperature(z, photos.labels[valid])
    some = into[:: max(len(into) // 2_000, 1)]
    middles = centres(look(some)[1], photos.labels[some], len(photos.classes))
    least = least_likeness(likeness(features, middles)) if len(valid) else -1.0
    rows = test if len(test) else valid if len(valid) else into
    given = chances(look(rows)[0], warmth)
    scored, clean, notes = score(given, photos.labels[rows]), None, []
    leaked = np.isin(rows, photos.leaks)
    if leaked.any():
        clean = score(given[~leaked], photos.labels[rows][~leaked])
        notes.append(
            f"{int(leaked.sum())} of the photos scored are alike to one trained on; without them "
            f"{clean.accuracy:.1%} are right"
        )
    if rows is not test:
        notes.append("no photos were kept for the score: it is of photos that told when to stop" if rows is valid else
                     "too few photos to keep any for the score: it is of photos trained on")  # fmt: skip
    plan = walk.loop.plan
    if plan.balance is not None:
        notes.append("the classes are uneven: an error in a small one counts more")
    if photos.aside:
        notes.append(f"{len(photos.aside):,} files left out: squiggly photos audit names them")
    how = f"{len(walk.story)} epochs, batches of {plan.batch}, rate {plan.rate:g}, on {walk.loop.device}"
    told = {
        "folder": photos.folder, "photos": sha256("".join(photos.hashes).encode()).hexdigest(),
        "python": platform.python_version(),
    }  # fmt: skip
    return PhotoFit(
        made, photos.classes, walk.kept, mean, spread, warmth, middles, least, scored, clean,
        MappingProxyType(photos.counts), tuple(walk.story), walk.best, verdict_of(scored, walk), tuple(notes), how,
        plan.seed, Effort(walk.spent, walk.budget or math.inf, len(walk.story) * walk.loop.steps),
        MappingProxyType(told), photos,
    )  # fmt: skip


def verdict_of(scored: Any, walk: Walk) -> Verdict:
    """The gravest thing that can be said of a training."""
    if walk.ended == "ran away":
        return Verdict(False, "ran away", walk.advice or "the loss became no number")
    if walk.ended in ("interrupted", "time is up"):
        what = "interrupted" if walk.ended == "interrupted" else "the time was spent"
        return Verdict(False, walk.ended, f"{what} in epoch {len(walk.story) + 1}; the best so far is kept")
    low, _ = wilson(scored.right, scored.n)
    if low <= scored.common:
        return Verdict(
            False, "learned nothing", walk.advice or
            f"{scored.accuracy:.1%} right is not clearly more than {scored.common:.1%}, which naming the largest class "
            "always gets; more photos or more epochs may help",
        )  # fmt: skip
    if walk.advice:
        return Verdict(True, "learned, with a doubt", walk.advice)
    return Verdict(True, "learned", f"{scored.accuracy:.1%} of photos it has not seen are right")
