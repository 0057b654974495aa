"""Which column is which: by name, in order, by what is left; and what is said where nobody could tell."""

from __future__ import annotations

import numpy as np
import pytest

import squiggly as sq
from squiggly.binding import bind
from squiggly.errors import DataError, FormulaError, ModelError, OptionError, SquigglyError

X, Y = [0.0, 1.0, 2.0, 3.0], [1.0, 3.0, 5.0, 7.0]
TABLE = {"time": X, "counts": Y, "err": [1.0, 1.0, 2.0, 2.0]}


def roles(source, data=TABLE, **options) -> tuple[str, str, str]:
    """The columns that are data, the column that is predicted, the parameters."""
    model, points = bind(source, data, **options)
    assert tuple(points.inputs) == model.inputs
    return ", ".join(model.inputs), points.target, ", ".join(model.names)


def refusal(kind: type[SquigglyError], source, data=TABLE, **options) -> str:
    with pytest.raises(kind) as error:
        bind(source, data, **options)
    assert type(error.value) is kind
    return str(error.value)


# ------------------------------------------------------------------------------------------------- which is which


@pytest.mark.parametrize(
    "source, data, expected",
    [
        ("counts = a*time + b", TABLE, ("time", "counts", "a, b")),
        ("time = a*counts + b", TABLE, ("counts", "time", "a, b")),
        ("counts = a*time + err", TABLE, ("time, err", "counts", "a")),
        ("`y (mV)` = a*`x, s`", {"x, s": X, "y (mV)": Y}, ("x, s", "y (mV)", "a")),
        (lambda time, a: a * time, {"y": Y, "time": X}, ("time", "y", "a")),
        (lambda a, time: a * time, {"y": Y, "time": X}, ("time", "y", "a")),
        (lambda x, z, a: a * x * z, {"z": X, "x": X, "y": Y}, ("x, z", "y", "a")),
    ],
)
def test_a_name_that_is_a_column_is_data(source, data, expected):
    assert roles(source, data) == expected


@pytest.mark.parametrize(
    "source, expected",
    [
        (sq.line(), ("time", "counts", "slope, intercept")),
        (sq.gaussian("p_") + sq.constant(), ("time", "counts", "p_height, p_center, p_width, level")),
        (lambda x, a, b: a * x + b, ("time", "counts", "a, b")),
        (lambda q, a, b: a * q + b, ("time", "counts", "a, b")),
        (lambda x, a: a * np.interp(x, [0, 9], [0, 9]), ("time", "counts", "a")),
    ],
)
def test_a_function_or_a_built_in_takes_the_columns_in_order(source, expected):
    assert roles(source) == expected


def test_a_function_of_two_columns_takes_the_third_as_what_is_predicted():
    assert roles(lambda u, v, a: a * u * v, {"u": X, "v": X, "w": Y}) == ("u, v", "w", "a")


def test_the_order_of_columns_passes_over_sigma():
    table = {"err": TABLE["err"], "time": X, "counts": Y}
    assert roles(sq.line(), table, sigma="err")[:2] == ("time", "counts")


def test_a_column_called_y_is_what_is_predicted_wherever_it_stands():
    assert roles(sq.line(), {"y": Y, "time": X, "more": X})[:2] == ("time", "y")


def test_a_formula_without_a_left_side_predicts_y():
    assert roles("a*time + b", {"time": X, "y": Y, "more": X})[:2] == ("time", "y")


def test_a_formula_without_a_left_side_predicts_the_only_column_left():
    assert roles("a*time + b", sigma="err")[:2] == ("time", "counts")


def test_a_pair_is_called_x_and_y():
    assert roles(sq.line(), (X, Y)) == ("x", "y", "slope, intercept")


def test_a_function_keeps_its_values_under_the_columns_name():
    model, points = bind(lambda x, a: a * np.interp(x, [0, 9], [0, 9]), TABLE)
    assert model.predict(points.inputs, a=2.0).tolist() == [0.0, 2.0, 4.0, 6.0]


# ------------------------------------------------------------------------------------------------------------ sigma


@pytest.mark.parametrize(
    "sigma, expected",
    [("err", TABLE["err"]), (np.array([1.0, 2.0, 3.0, 4.0]), [1.0, 2.0, 3.0, 4.0]), ([1, 2, 3, 4], [1, 2, 3, 4]), (0.5, [0.5] * 4)],
    ids=["a column", "an array", "a list", "a number"],
)  # fmt: skip
def test_sigma_is_a_column_an_array_or_a_number(sigma, expected):
    assert bind("counts = a*time", TABLE, sigma=sigma)[1].sigma.tolist() == expected


def test_the_third_of_a_triple_is_sigma():
    assert bind("y = a*x", (X, Y, TABLE["err"]))[1].sigma.tolist() == TABLE["err"]


@pytest.mark.parametrize(
    "sigma, hint",
    [("er", "did you mean err?"), ("zzz", "name the column with the uncertainty of each y")],
)
def test_a_sigma_that_is_no_column_is_refused(sigma, hint):
    assert refusal(OptionError, "counts = a*time", sigma=sigma) == (
        f"sigma: no column is called `{sigma}`; the columns are time, counts and err\nhint: {hint}"
    )


def test_a_sigma_of_another_length_is_refused():
    assert refusal(DataError, "counts = a*time", sigma=[1, 2]).startswith(
        "the columns differ in length: time has 4, counts has 4 and sigma has 2 values\n"
    )


@pytest.mark.parametrize("sigma", [0, -1.0, [1, 2, 0, 4]], ids=str)
def test_a_sigma_that_is_not_above_0_is_refused(sigma):
    assert ", a number above 0 was expected\nhint: " in refusal(DataError, "counts = a*time", sigma=sigma)


# ------------------------------------------------------------------------------------- a parameter named as a column


def test_a_name_is_a_parameter_where_it_is_said_to_be():
    assert roles("counts = err*time + b", parameters=["err"]) == ("time", "counts", "err, b")


def test_an_argument_is_a_parameter_where_it_is_said_to_be():
    assert roles(lambda time, err: err * time, {"err": Y, "time": X, "y": Y}, parameters=["err"])[2] == "err"


def test_a_parameter_that_is_not_in_the_formula_is_refused():
    assert refusal(OptionError, "counts = a*time", parameters=["q"]) == (
        "`q` is named a parameter but is not in the formula: counts = a*time\n"
        "hint: write it into the formula, or do not name it a parameter"
    )


def test_a_column_called_as_a_parameter_of_a_built_in_is_refused():
    assert refusal(ModelError, sq.line(), {"slope": X, "y": Y}) == (
        "`slope` is both a column and a parameter of the model\n"
        'hint: rename the column, or give the model a prefix: sq.gaussian("p_")'
    )


def test_a_prefix_keeps_a_built_in_clear_of_the_columns():
    assert roles(sq.line("p_"), {"slope": X, "y": Y}) == ("slope", "y", "p_slope, p_intercept")


# --------------------------------------------------------------------------------------------------- what is refused


def test_two_columns_that_could_be_predicted_are_refused():
    assert refusal(ModelError, "a*time + b") == (
        "which column is predicted, counts or err?\nhint: write `counts = …`: the left side says it"
    )


@pytest.mark.parametrize("source", ["a*x", sq.line(), lambda x, a: a * x], ids=["formula", "built-in", "function"])
def test_a_table_of_one_column_is_refused(source):
    assert refusal(DataError, source, {"x": X}) == (
        "the table has no column left to predict; its columns are x\nhint: give a second column, for what was measured"
    )


def test_a_table_without_columns_is_refused():
    assert refusal(DataError, "y = a*x", {}).startswith("the table has no columns\nhint: ")


@pytest.mark.parametrize("word", ["tmie", "Time", "tim", "times", "timer", "tine"])
def test_a_near_miss_of_a_column_is_refused_with_a_caret(word):
    assert refusal(FormulaError, f"counts = a*{word} + b") == (
        f"`{word}` is not a column, but `time` is, and is not used\n"
        f"  counts = a*{word} + b\n"
        f"             {'^' * len(word)}\n"
        f'hint: write time, or say that {word} is a parameter: parameters=["{word}"] (--parameter {word})'
    )


def test_a_near_miss_is_a_parameter_where_it_is_said_to_be():
    assert roles("counts = tim*err", parameters=["tim"]) == ("err", "counts", "tim")


def test_a_near_miss_of_a_column_that_is_used_is_a_parameter():
    assert roles("counts = tim*time + b") == ("time", "counts", "tim, b")


def test_short_names_one_letter_apart_are_no_near_miss():
    assert roles("y = a*x + b1", {"x": X, "y": Y, "b2": X}) == ("x", "y", "a, b1")


@pytest.mark.parametrize(
    "formula, rest",
    [("counts = a*q + b", ": a, q and b are all parameters"), ("counts = 2", "")],
)
def test_a_formula_that_uses_no_column_is_refused(formula, rest):
    assert refusal(ModelError, formula) == (
        f"the formula uses none of the columns time, counts and err{rest}\n"
        "hint: write it with a column, for example a*time + b"
    )


def test_a_left_side_that_is_no_column_is_refused_with_a_caret():
    assert refusal(FormulaError, "cuonts = a*time") == (
        "no column is called `cuonts`; the columns are time, counts and err\n"
        "  cuonts = a*time\n"
        "  ^^^^^^\n"
        "hint: did you mean counts?"
    )


@pytest.mark.parametrize("formula, word", [("counts = a*time + counts", "counts"), ("counts/time = a*time", "time")])
def test_a_column_on_both_sides_is_refused(formula, word):
    assert refusal(FormulaError, formula).startswith(f"`{word}` is on both sides\n")


def test_a_model_whose_input_is_no_column_is_refused():
    assert refusal(ModelError, sq.as_model("a*t"), {"dose": X, "y": Y}) == (
        "the model's input `t` is not a column; the columns are dose and y\nhint: rename the column or the argument"
    )


def test_a_function_of_more_columns_than_there_are_is_refused():
    model = sq.as_model(lambda u, v, a: a * u * v, ["u", "v"])
    assert "`u` is not a column" in refusal(ModelError, model, {"p": X, "y": Y})


def test_a_function_without_arguments_is_refused():
    assert refusal(ModelError, lambda: 1) == (
        "the function takes no argument that could be data\nhint: def f(x, a, b): …"
    )


def test_what_is_no_model_is_refused():
    assert refusal(ModelError, 3).startswith("a model is a formula, a function or a built-in, got int\n")


# ------------------------------------------------------------------------------------------- an expression on the left


@pytest.mark.parametrize(
    "left, expected",
    [
        ("log(counts)", np.log(Y)),
        ("counts/err", np.array(Y) / TABLE["err"]),
        ("1/counts^2", 1 / np.square(Y)),
    ],
)
def test_a_left_side_is_computed_from_its_columns(left, expected):
    points = bind(f"{left} = a*time + b", TABLE)[1]
    assert points.y == pytest.approx(expected, rel=1e-15)
    assert (points.target, list(points.inputs)) == (left, ["time"])


def test_a_column_of_the_left_side_may_be_an_input_too():
    assert roles("log(counts) = a*time*err + b")[0] == "time, err"


def test_a_left_side_that_is_not_finite_is_refused_with_its_point():
    assert refusal(DataError, "log(counts) = a*time + b", {"time": X, "counts": [1, 0, 2, 3]}) == (
        "log(counts) is not finite at point 1: counts=0\nhint: leave out the rows where it has no value"
    )


def test_the_point_that_is_not_finite_is_shown_with_every_column_of_the_left_side():
    words = refusal(DataError, "counts/dose = a*time", {"time": [1, 2, 3], "counts": [1, 5, 2], "dose": [1, 0, 2]})
    assert words.startswith("counts/dose is not finite at point 1: counts=5, dose=0\n")


def test_points_bring_their_own_sigma():
    points = sq.Points.checked({"x": X}, [0.0, 1.0, 2.0, 13.0], sigma=[1.0, 1.0, 1.0, 1000.0])
    _, seen = bind("y = a*x", points)
    assert seen.sigma is not None and seen.sigma.tolist() == [1.0, 1.0, 1.0, 1000.0]
    assert sq.fit("y = a*x", points).parameters["a"].value == pytest.approx(1.0, abs=1e-4)


def test_points_never_share_memory_with_the_caller_s_arrays(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("x,y\n0,1\n1,3\n2,5\n", encoding="utf-8")
    mine = np.array([1.0, 2.0, 3.0])
    assert not np.shares_memory(bind("y = a*x", path, sigma=mine)[1].sigma, mine)
    points = bind("y = a*x", {"x": mine, "y": mine + 1})[1]
    assert not np.shares_memory(points.x, mine)


# ------------------------------------------------------------------------------------------------ models of several inputs

PLANES = sq.relus(1, inputs=2)


@pytest.mark.parametrize(
    "columns, expected",
    [
        ("x1 x2 y", ("x1, x2", "y")),
        ("y x1 x2", ("x1, x2", "y")),
        ("x y z", ("x, y", "z")),
        ("z y x", ("x, y", "z")),
        ("u v w", ("u, v", "w")),
        ("u y w", ("u, w", "y")),
        ("x x2 y", ("x, y", "x2")),
    ],
)
def test_planes_take_columns_by_name_or_in_order(columns, expected):
    assert roles(PLANES, {n: X for n in columns.split()})[:2] == expected


def test_planes_of_three_inputs_take_the_fourth_column_as_what_is_predicted():
    assert roles(sq.relus(1, inputs=3), {n: X for n in ("p", "q", "r", "s")})[:2] == ("p, q, r", "s")


def test_an_array_of_columns_is_the_inputs():
    model, points = bind(PLANES, (np.array([X, Y]).T, X))
    assert (points.target, {n: v.tolist() for n, v in points.inputs.items()}) == ("z", {"x": X, "y": Y})
    assert bind(PLANES, (np.array([X, Y]).T, X, [1, 1, 2, 2]))[1].sigma.tolist() == [1, 1, 2, 2]


def test_an_array_of_columns_is_refused_by_a_model_of_one_input():
    assert refusal(DataError, sq.line(), (np.array([X, Y]).T, X)).startswith(
        "x and y must be equally long lists, got shapes (4, 2) and (4,)\n"
    )


def test_too_few_columns_for_planes_are_refused():
    assert refusal(DataError, PLANES, {"u": X}) == (
        "the table has the columns u: none is left for y\nhint: the inputs come first, then what is predicted"
    )
    assert refusal(DataError, PLANES, {"u": X, "v": Y}).startswith("the table has no column left to predict")
