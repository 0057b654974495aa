"""Table: named columns, read when asked for; and the words every kind of table shares."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from squiggly.errors import DataError, nearest
from squiggly.reading.clock import Moments
from squiggly.reading.naming import alike, said_twice, written
from squiggly.reading.numerals import Numerals

Columns = dict[str, Any]  # name -> (n,) float64, or Moments
Reader = Callable[[Sequence[str]], tuple[Columns, Sequence[str]]]


@dataclass(frozen=True)
class Table:
    """Named columns, read when asked for.

    where: what messages call it, "decay.csv" or "the table".  columns: the names, in order, each once.
    reader: names -> their columns, and what was understood on the way.
    first_row: what messages call the first row: 1 in a file, 0 in memory.
    units: of the columns, where a file has a row of them.
    renamed: what columns were called whose name another one had: {"y_2": "y"}.
    fresh: every reading makes arrays of its own, which are nobody else's.

    >>> from squiggly.reading.tables import open_table
    >>> open_table({"t": [0, 1, 2], "counts": [5, 3, 2]}).columns
    ('t', 'counts')
    """

    where: str
    columns: tuple[str, ...]
    reader: Reader = field(repr=False)
    first_row: int = 0
    units: Mapping[str, str] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    fresh: bool = True

    def read(self, names: Sequence[str]) -> Columns:
        """The columns of these names: (n,) float64 from files and frames, as they are from arrays in memory.

        A gap is nan. Dates and times are counted from the first one. Raises DataError for a name that is not there, or
        text among numbers (with row and value).

        >>> from squiggly.reading.tables import open_table
        >>> open_table(([0, 1, 2], [5, 3, 2])).read(["y"])
        {'y': [5, 3, 2]}
        """
        return self.explained(names)[0]

    def explained(self, names: Sequence[str]) -> tuple[Columns, tuple[str, ...]]:
        """The columns, and a sentence for each thing about them that was understood and could be otherwise.

        >>> import numpy as np
        >>> from squiggly.reading.tables import open_table
        >>> open_table({"t": np.array(["2024-03-01", "2024-03-08"], "M8[D]")}).explained(["t"])
        ({'t': array([0., 7.])}, ('t: days since 2024-03-01',))
        """
        for name in names:
            if name not in self.columns:
                near = alike(name, self.columns) or nearest(name, self.columns)
                hint = f"did you mean {written(near)}?" if near else "use one of these names"
                raise DataError(
                    f'{self.where} has no column "{name}"; its columns are {some(self.columns)}\nhint: {hint}'
                )
        columns, notes = self.reader(names)
        notes = [*notes, *said_twice(names, self.renamed)]
        units = [f"{name} in {self.units[name]}" for name in names if name in self.units]
        notes += [f"units: {', '.join(units)}"] if units else []
        for name, values in columns.items():
            if isinstance(values, Moments):
                columns[name], note = values.counted(name)
                notes += [note]
        return columns, tuple(notes)


def some(names: Sequence[str]) -> str:
    """The names, the first twenty where there are many."""
    return ", ".join(names) if len(names) <= 20 else ", ".join(names[:20]) + f", … ({len(names)} in all)"


def shown(cell: str) -> str:
    """A cell in quotes, cut where it is long."""
    cell = cell.encode("utf-8", "surrogateescape").decode("cp1252", "replace") if _escaped(cell) else cell
    return f'"{cell}"' if len(cell) <= 40 else f'"{cell[:39]}…"'


def _escaped(cell: str) -> bool:
    """Whether a cell has bytes that were no UTF-8."""
    return any("\udc80" <= letter <= "\udcff" for letter in cell)


def not_a_number(place: str, name: str, cell: str, numerals: Numerals | None = None) -> DataError:
    """The error for text among numbers."""
    hint = (numerals or Numerals(decided=False)).hint(cell)
    return DataError(f"{place}: {name} is {shown(cell.strip())}, a number was expected\nhint: {hint}")
