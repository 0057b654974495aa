"""Tables in text: CSV and its relatives, as people write them.

A small file is walked here, line by line; a large one streams through DuckDB, which reads only the columns asked for.
Where DuckDB meets anything but clean numbers the walk decides, so both say the same about the same file and only one of
them has to find words for what is wrong.
"""

from __future__ import annotations

import csv
import gzip
import re
import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from squiggly.columns import GAPS, Columns, Table, not_a_number, some
from squiggly.duck import BLANK, connect, double, literal, quoted
from squiggly.errors import DataError, FileError

SMALL = 1 << 20  # bytes; up to here walking the lines costs less than starting DuckDB
SAMPLE = 1 << 16  # bytes that decide how a file is laid out
_COMMENT = ("#", "%")
_LINES = "\x01"  # a delimiter no text file has: DuckDB then gives whole lines


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
            f"{self.path.name} has column names but no rows: {some(columns)}\nhint: add a line for each point"
        )


def read_text_file(path: Path) -> Table:
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
    comments = [line for line in lines[: start - 1] if line.strip(BLANK)]
    names = first if header else _commented(comments, delimiter, len(first))
    columns = _named(names)
    plain = start == end and not any('"' in line for line in comments)  # DuckDB's skip pairs quotes, and joins lines
    plain = plain and (len(columns) > 1 or delimiter is None)  # and a blank line is a row to it where one column is
    return _Layout(delimiter, columns, skip, plain)


def _is_data(line: str, delimiter: str | None = None) -> bool:
    """Neither blank nor a comment. Tabs alone are a row of gaps where tabs separate."""
    words = line.strip(BLANK)
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
    line = comments[-1].strip(BLANK).lstrip("#%") if comments else ""
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
                raise not_a_number(place, layout.columns[i], cells[i]) from None
    if columns and not columns[0]:
        raise text.no_rows(layout.columns)
    return [np.frombuffer(values) for values in columns]


def _ragged(place: str, found: int, layout: _Layout) -> DataError:
    n = len(layout.columns)
    wanted = f"{n} {'were' if n > 1 else 'was'} expected: {some(layout.columns)}"
    return DataError(
        f"{place} has {found} cell{'s' * (found != 1)}, {wanted}\n"
        "hint: leave a gap as an empty cell, start lines that are not data with #"
    )


def _stream(text: _Text, layout: _Layout, wanted: list[int]) -> list[np.ndarray] | None:
    """The columns through DuckDB, or None where it met anything but numbers and gaps."""
    import duckdb

    n, lines = len(layout.columns), layout.delimiter is None
    quote = quoted("" if lines else '"')
    named = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(1 if lines else n))
    absolute, pattern = literal(text.path)
    source = (
        f"read_csv($path, columns = {{{named}}}, auto_detect = false, header = false, skip = {layout.skip}, "
        f"delim = {quoted(layout.delimiter or _LINES)}, quote = {quote}, escape = {quote}, "
        f"compression = '{'gzip' if text.packed else 'none'}', "
        "hive_partitioning = false)"
    )
    cells = [f"c{i}" for i in wanted]
    if lines:  # DuckDB splits at single characters only: take whole lines, split them at runs of blanks
        line = f"trim(coalesce(c0, ''), {quoted(BLANK)})"
        split = f"regexp_split_to_array({line}, '[ \\t\\f\\v]+')"
        source = f"(SELECT {split} AS cells FROM {source} WHERE {line} <> '' AND {line}[1] NOT IN ('#', '%'))"
        cells = [f"CASE WHEN len(cells) = {n} THEN cells[{i + 1}] ELSE 'ragged' END" for i in wanted]
    query = ", ".join(f"{double(cell)} AS v{i}" for i, cell in enumerate(cells))
    try:
        columns = connect(absolute, pattern).execute(f"SELECT {query} FROM {source}", {"path": pattern}).fetchnumpy()
    except duckdb.Error:
        return None
    except RuntimeError as error:  # how DuckDB passes Ctrl-C on
        raise KeyboardInterrupt from error
    found = [columns[f"v{i}"] for i in range(len(wanted))]
    clean = all(len(values) and not np.ma.is_masked(values) for values in found)
    return [np.ma.getdata(values) for values in found] if clean else None
