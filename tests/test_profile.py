"""Profiles: against SciPy's, against closed forms, and where they have no end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pytest import approx
from scipy import optimize, stats

import squiggly as sq
from squiggly.errors import ModelError, OptionError

MM = "y = vmax*x/(km + x)"
DOSES = np.geomspace(0.02, 1.28, 7)


def measured(seed: int = 0, noise: float = 10.0) -> dict[str, np.ndarray]:
    return {"x": DOSES, "y": 200 * DOSES / (0.07 + DOSES) + noise * np.random.default_rng(seed).normal(size=7)}


def lowest(points: dict[str, np.ndarray], km: float, sigma: float = 1.0) -> float:
    """The least chi² of Michaelis-Menten for a given km: vmax in closed form."""
    shape = points["x"] / (km + points["x"])
    vmax = shape @ points["y"] / (shape @ shape)
    return float(np.sum(((points["y"] - vmax * shape) / sigma) ** 2))


def end(points: dict[str, np.ndarray], height: float, low: float, high: float, sigma: float = 1.0) -> float:
    """Where the least chi² for a given km reaches a height, by SciPy's brentq."""
    return float(optimize.brentq(lambda km: lowest(points, km, sigma) - height, low, high, xtol=1e-14))


# --- The interval


@pytest.mark.parametrize("level", [0.5, 0.95, 0.99])
def test_the_ends_are_where_the_least_sum_of_squares_has_risen_by_t_squared_times_s_squared(level):
    points = measured()
    answer = sq.fit(MM, points)
    profile = answer.profile("km", level)
    best = lowest(points, profile.value)
    height = best * (1 + stats.t.ppf((1 + level) / 2, 5) ** 2 / 5)
    assert profile.low == approx(end(points, height, 1e-9, profile.value), rel=1e-6)
    assert profile.high == approx(end(points, height, profile.value, 10), rel=1e-6)


def test_with_known_sigma_the_rise_is_that_of_a_gaussian():
    points = measured()
    profile = sq.fit(MM, points, sigma=10, sigma_is="known").profile("km")
    height = lowest(points, profile.value, 10) + stats.norm.ppf(0.975) ** 2
    assert profile.high == approx(end(points, height, profile.value, 10, 10), rel=1e-6)


def test_poisson_s_rise_is_half_of_that_in_its_likelihood():
    random, x = np.random.default_rng(3), np.linspace(0, 4, 25)
    y = random.poisson(40 * np.exp(-x / 1.5)).astype(float)
    profile = sq.fit("y = a*exp(-x/tau)", (x, y), loss=sq.poisson).profile("tau")

    def likelihood(tau: float) -> float:
        shape = np.exp(-x / tau)
        mean = y.sum() / shape.sum() * shape  # the best a, in closed form
        return float(np.sum(mean - y * np.log(mean)))

    height = likelihood(profile.value) + stats.chi2.ppf(0.95, 1) / 2
    assert profile.low == approx(optimize.brentq(lambda t: likelihood(t) - height, 0.1, profile.value), rel=1e-6)
    assert profile.high == approx(optimize.brentq(lambda t: likelihood(t) - height, profile.value, 20), rel=1e-6)


@pytest.mark.parametrize("options", [{}, {"sigma": np.linspace(1, 3, 12)}, {"loss": sq.Huber(delta=50)}])
def test_on_a_straight_model_it_is_the_interval(options):
    x = np.linspace(0, 5, 12)
    y = 2 * x + 1 + np.random.default_rng(2).normal(size=12)
    answer = sq.fit("y = a*x + b", (x, y), **options)
    for name, p in answer.parameters.items():
        profile = answer.profile(name)
        assert (profile.low, profile.high) == approx((p.low, p.high), rel=1e-6)


def test_huber_s_profile_is_near_its_interval():
    x = np.linspace(0, 5, 60)
    y = 2 * x + 1 + np.random.default_rng(2).standard_t(3, size=60)
    answer = sq.fit("y = a*x + b", (x, y), loss=sq.huber)
    p, profile = answer.parameters["a"], answer.profile("a")
    assert (profile.low, profile.high) == approx((p.low, p.high), abs=0.15 * (p.high - p.low))


@pytest.mark.parametrize("scale", [1e-60, 1e-6, 1e6, 1e60])
def test_it_goes_with_the_units(scale):
    points = measured()
    one = sq.fit(MM, points).profile("vmax")
    other = sq.fit(MM, {**points, "y": scale * points["y"]}).profile("vmax")
    assert (other.low / scale, other.high / scale) == approx((one.low, one.high), rel=1e-5)


def test_a_function_that_is_not_recorded_has_the_same_profile():
    def plain(x, vmax, km):
        return np.array([vmax * v / (km + v) for v in np.asarray(x).tolist()])

    points = measured()
    one = sq.fit(MM, points).profile("km")
    other = sq.fit(plain, (points["x"], points["y"]), start={"vmax": 200, "km": 0.07}).profile("km")
    assert (other.low, other.high) == approx((one.low, one.high), rel=1e-4)


def test_one_parameter_alone_has_a_profile():
    answer = sq.fit("y = a*x", {"x": [1, 2, 3], "y": [2.1, 3.9, 6.2]})
    p, profile = answer.parameters["a"], answer.profile("a")
    assert (profile.low, profile.high) == approx((p.low, p.high), rel=1e-6)


def covered(runs: int) -> dict[str, float]:
    held = {"vmax": 0, "km": 0}
    for seed in range(runs):
        answer = sq.fit(MM, measured(seed), start={"vmax": 200, "km": 0.07})
        for name, truth in (("vmax", 200.0), ("km", 0.07)):
            profile = answer.profile(name)
            held[name] += profile.low <= truth <= profile.high
    return {name: count / runs for name, count in held.items()}


def test_it_holds_the_truth_about_95_times_in_100():
    for share in covered(150).values():
        assert 0.91 <= share <= 0.99


@pytest.mark.prove
def test_it_holds_the_truth_95_times_in_100():
    for share in covered(3_000).values():
        assert 0.94 <= share <= 0.96


# --- The curve


def test_the_losses_are_the_lowest_at_each_value():
    points = measured()
    profile = sq.fit(MM, points).profile("km")
    assert profile.losses == approx([lowest(points, km) / 7 for km in profile.values], rel=1e-9)
    assert (np.diff(profile.values) > 0).all() and profile.low in profile.values and profile.high in profile.values


def test_t_is_the_signed_root_of_the_rise():
    profile = sq.fit(MM, measured()).profile("km")
    reach = stats.t.ppf(0.975, 5)
    assert np.interp([profile.low, profile.value, profile.high], profile.values, profile.t) == approx(
        [-reach, 0, reach], abs=1e-5
    )
    assert (np.diff(profile.t) > 0).all()


def test_it_prints_its_interval():
    profile = sq.fit("y = a*x + b", {"x": [0, 1, 2, 3], "y": [1, 3.1, 4.9, 7]}).profile("a", level=0.68)
    assert str(profile) == repr(profile) == "a = 1.980, 68 % profile interval 1.924 … 2.036"


def test_it_can_be_drawn(tmp_path):
    figure = sq.fit(MM, measured()).profile("km").plot(tmp_path / "km.png")
    assert (tmp_path / "km.png").stat().st_size > 1_000
    assert figure.axes[0].get_ylabel() == "loss, the others at their best"


# --- Where it has no end


def test_a_bound_ends_it_and_is_named():
    profile = sq.fit(MM, measured(), bounds={"km": (0.06, None)}).profile("km")
    assert profile.low == 0.06
    assert profile.words == "to lower values, the interval ends on the bound 0.06"


def test_where_the_points_set_no_limit_it_is_infinite_and_says_so():
    x = np.linspace(1, 2, 8)  # hardly bent: any long tau will do
    y = 3 - 0.5 * x + 0.05 * np.random.default_rng(0).normal(size=8)
    answer = sq.fit("y = a*exp(-x/tau) + c", (x, y), bounds={"tau": (0, None)})
    profile = answer.profile("tau")
    assert profile.high == np.inf and 0 < profile.low < np.inf
    assert profile.words == "to higher values, the loss never rises far enough: the points set no limit there"
    assert "… ∞" in str(profile)


def test_a_parameter_that_is_not_determined_has_no_ends():
    x = np.linspace(0, 5, 12)
    answer = sq.fit("y = a*x + b + c", (x, 2 * x + 1 + np.sin(9 * x)))
    profile = answer.profile("b")
    assert (profile.low, profile.high) == (-np.inf, np.inf)


def test_a_better_answer_on_the_way_is_told():
    x = np.linspace(0, 10, 60)
    y = np.sin(2.0 * x) + 0.3 * np.sin(2.6 * x) + 0.4 * np.random.default_rng(0).normal(size=60)
    stuck = sq.fit("y = a*sin(w*x + p)", (x, y), start={"a": 0.3, "w": 2.9, "p": -2.0})
    best = sq.fit("y = a*sin(w*x + p)", (x, y))
    assert stuck.loss > 1.2 * best.loss, "the start was meant to lead to a worse minimum"
    profile = stuck.profile("w", level=0.9999999)
    assert profile.better is not None and np.isnan([profile.low, profile.high]).all()
    again = sq.fit("y = a*sin(w*x + p)", (x, y), start=profile.better)
    assert again.loss < stuck.loss
    assert profile.words.startswith("a lower loss was met at a=")
    assert profile.words.endswith(": the fit was not at its minimum. Fit again with start there.")
    assert str(profile).splitlines()[0].endswith("interval unknown")


# --- The door


def said(kind: type[Exception], answer: sq.Fit, name: Any, **options: Any) -> str:
    with pytest.raises(kind) as error:
        answer.profile(name, **options)
    return str(error.value)


def test_a_name_that_was_not_fitted_is_refused_in_words():
    answer = sq.fit(MM, measured(), fix={"vmax": 200})
    assert said(OptionError, answer, "vmax") == "vmax was held at 200\nhint: profile km"
    assert said(OptionError, answer, "kmm") == "'kmm' is not a parameter of this fit\nhint: did you mean km?"
    assert (
        said(OptionError, answer, "zzz") == "'zzz' is not a parameter of this fit\nhint: the fitted parameters are km"
    )
    assert said(OptionError, answer, 3).startswith("3 is not a parameter of this fit")


def test_a_loss_with_kinks_is_refused_in_words():
    assert said(OptionError, sq.fit(MM, measured(), loss=sq.mae), "km") == (
        "a profile needs a smooth loss, mae has kinks\n"
        'hint: fit.parameters["km"] has its bootstrap interval; or fit with sq.huber'
    )


def test_no_points_to_spare_are_refused_in_words():
    answer = sq.fit("y = a*x + b", {"x": [0, 1], "y": [1, 2]})
    assert said(ModelError, answer, "a") == (
        "a has no profile: 2 points and 2 parameters leave none to tell how far to trust it\n"
        "hint: measure more points, or give sigma as known"
    )


def test_a_perfect_fit_is_refused_in_words():
    answer = sq.fit("y = a*x + b", {"x": [0, 1, 2, 3.3], "y": [1, 3, 5, 7.6]})
    assert said(ModelError, answer, "b").startswith("b has no profile: the curve passes through every point\nhint: ")


def test_the_others_keep_their_bounds():
    x = np.linspace(0, 5, 25)
    y = 5 * np.exp(-x) + 0.2 * np.random.default_rng(4).normal(size=25)
    bounded = sq.fit("y = a*exp(-x/tau) + c", (x, y), bounds={"c": (1, None)}).profile("tau")
    fixed = sq.fit("y = a*exp(-x/tau) + c", (x, y), fix={"c": 1}).profile("tau")
    assert (bounded.low, bounded.high) == approx((fixed.low, fixed.high), rel=1e-6)


def test_a_level_is_between_0_and_1():
    assert said(OptionError, sq.fit(MM, measured()), "km", level=95) == (
        "level is 95, a number between 0 and 1 was expected\nhint: level=0.95"
    )


def test_a_saved_fit_has_the_same_profile(tmp_path):
    before = sq.fit(MM, measured(), bounds={"km": (0.06, None)})
    before.save(tmp_path / "fit.json")
    one, other = before.profile("km"), sq.load(tmp_path / "fit.json").profile("km")
    assert (one.low, one.high) == (other.low, other.high)
