"""Start values from the data: candidates for the parameters that enter nonlinearly, the rest in closed form.

Each parameter's role in the expression says what the data suggest for it (`roles.py`). Candidates spread evenly over
those suggestions, by a sequence that leaves no gaps; their linear parameters are solved, the best that are not alike go
a little way down together, and of those the best go on (`projection.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np

from squiggly.loss import mse
from squiggly.points import Points
from squiggly.solve.components import Group, fill, terms
from squiggly.solve.least_squares import Watch
from squiggly.solve.problem import Problem
from squiggly.solve.projection import Walked, rank, unlike, walk
from squiggly.solve.roles import Role, clock, place, rhythm, roles
from squiggly.solve.waves import plane_rhythms, rhythms

MOST_POINTS, FEWER_POINTS = 600, 256  # used to rank candidates: for up to two searched parameters, for more
CANDIDATES = {1: 100, 2: 220, 3: 1_000}  # for so many searched parameters; more for more
MORE_CANDIDATES = 2_000
FEW_CANDIDATES = 200  # of a function that is called once for each
FURTHER = 6  # times as many candidates at each further level
WALKERS = {1: 6, 2: 9, 3: 20}
MORE_WALKERS = 32
STAGES = {1: (2, 2), 2: (3, 2)}  # steps after each of which the worse half stays behind
MORE_STAGES = (4, 6, 8)
EACH, FIRST = 6, 4  # of the values of a parameter that terms share, every so manieth; ways kept for each
LONGER, FURTHER_ON = 24, (3,)  # times that the best three may go on, and steps each time
GAINS = 1e-3  # share of the cost that must be gained each time


@dataclass(frozen=True)
class Search:
    """What a search found: walked, best first, and how many of the walks agreed on the best."""

    walked: Walked
    agreed: int

    @property
    def interrupted(self) -> bool:
        return self.walked.interrupted


def find_starts(
    problem: Problem,
    known: Sequence[str],
    linear: Sequence[str],
    seed: int,
    level: int = 0,
    watch: Watch | None = None,
) -> Search:
    """Promising starts for the free parameters. Each level tries several times more candidates than the one before.

    known: free parameters whose start the caller gave, in problem.values; linear: those solved in closed form.
    The squared loss ranks them, whatever the problem's own is: it needs no start itself.
    """
    searched = tuple(n for n in problem.free if n not in known and n not in linear)
    points = thinned(problem.points, MOST_POINTS if len(searched) <= 2 else FEWER_POINTS)
    small = replace(problem, points=points, loss=mse)
    solved = tuple(n for n in linear if n not in known)
    most = WALKERS.get(len(searched), MORE_WALKERS) * (1 + 2 * level)
    expr, chosen = problem.model.expr, []
    placed = None if expr is None else _term_by_term(small, searched, solved, seed, level)
    if placed is not None:
        chosen.append(rank(small, placed, solved, watch))
        most //= 2
    drawn = candidates(small, searched, seed, level)
    ranked = rank(small, _whole(small, searched, drawn), solved, watch)
    chosen.append(ranked.take(unlike(drawn, ranked.cost, most if expr is not None else 6)))
    walkers = reduce(Walked.joined, chosen)
    if walkers.interrupted:
        return Search(walkers.take(np.argsort(walkers.cost, kind="stable")), 0)
    return _walked(small, walkers, solved, watch)


def _term_by_term(
    small: Problem, searched: tuple[str, ...], solved: tuple[str, ...], seed: int, level: int
) -> np.ndarray | None:
    """Free values, (ways, free), with each term placed for itself; None where the model is no sum of such terms.

    A parameter that keeps terms together, as one width of several peaks, is drawn first, and the terms placed for each.
    """
    assert small.model.expr is not None

    def draw(part: Group) -> np.ndarray:
        return candidates(small, part.inner, seed, level)

    shared, parts = terms(small.model.expr, searched, solved)
    if len(parts) < 2:
        return None
    order = [n for part in parts for n in part.inner]
    if shared is None:
        return _whole(small, order, fill(small, parts, solved, draw))
    ways = []
    for value in candidates(small, (shared,), seed, 0)[:: max(EACH // (1 + level), 1), 0]:
        values = small.values.copy()
        values[small.model.names.index(shared)] = value
        held = replace(small, values=values)
        ways.append(_whole(held, order, fill(held, parts, solved, draw)[:FIRST]))
    return np.concatenate(ways)


def _whole(problem: Problem, names: Sequence[str], values: np.ndarray) -> np.ndarray:
    """Free values, (batch, free), with those of the names set, the others as the problem has them, within bounds."""
    whole = np.repeat(problem.values[problem.where][None], len(values), axis=0)
    whole[:, [problem.free.index(n) for n in names]] = values
    return np.clip(whole, problem.low, problem.high)


def _walked(small: Problem, walkers: Walked, solved: Sequence[str], watch: Watch | None) -> Search:
    """The walkers some way down, the worse half left behind after each stage; the best go on while they still gain."""
    walked = walk(small, walkers, solved, STAGES.get(len(small.free) - len(solved), MORE_STAGES), watch)
    for _ in range(LONGER):
        walked = walked.take(np.argsort(walked.cost, kind="stable"))
        before, first = walked.cost[0], np.arange(len(walked.cost)) < 3
        if walked.interrupted or not np.isfinite(before):
            break
        further = walk(small, walked.take(first), solved, FURTHER_ON, watch)
        walked = further.joined(walked.take(~first))
        if not further.cost.min() < before * (1 - GAINS):
            break
    every = walked.take(np.argsort(walked.cost, kind="stable"))
    every = every.take(np.isfinite(every.cost) | (np.arange(len(every.cost)) == 0))
    agreed = int(np.sum(every.cost <= every.cost[0] * (1 + 1e-3)))
    return Search(every, agreed)


def thinned(points: Points, most: int = MOST_POINTS) -> Points:
    """At most so many of the points, evenly spread along the table's order of the first input."""
    if points.n <= most:
        return points
    order = np.argsort(next(iter(points.inputs.values())), kind="stable")
    return points.take(order[np.linspace(0, points.n - 1, most).astype(int)])


def candidates(problem: Problem, searched: tuple[str, ...], seed: int, level: int) -> np.ndarray:
    """Values to try for the searched parameters: (candidates, searched)."""
    if not searched:
        return np.empty((1, 0))
    model = problem.model
    count = CANDIDATES.get(len(searched), MORE_CANDIDATES) * FURTHER**level
    if model.expr is None:
        count = FEW_CANDIDATES * (1 + level)
        parts = tuple(Role(n, "size") for n in searched)
    else:
        parts = roles(model.expr, model.inputs, searched)
    spread = even(count, len(searched), seed + 7919 * level)
    shared = _Data.of(problem, level)
    found: dict[str, np.ndarray] = {}
    together = _plane_waves(parts, spread, shared, problem)
    for k, role in enumerate(parts):
        i = problem.free.index(role.name)
        values = together.get(role.name)
        values = _suggested(role, spread[:, k], shared, found, problem) if values is None else values
        found[role.name] = _inside(values, spread[:, k], problem.low[i], problem.high[i])
    return np.stack([found[n] for n in searched], axis=1)


def even(count: int, dimensions: int, seed: int) -> np.ndarray:
    """Numbers from 0 to 1 without gaps or clumps: (count, dimensions).

    The additive recurrence of the generalised golden ratio (Roberts, 2018); a plain grid in one dimension.
    """
    steps = np.arange(count)[:, None]
    if dimensions == 1:
        return (steps + 0.5) / count
    ratio = 2.0
    for _ in range(60):
        ratio = (1.0 + ratio) ** (1.0 / (dimensions + 1))
    pace = ratio ** -np.arange(1.0, dimensions + 1)
    return (0.5 + 0.6180339887498949 * seed + pace * (steps + 1)) % 1.0


@dataclass(frozen=True)
class _Data:
    """What the points suggest. order: (n,), the rows along the first input; interest: (n,), its cumulative share."""

    points: Points
    order: np.ndarray
    interest: np.ndarray
    level: int

    @classmethod
    def of(cls, problem: Problem, level: int) -> _Data:
        points = problem.points
        order = np.argsort(next(iter(points.inputs.values())), kind="stable")
        away = np.abs(points.y - np.median(points.y))[order]
        away = (away / (away.max() or 1.0)) ** 4  # a narrow peak has few points
        interest = np.cumsum(away + 1e-6)
        return cls(points, order, interest / interest[-1], level)


def _suggested(role: Role, u: np.ndarray, data: _Data, found: dict[str, np.ndarray], problem: Problem) -> np.ndarray:
    values = _drawn(role, u, data, found, problem)
    if not role.log:
        return values
    with np.errstate(all="ignore"):
        return role.log * np.log(np.abs(values))


def _drawn(role: Role, u: np.ndarray, data: _Data, found: dict[str, np.ndarray], problem: Problem) -> np.ndarray:
    if role.kind == "size":
        return _sizes(role.unit, u, data)
    if role.kind == "phase":
        return (u * 2.0 - 1.0) * np.pi
    given = {n: np.full(len(u), v) for n, v in zip(problem.model.names, problem.values)} | found
    if role.kind == "place":
        return place(role, given, _places(u, data))
    middle = {n: float(np.median(v)) for n, v in data.points.inputs.items()}
    along, power = clock(role, {n: float(np.median(v)) for n, v in given.items()}, data.points.inputs)
    if not np.isfinite(power):
        return _sizes(role.unit, u, data)
    measured = any(_straight(along, x) for x in data.points.inputs.values())
    speeds = rhythms(along, data.points.y, data.level if measured else None)
    return rhythm(role, _at(speeds, u), power, given | {n: np.full(len(u), v) for n, v in middle.items()})


def _straight(along: np.ndarray, x: np.ndarray) -> bool:
    """Whether one is the other but for its unit and where it counts from."""
    span, other = np.ptp(x), np.ptp(along)
    if not span > 0.0 or not other > 0.0:
        return False
    first, second = (x - x.min()) / span, (along - along.min()) / other
    return bool(min(np.abs(first - second).max(), np.abs(first + second - 1.0).max()) < 1e-6)


def _plane_waves(parts: Sequence[Role], spread: np.ndarray, data: _Data, problem: Problem) -> dict[str, np.ndarray]:
    """Values for two rhythms of one wave that runs along two inputs: they are seen only together."""
    waves = [(k, role) for k, role in enumerate(parts) if role.kind == "rhythm"]
    if len(waves) != 2 or waves[0][1].other is not waves[1][1].other or len(data.points.inputs) < 2:
        return {}
    middle = dict(zip(problem.model.names, problem.values.tolist()))
    clocks = [clock(role, middle, data.points.inputs) for _, role in waves]
    if any(power != 1.0 for _, power in clocks) or np.ptp(clocks[0][0]) == 0.0 or np.ptp(clocks[1][0]) == 0.0:
        return {}
    pairs = plane_rhythms(clocks[0][0], clocks[1][0], data.points.y, data.level)
    drawn = _at(pairs, spread[:, waves[0][0]])
    return {role.name: drawn[:, j] for j, (_, role) in enumerate(waves)}


def _at(values: np.ndarray, u: np.ndarray) -> np.ndarray:
    return values[np.minimum((u * len(values)).astype(int), len(values) - 1)]


def _places(u: np.ndarray, data: _Data) -> dict[str, np.ndarray]:
    """Where: half evenly along the points, a quarter where y is far from its median, a quarter beyond either end."""
    n = data.points.n
    spot = np.clip(2.0 * u, 0.0, 1.0) * (n - 1)
    row = np.minimum(spot.astype(int), n - 2)
    way = np.clip(spot - row, 0.1, 0.9)  # between two points: on one, a root or a logarithm has no slope
    eye = (u >= 0.5) & (u < 0.75)
    row[eye] = np.minimum(np.searchsorted(data.interest, 4.0 * (u[eye] - 0.5)), n - 2)
    beyond = u >= 0.75
    v = 8.0 * (u[beyond] - 0.75) - 1.0  # -1 … 1
    out = {}
    for name, x in data.points.inputs.items():
        at = (1.0 - way) * x[data.order[row]] + way * x[data.order[row + 1]]
        low, high = x.min(), x.max()
        reach = (high - low) * 10.0 ** (3.0 * np.abs(v) - 2.0)
        at[beyond] = np.where(v < 0, low - reach, high + reach)
        out[name] = at
    return out


def _sizes(unit: tuple[float, ...] | None, u: np.ndarray, data: _Data) -> np.ndarray:
    """A size of that unit for each u: three quarters positive."""
    sign = np.where(u < 0.75, 1.0, -1.0)
    v = np.where(u < 0.75, u / 0.75, (u - 0.75) / 0.25)  # 0 … 1 within each sign
    if unit is None:
        return sign * _unknown(v, data)
    if not any(unit):
        return sign * 10.0 ** (2.2 * v - 1.2)
    out = np.ones(len(u))
    scales = [_lengths(x, v, data.level) for x in data.points.inputs.values()] + [_heights(data.points.y, v)]
    for power, scale in zip(unit, scales):
        if power:
            out = out * scale**power
            v = (v * 17.0 + 0.37) % 1.0  # another number for the next unit
    return sign * out


def _lengths(x: np.ndarray, v: np.ndarray, level: int) -> np.ndarray:
    """Lengths along x: two thirds over decades about its span, a third its own sizes."""
    span = float(np.ptp(x)) or 1.0
    wide = 0.5 * level
    least = max(2.4, np.log10(2.0 * len(x))) + wide  # down to half the space between points
    decades = span * 10.0 ** ((1.1 + wide + least) * np.clip(v / 0.67, 0.0, 1.0) - least)
    own = np.quantile(np.abs(x), np.linspace(0.02, 1.0, 32))
    own = own[own > 0] if (own > 0).any() else np.array([span])
    return np.where(v < 0.67, decades, _at(own, np.clip((v - 0.67) / 0.33, 0.0, 1.0)))


def _heights(y: np.ndarray, v: np.ndarray) -> np.ndarray:
    tall = float(np.ptp(y)) or float(np.abs(y).max()) or 1.0
    return tall * 10.0 ** (3.0 * v - 1.7)


def _unknown(v: np.ndarray, data: _Data) -> np.ndarray:
    """A size whose unit is unknown: a plain number, a length, an inverse length or a height, in turns."""
    turn = np.minimum((v * 4).astype(int), 3)
    w = v * 4 - turn
    x = next(iter(data.points.inputs.values()))
    lengths = _lengths(x, w, data.level)
    return np.choose(turn, [10.0 ** (2.2 * w - 1.2), lengths, 1.0 / lengths, _heights(data.points.y, w)])


def _inside(values: np.ndarray, u: np.ndarray, low: float, high: float) -> np.ndarray:
    """Values within their bounds: mirrored where that helps, else spread between the bounds."""
    values = np.where(np.isfinite(values), values, 1.0)
    if np.isinf(low) and np.isinf(high):
        return values
    out = (values < low) | (values > high)
    values = np.where(out & (-values >= low) & (-values <= high), -values, values)
    out = (values < low) | (values > high)
    if np.isfinite(low) and np.isfinite(high):
        return np.where(out, low + u * (high - low), values)
    with np.errstate(all="ignore"):
        return np.where(out, low + np.abs(values) if np.isfinite(low) else high - np.abs(values), values)
