"""Expressions as plain data, and the Program that evaluates them with NumPy.

An `Expr` is one node of a graph: a number, a name, or an operation of the table on other nodes. Equal nodes are
the same object (hash-consing), so shared work is done once, and constants are folded as the graph grows.
A `Program` is a list of such nodes in the order they are computed, with its inputs, parameters and outputs named.
"""

from __future__ import annotations

import contextvars
import math
import threading
import weakref
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from squiggly.operations import OPERATIONS

FLOAT64 = np.dtype(float)
REUSED = 2_048  # numbers in an array from which writing into it is quicker than making a new one
BLOCK = 16_384  # points evaluated at a time: intermediates stay in the processor's cache, memory stays flat


class Expr:
    """One node: `op` is "constant", "name" or a row of the table; `value` is the number or the name.

    Made only by `constant`, `name` and `apply`, so that equal nodes are identical.
    """

    __slots__ = ("op", "args", "value", "__weakref__")

    def __init__(self, op: str, args: tuple[Expr, ...], value: Any) -> None:
        self.op = op
        self.args = args
        self.value = value

    def __repr__(self) -> str:
        said: dict[Expr, str] = {}
        for node in ordered([self]):
            inner = ", ".join(said[a] for a in node.args)
            called = f"{node.op}({inner})" if len(inner) < 1_000 else f"{node.op}(…)"
            said[node] = called if node.args else str(node.value)
        return said[self]

    def __reduce__(self) -> tuple[Any, ...]:  # copies and pickles come back as the same node
        return rebuild, (flat(self),)

    @property
    def truth(self) -> bool:
        """Whether the value is a yes or no rather than a number."""
        return bool(self.args) and OPERATIONS[self.op].truth


_lock = threading.RLock()
_known: weakref.WeakValueDictionary[tuple[Any, ...], Expr] = weakref.WeakValueDictionary()


def _make(op: str, args: tuple[Expr, ...], value: Any = None) -> Expr:
    key = (op, args, value.hex() if isinstance(value, float) else value)
    with _lock:  # two threads must not make the same node twice
        node = _known.get(key)
        if node is None:
            _known[key] = node = Expr(op, args, value)
    return node


def constant(value: float) -> Expr:
    """A number."""
    return _make("constant", (), float(value))


def name(text: str) -> Expr:
    """A named quantity: an input or a parameter, which the Program decides."""
    return _make("name", (), text)


def apply(op: str, *args: Expr) -> Expr:
    """The node for one operation, folded where all arguments are numbers and where nothing would change.

    >>> apply("add", name("a"), constant(0)) is name("a")
    True
    >>> apply("multiply", constant(2), constant(3))
    6.0
    """
    if op == "where":
        args = (as_truth(args[0]), as_number(args[1]), as_number(args[2]))
    elif op.startswith("logical"):
        args = tuple(as_truth(a) for a in args)
    else:
        args = tuple(as_number(a) for a in args)
    if all(a.op == "constant" for a in args) and not OPERATIONS[op].truth and op != "where":
        with np.errstate(all="ignore"):
            return constant(float(OPERATIONS[op].numpy(*(np.float64(a.value) for a in args))))
    return _identity(op, args) or _make(op, args)


def as_number(a: Expr) -> Expr:
    """A yes or no as 1 or 0; a number as it is."""
    return apply("where", a, constant(1), constant(0)) if a.truth else a


def as_truth(a: Expr) -> Expr:
    """A number as "is it not zero"; a yes or no as it is."""
    if a.op == "where" and _is(a.args[1], 1) and _is(a.args[2], 0):
        return a.args[0]
    return a if a.truth else apply("not_equal", a, constant(0))


def _is(a: Expr, value: float) -> bool:
    return a.op == "constant" and a.value == value


def _below_zero(value: float) -> bool:
    """Whether a number is written with a minus sign: -0 is, nan is not."""
    return value < 0 or (value == 0 and math.copysign(1.0, value) < 0)


def _identity(op: str, args: tuple[Expr, ...]) -> Expr | None:
    """A simpler node with the same value for every argument, in floating point too; None where there is none."""
    a, b = args[0], args[1] if len(args) > 1 else args[0]
    match op:
        case "add":
            if _is(a, 0) or _is(b, 0):
                return b if _is(a, 0) else a
            if a.op == b.op == "where" and a.args[0] is b.args[0] and (_is(a.args[1], 0) or _is(b.args[1], 0)):
                return apply("where", a.args[0], *(apply("add", p, q) for p, q in zip(a.args[1:], b.args[1:])))
            if b.op == "negative":
                return apply("subtract", a, b.args[0])
            if b.op == "constant" and b.value < 0:
                return apply("subtract", a, constant(-b.value))
        case "subtract":
            if _is(b, 0):
                return a
            if b.op == "negative":
                return apply("add", a, b.args[0])
            if b.op == "constant" and b.value < 0:
                return apply("add", a, constant(-b.value))
        case "multiply":
            for one, other in ((a, b), (b, a)):
                if _is(one, 1):
                    return other
                if one.op == "constant" and _below_zero(one.value):
                    return apply(
                        "negative", apply("multiply", *(constant(-q.value) if q is one else q for q in (a, b)))
                    )
            if a.op == "negative" and b.op == "negative":
                return apply("multiply", a.args[0], b.args[0])
            if a.op == "negative":
                return apply("negative", apply("multiply", a.args[0], b))
            if b.op == "negative":
                return apply("negative", apply("multiply", a, b.args[0]))
        case "divide":
            if _is(b, 1):
                return a
            if a.op == "negative":
                return apply("negative", apply("divide", a.args[0], b))
            if a.op == "constant" and _below_zero(a.value):
                return apply("negative", apply("divide", constant(-a.value), b))
        case "negative":
            if a.op == "negative":
                return a.args[0]
        case "logical_not":
            if a.op == "logical_not":
                return a.args[0]
        case "power":
            if _is(b, 1):
                return a
            if _is(b, 0):
                return constant(1)
        case "not_equal":
            if _is(b, 0) and a.op == "where" and _is(a.args[1], 1) and _is(a.args[2], 0):
                return a.args[0]
        case "where":
            condition, yes, no = args
            if condition.op == "logical_not":
                return apply("where", condition.args[0], no, yes)
            if all(c.op == "constant" for c in condition.args):
                answer = OPERATIONS[condition.op].numpy(*(c.value for c in condition.args))
                return yes if answer else no
            if yes is no:
                return yes
            if no.op == "where" and no.args[0] is condition:
                return apply("where", condition, yes, no.args[2])
            if yes.op == "where" and yes.args[0] is condition:
                return apply("where", condition, yes.args[1], no)
    return None


def ordered(outputs: Iterable[Expr]) -> list[Expr]:
    """Every node the outputs stand on, each after its arguments. Iterative: depth is not limited by Python's stack."""
    order: list[Expr] = []
    seen: set[Expr] = set()
    stack = [(node, False) for node in reversed(list(outputs))]
    while stack:
        node, ready = stack.pop()
        if ready:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((a, False) for a in reversed(node.args) if a not in seen)
    return order


def names(*outputs: Expr) -> list[str]:
    """The names in an expression, in order of appearance.

    >>> names(apply("add", name("b"), name("a")))
    ['b', 'a']
    """
    return [node.value for node in ordered(outputs) if node.op == "name"]


def substitute(expr: Expr, replacements: Mapping[str, Expr]) -> Expr:
    """The expression with names replaced by other expressions.

    >>> substitute(apply("add", name("a"), name("b")), {"a": constant(1), "b": constant(2)})
    3.0
    """
    new: dict[Expr, Expr] = {}
    for node in ordered([expr]):
        if node.op == "name":
            new[node] = replacements.get(node.value, node)
        else:
            new[node] = apply(node.op, *(new[a] for a in node.args)) if node.args else node
    return new[expr]


def flat(expr: Expr) -> list[list[Any]]:
    """The expression as plain data, a line a node, the last its result.

    >>> flat(apply("add", name("a"), constant(2)))
    [['name', 'a'], ['constant', 2.0], ['add', 0, 1]]
    """
    order = ordered([expr])
    at = {node: i for i, node in enumerate(order)}
    return [[node.op, *(at[a] for a in node.args)] if node.args else [node.op, _plain(node.value)] for node in order]


def _plain(value: Any) -> Any:
    """A constant as JSON can hold it: what is not finite, as text."""
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def rebuild(lines: Sequence[Sequence[Any]]) -> Expr:
    """The expression that `flat` took apart. Raises ValueError where a line is not one that `flat` writes."""
    nodes: list[Expr] = []
    for line in lines:
        match list(line):
            case ["constant", float() | int() | "inf" | "-inf" | "nan" as value]:
                nodes.append(constant(value))
            case ["name", str() as value]:
                nodes.append(name(value))
            case [str() as op, *places] if op in OPERATIONS and len(places) == OPERATIONS[op].arity:
                if not all(type(i) is int and 0 <= i < len(nodes) for i in places):
                    raise ValueError(f"node {len(nodes)} stands on nodes that do not come before it")
                nodes.append(apply(op, *(nodes[i] for i in places)))
            case _:
                raise ValueError(f"node {len(nodes)} is not a constant, a name or a known operation")
    if not nodes:
        raise ValueError("there are no nodes")
    return nodes[-1]


class _Quiet(threading.local):
    """A context, one a thread, in which NumPy does not warn of log(0): ten times quicker to enter than errstate."""

    def __init__(self) -> None:
        self.context = contextvars.copy_context()
        self.context.run(np.seterr, all="ignore")


_quiet = _Quiet()


@dataclass(frozen=True)
class _Plan:
    """The order of work: where constants and names go, the calls, the outputs.

    quick:   (slot, function, a, b, c) for short arrays, b and c -1 where there are fewer arguments
    thrifty: (slot, function, arguments, spare, dying) for long ones: `dying` are the arguments needed no more, freed at
             once so that their memory is used again, `spare` the place of one that a ufunc may write its result to
    """

    slots: list[Any]
    places: dict[str, int]
    quick: list[tuple[int, Any, int, int, int]]
    thrifty: list[tuple[int, Any, tuple[int, ...], int, tuple[int, ...]]]
    outputs: list[int]
    given: frozenset[int]  # places among the outputs that are names: what the caller gave

    @classmethod
    def of(cls, outputs: Sequence[Expr], order: Sequence[Expr]) -> _Plan:
        at = {node: i for i, node in enumerate(order)}
        last = {a: i for i, node in enumerate(order) for a in node.args}
        quick, thrifty = [], []
        for i, node in enumerate(order):
            if node.args:
                function, given = _numpy(node)
                args = tuple(at[a] for a in given)
                dying = {at[a] for a in given if last[a] == i and a.args and a not in outputs}
                writes = isinstance(function, np.ufunc) and not node.truth
                spare = next((k for k, a in enumerate(args) if a in dying and writes), -1)
                a, b, c = (*args, -1, -1)[:3]
                quick.append((i, function, a, b, c))
                thrifty.append((i, function, args, spare, tuple(dying)))
        slots = [node.value if node.op == "constant" else None for node in order]
        places = {node.value: i for i, node in enumerate(order) if node.op == "name"}
        names_out = frozenset(k for k, node in enumerate(outputs) if node.op == "name")
        return cls(slots, places, quick, thrifty, [at[node] for node in outputs], names_out)

    def run(self, slots: list[Any], size: int) -> list[Any]:
        """The outputs, once the names are in their slots; size says how long the arrays are. Without warnings."""
        return _quiet.context.run(self._run, slots, size)

    def _run(self, slots: list[Any], size: int) -> list[Any]:
        if size < REUSED:
            for slot, function, a, b, c in self.quick:
                if b < 0:
                    slots[slot] = function(slots[a])
                elif c < 0:
                    slots[slot] = function(slots[a], slots[b])
                else:
                    slots[slot] = function(slots[a], slots[b], slots[c])
        else:
            for slot, function, args, spare, dying in self.thrifty:
                given = [slots[a] for a in args]
                for dead in dying:
                    slots[dead] = None
                slots[slot] = function(*given) if spare < 0 else _into(function, given, given[spare])
        return [slots[i] for i in self.outputs]


_POWERS = {2.0: np.square, 0.5: np.sqrt, -1.0: np.reciprocal}


def _numpy(node: Expr) -> tuple[Any, tuple[Expr, ...]]:
    """The NumPy function for a node and what it is called with: powers that have a ufunc of their own use it."""
    if node.op == "power" and node.args[1].op == "constant" and node.args[1].value in _POWERS:
        return _POWERS[node.args[1].value], node.args[:1]
    return OPERATIONS[node.op].numpy, node.args


def _into(function: np.ufunc, args: list[Any], buffer: Any) -> Any:
    """The ufunc's result in the buffer, one of its arguments, where it fits: the other is a number, or as large."""
    if type(buffer) is not np.ndarray or buffer.dtype is not FLOAT64:
        return function(*args)
    if len(args) == 1:
        return function(buffer, out=buffer)
    other = args[1] if buffer is args[0] else args[0]
    if type(other) is np.ndarray and other.shape != buffer.shape:
        return function(*args)
    return function(args[0], args[1], out=buffer)


@dataclass(frozen=True)
class Program:
    """A recorded function as plain data: named inputs and parameters in, one array per output out.

    >>> from squiggly.formula import parse
    >>> line = Program(("x",), ("a", "b"), (parse("a*x + b").expr,))
    >>> line({"x": np.array([0.0, 1.0, 2.0])}, {"a": 2.0, "b": 1.0})
    [array([1., 3., 5.])]
    """

    inputs: tuple[str, ...]
    parameters: tuple[str, ...]
    outputs: tuple[Expr, ...]

    @cached_property
    def nodes(self) -> list[tuple[Any, ...]]:
        """An instruction a line: ("constant", 2.0), ("input", "x"), ("parameter", "a") or (operation, i, j …)."""
        at = {node: i for i, node in enumerate(self._order)}
        lines: list[tuple[Any, ...]] = []
        for node in self._order:
            if node.op == "name":
                lines.append(("input" if node.value in self.inputs else "parameter", node.value))
            else:
                lines.append(("constant", node.value) if not node.args else (node.op, *(at[a] for a in node.args)))
        return lines

    @cached_property
    def _order(self) -> list[Expr]:
        return ordered(self.outputs)

    @cached_property
    def _plan(self) -> _Plan:
        return _Plan.of(self.outputs, self._order)

    def __call__(self, inputs: Mapping[str, Any], parameters: Mapping[str, Any]) -> list[np.ndarray]:
        """Evaluate every output, elementwise with NumPy's broadcasting.

        inputs: arrays whose last axis is the points, (n,) or (batch, n); parameters: numbers, or (batch, 1).
        Returns one array an output, each of the full broadcast shape.
        """
        plan = self._plan
        slots, shape, filled = plan.slots.copy(), (), 0
        for given in (inputs, parameters):
            for key, value in given.items():
                if type(value) is float:
                    value = np.float64(value)
                elif type(value) is not np.ndarray or value.dtype is not FLOAT64:
                    value = np.asarray(value, dtype=float)[()]
                if type(value) is np.ndarray and value.shape != shape:
                    shape = np.broadcast_shapes(shape, value.shape) if shape else value.shape
                if key in plan.places:
                    slots[plan.places[key]] = value
                    filled += 1
        if filled < len(plan.places):
            raise KeyError(next(k for k in plan.places if k not in inputs and k not in parameters))
        if shape and shape[-1] > BLOCK:
            return self._by_blocks(slots, shape)
        whole = plan.run(slots, math.prod(shape))
        for k, a in enumerate(whole):  # what was given, or is the same everywhere, becomes an array of its own
            if type(a) is not np.ndarray or a.shape != shape or k in plan.given:
                whole[k] = np.broadcast_to(a, shape).copy()
        return whole

    def _by_blocks(self, slots: list[Any], shape: tuple[int, ...]) -> list[np.ndarray]:
        out = [np.empty(shape) for _ in self.outputs]
        for block in blocks(shape[-1]):
            part = slots.copy()
            for place in self._plan.places.values():
                part[place] = at_block(part[place], block)
            for array, result in zip(out, self._plan.run(part, math.prod(shape[:-1]) * BLOCK)):
                array[..., block] = result
        return out

    def evaluate(self, values: Mapping[str, Any], size: int) -> list[Any]:
        """The outputs for float64 arrays or NumPy scalars by name, as they come: a constant stays a number.

        size: about how many numbers the largest has.
        """
        slots = self._plan.slots.copy()
        for key, place in self._plan.places.items():
            slots[place] = values[key]
        return self._plan.run(slots, size)

    def __str__(self) -> str:
        """The nodes, a line each, the outputs last."""
        at = {node: i for i, node in enumerate(self._order)}
        lines = [f"%{i:<3} {line[0]:<12} {' '.join(_shown(line))}".rstrip() for i, line in enumerate(self.nodes)]
        return "\n".join([*lines, "return " + ", ".join(f"%{at[node]}" for node in self.outputs)])


def _shown(line: tuple[Any, ...]) -> list[str]:
    return (
        [f"%{a}" for a in line[1:]]
        if isinstance(line[1], int)
        else [f"{a:g}" if isinstance(a, float) else a for a in line[1:]]
    )


def blocks(n: int) -> list[slice]:
    """The points 0 … n-1 in slices of at most BLOCK."""
    return [slice(i, min(i + BLOCK, n)) for i in range(0, n, BLOCK)]


def at_block(value: Any, block: slice) -> Any:
    """An array at the points of one block; what does not vary along the points stays whole."""
    return value[..., block] if np.ndim(value) and value.shape[-1] > 1 else value
