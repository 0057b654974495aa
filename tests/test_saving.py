"""A saved fit: what comes back is what went in, and a file that is not one is refused in words."""

from __future__ import annotations

import copy
import errno
import json
import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import squiggly as sq
from squiggly.errors import FileError, ModelError, SquigglyError
from squiggly.saving import VERSION, as_json

X = np.linspace(0.1, 4, 30)
Y = 2.5 * np.exp(-X / 1.3) + 0.2 + 0.03 * np.sin(40 * X)
TABLE = {"x": X, "y": Y}
STRAIGHT = {"x": X, "y": 3 - 0.5 * X - 0.02 * X**2 + 0.03 * np.sin(40 * X)}  # bent the other way
WIDE = {"x": np.linspace(0, 1, 400), "y": np.sin(9 * np.linspace(0, 1, 400))}
HINGES = {f"{n}{i}": v for i in range(1, 151) for n, v in (("t", i / 151), ("w", (-1) ** i / 7))}


def ramp(x, a, b):
    return a * np.interp(x, [0, 1, 4], [0, 1, 2]) + b


FITS = {
    "a formula": lambda: sq.fit("y = a*exp(-x/tau) + c", TABLE),
    "a built-in sum": lambda: sq.fit(sq.exponential("e_") + sq.constant(), TABLE),
    "relus(150)": lambda: sq.fit(sq.relus(150), WIDE, fix=HINGES),
    "a backticked name": lambda: sq.fit('`y (mV)` = a*`x, °C "\\` + b', {'x, °C "\\': X, "y (mV)": Y}),
    "a left side with log": lambda: sq.fit("log(y) = a*x + b", TABLE),
    "two inputs": lambda: sq.fit("y = a*x + b*z + c", {**TABLE, "z": np.cos(X)}),
    "a recorded function": lambda: sq.fit(lambda x, a, b: a * np.exp(-x) + b, TABLE),
    "huber": lambda: sq.fit("y = a*x + b", TABLE, loss=sq.huber),
    "huber with delta": lambda: sq.fit("y = a*x + b", TABLE, loss=sq.Huber(delta=0.07)),
    "mae": lambda: sq.fit("y = a*x + b", TABLE, loss=sq.mae),
    "poisson": lambda: sq.fit("y = a*exp(-x/tau)", {"x": X, "y": np.round(50 * Y)}, loss=sq.poisson),
    "fixed parameters": lambda: sq.fit("y = a*exp(-x/tau) + c", TABLE, fix={"c": 0.2}),
    "all fixed": lambda: sq.fit("y = a*x + b", TABLE, fix={"a": 1 / 3, "b": 0.1}),
    "sigma known": lambda: sq.fit("y = a*x + b", TABLE, sigma=0.02 + 0.1 * X, sigma_is="known"),
    "sigma relative": lambda: sq.fit("y = a*x + b", TABLE, sigma=0.02 + 0.1 * X),
    "rows dropped": lambda: sq.fit("y = a*x + b", {"x": X, "y": np.where(X > 3.5, np.nan, Y)}, missing="drop"),
    "not determined": lambda: sq.fit("y = a*b*exp(-x/tau) + c", TABLE),
    "at a bound": lambda: sq.fit("y = a*exp(-x/tau) + c", TABLE, bounds={"c": (0.5, None)}),
    "errors by the Hessian": lambda: sq.fit("y = a*exp(-x/tau) + c", TABLE, errors="hessian"),
    "errors by bootstrap": lambda: sq.fit("y = a*x + b", TABLE, errors="bootstrap", seed=3),
    "an endless interval at a bound": lambda: sq.fit("y = a*exp(-x/tau) + c", STRAIGHT, bounds={"tau": (5, None)}),
    "too few points": lambda: sq.fit("y = a*x + b", {"x": [0, 3], "y": [1, 2]}),
}


@pytest.fixture(scope="module", params=FITS)
def pair(request, tmp_path_factory) -> tuple[sq.Fit, sq.Fit]:
    """A fit, and the same from its file."""
    path = tmp_path_factory.mktemp("fits") / "fit.json"
    before = FITS[request.param]()
    before.save(path)
    return before, sq.load(path)


def bits(values: Any) -> bytes:
    """An array's bytes, every nan alike."""
    array = np.array(values, dtype=float)
    return np.where(np.isnan(array), np.nan, array).tobytes()


def numbers(fit: sq.Fit) -> list[tuple[float, ...]]:
    return [(p.value, p.error, p.low, p.high, p.fixed) for p in fit.parameters.values()]


# -------------------------------------------------------------------------------------------------- what comes back


def test_the_parameters_come_back_to_the_last_bit(pair):
    before, after = pair
    assert list(after.parameters) == list(before.parameters)
    assert bits(numbers(after)) == bits(numbers(before))


def test_the_covariance_comes_back_to_the_last_bit(pair):
    before, after = pair
    assert after.covariance.shape == before.covariance.shape
    assert bits(after.covariance) == bits(before.covariance)


def test_the_verdict_comes_back(pair):
    before, after = pair
    assert after.verdict == before.verdict


def test_the_points_come_back_to_the_last_bit(pair):
    before, after = pair
    old, new = before.points, after.points
    assert (list(new.inputs), new.target, new.dropped) == (list(old.inputs), old.target, old.dropped)
    assert [bits(v) for v in (*new.inputs.values(), new.y)] == [bits(v) for v in (*old.inputs.values(), old.y)]
    assert (new.sigma is None) == (old.sigma is None) and (old.sigma is None or bits(new.sigma) == bits(old.sigma))


def test_the_prediction_comes_back_to_the_last_bit(pair):
    before, after = pair
    assert bits(after.predict()) == bits(before.predict())
    elsewhere = {i: np.linspace(0.2, 7, 13) for i in before.points.inputs}
    assert bits(after.predict(elsewhere)) == bits(before.predict(elsewhere))


def test_the_history_comes_back_to_the_last_bit(pair):
    before, after = pair
    assert after.path == before.path
    assert repr(after.history) == repr(before.history)


def test_the_model_comes_back(pair):
    before, after = pair
    assert after.formula == before.formula
    assert (after.model.expr, after.model.target) == (before.model.expr, before.model.target)
    assert (after.model.inputs, after.model.fixed, after.free) == (before.model.inputs, before.model.fixed, before.free)


def test_the_loss_comes_back(pair):
    before, after = pair
    assert after.loss_function == before.loss_function
    assert (after.loss, after.known, after.freedom) == (before.loss, before.known, before.freedom)


def test_what_the_errors_are_taken_from_comes_back(pair):
    before, after = pair
    assert (after.errors_by, after.notes, after.seed) == (before.errors_by, before.notes, before.seed)
    assert (after.bounds, after.intervals(0.9).keys()) == (before.bounds, before.intervals(0.9).keys())
    assert bits(list(after.intervals(0.9).values())) == bits(list(before.intervals(0.9).values()))


def test_it_prints_the_same(pair):
    before, after = pair
    assert (str(after), after._repr_html_()) == (str(before), before._repr_html_())


def test_saving_it_again_writes_the_same_bytes(pair, tmp_path):
    before, after = pair
    before.save(tmp_path / "one.json")
    after.save(tmp_path / "two.json")
    assert (tmp_path / "two.json").read_bytes() == (tmp_path / "one.json").read_bytes()


def test_the_cases_hold_infinite_and_missing_errors():
    errors = [p.error for p in FITS["not determined"]().parameters.values()]
    assert errors.count(math.inf) == 2
    assert math.isnan(FITS["at a bound"]().parameters["c"].error)


# ------------------------------------------------------------------------------------ a function that is not recorded


@pytest.fixture
def unrecorded(tmp_path) -> tuple[sq.Fit, sq.Fit]:
    before = sq.fit(ramp, TABLE)
    before.save(tmp_path / "fit.json")
    return before, sq.load(tmp_path / "fit.json")


def test_a_function_that_is_not_recorded_keeps_its_numbers(unrecorded):
    before, after = unrecorded
    assert bits(numbers(after)) == bits(numbers(before))
    assert (after.formula, after.verdict) == (None, before.verdict)


@pytest.mark.parametrize("ask", [sq.Fit.predict, sq.Fit.plot], ids=["predict", "plot"])
def test_a_function_that_is_not_recorded_cannot_predict_from_a_file(unrecorded, ask):
    with pytest.raises(ModelError) as error:
        ask(unrecorded[1])
    assert str(error.value) == (
        "this model cannot be evaluated: it was a Python function, which a file does not hold\n"
        "hint: fit the function again"
    )


def test_a_function_that_is_not_recorded_still_prints_its_numbers(unrecorded):
    before, after = unrecorded
    assert str(after).splitlines()[1:6] == str(before).splitlines()[1:6]  # below stands what needs the curve


def test_a_model_with_an_infinite_constant_comes_back(tmp_path):
    before = sq.fit(lambda x, a, b: np.clip(a * x, 0, None) + b, TABLE)
    before.save(tmp_path / "fit.json")
    assert bits(sq.load(tmp_path / "fit.json").predict()) == bits(before.predict())


# ------------------------------------------------------------------------------------------------ the file, as JSON


def never(token: str) -> None:
    raise AssertionError(f"the file holds {token}, which is not JSON")


def test_the_file_is_strict_json(pair, tmp_path):
    pair[0].save(tmp_path / "fit.json")
    json.loads((tmp_path / "fit.json").read_text("utf-8"), parse_constant=never)


def test_what_is_printed_as_json_is_strict_json(pair):
    json.dumps(as_json(pair[0]), allow_nan=False)


def test_the_json_has_the_promised_keys():
    data = as_json(FITS["fixed parameters"]())
    assert {"formula", "parameters", "loss", "n", "verdict", "version"} <= set(data)
    assert {frozenset(p) for p in data["parameters"].values()} == {
        frozenset(["value", "error", "low", "high", "fixed"])
    }
    assert set(data["loss"]) == {"name", "value"}
    assert set(data["verdict"]) == {"ok", "kind", "words"}


def test_the_json_says_what_the_fit_says():
    fit = FITS["fixed parameters"]()
    data = as_json(fit)
    tau = fit.parameters["tau"]
    assert data["formula"] == "y = a*exp(-x/tau) + c"
    assert data["parameters"]["tau"] == {
        "value": tau.value, "error": tau.error, "low": tau.low, "high": tau.high, "fixed": False,
    }  # fmt: skip
    assert data["parameters"]["c"] == {"value": 0.2, "error": None, "low": None, "high": None, "fixed": True}
    assert data["loss"] == {"name": "mse", "value": fit.loss}
    assert (data["n"], data["version"]) == (30, VERSION)
    assert data["verdict"] == {"ok": True, "kind": "determined", "words": "the points fix every parameter."}


# --------------------------------------------------------------------------------------------------- damaged files


@pytest.fixture(scope="module")
def shelf(tmp_path_factory) -> Path:
    """A folder that holds one saved fit, whole.json."""
    folder = tmp_path_factory.mktemp("shelf")
    table = {"x": [0.5, 1, 2, 3], "y": [1.1, 2, 2.9, 4.2]}
    sq.fit("log(y) = a*b*log(x) + c + d", table, fix={"d": 0.0}, sigma=0.1).save(folder / "whole.json")
    return folder


def places(data: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every part of a JSON value."""
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in inner:
        yield (*here, key)
        yield from places(value, (*here, key))


LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -1, 2**63, 0, 1e308, -0.0, math.inf, -math.inf, math.nan])
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["a", "x", "huber", "log(y)", "power", "name", "constant"])
)
ANYTHING = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3), max_leaves=5
)  # fmt: skip


def opened(path: Path, content: bytes) -> None:
    """Load what was written, and print it if it loads: only a SquigglyError may come of it."""
    path.write_bytes(content)
    try:
        loaded = sq.load(path)
    except FileError as error:
        assert str(error).startswith("damaged.json ") and "\nhint: " in str(error)
        return
    assert isinstance(loaded, sq.Fit)


@settings(max_examples=500)
@given(draw=st.data())
def test_a_saved_file_with_any_part_replaced_loads_or_is_refused(shelf, draw):
    data = json.loads((shelf / "whole.json").read_bytes())
    way = draw.draw(st.sampled_from(list(places(data))))
    part = data
    for key in way[:-1]:
        part = part[key]
    part[way[-1]] = draw.draw(ANYTHING)
    opened(shelf / "damaged.json", json.dumps(data).encode())


def test_a_saved_file_that_lacks_any_part_loads_or_is_refused(shelf):
    data = json.loads((shelf / "whole.json").read_bytes())
    for way in places(data):
        lacking = part = copy.deepcopy(data)
        for key in way[:-1]:
            part = part[key]
        del part[way[-1]]
        opened(shelf / "damaged.json", json.dumps(lacking).encode())


@settings(max_examples=100)
@given(draw=st.data())
def test_a_saved_file_cut_short_is_refused(shelf, draw):
    whole = (shelf / "whole.json").read_bytes()
    (shelf / "damaged.json").write_bytes(whole[: draw.draw(st.integers(0, len(whole.rstrip()) - 1))])
    with pytest.raises(FileError, match=r"^damaged.json is not a saved fit: it is not JSON\nhint: fit.save writes one"):
        sq.load(shelf / "damaged.json")


@settings(max_examples=100)
@given(draw=st.data())
def test_a_saved_file_with_bytes_overwritten_loads_or_is_refused(shelf, draw):
    whole = (shelf / "whole.json").read_bytes()
    at, junk = draw.draw(st.integers(0, len(whole))), draw.draw(st.binary(max_size=8))
    opened(shelf / "damaged.json", whole[:at] + junk + whole[at + len(junk) :])


@settings(max_examples=100)
@given(content=st.binary(max_size=100) | ANYTHING.map(lambda value: json.dumps(value).encode()))
def test_any_other_file_is_refused(shelf, content):
    (shelf / "damaged.json").write_bytes(content)
    with pytest.raises(FileError, match="^damaged.json is not a saved fit"):
        sq.load(shelf / "damaged.json")


@pytest.mark.parametrize("bomb", [b"[" * 200_000, b'{"a":' * 200_000, b"[" * 9_000 + b"]" * 9_000])
def test_brackets_in_brackets_without_end_are_refused(tmp_path, bomb):
    (tmp_path / "bomb.json").write_bytes(bomb)
    with pytest.raises(FileError, match="^bomb.json is not a saved fit"):
        sq.load(tmp_path / "bomb.json")


def test_nesting_inside_a_saved_file_is_refused(shelf):
    data = json.loads((shelf / "whole.json").read_bytes())
    for key in data:
        nested = b"[" * 500 + b"]" * 500
        content = json.dumps({**data, key: "here"}).encode().replace(b'"here"', nested)
        opened(shelf / "damaged.json", content)


def test_a_newer_layout_is_refused_in_words(shelf):
    data = json.loads((shelf / "whole.json").read_bytes())
    (shelf / "newer.json").write_text(json.dumps({**data, "version": VERSION + 1}))
    with pytest.raises(FileError) as error:
        sq.load(shelf / "newer.json")
    assert str(error.value) == (
        f"newer.json was saved by a newer squiggly (layout {VERSION + 1}, this one reads {VERSION})\n"
        "hint: upgrade squiggly"
    )


def test_a_file_from_before_errors_were_chosen_is_read_as_the_jacobian_s(shelf):
    data = json.loads((shelf / "whole.json").read_bytes())
    for key in ("errors", "endless", "bounds", "seed"):
        del data[key]
    (shelf / "old.json").write_text(json.dumps(data))
    old, new = sq.load(shelf / "old.json"), sq.load(shelf / "whole.json")
    assert (old.errors_by, old.notes, old.bounds, old.seed) == ("jacobian", (), {}, 0)
    assert str(old) == str(new)


def test_the_json_states_the_definition_and_the_level():
    assert as_json(FITS["errors by the Hessian"]())["errors"] == {
        "by": "hessian",
        "level": 0.95,
        "words": "errors: s² × inverse Hessian · intervals: Student's t, 27 degrees of freedom",
        "notes": [],
    }


def test_a_missing_file_is_refused_in_words(tmp_path):
    with pytest.raises(FileError) as error:
        sq.load(tmp_path / "none.json")
    assert str(error.value) == "cannot read none.json: No such file or directory\nhint: is the path right?"


def test_a_folder_is_refused_in_words(tmp_path):
    with pytest.raises(FileError, match="^cannot read "):
        sq.load(tmp_path)


def test_a_program_with_a_stray_name_is_refused(shelf):
    data = json.loads((shelf / "whole.json").read_bytes())
    data["program"] = [["name", "elsewhere"]]
    (shelf / "stray.json").write_text(json.dumps(data))
    with pytest.raises(FileError, match="its program has elsewhere, which is neither data nor parameter"):
        sq.load(shelf / "stray.json")


# ------------------------------------------------------------------------------------------------------ a crash


@pytest.mark.parametrize(
    "crash", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt(), MemoryError()]
)
@pytest.mark.parametrize("where", ["fsync", "replace"])
def test_a_crash_while_writing_leaves_the_old_file_whole(tmp_path, monkeypatch, crash, where):
    path = tmp_path / "fit.json"
    FITS["a formula"]().save(path)
    old = path.read_bytes()

    def fails(*_: Any) -> None:
        raise crash

    monkeypatch.setattr(os, where, fails)
    with pytest.raises(FileError if isinstance(crash, OSError) else type(crash)):
        FITS["sigma known"]().save(path)
    assert path.read_bytes() == old
    assert os.listdir(tmp_path) == ["fit.json"]


def test_a_folder_that_does_not_exist_is_refused_in_words(tmp_path):
    with pytest.raises(SquigglyError, match="hint: make the folder first, or check its name"):
        FITS["a formula"]().save(tmp_path / "nowhere" / "fit.json")
