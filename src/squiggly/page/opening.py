"""Where a lab opens: the best it will be measured against, the start of its sliders, the rate of its first descent."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from squiggly.descent import value_and_gradient
from squiggly.errors import SquigglyError
from squiggly.fitting import fit
from squiggly.loss import Huber, Loss
from squiggly.model import Model
from squiggly.optimizers import SGD, Optimizer
from squiggly.options import Bound
from squiggly.points import Points
from squiggly.solve.folds import folded
from squiggly.solve.hinges import bent

MOST_FITTED = 20  # free parameters up to which the best is searched for
MOST_BENT = 100  # … where they are those of bent lines, which are placed by a search of their own
FEW = 6  # parameters up to which all start at 1 where nothing is known of them
MOST_TRIED = 500  # points on which rates are tried
RATE = 0.01
AWAY = (0.5, 0.25, 0.1, 0.03, 0.01, 0.003, 0.001)  # of each value: how far from the best the sliders begin


def best_of(
    model: Model, points: Points, loss: Loss, bounds: Mapping[str, Bound]
) -> tuple[dict[str, float] | None, Loss]:
    """What a fit finds under this loss, and the loss it used (huber's bend chosen); None where there is no answer."""
    if len(model.free) > (MOST_BENT if _bends(model) else MOST_FITTED):
        return None, loss
    try:
        found = fit(model, points, loss=loss, bounds=bounds, errors="jacobian")  # the quickest: none is shown
    except SquigglyError:  # fewer points than parameters, or a model without a value on them: the page opens without
        return None, loss
    finite = all(map(math.isfinite, found.values.values()))
    return (found.values if finite else None), found.loss_function


def bend(model: Model, points: Points | None, loss: Loss, best: Mapping[str, float] | None) -> float:
    """Where huber bends on the page: its own delta, or 1.345 spreads of the best curve's residuals, or 1."""
    if isinstance(loss, Huber) and loss.delta is not None:
        return float(loss.delta)
    if points is None or best is None:
        return 1.0
    residuals = np.abs(points.y - model.predict(points.inputs, **best))
    spread = 1.4826 * float(np.median(residuals / (1.0 if points.sigma is None else points.sigma)))
    return 1.345 * spread if 0 < spread < math.inf else 1.0


def _bends(model: Model) -> bool:
    """Whether its hinges or creases are placed by a search of their own."""
    return model.expr is not None and (bent(model, model.free) or folded(model, model.free)) is not None


def start_of(
    model: Model,
    points: Points | None,
    best: Mapping[str, float] | None,
    known: Mapping[str, float],
    limits: Mapping[str, tuple[float, float]],
    across: tuple[float, float],
) -> dict[str, float]:
    """Where the sliders begin: at values that are known; otherwise off the best, yet on the screen.

    Without a best: at 1, or, where there are many parameters, spread over -1 … 1, so that no two begin alike; hinges
    at even places `across` the range of x.
    """
    silent = [n for n in model.names if n not in known and n not in model.fixed]
    guess = {n: 1.0 for n in silent} if len(silent) <= FEW else _spread(silent)
    form = None if len(model.inputs) > 1 else bent(model, model.free)
    if form is not None:
        low, high = across
        placed = [h for h in form.hinges if h.place in guess and h.slope is not None]
        guess = _spread(silent) | {
            h.place: float(h.value(round(low + (k + 1) / (len(placed) + 1) * (high - low), 3)))
            for k, h in enumerate(placed)
        }
    if points is not None and best is not None:
        guess = _off(model, points, best, silent)
    low_high = {n: limits.get(n, (-math.inf, math.inf)) for n in silent}
    guess = {n: min(max(v, low_high[n][0]), low_high[n][1]) for n, v in guess.items()}
    return {n: {**guess, **known, **model.fixed}[n] for n in model.names}


def _spread(names: list[str]) -> dict[str, float]:
    golden = (math.sqrt(5) - 1) / 2
    return {n: round(2 * ((k + 1) * golden % 1) - 1, 2) for k, n in enumerate(names)}


def _off(model: Model, points: Points, best: Mapping[str, float], names: list[str]) -> dict[str, float]:
    """The named values moved off the best, as far as the curve moves by no more than the height of the points."""
    there = model.predict(points.inputs, **best)
    height = float(np.ptp(points.y)) or 1.0
    for share in AWAY:
        moved = {n: _shorter(best[n] * (1 - share), best[n] * share) for n in names}
        curve = model.predict(points.inputs, **{**best, **moved})
        if np.isfinite(curve).all() and np.abs(curve - there).max() <= height:
            return moved
    return {n: best[n] for n in names}


def _shorter(value: float, unit: float) -> float:
    """The value to a tenth of what it was moved by: few digits, still off.

    >>> _shorter(1.45885, 1.45885), _shorter(1983.123, 20.03)
    (1.5, 1983.0)
    """
    if not unit:
        return value
    digits = 1 - math.floor(math.log10(abs(unit)))
    return round(value, digits)


def rate_of(
    model: Model, points: Points | None, loss: Loss, start: Mapping[str, float], optimizer: Optimizer, steps: int
) -> float:
    """0.01, or as many times smaller by ten as the first steps need to come lower rather than run away."""
    if points is None or not isinstance(optimizer, SGD):
        return RATE
    few, optimizer = _thinned(points), replace(optimizer, zero_gradient=True)
    values = np.array([start[n] for n in model.names])
    for tenths in range(60):
        rate = float(f"1e-{2 + tenths}")
        if _descends(model, few, loss, values, optimizer, rate, min(steps, 50)):
            return rate
    return RATE


def _thinned(points: Points) -> Points:
    every = -(-points.n // MOST_TRIED)
    sigma = None if points.sigma is None else points.sigma[::every]
    return Points({n: v[::every] for n, v in points.inputs.items()}, points.y[::every], sigma, points.target)


def _descends(
    model: Model, points: Points, loss: Loss, values: np.ndarray, optimizer: SGD, rate: float, steps: int
) -> bool:
    free = np.array([n not in model.fixed for n in model.names])
    state = optimizer.begin(values[free])
    first, gradient = value_and_gradient(model, points, loss, values)
    now = first
    for _ in range(steps):
        with np.errstate(all="ignore"):
            moved, state = optimizer.step(values[free], gradient[free], rate, state)
        values = values.copy()
        values[free] = moved
        now, gradient = value_and_gradient(model, points, loss, values)
        if not math.isfinite(now):
            return False
    return now <= first
