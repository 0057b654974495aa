"""What a caller gives as a model, made into a Model: a formula, a Python function, a built-in. Which names are data."""

from __future__ import annotations

import functools
import inspect
import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from squiggly import unrecorded
from squiggly.errors import FormulaError, ModelError, OptionError, listed, nearest
from squiggly.expression import name, names, substitute
from squiggly.formula import Formula, caret, parse
from squiggly.model import Model
from squiggly.reading.naming import alike, same, unquoted, written
from squiggly.record import NotRecorded, check, record

_WORD = re.compile(r"`[^`]+`|[^\W\d]\w*")


def as_model(
    source: str | Callable[..., Any] | Model,
    columns: Sequence[str] | None = None,
    *,
    parameters: Sequence[str] = (),
) -> Model:
    """A Model from a formula, a function or a model.

    columns: the names that are data, where known: in a formula, the names among them are data and the rest are
    parameters; in a function, the argument named `x` or like a column is data, otherwise the first.
    parameters: names that are parameters even where a column has the same name.
    Without columns a formula's data is `x`, or else `t`.
    Raises FormulaError or ModelError.

    >>> as_model("counts = a*exp(-t/tau) + c", ["t", "counts"])
    Model('counts = a*exp(-t/tau) + c', data: t, parameters: a, tau, c)
    """
    if isinstance(source, Model):
        return source
    if isinstance(source, str):
        return _from_formula(source, tuple(columns) if columns is not None else None, tuple(parameters))
    if callable(source):
        return _from_function(source, tuple(columns or ()), tuple(parameters))
    raise ModelError(
        f"a model is a formula, a function or a built-in, got {type(source).__name__}\n"
        'hint: "y = a*x + b", lambda x, a, b: a*x + b, or sq.line()'
    )


@functools.lru_cache(maxsize=256)
def _from_formula(source: str, columns: tuple[str, ...] | None, parameters: tuple[str, ...]) -> Model:
    read = _with_columns_spelled(parse(source, (*(columns or ()), *parameters)), columns or (), parameters)
    used = names(read.expr)
    if columns is None:
        columns = _usual_inputs(used, (*parameters, *(names(read.target) if read.target is not None else ())))
    elif read.target is not None:
        _expect_columns(read.text, names(read.target), columns)
    targets = names(read.target) if read.target is not None else []
    inputs = tuple(n for n in used if n in columns and n not in parameters and n not in targets)
    own = tuple(n for n in used if n not in inputs)
    circular = [n for n in own if n in targets and n not in parameters]
    if circular:
        raise _at_name(
            read.text, circular[0], f"`{circular[0]}` is on both sides", "keep what is predicted on the left only"
        )
    _refuse_near_misses(read.text, [n for n in own if n not in parameters], columns, (*used, *targets))
    unknown = [p for p in parameters if p not in used]
    if unknown:
        raise OptionError(
            f"`{unknown[0]}` is named a parameter but is not in the formula: {read.text}\n"
            "hint: write it into the formula, or do not name it a parameter"
        )
    return Model(inputs, own, read.expr, read.target, by_name=True, euler=read.euler)


def _usual_inputs(used: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    """What is data where no table says it: x, or else t; y beside x, and z beside both.

    >>> _usual_inputs(["a", "x", "b", "y"], []), _usual_inputs(["a", "x", "z"], []), _usual_inputs(["a", "t"], [])
    (('x', 'y'), ('x',), ('t',))
    """
    known = [n for n in used if n not in others]
    if "x" not in known:
        return ("t",) if "t" in known else ()
    return ("x", "y", "z")[: 1 if "y" not in known else 2 if "z" not in known else 3]


def _with_columns_spelled(read: Formula, columns: Sequence[str], parameters: Sequence[str]) -> Formula:
    """The formula with every name that is a column in other Unicode characters spelled as the column is."""
    used = [*names(read.expr), *(names(read.target) if read.target is not None else [])]
    other = [n for n in used if n not in columns and n not in parameters]
    spelled = {n: name(column) for n in other if (column := same(n, columns)) is not None}
    if not spelled:
        return read
    target = None if read.target is None else substitute(read.target, spelled)
    return replace(read, target=target, expr=substitute(read.expr, spelled))


def _at_name(formula: str, word: str, problem: str, hint: str) -> FormulaError:
    at = next((m.start() for m in _WORD.finditer(formula) if m[0].strip("`") == word), 0)
    return caret(formula, at, len(word), problem, hint)


def _expect_columns(formula: str, wanted: Sequence[str], columns: Sequence[str]) -> None:
    for word in wanted:
        if word not in columns:
            near = alike(word, columns) or nearest(word, columns)
            raise _at_name(
                formula,
                word,
                f"no column is called `{word}`; the columns are {listed(columns)}",
                f"did you mean {written(near)}?" if near else "the left side names the column to predict",
            )


def _refuse_near_misses(formula: str, own: Sequence[str], columns: Sequence[str], used: Sequence[str]) -> None:
    """A parameter that is a column but for a slip of the keys, or a part of an odd name, was meant as the column."""
    free = [column for column in columns if column not in used]
    whole = unquoted(formula, free)
    for word in own:
        near = [whole] if whole is not None and word in _WORD.findall(whole) else []  # of my-col: my, col
        near = near or [column for column in free if _slip(word, column)] or [c for c in [alike(word, free)] if c]
        if near:
            raise _at_name(
                formula,
                word,
                f"`{word}` is not a column, but `{near[0]}` is, and is not used",
                f"write {written(near[0])}, or say that {word} is a parameter: "
                f'parameters=["{word}"] (--parameter {word})',
            )


def _slip(a: str, b: str) -> bool:
    """Whether two names look alike, differ by capitals, or by one letter where both have at least three.

    >>> _slip("tmie", "time"), _slip("tim", "time"), _slip("a", "b")
    (True, True, False)
    """
    a, b = (unicodedata.normalize("NFKC", n).lower() for n in (a, b))
    if a == b:
        return True
    if min(len(a), len(b)) < 3 or abs(len(a) - len(b)) > 1:
        return False
    at = next((i for i, (p, q) in enumerate(zip(a, b)) if p != q), min(len(a), len(b)))
    rest_a, rest_b = a[at:], b[at:]
    swapped = len(rest_a) > 1 and rest_a[1] + rest_a[0] + rest_a[2:] == rest_b
    return swapped or rest_a[1:] == rest_b[1:] or rest_a[1:] == rest_b or rest_a == rest_b[1:]


def _from_function(function: Callable[..., Any], columns: Sequence[str], parameters: Sequence[str]) -> Model:
    arguments, start = _signature(function)
    data = [a for a in arguments if (a == "x" or a in columns) and a not in parameters] or [
        a for a in arguments if a not in parameters
    ][:1]
    if not data:
        raise ModelError("the function takes no argument that could be data\nhint: def f(x, a, b): …")
    own = tuple(a for a in arguments if a not in data)
    ordered_call = _by_position(function, arguments)
    base = Model(
        tuple(data),
        own,
        None,
        start={k: v for k, v in start.items() if k in own},
        function=ordered_call,
        arguments=tuple(arguments),
        by_name=any(a in columns for a in data),
    )
    try:
        expr = record(ordered_call, arguments)
        check(expr, ordered_call, arguments, data)
    except NotRecorded as reason:
        return replace(base, unrecorded=str(reason), tensors=_runs_in_torch(base))
    except Exception as reason:  # the function itself failed on an ordinary array: the fit will meet it again
        return replace(base, unrecorded=f"{type(reason).__name__}: {reason}", tensors=_runs_in_torch(base))
    return replace(base, expr=expr, function=None)  # its expression is all that is needed from here on


def _runs_in_torch(base: Model) -> bool:
    random = np.random.default_rng(7)
    arguments = [
        np.linspace(0.1, 2.0, 9) if a in base.inputs else float(random.uniform(0.5, 2)) for a in base.arguments
    ]
    assert base.function is not None
    try:
        return unrecorded.differentiable(base.function, arguments, [base.arguments.index(n) for n in base.names], 9)
    except ModelError:  # it will be met again, on the caller's own points
        return False


def _signature(function: Callable[..., Any]) -> tuple[list[str], dict[str, float]]:
    """Argument names in order, without those a `functools.partial` has fixed; numbers given as defaults are starts."""
    if isinstance(function, np.ufunc):  # np.sin: x, and no parameters
        return ["x", "y", "z"][: function.nin], {}
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError) as error:
        raise ModelError(
            f"cannot tell the arguments of {function!r}\nhint: wrap it: lambda x, a, b: f(x, a, b)"
        ) from error
    fixed = function.keywords if isinstance(function, functools.partial) else {}
    arguments: list[str] = []
    start: dict[str, float] = {}
    for parameter in signature.parameters.values():
        if parameter.name in fixed:
            continue
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise ModelError(
                f"the function takes *{parameter.name}: its parameters have no names\n"
                "hint: name them: lambda x, a, b: f(x, a, b)"
            )
        arguments.append(parameter.name)
        if isinstance(parameter.default, (int, float)) and math.isfinite(parameter.default):
            start[parameter.name] = float(parameter.default)
    return arguments, start


def _by_position(function: Callable[..., Any], arguments: Sequence[str]) -> Callable[..., Any]:
    """The function called with values in the order of `arguments`, whichever must go by keyword."""
    if isinstance(function, np.ufunc):
        return function
    kinds = inspect.signature(function).parameters
    keywords = [a for a in arguments if kinds[a].kind == kinds[a].KEYWORD_ONLY]
    if not keywords:
        return function

    def positional(*values: Any) -> Any:
        given = dict(zip(arguments, values))
        return function(*(given[a] for a in arguments if a not in keywords), **{k: given[k] for k in keywords})

    return positional
