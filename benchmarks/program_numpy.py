"""Claim: from 1,000 points on, a Program takes at most 1.5 times the same expression written by hand in NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from measure import met, quick, table, take_turns

from squiggly import as_model

exp, sin = np.exp, np.sin

# what it is, the formula, the same by hand, parameters
FORMULAS: list[tuple[str, str, Callable[..., Any], dict[str, float]]] = [
    ("decay", "a*exp(-x/tau) + c", lambda x, a, tau, c: a * exp(-x / tau) + c, {"a": 5.0, "tau": 3.0, "c": 1.0}),
    (
        "peak on a line",
        "h*exp(-((x - m)/s)^2/2) + a*x + b",
        lambda x, h, m, s, a, b: h * exp(-(((x - m) / s) ** 2) / 2) + a * x + b,
        {"h": 5.0, "m": 4.0, "s": 0.8, "a": 0.3, "b": 1.0},
    ),
    (
        "rational",
        "(a + b*x)/(1 + c*x + d*x^2)",
        lambda x, a, b, c, d: (a + b * x) / (1 + c * x + d * x**2),
        {"a": 1.0, "b": 2.0, "c": 0.5, "d": 0.1},
    ),
    (
        "logistic",
        "top/(1 + exp(-k*(x - m)))",
        lambda x, top, k, m: top / (1 + exp(-k * (x - m))),
        {"top": 3.0, "k": 2.0, "m": 5.0},
    ),
    (
        "damped sine",
        "a*exp(-x/tau)*sin(w*x + p) + c",
        lambda x, a, tau, w, p, c: a * exp(-x / tau) * sin(w * x + p) + c,
        {"a": 2.0, "tau": 4.0, "w": 6.0, "p": 0.5, "c": 1.0},
    ),
    (
        "quadratic",
        "a*x^2 + b*x + c",
        lambda x, a, b, c: a * x**2 + b * x + c,
        {"a": 3.0, "b": 2.0, "c": 1.0},
    ),
]


def main(rounds: int, sizes: list[int]) -> None:
    rows = []
    for n in sizes:  # upwards: large arrays change how the process keeps its memory, for the rest of its life
        for name, formula, by_hand, parameters in FORMULAS:
            program, x = as_model(formula, ["x"]).program(), np.linspace(0, 10, n)
            ways = {
                "ours": lambda p=program, x=x, v=parameters: p({"x": x}, v)[0],
                "NumPy": lambda f=by_hand, x=x, v=parameters: f(x, **v),
            }
            assert np.allclose(ways["ours"](), ways["NumPy"](), rtol=1e-12)
            times = take_turns(ways, rounds)
            ratio = times["ours"].over(times["NumPy"])
            cells = [name, f"{n:,}", times["ours"].seconds, times["NumPy"].seconds, ratio.shown()]
            rows.append([*cells, "≤ 1.5", met(ratio.median <= 1.5)])
    print("One evaluation; the ratio is taken round by round.\n")
    table(["formula", "points", "Program", "by hand", "ratio", "budget", "met"], rows)


if __name__ == "__main__":
    fast = quick()
    main(rounds=2 if fast else 11, sizes=[1_000, 10_000] if fast else [1_000, 10_000, 100_000, 1_000_000])
