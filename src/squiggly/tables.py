"""Where the columns come from: a file, a frame, arrays in memory. Each is read when asked for, by name.

A small text file is walked here, line by line; a large one, and every other kind of file or frame, goes through DuckDB,
which reads only the columns asked for and streams. Where DuckDB meets anything but clean numbers the walk decides, so
both say the same about the same file and only one of them has to find words for what is wrong.
"""

from __future__ import annotations

import csv
import gzip
import re
import stat
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from squiggly.errors import DataError, FileError, listed, nearest
from squiggly.points import Points

Columns = dict[str, np.ndarray]

SMALL = 1 << 20  # bytes; up to here walking the lines costs less than starting DuckDB
SAMPLE = 1 << 16  # bytes that decide how a file is laid out
GAPS = ("", "na", "nan")  # what an empty cell may look like, in any case
_BLANK = " \t\r\n\f\v"
_COMMENT = ("#", "%")
_LINES = "\x01"  # a delimiter no text file has: DuckDB then gives whole lines
_FORMATS = {".parquet": "parquet", ".json": "json", ".jsonl": "json", ".ndjson": "json"}
_NUMERIC = re.compile(r"(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|BOOLEAN)$")


@dataclass(frozen=True)
class Table:
    """Named columns, read when asked for.

    where: what messages call it, "decay.csv" or "the table".  columns: the names, in order.
    first_row: what messages call the first row: 1 in a file, 0 in memory.

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

        >>> open_table(([0, 1, 2], [5, 3, 2])).read(["y"])
        {'y': [5, 3, 2]}
        """
        for name in names:
            if name not in self.columns:
                near = nearest(name, self.columns)
                hint = f"did you mean {near}?" if near else "use one of these names"
                raise DataError(
                    f'{self.where} has no column "{name}"; its columns are {_some(self.columns)}\nhint: {hint}'
                )
        return self.reader(names)


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
        return _memory({**source.inputs, source.target: source.y, **sigma})
    if isinstance(source, Mapping):
        return _memory({str(name): values for name, values in source.items()})
    if isinstance(source, tuple) and len(source) in (2, 3):
        return _memory(dict(zip(("x", "y", "sigma"), source, strict=False)))
    if isinstance(source, np.ndarray) and source.dtype.names:
        return _memory({name: source[name] for name in source.dtype.names})
    if type(source).__name__ == "DuckDBPyRelation":
        return _relation("the table", source)
    framed = _library(source) == "pandas" or hasattr(source, "__arrow_c_stream__")
    if framed and len(getattr(source, "shape", (0, 0))) == 2:  # a Series is one column, not a table
        return _frame(source)
    _refuse(source)


def _refuse(source: Any) -> NoReturn:
    hint = "give a file name, a dict of columns, a pair (x, y), or a pandas, polars or Arrow frame"
    if isinstance(source, list):  # [[0, 1], [1, 3]]: two points or two columns? Nobody can tell, so nobody guesses.
        hint = "give the columns as a pair: (x, y); from a list of points: x, y = zip(*points)"
    if isinstance(source, np.ndarray):
        hint = "give the columns as a pair: (array[:, 0], array[:, 1])"
    raise DataError(f"a table was expected, got {type(source).__name__}\nhint: {hint}")


def _memory(columns: dict[str, Any]) -> Table:
    return Table("the table", tuple(columns), lambda names: {name: columns[name] for name in names})


def _library(source: Any) -> str:
    return type(source).__module__.split(".")[0]


def _some(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= 20 else ", ".join(names[:20]) + f", … ({len(names)} in all)"


def _shown(cell: str) -> str:
    return f'"{cell}"' if len(cell) <= 40 else f'"{cell[:39]}…"'


def _quoted(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


# ------------------------------------------------------------------------------------------------- files


def _file(path: Path) -> Table:
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise _absent(path) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FileError(f"{_shown(str(path))} cannot be read: {reason}\nhint: check the file name") from None
    if not stat.S_ISREG(mode):
        kind = "a folder" if stat.S_ISDIR(mode) else "not a file"
        raise FileError(f"{path} is {kind}, a table was expected\nhint: name a file, such as decay.csv")
    if path.stat().st_size == 0:
        raise FileError(f"{path.name} is empty\nhint: it needs a line of column names and a line for each point")
    form = _FORMATS.get(Path(path.name.lower().removesuffix(".gz")).suffix)
    return _typed_file(path, form) if form else _text_file(path)


def _absent(path: Path) -> FileError:
    if not path.parent.is_dir():
        return FileError(f"there is no folder {path.parent}, so no {path.name} in it\nhint: check the folder's name")
    near = nearest(path.name, [p.name for p in path.parent.iterdir()])
    hint = f"did you mean {near}?" if near else f"the folder looked in is {path.parent.resolve().name or '/'}"
    return FileError(f"there is no file {path}\nhint: {hint}")


@dataclass(frozen=True)
class _Layout:
    """How a text file is laid out: found out from its first lines.

    delimiter: one character, or None where any run of blanks separates.  skip: lines before the first row.
    plain: nothing in those lines on which DuckDB and the walk could disagree.
    """

    delimiter: str | None
    columns: tuple[str, ...]
    skip: int
    plain: bool


@dataclass(frozen=True)
class _Text:
    """A text file: its lines, and the words for what is wrong with it."""

    path: Path
    packed: bool  # with gzip

    def lines(self) -> Iterator[str]:
        """The lines with their ends, as they come. Raises FileError where they are not text."""
        try:
            with (gzip.open if self.packed else open)(self.path, "rt", encoding="utf-8-sig", newline="") as lines:
                yield from lines
        except (UnicodeDecodeError, gzip.BadGzipFile, EOFError, zlib.error):
            raise self.not_text() from None
        except OSError as error:
            raise FileError(
                f"{self.path.name} cannot be read: {error.strerror or error}\nhint: check the file's permissions"
            ) from None

    def not_text(self) -> FileError:
        return FileError(f"{self.path.name} is not a text file in UTF-8\nhint: save it again as CSV in UTF-8")

    def no_rows(self, columns: Sequence[str]) -> FileError:
        if not columns:
            return FileError(
                f"{self.path.name} is empty\nhint: it needs a line of column names and a line for each point"
            )
        return FileError(
            f"{self.path.name} has column names but no rows: {_some(columns)}\nhint: add a line for each point"
        )


def _text_file(path: Path) -> Table:
    text = _Text(path, False)
    try:
        with open(path, "rb") as file:
            text = _Text(path, file.read(2) == b"\x1f\x8b")
    except OSError as error:
        raise FileError(f"{path.name} cannot be read: {error.strerror}\nhint: check the file's permissions") from None
    layout = _layout(text)

    def read(names: Sequence[str]) -> Columns:
        wanted = [layout.columns.index(name) for name in names]
        fast = _stream(text, layout, wanted) if layout.plain and path.stat().st_size > SMALL else None
        return dict(zip(names, fast or _walk(text, layout, wanted), strict=True))

    return Table(path.name, layout.columns, read, first_row=1)


def _layout(text: _Text) -> _Layout:
    lines, size = [], 0
    for line in text.lines():
        lines.append(line)
        size += len(line)
        if size > SAMPLE:
            break
    if any(re.search(r"[\x00-\x08\x0e-\x1f\x7f]", line) for line in lines):
        raise text.not_text()
    delimiter = _delimiter([line for line in lines if _is_data(line)][:200])
    records = list(islice(_records(text, lines, delimiter), 2))
    if not records:
        raise text.no_rows(())
    start, end, first = records[0]
    header = any(not _is_number(cell) for cell in first)
    if header and len(records) == 1 and size <= SAMPLE:
        raise text.no_rows([cell.strip() for cell in first])
    skip = end if header else start - 1
    comments = [line for line in lines[: start - 1] if line.strip(_BLANK)]
    names = first if header else _commented(comments, delimiter, len(first))
    columns = _named(names)
    plain = start == end and not any('"' in line for line in comments)  # DuckDB's skip pairs quotes, and joins lines
    plain = plain and (len(columns) > 1 or delimiter is None)  # and a blank line is a row to it where one column is
    return _Layout(delimiter, columns, skip, plain)


def _is_data(line: str, delimiter: str | None = None) -> bool:
    """Neither blank nor a comment. Tabs alone are a row of gaps where tabs separate."""
    words = line.strip(_BLANK)
    return not words.startswith(_COMMENT) if words else delimiter is not None and delimiter in line


def _delimiter(lines: list[str]) -> str | None:
    """The first of tab ; | , that splits every line into equally many cells; else the one most lines have."""
    for delimiter in "\t;|,":
        counts = {line.count(delimiter) for line in lines if '"' not in line} or {1}
        if len(counts) == 1 and counts != {0} and all(delimiter in line for line in lines):
            return delimiter
    if len({len(line.split()) for line in lines}) == 1 and len(lines) and len(lines[0].split()) > 1:
        return None
    most = max("\t;|,", key=lambda delimiter: sum(delimiter in line for line in lines))
    return most if 2 * sum(most in line for line in lines) > len(lines) else None


def _records(
    text: _Text, lines: Iterable[str], delimiter: str | None, skipped: int = 0
) -> Iterator[tuple[int, int, list[str]]]:
    """(first line, last line, cells) of every record, blank lines and comments left out. Lines count from 1."""
    start, at = 0, skipped

    def data() -> Iterator[str]:
        nonlocal start, at
        for line in lines:
            at += 1
            if _is_data(line, delimiter):
                start = start or at
                yield line

    if delimiter is None:
        for line in data():
            yield at, at, line.split()
        return
    try:
        for cells in csv.reader(data(), delimiter=delimiter, skipinitialspace=True, strict=True):
            yield start, at, cells
            start = 0
    except csv.Error:
        raise DataError(
            f"{text.path.name} line {start}: a cell with a quote that is not closed, or closed too early\n"
            'hint: quotes come in pairs around a whole cell: "1.5"'
        ) from None


def _is_number(cell: str) -> bool:
    try:
        _number(cell)
    except ValueError:
        return False
    return True


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        if cell.strip().lower() in GAPS:
            return float("nan")
        raise


def _commented(comments: list[str], delimiter: str | None, n: int) -> list[str]:
    """Names from the last comment before the data, where it has one word for each column: `#   x   y`."""
    line = comments[-1].strip(_BLANK).lstrip("#%") if comments else ""
    for words in (line.split(delimiter), line.split()):
        named = len(set(words)) == n and all(re.search(r"\w", word) for word in words)
        if len(words) == n and named and not all(map(_is_number, words)):
            return words
    return [""] * n


def _named(cells: list[str]) -> tuple[str, ...]:
    names = [cell.strip() for cell in cells]
    while len(names) > 1 and not names[-1] and any(names):  # `t,counts,` has two columns
        names.pop()
    return tuple(name or f"column{i}" for i, name in enumerate(names, 1))


def _walk(text: _Text, layout: _Layout, wanted: list[int]) -> list[np.ndarray]:
    """The columns, line by line; stops at the first row that is wrong and says what is."""
    columns = [array("d") for _ in wanted]
    n = len(layout.columns)
    lines = islice(text.lines(), layout.skip, None)
    for row, (line, _, cells) in enumerate(_records(text, lines, layout.delimiter, layout.skip), 1):
        while len(cells) > n and not cells[-1].strip():
            cells.pop()
        place = f"{text.path.name} row {row} (line {line})"
        if len(cells) != n:
            raise _ragged(place, len(cells), layout)
        for values, i in zip(columns, wanted, strict=True):
            try:
                values.append(_number(cells[i]))
            except ValueError:
                raise _not_a_number(place, layout.columns[i], cells[i]) from None
    if columns and not columns[0]:
        raise text.no_rows(layout.columns)
    return [np.frombuffer(values) for values in columns]


def _ragged(place: str, found: int, layout: _Layout) -> DataError:
    n = len(layout.columns)
    wanted = f"{n} {'were' if n > 1 else 'was'} expected: {_some(layout.columns)}"
    return DataError(
        f"{place} has {found} cell{'s' * (found != 1)}, {wanted}\n"
        "hint: leave a gap as an empty cell, start lines that are not data with #"
    )


def _not_a_number(place: str, name: str, cell: str) -> DataError:
    comma = re.fullmatch(r"[+-]?\d+,\d+", cell.strip())
    hint = "write decimals with a point: 1.5" if comma else "correct it, or leave the cell empty for a gap"
    return DataError(f"{place}: {name} is {_shown(cell.strip())}, a number was expected\nhint: {hint}")


# ------------------------------------------------------------------------------------------------- DuckDB


def _connect(*paths: str) -> Any:
    """A database in memory that may read these files and touch nothing else."""
    import duckdb

    allowed = ", ".join(_quoted(path) for path in paths)
    return duckdb.connect(":memory:").execute(f"SET allowed_paths = [{allowed}]; SET enable_external_access = false")


def _literal(path: Path) -> tuple[str, str]:
    """The absolute path, and the pattern that matches it alone (`*`, `?` and `[` mean themselves)."""
    absolute = str(path.resolve())
    return absolute, re.sub(r"([*?\[])", r"[\1]", absolute)


def _double(text: str) -> str:
    """SQL for a cell of text: its number, nan for a gap, NULL for anything else."""
    gaps = ", ".join(map(_quoted, GAPS))
    trimmed = f"trim(coalesce({text}, ''), {_quoted(_BLANK)})"
    return f"CASE WHEN lower({trimmed}) IN ({gaps}) THEN 'nan'::DOUBLE ELSE TRY_CAST({trimmed} AS DOUBLE) END"


def _stream(text: _Text, layout: _Layout, wanted: list[int]) -> list[np.ndarray] | None:
    """The columns through DuckDB, or None where it met anything but numbers and gaps."""
    import duckdb

    n, lines = len(layout.columns), layout.delimiter is None
    quote = _quoted("" if lines else '"')
    named = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(1 if lines else n))
    absolute, pattern = _literal(text.path)
    source = (
        f"read_csv($path, columns = {{{named}}}, auto_detect = false, header = false, skip = {layout.skip}, "
        f"delim = {_quoted(layout.delimiter or _LINES)}, quote = {quote}, escape = {quote}, "
        f"compression = '{'gzip' if text.packed else 'none'}', "
        "hive_partitioning = false)"
    )
    cells = [f"c{i}" for i in wanted]
    if lines:  # DuckDB splits at single characters only: take whole lines, split them at runs of blanks
        line = f"trim(coalesce(c0, ''), {_quoted(_BLANK)})"
        split = f"regexp_split_to_array({line}, '[ \\t\\f\\v]+')"
        source = f"(SELECT {split} AS cells FROM {source} WHERE {line} <> '' AND {line}[1] NOT IN ('#', '%'))"
        cells = [f"CASE WHEN len(cells) = {n} THEN cells[{i + 1}] ELSE 'ragged' END" for i in wanted]
    query = ", ".join(f"{_double(cell)} AS v{i}" for i, cell in enumerate(cells))
    try:
        columns = _connect(absolute, pattern).execute(f"SELECT {query} FROM {source}", {"path": pattern}).fetchnumpy()
    except duckdb.Error:
        return None
    found = [columns[f"v{i}"] for i in range(len(wanted))]
    clean = all(len(values) and not np.ma.is_masked(values) for values in found)
    return [np.ma.getdata(values) for values in found] if clean else None


def _typed_file(path: Path, kind: str) -> Table:
    import duckdb

    absolute, pattern = _literal(path)
    options = ", hive_partitioning = false"
    try:
        relation = _connect(absolute, pattern).sql(f"SELECT * FROM read_{kind}({_quoted(pattern)}{options})")
    except duckdb.Error as error:
        raise FileError(
            f"{path.name} cannot be read as {'JSON' if kind == 'json' else 'Parquet'}\n"
            "hint: is it whole, and is its ending right?"
        ) from error
    return _relation(path.name, relation, first_row=1)


class _Stream:
    """Only the stream of a frame: DuckDB reads a bare one by itself, for a polars frame it would want pyarrow."""

    def __init__(self, frame: Any) -> None:
        self.frame = frame

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self.frame.__arrow_c_stream__(requested_schema)


def _frame(frame: Any) -> Table:
    import duckdb

    pandas = _library(frame) == "pandas"  # DuckDB reads pandas' own memory, so pyarrow is not needed there either
    known = getattr(frame, "column_names", None) or getattr(frame, "columns", None)
    try:
        connection = _connect()
        connection.register("frame", frame if pandas else _Stream(frame))
        relation = connection.table("frame")
        names = [str(name) for name in known] if known is not None else relation.columns
    except duckdb.Error as error:
        raise DataError(
            f"this {type(frame).__name__} cannot be read as a table\nhint: give a dict of its columns: name -> array"
        ) from error
    return _relation("the table", relation, names)


def _relation(where: str, relation: Any, names: Sequence[str] | None = None, first_row: int = 0) -> Table:
    """A table whose columns have types. DuckDB's names for them may differ where two spell alike."""
    names = tuple(relation.columns if names is None else names)
    inside = {name: '"' + column.replace('"', '""') + '"' for name, column in zip(names, relation.columns, strict=True)}
    types = dict(zip(names, map(str, relation.types), strict=True))

    def read(wanted: Sequence[str]) -> Columns:
        import duckdb

        query = ", ".join(f"{_typed(where, name, inside[name], types[name])} AS v{i}" for i, name in enumerate(wanted))
        try:
            columns = relation.project(query).fetchnumpy()
            found = {name: columns[f"v{i}"] for i, name in enumerate(wanted)}
            for name, values in found.items():
                if np.ma.is_masked(values):
                    row = int(np.argmax(np.ma.getmaskarray(values)))
                    [[cell]] = relation.limit(1, offset=row).project(_as_text(inside[name], types[name])).fetchall()
                    raise _not_a_number(f"{where} row {row + first_row}", name, str(cell))
        except duckdb.Error as error:
            raise DataError(
                f"{where}: the column{'s' * (len(wanted) > 1)} {listed(wanted)} cannot be read as numbers\n"
                "hint: look for text or nested values among them"
            ) from error
        return {name: np.ma.getdata(values) for name, values in found.items()}

    return Table(where, names, read, first_row)


def _as_text(column: str, kind: str) -> str:
    return f"({column} ->> '$')" if kind == "JSON" else f"CAST({column} AS VARCHAR)"


def _typed(where: str, name: str, column: str, kind: str) -> str:
    """SQL for the numbers in a column of this type. A DECIMAL goes by its digits, so that it is rounded only once."""
    if _NUMERIC.match(kind):
        return f"coalesce(CAST({column} AS DOUBLE), 'nan'::DOUBLE)"
    if kind in ("VARCHAR", "JSON", '"NULL"', "NULL") or kind.startswith(("DECIMAL", "ENUM")):
        return _double(_as_text(column, kind))
    times = kind.startswith(("TIME", "DATE", "INTERVAL"))
    hint = "turn times into numbers first: seconds since the first row, say" if times else "give one number in each row"
    raise DataError(f"{where}: {name} holds {kind} values, numbers were expected\nhint: {hint}")
