"""Creases go where they belong: planted ones are found, minima are minima, equal answers read equally."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import squiggly as sq
from squiggly.errors import DataError
from squiggly.fitting import pose
from squiggly.modelling import as_model
from squiggly.solve import cells, creases
from squiggly.solve.folds import folded
from squiggly.solve.sheet import Sheet, axes
from squiggly.solve.unfolding import view_of

TWO = dict(c0=1.0, c1=1.0, c2=-2.0, w1=-2.0, a1=-1.0, t1=-0.5, w2=3.0, a2=0.4, t2=0.3)
THREE = dict(c0=1.0, c1=1.0, c2=-1.0, c3=0.5, w1=2.0, a1=0.4, e1=0.5, t1=0.3)
HAND = "z = c0 + c1*x + c2*y + w*max(0, x*cos(a) + y*sin(a) - t)"


def spread(seed: int, n: int = 300, inputs: str = "xy") -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    return {i: random.uniform(-2, 2, n) for i in inputs}


def saddle(seed: int, n: int = 200) -> dict[str, np.ndarray]:
    places = spread(seed, n)
    return {**places, "z": np.sin(places["x"]) * places["y"]}


def measured(truth: dict[str, float], seed: int, noise: float) -> tuple[sq.Model, dict[str, np.ndarray]]:
    """Points of planted planes, the target called u."""
    inputs = "xyz" if "c3" in truth else "xy"
    model, places = sq.relus(sum(n.startswith("w") for n in truth), inputs=len(inputs)), spread(seed, inputs=inputs)
    u = model.predict(places, **truth)
    return model, {**places, "u": u + noise * np.random.default_rng(seed + 99).normal(size=len(u))}


def sheet(data: dict[str, np.ndarray], k: int) -> Sheet:
    """The points as k planes see them."""
    points = sq.Points.checked({n: v for n, v in data.items() if n != "z"}, data["z"])
    problem, _ = pose(sq.relus(k, inputs=len(data) - 1), points, sq.mse, {}, {}, {})
    form = folded(problem.model, problem.free)
    assert form is not None
    view = view_of(problem, form)
    assert view is not None
    return view.sheet


def squares(on: Sheet, signs: np.ndarray, values: np.ndarray) -> float:
    [left] = on.left(signs[None], values[None])
    return float(left @ left)


def grid_squares(data: dict[str, np.ndarray], angles: tuple[float, float], weights: tuple[float, float]) -> float:
    """The least that one crease leaves on a grid of directions and places, its weight kept within bounds."""
    n, best = len(data["z"]), np.inf
    plane = axes(np.column_stack([np.ones(n), data["x"], data["y"]]))
    z = data["z"] - plane @ (plane.T @ data["z"])
    for a in np.linspace(*angles, 90):
        across = data["x"] * np.cos(a) + data["y"] * np.sin(a)
        above = np.maximum(across[:, None] - np.quantile(across, np.linspace(0.02, 0.98, 60)), 0)
        above = above - plane @ (plane.T @ above)
        w = np.clip(z @ above / (above**2).sum(axis=0), *weights)
        best = min(best, float(((z[:, None] - w * above) ** 2).sum(axis=0).min()))
    return best


# --- What was planted


@pytest.mark.parametrize("truth", [TWO, THREE], ids=["two inputs", "three inputs"])
@pytest.mark.parametrize("seed", range(4))
def test_planted_planes_are_found(truth, seed):
    fit = sq.fit(*measured(truth, seed, noise=0.0))
    assert fit.values == pytest.approx(truth, abs=1e-7) and fit.verdict.ok


@pytest.mark.parametrize("truth", [TWO, THREE], ids=["two inputs", "three inputs"])
@pytest.mark.parametrize("seed", range(4))
def test_planted_planes_are_found_in_noise(truth, seed):
    fit = sq.fit(*measured(truth, seed, noise=0.1))
    assert fit.verdict.ok
    assert all(abs(p.value - truth[n]) < 5 * p.error for n, p in fit.parameters.items())


def test_the_lessons_sum_finds_its_planes():
    model, places = sq.relus(2, weighted=False, inputs=2), spread(0)
    z = model.predict(places, m1=1, n1=0.5, b1=0.2, m2=-1, n2=0.7, b2=-0.3)
    fit = sq.fit(model, {**places, "z": z})
    assert fit.loss < 1e-24 * np.var(z)


@pytest.mark.parametrize("loss", [sq.huber, sq.mae])
def test_wild_points_do_not_move_the_creases_of_a_robust_loss(loss):
    model, data = measured(TWO, 1, noise=0.05)
    data["u"][::15] += 10
    fit = sq.fit(model, data, loss=loss)
    assert all(abs(fit.values[n] - v) < 0.2 for n, v in TWO.items())


EXACT = {
    "nought": lambda x, y: 0.0 * x,
    "constant": lambda x, y: 0.0 * x + 3.0,
    "plane": lambda x, y: x - 2.0 * y,
    "fold": lambda x, y: np.maximum(x - 0.5, 0.0),
    "ridge": lambda x, y: np.abs(x + y),
}


@settings(max_examples=40)
@given(
    st.sampled_from(list(EXACT)),
    st.lists(st.tuples(st.integers(-2, 2), st.integers(-2, 2)), min_size=9, max_size=40).filter(
        lambda places: len(dict(places)) > 1
    ),
    st.booleans(),
    st.sampled_from([1.0, 1e-9, 1e9]),
    st.integers(1, 2),
    st.booleans(),
)
def test_what_planes_can_do_exactly_is_done_whatever_the_table(kind, places, level, unit, k, weighted):
    if not weighted and kind in ("constant", "plane"):
        return  # their sum is not bent, so to say, or below nought
    x, y = np.array(places, dtype=float).T
    y = 0.0 * y if level else y
    z = unit * EXACT[kind](x, y)
    fit = sq.fit(sq.relus(max(k, 2 - weighted), weighted=weighted, inputs=2), {"x": x, "y": y, "z": z}, seconds=20)
    assert fit.chi_square <= 1e-20 * (z @ z) and fit.verdict.words


@pytest.mark.parametrize("k", [1, 2])
@pytest.mark.parametrize("seed", range(3))
def test_repeated_points_without_noise_have_errors_under_mae(seed, k):
    x, y = np.random.default_rng(seed).integers(-2, 3, (2, 40)).astype(float)
    fit = sq.fit(sq.relus(k, inputs=2), {"x": x, "y": y, "z": x * y}, loss=sq.mae)
    assert fit.verdict.words and all(np.isfinite(p.value) for p in fit.parameters.values())


# --- Structure, not names


@pytest.mark.parametrize(
    "formula",
    [
        HAND,
        "z = c0 + c1*x + c2*y + w*relu(sin(a)*y + cos(a)*x - t)",
        "z = c0 + c1*x + c2*y - w*relu(t - x*cos(a) - y*sin(a))",
        "z = c0 + c1*x + c2*y + w*relu(p*x + q*y + b)",
    ],
)
def test_a_formula_typed_by_hand_is_a_crease(formula):
    data = saddle(3)
    assert sq.fit(formula, data).loss == pytest.approx(sq.fit(sq.relus(1, inputs=2), data).loss, rel=1e-9)


@pytest.mark.parametrize(
    "formula",
    [
        "z = c + w*relu(x*cos(a) + y*cos(a) - t)",
        "z = c + w*relu(x*cos(a) + y*sin(b) - t)",
        "z = c + w*relu(p*x + p*y - t)",
        "z = c + w*relu(p*x*y + q*y - t)",
        "z = c + relu(x*cos(a) + y*sin(a) - t)",
    ],
)
def test_what_only_looks_like_a_crease_is_none(formula):
    model = as_model(formula, ["x", "y", "z"])
    assert folded(model, model.names) is None


# --- How good


@pytest.mark.parametrize("k", [1, 3, 6])
def test_the_answer_is_a_minimum_although_the_cost_has_kinks(k):
    data = saddle(k)
    data["z"] = data["z"] + 0.3 * np.random.default_rng(0).normal(size=200)
    fit = sq.fit(sq.relus(k, inputs=2), data)
    assert fit.verdict.kind != "did not settle"
    random = np.random.default_rng(1)
    at = np.array([[fit.values[f"{n}{i}"] for n in "at"] for i in range(1, k + 1)])
    for size in (1e-2, 1e-4, 1e-6):
        for _ in range(60):
            a, t = (at + size * random.normal(size=at.shape)).T
            folds = np.maximum(np.outer(data["x"], np.cos(a)) + np.outer(data["y"], np.sin(a)) - t, 0)
            basis = axes(np.column_stack([np.ones(200), data["x"], data["y"], folds]))
            left = data["z"] - basis @ (basis.T @ data["z"])
            assert left @ left >= fit.chi_square * (1 - 1e-9)


def test_no_crease_on_a_grid_is_better():
    for seed in range(4):
        data = saddle(seed, 60)
        reached = sq.fit(sq.relus(1, inputs=2), data).chi_square
        for a in np.linspace(-np.pi / 2, np.pi / 2, 60):
            across = data["x"] * np.cos(a) + data["y"] * np.sin(a)
            for t in np.quantile(across, np.linspace(0.02, 0.98, 40)):
                basis = axes(np.column_stack([np.ones(60), data["x"], data["y"], np.maximum(across - t, 0)]))
                left = data["z"] - basis @ (basis.T @ data["z"])
                assert left @ left >= reached * (1 - 1e-9)


@pytest.mark.parametrize("seed", [2, 4, 10])
def test_a_start_that_leads_to_a_kink_ends_at_a_minimum_near_by(seed):
    fit = sq.fit(HAND, saddle(seed), start=dict(c0=0, c1=0, c2=0, w=1, a=10, t=0))
    assert fit.verdict.kind != "did not settle" and abs(fit.values["a"] - 10) < 1


@pytest.mark.parametrize("seed", range(3))
def test_a_robust_loss_is_at_rest_although_it_has_kinks(seed):
    data = saddle(seed, 120)
    data["z"] = data["z"] + 0.2 * np.random.default_rng(seed).normal(size=120)
    fit = sq.fit(sq.relus(1, inputs=2), data, loss=sq.Huber(delta=0.3), errors="jacobian")
    assert fit.verdict.kind != "did not settle"
    random, values = np.random.default_rng(1), np.array(list(fit.values.values()))
    for size in (1e-2, 1e-4, 1e-6):
        for near in values + size * random.normal(size=(200, len(values))):
            z = fit.model.predict({n: data[n] for n in "xy"}, **dict(zip(fit.values, near)))
            assert fit.loss_function(z, data["z"]) >= fit.loss * (1 - 1e-9)


@pytest.mark.parametrize("name", ["x*y", "noise"])
@pytest.mark.parametrize("seed", range(6))
def test_of_a_folding_at_rest_no_crease_goes_down_from_the_points_it_touches(seed, name):
    random = np.random.default_rng(seed)
    x, y = random.integers(-3, 4, (2, 30)).astype(float)
    on = sheet({"x": x, "y": y, "z": x * y if name == "x*y" else random.normal(size=30)}, 2)
    begun = random.normal(size=on.plain.shape[1] + 6)
    signs = np.array([1.0, -1.0])
    values, still = cells.at_rest(on, signs, begun, lambda *seen: None)
    reached = squares(on, signs, values)
    for size in (1e-3, 1e-5):
        ways = size * random.normal(size=(2000, len(values)))
        ways[:, : on.plain.shape[1]] = 0.0
        for near in values + ways:
            bent = np.maximum(on.near @ on.planes(near).T, 0.0) @ signs  # the smooth part always at its best
            left = on.y - bent - on.plain @ np.linalg.lstsq(on.plain, on.y - bent, rcond=None)[0]
            assert not still or left @ left >= reached * (1 - 1e-9)


def test_a_folding_is_not_said_to_be_at_rest_where_nobody_looked(monkeypatch):
    random = np.random.default_rng(0)
    x, y = random.integers(-3, 4, (2, 30)).astype(float)
    on, signs = sheet({"x": x, "y": y, "z": x * y}, 1), np.ones(1)
    ended, still = cells.at_rest(on, signs, np.array([0, 0, 0, 1, 0.1, 0.2]), lambda *seen: None)
    assert still and (np.abs(on.near @ on.planes(ended).T) < 1e-12).any()
    monkeypatch.setattr(cells, "MOST_EDGES", 0)
    assert not cells.at_rest(on, signs, ended, lambda *seen: None)[1]


def test_among_very_many_points_rest_is_a_hundredth_of_the_standard_errors():
    n, random = 400, np.random.default_rng(0)
    slopes, noise = random.normal(size=(n, 3)), random.normal(size=n)
    noise -= slopes @ np.linalg.lstsq(slopes, noise, rcond=None)[0]
    error = np.linalg.norm(noise) / np.sqrt(n)
    away = axes(slopes)[:, 0] * error  # one standard error off
    for share, rest in ((0.0, True), (0.005, True), (0.02, False), (1.0, False)):
        triangle = np.linalg.qr(np.column_stack([slopes, noise + share * away]))[1]
        assert creases._nearly(triangle, n) == rest


@pytest.mark.parametrize("seed", [2, 3])
def test_whatever_the_search_draws_six_creases_end_nearly_as_low(seed):
    ends = [sq.fit(sq.relus(6, inputs=2), saddle(seed), seed=drawn).chi_square for drawn in range(4)]
    assert max(ends) < 1.02 * min(ends)


def test_columns_of_any_size_are_spanned():
    random = np.random.default_rng(0)
    columns = random.normal(size=(50, 4))
    basis = axes(columns * [1e-14, 1.0, 1e9, 0.0])
    assert basis.shape == (50, 3) and basis.T @ basis == pytest.approx(np.eye(3), abs=1e-13)
    assert basis @ (basis.T @ columns[:, :3]) == pytest.approx(columns[:, :3], abs=1e-12)


# --- Equal answers read equally


@pytest.mark.parametrize("seed", range(3))
def test_creases_come_in_order_and_face_one_way(seed):
    fit = sq.fit(sq.relus(5, inputs=2), saddle(seed))
    places = [(fit.values[f"a{i}"], fit.values[f"t{i}"]) for i in range(1, 6)]
    assert places == sorted(places) and all(-np.pi / 2 - 1e-8 <= a < np.pi / 2 for a, _ in places)


def test_the_same_points_give_the_same_answer():
    data = saddle(1)
    assert sq.fit(sq.relus(4, inputs=2), data).values == sq.fit(sq.relus(4, inputs=2), data).values


@pytest.mark.parametrize("units", [(1e6, 1.0, 1.0), (1e-3, 1e3, 1e-9), (1e6, 1e6, 1e9)])
def test_other_units_give_the_same_curve(units):
    model, data = measured(TWO, 2, noise=0.1)
    plain = sq.fit(model, data)
    scaled = {n: v * unit for (n, v), unit in zip(data.items(), units)}
    other = sq.fit(model, scaled)
    before = plain.model.predict({n: data[n] for n in "xy"}, **plain.values)
    after = other.model.predict({n: scaled[n] for n in "xy"}, **other.values) / units[2]
    assert after == pytest.approx(before, abs=1e-6 * np.ptp(before))


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(12, 60), st.integers(1, 3), st.sampled_from(["even", "grid", "heaps"]))
def test_any_table_ends_in_a_verdict(seed, n, k, kind):
    random = np.random.default_rng(seed)
    x, y = random.uniform(-1, 1, (2, n))
    if kind == "grid":
        x, y = np.round(2 * x), np.round(2 * y)
    if kind == "heaps":
        x, y = np.repeat(x[:4], n)[:n], np.tile(y[:5], n)[:n]
    fit = sq.fit(sq.relus(k, inputs=2), {"x": x, "y": y, "z": x * y + random.normal(size=n)}, seconds=20)
    basis = axes(np.column_stack([np.ones(n), x, y]))
    assert fit.verdict.words and np.isfinite(fit.loss)
    left = fit.points.y - basis @ (basis.T @ fit.points.y)
    assert fit.chi_square <= left @ left * (1 + 1e-9)  # a plane is the least that it can do


# --- Bad input


def test_inputs_of_too_unequal_units_are_refused():
    data = saddle(0)
    with pytest.raises(DataError) as error:
        sq.fit(sq.relus(1, inputs=2), {"x": 1e6 * data["x"], "y": 1e-6 * data["y"], "z": data["z"]})
    assert "an angle has too few digits to tell directions across so unequal inputs\nhint: measure one" in str(
        error.value
    )


@pytest.mark.parametrize(
    "y, said",
    [
        (lambda x: 0 * x + 3, "only the combination c0 + 3*c2 is known"),
        (lambda x: 2 * x, "only the combination c1 + 2*c2 is known"),
        (lambda x: x, "only the sum c1 + c2 is known"),
    ],
    ids=["constant", "collinear", "identical"],
)
def test_inputs_on_a_line_are_named(y, said):
    x = spread(0)["x"]
    fit = sq.fit(sq.relus(1, inputs=2), {"x": x, "y": y(x), "z": np.abs(x) + 0.1 * np.cos(9 * x)})
    assert fit.verdict.kind == "not determined" and said in fit.verdict.words


def test_more_parameters_than_points_are_refused():
    with pytest.raises(DataError, match="^50 points cannot determine 603 parameters"):
        sq.fit(sq.relus(200, inputs=2), saddle(0, 50))


def test_the_time_that_is_allowed_is_kept():
    begun = time.monotonic()
    fit = sq.fit(sq.relus(30, inputs=2), saddle(0, 400), seconds=0.3)
    assert "were over" in fit.verdict.words and time.monotonic() - begun < 10
    assert fit.loss < np.var(fit.points.y)


def test_bounds_are_kept():
    model, data = measured(TWO, 0, noise=0.05)
    data = {n: v[:60] for n, v in data.items()}
    fit = sq.fit(model, data, bounds={"w1": (-1.5, None), "w2": (-1.5, None)})
    assert fit.values["w1"] >= -1.5 and fit.values["w2"] >= -1.5


INF = np.inf
BOUNDS = {
    "turned": ({"a1": (2, 3)}, (2, 3), (-INF, INF)),
    "narrow": ({"a1": (-0.2, 0.2)}, (-0.2, 0.2), (-INF, INF)),
    "far round": ({"a1": (4, 5)}, (4, 5), (-INF, INF)),
    "downward": ({"w1": (None, 0)}, (-np.pi, np.pi), (-INF, 0)),
    "upward": ({"w1": (0, None)}, (-np.pi, np.pi), (0, INF)),
    "steep": ({"w1": (2, 3)}, (-np.pi, np.pi), (2, 3)),
}


@pytest.mark.parametrize("name", BOUNDS)
@pytest.mark.parametrize("seed", range(3))
def test_within_bounds_no_crease_on_a_grid_is_better(seed, name):
    bounds, angles, weights = BOUNDS[name]
    data = saddle(seed, 60)
    fit = sq.fit(sq.relus(1, inputs=2), data, bounds=bounds)
    assert fit.chi_square <= grid_squares(data, angles, weights) * (1 + 1e-9)
    [(bounded, (low, high))] = bounds.items()
    assert (low is None or fit.values[bounded] >= low) and (high is None or fit.values[bounded] <= high)


@pytest.mark.parametrize("seed", range(2))
def test_a_sign_that_is_given_to_every_weight_is_searched_for(seed):
    truth = dict(c0=0, c1=0, c2=0, w1=2, a1=-1, t1=0.5, w2=1, a2=0, t2=-0.5, w3=3, a3=1, t3=0.2)
    places, model = spread(seed), sq.relus(3, inputs=2)
    fit = sq.fit(model, {**places, "z": model.predict(places, **truth)}, bounds={f"w{i}": (0, None) for i in (1, 2, 3)})
    assert fit.chi_square < 1e-20


def test_bounds_that_bound_nothing_change_nothing():
    data = saddle(5)
    free = sq.fit(sq.relus(3, inputs=2), data)
    wide = sq.fit(sq.relus(3, inputs=2), data, bounds={n: (-99, 99) for n in free.values})
    assert wide.chi_square == pytest.approx(free.chi_square, rel=1e-9) and wide.verdict.kind == free.verdict.kind
