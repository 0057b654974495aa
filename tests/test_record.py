"""A Python function, recorded: what it says is what it computes, or the reason why not."""

from __future__ import annotations

import functools
import math
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy import special

from squiggly import fit
from squiggly.formula import parse
from squiggly.modelling import as_model
from squiggly.program import Program
from squiggly.record import NotRecorded, Symbol, record
from squiggly.typeset import text

X = np.array([-2.0, -0.5, 0.0, 0.3, 1.0, 2.5])


def recorded(function: Any) -> str:
    """The formula that as_model recorded."""
    model = as_model(function)
    assert model.unrecorded == "" and model.derivatives_by == "exact"
    return model.formula


def values(formula: str, **at: Any) -> np.ndarray:
    return Program(tuple(at), (), (parse(formula).expr,))(at, {})[0]


# ------------------------------------------------------------------------------------------------- what is recorded

NUMPY = {
    "operators": (lambda x, a: (a * x + 1) ** 2 / 3 - -x, "(a*x + 1)^2/3 + x"),
    "operators the other way round": (lambda x, a: 2 * x + 3 - (1 - a) / (2**x), "2*x + 3 - (1 - a)/2^x"),
    "np.exp": (lambda x, a: a * np.exp(-x), "a*exp(-x)"),
    "np.sin, np.cos": (lambda x, a: np.sin(a * x) + np.cos(x), "sin(a*x) + cos(x)"),
    "np.arctan2": (lambda x, a: np.arctan2(x, a), "atan2(x, a)"),
    "np.where": (lambda x, a: np.where(x > 0, a * x, 0), "where(x > 0, a*x, 0)"),
    "np.where of both": (lambda x, a: np.where((x > 0) & ~(x > 1), a, 1.0), "where(x > 0 and not x > 1, a, 1)"),
    "np.where of either": (lambda x, a: np.where((x < 0) | (x >= 1), a, 1.0), "where(x < 0 or x >= 1, a, 1)"),
    "np.where of equals": (lambda x, a: np.where(x == 0, a, x), "where(x == 0, a, x)"),
    "np.logical_and": (lambda x, a: np.where(np.logical_and(x > 0, x <= 1), a, 1.0), "where(x > 0 and x <= 1, a, 1)"),
    "np.maximum": (lambda x, a: np.maximum(a * x, 0), "maximum(a*x, 0)"),
    "np.clip": (lambda x, a: np.clip(a * x, 0, 1), "clip(a*x, 0, 1)"),
    "np.clip by name": (lambda x, a: np.clip(a * x, a_min=0, a_max=1), "clip(a*x, 0, 1)"),
    "np.clip from below": (lambda x, a: np.clip(a * x, 0, None), "clip(a*x, 0, inf)"),
    "np.clip from above": (lambda x, a: np.clip(a * x, None, 1), "clip(a*x, -inf, 1)"),
    "np.square": (lambda x, a: np.square(x) * a, "x^2*a"),
    "np.sinc": (lambda x, a: np.sinc(x) * a, "sinc(x)*a"),
    "np.hypot": (lambda x, a: np.hypot(x, a), "hypot(x, a)"),
    "np.positive": (lambda x, a: np.positive(x) * a, "x*a"),
    "abs()": (lambda x, a: abs(x - a), "abs(x - a)"),
    "sum() of terms": (lambda x, a: sum([a * x, x]), "a*x + x"),
    "a NumPy number": (lambda x, a: np.float64(2) * x * a, "2*x*a"),
    "an array of one": (lambda x, a: np.array([2.0]) * x * a, "2*x*a"),
    "a method": (lambda x, a: (a * x).clip(0), "clip(a*x, 0, inf)"),
    "a loop": (lambda x, a: functools.reduce(lambda s, k: s + a * x**k, range(1, 4), 0), "a*x + a*x^2 + a*x^3"),
    "scipy.special": (lambda x, a: special.erf(x) + special.expit(a * x), "erf(x) + sigmoid(a*x)"),
    "a constant curve": (lambda x, a: a, "a"),
}
TORCH = {
    "torch.exp": (lambda x, a: a * torch.exp(-x), "a*exp(-x)"),
    "F.relu": (lambda x, a: F.relu(a * x), "relu(a*x)"),
    "torch.relu": (lambda x, a: torch.relu(a * x), "relu(a*x)"),
    "F.softplus": (lambda x, a: F.softplus(a * x), "softplus(a*x)"),
    "torch.clip from below": (lambda x, a: torch.clip(a * x, 0.0), "clip(a*x, 0, inf)"),
    "torch.clip min": (lambda x, a: torch.clip(a * x, min=0.0), "clip(a*x, 0, inf)"),
    "torch.clip max": (lambda x, a: torch.clip(a * x, max=1.0), "clip(a*x, -inf, 1)"),
    "torch.clamp by name": (lambda x, a: torch.clamp(a * x, max=1.0, min=0.0), "clip(a*x, 0, 1)"),
    "torch.maximum": (lambda x, a: torch.maximum(a * x, x), "maximum(a*x, x)"),
    "torch.max of two": (lambda x, a: torch.max(a * x, x), "maximum(a*x, x)"),
    "torch.where": (lambda x, a: torch.where(x > 0, a * x, 0.0), "where(x > 0, a*x, 0)"),
    "torch.special.expit": (lambda x, a: torch.special.expit(a * x), "sigmoid(a*x)"),
    "torch.atan2": (lambda x, a: torch.atan2(x, a), "atan2(x, a)"),
    "methods": (lambda x, a: (a * x).exp().pow(2).relu(), "relu(exp(a*x)^2)"),
    "clamp_min": (lambda x, a: (a * x).clamp_min(0.0), "clip(a*x, 0, inf)"),
    "a tensor first": (lambda x, a: torch.tensor(2.0) - x * a, "2 - x*a"),
    "a tensor as base": (lambda x, a: torch.tensor(2.0) ** (x * a), "2^(x*a)"),
}


@pytest.mark.parametrize("function, formula", NUMPY.values(), ids=NUMPY)
def test_a_numpy_function_is_recorded_as_what_it_computes(function, formula):
    expected = text(parse(formula).expr)
    assert recorded(function) == expected
    assert as_model(function).predict(X, a=1.5) == pytest.approx(np.broadcast_to(function(X, 1.5), 6), rel=1e-14)


@pytest.mark.parametrize("function, formula", TORCH.values(), ids=TORCH)
def test_a_torch_function_is_recorded_as_what_it_computes(function, formula):
    assert recorded(function) == text(parse(formula).expr)
    theirs = function(torch.tensor(X), torch.tensor(1.5, dtype=torch.float64)).numpy()
    assert as_model(function).predict(X, a=1.5) == pytest.approx(theirs, rel=1e-12)


def test_the_lessons_double_relu_is_recorded():
    def rectified_linear(m, b, x):
        return torch.clip(m * x + b, 0.0)

    def double_relu(m1, b1, m2, b2, x):
        return rectified_linear(m1, b1, x) + rectified_linear(m2, b2, x)

    model = as_model(double_relu)
    assert (model.inputs, model.names) == (("x",), ("m1", "b1", "m2", "b2"))
    assert model.formula == "clip(m1*x + b1, 0, inf) + clip(m2*x + b2, 0, inf)"


def test_recording_calls_the_function_with_symbols_only():
    seen: list[type] = []
    record(lambda x, a: [seen.extend([type(x), type(a)]), a * x][1], ["x", "a"])
    assert seen == [Symbol, Symbol]


def test_torch_is_not_imported_to_record():
    code = (
        "import sys, numpy as np, squiggly as sq\n"
        "sq.as_model(lambda x, a: a*np.exp(x))\n"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


# ------------------------------------------------------------------------------------------------- what is not


class Counter:
    """A function that gives other numbers each time."""

    calls = 0

    def __call__(self, x: Any, a: Any) -> Any:
        self.calls += 1
        return a * x + self.calls


BAKED = "its recording gives other numbers than it does: it keeps a value or a choice made once"
REFUSED = {
    "a branch": (
        lambda x, a: a * x if a > 0 else -x,
        "it branches on a value (if, and, or, while): use np.where or torch.where",
    ),
    "max() of two": (
        lambda x, a: max(a, 1.0) * x,
        "it branches on a value (if, and, or, while): use np.where or torch.where",
    ),
    "math.exp": (
        lambda x, a: x * math.exp(a),
        "it turns an input into a plain number (float(), math.exp …): use np.exp, not math.exp",
    ),
    "a sum over the points": (
        lambda x, a: a * (x - np.mean(x)),
        "it calls np.mean, which is not in the table of operations",
    ),
    "an element": (lambda x, a: a * (x - x[0]), "it picks elements of its input by their place"),
    "a length": (lambda x, a: a * x / len(x), "it asks how many points there are"),
    "a loop over the points": (
        lambda x, a: np.array([a * v for v in x]),
        "it goes through its input one element at a time",
    ),
    "an array among its numbers": (
        lambda x, a: a * x + np.linspace(0, 1, np.size(x)) if isinstance(x, np.ndarray) else a * x + np.zeros(3),
        "it mixes its input with an array of shape (3,): one number or one column at a time is recorded",
    ),
    "np.interp": (
        lambda x, a: a * np.interp(x, [0, 1], [0, 1]) + x,
        "it mixes its input with an array of shape (2,): one number or one column at a time is recorded",
    ),
    "np.polyval": (lambda x, a: np.polyval([a, 1], x), "it turns its input into an array"),
    "a choice made once": (lambda x, a: a * (x if isinstance(x, np.ndarray) else 2 * x), BAKED),
    "a count baked in": (Counter(), BAKED),
    "np.floor": (lambda x, a: a * (x + np.floor(x)), "it calls np.floor, which is not in the table of operations"),
    "a reduction": (lambda x, a: a * x + np.add.reduce(x), "it calls np.add.reduce"),
    "options": (lambda x, a: np.add(a, x, dtype=float), "it calls np.add with options"),
    "torch.softplus of another beta": (
        lambda x, a: F.softplus(torch.as_tensor(a * x) if isinstance(x, np.ndarray) else a * x, beta=2),
        "it calls torch.softplus with 2 arguments, recorded with 1",
    ),
}


@pytest.mark.parametrize("function, reason", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_recorded_says_why(function, reason):
    model = as_model(function)
    assert model.expr is None and model.unrecorded == reason


def test_a_method_that_is_not_recorded_says_why_in_plain_words():
    assert as_model(lambda x, a: a * (x - x.mean())).unrecorded == (
        "it asks for .mean of its input, which is recorded one point at a time"
    )


def test_an_operator_that_is_not_recorded_says_why_in_plain_words():
    assert "Symbol" not in as_model(lambda x, a: (a * x) % 1).unrecorded


@pytest.mark.parametrize(
    "function",
    [
        lambda x, a: np.clip(a * x, max=1),
        lambda x, a: np.clip(a * x, a_max=1, a_min=0),
        lambda x, a: (a * x).clip(max=1),
    ],
)
def test_a_limit_given_by_name_is_that_limit(function):
    assert as_model(function).expr is not None


def test_a_choice_made_once_is_noticed_in_small_numbers_too():
    model = as_model(lambda x, a: 1e-14 * a * (x if isinstance(x, np.ndarray) else 2 * x))
    assert model.expr is None


def test_random_numbers_are_noticed():
    random = np.random.default_rng(0)
    model = as_model(lambda x, a: a * x + random.normal())
    assert model.unrecorded == BAKED


@pytest.mark.parametrize("result, kind", [(None, "NoneType"), ("text", "str")])
def test_what_is_no_curve_is_not_recorded(result, kind):
    with pytest.raises(NotRecorded):
        record(lambda x, a: result, ["x", "a"])


def test_a_function_that_fails_gives_its_own_error_as_reason():
    assert as_model(lambda x, a: undefined * x).unrecorded == "NameError: name 'undefined' is not defined"  # noqa: F821


def test_a_program_of_what_was_not_recorded_is_refused_with_the_reason():
    from squiggly.errors import ModelError

    with pytest.raises(ModelError) as caught:
        as_model(lambda x, a: a * np.floor(x)).program()
    assert str(caught.value) == (
        "this function could not be recorded: it calls np.floor, which is not in the table of operations\n"
        "hint: it still fits; a Program needs it written with NumPy or torch functions of one point"
    )


# ------------------------------------------------------------------------------------------------- and still fits

POINTS = np.linspace(0.2, 3, 30)


def by_index(x, a, b):
    return a * np.exp(-(x - x[0]) / b)


def by_interpolation(x, a, b):
    grid = np.linspace(0, 4, 400)
    return np.interp(x, grid, a * np.exp(-grid / b))


def by_branch(x, a, b):
    return a * np.exp(-x / b) if b > 0 else 0 * x


def by_math(x, a, b):
    return np.array([a * math.exp(-v / b) for v in np.atleast_1d(x)])


def by_mean(x, a, b):
    return a * np.exp(-x / b) + np.mean(x)


@pytest.mark.parametrize("function", [by_index, by_interpolation, by_branch, by_math, by_mean])
def test_what_is_not_recorded_fits_by_central_differences(function):
    y = function(POINTS, 2.0, 1.5)
    answer = fit(function, (POINTS, y), start={"a": 1.0, "b": 1.0})
    assert answer.model.derivatives_by == "central differences"
    assert answer.values == pytest.approx({"a": 2.0, "b": 1.5}, rel=1e-6)
    assert f"derivatives by central differences: {answer.model.unrecorded}" in str(answer)


def by_torch_mean(x, a, b):
    return a * torch.exp(-x / b) + torch.mean(torch.as_tensor(x))


def test_a_torch_function_that_is_not_recorded_fits_by_autograd():
    answer = fit(by_torch_mean, (POINTS, 2 * np.exp(-POINTS / 1.5) + POINTS.mean()), start={"a": 1.0, "b": 1.0})
    assert answer.values == pytest.approx({"a": 2.0, "b": 1.5}, rel=1e-8)
    assert answer.model.derivatives_by == "torch autograd"


def test_a_torch_function_that_is_not_recorded_predicts_without_a_warning():
    code = (
        "import numpy as np, torch, squiggly as sq\n"
        "model = sq.as_model(lambda x, a: torch.exp(a * x) + torch.mean(x))\n"
        "import warnings; warnings.simplefilter('error')\n"
        "model.predict(np.arange(3.0), a=1.0)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0


def test_a_torch_function_is_given_float64():
    def leaky(x, a):
        return F.leaky_relu(a * x)

    value, slope = as_model(leaky).value_and_jacobian(np.array([1 / 3]), {"x": np.array([0.1, -0.1])})
    assert value == pytest.approx([1 / 30, -1 / 3000], rel=1e-15)
    assert slope[:, 0] == pytest.approx([0.1, -0.001], rel=1e-15)
