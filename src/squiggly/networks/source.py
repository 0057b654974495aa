"""Source: the rows of inputs wherever they lie, met a block at a time, and the scaling that a network sees them in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from squiggly.errors import DataError

CELLS = 1 << 20  # numbers in a block: 8 MiB of float64
LARGEST = 1e140  # beyond it a square does not fit in a float64


@dataclass(frozen=True, eq=False)
class Source:
    """Rows of inputs: an array or memory map (n, columns) of any numbers, or a list of columns (n,). Never copied.

    names: of the columns.  where, first_row: what messages call the table and its first row.

    >>> Source(np.array([[1, 2], [3, 4]]), ("a", "b")).block(0, 1)
    array([[1., 2.]])
    """

    held: np.ndarray | Sequence[np.ndarray]
    names: tuple[str, ...]
    where: str = ""
    first_row: int = 0

    @property
    def n(self) -> int:
        """How many rows there are."""
        return len(self.held) if isinstance(self.held, np.ndarray) else len(self.held[0])

    @property
    def direct(self) -> np.ndarray | None:
        """The rows themselves where they are float32 by rows already, so that nobody needs a copy."""
        held = self.held
        return held if isinstance(held, np.ndarray) and held.dtype == np.float32 and held.flags.c_contiguous else None

    def block(self, start: int, stop: int) -> np.ndarray:
        """Some rows in a float64 array of their own, (rows, columns)."""
        return self.take(slice(start, stop))

    def take(self, rows: Any) -> np.ndarray:
        """The rows with these numbers in a float64 array of their own, (rows, columns)."""
        if isinstance(self.held, np.ndarray):
            return np.array(self.held[rows], dtype=np.float64)
        return np.stack([np.asarray(column[rows], dtype=np.float64) for column in self.held], axis=1)

    def blocks(self) -> Iterator[tuple[int, np.ndarray]]:
        """Every block in turn, with the number of its first row."""
        size = max(CELLS // max(len(self.names), 1), 1)
        for start in range(0, self.n, size):
            yield start, self.block(start, min(start + size, self.n))

    def place(self, row: int) -> str:
        """What a message calls a row."""
        return f"{self.where} row {row + self.first_row}".lstrip()

    def usable(self) -> tuple[np.ndarray, DataError | None]:
        """Which rows hold finite numbers only, (n,) bool, and the error for the first that does not."""
        good, first = np.ones(self.n, dtype=bool), None
        for start, block in self.blocks():
            fine = np.isfinite(block)
            whole = fine.all(axis=1)
            good[start : start + len(block)] = whole
            if first is None and not whole.all():
                row = int(np.argmin(whole))
                column = int(np.argmin(fine[row]))
                first = not_finite(self.place(start + row), self.names[column], block[row, column])
        return good, first


def not_finite(place: str, name: str, value: float) -> DataError:
    """The error for a gap or an infinity among numbers."""
    hint = 'fill the gap or delete the row; missing="drop" leaves out such rows'
    if np.isinf(value):
        hint = 'find what overflowed, perhaps a division by zero; missing="drop" leaves out such rows'
    return DataError(f"{place}: {name} is {value:g}, a finite number was expected\nhint: {hint}")


@dataclass(frozen=True, eq=False)
class Scaling:
    """What a network sees: (inputs - mean)/spread, 0 for a column that does not vary; and numbers it predicts likewise.

    mean, spread: (columns,), a spread of 0 where the column is constant.  y_mean, y_spread: 0 and 1 for classes.

    >>> Scaling(np.array([1.0, 5.0]), np.array([2.0, 0.0])).of(np.array([[3.0, 9.0]]))
    array([[1., 0.]])
    """

    mean: np.ndarray
    spread: np.ndarray
    y_mean: float = 0.0
    y_spread: float = 1.0

    @property
    def per(self) -> np.ndarray:
        """One over the spread, 0 for a constant column."""
        return np.divide(1.0, self.spread, out=np.zeros_like(self.spread), where=self.spread > 0)

    def of(self, rows: np.ndarray) -> np.ndarray:
        """Rows (n, columns) as the network sees them, in the array they came in."""
        rows -= self.mean
        rows *= self.per
        return rows


def spread_of(source: Source, good: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each column over the good rows; exactly 0 where all its numbers are the same.

    Raises DataError for numbers too large to square.
    """
    n, every = int(np.count_nonzero(good)), bool(good.all())
    total, low, high = 0.0, np.inf, -np.inf
    for start, block in source.blocks():
        block = block if every else block[good[start : start + len(block)]]
        if len(block):
            total = total + (block / n).sum(axis=0)
            low, high = np.minimum(low, block.min(axis=0)), np.maximum(high, block.max(axis=0))
    mean, far = np.asarray(total), np.maximum(np.abs(low), np.abs(high))
    if (far > LARGEST).any():
        worst = int(np.argmax(far))
        raise DataError(
            f"{source.names[worst]} reaches {far[worst]:g}: squares of that do not fit in a float64\n"
            "hint: measure it in another unit, so that it lies between -1e140 and 1e140"
        )
    square = np.zeros_like(mean)
    for start, block in source.blocks():
        block = block if every else block[good[start : start + len(block)]]
        block -= mean
        square += np.einsum("ij,ij->j", block, block)
    mean = np.where(np.equal(low, high), low, mean)
    return mean, np.where(np.equal(low, high), 0.0, np.sqrt(square / n))


def scaled_copy(source: Source, scaling: Scaling, kind: Any = np.float32) -> np.ndarray:
    """The rows as the network sees them, (n, columns): scaled in float64, then rounded once."""
    made = np.empty((source.n, len(source.names)), dtype=kind)
    for start, block in source.blocks():
        made[start : start + len(block)] = scaling.of(block)
    return made
