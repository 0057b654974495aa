"""The best straight pieces: held to brute force, to closed forms, to shifts and scales of the points."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import squiggly as sq
from squiggly.errors import OptionError
from squiggly.solve import segments
from squiggly.solve.segments import best_pieces


def line_cost(x: np.ndarray, y: np.ndarray, sigma: np.ndarray) -> float:
    """The weighted squares that the best straight line leaves, by NumPy's lstsq."""
    columns = np.column_stack([np.ones(len(x)), x - x.mean()]) / sigma[:, None]
    solved = np.linalg.lstsq(columns, y / sigma, rcond=None)[0]
    return float(np.sum((y / sigma - columns @ solved) ** 2))


def brute_force(x: np.ndarray, y: np.ndarray, sigma: np.ndarray, most: int) -> float:
    """The least squares of at most that many pieces: every way to cut the x that differ."""
    places = np.unique(x)
    costs = []
    for k in range(1, min(most, len(places)) + 1):
        for cuts in itertools.combinations(places[1:], k - 1):
            edges = [-np.inf, *cuts, np.inf]
            parts = [(x >= a) & (x < b) for a, b in itertools.pairwise(edges)]
            costs.append(sum(line_cost(x[p], y[p], sigma[p]) for p in parts))
    return min(costs)


points = st.lists(st.tuples(st.integers(0, 7), st.floats(-4, 4), st.floats(0.25, 4)), min_size=2, max_size=9).filter(
    lambda rows: len({x for x, _, _ in rows}) > 1
)


@given(points, st.sampled_from([1e-3, 1.0, 1e4]), st.sampled_from([0.0, -3.0, 1e5]))
def test_it_is_what_brute_force_finds(rows, unit, origin):
    x, y, sigma = (np.array(column, dtype=float) for column in zip(*rows))
    x = origin + unit * x
    found = best_pieces(x, y, sigma, 3).costs
    for k in (1, 2, 3):
        assert found[k - 1] == pytest.approx(brute_force(x, y, sigma, k), rel=1e-6, abs=1e-8)


@given(points, st.randoms(use_true_random=False))
def test_the_order_of_the_points_does_not_matter(rows, random):
    shuffled = random.sample(rows, len(rows))
    a, b = (best_pieces(*(np.array(c, dtype=float) for c in zip(*r)), 3) for r in (rows, shuffled))
    assert a.costs == pytest.approx(b.costs, rel=1e-9, abs=1e-12)


@given(points)
def test_more_pieces_never_cost_more(rows):
    x, y, sigma = (np.array(column, dtype=float) for column in zip(*rows))
    assert (np.diff(best_pieces(x, y, sigma, 9).costs) <= 1e-12).all()


def test_the_pieces_begin_where_the_costs_say():
    random = np.random.default_rng(1)
    x = np.sort(random.uniform(0, 10, 60))
    y, sigma = np.sin(x) + 0.1 * random.normal(size=60), random.uniform(0.5, 2, 60)
    found = best_pieces(x, y, sigma, 6)
    for cost, starts in zip(found.costs, found.starts):
        edges = [-np.inf, *starts, np.inf]
        parts = [(x >= a) & (x < b) for a, b in itertools.pairwise(edges)]
        assert sum(line_cost(x[p], y[p], sigma[p]) for p in parts) == pytest.approx(cost, rel=1e-10)


@pytest.mark.parametrize("shift, height", [(0, 1), (1e6, 1), (0, 1e-130), (-1e9, 1e130)])
def test_far_from_nought_and_very_small_points_lose_no_digits(shift, height):
    x = np.arange(64.0)  # exact where it is shifted
    y = np.sin(x / 5)
    plain = best_pieces(x, y, None, 5).costs
    assert best_pieces(x + shift, height * y, None, 5).costs / height**2 == pytest.approx(plain, rel=1e-9)


def test_a_perfect_line_costs_nothing_but_rounding():
    x = np.linspace(-2, 2, 81)
    assert best_pieces(x, np.abs(x), None, 2).costs[1] < 1e-28


def test_a_parabola_has_the_limit_of_theory():
    x = np.linspace(-2.1, 2.1, 1201)  # 3.945/n²: (1/√720)·(∫|f″|^⅖)^{5/2}/(n²·√(R-L)), exact for a parabola
    rms = sq.limit_of_pieces((x, 3 * x**2 + 2 * x + 1), 16)
    assert rms * np.arange(1, 17) ** 2 == pytest.approx(3.945, rel=0.01)


def test_many_points_still_have_a_bound_below_every_fit(monkeypatch):
    random = np.random.default_rng(3)
    x = random.uniform(-2, 2, 900)
    y = np.sin(3 * x) + 0.05 * random.normal(size=900)
    exact = best_pieces(x, y, None, 12)
    monkeypatch.setattr(segments, "MOST_PLACES", 300)
    monkeypatch.setattr(segments, "BINS", 300)
    bound = best_pieces(x, y, None, 12)
    assert exact.exact and not bound.exact and bound.starts == ()
    assert (bound.costs <= exact.costs * (1 + 1e-12)).all()
    assert (bound.costs >= 0.8 * exact.costs).all()


@given(st.integers(5, 40), st.integers(0, 1000))
def test_the_bound_in_runs_is_never_above_the_exact_one(n, seed):
    random = np.random.default_rng(seed)
    x, y = np.round(random.uniform(0, 1, n), 2), random.normal(size=n)
    rows, within, scale = segments._rows(x, y, None)
    bins, floors = segments._binned(rows, 6)
    costs, _ = segments._programme(bins, 5, gap=True, floors=floors)
    assert ((costs + within) * scale <= best_pieces(x, y, None, 5).costs + 1e-9).all()


def test_ties_in_x_stay_in_one_piece():
    x, y = np.array([0.0, 0, 1, 1]), np.array([0.0, 2, 0, 2])
    assert best_pieces(x, y, None, 4).costs == pytest.approx([4, 4, 4, 4])


def test_the_limit_counts_sigma():
    x, y = [0.0, 1, 2, 3], [0.0, 1, 0, 1]
    assert sq.limit_of_pieces((x, y), 1, sigma=2) == pytest.approx(sq.limit_of_pieces((x, y), 1) / 2)


@pytest.mark.parametrize("n", [0, 101, 2.5, True, "four"])
def test_a_number_of_pieces_that_makes_no_sense_is_refused(n):
    with pytest.raises(OptionError) as error:
        sq.limit_of_pieces(([0, 1, 2], [0, 1, 0]), n)
    assert str(error.value) == f"n is {n!r}, a whole number from 1 to 100 was expected\nhint: n=16"
