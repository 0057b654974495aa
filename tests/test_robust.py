"""Robust fits with no start values come out right among wild points, and say so only where they did."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pytest import approx
from scipy.optimize import minimize

import squiggly as sq
from squiggly.fitting import pose
from squiggly.modelling import as_model
from squiggly.solve.redrawn import bootstrap_absolute
from squiggly.solve.robust import calmed, spread

X = np.linspace(0, 10, 60)
CURVES = {
    "decay": ("y = a*exp(-x/tau) + c", 5 * np.exp(-X / 3) + 1),
    "peak": ("y = h*exp(-((x - m)/s)^2/2) + c", 5 * np.exp(-(((X - 4) / 0.8) ** 2) / 2) + 1),
    "wave": ("y = a*sin(w*x + p) + c", 2 * np.sin(1.7 * X + 0.4) + 1),
}
LOSSES = {"mae": sq.mae, "huber": sq.huber}


def wild(curve: np.ndarray, share: float, seed: int) -> np.ndarray:
    """The curve with a little noise, and a share of its points off to both sides by eighty times as much."""
    rng = np.random.default_rng(seed)
    y = curve + rng.normal(scale=0.1, size=len(curve))
    far = rng.choice(len(curve), round(share * len(curve)), replace=False)
    y[far] += rng.normal(scale=8, size=len(far))
    return y


def right(name: str, loss: Any, share: float, seed: int, start: Any = None) -> bool:
    """Whether the curve is met to half of its noise, and settled."""
    formula, curve = CURVES[name]
    answer = sq.fit(formula, (X, wild(curve, share, seed)), loss=loss, start=start, errors="jacobian")
    off = float(np.sqrt(np.mean((answer.predict() - curve) ** 2)))
    return bool(off < 0.08 and answer.verdict.kind != "did not settle")


@pytest.mark.parametrize("share", [0.05, 0.1, 0.2])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("name", CURVES)
def test_a_curve_is_found_among_wild_points_without_start_values(name, loss, share):
    assert sum(right(name, LOSSES[loss], share, seed) for seed in range(4)) == 4


@pytest.mark.parametrize("name", CURVES)
def test_where_three_points_in_ten_are_wild_mae_ends_as_low_as_from_the_truth(name):
    formula, curve = CURVES[name]
    truth = {"decay": (5, 3, 1), "peak": (5, 4, 0.8, 1), "wave": (2, 1.7, 0.4, 1)}[name]
    low = 0
    for seed in range(6):
        points = (X, wild(curve, 0.3, seed))
        found = sq.fit(formula, points, loss=sq.mae, errors="jacobian")
        near = sq.fit(formula, points, loss=sq.mae, errors="jacobian", start=dict(zip(found.values, truth)))
        low += found.loss <= near.loss * (1 + 1e-9)
    assert low >= 5


@pytest.mark.prove
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("name", CURVES)
def test_nearly_every_curve_is_found_where_one_point_in_ten_is_wild(name, loss):
    assert sum(right(name, LOSSES[loss], 0.1, seed) for seed in range(100)) >= 97


@pytest.mark.parametrize("name", CURVES)
def test_huber_with_a_given_delta_is_found_among_wild_points_too(name):
    assert sum(right(name, sq.Huber(delta=0.2), 0.2, seed) for seed in range(4)) >= 3


@pytest.mark.parametrize("name", CURVES)
def test_huber_ends_at_the_minimum_of_its_own_loss(name):
    formula, curve = CURVES[name]
    y = wild(curve, 0.1, 1)
    answer = sq.fit(formula, (X, y), loss=sq.huber)
    names = list(answer.values)

    def cost(values: np.ndarray) -> float:
        return answer.loss_function(answer.model.predict(X, **dict(zip(names, values))), y)

    best = np.array([answer.values[n] for n in names])
    theirs = minimize(
        cost, best * 1.01, method="Nelder-Mead", options={"xatol": 1e-12, "fatol": 1e-16, "maxiter": 9000}
    )
    assert answer.loss <= theirs.fun * (1 + 1e-12)
    slope = answer.loss_function.slope(answer.predict(), y) @ answer.model.value_and_jacobian(best, {"x": X})[1]
    assert slope == approx(0, abs=1e-7)


def test_delta_is_1_345_spreads_of_the_mae_fit_s_residuals_without_its_noughts():
    formula, curve = CURVES["decay"]
    y = wild(curve, 0.1, 2)
    sizes = np.sort(np.abs(sq.fit(formula, (X, y), loss=sq.mae).residuals))
    delta = sq.fit(formula, (X, y), loss=sq.huber).loss_function.delta
    assert delta == approx(1.345 * 1.4826 * np.median(sizes[2:]), rel=1e-9)


def test_the_spread_of_a_small_clean_table_is_not_too_small():
    """Three points of twelve lie on the fitted curve, whatever the noise: without the correction the spread is 0.7."""
    rng, x = np.random.default_rng(0), np.linspace(-1, 1, 12)
    found = []
    for _ in range(200):
        y = rng.normal(size=12)
        problem, _ = pose(as_model("a*x^2 + b*x + c"), sq.Points.checked({"x": x}, y), sq.mae, {}, {}, {})
        fit = sq.fit("y = a*x^2 + b*x + c", (x, y), loss=sq.mae, errors="jacobian")
        found.append(spread(problem, np.array(list(fit.values.values()))))
    assert np.median(found) == approx(1, abs=0.25)


def test_huber_is_nearly_as_good_as_least_squares_where_no_point_is_wild():
    rng, x = np.random.default_rng(1), np.linspace(-1, 1, 40)
    slopes = np.array([
        [sq.fit(sq.line(), (x, y), loss=loss).values["slope"] for loss in (sq.mse, sq.huber)]
        for y in rng.normal(size=(200, 40))
    ])  # fmt: skip
    plain, robust = slopes.var(axis=0)
    assert robust < 1.2 * plain


def test_a_given_start_is_used():
    formula, curve = CURVES["wave"]
    answer = sq.fit(formula, (X, wild(curve, 0.1, 3)), loss=sq.mae, start={"a": 2, "w": 1.7, "p": 0.4, "c": 1})
    assert answer.path[0][0] == (2.0, 1.7, 0.4, 1.0)
    assert answer.values["w"] == approx(1.7, abs=0.02)


def test_calm_points_stay_and_a_wild_one_is_put_onto_its_neighbours():
    y = 3.0 * X + np.random.default_rng(4).normal(scale=0.1, size=60)
    calm, noise = calmed(sq.Points.checked({"x": X}, y))
    assert (calm.y == y)[4:-4].all() and 0.05 < noise < 0.2  # the ends have neighbours to one side only
    y[[5, 30]] += [9, -9]
    calm, _ = calmed(sq.Points.checked({"x": X}, y))
    assert {5, 30} <= set(np.flatnonzero(calm.y != y).tolist())
    assert calm.y[[5, 30]] == approx(3 * X[[5, 30]], abs=1.0)


def test_a_wild_point_at_the_very_end_does_not_lead_the_search():
    formula, curve = CURVES["decay"]
    y = curve + np.random.default_rng(8).normal(scale=0.1, size=60)
    y[[0, 20, 59]] += [14, 12, 9]
    assert sq.fit(formula, (X, y), loss=sq.mae).values["tau"] == approx(3, abs=0.5)


def test_of_several_inputs_the_nearest_points_are_neighbours():
    rng = np.random.default_rng(5)
    u, v = rng.uniform(0, 3, (2, 80))
    z = 2 * np.exp(-u) + 0.5 * v + rng.normal(scale=0.05, size=80)
    z[::9] += 20
    answer = sq.fit("z = a*exp(-k*u) + b*v", {"u": u, "v": v, "z": z}, loss=sq.mae)
    assert list(answer.values.values()) == approx([2, 1, 0.5], abs=0.15)


def test_draws_whose_points_nearly_all_lie_on_the_curve_have_a_shift_each():
    """Equal points that a draw all but meets weigh 10²² times as much as others, and tell of one direction alone."""
    rng = np.random.default_rng(2)
    slopes = np.repeat(rng.normal(size=(6, 3)), 7, axis=0)
    residuals = np.where(np.arange(42) < 30, 1e-16, 1.0) * rng.normal(size=42)
    shifts = bootstrap_absolute(slopes, residuals, 400, seed=0)
    assert shifts.shape == (400, 3) and np.isfinite(shifts).all() and np.abs(shifts).max() < 100


def test_an_interrupted_robust_fit_says_so():
    formula, curve = CURVES["decay"]

    def stop(step: int, values: Any, cost: float) -> None:
        raise KeyboardInterrupt

    for loss in (sq.mae, sq.huber):
        answer = sq.fit(formula, (X, wild(curve, 0.1, 6)), loss=loss, watch=stop)
        assert answer.verdict.kind == "interrupted"


def test_every_step_of_the_way_has_the_cost_of_the_loss_that_was_asked_for():
    formula, curve = CURVES["decay"]
    points = sq.Points.checked({"x": X}, wild(curve, 0.1, 7))
    answer = sq.fit(formula, points, loss=sq.mae)
    problem, _ = pose(answer.model, answer.points, sq.mae, {}, {}, {})
    for values, loss in answer.path:
        assert replace(problem, loss=sq.mae).cost(np.array([values]))[0] / 60 == approx(loss, rel=1e-12)
    assert answer.path[-1][1] == approx(answer.loss, rel=1e-12)
