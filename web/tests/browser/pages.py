"""Writes the pages that the browser tests open into the folder given: `python pages.py FOLDER`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
from photos import photos

import squiggly as sq

HOSTILE = '</script><img src=x onerror="window.hacked=1">'


def pages() -> dict[str, Any]:
    """Every page by its file's name."""
    x = np.linspace(-2, 2, 20)
    lesson = (x, sq.add_noise(3 * x**2 + 2 * x + 1, mult=0.15, add=1.5))
    abc = dict.fromkeys("abc", 1.1)
    t = np.linspace(0, 12, 40)
    counts = sq.add_noise(90 * np.exp(-t / 3) + 8, mult=0.04, add=1.0, seed=1)
    decay = {"t": t, "counts": counts, "sigma": np.sqrt(np.abs(counts)) + 0.5}
    wide = np.linspace(0, 1, 5_000)
    random = np.random.default_rng(0)
    u, v, w = random.uniform(-2, 2, (3, 200))
    tilted = {"x": u, "y": v, "z": np.sin(1.3 * u) * v + 0.1 * random.normal(size=200)}
    folded = {"x": u, "y": v, "z": w, "v": u * v + w + 2 * np.maximum(0, u + 0.5 * v + 0.7 * w - 0.3)}
    lines = dict(c0=0.4, c1=-0.2, w1=-1, t1=-1.2, w2=2, t2=-0.4, w3=-1.5, t3=0.5, w4=-0.8, t4=1.2)
    turned = dict(c0=0.5, c1=0.2, c2=0.3, w1=1, a1=0.2, t1=0.3, w2=-0.7, a2=1.2, t2=-0.5, w3=0.6, a3=-0.9, t3=0.2)
    return {
        "lesson": sq.lab(
            "y = a*x^2 + b*x + c", lesson, start=abc, target=1.1, loss=sq.mae, title="The lesson's quadratic"
        ),
        "decay": sq.lab("counts = a*exp(-t/tau) + c", decay, sigma="sigma"),
        "function": sq.lab("a*sin(w*x + p)", start={"a": 1, "w": 2, "p": 0}, range=(0, 10)),
        "hostile": sq.lab(f"y = a*`{HOSTILE}` + b", {HOSTILE: [0, 1, 2], "y": [1, 3, 5.5]}, title=HOSTILE),
        "overflow": sq.lab("y = exp(a*x)", {"x": [0, 1, 2, 3], "y": [1, 2, 4, 8]}, start={"a": 0.5}),
        "many": sq.lab("y = a*x^2 + b*x + c", (wide, sq.add_noise(wide**2, mult=0.1, add=0.1, seed=2))),
        "hinges": sq.lab(sq.relus(8), lesson),
        "lines": sq.relus(4).lab((x, np.sin(2 * x)), start=lines),
        "plane": sq.relus(3, inputs=2).lab(tilted, start=turned),
        "network": sq.network(2, [8, 8], activation="tanh", classes=2).lab(data="moons", n=300, held_out=0.5, seed=1),
        "network-wave": sq.network(1, [6]).lab(data="wave", n=80, held_out=0.25),
        "space": sq.lab("v = a*x*y + b*z + relu(m*x + n*y + p*z + q)", folded),
    }


if __name__ == "__main__":
    for name, lab in pages().items():
        lab.save(Path(sys.argv[1]) / f"{name}.html")
    photos(Path(sys.argv[1]), 300 if os.environ.get("SQUIGGLY_PROVE") else 30)
