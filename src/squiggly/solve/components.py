"""A model that is a sum of terms with parameters of their own, as several peaks or decays: each is placed for itself.

The parameters that are searched fall into groups, one for each set of columns that share them. The groups are filled
one after another, several ways side by side: after each the residual of the best few ways is what the next term has to
explain. So four parameters are searched two at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from squiggly.derivative import derivatives
from squiggly.expression import Expr, names, ordered
from squiggly.solve.problem import Problem
from squiggly.solve.projection import columns, eliminate, guarded, unlike

WAYS, NEXT = 24, 6  # ways kept side by side; candidates of the next term that each goes on with
FEWER_WAYS, FEWER_NEXT = 10, 4  # where each term has one parameter of its own


@dataclass(frozen=True)
class Group:
    """A term: the searched parameters it has to itself, and the linear ones that multiply its columns."""

    inner: tuple[str, ...]
    outer: tuple[str, ...]


@lru_cache(maxsize=256)
def groups(expr: Expr, searched: tuple[str, ...], linear: tuple[str, ...]) -> tuple[Group, ...]:
    """The terms of the model, in order of appearance; none where what no linear parameter multiplies is searched too.

    >>> from squiggly.formula import parse
    >>> model = parse("a*exp(-x/p) + b*exp(-x/q) + c").expr
    >>> [group.inner for group in groups(model, ("p", "q"), ("a", "b", "c"))]
    [('p',), ('q',)]
    """
    if _without(expr, linear) & set(searched):
        return ()
    sets = [({n for n in names(d) if n in searched}, [own]) for own, d in zip(linear, derivatives(expr, linear))]
    merged: list[tuple[set[str], list[str]]] = []
    for inside, owns in sets:
        if not inside:
            continue
        for other in [m for m in merged if m[0] & inside]:
            merged.remove(other)
            inside, owns = inside | other[0], [*other[1], *owns]
        merged.append((inside, owns))
    if {n for inside, _ in merged for n in inside} != set(searched):
        return ()
    merged.sort(key=lambda m: min(searched.index(n) for n in m[0]))
    return tuple(
        Group(tuple(n for n in searched if n in inside), tuple(n for n in linear if n in owns))
        for inside, owns in merged
    )


def terms(expr: Expr, searched: tuple[str, ...], linear: tuple[str, ...]) -> tuple[str | None, tuple[Group, ...]]:
    """The terms of the model; and what keeps them together, as one width of several peaks, where only that does.

    >>> from squiggly.formula import parse
    >>> model = parse("a*exp(-((x - p)/w)^2) + b*exp(-((x - q)/w)^2)").expr
    >>> shared, parts = terms(model, ("p", "w", "q"), ("a", "b"))
    >>> shared, [part.inner for part in parts]
    ('w', [('p',), ('q',)])
    """
    parts = groups(expr, searched, linear)
    if len(parts) > 1 or len(searched) < 3:
        return None, parts
    for shared in searched:
        parts = groups(expr, tuple(n for n in searched if n != shared), linear)
        if len(parts) > 1:
            return shared, parts
    return None, ()


def _without(expr: Expr, linear: tuple[str, ...]) -> set[str]:
    """The names that the model depends on where every linear parameter is nought."""
    left: dict[Expr, set[str] | None] = {}  # None: nought itself
    for node in ordered([expr]):
        inside = [left[a] for a in node.args]
        if node.op == "name":
            left[node] = None if node.value in linear else {node.value}
        elif node.op == "multiply" and None in inside or node.op in ("divide", "negative") and inside[0] is None:
            left[node] = None
        elif node.op in ("add", "subtract") and inside == [None, None]:
            left[node] = None
        else:
            left[node] = {n for names_in in inside if names_in is not None for n in names_in}
    return left[expr] or set()


def fill(
    problem: Problem, parts: Sequence[Group], linear: Sequence[str], draw: Callable[[Group], np.ndarray]
) -> np.ndarray:
    """Ways to fill every group, the most promising first: (ways, searched), in the order of the groups' parameters.

    draw: candidates for a group, (candidates, inner).
    """
    drawn = [draw(part) for part in parts]
    fixed = [n for n in linear if not any(n in part.outer for part in parts)]
    first = np.array([problem.values[problem.where]])
    first[:, [problem.free.index(n) for n in linear]] = 0.0
    base = columns(problem, first, fixed)[0]  # (fixed + 1, n), the residual last
    axes = _axes(base[:-1])
    residual = _off(base[-1:], axes)[0]
    tables = []
    for part, values in zip(parts, drawn):
        whole = np.repeat(first, len(values), axis=0)
        whole[:, [problem.free.index(n) for n in part.inner]] = values
        table = columns(problem, whole, part.outer)[:, :-1]
        tables.append(_off(np.where(np.isfinite(table), table, 0.0), axes))
    twins = [next(j for j in range(i + 1) if np.array_equal(tables[i], tables[j])) for i in range(len(parts))]
    ways = [_Way({}, np.zeros((0, len(residual))), residual, 0.0)]
    most = (FEWER_WAYS, FEWER_NEXT) if all(len(part.inner) == 1 for part in parts) else (WAYS, NEXT)
    for _ in parts:
        ways = _grown(ways, drawn, tables, twins, *most)
    rows = [np.concatenate([drawn[i][way.chosen[i]] for i in range(len(parts))]) for way in ways]
    return np.array(rows).reshape(len(rows), sum(len(part.inner) for part in parts))


@dataclass(frozen=True, eq=False)
class _Way:
    """Some groups filled. chosen: the candidate of each; basis: (k, n), what their columns span, perpendicular.

    left: (n,), the residual beside them; cost: its squares
    """

    chosen: dict[int, int]
    basis: np.ndarray
    left: np.ndarray
    cost: float


def _grown(
    ways: list[_Way],
    drawn: list[np.ndarray],
    tables: list[np.ndarray],
    twins: list[int],
    kept: int,
    following: int,
) -> list[_Way]:
    """Every way with one more group filled, the best `kept`. Of groups that are alike the first goes first."""
    offspring: list[tuple[float, int, int, int]] = []  # cost, way, group, candidate
    for w, way in enumerate(ways):
        waiting = [i for i in range(len(drawn)) if i not in way.chosen]
        for i in {twins[i]: i for i in reversed(waiting)}.values():
            costs = _costs(tables[i], way.basis, way.left)
            few = unlike(drawn[i], costs, following if way.chosen else kept)
            offspring += [(float(costs[k]), w, i, int(k)) for k in few]
    born = [0] * len(ways)
    most = 2 * kept // len(ways) + 1  # of one way's: what others lead to is kept too
    grown: list[_Way] = []
    for cost, w, i, k in sorted(offspring):
        again = any(abs(cost - other.cost) <= 1e-9 * cost for other in grown)  # the same terms in another order
        born[w] += not again
        if again or born[w] > most:
            continue
        new = _axes(_off(tables[i][k], ways[w].basis))
        left = _off(ways[w].left[None], new)[0]
        grown.append(_Way({**ways[w].chosen, i: k}, np.concatenate([ways[w].basis, new]), left, cost))
        if len(grown) == kept:
            break
    return grown


def _axes(rows: np.ndarray) -> np.ndarray:
    """Perpendicular rows of length 1 that span the given ones: (k, n) -> (at most k, n)."""
    if not len(rows):
        return rows
    size = np.sqrt(np.sum(rows**2, axis=1, keepdims=True))
    _, s, vt = np.linalg.svd(rows / np.where(size > 0, size, 1.0), full_matrices=False)
    return vt[s > 1e-10 * max(s[0], 1e-300)]


def _off(rows: np.ndarray, axes: np.ndarray) -> np.ndarray:
    """What is left of the rows (…, n) perpendicular to the axes."""
    return rows - (rows @ axes.T) @ axes if len(axes) else rows


def _costs(table: np.ndarray, basis: np.ndarray, left: np.ndarray) -> np.ndarray:
    """The squares left when each candidate's columns, (candidates, k, n), join the basis: (candidates,)."""
    k = table.shape[1]
    table = _off(table, basis)
    square = np.empty((len(table), k + 1, k + 1))
    with np.errstate(all="ignore"):
        square[:, :k, :k] = table @ table.swapaxes(1, 2)
        square[:, :k, k] = square[:, k, :k] = table @ left
        square[:, k, k] = left @ left
    square = guarded(square, 1e-10)
    eliminate(square, 0, k)
    return np.where(np.isfinite(square[:, -1, -1]), np.maximum(square[:, -1, -1], 0.0), np.inf)
