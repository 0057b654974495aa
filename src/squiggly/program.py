"""Program: a recorded function as plain data, with its inputs, parameters and outputs named; evaluated with NumPy."""

from __future__ import annotations

import contextvars
import math
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from squiggly.expression import Expr, ordered
from squiggly.operations import OPERATIONS

FLOAT64 = np.dtype(float)
REUSED = 2_048  # numbers in an array from which writing into it is quicker than making a new one
BLOCK = 16_384  # points evaluated at a time: intermediates stay in the processor's cache, memory stays flat


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
    others: list[tuple[str, int]]  # names that are no inputs: the parameters, with their places
    quick: list[tuple[int, Any, int, int, int]]
    thrifty: list[tuple[int, Any, tuple[int, ...], int, tuple[int, ...]]]
    outputs: list[int]
    given: frozenset[int]  # places among the outputs that are names: what the caller gave

    @classmethod
    def of(cls, outputs: Sequence[Expr], order: Sequence[Expr], inputs: Sequence[str]) -> _Plan:
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
        others = [(key, place) for key, place in places.items() if key not in inputs]
        return cls(slots, places, others, quick, thrifty, [at[node] for node in outputs], names_out)

    def run(self, slots: list[Any], size: int) -> list[Any]:
        """The outputs, once the names are in their slots; size says how long the arrays are. Called in `_quiet`."""
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
        return _Plan.of(self.outputs, self._order, self.inputs)

    def __call__(self, inputs: Mapping[str, Any], parameters: Mapping[str, Any]) -> list[np.ndarray]:
        """Evaluate every output, elementwise with NumPy's broadcasting.

        inputs: arrays whose last axis is the points, (n,) or (batch, n); parameters: numbers, or (batch, 1).
        Returns one array an output, each of the full broadcast shape.
        """
        plan = self._plan
        slots, places, shape = plan.slots.copy(), plan.places, ()
        for key in self.inputs:
            value = inputs[key]
            if type(value) is not np.ndarray or value.dtype is not FLOAT64:
                value = np.asarray(value, dtype=float)[()]
            if value.shape != shape:
                shape = np.broadcast_shapes(shape, value.shape) if shape else value.shape
            if key in places:
                slots[places[key]] = value
        for key, place in plan.others:
            value = parameters[key]
            if type(value) is not float:
                value = np.asarray(value, dtype=float)[()]
                shape = np.broadcast_shapes(shape, value.shape)
            slots[place] = value
        if shape and shape[-1] > BLOCK:
            return self._by_blocks(slots, shape)
        whole = _quiet.context.run(plan.run, slots, shape[0] if len(shape) == 1 else math.prod(shape))
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
            results = _quiet.context.run(self._plan.run, part, math.prod(shape[:-1]) * BLOCK)
            for array, result in zip(out, results):
                array[..., block] = result
        return out

    def evaluate(self, values: Mapping[str, Any], size: int) -> list[Any]:
        """The outputs for float64 arrays or NumPy scalars by name, as they come: a constant stays a number.

        size: about how many numbers the largest has.
        """
        slots = self._plan.slots.copy()
        for key, place in self._plan.places.items():
            slots[place] = values[key]
        return _quiet.context.run(self._plan.run, slots, size)

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
