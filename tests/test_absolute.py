"""Least absolute deviations: held to a linear programme for lines, to their own proof for curves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx
from scipy.optimize import linprog

import squiggly as sq
from squiggly.solve.absolute import FEW, Corner, lowest_corner
from squiggly.solve.bent import weighted
from squiggly.solve.redrawn import bootstrap_absolute


def least(slopes: np.ndarray, y: np.ndarray, low: Any = None, high: Any = None) -> float:
    """The least sum of |y - slopes·β| by SciPy's HiGHS, at the β it gives."""
    n, p = slopes.shape
    ends = zip(*(np.full(p, np.nan) if v is None else np.where(np.isfinite(v), v, np.nan) for v in (low, high)))
    limits = [tuple(None if np.isnan(v) else v for v in pair) for pair in ends]
    found = linprog(
        np.r_[np.zeros(p), np.ones(2 * n)],
        A_eq=np.hstack([slopes, np.eye(n), -np.eye(n)]),
        b_eq=y,
        bounds=limits + [(0, None)] * (2 * n),
    )
    assert found.status == 0
    return float(np.abs(y - slopes @ found.x[:p]).sum())


def unbounded(slopes: np.ndarray, y: np.ndarray, begin: np.ndarray) -> Corner:
    free = np.full(len(begin), np.inf)
    return lowest_corner(slopes, y, begin, -free, free)


def holds(slopes: np.ndarray, y: np.ndarray, low: Any = None, high: Any = None) -> None:
    """The corner is as low as the linear programme's, and its multipliers prove it."""
    begin = np.zeros(slopes.shape[1])
    found = unbounded(slopes, y, begin) if low is None else lowest_corner(slopes, y, begin, low, high)
    size = np.abs(y).sum()
    best = least(slopes, y, low, high)
    assert found.proven
    assert best - 1e-7 * size <= found.cost <= best * (1 + 1e-12) + 1e-13 * size  # HiGHS itself stops at 1e-7
    assert found.cost == approx(np.abs(y - slopes @ found.values).sum(), rel=1e-14)
    assert np.abs(found.multipliers).max() <= 1 + 1e-9
    assert found.multipliers @ slopes + found.held == approx(0, abs=1e-9 * np.abs(slopes).sum())
    if low is not None:
        assert (found.values >= low).all() and (found.values <= high).all()


@pytest.mark.parametrize("seed", range(40))
def test_any_columns_with_wild_scatter_end_where_the_linear_programme_does(seed):
    rng = np.random.default_rng(seed)
    n, p = int(rng.integers(1, 60)), int(rng.integers(1, 7))
    holds(rng.normal(size=(n, p)), rng.standard_cauchy(n))


small = st.integers(min_value=-3, max_value=3).map(float)


@settings(max_examples=150)
@given(
    st.integers(1, 4).flatmap(
        lambda p: st.lists(st.lists(small, min_size=p + 1, max_size=p + 1), min_size=1, max_size=25)
    )
)
def test_whole_numbers_repeats_and_ties_end_where_the_linear_programme_does(rows):
    table = np.array(rows)
    holds(table[:, :-1], table[:, -1])


@settings(max_examples=80)
@given(st.lists(st.tuples(st.integers(0, 4), small), min_size=1, max_size=25), st.integers(1, 5))
def test_polynomials_through_repeated_x_end_where_the_linear_programme_does(points, degree):
    x, y = np.array(points, float).T
    holds(np.vander(x, degree), y)


@pytest.mark.parametrize("seed", range(40))
def test_bounds_are_kept_and_nothing_inside_them_is_lower(seed):
    rng = np.random.default_rng(seed)
    n, p = int(rng.integers(1, 30)), int(rng.integers(1, 5))
    slopes = rng.integers(-2, 3, (n, p)).astype(float) if seed % 2 else rng.normal(size=(n, p))
    low = np.where(rng.random(p) < 0.3, -np.inf, rng.uniform(-1, 0, p))
    high = np.where(rng.random(p) < 0.3, np.inf, rng.uniform(0, 1, p))
    holds(slopes, rng.integers(-3, 4, n).astype(float), low, high)


@pytest.mark.parametrize("seed", range(5))
def test_a_start_far_away_ends_at_the_same_cost(seed):
    rng = np.random.default_rng(seed)
    slopes, y = np.vander(np.linspace(0, 1, 40), 4), rng.normal(size=40)
    costs = [unbounded(slopes, y, begin).cost for begin in (np.zeros(4), 1e6 * rng.normal(size=4))]
    assert costs[1] == approx(costs[0], rel=1e-9)


def test_a_constant_is_the_median_and_of_an_even_number_the_middle():
    y = np.array([7.0, 1.0, 30.0, 2.0])
    assert sq.fit("y = c + 0*x", (np.arange(4), y), loss=sq.mae).values["c"] == np.median(y) == 4.5
    assert sq.fit("y = c + 0*x", (np.arange(5), [*y, 3.0]), loss=sq.mae).values["c"] == 3.0


def test_a_level_edge_gives_its_middle():
    slopes = np.ones((2, 1))
    found = unbounded(slopes, np.array([0.0, 1.0]), np.zeros(1))
    assert found.level and found.values.tolist() == [0.5]
    assert not unbounded(np.ones((3, 1)), np.array([0.0, 1.0, 5.0]), np.zeros(1)).level


def test_points_on_the_line_give_the_line_to_its_last_digit():
    x = np.arange(20.0)
    y = 2 * x + 1
    y[[3, 11, 12]] += [50, -8, 0.1]
    answer = sq.fit("y = a*x + b", (x, y), loss=sq.mae)
    assert list(answer.values.values()) == approx([2, 1], rel=1e-14)


def test_many_points_end_where_all_multipliers_prove_it():
    rng = np.random.default_rng(3)
    n = 50 * FEW
    slopes, y = np.vander(np.linspace(0, 1, n), 3), rng.standard_cauchy(n)
    found = unbounded(slopes, y, np.zeros(3))
    assert found.proven and (np.abs(found.multipliers) <= 1 + 1e-9).all()
    assert found.multipliers @ slopes == approx(0, abs=1e-6)
    duality = float(found.multipliers @ y)  # no β can cost less than this
    assert found.cost == approx(duality, rel=1e-12)


def test_many_tied_points_end_where_all_multipliers_prove_it():
    rng = np.random.default_rng(4)
    n = 3 * FEW
    slopes = np.stack([rng.integers(0, 3, n), np.ones(n)], axis=1).astype(float)
    y = rng.integers(0, 4, n).astype(float)
    found = unbounded(slopes, y, np.zeros(2))
    assert found.proven and found.cost == approx(float(found.multipliers @ y), rel=1e-12)


def test_sigma_weighs_the_distances():
    rng = np.random.default_rng(5)
    x, sigma = np.linspace(0, 1, 30), rng.uniform(0.1, 3, 30)
    y = 2 * x + 1 + sigma * rng.standard_cauchy(30)
    answer = sq.fit("y = a*x + b", (x, y, sigma), loss=sq.mae)
    slopes = np.stack([x, np.ones(30)], axis=1) / sigma[:, None]
    assert answer.loss * 30 == approx(least(slopes, y / sigma), rel=1e-12)


# --- Curves

CURVES = {
    "decay": ("y = a*exp(-x/tau) + c", lambda x: 5 * np.exp(-x / 3) + 1),
    "peak": ("y = h*exp(-((x - m)/s)^2/2) + c", lambda x: 5 * np.exp(-(((x - 4) / 0.8) ** 2) / 2) + 1),
    "wave": ("y = a*sin(w*x + p) + c", lambda x: 2 * np.sin(1.7 * x + 0.4) + 1),
}


def stationary(answer: Any) -> bool:
    """Whether multipliers from -1 to 1, each its residual's sign where there is one, balance the slopes: by HiGHS."""
    from squiggly.fitting import pose

    problem, _ = pose(answer.model, answer.points, sq.mae, {}, {}, {})
    residuals, slopes = weighted(problem, np.array(list(answer.values.values())))
    on = np.abs(residuals) <= 1e-9 * np.abs(answer.points.y).max()
    pull = np.sign(residuals[~on]) @ slopes[~on]
    size = np.abs(slopes).sum(axis=0)
    balanced = linprog(
        np.zeros(on.sum()),
        A_ub=np.vstack([slopes[on].T, -slopes[on].T]) / np.r_[size, size][:, None],
        b_ub=np.r_[-pull, pull] / np.r_[size, size] + 1e-6,
        bounds=[(-1, 1)] * int(on.sum()),
    )
    return bool(balanced.status == 0)


@pytest.mark.parametrize("curve", CURVES)
@pytest.mark.parametrize("seed", range(6))
def test_where_a_curve_settled_no_direction_leads_down(curve, seed):
    formula, truth = CURVES[curve]
    rng, x = np.random.default_rng(seed), np.linspace(0, 10, 50)
    y = truth(x) + rng.normal(scale=0.2, size=50)
    y[rng.choice(50, 5, replace=False)] += rng.normal(scale=5, size=5)
    answer = sq.fit(formula, (x, y), loss=sq.mae)
    assert answer.verdict.kind != "did not settle"
    assert stationary(answer)
    values = np.array(list(answer.values.values()))
    for _ in range(200):
        nudged = values * (1 + rng.choice([1e-7, 1e-4, 1e-2]) * rng.normal(size=len(values)))
        assert np.abs(y - answer.predict(x)).sum() <= np.abs(y - truth_of(answer, x, nudged)).sum() * (1 + 1e-12)


def truth_of(answer: Any, x: np.ndarray, values: np.ndarray) -> np.ndarray:
    return answer.model.predict(x, **dict(zip(answer.values, values)))


def test_a_minimum_that_is_no_corner_is_found_and_proven():
    """The curve passes through fewer points than it has parameters and bends down to its minimum between the others."""
    rng, x, met = np.random.default_rng(0), np.linspace(0, 10, 50), 0
    formula, truth = CURVES["peak"]
    for _ in range(30):
        y = truth(x) + rng.normal(scale=0.2, size=50)
        answer = sq.fit(formula, (x, y), loss=sq.mae, errors="jacobian")
        met += int((np.abs(answer.residuals) < 1e-9).sum()) < 4
        assert answer.verdict.ok and stationary(answer)
    assert met >= 1


def test_bounds_of_a_curve_are_kept_and_it_settles_on_them():
    rng, x = np.random.default_rng(1), np.linspace(0, 10, 50)
    y = 5 * np.exp(-x / 3) + 1 + rng.normal(scale=0.1, size=50)
    answer = sq.fit(CURVES["decay"][0], (x, y), loss=sq.mae, bounds={"tau": (None, 2.0)})
    assert answer.values["tau"] == 2.0 and answer.verdict.kind == "at a bound"
    assert answer.loss == approx(sq.fit(CURVES["decay"][0], (x, y), loss=sq.mae, fix={"tau": 2.0}).loss, rel=1e-12)


# --- The bootstrap


def test_the_shifts_of_a_bootstrap_scatter_as_the_answers_do():
    rng, n = np.random.default_rng(2), 60
    slopes = np.vander(np.linspace(-1, 1, n), 2)
    answers, stated = [], []
    for seed in range(150):
        y = rng.normal(size=n)
        found = unbounded(slopes, y, np.zeros(2)).values
        answers.append(found)
        stated.append(bootstrap_absolute(slopes, y - slopes @ found, 200, seed).std(axis=0))
    assert np.median(stated, axis=0) / np.std(answers, axis=0) == approx([1, 1], abs=0.2)


def test_the_bootstrap_is_the_same_for_the_same_seed_and_near_the_exact_minima():
    rng = np.random.default_rng(3)
    slopes, residuals = np.vander(np.linspace(-1, 1, 40), 3), rng.normal(size=40)
    one, again, other = (bootstrap_absolute(slopes, residuals, 50, seed) for seed in (1, 1, 2))
    assert one.shape == (50, 3) and (one == again).all() and not (one == other).all()


def covered(n: int, p: int, noise: Any, runs: int) -> float:
    slopes, hits = np.vander(np.linspace(-1, 1, n), p), 0
    for seed in range(runs):
        y = noise(n)
        found = unbounded(slopes, y, np.zeros(p)).values
        shifts = bootstrap_absolute(slopes, y - slopes @ found, 300, seed)
        low, high = np.quantile(shifts, [0.025, 0.975], axis=0)
        hits += int(((found + low <= 0) & (found + high >= 0)).sum())
    return hits / (runs * p)


@pytest.mark.prove
@pytest.mark.parametrize("shape", ["normal", "laplace"])
@pytest.mark.parametrize("n, p", [(12, 2), (20, 3), (50, 3)])
def test_intervals_by_bootstrap_hold_the_truth_in_about_95_of_100_cases(shape, n, p):
    rng = np.random.default_rng(4)
    assert 0.93 <= covered(n, p, lambda n: getattr(rng, shape)(size=n), 1000) <= 0.98


def test_intervals_by_bootstrap_hold_the_truth_about_as_often_as_they_say():
    rng = np.random.default_rng(5)
    assert 0.91 <= covered(20, 2, lambda n: rng.normal(size=n), 120) <= 0.99
