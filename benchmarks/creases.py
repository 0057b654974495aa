"""Claim: relus(k, inputs=2) comes as near as the best of five networks of k units, and k = 8 takes at most 2 s."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable

import numpy as np
from measure import Figure, have, met, quick, table

import squiggly as sq

Surface = Callable[[np.ndarray, np.ndarray], np.ndarray]
SURFACES: dict[str, Surface] = {
    "x·y": lambda x, y: x * y,
    "sin 2x · cos y": lambda x, y: np.sin(2 * x) * np.cos(y),
    "exp(-x² - y²)": lambda x, y: np.exp(-(x**2) - y**2),
    "abs x + abs y": lambda x, y: np.abs(x) + np.abs(y),
}
N, END = 400, 2.0
NETWORKS = 5  # from as many seeds, of which the best counts
EQUAL = 1e-9  # of the spread of z: both are through every point
Rms = Callable[[int, np.ndarray, np.ndarray], float]  # of the fit with so many creases, to places (n, 2) and z


def drawn(surface: Surface, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """400 points without noise at places that a seed draws, (n, 2), and z."""
    places = np.random.default_rng(seed).uniform(-END, END, (N, 2))
    return places, surface(*places.T)


def ours(k: int, places: np.ndarray, z: np.ndarray) -> float:
    return float(np.sqrt(sq.fit(sq.relus(k, inputs=2), (places, z)).loss))


def network(k: int, places: np.ndarray, z: np.ndarray) -> float:
    """scikit-learn's MLPRegressor: one layer of k rectified units, lbfgs, the best of five seeds."""
    from sklearn.neural_network import MLPRegressor

    found = []
    for seed in range(NETWORKS):
        made = MLPRegressor(hidden_layer_sizes=(k,), solver="lbfgs", max_iter=5_000, random_state=seed)
        found.append(float(np.sqrt(np.mean((made.fit(places, z).predict(places) - z) ** 2))))
    return min(found)


def compared(numbers: list[int], seeds: int, ways: dict[str, Rms]) -> None:
    """A table for every surface and number of creases, then how often the fits came as near as the networks."""
    rows, won, cases, slow = [], 0, 0, []
    for name, surface in SURFACES.items():
        for k in numbers:
            reached: dict[str, list[float]] = {way: [] for way in ways}
            taken: dict[str, list[float]] = {way: [] for way in ways}
            for seed in range(seeds):
                places, z = drawn(surface, seed)
                for way, fitted in ways.items():  # in turns
                    begun = time.perf_counter()
                    reached[way].append(fitted(k, places, z) / float(z.std()))
                    taken[way].append(time.perf_counter() - begun)
            if len(ways) > 1:
                won += sum(a <= max(b, EQUAL) for a, b in zip(reached["squiggly"], reached["MLPRegressor"]))
                cases += seeds
            slow += taken["squiggly"] if k == 8 else []
            for way in ways:
                rows.append([name, k, way, Figure(tuple(reached[way])).shown(), Figure(tuple(taken[way])).seconds])
    print(f"rms ÷ the spread of z: the median of {seeds} draws of the places, the lowest and highest in brackets.\n")
    table(["surface", "k", "fitted by", "rms ÷ spread", "time"], rows)
    budgets = []
    if cases:
        budgets.append(["at most the network's rms", f"{won} of {cases}", "≥ 90 %", met(won >= 0.9 * cases)])
    if slow:
        seconds = Figure(tuple(slow))
        budgets.append(["time for k = 8", seconds.seconds, "≤ 2 s", met(seconds.median <= 2)])
    table(["what", "seen", "budget", "met"], budgets)


def main(few: bool) -> None:
    ways: dict[str, Rms] = {"squiggly": ours}
    if have("sklearn"):
        ways["MLPRegressor"] = network
    for fitted in ways.values():  # what is loaded at the first call does not count
        fitted(1, *drawn(SURFACES["x·y"], 0))
    compared([1, 8] if few else [1, 2, 4, 8, 16], 1 if few else 5, ways)


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # MLPRegressor has not settled by then, and says so
    main(quick())
