"""Columns through DuckDB: Parquet, JSON, data frames and relations. DuckDB is imported when it is used."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from squiggly.errors import DataError, FileError, listed
from squiggly.reading.clock import BY_THE_CLOCK, Clock, Moments, clock_for, from_whole
from squiggly.reading.columns import Columns, Table, not_a_number
from squiggly.reading.naming import readable, unique
from squiggly.reading.numerals import GAPS, Numerals

_NUMERIC = re.compile(r"(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|BOOLEAN)$")


def connect(*paths: str) -> Any:
    """A database in memory that may read these files and touch nothing else, and prints nothing."""
    import duckdb

    allowed = ", ".join(quoted(path) for path in paths)
    return duckdb.connect(":memory:").execute(
        "SET enable_progress_bar = false; "  # after two seconds it would write into what is printed
        f"SET allowed_paths = [{allowed}]; SET enable_external_access = false"
    )


def literal(path: Path) -> tuple[str, str]:
    """The absolute path, and the pattern that matches it alone (`*`, `?` and `[` mean themselves)."""
    absolute = str(path.resolve())
    return absolute, re.sub(r"([*?\[])", r"[\1]", absolute)


def certain(text: str, sure: Callable[[str], str | None]) -> str | None:
    """SQL for a cell of text: what `sure` makes of it, which is NULL where it is not certain; nan for a gap."""
    gap = "(?i)\\s*(" + "|".join(map(re.escape, GAPS)) + ")\\s*"  # no IN: that becomes a join and loses the rows' order
    number = sure(text)
    is_gap = f"regexp_full_match(coalesce({text}, ''), {quoted(gap)})"
    return number and f"coalesce({number}, CASE WHEN {is_gap} THEN 'nan'::DOUBLE END)"


def columns_of(find: Callable[[], Any], n: int) -> list[np.ndarray] | None:
    """The n columns of DOUBLEs in the relation that `find` finds; None where one is NULL, or no row, or it fails."""
    import duckdb

    try:
        relation = find()
        if hasattr(relation, "__arrow_c_stream__"):
            from squiggly.reading.arrow import float_columns

            return float_columns(relation, n)
        columns = list(relation.fetchnumpy().values())
    except duckdb.Error:
        return None
    except RuntimeError as error:  # how DuckDB passes Ctrl-C on
        raise KeyboardInterrupt from error
    clean = all(len(values) and not np.ma.is_masked(values) for values in columns)
    return [np.ma.getdata(values) for values in columns] if clean else None


def quoted(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def read_typed_file(path: Path, kind: str) -> Table:
    """A file that says itself what its columns are as a table; its rows count from 1.

    kind: "parquet" or "json".  Raises FileError where DuckDB cannot read it.
    """
    import duckdb

    absolute, pattern = literal(path)
    options = ", hive_partitioning = false"
    try:
        relation = connect(absolute, pattern).sql(f"SELECT * FROM read_{kind}({quoted(pattern)}{options})")
    except duckdb.Error as error:
        raise FileError(
            f"{path.name} cannot be read as {'JSON' if kind == 'json' else 'Parquet'}\n"
            "hint: is it whole, and is its ending right?"
        ) from error
    return read_relation(path.name, relation, first_row=1)


class _Stream:
    """Only the stream of a frame: DuckDB reads a bare one by itself, for a polars frame it would want pyarrow."""

    def __init__(self, frame: Any) -> None:
        self.frame = frame

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self.frame.__arrow_c_stream__(requested_schema)


def read_frame(frame: Any) -> Table:
    """A frame in memory, of pandas, polars or whatever gives an Arrow stream, as a table; its rows count from 0.

    Raises DataError where DuckDB cannot read it.
    """
    import duckdb

    pandas = type(frame).__module__.split(".")[0] == "pandas"  # its own memory is read: no pyarrow needed there either
    known = getattr(frame, "column_names", None) or getattr(frame, "columns", None)
    try:
        connection = connect()
        connection.register("frame", frame if pandas else _Stream(frame))
        relation = connection.table("frame")
        names = [str(name) for name in known] if known is not None else relation.columns
    except duckdb.Error as error:
        raise DataError(
            f"this {type(frame).__name__} cannot be read as a table\nhint: give a dict of its columns: name -> array"
        ) from error
    return read_relation("the table", relation, names)


def read_relation(where: str, relation: Any, names: Sequence[str] | None = None, first_row: int = 0) -> Table:
    """A table whose columns have types. DuckDB's names for them may differ where two spell alike."""
    names, renamed = unique(readable(relation.columns if names is None else names))
    inside = {name: '"' + column.replace('"', '""') + '"' for name, column in zip(names, relation.columns, strict=True)}
    types = dict(zip(names, map(str, relation.types), strict=True))

    def read(wanted: Sequence[str]) -> tuple[Columns, Sequence[str]]:
        import duckdb

        times = [name for name in wanted if types[name].startswith(_TIMES)]
        numbers = [name for name in wanted if name not in times]
        query = ", ".join(f"{_typed(where, name, inside[name], types[name])} AS v{i}" for i, name in enumerate(numbers))
        try:
            found: Columns = {name: _moments(relation, inside[name], types[name]) for name in times}
            if numbers:
                columns = columns_of(lambda: relation.project(query), len(numbers))
                found |= zip(numbers, columns) if columns else carefully(numbers, query)
            return {name: found[name] for name in wanted}, ()
        except duckdb.Error as error:
            raise DataError(
                f"{where}: the column{'s' * (len(wanted) > 1)} {listed(wanted)} cannot be read as numbers\n"
                "hint: look for text or nested values among them"
            ) from error

    def carefully(wanted: Sequence[str], query: str) -> Columns:
        """The columns where a cell is in the way: a moment written as text, or something to refuse."""
        columns = relation.project(query).fetchnumpy()
        found: Columns = {name: columns[f"v{i}"] for i, name in enumerate(wanted)}
        for name, values in found.items():
            found[name] = np.ma.getdata(values)
            if np.ma.is_masked(values):
                text = relation.project(_as_text(inside[name], types[name]))
                moments = _written_moments(text) if types[name] in _TEXT else None
                if moments is None:
                    row = int(np.argmax(np.ma.getmaskarray(values)))
                    [[cell]] = text.limit(1, offset=row).fetchall()
                    raise not_a_number(f"{where} row {row + first_row}", name, str(cell))
                found[name] = moments
        return found

    return Table(where, names, read, first_row, renamed=renamed)


_TEXT = ("VARCHAR", "JSON")
_TIMES = ("DATE", "TIME", "INTERVAL")  # TIMESTAMP too


def _moments(relation: Any, column: str, kind: str) -> Moments:
    """A column of dates, times or durations."""
    fine = kind == "TIMESTAMP_NS"
    values = relation.project(f"epoch_{'ns' if fine else 'us'}({column}) AS v").fetchnumpy()["v"]
    gaps = np.ma.getmaskarray(values) if isinstance(values, np.ma.MaskedArray) else np.zeros(len(values), bool)
    whole, tick = np.ma.getdata(values), 1_000_000_000 if fine else 1_000_000
    if kind == "INTERVAL":
        return Moments(np.where(gaps, np.nan, whole / tick), "", durations=True)
    zoned = kind == "TIMESTAMP WITH TIME ZONE"
    clock = Clock(BY_THE_CLOCK) if kind == "TIME" else Clock("2024-03-31", zoned)
    return from_whole(whole, gaps, tick, clock)


def _written_moments(text: Any) -> Moments | None:
    """A column of text as moments, if that is what it holds."""
    cells = [cell or "" for (cell,) in text.fetchall()]
    clock = clock_for(cells[:400])
    if clock is None:
        return None
    try:
        moments = [None if cell.strip().lower() in GAPS else clock.at(cell) for cell in cells]
    except ValueError:
        return None
    gaps = np.array([moment is None for moment in moments])
    return from_whole(np.array([moment or 0 for moment in moments], np.int64), gaps, 1_000_000_000, clock)


def _as_text(column: str, kind: str) -> str:
    return f"({column} ->> '$')" if kind == "JSON" else f"CAST({column} AS VARCHAR)"


def _typed(where: str, name: str, column: str, kind: str) -> str:
    """SQL for the numbers in a column of this type. A DECIMAL goes by its digits, so that it is rounded only once."""
    if _NUMERIC.match(kind):
        return f"coalesce(CAST({column} AS DOUBLE), 'nan'::DOUBLE)"
    if kind in ("VARCHAR", "JSON", '"NULL"', "NULL") or kind.startswith(("DECIMAL", "ENUM")):
        return str(certain(_as_text(column, kind), Numerals().sql))
    raise DataError(f"{where}: {name} holds {kind} values, numbers were expected\nhint: give one number in each row")
