"""Writes pieces.json: what straight pieces and rectified lines can do at best on some points, for the page to repeat.

python tests/vectors/build_pieces.py
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import squiggly as sq
from squiggly.solve.segments import best_pieces

FILE = Path(__file__).with_name("pieces.json")
END = 2.1

CURVES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "quadratic": lambda x: 3 * x**2 + 2 * x + 1,
    "exp": np.exp,
    "sin 3x": lambda x: np.sin(3 * x),
    "runge": lambda x: 1 / (1 + 25 * (x / END) ** 2),
    "corner": abs,
    "jump": lambda x: (x > 0.3).astype(float),
}
# curve, points, noise as a share of the curve's spread, x is moved by, pieces at most, options
PROBLEMS: list[tuple[str, int, float, float, int, dict[str, bool]]] = [
    *((name, 60, noise, 0.0, 8, {}) for name in CURVES for noise in (0.0, 0.05)),
    ("quadratic", 120, 0.0, 0.0, 17, {}),
    ("runge", 120, 0.05, 0.0, 17, {}),
    ("sin 3x", 60, 0.0, 2020.0, 12, {}),
    ("exp", 60, 0.1, 1.7e9, 6, {}),
    ("sin 3x", 60, 0.1, 0.0, 8, {"sigma": True}),
    ("sin 3x", 90, 0.2, 0.0, 8, {"ties": True, "sigma": True}),
    ("quadratic", 12, 0.3, 0.0, 12, {}),
    ("exp", 3, 0.1, 0.0, 3, {}),
]


def problem(index: int) -> dict[str, Any]:
    """What the page is asked: seeded points, in no order."""
    name, n, noise, moved, most, options = PROBLEMS[index]
    random = np.random.default_rng(index)
    x = random.uniform(-END, END, n)
    x = np.round(x, 1) if options.get("ties") else x
    y = CURVES[name](x)
    y = y + noise * y.std() * random.normal(size=n)
    sigma = np.exp(random.normal(size=n)).tolist() if options.get("sigma") else None
    return {"curve": name, "noise": noise, "x": (x + moved).tolist(), "y": y.tolist(), "sigma": sigma, "most": most}


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """Python's least squares of 1 … most pieces; and of rectified lines, by their number, as it places them."""
    x, y = np.array(asked["x"]), np.array(asked["y"])
    sigma = None if asked["sigma"] is None else np.array(asked["sigma"])
    lines = {}
    for n in (1, 3, 7):
        if n < asked["most"] and 2 * n + 2 < len(np.unique(x)):
            lines[str(n)] = len(x) * sq.fit(sq.relus(n), (x, y), sigma=sigma).loss
    return {"costs": best_pieces(x, y, sigma, asked["most"]).costs.tolist(), "lines": lines}


def build() -> list[dict[str, Any]]:
    asked = [problem(index) for index in range(len(PROBLEMS))]
    return [{**one, **answer(one)} for one in asked]


if __name__ == "__main__":
    rows = ",\n".join(json.dumps(row, separators=(",", ":")) for row in build())
    FILE.write_text(f"[\n{rows}\n]\n")
