"""Labels: what classes are called, sorted and numbered from 0; and which of their rows are held out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from squiggly.errors import DataError, listed
from squiggly.networks.batches import held_out
from squiggly.networks.source import Source
from squiggly.reading.columns import some

Label = str | bool | int
FEWEST = 20  # rows of a table that can spare some to be held out
WALKED = 50_000  # rows up to which the order is the page's; beyond, NumPy's own shuffle


def numbered(source: Source, name: str, values: Sequence[Any]) -> tuple[np.ndarray, tuple[Label, ...], np.ndarray]:
    """The number of each row's class (n,), the labels in their order, and which rows have a label, (n,) bool.

    values: text, yes and no, or whole numbers, all of one kind. Raises DataError with the row of any other.

    >>> numbered(Source(np.zeros((3, 1)), ("x",)), "kind", ["b", "a", "b"])[:2]
    (array([1, 0, 1]), ('a', 'b'))
    """
    found: list[Label | None] = []
    for row, value in enumerate(values):
        label = _label(value)
        if label is None and not _is_gap(value):
            shown = f'"{value}"' if isinstance(value, str) else f"{value!r:.40}"
            raise DataError(
                f"{source.place(row)}: {name} is {shown}, the label of a class was expected\n"
                "hint: classes are text, True and False, or whole numbers; leave classes out to predict a number"
            )
        found.append(label)
    kinds = {type(label) for label in found if label is not None}
    if len(kinds) > 1:
        first = next(label for label in found if label is not None)
        row = next(i for i, label in enumerate(found) if label is not None and type(label) is not type(first))
        raise DataError(
            f"{source.place(row)}: {name} is {found[row]!r}, a label like {first!r} was expected\n"
            "hint: write every label in one way: text, True and False, or whole numbers"
        )
    labels = tuple(sorted({label for label in found if label is not None}))  # type: ignore[type-var]
    at = {label: i for i, label in enumerate(labels)}
    known = np.array([label is not None for label in found], dtype=bool)
    return np.array([0 if label is None else at[label] for label in found], dtype=np.intp), labels, known


def _label(value: Any) -> Label | None:
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, str):
        return value.strip() or None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return int(value) if math.isfinite(number) and number.is_integer() else None


def _is_gap(value: Any) -> bool:
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return not value.strip() if isinstance(value, str) else isinstance(value, float | np.floating) and value != value


def expect_classes(name: str, labels: Sequence[Label], wanted: int, how: str) -> None:
    """Refuse another number of classes than the network has. Raises DataError."""
    if len(labels) == 1:
        raise DataError(
            f"every {name} is {labels[0]!r}: there is a single class, nothing to tell apart\n"
            "hint: is it the right column, and is the table whole?"
        )
    if len(labels) != wanted:
        shown = listed(map(repr, labels)) if len(labels) <= 6 else some([repr(label) for label in labels])
        cure = f"{how}(…, classes={len(labels)})" if how == "network" else f"end the module in {len(labels)} scores"
        raise DataError(f"{name} has {len(labels)} classes, {shown}; the {how} tells {wanted} apart\nhint: {cure}")


def split(rows: np.ndarray, seed: int, share: float, classes: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Which rows train and which are held out, each in the table's order; none are held out of fewer than 20.

    classes: (rows,) the class of each, so that every class has its share held out, one of a single row none.

    >>> [part.tolist() for part in split(np.arange(20), 0, 0.1, np.repeat([0, 1], 10))]
    [[0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 16, 17, 18, 19], [2, 13]]
    """
    n = len(rows)
    if n < FEWEST or share == 0:
        return rows, rows[:0]
    if classes is None:
        if n <= WALKED:
            train, out = held_out(n, seed, share)
        else:
            shuffled = np.random.RandomState(seed).permutation(n)
            train, out = np.sort(shuffled[round(n * share) :]), np.sort(shuffled[: round(n * share)])
        return rows[train], rows[out]
    shuffled = np.random.RandomState(seed).permutation(n)
    sizes = np.bincount(classes)
    shuffled = shuffled[sizes[classes[shuffled]] > 1]
    shuffled = shuffled[np.argsort(classes[shuffled], kind="stable")]  # by class, in random order within each
    taken = np.floor(share * (np.arange(len(shuffled)) + 1) + 0.5)
    picked = np.diff(taken, prepend=np.floor(0.5)) > 0
    out = shuffled[picked]
    lost = np.setdiff1d(np.unique(classes[out]), np.unique(np.delete(classes, out)))
    for one in lost:  # every class keeps a row to train on
        out = np.delete(out, np.flatnonzero(classes[out] == one)[0])
    mask = np.zeros(n, dtype=bool)
    mask[out] = True
    return rows[~mask], rows[mask]
