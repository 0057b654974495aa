"""fit() against judges that nobody here wrote: scipy's solvers, exact linear programs, and data whose truth is known."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import torch
from pytest import approx
from scipy.optimize import curve_fit, least_squares, leastsq, linprog

import squiggly as sq
from squiggly.binding import bind
from squiggly.solve.least_squares import minimise
from squiggly.solve.problem import Problem
from squiggly.solve.search import _lowest

EXAMPLES = Path(__file__).parent.parent / "examples"
DECAY = "y = a*exp(-t/tau) + c"


def decay(t, a, tau, c):
    return a * np.exp(-t / tau) + c


def bell_on_a_line(x, height, center, width, slope, intercept):
    return height * np.exp(-(((x - center) / width) ** 2) / 2) + slope * x + intercept


def enzyme(x, vmax, km):
    return vmax * x / (km + x)


def power(x, amplitude, exponent):
    return amplitude * x**exponent


def measured(f: Callable[..., Any], x: np.ndarray, *truth: float, noise: float = 0.05, seed: int = 1) -> np.ndarray:
    return f(x, *truth) + noise * np.random.default_rng(seed).normal(size=len(x))


def slopes(f: Callable[..., Any]) -> Callable[..., np.ndarray]:
    """The judge's derivatives, exact to rounding, by a complex step (Squire & Trapp, 1998)."""

    def jacobian(x: np.ndarray, *p: float) -> np.ndarray:
        nudged = np.array(p, complex)[None] + 1e-30j * np.eye(len(p))
        return np.stack([f(x, *row).imag / 1e-30 for row in nudged], axis=1)  # (n, P)

    return jacobian


def values(answer: sq.Fit) -> list[float]:
    return [p.value for p in answer.parameters.values()]


def errors(answer: sq.Fit) -> list[float]:
    return [p.error for p in answer.parameters.values()]


def same(one: sq.Fit, other: sq.Fit, rel: float = 1e-9) -> None:
    """The same numbers, however the parameters are called."""
    assert values(one) == approx(values(other), rel=rel)
    assert errors(one) == approx(errors(other), rel=10 * rel)


@pytest.fixture
def t() -> np.ndarray:
    return np.linspace(0, 10, 40)


@pytest.fixture
def falling(t: np.ndarray) -> dict[str, np.ndarray]:
    """5·exp(-t/2) + 1, give or take 0.05."""
    return {"t": t, "y": measured(decay, t, 5, 2, 1)}


# --- Least squares, against scipy


@cache
def judged() -> dict[str, tuple[Any, Callable[..., Any], np.ndarray, np.ndarray, tuple[float, ...]]]:
    """name -> (model, the same for the judge, x, y, where the judge begins)."""
    t, x = np.linspace(0, 10, 40), np.linspace(-5, 5, 60)
    puromycin = pd.read_csv(EXAMPLES / "puromycin.csv")
    planets = pd.read_csv(EXAMPLES / "planets.csv")
    peak = (3.0, 0.5, 0.8, 0.2, 1.0)
    return {
        "decay": ("a*exp(-x/tau) + c", decay, t, measured(decay, t, 5, 2, 1), (5, 2, 1)),
        "a bell on a line": (
            sq.gaussian("p_") + sq.line(), bell_on_a_line, x, measured(bell_on_a_line, x, *peak), peak,
        ),
        "puromycin": (
            sq.michaelis_menten(), enzyme, puromycin["concentration"].to_numpy(), puromycin["rate"].to_numpy(float),
            (200, 0.1),
        ),
        "planets": (sq.power_law(), power, planets["distance"].to_numpy(), planets["period"].to_numpy(), (1, 1.5)),
    }  # fmt: skip


def spread_of(y: np.ndarray) -> np.ndarray:
    return 0.02 * np.abs(y) + 0.05 * (1 + np.arange(len(y)) % 3)


@pytest.mark.parametrize("name", judged())
@pytest.mark.parametrize("sigma_is", ["none", "relative", "known"])
def test_values_and_covariance_are_curve_fit_s(name, sigma_is):
    model, f, x, y, begin = judged()[name]
    sigma = None if sigma_is == "none" else spread_of(y)
    ours = sq.fit(model, (x, y), sigma=sigma, sigma_is="known" if sigma_is == "known" else "relative")
    theirs, covariance = curve_fit(
        f, x, y, begin, sigma, absolute_sigma=sigma_is == "known", jac=slopes(f), xtol=1e-13, ftol=1e-13, gtol=1e-13
    )
    scale = np.sqrt(np.diag(covariance))
    assert (values(ours) - theirs) / scale == approx(0, abs=1e-6)
    assert (ours.covariance - covariance) / np.outer(scale, scale) == approx(0, abs=1e-6)


@pytest.mark.parametrize("name", judged())
def test_values_are_leastsq_s(name):
    model, f, x, y, begin = judged()[name]
    theirs, _ = leastsq(lambda p: f(x, *p) - y, begin, xtol=1e-13, ftol=1e-13, gtol=0)
    assert values(sq.fit(model, (x, y))) == approx(theirs, rel=1e-6)


@pytest.mark.parametrize("file, model", [("puromycin", "rate = v*concentration/(k + concentration)"),
                                         ("planets", "period = a*distance^p")])  # fmt: skip
def test_a_file_fits_as_its_columns_do(file, model):
    frame = pd.read_csv(EXAMPLES / f"{file}.csv")
    same(sq.fit(model, EXAMPLES / f"{file}.csv"), sq.fit(model, frame), rel=1e-14)


# --- Linear models, against lstsq

LINEAR = {
    "line": (sq.line(), lambda x: [x, x**0]),
    "quadratic": (sq.quadratic(), lambda x: [x**2, x, x**0]),
    "waves": ("y = a*sin(x) + b*cos(x) + c", lambda x: [np.sin(x), np.cos(x), x**0]),
    "mixed": ("y = a*exp(-x) + b*sqrt(x) + c*x", lambda x: [np.exp(-x), np.sqrt(x), x]),
}


@pytest.mark.parametrize("model, columns", LINEAR.values(), ids=LINEAR)
def test_linear_models_are_lstsq_s_to_twelve_digits(model, columns):
    x = np.linspace(0.1, 4, 50)
    y = 2 + np.random.default_rng(3).normal(size=50)
    theirs = np.linalg.lstsq(np.stack(columns(x), axis=1), y)[0]
    assert values(sq.fit(model, (x, y))) == approx(theirs, rel=1e-12)


@pytest.mark.parametrize("model, columns", LINEAR.values(), ids=LINEAR)
def test_linear_models_with_sigma_are_the_weighted_lstsq_s(model, columns):
    x, rng = np.linspace(0.1, 4, 50), np.random.default_rng(4)
    y, sigma = 2 + rng.normal(size=50), rng.uniform(0.5, 2, size=50)
    theirs = np.linalg.lstsq(np.stack(columns(x), axis=1) / sigma[:, None], y / sigma)[0]
    assert values(sq.fit(model, (x, y), sigma=sigma)) == approx(theirs, rel=1e-12)


# --- Other losses


@pytest.fixture
def wild(t: np.ndarray) -> dict[str, np.ndarray]:
    """The decay with five points far off."""
    y = measured(decay, t, 5, 2, 1)
    y[[3, 11, 17, 24, 33]] += [4, -3, 5, 2, -6]
    return {"t": t, "y": y}


@pytest.mark.parametrize("delta", [0.03, 0.1, 1.0])
def test_huber_is_scipy_s(wild, delta):
    theirs = least_squares(
        lambda p: decay(wild["t"], *p) - wild["y"], (5, 2, 1), lambda p: slopes(decay)(wild["t"], *p),
        loss="huber", f_scale=delta, xtol=1e-15, ftol=1e-15, gtol=1e-15,
    )  # fmt: skip
    assert values(sq.fit(DECAY, wild, loss=sq.Huber(delta=delta))) == approx(theirs.x, rel=1e-6)


def test_huber_finds_its_own_delta_and_forgives_the_wild_points(wild):
    assert values(sq.fit(DECAY, wild, loss=sq.huber)) == approx([5, 2, 1], abs=0.15)


@pytest.mark.parametrize("seed", range(5))
def test_mae_of_a_line_is_the_exact_linear_program_s(seed):
    rng, n = np.random.default_rng(seed), 31
    x = np.sort(rng.uniform(-2, 2, n))
    y = 3 * x - 1 + rng.standard_cauchy(n)
    exact = linprog(
        np.r_[0, 0, np.ones(2 * n)],
        A_eq=np.hstack([np.stack([x, np.ones(n)], axis=1), np.eye(n), -np.eye(n)]),
        b_eq=y,
        bounds=[(None, None)] * 2 + [(0, None)] * 2 * n,
    )
    answer = sq.fit(sq.line(), (x, y), loss=sq.mae)
    assert values(answer) == approx(exact.x[:2], rel=1e-6, abs=1e-6)
    assert answer.loss == approx(exact.fun / n, rel=1e-6)


def test_poisson_with_its_errors_is_newton_s():
    t = np.linspace(0, 5, 40)
    counts = np.random.default_rng(5).poisson(np.exp(3 - 0.5 * t)).astype(float)
    columns, beta = np.stack([np.ones(40), t], axis=1), np.array([3.0, -0.5])
    for _ in range(20):
        mean = np.exp(columns @ beta)
        curvature = columns.T @ (columns * mean[:, None])
        beta = beta - np.linalg.solve(curvature, columns.T @ (mean - counts))
    answer = sq.fit("y = exp(a + b*t)", {"t": t, "y": counts}, loss=sq.poisson)
    assert values(answer) == approx(beta, rel=1e-8)
    assert answer.covariance == approx(np.linalg.inv(curvature), rel=1e-6)


def test_poisson_of_a_decay_on_a_background_has_no_slope_left():
    t = np.linspace(0, 10, 60)
    counts = np.random.default_rng(6).poisson(decay(t, 80, 2, 5)).astype(float)
    answer = sq.fit(DECAY, {"t": t, "y": counts}, loss=sq.poisson)
    pull = slopes(decay)(t, *values(answer)).T @ (1 - counts / decay(t, *values(answer)))
    assert pull * errors(answer) == approx(0, abs=1e-6)


# --- Bounds, fixed values, starts


@pytest.mark.parametrize(
    "bounds", [{"tau": (0, 10)}, {"c": (1.5, None)}, {"a": (None, 4.5)}, {"a": (0, 4), "c": (0, 0.5)}], ids=str
)
def test_bounds_are_scipy_s(falling, bounds):
    limits = [bounds.get(n, (None, None)) for n in ("a", "tau", "c")]
    low = [-np.inf if a is None else a for a, _ in limits]
    high = [np.inf if b is None else b for _, b in limits]
    begin = np.clip([4.2, 2, 1.6], np.array(low) + 0.1, np.array(high) - 0.1)
    theirs = least_squares(
        lambda p: decay(falling["t"], *p) - falling["y"], begin, lambda p: slopes(decay)(falling["t"], *p),
        bounds=(low, high), xtol=1e-15, ftol=1e-15, gtol=1e-15,
    )  # fmt: skip
    assert values(sq.fit(DECAY, falling, bounds=bounds)) == approx(theirs.x, rel=1e-5)


def test_a_bounded_line_is_the_best_of_those_allowed():
    x = np.linspace(0, 1, 20)
    y = measured(lambda x, a, b: a * x + b, x, 2, -1)
    slope = sq.fit("y = a*x + b", (x, y), bounds={"b": (0, None)}).values["a"]
    assert slope == approx(x @ y / (x @ x), rel=1e-9)


@pytest.mark.parametrize("name, value", [("a", 4.9), ("tau", 2.2), ("c", 0.9)])
def test_a_fixed_parameter_is_a_number_written_in(falling, name, value):
    fixed = sq.fit(DECAY, falling, fix={name: value})
    written = sq.fit(DECAY.replace(f"{name}*" if name == "a" else name, f"{value}*" if name == "a" else f"{value}"),
                     falling)  # fmt: skip
    free = fixed.free
    assert [fixed.values[n] for n in free] == approx([written.values[n] for n in free], rel=1e-9)
    assert fixed.covariance == approx(written.covariance, rel=1e-8)


@pytest.mark.parametrize(
    "start", [{"a": 4, "tau": 3, "c": 0}, {"a": 4}, {"tau": 1}, {"tau": 1e4}, {"a": 1, "tau": 1, "c": 1}], ids=str
)
def test_the_start_makes_no_difference_to_the_answer(falling, start):
    same(sq.fit(DECAY, falling, start=start), sq.fit(DECAY, falling), rel=1e-8)


def test_the_same_seed_gives_the_same_numbers_to_the_last_digit(falling):
    assert values(sq.fit(DECAY, falling, seed=3)) == values(sq.fit(DECAY, falling, seed=3))


def test_another_seed_gives_the_same_answer(falling):
    same(sq.fit(DECAY, falling, seed=1), sq.fit(DECAY, falling, seed=2), rel=1e-8)


# --- However the model is given


def with_torch(t, a, tau, c):
    return a * torch.exp(-t / tau) + c


def point_by_point(t, a, tau, c):
    return np.array([a * np.exp(-float(v) / tau) + c for v in t])


def with_a_branch(t, a, tau, c):
    return decay(t, a, tau, c) if tau > 0 else np.full(np.shape(t), 1e6)


GIVEN = {"numpy": decay, "torch": with_torch, "joined": sq.exponential() + sq.constant()}


@pytest.mark.parametrize("model", GIVEN.values(), ids=GIVEN)
def test_a_recorded_function_fits_as_its_formula(falling, model):
    same(sq.fit(model, falling), sq.fit(DECAY, falling), rel=1e-8)


@pytest.mark.parametrize(
    "model",
    [pytest.param(point_by_point, id="loop"), pytest.param(with_a_branch, id="branch")],
)
def test_a_function_that_cannot_be_recorded_fits_as_its_formula(falling, model):
    answer, formula = sq.fit(model, falling), sq.fit(DECAY, falling)
    assert values(answer) == approx(values(formula), rel=1e-6)
    assert errors(answer) == approx(errors(formula), rel=1e-4)


def test_an_interpolated_shape_fits_as_lstsq_says():
    knots, shape = np.linspace(0, 1, 6), np.array([0, 2, 1, 4, 3, 5.0])
    x = np.linspace(0, 1, 25)
    table = np.interp(x, knots, shape)
    y = measured(lambda x: 2 * table + 1, x)
    theirs = np.linalg.lstsq(np.stack([table, x**0], axis=1), y)[0]
    answer = sq.fit(lambda x, a, b: a * np.interp(x, knots, shape) + b, (x, y))
    assert values(answer) == approx(theirs, rel=1e-7)


# --- However the data are given


def as_path(columns: dict[str, Any], folder: Path) -> Path:
    pd.DataFrame(columns).to_csv(folder / "points.csv", index=False)
    return folder / "points.csv"


TABLES = {
    "path": as_path,
    "text path": lambda columns, folder: str(as_path(columns, folder)),
    "lists": lambda columns, folder: {k: v.tolist() for k, v in columns.items()},
    "tensors": lambda columns, folder: {k: torch.tensor(v) for k, v in columns.items()},
    "pandas": lambda columns, folder: pd.DataFrame(columns),
    "polars": lambda columns, folder: pl.DataFrame(columns),
    "pyarrow": lambda columns, folder: pa.table(columns),
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_table_of_the_same_points_gives_the_same_answer(falling, table, tmp_path):
    assert values(sq.fit(DECAY, table(falling, tmp_path))) == values(sq.fit(DECAY, falling))


def test_a_pair_is_x_and_y(falling):
    same(sq.fit(decay, (falling["t"], falling["y"])), sq.fit(DECAY, falling))


def test_two_inputs_are_curve_fit_s():
    rng = np.random.default_rng(8)
    u, v = rng.uniform(0, 4, (2, 50))
    z = 3 * np.exp(-u / 1.5) + 2 * v + rng.normal(scale=0.1, size=50)
    theirs, covariance = curve_fit(lambda w, a, b, c: a * np.exp(-w[0] / b) + c * w[1], (u, v), z, (3, 1.5, 2))
    answer = sq.fit("z = a*exp(-u/b) + c*v", {"u": u, "v": v, "z": z})
    assert values(answer) == approx(theirs, rel=1e-6)
    assert errors(answer) == approx(np.sqrt(np.diag(covariance)), rel=1e-5)


def test_a_left_side_in_a_function_is_fitted_as_it_stands(t):
    y = np.exp(2 - 0.3 * t + 0.05 * np.random.default_rng(9).normal(size=len(t)))
    assert values(sq.fit("log(y) = k*t + m", {"t": t, "y": y})) == approx(np.polyfit(t, np.log(y), 1), rel=1e-10)


def test_a_dropped_gap_is_a_row_that_was_never_there(falling):
    gappy = {**falling, "y": np.where(np.arange(40) == 7, np.nan, falling["y"])}
    without = {k: np.delete(v, 7) for k, v in falling.items()}
    assert values(sq.fit(DECAY, gappy, missing="drop")) == values(sq.fit(DECAY, without))


# --- Units


@pytest.mark.parametrize("scale", [1e9, 1e-9, 1e3])
def test_another_unit_of_x_scales_the_lengths_alone(falling, scale):
    plain, scaled = sq.fit(DECAY, falling), sq.fit(DECAY, {**falling, "t": scale * falling["t"]})
    assert values(scaled) == approx(values(plain) * np.array([1, scale, 1]), rel=1e-8)
    assert errors(scaled) == approx(errors(plain) * np.array([1, scale, 1]), rel=1e-7)


@pytest.mark.parametrize("scale", [1e-12, 1e12, 1e-100])
def test_another_unit_of_y_scales_the_heights_alone(falling, scale):
    plain, scaled = sq.fit(DECAY, falling), sq.fit(DECAY, {**falling, "y": scale * falling["y"]})
    assert values(scaled) / np.array([scale, 1, scale]) == approx(values(plain), rel=1e-8)
    assert errors(scaled) / np.array([scale, 1, scale]) == approx(errors(plain), rel=1e-7)


def test_y_in_tiny_and_x_in_huge_units_still_finds_a_peak():
    x = np.linspace(-5, 5, 60)
    y = measured(bell_on_a_line, x, 3, 0.5, 0.8, 0.2, 1)
    model = sq.gaussian("p_") + sq.line()
    plain, scaled = sq.fit(model, (x, y)), sq.fit(model, (1e9 * x, 1e-12 * y))
    assert values(scaled) / np.array([1e-12, 1e9, 1e9, 1e-21, 1e-12]) == approx(values(plain), rel=1e-7)


# --- Ctrl-C


def ctrl_c(after: int) -> Callable[..., None]:
    """Presses Ctrl-C once, after so many steps."""
    seen = []

    def watch(step: int, at: np.ndarray, cost: float) -> None:
        seen.append(step)
        if len(seen) == after:
            raise KeyboardInterrupt

    return watch


@pytest.mark.parametrize(
    "loss",
    [
        pytest.param(sq.mse, id="mse"),
        pytest.param(sq.poisson, id="poisson"),
        pytest.param(sq.Huber(delta=0.1), id="huber with delta"),
        pytest.param(sq.huber, id="huber"),
        pytest.param(sq.mae, id="mae"),
    ],
)
@pytest.mark.parametrize("after", [1, 3])
def test_ctrl_c_keeps_the_best_so_far_and_says_so(falling, after, loss):
    answer = sq.fit(DECAY, falling, loss=loss, start={"a": 40, "tau": 0.5, "c": 9}, watch=ctrl_c(after))
    assert (answer.verdict.ok, answer.verdict.kind) == (False, "interrupted")
    assert np.isfinite(values(answer)).all()


def test_ctrl_c_in_the_search_for_a_start_keeps_the_best_so_far(falling):
    answer = sq.fit(DECAY, falling, watch=ctrl_c(1))
    assert (answer.verdict.kind, np.isfinite(values(answer)).all()) == ("interrupted", True)


def test_watch_sees_steps_values_and_a_cost_that_never_rises(falling):
    seen = []
    sq.fit(DECAY, falling, start={"a": 9, "tau": 9, "c": 9}, watch=lambda *moment: seen.append(moment))
    assert [step for step, _, _ in seen] == list(range(1, len(seen) + 1))
    assert np.diff([cost for _, _, cost in seen]).max() <= 1e-12


# --- No start values: nine classic families

FAMILIES: dict[str, tuple[str, Callable[[Any], list[float]], tuple[float, float]]] = {
    "decay": ("a*exp(-x/b) + c", lambda r: [r(1, 10), r(0.5, 5), r(-2, 2)], (0, 10)),
    "gaussian": ("a*exp(-((x - b)/c)^2/2) + d", lambda r: [r(1, 10), r(-3, 3), r(0.3, 1.5), r(-2, 2)], (-5, 5)),
    "lorentzian": ("a/(1 + ((x - b)/c)^2) + d", lambda r: [r(1, 10), r(-3, 3), r(0.3, 1.5), r(-2, 2)], (-5, 5)),
    "sine": ("a*sin(2*pi*b*x + c) + d", lambda r: [r(1, 5), r(0.2, 2), r(0, 3), r(-2, 2)], (0, 10)),
    "damped sine": ("a*exp(-x/b)*sin(2*pi*c*x + d)", lambda r: [r(1, 5), r(2, 8), r(0.2, 2), r(0, 3)], (0, 10)),
    "enzyme": ("a*x/(b + x)", lambda r: [r(1, 100), r(0.2, 5)], (0.1, 10)),
    "power law": ("a*x^b", lambda r: [r(0.5, 5), r(-2, 2.5)], (0.1, 10)),
    "dose": ("a + (b - a)/(1 + (c/x)^d)", lambda r: [r(0, 1), r(3, 9), r(1, 6), r(1, 4)], (0.1, 10)),
    "two decays": ("a*exp(-x/b) + c*exp(-x/d)", lambda r: [r(2, 9), r(0.3, 0.8), r(2, 9), r(3, 8)], (0, 10)),
}


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("seed", range(5))
def test_no_start_is_as_good_as_starting_from_the_truth(family, seed):
    model, draw, (low, high) = FAMILIES[family]
    rng, x = np.random.default_rng(seed), np.linspace(low, high, 80)
    truth = dict(zip("abcd", draw(rng.uniform)))
    clean = sq.as_model(model).predict(x, **truth)
    y = clean + 0.03 * np.ptp(clean) * rng.normal(size=80)
    assert sq.fit(model, (x, y)).loss <= 1.02 * sq.fit(model, (x, y), start=truth).loss


# --- Kinks, signs, and points that say nothing


def test_the_place_where_a_root_begins_is_found():
    x = np.linspace(0, 5, 41)
    answer = sq.fit("y = a*sqrt(max(x - x0, 0)) + c", (x, 2 * np.sqrt(np.maximum(x - 1.63, 0)) + 0.5))
    assert answer.values["x0"] == approx(1.63, abs=1e-4)


def test_the_place_where_a_line_bends_is_found():
    x = np.linspace(0, 5, 41)
    answer = sq.fit("y = a*max(x - x0, 0) + c", (x, 2 * np.maximum(x - 1.63, 0) + 0.5))
    assert values(answer) == approx([2, 1.63, 0.5], abs=1e-6)


@pytest.mark.parametrize("shape", [sq.gaussian, sq.lorentzian])
@pytest.mark.parametrize("seed", range(4))
def test_a_width_that_is_only_squared_comes_out_positive(shape, seed):
    x, rng = np.linspace(-5, 5, 50), np.random.default_rng(seed)
    y = shape().predict(x, height=3, center=rng.uniform(-2, 2), width=1) + 0.1 * rng.normal(size=50)
    assert sq.fit(shape(), (x, y), seed=seed).values["width"] == approx(1, abs=0.2)


def test_a_sign_that_was_given_is_kept():
    x = np.linspace(-5, 5, 50)
    y = measured(lambda x: 3 * np.exp(-(x**2) / 2), x)
    answer = sq.fit(sq.gaussian(), (x, y), start={"height": 3, "center": 0.1, "width": -1})
    assert answer.values["width"] == approx(-1, abs=0.2)


@pytest.mark.parametrize("model", [DECAY, "a*exp(-((t - m)/w)^2/2) + c", "a*sin(2*pi*f*t + p) + c"])
def test_a_y_that_does_not_vary_determines_no_curve(t, model):
    assert sq.fit(model, {"t": t, "y": np.full(40, 3.0)}).verdict.kind != "determined"


def test_a_y_that_does_not_vary_is_a_level_line(t):
    assert values(sq.fit("y = a*t + b", {"t": t, "y": np.full(40, 3.0)})) == approx([0, 3], abs=1e-12)


# --- What people met first


def test_a_point_where_a_slope_is_nought_times_infinity_has_no_pull():
    x = np.linspace(0, 10, 80)
    y = 2 * np.exp(-((x / 3) ** 0.7)) + 0.02 * np.random.default_rng(0).normal(size=80)
    answer = sq.fit("y = a*exp(-(x/t)^b)", (x, y))
    judge = curve_fit(lambda x, a, t, b: a * np.exp(-((x / t) ** b)), x, y, p0=[2, 3, 0.7])[0]
    assert answer.verdict.ok and values(answer) == approx(judge, rel=1e-4)


def test_of_frequencies_that_are_the_same_at_the_points_the_lowest_is_given():
    t = np.linspace(0, 10, 40)
    y = 10 * np.exp(-t / 4) * np.cos(2 * np.pi * 0.5 * t + 1) + 0.4 * np.random.default_rng(1).normal(size=40)
    assert sq.fit("y = a*exp(-t/tau)*cos(2*pi*f*t + p)", {"t": t, "y": y}).values["f"] == approx(0.5, abs=0.01)


def test_a_start_that_leads_nowhere_is_not_the_end(falling):
    found = sq.fit(DECAY, falling, start={"tau": 1e-5})
    assert found.verdict.ok and values(found) == approx(values(sq.fit(DECAY, falling)), rel=1e-6)


def test_a_logistic_rises_from_its_bottom_to_its_top():
    x = np.logspace(-9, -3, 13)
    y = 5 + 95 / (1 + (3e-6 / x) ** 1.2) + 2 * np.random.default_rng(0).normal(size=13)
    found = sq.fit(sq.logistic(), (x, y)).values
    assert found["bottom"] < found["top"] and found["hill"] > 0


def test_two_weighted_peaks_are_both_found():
    rng = np.random.default_rng(2)
    noise, sigma, x = rng.normal(size=80), 0.02 + 0.1 * rng.random(80), np.linspace(0.1, 10, 80)
    y = 3 * np.exp(-(((x - 4) / 0.7) ** 2) / 2) + 2 * np.exp(-(((x - 7) / 0.9) ** 2) / 2) + sigma * noise
    found = sq.fit(sq.gaussian("p_") + sq.gaussian("q_"), (x, y), sigma=sigma, sigma_is="known")
    assert found.verdict.ok and 0.5 < found.reduced_chi_square < 1.6


def test_the_third_of_a_triple_weighs_the_points(falling):
    x, y = falling["t"], falling["y"]
    sigma = np.linspace(0.1, 1.0, len(x))
    assert values(sq.fit("y = a*exp(-x/tau) + c", (x, y, sigma))) == approx(
        values(sq.fit("y = a*exp(-x/tau) + c", (x, y), sigma=sigma)), rel=1e-9
    )


def test_ctrl_c_in_the_less_promising_starts_is_told_of_too(falling):
    model, points = bind(DECAY, falling)
    none = np.full(3, np.inf)
    problem = Problem(model, points, sq.mse, model.names, np.ones(3), -none, none)
    good, poor = np.array([[5.0, 2.0, 1.0]]), np.array([[50.0, 0.1, -9.0]])
    alone = minimise(problem.factor, good, -none, none).steps
    found = _lowest(problem, np.concatenate([good, poor]), ctrl_c(alone + 2))
    assert found.interrupted and found.values[0] == approx([5, 2, 1], rel=0.1)
