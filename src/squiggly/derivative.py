"""Differentiation: a Program in, a Program out, by the derivative column of the table of operations."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache

from squiggly.formula import parse
from squiggly.operations import OPERATIONS
from squiggly.program import Expr, apply, constant, ordered, substitute


@cache
def _rules(op: str) -> tuple[Expr, ...]:
    return tuple(parse(text).expr for text in OPERATIONS[op].derivatives)


def derivatives(expr: Expr, wanted: Sequence[str]) -> list[Expr]:
    """The partial derivative of an expression with respect to each name, each again an expression.

    Reverse accumulation: one sweep from the result to the names, whatever their number.

    >>> derivatives(parse("a*x^2 + b").expr, ["a", "b"])
    [power(x, 2.0), 1.0]
    """
    return list(_derivatives(expr, tuple(wanted)))


@lru_cache(maxsize=512)
def _derivatives(expr: Expr, wanted: tuple[str, ...]) -> tuple[Expr, ...]:
    downstream: dict[Expr, Expr] = {expr: constant(1)}  # node -> d(expr)/d(node)
    leads: set[Expr] = set()  # the nodes that lead to a wanted name: the others are not visited
    order = ordered([expr])
    for node in order:
        if (node.op == "name" and node.value in wanted) or any(a in leads for a in node.args):
            leads.add(node)
    at = {node.value: node for node in order if node.op == "name"}
    for node in reversed(order):
        if node not in downstream or not node.args:
            continue
        replacements = dict(zip("abc", node.args))
        for argument, rule in zip(node.args, _rules(node.op)):
            if argument not in leads or (rule.op == "constant" and rule.value == 0):
                continue
            piece = _times(downstream[node], substitute(rule, replacements))
            if piece.op == "constant" and piece.value == 0:
                continue
            downstream[argument] = apply("add", downstream[argument], piece) if argument in downstream else piece
    return tuple(downstream.get(at[w], constant(0)) if w in at else constant(0) for w in wanted)


def _times(factor: Expr, local: Expr) -> Expr:
    """factor · local, with a mask kept outermost.

    What a `where` did not choose contributes exactly nothing: where(c, f, 0) · (1/0) is 0 where c is false,
    not 0 · ∞. (Autograd engines answer nan there.)
    """
    for mask, other in ((factor, local), (local, factor)):
        if mask.op == "where":
            condition, yes, no = mask.args
            if no.op == "constant" and no.value == 0:
                return apply("where", condition, _times(yes, other), constant(0))
            if yes.op == "constant" and yes.value == 0:
                return apply("where", condition, constant(0), _times(no, other))
    for zero_or_reciprocal, other in ((factor, local), (local, factor)):
        if zero_or_reciprocal is constant(0):
            return constant(0)
        if zero_or_reciprocal.op == "divide" and zero_or_reciprocal.args[0] is constant(1):
            return apply("divide", other, zero_or_reciprocal.args[1])
    return apply("multiply", factor, local)
