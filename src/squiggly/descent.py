"""Gradient descent as a stream of frozen Moments: the caller's `for` loop is the callback."""

from __future__ import annotations

import inspect
import math
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from squiggly.errors import OptionError
from squiggly.loss import Loss, expect_loss, mse
from squiggly.optimizers import SGD, Optimizer
from squiggly.options import as_float, expect, named_values
from squiggly.schedules import Schedule, steady

if TYPE_CHECKING:
    from squiggly.model import Model
    from squiggly.points import Points

RUNAWAY = 1e12  # a loss this many times the first one will not come back


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


def descend(
    model: Any,
    points: Any,
    *,
    loss: Loss = mse,
    rate: float = 0.01,
    steps: int = 100,
    start: Mapping[str, float] | None = None,
    optimizer: Optimizer = SGD(),  # noqa: B008  a frozen value
    schedule: Schedule | None = None,
    fix: Mapping[str, float] | None = None,
    sigma: Any = None,
    missing: str = "refuse",
) -> Iterator[Moment]:
    """Walk downhill from the start, yielding every moment on the way: steps=10 yields Moments 0 … 10.

    Keep the last moment for the answer, or all of them to draw the journey. Everything is checked at the call.
    start: values by name; the model's own starts, then 1, stand where it is silent. fix: values that stay as they are.
    schedule: a function of (step, steps) whose result multiplies the rate.
    A descent that runs away ends early, with a DescentWarning and the same words in its last moment.
    Raises OptionError, and whatever the model or the points are refused for.

    >>> *_, last = descend("y = a*x + b", {"x": [0, 1, 2], "y": [1, 3, 5]}, rate=0.1, steps=1000)
    >>> {name: round(value, 3) for name, value in last.parameters.items()}
    {'a': 2.0, 'b': 1.0}
    """
    from squiggly.binding import bind

    expect("a number above 0", "0.01 is a good first try", rate=rate)
    expect("a whole number of 0 or more", "100 is a good first try", steps=steps)
    _tools(loss, optimizer, schedule)
    bound, seen = bind(model, points, sigma=sigma, missing=missing)
    loss.check(seen.y, seen.sigma)
    given, held = named_values("start", start, bound.names), {**bound.fixed, **named_values("fix", fix, bound.names)}
    free = np.array([name not in held for name in bound.names], bool)
    if not free.any():
        raise OptionError("no parameter is left to move\nhint: leave at least one out of fix")
    begin = {**dict.fromkeys(bound.names, 1.0), **bound.start, **given, **held}
    values = np.array([begin[name] for name in bound.names], float)
    return walk(bound, seen, loss, float(rate), int(steps), values, free, optimizer, schedule or steady())


def walk(
    model: Model,
    points: Points,
    loss: Loss,
    rate: float,
    steps: int,
    values: np.ndarray,
    free: np.ndarray,
    optimizer: Optimizer,
    schedule: Schedule,
) -> Iterator[Moment]:
    """The loop of `descend`, with everything checked: values (P,) in the model's order, free (P,) those that move."""
    state = optimizer.begin(values[free])
    names, moving = np.array(model.names), np.array(model.names)[free]
    first = None
    for step in range(steps + 1):  # ten steps, eleven moments: where we began is one of them
        value, gradient = value_and_gradient(model, points, loss, values)
        now = rate * _factor(schedule, step, steps)
        moment = Moment(step, _named(names, values), value, _named(moving, gradient[free]), now)
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


def _named(names: np.ndarray, values: np.ndarray) -> dict[str, float]:
    return dict(zip(names.tolist(), values.tolist(), strict=True))


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


def _tools(loss: Loss, optimizer: Optimizer, schedule: Schedule | None) -> None:
    """Refuse names and classes where the things themselves are wanted."""
    expect_loss(loss)
    if isinstance(optimizer, type) or not (hasattr(optimizer, "begin") and hasattr(optimizer, "step")):
        raise OptionError(f"optimizer is {optimizer!r}, an optimizer was expected\nhint: SGD(momentum=0.9) or Adam()")
    if schedule is not None and (isinstance(schedule, type) or not callable(schedule) or not _takes_two(schedule)):
        raise OptionError(
            f"schedule is {schedule!r}, a function of (step, steps) was expected\n"
            "hint: schedule=cosine(), with the parentheses"
        )
