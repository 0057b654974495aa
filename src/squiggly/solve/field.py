"""Where hinges go along x, everything else solved in closed form: starts, moves one at a time, a polish of all.

For given places the model is linear (variable projection), so only the places are searched. They start where the best
straight pieces break, where they would be dense, and where points are evenly spread; each set is polished by
Levenberg-Marquardt. Then, in turns: take one hinge out, put it where it helps most, polish all.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from squiggly.expression import constant
from squiggly.points import Points
from squiggly.solve.hinges import Bent, Hinge
from squiggly.solve.least_squares import Factor, minimise, newton_step
from squiggly.solve.problem import Problem
from squiggly.solve.segments import best_pieces
from squiggly.solve.starts import thinned
from squiggly.solve.tall import product, triangular

MOST_POINTS = 600  # on which places are searched; of more, runs are averaged
RUNS = 400
FEW = 60  # different x up to which hinges are tried at points and at three places between any two
MOST_MOVED = 40  # hinges up to which each is tried everywhere
SHORT = 40  # steps of a polish
MOST_CROSSED = 200  # points that hinges may cross on their last way down
MOST_PAIRED = 200  # places at which two hinges are tried together
ROUNDS = 12  # of moving and polishing
WORTH = 1e-4  # the least gain, as a share of the cost, for which another round is taken
PERFECT = 1e-26  # share of y's own square that is rounding


@dataclass(frozen=True)
class Field:
    """The points as a placing sees them, sorted along x, all rows divided by sigma.

    x: (n,); y: (n,), less what no parameter changes; plain: (n, p), the columns that stay; weight: (n,), 1/sigma
    low, high: (k,), how far each hinge may move along x: not at all where its caller put it somewhere
    """

    x: np.ndarray
    y: np.ndarray
    plain: np.ndarray
    weight: np.ndarray
    hinges: tuple[Hinge, ...]
    low: np.ndarray
    high: np.ndarray

    def columns(self, at: np.ndarray) -> np.ndarray:
        """The hinges' columns for a batch of places: (batch, k) -> (batch, n, k)."""
        made = [h.column(self.x, at[:, j]).T for j, h in enumerate(self.hinges)]
        return np.stack(made, axis=-1) * self.weight[:, None]

    def slopes(self, at: np.ndarray) -> np.ndarray:
        """How those columns change as the hinges move: (batch, k) -> (batch, n, k)."""
        made = []
        for j, h in enumerate(self.hinges):
            assert h.slope is not None
            ahead = h.slope * (self.x - at[:, j, None])
            made.append(-h.slope * (np.sign(ahead) if h.op == "abs" else (ahead > 0).astype(float)))
        return np.stack(made, axis=-1) * self.weight[:, None]

    def factor(self, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """As `Problem.factor`, for the places alone, everything linear at its best."""
        plain, y = (np.broadcast_to(a, (len(at), *a.shape)) for a in (self.plain, self.y[:, None]))
        return projected(plain, self.columns(at), self.slopes(at), y)

    def polished(self, starts: np.ndarray) -> tuple[np.ndarray, float, bool]:
        """The best of some sets of places, (batch, k), after a short way downhill; its squares; whether Ctrl-C came."""
        found = minimise(self.factor, starts, self.low, self.high, most=SHORT)
        best = int(np.nanargmin(found.cost))
        return found.values[best], 2.0 * float(found.cost[best]), found.interrupted

    def residual(self, at: np.ndarray) -> float:
        """The least sum of squares for hinges at these places, (k,), one of each kind from the first on."""
        columns = [h.column(self.x, at[j : j + 1]) * self.weight[:, None] for j, h in enumerate(self.hinges[: len(at)])]
        return float(np.sum(_left(np.column_stack([self.plain, *columns]), self.y)[1] ** 2))

    def at_rest(self, at: np.ndarray) -> np.ndarray:
        """The nearest minimum downhill of places (k,), exactly: none of them would move to either side.

        Between two points the cost of a hinge's place is smooth, at a point it has a kink: so each descent keeps every
        hinge between its two points, where all rows reduce to a few, and those that would go on are let into the next.
        """
        x = np.unique(self.x)
        gap = np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(x) - 2)
        before, crossed, barred = np.inf, np.zeros(len(at), dtype=bool), np.zeros(len(at), dtype=bool)
        for _ in range(MOST_CROSSED):
            low, high = np.maximum(x[gap], self.low), np.minimum(x[gap + 1], self.high)
            found = minimise(self._between(gap, x), at[None], low, high, most=5 * SHORT)
            at, gained, before = found.values[0], before - found.cost[0], found.cost[0]
            barred = barred | crossed if gained <= 1e-10 * before else np.zeros_like(barred)  # it would only come back
            over = ((at >= x[gap + 1]) & (at < self.high)).astype(int) - ((at <= x[gap]) & (at > self.low))
            over = np.where((gap + over < 0) | (gap + over > len(x) - 2) | barred, 0, over)
            if found.interrupted or not over.any():
                break
            triangle, _ = self._between(gap + over, x)(at[None])
            slant = triangle[0, :-1, -1] @ triangle[0, :-1, :-1]
            size = np.linalg.norm(triangle[0, :, :-1], axis=0) * np.linalg.norm(triangle[0, :, -1])
            crossed = slant * over < -1e-9 * size
            if not crossed.any():
                break
            gap = np.where(crossed, gap + over, gap)
        return at

    def _between(self, gap: np.ndarray, x: np.ndarray) -> Factor:
        """`factor` for hinges that stay between the points gap and gap + 1 of x: no row depends on where there."""
        middle = (x[gap] + x[gap + 1]) / 2.0
        center = float(self.x[len(self.x) // 2])
        slopes = self.slopes(middle[None])[0]
        p, k = self.plain.shape[1], len(gap)
        whole = np.column_stack([self.plain, slopes * (self.x - center)[:, None], slopes, self.y])
        few = triangular(whole[None])[0]
        plain, far, near, y = np.split(few, [p, p + k, p + 2 * k], axis=1)

        def factor(at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            columns = near * (at - center)[:, None, :] - far
            same = [np.broadcast_to(a, (len(at), *a.shape)) for a in (plain, near, y)]
            return projected(same[0], columns, same[1], same[2])

        return factor


def projected(
    plain: np.ndarray, columns: np.ndarray, slopes: np.ndarray, y: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The triangle and cost of `Problem.factor` for places, what is linear being eliminated (Golub and Pereyra, 1973).

    plain (batch, n, p), columns and slopes (batch, n, k), y (batch, n, 1). The slope of the projection itself is left
    out (Kaufman, 1975): it matters little near the minimum.
    """
    batch, _, k = columns.shape
    p = plain.shape[2] + k
    square = triangular(np.concatenate([plain, columns, slopes, y], axis=2))
    if square.shape[1] < square.shape[2]:  # fewer points than columns
        rest = np.zeros((batch, square.shape[2] - square.shape[1], square.shape[2]))
        square = np.concatenate([square, rest], axis=1)
    inner = np.zeros((batch, p + 1, p + 1))
    inner[:, :p, :p], inner[:, :p, p] = square[:, :p, :p], square[:, :p, -1]
    linear = -newton_step(inner)
    lost = square[:, :p, -1] - np.einsum("bij,bj->bi", square[:, :p, :p], linear)
    triangle = square[:, p:, p:].copy()
    triangle[:, :, :-1] *= linear[:, None, -k:]
    triangle[:, :, -1] *= -1.0  # predicted less measured
    return triangle, (np.sum(triangle[:, :, -1] ** 2, axis=1) + np.sum(lost**2, axis=1)) / 2.0


def _left(fixed: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """An orthogonal basis of the columns, (n, r), and what they leave of y."""
    norms = np.linalg.norm(fixed, axis=0)
    fixed = fixed / np.where(norms > 0, norms, 1.0)
    if not fixed.shape[1]:
        return fixed, y
    _, s, vt = np.linalg.svd(triangular(fixed[None])[0], full_matrices=False)
    kept = s > 1e-10 * s[0]
    basis = product(fixed, vt[kept].T / s[kept])
    basis = product(basis, np.linalg.inv(triangular(basis[None])[0]))  # once more: the first is as good as s is even
    rest = y - basis @ (basis.T @ y)
    return basis, rest - basis @ (basis.T @ rest)


def search(field: Field, straight: bool, thorough: bool = True) -> tuple[np.ndarray, bool]:
    """The best places found, (k,), and whether Ctrl-C cut the search short.

    straight: whether the rest of the model is a straight line, so that the best straight pieces show where it bends
    thorough: whether to move hinges two at a time too, and to end at an exact minimum
    """
    trials = Trials.of(field)
    floor = PERFECT * float(field.y @ field.y)
    best, lowest, interrupted = field.polished(_starts(trials, straight))
    try:
        for _ in range(ROUNDS if len(field.hinges) <= MOST_MOVED else 0):
            if interrupted or lowest <= floor:
                break
            moved, cost, interrupted = field.polished(trials.exchanged(best, lowest)[None])
            if (
                thorough and lowest - cost < WORTH * lowest and not interrupted
            ):  # one at a time leads no further: two at a time
                at = best if cost > lowest else moved
                moved, cost, interrupted = field.polished(np.array([moved, trials.paired(at, min(cost, lowest))]))
            gained = lowest - cost
            if gained > 0:
                best, lowest = moved, cost
            if gained < WORTH * lowest:
                break
        return (field.at_rest(best) if thorough and not interrupted else best), interrupted
    except KeyboardInterrupt:
        return best, True


@dataclass(frozen=True)
class Trials:
    """Every place a hinge could be put, and what it could do there.

    among: (m,), places between any two points, more of them and the points too where they are few
    tables: the column of each kind of hinge at each of those places, (n, m)
    """

    field: Field
    among: np.ndarray
    tables: dict[tuple[str, float | None], np.ndarray]

    @classmethod
    def of(cls, field: Field) -> Trials:
        x = np.unique(field.x)
        inner = (0.0, 0.25, 0.5, 0.75) if len(x) <= FEW else (0.5,)
        among = np.concatenate([x[:-1] + share * np.diff(x) for share in inner])
        among = np.unique(among[among > x[0]])
        return cls(
            field, among, {(h.op, h.slope): h.column(field.x, among) * field.weight[:, None] for h in field.hinges}
        )

    def gains(self, fixed: np.ndarray, j: int) -> tuple[np.ndarray, float]:
        """How much hinge j at each place would take off the squares that these columns leave, (m,), and those."""
        field, hinge = self.field, self.field.hinges[j]
        basis, rest = _left(fixed, field.y)
        table = self.tables[hinge.op, hinge.slope]
        whole = np.einsum("nm,nm->m", table, table)
        along = product(np.column_stack([basis, rest]).T, table)
        across = whole - np.sum(along[:-1] ** 2, axis=0)
        allowed = (self.among >= field.low[j]) & (self.among <= field.high[j]) & (across > 1e-9 * whole)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(allowed, along[-1] ** 2 / across, -1.0), float(rest @ rest)

    def exchanged(self, at: np.ndarray, lowest: float) -> np.ndarray:
        """The places after each hinge in turn has been taken out and put where it helps most."""
        at = at.copy()
        for j in range(len(at)):
            if self.field.low[j] == self.field.high[j]:
                continue
            others = np.delete(self.field.columns(at[None])[0], j, axis=1)
            gains, rest = self.gains(np.column_stack([self.field.plain, others]), j)
            best = int(np.argmax(gains))
            if rest - gains[best] < lowest * (1.0 - WORTH):
                at[j], lowest = self.among[best], rest - float(gains[best])
        return at

    def paired(self, at: np.ndarray, lowest: float) -> np.ndarray:
        """The places after each two neighbours in turn have been taken out and put where they help most together."""
        field, at = self.field, at.copy()
        few = np.unique(np.linspace(0, len(self.among) - 1, min(len(self.among), MOST_PAIRED)).astype(int))
        order = [j for j in np.argsort(at, kind="stable") if field.low[j] < field.high[j]]
        for i, j in itertools.pairwise(order):
            others = np.delete(field.columns(at[None])[0], [i, j], axis=1)
            basis, rest = _left(np.column_stack([field.plain, others]), field.y)
            tables = [self.tables[field.hinges[q].op, field.hinges[q].slope][:, few] for q in (i, j)]
            a, b = (t - product(basis, product(basis.T, t)) for t in tables)
            aa, bb, ab = np.sum(a**2, axis=0)[:, None], np.sum(b**2, axis=0), product(a.T, b)
            along, across = (rest @ a)[:, None], rest @ b
            apart = aa * bb - ab**2
            with np.errstate(divide="ignore", invalid="ignore"):
                gains = (along**2 * bb - 2 * along * across * ab + across**2 * aa) / apart
            inside = [(self.among[few] >= field.low[q]) & (self.among[few] <= field.high[q]) for q in (i, j)]
            gains = np.where((apart > 1e-6 * aa * bb) & inside[0][:, None] & inside[1], gains, -1.0)
            p, q = np.unravel_index(int(np.argmax(gains)), gains.shape)
            if float(rest @ rest) - gains[p, q] < lowest * (1.0 - WORTH):
                at[i], at[j] = self.among[few[p]], self.among[few[q]]
                lowest = float(rest @ rest) - float(gains[p, q])
        return at

    def greedy(self) -> np.ndarray:
        """Hinges put in one after the other, each where it helps most."""
        field, k = self.field, len(self.field.hinges)
        at = np.where(field.low == field.high, field.low, np.nan)
        for j in np.flatnonzero(np.isnan(at)):
            done = np.flatnonzero(~np.isnan(at))
            columns = field.columns(np.where(np.isnan(at), 0.0, at)[None])[0][:, done]
            gains, _ = self.gains(np.column_stack([field.plain, columns]), int(j))
            at[j] = self.among[int(np.argmax(gains))]
        return at.reshape(k)


def _starts(trials: Trials, straight: bool) -> np.ndarray:
    """Sets of places to begin from: (batch, k)."""
    field, k = trials.field, len(trials.field.hinges)
    x = np.unique(field.x)
    sets = [_spread(x, k)]
    if straight and len(x) > 2:
        pieces = best_pieces(field.x, field.y / field.weight, 1.0 / field.weight, 2 * k + 1)
        middle = dict(zip(x[1:].tolist(), ((x[1:] + x[:-1]) / 2.0).tolist()))
        for starts in (pieces.starts[k], pieces.starts[2 * k][::2] if len(pieces.starts[2 * k]) > k else ()):
            if starts:
                sets.append(_filled(np.array([middle[s] for s in starts]), x, k))
    return np.clip([*(_assigned(field, s) for s in sets), trials.greedy()], field.low, field.high)


def _spread(x: np.ndarray, k: int) -> np.ndarray:
    """Places with as many points between any two."""
    return np.quantile(x, np.arange(1, k + 1) / (k + 1))


def _filled(places: np.ndarray, x: np.ndarray, k: int) -> np.ndarray:
    """Exactly k places: the first k, or those given and more where the gaps are widest."""
    found = sorted(places[:k].tolist())
    while len(found) < k:
        edges = [float(x[0]), *found, float(x[-1])]
        widest = int(np.argmax(np.diff(edges)))
        found.insert(widest, (edges[widest] + edges[widest + 1]) / 2.0)
    return np.array(found)


def _assigned(field: Field, places: np.ndarray) -> np.ndarray:
    """Places given to hinges: in order, by where each hinge may be."""
    middle = np.clip(np.median(field.x), field.low, field.high)
    at = np.empty(len(places))
    at[np.argsort(middle, kind="stable")] = np.sort(places)
    return at


def field_of(problem: Problem, form: Bent, known: Sequence[str], averaged: bool = True) -> Field | None:
    """The problem as a placing sees it, without the hinges whose slope is searched too.

    averaged: whether many points may be put together in runs. None where the model has no value on the points.
    """
    points = _runs(problem.points, form.x) if averaged else problem.points
    order = np.argsort(points.inputs[form.x], kind="stable")
    inputs = {n: v[order] for n, v in points.inputs.items()}
    y, sigma = points.y[order], np.ones(points.n) if points.sigma is None else points.sigma[order]
    start = problem.values.copy()
    names = problem.model.names
    faced = [n for h in form.hinges if h.slope is None for n in h.free]
    start[[names.index(n) for n in (*form.plain, *(h.weight for h in form.hinges if h.weight), *faced)]] = 0.0
    rows = problem.model.rows(start[None], inputs, form.plain)[0]
    if not np.isfinite(rows).all():
        return None
    hinges = tuple(h for h in form.hinges if h.slope is not None)
    low, high = np.empty((2, len(hinges)))
    for j, hinge in enumerate(hinges):
        i = problem.free.index(hinge.place)
        ends = np.array([problem.low[i], problem.high[i]])
        if hinge.place in known:
            ends[:] = problem.values[names.index(hinge.place)]
        low[j], high[j] = np.sort(hinge.at(ends))
    x = inputs[form.x]
    inside = (low < high) & (low < x[-1]) & (high > x[0])  # a hinge outside the points would bend nothing
    low, high = np.where(inside, np.maximum(low, x[0]), low), np.where(inside, np.minimum(high, x[-1]), high)
    return Field(x, (y - rows[0]) / sigma, (rows[1:] / sigma).T, 1.0 / sigma, hinges, low, high)


def hinged_line(points: Points, hinges: int, averaged: bool = False) -> Field:
    """A straight line with that many hinges on it, which may go anywhere.

    averaged: whether many points may be put together in runs.
    """
    [x_name] = points.inputs
    points = _runs(points, x_name) if averaged else points
    order = np.argsort(points.x, kind="stable")
    x, y = points.x[order], points.y[order]
    weight = np.ones(points.n) if points.sigma is None else 1.0 / points.sigma[order]
    line = np.column_stack([weight, weight * (x - x.mean())])
    one = Hinge("relu", constant(0), "w", 1.0, "t", -1.0, 0.0, ("t",))
    ends = (np.full(hinges, x[0]), np.full(hinges, x[-1]))
    return Field(x, y * weight, line, weight, (one,) * hinges, *ends)


def _runs(points: Points, x: str) -> Points:
    """The points, or, of many, the averages of runs along x, each weighing what it holds."""
    if points.n <= MOST_POINTS:
        return points
    if len(points.inputs) > 1:
        return thinned(points)
    order = np.argsort(points.inputs[x], kind="stable")
    weight = np.ones(points.n) if points.sigma is None else (points.sigma.min() / points.sigma) ** 2
    first = np.linspace(0, points.n, RUNS + 1).astype(int)[:-1]
    total = np.add.reduceat(weight[order], first)
    mean_x, mean_y = (np.add.reduceat((v * weight)[order], first) / total for v in (points.inputs[x], points.y))
    unit = 1.0 if points.sigma is None else float(points.sigma.min())
    return replace(points, inputs={x: mean_x}, y=mean_y, sigma=unit / np.sqrt(total))
