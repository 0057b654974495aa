"""Writes descent.json: what Python's descent does on every built-in model, for the page's own descent to repeat.

python tests/vectors/build_descent.py
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np

import squiggly as sq
from squiggly.descent import DescentWarning, Moment, value_and_gradient
from squiggly.expression import flat
from squiggly.loss import LOSSES
from squiggly.points import Points, add_noise
from squiggly.shapes import MODELS

FILE = Path(__file__).with_name("descent.json")
STEPS = 100
KEPT = (1, 10, 100)  # the moments that are written down
NUDGE = 1e-15  # of the start and of x, relative
GROWN = 100.0  # a descent whose nudge grows less than this is stable
WILD = 1e5  # a descent whose nudge grows more than this shows nothing: its rate is halved
ZERO_EVERY = 5  # of so many cases one never zeroes its gradient

# name: where the points lie, the truth, and where the descent begins
SCENES: dict[str, tuple[tuple[float, float], list[float], list[float]]] = {
    "constant": ((0, 4), [3], [1.1]),
    "line": ((0, 4), [1.5, 4], [1.1, 3]),
    "quadratic": ((-2, 2), [3, 2, 1], [1.1, 1.1, 1.1]),
    "polynomial": ((-1.5, 1.5), [5, 1, -0.5, 1], [4, 0.5, 0.5, 0.5]),
    "exponential": ((0, 5), [6, 2], [5, 1.5]),
    "power_law": ((0.5, 4), [2, 1.3], [1.5, 1.1]),
    "gaussian": ((-3, 3), [5, 0.4, 1.1], [4, 0.1, 1.4]),
    "lorentzian": ((-3, 3), [5, -0.3, 0.8], [4, 0.1, 1.1]),
    "pseudo_voigt": ((-3, 3), [5, 0.4, 0.2, 1], [4, 0.6, 0.1, 1.3]),
    "sine": ((0, 3), [2, 0.7, 0.5], [1.5, 0.72, 0.4]),
    "logistic": ((0.1, 5), [1, 6, 1.5, 2], [1.5, 5, 1.2, 1.6]),
    "michaelis_menten": ((0.1, 5), [4, 0.8], [3, 1.1]),
    "relus": ((-2, 2), [5, 1, 2, -0.5, -3, 0.7], [4, 0.8, 1.5, -0.4, -2, 0.6]),
}
POISSON = ("constant", "line", "exponential", "power_law", "gaussian", "lorentzian", "logistic", "michaelis_menten")
OPTIMIZERS = {
    "sgd": lambda zero: sq.SGD(zero_gradient=zero),
    "momentum": lambda zero: sq.SGD(momentum=0.9, zero_gradient=zero),
    "nesterov": lambda zero: sq.SGD(momentum=0.9, nesterov=True, zero_gradient=zero),
    "adam": lambda zero: sq.Adam(zero_gradient=zero),
}
SCHEDULES = {  # as the page sets them
    "steady": lambda steps: sq.steady(),
    "step_decay": lambda steps: sq.step_decay(every=max(1, round(steps / 3)), factor=0.1),
    "exponential_decay": lambda steps: sq.exponential_decay(factor=0.01 ** (1 / steps)),
    "cosine": lambda steps: sq.cosine(),
    "warmup": lambda steps: sq.warmup(over=max(1, round(steps / 10))),
    "one_cycle": lambda steps: sq.one_cycle(),
}
Way = dict[str, Any]  # model, loss, optimizer, schedule, zero and rate of one descent


def scene(model: str) -> dict[str, Any]:
    """A built-in model with 20 noisy points: every other has a sigma."""
    (low, high), truth, start = SCENES[model]
    built, x, seed = MODELS[model](), np.linspace(low, high, 20), list(SCENES).index(model)
    [[curve]] = built.rows(np.array([truth], float), {"x": x})
    y = np.abs(add_noise(curve, 0.05, 0.1, seed)) if model in POISSON else add_noise(curve, 0.05, 0.1, seed)
    sigma = np.linspace(0.5, 2.0, 20).tolist() if seed % 2 else None
    return {
        "parameters": list(built.names), "nodes": flat(built.expr), "start": start,
        "x": x.tolist(), "y": y.tolist(), "sigma": sigma,
    }  # fmt: skip


def ways() -> list[Way]:
    """Every model with every loss and optimizer, the schedules in turn; the lesson's model with every schedule too."""
    rows = [(m, loss, o) for m in SCENES for loss in LOSSES for o in OPTIMIZERS if loss != "poisson" or m in POISSON]
    turn = list(SCHEDULES)
    found = [
        {"model": m, "loss": loss, "optimizer": o, "schedule": turn[(i + i // 6) % 6], "zero": i % ZERO_EVERY > 0}
        for i, (m, loss, o) in enumerate(rows)
    ]
    for loss, zero in (("mse", True), ("huber", False)):
        found += [
            {"model": "quadratic", "loss": loss, "optimizer": o, "schedule": s, "zero": zero}
            for o in OPTIMIZERS
            for s in SCHEDULES
        ]
    return found


def points_of(seen: dict[str, Any], loss: str) -> Points:
    sigma = None if loss == "poisson" else seen["sigma"]
    return Points.checked({"x": seen["x"]}, seen["y"], sigma)


def steepest(seen: dict[str, Any], way: Way) -> float:
    """The curvature of the loss at the start along its gradient, by a small step."""
    built, points, loss = MODELS[way["model"]](), points_of(seen, way["loss"]), LOSSES[way["loss"]]
    start = np.array(seen["start"], float)
    _, here = value_and_gradient(built, points, loss, start)
    size = float(np.linalg.norm(here)) or 1.0
    _, there = value_and_gradient(built, points, loss, start + 1e-3 * here / size)
    return max(float(np.linalg.norm(there - here)) / 1e-3, size)


def first_rate(seen: dict[str, Any], way: Way) -> float:
    """A rate with which the descent gets somewhere, of one digit."""
    if way["optimizer"] == "adam":
        return 0.02 if way["zero"] else 0.002
    gentle = {"sgd": 0.5, "momentum": 0.1, "nesterov": 0.1}[way["optimizer"]] * (1.0 if way["zero"] else 0.02)
    return float(f"{gentle / steepest(seen, way):.0e}")


def walk(seen: dict[str, Any], way: Way, start: np.ndarray, steps: int = STEPS) -> list[Moment]:
    built = MODELS[way["model"]]()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DescentWarning)
        return list(
            sq.descend(
                built, {"x": seen["x"], "y": seen["y"]}, sigma=points_of(seen, way["loss"]).sigma, loss=LOSSES[way["loss"]], rate=way["rate"], steps=steps,
                start=dict(zip(seen["parameters"], start, strict=True)),
                optimizer=OPTIMIZERS[way["optimizer"]](way["zero"]), schedule=SCHEDULES[way["schedule"]](steps),
            )
        )  # fmt: skip


def numbers(moment: Moment) -> np.ndarray:
    return np.array([*moment.parameters.values(), moment.loss])


def growth(seen: dict[str, Any], way: Way, path: list[Moment]) -> float:
    """How many times larger a nudge has become by the end, relative above 1 and absolute below.

    x is nudged too: Adam divides a gradient by its own size, and makes a step of one that is 0 but for rounding.
    """
    start, most = np.array(seen["start"], float), 0.0
    for signs in (np.ones(len(start)), (-1.0) ** np.arange(len(start))):
        shaken = {**seen, "x": (np.array(seen["x"]) * (1 + NUDGE * np.resize(signs, len(seen["x"])))).tolist()}
        other = walk(shaken, way, start * (1 + NUDGE * signs))
        if len(other) != len(path):
            return np.inf
        for a, b in zip(path, other, strict=True):
            gap = np.abs(numbers(a) - numbers(b)) / np.maximum(1.0, np.abs(numbers(a)))
            most = max(most, float(gap.max()) / NUDGE)
    return most


def case(seen: dict[str, Any], way: Way) -> dict[str, Any]:
    """One descent at the largest rate, of halves of the first, at which it does not run away or turn wild."""
    way = {**way, "rate": first_rate(seen, way)}
    while True:
        path = walk(seen, way, np.array(seen["start"], float))
        grown = growth(seen, way, path) if not path[-1].words else np.inf
        if grown < WILD:
            break
        way["rate"] /= 2
    moments = [[k, path[k].rate, path[k].loss, *path[k].parameters.values()] for k in KEPT]
    return {**way, "stable": grown < GROWN, "moments": moments}


def runaway(seen: dict[str, Any], way: Way) -> dict[str, Any]:
    last = walk(seen, way, np.array(seen["start"], float))[-1]
    return {**way, "ended": last.step, "words": last.words}


RUNAWAYS: list[Way] = [
    {"model": m, "loss": loss, "optimizer": o, "schedule": "steady", "zero": True, "rate": rate}
    for m, loss, o, rate in [
        ("quadratic", "mse", "sgd", 0.5),
        ("line", "mse", "momentum", 1e200),
        ("exponential", "poisson", "sgd", 100.0),
        ("power_law", "huber", "nesterov", 50.0),
    ]
]


def build() -> dict[str, Any]:
    """moments: [step, rate, loss, parameters …]."""
    scenes = {model: scene(model) for model in SCENES}
    return {
        "steps": STEPS, "delta": 1.0, "scenes": scenes,
        "descents": [case(scenes[way["model"]], way) for way in ways()],
        "runaways": [runaway(scenes[way["model"]], way) for way in RUNAWAYS],
    }  # fmt: skip


def written(vectors: dict[str, Any]) -> str:
    """JSON with one descent a line, so that a change of one shows as a change of one line."""
    parts = []
    for key, value in vectors.items():
        rows = value.values() if isinstance(value, dict) else value
        if not isinstance(value, (dict, list)):
            parts.append(f"{json.dumps(key)}: {json.dumps(value)}")
            continue
        heads = [f"{json.dumps(k)}: " for k in value] if isinstance(value, dict) else [""] * len(value)
        lines = ",\n".join(head + json.dumps(row, separators=(",", ":")) for head, row in zip(heads, rows, strict=True))
        opened, closed = "{}" if isinstance(value, dict) else "[]"
        parts.append(f"{json.dumps(key)}: {opened}\n{lines}\n{closed}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    FILE.write_text(written(build()))
