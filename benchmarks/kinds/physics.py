"""Families from physics, astronomy, engineering and mathematics."""

from __future__ import annotations

import numpy as np
from family import Family, Random, Truth

from kinds.draws import (
    about_zero,
    among,
    anywhere,
    doses,
    from_zero,
    kelvins,
    off_zero,
    peak,
    scale,
    sign,
    size,
    spread,
    within,
)


def resonance(random: Random, x: np.ndarray) -> Truth:
    w = within(random, x, 0.2, 0.8)
    return {"f": scale(random) * w**2, "w": w, "g": w * size(random, 0.04, 0.5)}


def fano(random: Random, x: np.ndarray) -> Truth:
    a = scale(random)
    return {
        "a": a,
        "q": random.uniform(0.3, 4) * sign(random, 0.5),
        "u": within(random, x, 0.2, 0.8),
        "g": np.ptp(x) * size(random, 0.03, 0.15),
        "c": a * random.uniform(0, 2),
    }


def etalon(random: Random, x: np.ndarray) -> Truth:
    return {
        "i": scale(random),
        "f": size(random, 0.5, 20),
        "p": x.max() / random.uniform(1.5, 6),
        "d": random.uniform(-1.5, 1.5),
    }


def beats(random: Random, x: np.ndarray) -> Truth:
    a, w = scale(random), random.uniform(3, 12)
    v = w + random.uniform(1.5, 6)
    turn = 2 * np.pi / np.ptp(x)
    return {
        "a": a,
        "w": w * turn,
        "p": random.uniform(-3, 3),
        "b": a * size(random, 0.4, 2.5),
        "v": v * turn,
        "q": random.uniform(-3, 3),
    }


def chirp(random: Random, x: np.ndarray) -> Truth:
    first, last = 2 * np.pi * random.uniform(1, 4), 2 * np.pi * random.uniform(1, 10)
    return {
        "a": scale(random),
        "b": first / x.max(),
        "c": (last - first) / 2 / x.max() ** 2,
        "p": random.uniform(-3, 3),
    }


def stretched(random: Random, x: np.ndarray) -> Truth:
    return {"a": scale(random), "t": x.max() * size(random, 0.05, 0.8), "b": random.uniform(0.4, 1.8)}


def three(random: Random, x: np.ndarray) -> Truth:
    a, slow = scale(random), size(random, 0.7, 2) / x.max()
    mid = slow * size(random, 4, 8)
    return {
        "a": a,
        "b": slow,
        "c": a * size(random, 0.5, 2),
        "d": mid,
        "u": a * size(random, 0.5, 2),
        "f": mid * size(random, 4, 8),
    }


def rational(random: Random, x: np.ndarray) -> Truth:
    a, u = scale(random), x.max()
    return {"a": a * random.uniform(-1, 1), "b": a * random.uniform(-3, 3) / u, "c": size(random, 0.3, 20) / u}


def rational22(random: Random, x: np.ndarray) -> Truth:
    a, u = scale(random), x.max()
    return {
        "a": a * random.uniform(-1, 1),
        "b": a * random.uniform(-10, 10) / u,
        "c": a * random.uniform(-10, 10) / u**2,
        "d": random.uniform(-1, 2) / u,
        "u": random.uniform(2, 10) / u**2,
    }


def morse(random: Random, x: np.ndarray) -> Truth:
    r = within(random, x, 0.2, 0.4)
    d = scale(random)
    return {"d": d, "a": size(random, 2, 5) / np.ptp(x), "r": r, "c": d * random.uniform(-2, 1)}


def curie(random: Random, x: np.ndarray) -> Truth:
    gap = np.ptp(x) * size(random, 0.05, 0.5)
    c = scale(random)
    return {"c": c, "t": x.min() - gap, "k": c / gap * random.uniform(-0.3, 0.3)}


def tide(random: Random, x: np.ndarray) -> Truth:
    names = zip("abc", "pqr")
    waves = {k: v for a, p in names for k, v in ((a, random.uniform(0.1, 2)), (p, random.uniform(-3, 3)))}
    return {"m": random.uniform(-2, 5), **waves}


def fringes(random: Random, x: np.ndarray) -> Truth:
    a = scale(random)
    return {
        "a": a,
        "t": x.max() * size(random, 0.2, 2),
        "w": 2 * np.pi * random.uniform(2, 12) / x.max(),
        "p": random.uniform(-3, 3),
        "c": a * random.uniform(-1, 1),
    }


def rabi(random: Random, x: np.ndarray) -> Truth:
    return {k: v for k, v in fringes(random, x).items() if k != "p"}


def hinge(random: Random, x: np.ndarray) -> Truth:
    a, u = scale(random), np.ptp(x)
    return {
        "a": a * random.uniform(-1, 1),
        "b": a / u * random.uniform(-2, 2),
        "c": a / u * random.uniform(1.5, 5) * sign(random, 0.5),
        "k": within(random, x, 0.2, 0.8),
    }


def slit(random: Random, x: np.ndarray) -> Truth:
    w = np.ptp(x) * size(random, 0.15, 0.4)
    return {"i": scale(random), "m": within(random, x, 0.35, 0.65), "w": w, "d": w / random.uniform(6, 12)}


def moffat(random: Random, x: np.ndarray) -> Truth:
    return {**peak(random, x), "b": random.uniform(1.2, 4)}


def tyre(random: Random, x: np.ndarray) -> Truth:
    return {
        "d": scale(random),
        "c": random.uniform(1.2, 1.8),
        "b": size(random, 3, 12) / x.max(),
        "u": random.uniform(-1, 0.9),
    }


PHYSICS = [
    Family(
        "planck",
        "y = a*x^3/(exp(x/t) - 1)",
        off_zero,
        lambda r, x: {"a": scale(r) / x.max() ** 3, "t": x.max() / r.uniform(2, 15)},
        field="physics",
    ),
    Family("resonance", "y = f/sqrt((w^2 - x^2)^2 + (g*x)^2)", from_zero, resonance, field="physics"),
    Family(
        "breit-wigner",
        "y = a*g^2/((x - u)^2 + g^2/4)",
        anywhere,
        lambda r, x: {"a": scale(r), "g": np.ptp(x) * size(r, 0.05, 0.5), "u": within(r, x)},
        field="physics",
    ),
    Family("fano", "y = a*(q + (x - u)/g)^2/(1 + ((x - u)/g)^2) + c", anywhere, fano, field="physics"),
    Family(
        "diffraction",
        "y = i*sinc((x - m)/w)^2 + b",
        anywhere,
        lambda r, x: {
            "i": (i := scale(r)),
            "m": within(r, x, 0.25, 0.75),
            "w": np.ptp(x) * size(r, 0.06, 0.4),
            "b": i * r.uniform(0, 0.5),
        },
        field="physics",
    ),
    Family("etalon", "y = i/(1 + f*sin(pi*x/p + d)^2)", from_zero, etalon, field="physics"),
    Family(
        "malus",
        "y = i*cos((x - p)*pi/180)^2 + b",
        lambda r, n: r.choice([180.0, 360.0]) * spread(r, n),
        lambda r, x: {"i": (i := scale(r)), "p": r.uniform(0, 180), "b": i * r.uniform(0, 0.3)},
        field="physics",
    ),
    Family("beats", "y = a*sin(w*x + p) + b*sin(v*x + q)", from_zero, beats, field="physics"),
    Family("chirp", "y = a*sin(b*x + c*x^2 + p)", from_zero, chirp, field="physics"),
    Family(
        "knife-edge",
        "y = a*erf((x - m)/s) + c",
        anywhere,
        lambda r, x: {
            "a": (a := scale(r) * sign(r)),
            "m": within(r, x, 0.2, 0.8),
            "s": np.ptp(x) * size(r, 0.03, 0.4),
            "c": a * r.uniform(-2, 2),
        },
        field="physics",
    ),
    Family("stretched", "y = a*exp(-(x/t)^b)", from_zero, stretched, field="physics"),
    Family("three-exp", "y = a*exp(-b*x) + c*exp(-d*x) + u*exp(-f*x)", from_zero, three, noise=0.003, field="physics"),
    Family(
        "diffusion",
        "y = a/sqrt(x + t) + c",
        from_zero,
        lambda r, x: {
            "a": (a := scale(r)),
            "t": x.max() * size(r, 0.01, 0.3),
            "c": a / np.sqrt(x.max()) * r.uniform(-1, 1),
        },
        field="physics",
    ),
    Family(
        "weibull",
        "y = a*(x/l)^(k - 1)*exp(-(x/l)^k)",
        off_zero,
        lambda r, x: {"a": scale(r), "l": x.max() * size(r, 0.2, 0.8), "k": r.uniform(0.7, 5)},
        field="statistics",
    ),
    Family(
        "gumbel",
        "y = a*exp(-(x - m)/s - exp(-(x - m)/s))",
        anywhere,
        lambda r, x: {"a": scale(r), "m": within(r, x, 0.15, 0.7), "s": np.ptp(x) * size(r, 0.03, 0.2)},
        field="statistics",
    ),
    Family("rational", "y = (a + b*x)/(1 + c*x)", from_zero, rational, field="mathematics"),
    Family("rational22", "y = (a + b*x + c*x^2)/(1 + d*x + u*x^2)", from_zero, rational22, field="mathematics"),
    Family("morse", "y = d*(1 - exp(-a*(x - r)))^2 + c", off_zero, morse, field="physics"),
    Family(
        "lennard-jones",
        "y = 4*u*((s/x)^12 - (s/x)^6)",
        lambda r, n: scale(r) * (1 + 2 * spread(r, n)),
        lambda r, x: {"u": scale(r), "s": x.min() * r.uniform(0.93, 1.2)},
        field="physics",
    ),
    Family("curie-weiss", "y = c/(x - t) + k", kelvins, curie, field="physics"),
    Family(
        "diode",
        "y = i*(exp(x/v) - 1)",
        lambda r, n: 0.8 * spread(r, n),
        lambda r, x: {"i": size(r, 1e-12, 1e-6), "v": r.uniform(0.03, 0.08)},
        field="physics",
    ),
    Family(
        "solar-cell",
        "y = l - i*(exp(x/v) - 1)",
        lambda r, n: 0.7 * spread(r, n),
        lambda r, x: {
            "l": (i := size(r, 1e-3, 10)),
            "v": (v := r.uniform(0.03, 0.08)),
            "i": i / np.exp(r.uniform(0.58, 0.69) / v),
        },
        field="physics",
    ),
    Family(
        "tide",
        "y = m + a*cos(2*pi*x/12.4206 - p) + b*cos(2*pi*x/12 - q) + c*cos(2*pi*x/25.8193 - r)",
        lambda r, n: r.uniform(200, 800) * spread(r, n),
        tide,
        field="earth",
    ),
    Family("ramsey", "y = a*exp(-(x/t)^2)*cos(w*x + p) + c", from_zero, fringes, field="physics"),
    Family("rabi", "y = a*(1 - exp(-x/t)*cos(w*x))/2 + c", from_zero, rabi, field="physics"),
    Family("hinge", "y = a + b*x + c*max(x - k, 0)", anywhere, hinge, field="engineering"),
    Family(
        "transit",
        "y = f*(1 - d*(abs(x - t) < w))",
        anywhere,
        lambda r, x: {
            "f": scale(r),
            "d": r.uniform(0.01, 0.3),
            "t": within(r, x, 0.3, 0.7),
            "w": np.ptp(x) * r.uniform(0.05, 0.2),
        },
        field="astronomy",
    ),
    Family(
        "langevin",
        "y = m*(1/tanh(x/a) - a/x)",
        off_zero,
        lambda r, x: {"m": scale(r), "a": x.max() * size(r, 0.03, 0.8)},
        field="physics",
    ),
    Family(
        "critical",
        "y = a*max(1 - x/t, 0)^b",
        from_zero,
        lambda r, x: {"a": scale(r), "t": within(r, x, 0.4, 0.95), "b": r.uniform(0.25, 0.8)},
        field="physics",
    ),
    Family(
        "low-pass",
        "y = g/sqrt(1 + (x/f)^2)",
        doses,
        lambda r, x: {"g": scale(r), "f": among(r, x)},
        field="engineering",
    ),
    Family(
        "debye",
        "y = n + (s - n)/(1 + (x*t)^2)",
        doses,
        lambda r, x: {"n": (n := scale(r)), "s": n * r.uniform(1.2, 20), "t": 1 / among(r, x)},
        field="physics",
    ),
    Family("two-slits", "y = i*sinc((x - m)/w)^2*cos((x - m)/d)^2", anywhere, slit, field="physics"),
    Family(
        "gaussian-beam",
        "y = w*sqrt(1 + ((x - z)/r)^2)",
        anywhere,
        lambda r, x: {"w": scale(r), "z": within(r, x, 0.1, 0.9), "r": np.ptp(x) * size(r, 0.03, 0.5)},
        field="physics",
    ),
    Family(
        "rotation",
        "y = v*atan(x/r)",
        from_zero,
        lambda r, x: {"v": scale(r), "r": x.max() * size(r, 0.03, 1)},
        field="astronomy",
    ),
    Family(
        "sersic",
        "y = i*exp(-(x/r)^(1/n))",
        from_zero,
        lambda r, x: {"i": scale(r), "r": x.max() * size(r, 0.02, 0.5), "n": r.uniform(0.6, 4)},
        field="astronomy",
    ),
    Family("moffat", "y = h/(1 + ((x - m)/s)^2)^b + c", anywhere, moffat, noise=0.01, field="astronomy"),
    Family(
        "soliton",
        "y = a/cosh((x - m)/s)^2",
        anywhere,
        lambda r, x: {"a": scale(r) * sign(r), "m": within(r, x), "s": np.ptp(x) * size(r, 0.02, 0.3)},
        field="physics",
    ),
    Family("tyre", "y = d*sin(c*atan(b*x - u*(b*x - atan(b*x))))", about_zero, tyre, noise=0.01, field="engineering"),
    Family(
        "ramberg",
        "y = x/u + k*x^n",
        from_zero,
        lambda r, x: {
            "u": (e := scale(r)),
            "n": (n := r.uniform(3, 12)),
            "k": x.max() ** (1 - n) / e * size(r, 0.2, 5),
        },
        field="engineering",
    ),
    Family(
        "drag",
        "y = v*(x + t*(exp(-x/t) - 1))",
        from_zero,
        lambda r, x: {"v": scale(r), "t": x.max() * size(r, 0.05, 1)},
        field="engineering",
    ),
]
