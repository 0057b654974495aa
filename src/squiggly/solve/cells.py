"""The exact minimum of a folding: down through the cells in which the squares are a parabola, to where none leads down.

Where a crease meets a point the squares have a kink, and a minimum may well lie there. A crease is then held at that
point while all else goes down, and let go where the squares fall to one side (an active-set method). At rest no
direction leads down: of the cones between the kinks at hand every edge has been looked along.
"""

from __future__ import annotations

import numpy as np

from squiggly.solve.sheet import Seen, Sheet, nearest

MOST = 80  # steps, and for each fold
A_FOLD = 30
TOUCHING = 1e-12  # share of |g||x̃| within which a crease is at a point
LEVEL = 1e-11  # share of the residuals that a step may still move, and count as none
DOWN = 1e-9  # share of all that pulls, which a slope must have to lead down
MOST_EDGES = 2_000  # between the kinks at one crease, along which is looked
EXACT = 1e-28  # share of the squares of y that is rounding: nothing is lower


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
        if squares <= EXACT * float(sheet.y @ sheet.y):
            return values, True
        if np.linalg.norm(table @ step) <= LEVEL * np.sqrt(squares):
            loose, all_seen = _let_go(sheet, signs, left, above, touched)
            if not loose:
                return values, all_seen
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
) -> tuple[dict[int, tuple[list[int], dict[int, bool]]], bool]:
    """The creases that would go down from the points they touch; and whether all ways that could lead down were seen.

    For the one that would fall most: the points it stays at, and for the others on which side they come to lie.
    """
    best, steepest, all_seen = {}, -DOWN, True
    size = float(np.linalg.norm(left) * np.linalg.norm(sheet.near))
    for j in range(sheet.folds):
        met = np.flatnonzero(touched[:, j])
        if not len(met):
            continue
        rows, kinks = sheet.near[met], -signs[j] * left[met]
        ways = _edges(np.unique(rows / rows[:, -1:], axis=0))  # of equal places one
        if ways is None:
            all_seen = False
            continue
        others = above[:, j].copy()
        others[met] = False
        force = -signs[j] * (left[others] @ sheet.near[others])
        rises = rows @ ways.T
        rises[np.abs(rises) <= 1e-10 * np.linalg.norm(rows, axis=1)[:, None]] = 0.0
        slopes = (ways @ force + kinks @ np.maximum(rises, 0.0)) / size
        down = int(np.argmin(slopes))
        if slopes[down] < steepest:
            steepest, rise = float(slopes[down]), rises[:, down]
            stays = [int(i) for i, r in zip(met, rise) if r == 0.0]
            best = {j: (stays, {int(i): bool(r > 0) for i, r in zip(met, rise) if r != 0.0})}
    return best, all_seen


def _edges(rows: np.ndarray) -> np.ndarray | None:
    """The edges of the cones that planes with these normals, (m, q), cut their span into: directions of length 1.

    None where they are too many. What a crease touches lies on it, so that the span is a line, a plane or space.
    """
    _, s, vt = np.linalg.svd(rows, full_matrices=False)
    span = vt[s > 1e-9 * s[0]]  # (r, q)
    inside = rows @ span.T
    inside /= np.linalg.norm(inside, axis=1, keepdims=True)
    m, rank = inside.shape
    if (m * (m - 1) // 2 if rank == 3 else m) > MOST_EDGES:
        return None
    if rank == 1:
        ways = np.ones((1, 1))
    elif rank == 2:
        ways = inside[:, ::-1] * [1.0, -1.0]
    else:
        one, other = np.triu_indices(m, 1)
        ways = np.cross(inside[one], inside[other])
    norms = np.linalg.norm(ways, axis=1, keepdims=True)
    ways = (ways / np.maximum(norms, 1e-300))[norms[:, 0] > 1e-9]
    return np.concatenate([ways, -ways]) @ span
