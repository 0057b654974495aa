"""Start values from the data: units and roles by structure, projection, terms placed one by one, the whole search."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx

import squiggly as sq
from squiggly.binding import bind
from squiggly.formula import parse
from squiggly.loss import mse
from squiggly.solve.components import Group, groups
from squiggly.solve.problem import Problem
from squiggly.solve.projection import Walked, eliminate, guarded, rank, substitute, unlike, walk
from squiggly.solve.roles import clock, roles
from squiggly.solve.scatter import looks_like_scatter
from squiggly.solve.starts import even, find_starts
from squiggly.solve.units import units
from squiggly.solve.waves import plane_rhythms, rhythms

X = np.linspace(0.0, 10.0, 80)
NOISE = np.random.default_rng(5).normal(size=80)
EVERY_RUN = settings(derandomize=True, deadline=None, database=None)


def problem(formula: str, x: np.ndarray, y: np.ndarray, **bounds: tuple[float, float]) -> Problem:
    model, points = bind(formula, (x, y))
    low, high = (np.array([bounds.get(n, (-np.inf, np.inf))[i] for n in model.names]) for i in (0, 1))
    return Problem(model, points, mse, model.names, np.ones(len(model.names)), low, high)


# --- Units


@pytest.mark.parametrize(
    ("formula", "name", "unit"),
    [
        ("a*exp(-x/tau) + c", "tau", (1, 0)),
        ("a*exp(-x*k) + c", "k", (-1, 0)),
        ("a*exp(-x*k) + c", "a", (0, 1)),
        ("h*exp(-((x - m)/w)^2/2)", "w", (1, 0)),
        ("bottom + (top - bottom)/(1 + (ec50/x)^hill)", "ec50", (1, 0)),
        ("bottom + (top - bottom)/(1 + (ec50/x)^hill)", "hill", (0, 0)),
        ("a*x^n/(k^n + x^n)", "k", (1, 0)),
        ("a*sin(2*pi*f*x + p)", "f", (-1, 0)),
        ("a*sin(2*pi*f*x + p)", "p", (0, 0)),
        ("(a + b*x)/(1 + c*x + d*x^2)", "d", (-2, 0)),
        ("exp(-a*x)/(b + c*x)", "c", (-1, -1)),
        ("a*sqrt(x + b)", "a", (-0.5, 1)),
        ("a*log(x/b)", "b", (1, 0)),
        ("clip(a*x, b, c)", "b", (0, 1)),
    ],
)
def test_the_unit_of_a_parameter_follows_from_where_it_stands(formula, name, unit):
    assert units(parse(formula).expr, ("x",))[name] == unit


@pytest.mark.parametrize("formula", ["a*x^b", "a*log(x) + b", "a*x + b*x^2 + sin(x)"])
def test_mathematics_that_leaves_units_out_contradicts_nothing(formula):
    assert isinstance(units(parse(formula).expr, ("x",)), dict)


# --- Roles


@pytest.mark.parametrize(
    ("formula", "name", "kind"),
    [
        ("a*exp(-((x - m)/w)^2)", "m", "place"),
        ("a*exp(-((x - m)/w)^2)", "w", "size"),
        ("a/(1 + exp(b - c*x))", "b", "place"),
        ("a*sin(k*x + p)", "k", "rhythm"),
        ("a*sin(k*x + p)", "p", "phase"),
        ("a*sin(k*(x - t))", "t", "place"),
        ("a*exp(-exp(q)*x)", "q", "size"),
    ],
)
def test_the_role_of_a_parameter_follows_from_where_it_stands(formula, name, kind):
    expr = parse(formula).expr
    found = {
        r.name: r
        for r in roles(expr, ("x",), tuple(n for n in ("m", "w", "b", "c", "k", "p", "t", "q") if n in formula))
    }
    assert found[name].kind == kind


def test_a_parameter_met_only_as_an_exponent_is_a_logarithm():
    [role] = roles(parse("a*exp(-10^q*x)").expr, ("x",), ("q",))
    assert role.unit == (-1, 0) and role.log == approx(1 / np.log(10))


@pytest.mark.parametrize(
    ("formula", "along", "power"),
    [
        ("a*sin(w*x + p)", X, 1.0),
        ("a*sin(2*pi*x/w + p)", None, -1.0),
        ("a*cos(w*log(x + 1))", np.log(X + 1), 1.0),
    ],
)
def test_a_wave_runs_along_what_its_rhythm_multiplies(formula, along, power):
    expr = parse(formula).expr
    [role] = [r for r in roles(expr, ("x",), ("w", "p") if "p" in formula else ("w",)) if r.name == "w"]
    found, its_power = clock(role, {"p": 0.3, "a": 1.0}, {"x": X})
    assert its_power == approx(power, abs=0.05)
    if along is not None:
        assert np.ptp(found - along) < 1e-9


# --- Projection


def test_ranking_solves_the_linear_parameters_as_numpy_does():
    y = 5.0 * np.exp(-X / 2.0) + 1.0 + 0.05 * NOISE
    posed = problem("y = a*exp(-x/tau) + c", X, y)
    ranked = rank(posed, np.array([[0.0, 1.0, 0.0], [0.0, 3.0, 0.0]]), ("a", "c"))
    for values, cost in zip(ranked.values, ranked.cost):
        design = np.stack([np.exp(-X / values[1]), np.ones(80)], axis=1)
        wanted, [squares], *_ = np.linalg.lstsq(design, y, rcond=None)
        assert values[[0, 2]] == approx(wanted, rel=1e-6) and cost == approx(squares, rel=1e-6)


def test_a_walk_ends_where_the_careful_solver_does():
    y = 5.0 * np.exp(-X / 2.0) + 1.0 + 0.05 * NOISE
    posed = problem("y = a*exp(-x/tau) + c", X, y)
    ended = walk(posed, rank(posed, np.array([[0.0, 1.0, 0.0]]), ("a", "c")), ("a", "c"), (12,))
    assert ended.values[0] == approx(list(sq.fit("y = a*exp(-x/tau) + c", (X, y)).values.values()), rel=1e-5)


def test_a_walk_keeps_within_bounds_of_linear_parameters_too():
    y = 5.0 * np.exp(-X / 2.0) + 1.0 + 0.05 * NOISE
    posed = problem("y = a*exp(-x/tau) + c", X, y, c=(1.5, 2.0), tau=(2.5, 9.0))
    ended = walk(posed, rank(posed, np.array([[1.0, 4.0, 1.7]]), ("a", "c")), ("a", "c"), (12,))
    assert ended.values[0, 2] == 1.5 and ended.values[0, 1] >= 2.5


def test_a_candidate_without_a_value_costs_infinitely_much():
    posed = problem("y = a*log(x - b)", X + 1, np.log(X + 2))
    assert list(np.isfinite(rank(posed, np.array([[1.0, 5.0], [1.0, 0.0]]), ("a",)).cost)) == [False, True]


@EVERY_RUN
@given(st.integers(1, 5), st.integers(0, 1000))
def test_elimination_solves_as_numpy_does(k, seed):
    table = np.random.default_rng(seed).normal(size=(3, k + 1, k + 5))
    square = guarded(table @ table.swapaxes(1, 2))
    eliminate(square, 0, k)
    for rows, left, solution in zip(table, square[:, -1, -1], substitute(square, k)):
        wanted, [squares], *_ = np.linalg.lstsq(rows[:-1].T, rows[-1], rcond=None)
        assert solution == approx(wanted, rel=1e-6, abs=1e-9) and left == approx(squares, rel=1e-6)


# --- Candidates


@EVERY_RUN
@given(st.integers(1, 6), st.integers(0, 50))
def test_candidates_leave_no_tenth_of_any_axis_empty(dimensions, seed):
    spread = even(400, dimensions, seed)
    assert spread.shape == (400, dimensions) and ((spread >= 0) & (spread < 1)).all()
    assert all(len(np.unique((column * 10).astype(int))) == 10 for column in spread.T)


def test_neighbours_of_a_better_candidate_are_passed_over():
    drawn = np.arange(20.0)[:, None]
    cost = np.abs(drawn[:, 0] - 4.0)
    cost[15] = 0.5
    assert list(unlike(drawn, cost, 2)) == [4, 15]


def test_the_speeds_of_two_waves_are_among_the_rhythms():
    found = rhythms(X, np.sin(2.3 * X) + 0.7 * np.sin(5.1 * X) + 0.2 * X)
    assert np.abs(found - 2.3).min() < 0.05 and np.abs(found - 5.1).min() < 0.05


def test_a_wave_across_a_plane_is_seen_along_both_inputs():
    random = np.random.default_rng(0)
    x, z = random.uniform(0, 10, 120), random.uniform(0, 10, 120)
    y = 2 * np.sin(2.3 * x - 1.4 * z + 0.5) + 1 + 0.3 * random.normal(size=120)
    assert np.abs(plane_rhythms(x, z, y) - [2.3, -1.4]).max(axis=1).min() < 0.1
    found = sq.fit("y = A*sin(k*x + m*z + p) + c", {"x": x, "z": z, "y": y}).values
    assert abs(found["k"]) == approx(2.3, abs=0.03) and abs(found["m"]) == approx(1.4, abs=0.03)


@pytest.mark.parametrize("seed", range(4))
def test_uneven_places_show_a_wave_faster_than_their_mean_gap(seed):
    random = np.random.default_rng(seed)
    x = np.sort(random.uniform(0, 400, 100))
    y = 20 * np.sin(2 * np.pi * x / 3.5 + 1) - 12 + 5 * random.normal(size=100)
    assert sq.fit("y = K*sin(2*pi*x/P + p) + g", (x, y)).values["P"] == approx(3.5, abs=0.01)


@pytest.mark.parametrize("seed", range(4))
def test_a_narrow_peak_among_many_points_is_found(seed):
    random = np.random.default_rng(seed)
    x = np.linspace(0, 1000, 501)
    y = 25 * np.exp(-(((x - 609) / 3) ** 2)) + 3 * random.normal(size=501)
    assert sq.fit("y = h*exp(-((x - m)/w)^2) + c", (x, y)).values["m"] == approx(609, abs=2)


def test_a_term_is_a_group_of_its_own():
    expr = parse("b*exp(-k*x) + h*exp(-((x - m)/w)^2) + c").expr
    assert groups(expr, ("k", "m", "w"), ("b", "h", "c")) == (Group(("k",), ("b",)), Group(("m", "w"), ("h",)))


@pytest.mark.parametrize("formula", ["exp(-k*x) + h*exp(-w*x)", "a*exp(-k*x)*exp(-w*x)"])
def test_terms_that_cannot_be_parted_are_not(formula):
    expr = parse(formula).expr
    assert len(groups(expr, ("k", "w"), ("h",) if "h" in formula else ("a",))) < 2


def test_three_peaks_on_a_slope_are_found_without_a_start():
    y = (
        2 * np.exp(-((X - 2) ** 2) / 0.1)
        + np.exp(-((X - 5) ** 2) / 0.3)
        + 1.5 * np.exp(-((X - 6.2) ** 2) / 0.2)
        + 0.1 * X
    )
    formula = "y = a*exp(-((x - p)/u)^2) + b*exp(-((x - q)/v)^2) + c*exp(-((x - r)/w)^2) + d*x + f"
    found = sq.fit(formula, (X, y + 0.02 * NOISE)).values
    assert [found[n] for n in "pqr"] == approx([2, 5, 6.2], abs=0.05)  # from left to right


@pytest.mark.parametrize("seed", range(4))
def test_two_narrow_peaks_of_one_width_are_both_found(seed):
    random = np.random.default_rng(seed)
    x = np.linspace(0, 1000, 800)
    y = 5 + 0.01 * x + 30 * np.exp(-(((x - 312) / 3) ** 2)) + 18 * np.exp(-(((x - 579) / 3) ** 2))
    formula = "y = b + m*x + A*exp(-((x - c)/w)^2) + B*exp(-((x - d)/w)^2)"
    found = sq.fit(formula, (x, y + 3 * random.normal(size=800))).values
    assert (found["c"], found["d"]) == approx((312, 579), abs=2)


def test_decays_that_could_change_places_come_in_order():
    y = 3 * np.exp(-2 * X) + 2 * np.exp(-0.3 * X) + 1e-3 * NOISE
    found = sq.fit("y = a*exp(-p*x) + b*exp(-q*x)", (X, y)).values
    assert (found["p"], found["q"]) == approx((0.3, 2.0), rel=0.01)


def test_a_start_that_was_given_keeps_its_place():
    y = 3 * np.exp(-2 * X) + 2 * np.exp(-0.3 * X) + 1e-3 * NOISE
    found = sq.fit("y = a*exp(-p*x) + b*exp(-q*x)", (X, y), start={"p": 2}).values
    assert (found["p"], found["q"]) == approx((2.0, 0.3), rel=0.01)


def test_a_search_says_how_many_walks_agreed():
    posed = problem("y = a*exp(-x/tau) + c", X, 5.0 * np.exp(-X / 2.0) + 1.0 + 0.05 * NOISE)
    found = find_starts(posed, (), ("a", "c"), 0)
    assert found.agreed >= 2 and posed.tally.tried >= 100
    assert isinstance(found.walked, Walked) and (np.diff(found.walked.cost) >= 0).all()


def test_a_curve_that_misses_does_not_look_like_scatter():
    posed = problem("y = a*x + b", X, np.sin(X) + 0.05 * NOISE)
    assert not looks_like_scatter(posed, np.zeros(2))
    assert looks_like_scatter(problem("y = a*x + b", X, 0.05 * NOISE), np.zeros(2))


# --- The whole


def test_places_far_from_nought_are_found():
    x = 1e9 + np.arange(80.0)
    y = 3 * np.exp(-(((x - 1e9 - 31) / 4) ** 2)) + 0.02 * NOISE
    found = sq.fit("y = h*exp(-((x - m)/w)^2)", (x, y))
    assert found.verdict.ok and found.values["m"] - 1e9 == approx(31, abs=0.1)


def test_a_wave_along_a_logarithm_is_found():
    x = np.geomspace(1, 1000, 80)
    y = 2 * np.cos(5.8 * np.log(x) + 0.4) + 1 + 0.05 * NOISE
    assert sq.fit("y = a*cos(w*log(x) + p) + c", (x, y)).values["w"] == approx(5.8, abs=0.02)


def test_another_frequency_through_the_same_points_is_a_rival_and_the_lower_is_given():
    t = np.arange(0.0, 20.0)
    answer = sq.fit("y = a*sin(k*t + p)", {"t": t, "y": 2 * np.sin(2.1 * t + 0.3) + 0.05 * NOISE[:20]})
    assert answer.values["k"] == approx(2.1, abs=0.01)


def test_two_peaks_and_one_term_are_two_answers():
    y = np.exp(-((X - 3) ** 2)) + np.exp(-((X - 7) ** 2))
    answer = sq.fit("y = a*exp(-((x - m)/w)^2)", (X, y))
    assert not answer.verdict.ok
