"""Lab: a function, with or without points, as a live page shows it; `lab()` makes one of what `fit` takes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np

from squiggly.binding import bind
from squiggly.errors import DataError, ModelError, OptionError, listed
from squiggly.javascript import source
from squiggly.loss import Huber, Loss, expect_loss, mse
from squiggly.model import Model
from squiggly.modelling import as_model
from squiggly.optimizers import SGD, Optimizer
from squiggly.options import Bound, as_float, bounded, expect, named_values
from squiggly.page.live import Live
from squiggly.page.opening import bend, best_of, rate_of, start_of
from squiggly.page.walk import optimizer_name, schedule_name
from squiggly.points import Points
from squiggly.schedules import Schedule

if TYPE_CHECKING:
    from squiggly.result import Fit

MOST_POINTS = 100_000
MOST_PARAMETERS = 200
RANGE = (-2.0, 2.0)  # of x where there are no points to say it: the lesson's


@dataclass(eq=False)  # frozen by Live, but for its points
class Lab(Live):
    """What a live page shows: made by `lab` or `fit.lab`, written by `save`.

    model:  of one, two or three inputs; fixed parameters are locked on the page
    start:  where each slider begins
    best:   what a fit finds under the same loss; None without points, or where there is no answer
    target: a loss to beat by hand, or None
    delta:  where huber bends
    ranges: of each input, where there are no points
    """

    model: Model
    points: Points | None
    start: Mapping[str, float]
    bounds: Mapping[str, tuple[float, float]]
    loss: Loss
    delta: float
    target: float | None
    best: Mapping[str, float] | None
    ranges: tuple[tuple[float, float], ...]
    rate: float
    steps: int
    optimizer: Optimizer
    schedule: Schedule | None
    title: str

    @property
    def bent_loss(self) -> Loss:
        """The loss with huber's bend in it."""
        return Huber(delta=self.delta) if isinstance(self.loss, Huber) else self.loss

    def save(self, path: str | PathLike[str]) -> None:
        """Write the page: one HTML file that opens anywhere and asks for nothing else. Raises FileError."""
        from squiggly.page.file import save

        save(self.html(), path)

    def html(self) -> str:
        """The page as text."""
        from squiggly.page.file import html

        return html(self.now)

    def __repr__(self) -> str:
        n = 0 if self.points is None else self.points.n
        return f"Lab({self.model.formula!r}, points: {n or 'none'}, parameters: {', '.join(self.model.names)})"


def lab(
    model: str | Callable[..., Any] | Model,
    points: Any = None,
    *,
    start: Mapping[str, float] | None = None,
    target: float | None = None,
    fix: Mapping[str, float] | None = None,
    bounds: Mapping[str, Bound] | None = None,
    loss: Loss = mse,
    sigma: Any = None,
    missing: str = "refuse",
    parameters: Sequence[str] = (),
    range: Sequence[Any] | None = None,
    rate: float | None = None,
    steps: int = 100,
    optimizer: Optimizer = SGD(),  # noqa: B008  a frozen value
    schedule: Schedule | None = None,
    title: str = "",
) -> Lab:
    """A live page of a function: sliders for its parameters, its loss, and gradient descent to take over.

    model:    whatever `fit` takes, of one, two or three inputs; a function must be one that can be recorded
    points:   whatever `fit` takes; without any, the page opens the function alone
    start:    where sliders begin. Those not given: a known start of the model; otherwise off the best fit by up to half
              of its value, so that there is something to do; without points 1, or spread-out values where there are
              more than six
    target:   a loss to beat by hand
    fix:      parameters locked at a value
    bounds:   {"a": (0, None)}: how far a slider reaches, and what a fit keeps to
    loss:     what is made small: `sq.mse` (the default, as in `fit`), `sq.mae` (the lesson's), `sq.huber`, `sq.poisson`
    sigma, missing, parameters: as in `fit`
    range:    of x where there are no points; -2 to 2 unless said. For several inputs one pair for all, or one for each
    rate:     of the descent: 0.01, or less where that would run away from these points, unless said
    steps:    how many the page's timeline shows
    optimizer, schedule: of the descent, with the settings the page has

    Raises DataError, FormulaError, ModelError or OptionError.

    >>> lab("a*x^2 + b*x + c", start={"a": 1.1, "b": 1.1, "c": 1.1})
    Lab('a*x^2 + b*x + c', points: none, parameters: a, b, c)
    """
    expect_loss(loss)
    bound, seen = _opened(model, points, sigma, missing, parameters)
    return _lab(
        bound.fix(**(fix or {})), seen, start, bounds or {}, loss, None, target=target, range=range, rate=rate,
        steps=steps, optimizer=optimizer, schedule=schedule, title=title,
    )  # fmt: skip


def lab_of(fit: Fit, start: Mapping[str, float] | None = None, **options: Any) -> Lab:
    """The page of a fit: its answer is the best; the sliders begin where the fit did, where that was visibly worse."""
    began, first = fit.path[0] if fit.path else ((), math.nan)
    way = dict(zip(fit.model.names, began)) if first > 1.1 * fit.loss + 1e-12 else {}
    given = {n: v for n, v in way.items() if n in fit.free} | dict(start or {})
    return _lab(fit.model, _suiting(fit.points), given, {}, fit.loss_function, fit.values, **options)


def _lab(
    model: Model,
    points: Points | None,
    start: Mapping[str, float] | None,
    bounds: Mapping[str, Bound],
    loss: Loss,
    best: Mapping[str, float] | None,
    *,
    target: float | None = None,
    range: Sequence[Any] | None = None,
    rate: float | None = None,
    steps: int = 100,
    optimizer: Optimizer = SGD(),  # noqa: B008  a frozen value
    schedule: Schedule | None = None,
    title: str = "",
) -> Lab:
    """A Lab with everything checked."""
    _drawable(model)
    known = {**model.start, **named_values("start", start, model.names)}
    limits = bounded(bounds, model.names, known, model.fixed)
    expect("a whole number of 1 or more", steps=steps)
    if rate is not None:
        expect("a number above 0", rate=rate)
    if target is not None:
        expect("a finite number", "a loss to beat, such as target=1.1", target=target)
    optimizer_name(optimizer)
    schedule_name(schedule, int(steps))
    bend_of = loss
    if points is not None:
        loss.check(points.y, points.sigma)
        if best is None:
            best, bend_of = best_of(model, points, loss, bounds)
    ranges = _ranges(range, points, model)
    begin = start_of(model, points, best, known, limits, ranges[0])
    return Lab(
        model=model,
        points=points,
        start=begin,
        bounds=limits,
        loss=loss,
        delta=bend(model, points, bend_of, best),
        target=None if target is None else float(target),
        best=best,
        ranges=ranges,
        rate=float(rate or rate_of(model, points, loss, begin, optimizer, steps)),
        steps=int(steps),
        optimizer=optimizer,
        schedule=schedule,
        title=str(title),
    )


def _opened(
    model: Any, points: Any, sigma: Any, missing: str, parameters: Sequence[str]
) -> tuple[Model, Points | None]:
    if points is not None:
        bound, seen = bind(model, points, sigma=sigma, missing=missing, parameters=parameters)
        return bound, _suiting(seen)
    if sigma is not None:
        raise OptionError("sigma is the uncertainty of points, and there are none\nhint: give points, or leave it out")
    return as_model(model, None, parameters=parameters), None


def _suiting(points: Points) -> Points:
    if points.n > MOST_POINTS:
        raise DataError(
            f"a page holds at most {MOST_POINTS:,} points, these are {points.n:,}\n"
            f"hint: thin them out first: every {-(-points.n // MOST_POINTS)}th row often shows the same curve; "
            "or fit them all, and open the page on a part"
        )
    return points


def _drawable(model: Model) -> None:
    """Refuse a model that no page can hold."""
    if model.expr is not None and not model.inputs:
        raise ModelError(
            f"the formula has no input: {listed(model.names)} would all be parameters\n"
            "hint: call the input x or t, as in a*x + b, or give points, whose columns say it"
            if model.names
            else "the formula has no input and no parameters\nhint: write one such as a*x + b"
        )
    source(model)
    if not model.free:
        raise ModelError(
            "the model has no parameters to move\nhint: put a letter where a number should be found, as in a*x + b"
            if not model.names
            else f"fix holds every parameter, {listed(model.names)}: nothing is left to move\nhint: leave one out"
        )
    if len(model.names) > MOST_PARAMETERS:
        raise ModelError(
            f"a page has at most {MOST_PARAMETERS} parameters, this model has {len(model.names)}\n"
            "hint: fewer terms or units draw a curve just as well"
        )


def _ranges(given: Any, points: Points | None, model: Model) -> tuple[tuple[float, float], ...]:
    """Of each input: as given, or as the points have it."""
    if given is None:
        if points is None:
            return (RANGE,) * len(model.inputs)
        return ranges_of(points, model)
    each = isinstance(given, list | tuple | np.ndarray) and len(given) == len(model.inputs) and np.ndim(given[0]) == 1
    return tuple(_range(one) for one in (given if each else [given] * len(model.inputs)))


def ranges_of(points: Points, model: Model) -> tuple[tuple[float, float], ...]:
    """From the lowest to the highest of each input."""
    return tuple((float(points.inputs[n].min()), float(points.inputs[n].max())) for n in model.inputs)


def _range(given: Any) -> tuple[float, float]:
    try:
        low, high = map(as_float, given)
    except (TypeError, ValueError):
        low = high = math.nan
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise OptionError(f"range is {given!r}, a lowest and a higher x were expected\nhint: range=(-2, 2)")
    return low, high
