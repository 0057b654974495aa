"""A text file as lines, and lines as records of cells; whatever its encoding, line ends and quotes."""

from __future__ import annotations

import codecs
import csv
import gzip
import re
import zlib
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from squiggly.errors import DataError, FileError
from squiggly.reading.columns import some
from squiggly.reading.numerals import BLANK

SAMPLE = 1 << 16  # bytes that decide how a file is laid out
_COMMENT = ("#", "%", "//", "!")
_NO_COMMENT = ("#n/a", "#na")  # what a spreadsheet writes for a gap
_MARKS = [(codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")]


@dataclass(frozen=True)
class Text:
    """A text file: its lines, and the words for what is wrong with it.

    packed: with gzip.  encoding: utf-8 unless its first bytes are something else; later bytes that do not belong
    are kept as they are, so that they are met only where they stand among numbers.
    """

    path: Path
    packed: bool
    encoding: str

    def lines(self) -> Generator[str, None, None]:
        """The lines with their ends, as they come. Raises FileError where they are not text."""
        try:
            opened = gzip.open if self.packed else open
            with opened(self.path, "rt", encoding=self.encoding, errors="surrogateescape", newline="") as lines:
                yield from lines
        except (UnicodeError, gzip.BadGzipFile, EOFError, zlib.error):
            raise self.not_text() from None
        except OSError as error:
            raise self.unreadable(error) from None

    def unreadable(self, error: OSError) -> FileError:
        return FileError(
            f"{self.path.name} cannot be read: {error.strerror or error}\nhint: check the file's permissions"
        )

    def not_text(self) -> FileError:
        return FileError(f"{self.path.name} is not a text file\nhint: save the table as CSV")

    def no_rows(self, columns: Sequence[str]) -> FileError:
        if not columns:
            return FileError(
                f"{self.path.name} is empty\nhint: it needs a line of column names and a line for each point"
            )
        return FileError(
            f"{self.path.name} has column names but no rows: {some(columns)}\nhint: add a line for each point"
        )


def open_text(path: Path) -> Text:
    """The file, with its encoding found out. Raises FileError where it cannot be opened or is no text."""
    text = Text(path, False, "utf-8")
    try:
        with open(path, "rb") as file:
            text = Text(path, file.read(2) == b"\x1f\x8b", "utf-8")
        with (gzip.open if text.packed else open)(path, "rb") as file:
            sample = file.read(SAMPLE)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise text.not_text() from None
    except OSError as error:
        raise text.unreadable(error) from None
    if sample.startswith(b"PK\x03\x04"):
        raise FileError(f"{path.name} is a workbook or an archive, a table was expected\nhint: save the sheet as CSV")
    return Text(path, text.packed, _encoding(sample))


def _encoding(sample: bytes) -> str:
    """By its mark, by its zeros, as UTF-8 where it can be; else as Western European Windows or Latin-1."""
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            return encoding
    if len(sample) > 3 and (not any(sample[1:64:2]) or not any(sample[0:64:2])):  # UTF-16 without a mark
        return "utf-16-le" if sample[0] else "utf-16-be"
    for encoding in ("utf-8", "cp1252"):
        try:
            codecs.getincrementaldecoder(encoding)().decode(sample)  # a letter cut by the sample's end is none the less
            return encoding
        except UnicodeDecodeError:
            pass
    return "latin-1"


def first_lines(text: Text) -> tuple[list[str], bool]:
    """The lines that decide the layout, and whether they are all there are. Raises FileError where they are no text."""
    lines, size = [], 0
    with closing(text.lines()) as every:
        for line in every:
            lines.append(line)
            size += len(line)
            if size > SAMPLE:
                break
    if any(re.search(r"[\x00-\x08\x0e-\x1f\x7f]", line) for line in lines):
        raise text.not_text()
    return lines, size <= SAMPLE


def is_data(line: str, delimiter: str | None = None) -> bool:
    """Neither blank nor a comment. Tabs alone are a row of gaps where tabs separate."""
    words = line.strip(BLANK)
    if not words:
        return delimiter is not None and delimiter in line
    return not words.startswith(_COMMENT) or words.lower().startswith(_NO_COMMENT)


def commented(line: str) -> str:
    """A comment without its sign."""
    return line.strip(BLANK).lstrip("#%/!")


def records(
    text: Text, lines: Iterable[str], delimiter: str | None, skipped: int = 0
) -> Iterator[tuple[int, int, list[str]]]:
    """(first line, last line, cells) of every record, blank lines and comments left out. Lines count from 1."""
    start, at = 0, skipped

    def data() -> Iterator[str]:
        nonlocal start, at
        for line in lines:
            at += 1
            if is_data(line, delimiter):
                start = start or at
                yield line

    if delimiter is None:
        for line in data():
            cells = line.split()
            quoted = len(cells) > 0 and '"' in line
            yield at, at, [cell.strip('"') for cell in cells] if quoted else cells
            start = 0
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
