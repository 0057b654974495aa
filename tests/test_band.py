"""Bands: against the closed form of a line, against simulation, and where parameters are not determined."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pytest import approx
from scipy import stats

import squiggly as sq
from squiggly.errors import DataError, ModelError, OptionError

X = np.linspace(0, 5, 12)
Y = 2 * X + 1 + np.random.default_rng(2).normal(size=12)
NEW = np.array([-1.0, 0.3, 2.5, 9.0])
DECAY = "y = a*exp(-x/tau) + c"
FALLING = 5 * np.exp(-X / 2) + 1 + 0.1 * np.random.default_rng(4).normal(size=12)


def textbook(new: np.ndarray, level: float, prediction: bool) -> np.ndarray:
    """Half the width of a line's band: t·s·√([1 +] 1/n + (x - x̄)²/Sxx) (Draper & Smith, 1998, §3.1)."""
    slope, intercept, *_ = stats.linregress(X, Y)
    s = np.sqrt(np.sum((Y - slope * X - intercept) ** 2) / 10)
    share = 1 / 12 + (new - X.mean()) ** 2 / np.sum((X - X.mean()) ** 2)
    return stats.t.ppf((1 + level) / 2, 10) * s * np.sqrt(share + prediction)


# --- The numbers


@pytest.mark.parametrize("level", [0.5, 0.95, 0.99])
@pytest.mark.parametrize("kind", ["confidence", "prediction"])
def test_a_line_s_band_is_the_textbook_s(kind, level):
    answer = sq.fit("y = a*x + b", (X, Y))
    band = answer.band(NEW, kind, level)
    half = textbook(NEW, level, kind == "prediction")
    assert band.center == approx(answer.predict(NEW), rel=1e-12)
    assert band.high - band.center == approx(half, rel=1e-9)
    assert band.center - band.low == approx(half, rel=1e-9)
    assert (band.kind, band.level, band.x.tolist()) == (kind, level, NEW.tolist())


def test_without_x_the_band_is_at_the_points():
    answer = sq.fit("y = a*x + b", (X, Y))
    assert answer.band().low.tolist() == answer.band(X).low.tolist()


@pytest.mark.parametrize("x", [3.0, [[0, 1], [2, 3]]], ids=["number", "grid"])
def test_the_band_has_the_shape_of_x(x):
    band = sq.fit("y = a*x + b", (X, Y)).band(x)
    assert band.low.shape == band.center.shape == np.shape(x)


def test_of_several_inputs_it_takes_a_dict():
    z = np.cos(X)
    answer = sq.fit("y = a*x + b*z + c", {"x": X, "z": z, "y": Y + 3 * z})
    band = answer.band({"x": [1.0, 2.0], "z": 0.5})
    design, row = np.stack([X, z, np.ones(12)], 1), np.array([1.0, 0.5, 1.0])
    s2 = answer.chi_square / 9
    half = stats.t.ppf(0.975, 9) * np.sqrt(s2 * row @ np.linalg.inv(design.T @ design) @ row)
    assert band.high[0] - band.center[0] == approx(half, rel=1e-9)
    assert set(band.x) == {"x", "z"}


def test_a_curved_model_s_band_is_the_delta_method_s():
    answer = sq.fit(DECAY, (X, FALLING))
    a, tau, c = answer.values.values()
    fall = np.exp(-NEW / tau)
    slopes = np.stack([fall, a * fall * NEW / tau**2, np.ones(4)], axis=1)
    half = stats.t.ppf(0.975, 9) * np.sqrt(np.einsum("ni,ij,nj->n", slopes, answer.covariance, slopes))
    band = answer.band(NEW)
    assert band.high - band.center == approx(half, rel=1e-8)


@pytest.mark.parametrize("by", ["hessian", "bootstrap"])
def test_by_other_definitions_it_is_nearly_the_same(by):
    one, other = (sq.fit(DECAY, (X, FALLING), errors=e).band(np.linspace(0, 5, 9)) for e in ("jacobian", by))
    assert other.high - other.low == approx(one.high - one.low, rel=0.35)


def test_a_prediction_by_mae_holds_the_scatter_of_its_points():
    x = np.linspace(0, 1, 200)
    y = x + np.random.default_rng(7).laplace(size=200)
    answer = sq.fit("y = a*x + b", (x, y), loss=sq.mae)
    band = answer.band(kind="prediction")
    assert 0.92 <= np.mean((band.low <= y) & (y <= band.high)) <= 0.985
    assert (band.high - band.low > 3 * (answer.band().high - answer.band().low)).all()


def test_a_prediction_of_counts_is_as_wide_as_their_own_scatter_and_never_below_nought():
    x = np.linspace(0, 4, 40)
    y = np.random.default_rng(3).poisson(30 * np.exp(-x)).astype(float)
    answer = sq.fit("y = a*exp(-x/tau)", (x, y), loss=sq.poisson)
    band, curve = answer.band([0.5, 4.0], kind="prediction"), answer.band([0.5, 4.0])
    error = (curve.high - curve.center) / stats.norm.ppf(0.975)
    assert band.high - band.center == approx(stats.norm.ppf(0.975) * np.sqrt(error**2 + band.center), rel=1e-9)
    assert band.low[1] == 0


# --- Sigma of new points


def test_with_known_sigma_a_new_point_scatters_by_its_own():
    answer = sq.fit("y = a*x + b", (X, Y), sigma=2.0, sigma_is="known")
    curve, band = answer.band(NEW), answer.band(NEW, "prediction")
    z = stats.norm.ppf(0.975)
    assert ((band.high - band.center) / z) ** 2 == approx(((curve.high - curve.center) / z) ** 2 + 4, rel=1e-9)


def test_with_relative_sigma_a_new_point_scatters_by_s_times_its_own():
    sigma = np.linspace(1, 3, 12)
    answer = sq.fit("y = a*x + b", (X, Y), sigma=sigma)
    t, s2 = stats.t.ppf(0.975, 10), answer.reduced_chi_square
    for x, given, own in ((NEW, 0.5, 0.5), (None, None, sigma), (NEW, [1, 2, 3, 4], np.array([1, 2, 3, 4]))):
        curve, band = answer.band(x), answer.band(x, "prediction", sigma=given)
        extra = ((band.high - band.center) / t) ** 2 - ((curve.high - curve.center) / t) ** 2
        assert extra == approx(np.broadcast_to(s2 * own**2, extra.shape), rel=1e-9)


def test_where_sigma_varies_that_of_new_points_must_be_given():
    answer = sq.fit("y = a*x + b", (X, Y), sigma=np.linspace(1, 3, 12))
    assert said(OptionError, answer, NEW, "prediction") == (
        "the points' sigma varies, so that of new points at these x is not known\n"
        'hint: give it: fit.band(x, kind="prediction", sigma=0.1)'
    )


# --- Parameters that are not determined, or on a bound


def test_parameters_that_the_points_leave_open_do_not_widen_a_curve_that_they_fix():
    open_, plain = sq.fit("y = a*x + b + c", (X, Y)), sq.fit("y = a*x + b", (X, Y))
    one, other = open_.band(NEW), plain.band(NEW)
    assert one.low == approx(other.low, rel=1e-9) and one.high == approx(other.high, rel=1e-9)


def test_where_the_points_leave_the_curve_open_the_band_is_infinite():
    answer = sq.fit("y = a*x + b + c*max(x - 50, 0)", (X, Y))
    band = answer.band([2.0, 60.0])
    assert np.isfinite(band.low[0]) and (band.low[1], band.high[1]) == (-np.inf, np.inf)


def test_at_a_bound_the_band_is_that_of_the_parameter_held_there():
    bounded = sq.fit(DECAY, (X, FALLING), bounds={"c": (1.2, None)})
    fixed = sq.fit(DECAY, (X, FALLING), fix={"c": 1.2})
    assert bounded.verdict.kind == "at a bound"
    assert bounded.band(NEW).low == approx(fixed.band(NEW).low, rel=1e-6)


def test_with_every_parameter_given_the_curve_is_known_and_points_still_scatter():
    answer = sq.fit("y = a*x + b", (X, Y), fix={"a": 2, "b": 1})
    band = answer.band(NEW)
    assert band.low.tolist() == band.center.tolist() == band.high.tolist()
    assert (answer.band(NEW, "prediction").high > band.high).all()


# --- Coverage


def covered(kind: str, runs: int) -> float:
    """How often the band of a decay holds what it is for, over the places of NEW within the points."""
    random, places, held = np.random.default_rng(5), np.array([0.3, 2.5, 4.5]), 0
    truth = 5 * np.exp(-places / 2) + 1
    for _ in range(runs):
        y = 5 * np.exp(-X / 2) + 1 + 0.2 * random.normal(size=12)
        band = sq.fit(DECAY, (X, y), start={"a": 5, "tau": 2, "c": 1}).band(places, kind)
        seen = truth if kind == "confidence" else truth + 0.2 * random.normal(size=3)
        held += int(np.sum((band.low <= seen) & (seen <= band.high)))
    return held / runs / 3


@pytest.mark.parametrize("kind", ["confidence", "prediction"])
def test_it_holds_what_it_is_for_about_95_times_in_100(kind):
    assert 0.91 <= covered(kind, 150) <= 0.985


@pytest.mark.prove
@pytest.mark.parametrize("kind", ["confidence", "prediction"])
def test_it_holds_what_it_is_for_95_times_in_100(kind):
    assert 0.94 <= covered(kind, 3_000) <= 0.96


# --- The door, and back from a file


def said(kind: type[Exception], answer: sq.Fit, *given: Any, **options: Any) -> str:
    with pytest.raises(kind) as error:
        answer.band(*given, **options)
    return str(error.value)


def test_what_cannot_be_is_refused_in_words():
    answer = sq.fit("y = a*x + b", (X, Y))
    assert said(OptionError, answer, NEW, "both") == (
        'kind is \'both\', "confidence" or "prediction" was expected\nhint: kind="confidence"'
    )
    assert said(OptionError, answer, NEW, sigma=1).startswith("sigma is of new points, a confidence band has none")
    assert said(OptionError, answer, NEW, "prediction", sigma=1).startswith("the points were fitted without sigma")
    assert said(OptionError, answer, NEW, level=2).startswith("level is 2, a number between 0 and 1 was expected")
    weighted = sq.fit("y = a*x + b", (X, Y), sigma=1.0)
    assert said(DataError, weighted, NEW, "prediction", sigma=[1, 2]).startswith(
        "sigma has shape (2,), a number or one"
    )
    assert said(DataError, weighted, NEW, "prediction", sigma=-1).startswith("sigma holds a number that is not above 0")


def test_no_points_to_spare_are_refused_in_words():
    answer = sq.fit("y = a*x + b", {"x": [0, 1], "y": [1, 2]})
    assert said(ModelError, answer, NEW) == (
        "there is no band: 2 points and 2 parameters leave none to tell how far to trust them\n"
        "hint: measure more points, or give sigma as known"
    )


@pytest.mark.parametrize("options", [{}, {"loss": sq.mae}, {"errors": "hessian"}, {"bounds": {"c": (1.2, None)}}])
def test_a_saved_fit_has_the_same_band(tmp_path, options):
    before = sq.fit(DECAY, (X, FALLING), **options)
    before.save(tmp_path / "fit.json")
    after = sq.load(tmp_path / "fit.json")
    assert after.band(NEW, "prediction").high.tolist() == before.band(NEW, "prediction").high.tolist()


def test_it_prints_what_it_is():
    assert repr(sq.fit("y = a*x + b", (X, Y)).band(NEW)) == "Band(kind='confidence', level=0.95, n=4)"
