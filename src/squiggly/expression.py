"""Expressions as plain data: one graph of numbers, names and operations of the table.

Equal nodes are the same object (hash-consing), so shared work is done once, and constants are folded as the graph
grows. No rule of simplification changes a value, in floating point too (the sign of a zero aside).
"""

from __future__ import annotations

import math
import threading
import weakref
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from squiggly.operations import OPERATIONS


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


def below_zero(value: float) -> bool:
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
                if one.op == "constant" and below_zero(one.value):
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
            if a.op == "constant" and below_zero(a.value):
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
