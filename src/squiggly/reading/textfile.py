"""Tables in text: CSV and its relatives, as people write them.

A small file is walked here, line by line; a large one streams through DuckDB, which reads only the columns asked for.
Where DuckDB meets anything but what it can be sure of the walk decides, so both say the same about the same file and
only one of them has to find words for what is wrong.
"""

from __future__ import annotations

from array import array
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np

from squiggly.errors import DataError
from squiggly.reading.clock import SLASHED, Clock, Moments, day_first, from_whole, past_midnight
from squiggly.reading.columns import Columns, Table, not_a_number, shown, some
from squiggly.reading.dialect import Dialect, dialect
from squiggly.reading.numerals import BLANK, GAPS, Numerals, judged
from squiggly.reading.records import Text, open_text, records

SMALL = 1 << 20  # bytes; up to here walking the lines costs less than starting DuckDB
_LINES = "\x01"  # a delimiter no text file has: DuckDB then gives whole lines


def read_text_file(path: Path) -> Table:
    """A text file as a table: its first lines say how it is laid out, its columns are read when asked for.

    Raises FileError for a file that is empty or no text, DataError for one that could be read in two ways or, once a
    column is read, for a row without a number there.
    """
    text = open_text(path)
    layout = dialect(text)

    def read(names: Sequence[str]) -> tuple[Columns, Sequence[str]]:
        wanted = [layout.columns.index(name) for name in names]
        known = _dated(text, layout, wanted)
        found = _stream(text, known, wanted) if known.plain and path.stat().st_size > SMALL else None
        columns, numerals = (found, known.numerals) if found else _walk(text, known, wanted)
        for i, values in zip(wanted, columns, strict=True):
            _expect_one_day(text, known, i, values)
        return dict(zip(names, columns, strict=True)), [*layout.notes, *numerals.notes()]

    return Table(path.name, layout.columns, read, 1, layout.units, layout.renamed)


def _rows(text: Text, layout: Dialect) -> Generator[tuple[str, list[str]], None, None]:
    """(place in words, cells) of every row. Raises DataError for one with too many or too few cells."""
    n, name = len(layout.columns), text.path.name
    with closing(text.lines()) as every:  # at once, also where a row is wrong
        lines = islice(every, layout.skip, None)
        for row, (line, _, cells) in enumerate(records(text, lines, layout.delimiter, layout.skip), 1):
            place = f"{name} row {row} (line {line})"
            while len(cells) > n and not cells[-1].strip():
                cells.pop()
            if len(cells) != n:
                raise _ragged(place, cells, layout)
            yield place, cells


def _ragged(place: str, cells: list[str], layout: Dialect) -> DataError:
    n, found = len(layout.columns), len(cells)
    only = f" ({shown(cells[0].strip())})" if found == 1 else ""
    wanted = f"{n} {'were' if n > 1 else 'was'} expected: {some(layout.columns)}"
    return DataError(
        f"{place} has {found} cell{'s' * (found != 1)}{only}, {wanted}\n"
        "hint: leave a gap as an empty cell, start lines that are not data with #"
    )


def _walk(text: Text, layout: Dialect, wanted: list[int]) -> tuple[list[np.ndarray | Moments], Numerals]:
    """The columns, line by line; stops at the first row that is wrong and says what is. And how numbers were read."""
    columns = [array("d") for _ in wanted]
    numerals = layout.numerals
    readers = [_Since(clock) if (clock := layout.clocks[i]) else numerals for i in wanted]
    steps = [(values.append, i, reader.number) for values, i, reader in zip(columns, wanted, readers, strict=True)]
    with closing(_rows(text, layout)) as rows:
        for place, cells in rows:
            for append, i, number in steps:
                try:
                    append(number(cells[i]))
                except ValueError:
                    if layout.clocks[i]:
                        raise _no_moment(place, layout, i, cells[i]) from None
                    late = judged([cells[i]], layout.delimiter == ";")
                    if not numerals.decided and late.decided and late != Numerals():  # nothing had shown it before
                        return _walk(text, replace(layout, numerals=late), wanted)
                    raise not_a_number(place, layout.columns[i], cells[i], numerals) from None
    if columns and not columns[0]:
        raise text.no_rows(layout.columns)
    arrays = [np.frombuffer(values) for values in columns]
    found = [
        Moments(values, reader.origin) if isinstance(reader, _Since) else values
        for values, reader in zip(arrays, readers, strict=True)
    ]
    return found, numerals


class _Since:
    """Counts seconds from the first moment it is shown."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.first: int | None = None
        self.origin = ""

    def number(self, cell: str) -> float:
        if cell.strip().lower() in GAPS:
            return float("nan")
        moment, ahead = self.clock.local(cell)
        if self.first is None:
            self.first, self.origin = moment, self.clock.said(moment, ahead)
        return (moment - self.first) / 1_000_000_000  # whole numbers: rounded once


# --- Dates


def _dated(text: Text, layout: Dialect, wanted: list[int]) -> Dialect:
    """The layout with the order of day and month known in every column asked for that writes 03/04/2024."""
    clocks = list(layout.clocks)
    for i in wanted:
        clock = clocks[i]
        if clock is None or clock.style != SLASHED:
            continue
        first = day_first(clock, (cells[i] for _, cells in _rows(text, layout)))
        if first is None:
            seen = next(cells[i] for _, cells in _rows(text, layout) if cells[i].strip().lower() not in GAPS)
            raise DataError(
                f"{text.path.name}: {layout.columns[i]} has dates such as {shown(seen.strip())}, and no number over 12 "
                "says which is the day\nhint: write them as 2024-03-31, or as 31.03.2024"
            )
        clocks[i] = replace(clock, day_first=first)
    return replace(layout, clocks=tuple(clocks))


def _no_moment(place: str, layout: Dialect, i: int, cell: str) -> DataError:
    clock = layout.clocks[i]
    assert clock is not None
    example = clock.style if clock.day_first is not False else "03/31/2024"
    wanted = f"{'a time' if ':' in example else 'a date'} like {example}"
    zone = " with its offset from UTC, as the others have," if clock.zoned else ""
    hint = "write the column in one way" + (", 00:00 to 23:59" if ":" in cell else "")
    return DataError(
        f"{place}: {layout.columns[i]} is {shown(cell.strip())}, {wanted}{zone} was expected\n"
        f"hint: {hint}, or leave the cell empty for a gap"
    )


def _expect_one_day(text: Text, layout: Dialect, i: int, values: np.ndarray | Moments) -> None:
    """Refuse times without a date that pass midnight: the next day is not the same morning."""
    clock = layout.clocks[i]
    row = past_midnight(clock, values) if clock and isinstance(values, Moments) else None
    if row is not None:
        raise DataError(
            f"{text.path.name} row {row + 1}: {layout.columns[i]} falls back by more than 12 hours, past midnight?\n"
            "hint: give the date too, as in 2024-03-31 00:05"
        )


# --- Large files


def _stream(text: Text, layout: Dialect, wanted: list[int]) -> list[np.ndarray | Moments] | None:
    """The columns through DuckDB, or None where it met anything but numbers, moments and gaps."""
    from squiggly.reading.duck import certain, columns_of, connect, literal, quoted

    n, lines = len(layout.columns), layout.delimiter is None
    quote = quoted("" if lines else '"')
    named = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(1 if lines else n))
    absolute, pattern = literal(text.path)
    source = (
        f"read_csv({quoted(pattern)}, columns = {{{named}}}, auto_detect = false, header = false, "
        f"skip = {layout.skip}, delim = {quoted(layout.delimiter or _LINES)}, quote = {quote}, escape = {quote}, "
        f"compression = '{'gzip' if text.packed else 'none'}', hive_partitioning = false"
        f"{', encoding = ' + quoted('latin-1') if text.encoding in ('cp1252', 'latin-1') else ''})"
    )
    cells = [f"c{i}" for i in wanted]
    if lines:  # DuckDB splits at single characters only: take whole lines, split them at runs of blanks
        line = f"trim(coalesce(c0, ''), {quoted(BLANK)})"
        split = f"regexp_split_to_array({line}, '[ \\t\\f\\v]+')"
        comment = f"regexp_matches({line}, '^(#|%|!|//)') AND NOT regexp_matches({line}, '^#[nN]/?[aA]')"
        source = f"(SELECT {split} AS cells, c0 AS line FROM {source} WHERE {line} <> '' AND NOT ({comment}))"
        whole = f"len(cells) = {n} AND NOT contains(line, '\"')"
        cells = [f"CASE WHEN {whole} THEN cells[{i + 1}] ELSE 'ragged' END" for i in wanted]
    elif 0 not in wanted:  # a comment with as many cells as a row looks like one to DuckDB
        cells[0] = f"CASE WHEN ltrim(c0)[1] IN ('#', '%', '!', '/') THEN 'comment' ELSE {cells[0]} END"
    sql = []
    for i, cell in zip(wanted, cells, strict=True):
        clock = layout.clocks[i]
        sure = clock.sql if clock else layout.numerals.sql
        if (part := certain(cell, sure)) is None:
            return None
        sql.append(f"{part} AS v{i}")
    query = f"SELECT {', '.join(sql)} FROM {source}"
    found = columns_of(lambda: connect(absolute, pattern).sql(query), len(wanted))
    if found is None:
        return None
    result: list[np.ndarray | Moments] = []
    for i, values in zip(wanted, found, strict=True):
        clock = layout.clocks[i]
        if clock is None:
            result.append(values)
            continue
        gaps = np.isnan(values)
        if (np.abs(values[~gaps]) >= 2.0**53).any():  # no whole number of microseconds any more
            return None
        result.append(from_whole(values, gaps, 1_000_000, clock))
    return result
