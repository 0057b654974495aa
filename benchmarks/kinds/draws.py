"""How axes and parameters are drawn: units over nine decades, places, signs, and the truths several families share."""

from __future__ import annotations

import numpy as np
from family import Random, Truth


def scale(random: Random, low: float = -3, high: float = 6) -> float:
    """A unit of measurement: over nine decades."""
    return float(10 ** random.uniform(low, high))


def size(random: Random, low: float, high: float) -> float:
    """Between low and high, every decade as likely as another."""
    return float(np.exp(random.uniform(np.log(low), np.log(high))))


def sign(random: Random, minus: float = 0.3) -> float:
    return -1.0 if random.random() < minus else 1.0


def spread(random: Random, n: int) -> np.ndarray:
    """(n,) in 0 … 1: even or random, both ends among them."""
    return np.linspace(0, 1, n) if random.random() < 0.5 else np.sort(np.r_[0, random.uniform(size=n - 2), 1])


def anywhere(random: Random, n: int) -> np.ndarray:
    """An axis from 0, about 0, or far from 0 as years are."""
    begin = random.choice([0.0, 0.0, -0.5, 1.0, float(random.uniform(-30, 30))])
    return scale(random) * (begin + spread(random, n))


def from_zero(random: Random, n: int) -> np.ndarray:
    """Times since the start."""
    return scale(random) * spread(random, n)


def doses(random: Random, n: int) -> np.ndarray:
    """Above 0, even on a logarithmic axis over 2 to 6 decades, or on a plain one."""
    if random.random() < 0.3:
        return scale(random) * (0.01 + spread(random, n))
    return scale(random) * 10 ** (random.uniform(2, 6) * (spread(random, n) - 1))


def within(random: Random, x: np.ndarray, low: float = 0.1, high: float = 0.9) -> float:
    """A place between the ends of x."""
    return float(x.min() + np.ptp(x) * random.uniform(low, high))


def among(random: Random, x: np.ndarray, low: float = 0.2, high: float = 0.8) -> float:
    """A place among the points, each as likely."""
    return float(np.quantile(x, random.uniform(low, high)))


def peak(random: Random, x: np.ndarray) -> Truth:
    h = scale(random) * sign(random)
    width = np.ptp(x) * size(random, 0.03, 0.3)
    return {"h": h, "m": within(random, x), "s": width, "c": abs(h) * random.uniform(-2, 2)}


def periods(random: Random, x: np.ndarray) -> float:
    """1 to 15 cycles, with at least four points to each."""
    return float(random.uniform(1, min(15, len(x) / 4)))


def wave(random: Random, x: np.ndarray) -> Truth:
    a = scale(random)
    w = 2 * np.pi * periods(random, x) / np.ptp(x)
    return {"a": a, "w": w, "p": random.uniform(-np.pi, np.pi) - w * x.min(), "c": a * random.uniform(-3, 3)}


def saturation(random: Random, x: np.ndarray) -> Truth:
    return {"v": scale(random), "k": x.max() * size(random, 0.03, 3)}


def decays(random: Random, x: np.ndarray) -> Truth:
    a = scale(random) * sign(random, 0.2)
    slow = size(random, 0.5, 4) / x.max()
    return {"a": a, "b": slow * size(random, 3, 15), "c": a * size(random, 0.2, 5) * sign(random, 0.2), "d": slow}


def decay(random: Random, x: np.ndarray) -> Truth:
    a = scale(random) * sign(random)
    b = size(random, 0.5, 10) if random.random() < 0.8 else -size(random, 0.5, 5)
    return {"a": a, "b": b / x.max(), "c": a * random.uniform(-2, 2) * np.exp(max(-b, 0))}


def sigmoid(random: Random, x: np.ndarray) -> Truth:
    a = scale(random)
    return {
        "a": a * random.uniform(-0.3, 0.3),
        "d": a,
        "c": among(random, x),
        "b": size(random, 0.5, 5) * sign(random, 0.5),
    }


def ringing(random: Random, x: np.ndarray) -> Truth:
    return {
        "a": scale(random),
        "b": size(random, 0.5, 6) / x.max(),
        "w": 2 * np.pi * periods(random, x) / x.max(),
        "p": random.uniform(-np.pi, np.pi),
    }


def law(random: Random, x: np.ndarray) -> Truth:
    b = size(random, 0.2, 4) * sign(random, 0.5)
    return {"a": scale(random) * sign(random, 0.1) / np.median(x) ** b, "b": b}


def kelvins(random: Random, n: int) -> np.ndarray:
    return random.uniform(250, 320) + random.uniform(50, 300) * spread(random, n)


def off_zero(random: Random, n: int) -> np.ndarray:
    """Above 0, on a plain axis."""
    return scale(random) * (random.uniform(0.01, 0.3) + spread(random, n))


def about_zero(random: Random, n: int) -> np.ndarray:
    return scale(random) * (2 * spread(random, n) - 1)
