"""Exact derivatives: against torch, against nudges, and finite where a mask hides what is not."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from squiggly.derivative import derivatives
from squiggly.expression import names
from squiggly.formula import parse
from squiggly.program import Program
from squiggly.shapes import MODELS
from squiggly.typeset import text

X = np.array([-2.0, -0.7, 0.0, 0.4, 1.3, 2.9])


def slopes(formula: str, wanted: list[str]) -> list[str]:
    return [text(d) for d in derivatives(parse(formula).expr, wanted)]


def slope(formula: str, wanted: str, **at) -> np.ndarray:
    """The derivative's values at the points X."""
    expr = parse(formula).expr
    [values] = Program(tuple(at), (), tuple(derivatives(expr, [wanted])))(
        {k: np.broadcast_to(v, 6) for k, v in at.items()}, {}
    )
    return values


@pytest.mark.parametrize(
    "formula, expected",
    {
        "a*x^2 + b": ["x^2", "1"],
        "exp(a*x)*b": ["exp(a*x)*b*x", "exp(a*x)"],
        "b/a": ["-b/a/a", "1/a"],
        "x": ["0", "0"],
        "a": ["1", "0"],
        "a - b": ["1", "-1"],
    }.items(),
)
def test_a_derivative_is_a_formula(formula, expected):
    found = derivatives(parse(formula).expr, ["a", "b"])
    at = {"x": 0.7, "a": 1.3, "b": -0.4}
    for one, other in zip(found, (parse(e).expr for e in expected)):
        [p] = Program(tuple(at), (), (one,))(at, {})
        [q] = Program(tuple(at), (), (other,))(at, {})
        assert p == pytest.approx(q, rel=1e-14)


def test_a_sum_and_a_product_stay_short():
    assert slopes("a*x^2 + b*x + c", ["a", "b", "c"]) == ["x^2", "x", "1"]


def test_a_name_that_is_not_there_has_derivative_0():
    assert slopes("a*x", ["q"]) == ["0"]


def test_the_order_is_the_one_asked_for():
    assert slopes("a*x + b", ["b", "x", "a"]) == ["1", "a", "x"]


@pytest.mark.parametrize("build", MODELS.values(), ids=MODELS)
def test_every_built_in_agrees_with_torch(build):
    model = build()
    at = np.random.default_rng(3).uniform(0.6, 1.9, len(model.names))
    x = np.linspace(0.3, 4, 11)
    exact = model.value_and_jacobian(at, {"x": x})[1]
    theirs = torch.func.jacfwd(lambda p: model.torch()(torch.tensor(x), *p) + 0 * torch.tensor(x))(
        torch.tensor(at)
    ).numpy()
    assert exact == pytest.approx(theirs, rel=1e-12, abs=1e-14)


@pytest.mark.parametrize(
    "formula, expected",
    {
        "where(x > 0, a/x, 0)": [0, 0, 0, 1 / 0.4, 1 / 1.3, 1 / 2.9],
        "where(x > 0, a*log(x), 0)": [0, 0, 0, *np.log([0.4, 1.3, 2.9])],
        "where(x == 0, a, sin(a*x)/x)": [*np.cos([-2.0, -0.7]), 1, *np.cos([0.4, 1.3, 2.9])],
        "where(x > 0, where(x > 1, a/sqrt(x - 1), 0), 0)": [0, 0, 0, 0, 0.3**-0.5, 1.9**-0.5],
    }.items(),
)
def test_a_masked_singularity_leaves_the_derivative_finite(formula, expected):
    assert slope(formula, "a", x=X, a=1.0) == pytest.approx(np.array(expected), rel=1e-12)


def test_a_masked_root_leaves_the_slope_finite_where_torch_says_nan():
    formula = "where(x > 0, sqrt(a*x), 0)"
    assert np.isfinite(slope(formula, "a", x=X, a=2.0)).all()
    a = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
    x = torch.tensor(X)
    [theirs] = torch.autograd.grad(torch.where(x > 0, torch.sqrt(a * x), 0.0).sum(), a)
    assert theirs.isnan()


FORMULAS = [
    "a*exp(-x^2/b^2) + c",
    "sin(a*x)*cos(b*x)/(1 + c^2)",
    "log(1 + a^2*x^2) - tanh(b*x)^3 + c",
    "atan2(a*x, 1 + b^2) + hypot(b, c*x + 2)",
    "(a^2 + 1)^(b*x/4) + erf(c*x)",
    "where(x < 0.1, a*x, b*x^2) + sigmoid(c*x)",
]


@pytest.mark.parametrize("formula", FORMULAS)
@settings(max_examples=25)
@given(at=st.fixed_dictionaries({n: st.floats(-1.5, 1.5) for n in "abc"}))
def test_a_derivative_agrees_with_a_tiny_nudge(formula, at):
    at = {**at, "b": at["b"] + (0.5 if at["b"] >= 0 else -0.5)}  # b divides: away from 0
    expr = parse(formula).expr
    program = Program(("x",), tuple("abc"), (expr, *derivatives(expr, list("abc"))))
    exact = program({"x": X}, at)[1:]
    for n, column in zip("abc", exact):
        up, down = (program({"x": X}, {**at, n: at[n] + s})[0] for s in (1e-5, -1e-5))
        assert np.broadcast_to(column, 6) == pytest.approx((up - down) / 2e-5, rel=1e-6, abs=1e-6)


def test_a_derivative_uses_no_names_but_those_of_the_formula():
    for formula in FORMULAS:
        expr = parse(formula).expr
        for found in derivatives(expr, ["a", "b", "c"]):
            assert set(names(found)) <= set(names(expr))
