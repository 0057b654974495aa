"""A curve for each column, added up (Hastie and Tibshirani, 1986): what polynomial and relus mean for many columns."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial, reduce

import numpy as np

from squiggly.errors import OptionError
from squiggly.expression import Expr, apply, constant, name
from squiggly.model import Model
from squiggly.options import as_float
from squiggly.shapes import polynomial, relus

MOST = 16  # hinges a column that "auto" tries
PATIENCE = 3  # numbers of hinges in a row that are no better, before the best is taken
ENOUGH = 1e-3  # of the height of y: an rms at which no more hinges are asked for


def polynomials(x: np.ndarray, degree: int) -> Model:
    """A polynomial of one column, or one of each column, added up: linear in its parameters.

    x: (n, columns). degree: of each; a column of m different values gets m - 1 at most, a constant one no term.

    >>> polynomials(np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 0.0]]), 2).formula
    'c0 + c1_1*x1 + c1_2*x1^2 + c2_1*x2'
    """
    _expect_whole("degree", degree, 0)
    powers = [min(int(degree), len(np.unique(column)) - 1) for column in x.T]
    if len(powers) == 1:
        return polynomial(powers[0])
    terms, own = [name("c0")], ["c0"]
    for k, most in enumerate(powers, 1):
        for power in range(1, most + 1):
            own.append(f"c{k}_{power}")
            terms.append(apply("multiply", name(own[-1]), apply("power", name(f"x{k}"), constant(power))))
    return _summed(terms, own, len(powers))


def hinged(x: np.ndarray, y: np.ndarray, hinges: int | str) -> Model:
    """A line with hinges for each column, added up. Of one column it is `relus`, whose hinges are searched for.

    x: (n, columns), y: (n,). Of several columns the hinges stand evenly among each column's different values, and stay:
    what is left to find is linear. hinges: how many a column; "auto": as many as lower the Bayesian information
    criterion. A column of m different values gets m - 2 at most, a constant one no term.

    >>> x = np.array([[0.0, 5.0], [1.0, 6.0], [2.0, 5.0], [3.0, 5.0]])
    >>> model = hinged(x, x[:, 0], 1)
    >>> model.formula, dict(model.fixed)
    ('c0 + c1*x1 + w1_1*relu(x1 - t1_1) + c2*x2', {'t1_1': 1.5})
    """
    if hinges != "auto":
        _expect_whole("hinges", hinges, 0, ', or "auto"')
    if x.shape[1] == 1:
        return relus(hinges if hinges == "auto" else int(hinges)) if hinges else polynomial(1)
    count = _enough(x, y) if hinges == "auto" else int(hinges)
    places = [_places(column, count) for column in x.T]
    terms, own, held = [name("c0")], ["c0"], {}
    for k, (column, stands) in enumerate(zip(x.T, places), 1):
        if column.min() == column.max():
            continue
        own.append(f"c{k}")
        terms.append(apply("multiply", name(own[-1]), name(f"x{k}")))
        for i, place in enumerate(stands.tolist(), 1):
            own += [f"w{k}_{i}", f"t{k}_{i}"]
            held[own[-1]] = place
            hinge = apply("relu", apply("subtract", name(f"x{k}"), name(f"t{k}_{i}")))
            terms.append(apply("multiply", name(f"w{k}_{i}"), hinge))
    return _summed(terms, own, x.shape[1]).fix(**held)


def _summed(terms: Sequence[Expr], own: Sequence[str], columns: int) -> Model:
    inputs = tuple(f"x{k + 1}" for k in range(columns))
    return Model(inputs, tuple(own), reduce(partial(apply, "add"), terms))


def _places(column: np.ndarray, hinges: int) -> np.ndarray:
    """Where the hinges of one column stand: evenly among its different values, none at either end."""
    different = np.unique(column).astype(np.float64)
    count = min(hinges, max(len(different) - 2, 0))
    return np.quantile(different, np.arange(1, count + 1) / (count + 1))


def _enough(x: np.ndarray, y: np.ndarray) -> int:
    """The number of hinges a column with the lowest n·ln(squares/n) + k·ln(n), of those that leave points to spare."""
    n, enough = len(y), len(y) * (ENOUGH * float(np.ptp(y))) ** 2
    best, lowest = 0, np.inf
    for hinges in range(MOST + 1) if enough else ():
        columns = [np.ones(n)]
        for column in x.T:
            columns += [column, *(np.maximum(column - t, 0.0) for t in _places(column, hinges))]
        if len(columns) + 2 > n or hinges - best > PATIENCE:
            break
        basis = np.stack(columns, axis=1)
        left = y - basis @ np.linalg.lstsq(basis, y, rcond=None)[0]
        criterion = n * np.log(max(float(left @ left), enough) / n) + len(columns) * np.log(n)
        if criterion < lowest:
            best, lowest = hinges, criterion
    return best


def _expect_whole(option: str, value: object, least: int, more: str = "") -> None:
    number = as_float(value)
    if isinstance(value, bool) or not (number >= least and number.is_integer()):
        raise OptionError(
            f"{option} is {value!r}, a whole number of {least} or more{more} was expected\nhint: {option}=2"
        )
