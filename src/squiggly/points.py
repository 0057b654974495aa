"""Points, the noise a lesson adds to them, and the one door where data are checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from squiggly.errors import DataError, OptionError, listed

MISSING = ("refuse", "drop")  # what may happen to a row with a gap


@dataclass(frozen=True, eq=False)
class Points:
    """Measured points: y was seen at the inputs, give or take sigma.

    inputs: name -> (n,) float64, usually one.  y: (n,).  sigma: (n,), above 0, or None when it is not known.
    target: what y is called.  dropped: how many rows were left out because of gaps.
    notes: what was understood on the way in and could be otherwise, a sentence each: "t: hours since 2024-03-01".
    rows: the number of each point's row in the table it came from; None where they count from 0.
    Built by `Points.checked`, so nothing downstream checks again.

    >>> points = Points.checked({"t": [0, 1, 2]}, [5, 3, 2], target="counts")
    >>> points
    Points(n=3, inputs=t, target=counts)
    """

    inputs: Mapping[str, np.ndarray]
    y: np.ndarray
    sigma: np.ndarray | None = None
    target: str = "y"
    dropped: int = 0
    notes: tuple[str, ...] = ()
    rows: Sequence[int] | np.ndarray | None = None

    @classmethod
    def checked(
        cls,
        inputs: Mapping[str, Any],
        y: Any,
        sigma: Any = None,
        target: str = "y",
        sigma_name: str = "sigma",
        missing: str = "refuse",
        first_row: int = 0,
        where: str = "",
        notes: Sequence[str] = (),
        fresh: bool = False,
    ) -> Points:
        """Points from anything list-like, checked once; every answer downstream rests on this.

        inputs, y, sigma: lists, arrays or tensors of n numbers; one number for sigma holds for every row.
        missing: "refuse" a row with a gap (nan, infinity, None), or "drop" it and count it.
        first_row: the number of the first row in messages.  where: what messages start with, such as a file name.
        notes: kept with the points, and printed with a fit to them.
        fresh: the arrays were made for these points alone, so they need not be copied.
        Raises DataError naming the column or row, OptionError for another `missing`.

        >>> Points.checked({"x": [1, 2, 3]}, [1, float("nan"), 9], missing="drop").y
        array([1., 9.])
        """
        if missing not in MISSING:
            raise OptionError(
                f'missing is {_shown(missing)}, it can be "refuse" or "drop"\nhint: "drop" leaves out rows with a gap'
            )
        door = _Door(where, first_row, fresh)
        columns = {name: door.numbers(name, values) for name, values in inputs.items()}
        y = door.numbers(target, y)
        spread = None if sigma is None else door.spread(sigma_name, sigma, len(y) if y.ndim else 1)
        named = [*columns.items(), (target, y)] + ([(sigma_name, spread)] if spread is not None else [])
        door.same_length(named, bool(columns))
        keep = door.finite(named, missing)
        dropped = len(keep) - int(np.count_nonzero(keep))
        if dropped:
            columns = {name: values[keep] for name, values in columns.items()}
        points = cls(
            columns,
            y[keep] if dropped else y,
            spread[keep] if dropped and spread is not None else spread,
            target,
            dropped,
            tuple(notes),
            np.flatnonzero(keep) + first_row if dropped else range(first_row, first_row + len(keep)),
        )
        door.positive(sigma_name, spread, keep)
        door.enough(points)
        return points

    @property
    def x(self) -> np.ndarray:
        """The only input, (n,). Raises DataError where there are several.

        >>> Points.checked({"t": [0, 1]}, [5, 3]).x
        array([0., 1.])
        """
        if len(self.inputs) != 1:
            raise DataError(
                f"these points have {len(self.inputs)} inputs, {listed(self.inputs)}: there is no single x\n"
                f'hint: take one by name: points.inputs["{next(iter(self.inputs))}"]'
            )
        return next(iter(self.inputs.values()))

    @property
    def n(self) -> int:
        """How many points there are.

        >>> Points.checked({"t": [0, 1]}, [5, 3]).n
        2
        """
        return len(self.y)

    @cached_property
    def y_over_sigma(self) -> np.ndarray:
        """y in units of sigma, (n,); y itself where sigma is not known.

        >>> Points.checked({"t": [0, 1]}, [5, 3], sigma=0.5).y_over_sigma
        array([10.,  6.])
        """
        return self.y if self.sigma is None else self.y / self.sigma

    def take(self, which: np.ndarray | slice) -> Points:
        """Some of the points, with all that is known of them: sigma, their rows' numbers, the notes.

        which: their indices, a (n,) bool that is True for those wanted, or a slice.

        >>> some = Points.checked({"t": [0, 1, 2]}, [5, 3, 2]).take(np.array([True, False, True]))
        >>> some.y, some.rows
        (array([5., 2.]), array([0, 2]))
        """
        rows = range(self.n) if self.rows is None else self.rows
        numbers = np.arange(rows.start, rows.stop, rows.step) if isinstance(rows, range) else np.asarray(rows)
        return replace(
            self,
            inputs={name: values[which] for name, values in self.inputs.items()},
            y=self.y[which],
            sigma=None if self.sigma is None else self.sigma[which],
            rows=numbers[which],
        )

    def __len__(self) -> int:
        return self.n

    def __repr__(self) -> str:
        extra = ", sigma" * (self.sigma is not None) + f", dropped={self.dropped}" * bool(self.dropped)
        return f"Points(n={self.n}, inputs={', '.join(self.inputs)}, target={self.target}{extra})"


@dataclass(frozen=True)
class _Door:
    """The checks, in the order a reader would make them. Messages start with `where`, rows count from `first_row`."""

    where: str
    first_row: int
    fresh: bool = False

    def error(self, text: str, hint: str) -> DataError:
        return DataError(f"{self.where}: {text}\nhint: {hint}" if self.where else f"{text}\nhint: {hint}")

    def row(self, index: int) -> str:
        return f"{self.where} row {index + self.first_row}".lstrip()

    def numbers(self, name: str, values: Any) -> np.ndarray:
        """The values as float64, of the shape they came in and sharing no memory with them."""
        array = self.array(name, values)
        if array.dtype.kind == "c":
            raise self.error(
                f"{name} holds complex numbers, real ones were expected",
                f"fit a real part of it: {name}.real, {name}.imag or abs({name})",
            )
        if array.dtype.kind in "mM":
            raise self.error(
                f"{name} holds times ({array.dtype}), numbers were expected",
                f'count from the first one: ({name} - {name}[0]) / np.timedelta64(1, "s")',
            )
        if array.dtype.kind in "biuf":
            with np.errstate(over="ignore"):  # a long double too large becomes inf, which is refused by row
                return (np.asarray if self.fresh else np.array)(array, dtype=np.float64)
        return self.elements(name, array)

    def array(self, name: str, values: Any) -> np.ndarray:
        if hasattr(values, "detach"):  # a torch tensor, known by its manners: torch itself is never imported here
            values = values.detach().cpu()
            values = (values.double() if "bfloat16" in str(values.dtype) else values).numpy()
        if isinstance(values, np.ma.MaskedArray):
            return np.ma.filled(values.astype(np.float64), np.nan)
        try:
            array = np.asarray(values)
            return np.asarray(values, dtype=object) if array.dtype.kind in "US" else array
        except (ValueError, TypeError, RuntimeError):
            raise self.error(
                f"{name} is not a list of numbers, got {type(values).__name__}",
                "give every column as one flat list of numbers",
            ) from None

    def elements(self, name: str, array: np.ndarray) -> np.ndarray:
        """Objects one by one: Decimal, Fraction and None are understood, text is not."""
        numbers = np.empty(array.size)
        for i, value in enumerate(array.flat):
            try:
                numbers[i] = np.nan if _is_gap(value) else _real(value)
            except (TypeError, ValueError, OverflowError, RuntimeError):
                raise DataError(
                    f"{self.row(i)}: {name} is {_shown(value)}, a number was expected\n"
                    "hint: turn text into numbers first; write a gap as nan"
                ) from None
        return numbers.reshape(array.shape)

    def spread(self, name: str, sigma: Any, n: int) -> np.ndarray:
        array = self.numbers(name, sigma)
        return np.full(n, array) if array.ndim == 0 else array

    def same_length(self, named: list[tuple[str, np.ndarray]], any_input: bool) -> None:
        if not any_input:
            raise self.error("there are no inputs, at least one was expected", 'name one: {"x": [...]}')
        names, shapes = listed(name for name, _ in named), listed(str(values.shape) for _, values in named)
        if any(values.ndim != 1 for _, values in named):
            column = any(values.ndim == 2 and values.shape[1] == 1 for _, values in named)
            cure = "turn a column of shape (n, 1) into a list with `column[:, 0]`"
            raise self.error(
                f"{names} must be equally long lists, got shapes {shapes}",
                cure if column else "give every column as one flat list",
            )
        if len({len(values) for _, values in named}) > 1:
            lengths = listed(f"{name} has {len(values)}" for name, values in named)
            raise self.error(f"the columns differ in length: {lengths} values", "give every row a value in each column")
        if not len(named[0][1]):
            raise self.error(f"there are no points: {names} are empty", "give at least two points")

    def finite(self, named: list[tuple[str, np.ndarray]], missing: str) -> np.ndarray:
        """Which rows to keep, (n,) bool."""
        keep = np.ones(len(named[0][1]), dtype=bool)
        for _, column in named:
            keep &= np.isfinite(column)
        gaps = len(keep) - int(np.count_nonzero(keep))
        if gaps and missing == "refuse":
            i = int(np.argmin(keep))
            values = ", ".join(f"{name}={values[i]:g}" for name, values in named)
            raise DataError(
                f"{self.row(i)} is not a finite point: {values}\n"
                f'hint: fill the gap or delete the row; missing="drop" leaves out such rows ({gaps} of {len(keep)})'
            )
        if gaps == len(keep):
            raise self.error(f"every row has a gap: all {gaps} were dropped", "is one of the columns empty?")
        return keep

    def positive(self, name: str, sigma: np.ndarray | None, keep: np.ndarray) -> None:
        if sigma is None or (sigma[keep] > 0).all():
            return
        i = int(np.argmax(keep & (sigma <= 0)))
        raise DataError(
            f"{self.row(i)}: {name} is {sigma[i]:g}, a number above 0 was expected\n"
            f"hint: {name} is the uncertainty of each y; leave it out if it is not known"
        )

    def enough(self, points: Points) -> None:
        if points.n == 1:
            values = ", ".join(f"{name}={v[0]:g}" for name, v in [*points.inputs.items(), (points.target, points.y)])
            left = f" is left of {points.dropped + 1}" if points.dropped else " only"
            raise self.error(f"one point{left}: {values}", "give at least as many points as the model has parameters")
        if all((values == values[0]).all() for values in points.inputs.values()):
            same = " and ".join(f"every {name} is {values[0]:g}" for name, values in points.inputs.items())
            raise self.error(
                f"{same}: a curve needs at least two places to pass through",
                "check which column is the input, and that it is not rounded away",
            )


def _real(value: Any) -> float:
    if isinstance(value, (str, bytes)):
        raise TypeError("text is not a number, even where it spells one")
    return float(value)


def _is_gap(value: Any) -> bool:
    return value is None or type(value).__name__ in ("NAType", "NaTType")  # pandas' own gaps, without importing pandas


def _shown(value: Any) -> str:
    text = f'"{value}"' if isinstance(value, str) else repr(value)
    return text if len(text) <= 40 else text[:39] + "…"


def noise(y: Any, scale: float, seed: int | np.random.RandomState = 42) -> np.ndarray:
    """Random numbers from a bell curve around 0, one for each y.

    y: any shape; only its shape is used.  scale: the standard deviation, zero or more.
    seed: a whole number, or a RandomState to draw on from. NumPy's legacy generator, so that the numbers are those of
    the fast.ai lesson "How does a neural net really work?".

    >>> noise([0, 0, 0], scale=1).round(4)
    array([ 0.4967, -0.1383,  0.6477])
    """
    if not scale >= 0:
        raise OptionError(
            f"the scale of the noise is {scale}, zero or more was expected\nhint: scale is a standard deviation"
        )
    return _random(seed).normal(scale=scale, size=np.shape(y))


def add_noise(y: Any, mult: float, add: float, seed: int | np.random.RandomState = 42) -> np.ndarray:
    """y made to look measured: each value a little too large or small, in proportion (mult) and overall (add).

    y: any shape, list, array or tensor; a NumPy array of that shape comes back.  mult, add: standard deviations.
    The noise in proportion is drawn first, as in the fast.ai lesson.

    >>> x = np.linspace(-2, 2, 20)
    >>> add_noise(3 * x**2 + 2 * x + 1, mult=0.15, add=1.5)[:3].round(4)
    array([11.869 ,  6.5433,  5.9396])
    """
    values = _Door("", 0).numbers("y", y)
    random = _random(seed)
    return values * (1 + noise(values, mult, random)) + noise(values, add, random)


def _random(seed: int | np.random.RandomState) -> np.random.RandomState:
    return seed if isinstance(seed, np.random.RandomState) else np.random.RandomState(seed)
