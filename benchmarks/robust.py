"""Claim: mae ends at its true minimum, and decays with one wild point in ten are found without start values."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from measure import have, met, quick, table, take_turns
from scipy.optimize import least_squares, linprog

import squiggly as sq

DECAY = "y = a*exp(-x/tau) + c"
TRUTH = np.array([5.0, 3.0, 1.0])
SLACK = 1e-12  # share by which a cost may lie above the linear programme's


def decay(values: np.ndarray, x: np.ndarray) -> np.ndarray:
    return values[0] * np.exp(-x / values[1]) + values[2]


def lines(rounds: int, sizes: list[int], rivals: list[str]) -> None:
    """Straight lines and parabolas with Cauchy scatter: the sum of distances beside the linear programme's."""
    rows = []
    for n, degree in [(n, degree) for n in sizes for degree in (1, 2)]:
        x = np.linspace(-1, 1, n)
        slopes = np.vander(x, degree + 1)
        y = slopes @ np.ones(degree + 1) + np.random.default_rng(n).standard_cauchy(n)
        ways = _ways(slopes, x, y, rivals)
        costs = {name: float(np.abs(y - slopes @ way()).sum()) for name, way in ways.items()}
        least = min(costs.values())
        for name, taken in take_turns(ways, rounds).items():
            over = costs[name] / least - 1
            judged = [f"≤ {SLACK:g}", met(over <= SLACK)] if name.startswith("squiggly") else ["", ""]
            rows.append([f"degree {degree}, {n} points", name, taken.seconds, f"{over:.1e}", *judged])
    print("Least absolute deviations of a polynomial. Above the least: the sum of distances, over the lowest of all.\n")
    table(["model", "fitted by", "time", "above the least", "budget", "met"], rows)


def _ways(slopes: np.ndarray, x: np.ndarray, y: np.ndarray, rivals: list[str]) -> dict[str, Callable[[], np.ndarray]]:
    n, p = slopes.shape
    formula = "y = " + " + ".join(f"{letter}*x^{p - 1 - k}" for k, letter in enumerate("abc"[:p]))
    signs = np.hstack([slopes, np.eye(n), -np.eye(n)]) if n <= 1000 else None

    def ours() -> np.ndarray:
        return np.array(list(sq.fit(formula, (x, y), loss=sq.mae, errors="jacobian").values.values()))

    def programme() -> np.ndarray:
        bounds = [(None, None)] * p + [(0, None)] * (2 * n)
        return linprog(np.r_[np.zeros(p), np.ones(2 * n)], A_eq=signs, b_eq=y, bounds=bounds).x[:p]

    def soft() -> np.ndarray:
        return least_squares(lambda b: slopes @ b - y, np.zeros(p), lambda b: slopes, loss="soft_l1", f_scale=1e-3).x

    ways = {"squiggly mae": ours, "scipy `least_squares` soft_l1, scale 0.001": soft}
    if signs is not None:
        ways["scipy `linprog`"] = programme
    if "sklearn" in rivals:
        from sklearn.linear_model import QuantileRegressor

        regressor = QuantileRegressor(quantile=0.5, alpha=0, fit_intercept=False, solver="highs")
        ways["scikit-learn `QuantileRegressor`"] = lambda: regressor.fit(slopes, y).coef_
    return ways


def wild_points(rounds: int, sets: int, share: float) -> None:
    """Decays of 50 points: how far the fitted curve lies from the true one, in units of the noise."""
    x = np.linspace(0, 10, 50)
    clean, noise = decay(TRUTH, x), 0.1
    data = []
    for seed in range(sets):
        rng = np.random.default_rng(seed)
        y = clean + rng.normal(scale=noise, size=50)
        far = rng.choice(50, round(50 * share), replace=False)
        y[far] += rng.normal(scale=8, size=len(far))
        data.append(y)

    def ours(**options: Any) -> Callable[[np.ndarray], np.ndarray]:
        return lambda y: np.array(list(sq.fit(DECAY, (x, y), errors="jacobian", **options).values.values()))

    def theirs(loss: str) -> Callable[[np.ndarray], np.ndarray]:
        return lambda y: least_squares(lambda b: decay(b, x) - y, (4.0, 2.0, 0.5), loss=loss, f_scale=1.345 * noise).x

    ways: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "squiggly mae, no start": ours(loss=sq.mae),
        "squiggly huber, no start": ours(loss=sq.huber),
        'squiggly, outliers="leave out", no start': lambda y: np.array(
            list(sq.fit(DECAY, (x, y), outliers="leave out").values.values())
        ),
        "squiggly mse, no start": ours(),
        "scipy huber, start and scale given": theirs("huber"),
        "scipy soft_l1, start and scale given": theirs("soft_l1"),
    }
    off = {
        name: np.array([np.sqrt(np.mean((decay(way(y), x) - clean) ** 2)) / noise for y in data])
        for name, way in ways.items()
    }
    taken = take_turns({name: (lambda way=way: way(data[0])) for name, way in ways.items()}, rounds)
    rows = []
    for name in ways:
        right = float(np.mean(off[name] < 0.8))
        robust = name.startswith("squiggly") and "mse" not in name and share <= 0.1
        judged = ["≥ 98 %", met(right >= 0.98)] if robust else ["", ""]
        rows.append(
            [
                name,
                f"{np.median(off[name]):.2f}",
                f"{off[name].max():.2f}",
                f"{right:.0%}",
                taken[name].seconds,
                *judged,
            ]
        )
    print(
        f"{sets} decays, {share:.0%} of 50 points off by 80 times the noise. Off: the curve's root mean square\n"
        "distance from the true one, in units of the noise. Right: off by less than 0.8.\n"
    )
    table(["fitted by", "off, median", "off, worst", "right", "time", "budget", "met"], rows)


def main(hasty: bool) -> None:
    rivals = have("sklearn")
    lines(1 if hasty else 5, [50] if hasty else [50, 1000, 10_000], [] if hasty else rivals)
    for share in [0.1] if hasty else [0.0, 0.1, 0.2]:
        wild_points(1 if hasty else 5, 5 if hasty else 40, share)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(quick())
