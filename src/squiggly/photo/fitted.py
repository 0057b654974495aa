"""PhotoFit: a trained recogniser. Print it, show it a photo, look at its mistakes, save it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from os import PathLike
from typing import Any, NamedTuple

import numpy as np

from squiggly.errors import DataError
from squiggly.judging.verdict import Verdict
from squiggly.photo.calibration import chances, likeness
from squiggly.photo.coach import Look
from squiggly.photo.collection import Photos
from squiggly.photo.decoding import decoded, squeezed
from squiggly.photo.recognisers import Recogniser
from squiggly.photo.scoring import Score
from squiggly.solve.budget import Effort


class Answer(NamedTuple):
    """What a photo is taken for.

    label: the likeliest class, or None for none of these.  chance: its probability.  chances: of every class
    likeness: the cosine of its features with the nearest class's centre
    """

    label: str | None
    chance: float
    chances: dict[str, float]
    likeness: float

    def __str__(self) -> str:
        likeliest = max(self.chances, key=lambda name: self.chances[name])
        if self.label is None:
            return f"none of these (most like {likeliest}, {self.chance:.1%})"
        return f"{self.label} {self.chance:.1%}"


class Mistake(NamedTuple):
    """A photo that is taken for something else: its name, what it is, what was said, and how sure."""

    name: str
    label: str
    said: str
    chance: float


@dataclass(frozen=True, eq=False)
class PhotoFit:
    """A trained recogniser.

    recogniser:   what it is.  classes: sorted.  state: its parameters, arrays by name
    mean, spread: (3,) of the colours, from 0 to 1, as it was trained with
    temperature:  what its scores are divided by.  centres: (classes, width) of its features
    least:        the likeness below which a photo is none of these
    score:        on photos kept for it; clean: without those that are alike to one trained on, where there are such
    by_lines:     how many of the same photos a linear model of 16 by 16 pixels gets right, in closed form
    counts:       of each class: to train, to stop by, to score.  story: a Look for each epoch.  best: the epoch kept,
                  0 for a backbone's features and a last layer in closed form
    told:         where the photos were, their fingerprint, versions: provenance

    `photos` is not saved with it.
    """

    recogniser: Recogniser
    classes: tuple[str, ...]
    state: Mapping[str, np.ndarray]
    mean: np.ndarray
    spread: np.ndarray
    temperature: float
    centres: np.ndarray
    least: float
    score: Score
    clean: Score | None
    by_lines: int
    counts: Mapping[str, tuple[int, int, int]]
    story: tuple[Look, ...]
    best: int
    verdict: Verdict
    notes: tuple[str, ...]
    how: str
    seed: int
    effort: Effort
    told: Mapping[str, Any]
    photos: Photos | None = field(default=None, repr=False)

    @property
    def accuracy(self) -> float:
        """The share of the photos kept for the score that is recognised."""
        return self.score.accuracy

    @property
    def n_parameters(self) -> int:
        """How many numbers were trained, running means and variances among them."""
        return sum(values.size for values in self.state.values())

    @property
    def side(self) -> int:
        """Of the square that each photo is squeezed into, in pixels."""
        return self.recogniser.side

    @cached_property
    def module(self) -> Any:
        """The same as a torch module, of squares that are scaled."""
        from squiggly.photo.modules import loaded

        return loaded(self.recogniser, len(self.classes), self.state)

    def predict(self, photo: Any) -> Any:
        """What a photo is taken for, an Answer; of a list of them, a list.

        photo: a file's name, its content as bytes, pixels (height, width, 3) uint8, or a list of such
        Raises PhotoError, which is a FileError, for what cannot be read.
        """
        if isinstance(photo, str | bytes | PathLike) or (isinstance(photo, np.ndarray) and photo.ndim == 3):
            return self.answers([photo])[0]
        return self.answers(list(photo))

    def answers(self, photos: Sequence[Any]) -> list[Answer]:
        """An Answer for each photo."""
        if not photos:
            return []
        squares = np.stack([self._square(photo) for photo in photos])
        scores, features = self.seen(squares)
        given, near = chances(scores, self.temperature), likeness(features, self.centres)
        found = []
        for row, like in zip(given, near):
            k = int(row.argmax())
            label = self.classes[k] if like >= self.least else None
            found.append(Answer(label, float(row[k]), dict(zip(self.classes, map(float, row))), float(like)))
        return found

    def _square(self, photo: Any) -> np.ndarray:
        if isinstance(photo, np.ndarray):
            from PIL import Image

            if photo.dtype != np.uint8 or photo.ndim != 3 or photo.shape[2] != 3 or 0 in photo.shape:
                raise DataError(
                    f"pixels are {photo.dtype} of shape {photo.shape}, (height, width, 3) uint8 was expected\n"
                    "hint: np.asarray(image.convert('RGB'))"
                )
            return np.asarray(squeezed(Image.fromarray(photo), self.side))
        return decoded(photo if isinstance(photo, bytes) else os.fspath(photo), self.side).pixels

    def seen(self, squares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Scores (n, classes) and features (n, width) of squares (n, side, side, 3) uint8."""
        import torch

        from squiggly.photo.loop import Eye, scores_and_features

        eye = Eye(self.mean, self.spread, torch.device("cpu"))
        return scores_and_features(self.module, eye, squares, np.arange(len(squares)))

    def mistakes(self, most: int | None = None) -> list[Mistake]:
        """The photos kept for the score that are taken for something else, the surest first. Raises DataError."""
        photos = self._photos()
        rows = photos.part("test")
        given = chances(self.seen(photos.squares[rows])[0], self.temperature)
        said = given.argmax(axis=1)
        wrong = np.flatnonzero(said != photos.labels[rows])
        wrong = wrong[np.argsort(-given[wrong, said[wrong]], kind="stable")][:most]
        return [
            Mistake(
                photos.names[rows[k]],
                self.classes[photos.labels[rows[k]]],
                self.classes[said[k]],
                float(given[k, said[k]]),
            )
            for k in wrong
        ]

    def _photos(self) -> Photos:
        if self.photos is None:
            raise DataError(
                "a fit that was loaded has no photos with it\nhint: fit.on(sq.photos(folder)) gives it some"
            )
        return self.photos

    def on(self, photos: Photos) -> PhotoFit:
        """The same fit with photos to look at, such as those it was trained on. Raises DataError for other classes."""
        from dataclasses import replace

        if photos.classes != self.classes:
            raise DataError(
                f"these photos are of {', '.join(photos.classes)}, the fit tells {', '.join(self.classes)} apart\n"
                "hint: give the folder it was trained on"
            )
        return replace(self, photos=photos.at(self.side))

    def save(self, path: str | PathLike[str]) -> None:
        """Write it as one file: numbers and JSON. `sq.load` brings it back; nothing in it is run. Raises FileError."""
        from squiggly.photo.saving import save

        save(self, path)

    def page(
        self,
        path: str | PathLike[str],
        *,
        title: str | None = None,
        examples: Sequence[str | PathLike[str]] = (),
    ) -> None:
        """Write a page where anyone shows it photos: one HTML file that works offline and sends nothing anywhere.

        title: of the page.  examples: photos that the page carries, for who has none at hand
        Raises FileError, ModelError for more than 30 million parameters, PhotoError for an example.
        """
        from squiggly.page.file import save
        from squiggly.photo.page import html

        save(html(self, title, examples), path)

    def report(self, path: str | PathLike[str]) -> None:
        """Write how good it is as a page: mistakes as pictures, where it looked, labels to look at, look-alikes.

        Raises FileError, and DataError for a fit without its photos: `fit.on(sq.photos(folder))` gives it some.
        """
        from squiggly.page.file import save
        from squiggly.photo.report import html

        save(html(self, self._photos()), path)

    def __str__(self) -> str:
        from squiggly.photo.wording import as_text

        return as_text(self)

    __repr__ = __str__
