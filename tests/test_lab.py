"""sq.lab and fit.lab: what a page opens with, and what it refuses."""

from __future__ import annotations

import math

import numpy as np
import pytest

import squiggly as sq
from squiggly.descent import value_and_gradient
from squiggly.errors import DataError, ModelError, OptionError
from squiggly.page.document import document
from squiggly.page.lesson import lesson_lab

X = np.linspace(0, 4, 30)
Y = 3 * np.exp(-X / 1.5) + 0.2 + 0.05 * np.sin(9 * X)
DECAY = "y = a*exp(-x/tau) + c"


def test_the_lesson_opens_at_its_own_start_with_its_own_loss():
    lab = lesson_lab()
    loss, _ = value_and_gradient(lab.model, lab.points, lab.loss, np.array([1.1, 1.1, 1.1]))
    assert lab.start == {"a": 1.1, "b": 1.1, "c": 1.1}
    assert (round(loss, 2), lab.target, lab.loss, lab.rate) == (2.42, 1.05, sq.mae, 0.01)
    assert sq.mae(lab.model.predict(lab.points.inputs, **lab.best), lab.points.y) == pytest.approx(0.98592, abs=1e-5)


def test_the_lesson_s_parts_may_be_said_otherwise():
    lab = lesson_lab("a*x + b", loss=sq.mse, start={"a": 0}, target=3)
    assert (lab.start, lab.target, lab.loss) == ({"a": 0.0, "b": 1.1}, 3.0, sq.mse)
    assert lesson_lab(loss=sq.mse).target is None  # the target is one of the lesson's loss


def test_a_function_alone_opens_at_1_over_the_lesson_s_range():
    lab = sq.lab("a*sin(w*t)")
    assert (lab.points, lab.best, lab.start, lab.ranges) == (None, None, {"a": 1.0, "w": 1.0}, ((-2.0, 2.0),))


def test_many_parameters_begin_at_different_places():
    start = sq.lab(sq.relus(20)).start
    assert len(set(start.values())) == len(start) and all(-2 <= v <= 2 for v in start.values())


def test_with_points_the_sliders_begin_off_the_best_yet_on_the_screen():
    lab = sq.lab(DECAY, (X, Y))
    at_start, at_best = (lab.model.predict(X, **v) for v in (lab.start, lab.best))
    assert sq.mse(at_start, Y) > 10 * sq.mse(at_best, Y)
    assert np.abs(at_start - at_best).max() <= np.ptp(Y)


def test_far_from_nought_the_start_is_still_on_the_screen():
    years = np.linspace(1990, 2020, 40)
    lab = sq.lab(sq.gaussian(), (years, 5 * np.exp(-(((years - 2003) / 4) ** 2) / 2)))
    assert abs(lab.start["center"] - 2003) < 100 and lab.start["center"] != lab.best["center"]


@pytest.mark.parametrize("loss", [sq.mse, sq.mae, sq.huber, sq.poisson])
def test_the_best_is_a_fit_under_the_same_loss(loss):
    assert sq.lab(DECAY, (X, Y), loss=loss).best == sq.fit(DECAY, (X, Y), loss=loss).values


def test_there_is_no_best_where_a_fit_refuses():
    assert sq.lab(DECAY, ([0, 1], [3, 1])).best is None


def test_given_and_known_starts_and_fixed_values_stand():
    lab = sq.lab(lambda x, a, b=7.0, c=1: a * x + b + c, (X, Y), start={"a": 4}, fix={"c": 2})
    assert lab.start == {"a": 4.0, "b": 7.0, "c": 2.0}
    assert document(lab)["locked"] == [False, False, True]


def test_bounds_hold_the_start_and_reach_the_page():
    lab = sq.lab(DECAY, (X, Y), bounds={"a": (2.5, None), "c": (None, 5)})
    assert lab.start["a"] == 2.5
    assert document(lab)["bounds"] == [[2.5, None], [None, None], [None, 5.0]]


def test_the_rate_is_smaller_where_the_usual_one_runs_away():
    steep = sq.lab("y = a*x + b", (1000 * X, 1000 * Y))
    assert steep.rate < 1e-6 and math.log10(steep.rate).is_integer()
    loss = [m.loss for m in sq.descend(steep.model, steep.points, start=steep.start, rate=steep.rate, steps=50)]
    assert loss[-1] <= loss[0]
    assert sq.lab(DECAY, (X, Y)).rate == 0.01
    assert sq.lab("y = a*x + b", (1000 * X, 1000 * Y), rate=3).rate == 3.0


def test_huber_bends_where_it_says_or_where_the_fit_chose():
    assert sq.lab(DECAY, (X, Y), loss=sq.Huber(delta=2)).delta == 2.0
    assert sq.lab(DECAY, (X, Y), loss=sq.huber).delta == sq.fit(DECAY, (X, Y), loss=sq.huber).loss_function.delta
    assert sq.lab("a*x").delta == 1.0
    assert 0 < sq.lab(DECAY, (X, Y)).delta < 0.2  # for a reader who turns to huber


def test_a_fit_s_lab_has_its_answer_as_the_best():
    answer = sq.fit(DECAY, (X, Y), start={"a": 1, "tau": 1, "c": 0})
    lab = answer.lab(title="Decay", steps=40)
    assert (lab.best, lab.title, lab.steps) == (answer.values, "Decay", 40)
    assert lab.start == pytest.approx({"a": 1, "tau": 1, "c": 0})


def test_a_fit_that_began_at_its_answer_opens_off_it():
    lab = sq.fit(DECAY, (X, Y)).lab()
    assert sq.mse(lab.model.predict(X, **lab.start), Y) > 2 * sq.mse(lab.model.predict(X, **lab.best), Y)


def test_the_checks_are_python_s_own_numbers():
    lab = sq.lab(DECAY, (X, Y, 0.1 + X))
    checks = document(lab)["checks"]
    assert len(checks["at"]) == 4 and checks["weight"] == (1 / (0.1 + X)).tolist()
    for check in checks["at"]:
        values = dict(zip(lab.model.names, check["parameters"]))
        assert check["loss"] == pytest.approx(sq.mse(lab.model.predict(X, **values), Y, 0.1 + X), rel=1e-14)


def test_many_points_are_checked_on_a_part():
    x = np.linspace(0, 1, 5_000)
    assert len(document(sq.lab("y = a*x + b", (x, x)))["checks"]["x"][0]) == 200


def test_checks_without_a_value_are_left_out():
    assert document(sq.lab("log(a*x) + b", range=(-2, -1)))["checks"]["at"] == []


@pytest.mark.parametrize(
    "model, points, options, error, message",
    [
        (
            "y = a*u + b*v + c*x + d*z",
            {"u": X, "v": X, "x": X, "z": Y, "y": Y},
            {},
            ModelError,
            "the page draws models of one, two or three inputs; this one has u, v, x and z",
        ),
        (lambda x, a: a * np.interp(x, X, Y), None, {}, ModelError, "the page needs a recorded function, and this one"),
        (
            "a + b",
            None,
            {},
            ModelError,
            "the formula has no input: a and b would all be parameters\nhint: call the input x",
        ),
        ("sin(x)", None, {}, ModelError, "the model has no parameters to move"),
        ("a*x", None, {"fix": {"a": 1}}, ModelError, "fix holds every parameter, a: nothing is left to move"),
        (sq.polynomial(200), None, {}, ModelError, "a page has at most 200 parameters, this model has 201"),
        (
            "y = a*x",
            (np.arange(100_001), np.arange(100_001)),
            {},
            DataError,
            "a page holds at most 100,000 points, these",
        ),
        ("a*x", None, {"start": {"b": 1}}, OptionError, "start has 'b', which is not a parameter"),
        (
            "a*x",
            None,
            {"bounds": {"a": (0, 1)}, "start": {"a": 2}},
            OptionError,
            "bounds: a must lie in [0, 1], its start",
        ),
        ("a*x", None, {"sigma": 1}, OptionError, "sigma is the uncertainty of points, and there are none"),
        ("a*x", None, {"loss": "mae"}, OptionError, "loss is 'mae', a loss was expected\nhint: pass mae itself"),
        ("y = a*x", (X, -Y), {"loss": sq.poisson}, DataError, "y holds -"),
        ("a*x", None, {"range": (2, -2)}, OptionError, "range is (2, -2), a lowest and a higher x were expected"),
        ("a*x", None, {"range": 3}, OptionError, "range is 3, a lowest and a higher x were expected"),
        ("a*x", None, {"rate": 0}, OptionError, "rate is 0, a number above 0 was expected"),
        ("a*x", None, {"steps": 0}, OptionError, "steps is 0, a whole number of 1 or more was expected"),
        ("a*x", None, {"target": math.inf}, OptionError, "target is inf, a finite number was expected"),
        ("a*x", None, {"optimizer": sq.SGD(momentum=0.5)}, OptionError, "optimizer is SGD(momentum=0.5, "),
        (
            "a*x",
            None,
            {"schedule": sq.cosine(end=0.1)},
            OptionError,
            "schedule is cosine(end=0.1), one that the page has",
        ),
    ],
)
def test_what_no_page_can_show_is_refused(model, points, options, error, message):
    with pytest.raises(error) as refused:
        sq.lab(model, points, **options)
    assert str(refused.value).startswith(message) and "\nhint: " in str(refused.value)


# --- Several inputs --------------------------------------------------------------------------------------------------

PLANE = {"x": np.array([0.0, 1, 2, 0, 1, 2]), "y": np.array([0.0, 0, 0, 3, 3, 3]), "z": np.array([1.0, 3, 5, 7, 9, 11])}


def test_a_page_of_two_inputs_has_a_column_and_a_range_for_each():
    told = document(sq.lab("z = a*x + b*y + c", PLANE))
    assert told["model"] == {**told["model"], "inputs": ["x", "y"], "target": "z", "parameters": ["a", "b", "c"]}
    assert told["points"]["x"] == [PLANE["x"].tolist(), PLANE["y"].tolist()]
    assert told["ranges"] == [[0, 2], [0, 3]]
    assert told["best"] == pytest.approx([2, 2, 1])
    assert len(told["checks"]["x"]) == 2


def test_without_points_x_and_y_and_z_are_inputs():
    assert sq.lab("a*x + b*y").model.inputs == ("x", "y")
    assert sq.lab("a*x + b*y + c*z").model.inputs == ("x", "y", "z")
    assert sq.lab("y = a*x + z").model.inputs == ("x",)
    assert sq.lab("a*t + y").model.inputs == ("t",)


@pytest.mark.parametrize(
    "given, wanted",
    [
        (None, ((-2.0, 2.0), (-2.0, 2.0))),
        ((0, 1), ((0.0, 1.0), (0.0, 1.0))),
        (((0, 1), (-3, 3)), ((0.0, 1.0), (-3.0, 3.0))),
    ],
)
def test_a_range_is_one_for_all_inputs_or_one_for_each(given, wanted):
    assert sq.lab("a*x + b*y", range=given).ranges == wanted


def test_a_model_makes_its_own_page():
    assert sq.relus(2).lab(title="two lines").title == "two lines"
    assert sq.relus(1).lab(([0, 1, 2, 3, 4, 5], [0, 0, 0, 1, 2, 3])).best["t1"] == pytest.approx(2)


def test_the_best_of_many_bent_lines_is_placed_though_their_parameters_are_many():
    x = np.linspace(-2, 2, 100)
    page = sq.relus(12).lab((x, np.sin(3 * x)))
    assert len(page.model.names) == 26
    assert np.mean((page.model.predict(x, **page.best) - np.sin(3 * x)) ** 2) < 1e-3


def test_hinges_without_points_begin_at_even_places():
    start = sq.relus(3).lab(range=(0, 4)).start
    assert [start[f"t{i}"] for i in (1, 2, 3)] == [1, 2, 3]


def test_what_is_predicted_has_a_name_that_no_input_has():
    assert document(sq.lab("a*x + b*y"))["model"]["target"] == "z"
    assert document(sq.relus(1, inputs=3).lab())["model"]["target"] == "v"


def test_huge_numbers_open_with_a_rate_that_goes_down():
    x = np.linspace(0, 6e9, 60)
    assert sq.relus(3).lab((x, 1e9 * np.sin(x / 1e9))).rate < 1e-15
