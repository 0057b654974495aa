"""Variable projection for many starts at once: rank them, and walk each a little way down.

Parameters that enter linearly are always at their best for the others (Golub & Pereyra, 1973), so only the others are
searched. All sums over the points are formed once, as the table of products of the model's columns with each other and
with the residual; what follows is elimination in tables of a few rows, for all starts together. That is far quicker
than factoring each, and blind to the last seven digits: enough to choose where the careful solver begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from squiggly.solve.least_squares import Watch
from squiggly.solve.problem import Problem

BATCH = 16_384  # numbers in one column of a batch: its table stays in the processor's cache
ENOUGH = 2_000  # candidates among which those to walk are chosen
TINY = 1e-13  # a pivot below this share of what it was is none


@dataclass(frozen=True)
class Walked:
    """Where a batch of starts is.

    values: (batch, free).  cost: (batch,), the squared loss, inf where it has no value.  interrupted: by Ctrl-C
    """

    values: np.ndarray
    cost: np.ndarray
    interrupted: bool = False

    def take(self, rows: np.ndarray) -> Walked:
        return Walked(self.values[rows], self.cost[rows], self.interrupted)

    def joined(self, other: Walked) -> Walked:
        values, cost = np.concatenate([self.values, other.values]), np.concatenate([self.cost, other.cost])
        return Walked(values, cost, self.interrupted or other.interrupted)


def chunks(problem: Problem, n: int) -> list[slice]:
    """A batch of n starts in slices that the cache can hold; one by one where each is a slow call."""
    size = max(BATCH // problem.points.n, 8) if problem.model.expr is not None else 1
    return [slice(i, i + size) for i in range(0, n, size)]


def columns(problem: Problem, free_values: np.ndarray, wanted: Sequence[str]) -> np.ndarray:
    """The derivatives by the wanted parameters, then the residual, in units of sigma: (batch, wanted + 1, n)."""
    problem.tally.tried += len(free_values)
    rows = problem.model.rows(problem.whole(free_values), problem.points.inputs, tuple(wanted))
    out = np.empty_like(rows)
    out[:, :-1] = rows[:, 1:]
    with np.errstate(all="ignore"):
        np.subtract(problem.points.y, rows[:, 0], out=out[:, -1])
        if problem.points.sigma is not None:
            out /= problem.points.sigma
    return out


def summed(problem: Problem, free_values: np.ndarray, wanted: Sequence[str]) -> np.ndarray:
    """The products of the columns: (batch, wanted + 1, wanted + 1). A slope of 0·∞ counts as none, as in `Problem`."""
    table = columns(problem, free_values, wanted)
    square = products(table)
    lost = np.isnan(square).any(axis=(1, 2)) & np.isfinite(square[:, -1, -1])
    if lost.any():
        square[lost] = products(np.where(np.isnan(table[lost]), 0.0, table[lost]))
    return square


def products(table: np.ndarray) -> np.ndarray:
    """Every column times every other, summed over the points: (batch, k, n) -> (batch, k, k)."""
    with np.errstate(all="ignore"):
        return table @ np.ascontiguousarray(table.swapaxes(1, 2))


def eliminate(square: np.ndarray, first: int, last: int) -> None:
    """Eliminate the rows first … last-1 of symmetric tables (batch, k, k), in place.

    Below and right of them is left what the others cannot explain of the rest; the rows themselves are scaled for
    `substitute`. A row that earlier ones explain wholly is left out: its pivot becomes inf.
    """
    with np.errstate(all="ignore"):
        for k in range(first, last):
            own = square[:, k, k]
            factor = square[:, k, k + 1 :] / own[:, None]
            square[:, k + 1 :, k + 1 :] -= square[:, k + 1 :, k, None] * factor[:, None, :]
            square[:, k, k + 1 :] = factor


def guarded(square: np.ndarray, ridge: float = TINY) -> np.ndarray:
    """A copy whose diagonal is a little larger, so that dependent columns can be eliminated; nothing of size 0."""
    square = square.copy()
    k = square.shape[1] - 1
    at = np.arange(k)
    diagonal = square[:, at, at]
    square[:, at, at] = np.where(diagonal > 0, diagonal * (1.0 + ridge), 1.0)
    return square


def substitute(square: np.ndarray, last: int) -> np.ndarray:
    """The first `last` unknowns of eliminated tables, their right sides in the last column: (batch, last)."""
    answer = square[:, :last, -1].copy()
    with np.errstate(all="ignore"):
        for k in range(last - 2, -1, -1):
            answer[:, k] -= np.einsum("bi,bi->b", square[:, k, k + 1 : last], answer[:, k + 1 :])
    return answer


def rank(problem: Problem, free_values: np.ndarray, linear: Sequence[str], watch: Watch | None = None) -> Walked:
    """The batch with its linear parameters at their best, and its cost: (batch, free).

    Ctrl-C ends it with what was ranked until then.
    """
    values, cost = free_values.copy(), np.full(len(free_values), np.inf)
    at = [problem.free.index(n) for n in linear]
    values[:, at] = 0.0
    interrupted = False
    try:
        for part in chunks(problem, len(values)):
            square = guarded(summed(problem, values[part], linear))
            eliminate(square, 0, len(at))
            best = substitute(square, len(at))
            values[part, at] = np.where(np.isfinite(best), best, problem.values[problem.where][at])
            cost[part] = square[:, -1, -1]
            if watch is not None:
                watch(0, values[part][0], float(cost[part][0]))
    except KeyboardInterrupt:
        if not np.isfinite(cost).any():
            raise
        interrupted = True
    return replace(_judged(problem, values, cost), interrupted=interrupted)


def _judged(problem: Problem, values: np.ndarray, cost: np.ndarray) -> Walked:
    """Values within their bounds; where one had to be moved there, the cost it has then."""
    outside = ((values < problem.low) | (values > problem.high)).any(axis=1)
    values = np.clip(values, problem.low, problem.high)
    cost = np.where(np.isfinite(cost) & np.isfinite(values).all(axis=1), np.maximum(cost, 0.0), np.inf)
    moved = np.flatnonzero(outside & np.isfinite(cost))
    for part in chunks(problem, len(moved)):
        rows = moved[part]
        left = columns(problem, values[rows], ())[:, 0]
        cost[rows] = np.einsum("bn,bn->b", left, left)
    return Walked(values, np.where(np.isnan(cost), np.inf, cost))


def walk(
    problem: Problem, start: Walked, linear: Sequence[str], stages: Sequence[int], watch: Watch | None = None
) -> Walked:
    """Damped Gauss-Newton steps in the parameters that are not linear, the linear ones following.

    stages: so many steps each; after every stage but the last the worse half stays where it is, three go on at least.
    The damping is Levenberg's with Marquardt's scaling; the derivative is Kaufman's (1975), without the second-order
    term. Linear parameters that have bounds are walked like the others. Ctrl-C ends it where it is.
    """
    limited = np.isfinite(problem.low) | np.isfinite(problem.high)
    inner = [n for n in linear if not limited[problem.free.index(n)]]
    outer = [n for n in problem.free if n not in inner]
    if not outer or not len(start.cost):
        return start
    walkers = _Walkers.at(problem, start, inner, outer)
    interrupted = False
    try:
        for stage, steps in enumerate(stages):
            for _ in range(steps):
                walkers.step()
                if watch is not None:
                    first = int(np.argmin(walkers.cost))
                    watch(0, walkers.values[first][np.argsort(walkers.at_free)], float(walkers.cost[first]))
            if stage + 1 < len(stages):
                walkers.cull()
    except KeyboardInterrupt:
        interrupted = True
    return replace(walkers.ended(), interrupted=interrupted)


@dataclass
class _Walkers:
    """Walkers while they walk, one row each; changed in place. Columns are in the order of `names`.

    held: how many of the names, the first, are always at their best; live: those that still walk
    best: each one's products, the rows of the first names eliminated
    """

    problem: Problem
    names: list[str]
    held: int
    at_free: np.ndarray
    values: np.ndarray
    cost: np.ndarray
    best: np.ndarray
    damping: np.ndarray
    growth: np.ndarray
    live: np.ndarray

    @classmethod
    def at(cls, problem: Problem, start: Walked, inner: list[str], outer: list[str]) -> _Walkers:
        names = [*inner, *outer]
        at_free = np.array([problem.free.index(n) for n in names])
        n, k = len(start.cost), len(names)
        walkers = cls(
            problem, names, len(inner), at_free, start.values[:, at_free], np.full(n, np.inf),
            np.zeros((n, k + 1, k + 1)), np.full(n, 1e-2), np.full(n, 2.0), np.arange(n),
        )  # fmt: skip
        walkers.best, walkers.cost = walkers.look(walkers.values)
        return walkers

    def look(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The products at values in the order of names, and the cost with the first names at their best."""
        whole = np.empty_like(values)
        whole[:, self.at_free] = values
        parts = [summed(self.problem, whole[part], self.names) for part in chunks(self.problem, len(whole))]
        square = guarded(parts[0] if len(parts) == 1 else np.concatenate(parts))
        eliminate(square, 0, self.held)
        good = np.isfinite(square).all(axis=(1, 2))
        return square, np.where(good, np.maximum(square[:, -1, -1], 0.0), np.inf)

    def step(self) -> None:
        """One trial for each live walker, kept where it is lower."""
        live, k = self.live, len(self.names)
        damped = self.best[live]
        for i in range(self.held, k):
            own = damped[:, i, i]
            damped[:, i, i] = np.where(own > 0, own, 1.0) * (1.0 + self.damping[live])
        eliminate(damped, self.held, k)
        shift = substitute(damped, k)
        guess = self.values[live] + np.where(np.isfinite(shift), shift, 0.0)
        guess = np.clip(guess, self.problem.low[self.at_free], self.problem.high[self.at_free])
        square, cost = self.look(guess)
        better = cost < self.cost[live]
        took, failed = live[better], live[~better]
        self.values[took], self.cost[took], self.best[took] = guess[better], cost[better], square[better]
        self.damping[took] = np.maximum(self.damping[took] / 5.0, 1e-12)
        self.growth[took] = 2.0
        self.damping[failed] *= self.growth[failed]
        self.growth[failed] *= 2.0

    def cull(self) -> None:
        """Leave the worse half of the live walkers where they are."""
        order = self.live[np.argsort(self.cost[self.live], kind="stable")]
        self.live = order[: max((len(order) + 1) // 2, min(3, len(order)))]

    def ended(self) -> Walked:
        """Where they are, the first names at their best for that."""
        values = self.values.copy()
        values[:, : self.held] += _inner(self.best, self.held)
        out = np.empty_like(values)
        out[:, self.at_free] = values
        return Walked(out, self.cost)


def _inner(square: np.ndarray, held: int) -> np.ndarray:
    """The step of the first `held` unknowns of tables eliminated that far, the others staying: (batch, held)."""
    step = substitute(square[:, :, [*range(held), square.shape[1] - 1]], held)
    return np.where(np.isfinite(step), step, 0.0)


def unlike(drawn: np.ndarray, cost: np.ndarray, most: int) -> np.ndarray:
    """The rows of lowest finite cost that are no neighbours of a better one, best first."""
    order = np.argsort(cost, kind="stable")
    order = order[np.isfinite(cost[order])]
    if not len(order):
        return np.zeros(1, dtype=int)
    n, q = drawn.shape
    place = np.argsort(np.argsort(drawn, axis=0, kind="stable"), axis=0) / max(n, 1)  # evenly spread over 0 … 1
    apart = 0.75 * n ** (-1.0 / max(q, 1)) if n > 1 else 0.0
    order = order[: max(ENOUGH, 20 * most)]  # the chosen are among them
    place, chosen = place[order], []
    free = np.ones(len(order), dtype=bool)
    for _ in range(most):
        if not free.any():
            break
        first = int(np.argmax(free))
        chosen.append(order[first])
        free &= np.abs(place - place[first]).max(axis=1, initial=0.0) > apart
        free[first] = False
    return np.array(chosen)
