"""Which column is which: a model and a table, bound into a Model whose inputs are columns, and its Points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from squiggly.errors import DataError, ModelError, OptionError, listed, nearest
from squiggly.expression import Expr, name, names
from squiggly.model import Model, detached
from squiggly.modelling import as_model
from squiggly.points import Points
from squiggly.program import Program
from squiggly.reading.columns import Table
from squiggly.reading.naming import alike, same
from squiggly.reading.tables import open_table
from squiggly.typeset import text


def bind(
    source: Any,
    data: Any,
    *,
    sigma: Any = None,
    missing: str = "refuse",
    parameters: Sequence[str] = (),
) -> tuple[Model, Points]:
    """The model with its inputs named as the table's columns, and the points to fit it to.

    source: a formula, a function or a Model; data: whatever `tables.open_table` takes.
    sigma: the name of a column, an array, or one number for every point.
    parameters: names that are parameters even where a column has the same name.
    Raises DataError, FormulaError, ModelError or OptionError.

    >>> bind("counts = a*exp(-t/tau)", {"t": [0, 1, 2], "counts": [5, 3, 2]})
    (Model('counts = a*exp(-t/tau)', data: t, parameters: a, tau), Points(n=3, inputs=t, target=counts))
    """
    brought = _brings_sigma(data)
    data = _columns_apart(source, data)
    table = open_table(data)
    if not table.columns:
        raise DataError(f"{table.where} has no columns\nhint: give at least two: what was set, and what was measured")
    bound = as_model(source, table.columns, parameters=parameters)
    spread = _sigma_column(table, sigma, brought)
    bound = _with_inputs(bound, table, spread)
    target = bound.target if bound.target is not None else name(_target_column(bound, table, spread))
    bound = bound if bound.target is target else replace(bound, target=target)
    predicted = names(target)
    columns, notes = table.explained(list(dict.fromkeys([*bound.inputs, *predicted, *([spread] if spread else [])])))
    points = Points.checked(
        {i: columns[i] for i in dict.fromkeys([*bound.inputs, *predicted[:-1]])},
        columns[predicted[-1]],
        columns[spread] if spread else sigma,
        target=predicted[-1],
        sigma_name=spread or "sigma",
        missing=missing,
        first_row=table.first_row,
        where=table.where if table.first_row else "",
        notes=notes or (data.notes if isinstance(data, Points) else ()),
        fresh=table.fresh and (spread is not None or sigma is None),
    )
    if target.op != "name":
        points = replace(points, y=_transformed(target, points), target=text(target))
    if len(points.inputs) > len(bound.inputs):  # columns of the left side only
        points = replace(points, inputs={i: points.inputs[i] for i in bound.inputs})
    return (_sized(bound, points) if bound.sized is not None else bound), points


def _sized(bound: Model, points: Points) -> Model:
    """The model that the points have said the size of, with their names."""
    assert bound.sized is not None
    made = bound.sized(points)
    clash = [n for n in (*points.inputs, points.target) if n in made.names]
    if clash:
        raise ModelError(
            f"`{clash[0]}` is both a column and a parameter of the model\n"
            'hint: rename the column, or give the model a prefix: sq.relus("auto", prefix="p_")'
        )
    return replace(made.renamed(dict(zip(made.inputs, bound.inputs))), target=bound.target)


def _columns_apart(source: Any, data: Any) -> Any:
    """(X, z), with X of a column for each input of a model that takes them in order, as named columns."""
    inputs = source.inputs if isinstance(source, Model) and not source.by_name else ()
    if not (isinstance(data, tuple) and len(data) in (2, 3) and len(inputs) > 1):
        return data
    if getattr(data[0], "ndim", None) != 2 or data[0].shape[1] != len(inputs):
        return data
    target = next(n for n in ("z", "w", "v", "u", "y") if n not in inputs)
    together = np.asarray(detached(data[0]))
    return dict(zip((*inputs, target, "sigma"), (*together.T, *data[1:])))


def _brings_sigma(data: Any) -> bool:
    """Whether the points come with their uncertainty: (x, y, sigma), or Points that have one."""
    return data.sigma is not None if isinstance(data, Points) else isinstance(data, tuple) and len(data) == 3


def _sigma_column(table: Table, sigma: Any, brought: bool) -> str | None:
    if isinstance(sigma, str):
        sigma = sigma if sigma in table.columns else same(sigma, table.columns) or sigma
        if sigma not in table.columns:
            near = alike(sigma, table.columns) or nearest(sigma, table.columns)
            raise OptionError(
                f"sigma: no column is called `{sigma}`; the columns are {listed(table.columns)}\n"
                + (f"hint: did you mean {near}?" if near else "hint: name the column with the uncertainty of each y")
            )
        return sigma
    return "sigma" if sigma is None and brought else None


def _with_inputs(bound: Model, table: Table, spread: str | None) -> Model:
    """The model with inputs that are columns: by name, or, for a function or a built-in, in order."""
    if bound.by_name or all(i in table.columns for i in bound.inputs):
        if not bound.inputs:
            raise _no_input(bound, table)
        lacking = [i for i in bound.inputs if i not in table.columns]
        if lacking:
            near = nearest(lacking[0], table.columns)
            raise ModelError(
                f"the model's input `{lacking[0]}` is not a column; the columns are {listed(table.columns)}\n"
                f"hint: {f'did you mean {near}?' if near else 'rename the column or the argument'}"
            )
        return bound
    targets = names(bound.target) if bound.target is not None else []
    rest = [c for c in table.columns if c != spread and c not in targets]
    others = [c for c in rest if c != "y"]
    rest = others if len(others) >= len(bound.inputs) else rest
    if len(rest) < len(bound.inputs):
        raise DataError(
            f"{table.where} has the columns {listed(table.columns)}: none is left for "
            f"{listed(bound.inputs[len(rest) :])}\n"
            f"hint: the input{'s come' if len(bound.inputs) > 1 else ' comes'} first, then what is predicted"
        )
    free_to_rename = {i: c for i, c in zip(bound.inputs, rest)}
    clash = [c for c in free_to_rename.values() if c in bound.names]
    if clash:
        raise ModelError(
            f"`{clash[0]}` is both a column and a parameter of the model\n"
            f'hint: rename the column, or give the model a prefix: sq.gaussian("p_")'
        )
    return bound.renamed(free_to_rename)


def _no_input(bound: Model, table: Table) -> ModelError:
    from squiggly.shapes import MODELS

    near = nearest(bound.names[0], MODELS) if len(bound.names) == 1 else None
    hint = (
        f"did you mean the built-in {near}?"
        if near
        else f"write it with a column, for example a*{text(name(table.columns[0]))} + b"
    )
    are = "is a parameter" if len(bound.names) == 1 else "are all parameters"
    return ModelError(
        f"the formula uses none of the columns {listed(table.columns)}: {listed(bound.names)} {are}\nhint: {hint}"
        if bound.names
        else f"the formula uses none of the columns {listed(table.columns)}\n"
        f"hint: write it with a column, for example a*{text(name(table.columns[0]))} + b"
    )


def _target_column(bound: Model, table: Table, spread: str | None) -> str:
    """What a model without a left side predicts: `y`, or the only column left; a function or built-in, the next one."""
    left = [c for c in table.columns if c not in bound.inputs and c != spread and c not in bound.names]
    if "y" in left:
        return "y"
    if not left:
        raise DataError(
            f"{table.where} has no column left to predict; its columns are {listed(table.columns)}\n"
            "hint: give a second column, for what was measured"
        )
    if len(left) > 1 and bound.by_name:
        raise ModelError(
            f"which column is predicted, {' or '.join(left)}?\nhint: write `{left[0]} = …`: the left side says it"
        )
    return left[0]


def _transformed(target: Expr, points: Points) -> np.ndarray:
    """The left side of a formula such as log(y) = …, computed from its columns."""
    values = {**points.inputs, points.target: points.y}
    [y] = Program(tuple(values), (), (target,))(values, {})
    if not np.isfinite(y).all():
        row = int(np.argmin(np.isfinite(y)))
        seen = ", ".join(f"{n}={values[n][row]:g}" for n in names(target))
        raise DataError(
            f"{text(target)} is not finite at point {row}: {seen}\nhint: leave out the rows where it has no value"
        )
    return y
