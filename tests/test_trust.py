"""Errors by each definition, against SciPy, torch and closed forms; what bounds, noughts and kinks do to them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pytest import approx
from scipy import optimize, stats

import squiggly as sq
from squiggly.errors import OptionError
from squiggly.intervals.hessian import hessian
from squiggly.intervals.trust import trust
from squiggly.solve.least_squares import Descent

DECAY = "y = a*exp(-t/tau) + c"
LOSSES = {"mse": sq.mse, "huber": sq.Huber(delta=0.3), "poisson": sq.poisson}


@pytest.fixture
def points() -> dict[str, np.ndarray]:
    t = np.linspace(0, 10, 30)
    return {"t": t, "y": 5 * np.exp(-t / 2) + 3 + 0.3 * np.random.default_rng(3).normal(size=30)}


def decay(t: Any, a: Any, tau: Any, c: Any) -> Any:
    return a * np.exp(-t / tau) + c


def refuses_symbols(t, a, tau, c):
    """The same, out of reach of the recorder."""
    return np.array([a * np.exp(-v / tau) + c for v in np.asarray(t).tolist()])


def errors(answer: sq.Fit) -> np.ndarray:
    return np.array([answer.parameters[n].error for n in answer.free])


# --- The full Hessian


def torch_hessian(answer: sq.Fit) -> np.ndarray:
    torch = pytest.importorskip("torch")
    t, y = (torch.tensor(v, dtype=torch.float64) for v in (answer.points.x, answer.points.y))
    sigma = torch.ones_like(y) if answer.points.sigma is None else torch.tensor(answer.points.sigma)

    def loss(p: Any) -> Any:
        predicted = p[0] * torch.exp(-t / p[1]) + p[2]
        if answer.loss_function.name == "poisson":
            return (predicted - y * predicted.log()).sum()
        if answer.loss_function.name == "huber":
            return torch.nn.functional.huber_loss(
                predicted / sigma, y / sigma, delta=answer.loss_function.delta, reduction="sum"
            )
        return (((predicted - y) / sigma) ** 2).sum()

    at = torch.tensor(list(answer.values.values()), dtype=torch.float64)
    return torch.autograd.functional.hessian(loss, at).numpy()


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_the_second_derivatives_are_torch_s(points, loss):
    answer = sq.fit(DECAY, points, loss=loss)
    ours = hessian(answer.problem, np.array(list(answer.values.values())), errors(answer))
    assert ours == approx(torch_hessian(answer), rel=1e-10)


def test_the_second_derivatives_with_sigma_are_torch_s(points):
    answer = sq.fit(DECAY, points, sigma=np.linspace(0.1, 0.5, 30))
    ours = hessian(answer.problem, np.array(list(answer.values.values())), errors(answer))
    assert ours == approx(torch_hessian(answer), rel=1e-10)


def test_the_second_derivatives_of_many_points_are_those_of_their_blocks(points):
    many = {k: np.tile(v, 1_000) for k, v in points.items()}
    one, all_ = (sq.fit(DECAY, data, start={"a": 5, "tau": 2, "c": 3}) for data in (points, many))
    at = np.array(list(one.values.values()))
    assert hessian(all_.problem, at, errors(all_)) == approx(1_000 * hessian(one.problem, at, errors(one)), rel=1e-9)


def test_a_function_that_is_not_recorded_has_them_by_differences(points):
    start = {"a": 5, "tau": 2, "c": 3}
    exact = sq.fit(DECAY, points, errors="hessian")
    near = sq.fit(refuses_symbols, (points["t"], points["y"]), start=start, errors="hessian")
    assert near.model.derivatives_by == "central differences"
    assert errors(near) == approx(errors(exact), rel=1e-4)


def test_the_hessian_s_covariance_is_s_squared_times_twice_its_inverse(points):
    answer = sq.fit(DECAY, points, errors="hessian")
    s2 = answer.chi_square / answer.freedom
    assert answer.covariance == approx(2 * s2 * np.linalg.inv(torch_hessian(answer)), rel=1e-8)


def test_poisson_s_hessian_is_the_observed_information(points):
    answer = sq.fit(DECAY, points, loss=sq.poisson, errors="hessian")
    assert answer.covariance == approx(np.linalg.inv(torch_hessian(answer)), rel=1e-8)


def test_on_a_straight_model_the_hessian_is_the_jacobian(points):
    one, other = (sq.fit("y = a*t + b", points, errors=by) for by in ("jacobian", "hessian"))
    assert one.covariance == approx(other.covariance, rel=1e-10)


def test_where_the_loss_does_not_rise_the_hessian_gives_no_errors_and_says_so():
    x = np.linspace(0, 3, 16)  # a wave turned against the points: as far off as it can be, and level there
    problem = sq.fit("y = sin(x + p)", (x, np.sin(x) + 0.01 * np.cos(9 * x))).problem
    worst = np.array([problem.values[0] + np.pi])
    top = optimize.minimize_scalar(lambda p: -problem.cost(np.array([[p]]))[0], (worst[0] - 0.1, worst[0] + 0.1)).x
    triangle, cost = problem.factor(np.array([[top]]))
    here = Descent(np.array([[top]]), cost, triangle, np.ones(1, dtype=bool), 0)
    found = trust(problem, here, known=False, by="hessian", seed=0)
    assert np.isnan(found.covariance).all()
    assert found.words == (
        "the full Hessian is not positive definite here: along some direction the loss does not rise, so this is "
        'no minimum and no error follows from it. Try other start values, or errors="bootstrap".'
    )


# --- The bootstrap


@pytest.mark.parametrize("loss", [sq.mse, sq.Huber(delta=9), sq.poisson], ids=["mse", "huber", "poisson"])
def test_the_bootstrap_s_errors_are_about_the_formula_s(loss):
    t = np.linspace(0, 10, 80)
    y = np.random.default_rng(8).poisson(60 * np.exp(-t / 2) + 40).astype(float)
    one, other = (sq.fit(DECAY, {"t": t, "y": y}, loss=loss, errors=by) for by in ("jacobian", "bootstrap"))
    assert errors(other) == approx(errors(one), rel=0.2)


def test_with_known_sigma_the_bootstrap_draws_gaussian_noise_of_that_size(points):
    small, large = (
        sq.fit("y = a*t + b", points, sigma=size, sigma_is="known", errors="bootstrap") for size in (0.1, 1)
    )
    assert errors(large) == approx(10 * errors(small), rel=1e-9)
    formula = sq.fit("y = a*t + b", points, sigma=0.1, sigma_is="known")
    assert errors(small) == approx(errors(formula), rel=0.1)


def test_the_same_seed_draws_the_same_and_another_seed_nearly():
    x = np.linspace(0, 1, 30)
    y = x + 0.1 * np.random.default_rng(1).laplace(size=30)
    one, again, other = (sq.fit("y = a*x + b", (x, y), loss=sq.mae, seed=seed) for seed in (0, 0, 1))
    assert errors(one).tolist() == errors(again).tolist() != errors(other).tolist()
    assert errors(one) == approx(errors(other), rel=0.15)


def test_mae_is_bootstrapped_unasked_up_to_many_points():
    x = np.linspace(0, 1, 201)
    y = x + np.random.default_rng(1).laplace(size=201)
    assert sq.fit("y = a*x + b", (x[:200], y[:200]), loss=sq.mae).errors_by == "bootstrap"
    assert sq.fit("y = a*x + b", (x, y), loss=sq.mae).errors_by == "jacobian"
    assert sq.fit("y = a*x + b", (x, y)).errors_by == "jacobian"


def covered(noise: str, n: int, runs: int, loss: Any = sq.mae, **options: Any) -> float:
    """How often an interval of a line held the truth."""
    random, x = np.random.default_rng(21), np.linspace(-1, 1, n)
    draw = {"normal": random.normal, "laplace": random.laplace}[noise]
    held = 0
    for _ in range(runs):
        found = sq.fit("y = a*x + b", (x, 2 * x + 1 + draw(size=n)), loss=loss, **options).parameters
        held += sum(found[k].low <= truth <= found[k].high for k, truth in (("a", 2), ("b", 1)))
    return held / runs / 2


@pytest.mark.parametrize("noise", ["normal", "laplace"])
def test_mae_s_intervals_hold_the_truth(noise):
    assert 0.91 <= covered(noise, 25, 120) <= 0.995


@pytest.mark.prove
@pytest.mark.parametrize("n", [12, 25, 60])
@pytest.mark.parametrize("noise", ["normal", "laplace"])
def test_mae_s_intervals_hold_the_truth_at_least_94_times_in_100(noise, n):
    assert 0.94 <= covered(noise, n, 1_500) <= 0.985


@pytest.mark.prove
def test_the_bootstrap_s_intervals_of_least_squares_hold_the_truth():
    assert 0.935 <= covered("normal", 12, 1_000, sq.mse, errors="bootstrap") <= 0.965


# --- Student's t, or the Gaussian


def test_intervals_at_another_level(points):
    answer = sq.fit(DECAY, points)
    p, [low, high] = answer.parameters["tau"], answer.intervals(level=0.68)["tau"]
    assert (low, high) == approx(stats.t.interval(0.68, answer.freedom, p.value, p.error), rel=1e-10)
    assert answer.intervals()["tau"] == approx((p.low, p.high), rel=1e-12)


def test_a_poisson_s_interval_is_gaussian(points):
    p = sq.fit(DECAY, points, loss=sq.poisson).parameters["tau"]
    assert (p.low, p.high) == approx(stats.norm.interval(0.95, p.value, p.error), rel=1e-10)


@pytest.mark.parametrize("level", [0, 1, 95, -1, float("nan"), "95"])
def test_a_level_is_between_0_and_1(points, level):
    with pytest.raises(OptionError) as error:
        sq.fit(DECAY, points).intervals(level)
    assert str(error.value) == f"level is {level!r}, a number between 0 and 1 was expected\nhint: level=0.95"


# --- The option


@pytest.mark.parametrize("word", ["hesian", "", None.__class__, 3])
def test_another_word_for_errors_is_refused(points, word):
    with pytest.raises(OptionError) as error:
        sq.fit(DECAY, points, errors=word)
    assert str(error.value) == (
        f'errors is {word!r}, "jacobian" or "hessian" or "bootstrap" was expected\nhint: errors="jacobian"'
    )


def test_mae_has_no_hessian(points):
    with pytest.raises(OptionError) as error:
        sq.fit(DECAY, points, loss=sq.mae, errors="hessian")
    assert str(error.value) == (
        'errors is "hessian", but the mae loss has no second derivative: it is straight between its kinks\n'
        'hint: leave errors out, or use errors="bootstrap"'
    )


@pytest.mark.parametrize(
    "options, line",
    [
        ({}, "errors: s²(JᵀJ)⁻¹ · intervals: Student's t, 27 degrees of freedom"),
        ({"sigma": 0.3, "sigma_is": "known"}, "errors: (JᵀJ)⁻¹ · intervals: Gaussian"),
        ({"errors": "hessian"}, "errors: s² × inverse Hessian · intervals: Student's t, 27 degrees of freedom"),
        ({"errors": "bootstrap"}, "errors: bootstrap of residuals · intervals: its quantiles"),
        ({"loss": sq.mae}, "errors: bootstrap of residuals · intervals: its quantiles"),
        (
            {"loss": sq.Huber(delta=1)},
            "errors: s²(JᵀJ)⁻¹, s² from the slopes of huber · intervals: Student's t, 27 degrees of freedom",
        ),
        ({"loss": sq.poisson}, "errors: Fisher information · intervals: Gaussian"),
        ({"loss": sq.poisson, "errors": "hessian"}, "errors: inverse Hessian · intervals: Gaussian"),
        ({"loss": sq.poisson, "errors": "bootstrap"}, "errors: bootstrap of counts · intervals: its quantiles"),
    ],
)
def test_the_report_says_where_errors_come_from(points, options, line):
    assert line in str(sq.fit(DECAY, points, **options)).splitlines()


# --- At a bound


def least_with_c(points: dict[str, np.ndarray], c: float) -> float:
    """The least sum of squares for a given c, by SciPy."""
    found = optimize.least_squares(
        lambda p: decay(points["t"], *p, c) - points["y"], [5, 2], xtol=1e-15, ftol=1e-15, gtol=1e-15
    )
    return 2 * found.cost


def test_a_parameter_on_its_bound_has_an_interval_to_the_inside(points):
    bound = 3.4
    p = sq.fit(DECAY, points, bounds={"c": (bound, None)}).parameters["c"]
    assert (p.value, p.low, np.isnan(p.error)) == (bound, bound, True)
    at_bound, at_end = least_with_c(points, bound), least_with_c(points, p.high)
    reach = stats.t.ppf(0.975, 28)
    assert at_end - at_bound == approx(reach**2 * at_bound / 28, rel=1e-5)


def test_an_upper_bound_has_its_interval_below(points):
    p = sq.fit(DECAY, points, bounds={"tau": (None, 1.5)}).parameters["tau"]
    assert p.low < 1.5 == p.high


def test_mae_on_a_bound_explains_that_it_has_none(points):
    answer = sq.fit(DECAY, points, loss=sq.mae, bounds={"c": (3.5, None)})
    assert np.isnan(answer.parameters["c"].high) and np.isfinite(answer.parameters["tau"].error)
    assert "c: on the bound, and mae has no interval there; fit with huber for one to the inside." in str(answer)


# --- At nought, and where others stumble


def test_a_slope_that_is_nought_has_a_finite_error():
    x = np.linspace(-1, 1, 21)
    noise = np.cos(20 * np.arange(21.0))
    noise -= np.polyval(np.polyfit(x**2, noise, 1), x**2)  # the best b is 0, to rounding
    answer = sq.fit("y = a + b*x^2", (x, 1 + 0.1 * noise))
    design = np.stack([np.ones(21), x**2], axis=1)
    expected = np.sqrt(np.diag(np.linalg.inv(design.T @ design)) * answer.chi_square / 19)
    assert answer.values["b"] == approx(0, abs=1e-12)
    assert errors(answer) == approx(expected, rel=1e-9)


@pytest.mark.parametrize("by", ["jacobian", "hessian", "bootstrap"])
def test_with_fixed_parameters_the_errors_are_those_of_the_others(points, by):
    answer = sq.fit(DECAY, points, fix={"c": 3.0}, errors=by)
    assert answer.free == ("a", "tau") and np.isfinite(errors(answer)).all()


@pytest.mark.parametrize("by", ["jacobian", "hessian", "bootstrap"])
def test_what_is_not_determined_is_infinite_and_the_rest_is_finite(points, by):
    found = sq.fit("y = a*exp(-t/tau) + b + c", points, errors=by).parameters
    assert [np.isinf(found[n].error) for n in ("a", "tau", "b", "c")] == [False, False, True, True]
    alone = sq.fit(DECAY, points).parameters
    assert found["tau"].error == approx(alone["tau"].error, rel=0.2 if by == "bootstrap" else 0.1)


@pytest.mark.parametrize("by", ["jacobian", "hessian", "bootstrap"])
def test_as_many_points_as_parameters_leave_no_errors(by):
    answer = sq.fit("y = a*x + b", {"x": [0, 1], "y": [1, 2]}, errors=by)
    assert np.isnan(errors(answer)).all()


def test_a_perfect_fit_by_bootstrap_has_errors_of_rounding():
    x = np.linspace(0, 1, 10)
    assert errors(sq.fit("y = a*x + b", (x, 2 * x + 1), errors="bootstrap")).max() < 1e-12
    assert errors(sq.fit("y = a*x + b", (x, 2 * x + 1), loss=sq.mae)).max() < 1e-12


@pytest.mark.parametrize("scale", [1e-100, 1e-8, 1e8, 1e100])
@pytest.mark.parametrize("by", ["hessian", "bootstrap"])
def test_errors_go_with_the_unit_of_y(points, scale, by):
    one = sq.fit(DECAY, points, errors=by)
    other = sq.fit(DECAY, {**points, "y": scale * points["y"]}, errors=by)
    assert errors(other) / errors(one) == approx([scale, 1, scale], rel=1e-5)
