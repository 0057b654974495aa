"""How far an answer can be trusted: standard errors and intervals.

By "jacobian", the standard error is the root of the diagonal of s²(JᵀJ)⁻¹, J the exact derivatives divided by sigma, s²
the residual variance (1 where sigma is known). By "hessian" the full second derivatives of the loss stand for JᵀJ. By
"bootstrap" it is the scatter of the answers to resampled points. Robust losses widen s² by the spread of their slopes
(Huber, 1973); a Poisson loss has its own curvature. Intervals are ± Student's t times the standard error, or the
bootstrap's quantiles.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from squiggly.errors import OptionError, listed
from squiggly.loss import Loss, MeanAbsolute, MeanSquared, Poisson, mse
from squiggly.options import choice
from squiggly.solve.least_squares import Descent, column_norms, well_apart
from squiggly.solve.linear import linear_parameters
from squiggly.solve.problem import Problem

LEVEL = 0.95  # of the intervals
# relative singular value that counts as none
RANK = {"exact": 1e-10, "torch autograd": 1e-10, "central differences": 1e-6}
ERRORS = ("jacobian", "hessian", "bootstrap")
RESAMPLED = 200  # points up to which mae is bootstrapped unasked: beyond, the formula for many points is as good


@dataclass(frozen=True)
class Parameter:
    """One parameter's answer.

    error: standard error, in the parameter's own unit; low, high: 95 % interval. nan where there is none: the parameter
    is fixed, or there are no points to spare; inf where the points do not determine it. A parameter on its bound has no
    error, and an interval to one side: from the bound to where the loss has risen too far.

    >>> from squiggly import fit
    >>> a = fit("y = a*x + b", {"x": [0, 1, 2, 3], "y": [1.1, 2.9, 5.2, 6.8]}).parameters["a"]
    >>> print(f"{a.value:.2f} ± {a.error:.2f}, {a.low:.2f} … {a.high:.2f}")
    1.94 ± 0.09, 1.55 … 2.33
    """

    value: float
    error: float
    low: float
    high: float
    fixed: bool = False


@dataclass(frozen=True, eq=False)
class Trust:
    """The uncertainty of the free parameters.

    covariance: (free, free), nan at parameters on a bound; inf variance where not determined
    at_bound, loose: names on a bound; names the points do not determine, a group for each direction they leave open
    freedom: points less directions that they determine; chi_square: squared residuals added up, in units of sigma
    by: what the errors were taken from, one of ERRORS; words: what stands against them, for a person
    unit: how much the summed loss rises at one standard error; spare: degrees of freedom of Student's t, inf where the
          size of the scatter is known beforehand
    moving: (m,), places of the parameters that are not on a bound. Their errors are combinations of independent ones:
    root: (m, seen), with root·rootᵀ their covariance for the directions that the points see
    unseen: (k, m), the directions they do not see
    replicates: (B, m), what resampling makes of the moving parameters, less the answer; None where it was not asked for
    """

    covariance: np.ndarray
    at_bound: tuple[str, ...]
    loose: tuple[tuple[str, ...], ...]
    freedom: int
    chi_square: float
    by: str
    words: str
    unit: float
    spare: float
    moving: np.ndarray
    root: np.ndarray
    unseen: np.ndarray
    replicates: np.ndarray | None = None


def definition(errors: str | None, loss: Loss, n: int) -> str:
    """What errors of a fit to n points are taken from: as asked, or the loss's own way. Raises OptionError.

    >>> from squiggly.loss import mae
    >>> definition(None, mse, 50), definition(None, mae, 50), definition(None, mae, 50_000)
    ('jacobian', 'bootstrap', 'jacobian')
    """
    if errors is None:
        return "bootstrap" if isinstance(loss, MeanAbsolute) and n <= RESAMPLED else "jacobian"
    choice("errors", errors, ERRORS)
    if errors == "hessian" and isinstance(loss, MeanAbsolute):
        raise OptionError(
            'errors is "hessian", but the mae loss has no second derivative: it is straight between its kinks\n'
            'hint: leave errors out, or use errors="bootstrap"'
        )
    return errors


def trust(problem: Problem, descent: Descent, known: bool, by: str, seed: int) -> Trust:
    """The covariance of the free parameters at the answer of a descent, and what stands against it.

    known: whether sigma is in units of y; by: one of ERRORS; seed: of a bootstrap.
    """
    with np.errstate(all="ignore"):  # extreme scales end in inf or 0, which is what they are
        return _trust(problem, descent, known, by, seed)


def _trust(problem: Problem, descent: Descent, known: bool, by: str, seed: int) -> Trust:
    free_values, plain = descent.values[0], isinstance(problem.loss, Poisson)
    triangle, cost = descent.triangle, descent.cost
    if not isinstance(problem.loss, (Poisson, MeanSquared)):
        triangle, cost = replace(problem, loss=mse).factor(free_values[None])
    square = triangle[0, :-1, :-1] / (1.0 if plain else np.sqrt(2.0))  # the factor of J/sigma
    slant = triangle[0, :-1, -1] @ triangle[0, :-1, :-1]
    held = ((free_values <= problem.low) & (slant >= 0)) | ((free_values >= problem.high) & (slant <= 0))
    moving = np.flatnonzero(~held)
    size = problem.points.y_over_sigma
    if cost[0] <= 1e-24 * (size @ size):  # a perfect fit: some of it may be made of rounding
        square = np.where(_without_effect(problem, free_values, square, size), 0.0, square)
    root, unseen, loose = _invert(square[:, moving], RANK[problem.model.derivatives_by])
    freedom = problem.points.n - len(moving) + len(loose)
    fixed_scale = plain or (known and isinstance(problem.loss, MeanSquared))
    variance = 1.0 if fixed_scale else cost[0] / freedom if freedom > 0 else np.nan
    unit = variance / 2 if plain else variance
    if not isinstance(problem.loss, (Poisson, MeanSquared)):
        variance, curvature = _robust_variance(problem, free_values, freedom)
        unit = variance * curvature / 2
    words, replicates = _unsaid(problem, held) if isinstance(problem.loss, MeanAbsolute) else "", None
    if by == "bootstrap" and freedom > 0:
        from squiggly.intervals.bootstrap import resampled

        replicates = resampled(problem, free_values, moving, root, freedom, known, seed)
        inner = np.cov(replicates, rowvar=False).reshape(len(moving), len(moving))
    elif by == "hessian" and freedom > 0:
        inner, words = _curved(problem, free_values, moving, root, variance)
    else:
        inner = root @ root.T * variance
    for i in {i for group in loose for i in group}:
        inner[i, :] = inner[:, i] = np.nan
        inner[i, i] = np.inf
    covariance = inner
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
        by,
        words,
        float(unit),
        np.inf if fixed_scale or (by == "bootstrap" and isinstance(problem.loss, MeanAbsolute)) else freedom,
        moving,
        root * np.sqrt(variance),
        unseen,
        replicates,
    )


def _unsaid(problem: Problem, held: np.ndarray) -> str:
    """Words for parameters on a bound under a loss with kinks, where no profile can say how far inside they may be."""
    if not held.any():
        return ""
    names = listed(problem.free[i] for i in np.flatnonzero(held))
    return f"{names}: on the bound, and mae has no interval there; fit with huber for one to the inside."


def limits(problem: Problem, free_values: np.ndarray, found: Trust, level: float) -> tuple[np.ndarray, np.ndarray]:
    """The ends of each free parameter's interval, (free,) each: ± t standard errors, or a bootstrap's quantiles.

    A parameter on its bound has the interval from there to where the loss, the others following, has risen by t².
    """
    errors = np.sqrt(np.diag(found.covariance))
    reach = student(found.spare, level)
    low, high = free_values - reach * errors, free_values + reach * errors
    if found.replicates is not None:
        ends = free_values[found.moving] + quantiles(found.replicates, reach)
        sure = np.isfinite(errors[found.moving])
        low[found.moving[sure]], high[found.moving[sure]] = ends[:, sure]
    if found.at_bound and found.unit > 0 and not isinstance(problem.loss, MeanAbsolute):
        from squiggly.solve.along import climb

        for i in (problem.free.index(n) for n in found.at_bound):
            side = 1 if free_values[i] <= problem.low[i] else -1
            step = _own_error(problem, free_values, i) * np.sqrt(found.unit)
            way = climb(problem, free_values, i, side, found.unit, reach, step)
            inward = np.nan if way.kind in ("lost", "lower") else way.end
            low[i], high[i] = (free_values[i], inward) if side > 0 else (inward, free_values[i])
    return low, high


def quantiles(replicates: np.ndarray, reach: float) -> np.ndarray:
    """The lower and upper end of the middle of each column: (B, k) -> (2, k).

    reach: Student's t, or the Gaussian's for mae, whose draws are smeared and widened enough as they are. The share
    left out on each side is what a Gaussian leaves beyond it, less than 2.5 % where there are few points: plain
    percentiles would be too narrow by as much as z is below t (Hesterberg, 2015).
    """
    from scipy.special import ndtr

    tail = float(ndtr(-reach))
    return np.quantile(replicates, [tail, 1.0 - tail], axis=0)


def _own_error(problem: Problem, free_values: np.ndarray, which: int) -> float:
    """About how far a parameter moves for the summed loss to rise by 1; its own size where that cannot be told."""
    triangle, _ = problem.factor(free_values[None])
    scale = column_norms(triangle[0, :-1, :-1])
    scale = np.where(scale > 0, scale, 1.0)
    with np.errstate(all="ignore"):
        row = np.linalg.pinv(triangle[0, :-1, :-1] / scale)[which] / scale[which]
        own = np.sqrt(2.0 * (row @ row))
    return float(own) if np.isfinite(own) and own > 0 else float(abs(free_values[which]) or 1.0)


def _curved(
    problem: Problem, free_values: np.ndarray, moving: np.ndarray, root: np.ndarray, variance: float
) -> tuple[np.ndarray, str]:
    """The covariance by the full second derivatives, along the directions that the points see; words where it fails.

    root: (moving, seen), (JᵀJ)⁻¹ = root·rootᵀ: along its columns the loss of a straight model bends equally.
    """
    from squiggly.intervals.hessian import hessian

    whole = hessian(problem, free_values, _in_full(root, moving, len(free_values)) * np.sqrt(variance))
    along = root.T @ whole[np.ix_(moving, moving)] @ root
    bends = np.linalg.eigvalsh(along) if np.isfinite(along).all() else np.array([np.nan])
    usual = 2.0 if isinstance(problem.loss, MeanSquared) else 1.0  # mse is r², not r²/2
    if not bends.min(initial=np.inf) > 1e-8 * usual:
        nothing = np.full((len(moving), len(moving)), np.nan)
        return nothing, (
            "the full Hessian is not positive definite here: along some direction the loss does not rise, so this is "
            'no minimum and no error follows from it. Try other start values, or errors="bootstrap".'
        )
    inverse = np.linalg.inv(along / usual)
    if not isinstance(problem.loss, (MeanSquared, Poisson)):  # what variance holds of the mean curvature is in H too
        curvature = _robust_variance(problem, free_values, 1)[1]
        inverse = inverse @ inverse * curvature**2
    return root @ inverse @ root.T * variance, ""


def _in_full(root: np.ndarray, moving: np.ndarray, size: int) -> np.ndarray:
    whole = np.full(size, np.nan)
    whole[moving] = np.sqrt(np.sum(root**2, axis=1))
    return whole


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


def _invert(square: np.ndarray, tolerance: float) -> tuple[np.ndarray, np.ndarray, list[list[int]]]:
    """A root of (AᵀA)⁻¹, (k, seen); the directions that A does not see, (unseen, k); the columns of each of those."""
    size = square.shape[1]
    if size == 0:
        return np.empty((0, 0)), np.empty((0, 0)), []
    if square.shape[0] == size and well_apart(square):
        return np.linalg.inv(square), np.empty((0, size)), []
    norms = column_norms(square)
    scale = np.where(norms > 0, norms, 1.0)
    _, s, vt = np.linalg.svd(square / scale)
    seen = np.zeros(size, dtype=bool)
    seen[: len(s)] = s > tolerance * max(s.max(), np.finfo(float).tiny)
    groups = [[int(i) for i in np.flatnonzero(np.abs(v) > 0.1)] for v in vt[~seen]]
    return (vt[seen].T / s[seen[: len(s)]]) / scale[:, None], vt[~seen] / scale, groups


def _robust_variance(problem: Problem, free_values: np.ndarray, freedom: int) -> tuple[float, float]:
    """What stands for s² under a robust loss, and its mean curvature: the mean square of its slopes over that, squared.

    Both in units of sigma. The curvature of |r| is twice the density of the residuals at 0.
    """
    if freedom <= 0:
        return float("nan"), float("nan")
    points = problem.points
    if isinstance(problem.loss, MeanAbsolute):
        residuals = problem.residuals(free_values)
        curvature = 2.0 * _density_at_zero(residuals) if residuals.any() else np.inf
        return float((points.n / freedom) / curvature**2), float(curvature)
    sigma = np.ones(points.n) if points.sigma is None else points.sigma
    [[predicted]] = problem.model.rows(problem.whole(free_values[None]), points.inputs)
    slopes = problem.loss.slope(predicted, points.y, points.sigma) * sigma
    curvature = np.mean(problem.loss.curvature(predicted, points.y, points.sigma) * sigma**2)
    curvature = max(float(curvature), 1.0 / points.n)
    return float(np.sum(slopes**2) / freedom / curvature**2), curvature


def _density_at_zero(residuals: np.ndarray) -> float:
    """How densely residuals lie at 0, by a Gaussian kernel of Silverman's width (1986)."""
    q1, q3 = np.quantile(residuals, [0.25, 0.75])
    spread = min(float(np.std(residuals)), (q3 - q1) / 1.349) or float(np.std(residuals))
    width = 0.9 * spread * len(residuals) ** -0.2
    return float(np.mean(np.exp(-((residuals / width) ** 2) / 2)) / (width * np.sqrt(2 * np.pi)))


def student(freedom: float, level: float) -> float:
    """How many standard errors an interval reaches to each side; freedom inf gives the Gaussian's.

    >>> round(student(10, 0.95), 3), round(student(float("inf"), 0.95), 3)
    (2.228, 1.96)
    """
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.5 + level / 2)) if freedom > 0 else float("nan")
