"""A fit in print: the table to the letter, the rounding, and HTML that nothing can break out of."""

from __future__ import annotations

import math
from decimal import Decimal
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

import squiggly as sq
from squiggly.figures import rounded

X = np.linspace(0, 4, 9)
Y = 2 * X + 1 + np.array([0.1, -0.2, 0.15, 0, -0.1, 0.2, -0.05, 0.1, -0.2])
TABLE = {"x": X, "y": Y}


def lines(fit: sq.Fit) -> list[str]:
    return str(fit).splitlines()


def ramp(x, a, b):
    return a * np.interp(x, [0, 4], [0, 4]) + b


# ---------------------------------------------------------------------------------------------------------- the text


def test_a_fit_prints_as_a_short_table():
    assert str(sq.fit("y = a*x + b", TABLE)) == (
        "y = a*x + b\n"
        "data: x, y · parameters: a, b\n"
        "\n"
        "   value  error    95 % interval\n"
        "a  1.983  ± 0.040  1.888 … 2.079\n"
        "b  1.033  ± 0.096  0.806 … 1.260\n"
        "\n"
        "9 points · mse 0.018981 · reduced chi² 0.0244 · R² 0.99711\n"
        "errors: s²(JᵀJ)⁻¹ · intervals: Student's t, 7 degrees of freedom\n"
        "determined: the points fix every parameter."
    )


def test_a_fit_shows_itself_as_it_prints():
    fit = sq.fit("y = a*x + b", TABLE)
    assert repr(fit) == str(fit)


def test_a_fixed_parameter_and_one_at_its_bound_have_no_error():
    fit = sq.fit("y = a*x + b + c*x^2", TABLE, bounds={"b": (2, None)}, fix={"c": 0.01})
    assert lines(fit)[3:7] == [
        "   value  error    95 % interval",
        "a  1.610  ± 0.079  1.429 … 1.792",
        "b      2  ± —      2.000 … 2.292",
        "c   0.01           fixed",
    ]


def test_a_parameter_that_is_not_determined_has_an_infinite_error():
    fit = sq.fit("y = a*x + b + c + d", TABLE, fix={"d": 0})
    row = {line.split()[0]: line.split()[2:] for line in lines(fit)[4:7]}
    assert row["b"] == row["c"] == ["±", "∞", "unknown"]
    assert row["a"][-1] != "unknown"


def test_one_point_a_parameter_has_neither_error_nor_chi_square():
    fit = sq.fit("y = a*x + b", {"x": [0, 1], "y": [1, 2]})
    assert lines(fit)[4:8] == ["a      1  ± —    —", "b      1  ± —    —", "", "2 points · mse 0 · R² 1"]


@pytest.mark.parametrize(
    "sigma_is, note",
    {
        "known": "sigma known: in units of y",
        "relative": "sigma relative: the scatter of the points sets the scale",
    }.items(),
)
def test_the_meaning_of_sigma_is_noted(sigma_is, note):
    fit = sq.fit("y = a*x + b", TABLE, sigma=0.1, sigma_is=sigma_is)
    assert lines(fit)[-2] == note
    assert lines(fit)[1] == "data: x, y, sigma · parameters: a, b"


def test_no_sigma_makes_no_note():
    assert "sigma" not in str(sq.fit("y = a*x + b", TABLE))


@pytest.mark.parametrize("gaps, note", [(1, "1 row with gaps dropped"), (3, "3 rows with gaps dropped")])
def test_rows_that_were_dropped_are_counted(gaps, note):
    fit = sq.fit("y = a*x + b", {"x": X, "y": np.where(np.arange(9) < gaps, np.nan, Y)}, missing="drop")
    assert lines(fit)[-2] == note


def test_derivatives_that_are_not_exact_are_noted():
    fit = sq.fit(ramp, TABLE)
    assert lines(fit)[0] == "y = ramp(x, a, b)"
    assert lines(fit)[-2].startswith("derivatives by central differences: it mixes its input with an array of shape")


def test_a_lambda_goes_by_the_name_of_f():
    assert lines(sq.fit(lambda x, a: a * np.interp(x, [0, 4], [0, 4]), TABLE))[0] == "y = f(x, a)"


def test_the_delta_of_huber_is_shown():
    assert "· huber (delta 0.25) " in str(sq.fit("y = a*x + b", TABLE, loss=sq.Huber(delta=0.25)))


def test_an_odd_column_is_quoted_in_the_formula():
    fit = sq.fit("`y (mV)` = a*`x, s` + b", {"x, s": X, "y (mV)": Y})
    assert lines(fit)[:2] == ["`y (mV)` = a*`x, s` + b", "data: x, s, y (mV) · parameters: a, b"]


# ------------------------------------------------------------------------------------------------------ the rounding


@pytest.mark.parametrize(
    "value, error, shown",
    [
        (2.930653, 0.038474, ("2.931", "0.038")),
        (9.99, 0.0999, ("9.990", "0.100")),
        (12345.0, 460.0, ("12340", "460")),
        (-0.001, 0.5, ("0.00", "0.50")),
        (-0.4, 97.0, ("0", "97")),
        (0.0, 1e-3, ("0.0000", "0.0010")),
        (1e7, 1.0, ("1.00000000e+07", "1.0e+00")),
        (1e-9, 2e-10, ("1.00e-09", "2.0e-10")),
        (1e300, 1e299, ("1.00e+300", "1.0e+299")),
        (5.0, 0.0, ("5", "0")),
        (5.0, 1e-13, ("5", "1e-13")),
        (3.0, math.nan, ("3", "—")),
        (3.0, math.inf, ("3", "∞")),
    ],
)
def test_a_value_is_rounded_to_its_error(value, error, shown):
    assert rounded(value, error) == shown


SIZES = st.floats(-30, 30).map(lambda power: 10.0**power)


@settings(max_examples=500)
@given(size=st.just(0.0) | SIZES, sign=st.sampled_from([1.0, -1.0]), error=SIZES)
@example(size=0.5, sign=-1.0, error=99.5)
@example(size=9.9999, sign=1.0, error=0.01)
def test_a_rounded_value_is_within_half_a_unit_of_the_errors_second_digit(size, sign, error):
    value = size * sign + 0.0
    assume(error > 1e-12 * abs(value))
    unit = Decimal(10) ** (math.floor(math.log10(error)) - 1)
    shown, shown_error = map(Decimal, rounded(value, error))
    slack = 1 + Decimal("1e-3")  # a tie falls to either side of a number that has no exact binary form
    assert abs(shown - Decimal(value)) <= unit / 2 * slack
    assert abs(shown_error - Decimal(error)) <= unit / 2 * slack


@settings(max_examples=300)
@given(size=st.just(0.0) | SIZES, error=SIZES | st.sampled_from([0.0, math.nan, math.inf]))
def test_nothing_is_ever_printed_as_minus_nought(size, error):
    shown = rounded(-size + 0.0, error)[0]
    assert not (shown.startswith("-") and float(shown) == 0)


# ---------------------------------------------------------------------------------------------------------- the HTML


class Page(HTMLParser):
    """Reads HTML, and fails where a tag is closed that was not open, or never closed."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.seen: list[str] = []
        self.words = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words += data


HOSTILE = [
    "<script>",
    "</td>",
    'a"b',
    "a'b",
    "a&b",
    "<img src=x onerror=alert(1)>",
    "&lt;",
    "]]>",
    "-->",
    "$$",
    "</div>",
]
PAGE = sorted(["div", "p", "table", "thead", "tr", "th", "th", "th", "th", "tbody", "tr", "tr", "p", "br", "br", "b"]
              + 8 * ["td"])  # fmt: skip


@pytest.mark.parametrize("word", HOSTILE)
def test_a_hostile_column_name_is_escaped(word):
    fit = sq.fit(f"`{word}` = a*`{word}2` + b", {f"{word}2": X, word: Y})
    page = Page(fit._repr_html_())
    assert sorted(page.seen) == PAGE
    assert f"data: {word}2, {word} · parameters: a, b" in page.words


def test_a_hostile_parameter_name_is_escaped():
    fit = sq.fit("y = `<b>&`*x + `</td>`", TABLE)
    page = Page(fit._repr_html_())
    assert sorted(page.seen) == PAGE
    assert "<b>&1.983± 0.040" in page.words


def test_the_html_holds_the_typeset_formula():
    fit = sq.fit("y = a*x^2 + tau", TABLE)
    assert fit.model.latex == r"y = a \, x^{2} + \tau"
    assert Page(fit._repr_html_()).words.startswith(r"$$y = a \, x^{2} + \tau$$")


def test_the_html_says_what_the_text_says():
    fit = sq.fit("y = a*x + b", TABLE, sigma=0.1)
    words = Page(fit._repr_html_()).words
    for part in ("data: x, y, sigma · parameters: a, b", "1.983± 0.0401.888 … 2.079", "sigma relative", "R² 0.99711"):
        assert part in words
    assert words.endswith("✓ determined: the points fix every parameter.")


def test_a_verdict_that_is_not_ok_is_marked_in_the_html():
    fit = sq.fit("y = a*x + b", {"x": [0, 1], "y": [1, 2]})
    assert "⚠ too few points: 2 points and 2 parameters" in Page(fit._repr_html_()).words


def test_a_function_that_is_not_recorded_goes_by_its_name_in_the_html():
    html = sq.fit(ramp, TABLE)._repr_html_()
    assert "<code>y = ramp(x, a, b)</code>" in html and Page(html).words


def test_e_is_said_to_be_a_number_not_a_parameter():
    fit = sq.fit("y = a*e^(-x)", {"x": [0.0, 1.0, 2.0], "y": [1.0, 0.4, 0.1]})
    assert "data: x, y · parameters: a · e = 2.718…" in str(fit)
