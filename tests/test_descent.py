"""The lesson's numbers, and torch's optimizers and schedules step for step."""

from __future__ import annotations

import copy
import dataclasses
import itertools
import pickle
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from pytest import approx

from squiggly.descent import DescentWarning, Moment, descend, measured, walk
from squiggly.errors import DataError, OptionError
from squiggly.loss import Loss, huber, mae, mse, poisson
from squiggly.optimizers import SGD, Adam
from squiggly.schedules import cosine, exponential_decay, one_cycle, steady, step_decay, warmup


@dataclass(frozen=True)
class Quad:
    """A stand-in for a bound model: a·x² + b·x + c."""

    start: Mapping[str, float] = field(default_factory=dict)
    fixed: Mapping[str, float] = field(default_factory=dict)
    names: tuple[str, ...] = ("a", "b", "c")

    def value_and_jacobian(self, values: np.ndarray, inputs: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray]:
        columns = np.stack([inputs["x"] ** 2, inputs["x"], np.ones_like(inputs["x"])], axis=1)  # (n, 3)
        return columns @ values, columns


@dataclass(frozen=True)
class Root(Quad):
    """√a·x: without a value below nought, without a slope at nought."""

    names: tuple[str, ...] = ("a",)

    def value_and_jacobian(self, values: np.ndarray, inputs: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray]:
        root = np.sqrt(values[0])
        return root * inputs["x"], (0.5 / root * inputs["x"])[:, None]


@pytest.fixture
def lesson() -> SimpleNamespace:
    rng, x = np.random.RandomState(42), np.linspace(-2, 2, 20)
    y = (3 * x**2 + 2 * x + 1) * (1 + rng.normal(scale=0.15, size=20)) + rng.normal(scale=1.5, size=20)
    return SimpleNamespace(inputs={"x": x}, y=y, sigma=None)


def stroll(points: Any, loss: Loss = mae, optimizer: Any = None, **options: Any) -> Iterator[Moment]:
    """The lesson's walk from 1.1, 1.1, 1.1 with its rate of 0.01, ten steps unless told otherwise."""
    chosen = {"rate": 0.01, "steps": 10, "schedule": steady(), "free": np.ones(3, bool), **options}
    return walk(
        measured(Quad(), points, loss),
        Quad.names,
        len(points.y),
        values=np.full(3, 1.1),
        optimizer=optimizer or SGD(),
        **chosen,
    )


@pytest.fixture
def bound(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let descend() meet a stand-in model instead of binding one."""

    def bind(model: Any, points: Any, *, sigma: Any = None, missing: str = "refuse") -> tuple[Any, Any]:
        return model, SimpleNamespace(inputs=points.inputs, y=points.y, sigma=sigma)

    monkeypatch.setitem(sys.modules, "squiggly.binding", SimpleNamespace(bind=bind))


# --- the lesson ---


def test_first_loss_and_gradient_are_the_ones_in_the_lesson(lesson):
    first, second = stroll(lesson, steps=1)
    assert first.loss == approx(2.4219, abs=5e-5)
    assert list(first.gradient.values()) == approx([-1.3529, -0.0316, -0.5000], abs=5e-5)
    assert second.loss == approx(2.40, abs=5e-3)


def test_no_step_remembers_an_earlier_gradient(lesson):
    _, *rest = stroll(lesson)
    printed = [f"{moment.loss:.2f}" for moment in rest]
    assert printed == "2.40 2.38 2.36 2.34 2.32 2.30 2.28 2.26 2.23 2.21".split()


@pytest.mark.parametrize("optimizer", [SGD(zero_gradient=False), SGD(momentum=1.0)], ids=repr)
def test_the_lesson_s_own_loop_adds_its_gradients_up(lesson, optimizer):
    _, *rest = stroll(lesson, optimizer=optimizer)
    printed = [f"{moment.loss:.2f}" for moment in rest]
    assert printed == "2.40 2.36 2.30 2.21 2.11 1.98 1.85 1.72 1.58 1.46".split()


def test_a_moment_s_gradient_is_its_own_even_where_gradients_add_up(lesson):
    for moment in stroll(lesson, optimizer=SGD(zero_gradient=False)):
        [here] = walk(measured(Quad(), lesson, mae), Quad.names, len(lesson.y), 0.01, 0, np.array(list(moment.parameters.values())), np.ones(3, bool),
                      SGD(), steady())  # fmt: skip
        assert here.gradient == moment.gradient


@pytest.mark.parametrize("loss", [mae, mse, huber], ids=repr)
@pytest.mark.parametrize("sigma", [None, np.linspace(0.5, 2, 20)], ids=["no sigma", "sigma"])
def test_gradient_agrees_with_a_tiny_nudge(lesson, loss, sigma):
    lesson.sigma = sigma
    [here] = stroll(lesson, loss, steps=0)
    for k, name in enumerate("abc"):
        columns = Quad().value_and_jacobian(np.full(3, 1.1), lesson.inputs)[1]
        up, down = (loss(columns @ (1.1 + nudge * np.eye(3)[k]), lesson.y, sigma) for nudge in (1e-6, -1e-6))
        assert here.gradient[name] == approx((up - down) / 2e-6, abs=1e-6)


# --- torch, step for step ---

OPTIMIZERS = [
    (SGD(), torch.optim.SGD, {}),
    (SGD(momentum=0.9), torch.optim.SGD, {"momentum": 0.9}),
    (SGD(momentum=0.9, dampening=0.5), torch.optim.SGD, {"momentum": 0.9, "dampening": 0.5}),
    (SGD(momentum=0.8, nesterov=True), torch.optim.SGD, {"momentum": 0.8, "nesterov": True}),
    (SGD(momentum=0.5, weight_decay=0.1), torch.optim.SGD, {"momentum": 0.5, "weight_decay": 0.1}),
    (SGD(weight_decay=0.1), torch.optim.SGD, {"weight_decay": 0.1}),
    (SGD(zero_gradient=False), torch.optim.SGD, {}),
    (SGD(momentum=0.3, weight_decay=0.1, zero_gradient=False), torch.optim.SGD, {"momentum": 0.3, "weight_decay": 0.1}),
    (Adam(), torch.optim.Adam, {}),
    (Adam(zero_gradient=False), torch.optim.Adam, {}),
    (Adam(0.8, 0.9, 1e-3, 0.1), torch.optim.Adam, {"betas": (0.8, 0.9), "eps": 1e-3, "weight_decay": 0.1}),
]


def torch_walk(
    lesson: Any, theirs: Any, options: dict[str, Any], zero: bool
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The parameters and their own gradient before each of torch's steps down the lesson's mean square."""
    x, y = torch.tensor(lesson.inputs["x"]), torch.tensor(lesson.y)
    abc = torch.full((3,), 1.1, dtype=torch.float64, requires_grad=True)
    optimizer = theirs([abc], lr=0.01, foreach=False, **options)
    while True:
        before = 0.0 if zero or abc.grad is None else abc.grad.clone()
        optimizer.zero_grad()
        ((abc[0] * x**2 + abc[1] * x + abc[2] - y) ** 2).mean().backward()
        yield abc.detach().numpy().copy(), abc.grad.numpy().copy()
        abc.grad += before
        optimizer.step()


@pytest.mark.parametrize(("ours", "theirs", "options"), OPTIMIZERS, ids=[repr(row[0]) for row in OPTIMIZERS])
def test_every_optimizer_takes_torch_s_steps(lesson, ours, theirs, options):
    values = np.full(3, 1.1)
    state = ours.begin(values)
    path = torch_walk(lesson, theirs, options, ours.zero_gradient)
    for expected, gradient in itertools.islice(path, 300):
        assert values == approx(expected, rel=1e-12, abs=1e-12)
        values, state = ours.step(values, gradient, 0.01, state)


# Left out: Adam with a short memory, which circles at the bottom and makes every rounding grow as it goes
@pytest.mark.parametrize(("ours", "theirs", "options"), OPTIMIZERS[:-1], ids=[repr(row[0]) for row in OPTIMIZERS[:-1]])
def test_the_walk_with_every_optimizer_is_torch_s(lesson, ours, theirs, options):
    path = torch_walk(lesson, theirs, options, ours.zero_gradient)
    for moment, (expected, gradient) in zip(stroll(lesson, mse, ours, steps=250), path, strict=False):
        assert list(moment.parameters.values()) == approx(expected, rel=1e-12, abs=1e-12)
        assert list(moment.gradient.values()) == approx(gradient, rel=1e-11, abs=1e-11)


STEPS = 50
SCHEDULES = [
    (steady(), lambda o, s: s.ConstantLR(o, factor=1.0)),
    (step_decay(7), lambda o, s: s.StepLR(o, 7)),
    (step_decay(10, factor=0.5), lambda o, s: s.StepLR(o, 10, 0.5)),
    (exponential_decay(0.9), lambda o, s: s.ExponentialLR(o, 0.9)),
    (cosine(), lambda o, s: s.CosineAnnealingLR(o, STEPS)),
    (cosine(end=0.1), lambda o, s: s.CosineAnnealingLR(o, STEPS, eta_min=0.1 * 0.03)),
    (warmup(5), lambda o, s: s.LinearLR(o, total_iters=5)),
    (warmup(12, start=0.1), lambda o, s: s.LinearLR(o, 0.1, total_iters=12)),
    *(
        (one_cycle(p, a, b), lambda o, s, p=p, a=a, b=b: s.OneCycleLR(
            o, 0.03, STEPS, pct_start=p, div_factor=a, final_div_factor=b, cycle_momentum=False))
        for p, a, b in [(0.3, 25, 1e4), (0.0, 10, 100), (0.25, 2, 1e3), (0.5, 25, 1e4), (1.0, 25, 1e4)]
    ),
]  # fmt: skip


@pytest.mark.parametrize(("ours", "theirs"), SCHEDULES, ids=[repr(row[0]) for row in SCHEDULES])
def test_every_schedule_gives_torch_s_rates(lesson, ours, theirs):
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.03)
    scheduler = theirs(optimizer, torch.optim.lr_scheduler)
    for moment in itertools.islice(stroll(lesson, rate=0.03, steps=STEPS, schedule=ours), STEPS):
        if moment.step:  # not after the last: torch's own cycle without a way down would divide by nought
            optimizer.step()
            scheduler.step()
        assert moment.rate == approx(scheduler.get_last_lr()[0], rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("steps", [0, 1, 2, 3, 10])
@pytest.mark.parametrize("schedule", [row[0] for row in SCHEDULES], ids=repr)
def test_no_walk_is_too_short_for_a_schedule(schedule, steps):
    assert all(0 <= schedule(step, steps) <= 1 for step in range(steps + 1))


def test_a_schedule_is_any_function_so_two_can_be_multiplied(lesson):
    def both(step, steps):
        return warmup(5)(step, steps) * cosine()(step, steps)

    rates = [moment.rate for moment in stroll(lesson, rate=0.5, schedule=both)]
    assert rates == [0.5 * warmup(5)(k, 10) * cosine()(k, 10) for k in range(11)]


def test_optimizers_change_none_of_their_arguments():
    values, gradient = np.array([1.0, 2.0]), np.array([0.5, -0.5])
    for optimizer in (SGD(momentum=0.9, zero_gradient=False), Adam(), Adam(zero_gradient=False)):
        state = optimizer.begin(values)
        once, later = optimizer.step(values, gradient, 0.1, state)
        optimizer.step(once, gradient, 0.1, later)
        again, _ = optimizer.step(values, gradient, 0.1, state)
        assert once.tolist() == again.tolist()
        assert values.tolist() == [1, 2] and gradient.tolist() == [0.5, -0.5]


# --- the stream ---


def test_ten_steps_are_eleven_moments(lesson):
    assert [moment.step for moment in stroll(lesson)] == list(range(11))
    assert [moment.step for moment in stroll(lesson, steps=0)] == [0]


def test_a_moment_cannot_be_changed_and_survives_a_copy_and_a_pickle(lesson):
    moment = next(stroll(lesson))
    with pytest.raises(TypeError):
        moment.parameters["a"] = 0
    with pytest.raises(dataclasses.FrozenInstanceError):
        moment.loss = 0.0
    assert pickle.loads(pickle.dumps(moment)) == copy.deepcopy(moment) == moment
    mine = {"a": 1.0}
    kept = Moment(0, mine, 0.0, {}, 0.1)
    mine["a"] = 2.0
    assert kept.parameters["a"] == 1.0


def test_a_fixed_parameter_stays_and_has_no_gradient(bound, lesson):
    for model, fix in [(Quad(), {"c": 4}), (Quad(fixed={"c": 4.0}), None), (Quad(fixed={"c": 7.0}), {"c": 4})]:
        moments = list(descend(model, lesson, start={"a": 1.1, "b": 1.1}, fix=fix, steps=20))
        assert {moment.parameters["c"] for moment in moments} == {4.0}
        assert all(list(moment.gradient) == ["a", "b"] for moment in moments)
        assert moments[-1].loss < moments[0].loss


def test_start_is_what_is_given_then_the_model_s_then_one(bound, lesson):
    first, *_ = descend(Quad(start={"a": 7.0, "b": 8.0}), lesson, start={"a": 5}, steps=0)
    assert first.parameters == {"a": 5.0, "b": 8.0, "c": 1.0}


# --- running away ---


def test_too_large_a_rate_ends_the_stream_in_words(lesson):
    with pytest.warns(DescentWarning, match=r"diverged at step \d+") as caught:
        *path, last = stroll(lesson, mse, rate=0.5, steps=1000)
    assert last.diverged and not any(moment.diverged for moment in path)
    assert last.words == (
        f"diverged at step {last.step}: the loss is {last.loss:.3g}, from 10.1 at the start\n"
        "hint: a smaller rate than 0.5, or a schedule"
    )
    assert last.step < 100
    assert str(caught[0].message) == last.words and caught[0].filename == __file__


def test_a_leap_out_of_the_numbers_is_told_too(lesson):
    with pytest.warns(DescentWarning, match=r"diverged at step 1: the loss is inf\nhint: a smaller rate than 1e\+160"):
        assert [moment.diverged for moment in stroll(lesson, mse, rate=1e160)] == [False, True]
    with pytest.warns(DescentWarning, match="diverged at step 1: a is -inf"):
        assert len(list(stroll(lesson, mae, rate=1e308, optimizer=SGD(weight_decay=10)))) == 2


def test_a_start_without_a_value_or_slope_says_so(bound, lesson):
    with pytest.warns(DescentWarning, match="the model has no value at the start: the loss is nan\nhint: .*start={"):
        [only] = descend(Root(), lesson, start={"a": -1})
    assert only.words.endswith('hint: begin elsewhere, with start={"a": …}')
    with pytest.warns(DescentWarning, match="the model has no slope at the start: the gradient of a is (-inf|nan)"):
        list(descend(Root(), lesson, start={"a": 0}))


def test_a_perfect_start_does_not_count_as_running_away(lesson):
    lesson.y = Quad().value_and_jacobian(np.full(3, 1.1), lesson.inputs)[0] + 1e-9
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not any(moment.diverged for moment in stroll(lesson, mae, rate=0.1, steps=100))


# --- the door ---

REFUSED = [
    ({"rate": -1}, r"rate is -1, a number above 0 was expected\nhint: 0\.01"),
    ({"rate": 0.0}, "rate is 0.0, a number above 0 was expected\nhint: "),
    ({"rate": np.inf}, "rate is inf, a number above 0"),
    ({"rate": "fast"}, "rate is 'fast', a number above 0"),
    ({"steps": -1}, "steps is -1, a whole number of 0 or more was expected\nhint: "),
    ({"steps": 1.5}, "steps is 1.5, a whole number"),
    ({"steps": None}, "steps is None, a whole number"),
    ({"loss": "hubr"}, "loss is 'hubr', a loss was expected\nhint: pass huber itself"),
    ({"loss": lambda p, y: 0.0}, "a loss was expected\nhint: pass mse, mae, huber and poisson itself"),
    ({"optimizer": SGD}, r"an optimizer was expected\nhint: SGD\(momentum=0.9\) or Adam\(\)"),
    ({"schedule": cosine}, r"a function of \(step, steps\) was expected\nhint: schedule=cosine\(\)"),
    ({"start": {"d": 1}}, "start has 'd', which is not a parameter of this model\nhint: the parameters are a, b and c"),
    ({"start": {"A": 1}}, "start has 'A', which is not a parameter of this model\nhint: did you mean a?"),
    ({"start": {"a": np.nan}}, "start of a is nan, a finite number was expected\nhint: "),
    ({"start": [1.1, 1.1, 1.1]}, r'start is \[1.1, 1.1, 1.1\], a value for each name was expected\nhint: start={"a"'),
    ({"fix": {"aa": 1}}, "fix has 'aa', which is not a parameter"),
    ({"fix": {"a": 1, "b": 1, "c": 1}}, "no parameter is left to move\nhint: leave at least one out of fix"),
    ({"loss": poisson, "sigma": np.ones(20)}, "poisson takes no sigma"),
]


@pytest.mark.parametrize(("options", "text"), REFUSED, ids=[f"{i} {[*row[0]][0]}" for i, row in enumerate(REFUSED)])
def test_what_cannot_be_descended_is_refused_at_the_call(bound, lesson, options, text):
    with pytest.raises(OptionError, match=text):
        descend(Quad(), lesson, **options)


def test_negative_counts_are_refused_at_the_call(bound, lesson):
    with pytest.raises(DataError, match="counts of 0 or more"):
        descend(Quad(), lesson, loss=poisson)


@pytest.mark.parametrize("factor", [np.nan, -1.0, None])
def test_a_schedule_that_gives_no_number_is_refused(lesson, factor):
    with pytest.raises(OptionError, match=rf"the schedule gave {factor} at step 0, a number of 0 or more.*\nhint: "):
        list(stroll(lesson, schedule=lambda step, steps: factor))


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: SGD(momentum=-0.1), "momentum is -0.1, a number of 0 or more was expected\nhint: "),
        (lambda: SGD(nesterov=True), "nesterov needs momentum and no dampening, got momentum=0, dampening=0\nhint: "),
        (lambda: Adam(beta1=1.0), "beta1 is 1.0, a number from 0 to below 1 was expected"),
        (lambda: step_decay(0), "every is 0, a whole number of 1 or more was expected"),
        (lambda: exponential_decay(-1), "factor is -1, a number of 0 or more"),
        (lambda: warmup(over=0), "over is 0, a whole number of 1 or more"),
        (lambda: one_cycle(rising=1.5), "rising is 1.5, a number from 0 to 1"),
        (lambda: one_cycle(start=0), "start is 0, a number above 0"),
    ],
)
def test_an_option_without_a_meaning_is_refused(make, text):
    with pytest.raises(OptionError, match=text):
        make()


def test_a_schedule_of_one_argument_is_refused_at_the_call():
    with pytest.raises(OptionError, match=r"a function of \(step, steps\) was expected\nhint: "):
        descend("y = a*x", {"x": [0, 1], "y": [0, 2]}, schedule=lambda step: 1.0)
