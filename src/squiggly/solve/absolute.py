"""Least absolute deviations to their true minimum: a corner of a linear programme, found by walking along its edges.

The sum of |y - Aβ| is a bowl of flat facets. Its lowest corner passes exactly through as many points as it has
parameters, or sits on a bound. From a corner the walk follows the edge that promises most, as far as the sum falls,
to the point where a weighted median says stop (Barrodale & Roberts, 1973; Bloomfield & Steiger, 1983). It ends where
every edge leads up: then each point can be given a multiplier from -1 to 1 that proves, by duality, that no β is lower.

Ties (points on one line, repeated x, whole numbers) could make such a walk go in circles. Each residual therefore
carries a second digit, a random nudge that counts only where the first is 0: the order of residuals is strict.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

OVER = 1e-10  # how far past its limit a multiplier may be, by rounding
FLAT = 1e-9  # how near its limit a multiplier makes an edge level
FEW = 4_000  # points up to which all are walked past; of more, those near the curve, the others hold their side
MOST_PIVOTS = 2_000
ROUNDING = 64 * float(np.finfo(float).eps)


@dataclass(frozen=True)
class Corner:
    """Where a walk ended.

    values: (p,); cost: the sum of |y - Aβ|; multipliers: (n,), -1 … 1, for which Aᵀm is 0 but for what bounds hold
    proven: whether every multiplier keeps its limits, so that nothing is lower; held: (p,), what the bounds hold back
    through: the rows that the values pass through; level: whether other values are as low
    """

    values: np.ndarray
    cost: float
    multipliers: np.ndarray
    held: np.ndarray
    through: np.ndarray
    proven: bool
    level: bool


def lowest_corner(
    slopes: np.ndarray,
    y: np.ndarray,
    begin: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    middle: bool = True,
) -> Corner:
    """The β that makes the sum of |y - slopes·β| least, between low and high.

    slopes: (n, p), y: (n,), both divided by sigma where there is one; begin: (p,), where the walk begins;
    low, high: (p,), infinite where there is no bound.
    Of β that are equally low the middle of the level edge is given, as in a median of two; with several such edges the
    mean of their middles. Without `middle`: the corner where the walk ended.

    >>> free = np.full(1, np.inf)
    >>> lowest_corner(np.ones((4, 1)), np.array([1.0, 2.0, 4.0, 90.0]), np.zeros(1), -free, free).values
    array([3.])
    """
    begin = np.clip(begin, low, high)
    if len(y) <= FEW:
        return _walked(slopes, y, begin, low, high, middle)
    return _near_the_curve(slopes, y, begin, low, high, middle)


def _near_the_curve(
    slopes: np.ndarray, y: np.ndarray, begin: np.ndarray, low: np.ndarray, high: np.ndarray, middle: bool
) -> Corner:
    """The same for many points: most never change sides, and pull with a constant force (Portnoy & Koenker, 1997)."""
    n = len(y)
    few = max(FEW, int(n ** (2 / 3)))
    some = np.sort(np.random.default_rng(0).choice(n, few, replace=False))
    begin = _walked(slopes[some], y[some], begin, low, high, middle=False).values
    residuals = y - slopes @ begin
    near = np.zeros(n, dtype=bool)
    nearest = 4 * int(n / np.sqrt(few))
    near[np.argpartition(np.abs(residuals), min(nearest, n - 1))[:nearest]] = True
    side = np.sign(residuals)
    while True:
        far = ~near
        pull = side[far] @ slopes[far]
        found = _walked(slopes[near], y[near], begin, low, high, middle, pull)
        residuals = y - slopes @ found.values
        changed = far & (residuals * side <= 0)
        if found.proven and not changed.any():
            multipliers = side
            multipliers[near] = found.multipliers
            through = np.flatnonzero(near)[found.through]
            cost = float(np.abs(residuals).sum())
            return Corner(found.values, cost, multipliers, found.held, through, True, found.level)
        if near.all():
            return found
        near |= changed if found.proven else True


def _walked(
    slopes: np.ndarray,
    y: np.ndarray,
    begin: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    middle: bool,
    pull: np.ndarray | None = None,
) -> Corner:
    """The walk from `begin`; pull: (p,), the force of points that are not among these."""
    n, p = slopes.shape
    first = y - slopes @ begin
    grain = ROUNDING * (np.abs(y) + np.abs(slopes) @ np.abs(begin) + np.abs(first))
    unit = np.sqrt(np.einsum("ij,ij->j", slopes, slopes))
    unit[unit == 0] = 1.0
    _, s, vt = np.linalg.svd(np.linalg.qr(slopes / unit, mode="r") if n > p else slopes / unit)
    s = np.concatenate([s, np.zeros(p - len(s))])
    seen = s > 1e-12 * max(s.max(initial=0.0), 1e-300)
    stretch = np.where(seen, s, 1.0)  # of directions that no point sees there may be some, and bounds may see them
    turn = (vt.T / stretch) / unit[:, None]  # β = begin + turn·γ: the columns are then at right angles
    bounded = np.concatenate([np.flatnonzero(np.isfinite(low)), np.flatnonzero(np.isfinite(high))])
    lows = int(np.isfinite(low).sum())
    facing = np.where(np.arange(len(bounded)) < lows, 1.0, -1.0)
    gap = np.where(facing > 0, (low - begin)[bounded], (begin - high)[bounded])  # 0 or less: how far off a bound is
    per = np.linalg.norm(turn[bounded], axis=1)  # a bound's row gets the length of a point's, whatever its unit
    walk = _Walk(
        np.concatenate([slopes @ (turn * seen), (facing / per)[:, None] * turn[bounded], np.eye(p)[~seen]]),
        np.concatenate([first, gap / per, np.zeros(p - seen.sum())]),
        np.concatenate([grain, 1e-15 * np.abs(begin[bounded]) / per, np.zeros(p - seen.sum())]),
        n,
        len(bounded),
        np.zeros(p) if pull is None else pull @ turn,
    )
    proven = walk.down()
    moves = walk.moves(middle)
    values, level = begin + turn @ moves[0], len(moves) > 1
    basis = walk.basis
    points, on_bounds = basis[basis < n], bounded[basis[(basis >= n) & (basis < n + len(bounded))] - n]
    values = np.where(
        np.isin(np.arange(p), on_bounds), np.where(np.abs(values - low) < np.abs(high - values), low, high), values
    )
    values = _through(values, slopes, y, points, np.setdiff1d(np.arange(p), on_bounds)) if seen.all() else values
    values = np.clip(values, low, high)
    cost = float(np.abs(y - slopes @ values).sum())
    if level:
        centre = np.clip(begin + turn @ np.mean(moves[1:], axis=0), low, high)
        total = float(np.abs(y - slopes @ centre).sum())
        # with a pull, the sum of these is not all there is
        if pull is not None or total <= cost * (1 + 1e-14 * n**0.5):
            values, cost = centre, total
    held = np.zeros(p)
    np.add.at(held, bounded, facing / per * walk.multipliers[n : n + len(bounded)])
    return Corner(values, cost, walk.multipliers[:n], held, points, proven, level)


def _through(values: np.ndarray, slopes: np.ndarray, y: np.ndarray, points: np.ndarray, free: np.ndarray) -> np.ndarray:
    """The values put once more through the points they pass through, to the last digit."""
    if len(points) != len(free) or not len(free):
        return values
    square = slopes[np.ix_(points, free)]
    unit = np.abs(square).max(axis=0)
    try:
        values = values.copy()
        values[free] += np.linalg.solve(square / unit, y[points] - slopes[points] @ values) / unit
    except np.linalg.LinAlgError:
        pass
    return values


class _Walk:
    """A walk while it goes on, from γ = 0. Changed in place.

    rows: (m, p), those of points, of bounds, which lie at 0 or below, and of directions that no point sees;
    off: (m, 2), each row's residual and its nudge; lowest, highest: what its multiplier may be; basis: the rows that
    are passed through.
    """

    def __init__(
        self, rows: np.ndarray, off: np.ndarray, grain: np.ndarray, points: int, bounds: int, pull: np.ndarray
    ) -> None:
        nudge = np.random.default_rng(0).uniform(0.5, 1.5, len(off))
        nudge[:points] *= np.random.default_rng(1).choice([-1.0, 1.0], points)
        nudge[points:] *= -1.0
        self.rows, self.given, self.grain, self.pull = rows, np.stack([off, nudge], axis=1), grain, pull
        place = np.arange(len(rows))
        self.lowest = np.where(place < points, -1.0, 0.0)  # a bound that is not reached pushes nothing
        self.highest = np.where(place < points, 1.0, np.where(place < points + bounds, np.inf, 0.0))
        self.jump = self.highest - self.lowest
        self.reach = ROUNDING * np.sqrt(np.einsum("ij,ij->i", rows, rows))
        self.at = np.zeros((rows.shape[1], 2))
        self.inverse = np.eye(rows.shape[1])
        self.basis = np.arange(points + bounds, len(rows))
        self.multipliers = np.zeros(len(rows))
        self.look()

    def look(self) -> None:
        """Residuals here, which side of each row we are on, and the force of all rows off the basis."""
        off = self.given - self.rows @ self.at
        first = off[:, 0]
        first[np.abs(first) <= self.grain + self.reach * np.linalg.norm(self.at[:, 0])] = 0.0
        off[self.basis] = 0.0
        self.off = off
        self.sign = np.sign(np.where(first != 0, first, off[:, 1]))
        sides = np.where(self.sign > 0, np.minimum(self.highest, 1.0), self.lowest)
        sides[self.basis] = 0.0
        self.multipliers = sides
        self.force = sides @ self.rows + self.pull

    def stop(self, along: np.ndarray, slope: float) -> tuple[int, np.ndarray] | None:
        """Where the sum stops falling along a direction: the row met there and how far it is, with its nudge."""
        rate = self.rows @ along
        rate[np.abs(rate) <= 1e-12 * np.abs(rate).max(initial=0.0)] = 0.0
        ahead = np.flatnonzero(self.sign * rate > 0)
        if not len(ahead):
            return None
        far = self.off[ahead] / rate[ahead, None]
        order = np.lexsort((far[:, 1], far[:, 0]))
        rising = slope + np.cumsum((self.jump[ahead] * np.abs(rate[ahead]))[order])
        k = int(np.searchsorted(rising, 0.0))
        return None if k == len(order) else (int(ahead[order[k]]), far[order[k]])

    def down(self) -> bool:
        """To the lowest corner. Returns whether it is proven lowest."""
        size = self.rows.shape[1]
        while len(self.basis) < size:  # first to any corner, never upwards
            level = np.linalg.qr(self.rows[self.basis].T, mode="complete")[0][:, len(self.basis) :]
            along = level @ (level.T @ self.force)
            if np.linalg.norm(along) <= 1e-12 * (1.0 + np.linalg.norm(self.force)):
                along = level[:, 0]
            met = self.stop(along, -float(self.force @ along))
            if met is None:  # a level way, perhaps to a bound on the other side
                along = -along
                met = self.stop(along, -float(self.force @ along))
            if met is None:
                return False
            self.at = self.at + np.outer(along, met[1])
            self.basis = np.append(self.basis, met[0])
            self.look()
        for _ in range(MOST_PIVOTS):
            try:
                self.inverse = np.linalg.inv(self.rows[self.basis])
            except np.linalg.LinAlgError:
                return False
            self.at = self.inverse @ self.given[self.basis]
            self.look()
            own = -self.inverse.T @ self.force
            self.multipliers[self.basis] = own
            above, below = own - self.highest[self.basis], self.lowest[self.basis] - own
            excess = np.maximum(above, below)
            if not (excess > OVER).any():
                return True
            steepness = excess / np.abs(self.rows @ self.inverse).sum(axis=0)
            k = int(np.argmax(np.where(excess > OVER, steepness, -np.inf)))
            along = self.inverse[:, k] * (-1.0 if above[k] > 0 else 1.0)
            met = self.stop(along, -float(excess[k]))
            if met is None:
                return False
            self.basis = np.where(np.arange(size) == k, met[0], self.basis)
        return False

    def moves(self, middle: bool) -> list[np.ndarray]:
        """γ at the corner, then the middle of each edge along which the sum stays as it is."""
        here = self.at[:, 0]
        found = [here]
        if middle and len(self.basis) == self.rows.shape[1]:
            own = self.multipliers[self.basis]
            for limit, way in ((self.highest[self.basis], -1.0), (self.lowest[self.basis], 1.0)):
                for k in np.flatnonzero((np.abs(own - limit) <= FLAT) & (self.jump[self.basis] > 0)):
                    met = self.stop(way * self.inverse[:, k], 0.0)
                    if met is not None and met[1][0] > 0:
                        found.append(here + way * self.inverse[:, k] * met[1][0] / 2)
        return found
