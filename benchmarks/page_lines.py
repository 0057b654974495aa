"""Claim: a page places 16 lines in 1 s, a hook follows the hand in 8 ms, maps are redrawn 30 times a second."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from measure import met, quick, table

import squiggly as sq

WEB = Path(__file__).parents[1] / "web"
CURVES = {
    "3x² + 2x + 1": lambda x: 3 * x**2 + 2 * x + 1,
    "exp x": np.exp,
    "sin 3x": lambda x: np.sin(3 * x),
    "Runge": lambda x: 1 / (1 + 25 * (x / 2.1) ** 2),
}
LINES, POINTS = 16, 400
EIGHT = {
    f"{n}{i}": v for i in range(1, 9) for n, v in (("w", (-1.0) ** i), ("a", 0.35 * i - 1.5), ("t", 0.3 * i - 1.4))
}


def pages() -> dict[str, sq.Lab]:
    x = np.linspace(-2.1, 2.1, POINTS)
    even = {f"t{i + 1}": -2.1 + 4.2 * (i + 1) / (LINES + 1) for i in range(LINES)}
    random = np.random.default_rng(0)
    u, v = random.uniform(-2, 2, (2, 200))
    few = np.linspace(-2, 2, 60)
    wave = np.sin(2 * few) + 0.1 * random.normal(size=60)
    plane = {"x": u[:100], "y": v[:100], "z": (u * v)[:100]}
    return {
        **{name: sq.relus(LINES).lab((x, curve(x)), start=even) for name, curve in CURVES.items()},
        "hook": sq.relus(4).lab((few, wave)),
        "map": sq.relus(8, inputs=2).lab(plane, start=EIGHT, rate=1e-3),
        "landscape": sq.relus(8).lab((np.linspace(-2, 2, 100), np.sin(2 * np.linspace(-2, 2, 100))), rate=1e-3),
    }


def main() -> None:
    if not shutil.which("node") or not (WEB / "node_modules").is_dir():
        print("Not measured: Node.js or the page's packages are not installed (`make test` installs the packages).")
        return
    wanted = {k: v for k, v in pages().items() if not quick() or k in ("hook", "sin 3x")}
    rows: list[list[Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, lab) in enumerate(wanted.items()):
            path = Path(folder, f"{number}.html")
            lab.save(path)
            rows += _rows(name, path)
    print("In Chromium, without a screen and without a graphics card; medians, quartiles in brackets.\n")
    table(["what", "where", "seen", "budget", "met"], rows)
    if not quick():
        print("\nPlacing alone, in Node:\n")
        print(_said("measure-hinges.mjs"))
        print("\nWhat a page is smaller without a view and what it alone needs:\n")
        costs = re.findall(r"^(lab\S*): (\S+) +(\d+) bytes", _said("build.mjs", "--check", "--sizes"), re.M)
        kinds = {"lab": "one input", "lab-map": "several inputs"}
        table(
            ["page of", "view", "gzipped"], [[kinds[k], view, f"{int(size) / 1000:.1f} kB"] for k, view, size in costs]
        )


def _rows(name: str, page: Path) -> list[list[Any]]:
    what = name if name in ("hook", "map", "landscape") else "exact"
    seen = json.loads(_said("measure-frames.mjs", str(page), what, "1" if quick() else "5"))
    if what == "exact":
        taken, limit = seen["taken"], float(re.findall(r"the limit is ([\d.e−]+)", seen["limit"])[0].replace("−", "-"))
        ratio = seen["rms"] / limit
        return [
            [f"{LINES} lines placed, {POINTS} points", name, _shown(taken), "≤ 1000 ms", met(taken["median"] <= 1000)],
            ["rms ÷ bound", name, f"{ratio:.4f}", "≤ 1.05", met(ratio <= 1.05)],
        ]
    if what == "hook":
        frame = seen["frame"]
        return [
            [
                "from a hook's move to the drawn frame",
                "4 lines, 60 points",
                _shown(frame),
                "≤ 8 ms",
                met(frame["median"] <= 8),
            ]
        ]
    where = f"8 units, 100 points, {seen['side']} × {seen['side']}"
    return [
        [
            f"{name}: frames a second while it trains",
            where,
            seen["perSecond"],
            "≥ 30",
            met(seen["perSecond"] >= 30 and seen["whole"]),
        ],
        [f"{name}: a frame, to the end of painting", where, _shown(seen["frame"]), "", ""],
    ]


def _shown(one: dict[str, float]) -> str:
    return f"{one['median']} ms ({one['low']}–{one['high']})"


def _said(*command: str) -> str:
    done = subprocess.run(["node", *command], cwd=WEB, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout.strip()


if __name__ == "__main__":
    main()
