"""The order in which rows are met: which are held out, and each epoch's mini-batches. The page has the same order."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

_MIX = 1_000_003


def order(n: int, seed: int, epoch: int) -> np.ndarray:
    """The rows 0 … n-1 shuffled (Fisher and Yates) for an epoch 0, 1, …; epoch -1 says which are held out.

    It depends on seed and epoch alone, so any step of a descent can be taken again without those before it.

    >>> order(5, seed=0, epoch=0).tolist()
    [1, 3, 0, 4, 2]
    """
    random = np.random.RandomState((seed * _MIX + epoch + 1) % 2**32)
    rows = list(range(n))
    for i, share in zip(range(n - 1, 0, -1), random.random_sample(max(n - 1, 0)).tolist()):
        j = int(share * (i + 1))
        rows[i], rows[j] = rows[j], rows[i]
    return np.array(rows, dtype=np.intp)


def held_out(n: int, seed: int, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Which rows train and which are held out, each in the table's order.

    >>> [rows.tolist() for rows in held_out(5, seed=0, share=0.4)]
    [[1, 2, 4], [0, 3]]
    """
    shuffled = order(n, seed, -1)
    out = round_half_up(n * share)
    return np.sort(shuffled[out:]), np.sort(shuffled[:out])


def round_half_up(value: float) -> int:
    """As JavaScript's Math.round."""
    return int(np.floor(value + 0.5))


def batch(
    rows: np.ndarray, size: int | None, seed: int, step: int, order: Callable[[int, int, int], np.ndarray] = order
) -> np.ndarray:
    """The rows of one step's mini-batch: an epoch is met in order, its last batch may be smaller. None: all rows."""
    if size is None or size >= len(rows):
        return rows
    per_epoch = -(-len(rows) // size)
    epoch, k = divmod(step, per_epoch)
    return rows[order(len(rows), seed, epoch)[k * size : (k + 1) * size]]
