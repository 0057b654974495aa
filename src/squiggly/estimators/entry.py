"""Where tables come in: checked by scikit-learn's own rules, refused in squiggly's words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from squiggly.errors import DataError, OptionError

# What scikit-learn's message speaks of, and what to do about it; the first that is found is said.
_CURES = (
    ("sparse", "give X as a dense table: X.toarray()"),
    ("feature names", "give the columns that it was fitted with, by the same names and in the same order"),
    ("is expecting", "give the columns that it was fitted with, in the same order"),
    ("input y contains", "leave out the rows that have no y"),
    ("nan", "fill the gaps first: sklearn.impute.SimpleImputer in a pipeline does"),
    ("infinity", "find what overflowed, perhaps a division by zero"),
    ("inconsistent numbers", "give each row of X its y"),
    ("unknown label type", "labels are text, True and False or whole numbers; numbers are for Regressor"),
    ("sample(s)", "give more rows"),
    ("feature(s)", "give X a column at least"),
    ("y should be a 1d array", "one y for each row: y[:, 0], or an estimator for each column of y"),
    ("1d array", "X[:, None] makes a list of numbers a column; one row is X[None]"),
    ("complex", "take a real part: X.real, X.imag or abs(X)"),
    ("convert", "turn text into numbers first: sklearn.preprocessing.OneHotEncoder in a pipeline does"),
)
_CURE = "X is a table of numbers, a row for each point, and y has one value for each row"


class WrongType(DataError, TypeError):
    """A DataError where scikit-learn's rules ask for a TypeError."""


def learned(estimator: Any, X: Any, y: Any, numbers: bool) -> tuple[np.ndarray, np.ndarray]:
    """The rows to learn from, (n, columns) and (n,). Sets n_features_in_ and feature_names_in_. Raises DataError.

    numbers: whether y holds numbers; otherwise labels.
    """
    from sklearn.utils.validation import validate_data

    if y is None:
        raise DataError(
            f"{type(estimator).__name__} requires y to be passed, but the target y is None\n"
            "hint: fit(X, y), with one y for each row of X"
        )

    def read() -> tuple[np.ndarray, np.ndarray]:
        if numbers:
            _expect_no_text(np.asarray(y))
        x, target = validate_data(
            estimator, X, y, dtype=[np.float64, np.float32], ensure_min_samples=2, y_numeric=numbers
        )
        return x, np.asarray(target, dtype=np.float64) if numbers else target

    return _in_our_words(read)


def met(estimator: Any, X: Any) -> np.ndarray:
    """New rows for a fitted estimator, (n, columns). Raises scikit-learn's NotFittedError before a fit, DataError."""
    from sklearn.utils.validation import check_is_fitted, validate_data

    check_is_fitted(estimator)
    return _in_our_words(lambda: validate_data(estimator, X, dtype=[np.float64, np.float32], reset=False))


def seed_of(random_state: Any) -> int:
    """A seed from what scikit-learn calls random_state: a whole number, a RandomState, or None for another each time.

    >>> seed_of(7)
    7
    """
    from sklearn.utils import check_random_state

    if isinstance(random_state, int | np.integer) and 0 <= random_state < 2**32:
        return int(random_state)
    try:
        return int(check_random_state(random_state).randint(2**31 - 1))
    except ValueError:
        raise OptionError(
            f"random_state is {random_state!r}, a whole number from 0 to 2**32 - 1, a RandomState or None was wanted\n"
            "hint: random_state=0"
        ) from None


def expect_labels(y: np.ndarray) -> None:
    """Refuse what are no labels of classes. Raises DataError."""
    from sklearn.utils.multiclass import check_classification_targets

    _in_our_words(lambda: check_classification_targets(y))


def names_of(estimator: Any) -> tuple[str, ...]:
    """What the columns that it was fitted with are called: as in the frame, otherwise x, or x1, x2 …"""
    from squiggly.reading.naming import readable, unique

    if hasattr(estimator, "feature_names_in_"):
        return unique(readable(map(str, estimator.feature_names_in_)))[0]
    k = estimator.n_features_in_
    return ("x",) if k == 1 else tuple(f"x{i + 1}" for i in range(k))


def _expect_no_text(y: np.ndarray) -> None:
    texts = [row for row, value in enumerate(y.flat) if isinstance(value, str)] if y.dtype.kind in "OU" else []
    if texts:
        raise DataError(
            f'row {texts[0]}: y is "{y.flat[texts[0]]}", a number was expected\n'
            "hint: sq.Classifier tells labels apart; numbers that are text become numbers with y.astype(float)"
        )


def _in_our_words(read: Callable[[], Any]) -> Any:
    """What `read` returns; what scikit-learn refuses, as a DataError with a hint."""
    try:
        return read()
    except DataError:
        raise
    except (ValueError, TypeError) as error:
        said = str(error).rstrip()
        said = said.split("\n")[0] if "NaN" in said else said  # what follows is about other estimators
        cure = next((cure for word, cure in _CURES if word in said.lower()), _CURE)
        kind = WrongType if isinstance(error, TypeError) else DataError
        raise kind(f"{said}\nhint: {cure}") from None
