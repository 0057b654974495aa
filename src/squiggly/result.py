"""Fit: the answer. Values with intervals, the verdict, and everything one asks of a fit afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from squiggly.descent import Moment
from squiggly.errors import ModelError
from squiggly.loss import Loss
from squiggly.model import Model
from squiggly.points import Points
from squiggly.solve.least_squares import Descent
from squiggly.solve.problem import Problem
from squiggly.trust import Parameter, student, trust
from squiggly.verdict import Verdict, judge

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from squiggly.page.lab import Lab


@dataclass(frozen=True, eq=False)
class Fit:
    """A fitted model: print it, plot it, save it, or ask.

    parameters: by name, each with value, error (standard error), low and high (95 % interval, Student's t) and fixed
    verdict:    ok, kind and words: what the answer is worth
    known:      whether sigma was taken in units of y; otherwise the scatter of the points sets the scale
    covariance: (free, free), in the order of `free`
    freedom:    degrees of freedom: points less parameters that moved

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

    @classmethod
    def of(cls, problem: Problem, descent: Descent, known: bool) -> Fit:
        """The Fit for a solved problem. Raises ModelError where the model has no value to fit."""
        if not np.isfinite(descent.cost[0]):
            raise _no_value(problem, descent.values[0])
        free_values = descent.values[0]
        found = trust(problem, descent, known)
        reach = student(found.freedom)
        errors = np.sqrt(np.diag(found.covariance))
        whole = problem.whole(free_values[None])[0] + 0.0  # -0 is 0
        at = {n: i for i, n in enumerate(problem.free)}
        parameters = {
            n: _parameter(float(v), float(errors[at[n]]) if n in at else np.nan, reach, n not in at)
            for n, v in zip(problem.model.names, whole)
        }
        steps = problem.whole(np.array([v for v, _ in descent.path])).tolist()
        path = tuple((tuple(v), cost / problem.points.n) for v, (_, cost) in zip(steps, descent.path))
        verdict = judge(problem, found, bool(descent.settled[0]), descent.steps, descent.interrupted, known)
        return cls(
            problem.model, problem.points, problem.loss, known, MappingProxyType(parameters), found.covariance,
            found.freedom, verdict, path,
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
    def _scaled(self) -> np.ndarray:
        return self.residuals / (1.0 if self.points.sigma is None else self.points.sigma)

    @cached_property
    def loss(self) -> float:
        """The loss at the answer: the mean over the points, with residuals in units of sigma where it was given."""
        return self.loss_function(self.predict(), self.points.y, self.points.sigma)

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

    def plot(self, path: str | PathLike[str] | None = None) -> Figure:
        """The points, the curve and the residuals below, as a matplotlib figure; written to `path` if given."""
        from squiggly.plotting import plot_fit

        return plot_fit(self, path)

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


def _parameter(value: float, error: float, reach: float, fixed: bool) -> Parameter:
    if fixed:
        return Parameter(value, float("nan"), float("nan"), float("nan"), True)
    return Parameter(value, error, value - reach * error, value + reach * error)


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
