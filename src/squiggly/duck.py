"""Columns through DuckDB: Parquet, JSON, data frames and relations. DuckDB is imported when it is used."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from squiggly.columns import GAPS, Columns, Table, not_a_number
from squiggly.errors import DataError, FileError, listed

BLANK = " \t\r\n\f\v"
_NUMERIC = re.compile(r"(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|BOOLEAN)$")


def connect(*paths: str) -> Any:
    """A database in memory that may read these files and touch nothing else."""
    import duckdb

    allowed = ", ".join(quoted(path) for path in paths)
    return duckdb.connect(":memory:").execute(f"SET allowed_paths = [{allowed}]; SET enable_external_access = false")


def literal(path: Path) -> tuple[str, str]:
    """The absolute path, and the pattern that matches it alone (`*`, `?` and `[` mean themselves)."""
    absolute = str(path.resolve())
    return absolute, re.sub(r"([*?\[])", r"[\1]", absolute)


def double(text: str) -> str:
    """SQL for a cell of text: its number, nan for a gap, NULL for anything else."""
    gaps = ", ".join(map(quoted, GAPS))
    trimmed = f"trim(coalesce({text}, ''), {quoted(BLANK)})"
    return f"CASE WHEN lower({trimmed}) IN ({gaps}) THEN 'nan'::DOUBLE ELSE TRY_CAST({trimmed} AS DOUBLE) END"


def quoted(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def read_typed_file(path: Path, kind: str) -> Table:
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
                    raise not_a_number(f"{where} row {row + first_row}", name, str(cell))
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
        return double(_as_text(column, kind))
    times = kind.startswith(("TIME", "DATE", "INTERVAL"))
    hint = "turn times into numbers first: seconds since the first row, say" if times else "give one number in each row"
    raise DataError(f"{where}: {name} holds {kind} values, numbers were expected\nhint: {hint}")
