"""Where the columns come from: a file, a frame, arrays in memory. Each is read when asked for, by name."""

from __future__ import annotations

import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from squiggly.errors import DataError, FileError, nearest
from squiggly.points import Points
from squiggly.reading.clock import from_memory
from squiggly.reading.columns import Columns, Table, shown
from squiggly.reading.duck import read_frame, read_relation, read_typed_file
from squiggly.reading.naming import readable, unique
from squiggly.reading.textfile import read_text_file

_FORMATS = {".parquet": "parquet", ".json": "json", ".jsonl": "json", ".ndjson": "json"}


def open_table(source: Any) -> Table:
    """The table in a file, a dict of columns, a pair (x, y) or triple (x, y, sigma), a frame or a relation.

    source: a path to CSV-like text, Parquet or JSON; a mapping; a tuple of columns; a pandas, polars or Arrow frame;
    a DuckDB relation; a structured NumPy array; Points.
    Raises FileError for a file that cannot be read, DataError for anything else that is not a table.

    >>> open_table(([0, 1, 2], [5, 3, 2], [0.1, 0.1, 0.2])).columns
    ('x', 'y', 'sigma')
    """
    if isinstance(source, (str, Path)):
        return _file(Path(source))
    if isinstance(source, Points):
        sigma = {} if source.sigma is None else {"sigma": source.sigma}
        return _memory([*source.inputs, source.target, *sigma], [*source.inputs.values(), source.y, *sigma.values()])
    if isinstance(source, Mapping):
        return _memory(list(map(str, source)), list(source.values()))
    if isinstance(source, tuple) and len(source) in (2, 3):
        return _memory(["x", "y", "sigma"][: len(source)], list(source))
    if isinstance(source, np.ndarray) and source.dtype.names:
        return _memory(list(source.dtype.names), [source[name] for name in source.dtype.names])
    if type(source).__name__ == "DuckDBPyRelation":
        return read_relation("the table", source)
    framed = type(source).__module__.split(".")[0] == "pandas" or hasattr(source, "__arrow_c_stream__")
    if framed and len(getattr(source, "shape", (0, 0))) == 2:  # a Series is one column, not a table
        return read_frame(source)
    _refuse(source)


def _refuse(source: Any) -> NoReturn:
    hint = "give a file name, a dict of columns, a pair (x, y), or a pandas, polars or Arrow frame"
    if isinstance(source, list):  # [[0, 1], [1, 3]]: two points or two columns? Nobody can tell, so nobody guesses.
        hint = "give the columns as a pair: (x, y); from a list of points: x, y = zip(*points)"
    if isinstance(source, np.ndarray):
        hint = "give the columns as a pair: (array[:, 0], array[:, 1])"
    raise DataError(f"a table was expected, got {type(source).__name__}\nhint: {hint}")


def _memory(given: list[str], values: list[Any]) -> Table:
    names, renamed = unique(readable(given))
    columns = dict(zip(names, values, strict=True))

    def read(wanted: Sequence[str]) -> tuple[Columns, Sequence[str]]:
        moments = {name: from_memory(columns[name]) for name in wanted}
        return {name: columns[name] if moments[name] is None else moments[name] for name in wanted}, ()

    return Table("the table", names, read, renamed=renamed, fresh=False)


def _file(path: Path) -> Table:
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise _absent(path) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FileError(f"{shown(str(path))} cannot be read: {reason}\nhint: check the file name") from None
    if not stat.S_ISREG(mode):
        kind = "a folder" if stat.S_ISDIR(mode) else "not a file"
        raise FileError(f"{path} is {kind}, a table was expected\nhint: name a file, such as decay.csv")
    if path.stat().st_size == 0:
        raise FileError(f"{path.name} is empty\nhint: it needs a line of column names and a line for each point")
    form = _FORMATS.get(Path(path.name.lower().removesuffix(".gz")).suffix)
    return read_typed_file(path, form) if form else read_text_file(path)


def _absent(path: Path) -> FileError:
    if not path.parent.is_dir():
        return FileError(f"there is no folder {path.parent}, so no {path.name} in it\nhint: check the folder's name")
    near = nearest(path.name, [p.name for p in path.parent.iterdir()])
    hint = f"did you mean {near}?" if near else f"the folder looked in is {path.parent.resolve().name or '/'}"
    return FileError(f"there is no file {path}\nhint: {hint}")
