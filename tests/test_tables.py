from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from squiggly.errors import DataError, FileError, SquigglyError
from squiggly.points import Points
from squiggly.reading import duck, textfile
from squiggly.reading.tables import open_table

NAN = float("nan")
SAME_EVERY_RUN = settings(
    derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(params=["walked", "through DuckDB"])
def way(request, monkeypatch):
    """Both ways to read a text file; the size of the file chooses between them otherwise."""
    if request.param == "through DuckDB":
        monkeypatch.setattr(textfile, "SMALL", -1)
    return request.param


def write(folder: Path, text: str | bytes, name: str = "decay.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def everything(source) -> dict[str, list[float]]:
    table = open_table(source)
    columns = table.read(table.columns)
    assert all(values.dtype == np.float64 and values.ndim == 1 for values in columns.values())
    return {name: values.tolist() for name, values in columns.items()}


def said(source, error=DataError, names=None) -> str:
    with pytest.raises(error) as caught:
        table = open_table(source)
        table.read(names or table.columns)
    return str(caught.value)


LAYOUTS = {
    "commas": "t,counts\n0,5\n1,3.5\n",
    "commas and blanks": "t , counts\n 0 ,\t5\n1, 3.5\n",
    "semicolons": "t;counts\r\n0;5\r\n1;3.5\r\n",
    "tabs": "t\tcounts\n0\t5\n1\t3.5",
    "bars": "t|counts\n0|5\n1|3.5\n",
    "runs of blanks": "  t     counts\n  0   5\n 1 \t 3.5  \n\n",
    "names in a comment": "# made on a Monday\n#------\n#   t   counts\n  0   5\n 1  3.5\n",
    "names in a comment with commas": "% t, counts\n0,5\n1,3.5\n",
    "comments between": "# a\nt counts\n0 5\n# b\n% c\n1 3.5\n",
    "comments between commas": "# a\nt,counts\n0,5\n# b\n1,3.5\n",
    "blank lines": "\n\nt,counts\n\n0,5\n\n   \n1,3.5\n\n",
    "a byte-order mark": "\ufefft,counts\n0,5\n1,3.5\n",
    "a byte-order mark and names in a comment": "\ufeff# t counts\n0 5\n1 3.5\n",
    "quotes": '"t","counts"\n"0","5"\n1, "3.5"\n',
    "a quote in a comment": '# it is 5" long, "or so\nt,counts\n0,5\n1,3.5\n',
    "old line ends": "t,counts\r0,5\r1,3.5\r",
    "mixed line ends": "t,counts\r\n0,5\n1,3.5\r\n",
    "commas at the end": "t,counts,\n0,5,\n1,3.5,\n",
    "commas at the end of rows": "t,counts\n0,5,\n1,3.5,\n",
    "exponents": "t,counts\n0e0,.5e1\n+1,3.5E+0\n",
}


@pytest.mark.parametrize("text", LAYOUTS.values(), ids=LAYOUTS)
def test_a_text_file_is_read_however_it_is_laid_out(tmp_path, way, text):
    assert everything(write(tmp_path, text)) == {"t": [0, 1], "counts": [5, 3.5]}


@pytest.mark.parametrize("comment", ["", "# 7 8\n", "# only 3 words\n", "# a a\n", "# -- --\n"])
@pytest.mark.parametrize("text", ["0,5\n1,3.5\n", "0  5\n1  3.5\n"])
def test_columns_without_names_are_numbered(tmp_path, way, comment, text):
    assert everything(write(tmp_path, comment + text)) == {"column1": [0, 1], "column2": [5, 3.5]}


def test_a_column_without_a_name_among_named_ones_is_numbered(tmp_path, way):
    assert everything(write(tmp_path, ",t\n1,2\n3,4\n")) == {"column1": [1, 3], "t": [2, 4]}


def test_a_blank_line_is_not_a_gap(tmp_path, way):
    assert everything(write(tmp_path, "t,\n1,\n\n2,\n")) == {"t": [1, 2]}


def test_a_line_of_tabs_alone_is_a_row_of_gaps(tmp_path, way):
    assert np.isnan(everything(write(tmp_path, "t\ty\n1\t2\n\t\n3\t4\n"))["y"]).tolist() == [False, True, False]


def test_one_column_is_a_table_too(tmp_path, way):
    assert everything(write(tmp_path, "counts\n1\n\n2\n")) == {"counts": [1, 2]}


def test_a_name_over_two_lines_does_not_cost_a_row(tmp_path, way):
    assert everything(write(tmp_path, '"t\n(s)",y\n1,2\n3,4\n')) == {"t (s)": [1, 3], "y": [2, 4]}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    "text", ["t,counts\n0,5\n1,na\n2,\n3, NaN \n", "# c\nt  counts\n0 5\n\n1 na\n2 NA\n# c\n3 nan"]
)
def test_large_files_go_through_duckdb(tmp_path, monkeypatch, text, packed):
    monkeypatch.setattr(textfile, "SMALL", -1)
    monkeypatch.setattr(textfile, "_walk", None)
    path = write(tmp_path, gzip.compress(text.encode()) if packed else text, "decay.csv.gz" if packed else "decay.csv")
    assert np.array_equal(open_table(path).read(["counts"])["counts"], [5, NAN, NAN, NAN], equal_nan=True)


def test_a_file_of_many_pieces_keeps_the_order_of_its_rows(tmp_path):
    n = 900_000  # more than DuckDB reads at once
    path = write(tmp_path, "t,y\n" + "".join(f"{i},{i}.5\n" for i in range(n)))
    columns = open_table(path).read(["t", "y"])
    assert np.array_equal(columns["t"], np.arange(n)) and np.array_equal(columns["y"], np.arange(n) + 0.5)


def test_gaps_become_nan_and_points_name_the_row(tmp_path, way):
    table = open_table(write(tmp_path, "t,counts\n0,5\n1,\n2,NA\n3,nan\n4,1\n"))
    columns = table.read(["t", "counts"])
    told = {"target": "counts", "where": table.where, "first_row": table.first_row}
    with pytest.raises(DataError) as caught:
        Points.checked({"t": columns["t"]}, columns["counts"], **told)
    assert str(caught.value) == (
        "decay.csv row 2 is not a finite point: t=1, counts=nan\n"
        'hint: fill the gap or delete the row; missing="drop" leaves out such rows (3 of 5)'
    )


def test_text_among_numbers_is_named_with_its_row_and_line(tmp_path, way):
    path = write(tmp_path, "# made today\nt,counts,note\n0,5,a\n\n1,five,b\n2,x,c\n")
    assert said(path, names=["t", "counts"]) == (
        'decay.csv row 2 (line 5): counts is "five", a number was expected\n'
        "hint: correct it, or leave the cell empty for a gap"
    )
    assert open_table(path).read(["t"])["t"].tolist() == [0, 1, 2]


def test_text_between_blanks_is_named_with_its_row_and_line(tmp_path, way):
    assert said(write(tmp_path, "t  counts\n0  5\n# c\n1   five\n", "decay.dat")) == (
        'decay.dat row 2 (line 4): counts is "five", a number was expected\n'
        "hint: correct it, or leave the cell empty for a gap"
    )


def test_decimals_in_two_ways_are_refused(tmp_path, way):
    assert said(write(tmp_path, "t;y\n0;1.5\n1;2.25\n2;3,5\n")) == (
        'decay.csv row 3 (line 4): y is "3,5", a number was expected\n'
        "hint: write decimals with a point, in every row: 3.5"
    )


@pytest.mark.parametrize("row, found", [("1", '1 cell ("1")'), ("1,2,3", "3 cells")])
def test_a_row_with_too_few_or_too_many_cells_is_refused(tmp_path, way, row, found):
    assert said(write(tmp_path, f"t,counts\n0,5\n{row}\n2,2\n3,1\n")) == (
        f"decay.csv row 2 (line 3) has {found}, 2 were expected: t, counts\n"
        "hint: leave a gap as an empty cell, start lines that are not data with #"
    )


def test_a_ragged_row_between_blanks_is_refused(tmp_path, way):
    assert said(write(tmp_path, "t counts\n0 5\n1 2 3\n")).startswith("decay.csv row 2 (line 3) has 3 cells, 2 were")


@pytest.mark.parametrize("cell", ['"5', '"5"5'])
def test_a_quote_that_does_not_close_is_refused(tmp_path, way, cell):
    assert said(write(tmp_path, f"t,counts\n0,5\n1,{cell}\n")) == (
        "decay.csv line 3: a cell with a quote that is not closed, or closed too early\n"
        'hint: quotes come in pairs around a whole cell: "1.5"'
    )


def test_of_two_columns_of_one_name_the_second_is_numbered_and_it_is_said(tmp_path, way):
    table = open_table(write(tmp_path, "t,y, y,y_2\n0,1,2,3\n1,2,3,4\n"))
    assert table.columns == ("t", "y", "y_3", "y_2")
    columns, notes = table.explained(["t", "y_3"])
    assert columns["y_3"].tolist() == [2, 3]
    assert notes == ("2 columns are called y: the first is y, then y_3",)
    assert table.explained(["t"])[1] == ()


def test_a_missing_column_is_met_with_the_nearest(tmp_path):
    path = write(tmp_path, "t,counts\n0,1\n1,2\n")
    assert said(path, names=["cuonts"]) == (
        'decay.csv has no column "cuonts"; its columns are t, counts\nhint: did you mean counts?'
    )
    assert said(path, names=["zzz"]).endswith("\nhint: use one of these names")


def test_a_missing_file_is_met_with_the_nearest(tmp_path):
    write(tmp_path, "t,counts\n0,1\n1,2\n")
    missing = tmp_path / "deacy.csv"
    assert said(missing, FileError) == f"there is no file {missing}\nhint: did you mean decay.csv?"
    missing = tmp_path / "other" / "decay.csv"
    assert said(str(missing), FileError) == (
        f"there is no folder {missing.parent}, so no decay.csv in it\nhint: check the folder's name"
    )
    assert said(tmp_path / "zzzzzzzzz", FileError).endswith(f"hint: the folder looked in is {tmp_path.name}")


@pytest.mark.parametrize("name", ["a\0b.csv", "a" * 5000])
def test_a_name_no_file_can_have_is_refused(name):
    assert " cannot be read: " in said(name, FileError)


def test_a_folder_is_not_a_table(tmp_path):
    assert said(tmp_path, FileError) == (
        f"{tmp_path} is a folder, a table was expected\nhint: name a file, such as decay.csv"
    )


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_says_so(tmp_path):
    path = write(tmp_path, "t,y\n1,2\n")
    path.chmod(0)
    assert said(path, FileError) == "decay.csv cannot be read: Permission denied\nhint: check the file's permissions"


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n"])
def test_an_empty_file_is_refused(tmp_path, text):
    assert said(write(tmp_path, text), FileError) == (
        "decay.csv is empty\nhint: it needs a line of column names and a line for each point"
    )


def test_names_without_rows_are_refused(tmp_path):
    assert said(write(tmp_path, "t, counts\n"), FileError) == (
        "decay.csv has column names but no rows: t, counts\nhint: add a line for each point"
    )


@pytest.mark.parametrize("junk", [b"\x89PNG\r\n\x1a\n\0\0", b"t,y\n1,\x002\n", b"\x1f\x8b\x08\0junk", b"\xff\xfet"])
def test_binary_files_are_refused(tmp_path, junk):
    assert said(write(tmp_path, junk), FileError) == ("decay.csv is not a text file\nhint: save the table as CSV")


def test_a_workbook_is_refused_with_what_to_do(tmp_path):
    assert said(write(tmp_path, b"PK\x03\x04\x14\0\x06\0"), FileError) == (
        "decay.csv is a workbook or an archive, a table was expected\nhint: save the sheet as CSV"
    )


def test_junk_after_a_good_start_is_named_with_its_row(tmp_path, way):
    path = write(tmp_path, b"t,y\n" + b"1,2\n" * 50_000 + b"\xff,3\n")
    assert said(path).startswith('decay.csv row 50001 (line 50002): t is "ÿ", a number was expected\n')


@pytest.mark.parametrize(
    "name", ["a';drop.csv", 'a"b.csv', "a*b.csv", "a?b.csv", "a[1].csv", "é ü.txt", "k=3", "a\\b.csv"]
)
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_any_file_name_is_safe_and_means_itself(tmp_path, monkeypatch, name, kind):
    monkeypatch.setattr(textfile, "SMALL", -1)
    duckdb = pytest.importorskip("duckdb")
    for decoy in ("aXb.csv", "a1.csv", "aXb.csv.parquet", "a1.csv.parquet"):
        write(tmp_path, "t,y\n8,8\n9,9\n", decoy)
    folder = tmp_path / "year=3"
    folder.mkdir()
    if kind == "csv":
        monkeypatch.setattr(textfile, "_walk", None)
        path = write(folder, "t,y\n1,2\n3,4\n", name)
    else:
        path = folder / f"{name}.parquet"
        duckdb.sql("SELECT * FROM (VALUES (1, 2), (3, 4)) AS v(t, y)").write_parquet(str(folder / "plain.parquet"))
        (folder / "plain.parquet").rename(path)
    assert everything(path) == {"t": [1, 3], "y": [2, 4]}


def test_the_database_reads_the_named_file_and_no_other(tmp_path):
    duckdb = pytest.importorskip("duckdb")
    path, other = write(tmp_path, "t,y\n1,2\n"), write(tmp_path, "t,y\n1,2\n", "other.csv")
    connection = duck.connect(str(path))
    assert connection.sql(f"FROM read_csv('{path}')").fetchall() == [(1, 2)]
    with pytest.raises(duckdb.PermissionException):
        connection.sql(f"FROM read_csv('{other}')")


@pytest.mark.parametrize("query, expected", [
    ("SELECT range::DOUBLE AS a, -range::DOUBLE AS b FROM range(300000)", 300_000),
    ("SELECT nullif(range, 7)::DOUBLE AS a, 1.0::DOUBLE AS b FROM range(9)", None),
    ("SELECT 1.0::DOUBLE AS a, 2.0::DOUBLE AS b WHERE false", None),
    ("SELECT error('no')::DOUBLE AS a, 2.0::DOUBLE AS b", None),
])  # fmt: skip
@pytest.mark.parametrize("streamed", [True, False], ids=["in pieces", "at once, as older versions of DuckDB"])
def test_columns_come_whole_and_in_order_or_not_at_all(query, expected, streamed):
    duckdb = pytest.importorskip("duckdb")
    relation = duckdb.connect().sql(query)
    older = type("Older", (), {"fetchnumpy": relation.fetchnumpy})()
    columns = duck.columns_of(lambda: relation if streamed else older, 2)
    if expected is None:
        assert columns is None
    else:
        assert [c.tolist() for c in columns] == [list(range(expected)), [-i for i in range(expected)]]


def test_the_database_shows_no_progress_among_what_is_printed():
    pytest.importorskip("duckdb")
    assert duck.connect().sql("SELECT current_setting('enable_progress_bar')").fetchall() == [(False,)]


@pytest.mark.parametrize("lines", [False, True])
def test_json_is_read(tmp_path, lines):
    rows = [{"t": 0, "counts": 5}, {"t": 1, "counts": None}, {"t": 2, "counts": 2.5}]
    text = "\n".join(map(json.dumps, rows)) if lines else json.dumps(rows)
    columns = open_table(write(tmp_path, text, "decay.jsonl" if lines else "decay.json")).read(["counts"])
    assert np.array_equal(columns["counts"], [5, NAN, 2.5], equal_nan=True)


def test_text_in_json_is_named_with_its_row(tmp_path):
    path = write(tmp_path, '[{"t": 0, "counts": 5}, {"t": 1, "counts": "five"}]', "decay.json")
    assert said(path) == (
        'decay.json row 2: counts is "five", a number was expected\nhint: correct it, or leave the cell empty for a gap'
    )


def test_lists_in_json_are_refused(tmp_path):
    assert said(write(tmp_path, '{"t": [0, 1], "counts": [5, 3]}', "decay.json"), names=["t"]) == (
        "decay.json: t holds BIGINT[] values, numbers were expected\nhint: give one number in each row"
    )


@pytest.mark.parametrize("kind, word", [("json", "JSON"), ("parquet", "Parquet")])
def test_a_broken_file_of_a_known_kind_is_refused(tmp_path, kind, word):
    assert said(write(tmp_path, '{"t": ', f"decay.{kind}"), FileError) == (
        f"decay.{kind} cannot be read as {word}\nhint: is it whole, and is its ending right?"
    )


def parquet(folder: Path, query: str) -> Path:
    duckdb = pytest.importorskip("duckdb")
    duckdb.sql(query).write_parquet(str(folder / "decay.parquet"))
    return folder / "decay.parquet"


def test_every_kind_of_number_in_parquet_becomes_float64(tmp_path):
    kinds = ["TINYINT", "UBIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL(9,2)", "BOOLEAN", "VARCHAR"]
    query = ", ".join(f"1::{kind} AS c{i}" for i, kind in enumerate(kinds))
    assert everything(parquet(tmp_path, f"SELECT {query}")) == {f"c{i}": [1.0] for i in range(len(kinds))}


def test_a_decimal_is_rounded_once(tmp_path):
    digits = "123456789.123456789012345678"
    assert everything(parquet(tmp_path, f"SELECT {digits}::DECIMAL(38,18) AS d")) == {"d": [float(digits)]}


def test_text_in_parquet_is_refused(tmp_path):
    path = parquet(tmp_path, "SELECT * FROM (VALUES ('1'), ('one')) AS v(a)")
    assert said(path) == (
        'decay.parquet row 2: a is "one", a number was expected\nhint: correct it, or leave the cell empty for a gap'
    )


def test_arrays_in_memory_are_given_on_as_they_are():
    x, y, s = [0, 1], np.array([5, 3]), (0.1, 0.2)
    assert open_table({"t": x, 7: y}).read(["t", "7"]) == {"t": x, "7": y}
    assert open_table((x, y)).read(["y"])["y"] is y
    assert open_table((x, y, s)).read(["sigma"])["sigma"] is s


def test_a_structured_array_has_columns():
    rows = np.array([(0, 5.0), (1, 3.0)], dtype=[("t", int), ("counts", float)])
    assert open_table(rows).read(["counts"])["counts"].tolist() == [5, 3]


def test_points_are_a_table_again():
    points = Points.checked({"t": [0, 1]}, [5, 3], sigma=2, target="counts")
    table = open_table(points)
    assert table.columns == ("t", "counts", "sigma") and table.read(["sigma"])["sigma"] is points.sigma


@pytest.mark.parametrize("module", ["pandas", "polars", "pyarrow"])
def test_frames_are_read(module):
    library = pytest.importorskip(module)
    columns = {"t": [0, 1, 2], "counts": [5.0, None, 2.5], 'odd "name"; --': [1, 2, 3], "T": [7, 8, 9]}
    frame = library.table(columns) if module == "pyarrow" else library.DataFrame(columns)
    table = open_table(frame)
    assert (table.columns, table.where, table.first_row) == (tuple(columns), "the table", 0)
    read = table.read(table.columns)
    assert np.array_equal(read["counts"], [5, NAN, 2.5], equal_nan=True)
    assert read["t"].tolist() == [0, 1, 2] and read["T"].tolist() == [7, 8, 9]
    assert read['odd "name"; --'].tolist() == [1, 2, 3]


@pytest.mark.parametrize("module", ["pandas", "polars"])
def test_text_in_a_frame_is_named_with_its_row(module):
    library = pytest.importorskip(module)
    assert said(library.DataFrame({"t": [0, 1], "counts": ["5", "five"]})) == (
        'the table row 1: counts is "five", a number was expected\nhint: correct it, or leave the cell empty for a gap'
    )


def test_a_pandas_frame_with_a_name_twice_has_the_second_numbered():
    pandas = pytest.importorskip("pandas")
    assert everything(pandas.DataFrame(np.eye(2), columns=["a", "a"])) == {"a": [1, 0], "a_2": [0, 1]}
    assert everything(pandas.DataFrame(np.eye(2))) == {"0": [1, 0], "1": [0, 1]}


@pytest.mark.parametrize("module", ["pandas", "polars"])
def test_frames_are_read_without_pyarrow(module):
    pytest.importorskip(module)
    code = (
        "import sys; sys.modules['pyarrow'] = None\n"
        f"import {module}\n"
        "from squiggly.reading.tables import open_table\n"
        f"table = open_table({module}.DataFrame({{'t': [0, 1], 'y': [5, None]}}))\n"
        "print(table.read(['y'])['y'].tolist())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "[5.0, nan]\n", done.stderr


def test_a_series_is_not_a_table():
    polars, pandas = pytest.importorskip("polars"), pytest.importorskip("pandas")
    for series in (polars.Series([1, 2]), pandas.Series([1, 2])):
        assert said(series) == (
            "a table was expected, got Series\n"
            "hint: give a file name, a dict of columns, a pair (x, y), or a pandas, polars or Arrow frame"
        )


def test_a_duckdb_relation_is_read():
    duckdb = pytest.importorskip("duckdb")
    relation = duckdb.sql("SELECT range AS t, range * 2.5 AS y FROM range(3)")
    assert everything(relation) == {"t": [0, 1, 2], "y": [0, 2.5, 5]}


@pytest.mark.parametrize(
    "source, kind, hint",
    [
        (3, "int", "give a file name, a dict of columns, a pair (x, y), or a pandas, polars or Arrow frame"),
        (None, "NoneType", "give a file name, a dict of columns, a pair (x, y), or a pandas, polars or Arrow frame"),
        ([[0, 1], [1, 3]], "list", "give the columns as a pair: (x, y); from a list of points: x, y = zip(*points)"),
        (np.eye(2), "ndarray", "give the columns as a pair: (array[:, 0], array[:, 1])"),
    ],
)
def test_anything_else_is_not_a_table(source, kind, hint):
    assert said(source) == f"a table was expected, got {kind}\nhint: {hint}"


def test_nothing_heavy_is_imported_before_it_is_used(tmp_path):
    path = write(tmp_path, "t,counts\n0,5\n1,3\n")
    code = (
        "import sys\nfrom squiggly.reading.tables import open_table\n"
        f"open_table({str(path)!r}).read(['t'])\n"
        "print(sorted({'duckdb', 'pandas', 'polars', 'pyarrow', 'torch'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr


def test_the_reference_curves_are_all_readable(way):
    folder = os.environ.get("SQUIGGLY_DATA")
    if not folder or not (Path(folder) / "curves").is_dir():
        pytest.skip("SQUIGGLY_DATA does not name the folder with the reference data sets")
    paths = [path for path in (Path(folder) / "curves").iterdir() if path.suffix != ".txt"]
    names = {path.name: open_table(path).columns for path in paths}
    expected = {
        "model1d_gauss.dat": ("col1", "col2"),
        "peak.csv": ("x", "y"),
        "sinedata.dat": ("col1", "col2"),
        "test_peak.dat": ("t", "y"),
        "test_splinepeak.dat": ("x", "y"),
    }
    assert {name: names.get(name) for name in expected} == expected
    for name, columns in names.items():
        read = everything(Path(folder) / "curves" / name)
        assert all(len(read[column]) > 50 and np.isfinite(read[column]).all() for column in columns)


numbers = st.floats(allow_nan=False, allow_infinity=False)
blanks = st.sampled_from(["", " ", "  "])


@given(data=st.data(), n=st.integers(1, 4), delimiter=st.sampled_from([",", ";", "|", "\t", None]))
@SAME_EVERY_RUN
def test_any_finite_table_round_trips_exactly(tmp_path, way, data, n, delimiter):
    rows = data.draw(st.lists(st.lists(numbers, min_size=n, max_size=n), min_size=1, max_size=12))
    names = [f"c{i}" for i in range(n)]

    def line(cells):
        if delimiter is None:
            return data.draw(blanks) + data.draw(st.sampled_from([" ", "   ", " \t "])).join(cells) + data.draw(blanks)
        return delimiter.join(data.draw(blanks) + cell + data.draw(blanks) for cell in cells)

    end = data.draw(st.sampled_from(["\n", "\r\n"]))
    text = end.join([line(names), *(line(map(repr, row)) for row in rows)]) + data.draw(st.sampled_from(["", end]))
    read = everything(write(tmp_path, text))
    assert list(read) == names
    assert [list(row) for row in zip(*read.values(), strict=True)] == rows


PIECES = ["1", "2.5", "1_0", "x", "NA", "nan", ",", ";", "\t", " ", "\n", "\n", "\r", '"', "#", "%", "-", "e", "\xa0"]
ODD = st.lists(st.sampled_from([*(piece.encode() for piece in PIECES), b"\1", b"\xff"]), max_size=40).map(b"".join)


@given(junk=st.binary(max_size=300) | ODD)
@SAME_EVERY_RUN
def test_random_bytes_raise_nothing_but_our_errors(tmp_path, way, junk):
    path = write(tmp_path, junk)
    try:
        everything(path)
    except SquigglyError as error:
        assert "hint: " in str(error)


@given(junk=ODD)
@SAME_EVERY_RUN
def test_both_ways_give_the_same_answer(tmp_path, junk):
    path = write(tmp_path, junk)
    answers = []
    for small in (textfile.SMALL, -1):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(textfile, "SMALL", small)
            try:
                answers.append(repr(everything(path)))
            except SquigglyError as error:
                answers.append(str(error))
    assert answers[0] == answers[1]
