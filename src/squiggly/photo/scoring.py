"""How good a recogniser is, and how sure that is: on photos that it has not seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Z95 = 1.959963984540054  # of the normal distribution


@dataclass(frozen=True, eq=False)
class Score:
    """right of n photos.  confusion: (classes, classes), rows are what is there, columns what was said.
    common: the share of the largest class, which one gets by always naming it.
    loss: cross-entropy of the calibrated probabilities, nats a photo.  gap: expected calibration error, 15 bins
    """

    right: int
    n: int
    confusion: np.ndarray
    common: float
    loss: float
    gap: float

    @property
    def accuracy(self) -> float:
        """The share that is right; nan of no photos."""
        return self.right / self.n if self.n else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        """Where the accuracy lies at 95 %."""
        return wilson(self.right, self.n)

    @property
    def recalls(self) -> np.ndarray:
        """The share of each class's photos that are recognised, (classes,); nan of a class without photos."""
        return ratios(self.confusion.diagonal(), self.confusion.sum(axis=1))

    @property
    def precisions(self) -> np.ndarray:
        """The share of the photos called each class that are of it, (classes,); nan where none is called so."""
        return ratios(self.confusion.diagonal(), self.confusion.sum(axis=0))


def ratios(some: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(some, whole, out=np.full(len(some), np.nan), where=whole > 0)


def wilson(right: int, n: int, z: float = Z95) -> tuple[float, float]:
    """The interval of a share from counts. Source: Wilson, Journal of the American Statistical Association 22 (1927).

    >>> [round(v, 3) for v in wilson(9, 10)]
    [0.596, 0.982]
    """
    if n == 0:
        return 0.0, 1.0
    share, wide = right / n, z * z / n
    middle = (share + wide / 2) / (1 + wide)
    half = z * np.sqrt(share * (1 - share) / n + wide / (4 * n)) / (1 + wide)
    return max(float(middle - half), 0.0), min(float(middle + half), 1.0)


def score(chances: np.ndarray, labels: np.ndarray) -> Score:
    """The score of probabilities (n, classes) where labels (n,) are right.

    >>> score(np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]]), np.array([0, 1, 1])).right
    2
    """
    classes = chances.shape[1]
    said = chances.argmax(axis=1) if len(chances) else np.zeros(0, dtype=int)
    confusion = np.zeros((classes, classes), dtype=int)
    np.add.at(confusion, (labels, said), 1)
    n = len(labels)
    common = float(np.bincount(labels, minlength=classes).max() / n) if n else float("nan")
    given = chances[np.arange(n), labels]
    loss = float(-np.log(np.maximum(given, 1e-300)).mean()) if n else float("nan")
    return Score(int((said == labels).sum()), n, confusion, common, loss, calibration_gap(chances, labels))


def calibration_gap(chances: np.ndarray, labels: np.ndarray, bins: int = 15) -> float:
    """By how much the probability that is stated and the share that is right differ, on average.

    Source: expected calibration error, Guo and others, On calibration of modern neural networks (2017).
    """
    if not len(labels):
        return float("nan")
    sure, right = chances.max(axis=1), chances.argmax(axis=1) == labels
    which = np.minimum((sure * bins).astype(int), bins - 1)
    count = np.bincount(which, minlength=bins)
    apart = np.abs(np.bincount(which, sure, bins) - np.bincount(which, right, bins))
    return float(apart[count > 0].sum() / len(labels))
