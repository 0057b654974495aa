"""How well straight pieces can do at best: the least squares of k pieces for every k at once, by dynamic programming.

The pieces need not join, so no continuous line of as many pieces can have less: what is computed is a lower bound for
every fit of rectified lines. Points with the same x lie in the same piece.

Each cost is built by adding points to a straight line one at a time: a sum of terms that are never negative, in which
nothing cancels, however far x is from 0 and however small the residuals are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

MOST_PLACES = 2_000  # different x up to which every place between two of them is tried
LIGHTEST = 1e-200  # share of the heaviest weight
BINS = 1_000  # runs of points taken whole where there are more


@dataclass(frozen=True)
class Pieces:
    """The best straight pieces through some points, for 1 … most of them.

    costs: (most,), the weighted sum of squared residuals of the best 1, 2 … pieces; where not `exact`, no more than it
    starts: for each, the first x of every piece but the first; empty where not `exact`
    exact:  whether every place was tried; otherwise costs are lower bounds, made by leaving out what lies around breaks
    """

    costs: np.ndarray
    starts: tuple[tuple[float, ...], ...]
    exact: bool


def best_pieces(x: np.ndarray, y: np.ndarray, sigma: np.ndarray | None, most: int) -> Pieces:
    """The best 1 … most straight pieces through points in any order, by weighted least squares.

    x, y: (n,); sigma: (n,) or None. Takes O(most · n²) time and O(most · n) memory up to MOST_PLACES different x.
    Beyond, points go in BINS runs, and a run in which a piece may end costs nothing: a lower bound all the same.

    >>> best_pieces(np.array([0.0, 1, 2, 3, 4, 5]), np.array([0.0, 1, 2, 2, 1, 0]), None, 2).costs.round(9)
    array([4., 0.])
    """
    rows, within, scale = _rows(x, y, sigma)
    exact = len(rows) <= MOST_PLACES
    if exact:
        costs, came = _programme([[row] for row in rows], most, gap=False)
        sorted_x = np.unique(x)
        starts = tuple(tuple(sorted_x[list(_places(came, k))].tolist()) for k in range(most))
    else:
        bins, floors = _binned(rows, BINS)
        costs, _ = _programme(bins, most, gap=True, floors=floors)
        starts = ()
    return Pieces((costs + within) * scale, starts, exact)


def _rows(x: np.ndarray, y: np.ndarray, sigma: np.ndarray | None) -> tuple[np.ndarray, float, float]:
    """One row (x, y, weight) for each different x, in order, centred and scaled; what ties cost; the cost's unit."""
    weight = np.ones(len(x)) if sigma is None else np.maximum((np.min(sigma) / sigma) ** 2, LIGHTEST)
    places, at = np.unique(x, return_inverse=True)
    middle, span = places[len(places) // 2], float(places[-1] - places[0]) or 1.0
    height = float(np.ptp(y)) or 1.0
    level = (y - np.median(y)) / height
    total = np.bincount(at, weight)
    mean = np.bincount(at, weight * level) / total
    within = float(weight @ (level - mean[at]) ** 2)
    unit = height if sigma is None else height / float(np.min(sigma))
    return np.column_stack([(places - middle) / span, mean, total]), within, unit**2


def _binned(rows: np.ndarray, runs: int) -> tuple[list[np.ndarray], np.ndarray]:
    """The rows in runs: each as two rows that weigh on a straight line as all of it does; its own residuals."""
    bins, floors = [], []
    for run in np.array_split(rows, min(runs, len(rows))):
        x, y, w = run.T
        total = w.sum()
        middle, level = w @ x / total, w @ y / total
        spread = w @ (x - middle) ** 2
        slope = w @ ((x - middle) * (y - level)) / spread if spread > 0 else 0.0
        away = np.sqrt(spread / total)
        ends = [(middle + s * away, level + s * slope * away, total / 2) for s in (-1, 1)]
        bins.append(np.array(ends if spread > 0 else [(middle, level, total)]))
        floors.append(w @ (y - level - slope * (x - middle)) ** 2)
    return bins, np.array(floors)


def _programme(
    bins: Sequence[Sequence[np.ndarray] | np.ndarray], most: int, gap: bool, floors: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The costs of the best 1 … most pieces, (most,), and where the last piece of each began, (most, bins + 1).

    gap: whether the bin before a piece's first may be left out.
    """
    n = len(bins)
    best = np.zeros((most + 1, n + 1))  # of the first j bins in k pieces, some of them perhaps empty
    best[0, 1:] = np.inf
    came = np.zeros((most + 1, n + 1), dtype=np.int32)
    for j, cost in enumerate(_growing(bins, floors), start=1):
        before = best[:-1, :j]
        if gap:  # a piece from bin i on follows pieces that end before bin i - 1; the first leaves nothing out
            before = np.concatenate([best[:-1, :1], best[:-1, : j - 1]], axis=1)
            before[0, 1:] = np.inf
        tried = before + cost
        came[1:, j] = tried.argmin(axis=1)
        best[1:, j] = np.minimum.accumulate(np.take_along_axis(tried, came[1:, j, None], axis=1)[:, 0])
        fewer = np.flatnonzero(best[2:, j] < tried[np.arange(1, most), came[2:, j]]) + 2
        came[fewer, j] = j  # an empty piece: fewer do as well
        if gap:  # a piece that lies within bin j - 1
            best[2:, j] = np.minimum(best[2:, j], best[1:-1, j - 1])
    return best[1:, n], came


def _growing(bins: Sequence[Sequence[np.ndarray] | np.ndarray], floors: np.ndarray | None) -> Iterator[np.ndarray]:
    """For j = 1, 2 …: the cost of a straight line through bins i … j - 1, for every i < j: (j,)."""
    n = len(bins)
    weight, x, y, xx, xy, cost = np.zeros((6, n))  # one entry for each first bin i: sums about the mean, and the cost
    with np.errstate(invalid="ignore", divide="ignore"):
        for j, rows in enumerate(bins, start=1):
            for row in rows:
                a, b, w = row
                dx, dy = a - x[:j], b - y[:j]
                total = weight[:j] + w
                share = weight[:j] * w / total
                slope = np.where(xx[:j] > 0, xy[:j] / xx[:j], 0.0)
                wider = xx[:j] + share * dx**2
                cost[:j] += np.where(wider > 0, share * (dy - slope * dx) ** 2 * (xx[:j] / wider), 0.0)
                xx[:j] = wider
                xy[:j] += share * dx * dy
                x[:j] += dx * (w / total)
                y[:j] += dy * (w / total)
                weight[:j] = total
            if floors is not None:
                cost[:j] += floors[j - 1]
            yield cost[:j]


def _places(came: np.ndarray, k: int) -> list[int]:
    """The first bin of each of k + 1 pieces but the first, in order; of empty pieces none."""
    places: list[int] = []
    j = came.shape[1] - 1
    for pieces in range(k + 1, 1, -1):
        i = int(came[pieces, j])
        if 0 < i < j:
            places.append(i)
        j = i
    return places[::-1]
