"""Differentiation: a Program in, a Program out, by the derivative column of the table of operations."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache, partial, reduce

from squiggly.expression import Expr, apply, constant, ordered, substitute
from squiggly.formula import parse
from squiggly.operations import OPERATIONS


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
    not 0 · ∞. (Autograd engines answer nan there.) Masks within masks become one mask of a joint condition.
    """
    conditions: list[Expr] = []
    sides = [_unmasked(side, conditions) for side in (factor, local)]
    product = _product(*sides)
    if conditions:
        product = apply("where", reduce(partial(apply, "logical_and"), conditions), product, constant(0))
    return product


def _unmasked(side: Expr, conditions: list[Expr]) -> Expr:
    """What a mask lets through; its condition goes to the list."""
    while side.op == "where" and constant(0) in side.args[1:]:
        condition, yes, no = side.args
        kept = no is constant(0)
        conditions.append(condition if kept else apply("logical_not", condition))
        side = yes if kept else no
    return side


def _product(a: Expr, b: Expr) -> Expr:
    for one, other in ((a, b), (b, a)):
        if one is constant(0):
            return one
        if one.op == "divide" and one.args[0] is constant(1):
            return apply("divide", other, one.args[1])
    return apply("multiply", a, b)
