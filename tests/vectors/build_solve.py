"""Writes solve.json: the way of Python's solver on some problems, for the page's own solver to repeat.

python tests/vectors/build_solve.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from squiggly.expression import flat
from squiggly.fitting import pose
from squiggly.loss import LOSSES, Huber, Loss
from squiggly.model import Model
from squiggly.modelling import as_model
from squiggly.points import Points, add_noise
from squiggly.shapes import MODELS
from squiggly.solve.linear import linear_parameters
from squiggly.solve.search import solve

FILE = Path(__file__).with_name("solve.json")
KEPT = 12  # steps of each way that are written down, beside its end

DECAY, WAVE = "a*exp(-x/tau) + c", "a*sin(k*x + p) + b*x + c"
# model, x from … to, points, the truth, the start, options
PROBLEMS: list[tuple[str, tuple[float, float], int, list[float], list[float], dict[str, Any]]] = [
    ("line", (0, 4), 12, [1.5, 4], [1, 1], {"sigma": True}),
    ("quadratic", (-2, 2), 20, [3, 2, 1], [1.1, 1.1, 1.1], {}),
    ("quadratic", (-2, 2), 20, [3, 2, 1], [1.1, 0.5, 1.1], {"bounds": {"b": (None, 1)}}),
    ("quadratic", (-2, 2), 20, [3, 2, 1], [1.1, 1.1, 1.1], {"loss": "huber", "delta": 0.5}),
    ("quadratic", (-2, 2), 20, [3, 2, 1], [1.1, 1.1, 1.1], {"loss": "mae"}),
    ("polynomial", (-1.5, 1.5), 20, [5, 1, -0.5, 1], [1, 1, 1, 1], {"loss": "huber", "delta": 0.2, "sigma": True}),
    ("exponential", (0, 5), 20, [6, 2], [3, 1], {}),
    ("exponential", (0, 5), 20, [6, 2], [3, 1], {"loss": "poisson"}),
    ("power_law", (0.5, 4), 20, [2, 1.3], [1, 1], {"sigma": True}),
    ("gaussian", (-3, 3), 30, [5, 0.4, 1.1], [3, 0, 2], {}),
    ("gaussian", (-3, 3), 30, [5, 0.4, 1.1], [3, 0, 2], {"loss": "mae"}),
    ("gaussian", (-3, 3), 30, [5, 0.4, 1.1], [3, 0, 2], {"locked": ["center"], "loss": "huber", "delta": 0.3}),
    ("lorentzian", (-3, 3), 30, [5, -0.3, 0.8], [3, 0, 2], {"bounds": {"width": (1, None)}}),
    ("pseudo_voigt", (-4, 4), 40, [5, 0.4, 0.2, 1], [4, 0.5, 0, 1.5], {"bounds": {"fraction": (0, 1)}}),
    ("sine", (0, 3), 25, [2, 0.7, 0.5], [1, 0.75, 0], {}),
    ("logistic", (0.1, 5), 25, [1, 6, 1.5, 2], [0.5, 5, 1, 1], {}),
    ("logistic", (0.1, 5), 25, [1, 6, 1.5, 2], [0.5, 5, 1, 1], {"locked": ["bottom", "hill"]}),
    ("michaelis_menten", (0.1, 5), 12, [4, 0.8], [1, 1], {"sigma": True, "loss": "mae"}),
    ("michaelis_menten", (0.1, 5), 12, [4, 0.8], [1, 1], {"loss": "poisson"}),
    ("relus", (-2, 2), 40, [5, 1, 2, -0.5, -3, 0.7], [4, 0.8, 1.5, -0.4, -2, 0.6], {}),
    (DECAY, (0, 5), 20, [6, 1.2, 0.5], [1, 1, 1], {}),
    (DECAY, (0, 5), 20, [6, 1.2, 0.5], [1, 1, 1], {"bounds": {"c": (1, 2), "a": (None, 5)}, "sigma": True}),
    (WAVE, (0, 9), 40, [2, 1.7, 0.4, 0.3, 1], [1, 1.6, 0, 0, 0], {"loss": "huber", "delta": 0.1}),
    ("a*x^b/(c^b + x^b)", (0.1, 9), 30, [4, 1.8, 2], [3, 1, 3], {}),
]


def problem(index: int) -> dict[str, Any]:
    """What the page is asked: the model as nodes, seeded points, and where to begin."""
    name, (low, high), n, truth, start, options = PROBLEMS[index]
    model, x = MODELS[name]() if name in MODELS else as_model(name), np.linspace(low, high, n)
    [[curve]] = model.rows(np.array([truth], float), {"x": x})
    y = add_noise(curve, 0.05, 0.1, index)
    limits, locked = options.get("bounds", {}), options.get("locked", [])
    return {
        "model": name, "nodes": flat(model.expr), "parameters": list(model.names), "x": x.tolist(),
        "y": (np.abs(y) if options.get("loss") == "poisson" else y).tolist(),
        "sigma": np.linspace(0.5, 2.0, n).tolist() if options.get("sigma") else None,
        "loss": options.get("loss", "mse"), "delta": options.get("delta", 1.0), "start": start,
        "locked": [p in locked for p in model.names],
        "bounds": [list(limits.get(p, (None, None))) for p in model.names],
    }  # fmt: skip


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """Python's way there: [cost, free values …] of each step that was taken, and where it ended."""
    names = asked["parameters"]
    model: Model = MODELS[asked["model"]]() if asked["model"] in MODELS else as_model(asked["model"])
    loss: Loss = Huber(delta=asked["delta"]) if asked["loss"] == "huber" else LOSSES[asked["loss"]]
    at = dict(zip(names, asked["start"], strict=True))
    fix = {n: at[n] for n, locked in zip(names, asked["locked"], strict=True) if locked}
    bounds = {n: tuple(b) for n, b in zip(names, asked["bounds"], strict=True) if b != [None, None]}
    start = {n: v for n, v in at.items() if n not in fix}
    points = Points.checked({"x": asked["x"]}, asked["y"], asked["sigma"])
    posed, known = pose(model, points, loss, start, bounds, fix)
    found, _ = solve(posed, known, 0, None)
    linear = linear_parameters(model.fix(**fix), posed.free)
    way = [[cost, *values.tolist()] for values, cost in found.path]
    if asked["loss"] == "mae":  # Python goes from corner to corner, the page by ever sharper hubers: only the ends meet
        way = []
    return {
        "linear": [n in linear for n in names], "way": way[:KEPT], "taken": len(way),
        "values": posed.whole(found.values)[0].tolist(), "cost": float(found.cost[0]), "settled": bool(found.settled[0]),
    }  # fmt: skip


def build() -> list[dict[str, Any]]:
    asked = [problem(index) for index in range(len(PROBLEMS))]
    return [{**one, **answer(one)} for one in asked]


if __name__ == "__main__":
    lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in build())
    FILE.write_text(f"[\n{lines}\n]\n")
