"""Rectified planes as built-in models: their formulas, their names, and torch's values and gradients, at creases too."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from squiggly.errors import OptionError
from squiggly.shapes import relus

PLANES = {
    "two inputs": relus(3, inputs=2),
    "three inputs": relus(2, inputs=3),
    "two inputs, without weights": relus(3, weighted=False, inputs=2),
    "three inputs, without weights": relus(2, weighted=False, inputs=3),
}
each_kind = pytest.mark.parametrize("model", PLANES.values(), ids=PLANES)


def said(*args, **options) -> str:
    with pytest.raises(OptionError) as error:
        relus(*args, **options)
    return str(error.value)


def test_creases_across_two_inputs_have_a_direction_and_a_place():
    assert relus(1, inputs=2).formula == "c0 + c1*x + c2*y + w1*relu(x*cos(a1) + y*sin(a1) - t1)"
    assert relus(2, inputs=2).names == ("c0", "c1", "c2", "w1", "a1", "t1", "w2", "a2", "t2")
    assert relus(1, inputs=2, prefix="p_").names == ("p_c0", "p_c1", "p_c2", "p_w1", "p_a1", "p_t1")


def test_creases_across_three_inputs_have_two_angles():
    assert relus(1, inputs=3).formula == (
        "c0 + c1*x + c2*y + c3*z + w1*relu((x*cos(a1) + y*sin(a1))*cos(e1) + z*sin(e1) - t1)"
    )


def test_planes_without_weights_are_the_lessons_sum():
    assert relus(1, weighted=False, inputs=2).formula == "relu(m1*x + n1*y + b1)"
    assert relus(1, weighted=False, inputs=3).formula == "relu(m1*x + n1*y + p1*z + b1)"


@pytest.mark.parametrize("inputs", [0, 4, -1, 2.0, "2", True, None])
def test_a_number_of_inputs_is_one_to_three(inputs):
    assert said(4, inputs=inputs) == f"relus: inputs={inputs!r}, 1, 2 or 3 was expected\nhint: relus(4, inputs=2)"


def test_how_many_creases_is_for_the_caller_to_say():
    assert said("auto", inputs=2) == (
        'relus("auto") chooses a number of hinges along one input, not of creases across 2\n'
        "hint: say how many, as in relus(4, inputs=2), and compare several numbers"
    )


def test_a_count_of_creases_is_a_whole_number():
    assert said(0, inputs=2) == "relus: 0, a whole number from 1 to 1000 was expected\nhint: relus=4"


def slopes_by_torch(model, values, inputs) -> tuple[np.ndarray, np.ndarray]:
    """The curve (n,) and its derivatives (n, parameters) by autograd."""
    places = [torch.tensor(inputs[i]) for i in model.inputs]
    columns = [torch.full(places[0].shape, v, dtype=torch.float64, requires_grad=True) for v in values]
    curve = model.torch()(*places, *columns)
    curve.sum().backward()
    return curve.detach().numpy(), np.stack([c.grad.numpy() for c in columns], axis=1)


def same(model, values, inputs) -> np.ndarray:
    """Hold value and Jacobian to torch's, to 1e-12: relative above 1, absolute below. Returns the Jacobian."""
    ours = model.value_and_jacobian(values, inputs)
    for mine, theirs in zip(ours, slopes_by_torch(model, values, inputs)):
        assert np.abs(mine - theirs).max() <= 1e-12 * max(1.0, np.abs(theirs).max())
    return ours[1]


@each_kind
@pytest.mark.parametrize("seed", range(5))
def test_value_and_gradient_are_torchs(model, seed):
    random = np.random.default_rng(seed)
    same(model, random.normal(size=len(model.names)), {i: random.normal(size=40) for i in model.inputs})


@pytest.mark.parametrize("inputs", [2, 3])
def test_exactly_on_a_crease_the_slopes_are_torchs_too(inputs):
    places = {i: np.array([0.75, 0.75, 1.0]) + (0.3 if i != "x" else 0.0) for i in "xyz"[:inputs]}
    across = np.array([0.5, *[1.0] * inputs, 3.0, *[0.0] * (inputs - 1), 0.75])  # a = e = 0: the crease is x = t
    assert same(relus(1, inputs=inputs), across, places)[:, -1].tolist() == [0.0, 0.0, -3.0]
    rising = np.array([2.0, *[0.0] * (inputs - 1), -1.5])  # relu(2·x - 1.5)
    assert same(relus(1, weighted=False, inputs=inputs), rising, places)[:, -1].tolist() == [0.0, 0.0, 1.0]


@given(st.floats(-3, 3), st.floats(-2, 2), st.floats(-5, 5), st.floats(-5, 5))
def test_turning_a_crease_by_pi_only_adds_a_plane(a, t, x, y):
    model = relus(1, inputs=2)
    here = model.predict({"x": [x], "y": [y]}, c0=0, c1=0, c2=0, w1=1, a1=a, t1=t)
    turned = dict(c0=-t, c1=np.cos(a), c2=np.sin(a), w1=1, a1=a + np.pi, t1=-t)
    assert model.predict({"x": [x], "y": [y]}, **turned) == pytest.approx(here, abs=1e-12)


@pytest.mark.parametrize("inputs", [2, 3])
def test_the_sum_without_weights_is_convex_and_never_negative(inputs):
    model = relus(3, weighted=False, inputs=inputs)
    random = np.random.default_rng(3)
    for _ in range(20):
        at = dict(zip(model.names, random.normal(size=len(model.names))))
        ends = [{i: random.normal(size=9) for i in model.inputs} for _ in range(2)]
        middle = {i: (ends[0][i] + ends[1][i]) / 2 for i in model.inputs}
        low, high, between = (model.predict(v, **at) for v in (*ends, middle))
        assert between.min() >= 0 and (between <= (low + high) / 2 + 1e-12).all()
