"""A sheet folded along several creases, and the way down from one folding of it to a better one.

A term w·relu(n·x - t) is ±relu(g·x̃), x̃ being the inputs and 1, and g = |w|·(n, -t). As long as no crease passes a point
the curve is linear in all the g: the squares are a parabola in every cell of foldings, and neighbouring cells meet
without a step. So a damped Gauss-Newton step is exact but for the points that change sides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from squiggly.solve.tall import WORK, product, triangular

Seen = Callable[[np.ndarray, np.ndarray, float], None]  # of signs (k,), values (p + k·q,) and squares

DEAD = 1e-9  # share of its damping at which a descent that gains nothing ends
GAIN = 1e-9  # share of the squares that is no gain


@dataclass(frozen=True, eq=False)
class Sheet:
    """Points and what is to be folded. Inputs are centred and in units of their spread; all is in units of sigma.

    plain: (n, p), columns of the smooth part; near: (n, q), the inputs and 1; y: (n,), what both are to reach
    given: (k,), the sign of each fold whose sign is not free, else 0.  flat: whether `plain` holds any plane
    """

    plain: np.ndarray
    near: np.ndarray
    y: np.ndarray
    given: np.ndarray
    flat: bool

    @property
    def folds(self) -> int:
        return len(self.given)

    def take(self, rows: np.ndarray) -> Sheet:
        """Some of the points."""
        return replace(self, plain=self.plain[rows], near=self.near[rows], y=self.y[rows])

    def planes(self, values: np.ndarray) -> np.ndarray:
        """The g of each fold: (…, p + k·q) -> (…, k, q)."""
        return values[..., self.plain.shape[1] :].reshape(*values.shape[:-1], -1, self.near.shape[1])

    def left(self, signs: np.ndarray, values: np.ndarray) -> np.ndarray:
        """What the foldings leave of y: (batch, k) and (batch, p + k·q) -> (batch, n)."""
        above = np.maximum(self.near @ self.planes(values).swapaxes(1, 2), 0.0)
        smooth = values[:, : self.plain.shape[1]] @ self.plain.T
        return self.y - smooth - (above @ signs[:, :, None])[:, :, 0]

    def table(self, signs: np.ndarray, above: np.ndarray) -> np.ndarray:
        """The derivatives by all values, (batch, n, p + k·q), where `above`, (batch, n, k), says what is not folded."""
        batch, n, k = above.shape
        p, q = self.plain.shape[1], self.near.shape[1]
        table = np.empty((batch, n, p + k * q))
        table[:, :, :p] = self.plain
        slopes = (above * signs[:, None, :])[:, :, :, None] * self.near[:, None, :]
        table[:, :, p:] = slopes.reshape(batch, n, k * q)
        return table


def slid(
    sheet: Sheet, signs: np.ndarray, values: np.ndarray, steps: int, seen: Seen | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Foldings, (batch, k) signs and (batch, p + k·q) values, some damped steps further down; and their squares."""
    values = values.copy()
    left = sheet.left(signs, values)
    squares = np.einsum("bn,bn->b", left, left)
    m = values.shape[1]
    damping, growth = np.full(len(values), 1e-2), np.full(len(values), 2.0)
    products, pull = np.empty((len(values), m, m)), np.empty((len(values), m))
    live, stale = np.arange(len(values)), np.arange(len(values))
    for _ in range(steps):
        if len(stale):
            above = sheet.near @ sheet.planes(values[stale]).swapaxes(1, 2) > 0
            table = sheet.table(signs[stale], above)
            products[stale], pull[stale] = _summed(table), np.einsum("bnm,bn->bm", table, left[stale])
        square = products[live]
        own = np.einsum("bii->bi", square)
        own += damping[live, None] * np.maximum(own, 1e-10 * own.max(axis=1, keepdims=True) + 1e-300)
        trial = values[live] + np.linalg.solve(square, pull[live][:, :, None])[:, :, 0]
        rest = sheet.left(signs[live], trial)
        reached = np.einsum("bn,bn->b", rest, rest)
        better = reached < squares[live]
        done = better & (reached > squares[live] * (1.0 - GAIN)) | (damping[live] > 1.0 / DEAD)
        took, failed = live[better], live[~better]
        values[took], left[took], squares[took] = trial[better], rest[better], reached[better]
        damping[took] = np.maximum(damping[took] / 4.0, 1e-9)
        growth[took] = 2.0
        damping[failed] *= growth[failed]
        growth[failed] *= 2.0
        live, stale = live[~done], took[~done[better]]
        if seen is not None:
            best = int(np.argmin(squares))
            seen(signs[best], values[best], float(squares[best]))
        if not len(live):
            break
    return values, squares


def _summed(table: np.ndarray) -> np.ndarray:
    """Every column times every other: (batch, n, m) -> (batch, m, m); in pieces that no other core is asked for."""
    batch, n, m = table.shape
    piece = max(WORK // m**2, 16)
    if n <= piece:
        return table.swapaxes(1, 2) @ table
    whole = n // piece * piece
    parts = table[:, :whole].reshape(batch, -1, piece, m)
    total = (parts.swapaxes(2, 3) @ parts).sum(axis=1)
    return total + table[:, whole:].swapaxes(1, 2) @ table[:, whole:] if whole < n else total


def nearest(columns: np.ndarray, y: np.ndarray) -> np.ndarray:
    """What to multiply columns with, (n, c), to come nearest to y, (n,); of several ways the smallest, nearly."""
    norms = np.linalg.norm(columns, axis=0)
    norms = np.where(norms > 0, norms, 1.0)
    [square] = triangular(np.column_stack([columns / norms, y])[None])
    own, along = square[: len(norms), :-1], square[: len(norms), -1]
    pivots = np.abs(own.diagonal())
    if len(own) == len(norms) and pivots.min(initial=1.0) > 1e-6:
        return np.asarray(np.linalg.solve(own, along) / norms)
    return np.asarray(np.linalg.lstsq(own, along, rcond=1e-11)[0] / norms)


def axes(columns: np.ndarray) -> np.ndarray:
    """Perpendicular columns of length 1 that span the given ones: (n, c) -> (n, at most c)."""
    if not columns.shape[1]:
        return columns
    norms = np.linalg.norm(columns, axis=0)
    columns = columns / np.where(norms > 0, norms, 1.0)
    _, s, vt = np.linalg.svd(triangular(columns[None])[0], full_matrices=False)
    kept = s > 1e-10 * s[0]
    basis = product(columns, vt[kept].T / s[kept])
    return product(basis, np.linalg.inv(triangular(basis[None])[0]))  # once more: the first is as good as s is even
