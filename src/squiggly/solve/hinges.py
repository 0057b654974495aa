"""Where a model bends: its hinges, found in the structure of the expression, whoever wrote it.

relu(x - t), max(0, x - t), relu(t - x), |x - t| and relu(m*x + b) are hinges; `sq.relus(4)` and the same formula typed
by hand are one to this file.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from squiggly.derivative import derivatives
from squiggly.expression import Expr, apply, constant, name, names, ordered, substitute
from squiggly.model import Model
from squiggly.program import Program
from squiggly.solve.linear import linear_parameters

BENDS = ("relu", "abs", "maximum", "minimum")


@dataclass(frozen=True)
class Hinge:
    """One bent term of a model: weight · bend(slope·x + shift), bent where the argument is 0.

    op, argument: "relu" or "abs", of an expression affine in x
    weight: the linear parameter in front of it; "" where there is none
    slope:  the argument's slope in x, where that is a number; otherwise None
    place:  the parameter that moves it, the argument being slope·x + factor·place + shift; "" where there is none
    free:   the free parameters in the argument
    """

    op: str
    argument: Expr
    weight: str
    slope: float | None
    place: str
    factor: float
    shift: float
    free: tuple[str, ...]

    def at(self, value: Any) -> Any:
        """Where on x it bends when its place parameter has this value."""
        assert self.slope is not None
        return -(self.factor * value + self.shift) / self.slope

    def value(self, at: Any) -> Any:
        """The place parameter's value for a bend at this x."""
        assert self.slope is not None
        return -(self.slope * at + self.shift) / self.factor

    def column(self, x: np.ndarray, at: np.ndarray) -> np.ndarray:
        """The term without its weight: (n,) and (m,) -> (n, m)."""
        assert self.slope is not None
        argument = self.slope * (x[:, None] - at)
        return np.abs(argument) if self.op == "abs" else np.maximum(argument, 0.0)


@dataclass(frozen=True)
class Bent:
    """A model as a smooth part that is linear in its parameters, plus hinges: the parts that a placing can move.

    x: the input in which it bends; plain: the linear parameters of the smooth part; straight: whether that part is a
    straight line with both slope and height free, so that hinges may face either way
    """

    x: str
    plain: tuple[str, ...]
    hinges: tuple[Hinge, ...]
    straight: bool


def bent(model: Model, free: tuple[str, ...]) -> Bent | None:
    """The model's hinges, where its free parameters are those of hinges and else linear; None for any other model.

    >>> from squiggly.modelling import as_model
    >>> bent(as_model("a + b*x + w*max(0, x - t)"), ("a", "b", "w", "t")).hinges[0].place
    't'
    """
    if model.expr is None or not any(node.op in BENDS for node in ordered([model.expr])):
        return None
    held = {n: constant(model.fixed[n]) for n in model.names if n in model.fixed and n not in free}
    return _bent(substitute(model.expr, held), model.inputs, free, linear_parameters(model, free))


@lru_cache(maxsize=128)
def _bent(expr: Expr, inputs: tuple[str, ...], free: tuple[str, ...], linear: tuple[str, ...]) -> Bent | None:
    searched = set(free) - set(linear)
    opened, terms = without_bends(expr, searched)
    if not terms or searched & set(names(opened)):
        return None
    outer = tuple(n for n in names(opened) if n in free)
    slopes = dict(zip((*outer, *terms), derivatives(opened, (*outer, *terms))))
    hinges = []
    for key, (op, argument, sign) in terms.items():
        hinge = _hinge(op, argument, sign, slopes[key], inputs, free)
        if hinge is None or (hinge.weight and set(names(slopes[hinge.weight])) != {key}):
            return None
        hinges.append(hinge)
    bends_in = {i for h in hinges for i in names(h.argument) if i in inputs}
    moved = [n for h in hinges for n in h.free]
    weights = {h.weight for h in hinges}
    plain = tuple(n for n in outer if n not in weights)
    if len(bends_in) != 1 or len(moved) != len(set(moved)) or set(moved) != searched:
        return None
    if any(not set(names(slopes[n])) <= set(inputs) for n in plain):
        return None
    [x] = bends_in
    return Bent(x, plain, tuple(hinges), _straight(x, [slopes[n] for n in plain]))


def without_bends(expr: Expr, searched: set[str]) -> tuple[Expr, dict[str, tuple[str, Expr, float]]]:
    """The expression with a name in place of each bend that a searched parameter moves; the bends by that name."""
    terms: dict[str, tuple[str, Expr, float]] = {}
    new: dict[Expr, Expr] = {}
    for node in ordered([expr]):
        bend = _bend(node) if node.op in BENDS and searched & set(names(node)) else None
        if bend is not None:
            key = f"<{len(terms)}>"  # no formula can have such a name
            terms[key] = bend
            new[node] = name(key)
        else:
            new[node] = apply(node.op, *(new[a] for a in node.args)) if node.args else node
    return new[expr], {k: v for k, v in terms.items() if k in names(new[expr])}


def _bend(node: Expr) -> tuple[str, Expr, float] | None:
    """What bends (relu or abs), its argument and the sign in front, for a node that is a bend."""
    if node.op in ("relu", "abs"):
        return node.op, node.args[0], 1.0
    if node.op in ("maximum", "minimum"):
        sign = 1.0 if node.op == "maximum" else -1.0
        rest = [a for a in node.args if not (a.op == "constant" and a.value == 0)]
        if len(rest) == 1:
            return "relu", rest[0] if sign > 0 else apply("negative", rest[0]), sign
    return None


def _hinge(
    op: str, argument: Expr, sign: float, factor: Expr, inputs: tuple[str, ...], free: tuple[str, ...]
) -> Hinge | None:
    """The hinge for one bend, `factor` being what multiplies it; None where it is of no known form."""
    own = [n for n in names(argument) if n in inputs]
    moved = tuple(n for n in names(argument) if n in free)
    if len(own) != 1 or len(names(argument)) != 1 + len(moved):
        return None
    weight = factor.args[0] if factor.op == "negative" else factor
    plain = factor.op == "constant" and factor.value * sign == 1.0
    if not plain and not (weight.op == "name" and weight.value in free and weight.value not in moved):
        return None
    slopes = derivatives(argument, (own[0], *moved))
    at_zero = substitute(argument, {n: constant(0) for n in (own[0], *moved)})
    if at_zero.op != "constant":
        return None
    shift = at_zero.value
    called = "" if plain else str(weight.value)
    if len(moved) == 1 and all(s.op == "constant" and s.value for s in slopes) and called:
        return Hinge(op, argument, called, slopes[0].value, moved[0], slopes[1].value, shift, moved)
    [by_x, *others] = slopes
    one_each = by_x.op == "name" and by_x.value in moved and shift == 0.0 and op == "relu" and len(moved) == 2
    if one_each and all(s.op == "name" or s is constant(1) for s in others):  # m·x + b
        [height] = [n for n in moved if n != by_x.value]
        return Hinge(op, argument, called, None, height, 1.0, 0.0, (by_x.value, height))
    return None


def _straight(x: str, columns: list[Expr]) -> bool:
    """Whether the columns are those of a straight line, in any form such as a·x + b or a·(x - 3) + b."""
    if len(columns) != 2 or any(names(c) not in ([], [x]) for c in columns):
        return False
    bend = [d for c in columns for d in derivatives(c, (x,)) if d.op != "constant"]
    if bend:
        return False
    ends = np.array([Program((x,), (), (c,))({x: np.array([0.0, 1.0])}, {})[0] for c in columns])
    return bool(abs(np.linalg.det(ends)) > 0)


def most_pieces(model: Model) -> int | None:
    """How many straight pieces the model has at most, whatever its parameters; None where it need not be straight.

    >>> from squiggly.shapes import relus
    >>> most_pieces(relus(4))
    5
    """
    if model.expr is None or len(model.inputs) != 1:
        return None
    held = {n: constant(v) for n, v in model.fixed.items()}
    return _most_pieces(substitute(model.expr, held), model.inputs[0])


@lru_cache(maxsize=128)
def _most_pieces(expr: Expr, x: str) -> int | None:
    # Of each node: the bends it has, or None where it is not made of straight pieces. Without x it has none.
    bends: dict[Expr, frozenset[Expr] | None] = {}
    flat: dict[Expr, bool] = {}
    for node in ordered([expr]):
        flat[node] = node.value != x if node.op == "name" else all(flat[a] for a in node.args)
        inside = [bends[a] for a in node.args]
        if flat[node] or node.op == "name":
            bends[node] = frozenset()
            continue
        within = [b for b in inside if b is not None]
        if len(within) < len(inside):
            bends[node] = None
            continue
        joined = frozenset().union(*within)
        match node.op:
            case "add" | "subtract" | "negative":
                bends[node] = joined
            case "multiply" if any(flat[a] for a in node.args):
                bends[node] = joined
            case "divide" if flat[node.args[1]]:
                bends[node] = joined
            case "relu" | "abs" | "maximum" | "minimum" if not joined:
                bends[node] = frozenset([_kink(node)])
            case _:
                bends[node] = None
    found = bends[expr]
    return None if found is None else len(found) + 1


def _kink(node: Expr) -> Expr:
    """What is 0 where a node bends: the same for bends that always share their place."""
    if node.op in ("maximum", "minimum"):
        a, b = node.args
        return a if b is constant(0) else b if a is constant(0) else apply("subtract", a, b)
    return node.args[0]
