"""What a training comes to: the score, calibrated, beside what simpler things get; everything that a PhotoFit says."""

from __future__ import annotations

import math
import platform
from hashlib import sha256
from types import MappingProxyType
from typing import Any

import numpy as np

from squiggly.judging.verdict import Verdict
from squiggly.photo.calibration import centres, chances, least_likeness, likeness, temperature
from squiggly.photo.collection import Photos
from squiggly.photo.fitted import PhotoFit
from squiggly.photo.recognisers import Recogniser
from squiggly.photo.ridge import MOST, ridge
from squiggly.photo.scoring import score, wilson
from squiggly.photo.walk import Walk
from squiggly.solve.budget import Effort

COARSE = 16  # pixels of a side, that the linear model beside the score sees


def answer(
    made: Recogniser, photos: Photos, mean: np.ndarray, spread: np.ndarray, walk: Walk, origin: str = ""
) -> PhotoFit:
    """The best parameters, what they are worth, and what they need to say so of other photos."""
    from squiggly.photo.loop import Eye, scores_and_features
    from squiggly.photo.modules import loaded

    module = loaded(made, len(photos.classes), walk.kept)
    valid, test, into = photos.part("valid"), photos.part("test"), photos.part("train")
    eye = Eye(mean, spread, walk.loop.device)
    look = lambda rows: scores_and_features(module.to(eye.device), eye, photos.squares, rows)  # noqa: E731
    z, features = look(valid)
    warmth = temperature(z, photos.labels[valid])
    some = into[:: max(len(into) // 2_000, 1)]
    middles = centres(look(some)[1], photos.labels[some], len(photos.classes))
    least = least_likeness(likeness(features, middles)) if len(valid) else -1.0
    rows = test if len(test) else valid if len(valid) else into
    given = chances(look(rows)[0], warmth)
    scored, clean, notes = score(given, photos.labels[rows]), None, []
    leaked = np.isin(rows, photos.leaks)
    by_lines = by_a_linear_model(photos, rows)
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
    if origin:
        notes.append(f"begun from {origin}")
    if walk.probe is not None:
        notes.append(
            f"its features and a last layer in closed form: {walk.probe.held_right:.1%} right of photos to stop by"
        )
    how = f"{len(walk.story)} epochs, batches of {plan.batch}, rate {plan.rate:g}, on {walk.loop.device}"
    told = {
        "folder": photos.folder, "photos": fingerprint(photos),
        "python": platform.python_version(), "backbone": origin,
    }  # fmt: skip
    return PhotoFit(
        made, photos.classes, walk.kept, mean, spread, warmth, middles, least, scored, clean, by_lines,
        MappingProxyType(photos.counts), tuple(walk.story), walk.best, verdict_of(scored, walk), tuple(notes), how,
        plan.seed, Effort(walk.spent, walk.budget or math.inf, len(walk.story) * walk.loop.steps),
        MappingProxyType(told), photos,
    )  # fmt: skip


def fingerprint(photos: Photos) -> str:
    """SHA-256 of the photos' contents, by which a fit knows those it was trained on."""
    return sha256("".join(photos.hashes).encode()).hexdigest()


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


def by_a_linear_model(photos: Photos, rows: np.ndarray) -> int:
    """How many of some photos a linear model in closed form gets right: a weight for each of 16 by 16 pixels."""
    into = photos.part("train")[:MOST]
    found = ridge(coarse(photos, into), photos.labels[into], len(photos.classes))
    return int((found.scores(coarse(photos, rows)).argmax(axis=1) == photos.labels[rows]).sum())


def coarse(photos: Photos, rows: np.ndarray) -> np.ndarray:
    """Photos as (n, 768): their squares squeezed into 16 by 16 pixels."""
    from PIL import Image

    small = [Image.fromarray(photos.squares[k]).resize((COARSE, COARSE), Image.Resampling.BILINEAR) for k in rows]
    return np.stack([np.asarray(image).reshape(-1) for image in small]) / 255.0
