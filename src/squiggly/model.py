"""Model: a function with named parameters, from a formula, from a Python function, or from two models joined."""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from squiggly import unrecorded
from squiggly.derivative import derivatives
from squiggly.errors import FormulaError, ModelError, OptionError, listed, nearest
from squiggly.formula import caret, parse
from squiggly.operations import OPERATIONS
from squiggly.options import named_values
from squiggly.program import BLOCK, Expr, Program, apply, at_block, blocks, constant, name, names, ordered, substitute
from squiggly.record import NotRecorded, check, record
from squiggly.typeset import latex, text


@dataclass(frozen=True, eq=False)
class Model:
    """A function with parameters: prediction = f(inputs, parameters), one value for each point.

    inputs:     the names that are data
    names:      the parameters, in order
    expr:       the recorded function; None where it could not be recorded, and then `unrecorded` says why
    target:     what the formula's left side says it predicts, where it has one
    start:      start values that are known
    fixed:      parameters held constant, with their values

    Models add, subtract, multiply and divide, with each other and with numbers.

    >>> bump = as_model("h*exp(-(x - m)^2)") + as_model("a*x + b")
    >>> bump.names
    ('h', 'm', 'a', 'b')
    """

    inputs: tuple[str, ...]
    names: tuple[str, ...]
    expr: Expr | None
    target: Expr | None = None
    start: Mapping[str, float] = field(default_factory=dict)
    fixed: Mapping[str, float] = field(default_factory=dict)
    function: Callable[..., Any] | None = None
    arguments: tuple[str, ...] = ()
    unrecorded: str = ""
    by_name: bool = False  # a formula finds its columns by name; anything else may take them in order
    tensors: bool = False  # an unrecorded function that torch differentiates

    @property
    def free(self) -> tuple[str, ...]:
        """The parameters that a fit may move."""
        return tuple(n for n in self.names if n not in self.fixed)

    @property
    def formula(self) -> str | None:
        """The model as formula text; None where it is not recorded."""
        if self.expr is None:
            return None
        left = f"{text(self.target)} = " if self.target is not None else ""
        return left + text(self.expr)

    @property
    def latex(self) -> str | None:
        """The model typeset in LaTeX; None where it is not recorded."""
        if self.expr is None:
            return None
        return (f"{latex(self.target)} = " if self.target is not None else "") + latex(self.expr)

    @property
    def derivatives_by(self) -> str:
        """Where derivatives come from: "exact", "torch autograd" or "central differences"."""
        return "exact" if self.expr is not None else "torch autograd" if self.tensors else "central differences"

    def fix(self, **values: float) -> Model:
        """The same model with some parameters held constant.

        >>> as_model("a*x + b").fix(b=1).free
        ('a',)
        """
        known = named_values("fix", values, self.names)
        return replace(self, fixed={**self.fixed, **known})

    def program(self, wanted: tuple[str, ...] = ()) -> Program:
        """The Program of the value and of its derivative by each wanted parameter."""
        if self.expr is None:
            raise ModelError(
                f"this function could not be recorded: {self.unrecorded}\n"
                "hint: it still fits; a Program needs it written with NumPy or torch functions of one point"
            )
        return _program(self.inputs, self.names, self.expr, wanted)

    def predict(self, inputs: Any, **parameters: float) -> np.ndarray:
        """The curve: one value for each point.

        inputs: an array for a model of one input, otherwise a dict of arrays; parameters by name.

        >>> as_model("a*x + b").predict([0, 1, 2], a=2, b=1).tolist()
        [1.0, 3.0, 5.0]
        """
        given = {**self.fixed, **named_values("predict", parameters, self.names)}
        missing = [n for n in self.names if n not in given]
        if missing:
            raise OptionError(f"no value for {listed(missing)}\nhint: predict(x, {missing[0]}=1.0)")
        arrays = self.named_inputs(inputs)
        shape = np.broadcast_shapes(*(a.shape for a in arrays.values()))
        flat = {key: np.broadcast_to(a, shape).ravel() for key, a in arrays.items()}
        values = np.array([[given[n] for n in self.names]])
        return self.rows(values, flat)[0, 0].reshape(shape)

    def named_inputs(self, inputs: Any) -> dict[str, np.ndarray]:
        """Arrays by input name: a lone array is the only input."""
        if not isinstance(inputs, Mapping):
            if len(self.inputs) != 1:
                raise ModelError(
                    f"this model has {len(self.inputs)} inputs, {listed(self.inputs)}, got one array\n"
                    f'hint: give a dict: {{"{self.inputs[0]}": …}}'
                )
            inputs = {self.inputs[0]: inputs}
        lacking = [i for i in self.inputs if i not in inputs]
        if lacking:
            raise ModelError(f"no values for the input {listed(lacking)}\nhint: give a dict with a key for each input")
        return {i: np.asarray(detached(inputs[i]), dtype=float) for i in self.inputs}

    def rows(self, values: np.ndarray, inputs: Mapping[str, np.ndarray], wanted: tuple[str, ...] = ()) -> np.ndarray:
        """Value and derivatives for a batch of parameter sets: (batch, parameters) -> (batch, 1 + wanted, n)."""
        n = max(np.shape(v)[-1] for v in inputs.values())
        out = np.empty((len(values), 1 + len(wanted), n))
        if self.expr is None:
            for row, one in zip(out, values):
                row[:] = self._call(one, inputs, wanted, n)
            return out
        program = self.program(wanted)
        batch = {key: column[:, None] for key, column in zip(self.names, values.T)}
        if len(values) == 1:
            batch = dict(zip(self.names, values[0]))  # numbers: what depends on parameters only is computed once
        for block in blocks(n):
            part = {**(inputs if n <= BLOCK else at_block(inputs, block)), **batch}
            for k, result in enumerate(program.evaluate(part)):
                out[:, k, block] = result
        return out

    def _call(self, one: np.ndarray, inputs: Mapping[str, np.ndarray], wanted: Sequence[str], n: int) -> np.ndarray:
        assert self.function is not None
        given = {**inputs, **{key: float(v) for key, v in zip(self.names, one)}}
        arguments = [given[a] for a in self.arguments]
        value = unrecorded.predict(self.function, arguments, n)
        differentiate = unrecorded.autograd if self.tensors else unrecorded.differences
        slopes = differentiate(self.function, arguments, [self.arguments.index(w) for w in wanted], n)
        return np.vstack([value[None], slopes.T])

    def value_and_jacobian(self, values: np.ndarray, inputs: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """The curve (n,) and its derivative by every parameter (n, parameters), at one set of parameters."""
        rows = self.rows(np.asarray(values, dtype=float)[None], inputs, self.names)[0]
        return rows[0], rows[1:].T

    def torch(self) -> Callable[..., Any]:
        """The model as a torch function of its inputs, then its parameters: f(x, a, b)."""
        return torch_function(self.program(), (*self.inputs, *self.names))

    def renamed(self, new: Mapping[str, str]) -> Model:
        """The same model with inputs under other names."""
        renaming = {old: name(n) for old, n in new.items()}
        return replace(
            self,
            inputs=tuple(new.get(i, i) for i in self.inputs),
            expr=None if self.expr is None else substitute(self.expr, renaming),
            arguments=tuple(new.get(a, a) for a in self.arguments),
        )

    def __add__(self, other: Any) -> Model:
        return join("add", self, other)

    def __sub__(self, other: Any) -> Model:
        return join("subtract", self, other)

    def __mul__(self, other: Any) -> Model:
        return join("multiply", self, other)

    def __truediv__(self, other: Any) -> Model:
        return join("divide", self, other)

    def __radd__(self, other: Any) -> Model:
        return join("add", other, self)

    def __rsub__(self, other: Any) -> Model:
        return join("subtract", other, self)

    def __rmul__(self, other: Any) -> Model:
        return join("multiply", other, self)

    def __rtruediv__(self, other: Any) -> Model:
        return join("divide", other, self)

    def __repr__(self) -> str:
        shown = self.formula or getattr(self.function, "__name__", "a function")
        return f"Model({shown!r}, data: {', '.join(self.inputs)}, parameters: {', '.join(self.names)})"


@functools.lru_cache(maxsize=512)
def _program(inputs: tuple[str, ...], parameters: tuple[str, ...], expr: Expr, wanted: tuple[str, ...]) -> Program:
    return Program(inputs, parameters, (expr, *derivatives(expr, wanted)))


def detached(array: Any) -> Any:
    """A torch tensor as a NumPy array, anything else as it is."""
    return array.detach().cpu().numpy() if hasattr(array, "detach") else array


def join(op: str, left: Any, right: Any) -> Model:
    """Two models, or a model and a number, joined by one operation, point by point.

    Raises ModelError where both have a parameter of the same name.
    """
    a, b = (
        m if isinstance(m, Model) else Model((), (), constant(m)) if isinstance(m, (int, float)) else None
        for m in (left, right)
    )
    if a is None or b is None:
        raise ModelError(
            f"a model joins with a model or a number, got {type(right if a else left).__name__}\n"
            'hint: sq.as_model("…") makes a model of a formula or a function'
        )
    for m in (a, b):
        if m.expr is None:
            raise ModelError(
                f"only recorded models join; this one is not: {m.unrecorded}\nhint: join inside the function"
            )
    shared = [n for n in a.names if n in b.names]
    if shared:
        raise ModelError(
            f"both models have a parameter called {listed(shared)}\n"
            'hint: give one a prefix that keeps the names apart: sq.gaussian("p_") + sq.line()'
        )
    return Model(
        inputs=tuple(dict.fromkeys(a.inputs + b.inputs)),
        names=a.names + b.names,
        expr=apply(op, *(m.expr for m in (a, b) if m.expr is not None)),
        target=a.target or b.target,
        start={**a.start, **b.start},
        fixed={**a.fixed, **b.fixed},
        by_name=a.by_name or b.by_name,
    )


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
    read = parse(source, (*(columns or ()), *parameters))
    used = names(read.expr)
    if columns is None:
        columns = tuple(n for n in ("x", "t") if n in used and n not in parameters)[:1]
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
        raise OptionError(f"`{unknown[0]}` is named a parameter but is not in the formula: {read.text}")
    return Model(inputs, own, read.expr, read.target, by_name=True)


def _at_name(formula: str, word: str, problem: str, hint: str) -> FormulaError:
    at = next((m.start() for m in _words(formula) if m[0].strip("`") == word), 0)
    return caret(formula, at, len(word), problem, hint)


def _words(formula: str) -> Any:
    import re

    return re.finditer(r"`[^`]+`|[^\W\d]\w*", formula)


def _expect_columns(formula: str, wanted: Sequence[str], columns: Sequence[str]) -> None:
    for word in wanted:
        if word not in columns:
            near = nearest(word, columns)
            raise _at_name(
                formula,
                word,
                f"no column is called `{word}`; the columns are {listed(columns)}",
                f"did you mean {near}?" if near else "the left side names the column to predict",
            )


def _refuse_near_misses(formula: str, own: Sequence[str], columns: Sequence[str], used: Sequence[str]) -> None:
    """A parameter that is a column but for one slip of the keys was meant as the column."""
    for word in own:
        for column in columns:
            if column not in used and _slip(word, column):
                raise _at_name(
                    formula,
                    word,
                    f"`{word}` is not a column, but `{column}` is, and is not used",
                    f'write {column}, or say that {word} is a parameter: parameters=["{word}"] (--parameter {word})',
                )


def _slip(a: str, b: str) -> bool:
    """Whether two names differ by capitals, or by one letter where both have at least three.

    >>> _slip("tmie", "time"), _slip("tim", "time"), _slip("a", "b")
    (True, True, False)
    """
    a, b = a.lower(), b.lower()
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
    return replace(base, expr=expr)


def _runs_in_torch(base: Model) -> bool:
    random = np.random.default_rng(7)
    arguments = [
        np.linspace(0.1, 2.0, 9) if a in base.inputs else float(random.uniform(0.5, 2)) for a in base.arguments
    ]
    assert base.function is not None
    return unrecorded.differentiable(base.function, arguments, [base.arguments.index(n) for n in base.names], 9)


def _signature(function: Callable[..., Any]) -> tuple[list[str], dict[str, float]]:
    """Argument names in order, without those a `functools.partial` has fixed; numbers given as defaults are starts."""
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
    kinds = inspect.signature(function).parameters
    keywords = [a for a in arguments if kinds[a].kind == kinds[a].KEYWORD_ONLY]
    if not keywords:
        return function

    def positional(*values: Any) -> Any:
        given = dict(zip(arguments, values))
        return function(*(given[a] for a in arguments if a not in keywords), **{k: given[k] for k in keywords})

    return positional


def torch_function(program: Program, arguments: Sequence[str]) -> Callable[..., Any]:
    """A Program as a torch function, by the torch column of the table.

    Imports torch. Constants become tensors of the arguments' dtype, so float64 stays float64.
    """
    import importlib

    import torch

    def resolve(dotted: str) -> Callable[..., Any]:
        module, _, function = dotted.rpartition(".")
        return getattr(importlib.import_module(module), function)

    order = ordered(program.outputs)
    calls = {node: resolve(OPERATIONS[node.op].torch) for node in order if node.args}

    def forward(*values: Any) -> Any:
        given = dict(zip(arguments, map(torch.as_tensor, values)))
        dtype = functools.reduce(torch.promote_types, (v.dtype for v in given.values()))
        at: dict[Expr, Any] = {}
        for node in order:
            if node.op == "name":
                at[node] = given[node.value]
            elif node.op == "constant":
                at[node] = torch.tensor(node.value, dtype=dtype)
            else:
                at[node] = calls[node](*(at[a] for a in node.args))
        results = [at[node] for node in program.outputs]
        return results[0] if len(results) == 1 else results

    return forward
