"""Hinges whose slope is a parameter too: relu(m·x + b) faces left or right, with a weight in front or without.

Without weights every term is convex and never negative: such a sum cannot follow a curve that is not, and each term's
slope must point the way it faces. So the places found for ordinary hinges are tried with some of them facing left and
the others right, and with some standing outside the points, where they make a straight line.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from squiggly.expression import apply, name, substitute
from squiggly.solve.field import Field, field_of, hinged_line, search
from squiggly.solve.hinges import Bent, Hinge
from squiggly.solve.problem import Problem

MOST_TRIED = 40  # starts
SMALLEST = 1e-3  # share of the typical slope that a term is given where it would best have none: it may still move


def facing_starts(problem: Problem, form: Bent) -> np.ndarray | None:
    """Values for all free parameters to start from, (batch, free); None where only some hinges have a free slope."""
    if any(h.slope is not None for h in form.hinges):
        return None
    k = len(form.hinges)
    plain = field_of(problem, form, ())
    if plain is None:
        return None
    on_line = replace(problem.points, inputs={form.x: problem.points.inputs[form.x]})
    weighted = [bool(h.weight) for h in form.hinges]
    starts = []
    for inside in range(k, max(k - 3, -1), -1):
        places = np.sort(search(hinged_line(on_line, inside, averaged=True), True)[0]) if inside else np.empty(0)
        for left in range(inside + 1):
            for outer in range(k - inside + 1):
                starts.append(_start(problem, form, plain, places, left, outer, weighted))
    keep = np.unique(np.linspace(0, len(starts) - 1, min(len(starts), MOST_TRIED)).astype(int))
    return np.array([starts[i] for i in keep])


def by_place(
    problem: Problem, form: Bent, values: np.ndarray
) -> tuple[Problem, Callable[[np.ndarray], np.ndarray], Callable[[np.ndarray], np.ndarray], tuple[Hinge, ...]]:
    """The problem with relu(m·x + b) written as relu(m·(x - t)), b being -m·t, so that each hinge has a place.

    Returns that problem, its values turned back into the problem's and forth, and the hinges. Those with bounds, or
    without a slope to speak of in values (1, free), stay as they are and are left out of the hinges.
    """
    assert problem.model.expr is not None
    new, hinges, moved = {}, [], []
    for hinge in form.hinges:
        if hinge.slope is not None:
            hinges.append(hinge)
            continue
        m, b = (problem.free.index(n) for n in hinge.free)
        unbounded = bool(np.isinf(problem.low[[m, b]]).all() and np.isinf(problem.high[[m, b]]).all())
        if unbounded and values[0, m] != 0.0:
            slope, height = map(name, hinge.free)
            new[hinge.free[1]] = apply("negative", apply("multiply", slope, height))  # t goes by the name of b
            hinges.append(replace(hinge, slope=1.0, factor=-1.0))
            moved.append((m, b))
    turned = replace(problem, model=replace(problem.model, expr=substitute(problem.model.expr, new)))
    slopes, heights = np.array(moved, dtype=int).reshape(-1, 2).T

    def back(at: np.ndarray) -> np.ndarray:
        at = at.copy()
        at[:, heights] = -at[:, slopes] * at[:, heights]
        return at

    def forth(at: np.ndarray) -> np.ndarray:
        at = at.copy()
        at[:, heights] = -at[:, heights] / at[:, slopes]
        return at

    return turned, back, forth, tuple(hinges)


def _start(
    problem: Problem, form: Bent, plain: Field, places: np.ndarray, left: int, outer: int, weighted: list[bool]
) -> np.ndarray:
    """One start: the first `left` places face left, the others right; of the terms beyond, `outer` fall over all x."""
    k, x = len(form.hinges), plain.x
    span = x[-1] - x[0]
    rest = k - len(places)
    at = np.concatenate([places, np.full(outer, x[-1] + 0.5 * span), np.full(rest - outer, x[0] - 0.5 * span)])
    side = np.concatenate(
        [np.where(np.arange(len(places)) < left, -1.0, 1.0), np.full(outer, -1.0), np.ones(rest - outer)]
    )
    table = np.maximum(side * (x[:, None] - at), 0.0) * plain.weight[:, None]
    height = _heights(np.column_stack([plain.plain, table]), plain.y, plain.plain.shape[1], weighted)
    least = SMALLEST * (float(np.abs(height).max(initial=0.0)) or 1.0)
    values = problem.values[problem.where].copy()
    for hinge, t, s, h in zip(form.hinges, at, side, height):
        slope, height_at = hinge.free
        size = 1.0 if hinge.weight else max(float(h), least)
        values[problem.free.index(slope)] = s * size
        values[problem.free.index(height_at)] = -s * size * t
        if hinge.weight:
            values[problem.free.index(hinge.weight)] = h
    return values


def _heights(columns: np.ndarray, y: np.ndarray, plain: int, weighted: list[bool]) -> np.ndarray:
    """The factors of the hinges' columns by least squares, (k,); of those without a weight none is below 0."""
    alive = np.ones(columns.shape[1], dtype=bool)
    bound = np.concatenate([np.zeros(plain, dtype=bool), ~np.array(weighted)])
    solved = np.zeros(len(alive))
    for _ in range(len(alive)):
        solved = np.zeros(len(alive))
        solved[alive] = np.linalg.lstsq(columns[:, alive], y, rcond=1e-12)[0]
        negative = alive & bound & (solved < 0)
        if not negative.any():
            break
        alive &= ~negative
    return np.where(bound & (solved < 0), 0.0, solved)[plain:]
