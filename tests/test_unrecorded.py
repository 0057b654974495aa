"""Functions that could not be recorded: their values, and their derivatives by two routes."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
import torch

import squiggly as sq
from squiggly.errors import ModelError
from squiggly.modelling import as_model
from squiggly.shapes import MODELS
from squiggly.unrecorded import autograd, differences, differentiable, predict

X = np.linspace(0.3, 4, 11)


def values(names) -> list[float]:
    """A value for each parameter, away from every kink and pole on X."""
    return np.random.default_rng(3).uniform(0.6, 1.9, len(names)).tolist()


def decay(x, a, tau):
    return a * np.exp(-x / tau)


# ------------------------------------------------------------------------------------------------------ derivatives


@pytest.mark.parametrize("build", MODELS.values(), ids=MODELS)
def test_central_differences_are_within_1e_8_of_exact(build):
    model = build()
    at = values(model.names)
    exact = model.value_and_jacobian(np.array(at), {"x": X})[1]
    near = differences(lambda x, *p: model.predict(x, **dict(zip(model.names, p))), [X, *at], range(1, len(at) + 1), 11)
    assert near.shape == exact.shape
    assert np.all(np.abs(near - exact) <= 1e-8 * np.abs(exact).max(axis=0))


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e6, 1e100])
def test_central_differences_follow_the_size_of_the_parameter(scale):
    slopes = differences(lambda x, a: np.sqrt(a / scale) * x, [X, 2 * scale], [1], 11)
    assert slopes[:, 0] == pytest.approx(X / math.sqrt(8) / scale, rel=1e-8)


def test_central_differences_at_0_have_a_step():
    assert differences(lambda x, a: np.sin(a) * x, [X, 0.0], [1], 11)[:, 0] == pytest.approx(X, rel=1e-8)


@pytest.mark.parametrize("build", MODELS.values(), ids=MODELS)
def test_torchs_forward_mode_equals_exact(build):
    model = build()
    at = values(model.names)
    exact = model.value_and_jacobian(np.array(at), {"x": X})[1]
    by_torch = autograd(model.torch(), [X, *at], range(1, len(at) + 1), 11)
    assert by_torch == pytest.approx(exact, rel=1e-13, abs=1e-15)


def test_a_parameter_without_effect_has_slope_0():
    by_torch = autograd(lambda x, a, b: a * x, [X, 2.0, 3.0], [1, 2], 11)
    assert by_torch.tolist() == [[v, 0.0] for v in X]


@pytest.mark.parametrize("differentiate", [differences, autograd])
def test_only_the_wanted_derivatives_are_taken(differentiate):
    assert differentiate(lambda x, a, b: a * x + b, [X, 2.0, 3.0], [2], 11)[:, 0] == pytest.approx(np.ones(11))
    assert differentiate(lambda x, a, b: a * x + b, [X, 2.0, 3.0], [], 11).shape == (11, 0)


def test_torch_is_used_where_it_agrees_with_differences():
    assert differentiable(lambda x, a: torch.exp(a * x), [X, 0.5], [1], 11)
    assert differentiable(lambda x, a: (a * x) ** 2, [X, 0.5], [1], 11)


def test_torch_is_not_used_where_the_graph_is_cut():
    assert not differentiable(lambda x, a: getattr(a, "detach", lambda: a)() * x, [X, 0.5], [1], 11)


def test_torch_is_not_used_where_the_function_takes_no_tensors():
    assert not differentiable(lambda x, a: a * np.interp(x, [0, 4], [0, 4]), [X, 0.5], [1], 11)


# ---------------------------------------------------------------------------------------------------------- values


@pytest.mark.parametrize(
    "result", [3.0, np.float64(3.0), np.array(3.0), np.full(11, 3.0), [3.0] * 11, torch.full((11,), 3.0)], ids=repr
)
def test_one_number_or_one_a_point_is_a_prediction(result):
    assert predict(lambda x: result, [X], 11).tolist() == [3.0] * 11


@pytest.mark.parametrize("shape", [(11, 1), (1, 11), (10,), (0,), (11, 11), (1,)], ids=str)
def test_another_shape_is_refused_in_words(shape):
    with pytest.raises(ModelError) as error:
        predict(lambda x: np.zeros(shape), [X], 11)
    assert str(error.value) == (
        f"the function returned an array of shape {shape}, (11,) was expected: one value a point\n"
        "hint: reduce it to one prediction for each x"
    )


@pytest.mark.parametrize(
    "result",
    [
        None,
        "three",
        {},
        object(),
    ],
    ids=["None", "text", "a dict", "an object"],
)
def test_what_is_no_number_is_refused_in_words(result):
    with pytest.raises(ModelError, match="^the function "):
        predict(lambda x: result, [X], 11)


def test_a_function_that_fails_is_refused_in_its_own_words():
    def fails(x, a):
        raise ZeroDivisionError("no such luck")

    with pytest.raises(ModelError) as error:
        predict(fails, [X, 1.0], 11)
    assert str(error.value) == (
        "the function failed: ZeroDivisionError: no such luck\n"
        "hint: call it once by hand with your x and a number for every parameter"
    )
    assert isinstance(error.value.__cause__, ZeroDivisionError)


@pytest.mark.parametrize(
    "function, words",
    [
        (lambda x, a: np.zeros((2, 3)), r"the function returned an array of shape \(2, 3\), \(11,\) was expected"),
        (lambda x, a: x[:3] * float(a), r"the function returned an array of shape \(3,\)"),
        (lambda x, a: {}[a], "the function failed: KeyError"),
    ],
    ids=["two axes", "too few values", "fails"],
)
def test_a_fit_of_a_wrong_function_is_refused_in_words(function, words):
    with pytest.raises(ModelError, match=re.compile("^" + words)):
        sq.fit(function, (X, 2 * X))


# ------------------------------------------------------------------------------------------------------- whole fits


def test_a_fit_without_a_recording_finds_what_the_recorded_one_finds():
    y = decay(X, 3, 1.7) + 0.01 * np.sin(9 * X)
    table = {"x": X, "y": y}
    cut = sq.fit(lambda x, a, tau: np.array([decay(v, float(a), float(tau)) for v in x]), table)
    exact = sq.fit(decay, table)
    assert (cut.model.derivatives_by, exact.model.derivatives_by) == ("central differences", "exact")
    for n in ("a", "tau"):
        assert cut.parameters[n].value == pytest.approx(exact.parameters[n].value, rel=1e-7)
        assert cut.parameters[n].error == pytest.approx(exact.parameters[n].error, rel=1e-5)


def test_the_reason_is_kept():
    model = as_model(lambda x, a: a * np.interp(x, [0, 4], [0, 4]))
    assert (
        model.unrecorded
        == "it mixes its input with an array of shape (2,): one number or one column at a time is recorded"
    )
