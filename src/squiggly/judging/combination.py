"""What is known of parameters that are not known by themselves: their product, quotient, sum or difference.

A direction in which the parameters move without moving the curve says what stays: along (a·ε, -b·ε) it is a*b, along
(ε, -ε) it is a + b. The exponents are looked for among small whole numbers, and the find is proved by moving far along
it: the curve must stay where it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import permutations, product

import numpy as np

from squiggly.errors import listed
from squiggly.figures import rounded
from squiggly.intervals.trust import Trust
from squiggly.solve.least_squares import Descent, column_norms
from squiggly.solve.problem import Problem

LARGEST = 3  # exponent or factor that is looked for
MOST = 5  # parameters in one combination
BESIDE = 1e-4  # of a direction that is nothing but rounding
EXACT = 1e-5  # of a direction's length that may stick out of a whole-number one
SAME = 1e-7  # of the curve's size by which it may move and count as the same
FAR = (-0.6, 0.4, 1.1)  # how far a find is moved to prove it: in logarithms, or in units of the largest value


@dataclass(frozen=True)
class Combination:
    """Something known of parameters that are not known by themselves.

    text: as one would write it, "a*b"; names: those in it; what: "product", "quotient", "sum", "difference" or
    "combination"; value and error (standard error, nan where there is none)
    """

    text: str
    names: tuple[str, ...]
    what: str
    value: float
    error: float


@dataclass(frozen=True)
class Open:
    """Free parameters that can move together without moving the curve at the points.

    ways: (free, k), the directions in which they move; known: what stays, as far as it has a simple name
    """

    names: tuple[str, ...]
    ways: np.ndarray
    known: tuple[Combination, ...]


def open_groups(problem: Problem, descent: Descent, found: Trust) -> list[Open]:
    """The parameters that the points leave open, those that move together in one group."""
    free, values = problem.free, descent.values[0]
    blocks: list[tuple[list[int], np.ndarray]] = []
    for [name] in dict.fromkeys(group for group in found.loose if len(group) == 1):
        way = np.zeros((len(free), 1))
        way[free.index(name)] = max(abs(values[free.index(name)]), float(np.abs(problem.points.y).max())) or 1.0
        blocks.append(([free.index(name)], way))
    alone = {i for inside, _ in blocks for i in inside}
    rest = [i for i, n in enumerate(free) if n not in found.at_bound and i not in alone]
    several = sum(len(group) > 1 for group in found.loose)
    if several:
        blocks += _parted(descent.triangle[0, :-1, :-1], rest, several)
    return [
        Open(
            tuple(free[i] for i in inside),
            ways,
            tuple(_valued(stay, values, found) for stay in _stays(problem, values, inside, ways)),
        )
        for inside, ways in blocks
    ]


def staying(
    problem: Problem, free_values: np.ndarray, shares: np.ndarray, found: Trust, loose: float
) -> tuple[Combination, ...]:
    """What hardly changes as the free parameters change together by shares of their values, (free,).

    loose: the share by which the curve, and the whole-number exponents, may be off.
    """
    shares = np.where(np.abs(shares) > 0.1 * np.abs(shares).max(), shares, 0.0)
    inside = [int(i) for i in np.flatnonzero(shares)]
    ways = (free_values * shares)[:, None]
    stays = _stays(problem, free_values, inside, ways, same=5.0 * loose, exact=loose)
    return tuple(_valued(stay, free_values, found) for stay in stays)


def _parted(square: np.ndarray, columns: list[int], count: int) -> list[tuple[list[int], np.ndarray]]:
    """The `count` directions that a factor sees least, parted into those of parameters that have nothing in common.

    Each with the places of its parameters, and the directions, (free, k), in the parameters' own units.
    """
    norms = column_norms(square)
    scale = np.where(norms > 0, norms, 1.0)
    basis = np.zeros((square.shape[1], count))
    basis[columns] = np.linalg.svd((square / scale)[:, columns])[2][-count:].T  # in units in which all weigh the same
    together = np.abs(basis @ basis.T) > BESIDE
    left = [i for i in columns if together[i, i]]
    parts = []
    while left:
        inside = {left[0]}
        while more := {j for j in left if together[j, list(inside)].any()} - inside:
            inside |= more
        members = sorted(inside)
        left = [i for i in left if i not in inside]
        own, s, _ = np.linalg.svd(basis[members], full_matrices=False)
        ways = np.zeros((square.shape[1], int((s > 0.5).sum())))
        ways[members] = own[:, s > 0.5] / scale[members, None]
        parts.append((members, ways / np.abs(ways).max(axis=0)))
    return parts


@dataclass(frozen=True)
class _Stay:
    """A quantity that stays: its text and kind, its value and its slope as functions of the free parameters."""

    text: str
    names: tuple[str, ...]
    what: str
    value: Callable[[np.ndarray], float]
    slope: Callable[[np.ndarray], np.ndarray]


def _stays(
    problem: Problem,
    values: np.ndarray,
    inside: list[int],
    ways: np.ndarray,
    same: float = SAME,
    exact: float = EXACT,
) -> list[_Stay]:
    """What stays along the ways, in powers or in sums; nothing where it has no simple name."""
    if not 1 < len(inside) <= MOST:
        return []
    names = [problem.free[i] for i in inside]
    at = values[inside]
    if at.all() and (whole := _whole(ways[inside] / at[:, None], exact)):
        way = _across(whole, inside, len(values))
        if _unmoved(problem, values, lambda t: values * np.exp(t * way), same):
            return [_power(w, names, inside, len(values)) for w in whole]
    if whole := _whole(ways[inside], exact):
        way = _across(whole, inside, len(values)) * (float(np.abs(at).max()) or 1.0)
        if _unmoved(problem, values, lambda t: values + t * way, same):
            return [_sum(w, names, inside, len(values)) for w in whole]
    return (
        [s for i, j in permutations(inside) if (s := _scaled(problem, values, i, j, ways, same))]
        if len(at) == 2
        else []
    )


def _scaled(problem: Problem, values: np.ndarray, i: int, j: int, ways: np.ndarray, same: float) -> _Stay | None:
    """A factor and an exponent that can stand for it, as in a*exp(b): what stays, if that is it."""
    if values[i] == 0.0 or ways[j, 0] == 0.0:
        return None
    steepness = -float(ways[i, 0] / values[i] / ways[j, 0])
    for base, name in ((math.e, "exp({})"), (10.0, "10^({})"), (2.0, "2^({})")):
        k = round(steepness / math.log(base))
        if not 1 <= abs(k) <= LARGEST or abs(steepness - k * math.log(base)) > EXACT * abs(steepness):
            continue

        def move(t: float, rate: float = steepness) -> np.ndarray:
            moved = values.copy()
            moved[i], moved[j] = values[i] * math.exp(-rate * t), values[j] + t
            return moved

        def value(at: np.ndarray, rate: float = steepness) -> float:
            return float(at[i] * math.exp(rate * at[j]))

        def slope(at: np.ndarray, rate: float = steepness) -> np.ndarray:
            found = np.zeros(len(at))
            found[i], found[j] = math.exp(rate * at[j]), at[i] * rate * math.exp(rate * at[j])
            return found

        if _unmoved(problem, values, move, same):
            a, b = problem.free[i], problem.free[j]
            inside = ("-" if k < 0 else "") + ("" if abs(k) == 1 else f"{abs(k)}*") + b
            text = f"{a}*{name.format(inside)}".replace(f"^({b})", f"^{b}")
            return _Stay(text, (a, b), "product", value, slope)
    return None


def _across(whole: list[tuple[int, ...]], inside: list[int], free: int) -> np.ndarray:
    """A direction, (free,), exactly across all the whole-number vectors, its largest entry 1."""
    beside = np.linalg.svd(np.array(whole, dtype=float))[2][len(whole) :]
    mixed = 0.7 ** np.arange(len(beside)) @ beside
    way = np.zeros(free)
    way[inside] = mixed / np.abs(mixed).max()
    return way


def _unmoved(problem: Problem, values: np.ndarray, move: Callable[[float], np.ndarray], same: float) -> bool:
    """Whether the curve at the points stays where it is as the parameters move."""
    moved = np.array([values, *(move(t) for t in FAR)])
    points = problem.points
    few = slice(None) if points.n <= 1000 else slice(None, None, points.n // 500)
    with np.errstate(all="ignore"):
        rows = problem.model.rows(problem.whole(moved), {k: v[few] for k, v in points.inputs.items()})[:, 0]
    size = float(np.abs(rows[0]).max())
    return bool(np.abs(rows[1:] - rows[0]).max() <= same * size)  # nan is no


@cache
def _numbers(k: int) -> np.ndarray:
    """Small whole-number vectors of length k, simplest first, each once: no multiples, the first entry above 0."""
    most = LARGEST if k <= 3 else 2 if k == 4 else 1
    all_of = [w for w in product(range(-most, most + 1), repeat=k) if math.gcd(*w) == 1 and next(v for v in w if v) > 0]
    return np.array(sorted(all_of, key=lambda w: (sum(map(abs, w)), sum(v < 0 for v in w), w[::-1])))


def _whole(ways: np.ndarray, exact: float) -> list[tuple[int, ...]]:
    """Whole-number vectors across all the ways, (k, d): k - d of them that are independent; none if not as many."""
    k, d = ways.shape
    unit = ways / np.maximum(np.linalg.norm(ways, axis=0), np.finfo(float).tiny)
    numbers = _numbers(k)
    out = np.abs(numbers @ unit).max(axis=1) <= exact * np.linalg.norm(numbers, axis=1)
    chosen: list[np.ndarray] = []
    for w in numbers[out]:
        if len(chosen) < k - d and np.linalg.matrix_rank(np.array([*chosen, w])) > len(chosen):
            chosen.append(w)
    alone = any(np.count_nonzero(w) < 2 for w in chosen)  # then that one is known by itself
    return [] if alone or len(chosen) < k - d else [tuple(int(v) for v in w) for w in chosen]


def _power(w: tuple[int, ...], names: Sequence[str], inside: list[int], free: int) -> _Stay:
    """The product of powers a**w."""
    exponents = np.zeros(free)
    exponents[inside] = w
    used = [(n, v) for n, v in zip(names, w) if v]
    above = [n if v == 1 else f"{n}^{v}" for n, v in used if v > 0]
    below = [n if v == -1 else f"{n}^{-v}" for n, v in used if v < 0]
    text = "*".join(above) + ("/" + (below[0] if len(below) == 1 else f"({'*'.join(below)})") if below else "")
    what = "combination" if any(abs(v) > 1 for v in w) else "quotient" if below else "product"

    def value(at: np.ndarray) -> float:
        return float(np.prod(at[inside] ** exponents[inside]))

    def slope(at: np.ndarray) -> np.ndarray:
        return np.asarray(value(at) * exponents / np.where(exponents != 0, at, 1.0))

    return _Stay(text, tuple(n for n, _ in used), what, value, slope)


def _sum(w: tuple[int, ...], names: Sequence[str], inside: list[int], free: int) -> _Stay:
    """The sum of multiples a*w."""
    factors = np.zeros(free)
    factors[inside] = w
    used = [(n, v) for n, v in zip(names, w) if v]
    text = " ".join(f"{'-' if v < 0 else '+'} {'' if abs(v) == 1 else f'{abs(v)}*'}{n}" for n, v in used)
    what = "combination" if any(abs(v) > 1 for v in w) else "difference" if min(w) < 0 else "sum"
    return _Stay(
        text.removeprefix("+ "), tuple(n for n, _ in used), what, lambda at: float(factors @ at), lambda at: factors
    )


def _valued(stay: _Stay, values: np.ndarray, found: Trust) -> Combination:
    """What stays, with its value and its error: it lies in the directions that the points see."""
    with np.errstate(all="ignore"):
        error = float(np.linalg.norm(stay.slope(values)[found.moving] @ found.root))
    return Combination(stay.text, stay.names, stay.what, stay.value(values), error)


def stated(known: Sequence[Combination]) -> str:
    """Combinations with their values, as a sentence has them: "the product a*b is known: 12.34 ± 0.05"."""
    said = []
    for c in known:
        value, error = rounded(c.value, c.error)
        said.append(f"the {c.what} {c.text} is known: {value}" + ("" if error == "—" else f" ± {error}"))
    return listed(said)
