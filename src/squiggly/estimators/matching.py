"""A model and the columns of X, brought together: which column is which input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from squiggly.errors import DataError, ModelError, OptionError, listed, nearest
from squiggly.estimators.additive import hinged, polynomials
from squiggly.expression import name
from squiggly.formula import parse
from squiggly.model import Model
from squiggly.modelling import as_model
from squiggly.shapes import MODELS
from squiggly.typeset import text


def bound(
    source: Any, x: np.ndarray, y: np.ndarray, names: Sequence[str], named: bool, degree: int, hinges: int | str
) -> tuple[Model, dict[str, int]]:
    """The model with its inputs named as the columns, its target named, and the column of each input.

    source: a built-in's name, a formula, a function or a Model.  x: (n, columns), y: (n,)
    names: what the columns are called; named: whether a frame called them so. Where none did, and the model's inputs
    have other names, they are the columns in order.
    Raises FormulaError, ModelError, DataError, OptionError.

    >>> x = np.arange(6.0).reshape(3, 2)
    >>> model, inputs = bound("a*x1 + b*x2", x, x[:, 0], ("x1", "x2"), False, 2, 2)
    >>> model.formula, inputs
    ('y = a*x1 + b*x2', {'x1': 0, 'x2': 1})
    """
    model = _made(source, x, y, names, named, degree, hinges)
    if not model.inputs:
        raise ModelError(
            f"the model {model.formula} uses none of the columns of X, {listed(names)}\n"
            f"hint: write it with a column, for example a*{text(name(names[0]))} + b"
        )
    if all(i in names for i in model.inputs):
        inputs = {i: names.index(i) for i in model.inputs}
    else:
        model = _in_order(model, names, named)
        inputs = {i: k for k, i in enumerate(model.inputs)}
    if model.target is None:
        taken = {*names, *model.inputs, *model.names}
        target = next(n for n in ("y", "z", "target", *(f"target{i}" for i in range(len(taken)))) if n not in taken)
        model = replace(model, target=name(target))
    return replace(model, by_name=True), inputs


def _made(
    source: Any, x: np.ndarray, y: np.ndarray, names: Sequence[str], named: bool, degree: int, hinges: int | str
) -> Model:
    if source == "polynomial" if isinstance(source, str) else source is MODELS["polynomial"]:
        return polynomials(x, degree)
    if source == "relus" if isinstance(source, str) else source is MODELS["relus"]:
        return hinged(x, y, hinges)
    if isinstance(source, str):
        return MODELS[source]() if source in MODELS else _from_formula(source, names, named)
    if any(source is builder for builder in MODELS.values()):
        return source()  # type: ignore[no-any-return]
    model = as_model(source, names)
    if model.target is not None:
        _expect_target(model.target, names, model.formula or "")
    return model


def _from_formula(source: str, names: Sequence[str], named: bool) -> Model:
    target = parse(source, names).target
    if target is not None:
        _expect_target(target, names, source)
    elif source.isidentifier() and source not in names and (meant := nearest(source, MODELS)):
        raise OptionError(f"model is {source!r}, which is no formula of the columns\nhint: did you mean {meant}?")
    known = [*names, *([target.value] if target is not None else [])]
    model = as_model(source, known)
    return model if model.inputs or named else as_model(source)


def _expect_target(target: Any, names: Sequence[str], formula: str) -> None:
    if target.op != "name":
        raise ModelError(
            f"the left side of {formula} is {text(target)}, but y is what is predicted\n"
            "hint: write the right side alone; sklearn.compose.TransformedTargetRegressor fits a function of y"
        )
    if target.value in names:
        raise ModelError(
            f"`{target.value}` is on the left side of {formula}, and is a column of X\n"
            "hint: leave what is predicted out of X"
        )


def _in_order(model: Model, names: Sequence[str], named: bool) -> Model:
    """The model with its inputs as the columns, in order, called as they are unless a parameter is."""
    if named and model.by_name:
        lacking = next(i for i in model.inputs if i not in names)
        near = nearest(lacking, names)
        raise ModelError(
            f"the model's input `{lacking}` is not a column of X; the columns are {listed(names)}\n"
            f"hint: {f'did you mean {near}?' if near else 'rename the column or the input'}"
        )
    if len(model.inputs) != len(names):
        many = len(names) > 1
        raise DataError(
            f"X has {len(names)} column{'s' * many}, the model takes {len(model.inputs)}: {listed(model.inputs)}\n"
            'hint: give X those columns; model="polynomial", "relus" or None take any number'
        )
    if not named or model.sized is not None or set(names) & set(model.names):
        return model
    return model.renamed(dict(zip(model.inputs, names)))
