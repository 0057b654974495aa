"""How many straight pieces points need, and how near any number of them can come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from squiggly.errors import OptionError
from squiggly.loss import mse
from squiggly.points import Points

if TYPE_CHECKING:
    from squiggly.model import Model
    from squiggly.result import Fit

MOST_PIECES = 100  # of which the limit is computed
MOST_HINGES = 32  # that are chosen for anyone
POINTS_A_HINGE = 5  # at least: fewer could be chased one by one
COUNTED = 3  # parameters that a hinge counts as: its slope, and its place twice, since that was searched for
ENOUGH = 1e-3  # of the height of the points: an rms at which no more hinges are asked for
PATIENCE = 3  # numbers of hinges on either side that are no better, before the best is taken


def limit_of_pieces(data: Any, n: int = 16, *, sigma: Any = None, missing: str = "refuse") -> np.ndarray:
    """The lowest rms that any line of 1, 2 … n straight pieces can have on these points: (n,).

    The pieces need not join, so no sum of n - 1 rectified lines comes lower, however it was found. In units of y, or of
    sigma where it is given. Exact for up to 2,000 different x; beyond, a bound that is a little lower still.

    data: an (x, y) pair, a dict of arrays, a path or a frame: one input, then what was measured
    Raises DataError or OptionError.

    >>> limit_of_pieces(([0, 1, 2, 3, 4], [0, 1, 2, 1, 0]), 2).round(6)
    array([0.748331, 0.      ])
    """
    from squiggly.binding import bind
    from squiggly.shapes import line
    from squiggly.solve.segments import best_pieces

    if not isinstance(n, int) or isinstance(n, bool) or not 1 <= n <= MOST_PIECES:
        raise OptionError(f"n is {n!r}, a whole number from 1 to {MOST_PIECES} was expected\nhint: n=16")
    _, points = bind(line("_"), data, sigma=sigma, missing=missing)
    return np.sqrt(best_pieces(points.x, points.y, points.sigma, n).costs / points.n)


def limit_of(fit: Fit) -> float | None:
    """The lowest squared loss of any line of as many straight pieces as the fitted model has; None for other models."""
    from squiggly.solve.hinges import most_pieces
    from squiggly.solve.segments import best_pieces

    pieces = most_pieces(fit.model) if fit.loss_function == mse else None
    if pieces is None or not 2 <= pieces <= MOST_PIECES:
        return None
    points = fit.points
    lowest = best_pieces(points.x, points.y, points.sigma, pieces).costs[-1] / points.n
    return min(float(lowest), fit.loss)  # they differ by rounding where the limit is reached


def enough_hinges(points: Points) -> tuple[int, str]:
    """How many hinges a line through these points should have, and why, in words.

    The number whose fit has the lowest Bayesian information criterion, n·ln(chi²/n) + k·ln(n)·n/(n - k - 1), each hinge
    counting as three parameters: its place was searched for, and that alone finds a little on any straight line. The
    last factor is Hurvich and Tsai's (1989) for few points. What lies within a thousandth of the height of the points
    counts as nothing: where there is no noise, hinges end there.
    """
    from squiggly.solve.field import hinged_line, search
    from squiggly.solve.segments import best_pieces

    n = points.n
    most = min(MOST_HINGES, n // POINTS_A_HINGE, max(len(np.unique(points.x)) - 2, 0))
    height = float(np.ptp(points.y))
    if most == 0 or height == 0.0:
        return 0, "no hinges: the points are too few to show one" if height else "no hinges: the points lie level"
    spread = 1.0 if points.sigma is None else float(np.sqrt(n / np.sum(points.sigma**-2.0)))
    enough = n * (ENOUGH * height / spread) ** 2  # of a sum of squares
    whole = hinged_line(points, most)

    @cache
    def criterion(hinges: int) -> float:
        at = search(hinged_line(points, hinges, averaged=True), True, thorough=False)[0] if hinges else np.empty(0)
        return _criterion(n, max(whole.residual(at), enough), hinges)

    runs = hinged_line(points, 0, averaged=True)
    within = max(float(whole.y @ whole.y - runs.y @ runs.y), 0.0)  # what lies within runs is the same for all
    limits = within + best_pieces(runs.x, runs.y / runs.weight, 1.0 / runs.weight, most + 1).costs
    guess = int(np.argmin([_criterion(n, max(cost, enough), h) for h, cost in enumerate(limits)]))
    chosen = min(_around(criterion, guess, most), key=lambda h: (criterion(h), h))
    called = f"{chosen or 'no'} hinge{'s' * (chosen != 1)}"
    if chosen == MOST_HINGES:
        return chosen, f"{called}, the most that are tried: more would come nearer"
    if criterion(chosen) <= _criterion(n, enough, chosen):
        reached = "enough to come" if chosen else "a straight line comes"
        return chosen, f"{called}: {reached} within {100 * ENOUGH:g} % of the height of the points"
    more = "one" if not chosen else "another"
    return chosen, f"{called}: {more} would gain less than chance gives (Bayesian information criterion)"


def _criterion(n: int, squares: float, hinges: int) -> float:
    k = 2 + COUNTED * hinges
    if k >= n - 1:
        return float("inf")
    return n * float(np.log(squares / n)) + n / (n - k - 1) * k * float(np.log(n))


def _around(criterion: Callable[[int], float], guess: int, most: int) -> list[int]:
    """The numbers of hinges to compare: from the guess up and down, until a few in a row are no better."""
    tried = [guess]
    for step in (1, -1):
        best, h = guess, guess
        while 0 <= h + step <= most and abs(h + step - best) <= PATIENCE:
            h += step
            tried.append(h)
            best = h if criterion(h) < criterion(best) else best
    return tried


def sized(points: Points, built: Callable[[int], Model]) -> Model:
    """The model with as many hinges as the points need, and a note that says why."""
    hinges, why = enough_hinges(points)
    return replace(built(hinges), note=why)
