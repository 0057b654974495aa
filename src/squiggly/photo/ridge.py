"""A linear recogniser of numbers in closed form: no loop, no rate. Each photo is judged as if it had been left out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from squiggly.photo.calibration import temperature

STRENGTHS = np.logspace(-6, 4, 21)  # of the penalty, in units of the mean squared feature times the photos
MOST = 20_000  # photos it is fitted to


class Ridge(NamedTuple):
    """weights: (classes, width).  bias: (classes,).  left: (n, classes) scores of each photo by a fit without it."""

    weights: np.ndarray
    bias: np.ndarray
    left: np.ndarray

    def scores(self, features: np.ndarray) -> np.ndarray:
        """Scores (n, classes) of features (n, width)."""
        return features @ self.weights.T + self.bias


def ridge(features: np.ndarray, labels: np.ndarray, classes: int) -> Ridge:
    """Scores that are linear in the features, by least squares with the penalty that predicts left-out photos best.

    features: (n, width).  labels: (n,) 0 … classes - 1
    Source: the leave-one-out residual of a linear smoother, residual/(1 - its own weight).

    >>> one = ridge(np.array([[0.0], [0.1], [0.9], [1.0]]), np.array([0, 0, 1, 1]), 2)
    >>> one.scores(np.array([[0.2], [0.8]])).argmax(axis=1).tolist()
    [0, 1]
    """
    n = len(features)
    middle, spread = features.mean(axis=0), features.std(axis=0)
    spread = np.where(spread > 1e-9 * (1 + np.abs(middle)), spread, np.inf)  # what never changes counts nothing
    x = (features - middle) / spread
    y = np.eye(classes)[labels]
    share = y.mean(axis=0)
    y = y - share
    if n > x.shape[1]:
        squares, v = np.linalg.eigh(x.T @ x)
        good = squares > 1e-10 * max(squares[-1], 1e-300)
        squares, v = squares[good], v[:, good]
        u = x @ v / np.sqrt(squares)
    else:
        squares, u = np.linalg.eigh(x @ x.T)
        good = squares > 1e-10 * max(squares[-1], 1e-300)
        squares, u = squares[good], u[:, good]
        v = x.T @ u / np.sqrt(squares)
    on, own = u.T @ y, u**2
    least, best = np.inf, (y, 0.0)
    for penalty in STRENGTHS * max(float(squares.sum()) / max(x.shape[1], 1), 1e-12):
        shrunk = squares / (squares + penalty)
        slack = np.maximum(1 - 1 / n - own @ shrunk, 1e-9)
        residual = (y - u @ (shrunk[:, None] * on)) / slack[:, None]
        error = float((residual**2).mean())
        if error < least:
            least, best = error, (residual, penalty)
    residual, penalty = best
    weights = (v @ ((np.sqrt(squares) / (squares + penalty))[:, None] * on)).T / spread
    left = y - residual + share
    warmth = temperature(left, labels)
    return Ridge(weights / warmth, (share - weights @ middle) / warmth, left / warmth)
