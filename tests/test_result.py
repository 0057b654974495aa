"""A Fit's numbers against formulas written out by hand, and its intervals against simulations that know the truth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pytest import approx
from scipy import stats

import squiggly as sq
from squiggly.errors import OptionError

DECAY = "y = a*exp(-t/tau) + c"
TRUTH = {"line": {"a": 2.0, "b": -1.0}, "decay": {"a": 5.0, "tau": 2.0, "c": 1.0}}
MODELS = {"line": "y = a*t + b", "decay": DECAY}


def curve(t: np.ndarray, a: float, tau: float, c: float) -> np.ndarray:
    return a * np.exp(-t / tau) + c


@pytest.fixture
def points() -> dict[str, np.ndarray]:
    t = np.linspace(0, 10, 30)
    rng = np.random.default_rng(2)
    sigma = rng.uniform(0.05, 0.2, size=30)
    return {"t": t, "y": curve(t, 5, 2, 1) + sigma * rng.normal(size=30), "s": sigma}


def fitted(points: Any, how: str, **options: Any) -> sq.Fit:
    chosen = {"plain": {}, "relative": {"sigma": "s"}, "known": {"sigma": "s", "sigma_is": "known"}}[how]
    return sq.fit(DECAY, points, **chosen, **options)


def weights(points: Any, how: str) -> np.ndarray:
    return np.ones(30) if how == "plain" else 1 / points["s"]


def jacobian(t: np.ndarray, a: float, tau: float, c: float) -> np.ndarray:
    """(n, 3), by hand."""
    fall = np.exp(-t / tau)
    return np.stack([fall, a * fall * t / tau**2, np.ones_like(t)], axis=1)


every_sigma = pytest.mark.parametrize("how", ["plain", "relative", "known"])

# --- The curve


def test_predict_without_x_is_the_curve_at_the_points(points):
    answer = fitted(points, "plain")
    assert answer.predict() == approx(curve(points["t"], **answer.values), rel=1e-14)


@pytest.mark.parametrize("x", [3.0, [0, 1, 20], np.array([[0.0, 1], [2, 3]])], ids=["number", "list", "grid"])
def test_predict_is_the_curve_wherever_it_is_asked_for(points, x):
    answer = fitted(points, "plain")
    assert answer.predict(x) == approx(curve(np.asarray(x, float), **answer.values), rel=1e-14)


@every_sigma
def test_residuals_are_measured_less_predicted(points, how):
    answer = fitted(points, how)
    assert answer.residuals == approx(points["y"] - curve(points["t"], **answer.values), abs=1e-13)


# --- How well it fits


@every_sigma
def test_chi_square_is_the_sum_of_squares_in_units_of_sigma(points, how):
    answer = fitted(points, how)
    assert answer.chi_square == approx(np.sum((answer.residuals * weights(points, how)) ** 2))


@every_sigma
def test_the_reduced_chi_square_is_per_degree_of_freedom(points, how):
    answer = fitted(points, how)
    assert answer.reduced_chi_square == approx(answer.chi_square / (30 - 3))


@every_sigma
def test_the_loss_is_the_mean_of_the_squares(points, how):
    answer = fitted(points, how)
    assert answer.loss == approx(np.mean((answer.residuals * weights(points, how)) ** 2))


@every_sigma
def test_r_squared_is_the_share_of_the_variance_about_the_weighted_mean(points, how):
    answer, w = fitted(points, how), weights(points, how) ** 2
    mean = np.sum(w * points["y"]) / np.sum(w)
    assert answer.r_squared == approx(1 - np.sum(w * answer.residuals**2) / np.sum(w * (points["y"] - mean) ** 2))


def test_r_squared_of_a_line_is_the_square_of_pearson_s_correlation(points):
    answer = sq.fit("y = a*t + b", points)
    assert answer.r_squared == approx(stats.pearsonr(points["t"], points["y"]).statistic ** 2)


def test_r_squared_of_a_y_that_does_not_vary_is_nan():
    assert np.isnan(sq.fit("y = a*x + b", {"x": [0, 1, 2, 3], "y": [1, 1, 1, 1]}).r_squared)


@pytest.mark.parametrize("how", ["plain", "relative"])
def test_aic_with_unknown_sigma_is_n_log_of_the_mean_square_plus_two_a_parameter(points, how):
    answer = fitted(points, how)
    assert answer.aic == approx(30 * np.log(answer.chi_square / 30) + 2 * 3)


def test_aic_with_known_sigma_is_chi_square_plus_two_a_parameter(points):
    answer = fitted(points, "known")
    assert answer.aic == approx(answer.chi_square + 2 * 3)


def test_aic_does_not_count_a_fixed_parameter(points):
    answer = fitted(points, "known", fix={"c": 1})
    assert answer.aic == approx(answer.chi_square + 2 * 2)


# --- How far to trust it


@every_sigma
def test_the_covariance_is_s_squared_times_the_inverse_of_the_normal_matrix(points, how):
    answer = fitted(points, how)
    scaled = jacobian(points["t"], **answer.values) * weights(points, how)[:, None]
    variance = 1.0 if how == "known" else answer.chi_square / 27
    assert answer.covariance == approx(variance * np.linalg.inv(scaled.T @ scaled), rel=1e-9)


@every_sigma
def test_the_covariance_is_symmetric(points, how):
    covariance = fitted(points, how).covariance
    assert covariance == approx(covariance.T, rel=1e-14)


def test_the_errors_are_the_roots_of_the_covariance_s_diagonal(points):
    answer = fitted(points, "plain")
    assert [p.error for p in answer.parameters.values()] == approx(np.sqrt(np.diag(answer.covariance)), rel=1e-14)


def test_the_correlation_is_the_covariance_in_units_of_the_errors(points):
    answer = fitted(points, "plain")
    error = np.sqrt(np.diag(answer.covariance))
    assert answer.correlation == approx(np.diag(1 / error) @ answer.covariance @ np.diag(1 / error), rel=1e-12)


def test_the_correlation_of_each_with_itself_is_one(points):
    assert np.diag(fitted(points, "plain").correlation) == approx(1, rel=1e-12)


@every_sigma
@pytest.mark.parametrize("end, share", [("low", 0.025), ("high", 0.975)])
def test_the_interval_is_student_s_t_times_the_error(points, how, end, share):
    freedom = np.inf if how == "known" else 27  # where the scatter is not estimated, Student's t is the Gaussian
    for parameter in fitted(points, how).parameters.values():
        reach = stats.t.ppf(share, freedom, parameter.value, parameter.error)
        assert getattr(parameter, end) == approx(reach, rel=1e-10)


@pytest.mark.parametrize("n", [4, 5, 8])
def test_with_few_points_the_interval_is_as_wide_as_student_says(points, n):
    p = sq.fit(DECAY, {k: v[:n] for k, v in points.items()}).parameters["c"]
    assert (p.high - p.low) / 2 / p.error == approx(stats.t.ppf(0.975, n - 3), rel=1e-9)


def test_the_errors_of_a_line_are_linregress_s(points):
    ours, theirs = sq.fit("y = a*t + b", points), stats.linregress(points["t"], points["y"])
    assert [p.error for p in ours.parameters.values()] == approx([theirs.stderr, theirs.intercept_stderr], rel=1e-10)


@pytest.mark.parametrize("factor", [0.1, 7.0])
def test_with_relative_sigma_only_its_ratios_count(points, factor):
    one, other = fitted(points, "relative"), fitted({**points, "s": factor * points["s"]}, "relative")
    assert one.covariance == approx(other.covariance, rel=1e-8)


@pytest.mark.parametrize("factor", [0.1, 7.0])
def test_with_known_sigma_the_errors_are_in_proportion_to_it(points, factor):
    one, other = fitted(points, "known"), fitted({**points, "s": factor * points["s"]}, "known")
    assert factor**2 * one.covariance == approx(other.covariance, rel=1e-8)


def test_sigma_cannot_be_known_where_there_is_none(points):
    with pytest.raises(OptionError, match='^sigma_is is "known", but there is no sigma\nhint: '):
        sq.fit(DECAY, points, sigma_is="known")


def test_a_fixed_parameter_has_its_value_and_no_error(points):
    fixed = fitted(points, "plain", fix={"c": 1.25}).parameters["c"]
    assert (fixed.value, fixed.fixed) == (1.25, True)
    assert np.isnan([fixed.error, fixed.low, fixed.high]).all()


def test_the_covariance_is_of_the_free_parameters(points):
    answer = fitted(points, "plain", fix={"tau": 2})
    assert (answer.free, answer.covariance.shape, answer.freedom) == (("a", "c"), (2, 2), 28)


# --- The way there

START = {"a": 20.0, "tau": 0.5, "c": -3.0}
LOSSES = {"mse": sq.mse, "huber": sq.Huber(delta=0.1), "poisson": sq.poisson}
every_loss = pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)


@pytest.fixture
def start(loss: Any) -> dict[str, float]:
    return {**START, "c": 3.0} if loss is sq.poisson else START


@every_loss
def test_history_starts_at_the_start(points, loss, start):
    assert dict(sq.fit(DECAY, points, start=start, loss=loss).history[0].parameters) == start


@every_loss
def test_history_ends_at_the_answer(points, loss, start):
    answer = sq.fit(DECAY, points, start=start, loss=loss)
    assert dict(answer.history[-1].parameters) == answer.values


@every_loss
def test_history_counts_its_steps_from_0(points, loss, start):
    history = sq.fit(DECAY, points, start=start, loss=loss).history
    assert [moment.step for moment in history] == list(range(len(history)))


@every_loss
def test_history_goes_down_all_the_way(points, loss, start):
    losses = [moment.loss for moment in sq.fit(DECAY, points, start=start, loss=loss).history]
    assert (np.diff(losses) <= 1e-12 * np.abs(losses[:-1])).all()


@every_loss
def test_history_s_losses_are_the_loss_of_its_values(points, loss, start):
    for moment in sq.fit(DECAY, points, start=start, loss=loss).history:
        predicted = curve(points["t"], **moment.parameters)
        assert moment.loss == approx(loss(predicted, points["y"]), rel=1e-9)


@every_loss
def test_history_ends_level(points, loss, start):
    first, *_, last = sq.fit(DECAY, points, start=start, loss=loss).history
    assert max(map(abs, last.gradient.values())) < 1e-7 * max(map(abs, first.gradient.values()))


def test_the_gradient_of_history_is_that_of_descend(points):
    first = fitted(points, "plain", start=START).history[0]
    [moment] = sq.descend(DECAY, points, start=START, steps=0)
    assert dict(first.gradient) == approx(dict(moment.gradient), rel=1e-12)


def test_a_fixed_parameter_stands_still_all_the_way(points):
    history = fitted(points, "plain", start={"a": 20, "tau": 0.5}, fix={"c": 1.25}).history
    assert {moment.parameters["c"] for moment in history} == {1.25}


# --- Coverage: how often the interval holds the truth


def coverage(name: str, runs: int, **options: Any) -> dict[str, float]:
    """The share of simulated fits whose 95 % interval holds the true value, for each parameter."""
    truth, rng, t = TRUTH[name], np.random.default_rng(11), np.linspace(0, 10, 15)
    clean = sq.as_model(MODELS[name], columns=["t", "y"]).predict(t, **truth)
    inside = dict.fromkeys(truth, 0)
    for _ in range(runs):
        data = {"t": t, "y": clean + 0.1 * rng.normal(size=15)}
        for key, p in sq.fit(MODELS[name], data, start=truth, **options).parameters.items():
            inside[key] += p.low <= truth[key] <= p.high
    return {key: count / runs for key, count in inside.items()}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("options", [{}, {"sigma": 0.1}], ids=["no sigma", "relative sigma"])
def test_the_interval_holds_the_truth_about_95_times_in_100(name, options):
    for share in coverage(name, 200, **options).values():
        assert 0.92 <= share <= 0.98


@pytest.mark.prove
@pytest.mark.parametrize("name", MODELS)
def test_the_interval_holds_the_truth_95_times_in_100(name):
    for share in coverage(name, 3_000).values():
        assert 0.94 <= share <= 0.96


def spread_over_error(loss: Any, noise: Callable[..., np.ndarray], runs: int) -> float:
    """How far the fitted slopes of simulated lines scatter, in units of the error that the fits state."""
    rng, x = np.random.default_rng(12), np.linspace(-1, 1, 60)
    fits = [sq.fit(sq.line(), (x, 2 * x + noise(rng, 60)), loss=loss).parameters["slope"] for _ in range(runs)]
    return float(np.std([p.value for p in fits]) / np.median([p.error for p in fits]))


@pytest.mark.parametrize("loss", [sq.mae, sq.huber], ids=["mae", "huber"])
def test_the_error_of_a_robust_loss_is_the_scatter_of_its_answers(loss):
    assert spread_over_error(loss, lambda rng, n: rng.laplace(size=n), 60) == approx(1, abs=0.25)


def test_a_fit_can_be_pickled_and_copied():
    import copy
    import pickle

    fit = sq.fit("y = a*x + b", {"x": [0, 1, 2, 3], "y": [1, 3.1, 4.9, 7]})
    for again in (pickle.loads(pickle.dumps(fit)), copy.deepcopy(fit)):
        assert str(again) == str(fit) and again.predict([9.0]) == fit.predict([9.0])
