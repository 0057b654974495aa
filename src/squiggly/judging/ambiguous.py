"""Parameters that the points fix only in name: a value is there, and almost any other would do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from squiggly.intervals.trust import Trust
from squiggly.judging.combination import Combination, staying
from squiggly.solve.linear import linear_parameters
from squiggly.solve.problem import Problem

DEPENDENCY = 0.999  # share of a parameter's error that the others can make up for
WIDE = 3.0  # errors, in units of the value, past which it is asked whether they hold
BENT = 10.0  # times too much or too little by which the loss may rise at one error
PERFECT = 100.0  # squares of the residuals, in units of rounding, that are nothing else
LOOSE = 1e-2  # share of the curve that a combination may move by and count as known


@dataclass(frozen=True)
class Ambiguous:
    """A parameter that is fixed only in name.

    dependency: 1 - 1/VIF, the share of its variance that is due to the others; partners: those that make up for it
    ways: (free, 1), the direction in which they move together; known: what stays as they do
    """

    name: str
    value: float
    error: float
    dependency: float
    partners: tuple[str, ...]
    ways: np.ndarray
    known: tuple[Combination, ...]


def ambiguous(problem: Problem, values: np.ndarray, found: Trust) -> Ambiguous | None:
    """The worst of the nonlinear parameters with an error above their value, of which the points say next to nothing.

    Either the others can make up for it, by more than DEPENDENCY, or its error is above WIDE times its value and the
    loss one error away is not what it should be, by more than BENT: the curve there is quite another. A parameter that
    enters linearly may well be nought, and so may a place.
    """
    errors = np.sqrt(np.diag(found.covariance))
    doubtful = errors > np.abs(values)  # nan is not
    if not doubtful.any() or found.chi_square <= PERFECT * problem.grain**2:
        return None
    linear = linear_parameters(problem.model, problem.free)
    places = [int(i) for i in np.flatnonzero(doubtful) if problem.free[i] not in linear]
    if not places:
        return None
    depends = _dependencies(found, errors)
    worst = None
    for i in places:
        wide = errors[i] > WIDE * abs(values[i])
        doubted = depends[i] > DEPENDENCY or wide and not _straight(problem, values, found, i, errors[i])
        if doubted and (worst is None or errors[i] / abs(values[i]) > worst[1]):
            worst = (i, errors[i] / abs(values[i]))
    return None if worst is None else _described(problem, values, found, worst[0], float(depends[worst[0]]), errors)


def _straight(problem: Problem, values: np.ndarray, found: Trust, which: int, error: float) -> bool:
    """Whether one error to either side, the others following, the loss has risen about as an error says it should."""
    if not np.isfinite(error):
        return False
    own = found.root[np.flatnonzero(found.moving == which)[0]]
    step = np.zeros(len(values))
    step[found.moving] = found.root @ own / error
    ends = np.clip(np.array([values, values - step, values + step]), problem.low, problem.high)
    cost = problem.cost(ends)
    rise = (cost[1:] - cost[0]) / found.unit
    return not found.unit > 0.0 or bool(((rise > 1.0 / BENT) & (rise < BENT)).all())


def _dependencies(found: Trust, errors: np.ndarray) -> np.ndarray:
    """1 - 1/VIF of each free parameter, (free,); nan where there is none."""
    depends = np.full(len(errors), np.nan)
    scaled = found.root / np.linalg.norm(found.root, axis=1, keepdims=True)
    depends[found.moving] = 1.0 - 1.0 / np.maximum(np.diag(np.linalg.pinv(scaled @ scaled.T, hermitian=True)), 1.0)
    return depends


def _described(
    problem: Problem, values: np.ndarray, found: Trust, which: int, dependency: float, errors: np.ndarray
) -> Ambiguous:
    sized = np.where(values[found.moving] == 0.0, 1.0, np.abs(values[found.moving]))
    u = np.linalg.svd(found.root / sized[:, None])[0][:, 0]  # the way the answer can slide, in shares of the values
    shares = np.zeros(len(values))
    shares[found.moving] = u * np.sign(np.where(values[found.moving] == 0.0, 1.0, values[found.moving]))
    partners: tuple[str, ...] = ()
    if dependency > DEPENDENCY:
        along = np.abs(shares) > 0.1 * np.abs(shares).max()
        partners = tuple(n for i, n in enumerate(problem.free) if along[i] and i != which)
    known = staying(problem, values, shares, found, LOOSE) if partners else ()
    ways = (np.where(values == 0.0, 1.0, values) * shares)[:, None]
    return Ambiguous(problem.free[which], float(values[which]), float(errors[which]), dependency, partners, ways, known)
