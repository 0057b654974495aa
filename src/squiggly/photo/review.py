"""What went wrong, photo by photo: mistakes with what they resemble, likely wrong labels, where a recogniser looked."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from squiggly.photo.answering import coarse
from squiggly.photo.calibration import chances, temperature
from squiggly.photo.ridge import MOST, ridge

if TYPE_CHECKING:
    from squiggly.photo.collection import Photos
    from squiggly.photo.fitted import PhotoFit

MOST_SHOWN = 36
BLOCK = 512  # photos looked at together


class Wrong(NamedTuple):
    """A photo that is taken for something else.

    row: its number.  said: the class it is taken for.  chance: how sure.  own: the chance of its own class
    twin: the number of the photo of class `said` that it was trained on and that is most like it, -1 for none
    looked: (rows, columns) 0 to 1, which places spoke for `said`; None for recognisers that look everywhere at once
    """

    row: int
    said: int
    chance: float
    own: float
    twin: int
    looked: np.ndarray | None


class Suspect(NamedTuple):
    """A photo whose label may be wrong: its number, the class it looks like, the chances of that and of its label."""

    row: int
    looks: int
    chance: float
    own: float


class Review(NamedTuple):
    """wrong: the surest mistakes first, of `n_wrong`.  suspects: the likeliest first, of `n_suspects`."""

    wrong: list[Wrong]
    n_wrong: int
    suspects: list[Suspect]
    n_suspects: int


def review(fit: PhotoFit, photos: Photos, most: int = MOST_SHOWN) -> Review:
    """Look at what a fit says of its photos; at most `most` mistakes and as many suspects are kept."""
    scored = next(rows for rows in map(photos.part, ("test", "valid", "train")) if len(rows))
    scores, features = _seen(fit, photos)
    given = chances(scores, fit.temperature)
    said = given.argmax(axis=1)
    wrong = scored[said[scored] != photos.labels[scored]]
    wrong = wrong[np.argsort(-given[wrong, said[wrong]], kind="stable")]
    shown = wrong[:most]
    places = looked(fit, photos.squares[shown], said[shown])
    trained = photos.part("train")
    directions = features / np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-12)
    found = []
    for k, row in enumerate(shown.tolist()):
        same = trained[photos.labels[trained] == said[row]]
        twin = int(same[(directions[same] @ directions[row]).argmax()]) if len(same) else -1
        place = None if places is None else places[k]
        found.append(
            Wrong(row, int(said[row]), float(given[row, said[row]]), float(given[row, photos.labels[row]]), twin, place)
        )
    doubted = suspects(features, photos.labels, len(photos.classes))
    return Review(found, len(wrong), doubted[:most], len(doubted))


def _seen(fit: PhotoFit, photos: Photos) -> tuple[np.ndarray, np.ndarray]:
    """Scores and features of all photos; their pixels, squeezed, where a recogniser has no features of its own."""
    blocks = [np.arange(start, min(start + BLOCK, len(photos))) for start in range(0, len(photos), BLOCK)]
    found = [fit.seen(photos.squares[rows]) for rows in blocks] if fit.module.eyes is not None else []
    if found:
        return np.concatenate([scores for scores, _ in found]), np.concatenate([features for _, features in found])
    return np.concatenate([fit.seen(photos.squares[rows])[0] for rows in blocks]), np.concatenate(
        [coarse(photos, rows) for rows in blocks]
    )


def suspects(features: np.ndarray, labels: np.ndarray, classes: int) -> list[Suspect]:
    """The photos whose labels are likely wrong, the likeliest first.

    Each is judged by a linear model of the features (n, width) that was fitted without it. It is suspect where another
    class is as likely as that class is on average for photos labelled so, and its own label is less likely.
    Source: confident learning, Northcutt, Jiang and Chuang, JAIR 70 (2021).
    """
    rows = np.arange(len(labels))[:: -(-len(labels) // MOST) or 1]
    left = ridge(features[rows], labels[rows], classes).left
    given = chances(left, temperature(left, labels[rows]))
    own = given[np.arange(len(rows)), labels[rows]]
    usual = np.array([own[labels[rows] == k].mean() if (labels[rows] == k).any() else 1.0 for k in range(classes)])
    sure = np.where(given >= usual, given, 0.0)
    looks = sure.argmax(axis=1)
    odd = np.flatnonzero((sure.max(axis=1) > own) & (looks != labels[rows]) & (own < usual[labels[rows]]))
    odd = odd[np.argsort(own[odd] - given[odd, looks[odd]], kind="stable")]
    return [Suspect(int(rows[k]), int(looks[k]), float(given[k, looks[k]]), float(own[k])) for k in odd]


def looked(fit: PhotoFit, squares: np.ndarray, labels: np.ndarray) -> np.ndarray | None:
    """Which places of squares (n, side, side, 3) speak for classes `labels` (n,): (n, rows, columns), 0 to 1.

    None for recognisers that have no map of places.
    Source: class activation maps, Zhou and others, Learning deep features for discriminative localization (2016).
    """
    import torch

    from squiggly.photo.loop import Eye
    from squiggly.photo.modules import Eyes, Resnet18

    module = fit.module
    if not isinstance(module.eyes, Eyes | Resnet18) or not len(squares):
        return None
    eye = Eye(fit.mean, fit.spread, torch.device("cpu"))
    with torch.no_grad():
        maps = module.eval().eyes(eye(squares)).double().numpy()
        weights = module.head.weight.double().numpy()
    speaks = np.einsum("nwrc,nw->nrc", maps, weights[labels])
    low, high = speaks.min(axis=(1, 2), keepdims=True), speaks.max(axis=(1, 2), keepdims=True)
    return np.asarray((speaks - low) / np.maximum(high - low, 1e-12))
