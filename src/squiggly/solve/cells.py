"""The exact minimum of a folding: down through the cells in which the squares are a parabola, to where none leads down.

Where a crease meets a point the squares have a kink, and a minimum may well lie there. A crease is then held at that
point while all else goes down, and let go where the squares fall to one side (an active-set method). At rest no
direction leads down: of the cones between the kinks at hand every edge has been looked along.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from squiggly.solve.sheet import Seen, Sheet, nearest

MOST = 80  # steps, and for each fold
A_FOLD = 30
TOUCHING = 1e-12  # share of |g||x̃| within which a crease is at a point
LEVEL = 1e-11  # share of the residuals that a step may still move, and count as none
DOWN = 1e-9  # share of all that pulls, which a slope must have to lead down
MOST_MET = 60  # points on one crease among whose edges is looked


def at_rest(sheet: Sheet, signs: np.ndarray, values: np.ndarray, seen: Seen) -> tuple[np.ndarray, bool]:
    """The values (p + k·q,) of a folding at a minimum below the given ones; and whether it is one."""
    k, p, q = sheet.folds, sheet.plain.shape[1], sheet.near.shape[1]
    values = values.copy()
    held: list[list[int]] = [[] for _ in range(k)]  # of each crease, the points at which it is held
    raised: dict[tuple[int, int], bool] = {}  # on which side a point that was let go must come to lie
    for _ in range(MOST + A_FOLD * k):
        planes = sheet.planes(values)
        at = sheet.near @ planes.T
        size = np.linalg.norm(sheet.near, axis=1)[:, None] * np.linalg.norm(planes, axis=1)
        if (np.linalg.norm(planes, axis=1) <= 1e-9 * np.linalg.norm(planes)).any():
            return values, False  # a fold that is none
        touched = np.abs(at) <= TOUCHING * size
        above = at > 0
        for j, points in enumerate(held):
            above[points, j] = False
        for (i, j), up in raised.items():
            above[i, j] = up
        [left] = sheet.left(signs[None], values[None])
        [table] = sheet.table(signs[None], above[None])
        ways = [np.eye(p), *(_along(sheet.near[points], q) for points in held)]
        free = np.hstack(
            [part @ way for part, way in zip(np.split(table, [p + q * j for j in range(k)], axis=1), ways)]
        )
        solved = nearest(free, left)
        widths = np.cumsum([way.shape[1] for way in ways])[:-1]
        step = np.concatenate([way @ part for way, part in zip(ways, np.split(solved, widths))])
        squares = float(left @ left)
        seen(signs, values, squares)
        if np.linalg.norm(table @ step) <= LEVEL * np.sqrt(squares) or squares <= 1e-28 * float(sheet.y @ sheet.y):
            loose = _let_go(sheet, signs, left, above, touched)
            if not loose:
                return values, True
            raised = {}
            for j, (points, sides) in loose.items():
                held[j] = _independent(sheet.near, points)
                raised |= {(i, j): up for i, up in sides.items()}
            continue
        far, kink = _first_minimum(sheet, signs, left, above, at, step, held)
        values, raised = values + far * step, {}
        if kink is not None:
            i, j = kink
            held[j] = _independent(sheet.near, [*held[j], i])
            plane = values[p + q * j : p + q * (j + 1)]
            plane -= sheet.near[i] * (sheet.near[i] @ plane) / (sheet.near[i] @ sheet.near[i])
    return values, False


def _along(rows: np.ndarray, q: int) -> np.ndarray:
    """Directions, (q, free), in which a crease can turn about the points it is held at, (m, q)."""
    if not len(rows):
        return np.eye(q)
    _, s, vt = np.linalg.svd(rows)
    return vt[int(np.sum(s > 1e-9 * s[0])) :].T


def _independent(near: np.ndarray, points: list[int]) -> list[int]:
    """Those of the points that together hold a crease as fast as all do, fewer than would leave it no place."""
    kept: list[int] = []
    for i in dict.fromkeys(points):
        rows = near[[*kept, i]]
        rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        if len(kept) < near.shape[1] - 1 and np.linalg.svd(rows, compute_uv=False)[-1] > 1e-9:
            kept.append(i)
    return kept


def _first_minimum(
    sheet: Sheet,
    signs: np.ndarray,
    left: np.ndarray,
    above: np.ndarray,
    at: np.ndarray,
    step: np.ndarray,
    held: list[list[int]],
) -> tuple[float, tuple[int, int] | None]:
    """How far along the step the squares first rise again, and the point and crease where that is a kink."""
    turning = sheet.near @ sheet.planes(step).T  # (n, k)
    moving = np.where(above, turning, 0.0)
    pace = step[: sheet.plain.shape[1]] @ sheet.plain.T + moving @ signs  # what the curve gains, (n,)
    with np.errstate(divide="ignore", invalid="ignore"):
        when = -at / turning
    crosses = (when > 0) & (when < 4.0) & (above == (at > 0)) & (at != 0.0)
    for j, points in enumerate(held):
        crosses[points, j] = False
    rows, folds = np.nonzero(crosses)
    order = np.argsort(when[rows, folds], kind="stable")
    far, slope, bend = 0.0, -float(left @ pace), float(pace @ pace)
    for i, j in zip(rows[order], folds[order]):
        there = float(when[i, j])
        if slope + bend * (there - far) >= 0.0:
            break
        slope, far = slope + bend * (there - far), there
        change = float(signs[j] * turning[i, j]) * (-1.0 if above[i, j] else 1.0)
        remaining = float(left[i] - far * pace[i])
        # what this point has gained so far stays; from here on it gains at another pace
        slope -= remaining * change
        bend += change * (2.0 * pace[i] + change)
        left, pace = left.copy(), pace.copy()
        left[i] += far * change
        pace[i] += change
        if slope >= 0.0:
            return far, (int(i), int(j))
    return (far - slope / bend if bend > 0 else far), None


def _let_go(
    sheet: Sheet, signs: np.ndarray, left: np.ndarray, above: np.ndarray, touched: np.ndarray
) -> dict[int, tuple[list[int], dict[int, bool]]]:
    """The creases that would go down from the points they touch.

    For the one that would fall most: the points it stays at, and for the others on which side they come to lie.
    """
    best, steepest = {}, -DOWN
    for j in range(sheet.folds):
        met = np.flatnonzero(touched[:, j])
        if not len(met) or len(met) > MOST_MET:
            continue
        rows, kinks = sheet.near[met], -signs[j] * left[met]
        others = above[:, j].copy()
        others[met] = False
        force = -signs[j] * (left[others] @ sheet.near[others])
        size = float(np.linalg.norm(left) * np.linalg.norm(sheet.near))
        for way in _edges(rows):
            rise = rows @ way
            rise[np.abs(rise) <= 1e-10 * np.linalg.norm(rows, axis=1)] = 0.0
            slope = float(force @ way + kinks @ np.maximum(rise, 0.0)) / size
            if slope < steepest:
                steepest = slope
                stays = [int(i) for i, r in zip(met, rise) if r == 0.0]
                best = {j: (stays, {int(i): bool(r > 0) for i, r in zip(met, rise) if r != 0.0})}
    return best


def _edges(rows: np.ndarray) -> Iterator[np.ndarray]:
    """The edges of the cones that planes with these normals, (m, q), cut their span into: directions of length 1."""
    _, s, vt = np.linalg.svd(rows, full_matrices=False)
    span = vt[s > 1e-9 * s[0]]  # (r, q)
    inside = rows @ span.T
    rank = len(span)
    for few in combinations(range(len(rows)), rank - 1):
        part = inside[list(few)]
        if rank == 1:
            way = np.ones(1)
        else:
            _, own, axes = np.linalg.svd(part)
            if own[-1] <= 1e-9 * own[0]:
                continue
            way = axes[-1]
        yield way @ span
        yield -(way @ span)
