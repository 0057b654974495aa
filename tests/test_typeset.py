"""Expressions typeset: LaTeX to the letter, and LaTeX that a plotting library can draw."""

from __future__ import annotations

import pytest
from matplotlib.mathtext import MathTextParser

from squiggly.expression import apply, name
from squiggly.formula import parse
from squiggly.shapes import MODELS, relus
from squiggly.typeset import LONGEST, latex, latex_name, number, text

LATEX = {
    "a*x^2 + b*x + c": r"a \, x^{2} + b \, x + c",
    "a*exp(-t/tau)": r"a \, \exp\left(-\frac{t}{\tau}\right)",
    "sqrt(1 - x)/(a + b)": r"\frac{\sqrt{1 - x}}{a + b}",
    "A*sin(omega*x + phi)": r"A \, \sin\left(\omega \, x + \phi\right)",
    "(a*x)^-2": r"\left(a \, x\right)^{-2}",
    "(a + b)*x": r"\left(a + b\right) \, x",
    "a - (b - c)": r"a - \left(b - c\right)",
    "-a*x": r"-a \, x",
    "x_mean*1e-7": r"x_{\mathrm{mean}} \cdot 1 \cdot 10^{-7}",
    "log(x)": r"\ln\left(x\right)",
    "max(a, x)": r"\max\left(a, x\right)",
    "atan2(y, x)": r"\operatorname{atan2}\left(y, x\right)",
    "where(x < 0, a, b)": r"\begin{cases} a & x < 0 \\ b & \text{otherwise} \end{cases}",
}


@pytest.mark.parametrize("formula, typeset", LATEX.items(), ids=LATEX)
def test_a_formula_is_typeset_as_one_would_write_it(formula, typeset):
    assert latex(parse(formula).expr) == typeset


NAMES = {
    "x": "x",
    "tau": r"\tau",
    "Omega": r"\Omega",
    "b1": "b_{1}",
    "t12": "t_{12}",
    "p_center": r"p_{\mathrm{center}}",
    "x_1": "x_{1}",
    "slope": r"\mathrm{slope}",
    "y (mV)": r"\mathrm{y\ (mV)}",
    "50%": r"\mathrm{50\%}",
    "a{b}$": r"\mathrm{a\{b\}\$}",
}


@pytest.mark.parametrize("word, typeset", NAMES.items(), ids=NAMES)
def test_a_name_is_typeset(word, typeset):
    assert latex_name(word) == typeset


@pytest.mark.parametrize("build", MODELS.values(), ids=MODELS)
def test_mathtext_draws_every_built_in(build):
    width = MathTextParser("path").parse(f"${build(prefix='p_').latex}$").width
    assert width > 10


@pytest.mark.parametrize(
    "value, shown", {2.0: "2", -0.0: "-0", 0.1: "0.1", 1e22: "1e+22", 1e14: "100000000000000"}.items()
)
def test_a_number_is_written_as_short_as_reads_back(value, shown):
    assert number(value) == shown and float(shown) == value


@pytest.mark.parametrize("formula", [*LATEX, "-(a^b)^c", "a^-b^c", "a/(b/c)", "not (a < b) and c > d", "a*-b", "--a"])
def test_the_text_of_an_expression_reads_back_as_the_same_expression(formula):
    expr = parse(formula).expr
    assert parse(text(expr)).expr is expr


def test_an_expression_that_says_a_part_over_and_over_stays_short():
    expr = name("x")
    for _ in range(60):  # 2^60 letters if written out
        expr = apply("multiply", expr, apply("sin", expr))
    assert len(text(expr)) <= LONGEST and "…" in text(expr)
    assert r"\ldots" in latex(expr)


def test_a_long_sum_is_typeset_whole():
    assert relus(150).latex.endswith(r"w_{150} \, \operatorname{relu}\left(x - t_{150}\right)")


def test_minus_nought_keeps_its_brackets_under_a_power():
    expr = parse("(-0)^x").expr
    assert text(expr) == "(-0)^x"
    assert parse(text(expr)).expr is expr
