"""Training a recogniser: the photos at the door, the loop, what stops it, and an honest score at the end."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from hashlib import sha256
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np

from squiggly.errors import DataError, OptionError, listed, nearest
from squiggly.model import Model
from squiggly.options import expect, expect_whole
from squiggly.photo.answering import answer
from squiggly.photo.coach import Look
from squiggly.photo.collection import Photos
from squiggly.photo.fitted import PhotoFit
from squiggly.photo.recognisers import Backbone, Convolution, Linear, Recogniser, Rectified, Resnet, rectified
from squiggly.photo.walk import Walk
from squiggly.schedules import Schedule, one_cycle
from squiggly.shapes import relus

if TYPE_CHECKING:
    from squiggly.photo.loop import Loop, Plan

MINUTES, MOST_EPOCHS, BATCH = 10.0, 60, 32
RATES = {"linear": 0.001, "relus": 0.001, "convolution": 0.003, "resnet18": 0.001, "backbone": 0.001}
BODY = 0.1  # of the rate, for what was learned from other photos
UNEVEN = 3.0  # times as many photos in the largest class as in the smallest, from which errors are weighed
_OPTIONS = (
    "minutes", "epochs", "batch", "rate", "schedule", "momentum", "decay", "smoothing", "mixup", "change", "balance",
    "seed", "device", "watch", "checkpoint",
)  # fmt: skip


@dataclass(frozen=True)
class Ready:
    """A training before its first step: what was given, what it is, its loop, and the seconds it may take or None."""

    model: Recogniser | Backbone
    made: Recogniser
    photos: Photos
    mean: np.ndarray
    spread: np.ndarray
    loop: Loop
    budget: float | None


def train(
    model: Recogniser | Backbone | Model,
    data: Photos,
    *,
    watch: Callable[[Look], Any] | None = None,
    checkpoint: str | PathLike[str] | None = None,
    **options: Any,
) -> PhotoFit:
    """Train a recogniser on photos.

    model:     sq.linear(), sq.relus(2000), sq.convolution(), or sq.backbone(file), of which the last layer is found
               in closed form before all of it is trained, what was learned before at a tenth of the rate
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
    ready = readied(model, data, **options)
    given, begun = ready.model, isinstance(ready.model, Backbone)
    key = key_of(given, ready.photos, ready.loop.plan)
    walk = Walk(ready.loop, ready.budget, watch, checkpoint, key, begun)
    walk.go()
    origin = given.source if isinstance(given, Backbone) else ""
    return answer(ready.made, ready.photos, ready.mean, ready.spread, walk, origin)


def readied(
    model: Recogniser | Backbone | Model,
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
    **unknown: Any,
) -> Ready:
    """A training made ready, its options looked through at the door: those of `train`, and its errors."""
    if unknown:
        word = next(iter(unknown))
        meant = nearest(word, _OPTIONS)
        cure = f"did you mean {meant}?" if meant else f"the options are {listed(_OPTIONS)}"
        raise OptionError(f"{word} is not an option of a fit of photos\nhint: {cure}")
    given = recogniser_of(model)
    made = given.made if isinstance(given, Backbone) else given
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

    deep, begun = isinstance(made, Convolution | Resnet), isinstance(given, Backbone)
    weights = balance_of(photos, balance)
    plan = Plan(
        epochs or MOST_EPOCHS, batch or batch_for(len(photos.part("train"))),
        RATES[given.name] if rate is None else rate, schedule or one_cycle(), momentum,
        0.05 if decay is None else decay,
        smoothing if smoothing is not None else 0.1 if deep else 0.0,
        mixup if mixup is not None else 0.2 if deep and not begun else 0.0,
        change if change is not None else 1.0 if deep else 0.25,
        weights, seed, BODY if begun else 1.0,
    )  # fmt: skip
    mean, spread = (given.mean, given.spread) if isinstance(given, Backbone) else colours(photos)
    begin = given.state if isinstance(given, Backbone) else None
    loop: Loop = started(made, photos, mean, spread, plan, device, begin)
    budget = None if epochs is not None and minutes is None else 60.0 * (MINUTES if minutes is None else minutes)
    return Ready(given, made, photos, mean, spread, loop, budget)


def batch_for(photos: int) -> int:
    """Photos in a step where none is said: about a thirtieth of those trained on, a power of two from 8 to 32.

    >>> [batch_for(n) for n in (20, 600, 5_000)]
    [8, 16, 32]
    """
    return int(min(max(2 ** math.floor(math.log2(max(photos / 30, 1))), 8), BATCH))


def recogniser_of(model: Any) -> Recogniser | Backbone:
    """What a model means for photos: `sq.relus(2000)` is as many rectified lines of the pixels. Raises OptionError."""
    if isinstance(model, Linear | Rectified | Convolution | Resnet | Backbone):
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


def key_of(model: Recogniser | Backbone, photos: Photos, plan: Plan) -> str:
    """What a checkpoint belongs to: the recogniser, the photos and how they are trained on."""
    import torch

    made, begun = (model.made, model.seal) if isinstance(model, Backbone) else (model, "")
    told = [
        made.name, asdict(made), begun, photos.names, photos.hashes, photos.parts.tolist(),
        [plan.batch, plan.rate, repr(plan.schedule), plan.momentum, plan.decay, plan.smoothing, plan.mixup, plan.change,
         plan.balance, plan.seed, plan.body], torch.__version__,
    ]  # fmt: skip
    return sha256(json.dumps(told).encode()).hexdigest()
