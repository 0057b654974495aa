"""How far an answer can be trusted: standard errors and intervals.

The standard error is the root of the diagonal of s²(JᵀJ)⁻¹, J the exact derivatives divided by sigma, s² the residual
variance (1 where sigma is known). Robust losses widen it by the spread of their slopes (Huber, 1973); a Poisson loss
has its own curvature. Intervals are ± Student's t times the standard error.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from squiggly.loss import Huber, MeanAbsolute, MeanSquared, Poisson, mse
from squiggly.solve.least_squares import Descent, column_norms, well_apart
from squiggly.solve.linear import linear_parameters
from squiggly.solve.problem import Problem

LEVEL = 0.95  # of the intervals
RANK = {
    "exact": 1e-10,
    "torch autograd": 1e-10,
    "central differences": 1e-6,
}  # relative singular value that counts as none


@dataclass(frozen=True)
class Parameter:
    """One parameter's answer.

    error: standard error, in the parameter's own unit; low, high: 95 % interval. nan where there is none: the parameter
    is fixed, sits at its bound, or there are no points to spare; inf where the points do not determine it.
    """

    value: float
    error: float
    low: float
    high: float
    fixed: bool = False


@dataclass(frozen=True)
class Trust:
    """The uncertainty of the free parameters.

    covariance: (free, free), nan at parameters on a bound; inf variance where not determined
    at_bound, loose: names on a bound; names the points do not determine, a group for each direction they leave open
    freedom: points less directions that they determine; chi_square: squared residuals added up, in units of sigma
    """

    covariance: np.ndarray
    at_bound: tuple[str, ...]
    loose: tuple[tuple[str, ...], ...]
    freedom: int
    chi_square: float


def trust(problem: Problem, descent: Descent, known: bool) -> Trust:
    """The covariance of the free parameters at the answer of a descent, and what stands against it."""
    with np.errstate(all="ignore"):  # extreme scales end in inf or 0, which is what they are
        return _trust(problem, descent, known)


def _trust(problem: Problem, descent: Descent, known: bool) -> Trust:
    free_values, plain = descent.values[0], isinstance(problem.loss, Poisson)
    triangle, cost = descent.triangle, descent.cost
    if not isinstance(problem.loss, (Poisson, MeanSquared)):
        triangle, cost = replace(problem, loss=mse).factor(free_values[None])
    square = triangle[0, :-1, :-1] / (1.0 if plain else np.sqrt(2.0))  # the factor of J/sigma
    slant = triangle[0, :-1, -1] @ triangle[0, :-1, :-1]
    held = ((free_values <= problem.low) & (slant >= 0)) | ((free_values >= problem.high) & (slant <= 0))
    moving = np.flatnonzero(~held)
    size = problem.points.y / (1.0 if problem.points.sigma is None else problem.points.sigma)
    if cost[0] <= 1e-24 * (size @ size):  # a perfect fit: some of it may be made of rounding
        square = np.where(_without_effect(problem, free_values, square, size), 0.0, square)
    inner, loose = _invert(square[:, moving], RANK[problem.model.derivatives_by])
    freedom = problem.points.n - len(moving) + len(loose)
    variance = 1.0 if known or plain else cost[0] / freedom if freedom > 0 else np.nan
    if isinstance(problem.loss, (MeanAbsolute, Huber)):
        variance = _robust_variance(problem, free_values, freedom, known)
    covariance = inner = inner * variance
    if held.any():
        covariance = np.full((len(free_values), len(free_values)), np.nan)
        covariance[np.ix_(moving, moving)] = inner
    free = problem.free
    return Trust(
        covariance,
        tuple(free[i] for i in np.flatnonzero(held)),
        tuple(tuple(free[moving[i]] for i in group) for group in loose),
        freedom,
        float("nan") if plain else float(cost[0]),
    )


def _without_effect(problem: Problem, free_values: np.ndarray, square: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Which parameters could change by all of their value and move the curve by less than the rounding of y.

    size: y in units of sigma. Such is the tau of an exponential whose amplitude is nothing but rounding. Linear
    parameters, and sizes far below those of the inputs, may well be 0: they are not judged by their value.
    """
    rounding = np.finfo(float).eps * np.linalg.norm(size)
    spans = [float(np.ptp(x)) for x in problem.points.inputs.values()]
    small = 1e-6 * min(min(s, 1.0 / s) for s in spans if s > 0)
    reach = column_norms(square) * np.maximum(np.abs(free_values), small)
    linear = linear_parameters(problem.model, problem.free)
    return np.array([n not in linear and r <= rounding for n, r in zip(problem.free, reach)], dtype=bool)


def _invert(square: np.ndarray, tolerance: float) -> tuple[np.ndarray, list[list[int]]]:
    """(AᵀA)⁻¹ and the columns of each direction that A does not see, whose variances are inf."""
    if square.shape[1] == 0:
        return np.empty((0, 0)), []
    if square.shape[0] == square.shape[1] and well_apart(square):
        root = np.linalg.inv(square)
        return root @ root.T, []
    norms = column_norms(square)
    scale = np.where(norms > 0, norms, 1.0)
    _, s, vt = np.linalg.svd(square / scale)
    seen = s > tolerance * max(s.max(), np.finfo(float).tiny)
    groups = [[int(i) for i in np.flatnonzero(np.abs(v) > 0.1)] for v in vt[~seen]]
    root = vt[seen].T / s[seen]
    inverse = root @ root.T / np.outer(scale, scale)
    for i in {i for group in groups for i in group}:
        inverse[i, :] = inverse[:, i] = np.nan
        inverse[i, i] = np.inf
    return inverse, groups


def _robust_variance(problem: Problem, free_values: np.ndarray, freedom: int, known: bool) -> float:
    """What stands for s² under a robust loss: the mean square of its slopes over its mean curvature, squared."""
    if freedom <= 0:
        return float("nan")
    points = problem.points
    sigma = np.ones(points.n) if points.sigma is None else points.sigma
    [[predicted]] = problem.model.rows(problem.whole(free_values[None]), points.inputs)
    residuals = (predicted - points.y) / sigma
    if isinstance(problem.loss, Huber):
        delta = problem.loss.delta or 1.0
        curvature = np.mean(np.abs(residuals) <= delta)
        return float(np.sum(np.clip(residuals, -delta, delta) ** 2) / freedom / max(curvature, 1.0 / points.n) ** 2)
    return float((points.n / freedom) / (2.0 * _density_at_zero(residuals)) ** 2) if residuals.any() else 0.0


def _density_at_zero(residuals: np.ndarray) -> float:
    """How densely residuals lie at 0, by a Gaussian kernel of Silverman's width (1986)."""
    q1, q3 = np.quantile(residuals, [0.25, 0.75])
    spread = min(float(np.std(residuals)), (q3 - q1) / 1.349) or float(np.std(residuals))
    width = 0.9 * spread * len(residuals) ** -0.2
    return float(np.mean(np.exp(-((residuals / width) ** 2) / 2)) / (width * np.sqrt(2 * np.pi)))


def student(freedom: int) -> float:
    """How many standard errors a 95 % interval reaches to each side.

    >>> round(student(10), 3)
    2.228
    """
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.5 + LEVEL / 2)) if freedom > 0 else float("nan")
