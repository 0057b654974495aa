"""Families from medicine, biology and ecology, and from counting people, money and earth."""

from __future__ import annotations

import numpy as np
from family import Family, Random, Truth

from kinds.draws import among, anywhere, doses, from_zero, scale, sign, size, spread, within


def _two_rates(random: Random, x: np.ndarray) -> tuple[float, float]:
    slow = size(random, 0.7, 5) / x.max()
    return slow * size(random, 2, 15), slow


def bateman(random: Random, x: np.ndarray) -> Truth:
    ka, ke = _two_rates(random, x)
    return {"a": scale(random), "ka": ka, "ke": ke}


def hill(random: Random, x: np.ndarray) -> Truth:
    a = scale(random)
    return {"b": a * random.uniform(-0.5, 1), "a": a, "k": among(random, x), "n": size(random, 0.6, 5)}


def prism(random: Random, x: np.ndarray) -> Truth:
    top = scale(random)
    return {
        "bottom": top * random.uniform(-0.2, 0.3),
        "top": top,
        "logec50": within(random, x, 0.2, 0.8),
        "hill": size(random, 0.5, 3) * sign(random, 0.4),
    }


def gompertz(random: Random, x: np.ndarray) -> Truth:
    c = size(random, 3, 12) / x.max()
    return {"a": scale(random), "b": float(np.exp(c * x.max() * random.uniform(0.2, 0.6))), "c": c}


def logistic(random: Random, x: np.ndarray) -> Truth:
    return {"k": scale(random), "r": size(random, 4, 30) / np.ptp(x), "t0": within(random, x, 0.2, 0.8)}


def verhulst(random: Random, x: np.ndarray) -> Truth:
    k = scale(random)
    return {"k": k, "n": k * size(random, 0.003, 0.3), "r": size(random, 5, 15) / x.max()}


def bertalanffy(random: Random, x: np.ndarray) -> Truth:
    k = size(random, 0.8, 6) / x.max()
    return {"l": scale(random), "k": k, "t0": -random.uniform(0, 0.5) / k}


def haldane(random: Random, x: np.ndarray) -> Truth:
    ks = x.max() * size(random, 0.02, 0.3)
    return {"mu": scale(random), "ks": ks, "ki": x.max() * size(random, 0.1, 2)}


def season(random: Random, x: np.ndarray) -> Truth:
    a = random.uniform(0.2, 0.7)
    return {
        "b": random.uniform(0.05, 0.3),
        "a": a,
        "s": random.uniform(80, 150),
        "p": random.uniform(4, 20),
        "t": random.uniform(220, 310),
        "q": random.uniform(4, 20),
    }


def richards(random: Random, x: np.ndarray) -> Truth:
    return {**logistic(random, x), "v": size(random, 0.4, 2.5)}


def dose5(random: Random, x: np.ndarray) -> Truth:
    a = scale(random)
    return {
        "a": a * random.uniform(0, 0.3),
        "d": a,
        "c": among(random, x),
        "b": size(random, 0.7, 4),
        "g": size(random, 0.5, 2),
    }


def briere(random: Random, x: np.ndarray) -> Truth:
    return {"a": size(random, 1e-5, 1e-2), "lo": random.uniform(0, 10), "hi": random.uniform(30, 40)}


def light(random: Random, x: np.ndarray) -> Truth:
    p = scale(random)
    return {"p": p, "a": p / (x.max() * size(random, 0.05, 0.6)), "r": p * random.uniform(0, 0.3)}


def bass(random: Random, x: np.ndarray) -> Truth:
    q = size(random, 4, 15) / x.max()
    return {"m": scale(random), "p": q * size(random, 0.01, 0.2), "q": q}


def curve_of_yields(random: Random, x: np.ndarray) -> Truth:
    b = random.uniform(1, 8)
    return {
        "b0": b,
        "b1": random.uniform(-4, 4),
        "b2": random.uniform(2, 6) * sign(random, 0.5),
        "t": random.uniform(0.8, 5),
    }


def genuchten(random: Random, x: np.ndarray) -> Truth:
    return {
        "r": random.uniform(0.01, 0.1),
        "s": random.uniform(0.3, 0.6),
        "a": 1 / among(random, x, 0.2, 0.6),
        "n": random.uniform(1.3, 4),
    }


def variogram(random: Random, x: np.ndarray) -> Truth:
    s = scale(random)
    return {"n": s * random.uniform(0, 0.4), "s": s, "r": within(random, x, 0.25, 0.85)}


def years(random: Random, n: int) -> np.ndarray:
    return random.uniform(1850, 1980) + random.uniform(30, 120) * spread(random, n)


def _compartments(random: Random, x: np.ndarray) -> tuple[float, ...]:
    fast, slow = _two_rates(random, x)
    a = scale(random)
    return a, 1.5 * fast, a * size(random, 0.3, 3), slow, a * random.uniform(0, 1)


LIVING = [
    Family("bateman", "y = a*ka/(ka - ke)*(exp(-ke*x) - exp(-ka*x))", from_zero, bateman, field="pharmacology"),
    Family("hill", "y = b + a*x^n/(k^n + x^n)", doses, hill, field="pharmacology"),
    Family(
        "log-dose",
        "y = bottom + (top - bottom)/(1 + 10^((logec50 - x)*hill))",
        lambda r, n: r.uniform(-12, -8) + r.uniform(4, 7) * spread(r, n),
        prism,
        field="pharmacology",
    ),
    Family("five-parameter", "y = d + (a - d)/(1 + (x/c)^b)^g", doses, dose5, field="pharmacology"),
    Family(
        "compartments",
        "y = a*exp(-b*x) + c*exp(-d*x) + k",
        from_zero,
        lambda r, x: dict(zip("abcdk", _compartments(r, x))),
        noise=0.01,
        field="pharmacology",
    ),
    Family("gompertz", "y = a*exp(-b*exp(-c*x))", from_zero, gompertz, field="growth"),
    Family("logistic", "y = k/(1 + exp(-r*(x - t0)))", anywhere, logistic, field="growth"),
    Family("verhulst", "y = k/(1 + (k/n - 1)*exp(-r*x))", from_zero, verhulst, field="growth"),
    Family("bertalanffy", "y = l*(1 - exp(-k*(x - t0)))", from_zero, bertalanffy, field="growth"),
    Family("richards", "y = k/(1 + exp(-r*(x - t0)))^(1/v)", anywhere, richards, noise=0.01, field="growth"),
    Family("haldane", "y = mu*x/(ks + x + x^2/ki)", from_zero, haldane, field="biology"),
    Family(
        "ricker",
        "y = a*x*exp(-b*x)",
        from_zero,
        lambda r, x: {"a": scale(r), "b": size(r, 1, 8) / x.max()},
        field="ecology",
    ),
    Family(
        "holling3",
        "y = a*x^2/(h^2 + x^2)",
        from_zero,
        lambda r, x: {"a": scale(r), "h": x.max() * size(r, 0.1, 1)},
        field="ecology",
    ),
    Family(
        "allometry",
        "y = a*x^b + c",
        doses,
        lambda r, x: {"a": (a := scale(r)) / x.max() ** (b := size(r, 0.3, 3)), "b": b, "c": a * r.uniform(-1, 1)},
        field="ecology",
    ),
    Family(
        "two-season",
        "y = b + a*(1/(1 + exp(-(x - s)/p)) - 1/(1 + exp(-(x - t)/q)))",
        lambda r, n: 1 + 364 * spread(r, n),
        season,
        field="ecology",
    ),
    Family(
        "briere", "y = a*x*(x - lo)*sqrt(max(hi - x, 0))", lambda r, n: 10 + 32 * spread(r, n), briere, field="ecology"
    ),
    Family("photosynthesis", "y = p*tanh(a*x/p) - r", from_zero, light, field="biology"),
    Family(
        "synapse",
        "y = g*(x/tau)*exp(1 - x/tau)",
        from_zero,
        lambda r, x: {"g": scale(r) * sign(r), "tau": x.max() * size(r, 0.05, 0.7)},
        field="biology",
    ),
    Family(
        "cosinor",
        "y = m + a*cos(2*pi*(x - p)/24)",
        lambda r, n: r.uniform(24, 96) * spread(r, n),
        lambda r, x: {"m": scale(r), "a": scale(r), "p": r.uniform(0, 24)},
        field="biology",
    ),
    Family(
        "psychometric",
        "y = g + (1 - g - l)/(1 + exp(-(x - m)/s))",
        anywhere,
        lambda r, x: {
            "g": r.uniform(0, 0.5),
            "l": r.uniform(0, 0.1),
            "m": within(r, x, 0.3, 0.7),
            "s": np.ptp(x) * size(r, 0.02, 0.15),
        },
        field="psychology",
    ),
    Family(
        "learning",
        "y = a*x^(-b) + c",
        lambda r, n: np.arange(1.0, n + 1),
        lambda r, x: {"a": (a := scale(r)), "b": size(r, 0.2, 1.5), "c": a * r.uniform(0, 1)},
        field="psychology",
    ),
    Family(
        "survival",
        "y = exp(-(x/l)^k)",
        from_zero,
        lambda r, x: {"l": x.max() * size(r, 0.1, 1), "k": size(r, 0.5, 5)},
        field="reliability",
    ),
    Family("bass", "y = m*(1 - exp(-(p + q)*x))/(1 + q/p*exp(-(p + q)*x))", from_zero, bass, field="economics"),
    Family(
        "yields",
        "y = b0 + b1*(1 - exp(-x/t))/(x/t) + b2*((1 - exp(-x/t))/(x/t) - exp(-x/t))",
        lambda r, n: 0.1 + 29.9 * spread(r, n),
        curve_of_yields,
        noise=0.01,
        field="economics",
    ),
    Family(
        "hubbert",
        "y = 2*p/(1 + cosh(b*(x - t)))",
        years,
        lambda r, x: {"p": scale(r), "b": size(r, 5, 20) / np.ptp(x), "t": within(r, x, 0.2, 0.9)},
        field="economics",
    ),
    Family(
        "growth-rate",
        "y = a*(1 + r)^x",
        lambda r, n: r.uniform(5, 40) * spread(r, n),
        lambda r, x: {"a": scale(r), "r": r.uniform(0.03, 0.2) * sign(r)},
        field="economics",
    ),
    Family(
        "season-trend",
        "y = a + b*x + c*sin(2*pi*x + p)",
        lambda r, n: 2000 + r.uniform(3, 20) * spread(r, n),
        lambda r, x: {
            "a": (c := scale(r)) * r.uniform(-5, 5),
            "b": c * r.uniform(-1, 1),
            "c": c,
            "p": r.uniform(-3, 3),
        },
        field="climate",
    ),
    Family("genuchten", "y = r + (s - r)/(1 + (a*x)^n)^(1 - 1/n)", doses, genuchten, field="hydrology"),
    Family(
        "omori",
        "y = k/(x + c)^p",
        from_zero,
        lambda r, x: {"k": scale(r), "c": x.max() * size(r, 0.01, 0.3), "p": r.uniform(0.8, 2)},
        field="earth",
    ),
    Family("variogram", "y = n + s*where(x < r, 1.5*x/r - 0.5*(x/r)^3, 1)", from_zero, variogram, field="earth"),
]
