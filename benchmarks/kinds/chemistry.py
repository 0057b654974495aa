"""Families from chemistry and its spectra."""

from __future__ import annotations

import numpy as np
from family import Family, Random, Truth

from kinds.draws import among, anywhere, doses, from_zero, kelvins, off_zero, peak, scale, size, spread, within


def arrhenius(random: Random, x: np.ndarray) -> Truth:
    e = random.uniform(2e4, 1.2e5)
    return {"a": scale(random, -3, 3) * float(np.exp(e / 8.314 / np.median(x))), "u": e}


def adsorption(random: Random, x: np.ndarray) -> Truth:
    return {"q": scale(random), "k": 1 / (x.max() * size(random, 0.03, 2))}


def vapour(random: Random, x: np.ndarray) -> Truth:
    return {"a": random.uniform(6.5, 8.5), "b": random.uniform(1000, 2000), "c": random.uniform(180, 260)}


def vogel(random: Random, x: np.ndarray) -> Truth:
    t0 = x.min() - np.ptp(x) * random.uniform(0.2, 0.8)
    b = np.ptp(x) * random.uniform(1, 5)
    return {"a": scale(random, -3, 3), "b": b, "t0": t0}


def two_peaks(random: Random, x: np.ndarray) -> Truth:
    h, w = scale(random), np.ptp(x)
    s, r = w * size(random, 0.03, 0.12), w * size(random, 0.03, 0.12)
    m = within(random, x, 0.2, 0.5)
    return {
        "h": h,
        "m": m,
        "s": s,
        "k": h * size(random, 0.3, 3),
        "q": m + random.uniform(2, 4) * max(s, r),
        "r": r,
        "c": h * random.uniform(-1, 1),
    }


def tailed(random: Random, x: np.ndarray) -> Truth:
    s = np.ptp(x) * size(random, 0.02, 0.08)
    return {"h": scale(random), "m": within(random, x, 0.15, 0.5), "s": s, "t": s * size(random, 0.5, 4)}


def lopsided(random: Random, x: np.ndarray) -> Truth:
    w = np.ptp(x)
    return {
        "h": scale(random),
        "m": within(random, x, 0.3, 0.7),
        "s": w * size(random, 0.03, 0.2),
        "r": w * size(random, 0.03, 0.2),
    }


def voigt(random: Random, x: np.ndarray) -> Truth:
    return {**peak(random, x), "f": random.uniform(0.1, 0.9)}


CHEMISTRY = [
    Family("arrhenius", "y = a*exp(-u/(8.314*x))", kelvins, arrhenius, field="chemistry"),
    Family("langmuir", "y = q*k*x/(1 + k*x)", from_zero, adsorption, field="chemistry"),
    Family(
        "sips",
        "y = q*(k*x)^n/(1 + (k*x)^n)",
        from_zero,
        lambda r, x: {**adsorption(r, x), "n": r.uniform(0.5, 2)},
        noise=0.01,
        field="chemistry",
    ),
    Family(
        "freundlich",
        "y = k*x^(1/n)",
        from_zero,
        lambda r, x: {"k": scale(r), "n": r.uniform(1.2, 6)},
        field="chemistry",
    ),
    Family(
        "van-deemter",
        "y = a + b/x + c*x",
        off_zero,
        lambda r, x: {"a": (a := scale(r)), "b": a * x.max() * size(r, 0.03, 1), "c": a / x.max() * size(r, 0.2, 3)},
        field="chemistry",
    ),
    Family(
        "stray-light",
        "y = -log10((10^(-u*x) + s)/(1 + s))",
        from_zero,
        lambda r, x: {"u": r.uniform(1.5, 5) / x.max(), "s": size(r, 1e-3, 0.05)},
        field="chemistry",
    ),
    Family(
        "electrode",
        "y = u + s*log10(x + k)",
        doses,
        lambda r, x: {"u": r.uniform(-300, 300), "s": r.uniform(25, 60), "k": among(r, x, 0.05, 0.4)},
        field="chemistry",
    ),
    Family(
        "titration",
        "y = a + b/(1 + 10^(pk - x))",
        lambda r, n: 2 + 10 * spread(r, n),
        lambda r, x: {"a": scale(r), "b": scale(r), "pk": r.uniform(4, 10)},
        field="chemistry",
    ),
    Family(
        "second-order",
        "y = a/(1 + a*k*x)",
        from_zero,
        lambda r, x: {"a": (a := scale(r)), "k": size(r, 1, 30) / a / x.max()},
        field="chemistry",
    ),
    Family(
        "antoine",
        "y = 10^(a - b/(c + x))",
        lambda r, n: r.uniform(0, 30) + 70 * spread(r, n),
        vapour,
        noise=0.005,
        field="chemistry",
    ),
    Family(
        "antoine-log",
        "y = a - b/(c + x)",
        lambda r, n: r.uniform(0, 30) + 70 * spread(r, n),
        vapour,
        noise=0.005,
        field="chemistry",
    ),
    Family("vogel", "y = a*exp(b/(x - t0))", kelvins, vogel, noise=0.01, field="chemistry"),
    Family(
        "butler-volmer",
        "y = i*(exp(a*x) - exp(-b*x))",
        lambda r, n: 0.2 * (2 * spread(r, n) - 1),
        lambda r, x: {"i": scale(r), "a": r.uniform(8, 30), "b": r.uniform(8, 30)},
        field="chemistry",
    ),
    Family(
        "two-peaks", "y = h*exp(-((x - m)/s)^2/2) + k*exp(-((x - q)/r)^2/2) + c", anywhere, two_peaks, field="spectra"
    ),
    Family(
        "two-lorentz", "y = h/(1 + ((x - m)/s)^2) + k/(1 + ((x - q)/r)^2) + c", anywhere, two_peaks, field="spectra"
    ),
    Family(
        "tailed",
        "y = h*exp(s^2/(2*t^2) - (x - m)/t)*(1 - erf((s/t - (x - m)/s)/sqrt(2)))",
        from_zero,
        tailed,
        field="spectra",
    ),
    Family("lopsided", "y = h*exp(-((x - m)/where(x < m, s, r))^2/2)", anywhere, lopsided, field="spectra"),
    Family(
        "pseudo-voigt",
        "y = h*(f/(1 + ((x - m)/s)^2) + (1 - f)*exp(-log(2)*((x - m)/s)^2)) + c",
        anywhere,
        voigt,
        noise=0.01,
        field="spectra",
    ),
    Family(
        "lognormal",
        "y = h*exp(-(log(x/m)/s)^2/2)",
        doses,
        lambda r, x: {"h": scale(r), "m": among(r, x), "s": size(r, 0.15, 1)},
        field="spectra",
    ),
    Family(
        "gaussian-slope",
        "y = h*exp(-((x - m)/s)^2/2) + c + d*x",
        anywhere,
        lambda r, x: {**(p := peak(r, x)), "d": p["h"] * r.uniform(-1.5, 1.5) / np.ptp(x)},
        field="spectra",
    ),
]
