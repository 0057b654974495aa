"""The door of a network's data: arrays, tensors, memory maps, files and frames, checked once and never copied whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from squiggly.errors import DataError, OptionError
from squiggly.networks.labels import Label, numbered
from squiggly.networks.source import LARGEST, Scaling, Source, not_finite, spread_of
from squiggly.networks.tables import (
    column,
    columns_of,
    expect_width,
    listed_values,
    matrix,
    names_of,
    raw_values,
    width,
)
from squiggly.options import choice
from squiggly.reading.columns import some
from squiggly.reading.tables import open_table


@dataclass(frozen=True, eq=False)
class Opened:
    """A table before it is known what its target means.

    numbers: the target as float64 (n,); raw: as it is written, (n,).  in_memory: whether looking at it costs nothing.
    """

    source: Source
    target: str
    numbers: Callable[[], np.ndarray]
    raw: Callable[[], Sequence[Any]]
    notes: tuple[str, ...] = ()
    in_memory: bool = True

    @property
    def is_yes_or_no(self) -> bool:
        """Whether the target is Python's or NumPy's True and False; a file's are not looked at."""
        return self.in_memory and any(isinstance(value, bool | np.bool_) for value in self.raw()[:1])

    @property
    def is_text(self) -> bool:
        """Whether the target can only be labels."""
        if self.is_yes_or_no:
            return True
        try:
            self.numbers()
        except DataError:
            return True
        return False


@dataclass(frozen=True, eq=False)
class Prepared:
    """A table ready to train on.

    rows: the numbers of those that can be used.  y: (n,) numbers in the table's units, or the number of each class.
    """

    source: Source
    rows: np.ndarray
    y: np.ndarray
    target: str
    labels: tuple[Label, ...] | None
    scaling: Scaling
    notes: tuple[str, ...]


def open_data(data: Any, target: str | None, columns: Sequence[str] | None, wanted: int | None) -> Opened:
    """The table in a pair (X, y) or in anything that squiggly reads as columns.

    wanted: how many inputs the network takes; None where any number will do.
    Raises DataError, FileError, OptionError.

    >>> open_data((np.zeros((3, 2)), [1, 2, 3]), None, None, 2).source.names
    ('x1', 'x2')
    """
    if isinstance(columns, str):
        raise OptionError(f'columns is {columns!r}, a list of names was expected\nhint: columns=["{columns}"]')
    if isinstance(data, tuple) and len(data) == 2:
        return _pair(data[0], data[1], target or "y", columns, wanted)
    table = open_table(data)
    names = table.columns
    if target is not None and target not in names:
        table.read([target])  # raises, with the nearest name
    named_y = "y" in names and "y" not in (columns or ())
    aim = target if target is not None else "y" if named_y else names[-1]
    inputs = tuple(columns) if columns is not None else tuple(name for name in names if name != aim)
    if aim in inputs:
        raise OptionError(f"{aim} is the target and among columns\nhint: name another target, or leave it out")
    expect_width(len(inputs), wanted, table.where, aim)
    source, notes = columns_of(table, inputs)
    if target is None:
        notes = (*notes, f"predicts {aim}" + ", the last column" * (not named_y))

    def numbers() -> np.ndarray:
        return column(table.read([aim])[aim], aim, source)

    return Opened(source, aim, numbers, lambda: raw_values(data, table, aim), notes, not isinstance(data, str | Path))


def read_inputs(data: Any, names: tuple[str, ...]) -> Source:
    """New rows to predict at: an array (n, columns), or a table with these columns. Raises DataError, FileError."""
    if isinstance(data, np.ndarray) and not data.dtype.names or hasattr(data, "detach") or isinstance(data, list):
        source = replace(matrix(data, names, len(names)), names=names)
        expect_width(width(source), len(names), "the array")
    else:
        source, _ = columns_of(open_table(data), names)
    _, first = source.usable()
    if first is not None:
        raise DataError(str(first).split("\nhint: ")[0] + "\nhint: predict needs a number in every cell")
    return source


def prepare(opened: Opened, classes: bool, missing: str, known: Scaling | None = None) -> Prepared:
    """The target understood, rows with gaps refused or dropped, and the scaling found. Raises DataError.

    known: a scaling to keep, where training goes on from a fit.
    """
    choice("missing", missing, ("refuse", "drop"))
    source, target, labels = opened.source, opened.target, None
    if classes:
        y, labels, fine = numbered(source, target, opened.raw())
        wrong = lambda row: DataError(  # noqa: E731
            f"{source.place(row)}: {target} is empty, the label of a class was expected\n"
            'hint: fill the gap or delete the row; missing="drop" leaves out such rows'
        )
    else:
        try:
            y = opened.numbers()
        except DataError as error:
            if " a number was expected" not in str(error):
                raise
            seen = str(error).split("\nhint: ")[0]
            raise DataError(f"{seen}\nhint: correct it; or, to tell labels apart, network(…, classes=2)") from None
        fine = np.isfinite(y)
        wrong = lambda row: not_finite(source.place(row), target, y[row])  # noqa: E731
    if len(y) != source.n:
        raise DataError(
            f"there are {source.n:,} rows of inputs and {len(y):,} of {target}\nhint: give each row its {target}"
        )
    good, first = source.usable()
    if missing == "refuse" and (first is not None or not fine.all()):
        raise first if first is not None else wrong(int(np.argmin(fine)))
    good &= fine
    rows, dropped = np.flatnonzero(good), int(source.n - np.count_nonzero(good))
    left = f" left of {source.n:,}, the others have gaps" if dropped else ""
    if len(rows) < 2:
        raise DataError(
            f"there {'is' if len(rows) == 1 else 'are'} {len(rows)} row{'s' * (len(rows) != 1)}{left}, two or more "
            "were expected\nhint: a network needs many rows: some hundreds for each input"
        )
    notes = [*opened.notes, *([f"{dropped:,} row{'s' * (dropped > 1)} with gaps dropped"] if dropped else [])]
    mean, spread = spread_of(source, good) if known is None else (known.mean, known.spread)
    same = [name for name, width in zip(source.names, spread) if width == 0]
    if len(same) == len(source.names):
        raise DataError(
            f"no column varies: {some(same)}\nhint: every row is the same to the network; give columns that differ"
        )
    if same:
        notes.append(f"constant, so seen as 0: {some(same)}")
    scaling = replace(known or Scaling(mean, spread), y_mean=0.0, y_spread=1.0)
    if not classes:
        scaling = _scaled_target(scaling, y[rows], target, known)
    return Prepared(source, rows, y, target, labels, scaling, tuple(notes))


def _scaled_target(scaling: Scaling, y: np.ndarray, target: str, known: Scaling | None) -> Scaling:
    if known is not None:
        return replace(scaling, y_mean=known.y_mean, y_spread=known.y_spread)
    if np.abs(y).max() > LARGEST:
        raise DataError(
            f"{target} reaches {np.abs(y).max():g}: squares of that do not fit in a float64\n"
            "hint: measure it in another unit, so that it lies between -1e140 and 1e140"
        )
    if y.min() == y.max():
        raise DataError(
            f"every {target} is {y[0]:g}: there is nothing to learn\n"
            "hint: is it the right column, and is the table whole?"
        )
    return replace(scaling, y_mean=float(y.mean()), y_spread=float(y.std()))


def _pair(x: Any, y: Any, target: str, columns: Sequence[str] | None, wanted: int | None) -> Opened:
    notes: tuple[str, ...] = ()
    if isinstance(x, np.ndarray) or hasattr(x, "detach") or isinstance(x, list | tuple):
        source = matrix(x, columns, wanted)
        expect_width(width(source), wanted, "X")
        source = replace(source, names=names_of(columns, width(source)))
    else:
        table = open_table(x)
        names = tuple(columns) if columns is not None else table.columns
        expect_width(len(names), wanted, "X")
        source, notes = columns_of(table, names)
    if getattr(y, "ndim", 1) == 2 and y.shape[1] == 1:
        y = y[:, 0] if not hasattr(y, "iloc") else y.iloc[:, 0]
    if np.ndim(y) != 1 and getattr(y, "ndim", 1) != 1:
        raise DataError(
            f"y has shape {tuple(np.shape(y))}, one number or label for each row was expected\nhint: y[:, 0]"
        )
    name = getattr(y, "name", None)
    target = name if isinstance(name, str) and name and target == "y" else target

    def raw() -> Sequence[Any]:
        return listed_values(y)

    return Opened(source, target, lambda: column(y, target, source), raw, notes)
