"""How wrong a prediction is, as one number, with the slope that leads downhill and the weight that leads there faster.

Shapes: `predicted` is (n,), or (batch, n) for many curves or starts at once; `y` is (n,), or one row a curve;
`sigma` is None, a number, or shaped like `y`. Residuals are divided by sigma, so a loss with sigma has no unit.

Each loss also says what JavaScript computes it in a page: value and slope of one point, in p (predicted), y,
w (1/sigma), r = (p - y)·w and d (where huber bends). `web/generate.py` writes them into `web/src/losses.ts`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np
from numpy.typing import ArrayLike

from squiggly.errors import DataError, OptionError, listed, nearest

_ROOT2 = np.sqrt(np.full(1, 2.0))
SMOOTH = 1e-8  # how near to nought, as a share of the mean size, a divisor may come before it is held there


@dataclass(frozen=True)
class Loss(ABC):
    """What a fit makes small: call it with predictions and measurements for the mean over the points.

    Calling checks its arguments; `pointwise`, `slope` and `weight` serve the solvers and take them as they come.
    Raises DataError where the points do not suit, OptionError where sigma does not.

    >>> mse([1, 2], [3, 5])
    6.5
    >>> [loss.name for loss in (mae, mse, huber, poisson)]
    ['mae', 'mse', 'huber', 'poisson']
    """

    name: ClassVar[str]
    title: ClassVar[str]
    javascript: ClassVar[tuple[str, str]]  # the value and the slope of one point, in p, y, w, r and d
    torch: ClassVar[str]  # the same over all points p and y, in PyTorch's words

    def __call__(self, predicted: Any, y: Any, sigma: Any = None) -> float:
        predicted, y = _array(predicted), _array(y)
        sigma = None if sigma is None else _array(sigma)
        _same_points(predicted, y, "predictions")
        self.check(y, sigma)
        with np.errstate(over="ignore", invalid="ignore"):  # the loss of a far-off prediction may well be inf
            return float(np.mean(self.pointwise(predicted, y, sigma)))

    def check(self, y: np.ndarray, sigma: np.ndarray | None = None) -> None:
        """Refuse measurements or errors that this loss has no meaning for: raises DataError or OptionError."""
        if sigma is None:
            return
        if np.ndim(sigma):
            _same_points(y, sigma, "measurements", "errors")
        if not np.all(sigma > 0):
            worst = np.ravel(sigma)[np.argmin(np.ravel(sigma) > 0)]
            raise DataError(f"sigma holds {worst:g}, numbers above 0 were expected\nhint: give each y its error bar")

    @abstractmethod
    def pointwise(self, predicted: ArrayLike, y: ArrayLike, sigma: ArrayLike | None = None) -> np.ndarray:
        """Each point's own loss, shaped like `predicted`."""

    @abstractmethod
    def slope(self, predicted: ArrayLike, y: ArrayLike, sigma: ArrayLike | None = None) -> np.ndarray:
        """How fast each point's loss grows with its prediction, shaped like `predicted`; at a kink as torch has it."""

    @abstractmethod
    def weight(self, predicted: ArrayLike, y: ArrayLike, sigma: ArrayLike | None = None) -> np.ndarray:
        """The curvature of the parabola that stands for each point's loss in one Gauss-Newton step.

        Shaped like `predicted`, above 0, and such that slope = weight · (predicted - y).
        """

    def bent(
        self, predicted: np.ndarray, y: np.ndarray, sigma: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """All that a Gauss-Newton step needs of each point: its loss, the root of its weight, its slope over that root.

        The root may have shape (1,) where it is the same for all.
        """
        root = np.sqrt(self.weight(predicted, y, sigma))
        return self.pointwise(predicted, y, sigma), root, self.slope(predicted, y, sigma) / root

    def curvature(self, predicted: ArrayLike, y: ArrayLike, sigma: ArrayLike | None = None) -> np.ndarray:
        """How fast each point's slope grows with its prediction, shaped like `predicted`: 0 on a straight piece.

        A loss that does not say so itself has it from differences of its slopes.
        """
        nudge = 1e-5 * (float(np.mean(np.abs(_residual(predicted, y)))) or 1.0)
        up, down = (self.slope(np.add(predicted, side * nudge), y, sigma) for side in (1, -1))
        return (up - down) / (2 * nudge)


@final
@dataclass(frozen=True)
class MeanAbsolute(Loss):
    """The mean distance, |predicted - y|: the lesson's loss, which one wild point cannot bend far.

    Its weight 1/|r| is held where a curve passes (nearly) through a point, at `SMOOTH` of the mean distance.

    >>> mae([1, 2], [3, 5])
    2.5
    """

    name: ClassVar[str] = "mae"
    title: ClassVar[str] = "mean absolute error"
    javascript: ClassVar[tuple[str, str]] = ("Math.abs(r)", "(r > 0 ? w : r < 0 ? -w : r * 0)")
    torch: ClassVar[str] = "(p - y).abs().mean()"

    def pointwise(self, predicted: ArrayLike, y: ArrayLike, sigma: ArrayLike | None = None) -> np.ndarray:
        return np.abs(_residual(predicted, y, sigma))

    def slope(self, predicted: ArrayLike, y: ArrayLike, sigma: ArrayLike | None = None) -> np.ndarray:
        return _per(np.sign(_residual(predicted, y, sigma)), sigma)

    def weight(self, predicted: ArrayLike, y: ArrayLike, sigma: ArrayLike | None = None) -> np.ndarray:
        return _per(1 / _held(np.abs(_residual(predicted, y, sigma))), sigma, power=2)

    def curvature(self, predicted: ArrayLike, y: ArrayLike, sigma: ArrayLike | None = None) -> np.ndarray:
        return np.zeros_like(_residual(predicted, y, sigma))


@final
@dataclass(frozen=True)
class MeanSquared(Loss):
    """The mean square of predicted - y: least squares, the best there is where the noise is Gaussian.

    >>> mse([1, 2], [3, 5], sigma=2)
    1.625
    """

    name: ClassVar[str] = "mse"
    title: ClassVar[str] = "mean squared error"
    javascript: ClassVar[tuple[str, str]] = ("r * r", "2 * r * w")
    torch: ClassVar[str] = "((p - y)**2).mean()"

    def pointwise(self, predicted: ArrayLike, y: ArrayLike, sigma: ArrayLike | None = None) -> np.ndarray:
        return _residual(predicted, y, sigma) ** 2

    def slope(self, predicted: ArrayLike, y: ArrayLike, sigma: ArrayLike | None = None) -> np.ndarray:
        return _per(2 * _residual(predicted, y, sigma), sigma)

    def weight(self, predicted: ArrayLike, y: ArrayLike, sigma: ArrayLike | None = None) -> np.ndarray:
        return _per(np.full(np.shape(_residual(predicted, y)), 2.0), sigma, power=2)

    def bent(
        self, predicted: np.ndarray, y: np.ndarray, sigma: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        left = predicted - y if sigma is None else (predicted - y) / sigma
        return left * left, _ROOT2 if sigma is None else _ROOT2 / sigma, _ROOT2 * left

    def curvature(self, predicted: ArrayLike, y: ArrayLike, sigma: ArrayLike | None = None) -> np.ndarray:
        return self.weight(predicted, y, sigma)


@final
@dataclass(frozen=True)
class Huber(Loss):
    """Half the square near the curve, a straight line beyond `delta`: least squares that forgives wild points.

    delta: where the one turns into the other, in units of y (of sigma, where that is given). None means 1, as in
    torch, when the loss is called or descended; `fit` puts 1.345 times the spread of the residuals in its place.

    >>> Huber(delta=2)([1, 2], [2, 7])
    4.25
    """

    name: ClassVar[str] = "huber"
    title: ClassVar[str] = "Huber loss"
    javascript: ClassVar[tuple[str, str]] = (
        "(Math.abs(r) <= d ? 0.5 * r * r : d * (Math.abs(r) - 0.5 * d))",
        "(r > d ? d : r < -d ? -d : r) * w",
    )
    torch: ClassVar[str] = "torch.nn.functional.huber_loss(p, y, delta=d)"
    delta: float | None = None

    def __post_init__(self) -> None:
        if self.delta is not None and not 0 < self.delta < np.inf:
            raise OptionError(
                f"delta is {self.delta!r}, a number above 0 was expected\n"
                "hint: about 1.3 times the spread of the good points serves well"
            )

    @property
    def _bend(self) -> float:
        return 1.0 if self.delta is None else self.delta

    def pointwise(self, predicted: ArrayLike, y: ArrayLike, sigma: ArrayLike | None = None) -> np.ndarray:
        far = np.abs(_residual(predicted, y, sigma))
        return np.where(far <= self._bend, 0.5 * far**2, self._bend * (far - 0.5 * self._bend))

    def slope(self, predicted: ArrayLike, y: ArrayLike, sigma: ArrayLike | None = None) -> np.ndarray:
        return _per(np.clip(_residual(predicted, y, sigma), -self._bend, self._bend), sigma)

    def weight(self, predicted: ArrayLike, y: ArrayLike, sigma: ArrayLike | None = None) -> np.ndarray:
        far = np.abs(_residual(predicted, y, sigma))
        return _per(self._bend / np.maximum(far, self._bend), sigma, power=2)

    def curvature(self, predicted: ArrayLike, y: ArrayLike, sigma: ArrayLike | None = None) -> np.ndarray:
        return _per((np.abs(_residual(predicted, y, sigma)) <= self._bend).astype(float), sigma, power=2)


@final
@dataclass(frozen=True)
class Poisson(Loss):
    """predicted - y·log(predicted): for counts, whose scatter is the root of what was expected.

    A prediction of nought where something was counted, or below nought anywhere, is infinitely wrong.
    Takes no sigma: the counts bring their own scatter.

    >>> poisson([1, 2], [0, 0])
    1.5
    """

    name: ClassVar[str] = "poisson"
    title: ClassVar[str] = "Poisson loss"
    javascript: ClassVar[tuple[str, str]] = (
        "(p > 0 ? p - y * Math.log(p) : p < 0 || (p === 0 && y !== 0) ? Infinity : p)",
        "(p >= 0 ? 1 - (y === 0 ? 0 : y / p) : NaN)",
    )
    torch: ClassVar[str] = "(p - y*p.log()).mean()"

    def check(self, y: np.ndarray, sigma: np.ndarray | None = None) -> None:
        """Refuse any sigma (OptionError) and any count below 0 (DataError)."""
        if sigma is not None:
            raise OptionError(
                "poisson takes no sigma: the scatter of a count follows from the count\n"
                "hint: leave sigma out, or use mse with sigma"
            )
        if np.any(y < 0):
            raise DataError(f"y holds {np.min(y):g}, counts of 0 or more were expected\nhint: use mse or huber instead")

    def pointwise(self, predicted: ArrayLike, y: ArrayLike, sigma: ArrayLike | None = None) -> np.ndarray:
        predicted, y = self._counts(predicted, y, sigma)
        possible = (predicted > 0) | ((predicted == 0) & (y == 0)) | np.isnan(predicted)
        return np.where(possible, predicted - y * np.log(np.where(predicted > 0, predicted, 1)), np.inf)

    def slope(self, predicted: ArrayLike, y: ArrayLike, sigma: ArrayLike | None = None) -> np.ndarray:
        predicted, y = self._counts(predicted, y, sigma)
        with np.errstate(divide="ignore", invalid="ignore"):
            slope = 1 - np.where(y == 0, 0, y / predicted)
        return np.where(predicted >= 0, slope, np.nan)  # there is no downhill from an impossible prediction

    def weight(self, predicted: ArrayLike, y: ArrayLike, sigma: ArrayLike | None = None) -> np.ndarray:
        predicted, _ = self._counts(predicted, y, sigma)
        return 1 / _held(np.maximum(predicted, 0))  # Fisher's: what the curvature is on average

    def curvature(self, predicted: ArrayLike, y: ArrayLike, sigma: ArrayLike | None = None) -> np.ndarray:
        predicted, y = self._counts(predicted, y, sigma)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(y == 0, 0.0, y / predicted**2)

    def _counts(self, predicted: ArrayLike, y: ArrayLike, sigma: ArrayLike | None) -> tuple[np.ndarray, np.ndarray]:
        if sigma is not None:
            self.check(np.zeros(0), np.asarray(sigma))
        predicted, y = np.broadcast_arrays(np.asarray(predicted, float), np.asarray(y, float))
        return predicted, y


@final
@dataclass(frozen=True)
class CrossEntropy:
    """The mean of -log(the share given to the right class): the loss of a network that tells classes apart.

    Call it with scores (n,) for two classes, or (n, classes), before any sigmoid or softmax, and with the number of
    each right class (n,), counted from 0.

    >>> round(cross_entropy([0.0, 2.0], [1, 1]), 4)
    0.41
    """

    name: ClassVar[str] = "cross-entropy"
    title: ClassVar[str] = "cross-entropy"

    def __call__(self, scores: Any, classes: Any) -> float:
        scores, classes = _array(scores), _array(classes)
        if scores.ndim == 1:
            scores = np.stack([np.zeros_like(scores), scores], axis=1)
        if scores.ndim != 2 or classes.shape != scores.shape[:1] or not len(classes):
            raise DataError(
                f"scores have shape {scores.shape} and classes {classes.shape}, a row of scores for each class was "
                "expected\nhint: give scores (n, classes) and the number of the right class for each, (n,)"
            )
        if not np.isin(classes, np.arange(scores.shape[1])).all():
            raise DataError(
                f"classes holds {classes[~np.isin(classes, np.arange(scores.shape[1]))][0]:g}, one of 0 … "
                f"{scores.shape[1] - 1} was expected\nhint: number the classes from 0"
            )
        top = scores.max(axis=1)
        total = top + np.log(np.exp(scores - top[:, None]).sum(axis=1))
        return float(np.mean(total - scores[np.arange(len(scores)), classes.astype(int)]))


mae = MeanAbsolute()
mse = MeanSquared()
huber = Huber()
poisson = Poisson()
cross_entropy = CrossEntropy()

LOSSES = {loss.name: loss for loss in (mse, mae, huber, poisson)}  # the command line's choice


def expect_loss(loss: object) -> Loss:
    """The loss; refuse a name or a class where the loss itself is wanted. Raises OptionError."""
    if isinstance(loss, CrossEntropy):
        raise OptionError(
            "cross_entropy is a loss of a network's classes\nhint: mse or mae; or fit network(…, classes=2)"
        )
    if not isinstance(loss, Loss):
        meant = nearest(loss, LOSSES) if isinstance(loss, str) else None
        raise OptionError(f"loss is {loss!r}, a loss was expected\nhint: pass {meant or listed(LOSSES)} itself")
    return loss


def _residual(predicted: ArrayLike, y: ArrayLike, sigma: ArrayLike | None = None) -> np.ndarray:
    return _per(np.subtract(predicted, y, dtype=float), sigma)


def _per(values: np.ndarray, sigma: ArrayLike | None, power: int = 1) -> np.ndarray:
    return values if sigma is None else values / np.asarray(sigma, float) ** power


def _held(sizes: np.ndarray) -> np.ndarray:
    """Sizes (…, n) of 0 or more, none below `SMOOTH` of its row's mean: dividing by them stays tame."""
    mean = sizes.mean(axis=-1, keepdims=True) if sizes.ndim else sizes
    return np.maximum(sizes, np.where(mean > 0, SMOOTH * mean, 1))


def _array(values: Any) -> np.ndarray:
    """Numbers as float64, also those that remember how they were computed, as torch's tensors do."""
    values = values.detach().cpu().numpy() if hasattr(values, "detach") else values
    return np.asarray(values, float)


def _same_points(one: np.ndarray, other: np.ndarray, what: str, others: str = "measurements") -> None:
    """Refuse shapes that NumPy would stretch to fit: a column (n, 1) against a list (n,) makes n² differences."""
    if one.ndim < other.ndim or one.shape[one.ndim - other.ndim :] != other.shape:
        raise DataError(
            f"{what} have shape {one.shape} and {others} {other.shape}, one for each point was expected\n"
            "hint: turn a column of shape (n, 1) into a list with `column[:, 0]`"
        )
    if one.size == 0:
        raise DataError("there are no points to compare\nhint: give at least one prediction and one measurement")
