"""Levenberg-Marquardt for a batch of starts at once, run to the floor of float64.

A single fit is a batch of one. Each step solves min |Aδ + b|² + λ|Dδ|² through the singular values of the scaled
triangle, so that the damping λ can change without new work and the rank is seen. D is the largest column norm met so
far (Moré, 1978), λ follows the ratio of the gained to the promised decrease (Nielsen, 1999). A parameter on its bound
that would leave is held there for the step.

Near the minimum the cost is flat to rounding long before the parameters are settled to their last digits: steps that
leave the cost equal to rounding are then judged by the residuals' component along the model's tangents, which goes on
shrinking.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

Factor = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
Watch = Callable[[int, np.ndarray, float], None]

MOST_STEPS = 500
SETTLED = 1e-10  # |residual along the tangents| / |residual|: the step that is left, in units of the standard error
ROUNDING = 1e-13  # relative change of a cost that means nothing
NO_MORE = 1e10  # damping past which no step is different from none
DAMPING = 1e-3  # of the first step
TRAILED = 16  # descents in a batch whose way is kept


@dataclass(frozen=True)
class Descent:
    """Where a batch of descents ended.

    values: (batch, free); cost: (batch,); triangle: (batch, F+1, F+1), as `Problem.factor` gives it
    settled: (batch,), whether each reached a minimum; steps: how many trials were made
    trail: for a small batch, which descents moved at each step, with their new values and costs, the starts first
    rivals: (k, free), where other descents ended whose cost is within chi² + s² of the best
    spent: the seconds that were allowed, where they ended it; else 0
    """

    values: np.ndarray
    cost: np.ndarray
    triangle: np.ndarray
    settled: np.ndarray
    steps: int
    interrupted: bool = False
    trail: tuple[tuple[np.ndarray, np.ndarray, np.ndarray], ...] = ()
    rivals: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))
    spent: float = 0.0

    def best(self) -> Descent:
        """The lowest descent alone.

        Of those equal to rounding the one with the smallest values, then the earliest: of two frequencies that are the
        same at the points, that is the lower.
        """
        lowest = np.nanmin(self.cost)
        equal = np.flatnonzero(self.cost <= lowest + 1e-9 * abs(lowest))
        size = _size(self.values[equal])
        k = int(equal[np.lexsort((size, ~self.settled[equal]))[0]]) if len(equal) else 0
        own = [(np.flatnonzero(moved == k), values, cost) for moved, values, cost in self.trail]
        trail = tuple((np.zeros(1, int), values[at], cost[at]) for at, values, cost in own if len(at))
        one = slice(k, k + 1)
        values, cost, triangle = self.values[one], self.cost[one], self.triangle[one]
        return replace(self, values=values, cost=cost, triangle=triangle, settled=self.settled[one], trail=trail)

    def or_better(self, other: Descent) -> Descent:
        """The lower of two descents alone; as in `best` where they are equal to rounding."""
        if not np.isfinite(other.cost[0]) or other.cost[0] > self.cost[0] * (1 + 1e-9):
            return self if np.isfinite(self.cost[0]) else other
        if not other.cost[0] >= self.cost[0] * (1 - 1e-9):
            return other
        mine, theirs = float(_size(self.values)[0]), float(_size(other.values)[0])
        return other if (not other.settled[0], theirs) < (not self.settled[0], mine) else self

    @property
    def path(self) -> list[tuple[np.ndarray, float]]:
        """For a batch of one: every set of values on the way with its cost, the start first."""
        return [(values[0], float(cost[0])) for _, values, cost in self.trail]


def _size(values: np.ndarray) -> np.ndarray:
    """How large parameters are together, blind to rounding: (batch, free) -> (batch,)."""
    return np.round(np.log(np.abs(values).sum(axis=1) + np.finfo(float).tiny), 5)


@dataclass
class _State:
    """The batch while it runs, one row a descent. Changed in place: the one mutable thing in this file."""

    values: np.ndarray
    triangle: np.ndarray
    cost: np.ndarray
    damping: np.ndarray
    growth: np.ndarray
    scale: np.ndarray
    live: np.ndarray
    settled: np.ndarray


def minimise(
    factor: Factor,
    start: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    most: int = MOST_STEPS,
    watch: Watch | None = None,
    grain: float = 0.0,
    damping: float = DAMPING,
) -> Descent:
    """Go down from each start, (batch, free), to a minimum within the bounds.

    damping: of the first step; less where the start is nearly there.
    grain: the size of what rounding does to the residuals; slopes below it are none.
    watch is called after each step with its number, the best values and their cost. A KeyboardInterrupt ends the
    descent with the best so far.
    """
    values = np.clip(np.asarray(start, dtype=float), low, high)
    triangle, cost = factor(values)
    batch, free = values.shape
    state = _State(
        values, triangle, cost, np.full(batch, damping), np.full(batch, 2.0), np.zeros((batch, free)),
        np.isfinite(cost) & (free > 0), np.full(batch, free == 0),
    )  # fmt: skip
    trail = [(np.arange(batch), values.copy(), cost.copy())]
    step, interrupted = 0, False
    try:
        with np.errstate(all="ignore"):
            while step < most and state.live.any():
                took = _step(state, factor, low, high, grain)
                step += 1
                if batch <= TRAILED and len(took):
                    trail.append((took, state.values[took], state.cost[took]))
                if watch is not None:
                    best = int(np.argmin(state.cost))
                    watch(step, state.values[best], float(state.cost[best]))
    except KeyboardInterrupt:
        interrupted = True
    return Descent(state.values, state.cost, state.triangle, state.settled, step, interrupted, tuple(trail))


def _step(state: _State, factor: Factor, low: np.ndarray, high: np.ndarray, grain: float) -> np.ndarray:
    """One trial for each live descent. Returns which of them moved."""
    live = np.flatnonzero(state.live)
    at, damping = state.values[live], state.damping[live, None]
    square, b = _split(state.triangle[live])
    state.scale[live] = np.maximum(state.scale[live], column_norms(square))
    scale = np.where(state.scale[live] > 0, state.scale[live], 1.0)
    gradient = np.einsum("kij,ki->kj", square, b)
    held = ((at <= low) & (gradient > 0)) | ((at >= high) & (gradient < 0))
    scaled = np.where(held[:, None, :], 0.0, square / scale[:, None, :])
    u, s, vt = np.linalg.svd(scaled)
    along = np.einsum("kij,ki->kj", u, b)
    trusted = s > s[:, :1] * 1e-15
    slant = np.sqrt(np.sum(np.where(trusted, along, 0.0) ** 2, axis=1))
    whole = np.sqrt(np.sum(state.triangle[live][:, :, -1] ** 2, axis=1))

    shrink = np.where(trusted, s / (s**2 + damping), 0.0)
    undamped = np.where(trusted, 1.0 / s, 0.0)
    trial = np.clip(at - np.einsum("kji,kj->ki", vt, shrink * along) / scale, low, high)
    full = np.einsum("kji,kj->ki", vt, undamped * along) / scale
    done = (slant <= np.maximum(SETTLED * whole, grain)) | np.all(np.abs(full) <= 1e-15 * np.abs(at), axis=1)
    if done.any():
        state.live[live[done]] = False
        state.settled[live[done]] = True
        if done.all():
            return live[:0]
        live, at, trial, slant, gradient, square, damping = (
            v[~done] for v in (live, at, trial, slant, gradient, square, damping)
        )

    moved = trial - at
    promised = -np.sum(gradient * moved, axis=1) - 0.5 * np.sum(np.einsum("kij,kj->ki", square, moved) ** 2, axis=1)
    triangle, cost = factor(trial)
    before = state.cost[live]
    gained = before - cost
    flat = np.abs(gained) <= ROUNDING * np.abs(before)
    _, new_b = _split(triangle)
    straighter = np.sqrt(np.sum(new_b**2, axis=1)) < 0.9 * slant
    better = np.isfinite(cost) & np.where(flat, straighter, gained > 0)
    ratio = np.where(flat, 1.0, gained / promised)
    took = live[better]
    state.values[took], state.triangle[took], state.cost[took] = trial[better], triangle[better], cost[better]
    easing = 1.0 - (2.0 * np.clip(ratio[better], 0.0, 1.0) - 1.0) ** 3
    state.damping[took] = np.maximum(state.damping[took] * np.maximum(1.0 / 3.0, easing), 1e-18)
    state.growth[took] = 2.0
    failed = live[~better]
    state.damping[failed] *= state.growth[failed]
    state.growth[failed] *= 2.0
    _give_up(state, failed, slant[~better] <= 1e-3 * np.sqrt(np.sum(state.triangle[failed][:, :, -1] ** 2, axis=1)))
    return took


def _give_up(state: _State, failed: np.ndarray, level: np.ndarray) -> None:
    """Stop the descents that no step improves: at the rounding floor, or, if not level there, at a kink."""
    stuck = state.damping[failed] > NO_MORE
    state.live[failed[stuck]] = False
    state.settled[failed[stuck]] = level[stuck]


def _split(triangle: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A (batch, F, F) and b (batch, F) of the factor [A b; 0 ρ]."""
    return triangle[:, :-1, :-1], triangle[:, :-1, -1]


def column_norms(square: np.ndarray) -> np.ndarray:
    """The norm of each column: (batch, F, F) -> (batch, F)."""
    return np.sqrt(np.sum(square**2, axis=-2))


def newton_step(triangle: np.ndarray) -> np.ndarray:
    """The undamped step that solves the linearised problem: (batch, F+1, F+1) -> (batch, F).

    Directions without effect, to rounding, are left alone.
    """
    square, b = _split(triangle)
    scale = column_norms(square)
    scale = np.where(scale > 0, scale, 1.0)
    u, s, vt = np.linalg.svd(square / scale[:, None, :])
    with np.errstate(all="ignore"):
        inverse = np.where(s > s[:, :1] * 1e-13, 1.0 / s, 0.0)
        return -np.einsum("kji,kj->ki", vt, inverse * np.einsum("kij,ki->kj", u, b)) / scale


def well_apart(triangle: np.ndarray) -> bool:
    """Whether the columns of a factor, (k, k), are so independent that substitution loses at most three digits."""
    norms = np.sqrt(np.einsum("ij,ij->j", triangle, triangle))
    return bool((np.abs(triangle.diagonal()) > 1e-3 * norms).all())
