"""Every number that the lesson "How does a neural net really work?" prints, through the public API."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import numpy as np
import pytest
import torch
from pytest import approx

import squiggly as sq

START = {"a": 1.1, "b": 1.1, "c": 1.1}
ZEROED = [2.40, 2.38, 2.36, 2.34, 2.32, 2.30, 2.28, 2.26, 2.23, 2.21]
ADDED_UP = [2.40, 2.36, 2.30, 2.21, 2.11, 1.98, 1.85, 1.72, 1.58, 1.46]
PRINTED = 0.005 + 1e-9  # two decimals: half of the last one


def quad(a, b, c, x):
    return a * x**2 + b * x + c


def with_numpy(x, a, b, c):
    return np.add(a * np.square(x) + b * x, c)


def with_torch(x, a, b, c):
    return torch.add(a * torch.square(x) + b * x, c)


def unrecordable(x, a, b, c):
    return np.array([a * float(v) ** 2 + b * float(v) + c for v in x])


MODELS = {
    "formula": "y = a*x**2 + b*x + c",
    "built-in": sq.quadratic(),
    "plain": quad,
    "numpy": with_numpy,
    "torch": with_torch,
}
every_model = pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)


@pytest.fixture
def x() -> np.ndarray:
    return np.linspace(-2, 2, 20)


@pytest.fixture
def y(x: np.ndarray) -> np.ndarray:
    return sq.add_noise(3 * x**2 + 2 * x + 1, mult=0.15, add=1.5)


@pytest.fixture
def points(x: np.ndarray, y: np.ndarray) -> dict[str, np.ndarray]:
    return {"x": x, "y": y}


def losses(model: Any, points: Any, **options: Any) -> list[float]:
    """Of the lesson's ten steps, the start left out, as the lesson prints them."""
    _, *rest = sq.descend(model, points, loss=sq.mae, rate=0.01, steps=10, start=START, **options)
    return [moment.loss for moment in rest]


# --- the points ---


def test_the_noise_of_seed_42_is_the_lesson_s(y):
    assert y[:5] == approx([11.8690, 6.5433, 5.9396, 2.6304, 1.7947], abs=5e-5)


def test_noise_on_a_tensor_is_the_same_noise(x, y):
    assert sq.add_noise(torch.tensor(3 * x**2 + 2 * x + 1), mult=0.15, add=1.5) == approx(y, abs=1e-14)


# --- the first loss ---

PREDICTIONS = {
    "built-in": lambda x: sq.quadratic().predict(x, **START),
    "formula": lambda x: sq.as_model("a*x^2 + b*x + c").predict(x, **START),
    "plain": lambda x: quad(1.1, 1.1, 1.1, x),
    "partial": functools.partial(quad, 1.1, 1.1, 1.1),
}


@pytest.mark.parametrize("predict", PREDICTIONS.values(), ids=PREDICTIONS)
def test_the_first_loss_is_the_lesson_s(predict, x, y):
    assert sq.mae(predict(x), y) == approx(2.4219, abs=5e-5)


@pytest.mark.parametrize("predict", PREDICTIONS.values(), ids=PREDICTIONS)
def test_the_first_loss_of_tensors_is_the_lesson_s(predict, x, y):
    assert sq.mae(predict(torch.tensor(x)), torch.tensor(y)) == approx(2.4219, abs=5e-5)


def test_predictions_that_remember_their_gradient_are_compared_all_the_same(x, y):
    a = torch.tensor(1.1, dtype=torch.float64, requires_grad=True)
    assert sq.mae(quad(a, 1.1, 1.1, torch.tensor(x)), y) == approx(2.4219, abs=5e-5)


# --- the first gradient and step ---


@every_model
def test_the_first_gradient_is_the_lesson_s(model, points):
    first, *_ = sq.descend(model, points, loss=sq.mae, rate=0.01, steps=10, start=START)
    assert [first.gradient[name] for name in "abc"] == approx([-1.3529, -0.0316, -0.5000], abs=5e-5)


@every_model
def test_the_first_gradient_is_torch_s_own(model, points):
    first, *_ = sq.descend(model, points, loss=sq.mae, rate=0.01, steps=10, start=START)
    abc = torch.full((3,), 1.1, dtype=torch.float64, requires_grad=True)
    torch.abs(quad(*abc, torch.tensor(points["x"])) - torch.tensor(points["y"])).mean().backward()
    assert [first.gradient[name] for name in "abc"] == approx(abc.grad.tolist(), rel=1e-12)


def test_one_step_of_a_hundredth_leads_to_a_loss_of_2_40(points):
    _, second = sq.descend(MODELS["formula"], points, loss=sq.mae, rate=0.01, steps=1, start=START)
    assert second.loss == approx(2.40, abs=PRINTED)


def test_a_step_is_the_rate_times_the_gradient(points):
    first, second = sq.descend(MODELS["formula"], points, loss=sq.mae, rate=0.01, steps=1, start=START)
    assert dict(second.parameters) == approx({n: 1.1 - 0.01 * first.gradient[n] for n in "abc"}, rel=1e-15)


# --- ten steps ---


@every_model
def test_ten_zeroed_steps_print_the_losses_of_a_loop_that_zeroes(model, points):
    assert losses(model, points) == approx(ZEROED, abs=PRINTED)


@every_model
def test_ten_steps_that_forget_to_zero_print_the_lesson_s_losses(model, points):
    assert losses(model, points, optimizer=sq.SGD(zero_gradient=False)) == approx(ADDED_UP, abs=PRINTED)


def test_a_function_that_cannot_be_recorded_walks_the_same_way(points):
    assert losses(unrecordable, points) == approx(losses(MODELS["formula"], points), rel=1e-9)


def test_data_given_as_tensors_walk_the_same_way(points):
    tensors = {name: torch.tensor(values) for name, values in points.items()}
    assert losses(MODELS["formula"], tensors) == losses(MODELS["formula"], points)


def test_ten_steps_are_the_moments_0_to_10(points):
    moments = sq.descend(MODELS["formula"], points, loss=sq.mae, rate=0.01, steps=10, start=START)
    assert [moment.step for moment in moments] == list(range(11))


# --- Moments stay what they are ---


@pytest.fixture
def first(points: Any) -> sq.Moment:
    return next(sq.descend(MODELS["formula"], points, loss=sq.mae, rate=0.01, steps=10, start=START))


@pytest.mark.parametrize("name", ["step", "parameters", "loss", "gradient", "rate", "words"])
def test_no_field_of_a_moment_can_be_set(first, name):
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(first, name, 0)


@pytest.mark.parametrize("name", ["parameters", "gradient"])
def test_the_mappings_of_a_moment_are_read_only(first, name):
    with pytest.raises(TypeError):
        getattr(first, name)["a"] = 0.0


def test_going_on_does_not_change_a_moment_already_yielded(points):
    walk = sq.descend(MODELS["formula"], points, loss=sq.mae, rate=0.01, steps=10, start=START)
    first = next(walk)
    list(walk)
    assert dict(first.parameters) == START


# --- the picture ---


def test_the_function_is_drawn_where_the_lesson_draws_it():
    [axes] = sq.plot(lambda x: 3 * x**2 + 2 * x + 1, -2, 2).axes
    drawn_x, drawn_y = axes.lines[0].get_data()
    assert (drawn_x.min(), drawn_x.max()) == (-2, 2)
    assert drawn_y == approx(3 * drawn_x**2 + 2 * drawn_x + 1)


def test_the_points_are_drawn_on_top_of_a_partial(x, y):
    [axes] = sq.plot(functools.partial(quad, 1.1, 1.1, 1.1), points=(x, y)).axes
    shown = [line.get_xydata() for line in axes.lines[1:]] + [c.get_offsets() for c in axes.collections]
    assert any(np.shape(s) == (20, 2) and np.allclose(s, np.column_stack([x, y])) for s in shown)
