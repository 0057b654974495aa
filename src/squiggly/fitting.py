"""fit(): the front door. It binds the data, chooses how to solve, and says what it chose."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from squiggly.binding import bind
from squiggly.errors import DataError, OptionError, listed
from squiggly.intervals.trust import definition
from squiggly.loss import Huber, Loss, Poisson, expect_loss, mse
from squiggly.model import Model
from squiggly.networks.door import is_network, trained, unknown
from squiggly.options import Bound, bounded, choice, expect, named_values
from squiggly.photo.door import is_of_photos
from squiggly.photo.door import trained as of_photos
from squiggly.points import Points
from squiggly.progress import watched
from squiggly.reading.columns import some
from squiggly.result import Fit
from squiggly.solve.budget import Budget, Effort, allowed
from squiggly.solve.least_squares import Descent, Watch
from squiggly.solve.problem import Problem
from squiggly.solve.search import solve
from squiggly.solve.upright import upright

if TYPE_CHECKING:
    from squiggly.outliers import Outliers

UNSEARCHED = "stopped in the Huber fit that outliers are looked for with: all points are kept, and the loss is huber's"
SMALLEST, LARGEST = 1e-140, 1e140  # of y, in units of sigma


def fit(
    model: str | Callable[..., Any] | Model,
    data: Any,
    *,
    start: Mapping[str, float] | None = None,
    bounds: Mapping[str, Bound] | None = None,
    fix: Mapping[str, float] | None = None,
    loss: Loss = mse,
    sigma: Any = None,
    sigma_is: str = "relative",
    errors: str | None = None,
    missing: str = "refuse",
    outliers: str = "keep",
    parameters: Sequence[str] = (),
    seed: int = 0,
    seconds: float | None = None,
    watch: Watch | None = None,
    **training: Any,
) -> Fit:
    """Find the parameters that bring a model nearest to the points, and say how far to trust them.

    model:    a formula ("counts = a*exp(-t/tau) + c"), a NumPy or torch function, or a built-in such as `sq.line()`
    data:     a path (CSV, Parquet, JSON), a dict of arrays, an (x, y) pair, a pandas, polars or Arrow frame
    start:    start values by parameter; those not given are found from the data
    bounds:   {"a": (0, None)}: lowest and highest value, None where there is none
    fix:      parameters held constant, with their values
    loss:     what is made small: `sq.mse` (the default), `sq.mae`, `sq.huber`, `sq.poisson`
    sigma:    the uncertainty of each y: a column's name, an array or a number
    sigma_is: "relative": only the ratios of sigma count and the scatter sets the scale; "known": in units of y
    errors:   what standard errors are taken from: "jacobian", s²(JᵀJ)⁻¹ (the default); "hessian", the loss's full
              second derivatives; "bootstrap", resampled points (the default for `sq.mae`)
    missing:  "refuse" rows with gaps, or "drop" and count them
    outliers: "keep" wild points, or "leave out" those that stand out from a robust fit, and name them in `fit.outliers`
    parameters: names that are parameters even where a column has the same name
    seed:     of the search for start values and of a bootstrap: the same seed gives the same answer
    seconds:  it may take: a minute by default, and 50 µs for each point; then the best so far is returned, and the
              verdict says so. `fit.effort` tells what it took
    watch:    called after each step with its number, the values and the cost; by default a line of progress is shown
              on a terminal after a second. Ctrl-C returns the best so far, and the verdict says so

    A network (`sq.network(20, [64, 64])`, any torch.nn.Module) is trained: `training` are the options of
    `squiggly.networks.training.train`, such as epochs, batch, held_out and device, and a NetworkFit comes back.

    A recogniser (`sq.convolution()`, `sq.linear()`) is trained on `sq.photos(folder)`: `training` are the options of
    `squiggly.photo.training.train`, such as minutes, and a PhotoFit comes back.

    Returns a Fit. Raises DataError, FormulaError, ModelError or OptionError.

    >>> answer = fit("y = a*x + b", {"x": [0, 1, 2, 3], "y": [1, 3.1, 4.9, 7]})
    >>> round(answer.parameters["a"].value, 3)
    1.98
    """
    if is_of_photos(model, data):
        ours = {"start": start, "bounds": bounds, "fix": fix, "sigma": sigma, "errors": errors}
        ours |= {"loss": None if loss is mse else loss, "parameters": parameters or None}
        return of_photos(model, data, ours, {**training, "seed": seed, "seconds": seconds, "watch": watch})  # type: ignore[return-value]
    if is_network(model):
        ours = {"bounds": bounds, "fix": fix, "sigma": sigma, "errors": errors, "parameters": parameters or None}
        return trained(  # type: ignore[return-value]  # a NetworkFit, as the docstring says
            model,
            data,
            ours | {"sigma_is": sigma_is != "relative" or None, "outliers": outliers != "keep" or None},
            {**training, "start": start, "loss": None if loss is mse else loss, "missing": missing, "seed": seed,
             "seconds": seconds, "watch": watch},
        )  # fmt: skip
    for option in training:
        raise unknown(option, model)
    choice("sigma_is", sigma_is, ("relative", "known"))
    choice("outliers", outliers, ("keep", "leave out"))
    expect_loss(loss)
    definition(errors, loss, 1)  # before the work, not after it
    if seconds is not None:
        expect("a number above 0", "seconds=60", seconds=seconds)
    bound, points = bind(model, data, sigma=sigma, missing=missing, parameters=parameters)
    loss.check(points.y, points.sigma)
    if sigma_is == "known" and points.sigma is None:
        raise OptionError('sigma_is is "known", but there is no sigma\nhint: sigma="column", an array or a number')
    problem, known = pose(bound, points, loss, start or {}, bounds or {}, fix or {})
    left_out, stopped = None, None
    with watched(watch) as watching:
        budget = Budget(allowed(seconds, points.n), watching)
        if outliers == "leave out":
            problem, left_out, stopped = _without_outliers(problem, known, seed, budget)
        descent, problem = solve(problem, known, seed, budget) if stopped is None else (stopped, problem)
    if budget.over:
        descent = replace(descent, interrupted=False, settled=np.zeros(1, dtype=bool), spent=budget.seconds)
    descent = upright(problem, descent, known)
    effort = Effort(budget.taken, budget.seconds, problem.tally.tried)
    known_size = sigma_is == "known" and points.sigma is not None
    answer = Fit.of(problem, descent, known_size, errors, seed, left_out, effort)
    return answer if stopped is None else replace(answer, notes=(*answer.notes, UNSEARCHED))


def _without_outliers(
    problem: Problem, known: tuple[str, ...], seed: int, watch: Watch | None
) -> tuple[Problem, Outliers | None, Descent | None]:
    """The problem without the points that stand out from a Huber fit, and those points; that fit, if interrupted."""
    from squiggly.outliers import without_outliers

    if isinstance(problem.loss, Poisson):
        raise OptionError(
            'outliers="leave out" goes by a scatter that is the same for all points, that of counts is not\n'
            "hint: fit with poisson, and look at fit.outliers"
        )
    descent, robust = solve(replace(problem, loss=Huber()), known, seed, watch)
    if descent.interrupted:
        return robust, None, descent
    points, left_out = without_outliers(robust, descent)
    return (replace(problem, points=points) if len(left_out) else problem), left_out, None


def pose(
    model: Model,
    points: Points,
    loss: Loss,
    start: Mapping[str, float],
    bounds: Mapping[str, Bound],
    fix: Mapping[str, float],
) -> tuple[Problem, tuple[str, ...]]:
    """The problem to solve, and the free parameters whose start is known. Checks the options against the model."""
    model = model.fix(**fix)
    given = {**model.start, **named_values("start", start, model.names)}
    known = {k: v for k, v in given.items() if k in model.free}
    limits = bounded(bounds, model.names, known, model.fixed)
    if points.n < len(model.free):
        raise DataError(
            f"{points.n} points cannot determine {len(model.free)} parameters, "
            f"{listed(model.free) if len(model.free) <= 20 else some(model.free)}\n"
            "hint: measure more points, or hold some parameters constant with fix"
        )
    _expect_size(points)
    values = np.array([float(model.fixed.get(n, known.get(n, 1.0))) for n in model.names])
    lows, highs = (np.array([limits.get(n, (-np.inf, np.inf))[i] for n in model.free]) for i in (0, 1))
    return Problem(model, points, loss, model.free, values, lows, highs), tuple(n for n in model.free if n in known)


def _expect_size(points: Points) -> None:
    """Refuse y (in units of sigma) whose square float64 cannot hold."""
    size = float(np.abs(points.y / (1.0 if points.sigma is None else points.sigma)).max())
    if size and not SMALLEST < size < LARGEST:
        raise DataError(
            f"{points.target} reaches {size:g}{' sigma' if points.sigma is not None else ''}: "
            "squares of that do not fit in a float64\n"
            "hint: measure it in another unit, so that it lies between 1e-140 and 1e140"
        )
