"""Least absolute deviations of a curve: one linear programme after another, each about the last one's answer.

Near any values the curve is nearly linear in its parameters, and for a linear one the lowest corner is known exactly.
Each step goes there, as far as the linear picture has proved true so far (Osborne & Watson, 1971; Madsen, 1975). Where
the minimum is a corner, the last steps double the digits. Where it is not, because the curve bends more than the
points pin it down, the last steps are Newton's, along the points that it passes through.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from squiggly.solve.absolute import Corner, lowest_corner
from squiggly.solve.least_squares import Descent, Watch
from squiggly.solve.problem import Problem

MOST = 60  # linear programmes
LEVEL = 1e-8  # force that is left, as a share of all that pull, which counts as none: half of float64's digits
GAIN = 1e-14  # share of the cost that is not worth another step


def weighted(problem: Problem, free_values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Residuals (n,), measured less predicted, and slopes (n, free), both divided by sigma."""
    points = problem.points
    [rows] = problem.model.rows(problem.whole(free_values[None]), points.inputs, problem.free)
    rows[1:] = np.where(np.isnan(rows[1:]) & np.isfinite(rows[0]), 0.0, rows[1:])
    scale = 1.0 if points.sigma is None else points.sigma
    return (points.y - rows[0]) / scale, (rows[1:] / scale).T


def lowest_absolute(problem: Problem, begin: np.ndarray, linear: bool, watch: Watch | None) -> Descent:
    """From `begin`, (free,), down to the least sum of absolute deviations.

    linear: whether the model is linear in all its free parameters; the first step is then the last.
    `settled` means proven: of a linear model that nothing is lower, of a curve that no direction leads down from here.
    """
    values, step, proven, interrupted = begin, 0, False, False
    trail = [(np.zeros(1, int), values[None], problem.cost(values[None]))]

    def seen(step: int, values: np.ndarray, cost: float) -> None:
        trail.append((np.zeros(1, int), values[None], np.array([cost])))
        if watch is not None:
            watch(step, values, cost)

    try:
        with np.errstate(all="ignore"):
            if linear:
                residuals, slopes = weighted(problem, np.zeros(len(begin)))
                if np.isfinite(residuals).all() and np.isfinite(slopes).all():
                    end = lowest_corner(slopes, residuals, begin, problem.low, problem.high)
                    values, step, proven = end.values, 1, end.proven
                    seen(step, values, end.cost)
            elif np.isfinite(trail[0][2][0]):
                values, step, proven = _steps(problem, begin, seen)
    except KeyboardInterrupt:
        values, interrupted, proven = trail[-1][1][0], True, False
    triangle, cost = problem.factor(values[None])
    settled = np.array([proven or not len(begin)])
    return Descent(values[None], cost, triangle, settled, step, interrupted, tuple(trail))


def _steps(
    problem: Problem, values: np.ndarray, seen: Callable[[int, np.ndarray, float], None]
) -> tuple[np.ndarray, int, bool]:
    """The steps from finite `values`: where they end, how many were tried, and whether the end is stationary."""
    residuals, slopes = weighted(problem, values)
    cost = float(np.abs(residuals).sum())
    least = GAIN * float(np.abs(problem.points.y_over_sigma).sum())
    reach, scale = float(np.linalg.norm(residuals)), np.zeros(len(values))
    tried: set[frozenset[int]] = set()
    step = 0
    while step < MOST and np.isfinite(slopes).all():
        if cost <= least:  # through every point: nothing is lower than nought
            return values, step, True
        step += 1
        scale = np.maximum(scale, np.linalg.norm(slopes, axis=0))
        box = reach / np.where(scale > 0, scale, 1.0)
        low, high = np.maximum(problem.low - values, -box), np.minimum(problem.high - values, box)
        end = lowest_corner(slopes, residuals, np.zeros(len(values)), low, high, middle=False)
        promised = cost - end.cost
        if promised <= GAIN * cost:
            if _stationary(problem, values, slopes, end):
                return values, step, True
            break
        trial = np.clip(values + end.values, problem.low, problem.high)
        there, slanting = weighted(problem, trial)
        reached = float(np.abs(there).sum())
        ratio = (cost - reached) / promised if np.isfinite(reached) else -1.0
        far = float(np.max(np.abs(end.values) * scale))
        if ratio > 0.75:
            reach = max(reach, 2 * far)
        elif ratio < 0.25:
            reach = far / 4
        if ratio > 0:
            values, residuals, slopes, cost = trial, there, slanting, reached
            seen(step, values, cost)
        through = end.through[np.abs(end.multipliers[end.through]) < 1 - 1e-6]
        if ratio < 0.75 and len(through) < len(values) and frozenset(through.tolist()) not in tried:
            tried.add(frozenset(through.tolist()))
            if (newer := _newton(problem, values, cost, residuals, slopes, through)) is not None:
                seen(step, *newer)
                return newer[0], step, True
        if reach <= 1e-13 * np.linalg.norm(residuals):
            break
    return values, step, _stationary_anyway(problem, values)


def _stationary(problem: Problem, values: np.ndarray, slopes: np.ndarray, end: Corner) -> bool:
    """Whether what holds the linear picture's corner are the points and the problem's own bounds, not the box."""
    if not end.proven:
        return False
    own = ((values <= problem.low) & (end.held > 0)) | ((values >= problem.high) & (end.held < 0))
    left = np.where(own, 0.0, end.held)
    return bool((np.abs(left) <= LEVEL * np.abs(slopes).sum(axis=0)).all())


def _stationary_anyway(problem: Problem, values: np.ndarray) -> bool:
    """The same question where the steps came to a halt: asked of a picture no wider than rounding."""
    residuals, slopes = weighted(problem, values)
    scale = np.linalg.norm(slopes, axis=0)
    box = 1e-7 * np.linalg.norm(residuals) / np.where(scale > 0, scale, 1.0)
    low, high = np.maximum(problem.low - values, -box), np.minimum(problem.high - values, box)
    return _stationary(
        problem, values, slopes, lowest_corner(slopes, residuals, np.zeros(len(values)), low, high, False)
    )


def _newton(
    problem: Problem,
    values: np.ndarray,
    cost: float,
    residuals: np.ndarray,
    slopes: np.ndarray,
    through: np.ndarray,
) -> tuple[np.ndarray, float] | None:
    """Newton's steps to a minimum that passes through some points and bends down to it elsewhere.

    Each solves for the step and the multipliers at once, with the curvature of the points off the curve by differences
    of their force. None where it leads to no stationary point that is lower, or not higher, than `cost`.
    """
    free = np.flatnonzero((problem.low < values) & (values < problem.high))
    signs = np.sign(residuals)
    for _ in range(12):
        signs[through] = 0.0
        weights = signs.copy()
        multipliers = np.linalg.lstsq(slopes[np.ix_(through, free)].T, -slopes[:, free].T @ signs, rcond=None)[0]
        if (np.abs(multipliers) > 1 + LEVEL).any():
            return None
        weights[through] = multipliers
        force = weights @ slopes
        size = np.abs(slopes).sum(axis=0)
        if (np.abs(force[free]) <= LEVEL * size[free]).all() and (
            np.abs(residuals[through]) <= 1e-9 * cost / len(signs)
        ).all():
            reached = float(np.abs(residuals).sum())
            held = ((values <= problem.low) & (force <= 0)) | ((values >= problem.high) & (force >= 0))
            held[free] = True
            return (values, reached) if reached <= cost * (1 + GAIN) and held.all() else None
        bend = _curvature(problem, values, residuals, slopes, weights, free)
        if bend is None:
            return None
        unit = np.linalg.norm(slopes[:, free], axis=0)
        unit[unit == 0] = 1.0
        square, bend = slopes[np.ix_(through, free)] / unit, bend / np.outer(unit, unit)
        corner = np.zeros((len(through), len(through)))
        try:
            step = (
                np.linalg.solve(
                    np.block([[bend, square.T], [square, corner]]),
                    np.concatenate([slopes[:, free].T @ signs / unit, residuals[through]]),
                )[: len(free)]
                / unit
            )
        except np.linalg.LinAlgError:
            return None
        values = values.copy()
        values[free] += step
        if ((values < problem.low) | (values > problem.high)).any():
            return None
        before = np.sign(residuals)
        residuals, slopes = weighted(problem, values)
        if not (np.isfinite(residuals).all() and np.isfinite(slopes).all()):
            return None
        signs = np.sign(residuals)
        changed = signs != before
        changed[through] = False
        if changed.sum() > len(signs) // 4:
            return None
    return None


def _curvature(
    problem: Problem,
    values: np.ndarray,
    residuals: np.ndarray,
    slopes: np.ndarray,
    weights: np.ndarray,
    free: np.ndarray,
) -> np.ndarray | None:
    """The second derivatives of the cost, each point with its weight fixed: (free, free), by central differences."""
    slant = np.linalg.norm(slopes, axis=0)
    natural = np.linalg.norm(residuals) / np.where(slant > 0, slant, 1.0)  # a step that the points would feel
    size = np.maximum(np.abs(values), natural)[free] * 1e-5
    forces = []
    for i, h in zip(free, size):
        there = [weighted(problem, values + s * h * (np.arange(len(values)) == i))[1] for s in (1, -1)]
        forces.append((weights @ there[0] - weights @ there[1])[free] / (2 * h))
    bend = -np.array(forces)
    return (bend + bend.T) / 2 if np.isfinite(bend).all() else None
