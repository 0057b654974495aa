"""Curves everyone knows, written in other words: parameters that are halves, areas, logarithms, phases."""

from __future__ import annotations

import numpy as np
from family import Family, Random, Truth

from kinds.draws import (
    about_zero,
    among,
    anywhere,
    decay,
    doses,
    from_zero,
    peak,
    ringing,
    scale,
    sign,
    size,
    spread,
    wave,
    within,
)


def quality(random: Random, x: np.ndarray) -> Truth:
    z = size(random, 0.01, 0.1)
    return {"a": scale(random), "z": z, "w": 2 * np.pi * random.uniform(2, 10) / x.max(), "p": random.uniform(-3, 3)}


REWRITTEN = [
    Family(
        "exp-origin",
        "y = exp(-k*(x - t0)) + c",
        from_zero,
        lambda r, x: {"k": (k := size(r, 1, 8) / x.max()), "t0": r.uniform(-2, 4) / k, "c": r.uniform(-2, 2)},
        field="written otherwise",
    ),
    Family(
        "half-life",
        "y = a*2^(-x/h) + c",
        from_zero,
        lambda r, x: {"a": (a := scale(r)), "h": x.max() / size(r, 0.7, 10), "c": a * r.uniform(-2, 2)},
        field="written otherwise",
    ),
    Family(
        "cooling",
        "y = r + (h - r)*exp(-k*x)",
        from_zero,
        lambda r, x: {"r": r.uniform(-10, 30), "h": r.uniform(40, 100), "k": size(r, 0.5, 8) / x.max()},
        field="written otherwise",
    ),
    Family(
        "log-parameters",
        "y = exp(p)*exp(-exp(q)*x)",
        from_zero,
        lambda r, x: {"p": float(np.log(scale(r))), "q": float(np.log(size(r, 0.5, 10) / x.max()))},
        field="written otherwise",
    ),
    Family(
        "lifetimes",
        "y = a*exp(-x/t) + b*exp(-x/u)",
        from_zero,
        lambda r, x: {
            "a": (a := scale(r)),
            "b": a * size(r, 0.3, 3),
            "t": (t := x.max() * r.uniform(0.3, 1)),
            "u": t / r.uniform(4, 12),
        },
        field="written otherwise",
    ),
    Family(
        "log-parabola",
        "y = exp(a + b*x + c*x^2)",
        about_zero,
        lambda r, x: {"a": r.uniform(-3, 6), "b": r.uniform(-3, 3) / x.max(), "c": -size(r, 1, 20) / x.max() ** 2},
        field="written otherwise",
    ),
    Family(
        "gaussian-area",
        "y = a/(s*sqrt(2*pi))*exp(-(x - m)^2/(2*s^2)) + c",
        anywhere,
        lambda r, x: {**(p := peak(r, x)), "a": p.pop("h") * p["s"] * 2.5066},
        field="written otherwise",
    ),
    Family(
        "gaussian-fwhm",
        "y = h*exp(-4*log(2)*((x - m)/w)^2)",
        anywhere,
        lambda r, x: {"h": scale(r), "m": within(r, x), "w": np.ptp(x) * size(r, 0.07, 0.7)},
        field="written otherwise",
    ),
    Family(
        "gaussian-sharpness",
        "y = c + h*exp(-b*(x - m)^2)",
        anywhere,
        lambda r, x: {**(p := peak(r, x)), "b": 0.5 / p.pop("s") ** 2},
        field="written otherwise",
    ),
    Family(
        "lorentz-area",
        "y = a/pi*g/((x - m)^2 + g^2)",
        anywhere,
        lambda r, x: {"a": scale(r), "g": np.ptp(x) * size(r, 0.03, 0.3), "m": within(r, x)},
        field="written otherwise",
    ),
    Family(
        "cos-and-sin",
        "y = a*cos(w*x) + b*sin(w*x) + c",
        anywhere,
        lambda r, x: {"a": (a := scale(r)), "b": a * r.uniform(-2, 2), "w": wave(r, x)["w"], "c": a * r.uniform(-2, 2)},
        field="written otherwise",
    ),
    Family(
        "sine-frequency",
        "y = c + a*sin(2*pi*f*x + p)",
        anywhere,
        lambda r, x: {**(p := wave(r, x)), "f": p.pop("w") / 2 / np.pi},
        field="written otherwise",
    ),
    Family(
        "sine-period",
        "y = c + a*sin(2*pi*(x - p)/t)",
        anywhere,
        lambda r, x: {
            "c": scale(r),
            "a": scale(r),
            "t": (t := np.ptp(x) / r.uniform(1, 15)),
            "p": x.min() + t * r.uniform(),
        },
        field="written otherwise",
    ),
    Family(
        "sine-squared",
        "y = a*sin(w*x)^2 + c",
        from_zero,
        lambda r, x: {"a": scale(r), "w": np.pi * r.uniform(1, 10) / x.max(), "c": scale(r)},
        field="written otherwise",
    ),
    Family(
        "michaelis-inverse",
        "y = 1/(a + b/x)",
        doses,
        lambda r, x: {"a": (a := 1 / scale(r)), "b": a * among(r, x)},
        field="written otherwise",
    ),
    Family(
        "power-decades",
        "y = 10^(a + b*log10(x))",
        doses,
        lambda r, x: {"b": (b := size(r, 0.2, 3) * sign(r, 0.5)), "a": r.uniform(-3, 5) - b * np.log10(np.median(x))},
        field="written otherwise",
    ),
    Family(
        "tanh-step",
        "y = c + a*tanh(k*(x - m))",
        anywhere,
        lambda r, x: {"c": scale(r), "a": scale(r), "k": size(r, 3, 40) / np.ptp(x), "m": within(r, x, 0.2, 0.8)},
        field="written otherwise",
    ),
    Family(
        "sigmoid-line",
        "y = a*sigmoid(k*x + q) + c",
        anywhere,
        lambda r, x: {
            "a": (a := scale(r)),
            "k": (k := size(r, 5, 40) / np.ptp(x)),
            "q": -k * within(r, x, 0.2, 0.8),
            "c": a * r.uniform(-1, 1),
        },
        field="written otherwise",
    ),
    Family(
        "damping-ratio", "y = a*exp(-z*w*x)*cos(w*sqrt(1 - z^2)*x + p)", from_zero, quality, field="written otherwise"
    ),
    Family(
        "damped-offset",
        "y = c + exp(-x/t)*(a*cos(w*x) + b*sin(w*x))",
        from_zero,
        lambda r, x: {
            "c": (p := ringing(r, x))["a"] * r.uniform(-1, 1),
            "t": 1 / p["b"],
            "w": p["w"],
            "a": p["a"] * np.cos(p["p"]),
            "b": p["a"] * np.sin(p["p"]),
        },
        field="written otherwise",
    ),
    Family(
        "base-power",
        "y = a*b^x + c",
        lambda r, n: r.uniform(4, 30) * spread(r, n),
        lambda r, x: {"a": (d := decay(r, x))["a"], "b": float(np.exp(-d["b"])), "c": d["c"]},
        field="written otherwise",
    ),
]
