"""Each verdict, in its exact words, and the errors that go with it."""

from __future__ import annotations

import numpy as np
import pytest
from pytest import approx

import squiggly as sq

DECAY = "y = a*exp(-t/tau) + c"


@pytest.fixture
def falling() -> dict[str, np.ndarray]:
    t = np.linspace(0, 10, 30)
    return {"t": t, "y": 5 * np.exp(-t / 2) + 1 + 0.05 * np.random.default_rng(1).normal(size=30)}


def ctrl_c(step: int, at: np.ndarray, cost: float) -> None:
    if step == 2:
        raise KeyboardInterrupt


# --- The words


def test_determined_in_words(falling):
    assert str(sq.fit(DECAY, falling).verdict) == "determined: the points fix every parameter."


def test_nothing_left_to_fit_in_words(falling):
    answer = sq.fit(DECAY, falling, fix={"a": 5, "tau": 2, "c": 1})
    assert str(answer.verdict) == "determined: every parameter was given."


def test_two_that_go_together_in_words(falling):
    assert str(sq.fit("y = a*exp(-t/tau) + b + c", falling).verdict) == (
        "not determined: b and c can change together without changing the curve at these points, "
        "so none of them is known by itself. Fix one of them, or measure where they differ."
    )


def test_one_without_effect_in_words(falling):
    assert str(sq.fit("y = a*t + b + c*max(t - 50, 0)", falling).verdict) == (
        "not determined: c has no effect on the curve at these points. Fix it, or measure where it matters."
    )


def test_one_at_a_bound_in_words(falling):
    assert str(sq.fit(DECAY, falling, bounds={"c": (1.5, None)}).verdict) == (
        "at a bound: c at 1.5 sits on the bound, and the points would go further. "
        "The other errors hold for that value; widen the bound if it is not a fact."
    )


def test_two_at_their_bounds_in_words(falling):
    assert str(sq.fit(DECAY, falling, bounds={"a": (None, 4), "c": (1.5, None)}).verdict) == (
        "at a bound: a at 4 and c at 1.5 sit on the bound, and the points would go further. "
        "The other errors hold for those values; widen the bound if it is not a fact."
    )


def test_as_many_points_as_parameters_in_words():
    assert str(sq.fit(DECAY, {"t": [0, 1, 3], "y": [6, 4, 2]}).verdict) == (
        "too few points: 3 points and 3 parameters: the curve can pass through every point, "
        "so nothing is left to tell how far to trust it. Measure more points."
    )


def test_interrupted_in_words(falling):
    answer = sq.fit(DECAY, falling, start={"a": 40, "tau": 0.5, "c": 9}, watch=ctrl_c)
    assert str(answer.verdict) == (
        "interrupted: stopped after 2 steps; these are the best values met so far, not an answer."
    )


def test_did_not_settle_in_words():
    x = np.linspace(1, 10, 20)
    answer = sq.fit("y = a*x/(b + x)", (x, 2 * x))  # a straight line: the best a and b are infinite
    assert str(answer.verdict) == (
        "did not settle: after 500 steps the loss was still going down, or no step led further down; the values may "
        "be far off. Give start values nearer the answer, or a simpler model."
    )


@pytest.mark.parametrize(
    "model, options, ok",
    [
        (DECAY, {}, True),
        ("y = a*exp(-t/tau) + b + c", {}, False),
        (DECAY, {"bounds": {"c": (1.5, None)}}, False),
        (DECAY, {"watch": ctrl_c, "start": {"a": 40, "tau": 0.5, "c": 9}}, False),
    ],
    ids=["determined", "not determined", "at a bound", "interrupted"],
)
def test_only_a_determined_answer_is_ok(falling, model, options, ok):
    assert sq.fit(model, falling, **options).verdict.ok is ok


# --- At a bound


@pytest.mark.parametrize("name, bound", [("c", (1.5, None)), ("a", (None, 4.0)), ("tau", (3.0, 9.0))])
def test_a_parameter_on_its_bound_has_no_error(falling, name, bound):
    p = sq.fit(DECAY, falling, bounds={name: bound}).parameters[name]
    assert np.isnan([p.error, p.low, p.high]).all()


@pytest.mark.parametrize("name, bound, at", [("c", (1.5, None), 1.5), ("a", (None, 4.0), 4.0), ("tau", (3, 9), 3)])
def test_the_others_are_those_of_a_fit_with_that_parameter_fixed(falling, name, bound, at):
    bounded, fixed = sq.fit(DECAY, falling, bounds={name: bound}), sq.fit(DECAY, falling, fix={name: at})
    for n in fixed.free:
        p, q = bounded.parameters[n], fixed.parameters[n]
        assert [p.value, p.error, p.low, p.high] == approx([q.value, q.error, q.low, q.high], rel=1e-6)


def test_a_bound_that_is_not_reached_changes_nothing(falling):
    bounded, free = sq.fit(DECAY, falling, bounds={"c": (0, 9), "tau": (0, None)}), sq.fit(DECAY, falling)
    assert bounded.covariance == approx(free.covariance, rel=1e-7)
    assert bounded.verdict.kind == "determined"


# --- Not determined


def test_what_is_not_determined_has_an_infinite_error(falling):
    found = sq.fit("y = a*exp(-t/tau) + b + c", falling).parameters
    assert [found[n].error for n in "bc"] == [np.inf, np.inf]


def test_an_infinite_error_has_an_infinite_interval(falling):
    b = sq.fit("y = a*exp(-t/tau) + b + c", falling).parameters["b"]
    assert (b.low, b.high) == (-np.inf, np.inf)


def test_what_is_determined_beside_it_keeps_its_value_and_error(falling):
    loose, tight = (sq.fit(m, falling).parameters["tau"] for m in ("y = a*exp(-t/tau) + b + c", DECAY))
    assert loose.value == approx(tight.value, rel=1e-7)
    assert loose.error == approx(tight.error, rel=0.05)  # the freedom differs by one


def test_fixing_one_of_two_that_go_together_determines_the_other(falling):
    assert sq.fit("y = a*exp(-t/tau) + b + c", falling, fix={"b": 0.5}).verdict.kind == "determined"


@pytest.mark.parametrize("model", ["y = a*b*t + c", "y = (a + b)*t + c", "y = a*exp(b - t/2) + c", "y = a*t/b + c"])
def test_products_and_sums_that_cannot_be_told_apart_are_not_determined(falling, model):
    assert sq.fit(model, falling).verdict.kind == "not determined"


def test_a_polynomial_of_high_degree_is_determined_by_enough_points(falling):
    assert sq.fit(sq.polynomial(6), falling).verdict.kind == "determined"


# --- Too few points


def test_with_no_points_to_spare_the_curve_passes_through_all():
    answer = sq.fit(DECAY, {"t": [0, 1, 3], "y": [6, 4, 2]})
    assert answer.residuals == approx(0, abs=1e-9)


def test_with_no_points_to_spare_there_is_no_error():
    found = sq.fit(DECAY, {"t": [0, 1, 3], "y": [6, 4, 2]}).parameters.values()
    assert np.isnan([p.error for p in found]).all()


def test_with_no_points_to_spare_a_known_sigma_still_gives_errors():
    found = sq.fit("y = a*t + b", {"t": [0, 1], "y": [1, 3]}, sigma=0.1, sigma_is="known").parameters
    assert [p.error for p in found.values()] == approx([0.1 * np.sqrt(2), 0.1], rel=1e-9)


def test_with_fewer_points_than_parameters_fit_refuses():
    with pytest.raises(sq.DataError, match="2 points cannot determine 3 parameters, a, tau and c\nhint: "):
        sq.fit(DECAY, {"t": [0, 1], "y": [6, 4]})


def test_a_curve_that_misses_a_known_sigma_by_far_is_not_ok():
    x = np.linspace(0, 10, 30)
    fit = sq.fit("y = a*x + b", (x, np.exp(-x)), sigma=0.01, sigma_is="known")
    assert (fit.verdict.ok, fit.verdict.kind) == (False, "misses the points")
    assert fit.verdict.words.endswith("about 1 was expected. Try another model, or check sigma.")
