"""Fit: the answer. Values with intervals, the verdict, and everything one asks of a fit afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from os import PathLike
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from squiggly.descent import Moment
from squiggly.errors import ModelError
from squiggly.intervals.trust import LEVEL, Parameter, Trust, definition, limits, trust
from squiggly.judging.verdict import Verdict, judge
from squiggly.loss import Loss
from squiggly.model import Model
from squiggly.options import expect
from squiggly.points import Points
from squiggly.solve.budget import Effort
from squiggly.solve.least_squares import Descent
from squiggly.solve.problem import Problem

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from squiggly.intervals.band import Band
    from squiggly.intervals.profile import Profile
    from squiggly.outliers import Outliers
    from squiggly.page.lab import Lab


@dataclass(frozen=True, eq=False)
class Fit:
    """A fitted model: print it, plot it, save it, or ask.

    parameters: by name, each with value, error (standard error), low and high (95 % interval) and fixed
    errors_by:  what the errors were taken from: "jacobian", "hessian" or "bootstrap"; notes: what stands against them
    verdict:    ok, kind and words: what the answer is worth
    known:      whether sigma was taken in units of y; otherwise the scatter of the points sets the scale
    covariance: (free, free), in the order of `free`
    freedom:    degrees of freedom: points less parameters that moved
    effort:     the seconds it took, of those it was allowed, and how many sets of parameters were tried

    >>> from squiggly import fit
    >>> answer = fit("y = a*x + b", {"x": [0, 1, 2, 3], "y": [1, 3.1, 4.9, 7]})
    >>> answer.verdict.kind, round(answer.parameters["a"].low, 2), round(answer.parameters["a"].high, 2)
    ('determined', 1.8, 2.16)
    """

    model: Model
    points: Points
    loss_function: Loss
    known: bool
    parameters: Mapping[str, Parameter]
    covariance: np.ndarray
    freedom: int
    verdict: Verdict
    path: tuple[tuple[tuple[float, ...], float], ...] = ()
    errors_by: str = "jacobian"
    notes: tuple[str, ...] = ()
    bounds: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    seed: int = 0
    left_out: Outliers | None = None
    effort: Effort | None = None

    @classmethod
    def of(
        cls,
        problem: Problem,
        descent: Descent,
        known: bool,
        errors: str | None = None,
        seed: int = 0,
        left_out: Outliers | None = None,
        effort: Effort | None = None,
    ) -> Fit:
        """The Fit for a solved problem. Raises ModelError where the model has no value, OptionError for errors."""
        by = definition(errors, problem.loss, problem.points.n)
        if not np.isfinite(descent.cost[0]):
            raise _no_value(problem, descent.values[0])
        free_values = descent.values[0]
        found = trust(problem, descent, known, by, seed)
        with np.errstate(all="ignore"):
            spread = np.sqrt(np.diag(found.covariance))
            low, high = limits(problem, free_values, found, LEVEL)
        whole = problem.whole(free_values[None])[0] + 0.0  # -0 is 0
        at = {n: i for i, n in enumerate(problem.free)}
        parameters = {
            n: Parameter(float(v), float(spread[at[n]]), float(low[at[n]]), float(high[at[n]]))
            if n in at
            else Parameter(float(v), float("nan"), float("nan"), float("nan"), True)
            for n, v in zip(problem.model.names, whole)
        }
        steps = problem.whole(np.array([v for v, _ in descent.path])).tolist()
        path = tuple((tuple(v), cost / problem.points.n) for v, (_, cost) in zip(steps, descent.path))
        verdict = judge(problem, descent, found, known)
        bounds = {
            n: (float(low), float(high))
            for n, low, high in zip(problem.free, problem.low, problem.high)
            if np.isfinite([low, high]).any()
        }
        return cls(
            model=problem.model, points=problem.points, loss_function=problem.loss, known=known,
            parameters=MappingProxyType(parameters), covariance=found.covariance, freedom=found.freedom,
            verdict=verdict, path=path, errors_by=by, notes=(found.words,) if found.words else (), bounds=bounds,
            seed=seed, left_out=left_out, effort=effort,
        )  # fmt: skip

    def __getstate__(self) -> dict[str, Any]:  # a read-only mapping cannot be pickled, a dict can
        return {**self.__dict__, "parameters": dict(self.parameters)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update({**state, "parameters": MappingProxyType(state["parameters"])})

    @property
    def free(self) -> tuple[str, ...]:
        """The parameters that were fitted, in the order of the covariance."""
        return tuple(n for n, p in self.parameters.items() if not p.fixed)

    @property
    def values(self) -> dict[str, float]:
        """Each parameter's value, fixed ones too."""
        return {n: p.value for n, p in self.parameters.items()}

    @property
    def formula(self) -> str | None:
        """The model as a formula; None for a function that could not be recorded."""
        return self.model.formula

    @property
    def n(self) -> int:
        """How many points were fitted."""
        return self.points.n

    def predict(self, x: Any = None) -> np.ndarray:
        """The fitted curve at new x: an array, or a dict of arrays where there are several inputs.

        Without x: at the points. Raises ModelError where an input is missing.
        """
        return self.model.predict(self.points.inputs if x is None else x, **self.values)

    @cached_property
    def residuals(self) -> np.ndarray:
        """Measured less predicted, (n,), in units of y."""
        return self.points.y - self.predict()

    @cached_property
    def outliers(self) -> Outliers:
        """The points that stand out from the others' scatter, by a stated rule; those left out, where some were.

        >>> from squiggly import fit
        >>> fit("y = a*x + b", {"x": [0, 1, 2, 3], "y": [1, 3.1, 4.9, 7]}).outliers.rows
        ()
        """
        from squiggly.outliers import outliers_of

        return outliers_of(self) if self.left_out is None else self.left_out

    @cached_property
    def _scaled(self) -> np.ndarray:
        return self.residuals / (1.0 if self.points.sigma is None else self.points.sigma)

    @cached_property
    def loss(self) -> float:
        """The loss at the answer: the mean over the points, with residuals in units of sigma where it was given."""
        return self.loss_function(self.predict(), self.points.y, self.points.sigma)

    @cached_property
    def limit(self) -> float | None:
        """The lowest loss that any line of as many straight pieces could have on these points, joined or not.

        No choice of hinges comes below it. None where the model is not made of straight pieces, or has one, or where
        the loss is not `mse`.

        >>> from squiggly import fit, relus
        >>> answer = fit(relus(1), {"x": [0, 1, 2, 3, 4, 5], "y": [0, 1, 2, 1, 2, 4]})
        >>> round(answer.limit, 4), round(answer.loss, 4)
        (0.0278, 0.2)
        """
        from squiggly.pieces import limit_of

        return limit_of(self)

    @property
    def chi_square(self) -> float:
        """The sum of squared residuals, each divided by its sigma where given."""
        return float(self._scaled @ self._scaled)

    @property
    def reduced_chi_square(self) -> float:
        """chi_square over the degrees of freedom: near 1 where sigma is known and right. nan with no freedom left."""
        return self.chi_square / self.freedom if self.freedom > 0 else float("nan")

    @property
    def r_squared(self) -> float:
        """The share of y's (weighted) variance that the model explains. nan where y does not vary."""
        weights = np.ones(self.n) if self.points.sigma is None else self.points.sigma**-2.0
        about = self.points.y - np.average(self.points.y, weights=weights)
        total = float(np.sum(weights * about**2))
        return 1.0 - self.chi_square / total if total > 0 else float("nan")

    @property
    def aic(self) -> float:
        """Akaike's criterion: n·ln(chi²/n) + 2k, or chi² + 2k where sigma is known. Lower is better."""
        with np.errstate(divide="ignore"):
            misfit = self.chi_square if self.known else self.n * np.log(self.chi_square / self.n)
        return float(misfit + 2 * len(self.free))

    @cached_property
    def correlation(self) -> np.ndarray:
        """How the errors of the free parameters go together: (free, free), -1 … 1, nan where there is no error."""
        errors = np.sqrt(np.diag(self.covariance))
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.covariance / np.outer(errors, errors)

    @cached_property
    def history(self) -> tuple[Moment, ...]:
        """The way from the start to the answer: a Moment for each step that was kept."""
        return tuple(self._moment(step, values, loss) for step, (values, loss) in enumerate(self.path))

    def _moment(self, step: int, values: tuple[float, ...], loss: float) -> Moment:
        predicted, jacobian = self.model.value_and_jacobian(np.array(values), self.points.inputs)
        slope = self.loss_function.slope(predicted, self.points.y, self.points.sigma)
        gradient = dict(zip(self.model.names, (slope @ jacobian / self.n).tolist()))
        moving = {n: gradient[n] for n in self.free}
        return Moment(step, dict(zip(self.model.names, values)), loss, moving, float("nan"))

    @cached_property
    def problem(self) -> Problem:
        """What was solved, at its answer."""
        limits = [self.bounds.get(n, (-np.inf, np.inf)) for n in self.free]
        low, high = np.array(limits, dtype=float).reshape(-1, 2).T
        values = np.array(list(self.values.values()))
        return Problem(self.model, self.points, self.loss_function, self.free, values, low, high)

    @cached_property
    def trust(self) -> Trust:
        """The errors again, with all that stands behind them: what bands and other levels are made from."""
        problem = self.problem
        free_values = problem.values[problem.where]
        triangle, cost = problem.factor(free_values[None])
        here = Descent(free_values[None], cost, triangle, np.ones(1, dtype=bool), 0)
        return trust(problem, here, self.known, self.errors_by, self.seed)

    def intervals(self, level: float = LEVEL) -> dict[str, tuple[float, float]]:
        """Each free parameter's interval at another level than 95 %: (low, high) by name.

        level: how often such an interval holds the true value, between 0 and 1. Raises OptionError.

        >>> from squiggly import fit
        >>> answer = fit("y = a*x + b", {"x": [0, 1, 2, 3], "y": [1, 3.1, 4.9, 7]})
        >>> [round(end, 2) for end in answer.intervals(0.68)["a"]]
        [1.92, 2.04]
        """
        expect("a number between 0 and 1", "level=0.95", level=level)
        problem = self.problem
        with np.errstate(all="ignore"):
            low, high = limits(problem, problem.values[problem.where], self.trust, float(level))
        return {n: (float(a), float(b)) for n, a, b in zip(self.free, low, high)}

    def profile(self, parameter: str, level: float = LEVEL) -> Profile:
        """How the loss rises along one parameter while the others follow, and the interval that this gives it.

        Such an interval need not be symmetric: where a curve bends within the errors, it is the one to quote. level:
        how often it holds the true value. Raises OptionError for a parameter that was not fitted or a loss with kinks.

        >>> from squiggly import fit
        >>> answer = fit("y = a*(1 - exp(-x/b))", {"x": [1, 2, 3, 5, 8], "y": [2.9, 4.6, 5.9, 7.1, 7.6]})
        >>> print(answer.profile("b"))
        b = 2.193, 95 % profile interval 2.010 … 2.395
        """
        from squiggly.intervals.profile import profile_of

        return profile_of(self, parameter, level)

    def band(self, x: Any = None, kind: str = "confidence", level: float = LEVEL, sigma: Any = None) -> Band:
        """How far the curve may lie off, at each x, or where new points may fall.

        x:     an array for one input, a dict of arrays for several; the fitted points' own places if left out
        kind:  "confidence": holds the true curve's value at one x in 95 of 100 repeated measurements; "prediction":
               holds a new point there
        sigma: for a prediction, the uncertainty of the new points, where that of the fitted ones varies

        Returns a Band: x, center, low, high. Raises OptionError, and ModelError where no points are left to tell.

        >>> from squiggly import fit
        >>> answer = fit("y = a*x + b", {"x": [0, 1, 2, 3], "y": [1, 3.1, 4.9, 7]})
        >>> answer.band([1.5]).low.round(2), answer.band([1.5], kind="prediction").low.round(2)
        (array([3.8]), array([3.54]))
        """
        from squiggly.intervals.band import band_of

        return band_of(self, x, kind, level, sigma)

    def plot(self, path: str | PathLike[str] | None = None, band: str | None = "confidence") -> Figure:
        """The points, the curve with its band, and the residuals below, as a matplotlib figure.

        path: where it is written, if given. band: "confidence", "prediction" or None, as in `fit.band`.
        """
        from squiggly.plotting import plot_fit

        return plot_fit(self, path, band)

    def lab(self, **options: Any) -> Lab:
        """The fit as a live page, which opens where the fit began and dashes its answer.

        options: as in `sq.lab`: start, target, range, rate, steps, optimizer, schedule, title.
        Raises ModelError for a model that no page can draw.

        >>> from squiggly import fit
        >>> fit("y = a*x + b", {"x": [0, 1, 2, 3], "y": [1, 3.1, 4.9, 7]}).lab(title="A line")
        Lab('y = a*x + b', points: 4, parameters: a, b)
        """
        from squiggly.page.lab import lab_of

        return lab_of(self, **options)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the fit, its points included, as JSON. `sq.load` brings it back. Raises FileError."""
        from squiggly.saving import save

        save(self, path)

    def __str__(self) -> str:
        from squiggly.report import as_text

        return as_text(self)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from squiggly.report import as_html

        return as_html(self)


def _no_value(problem: Problem, free_values: np.ndarray) -> ModelError:
    """The error for a model without a value on the points, naming the first point where it has none."""
    problem.model.fails(problem.whole(free_values[None])[0], problem.points.inputs)
    points, at = problem.points, ", ".join(f"{n}={v:g}" for n, v in zip(problem.free, free_values))
    [[predicted]] = problem.model.rows(problem.whole(free_values[None]), points.inputs)
    bad = np.flatnonzero(~np.isfinite(predicted))
    if not len(bad):
        return ModelError(
            f"the {problem.loss.name} loss has no finite value or slope at the start: {at}\n"
            "hint: give start values where the model is smooth and the loss can take every prediction"
        )
    place = ", ".join(f"{n}={v[bad[0]]:g}" for n, v in points.inputs.items())
    return ModelError(
        f"the model is {predicted[bad[0]]:g} at point {bad[0]} ({place}), with {at}: no start with finite values "
        "was found\nhint: leave out the points it cannot take (log or sqrt of a negative x …), "
        "or give start values where it is finite"
    )
