"""fit(): the front door. It binds the data, chooses how to solve, and says what it chose."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np

from squiggly.binding import bind
from squiggly.errors import DataError, OptionError, listed
from squiggly.loss import Huber, Loss, MeanAbsolute, expect_loss, mse
from squiggly.model import Model
from squiggly.options import Bound, bounded, choice, named_values
from squiggly.points import Points
from squiggly.progress import watched
from squiggly.result import Fit
from squiggly.solve.least_squares import MOST_STEPS, Descent, Watch, column_norms, minimise
from squiggly.solve.linear import closed_form, linear_parameters, solve_linear
from squiggly.solve.problem import Problem
from squiggly.solve.starts import find_starts

SMALLEST, LARGEST = 1e-140, 1e140  # of y, in units of sigma
MOST_TURNED = 12  # negative parameters up to which every pair of signs is tried
SAME = 4e-16  # relative difference of two curves that are one
HURRIED = 60  # steps for the less promising starts, once the best has settled


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
    missing: str = "refuse",
    parameters: Sequence[str] = (),
    seed: int = 0,
    watch: Watch | None = None,
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
    missing:  "refuse" rows with gaps, or "drop" and count them
    parameters: names that are parameters even where a column has the same name
    seed:     of the search for start values: the same seed gives the same answer
    watch:    called after each step with its number, the values and the cost; by default a line of progress is shown
              on a terminal after a second. Ctrl-C returns the best so far, and the verdict says so

    Returns a Fit. Raises DataError, FormulaError, ModelError or OptionError.

    >>> answer = fit("y = a*x + b", {"x": [0, 1, 2, 3], "y": [1, 3.1, 4.9, 7]})
    >>> round(answer.parameters["a"].value, 3)
    1.98
    """
    choice("sigma_is", sigma_is, ("relative", "known"))
    expect_loss(loss)
    bound, points = bind(model, data, sigma=sigma, missing=missing, parameters=parameters)
    loss.check(points.y, points.sigma)
    if sigma_is == "known" and points.sigma is None:
        raise OptionError('sigma_is is "known", but there is no sigma\nhint: sigma="column", an array or a number')
    problem, known = pose(bound, points, loss, start or {}, bounds or {}, fix or {})
    with watched(watch) as watching:
        descent, problem = solve(problem, known, seed, watching)
    descent = upright(problem, descent, known)
    return Fit.of(problem, descent, known=sigma_is == "known" and points.sigma is not None)


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
            f"{points.n} points cannot determine {len(model.free)} parameters, {listed(model.free)}\n"
            "hint: measure more points, or hold some parameters constant with fix"
        )
    _expect_size(points)
    values = np.array([float(model.fixed.get(n, known.get(n, 1.0))) for n in model.names])
    lows, highs = (np.array([limits.get(n, (-np.inf, np.inf))[i] for n in model.free]) for i in (0, 1))
    return Problem(model, points, loss, model.free, values, lows, highs), tuple(n for n in model.free if n in known)


def solve(problem: Problem, known: Sequence[str], seed: int, watch: Watch | None) -> tuple[Descent, Problem]:
    """The best descent, and the problem it solved (a loss may have had its scale chosen on the way)."""
    if isinstance(problem.loss, MeanAbsolute):
        return _least_absolute(problem, known, seed, watch)
    if isinstance(problem.loss, Huber) and problem.loss.delta is None:
        return _huber_by_spread(problem, known, seed, watch)
    return _solve_smooth(problem, known, seed, watch), problem


def _solve_smooth(problem: Problem, known: Sequence[str], seed: int, watch: Watch | None) -> Descent:
    linear = linear_parameters(problem.model, problem.free)
    if linear == problem.free and problem.loss == mse and (solved := closed_form(problem)) is not None:
        return solved
    squared = replace(problem, loss=mse)
    given = problem.values[problem.where][None]
    if linear and linear == problem.free:
        starts = np.concatenate([solve_linear(squared, given, linear), given])
    elif set(known) >= set(problem.free):
        starts = np.concatenate([given, solve_linear(squared, given, linear)]) if linear else given
    else:
        starts, interrupted = find_starts(problem, known, linear, seed, watch)
        if interrupted:
            return replace(minimise(problem.factor, starts[:1], problem.low, problem.high, most=0), interrupted=True)
        return _rescued(problem, _lowest(problem, starts, watch), known, seed, watch)
    found = minimise(problem.factor, starts, problem.low, problem.high, watch=watch).best()
    return _rescued(problem, found, known, seed, watch)


def _rescued(problem: Problem, found: Descent, known: Sequence[str], seed: int, watch: Watch | None) -> Descent:
    """The descent; or, where the given starts led nowhere (unsettled, or a parameter without effect), a better one."""
    norms = column_norms(found.triangle[0, :-1, :-1])
    lame = not found.settled[0] or bool((norms * np.maximum(np.abs(found.values[0]), 1e-300) < 1e-290).any())
    if not known or not lame or found.interrupted:
        return found
    elsewhere = _solve_smooth(problem, (), seed, watch)
    better = elsewhere if elsewhere.cost[0] < found.cost[0] * (1 - 1e-9) else found
    return replace(better, interrupted=elsewhere.interrupted)


def _lowest(problem: Problem, starts: np.ndarray, watch: Watch | None) -> Descent:
    """The best end of several starts, the most promising first: once it has settled, the others must be quick."""
    first = minimise(problem.factor, starts[:1], problem.low, problem.high, watch=watch)
    if len(starts) == 1 or first.interrupted:
        return first
    most = HURRIED if first.settled[0] else MOST_STEPS
    others = minimise(problem.factor, starts[1:], problem.low, problem.high, most=most, watch=watch).best()
    if others.cost[0] < first.cost[0] * (1 - 1e-9) and not others.settled[0] and not others.interrupted:
        others = minimise(problem.factor, others.values, problem.low, problem.high, watch=watch)
    return replace(first.or_better(others), interrupted=others.interrupted)


def _least_absolute(problem: Problem, known: Sequence[str], seed: int, watch: Watch | None) -> tuple[Descent, Problem]:
    """Least absolute deviations: a Huber loss whose round bottom shrinks to nothing, one fit after another."""
    squared = replace(problem, loss=mse)
    found = _solve_smooth(squared, known, seed, watch)
    way = found.trail
    spread = _spread(squared, found.values) or 1.0
    for shrink in range(1, 10):
        if not found.interrupted:
            rounded = replace(problem, loss=Huber(delta=spread * 10.0**-shrink))
            found = minimise(rounded.factor, found.values, problem.low, problem.high, most=200, watch=watch)
            way += found.trail
    return replace(_seen_by(problem, found, way), settled=np.array([not found.interrupted])), problem


def _huber_by_spread(problem: Problem, known: Sequence[str], seed: int, watch: Watch | None) -> tuple[Descent, Problem]:
    """Huber with delta at 1.345 spreads of a least absolute fit's residuals: 95 % efficient on clean data."""
    found, _ = _least_absolute(replace(problem, loss=MeanAbsolute()), known, seed, watch)
    way = found.trail
    spread = _spread(problem, found.values)
    problem = replace(problem, loss=Huber(delta=1.345 * spread if spread > 0 else 1.0))
    if not found.interrupted:
        found = minimise(problem.factor, found.values, problem.low, problem.high, watch=watch)
        way += found.trail
    return _seen_by(problem, found, way), problem


def _seen_by(problem: Problem, found: Descent, way: tuple[Any, ...]) -> Descent:
    """A descent that went by other losses, with the costs this problem gives to its way and its end."""
    triangle, cost = problem.factor(found.values)
    return replace(found, triangle=triangle, cost=cost, trail=tuple((at, v, problem.cost(v)) for at, v, _ in way))


def _turns(turned: Sequence[int], movable: Sequence[int]) -> Iterator[Callable[[np.ndarray], np.ndarray]]:
    """Ways to make negative parameters positive: turn one, turn two, or turn one while two others change places."""

    def turn(values: np.ndarray, signs: Sequence[int], places: Sequence[int] = ()) -> np.ndarray:
        values = values.copy()
        values[0, list(signs)] *= -1
        values[0, list(places)] = values[0, list(places)[::-1]]
        return values

    yield from (partial(turn, signs=(i,)) for i in turned)
    yield from (partial(turn, signs=pair) for pair in combinations(turned, 2))
    if len(movable) <= MOST_TURNED:
        pairs = list(combinations(movable, 2))
        yield from (partial(turn, signs=(i,), places=pair) for i in turned for pair in pairs if i not in pair)


def upright(problem: Problem, descent: Descent, known: Sequence[str]) -> Descent:
    """The same curve with positive parameters where the sign makes no difference, as in a width that is only squared.

    So is a logistic of negative hill the same as one of positive hill with bottom and top exchanged. A parameter whose
    start was given keeps its sign.
    """
    values = descent.values.copy()
    turned = [i for i, n in enumerate(problem.free) if values[0, i] < 0 and n not in known]
    turned = [i for i in turned if problem.low[i] <= -values[0, i] <= problem.high[i]]
    if not turned or len(turned) > MOST_TURNED or linear_parameters(problem.model, problem.free) == problem.free:
        return descent
    for turn in _turns(turned, [i for i, n in enumerate(problem.free) if n not in known]):
        other = turn(values)
        inside = bool(((problem.low <= other) & (other <= problem.high)).all())
        if inside and (other[0, turned] < 0).sum() < (values[0, turned] < 0).sum():
            both = problem.model.rows(problem.whole(np.concatenate([values, other])), problem.points.inputs)
            values = other if np.ptp(both, axis=0).max() <= SAME * np.abs(both[0]).max() else values
    if np.array_equal(values, descent.values):
        return descent
    triangle, cost = problem.factor(values)
    return replace(descent, values=values, triangle=triangle, cost=cost)


def _spread(problem: Problem, free_values: np.ndarray) -> float:
    """The residuals' median size as a standard deviation (1.4826 · median |r|), in units of y, or of sigma if given."""
    points = problem.points
    [[predicted]] = problem.model.rows(problem.whole(free_values), points.inputs)
    residuals = (points.y - predicted) / (1.0 if points.sigma is None else points.sigma)
    return 1.4826 * float(np.median(np.abs(residuals)))


def _expect_size(points: Points) -> None:
    """Refuse y (in units of sigma) whose square float64 cannot hold."""
    size = float(np.abs(points.y / (1.0 if points.sigma is None else points.sigma)).max())
    if size and not SMALLEST < size < LARGEST:
        raise DataError(
            f"{points.target} reaches {size:g}{' sigma' if points.sigma is not None else ''}: "
            "squares of that do not fit in a float64\n"
            "hint: measure it in another unit, so that it lies between 1e-140 and 1e140"
        )
