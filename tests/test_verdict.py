"""Each verdict, in its exact words, and the errors that go with it."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from pytest import approx

import squiggly as sq
from squiggly.binding import bind
from squiggly.fitting import pose
from squiggly.intervals.trust import trust
from squiggly.judging.verdict import Verdict, judge
from squiggly.solve.least_squares import minimise

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


def said(model: str, data: object, **options: object) -> str:
    return str(sq.fit(model, data, **options).verdict)


def test_a_sum_in_words(falling):
    assert said("y = a*exp(-t/tau) + b + c", falling) == (
        "not determined: only the sum b + c is known: 0.982 ± 0.015, b and c by themselves are not. No measurement can "
        "tell them apart, for the formula has nothing else of them. Fix one of them."
    )


def test_two_groups_in_words(falling):
    assert said("y = a*d*exp(-t/tau) + b - c", falling) == (
        "not determined: only the product a*d is known: 5.032 ± 0.030, a and d by themselves are not. No measurement can "
        "tell them apart, for the formula has nothing else of them. Fix one of them. Only the difference b - c is known: "
        "0.982 ± 0.015, b and c by themselves are not. No measurement can tell them apart, for the formula has nothing "
        "else of them. Fix one of them."
    )


def test_two_that_a_farther_point_would_part_in_words(falling):
    assert said("y = a*t + b*max(t, -4) + c", falling) == (
        "not determined: only the sum a + b is known: -0.383 ± 0.044, a and b by themselves are not. "
        "A point near t = -53 would tell them apart; or fix one of them."
    )


def test_those_without_a_simple_combination_in_words():
    x = np.repeat([1.1, 2.3], 20)
    y = 2 * x + np.random.default_rng(3).normal(scale=0.1, size=40)
    assert said("y = a*x^2 + b*x + c", (x, y)) == (
        "not determined: a, b and c can change together without changing the curve at these points, so none of them "
        "is known by itself. A point near x = 4.7 would tell them apart; or fix one of them."
    )


def test_powers_of_a_far_input_in_words():
    x = 1e9 + np.arange(20.0)
    assert said("y = a*x^2 + b*x + c", (x, (x - 1e9) ** 2)) == (
        "not determined: a, b and c can change together without changing the curve at these points, so none of them is "
        "known by itself. x lies so far from 0, for how little it varies, that parameters are hard to tell apart: "
        "write (x - 1000000010) for x."
    )


def test_one_without_effect_at_these_points_in_words(falling):
    assert said("y = a*t + b + c*max(t - 50, 0)", falling) == (
        "not determined: c has no effect on the curve at these points. A point near t = 81 would show it; or fix c."
    )


def test_one_without_effect_anywhere_in_words(falling):
    assert said("y = a*t + 0*b + c", falling) == (
        "not determined: b has no effect on the curve, at these points or elsewhere. "
        "Fix b, or take it out of the formula."
    )


def test_one_that_another_at_nought_leaves_without_effect_in_words(falling):
    assert said(DECAY, {"t": falling["t"], "y": np.full(30, 2.0)}) == (
        "not determined: tau has no effect on the curve while a is 0, as these points have it: they show nothing that "
        "tau could change. Fix tau, or leave that term out."
    )


def test_one_at_a_bound_in_words(falling):
    assert said(DECAY, falling, bounds={"c": (1.5, None)}) == (
        "at a bound: c at 1.5 (the points would have it lower) sits on its bound. The other errors hold for that value. "
        "Widen the bound if it is not a fact; keep it if it is."
    )


def test_two_at_their_bounds_in_words(falling):
    assert said(DECAY, falling, bounds={"a": (None, 4), "c": (1.5, None)}) == (
        "at a bound: a at 4 (the points would have it higher) and c at 1.5 (the points would have it lower) sit on their "
        "bound. The other errors hold for those values. Widen the bound if it is not a fact; keep it if it is."
    )


def test_as_many_points_as_parameters_in_words():
    assert said(DECAY, {"t": [0, 1, 3], "y": [6, 4, 2]}) == (
        "too few points: 3 points and 3 parameters: the curve can pass through every point, so nothing is left to tell "
        "how far to trust it. Measure more points, or fix a parameter that you know."
    )


def test_interrupted_in_words(falling):
    assert said(DECAY, falling, start={"a": 40, "tau": 0.5, "c": 9}, watch=ctrl_c) == (
        "interrupted: stopped after 2 steps; these are the best values met so far, not an answer. "
        "Fit again, with them as start to go on."
    )


def test_two_that_ran_off_together_in_words():
    x = np.linspace(1, 10, 20)
    words = said("y = a*x/(b + x)", (x, 2 * x))  # a straight line: the best a and b are infinite
    assert re.fullmatch(
        r"did not settle: a ran off to \S+e\+\d+ and b to \S+e\+\d+, and the curve hardly changes any more: only the "
        r"quotient a/b is known: 2\.00000\d+e\+00 ± \S+\. A simpler model says the same; or fix one of them, or measure "
        r"where it matters\.",
        words,
    )


def test_one_that_ran_off_in_words():
    t = np.linspace(0, 10, 40)
    y = np.where(t > 5, 3.0, 1.0) + np.random.default_rng(3).normal(scale=0.05, size=40)
    words = said("y = b + (q - b)/(1 + exp(-k*(t - 5)))", {"t": t, "y": y}, start={"k": 1, "b": 1, "q": 3})
    assert re.fullmatch(
        r"did not settle: k ran off to \S+, and the curve hardly changes any more\. A simpler model says the same; or fix k, "
        r"or measure where it matters\.",
        words,
    )


def test_nonlinear_with_next_to_no_curvature_in_words():
    t = np.linspace(0, 10, 40)
    words = said("y = v*t/(k + t)", {"t": t, "y": 2 * t + 0.3 * np.random.default_rng(4).normal(size=40)})
    assert re.fullmatch(
        r"poorly determined: k is hardly known, -?\d+ ± \d+: whatever it is, v can make up for it "
        r"\(dependency 0\.9999\d*\)\. What the points tell: the quotient v/k is known: 1\.\d+ ± 0\.\d+\. "
        r"A point near t = \d+ would tell most; or fix k, or use a simpler model\.",
        words,
    )


def test_a_bend_that_the_curve_lacks_in_words():
    t = np.linspace(0, 10, 40)
    assert said("y = a*t + b", {"t": t, "y": t**2}) == (
        "misses the points: from t = 2.3 to 7.7 they lie below the curve by 6.1 on average, 5.8 times their scatter, and "
        "neighbours miss it to the same side (correlation 0.98), which scatter does not do. "
        "Try another model or other start values."
    )


def test_a_swing_that_the_curve_lacks_in_words():
    t = np.linspace(0, 10, 81)
    assert said("y = a*t + b", {"t": t, "y": t + np.sin(2 * np.pi * t / 0.5)}) == (
        "misses the points: what is left of the points swings to and fro along t, again every 0.5, which scatter does "
        "not do. Try another model or other start values."
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
    assert np.isnan(p.error)


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


@pytest.mark.parametrize(
    "loose, tight, text, stands_for",
    [
        ("y = a*exp(-t/tau) + b + c", DECAY, "b + c", "c"),
        ("y = a*b*exp(-t/tau) + c", DECAY, "a*b", "a"),
        ("y = a/b*exp(-t/tau) + c", DECAY, "a/b", "a"),
        ("y = a*exp(b - t/tau) + c", DECAY, "a*exp(b)", "a"),
        ("y = a^2*b*exp(-t/tau) + c", DECAY, "a^2*b", "a"),
        ("y = a*b*d*exp(-t/tau) + c", DECAY, "a*b*d", "a"),
        ("y = (2*a + b)*exp(-t/tau) + c", DECAY, "2*a + b", "a"),
        ("y = a*2^b*exp(-t/tau) + c", DECAY, "a*2^b", "a"),
    ],
)
def test_what_is_known_is_what_a_fit_without_the_spare_parameter_finds(falling, loose, tight, text, stands_for):
    [known] = sq.fit(loose, falling).verdict.known
    p = sq.fit(tight, falling).parameters[stands_for]
    assert (known.text, known.value, known.error) == (text, approx(p.value, rel=1e-6), approx(p.error, rel=1e-4))


def test_two_combinations_of_three_parameters_are_both_known():
    x = np.repeat([1.0, 2.0], 10)  # a parabola through two places: one of three is free
    known = sq.fit("y = a*x^2 + b*x + c", (x, 2 * x + 1)).verdict.known
    assert {c.text: c.value for c in known} == {"a + b + c": approx(3), "2*a - c": approx(-1)}


def test_a_combination_is_proved_far_from_where_it_was_found(falling):
    """At the answer b and c are equal, so that both b + c and b*c have the slope for it: only the sum stays."""
    verdict = sq.fit("y = a*exp(-t/tau) + b + c", falling, start={"b": 0.5, "c": 0.5}).verdict
    assert [c.text for c in verdict.known] == ["b + c"]


def test_the_named_place_parts_what_these_points_do_not():
    x = np.linspace(0, 10, 30)
    y = 3 * x + 1 + np.random.default_rng(2).normal(scale=0.1, size=30)
    model = "y = a*x + b + c*max(x - 15, 0)"
    words = sq.fit(model, (x, y)).verdict.words
    near = float(re.search(r"near x = (\S+) would", words)[1])
    more = np.append(x, [near, near + 0.1])
    assert sq.fit(model, (more, np.append(y, [3 * near + 1 + (near - 15), 3 * near + 1.3 + near - 14.9]))).verdict.ok


# --- Poorly determined


def test_an_offset_that_may_be_nought_is_no_doubt(falling):
    t = falling["t"]
    answer = sq.fit(DECAY, {"t": t, "y": 5 * np.exp(-t / 2) + np.random.default_rng(5).normal(scale=0.05, size=30)})
    assert answer.verdict.ok and answer.parameters["c"].error > 0.3 * abs(answer.values["c"])


def test_a_place_near_nought_is_no_doubt():
    x = np.linspace(-5, 5, 60)
    y = 3 * np.exp(-(x**2) / 2) + np.random.default_rng(2).normal(scale=0.1, size=60)
    answer = sq.fit("y = a*exp(-((x - m)/w)^2/2)", (x, y))
    assert answer.verdict.ok and answer.parameters["m"].error > 2 * abs(answer.values["m"])


@pytest.mark.parametrize("seed", range(6))
def test_a_curve_of_which_only_the_slope_shows_is_not_ok_unless_its_interval_is_of_use(seed):
    t = np.linspace(0, 10, 40)
    y = 2 * t + 0.3 * np.random.default_rng(seed).normal(size=40)
    answer = sq.fit("y = v*t/(k + t)", {"t": t, "y": y})
    k = answer.parameters["k"]
    assert not answer.verdict.ok or k.error < abs(k.value)


# --- Several answers

ON_THREE = np.tile([-1.0, 0.0, 1.0], 6)  # x, where b² + b·x·(x² - 1) does not tell b from -b


def judged(model: str, data: object, best: dict[str, float], *others: dict[str, float]) -> Verdict:
    """The verdict on a descent that ended at the best, with other ends beside it."""
    bound, points = bind(model, data, sigma=None, missing="refuse", parameters=())
    problem, _ = pose(bound, points, sq.mse, {}, {}, {})
    ends = np.array([[end[n] for n in problem.free] for end in (best, *others)])
    descent = minimise(problem.factor, ends[:1], problem.low, problem.high)
    beside = minimise(problem.factor, ends[1:], problem.low, problem.high)
    descent = replace(descent, rivals=beside.values)
    return judge(problem, descent, trust(problem, descent, False, "jacobian", 0), False)


def test_two_curves_through_the_same_points_in_words():
    y = 4 + 0.05 * np.random.default_rng(1).normal(size=18)
    verdict = judged("y = b^2 + b*x*(x^2 - 1)", (ON_THREE, y), {"b": 2}, {"b": -2})
    b = verdict.answers[0]["b"]
    assert str(verdict) == (
        f"several answers: 2 sets of parameters pass equally near to the points: (1) b = {b:.5g}; (2) b = {-b:.5g}. "
        "A point near x = -0.6 would decide, where the curves of the first two are far apart, 53 times the scatter; "
        "or say which is meant with start or bounds."
    )
    assert (verdict.kind, verdict.ok, [round(a["b"]) for a in verdict.answers]) == ("several answers", False, [2, -2])


def test_peaks_that_change_places_are_one_answer():
    x = np.linspace(0, 10, 60)
    model = "y = a*exp(-(x - m)^2) + b*exp(-(x - n)^2)"
    one, other = {"a": 3, "m": 3, "b": 5, "n": 7}, {"a": 5, "m": 7, "b": 3, "n": 3}
    y = 3 * np.exp(-((x - 3) ** 2)) + 5 * np.exp(-((x - 7) ** 2)) + 0.05 * np.random.default_rng(1).normal(size=60)
    assert judged(model, (x, y), one, other).kind == "determined"


def test_a_phase_turned_once_around_is_one_answer():
    x = np.sort(np.random.default_rng(1).uniform(0, 10, 60))
    y = 3 * np.sin(2 * x + 1) + 0.1 * np.random.default_rng(2).normal(size=60)
    turned = ({"a": 3, "w": 2, "p": 1 + 2 * np.pi}, {"a": -3, "w": 2, "p": 1 + np.pi})
    assert judged("y = a*sin(w*x + p)", (x, y), {"a": 3, "w": 2, "p": 1}, *turned).kind == "determined"


def test_a_frequency_faster_than_the_points_can_show_is_mentioned_and_no_doubt():
    x = np.arange(40.0)
    y = 3 * np.sin(0.8 * x) + 0.1 * np.random.default_rng(2).normal(size=40)
    alias = {"a": -3, "w": 2 * np.pi - 0.8}
    verdict = judged("y = a*sin(w*x)", (x, y), {"a": 3, "w": 0.8}, alias)
    assert (verdict.ok, verdict.words) == (
        True,
        "the points fix every parameter. A curve that goes up and down faster than they can show passes through them "
        "too: a = -3.0016, w = 5.4829.",
    )


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


# --- The rest of the words, and the file


def ended(model: str, data: object, at: dict[str, float], known: bool = False, **told: object) -> Verdict:
    """The verdict on a descent that stands at these values, with what is told of it."""
    bound, points = bind(model, data, sigma=None, missing="refuse", parameters=())
    problem, _ = pose(bound, points, sq.mse, {}, {}, {})
    descent = minimise(problem.factor, np.array([[at[n] for n in problem.free]]), problem.low, problem.high, most=0)
    descent = replace(descent, **told)
    return judge(problem, descent, trust(problem, descent, known, "jacobian", 0), known)


def test_a_budget_that_is_spent_in_words(falling):
    verdict = ended(DECAY, falling, {"a": 1, "tau": 1, "c": 0}, settled=np.array([False]), spent=60.0)
    assert str(verdict) == (
        "did not settle: the 60 seconds that it may take were over; these are the best values met so far, not an answer. "
        "Allow more, as in seconds=120, or give start values nearer the answer."
    )


def test_too_many_steps_in_words(falling):
    verdict = ended(DECAY, falling, {"a": 1, "tau": 1, "c": 0}, settled=np.array([False]), steps=500)
    assert str(verdict) == (
        "did not settle: after 500 steps the loss was still going down; the values may be far off. Give start values "
        "nearer the answer, these for example, or a simpler model."
    )


@pytest.mark.parametrize(
    "model, place",
    [
        ("y = a*abs(t - b) + c", "at a kink or a jump of the model"),
        ("y = a*(t - b)^2 + c", "where rounding hides the way down"),
    ],
)
def test_no_step_further_down_in_words(falling, model, place):
    verdict = ended(model, falling, {"a": 1, "b": 1, "c": 0}, settled=np.array([False]), steps=20)
    assert str(verdict) == (
        f"did not settle: no step led further down, though the loss is not level there: the descent is stuck {place}. "
        "The values may be far off. Give other start values, or a smoother model."
    )


def test_a_spike_between_two_points_in_words():
    x = np.linspace(0, 10, 40)
    y = np.exp(-(((x - 6) / 2) ** 2)) + 0.01 * np.random.default_rng(1).normal(size=40)
    at = {"a": 3, "m": 2.42, "w": 0.08, "b": 1, "n": 6, "v": 2}
    model = "y = a*exp(-((x - m)/w)^2) + b*exp(-((x - n)/v)^2)"
    assert str(ended(model, (x, y), at, settled=np.array([False]), steps=20)) == (
        "did not settle: a and w only bend the curve at x = 2.3 and x = 2.6: a spike through no more points than it has "
        "parameters. Use a simpler model, or give start values."
    )


def test_a_curve_worse_than_a_level_line_in_words():
    x = np.linspace(0.1, 10, 80)
    y = 4 * x / (4 + x) + 0.1 * np.random.default_rng(1).normal(size=80)
    verdict = ended("y = v*x/(k + x)", (x, y), {"v": 1.0, "k": -0.408}, settled=np.array([True]))
    assert re.fullmatch(
        r"misses the points: a level line would lie nearer to them than the curve does \(R² = -\d\S*\)\. "
        r"Try another model or other start values\.",
        str(verdict),
    )


def test_a_known_sigma_and_a_bend_in_words():
    x = np.linspace(0, 10, 40)
    words = said("y = a*x + b", (x, x**2), sigma=0.5, sigma_is="known")
    assert words == (
        "misses the points: the points fix every parameter, but the curve misses them by more than sigma allows: "
        "reduced chi² is 258, about 1 was expected. Try another model, or check sigma. From x = 2.3 to 7.7 they lie below "
        "the curve by 6.1 on average, 5.8 times their scatter, and neighbours miss it to the same side (correlation "
        "0.98), which scatter does not do."
    )


def test_what_is_known_comes_back_from_a_file(falling, tmp_path):
    fit = sq.fit("y = a*b*exp(-t/tau) + c", falling)
    fit.save(tmp_path / "fit.json")
    assert sq.load(tmp_path / "fit.json").verdict == fit.verdict and fit.verdict.known


def test_answers_come_back_from_a_file(falling, tmp_path):
    fit = sq.fit(DECAY, falling)
    several = Verdict(
        False, "several answers", "two", answers=({"a": 1.0, "tau": 2.0, "c": 3.0}, {"a": 4.0, "tau": 5.0, "c": 6.0})
    )
    replace(fit, verdict=several).save(tmp_path / "fit.json")
    assert sq.load(tmp_path / "fit.json").verdict == several
