"""Tables as a network's inputs and target: arrays, columns of frames and files, and cells as they are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from squiggly.errors import DataError, OptionError
from squiggly.networks.source import Source
from squiggly.reading.columns import Table


def names_of(columns: Sequence[str] | None, k: int) -> tuple[str, ...]:
    if columns is not None and len(columns) != k:
        raise OptionError(
            f"columns has {len(columns)} names, X has {k} columns\nhint: name every column of X, in order"
        )
    return (
        tuple(map(str, columns)) if columns is not None else ("x",) if k == 1 else tuple(f"x{i + 1}" for i in range(k))
    )


def width(source: Source) -> int:
    assert isinstance(source.held, np.ndarray)
    return int(source.held.shape[1])


def matrix(x: Any, columns: Sequence[str] | None, wanted: int | None) -> Source:
    """An array, tensor or list of rows as it is; only what is no array of numbers becomes one."""
    array = _array(x)
    if array.ndim == 1 and (wanted in (1, None) or len(array) == 0):
        array = array[:, None]
    if array.ndim != 2:
        raise DataError(
            f"X has shape {array.shape}, (rows, columns) was expected\nhint: X[:, None] makes a list a column"
        )
    if array.dtype.kind not in "biuf":
        names = names_of(columns, array.shape[1])
        made = Source([column(array[:, i], name, Source(array, names)) for i, name in enumerate(names)], names)
        array = made.block(0, len(array))
    return Source(array, ())


def _array(values: Any) -> np.ndarray:
    if hasattr(values, "detach"):
        values = values.detach().cpu()
        return (values.float() if "bfloat16" in str(values.dtype) else values).numpy()
    if isinstance(values, np.ma.MaskedArray):
        return np.ma.filled(values.astype(np.float64), np.nan)
    try:
        array = np.asarray(values)
    except ValueError:
        raise DataError("the rows of X differ in length\nhint: give every row a number for each column") from None
    return np.asarray(values, dtype=object) if array.dtype.kind in "US" else array


def listed_values(values: Any) -> Sequence[Any]:
    if hasattr(values, "detach"):
        values = values.detach().cpu().numpy()
    return (
        values.tolist()
        if hasattr(values, "tolist")
        else values.to_list()
        if hasattr(values, "to_list")
        else list(values)
    )


def column(values: Any, name: str, source: Source) -> np.ndarray:
    """One column as numbers: of their own kind where they are numbers, else float64. Raises DataError with the row."""
    array = values.to_numpy() if hasattr(values, "to_numpy") and not isinstance(values, np.ndarray) else _array(values)
    if array.ndim != 1:
        raise DataError(f"{name} has shape {array.shape}, one flat list was expected\nhint: column[:, 0]")
    if array.dtype.kind in "biuf":
        return array.astype(np.float64, copy=False)
    numbers = np.empty(len(array))
    for row, value in enumerate(array):
        gap = value is None or type(value).__name__ in ("NAType", "NaTType")
        try:
            if isinstance(value, str | bytes):
                raise TypeError
            numbers[row] = np.nan if gap else float(value)
        except (TypeError, ValueError):
            shown = f'"{value}"' if isinstance(value, str) else repr(value)
            cure = "turn text into numbers first; labels to tell apart need network(…, classes=…)"
            raise DataError(
                f"{source.place(row)}: {name} is {shown:.60}, a number was expected\nhint: {cure}"
            ) from None
    return numbers


def columns_of(table: Table, names: tuple[str, ...]) -> tuple[Source, tuple[str, ...]]:
    found, notes = table.explained(names)
    where = "" if table.where == "the table" else table.where
    bare = Source((), names, where, table.first_row)
    held = [column(found.pop(name), name, bare) for name in names]
    if len({len(column) for column in held}) > 1:
        raise DataError("the columns differ in length\nhint: give every row a value in each column")
    return replace(bare, held=held), notes


def expect_width(found: int, wanted: int | None, where: str, target: str | None = None) -> None:
    if found == 0:
        raise DataError(f"{where} has no column beside {target}\nhint: a network needs at least one input")
    if wanted is not None and found != wanted:
        beside = f" beside {target}" if target else ""
        choose = ", or columns=[…]" if found > wanted and target else ""
        raise DataError(
            f"{where} has {found:,} column{'s' * (found != 1)}{beside}, the network takes {wanted:,} "
            f"input{'s' * (wanted != 1)}\nhint: network({found}, …){choose}"
        )


def raw_values(data: Any, table: Table, name: str) -> Sequence[Any]:
    """A column as it is written, for labels: a frame's own values, a file's cells."""
    i = table.columns.index(name)
    if isinstance(data, str | Path):
        return _cells(Path(data), table, i)
    if hasattr(data, "iloc"):
        return listed_values(data.iloc[:, i])
    if hasattr(data, "to_series"):  # polars
        return list(data.to_series(i).to_list())
    if hasattr(data, "column"):  # Arrow
        return list(data.column(i).to_pylist())
    if type(data).__name__ == "DuckDBPyRelation":
        return [row[i] for row in data.fetchall()]
    return listed_values(table.read([name])[name])


def _cells(path: Path, table: Table, i: int) -> list[Any]:
    from squiggly.reading.duck import connect, literal, quoted

    kind = {".parquet": "parquet", ".json": "json", ".jsonl": "json", ".ndjson": "json"}.get(path.suffix.lower())
    if kind:
        absolute, pattern = literal(path)
        relation = connect(absolute, pattern).sql(f"SELECT * FROM read_{kind}({quoted(pattern)})")
        column = relation.columns[i].replace('"', '""')
        return [cell for (cell,) in relation.project(f'"{column}"').fetchall()]
    from squiggly.reading.dialect import dialect
    from squiggly.reading.numerals import GAPS
    from squiggly.reading.records import open_text, records

    text = open_text(path)
    layout = dialect(text)
    lines = islice(text.lines(), layout.skip, None)
    cells = [cells[i].strip() for _, _, cells in records(text, lines, layout.delimiter, layout.skip)]
    found: list[Any] = [None if cell.lower() in GAPS else cell for cell in cells]
    try:  # whole numbers where every one is
        return [None if cell is None else _whole(cell) for cell in found]
    except ValueError:
        return found


def _whole(cell: str) -> int:
    number = float(cell)
    if not number.is_integer():
        raise ValueError(cell)
    return int(number)
