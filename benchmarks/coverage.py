"""Claim: of 95 % intervals 94 to 96 in 100 hold the truth, on three designs with few points, over 3,000 simulations.

Each design is a curve, places along x and Gaussian noise of a twentieth of its span (the lesson: its own 1.5).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from measure import have, met, quick, table
from scipy.optimize import OptimizeWarning, curve_fit

import squiggly as sq

Interval = tuple[float, float]
Way = Callable[["Design", int], Mapping[str, Interval]]
RUNS, SOME, FEW = 3_000, 1_000, 100  # simulations; those for ways that take long, and very long


@dataclass(frozen=True)
class Design:
    """A formula, the same by hand, where it is measured, the truth, and the noise's standard deviation."""

    name: str
    formula: str
    function: Callable[..., Any]
    x: np.ndarray
    truth: dict[str, float]
    noise: float

    def points(self, seed: int) -> tuple[np.ndarray, np.ndarray]:
        random = np.random.default_rng(seed)
        return self.x, self.function(self.x, *self.truth.values()) + self.noise * random.normal(size=len(self.x))


DESIGNS = [
    Design("lesson's quadratic, 20 points", "y = a*x^2 + b*x + c", lambda x, a, b, c: a * x**2 + b * x + c,
           np.linspace(-2, 2, 20), {"a": 3.0, "b": 2.0, "c": 1.0}, 1.5),
    Design("Michaelis-Menten, 7 points", "y = vmax*x/(km + x)", lambda x, vmax, km: vmax * x / (km + x),
           np.geomspace(0.02, 1.28, 7), {"vmax": 200.0, "km": 0.07}, 10.0),
    Design("exponential + offset, 8 points", "y = a*exp(-x/tau) + c", lambda x, a, tau, c: a * np.exp(-x / tau) + c,
           np.linspace(0, 10, 8), {"a": 5.0, "tau": 2.0, "c": 1.0}, 0.25),
]  # fmt: skip


def ours(design: Design, seed: int) -> Mapping[str, Interval]:
    fitted = sq.fit(design.formula, design.points(seed), start=design.truth)
    return {n: (p.low, p.high) for n, p in fitted.parameters.items()}


def profiled(design: Design, seed: int) -> Mapping[str, Interval]:
    fitted = sq.fit(design.formula, design.points(seed), start=design.truth)
    profiles = {n: fitted.profile(n) for n in fitted.free}
    return {n: (p.low, p.high) for n, p in profiles.items()}


def scipys(design: Design, seed: int) -> Mapping[str, Interval]:
    x, y = design.points(seed)
    values, covariance = curve_fit(design.function, x, y, p0=list(design.truth.values()), maxfev=20_000)
    reach = 1.96 * np.sqrt(np.diag(covariance))
    return dict(zip(design.truth, zip(values - reach, values + reach)))


def lmfits(design: Design, seed: int) -> Mapping[str, Interval]:
    import lmfit

    x, y = design.points(seed)
    answer = lmfit.Model(design.function).fit(y, x=x, **design.truth)
    ends = {n: (p.value, 1.96 * p.stderr if p.stderr else np.nan) for n, p in answer.params.items()}
    return {n: (value - reach, value + reach) for n, (value, reach) in ends.items()}


def lmfit_profiled(design: Design, seed: int) -> Mapping[str, Interval]:
    import lmfit

    x, y = design.points(seed)
    answer = lmfit.Model(design.function).fit(y, x=x, **design.truth)
    ends = answer.conf_interval(sigmas=[0.95])
    return {n: (found[0][1], found[-1][1]) for n, found in ends.items()}


def covered(way: Way, design: Design, runs: int) -> tuple[dict[str, float], int]:
    """How often each parameter's interval held the truth, and how many runs gave none at all."""
    held, failed = dict.fromkeys(design.truth, 0), 0
    for seed in range(runs):
        try:
            intervals = way(design, seed)
        except Exception:  # a rival's failure counts as an interval that does not hold the truth
            failed += 1
            continue
        for name, (low, high) in intervals.items():
            held[name] += bool(low <= design.truth[name] <= high)
    return {name: count / runs for name, count in held.items()}, failed


def main(runs: int, some: int, few: int) -> None:
    rivals = have("lmfit")
    rows = []
    for design in DESIGNS:
        straight = "quadratic" in design.name
        ways: list[tuple[str, Way, int]] = [("squiggly, interval", ours, runs)]
        if not straight:  # on a straight model a profile is the interval itself
            ways.append(("squiggly, `fit.profile`", profiled, runs if design.name.startswith("Michaelis") else some))
        ways.append(("scipy `curve_fit` ± 1.96 SE", scipys, runs))
        if "lmfit" in rivals:
            ways.append(("lmfit ± 1.96 SE", lmfits, some))
            if not straight:
                ways.append(("lmfit `conf_interval`", lmfit_profiled, few))
        for name, way, times in ways:
            shares, failed = covered(way, design, times)
            shown = " · ".join(f"{n} {100 * share:.1f}" for n, share in shares.items())
            doubt = 100 * np.sqrt(0.95 * 0.05 / times)
            right = all(0.94 <= share <= 0.96 for share in shares.values())
            judged = ["94–96", met(right)] if name.startswith("squiggly") and times == runs else ["", ""]
            rows.append([design.name, name, shown, f"{doubt:.1f}", f"{times:,}", str(failed), *judged])
    print(
        "How many of 100 intervals held the true value, for each parameter; ± is the standard error of 95 in so many\n"
        "simulations. An interval that a way could not give counts as one that does not hold it.\n"
    )
    table(["design", "interval by", "held the truth, %", "±", "simulations", "gave none", "budget, %", "met"], rows)


if __name__ == "__main__":
    warnings.simplefilter("ignore", OptimizeWarning)
    warnings.simplefilter("ignore", RuntimeWarning)
    warnings.simplefilter("ignore", UserWarning)
    main(30, 10, 2) if quick() else main(RUNS, SOME, FEW)
