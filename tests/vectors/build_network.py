"""Writes network.json: what Python's networks start from, compute and become, for the page's own to repeat.

python tests/vectors/build_network.py
"""

from __future__ import annotations

import itertools
import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np

import squiggly as sq
from squiggly.descent import DescentWarning, Moment
from squiggly.networks.activations import ACTIVATIONS
from squiggly.networks.batches import batch, held_out, order
from squiggly.networks.heads import head_of
from squiggly.networks.layers import outputs, value_and_gradient
from squiggly.networks.network import FEATURES, Network

FILE = Path(__file__).with_name("network.json")
STEPS = 50
KEPT = (1, 10, 50)  # the moments that are written down
LOSSES = {"mse": sq.mse, "mae": sq.mae, "cross-entropy": sq.cross_entropy}
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
PENALTIES = ("none", "L1", "L2")
RATES = {"sgd": 0.1, "momentum": 0.02, "nesterov": 0.02, "adam": 0.02}
HEADS = (("mse", None), ("mae", None), ("cross-entropy", 2), ("mse", 2))  # a loss, and how many classes
NETS: tuple[tuple[int, list[int], list[str]], ...] = (
    (2, [4, 3], ["x1", "x2"]),
    (2, [5], list(FEATURES)),
    (1, [3, 2, 2], ["x1", "x1^2", "sin(x1)"]),
    (2, [], ["x1*x2", "x2^2"]),
)
Case = dict[str, Any]


def network_of(case: Case) -> Network:
    """The network that a case describes in the page's words."""
    return sq.network(
        case["inputs"], case["hidden"], activation=case["activation"], classes=2 if case["classes"] else None,
        features=case["features"],
    )  # fmt: skip


def scene(inputs: int, classes: bool, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Points (n, inputs), with a number or a class for each."""
    random = np.random.RandomState(7 * inputs + n + classes)
    x = random.normal(size=(n, inputs)).round(3)
    curve = np.sin(2 * x[:, 0]) + 0.5 * x[:, -1] ** 2 - 0.5
    return x, (curve > 0).astype(float) if classes else curve.round(3)


def orders() -> list[Case]:
    asked = [(1, 0, 0), (2, 5, 3), (7, 0, -1), (7, 0, 0), (23, 42, 9), (40, 4_294_967_295, 1000)]
    return [{"n": n, "seed": s, "epoch": e, "rows": order(n, s, e).tolist()} for n, s, e in asked]


def splits() -> list[Case]:
    asked = [(5, 0, 0.4), (10, 3, 0.25), (10, 3, 0.0), (9, 11, 0.5)]
    return [
        {"n": n, "seed": s, "share": share, "train": train.tolist(), "held": held.tolist()}
        for n, s, share in asked
        for train, held in [held_out(n, s, share)]
    ]


def batches() -> list[Case]:
    asked = [(10, 3, 4, step) for step in range(7)] + [(10, 3, 10, 2), (10, 1, 1, 25)]
    rows = np.arange(0, 20, 2)
    return [{"size": b, "seed": s, "step": k, "rows": batch(rows, b, s, k).tolist()} for _, s, b, k in asked]


def starts() -> list[Case]:
    found = []
    for (inputs, hidden, features), activation, seed in zip(
        NETS, ("relu", "tanh", "silu", "sigmoid"), (0, 1, 2**32 - 1, 99)
    ):
        case = {"inputs": inputs, "hidden": hidden, "features": features, "activation": activation, "classes": False}
        built = network_of(case)
        found.append({**case, "seed": seed, "start": built.start(seed).tolist(), "names": list(built.names)})
    return found


def gradients() -> list[Case]:
    """Every activation under every loss, the shapes in turn: over all points, and over some of them."""
    found = []
    for i, (activation, (loss, classes)) in enumerate(itertools.product(ACTIVATIONS, HEADS)):
        inputs, hidden, features = NETS[(i + i // 4) % len(NETS)]
        case = {
            "inputs": inputs,
            "hidden": hidden,
            "features": features,
            "activation": activation,
            "classes": classes == 2,
        }
        built, (x, y) = network_of(case), scene(inputs, classes == 2, 40)
        values = 0.8 * np.random.RandomState(i).normal(size=built.n_parameters)
        value, slope = value_and_gradient(built, head_of(built, LOSSES[loss]), values, x, y)
        found.append({
            **case, "loss": loss, "x": x.T.ravel().tolist(), "y": y.tolist(), "parameters": values.tolist(), "value": value,
            "gradient": slope.tolist(), "outputs": outputs(built, values, x)[:, 0].tolist(),
        })  # fmt: skip
    return found


def ways() -> list[Case]:
    """Every optimizer with every schedule and penalty; the rest in turn."""
    found = []
    for i, (optimizer, schedule, penalty) in enumerate(itertools.product(OPTIMIZERS, SCHEDULES, PENALTIES)):
        loss, classes = HEADS[(i + i // 4) % 4]
        zero = i % 5 > 0
        found.append({
            "inputs": 2, "hidden": [3, 2], "features": ["x1", "x2"], "activation": ("tanh", "sigmoid", "silu")[(i // 2) % 3],
            "classes": classes == 2, "loss": loss, "optimizer": optimizer, "schedule": schedule, "penalty": penalty,
            "decay": 0.01, "zero": zero, "rate": RATES[optimizer] * (1.0 if zero else 0.05), "batch": (5, 0, 7)[(i // 3) % 3],
            "held": (0.25, 0.0)[(i // 9) % 2], "seed": i,
        })  # fmt: skip
    return found


def walk(way: Case, steps: int = STEPS) -> list[Moment]:
    x, y = scene(way["inputs"], way["classes"], 24)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DescentWarning)
        return list(
            sq.descend(
                network_of(way), {"x1": x[:, 0], "x2": x[:, 1], "y": y}, loss=LOSSES[way["loss"]], rate=way["rate"],
                steps=steps, batch=way["batch"] or None, seed=way["seed"], held_out=way["held"],
                penalty=way["penalty"], decay=way["decay"], optimizer=OPTIMIZERS[way["optimizer"]](way["zero"]),
                schedule=SCHEDULES[way["schedule"]](steps),
            )
        )  # fmt: skip


def walked(way: Case) -> Case:
    path = walk(way)
    return {**way, "moments": [[k, path[k].rate, *path[k].parameters.values()] for k in KEPT]}


def runaway(way: Case) -> Case:
    last = walk(way)[-1]
    return {**way, "ended": last.step, "words": last.words}


def runaways() -> list[Case]:
    plain = {
        "inputs": 2, "hidden": [3], "features": ["x1", "x2"], "activation": "relu", "classes": False, "loss": "mse",
        "optimizer": "sgd", "schedule": "steady", "penalty": "none", "decay": 0.0, "zero": True, "batch": 0, "held": 0.0,
        "seed": 1,
    }  # fmt: skip
    return [
        {**plain, "rate": 20.0, "activation": "linear"},
        {**plain, "rate": 1e200},
        {**plain, "rate": 1e3, "batch": 5, "optimizer": "momentum", "activation": "silu"},
    ]


def build() -> Case:
    """moments: [step, rate, parameters …]; x: a column for each input, one after another."""
    scenes = {
        str(classes): dict(zip("xy", (scene(2, classes, 24)[0].T.ravel().tolist(), scene(2, classes, 24)[1].tolist())))
        for classes in (False, True)
    }
    return {
        "steps": STEPS, "orders": orders(), "splits": splits(), "batches": batches(), "starts": starts(), "gradients": gradients(),
        "numbers": scenes["False"], "classes": scenes["True"], "walks": [walked(way) for way in ways()],
        "runaways": [runaway(way) for way in runaways()],
    }  # fmt: skip


def written(vectors: Case) -> str:
    """JSON with one case a line, so that a change of one shows as a change of one line."""
    parts = []
    for key, value in vectors.items():
        if isinstance(value, list):
            lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in value)
            parts.append(f"{json.dumps(key)}: [\n{lines}\n]")
        else:
            parts.append(f"{json.dumps(key)}: {json.dumps(value, separators=(',', ':'))}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    FILE.write_text(written(build()))
