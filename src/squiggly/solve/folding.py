"""Where to fold a sheet: creases tried everywhere, put in one by one, moved one by one, and slid down together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from squiggly.solve.sheet import Seen, Sheet, axes, nearest, slid
from squiggly.solve.tall import product

DIRECTIONS = {3: 40, 4: 96}  # of creases that are tried, by the size of a plane; twice as many where each has a side
PLACES = 20  # along each direction
FOUND = {1: 16, 2: 32, 4: 48, 8: 40}  # foldings drawn, for so many folds; fewer for more
FEWEST = 24
FIRST, SECOND, LAST = 12, 30, 150  # steps down of all, of the better half, of the best few
KEPT = 3  # foldings that go to the end
ROUNDS = 8  # of creases taken out and put elsewhere, at most
MOST_MOVED = 12  # of them in one round
SAME = 1e-6  # share of their squares by which two foldings that are one may differ
PERFECT = 1e-26  # share of the squares of y that is rounding


@dataclass(frozen=True, eq=False)
class Trials:
    """Every crease that could be put in. planes: (m, q), with n of length 1; table: (n, m), its relu at the points."""

    sheet: Sheet
    planes: np.ndarray
    table: np.ndarray

    @classmethod
    def of(cls, sheet: Sheet) -> Trials:
        q = sheet.near.shape[1]
        halves = sheet.flat and not sheet.given.any()  # the other half would differ by a plane
        across = _directions(q - 1, DIRECTIONS[q] * (1 if halves else 2), halves)
        weight = sheet.near[:, -1]
        at = (sheet.near[:, :-1] / weight[:, None]) @ across.T  # (n, directions)
        shares = (np.arange(PLACES) + 0.5) / PLACES
        places = np.quantile(at, shares, axis=0)
        if not halves:  # beside all points it is a plane
            places = np.concatenate([at.min(axis=0)[None] - 0.5 * np.ptp(at, axis=0), places])
        planes = np.concatenate([np.repeat(across, len(places), axis=0), -places.T.reshape(-1, 1)], axis=1)
        table = np.maximum(product(sheet.near, planes.T), 0.0)
        return cls(sheet, planes, table)

    def gains(self, fixed: np.ndarray, sign: float) -> np.ndarray:
        """How much each crease would take off the squares that the columns `fixed`, (n, c), leave: (m,).

        sign: of the fold, 0 where it is free.
        """
        basis = axes(fixed)
        rest = self.sheet.y - basis @ (basis.T @ self.sheet.y)
        rest = rest - basis @ (basis.T @ rest)
        along = product(np.column_stack([basis, rest]).T, self.table)
        whole = np.einsum("nm,nm->m", self.table, self.table)
        apart = whole - np.sum(along[:-1] ** 2, axis=0)
        allowed = (apart > 1e-7 * whole) & (along[-1] * sign >= 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(allowed, along[-1] ** 2 / apart, 0.0)

    def solved(self, planes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The signs (k,) and values (p + k·q,) of a folding along these planes, (k, q), with the best heights."""
        sheet, p = self.sheet, self.sheet.plain.shape[1]
        columns = np.column_stack([sheet.plain, np.maximum(sheet.near @ planes.T, 0.0)])
        alive = np.ones(columns.shape[1], dtype=bool)
        bound = np.concatenate([np.zeros(p), sheet.given[: len(planes)]])
        heights = np.zeros(len(alive))
        for _ in range(len(alive)):
            heights = np.zeros(len(alive))
            heights[alive] = nearest(columns[:, alive], sheet.y)
            wrong = alive & (heights * bound < 0.0)
            if not wrong.any():
                break
            alive &= ~wrong
        size = np.abs(heights[p:])
        size = np.maximum(size, 1e-3 * size.max(initial=0.0) or 1.0)  # what is nought could not move
        signs = np.where(bound[p:] != 0.0, bound[p:], np.where(heights[p:] < 0.0, -1.0, 1.0))
        return signs, np.concatenate([heights[:p], (size[:, None] * planes).ravel()])

    def grown(self, random: np.random.Generator | None, seen: Seen) -> tuple[np.ndarray, np.ndarray]:
        """A folding made crease by crease, each where it helps most, all slid down after each.

        random: draws each from the places that help, and leaves it there until all are in.
        """
        sheet, k = self.sheet, self.sheet.folds
        planes = np.empty((0, self.planes.shape[1]))
        signs, values = np.empty(0), np.empty(0)
        for j in range(k):
            columns = np.column_stack([sheet.plain, np.maximum(sheet.near @ planes.T, 0.0)])
            gains = self.gains(columns, float(sheet.given[j]))
            if random is None:
                pick = int(np.argmax(gains))
            else:
                chance = gains**2 + 1e-30
                pick = int(random.choice(len(gains), p=chance / chance.sum()))
            signs, values = self.solved(np.vstack([planes, self.planes[pick]]))
            if random is None:
                values = slid(sheet, signs[None], values[None], FIRST)[0][0]
            seen(signs, values, self.squares(signs, values))
            planes = sheet.planes(values)
            planes = planes / np.maximum(np.linalg.norm(planes[:, :-1], axis=1, keepdims=True), 1e-300)
        return signs, values

    def elsewhere(self, signs: np.ndarray, values: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
        """The foldings made by taking out one crease, those that matter least first, and putting it where it helps."""
        sheet = self.sheet
        planes = sheet.planes(values)
        planes = planes / np.maximum(np.linalg.norm(planes[:, :-1], axis=1, keepdims=True), 1e-300)
        columns = np.maximum(sheet.near @ planes.T, 0.0)
        made, promised = [], []
        for j in range(len(planes)):
            fixed = np.column_stack([sheet.plain, np.delete(columns, j, axis=1)])
            gains = self.gains(fixed, float(sheet.given[j]))
            pick = int(np.argmax(gains))
            moved = planes.copy()
            moved[j] = self.planes[pick]
            made.append(self.solved(moved))
            promised.append(self.squares(*made[-1]))
        return [made[j] for j in np.argsort(promised, kind="stable")[:MOST_MOVED]]

    def drawn_elsewhere(
        self, values: np.ndarray, allowed: np.ndarray, count: int, random: np.random.Generator
    ) -> list[tuple[np.ndarray, np.ndarray]]:
        """The foldings made by putting one crease after the other at drawn places where it helps, of those allowed.

        allowed: (k, m), whether each crease may lie along each plane.
        """
        sheet, made = self.sheet, []
        planes = sheet.planes(values)
        planes = planes / np.maximum(np.linalg.norm(planes[:, :-1], axis=1, keepdims=True), 1e-300)
        columns = np.maximum(sheet.near @ planes.T, 0.0)
        for j in range(len(planes)):
            fixed = np.column_stack([sheet.plain, np.delete(columns, j, axis=1)])
            chance = np.where(allowed[j], self.gains(fixed, float(sheet.given[j])), 0.0) ** 2
            few = min(count, int(np.count_nonzero(chance)))
            for pick in random.choice(len(chance), few, replace=False, p=chance / chance.sum()) if few else []:
                moved = planes.copy()
                moved[j] = self.planes[pick]
                made.append(self.solved(moved))
        return made

    def squares(self, signs: np.ndarray, values: np.ndarray) -> float:
        """What a folding leaves of y, squared and added up."""
        [left] = self.sheet.left(signs[None], values[None])
        return float(left @ left)


def folded_best(sheet: Sheet, seed: int, seen: Seen) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The best foldings met, best first: signs (batch, k), values (batch, p + k·q), squares (batch,)."""
    trials, random = Trials.of(sheet), np.random.default_rng(seed)
    k = sheet.folds
    count = max(FOUND.get(1 << (k - 1).bit_length(), FEWEST), FEWEST)
    grown = [trials.grown(None, seen), *(trials.grown(random, seen) for _ in range(count))]
    signs, values = (np.array(v) for v in zip(*grown))
    signs, values, squares = _slid_on(sheet, signs, values, seen)
    floor = PERFECT * float(sheet.y @ sheet.y)
    tried: list[float] = []
    for _ in range(ROUNDS):  # from the best that has not been tried
        untried = [i for i in range(min(KEPT, len(squares))) if squares[i] not in tried]
        if squares[0] <= floor or not untried:
            break
        at = untried[0]
        tried.append(squares[at])
        moved, begun = (np.array(v) for v in zip(*trials.elsewhere(signs[at], values[at])))
        new = _slid_on(sheet, moved, begun, seen)
        signs, values, squares = (np.concatenate(v) for v in zip((signs, values, squares), new))
        order = _unlike(squares)[: 2 * KEPT]
        signs, values, squares = signs[order], values[order], squares[order]
    return signs, values, squares


def _slid_on(
    sheet: Sheet, signs: np.ndarray, values: np.ndarray, seen: Seen
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Foldings some way down, the best few of them to the end; best first."""
    values, squares = slid(sheet, signs, values, FIRST, seen)
    signs, values, squares = _further(sheet, signs, values, squares, (len(signs) + 1) // 2, SECOND, seen)
    return _further(sheet, signs, values, squares, KEPT, LAST, seen)


def _unlike(squares: np.ndarray) -> np.ndarray:
    """Which to keep, best first: of those with the same squares the first."""
    order = np.argsort(squares, kind="stable")
    apart = np.diff(squares[order], prepend=-np.inf) > SAME * squares[order]
    return order[apart]


def _further(
    sheet: Sheet, signs: np.ndarray, values: np.ndarray, squares: np.ndarray, most: int, steps: int, seen: Seen
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The best so many some steps further down, best first; the others are left behind."""
    best = np.argsort(squares, kind="stable")[:most]
    values, squares = slid(sheet, signs[best], values[best], steps, seen)
    order = np.argsort(squares, kind="stable")
    return signs[best][order], values[order], squares[order]


def _directions(d: int, count: int, halves: bool) -> np.ndarray:
    """Directions spread evenly over a circle or a sphere, or half of it: (count, d)."""
    turn = np.arange(count) + 0.5
    if d == 2:
        angle = turn * ((np.pi if halves else 2.0 * np.pi) / count)
        return np.stack([np.cos(angle), np.sin(angle)], axis=1)
    height = turn / count if halves else 2.0 * turn / count - 1.0
    angle, level = turn * np.pi * (3.0 - np.sqrt(5.0)), np.sqrt(1.0 - height**2)
    return np.stack([level * np.cos(angle), level * np.sin(angle), height], axis=1)
