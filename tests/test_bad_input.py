"""Bad input is met once, at the door, in words that carry the cure; odd but good input is fitted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx

import squiggly as sq
from squiggly.cli import main
from squiggly.errors import DataError, FileError, FormulaError, ModelError, OptionError, SquigglyError

DECAY = "y = a*exp(-x/tau) + c"
X = np.linspace(0, 5, 20)
Y = 3 * np.exp(-X / 1.7) + 0.5
NAN = float("nan")


def at(row: int, value: Any, values: np.ndarray = Y) -> list[Any]:
    """The values with one of them replaced."""
    return [value if i == row else v for i, v in enumerate(values.tolist())]


def said(error: type[SquigglyError], model: Any, data: Any, **options: Any) -> str:
    """What fit() says as it refuses."""
    with pytest.raises(error) as caught:
        sq.fit(model, data, **options)
    return str(caught.value)


# ------------------------------------------------------------------------------------------------- the table


def test_an_empty_table_is_refused():
    assert said(DataError, DECAY, ([], [])) == "there are no points: x and y are empty\nhint: give at least two points"


def test_a_table_without_columns_is_refused_as_such():
    said(DataError, DECAY, {})


@pytest.mark.parametrize("text, message", [
    ("", "decay.csv is empty\nhint: it needs a line of column names and a line for each point"),
    ("x,y\n", "decay.csv has column names but no rows: x, y\nhint: add a line for each point"),
])  # fmt: skip
def test_an_empty_file_is_refused(tmp_path, text, message):
    (tmp_path / "decay.csv").write_text(text)
    assert said(FileError, DECAY, tmp_path / "decay.csv") == message


def test_a_file_that_is_not_there_is_named_with_its_neighbour(tmp_path):
    (tmp_path / "decay.csv").write_text("x,y\n")
    assert said(FileError, DECAY, tmp_path / "decya.csv") == (
        f"there is no file {tmp_path / 'decya.csv'}\nhint: did you mean decay.csv?"
    )


@pytest.mark.parametrize("data, message", [
    ([[0, 1], [1, 3]], "a table was expected, got list\n"
     "hint: give the columns as a pair: (x, y); from a list of points: x, y = zip(*points)"),
    (np.zeros((3, 2)), "a table was expected, got ndarray\n"
     "hint: give the columns as a pair: (array[:, 0], array[:, 1])"),
    (3, "a table was expected, got int\n"
     "hint: give a file name, a dict of columns, a pair (x, y), or a pandas, polars or Arrow frame"),
])  # fmt: skip
def test_what_is_no_table_is_refused(data, message):
    assert said(DataError, DECAY, data) == message


# ------------------------------------------------------------------------------------------------- columns

TABLE = {"time": [0, 1, 2, 3], "counts": [5, 3, 2, 1]}


def test_a_missing_column_to_predict_is_named_with_the_nearest():
    assert said(FormulaError, "cuonts = a*time + b", TABLE) == (
        "no column is called `cuonts`; the columns are time and counts\n"
        "  cuonts = a*time + b\n"
        "  ^^^^^^\n"
        "hint: did you mean counts?"
    )


def test_a_missing_input_is_named_with_the_nearest():
    assert said(FormulaError, "counts = a*tiem + b", TABLE) == (
        "`tiem` is not a column, but `time` is, and is not used\n"
        "  counts = a*tiem + b\n"
        "             ^^^^\n"
        'hint: write time, or say that tiem is a parameter: parameters=["tiem"] (--parameter tiem)'
    )


def test_a_formula_without_a_column_is_refused():
    assert said(ModelError, "counts = a*t + b", TABLE) == (
        "the formula uses none of the columns time and counts: a, t and b are all parameters\n"
        "hint: write it with a column, for example a*time + b"
    )


def test_a_missing_column_of_sigma_is_named():
    assert said(OptionError, "counts = a*time + b", TABLE, sigma="tmie") == (
        "sigma: no column is called `tmie`; the columns are time and counts\nhint: did you mean time?"
    )


def test_a_table_of_one_column_has_nothing_to_predict():
    assert said(DataError, sq.line(), {"x": [1, 2, 3]}) == (
        "the table has no column left to predict; its columns are x\nhint: give a second column, for what was measured"
    )


# ------------------------------------------------------------------------------------------------- cells


def test_text_in_a_number_column_is_named_with_row_and_value():
    assert said(DataError, DECAY, (X, at(7, "oops"))) == (
        'row 7: y is "oops", a number was expected\nhint: turn text into numbers first; write a gap as nan'
    )


def test_text_in_a_file_is_named_with_row_line_and_value(tmp_path):
    (tmp_path / "decay.csv").write_text("# a comment\nx,y\n0,5\n\n1,oops\n2,3\n")
    assert said(DataError, "y = a*x + b", tmp_path / "decay.csv") == (
        'decay.csv row 2 (line 5): y is "oops", a number was expected\n'
        "hint: correct it, or leave the cell empty for a gap"
    )


@pytest.mark.parametrize("gap, shown", [(NAN, "nan"), (float("inf"), "inf"), (-float("inf"), "-inf"), (None, "nan")])
def test_a_gap_is_refused_by_default(gap, shown):
    assert said(DataError, DECAY, (X, at(7, gap))) == (
        f"row 7 is not a finite point: x=1.84211, y={shown}\n"
        'hint: fill the gap or delete the row; missing="drop" leaves out such rows (1 of 20)'
    )


def test_a_gap_in_an_input_or_in_sigma_is_refused_too():
    assert said(DataError, DECAY, (at(3, NAN, X), Y)).startswith("row 3 is not a finite point: x=nan, y=")
    assert said(DataError, DECAY, (X, Y), sigma=at(3, NAN, np.ones(20))).endswith("(1 of 20)")


def test_gaps_are_dropped_on_request_counted_and_said():
    answer = sq.fit(DECAY, (at(3, NAN, X), at(7, None)), missing="drop")
    assert (answer.n, answer.points.dropped) == (18, 2)
    assert answer.values == approx({"a": 3, "tau": 1.7, "c": 0.5})
    assert "\n2 rows with gaps dropped\n" in str(answer)


def test_nothing_left_after_dropping_is_refused():
    assert said(DataError, DECAY, ([1, 2], [NAN, NAN]), missing="drop") == (
        "every row has a gap: all 2 were dropped\nhint: is one of the columns empty?"
    )


def test_missing_is_refuse_or_drop():
    assert said(OptionError, DECAY, (X, Y), missing="fill") == (
        'missing is "fill", it can be "refuse" or "drop"\nhint: "drop" leaves out rows with a gap'
    )


@pytest.mark.parametrize(
    "sigma, row, shown", [(np.zeros(20), 0, "0"), (at(4, -1.0, np.ones(20)), 4, "-1"), (-2, 0, "-2")]
)
def test_sigma_is_above_nought(sigma, row, shown):
    assert said(DataError, DECAY, (X, Y), sigma=sigma) == (
        f"row {row}: sigma is {shown}, a number above 0 was expected\n"
        "hint: sigma is the uncertainty of each y; leave it out if it is not known"
    )


# ------------------------------------------------------------------------------------------------- shapes and sizes


def test_one_point_is_refused():
    assert said(DataError, "y = a*x", ([1], [2])) == (
        "one point only: x=1, y=2\nhint: give at least as many points as the model has parameters"
    )


def test_fewer_points_than_parameters_are_refused():
    assert said(DataError, DECAY, ([1, 2], [2, 3])) == (
        "2 points cannot determine 3 parameters, a, tau and c\n"
        "hint: measure more points, or hold some parameters constant with fix"
    )


def test_fixed_parameters_need_no_points():
    assert sq.fit(DECAY, (X[:2], Y[:2]), fix={"tau": 1.7}).values == approx({"a": 3, "tau": 1.7, "c": 0.5})


def test_all_equal_x_is_refused():
    assert said(DataError, DECAY, ([2, 2, 2, 2], [2, 3, 4, 5])) == (
        "every x is 2: a curve needs at least two places to pass through\n"
        "hint: check which column is the input, and that it is not rounded away"
    )


def test_a_column_beside_a_list_is_refused():
    assert said(DataError, DECAY, (X[:, None], Y)) == (
        "x and y must be equally long lists, got shapes (20, 1) and (20,)\n"
        "hint: turn a column of shape (n, 1) into a list with `column[:, 0]`"
    )


def test_mixed_lengths_are_refused():
    assert said(DataError, DECAY, (X, Y[:-1])) == (
        "the columns differ in length: x has 20 and y has 19 values\nhint: give every row a value in each column"
    )
    assert said(DataError, DECAY, (X, Y), sigma=[1, 2]) == (
        "the columns differ in length: x has 20, y has 20 and sigma has 2 values\n"
        "hint: give every row a value in each column"
    )


# ------------------------------------------------------------------------------------------------- the model

TYPOS = {
    "y = a*exp(-x/tau) +": (
        "the formula ends where a number or a name was expected\n"
        "  y = a*exp(-x/tau) +\n"
        "                     ^\n"
        "hint: finish it, or leave out the last sign"
    ),
    "y = a*epx(-x/tau)": (
        "there is no function `epx`\n"
        "  y = a*epx(-x/tau)\n"
        "        ^^^\n"
        "hint: did you mean exp?"
    ),
    "y = a*np.exp(-x/tau)": (
        "a formula has no place for '.'\n"
        "  y = a*np.exp(-x/tau)\n"
        "          ^\n"
        "hint: attributes do not exist here: write exp(x), not np.exp(x)"
    ),
    "y = a x + b": (
        "two things side by side: `a x`\n"
        "  y = a x + b\n"
        "        ^\n"
        "hint: write * to multiply"
    ),
    "y = a*y + x": (
        "`y` is on both sides\n"
        "  y = a*y + x\n"
        "  ^\n"
        "hint: keep what is predicted on the left only"
    ),
}  # fmt: skip


@pytest.mark.parametrize("formula", TYPOS)
def test_a_typo_in_the_formula_is_marked(formula):
    assert said(FormulaError, formula, (X, Y)) == TYPOS[formula]


@pytest.mark.parametrize(
    "formula, first",
    {
        "y = x.__class__": "a formula has no place for '.'",
        "y = [a for a in x]": "a formula has no place for '['",
        "y = a*x[0]": "a formula has no place for '['",
        "y = __import__('os').getpid()*x": 'a formula has no place for "\'"',
        "y = eval(x)": "there is no function `eval`",
    }.items(),
)
def test_python_in_a_formula_is_refused(formula, first):
    assert said(FormulaError, formula, (X, Y)).split("\n")[0] == first


@pytest.mark.parametrize("formula, at", [("y = a*log(-1 - x^2) + c", "a=0, c=0"), ("y = sqrt(-1 - x)*a", "a=0")])
def test_a_model_without_a_finite_value_is_refused(formula, at):
    assert said(ModelError, formula, (X, Y)) == (
        f"the model is nan at point 0 (x=0), with {at}: no start with finite values was found\n"
        "hint: leave out the points it cannot take (log or sqrt of a negative x …), "
        "or give start values where it is finite"
    )


@pytest.mark.parametrize("scale, reaches", [(1e-160, "3.5e-160"), (1e160, "3.5e+160")])
def test_a_y_whose_squares_have_no_number_is_refused(scale, reaches):
    assert said(DataError, DECAY, (X, scale * Y)) == (
        f"y reaches {reaches}: squares of that do not fit in a float64\n"
        "hint: measure it in another unit, so that it lies between 1e-140 and 1e140"
    )


def test_a_left_side_without_a_finite_value_is_refused():
    assert said(DataError, "log(y) = a*x + b", (X, at(5, -1.0))) == (
        "log(y) is not finite at point 5: y=-1\nhint: leave out the rows where it has no value"
    )


def test_a_function_that_fails_says_how():
    assert said(ModelError, lambda x, a: a * undefined, (X, Y)) == (  # noqa: F821
        "the function failed: NameError: name 'undefined' is not defined\n"
        "hint: call it once by hand with your x and a number for every parameter"
    )


def test_a_function_of_another_length_is_refused():
    assert said(ModelError, lambda x, a: a * np.ones(3) * np.mean(x), (X, Y)) == (
        "the function returned an array of shape (3,), (20,) was expected: one value a point\n"
        "hint: reduce it to one prediction for each x"
    )


# ------------------------------------------------------------------------------------------------- the options

OPTIONS = {
    "a bound that excludes the start": (
        dict(start={"tau": 2}, bounds={"tau": (3, None)}),
        "bounds: tau must lie in [3, ∞), its start is 2\nhint: move the start inside, or widen the bound",
    ),
    "a bound that excludes what is fixed": (
        dict(fix={"tau": 2}, bounds={"tau": (None, 1)}),
        "bounds: tau must lie in (−∞, 1], its fixed value is 2\nhint: move the fixed value inside, or widen the bound",
    ),
    "a bound the wrong way round": (
        dict(bounds={"tau": (3, 1)}),
        "bounds: tau has (3, 1), a lowest and a higher highest value were expected\n"
        "hint: {'tau': (0, None)} keeps it at or above 0; to hold it at one value use fix",
    ),
    "a bound that is one number": (
        dict(bounds={"tau": 3}),
        "bounds: tau has 3, a lowest and a higher highest value were expected\n"
        "hint: {'tau': (0, None)} keeps it at or above 0; to hold it at one value use fix",
    ),
    "a bound on nothing": (
        dict(bounds={"tua": (0, 1)}),
        "bounds has 'tua', which is not a parameter of this model\nhint: did you mean tau?",
    ),
    "a start of nothing": (
        dict(start={"b": 1}),
        "start has 'b', which is not a parameter of this model\nhint: the parameters are a, tau and c",
    ),
    "a start that is text": (
        dict(start={"tau": "3"}),
        "start of tau is '3', a finite number was expected\nhint: give a finite number",
    ),
    "a start that is nan": (
        dict(start={"tau": NAN}),
        "start of tau is nan, a finite number was expected\nhint: give a finite number",
    ),
    "starts without names": (
        dict(start=[1, 2, 3]),
        'start is [1, 2, 3], a value for each name was expected\nhint: start={"a": 1.1}',
    ),
    "fixing nothing": (
        dict(fix={"d": 1}),
        "fix has 'd', which is not a parameter of this model\nhint: the parameters are a, tau and c",
    ),
    "sigma that is neither": (
        dict(sigma_is="absolute"),
        'sigma_is is \'absolute\', "relative" or "known" was expected\nhint: sigma_is="relative"',
    ),
    "a loss by its name": (dict(loss="mae"), "loss is 'mae', a loss was expected\nhint: pass mae itself"),
}


@pytest.mark.parametrize("options, message", OPTIONS.values(), ids=OPTIONS)
def test_an_option_that_does_not_fit_is_refused(options, message):
    assert said(OptionError, DECAY, (X, Y), **options) == message


def test_an_output_that_cannot_be_written_is_said(tmp_path):
    answer = sq.fit(DECAY, (X, Y))
    for write, word in ((answer.save, "fit.json"), (answer.plot, "fit.png")):
        with pytest.raises(FileError) as caught:
            write(tmp_path / "no" / word)
        assert str(caught.value) == (
            f"cannot write {tmp_path / 'no' / word}: No such file or directory\n"
            "hint: make the folder first, or check its name"
        )


# ------------------------------------------------------------------------------------------------- huge and tiny

FAR = 1e9 + np.arange(20.0)  # seconds since 1970, a second apart


def test_a_line_far_from_nought_is_found():
    answer = sq.fit("y = a*x + b", (FAR, 2 * (FAR - 1e9) + 5))
    assert answer.values["a"] == approx(2, rel=1e-8) and answer.predict() == approx(2 * np.arange(20.0) + 5, abs=1e-5)


def test_a_line_far_from_nought_is_found_exactly_where_it_is_centred():
    answer = sq.fit("y = a*(x - 1e9) + b", (FAR, 2 * (FAR - 1e9) + 5))
    assert answer.values == approx({"a": 2, "b": 5}, rel=1e-12)


def test_a_peak_far_from_nought_is_found():
    y = 3 * np.exp(-(((FAR - 1e9 - 8) / 3) ** 2) / 2)
    answer = sq.fit("y = a*exp(-((x - m)/w)^2/2)", (FAR, y))
    assert answer.values["m"] - 1e9 == approx(8, abs=1e-6) and answer.values["w"] == approx(3, rel=1e-6)


def test_a_decay_far_from_nought_is_found():
    answer = sq.fit("y = a*exp(-(x - m)/tau) + c", (FAR, 3 * np.exp(-(FAR - 1e9) / 4) + 1), fix={"m": 1e9})
    assert answer.values == approx({"a": 3, "m": 1e9, "tau": 4, "c": 1}, rel=1e-9)


def test_a_curve_that_float64_cannot_tell_apart_so_far_out_is_not_called_determined():
    answer = sq.fit("y = a*x^2 + b*x + c", (FAR, 2 * (FAR - 1e9) + 5))
    assert answer.verdict.kind == "not determined"


SCALES = [1e-30, 1e-12, 1e-6, 1e6, 1e12, 1e30]


@pytest.mark.parametrize("scale", SCALES)
def test_the_unit_of_y_does_not_matter(scale):
    answer = sq.fit(DECAY, (X, scale * Y))
    assert answer.verdict.ok
    assert answer.values == approx({"a": 3 * scale, "tau": 1.7, "c": 0.5 * scale}, rel=1e-9, abs=0)


@pytest.mark.parametrize("scale", SCALES)
def test_the_unit_of_x_does_not_matter(scale):
    answer = sq.fit(DECAY, (scale * X, Y))
    assert answer.verdict.ok
    assert answer.values == approx({"a": 3, "tau": 1.7 * scale, "c": 0.5}, rel=1e-9, abs=0)


@pytest.mark.parametrize("x, y", [(1e-12, 1e12), (1e12, 1e-12)])
def test_the_units_of_both_do_not_matter(x, y):
    answer = sq.fit(DECAY, (x * X, y * Y))
    assert answer.values == approx({"a": 3 * y, "tau": 1.7 * x, "c": 0.5 * y}, rel=1e-9, abs=0)


# ------------------------------------------------------------------------------------------------- hard to fit

LINE = np.linspace(0, 10, 40)
SCATTER = 0.1 * np.random.default_rng(3).normal(size=40)
POSITIVE = LINE + 0.25
VERDICTS = {  # what people fit without meaning harm: model, data, options, the kind of verdict and a part of its words
    "a line a second apart since 1970": ("y = a*x + b", FAR, 2 * (FAR - 1e9) + SCATTER[:20], {}, "determined", "every parameter"),
    "a sine a second apart since 1970": (
        "y = a*sin(w*x + p)", FAR, np.sin((FAR - 1e9) / 2) + SCATTER[:20], {}, "did not settle or poorly determined", "write (x - 1000000010) for x",
    ),
    "a decay a second apart since 1970": (
        "y = a*exp(-x/tau)", FAR, np.exp(-(FAR - 1e9) / 8) + SCATTER[:20], {}, "did not settle", "write (x - 1000000010) for x",
    ),
    "a parabola a second apart since 1970": (
        "y = a*x^2 + b*x + c", FAR, (FAR - 1e9) ** 2, {}, "not determined", "write (x - 1000000010) for x",
    ),
    "y of a millionth of a millionth": (
        DECAY, LINE, 1e-12 * (3 * np.exp(-LINE / 2) + SCATTER), {}, "determined", "every parameter",
    ),
    "parameters a millionth of a millionth of each other": (
        "y = a*exp(-x/tau) + b*x", LINE, 1e6 * np.exp(-LINE / 2) + 1e-6 * LINE + 1e-9 * SCATTER, {}, "determined", "every",
    ),
    "a term that drowns beside another": (
        "y = a*exp(-x/tau) + b*x", LINE, 1e6 * (np.exp(-LINE / 2) + SCATTER) + 1e-6 * LINE, {}, "determined", "every",
    ),
    "every x four times": (
        DECAY, np.repeat(LINE[::4], 4), np.exp(-np.repeat(LINE[::4], 4) / 2) + SCATTER, {}, "determined", "every parameter",
    ),
    "every row twice": ("y = a*x + b", np.tile(LINE, 2), 2 * np.tile(LINE, 2), {}, "determined", "every parameter"),
    "two places for three parameters": (
        DECAY, np.repeat([1.0, 2.0], 20), np.repeat([3.0, 4.0], 20) + SCATTER, {}, "not determined",
        "can change together without changing the curve at these points",
    ),
    "a decay of what does not vary": (DECAY, LINE, 0 * LINE + 3, {}, "not determined", "tau has no effect on the curve while a is 0"),
    "a sine of what does not vary": (
        "y = a*sin(w*x + p) + c", LINE, 0 * LINE + 3, {}, "not determined", "has no effect on the curve while a is 0",
    ),
    "a line of what does not vary": ("y = a*x + b", LINE, 0 * LINE + 3, {}, "determined", "every parameter"),
    "nothing but noughts": (DECAY, LINE, 0 * LINE, {}, "not determined", "tau has no effect on the curve while a is 0"),
    "a parameter without effect": ("y = a*x + 0*b", LINE, LINE + SCATTER, {}, "not determined", "b has no effect on the curve"),
    "a parameter of what was not measured": (
        "y = a*x + b*max(x - 20, 0)", LINE, LINE + SCATTER, {}, "not determined", "A point near x =",
    ),
    "two that only enter as a product": ("y = a*b*x", LINE, 3 * LINE + SCATTER, {}, "not determined", "only the product a*b is known: 2.9994 ± 0.0032"),
    "as many parameters as points": (DECAY, [0, 1, 3], [6, 4, 2], {}, "too few points", "3 points and 3 parameters"),
    "a singularity to start on": (
        "y = a/(x - b)", LINE, 1 / (LINE + 2) + 0.01 * SCATTER, {"start": {"a": 1, "b": float(LINE[5])}}, "determined", "every",
    ),
    "a start where nothing is defined": (
        DECAY, LINE, np.exp(-LINE) + SCATTER, {"start": {"a": 1, "tau": 0, "c": 0}}, "determined", "every parameter",
    ),
    "a start beyond float64": ("y = a*x^b", POSITIVE, POSITIVE**3, {"start": {"a": 1, "b": 400}}, "determined", "every parameter"),
    "bounds that exclude the best": (
        DECAY, LINE, 3 * np.exp(-LINE / 2) + SCATTER, {"bounds": {"tau": (5, 9)}}, "at a bound",
        "tau at 5 (the points would have it lower) sits on its bound",
    ),
    "bounds with next to nothing between": (
        "y = a*x", LINE, 3 * LINE + SCATTER, {"bounds": {"a": (4, 4 + 1e-12)}}, "at a bound", "a at 4 (the points would have it lower)",
    ),
    "a step": ("y = a*sign(x - b)", LINE, np.sign(LINE - 4.3) + SCATTER, {}, "not determined", "b moves a jump of the curve"),
    "one parameter in a logarithm": ("y = log(a*x)", -POSITIVE, np.log(2 * POSITIVE) + SCATTER, {}, "determined", "every parameter"),
    "a curve that cannot bend so": ("y = exp(exp(a*x))", LINE, LINE, {}, "misses the points", "they lie below the curve"),
}  # fmt: skip


@pytest.mark.parametrize("model, x, y, options, kind, words", VERDICTS.values(), ids=VERDICTS)
def test_hard_input_ends_in_the_right_verdict_in_words(model, x, y, options, kind, words):
    verdict = sq.fit(model, (x, y), **options).verdict
    assert verdict.kind in kind.split(" or ") and words in verdict.words
    assert verdict.ok is (kind == "determined")


REFUSED = {
    "a root of less than nought": ("y = a*sqrt(x - 5) + b", LINE, LINE, "the model is nan at point 0 (x=0)"),
    "a logarithm of nought": ("y = a*log(x) + b", LINE, LINE, "the model is nan at point 0 (x=0)"),
    "a logarithm on the wrong side": ("y = a*log(x) + b", -POSITIVE, LINE, "the model is nan at point 0 (x=-0.25)"),
    "a power of less than nought": ("y = a*x^b", LINE - 5, LINE, "the model is nan at point 0 (x=-5)"),
    "one over nought": ("y = a/x + b", LINE, LINE, "the model is nan at point 0 (x=0)"),
    "what float64 cannot hold": ("y = a*exp(x^3)", LINE, LINE, "the model is nan at point 35"),
}


@pytest.mark.parametrize("model, x, y, words", REFUSED.values(), ids=REFUSED)
def test_a_formula_without_a_number_on_part_of_the_data_says_where_and_what_to_do(model, x, y, words):
    message = said(ModelError, model, (x, y))
    assert message.startswith(words) and "\nhint: leave out the points it cannot take" in message


@pytest.mark.parametrize(
    "rows, formula, code, words",
    [
        ([(t, 3.0) for t in range(10)], "y = a*exp(-x/tau) + c", 3, "not determined: tau has no effect on the curve while a is 0"),
        ([(t, 2.0 * t + (-1) ** t * 0.1) for t in range(10)], "y = a*b*x", 3, "not determined: only the product a*b is known"),
        ([(t, t * t) for t in range(20)], "y = a*x + b", 3, "misses the points: from x = "),
        ([(t - 5, t) for t in range(10)], "y = a*log(x) + b", 2, "Error: the model is nan at point 0 (x=-5)"),
        ([(1, 2), (2, 3)], "y = a*exp(-x/tau) + c", 2, "Error: 2 points cannot determine 3 parameters, a, tau and c"),
        ([(1e9 + t, t * t) for t in range(20)], "y = a*x^2 + b*x + c", 3, "not determined: a, b and c can change together"),
    ],
    ids=["flat", "product", "bent", "wrong side", "too many parameters", "far"],
)  # fmt: skip
def test_the_command_line_says_the_same_and_tells_it_by_its_exit_code(tmp_path, rows, formula, code, words):
    (tmp_path / "points.csv").write_text("x,y\n" + "".join(f"{x},{y}\n" for x, y in rows))
    result = CliRunner().invoke(main, ["fit", str(tmp_path / "points.csv"), formula])
    assert result.exit_code == code
    assert words in (result.stdout if code == 3 else result.stderr)


FORMULAS = [
    "y = a*x + b", "y = a*exp(-x/b) + c", "y = a*sin(b*x + c)", "y = a*x^b", "y = a/(x - b)", "y = a*log(x - b)",
    "y = a*b*x", "y = a*exp(-((x - b)/c)^2)", "y = a*max(x - b, 0)", "y = a*x/(b + x)", "y = a + 0*b*x",
]  # fmt: skip
NUMBER = st.one_of(
    st.integers(-5, 5).map(float),
    st.floats(-1e6, 1e6),
    st.floats(1e-12, 1e12),
    st.sampled_from([0.0, 1e9, 1e9 + 1, 1e-12, -1e-12, 1e30]),
)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(FORMULAS), st.lists(st.tuples(NUMBER, NUMBER), min_size=1, max_size=14))
def test_any_numbers_end_in_a_verdict_or_in_an_error_with_a_hint(formula, rows):
    x, y = (list(column) for column in zip(*rows))
    try:
        verdict = sq.fit(formula, (x, y)).verdict
    except SquigglyError as error:
        assert "\nhint: " in str(error)
    else:
        assert verdict.words.endswith(".") and verdict.ok is (verdict.kind == "determined")


def test_a_wave_through_a_level_line_is_not_determined():
    x = np.linspace(0, 10, 50)
    verdict = sq.fit("y = a*sin(k*x + p)", (x, np.full(50, 3.0))).verdict
    assert verdict.kind == "not determined" and "every y is 3" in verdict.words


def test_a_saturation_through_a_level_line_is_known_to_be_at_its_top():
    x = np.linspace(1, 10, 50)
    answer = sq.fit("y = v*x/(k + x)", (x, np.full(50, 3.0)))
    assert answer.verdict.ok and answer.values["v"] == pytest.approx(3) and abs(answer.values["k"]) < 1e-9


def test_a_box_is_said_to_have_places_that_are_not_searched():
    x = np.linspace(0, 10, 80)
    verdict = sq.fit("y = b + d*(x > t)*(x < u)", (x, 1 - 0.5 * ((x > 3) & (x < 5)))).verdict
    assert verdict.kind == "not determined" and "t moves a jump of the curve" in verdict.words
