"""A Python function, recorded: called once with symbols in place of numbers, it leaves its expression behind.

Symbols answer Python's operators, NumPy's functions (`np.exp`) and torch's (`torch.exp`, `F.relu`), each by its row
in the table of operations. What a symbol cannot answer (a branch on its value, a sum over the points) ends the
recording with the reason. Torch is never imported here; its functions find the symbols by themselves.
"""

from __future__ import annotations

import math
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from squiggly.errors import SquigglyError
from squiggly.expression import Expr, apply, constant, name, substitute
from squiggly.formula import parse
from squiggly.operations import COMPOSED, OPERATIONS, SPELLINGS
from squiggly.program import Program


class NotRecorded(SquigglyError):
    """Why a function could not be recorded, in words."""


class _NoAttribute(NotRecorded, AttributeError):
    """What `hasattr` takes for a no, and the recorder for a reason."""


_LIMITED = ("clip", "clamp", "clamp_min", "clamp_max")


class Symbol:
    """Stands in for an array or a number while a function is recorded."""

    __slots__ = ("expr",)
    __array_priority__ = 1000

    def __init__(self, expr: Expr) -> None:
        self.expr = expr

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *args: Any, **options: Any) -> Symbol:
        if method != "__call__" or options:
            raise NotRecorded(
                f"it calls np.{ufunc.__name__}{'.' + method if method != '__call__' else ' with options'}"
            )
        return call(ufunc.__name__, args, "np.")

    def __array_function__(self, function: Callable[..., Any], types: Any, args: Any, options: Any) -> Symbol:
        return call(function.__name__, args, "np.", options)

    @classmethod
    def __torch_function__(cls, function: Any, types: Any, args: Any = (), options: Any = None) -> Symbol:
        usual = {"inplace": False, "beta": 1, "threshold": 20}  # of F.relu and F.softplus
        given = {k: v for k, v in (options or {}).items() if k not in usual or v != usual[k]}
        return call(function.__name__.strip("_").removeprefix("special_"), args, "torch.", given)

    def __getattr__(self, word: str) -> Any:
        if word in SPELLINGS or word in COMPOSED or word in _LIMITED:
            return lambda *args, **options: call(word, [self, *args], "the method .", options)
        raise _NoAttribute(f"it asks for .{word} of its input, which is recorded one point at a time")

    def __bool__(self) -> bool:
        raise NotRecorded("it branches on a value (if, and, or, while): use np.where or torch.where")

    def __float__(self) -> float:
        raise NotRecorded("it turns an input into a plain number (float(), math.exp …): use np.exp, not math.exp")

    __int__ = __index__ = __complex__ = __float__

    def __len__(self) -> int:
        raise NotRecorded("it asks how many points there are")

    def __iter__(self) -> Any:
        raise NotRecorded("it goes through its input one element at a time")

    def __getitem__(self, at: Any) -> Any:
        raise NotRecorded("it picks elements of its input by their place")

    def __mod__(self, *others: Any) -> Any:
        raise NotRecorded("it takes a remainder or rounds (%, //, round), which is not in the table of operations")

    __rmod__ = __floordiv__ = __rfloordiv__ = __round__ = __divmod__ = __mod__

    def __array__(self, *args: Any, **options: Any) -> Any:
        raise NotRecorded("it turns its input into an array")

    def __hash__(self) -> int:
        return hash(self.expr)

    def __pos__(self) -> Symbol:
        return self

    def __repr__(self) -> str:
        return f"Symbol({self.expr!r})"


def _operator(op: str, swapped: bool = False) -> Callable[..., Any]:
    def operate(self: Symbol, *others: Any) -> Any:
        args = [*others, self] if swapped else [self, *others]
        return call(op, args, "the operator ")

    return operate


for _method, _op in {
    **{"add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide", "pow": "power"},
    **{"and": "logical_and", "or": "logical_or"},
}.items():
    setattr(Symbol, f"__{_method}__", _operator(_op))
    setattr(Symbol, f"__r{_method}__", _operator(_op, swapped=True))
for _method, _op in {
    **{"lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal", "eq": "equal", "ne": "not_equal"},
    **{"neg": "negative", "abs": "abs", "invert": "logical_not"},
}.items():
    setattr(Symbol, f"__{_method}__", _operator(_op))


def call(spelled: str, args: Sequence[Any], where: str, options: Mapping[str, Any] | None = None) -> Symbol:
    """The symbol for one call of a known function: `spelled` as NumPy or torch name it."""
    options = {k: v for k, v in (options or {}).items() if v is not None}
    if spelled in _LIMITED:
        return Symbol(_clip(spelled, args, options))
    exprs = [_expr(a) for a in (*args, *options.values())]
    given = [e for e in exprs if e is not None]
    if spelled in COMPOSED and len(given) == COMPOSED[spelled][0]:
        return Symbol(substitute(parse(COMPOSED[spelled][1]).expr, dict(zip("ab", given))))
    if spelled == "positive":
        return Symbol(given[0])
    op = SPELLINGS.get(spelled)
    if op is None:
        raise NotRecorded(f"it calls {where}{spelled}, which is not in the table of operations")
    if len(given) != OPERATIONS[op].arity:
        raise NotRecorded(
            f"it calls {where}{spelled} with {len(given)} arguments, recorded with {OPERATIONS[op].arity}"
        )
    return Symbol(apply(op, *given))


def _clip(spelled: str, args: Sequence[Any], options: dict[str, Any]) -> Expr:
    """A clip with its limits by place or by name, either of which may be missing."""
    one, *limits = [*args, None, None][:3]
    low, high = limits if spelled != "clamp_max" else (None, limits[0])
    low = options.pop("min", options.pop("a_min", low))
    high = options.pop("max", options.pop("a_max", high))
    a, below, above = _expr(one), _expr(low), _expr(high)
    if a is None or options or (below is None and above is None):
        raise NotRecorded(f"it calls {spelled} with options that are not recorded")
    return apply("clip", a, below or constant(-math.inf), above or constant(math.inf))


def _expr(value: Any) -> Expr | None:
    if isinstance(value, Symbol):
        return value.expr
    if value is None:
        return None
    if hasattr(value, "detach"):  # a torch tensor
        value = value.detach().cpu().numpy()
    if np.ndim(value) == 0 or np.size(value) == 1:
        try:
            return constant(float(np.asarray(value).reshape(())))
        except (TypeError, ValueError):
            pass
    raise NotRecorded(f"it mixes its input with {_described(value)}: one number or one column at a time is recorded")


def _described(value: Any) -> str:
    shape = np.shape(value)
    return f"an array of shape {shape}" if shape else f"{value!r}"


def record(function: Callable[..., Any], arguments: Sequence[str]) -> Expr:
    """The expression a function computes, each argument a name.

    Raises NotRecorded with the reason.

    >>> record(lambda x, a, b: a * np.exp(-b * x), ["x", "a", "b"])
    multiply(a, exp(negative(multiply(b, x))))
    """
    try:
        result = function(*(Symbol(name(argument)) for argument in arguments))
    except NotRecorded:
        raise
    except Exception as error:  # whatever a function does when its input is not an array
        raise NotRecorded(f"{type(error).__name__}: {error}") from error
    if isinstance(result, Symbol):
        return result.expr
    expr = _expr(result) if isinstance(result, (int, float)) or np.ndim(result) == 0 else None
    if expr is None:
        raise NotRecorded(f"it returns {type(result).__name__}, an array as long as its input was expected")
    return expr


def check(expr: Expr, function: Callable[..., Any], arguments: Sequence[str], inputs: Sequence[str]) -> None:
    """Compare the recording with the function itself on fresh random inputs.

    Raises NotRecorded where they differ: a number was baked in, or a branch was taken once and for all.
    """
    program = Program(tuple(arguments), (), (expr,))
    random = np.random.default_rng(20240229)
    for scale in (0.1, 1.0, 10.0, 100.0):
        for sign in (np.abs, np.asarray):
            x = {a: sign(random.normal(scale=scale, size=7)) for a in inputs}
            p = {a: sign(random.normal(scale=scale)) for a in arguments if a not in inputs}
            [recorded] = program({**x, **p}, {})
            direct = evaluate(function, [x.get(a, p.get(a)) for a in arguments])
            direct = np.broadcast_to(direct, recorded.shape)
            size = np.abs(direct[np.isfinite(direct)]).max(initial=0.0)
            if not np.allclose(recorded, direct, rtol=1e-9, atol=1e-9 * size, equal_nan=True):
                raise NotRecorded(
                    "its recording gives other numbers than it does: it keeps a value or a choice made once"
                )


def evaluate(function: Callable[..., Any], values: Sequence[Any]) -> np.ndarray:
    """Call a NumPy or torch function with arrays; float64 back.

    NumPy arrays are tried first; a function that wants tensors gets tensors. Raises what the function raises.
    """
    own: Exception | None = None
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "__array_wrap__", DeprecationWarning)  # torch on NumPy's tensors
        try:
            result = function(*values)
            if not hasattr(result, "detach"):  # its own tensors may be float32 unless it is given float64 ones
                return _real(result)
        except Exception as error:
            if "torch" not in sys.modules:
                raise
            own = error
        try:
            return function(*tensors(values)).detach().cpu().numpy().astype(float)
        except Exception as error:
            raise own or error from None


def _real(result: Any) -> np.ndarray:
    """What a function returned, as float64."""
    if result is None:
        raise TypeError("it returned None: is `return` missing?")
    if np.iscomplexobj(result):
        raise TypeError("it returned complex numbers: fit its real part, imaginary part or size")
    return np.asarray(result, dtype=float)


def tensors(values: Sequence[Any]) -> list[Any]:
    """The values as float64 tensors of their own. Torch has been imported by whoever wrote the function."""
    torch = sys.modules["torch"]
    return [torch.as_tensor(np.array(v, dtype=float)) for v in values]
