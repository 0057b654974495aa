"""Claim: one warm fit takes at most 0.3 ms if linear, 5 ms with up to two nonlinear parameters, 50 ms with four."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from measure import have, met, quick, table, take_turns
from scipy.optimize import curve_fit

import squiggly as sq


@dataclass(frozen=True)
class Case:
    """A formula, the same function by hand, what the points are made from, and start values near enough for anyone."""

    name: str
    formula: str
    function: Callable[..., Any]
    n: int
    truth: dict[str, float]
    start: dict[str, float]
    budget: float  # seconds


def _peaks(x: Any, h: Any, m: Any, s: Any, k: Any, q: Any, r: Any, c: Any) -> Any:
    return h * np.exp(-(((x - m) / s) ** 2) / 2) + k * np.exp(-(((x - q) / r) ** 2) / 2) + c


CASES = [
    Case("line", "y = a*x + b", lambda x, a, b: a * x + b, 20,
         {"a": 2, "b": 1}, {"a": 1, "b": 1}, 0.3e-3),
    Case("quadratic", "y = a*x^2 + b*x + c", lambda x, a, b, c: a * x**2 + b * x + c, 20,
         {"a": 3, "b": 2, "c": 1}, {"a": 1.1, "b": 1.1, "c": 1.1}, 0.3e-3),
    Case("decay, 1 nonlinear", "y = a*exp(-x/tau) + c", lambda x, a, tau, c: a * np.exp(-x / tau) + c, 50,
         {"a": 5, "tau": 3, "c": 1}, {"a": 4, "tau": 2, "c": 0.5}, 5e-3),
    Case("Gaussian + constant, 2 nonlinear", "y = h*exp(-((x - m)/s)^2/2) + c",
         lambda x, h, m, s, c: h * np.exp(-(((x - m) / s) ** 2) / 2) + c, 80,
         {"h": 5, "m": 4, "s": 0.8, "c": 1}, {"h": 4, "m": 4.5, "s": 1, "c": 0.5}, 5e-3),
    Case("sine, 2 nonlinear", "y = a*sin(w*x + p) + c", lambda x, a, w, p, c: a * np.sin(w * x + p) + c, 80,
         {"a": 2, "w": 4, "p": 0.5, "c": 1}, {"a": 1.5, "w": 4.1, "p": 0.2, "c": 0.5}, 5e-3),
    Case("four-parameter logistic, 2 nonlinear", "y = d + (a - d)/(1 + (x/c)^b)",
         lambda x, a, b, c, d: d + (a - d) / (1 + (x / c) ** b), 80,
         {"a": 1, "b": 3, "c": 4, "d": 5}, {"a": 0.5, "b": 2, "c": 5, "d": 4}, 5e-3),
    Case("double exponential, 2 nonlinear", "y = a*exp(-b*x) + c*exp(-d*x)",
         lambda x, a, b, c, d: a * np.exp(-b * x) + c * np.exp(-d * x), 80,
         {"a": 5, "b": 2, "c": 3, "d": 0.2}, {"a": 4, "b": 1.5, "c": 2, "d": 0.3}, 5e-3),
    Case("beats, 4 nonlinear", "y = a*sin(w*x + p) + b*sin(v*x + q)",
         lambda x, a, w, p, b, v, q: a * np.sin(w * x + p) + b * np.sin(v * x + q), 150,
         {"a": 2, "w": 4, "p": 0.5, "b": 1.5, "v": 5.5, "q": -1},
         {"a": 1.5, "w": 4.1, "p": 0.2, "b": 1, "v": 5.4, "q": -0.7}, 50e-3),
    Case("double peak, 4 nonlinear", "y = h*exp(-((x - m)/s)^2/2) + k*exp(-((x - q)/r)^2/2) + c", _peaks, 150,
         {"h": 5, "m": 3, "s": 0.6, "k": 3, "q": 6, "r": 1, "c": 1},
         {"h": 4, "m": 2.7, "s": 0.8, "k": 2, "q": 6.4, "r": 0.8, "c": 0.5}, 50e-3),
]  # fmt: skip


def main(rounds: int, cases: list[Case]) -> None:
    rivals = have("lmfit")
    rows = []
    for case in cases:
        x = np.linspace(0, 10, case.n)
        clean = case.function(x, *case.truth.values())
        y = clean + np.random.default_rng(2).normal(scale=0.03 * np.ptp(clean), size=case.n)
        ways = _ways(case, x, y, rivals)
        least = _misfit(case, x, y, ways["scipy `curve_fit`, start given"]())
        times = take_turns(ways, rounds)
        for name, taken in times.items():
            ours = name.startswith("squiggly")
            values = ways[name]()
            excess = _misfit(case, x, y, values) / least - 1
            same = "yes" if excess < 1e-6 else f"misfit +{excess:.0%}"
            judged = [f"≤ {case.budget * 1e3:g} ms", met(taken.median <= case.budget)] if ours else ["", ""]
            rows.append([f"{case.name}, {case.n} points", name, taken.seconds, same, *judged])
    print("One fit of points in memory, until values and standard errors have been read; squiggly with its verdict.\n")
    table(["model", "fitted by", "time", "same minimum", "budget", "met"], rows)


def _ways(case: Case, x: np.ndarray, y: np.ndarray, rivals: list[str]) -> dict[str, Callable[[], list[float]]]:
    """Each way to fit the case: a function that does it and returns the values in order."""
    order = list(case.truth)

    def ours(**options: Any) -> list[float]:
        answer = sq.fit(case.formula, {"x": x, "y": y}, **options)
        assert all(np.isfinite(answer.parameters[n].error) for n in order) and answer.verdict.words
        return [answer.parameters[n].value for n in order]

    def scipys() -> list[float]:
        values, covariance = curve_fit(case.function, x, y, p0=list(case.start.values()))
        assert np.isfinite(np.sqrt(np.diag(covariance))).all()
        return list(values)

    ways = {
        "squiggly, no start": ours,
        "squiggly, start given": lambda: ours(start=case.start),
        "scipy `curve_fit`, start given": scipys,
    }
    if "lmfit" in rivals:
        import lmfit

        model = lmfit.Model(case.function)

        def lmfits() -> list[float]:
            answer = model.fit(y, x=x, **case.start)
            assert all(answer.params[n].stderr for n in order)
            return [answer.params[n].value for n in order]

        ways["lmfit `Model.fit`, start given"] = lmfits
    if case.budget < 1e-3:

        def polyfits() -> list[float]:
            values, covariance = np.polyfit(x, y, len(order) - 1, cov=True)
            assert np.isfinite(np.sqrt(np.diag(covariance))).all()
            return list(values)

        ways["NumPy `polyfit`"] = polyfits
    return ways


def _misfit(case: Case, x: np.ndarray, y: np.ndarray, values: list[float]) -> float:
    return float(np.sum((case.function(x, *values) - y) ** 2))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(1, CASES[:4]) if quick() else main(15, CASES)
