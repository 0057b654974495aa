"""Hinges on many points: the rows between two places as one small triangle, so that each look costs the same.

On a stretch between two neighbouring hinges every column is made of few: those that stay, 1, x and y. The rows of any
stretch reduce to a triangle of those by orthogonal steps, and triangles of runs of points, kept in a tree, join to that
of any stretch. So the squares of all points for hinges anywhere cost as much for a million points as for a thousand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from squiggly.solve.field import Field, projected
from squiggly.solve.least_squares import Factor, minimise
from squiggly.solve.tall import triangular

LEAF = 64  # points in the shortest run
LONG = 60  # steps of a descent across many points
CELL = 60  # steps of a descent between two points
MOST_ROUNDS = 200  # of both


@dataclass(frozen=True)
class Stretches:
    """A field whose rows can be had for any stretch of it.

    rows: (n, q), the columns that stay, then weight, weight·(x - center) and y
    levels: triangles (m, q, q) of runs of LEAF points, of twice as many, and so on
    """

    field: Field
    center: float
    rows: np.ndarray
    levels: tuple[np.ndarray, ...]

    @classmethod
    def of(cls, field: Field) -> Stretches:
        center = float(field.x[len(field.x) // 2])
        rows = np.column_stack([field.plain, field.weight, field.weight * (field.x - center), field.y])
        q, runs = rows.shape[1], len(rows) // LEAF
        levels = [_triangles(rows[: runs * LEAF].reshape(runs, LEAF, q))]
        while len(levels[-1]) > 1:
            pairs = len(levels[-1]) // 2
            levels.append(_triangles(levels[-1][: 2 * pairs].reshape(pairs, 2 * q, q)))
        return cls(field, center, rows, tuple(levels))

    def triangle(self, first: int, last: int) -> np.ndarray:
        """The rows of the points first … last - 1 as a triangle: (q, q)."""
        low, high = -(-first // LEAF), last // LEAF  # whole runs
        if low >= high:
            parts = [self.rows[first:last]]
        else:
            parts = [self.rows[first : low * LEAF], self.rows[high * LEAF : last]]
            for level in self.levels:
                if low >= high:
                    break
                if low % 2:
                    parts.append(level[low])
                    low += 1
                if high % 2:
                    high -= 1
                    parts.append(level[high])
                low, high = low // 2, high // 2
        return _triangles(np.concatenate(parts)[None])[0]

    def between(self, ends: np.ndarray) -> Factor:
        """`Field.factor` on all points for hinges that keep as many points to their left: (k,)."""
        field, p = self.field, self.field.plain.shape[1]
        edges = np.concatenate([[0], np.sort(ends), [len(field.x)]])
        parts = np.array([self.triangle(a, b) for a, b in zip(edges[:-1].tolist(), edges[1:].tolist())])
        beyond = edges[:-1, None] >= ends  # whether the stretch is to the right of the hinge: (k + 1, k)
        slopes = np.array([h.slope for h in field.hinges], dtype=float)
        left = np.array([-1.0 if h.op == "abs" else 0.0 for h in field.hinges])
        active = np.where(beyond == (slopes > 0), 1.0, left) * slopes  # what the bend's argument is multiplied by
        far, near = parts[:, :, p + 1, None] * active[:, None], parts[:, :, p, None] * active[:, None]
        whole = np.concatenate([parts[:, :, :p], far, near, parts[:, :, -1:]], axis=2)
        few = triangular(whole.reshape(1, -1, whole.shape[2]))[0]
        k = len(ends)
        plain, far, near, y = np.split(few, [p, p + k, p + 2 * k], axis=1)

        def factor(at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            columns = far - near * (at - self.center)[:, None, :]
            same = [np.broadcast_to(a, (len(at), *a.shape)) for a in (plain, -near, y)]
            return projected(same[0], columns, same[1], same[2])

        return factor

    def factor(self, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """As `Field.factor`, at a cost that hardly grows with the points."""
        made = [self.between(np.searchsorted(self.field.x, one, side="right"))(one[None]) for one in at]
        return np.concatenate([t for t, _ in made]), np.concatenate([c for _, c in made])

    def residual(self, at: np.ndarray) -> float:
        """The least sum of squares for hinges at these places, (k,)."""
        return 2.0 * float(self.factor(at[None])[1][0])

    def at_rest(self, at: np.ndarray) -> tuple[np.ndarray, bool]:
        """A minimum downhill of places (k,), exactly: none would move to either side. And whether Ctrl-C came before.

        The cost has a kink at each point, tiny where points are many, yet each can stop a descent. So in turns: all
        hinges settle between their two points, which is smooth; those at a point are let across where the cost goes on
        falling there, and otherwise held while the others go on across as many points as they like.
        """
        field, x = self.field, np.unique(self.field.x)
        after = np.searchsorted(field.x, x, side="right")
        fixed = field.low == field.high
        own = np.searchsorted(field.x, at, side="right")
        found = minimise(self.factor, at[None], field.low, field.high, most=LONG)
        at = found.values[0]
        if found.interrupted:
            return at, True
        gap = self._gap(x, at)
        before, crossed, barred = np.inf, np.zeros(len(at), dtype=bool), np.zeros(len(at), dtype=bool)

        def between(gap: np.ndarray) -> Factor:
            return self.between(np.where(fixed, own, after[gap]))

        for _ in range(MOST_ROUNDS):
            low = np.where(fixed, at, np.maximum(x[gap], field.low))
            high = np.where(fixed, at, np.minimum(x[gap + 1], field.high))
            found = minimise(between(gap), at[None], low, high, most=CELL)
            at, gained, before = found.values[0], before - found.cost[0], found.cost[0]
            barred = barred | crossed if gained <= 1e-10 * before else np.zeros_like(barred)  # it would only come back
            over = ((at >= x[gap + 1]) & (at < field.high)).astype(int) - ((at <= x[gap]) & (at > field.low))
            at_end = over != 0
            over = np.where((gap + over < 0) | (gap + over > len(x) - 2) | barred | fixed, 0, over)
            if found.interrupted or not over.any():
                break
            triangle, _ = between(gap + over)(at[None])
            slant = triangle[0, :-1, -1] @ triangle[0, :-1, :-1]
            size = np.linalg.norm(triangle[0, :, :-1], axis=0) * np.linalg.norm(triangle[0, :, -1])
            crossed = slant * over < -1e-9 * size
            if not crossed.any():
                break
            gap = np.where(crossed, gap + over, gap)
            stays = fixed | (at_end & ~crossed)
            far = minimise(
                self.factor, at[None], np.where(stays, at, field.low), np.where(stays, at, field.high), most=LONG
            )
            if far.interrupted:
                return far.values[0], True
            if far.cost[0] < before * (1 - 1e-12):
                moved = ~stays & (far.values[0] != at)
                at = far.values[0]
                gap = np.where(moved, self._gap(x, at), gap)
        return at, found.interrupted

    def _gap(self, x: np.ndarray, at: np.ndarray) -> np.ndarray:
        """Between which two of the different x each place is: the number of the lower, (k,)."""
        return np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(x) - 2)


def _triangles(rows: np.ndarray) -> np.ndarray:
    """Their triangular factors, with rows of 0 where there are fewer rows than columns: (m, n, q) -> (m, q, q)."""
    m, n, q = rows.shape
    if n < q:
        rows = np.concatenate([rows, np.zeros((m, q - n, q))], axis=1)
    return np.asarray(np.linalg.qr(rows, mode="r"))
