"""Table: named columns, read when asked for; and the words every kind of table shares."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from squiggly.errors import DataError, nearest

Columns = dict[str, np.ndarray]
GAPS = ("", "na", "nan")  # what an empty cell may look like, in any case


@dataclass(frozen=True)
class Table:
    """Named columns, read when asked for.

    where: what messages call it, "decay.csv" or "the table".  columns: the names, in order.
    first_row: what messages call the first row: 1 in a file, 0 in memory.

    >>> from squiggly.tables import open_table
    >>> open_table({"t": [0, 1, 2], "counts": [5, 3, 2]}).columns
    ('t', 'counts')
    """

    where: str
    columns: tuple[str, ...]
    reader: Callable[[Sequence[str]], dict[str, Any]] = field(repr=False)
    first_row: int = 0

    def __post_init__(self) -> None:
        twice = [name for i, name in enumerate(self.columns) if name in self.columns[:i]]
        if twice:
            raise DataError(
                f'{self.where} has more than one column "{twice[0]}"\nhint: give every column a name of its own'
            )

    def read(self, names: Sequence[str]) -> dict[str, Any]:
        """The columns of these names: (n,) float64 from files and frames, as they are from arrays in memory.

        A gap is nan. Raises DataError for a name that is not there, or text among numbers (with row and value).

        >>> from squiggly.tables import open_table
        >>> open_table(([0, 1, 2], [5, 3, 2])).read(["y"])
        {'y': [5, 3, 2]}
        """
        for name in names:
            if name not in self.columns:
                near = nearest(name, self.columns)
                hint = f"did you mean {near}?" if near else "use one of these names"
                raise DataError(
                    f'{self.where} has no column "{name}"; its columns are {some(self.columns)}\nhint: {hint}'
                )
        return self.reader(names)


def some(names: Sequence[str]) -> str:
    """The names, the first twenty where there are many."""
    return ", ".join(names) if len(names) <= 20 else ", ".join(names[:20]) + f", … ({len(names)} in all)"


def shown(cell: str) -> str:
    """A cell in quotes, cut where it is long."""
    return f'"{cell}"' if len(cell) <= 40 else f'"{cell[:39]}…"'


def not_a_number(place: str, name: str, cell: str) -> DataError:
    """The error for text among numbers."""
    comma = re.fullmatch(r"[+-]?\d+,\d+", cell.strip())
    hint = "write decimals with a point: 1.5" if comma else "correct it, or leave the cell empty for a gap"
    return DataError(f"{place}: {name} is {shown(cell.strip())}, a number was expected\nhint: {hint}")
