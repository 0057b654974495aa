"""The units of parameters, by dimensional analysis of the expression: what a parameter's size can be measured in.

Inputs and the target have a unit each. What is added or compared has one unit, what goes into exp or sin has none; so
the tau of `a*exp(-t/tau) + c` is a time and a and c are heights. A rule that contradicts earlier ones, as the t of
`log(t)` or `t^b` would, is left out: mathematics often leaves units out too.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from squiggly.expression import Expr, ordered

_SAME = {
    "add",
    "subtract",
    "maximum",
    "minimum",
    "less",
    "less_equal",
    "greater",
    "greater_equal",
    "equal",
    "not_equal",
}
_KEEPS = {"negative", "abs", "relu", "softplus"}  # the unit of what comes in

# A unit while it is sought: for each exponent (1, or the node of one that is a parameter), a sum of unknowns.
_Unit = dict[object, np.ndarray]


@lru_cache(maxsize=256)
def units(expr: Expr, inputs: tuple[str, ...]) -> Mapping[str, tuple[float, ...]]:
    """The powers of each input's unit and of the target's in each parameter's: {name: (per input …, target)}.

    A parameter whose unit no rule fixes is left out.

    >>> from squiggly.formula import parse
    >>> units(parse("a*exp(-t/tau) + c").expr, ("t",))
    {'a': (0.0, 1.0), 'tau': (1.0, 0.0), 'c': (0.0, 1.0)}
    """
    order = ordered([expr])
    free = [node.value for node in order if node.op == "name" and node.value not in inputs]
    system = _System(inputs, free, sum(node.op in ("power", "where") for node in order))
    unit: dict[Expr, _Unit] = {}
    for node in order:
        unit[node] = _of(node, unit, system)
    system.same(unit[expr], {1: system.target})
    for base in system.doubtful:  # a power of something: without a unit, unless the other rules say otherwise
        system.same(base, {})
    return system.solved()


class _System:
    """Linear equations between the unknown powers, kept in reduced form as they come."""

    def __init__(self, inputs: tuple[str, ...], free: list[str], spare: int) -> None:
        self.inputs, self.free = inputs, free
        self.own = len(inputs) + 1  # units there are
        self.wide = self.own * (len(free) + spare + 1) + self.own  # unknown powers, then the known units
        self.rows: list[tuple[int, np.ndarray]] = []
        self.used = len(free)
        self.doubtful: list[_Unit] = []
        self.none = np.zeros((self.own, self.wide))
        self.target = self.known(len(inputs))

    def known(self, k: int) -> np.ndarray:
        """The unit of an input, or of the target: (units, wide), a linear form for each power."""
        form = np.zeros((self.own, self.wide))
        form[k, self.wide - self.own + k] = 1.0
        return form

    def unknown(self, k: int) -> np.ndarray:
        form = np.zeros((self.own, self.wide))
        form[np.arange(self.own), k * self.own + np.arange(self.own)] = 1.0
        return form

    def fresh(self) -> np.ndarray:
        form = self.unknown(self.used)
        self.used += 1
        return form

    def same(self, one: _Unit, other: _Unit) -> bool:
        """Demand that two units are equal; leave the demand out where it contradicts earlier ones."""
        forms = []
        for key in {*one, *other}:
            forms.append(one.get(key, self.none) - other.get(key, self.none))
        added: list[tuple[int, np.ndarray]] = []
        for row in np.concatenate([np.zeros((0, self.wide)), *forms]):
            reduced = self._reduced(row, [*self.rows, *added])
            pivots = np.flatnonzero(np.abs(reduced[: self.wide - self.own]) > 1e-9)
            if len(pivots):
                added.append((int(pivots[0]), reduced / reduced[pivots[0]]))
            elif np.abs(reduced).max() > 1e-9:
                return False
        self.rows += added
        return True

    def _reduced(self, row: np.ndarray, rows: list[tuple[int, np.ndarray]]) -> np.ndarray:
        for pivot, other in rows:
            row = row - row[pivot] * other
        return row

    def solved(self) -> dict[str, tuple[float, ...]]:
        found = {}
        for k, name in enumerate(self.free):
            forms = np.array([self._whole(row) for row in self.unknown(k)])
            if np.abs(forms[:, : self.wide - self.own]).max(initial=0.0) < 1e-9:
                powers = forms[:, self.wide - self.own :]  # (units, units): what each power is
                found[name] = tuple(float(v) + 0.0 for v in powers.sum(axis=1).round(6))
        return found

    def _whole(self, row: np.ndarray) -> np.ndarray:
        for pivot, other in self.rows:
            row = row - row[pivot] * other
        for pivot, other in reversed(self.rows):
            row = row - row[pivot] * other
        return row


def _of(node: Expr, unit: dict[Expr, _Unit], system: _System) -> _Unit:
    """The unit of one node, given those of its arguments."""
    op, args = node.op, node.args
    if op == "constant":
        return {}
    if op == "name":
        if node.value in system.inputs:
            return {1: system.known(system.inputs.index(node.value))}
        return {1: system.unknown(system.free.index(node.value))}
    if op in _SAME:
        zero = [a for a in args if a.op == "constant" and a.value == 0.0]
        if not zero:
            system.same(unit[args[0]], unit[args[1]])
        return unit[args[0]] if args[0] not in zero else unit[args[1]]
    if op in _KEEPS:
        return unit[args[0]]
    if op in ("multiply", "divide"):
        sign = 1.0 if op == "multiply" else -1.0
        keys = {*unit[args[0]], *unit[args[1]]}
        none = system.none
        return {k: unit[args[0]].get(k, none) + sign * unit[args[1]].get(k, none) for k in keys}
    if op == "sqrt":
        return {k: 0.5 * form for k, form in unit[args[0]].items()}
    if op == "power":
        if args[1].op == "constant":
            return {k: args[1].value * form for k, form in unit[args[0]].items()}
        system.doubtful.append(unit[args[0]])
        system.same(unit[args[1]], {})
        return {args[1]: unit[args[0]].get(1, system.none)}
    if op == "where":
        system.same(unit[args[1]], unit[args[2]])
        return unit[args[1]]
    if op == "clip":
        system.same(unit[args[0]], unit[args[1]])
        system.same(unit[args[0]], unit[args[2]])
        return unit[args[0]]
    if op == "sign" or node.truth:
        return {}
    if op == "atan2":
        system.same(unit[args[0]], unit[args[1]])
        return {}
    for a in args:  # exp, sin, log, erf …: numbers without a unit
        system.same(unit[a], {})
    return {}
