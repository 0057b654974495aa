"""How a text file is laid out, found out from its first lines: separator, names, units, decimals, dates.

Everything is decided here once, for the file or for a column, and what could be otherwise is said in `notes`. A cell
that does not fit is then refused where it is read; no cell is read in a way of its own.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from squiggly.errors import DataError
from squiggly.reading.clock import Clock, clock_for, is_moment
from squiggly.reading.naming import readable, unique
from squiggly.reading.numerals import BLANK, GAPS, Numerals, judged, numeric, plainly
from squiggly.reading.records import Text, commented, first_lines, is_data, records
from squiggly.reading.unitrow import is_units

LOOKED_AT = 400  # lines, at most, that decide
_SEP = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
Record = tuple[int, int, list[str]]  # first line, last line, cells


@dataclass(frozen=True)
class Dialect:
    """How a text file is laid out.

    delimiter: one character, or None where any run of blanks separates.  skip: lines before the first row.
    columns, renamed, units: as in Table.  numerals: for the file.  clocks: for each column, None for numbers.
    notes: what was understood and could be otherwise, as sentences.
    plain: nothing in the lines before the first row on which DuckDB and the walk could disagree.
    """

    delimiter: str | None
    columns: tuple[str, ...]
    renamed: Mapping[str, str]
    units: Mapping[str, str]
    skip: int
    numerals: Numerals
    clocks: tuple[Clock | None, ...]
    notes: tuple[str, ...]
    plain: bool


@dataclass(frozen=True)
class _Head:
    """What stands above the first row: names, units, and lines that are neither.

    start: which record is the first row.  names: None where there are none.
    """

    start: int
    names: list[str] | None
    units: list[str] | None = None
    above: int = 0


def dialect(text: Text) -> Dialect:
    """The layout of a text file. Raises FileError for an empty one, DataError where it could be read in two ways."""
    lines, whole = first_lines(text)
    sep = next((match for line in lines[:1] if (match := _SEP.fullmatch(line.strip(BLANK)))), None)
    first = 1 if sep else 0
    data = [line for line in lines[first:] if is_data(line)][:LOOKED_AT]
    delimiter = sep[1] if sep else _delimiter(data)
    found = list(islice(records(text, lines[first:], delimiter, first), LOOKED_AT))
    if not found:
        raise text.no_rows(())
    head = _head(text, found, delimiter)
    if head.start == len(found):
        if whole:
            raise text.no_rows([cell.strip() for cell in head.names or []])
        rows: list[list[str]] = []
    else:
        rows = [cells for _, _, cells in found[head.start :]]
    skip = found[head.start - 1][1] if head.names is not None else found[head.start][0] - 1
    width = _used_width(rows)
    if head.names is None:
        comments = [line for line in lines[:skip] if line.strip(BLANK) and not is_data(line)]
        names = _commented(comments, delimiter, width)
    else:
        names = [cell.strip() for cell in head.names]
        while len(names) > max(1, width) and not names[-1] and any(names):  # `t,counts,` has two columns
            names.pop()
    columns, renamed = unique(readable(names))
    cells = [[row[i] for row in rows if i < len(row)] for i in range(len(columns))]
    clocks = tuple(map(clock_for, cells))
    numbers = [cell for column, clock in zip(cells, clocks) if clock is None for cell in column]
    named = found[head.above : head.start]
    quoted = [
        line for i, line in enumerate(lines[:skip], 1) if '"' in line and i not in {start for start, _, _ in named}
    ]
    plain = not quoted and all(start == last for start, last, _ in named)
    return Dialect(
        delimiter,
        columns,
        renamed,
        {name: unit for name, unit in zip(columns, _bare_units(head.units)) if unit},
        skip,
        judged(numbers, delimiter == ";"),
        clocks,
        _notes(text, head),
        plain
        and text.encoding in ("utf-8", "utf-8-sig", "cp1252", "latin-1")
        and (len(columns) > 1 or delimiter is None),  # to DuckDB a blank line is a row where one column is
    )


def _notes(text: Text, head: _Head) -> tuple[str, ...]:
    notes = []
    if text.encoding in ("cp1252", "latin-1"):
        notes.append("not UTF-8: read as Latin-1 (Windows-1252)")
    if head.above:
        notes.append(f"{head.above} line{'s' * (head.above > 1)} above the table skipped")
    return tuple(notes)


# --- What separates cells


def _delimiter(lines: list[str]) -> str | None:
    """What splits the lower half of the lines into equally many cells, most of them numbers.

    Of equals the first of tab ; | , blanks. Where nothing is a number, what most lines have.
    """
    lower = lines[len(lines) // 2 :]
    best: tuple[tuple[float, float], str | None] = ((0.0, 0.0), None)
    for delimiter in ("\t", ";", "|", ",", None):
        if delimiter is not None and not any(delimiter in line for line in lower):
            continue
        rows = [_split(line, delimiter) for line in lower]
        [(width, count), *_] = Counter(map(len, rows)).most_common(1) or [(0, 0)]
        if width < 2:
            continue
        cells = [cell for row in rows if len(row) == width for cell in row if cell.strip(BLANK).lower() not in GAPS]
        share = sum(plainly(cell, delimiter) or is_moment(cell) for cell in cells) / max(1, len(cells))
        score = (round(share * count / len(rows), 6), count / len(rows))
        if score > best[0]:
            best = (score, delimiter)
    if best[0][0] or best[0][1] == 1.0:
        return best[1]
    most = max("\t;|,", key=lambda delimiter: sum(delimiter in line for line in lines))
    return most if 2 * sum(most in line for line in lines) > len(lines) else best[1]


def _split(line: str, delimiter: str | None) -> list[str]:
    if delimiter is None:
        return line.split()
    line = line.rstrip("\r\n")
    if '"' not in line:
        return line.split(delimiter)
    return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])


# --- What stands above the first row


def _head(text: Text, found: list[Record], delimiter: str | None) -> _Head:
    rows = [[cell.strip() for cell in cells] for _, _, cells in found]
    body = rows[len(rows) // 2 :]
    width = _trimmed(Counter(map(len, body)).most_common(1)[0][0], body)
    columns = [c for c in range(width) if _mostly_numbers([row[c] for row in body if c < len(row)])]
    first = next((i for i, row in enumerate(rows) if columns and _is_row(row, columns, width)), 0)
    if not first:
        header = any(not _fits(cell) for cell in rows[0])
        return _Head(1, rows[0]) if header else _Head(0, None)
    named = first - 1
    while named >= 0 and _width(rows[named]) == width and not _all_text(rows[named]):
        named -= 1
    if named < 0 or not _all_text(rows[named]) or _width(rows[named]) != width:
        return _unnamed(rows, first, width, found[first - 1][2], delimiter)
    units = named == first - 1 and named and _all_text(rows[named - 1]) and _width(rows[named - 1]) == width
    if not units:
        return _Head(named + 1, rows[named], None, named)
    if is_units(rows[named]):
        return _Head(named + 1, rows[named - 1], rows[named], named - 1)
    if named > 1:
        return _Head(named + 1, rows[named], None, named)
    raise DataError(
        f"{text.path.name} has two lines of text above its numbers, on lines {found[0][0]} and {found[1][0]}: "
        f"{_line(rows[0])} and {_line(rows[1])}; one line of names was expected\n"
        "hint: start the line that is not the names with #; units are written like (s), (mV)"
    )


def _unnamed(rows: list[list[str]], first: int, width: int, above: list[str], delimiter: str | None) -> _Head:
    """No line of names as wide as the table: names with blanks in them, titles only, or something to refuse."""
    if delimiter is None and len(above) > width:
        wide = [cell for cell in re.split(r"\s{2,}|\t", "  ".join(_rejoined(above))) if cell]
        if len(wide) == width:
            return _Head(first, wide, None, first - 1)
    if width > 1 and all(_width(row) < 2 for row in rows[:first]):
        return _Head(first, None, None, first)
    return _Head(1, rows[0])


def _rejoined(words: list[str]) -> list[str]:
    """Words of a line of names, each unit in brackets put back to its name: time (s) voltage (mV)."""
    names: list[str] = []
    for word in words:
        if names and re.match(r"[(\[]", word):
            names[-1] += " " + word
        else:
            names.append(word)
    return names


def _line(cells: Sequence[str]) -> str:
    line = ", ".join(cells)
    return f'"{line if len(line) <= 40 else line[:39] + "…"}"'


def _width(row: list[str]) -> int:
    """How many cells a row has, empty ones at its end left out."""
    return max((i for i, cell in enumerate(row, 1) if cell), default=0)


def _trimmed(width: int, body: list[list[str]]) -> int:
    """The width of the table without columns at its end that are empty in every row."""
    return max((_width(row) for row in body if len(row) == width), default=width) or width


def _used_width(rows: list[list[str]]) -> int:
    usual = Counter(map(len, rows)).most_common(1)
    return _trimmed(usual[0][0], [[cell.strip() for cell in row] for row in rows]) if usual else 0


def _mostly_numbers(cells: list[str]) -> bool:
    cells = [cell for cell in cells if cell.lower() not in GAPS]
    return 0 < len(cells) <= 2 * sum(_is_value(cell) for cell in cells)


def _is_row(row: list[str], columns: list[int], width: int) -> bool:
    cells = [row[c] for c in columns if c < len(row)]
    right = len(row) >= width >= _width(row) or _width(row) == width
    return right and all(map(_fits, cells)) and any(_is_value(cell) for cell in cells)


def _is_value(cell: str) -> bool:
    return numeric(cell) or is_moment(cell)


def _fits(cell: str) -> bool:
    return cell.lower() in GAPS or _is_value(cell)


def _all_text(row: list[str]) -> bool:
    return any(row) and not any(_is_value(cell) for cell in row)


def _commented(comments: list[str], delimiter: str | None, n: int) -> list[str]:
    """Names from the last comment before the data, where it has one word for each column: `#   x   y`."""
    line = commented(comments[-1]) if comments else ""
    for words in (line.split(delimiter), re.split(r"\s{2,}|\t", line.strip(BLANK)), line.split()):
        named = len(set(words)) == n and all(re.search(r"\w", word) for word in words)
        if len(words) == n and named and not all(map(numeric, words)):
            return [word.strip() for word in words]
    return [""] * n


def _bare_units(units: list[str] | None) -> list[str]:
    return [re.sub(r"^[(\[<](.*)[)\]>]$", r"\1", unit) if unit != "-" else "" for unit in units or []]
