"""Probabilities that mean what they say, and when to answer none of these."""

from __future__ import annotations

import numpy as np

COOLEST, HOTTEST = 0.05, 20.0
REFUSED = 0.02  # of photos of the classes, that "none of these" may be said of


def chances(scores: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """Scores (n, classes) as probabilities.

    >>> chances(np.array([[0.0, 0.0]])).tolist()
    [[0.5, 0.5]]
    """
    z = scores / temperature
    raised = np.exp(z - z.max(axis=1, keepdims=True)) if z.size else z
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def temperature(scores: np.ndarray, labels: np.ndarray) -> float:
    """What scores are divided by, so that the probabilities are as likely as can be; 1 of too few photos.

    scores: (n, classes) of photos that were not trained on.  labels: (n,)
    Source: temperature scaling, Guo and others, On calibration of modern neural networks (2017).
    """
    from scipy.optimize import minimize_scalar

    if len(labels) < 10:
        return 1.0

    def loss(log: float) -> float:
        z = scores * np.exp(-log)
        z = z - z.max(axis=1, keepdims=True)
        return float((np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), labels]).mean())

    found = minimize_scalar(loss, bounds=(np.log(COOLEST), np.log(HOTTEST)), method="bounded")
    return float(np.exp(found.x))


def likeness(features: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """How like its nearest class each photo is, (n,): the largest cosine of its features with a class's centre.

    features: (n, width).  centres: (classes, width), of length 1
    """
    sizes = np.linalg.norm(features, axis=1, keepdims=True)
    return np.asarray((features / np.maximum(sizes, 1e-12) @ centres.T).max(axis=1))


def centres(features: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """The mean direction of each class's features, (classes, width), of length 1."""
    sizes = np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-12)
    sums = np.zeros((classes, features.shape[1]))
    np.add.at(sums, labels, features / sizes)
    return np.asarray(sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12))


def least_likeness(found: np.ndarray) -> float:
    """The likeness below which a photo is none of these: 2 % of photos of the classes are less like them.

    found: (n,) of photos that were not trained on. -1, which nothing is below, where they are too few to tell.
    """
    return float(np.quantile(found, REFUSED)) if len(found) >= 30 else -1.0
