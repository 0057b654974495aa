"""How fast the waves in the points run: the peaks of a periodogram, along one thing or two."""

from __future__ import annotations

import numpy as np

SHARES = (14, 10, 6, 5, 5)  # of the speeds suggested, for each peak
SHARES_BEYOND = (20, 10, 8)  # the same beyond the mean Nyquist frequency
SUGGESTED = 64
FINER = 4  # lines of a periodogram to each turn over the whole span
FURTHER = (4.0, 12.0, 40.0)  # times the mean Nyquist frequency, by level, where the places are uneven
ASIDE = (2.0, 4.0, 8.0)  # the same along each of two
EVEN = 0.1  # spread of the gaps, in units of their mean, up to which they are even


def rhythms(along: np.ndarray, y: np.ndarray, level: int | None = 0) -> np.ndarray:
    """Speeds at which a wave could run along something, (n,), to be seen in y, (n,): the likely ones repeated.

    Peaks of the periodogram with their neighbours, their halves (a square of a sine beats twice as fast), doubles and
    differences (of a modulated wave), and a few spread over all that can be told. Even places tell nothing above
    the Nyquist frequency; uneven ones do, and further at each level: at first only what is stronger than all below.
    level: None where what the wave runs along is not measured itself: then its unevenness tells nothing either.
    """
    span = float(np.ptp(along))
    if not 0.0 < span < np.inf:
        return np.ones(1)
    n, away, y = len(y), along - along.mean(), y - y.mean()
    y = y - away * (away @ y) / (away @ away)  # a drift is no rhythm
    count = int(2 * n * (1.0 if level is None or _even(along) else FURTHER[level]))
    power = _power(away, y, 1.0 / (FINER * span), count)
    shift = 1.0 / (FINER * span)
    best = (_peaks(power[: 2 * n])[: len(SHARES)] + 1) * shift
    found: list[float] = []
    for frequency, times in zip(best, SHARES):
        found += list(frequency + shift * np.linspace(-0.9, 0.9, times))
    faster = 2 * n + _peaks(power[2 * n :])[: len(SHARES_BEYOND)]
    faster = faster[power[faster] > power[: 2 * n].max()] if level == 0 else faster
    for line, times in zip(faster, SHARES_BEYOND):
        found += list((line + 1) * shift + shift * np.linspace(-0.9, 0.9, times))
    found += [f / 2 for f in best[:3] for _ in range(2)] + [2 * f for f in best[:2]]
    found += [best[0] - f for f in best[1:4]]
    found += list(np.geomspace(0.05 / span, n / (2.0 * span), max(SUGGESTED - len(found), 8)))
    return 2.0 * np.pi * np.abs(np.array(found))


def _peaks(power: np.ndarray) -> np.ndarray:
    """The places of local maxima, the highest first."""
    if not len(power):
        return np.empty(0, dtype=int)
    at = np.flatnonzero((power >= np.roll(power, 1)) & (power >= np.roll(power, -1)))
    return at[np.argsort(power[at])[::-1]]


def plane_rhythms(first: np.ndarray, second: np.ndarray, y: np.ndarray, level: int = 0) -> np.ndarray:
    """Pairs of speeds at which one wave could run along two things at once, (n,) each: (pairs, 2)."""
    axes, shifts = [], []
    for along in (first, second):
        span = float(np.ptp(along)) or 1.0
        places = np.unique(along)
        scattered = len(places) > 2.0 * np.sqrt(len(y))
        most = np.sqrt(len(y)) * ASIDE[level] if scattered else len(places)
        shifts.append(1.0 / (FINER * span))
        axes.append(np.arange(int(FINER * most / 2.0) + 1) * shifts[-1])
    axes[1] = np.concatenate([-axes[1][:0:-1], axes[1]])  # it may run either way
    waves = [np.exp(-2j * np.pi * np.outer(f, along - along.mean())) for f, along in zip(axes, (first, second))]
    power = np.abs((waves[0] * (y - y.mean())) @ waves[1].T)
    found: list[np.ndarray] = []
    for times in SHARES:
        i, k = np.unravel_index(int(np.argmax(power)), power.shape)
        power[max(i - FINER, 0) : i + FINER + 1, max(k - FINER, 0) : k + FINER + 1] = 0.0
        turn = 2.4 * np.arange(times)  # around the peak, a golden angle each
        near = 0.9 * np.sqrt(np.arange(times) / times)[:, None] * np.stack([np.cos(turn), np.sin(turn)], axis=1)
        found.append(np.array([axes[0][i], axes[1][k]]) + near * shifts)
    return 2.0 * np.pi * np.concatenate(found)


def _even(along: np.ndarray) -> bool:
    gaps = np.diff(np.unique(along))
    return bool(len(gaps) < 2 or gaps.std() <= EVEN * gaps.mean())


def _power(along: np.ndarray, y: np.ndarray, step: float, count: int) -> np.ndarray:
    """The size of y's Fourier sum at `count` multiples of a frequency: each from the one before by one product."""
    turn = np.exp(-2j * np.pi * step * along)
    block = 16
    powers = np.cumprod(np.broadcast_to(turn, (block, len(y))), axis=0)  # (block, n): turn … turn^block
    wave, sums = y.astype(complex), np.empty((-(-count // block), block), dtype=complex)
    for row in sums:
        np.matmul(powers, wave, out=row)
        wave = wave * powers[-1]
    return np.abs(sums.ravel()[:count])
