"""Gradient descent as a stream of frozen Moments: the caller's `for` loop is the callback."""

from __future__ import annotations

import functools
import inspect
import math
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from squiggly.errors import OptionError
from squiggly.loss import CrossEntropy, Loss, expect_loss, mse
from squiggly.networks import batches
from squiggly.networks.network import Network
from squiggly.optimizers import SGD, Optimizer
from squiggly.options import as_float, choice, expect, named_values
from squiggly.schedules import Schedule, steady

if TYPE_CHECKING:
    from squiggly.model import Model
    from squiggly.points import Points

RUNAWAY = 1e12  # a loss this many times the first one will not come back


PENALTIES = ("none", "L1", "L2")

# The loss and its gradient (P,) at values (P,), on these rows; on all of them for None.
Measure = Callable[[np.ndarray, np.ndarray | None], tuple[float, np.ndarray]]


class DescentWarning(UserWarning):
    """A descent that stopped before its last step; the words are also in its last Moment."""


@dataclass(frozen=True)
class Moment:
    """One instant of a descent: where it stands, how wrong that is, and which way is up from here.

    parameters: every name to its number. gradient: the same for those that may move.
    rate: how far the step from here goes per unit of gradient.
    words: why the descent had to stop here; "" where it did not.

    >>> moment = Moment(0, {"a": 1.1}, loss=2.4, gradient={"a": -1.4}, rate=0.01)
    >>> moment.parameters["a"] - moment.rate * moment.gradient["a"]
    1.114
    """

    step: int
    parameters: Mapping[str, float]
    loss: float
    gradient: Mapping[str, float]
    rate: float
    words: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", MappingProxyType(dict(self.parameters)))
        object.__setattr__(self, "gradient", MappingProxyType(dict(self.gradient)))

    def __reduce__(self) -> tuple[Any, ...]:  # a read-only mapping cannot be pickled, a dict can
        return Moment, (self.step, dict(self.parameters), self.loss, dict(self.gradient), self.rate, self.words)

    @property
    def diverged(self) -> bool:
        """Whether the descent had to stop here."""
        return bool(self.words)


@dataclass(frozen=True)
class Rows:
    """Which points each step looks at: a mini-batch of those that are not held out."""

    batch: int | None = None
    held_out: float = 0.0
    seed: int = 0

    def of(self, n: int) -> Callable[[int], np.ndarray | None]:
        """The rows of each step among n, None for all. Raises OptionError where holding out leaves nothing."""
        if self.batch is None and not self.held_out:
            return lambda step: None
        train = batches.held_out(n, self.seed, self.held_out)[0] if self.held_out else np.arange(n)
        if not len(train):
            raise OptionError(f"held_out={self.held_out:g} of {n} points leaves none to look at\nhint: hold out fewer")
        order = functools.lru_cache(maxsize=1)(batches.order)
        return lambda step: batches.batch(train, self.batch, self.seed, step, order)


@dataclass(frozen=True)
class Pull:
    """What a penalty on large weights adds to a gradient; on: (P,) the parameters it pulls at, None for all."""

    penalty: str
    decay: float
    on: np.ndarray | None

    def __call__(self, values: np.ndarray, gradient: np.ndarray) -> np.ndarray:
        if self.penalty == "none" or not self.decay:
            return gradient
        added = self.decay * (values if self.penalty == "L2" else np.sign(values))
        return gradient + (added if self.on is None else np.where(self.on, added, 0.0))


def descend(
    model: Any,
    points: Any,
    *,
    loss: Loss | CrossEntropy = mse,
    rate: float = 0.01,
    steps: int = 100,
    start: Mapping[str, float] | None = None,
    optimizer: Optimizer = SGD(),  # noqa: B008  a frozen value
    schedule: Schedule | None = None,
    fix: Mapping[str, float] | None = None,
    sigma: Any = None,
    missing: str = "refuse",
    batch: int | None = None,
    held_out: float = 0.0,
    penalty: str = "none",
    decay: float = 0.0,
    seed: int = 0,
) -> Iterator[Moment]:
    """Walk downhill from the start, yielding every moment on the way: steps=10 yields Moments 0 … 10.

    Keep the last moment for the answer, or all of them to draw the journey. Everything is checked at the call.
    start: values by name; the model's own starts, then 1, stand where it is silent. fix: values that stay as they are.
    schedule: a function of (step, steps) whose result multiplies the rate.
    batch: how many points each step looks at, all of them unless said; a moment's loss and gradient are then the
    batch's. Each epoch meets every point once, in an order that `seed` and the epoch say.
    held_out: the share of the points that no step looks at; `seed` says which.
    penalty: "L2" adds decay·w to each gradient, "L1" decay·sign(w); the biases of a network are left alone.
    A network descends too, from `network.start(seed)` unless said; its start may be a list of all its parameters.
    A descent that runs away ends early, with a DescentWarning and the same words in its last moment.
    Raises OptionError, and whatever the model or the points are refused for.

    >>> *_, last = descend("y = a*x + b", {"x": [0, 1, 2], "y": [1, 3, 5]}, rate=0.1, steps=1000)
    >>> {name: round(value, 3) for name, value in last.parameters.items()}
    {'a': 2.0, 'b': 1.0}
    """
    from squiggly.binding import bind

    expect("a number above 0", "0.01 is a good first try", rate=rate)
    expect("a whole number of 0 or more", "100 is a good first try", steps=steps)
    expect("a number from 0 to below 1", "0.25 holds out a quarter", held_out=held_out)
    expect("a number of 0 or more", decay=decay)
    expect("a whole number of 0 or more", seed=seed)
    if batch is not None:
        expect("a whole number of 1 or more", "10 is a good first try", batch=batch)
    choice("penalty", penalty, PENALTIES)
    pull = Pull(penalty, float(decay), None)
    rows = Rows(None if batch is None else int(batch), float(held_out), int(seed))
    _tools(optimizer, schedule)
    if isinstance(model, Network):
        from squiggly.networks.descending import descending

        if fix or sigma is not None:
            raise OptionError("a network takes neither fix nor sigma\nhint: leave them out; network.model() takes both")
        measure, values, n = descending(model, points, loss, start, rows.seed, missing)
        free, pull = np.ones(len(values), bool), replace(pull, on=model.decays)
        return walk(measure, model.names, n, rate, steps, values, free, optimizer, schedule or steady(), rows, pull)
    plain = expect_loss(loss)
    bound, seen = bind(model, points, sigma=sigma, missing=missing)
    plain.check(seen.y, seen.sigma)
    given, held = named_values("start", start, bound.names), {**bound.fixed, **named_values("fix", fix, bound.names)}
    free = np.array([name not in held for name in bound.names], bool)
    if not free.any():
        raise OptionError("no parameter is left to move\nhint: leave at least one out of fix")
    begin = {**dict.fromkeys(bound.names, 1.0), **bound.start, **given, **held}
    values = np.array([begin[name] for name in bound.names], float)
    measure, n = measured(bound, seen, plain), len(seen.y)
    return walk(measure, bound.names, n, rate, steps, values, free, optimizer, schedule or steady(), rows, pull)


def measured(model: Model, points: Points, loss: Loss) -> Measure:
    """The loss of a model on some of the points, or on all, as a function of its parameter values."""
    return lambda values, at: value_and_gradient(model, points if at is None else points.take(at), loss, values)


def walk(
    measure: Measure,
    names: Sequence[str],
    n: int,
    rate: float,
    steps: int,
    values: np.ndarray,
    free: np.ndarray,
    optimizer: Optimizer,
    schedule: Schedule,
    rows: Rows | None = None,
    pull: Pull | None = None,
) -> Iterator[Moment]:
    """The loop of `descend`, with everything checked: values (P,) as named, free (P,) those that move, n points."""
    state = optimizer.begin(values[free])
    every, moving = list(names), np.array(names)[free].tolist()
    first, chosen = None, (rows or Rows()).of(n)
    for step in range(int(steps) + 1):  # ten steps, eleven moments: where we began is one of them
        value, gradient = measure(values, chosen(step))
        gradient = gradient if pull is None else pull(values, gradient)
        now = rate * _factor(schedule, step, steps)
        moment = Moment(step, _named(every, values), value, _named(moving, gradient[free]), now)
        first = first or moment
        if words := _trouble(moment, first, rate):
            warnings.warn(words, DescentWarning, stacklevel=2)
            yield replace(moment, words=words)
            return
        yield moment
        with np.errstate(all="ignore"):  # a runaway is told in words, one moment later
            moved, state = optimizer.step(values[free], gradient[free], now, state)
        values = values.copy()
        values[free] = moved


def value_and_gradient(model: Model, points: Points, loss: Loss, values: np.ndarray) -> tuple[float, np.ndarray]:
    """The mean loss at these parameter values (P,), and its exact gradient (P,) there."""
    with np.errstate(all="ignore"):
        predicted, jacobian = model.value_and_jacobian(values, points.inputs)  # (n,), (n, P)
        value = loss.pointwise(predicted, points.y, points.sigma).mean()
        slope = loss.slope(predicted, points.y, points.sigma)
        return float(value), slope @ jacobian / len(points.y)


def _named(names: Sequence[str], values: np.ndarray) -> dict[str, float]:
    return dict(zip(names, values.tolist(), strict=True))


def _trouble(moment: Moment, first: Moment, rate: float) -> str:
    """Why the walk cannot go on from this moment, in words; "" where it can."""
    problem = _lost("", moment.parameters) or _lost("the loss", {"": moment.loss})
    problem = problem or _lost("the gradient of ", moment.gradient)
    if not problem and moment.loss - first.loss > max(RUNAWAY * abs(first.loss), 1.0):
        problem = f"the loss is {moment.loss:.3g}, from {first.loss:.3g} at the start"
    if problem and moment.step == 0:
        what = "slope" if math.isfinite(moment.loss) else "value"
        example = ", ".join(f'"{name}": …' for name in moment.gradient)
        return f"the model has no {what} at the start: {problem}\nhint: begin elsewhere, with start={{{example}}}"
    hint = f"a smaller rate than {rate:g}, or a schedule"
    return f"diverged at step {moment.step}: {problem}\nhint: {hint}" if problem else ""


def _lost(what: str, numbers: Mapping[str, float]) -> str:
    """The first of the numbers that is not finite, in words; "" where all are."""
    return next((f"{what}{name} is {value:g}" for name, value in numbers.items() if not math.isfinite(value)), "")


def _factor(schedule: Schedule, step: int, steps: int) -> float:
    factor = schedule(step, steps)
    if not 0 <= as_float(factor) < math.inf:
        raise OptionError(
            f"the schedule gave {factor!r} at step {step}, a number of 0 or more was expected\n"
            "hint: a schedule takes (step, steps) and returns what to multiply the rate with"
        )
    return float(factor)


def _takes_two(schedule: Any) -> bool:
    try:
        inspect.signature(schedule).bind(0, 1)
    except TypeError:
        return False
    except ValueError:  # a built-in that does not tell
        pass
    return True


def _tools(optimizer: Optimizer, schedule: Schedule | None) -> None:
    """Refuse names and classes where the things themselves are wanted."""
    if isinstance(optimizer, type) or not (hasattr(optimizer, "begin") and hasattr(optimizer, "step")):
        raise OptionError(f"optimizer is {optimizer!r}, an optimizer was expected\nhint: SGD(momentum=0.9) or Adam()")
    if schedule is not None and (isinstance(schedule, type) or not callable(schedule) or not _takes_two(schedule)):
        raise OptionError(
            f"schedule is {schedule!r}, a function of (step, steps) was expected\n"
            "hint: schedule=cosine(), with the parentheses"
        )
