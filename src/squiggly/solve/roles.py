"""What part each parameter plays in the expression: a place, a phase, a rhythm, or a size; and what that suggests.

A *place* is what is added to something that follows the data, as m in `x - m` or b in `b - c*x`: the sum crosses nought
somewhere, so a point is drawn and the parameter follows. A *rhythm* stands inside a sine: a frequency of the data is
drawn and the parameter follows. A *phase* is what is added there: any angle. Anything else has a *size*: its unit tells
which of the data's own sizes to multiply by a number drawn over decades. A parameter that is only met as exp(q) or 10^q
is the logarithm of one of these.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from squiggly.derivative import derivatives
from squiggly.expression import Expr, apply, names, ordered
from squiggly.expression import name as named
from squiggly.program import Program
from squiggly.solve.units import units

_WAVES = ("sin", "cos", "tan")
_STRAIGHT = 1e-6  # difference from 1 up to which a power is 1
_UNLIKE = 1e-3  # spread of ratios that are to be one


@dataclass(frozen=True)
class Role:
    """name: the parameter.  kind: "place", "phase", "rhythm" or "size".

    other: of a place, what it is added to, with the sign of the sum: the parameter is sign·other where they cancel;
           of a rhythm, the wave's argument; slope: its derivative by the input.
    needs: parameters that must have a value before this one can follow.  unit: of a size, None where it is unknown.
    log: not 0 where the parameter is the logarithm of all this: what to multiply the natural one by
    """

    name: str
    kind: str
    other: Expr | None = None
    slope: Expr | None = None
    sign: float = 1.0
    needs: tuple[str, ...] = ()
    unit: tuple[float, ...] | None = None
    log: float = 0.0


@lru_cache(maxsize=256)
def roles(expr: Expr, inputs: tuple[str, ...], searched: tuple[str, ...]) -> tuple[Role, ...]:
    """The role of each searched parameter, in an order in which each has what it needs.

    >>> from squiggly.formula import parse
    >>> [(r.name, r.kind) for r in roles(parse("a*exp(-((x - m)/w)^2)").expr, ("x",), ("m", "w"))]
    [('m', 'place'), ('w', 'size')]
    """
    found = {n: _role(expr, n, inputs, searched) for n in searched}
    done: list[Role] = []
    waiting = sorted(found.values(), key=lambda role: len(role.needs))
    while waiting:
        ready = next((r for r in waiting if not set(r.needs) & {w.name for w in waiting if w is not r}), None)
        if ready is None:  # they need each other: the first becomes a size
            ready = _size(expr, waiting[0].name, inputs)
            waiting = waiting[1:]
        else:
            waiting.remove(ready)
        done.append(ready)
    return tuple(done)


def _role(expr: Expr, name: str, inputs: tuple[str, ...], searched: tuple[str, ...]) -> Role:
    order = ordered([expr])
    if (power := _only_power(order, name)) is not None:
        node, log = power
        size = name + "'"  # no parameter is called so
        return replace(_role(_exchanged(expr, node, named(size)), size, inputs, searched), name=name, log=log)
    waves = [node.args[0] for node in order if node.op in _WAVES and name in names(node.args[0])]
    for node in order:
        if node.op not in ("add", "subtract") or node is expr:
            continue
        for own, other in (node.args, node.args[::-1]):
            inside = names(other)
            if own.op != "name" or own.value != name or name in inside or not set(inside) & set(inputs):
                continue
            sign = -1.0 if node.op == "add" else 1.0
            numeric = units(expr, inputs).get(name) == (0.0,) * (len(inputs) + 1)
            kind = "phase" if numeric and node in waves else "place"
            return Role(name, kind, other, None, sign, tuple(n for n in inside if n in searched))
    for wave in waves:
        for slope in derivatives(wave, inputs):
            if name in names(slope):
                needs = tuple(n for n in names(slope) if n in searched and n != name)
                return Role(name, "rhythm", wave, slope, 1.0, needs, units(expr, inputs).get(name))
    return _size(expr, name, inputs)


def _only_power(order: list[Expr], name: str) -> tuple[Expr, float] | None:
    """The node exp(name) or number^name and 1/ln(its base), where the name is met nowhere else."""
    users = [node for node in order if any(a.op == "name" and a.value == name for a in node.args)]
    if len(users) != 1:
        return None
    [node] = users
    if node.op == "exp":
        return node, 1.0
    base = node.args[0]
    if node.op == "power" and base.op == "constant" and base.value > 0 and base.value != 1:
        return node, 1.0 / math.log(base.value)
    return None


def _exchanged(expr: Expr, old: Expr, new: Expr) -> Expr:
    changed: dict[Expr, Expr] = {}
    for node in ordered([expr]):
        changed[node] = new if node is old else node
        if node is not old and node.args:
            changed[node] = apply(node.op, *(changed[a] for a in node.args))
    return changed[expr]


def _size(expr: Expr, name: str, inputs: tuple[str, ...]) -> Role:
    return Role(name, "size", unit=units(expr, inputs).get(name))


def place(role: Role, given: Mapping[str, np.ndarray], at: Mapping[str, np.ndarray]) -> np.ndarray:
    """A place's values, (batch,), from the other parameters' and from the inputs at the points drawn, (batch,) each."""
    assert role.other is not None
    own = names(role.other)
    values = {n: np.asarray(v, float) for n, v in (*at.items(), *given.items()) if n in own}
    [other] = _program(role.other)(values, {})
    return role.sign * other


def clock(role: Role, middle: Mapping[str, float], inputs: Mapping[str, np.ndarray]) -> tuple[np.ndarray, float]:
    """What a rhythm's wave runs along, (n,), and the power of the parameter that multiplies it.

    sin(w·x + p) runs along x with the power 1, sin(2π·x/T) along 2π·x with -1, cos(w·log(x)) along log(x). The power
    is nan where the parameter multiplies no such thing.
    middle: a value for each other parameter.
    """
    assert role.other is not None
    own = names(role.other)
    values = {n: np.asarray(v, float) for n, v in (*middle.items(), *inputs.items()) if n in own}
    n = len(next(iter(inputs.values())))
    once, twice, again = (
        np.broadcast_to(_program(role.other)({**values, role.name: np.asarray(u)}, {})[0], n) for u in (1.0, 2.0, 4.0)
    )
    with np.errstate(all="ignore"):  # for g(x)·u^m + r(x) the differences go as 2^m
        first, second = twice - once, again - twice
        ratio = (second / first)[first != 0]
        power = float(np.log2(np.median(ratio))) if len(ratio) else math.nan
        if not np.isfinite(power) or power == 0.0 or np.ptp(np.quantile(ratio, [0.1, 0.9])) > _UNLIKE * 2.0**power:
            return first, math.nan
        if abs(power - 1.0) < _STRAIGHT:
            return first, 1.0
        return first / (2.0**power - 1.0), power


def rhythm(role: Role, speed: np.ndarray, power: float, given: Mapping[str, np.ndarray]) -> np.ndarray:
    """A rhythm's values, (batch,), for the speeds drawn along its clock; given: the other parameters and the inputs.

    What else hurries the wave, as c in sin(b·x + c·x²), is taken off.
    """
    if power != 1.0:
        with np.errstate(all="ignore"):
            return np.abs(speed) ** (1.0 / power)
    assert role.slope is not None
    own = names(role.slope)
    values = {n: np.asarray(v, float) for n, v in given.items() if n in own and n != role.name}
    none, once = (_program(role.slope)({**values, role.name: np.full(speed.shape, u)}, {})[0] for u in (0.0, 1.0))
    with np.errstate(all="ignore"):
        rest = none / (once - none)
    return speed - np.where(np.isfinite(rest), rest, 0.0)


@lru_cache(maxsize=256)
def _program(expr: Expr) -> Program:
    return Program(tuple(names(expr)), (), (expr,))
