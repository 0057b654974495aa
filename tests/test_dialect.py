"""Text tables as people have them: what is understood, what is said about it, what is refused; walked and streamed."""

from __future__ import annotations

import gzip
import math
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import squiggly as sq
from squiggly.errors import DataError, FormulaError, SquigglyError
from squiggly.reading import textfile
from squiggly.reading.tables import open_table

SAME_EVERY_RUN = settings(
    derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(params=["walked", "through DuckDB"])
def way(request, monkeypatch):
    """Both ways to read a text file; the size of the file chooses between them otherwise."""
    if request.param == "through DuckDB":
        monkeypatch.setattr(textfile, "SMALL", -1)
    return request.param


def write(folder: Path, text: str | bytes, encoding: str = "utf-8") -> Path:
    path = folder / "decay.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def read(folder: Path, text: str | bytes, encoding: str = "utf-8") -> tuple[dict[str, list[float]], tuple[str, ...]]:
    table = open_table(write(folder, text, encoding))
    columns, notes = table.explained(table.columns)
    return {name: values.tolist() for name, values in columns.items()}, notes


def said(folder: Path, text: str | bytes, encoding: str = "utf-8") -> str:
    with pytest.raises(SquigglyError) as caught:
        read(folder, text, encoding)
    return str(caught.value)


COMMAS = "decimal commas: 1,5 is 1.5"
LATIN = "not UTF-8: read as Latin-1 (Windows-1252)"
EXPECTED = {"t": [0.0, 0.5, 1.0], "y": [5.25, 3.125, 2.0]}
LAYOUTS = {
    "semicolons and commas": ("t;y\n0;5,25\n0,5;3,125\n1;2\n", (COMMAS,)),
    "tabs and commas": ("t\ty\n0\t5,25\n0,5\t3,125\n1\t2\n", (COMMAS,)),
    "blanks and commas": ("t  y\n0 5,25\n0,5 3,125\n1,0 2,0\n", (COMMAS,)),
    "bars and commas": ("t | y\n0 | 5,25\n0,5 | 3,125\n1 | 2\n", (COMMAS,)),
    "quoted commas": ('t,y\n0,"5,25"\n"0,5","3,125"\n1,2\n', (COMMAS,)),
    "what Excel writes": ("sep=;\r\nt;y\r\n0;5,25\r\n0,5;3,125\r\n1;2\r\n", (COMMAS,)),
    "a separator that only the first line tells": ("sep=,\nt,y\n0,5.25\n0.5,3.125\n1,2\n", ()),
    "a row of units": ("t;y\ns;mV\n0;5.25\n0.5;3.125\n1;2\n", ("units: t in s, y in mV",)),
    "units in brackets": ("t,y\n[furlongs],(mV)\n0,5.25\n0.5,3.125\n1,2\n", ("units: t in furlongs, y in mV",)),
    "a unit for one column only": ("t,y\n,mV\n0,5.25\n0.5,3.125\n1,2\n", ("units: y in mV",)),
    "lines above the table": (
        "Instrument;X 200\nSerial;12345\n\nt;y\n(s);(mV)\n0;5,25\n0,5;3,125\n1;2\n",
        ("2 lines above the table skipped", COMMAS, "units: t in s, y in mV"),
    ),
    "a title above the table": (
        "Measured on a Monday\nt,y\n0,5.25\n0.5,3.125\n1,2\n",
        ("1 line above the table skipped",),
    ),
    "comments of other programs": ("! f77\n// c\nt y\n0 5.25\n// more\n0.5 3.125\n! end\n1 2\n", ()),
    "powers as Fortran writes them": ("t y\n0.0D+00 5.25D0\n5.0d-01 0.3125D+01\n1.D0 2.0D+0\n", ()),
    "a typographic minus": ("t,y\n\u22120,5.25\n0.5,3.125\n1,2\n", ()),
    "empty columns at the end": ("t;y;;\n0;5.25;;\n0.5;3.125;;\n1;2;;\n", ()),
    "old line ends": ("t;y\r0;5,25\r0,5;3,125\r1;2\r", (COMMAS,)),
}


@pytest.mark.parametrize("text, notes", LAYOUTS.values(), ids=LAYOUTS)
def test_a_table_is_understood_and_what_could_be_otherwise_is_said(tmp_path, way, text, notes):
    assert read(tmp_path, text) == (EXPECTED, notes)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"])
@pytest.mark.parametrize("packed", [False, True])
def test_a_table_is_read_in_the_encoding_it_has(tmp_path, way, encoding, packed):
    text = "t;Größe (µV)\n0;5,25\n0,5;3,125\n1;2\n".encode(encoding)
    columns, notes = read(tmp_path, gzip.compress(text) if packed else text)
    assert columns == {"t": EXPECTED["t"], "Größe (µV)": EXPECTED["y"]}
    assert notes == ((LATIN, COMMAS) if encoding in ("cp1252", "latin-1") else (COMMAS,))


def test_a_letter_that_is_no_utf8_late_in_a_column_of_words_does_no_harm(tmp_path, way):
    text = b"t,y,note\n" + b"1,2,a\n" * 20_000 + b"3,4,\xb5V\n"
    table = open_table(write(tmp_path, text))
    assert table.read(["t", "y"])["y"][-1] == 4


# ------------------------------------------------------------------------------------------ decimals and thousands


THOUSANDS = {
    "points and commas": ("t;y\n1;1.234,5\n2;12.345,0\n", [1234.5, 12345.0]),
    "commas and points": ('t,y\n1,"1,234.5"\n2,"12,345"\n', [1234.5, 12345.0]),
    "twice": ("t\ty\n1\t1,234,567\n2\t1,234\n", [1234567.0, 1234.0]),
    "blanks": ("t;y\n1;1 234,5\n2;12 345\n", [1234.5, 12345.0]),
    "narrow blanks": ("t;y\n1;1\u202f234,5\n2;12\u00a0345\n", [1234.5, 12345.0]),
    "apostrophes": ("t;y\n1;1'234.5\n2;12'345\n", [1234.5, 12345.0]),
}


@pytest.mark.parametrize("text, expected", THOUSANDS.values(), ids=THOUSANDS)
def test_marked_thousands_are_read_where_they_can_mean_nothing_else(tmp_path, way, text, expected):
    assert read(tmp_path, text)[0]["y"] == expected


@pytest.mark.parametrize(
    "text", ['t,y\n1,"1,234"\n2,"5,678"\n', "t\ty\n1\t1,234\n2\t5,678\n", "t y\n1 1,234\n2 5,678\n"]
)
def test_what_could_be_a_decimal_or_thousands_is_refused(tmp_path, way, text):
    assert said(tmp_path, text) == (
        'decay.csv row 1 (line 2): y is "1,234", a number was expected\n'
        "hint: it could be 1.234 or 1234: write it as one of these"
    )


def test_between_semicolons_the_comma_marks_decimals(tmp_path, way):
    assert read(tmp_path, "t;y\n1;1,234\n2;5,678\n") == ({"t": [1, 2], "y": [1.234, 5.678]}, (COMMAS,))


def test_unproven_thousands_beside_decimal_commas_are_refused(tmp_path, way):
    assert said(tmp_path, "t;y\n1;0,5\n2;1.234\n").startswith('decay.csv row 2 (line 3): y is "1.234"')


def test_the_first_number_that_shows_decimals_decides_however_late_it_comes(tmp_path, way):
    text = "t;y\n" + "".join(f"{i};{i}\n" for i in range(20_000)) + "20000;0,5\n"
    columns, notes = read(tmp_path, text)
    assert (columns["y"][-1], columns["y"][7], notes) == (0.5, 7.0, (COMMAS,))


@pytest.mark.parametrize(
    "cell, hint",
    [
        ("12 %", "leave out the sign in every row; it goes into the column's name, as in `y (%)`"),
        ("5 mV", "write the number alone; a unit goes into the column's name, as in `y (mV)`"),
        ("5.1°C", "write the number alone; a unit goes into the column's name, as in `y (mV)`"),
        ("$ 5", "write the number alone; a unit goes into the column's name, as in `y (mV)`"),
        ("five", "correct it, or leave the cell empty for a gap"),
    ],
)
def test_a_cell_that_is_no_number_is_named_with_what_to_do(tmp_path, way, cell, hint):
    assert said(tmp_path, f"t,y\n0,1.5\n1,{cell}\n2,2.5\n3,3.5\n") == (
        f'decay.csv row 2 (line 3): y is "{cell}", a number was expected\nhint: {hint}'
    )


@pytest.mark.parametrize("gap", ["", "NA", "N/A", "nan", "NaN", "null", "None", "NaT", "<NA>", "#N/A"])
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_what_programs_write_for_a_gap_is_a_gap(tmp_path, way, gap, delimiter):
    y = read(tmp_path, delimiter.join(["t", "y"]) + f"\n{gap}{delimiter}1\n2{delimiter}{gap}\n3{delimiter}5\n")[0]
    assert [math.isnan(v) for v in (*y["t"], *y["y"])] == [True, False, False, False, True, False]


# ----------------------------------------------------------------------------------- what stands above and below


def test_two_lines_that_could_be_the_names_are_refused(tmp_path):
    assert said(tmp_path, "Zeit;Signal\nSekunden;Spannung\n0;1\n1;2\n") == (
        'decay.csv has two lines of text above its numbers, on lines 1 and 2: "Zeit, Signal" and "Sekunden, Spannung"; '
        "one line of names was expected\n"
        "hint: start the line that is not the names with #; units are written like (s), (mV)"
    )


def test_text_in_the_first_rows_is_no_header(tmp_path, way):
    assert said(tmp_path, "t,y\n0,bad\n1,2\n2,3\n").startswith('decay.csv row 1 (line 2): y is "bad"')


def test_names_too_few_for_the_columns_are_refused(tmp_path, way):
    assert said(tmp_path, "t,y\n0,1,2\n1,2,3\n").startswith(
        "decay.csv row 1 (line 2) has 3 cells, 2 were expected: t, y"
    )


@pytest.mark.parametrize("footer, words", [("Total,17", 't is "Total"'), ("End of data", '1 cell ("End of data")')])
def test_a_line_below_the_table_is_refused_with_its_row(tmp_path, way, footer, words):
    message = said(tmp_path, f"t,y\n0,1\n1,2\n2,3\n{footer}\n")
    assert message.startswith("decay.csv row 4 (line 5)") and words in message


def test_names_with_blanks_between_blanks_keep_their_units(tmp_path, way):
    assert list(read(tmp_path, "time (s)   signal (mV)\n0   1\n1   2\n")[0]) == ["time (s)", "signal (mV)"]


def test_a_comment_with_as_many_cells_as_a_row_is_no_row(tmp_path, way):
    table = open_table(write(tmp_path, "t,y\n0,1\n# skipped,7\n1,2\n"))
    assert table.read(["y"])["y"].tolist() == [1, 2]


# ------------------------------------------------------------------------------------------------ dates and times


TIMES = {
    "ISO": ("2024-03-01 12:00:00\n2024-03-01 13:30:00\n2024-03-01 16:00:00", [0, 1.5, 4], "hours since 2024-03-01 12:00:00"),
    "ISO with T and parts of a second": ("2024-03-01T12:00:00.25\n2024-03-01T12:00:01\n2024-03-01T12:00:05.25", [0, 0.75, 5], "seconds since 2024-03-01 12:00:00.25"),
    "days": ("2024-02-28\n2024-03-01\n2024-03-10", [0, 2, 11], "days since 2024-02-28"),
    "with points": ("28.02.2024\n01.03.2024\n10.03.2024", [0, 2, 11], "days since 2024-02-28"),
    "with points and times": ("28.02.2024 00:00\n28.02.2024 00:30\n28.02.2024 02:00", [0, 30, 120], "minutes since 2024-02-28"),
    "American": ("02/28/2024\n03/01/2024\n03/10/2024", [0, 2, 11], "days since 2024-02-28"),
    "British": ("28/02/2024\n01/03/2024\n10/03/2024", [0, 2, 11], "days since 2024-02-28"),
    "with names of months": ("28 Feb 2024\n1 Mar 2024\n10 March 2024", [0, 2, 11], "days since 2024-02-28"),
    "by the clock": ("12:00\n12:30\n14:00", [0, 30, 120], "minutes since 12:00:00"),
    "a stopwatch": ("99:59:58\n100:00:00.5\n100:00:01", [0, 2.5, 3], "seconds since 99:59:58"),
    "noon and midnight": ("2024-03-01 12:00 AM\n2024-03-01 12:00 PM\n2024-03-01 6:00 PM", [0, 12, 18], "hours since 2024-03-01"),
    "an offset that changes": ("2024-03-31T00:00:00+01:00\n2024-03-31T03:00:00+02:00\n2024-03-31T06:00:00+02:00", [0, 2, 5], "hours since 2024-03-31 00:00:00+01:00"),
    "by UTC": ("2024-03-31T00:00:00Z\n2024-03-31T03:00:00Z\n2024-03-31T06:00:00Z", [0, 3, 6], "hours since 2024-03-31 00:00:00+00:00"),
}  # fmt: skip


@pytest.mark.parametrize("cells, expected, words", TIMES.values(), ids=TIMES)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_moments_are_counted_from_the_first_row(tmp_path, way, cells, expected, words, delimiter):
    columns, notes = read(
        tmp_path, f"t{delimiter}y\n" + "".join(f"{cell}{delimiter}1.5\n" for cell in cells.split("\n"))
    )
    assert columns["t"] == expected and notes == (f"t: {words}",)


@pytest.mark.parametrize(
    "seconds, unit",
    [(179, "seconds"), (180, "minutes"), (3 * 3600 - 1, "minutes"), (3 * 3600, "hours"), (3 * 86400 - 1, "hours"), (3 * 86400, "days")],
)  # fmt: skip
def test_the_unit_is_the_largest_of_which_there_are_three(seconds, unit):
    t = np.datetime64("2024-03-01", "s") + np.array([0, seconds])
    columns, [note] = open_table({"t": t}).explained(["t"])
    size = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}[unit]
    assert columns["t"].tolist() == [0, seconds / size] and note == f"t: {unit} since 2024-03-01"


def test_a_day_that_could_be_a_month_is_refused(tmp_path, way):
    assert said(tmp_path, "t,y\n01/03/2024,1\n02/03/2024,2\n") == (
        'decay.csv: t has dates such as "01/03/2024", and no number over 12 says which is the day\n'
        "hint: write them as 2024-03-31, or as 31.03.2024"
    )


@pytest.mark.parametrize(
    "cells, row, wanted",
    [
        ("2024-03-01\n2024-03-02\n2024-02-30", 3, "a date like 2024-03-31"),
        ("13/01/2024\n14/01/2024\n01/14/2024", 3, "a date like 31/03/2024"),
        ("01/13/2024\n01/14/2024\n14/01/2024", 3, "a date like 03/31/2024"),
        (
            "2024-03-01T00:00Z\n2024-03-01T01:00Z\n2024-03-01T02:00",
            3,
            "a date like 2024-03-31 with its offset from UTC",
        ),
        ("12:00\n12:61\n12:02\n12:03", 2, "a time like 12:30:05"),
        ("2024-03-01\nlater\n2024-03-03", 2, "a date like 2024-03-31"),
    ],
)
def test_a_moment_that_is_none_is_refused_with_its_row(tmp_path, way, cells, row, wanted):
    message = said(tmp_path, "t,y\n" + "".join(f"{cell},1.5\n" for cell in cells.split("\n")))
    assert message.startswith(f"decay.csv row {row} (line {row + 1}): t is ") and wanted in message


def test_a_time_without_a_date_that_passes_midnight_is_refused(tmp_path, way):
    assert said(tmp_path, "t,y\n23:50,1\n23:55,2\n00:00,3\n") == (
        "decay.csv row 3: t falls back by more than 12 hours, past midnight?\n"
        "hint: give the date too, as in 2024-03-31 00:05"
    )


@given(
    moments=st.lists(st.datetimes(datetime(1000, 1, 1)), min_size=2, max_size=8),
    form=st.sampled_from(["%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S", "%d.%m.%Y %H:%M:%S,%f", "%Y/%m/%d %H:%M"]),
)
@SAME_EVERY_RUN
def test_any_moment_is_as_far_from_the_first_as_the_calendar_says(tmp_path, way, moments, form):
    cells = [moment.strftime(form) for moment in moments]
    truth = [datetime.strptime(cell, form) for cell in cells]
    columns, [note] = read(tmp_path, "t;y\n" + "".join(f"{cell};1\n" for cell in cells))
    size = {"days": 86400, "hours": 3600, "minutes": 60, "seconds": 1}[note.split()[1]]
    micro = [(moment - truth[0]).days * 86_400_000_000 + (moment - truth[0]).seconds * 1_000_000 + (moment - truth[0]).microseconds for moment in truth]  # fmt: skip
    assert columns["t"] == [m / 1_000_000 / size for m in micro]


@pytest.mark.parametrize("module", ["pandas", "polars", "pyarrow"])
def test_moments_in_frames_are_counted_too(module):
    library = pytest.importorskip(module)
    make = library.table if module == "pyarrow" else library.DataFrame
    t = [datetime(2024, 3, 1, 12), datetime(2024, 3, 1, 14), datetime(2024, 3, 1, 18, 30)]
    frame = make({
        "t": t, "z": [m.replace(tzinfo=timezone(timedelta(hours=1))) for m in t], "d": [m.date() for m in t],
        "w": [f"{m:%Y-%m-%d %H:%M}" for m in t], "l": [m - t[0] for m in t], "y": [1, 2, 3],
    })  # fmt: skip
    columns, notes = open_table(frame).explained(["t", "z", "w", "l", "y"])
    assert all(columns[name].tolist() == [0, 2, 6.5] for name in "tzwl")
    assert columns["y"].tolist() == [1, 2, 3]
    assert notes == (
        "t: hours since 2024-03-01 12:00:00", "z: hours since 2024-03-01 11:00:00+00:00",
        "w: hours since 2024-03-01 12:00:00", "l: durations in hours",
    )  # fmt: skip


def test_moments_in_memory_are_counted_and_gaps_stay_gaps():
    t = [datetime(2024, 3, 1, 12), None, datetime(2024, 3, 1, 18)]
    for values in (t, np.array(t, "M8[ns]"), [m and m.replace(tzinfo=UTC) for m in t]):
        columns, notes = open_table({"t": values}).explained(["t"])
        assert np.array_equal(columns["t"], [0, np.nan, 6], equal_nan=True)
        assert notes == ("t: hours since 2024-03-01 12:00:00",)
    assert open_table({"t": [date(2024, 3, 1), date(2024, 3, 8)]}).read(["t"])["t"].tolist() == [0, 7]
    assert open_table({"t": [timedelta(0), timedelta(hours=5)]}).read(["t"])["t"].tolist() == [0, 5]


def test_nanoseconds_are_not_lost():
    t = np.datetime64("2024-03-01T12:00:00.000000001", "ns") + np.array([0, 1, 7])
    assert open_table({"t": t}).read(["t"])["t"].tolist() == [0, 1e-9, 7e-9]


def test_times_in_parquet_are_counted(tmp_path):
    duckdb = pytest.importorskip("duckdb")
    query = "SELECT DATE '2024-03-01' + range::INT AS d, TIME '12:00' + to_minutes(range) AS t, 1 AS y FROM range(7)"
    duckdb.sql(query).write_parquet(str(tmp_path / "a.parquet"))
    columns, notes = open_table(tmp_path / "a.parquet").explained(["d", "t"])
    assert columns["d"].tolist() == columns["t"].tolist() == list(range(7))
    assert notes == ("d: days since 2024-03-01", "t: minutes since 12:00:00")


def test_what_was_understood_reaches_the_printed_fit_and_its_file(tmp_path):
    path = write(tmp_path, "t;y\n2024-03-01;1,5\n2024-03-02;2,5\n2024-03-05;5,5\n2024-03-08;8,25\n")
    fit = sq.fit("y = a*t + b", path)
    assert "\ndecimal commas: 1,5 is 1.5\nt: days since 2024-03-01\n" in str(fit)
    fit.save(tmp_path / "fit.json")
    assert str(sq.load(tmp_path / "fit.json")) == str(fit)
    assert sq.fit("y = a*t", fit.points).points.notes == fit.points.notes


# --------------------------------------------------------------------------------------------- any dialect at all


@given(data=st.data())
@SAME_EVERY_RUN
def test_any_table_in_any_dialect_round_trips_exactly(tmp_path, way, data):
    draw = data.draw
    delimiter, decimal = draw(st.sampled_from([(",", "."), (";", "."), (";", ","), ("\t", "."), ("\t", ","), ("|", ","), ("  ", "."), ("  ", ",")]))  # fmt: skip
    n, end = draw(st.integers(2, 4)), draw(st.sampled_from(["\n", "\r\n", "\r"]))
    rows = draw(st.lists(st.lists(st.floats(-1e9, 1e9), min_size=n, max_size=n), min_size=2, max_size=9))
    names, units = [f"c{i}" for i in range(n)], ["s", "mV", "(K)", "[a]"][:n]
    quote = draw(st.booleans()) and delimiter != "  "
    tail = delimiter if draw(st.booleans()) and delimiter != "  " else ""
    body = [[repr(v).replace(".", decimal) for v in row] for row in rows]
    body.append(["0" + decimal + "25"] * n)  # one cell that shows the decimals
    lines = [names] + ([units] if draw(st.booleans()) else []) + body
    text = [delimiter.join(f'"{cell}"' if quote else cell for cell in line) + tail for line in lines]
    text = (
        draw(st.sampled_from([[], ["# a comment"], ["", ""], [f"sep={delimiter[0]}"] if delimiter != "  " else []]))
        + text
    )
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
    columns, notes = read(tmp_path, end.join(text) + draw(st.sampled_from(["", end])), encoding)
    assert list(columns) == names
    assert [list(row) for row in zip(*columns.values(), strict=True)] == [*rows, [0.25] * n]
    assert (COMMAS in notes) == (decimal == ",")


PIECES = [
    "1", "2,5", "2.5", "1.234", "1,234", "1.234,5", "1 234", "1.5D+03", "x", "s", "(mV)", "NA", "#N/A", "5 %", "\u2212",
    "2024-03-01", "01.03.2024", "03/04/2024", "13/04/2024", "12:30", "00:10", "T12:00:00Z", "+01:00", " ",
    ",", ",", ";", ";", "\t", " ", "|", "\n", "\n", "\n", "\r", '"', "#", "//", "!", "sep=;\n", "t;y\n", "t,y\n", "\ufeff", "µ", "'",
]  # fmt: skip


@given(pieces=st.lists(st.sampled_from(PIECES), max_size=40), encoding=st.sampled_from(["utf-8", "cp1252", "utf-16"]))
@settings(SAME_EVERY_RUN, max_examples=400)
def test_both_ways_give_the_same_answer_to_the_oddest_file(tmp_path, pieces, encoding):
    text = "".join(pieces).encode(encoding, "replace")
    answers = []
    for small in (textfile.SMALL, -1):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(textfile, "SMALL", small)
            try:
                answers.append(repr(read(tmp_path, text)))
            except SquigglyError as error:
                assert "hint: " in str(error)
                answers.append(str(error))
    assert answers[0] == answers[1]


# --------------------------------------------------------------------------------- names, as a formula writes them


X, Y = [0.0, 1.0, 2.0, 3.0], [1.0, 3.0, 5.0, 7.5]


@pytest.mark.parametrize(
    "column, formula",
    [
        ("my col (mV)", "y = a*`my col (mV)` + b"), ("exp", "y = a*exp + b"), ("exp", "y = a*exp(exp/9) + b"),
        ("e", "y = a*e + b"), ("pi", "y = a*pi + b"), ("1", "y = a*`1` + b"), ("and", "y = a*`and` + b"),
        (" x ", "y = a*x + b"), ("a`b", "y = c*`a'b` + b"), ("t\n(s)", "y = a*`t (s)` + b"), ("", "y = a*column1 + b"),
        ("Δt", "y = a*Δt + b"), ("\u00b5", "y = a*\u03bc + b"), ("e\u0301", "y = a*\u00e9 + b"), ("x²", "y = a*`x²` + b"),
    ],
)  # fmt: skip
def test_every_name_can_be_written(column, formula):
    fit = sq.fit(formula, {column: X, "y": Y})
    assert len(fit.points.inputs) == 1 and len(fit.parameters) == 2


@pytest.mark.parametrize(
    "column, formula, hint",
    [
        ("my col (mV)", "y = a*my col (mV) + b", "a column with an odd name goes in backticks: `my col (mV)`"),
        ("my col (mV)", "y = a*my_col + b", "write `my col (mV)`, or say that my_col is a parameter: parameters=[\"my_col\"] (--parameter my_col)"),
        ("my-col", "y = a*my-col + b", "write `my-col`, or say that my is a parameter: parameters=[\"my\"] (--parameter my)"),
        ("Counts", "y = a*counts + b", "write Counts, or say that counts is a parameter: parameters=[\"counts\"] (--parameter counts)"),
        ("time [s]", "y = a*time + b", "write `time [s]`, or say that time is a parameter: parameters=[\"time\"] (--parameter time)"),
        ("U(V)", "y = a*U(V) + b", "a column with an odd name goes in backticks: `U(V)`"),
        ("I [mA]", "y = a*I [mA] + b", "a column with an odd name goes in backticks: `I [mA]`"),
    ],
)  # fmt: skip
def test_a_name_written_wrong_is_met_with_the_text_to_write(column, formula, hint):
    with pytest.raises(FormulaError) as caught:
        sq.fit(formula, {column: X, "y": Y})
    assert str(caught.value).endswith("\nhint: " + hint)


def test_a_left_side_that_is_almost_a_column_is_met_with_the_text_to_write():
    with pytest.raises(SquigglyError, match="hint: did you mean `Signal \\(mV\\)`\\?"):
        sq.fit("signal = a*x + b", {"x": X, "Signal (mV)": Y})


def test_columns_of_a_dict_that_read_alike_are_both_kept():
    assert open_table({1: X, "1": Y}).read(["1", "1_2"]) == {"1": X, "1_2": Y}


def test_a_column_with_a_difference_in_its_name_may_still_be_a_difference():
    fit = sq.fit("y = a*(p-q) + b", {"p": X, "q": [1.0, 0.0, 2.0, 1.0], "p-q": Y, "y": Y})
    assert set(fit.points.inputs) == {"p", "q"}


def test_a_ragged_row_is_a_data_error(tmp_path, way):
    with pytest.raises(DataError):
        read(tmp_path, "t,y\n1,2\n3\n4,5\n")
