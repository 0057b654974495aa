"""The inside of a model, as text."""

from __future__ import annotations

import numpy as np
import pytest

import squiggly as sq
from squiggly.errors import FormulaError, ModelError, OptionError
from squiggly.shapes import MODELS
from squiggly.show import show


def test_a_formula_shows_its_program_and_its_derivatives():
    assert show("y = a*exp(-t/tau) + c").split("\n\njavascript\n")[0] == (
        "formula      y = a*exp(-t/tau) + c\n"
        r"typeset      y = a \, \exp\left(-\frac{t}{\tau}\right) + c" "\n"
        "data         t\n"
        "parameters   a, tau, c\n"
        "\n"
        "program\n"
        "  %0   parameter    a\n"
        "  %1   input        t\n"
        "  %2   parameter    tau\n"
        "  %3   divide       %1 %2\n"
        "  %4   negative     %3\n"
        "  %5   exp          %4\n"
        "  %6   multiply     %0 %5\n"
        "  %7   parameter    c\n"
        "  %8   add          %6 %7\n"
        "  return %8\n"
        "\n"
        "derivatives\n"
        "  d/da    exp(-t/tau)\n"
        "  d/dtau  a*exp(-t/tau)*(t/tau/tau)\n"
        "  d/dc    1"
    )  # fmt: skip


def head(text: str) -> dict[str, str]:
    """The lines above the program, by their first word."""
    return dict(line.split(maxsplit=1) for line in text.split("\n\n")[0].splitlines())


def test_a_function_shows_what_was_recorded():
    assert head(show(lambda x, a, b: np.sin(a * x) * b)) == {
        "formula": "sin(a*x)*b",
        "typeset": r"\sin\left(a \, x\right) \, b",
        "data": "x",
        "parameters": "a, b",
    }


@pytest.mark.parametrize("build", MODELS.values(), ids=MODELS)
def test_a_built_in_shows_a_derivative_for_each_parameter(build):
    slopes = show(build()).split("derivatives\n")[1].split("\n\n")[0].splitlines()
    assert [line.split()[0] for line in slopes] == ["d/d" + n for n in build().names]


def test_a_function_that_cannot_be_recorded_says_why():
    with pytest.raises(ModelError, match=r"^this function could not be recorded: it mixes its input with an array"):
        show(lambda x, a: a * np.interp(x, [0, 1], [0, 1]))


def test_a_formula_without_parameters_shows_no_derivatives():
    shown = show("sin(x)")
    assert head(shown)["parameters"] == "none" and "derivatives" not in shown


def test_the_javascript_is_the_page_s_with_one_loss():
    from squiggly import as_model, mse
    from squiggly.javascript import source

    shown = show("a*exp(-t)").split("\n\njavascript\n")[1]
    assert (
        "\n".join(line.removeprefix("  ") for line in shown.splitlines())
        == source(as_model("a*exp(-t)"), [mse]).strip()
    )
    assert "function mse(" in shown and "function mae(" not in shown


def test_a_model_of_several_inputs_shows_no_javascript():
    assert "javascript" not in show("a*u + b*v", ["u", "v"])


def test_a_formula_without_data_says_so():
    assert head(show("a + b"))["data"] == "none"


@pytest.mark.parametrize(
    "source, inputs, data, parameters",
    [
        ("a*z + q", ["z"], "z", "a, q"),
        ("a*z + q", ["z", "q"], "z, q", "a"),
        ("log(y) = a*x + z", ["z"], "z", "a, x"),
        (lambda t, a: a * t, ["t"], "t", "a"),
        (lambda a, t: a * t, ["t"], "t", "a"),
        (sq.line(), ["t"], "t", "slope, intercept"),
    ],
)
def test_the_inputs_say_which_names_are_data(source, inputs, data, parameters):
    shown = head(show(source, inputs))
    assert (shown["data"], shown["parameters"]) == (data, parameters)


@pytest.mark.parametrize(
    "source, inputs, words",
    [
        ("a*z", ["q"], "--input q: the formula has no such name; its names are a and z\nhint: --input a"),
        ("2", ["q"], "--input q: the formula has no names\nhint: leave --input out"),
        (sq.line(), ["a", "b"], "--input a and b: this model has 1 input\nhint: --input t"),
    ],
)
def test_an_input_that_is_not_there_is_refused(source, inputs, words):
    with pytest.raises(OptionError) as error:
        show(source, inputs)
    assert str(error.value) == words


def test_a_formula_that_cannot_be_read_is_refused_with_a_caret():
    with pytest.raises(FormulaError, match=r"\n +\^"):
        show("a*")
