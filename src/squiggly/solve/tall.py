"""Triangles and products of tall tables, taken in pieces that stay in a core's cache and on that core.

The linear algebra below NumPy shares a table among all cores from some 10,000 numbers on. For tables as thin as ours
there is little to gain, and where the cores have other work each step waits for the last of them, a hundred times as
long as the step itself. Smaller pieces are not shared.
"""

from __future__ import annotations

import numpy as np

TABLE = 8_000  # numbers in a table that is not shared, for steps that go through it once
WORK = 250_000  # multiplications in a product that is not


def triangular(table: np.ndarray) -> np.ndarray:
    """The triangular factor of each table, up to the signs of its rows: (batch, n, c) -> (batch, min(n, c), c).

    >>> triangular(np.array([[[3.0], [4.0]]])).round(9).tolist()
    [[[-5.0]]]
    """
    batch, n, c = table.shape
    piece = TABLE // max(c, 1)  # rows; of each, no more than c are left
    piece = piece if 4 * piece >= 5 * c else 2 * c
    while n > piece:
        whole = n // piece * piece
        made = np.asarray(np.linalg.qr(table[:, :whole].reshape(batch, -1, piece, c), mode="r")).reshape(batch, -1, c)
        table = np.concatenate([made, table[:, whole:]], axis=1) if whole < n else made
        n = table.shape[1]
    return np.asarray(np.linalg.qr(table, mode="r"))


def product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a @ b for two tables, some columns of b at a time: (m, n) and (n, k) -> (m, k).

    >>> product(np.eye(2), np.array([[1.0, 2.0], [3.0, 4.0]])).tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """
    piece = max(WORK // max(a.size, 1), 2)
    if b.shape[1] <= piece:
        return np.asarray(a @ b)
    made = np.empty((a.shape[0], b.shape[1]))
    for first in range(0, b.shape[1], piece):
        made[:, first : first + piece] = a @ b[:, first : first + piece]
    return made
