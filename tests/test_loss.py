"""Every loss and its slope against torch, and the weights against what they promise."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pytest import approx
from torch.nn import functional as F

from squiggly.errors import DataError, OptionError
from squiggly.loss import LOSSES, Huber, Loss, huber, mae, mse, poisson

ORACLES = {  # ours -> torch's, as a mean over the points, of residuals u = (predicted - y) / sigma
    mae: lambda u: F.l1_loss(u, torch.zeros_like(u)),
    mse: lambda u: F.mse_loss(u, torch.zeros_like(u)),
    huber: lambda u: F.huber_loss(u, torch.zeros_like(u)),
    Huber(delta=0.3): lambda u: F.huber_loss(u, torch.zeros_like(u), delta=0.3),
    Huber(delta=70.0): lambda u: F.huber_loss(u, torch.zeros_like(u), delta=70.0),
}
numbers = st.floats(-1e4, 1e4)
counts = st.integers(0, 1000).map(float)
rates = st.floats(1e-6, 1e4)


def close(expected: np.ndarray) -> object:
    return approx(np.asarray(expected), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("loss", ORACLES, ids=repr)
@settings(max_examples=100, deadline=None)
@given(data=st.data(), n=st.integers(1, 12), with_sigma=st.booleans())
def test_value_and_gradient_are_torch_s(loss, data, n, with_sigma):
    predicted, y = (data.draw(arrays(float, n, elements=numbers)) for _ in range(2))
    sigma = data.draw(arrays(float, n, elements=st.floats(0.01, 100))) if with_sigma else None
    here = torch.tensor(predicted, requires_grad=True)
    value = ORACLES[loss]((here - torch.tensor(y)) / (1 if sigma is None else torch.tensor(sigma)))
    value.backward()
    assert loss(predicted, y, sigma) == close(value.item())
    assert loss.slope(predicted, y, sigma) / n == close(here.grad.numpy())


@settings(max_examples=100, deadline=None)
@given(data=st.data(), n=st.integers(1, 12))
def test_poisson_value_and_gradient_are_torch_s(data, n):
    predicted, y = data.draw(arrays(float, n, elements=rates)), data.draw(arrays(float, n, elements=counts))
    here = torch.tensor(predicted, requires_grad=True)
    value = F.poisson_nll_loss(here, torch.tensor(y), log_input=False, full=False, eps=0)
    value.backward()
    assert poisson(predicted, y) == close(value.item())
    assert poisson.slope(predicted, y) / n == close(here.grad.numpy())


@pytest.mark.parametrize("loss", [*ORACLES, poisson], ids=repr)
@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_slope_is_weight_times_the_distance_to_y(loss, data):
    predicted, y = data.draw(arrays(float, 9, elements=rates)), data.draw(arrays(float, 9, elements=counts))
    sigma = None if loss is poisson else data.draw(arrays(float, 9, elements=st.floats(0.01, 100)))
    weight = loss.weight(predicted, y, sigma)
    size = np.abs(predicted - y) / (1 if sigma is None else sigma) if loss is mae else predicted
    away = size > 1e-7 * size.mean()  # nearer than this the weights of mae and poisson are held
    slope = loss.slope(predicted, y, sigma)
    assert np.all(weight > 0) and np.all(np.isfinite(weight))
    assert (weight * (predicted - y))[away] == approx(slope[away], rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("loss", [*ORACLES, poisson], ids=repr)
def test_a_batch_is_its_rows(loss):
    rng = np.random.default_rng(0)
    predicted, y = rng.uniform(0.1, 9, (4, 7)), rng.integers(0, 9, 7).astype(float)
    sigma = None if loss is poisson else rng.uniform(0.5, 2, 7)
    for part in (loss.pointwise, loss.slope, loss.weight):
        batch = part(predicted, y, sigma)
        assert batch.shape == (4, 7)
        assert np.array_equal(batch, [part(row, y, sigma) for row in predicted])


@pytest.mark.parametrize("loss", ORACLES, ids=repr)
def test_a_curve_through_every_point_has_no_loss_no_slope_and_a_finite_weight(loss):
    y = np.array([1.0, -2.0, 0.0])
    assert loss(y, y) == 0
    assert loss.slope(y, y).tolist() == [0, 0, 0]
    assert np.all(np.isfinite(loss.weight(y, y)))


def test_mae_takes_lists_arrays_and_tensors_that_ask_for_a_gradient():
    predicted, y = [1.0, 2.0, 4.0], [3, 5, 4]
    tensor = torch.tensor(predicted, requires_grad=True)
    for values in (predicted, tuple(predicted), np.array(predicted), tensor, tensor.float()):
        value = mae(values, torch.tensor(y))
        assert type(value) is float and value == approx(5 / 3)


def test_poisson_calls_an_impossible_prediction_infinitely_wrong():
    assert poisson([0.0, 1.0], [2, 1]) == np.inf
    assert poisson([-1.0, 1.0], [0, 1]) == np.inf
    assert poisson([0.0, 1.0], [0, 1]) == approx(0.5)
    assert poisson.slope(0.0, 0.0) == 1
    assert poisson.slope(0.0, 2.0) == -np.inf
    assert np.isnan(poisson.slope(-1.0, 2.0))
    assert np.isnan(poisson([np.nan, 1.0], [2, 1]))


def test_poisson_refuses_sigma_and_counts_below_nought():
    with pytest.raises(OptionError, match=r"poisson takes no sigma[^\n]*\nhint: leave sigma out"):
        poisson([1.0], [1.0], [1.0])
    for part in (poisson.pointwise, poisson.slope, poisson.weight):
        with pytest.raises(OptionError, match="poisson takes no sigma"):
            part([1.0], [1.0], [1.0])
    with pytest.raises(DataError, match=r"y holds -3, counts of 0 or more were expected\nhint: "):
        poisson([1.0, 2.0], [1.0, -3.0])


def test_a_column_against_a_list_is_refused_not_stretched():
    with pytest.raises(DataError, match=r"shape \(3, 1\) and measurements \(3,\).*\nhint: .*column\[:, 0\]"):
        mae(np.ones((3, 1)), np.ones(3))
    with pytest.raises(DataError, match=r"shape \(3,\) and measurements \(2,\)"):
        mse([1, 2, 3], [1, 2])
    with pytest.raises(DataError, match=r"measurements have shape \(3,\) and errors \(2,\)"):
        mse([1, 2, 3], [1, 2, 3], [1, 2])
    with pytest.raises(DataError, match="no points"):
        mse([], [])


@pytest.mark.parametrize("sigma", [0.0, -2.0, np.nan])
def test_sigma_must_be_above_nought(sigma):
    with pytest.raises(DataError, match=rf"sigma holds {sigma:g}, numbers above 0 were expected\nhint: "):
        mae([1, 2], [1, 2], [1, sigma])


@pytest.mark.parametrize("delta", [0, -1.0, np.nan, np.inf])
def test_delta_must_be_above_nought(delta):
    with pytest.raises(OptionError, match=r"delta is .*, a number above 0 was expected\nhint: "):
        Huber(delta)


def test_losses_are_values_under_their_names():
    assert list(LOSSES) == ["mse", "mae", "huber", "poisson"]
    assert all(isinstance(loss, Loss) and loss.name == name for name, loss in LOSSES.items())
    assert Huber() == huber and hash(Huber(2.0)) == hash(Huber(2.0)) != hash(huber)
    with pytest.raises(dataclasses.FrozenInstanceError):
        huber.delta = 2.0
