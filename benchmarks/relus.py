"""Claim: relus(k) comes within 1.05 × of the lowest rms that k + 1 straight pieces can have, in at most a second."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from measure import have, met, quick, table

import squiggly as sq

CURVES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "3x² + 2x + 1": lambda x: 3 * x**2 + 2 * x + 1,
    "exp x": np.exp,
    "sin 3x": lambda x: np.sin(3 * x),
    "Runge 1/(1 + 25(x/2.1)²)": lambda x: 1 / (1 + 25 * (x / 2.1) ** 2),
}
N, END = 400, 2.1
Rms = Callable[[int, np.ndarray, np.ndarray, int], float]  # of the fit with that many hinges, to x and y, from a seed


def drawn(curve: Callable[[np.ndarray], np.ndarray], seed: int, noise: float) -> tuple[np.ndarray, np.ndarray]:
    """400 points: a seed draws their places along x, and the noise, which is a share of the curve's spread."""
    random = np.random.default_rng(seed)
    x = np.sort(random.uniform(-END, END, N))
    y = curve(x)
    return x, y + noise * y.std() * random.normal(size=N)


def ours(k: int, x: np.ndarray, y: np.ndarray, seed: int) -> float:
    return float(np.sqrt(sq.fit(sq.relus(k), (x, y)).loss))


def net(**options: Any) -> Rms:
    """scikit-learn's MLPRegressor: 100 rectified units as it comes, otherwise k in one layer, with these options."""

    def fitted(k: int, x: np.ndarray, y: np.ndarray, seed: int) -> float:
        from sklearn.neural_network import MLPRegressor

        size = {"hidden_layer_sizes": (k,)} if options else {}
        made = MLPRegressor(random_state=seed, **size, **options).fit(x[:, None], y)
        return float(np.sqrt(np.mean((made.predict(x[:, None]) - y) ** 2)))

    return fitted


def segments(k: int, x: np.ndarray, y: np.ndarray, seed: int) -> float:
    """pwlf's quicker fit, as it comes."""
    import pwlf

    made = pwlf.PiecewiseLinFit(x, y, seed=seed)
    made.fitfast(k + 1)
    return float(np.sqrt(made.ssr / len(x)))


def rivals() -> dict[str, tuple[Rms, int]]:
    """Each way to fit, with the number of seeds it is given: fewer where it is slow."""
    found: dict[str, tuple[Rms, int]] = {"squiggly": (ours, 1_000)}
    installed = have("sklearn", "pwlf")
    if "pwlf" in installed:
        found["pwlf `fitfast`"] = segments, 3
    if "sklearn" in installed:
        found["MLPRegressor, as it comes: 100 units"] = net(), 3
        found["MLPRegressor, lbfgs, k units"] = net(solver="lbfgs", max_iter=5_000), 3
    return found


def compared(noise: float, numbers: list[int], seeds: int, ways: dict[str, tuple[Rms, int]]) -> None:
    """A table of rms over its lower bound, and of seconds, for every curve and way."""
    rows = []
    for name, curve in CURVES.items():
        for way, (fitted, most) in ways.items():
            fitted(2, *drawn(curve, 0, noise), 0)  # what is loaded at the first call does not count
            ratios, seconds = [], []
            for k in numbers:
                for seed in range(min(seeds, most)):
                    x, y = drawn(curve, seed, noise)
                    limit = sq.limit_of_pieces((x, y), k + 1)[-1]
                    begun = time.perf_counter()
                    ratios.append(fitted(k, x, y, seed) / limit)
                    seconds.append(time.perf_counter() - begun)
            high, slow = np.quantile(ratios, 0.95), np.quantile(seconds, 0.95)
            judged = way == "squiggly" and noise == 0
            end = ["≤ 1.05, ≤ 1 s", met(high <= 1.05 and slow <= 1)] if judged else ["", ""]
            shown = [f"{np.median(ratios):.4g}", f"{high:.4g}", f"{np.median(seconds):.2g} s", f"{slow:.2g} s"]
            rows.append([name, way, len(ratios), *shown, *end])
    k = f"{numbers[0]} … {numbers[-1]}" if len(numbers) > 1 else str(numbers[0])
    print(f"{f'Noise of {noise:.0%} of the spread' if noise else 'No noise'}, k = {k} hinges: rms ÷ the bound.\n")
    header = ["curve", "fitted by", "fits", "median", "95th percentile", "time", "95th percentile", "budget", "met"]
    table(header, rows)


def corner() -> None:
    """One hinge on |x|."""
    worst = 0.0
    for seed in range(20):
        x = np.random.default_rng(seed).uniform(-2, 2, 200)
        values = sq.fit(sq.relus(1), (x, np.abs(x))).values
        worst = max(worst, *(abs(values[n] - v) for n, v in {"c0": 0, "c1": -1, "w1": 2, "t1": 0}.items()))
    print("abs x from one hinge, 20 draws of 200 places: the farthest that any parameter is from the truth.\n")
    table(["fitted by", "farthest", "budget", "met"], [["squiggly", f"{worst:.1g}", "≤ 1e-6", met(worst <= 1e-6)]])


def ten_segments(ways: dict[str, tuple[Rms, int]], rounds: int) -> None:
    """sin(πx/2) on [0, 10]."""
    x = np.linspace(0, 10, 100)
    y = np.sin(np.pi * x / 2)
    bound = 100 * sq.limit_of_pieces((x, y), 10)[-1] ** 2
    rows = []
    for way, (fitted, most) in ways.items():
        squares, seconds = [], []
        for seed in range(min(rounds, most)):
            begun = time.perf_counter()
            squares.append(100 * fitted(9, x, y, seed) ** 2)
            seconds.append(time.perf_counter() - begun)
        middle, slow = float(np.median(squares)), float(np.median(seconds))
        judged = ["≤ 0.1919, ≤ 0.5 s", met(middle <= 1.01 * 0.190 and slow <= 0.5)] if way == "squiggly" else ["", ""]
        rows.append([way, f"{middle:.4f}", f"{middle / bound:.4g}", f"{slow:.2g} s", *judged])
    print(f"Ten segments on 100 points of sin(πx/2): squares left, of which {bound:.4f} is the lower bound.\n")
    table(["fitted by", "squares", "÷ bound", "time", "budget", "met"], rows)


def main(few: bool) -> None:
    ways = rivals()
    print(
        "The bound is that of straight pieces that need not join, by dynamic programming on the same points. Where "
        "noise\ndecides, such pieces follow it farther than joined ones do: only fits without noise have a budget.\n"
    )
    ours_alone = {"squiggly": ways["squiggly"]}
    compared(0.0, [4] if few else [4, 7, 10, 13, 16], 1 if few else 20, ways)
    compared(0.02, [4] if few else [4, 7, 10, 13, 16], 1 if few else 10, ours_alone if few else ways)
    compared(0.1, [4] if few else [4, 10, 16], 1 if few else 10, ours_alone)
    corner()
    ten_segments(ours_alone if few else ways, 1 if few else 5)


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # MLPRegressor has not settled by then, and says so
    main(quick())
