"""Model: a function with named parameters, and what can be asked of it; two models joined."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from squiggly import unrecorded
from squiggly.derivative import derivatives
from squiggly.errors import ModelError, OptionError, listed
from squiggly.expression import Expr, apply, constant, name, ordered, substitute
from squiggly.operations import OPERATIONS
from squiggly.options import named_values
from squiggly.program import BLOCK, Program, at_block, blocks
from squiggly.typeset import latex, text

if TYPE_CHECKING:
    from squiggly.page.lab import Lab
    from squiggly.points import Points


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

    >>> from squiggly import as_model
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
    euler: bool = False  # a formula with the constant e in it, which someone may have meant as a parameter
    tensors: bool = False  # an unrecorded function that torch differentiates
    sized: Callable[[Points], Model] | None = None  # makes the model once the points are known: they say its size
    note: str = ""  # what was chosen for the caller, in words

    @cached_property
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

        >>> from squiggly import as_model
        >>> as_model("a*x + b").fix(b=1).free
        ('a',)
        """
        known = named_values("fix", values, self.names)
        if not known:
            return self
        return replace(self, fixed={**self.fixed, **known})

    def program(self, wanted: tuple[str, ...] = ()) -> Program:
        """The Program of the value and of its derivative by each wanted parameter."""
        if self.sized is not None:
            raise _unsized("there are none here", "give points too")
        if self.expr is None:
            raise ModelError(
                f"this function could not be recorded: {self.unrecorded}\n"
                "hint: it still fits; a Program needs it written with NumPy or torch functions of one point"
            )
        return _program(self.inputs, self.names, self.expr, wanted)

    def predict(self, inputs: Any, **parameters: float) -> np.ndarray:
        """The curve: one value for each point.

        inputs: an array for a model of one input, otherwise a dict of arrays; parameters by name.

        >>> from squiggly import as_model
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
        return {i: _numbers(i, inputs[i]) for i in self.inputs}

    def rows(self, values: np.ndarray, inputs: Mapping[str, np.ndarray], wanted: tuple[str, ...] = ()) -> np.ndarray:
        """Value and derivatives for a batch of parameter sets: (batch, parameters) -> (batch, 1 + wanted, n)."""
        n = max(np.shape(v)[-1] for v in inputs.values())
        out = np.empty((len(values), 1 + len(wanted), n))
        if self.expr is None:
            for row, one in zip(out, values):
                try:
                    row[:] = self._call(one, inputs, wanted, n)
                except ModelError as error:
                    if not isinstance(error.__cause__, ArithmeticError):
                        raise
                    row[:] = np.nan  # no value there, as NumPy would have said
            return out
        program = self.program(wanted)
        batch = {key: column[:, None] for key, column in zip(self.names, values.T)}
        if len(values) == 1:
            batch = dict(zip(self.names, values[0]))  # numbers: what depends on parameters only is computed once
        for block in blocks(n):
            part = inputs if n <= BLOCK else {key: at_block(v, block) for key, v in inputs.items()}
            for k, result in enumerate(program.evaluate({**part, **batch}, len(values) * min(n, BLOCK))):
                out[:, k, block] = result
        return out

    def fails(self, one: np.ndarray, inputs: Mapping[str, np.ndarray]) -> None:
        """Raise the ModelError of an unrecorded function that fails at these parameters; do nothing otherwise."""
        if self.expr is None:
            self._call(one, inputs, (), max(np.shape(v)[-1] for v in inputs.values()))

    def _call(self, one: np.ndarray, inputs: Mapping[str, np.ndarray], wanted: Sequence[str], n: int) -> np.ndarray:
        if self.sized is not None:
            raise _unsized("there are none here", "fit it to points first")
        if self.function is None:
            raise ModelError(f"this model cannot be evaluated: {self.unrecorded}\nhint: fit the function again")
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

    def lab(self, points: Any = None, **options: Any) -> Lab:
        """A live page of this model, with or without points; the options are those of `sq.lab`.

        >>> from squiggly import relus
        >>> relus(1).lab(start={"c0": 0, "c1": 0, "w1": 1, "t1": 0})
        Lab('c0 + c1*x + w1*relu(x - t1)', points: none, parameters: c0, c1, w1, t1)
        """
        from squiggly.page.lab import lab

        return lab(self, points, **options)

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
        name = "sized by the points" if self.sized else getattr(self.function, "__name__", "a function")
        shown = self.formula or name
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
        if m.sized is not None:
            raise _unsized("a sum or product is made before them", "join models of a known size")
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


def _unsized(why: str, cure: str) -> ModelError:
    return ModelError(
        f"how large this model is, is for the points to say, and {why}\nhint: give a number, as in relus(4); or {cure}"
    )


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


def _numbers(name: str, values: Any) -> np.ndarray:
    try:
        return np.asarray(detached(values), dtype=float)
    except (TypeError, ValueError):
        said = repr(values) if len(repr(values)) <= 40 else repr(values)[:39] + "…"
        raise ModelError(f"{name} is {said}, numbers were expected\nhint: give one number, or a list of them") from None
