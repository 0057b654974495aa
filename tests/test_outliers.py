"""Wild points are named by a stated rule, left out only when asked, and never lost."""

from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

import squiggly as sq
from squiggly.cli import main
from squiggly.outliers import wild

X = np.linspace(0, 10, 40)
DECAY = "y = a*exp(-x/tau) + c"


def decay(seed: int = 0) -> np.ndarray:
    return 5 * np.exp(-X / 3) + 1 + np.random.default_rng(seed).normal(scale=0.1, size=40)


@pytest.fixture
def table() -> dict[str, np.ndarray]:
    """A decay with two wild points, at rows 7 and 23."""
    y = decay()
    y[[7, 23]] += [4, -3]
    return {"x": X, "y": y}


# --- The rule


def untouched(n: int, p: int, sets: int, seed: int = 0) -> tuple[float, float]:
    """Of clean points the share that is named, and of clean sets the share in which none is."""
    rng = np.random.default_rng(seed)
    across = np.linalg.qr(np.vander(np.linspace(-1, 1, n), p))[0]
    named = [wild(y - across @ (across.T @ y), p, 0.0)[0].sum() for y in rng.normal(size=(sets, n))]
    return float(np.mean(named)) / n, float(np.mean(np.array(named) == 0))


@pytest.mark.parametrize("n, p", [(8, 2), (20, 2), (40, 3), (100, 3), (1000, 4)])
def test_of_clean_points_hardly_one_in_a_hundred_is_named_and_most_sets_are_untouched(n, p):
    points, sets = untouched(n, p, 500)
    assert points <= 0.01 and sets >= 0.95


@pytest.mark.prove
def test_of_clean_decays_left_to_the_rule_few_lose_a_point():
    lost = [len(sq.fit(DECAY, (X, decay(seed)), outliers="leave out").outliers) for seed in range(300)]
    assert np.mean(lost) / 40 <= 0.01 and np.mean(np.array(lost) > 0) <= 0.08


@pytest.mark.parametrize("share", [0.05, 0.1, 0.2])
def test_gross_outliers_are_all_found_and_few_others(share):
    found, wrong, there = 0, 0, 0
    for seed in range(10):
        rng, y = np.random.default_rng(seed), decay(seed)
        rows = rng.choice(40, round(40 * share), replace=False)
        y[rows] += rng.choice([-1, 1], len(rows)) * rng.uniform(1.5, 8, len(rows))
        named = set(sq.fit(DECAY, (X, y), outliers="leave out").outliers.rows)
        found, wrong, there = found + len(named & set(rows)), wrong + len(named - set(rows)), there + len(rows)
    assert found >= 0.97 * there and wrong <= 0.05 * there + 1


def test_the_chances_are_student_s_and_the_steps_benjamini_s_and_hochberg_s():
    from scipy.stats import false_discovery_control
    from scipy.stats import t as student

    rng = np.random.default_rng(1)
    residuals = np.r_[rng.normal(size=45), [9.0, -7.0, 5.0, 4.0, -3.8]]
    named, scatter = wild(residuals, 3, 0.0)
    assert scatter == approx(np.quantile(np.abs(residuals), 0.6827) * 50 / 47)
    chance = 2 * student.sf(np.abs(residuals) / scatter, 47)
    assert (named == (false_discovery_control(chance) <= 0.01)).all() and 3 <= named.sum() < 10


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40), st.integers(0, 5))
def test_whatever_the_residuals_at_most_three_in_ten_are_named_and_those_the_farthest(values, parameters):
    residuals = np.array(values)
    named, _ = wild(residuals, parameters, 0.0)
    assert named.sum() <= 0.3 * len(residuals)
    if named.any():
        assert np.abs(residuals[named]).min() >= np.abs(residuals[~named]).max()


def test_the_unit_of_y_makes_no_difference():
    residuals = np.random.default_rng(2).standard_t(2, size=60)
    named = wild(residuals, 2, 0.0)[0]
    assert named.any()
    for unit in (1e-200, 1e-9, 1e12):
        assert (wild(residuals * unit, 2, 0.0)[0] == named).all()


def test_rounding_is_no_scatter():
    x = np.arange(30.0)
    assert not len(sq.fit("y = a*x + b", (x, x / 3 + 0.1)).outliers)
    y = x / 3 + 0.1
    y[4] += 1e-3
    assert sq.fit("y = a*x + b", (x, y), loss=sq.mae).outliers.rows == (4,)


def test_no_points_to_spare_name_no_outlier():
    assert not len(sq.fit("y = a*x + b", ([0, 1], [1, 5])).outliers)


# --- What a fit says of them


def test_any_fit_names_what_stands_out_and_deletes_nothing(table):
    answer = sq.fit(DECAY, table)
    assert answer.n == 40 and answer.left_out is None
    assert answer.outliers.rows == (7, 23) and not answer.outliers.left_out
    assert str(answer.outliers) == "2 of 40 points stand out as outliers: rows 7 and 23"
    assert answer.values == sq.fit(DECAY, table, outliers="keep").values


def test_each_is_named_with_its_values_and_how_far_it_is(table):
    first, second = sq.fit(DECAY, table, loss=sq.huber).outliers
    assert (first.row, second.row) == (7, 23)
    assert first.at == {"x": X[7], "y": table["y"][7]}
    assert first.far > 20 and second.far < -20
    assert str(first).startswith("row 7 (x=1.79487, y=7.84346): +")


def test_left_out_the_others_are_fitted_as_if_the_table_had_no_others(table):
    answer = sq.fit(DECAY, table, outliers="leave out")
    kept = np.delete(np.arange(40), [7, 23])
    alone = sq.fit(DECAY, (X[kept], table["y"][kept]))
    assert answer.n == 38 and answer.verdict.ok
    assert list(answer.values.values()) == approx(list(alone.values.values()), rel=1e-9)
    assert answer.parameters["a"].error == approx(alone.parameters["a"].error, rel=1e-6)


def test_rows_in_are_rows_out(table):
    answer = sq.fit(DECAY, table, outliers="leave out")
    rows = [*answer.points.rows, *answer.outliers.rows]
    assert sorted(rows) == list(range(40))
    y = np.empty(40)
    y[list(answer.points.rows)], y[list(answer.outliers.rows)] = answer.points.y, answer.outliers.points.y
    assert (y == table["y"]).all()


def test_the_report_counts_and_names_them_with_the_rule(table):
    assert (
        "2 of 40 points left out as outliers: rows 7 and 23; rule: residuals too far for the others' scatter, "
        "at a false discovery rate of 1 %"
    ) in str(sq.fit(DECAY, table, outliers="leave out"))
    clean = sq.fit(DECAY, {"x": X, "y": decay(1)}, outliers="leave out")
    assert "none of 40 points was left out as an outlier; rule: " in str(clean)
    assert "outlier" not in str(sq.fit(DECAY, table))


def test_many_are_counted_and_the_first_named():
    x = np.arange(100.0)
    y = 2 * x + np.random.default_rng(3).normal(size=100)
    y[::8] += 300
    said = str(sq.fit("y = a*x + b", (x, y), outliers="leave out").outliers)
    assert said == "13 of 100 points left out as outliers: rows 0, 8, 16, 24, 32, 40, 48, 56, …"


def test_rows_are_numbered_as_in_the_file_and_gaps_are_counted(tmp_path, table):
    file = tmp_path / "decay.csv"
    lines = [f"{x},{y}" for x, y in zip(table["x"], table["y"])]
    file.write_text("\n".join(["x,y", *lines[:3], "0.8,", *lines[3:]]) + "\n")
    answer = sq.fit(DECAY, file, outliers="leave out", missing="drop")
    assert answer.outliers.rows == (9, 25)  # one more for the gap, one more for files count from 1
    assert sq.fit(DECAY, file, missing="drop").outliers.rows == (9, 25)


def test_sigma_says_what_is_far(table):
    y = decay(4)
    sigma = np.full(40, 0.1)
    y[11], sigma[11] = y[11] + 3, 3.0
    answer = sq.fit(DECAY, (X, y, sigma), outliers="leave out")
    assert answer.outliers.rows == () and answer.n == 40
    y[30] += 2
    assert sq.fit(DECAY, (X, y, sigma), outliers="leave out").outliers.rows == (30,)


def test_counts_stand_out_by_the_root_of_what_was_expected():
    t = np.linspace(0, 5, 60)
    counts = np.random.default_rng(5).poisson(400 * np.exp(-t)).astype(float)
    counts[50] += 30
    answer = sq.fit("n = a*exp(-t/tau)", {"t": t, "n": counts}, loss=sq.poisson)
    assert answer.outliers.rows == (50,)


@pytest.mark.parametrize("loss", [sq.mse, sq.mae, sq.huber], ids=lambda loss: loss.name)
def test_what_is_left_is_fitted_by_the_loss_that_was_asked_for(table, loss):
    answer = sq.fit(DECAY, table, loss=loss, outliers="leave out")
    assert answer.loss_function.name == loss.name and answer.outliers.rows == (7, 23)


def test_poisson_is_refused_with_the_way_out(table):
    with pytest.raises(sq.OptionError) as caught:
        sq.fit(DECAY, {"x": X, "y": np.abs(decay())}, loss=sq.poisson, outliers="leave out")
    assert str(caught.value) == (
        'outliers="leave out" goes by a scatter that is the same for all points, that of counts is not\n'
        "hint: fit with poisson, and look at fit.outliers"
    )


def test_another_word_is_refused(table):
    with pytest.raises(sq.OptionError, match="outliers is \"?'?drop"):
        sq.fit(DECAY, table, outliers="drop")


def test_an_interrupted_search_for_outliers_says_so_and_leaves_nothing_out(table):
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    answer = sq.fit(DECAY, table, outliers="leave out", watch=stop)
    assert answer.verdict.kind == "interrupted" and answer.n == 40 and answer.left_out is None


# --- Kept with the fit


def test_a_saved_fit_brings_them_back(tmp_path, table):
    answer = sq.fit(DECAY, table, outliers="leave out")
    answer.save(tmp_path / "fit.json")
    again = sq.load(tmp_path / "fit.json")
    assert str(again) == str(answer)
    assert again.outliers.rows == (7, 23) and list(again.outliers.far) == list(answer.outliers.far)
    assert list(again.points.rows) == list(answer.points.rows)
    for copied in (pickle.loads(pickle.dumps(answer)), copy.deepcopy(answer)):
        assert str(copied) == str(answer) and copied.outliers.rows == (7, 23)


def test_a_damaged_saved_outlier_is_refused(tmp_path, table):
    path = tmp_path / "fit.json"
    sq.fit(DECAY, table, outliers="leave out").save(path)
    data = json.loads(path.read_text())
    data["left_out"]["rows"] = [7]
    path.write_text(json.dumps(data))
    with pytest.raises(sq.FileError, match="damaged"):
        sq.load(path)


def test_the_picture_shows_them_open_and_crossed(table):
    answer = sq.fit(DECAY, table, outliers="leave out")
    above, below = answer.plot().axes
    [crossed] = [line for line in above.lines if line.get_marker() == "x"]
    assert list(crossed.get_xdata()) == list(X[[7, 23]]) and list(crossed.get_ydata()) == list(table["y"][[7, 23]])
    low, high = above.get_ylim()
    assert low < table["y"].min() and high > table["y"].max()
    assert [list(line.get_ydata()) for line in below.lines if line.get_marker() == "x"] == [[1.0, 0.0]]


# --- The command line


@pytest.fixture
def file(tmp_path: Path, table: dict[str, np.ndarray]) -> str:
    path = tmp_path / "decay.csv"
    path.write_text("x,y\n" + "".join(f"{x},{y}\n" for x, y in zip(table["x"], table["y"])))
    return str(path)


def test_the_command_leaves_them_out_when_asked(file):
    result = CliRunner().invoke(main, ["fit", file, DECAY, "--outliers", "leave-out"])
    assert result.exit_code == 0
    assert "2 of 40 points left out as outliers: rows 8 and 24; rule: " in result.stdout


def test_the_command_s_json_has_them(file):
    result = CliRunner().invoke(main, ["fit", file, DECAY, "--outliers", "leave-out", "--json"])
    said = json.loads(result.stdout)
    assert said["n"] == 38 and said["left_out"]["rows"] == [8, 24] and said["left_out"]["of"] == 40
    assert json.loads(CliRunner().invoke(main, ["fit", file, DECAY, "--json"]).stdout)["left_out"] is None


def test_the_command_says_the_option_as_it_is_typed(tmp_path):
    file = tmp_path / "counts.csv"
    file.write_text("x,y\n0,5\n1,7\n2,8\n3,12\n")
    result = CliRunner().invoke(main, ["fit", str(file), "y = a + b*x", "--outliers", "leave-out", "--loss", "poisson"])
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: --outliers leave-out goes by")
