"""Claim: a page is at most 60 KB gzipped, asks for nothing, is ready in 300 ms, and follows the hand in 8 ms."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from measure import met, quick, table

import squiggly as sq

WEB = Path(__file__).parents[1] / "web"


def main() -> None:
    if not shutil.which("node") or not (WEB / "node_modules").is_dir():
        print("Not measured: Node.js or the page's packages are not installed (`make test` installs the packages).")
        return
    x = np.linspace(-2, 2, 20)
    points = (x, sq.add_noise(3 * x**2 + 2 * x + 1, mult=0.15, add=1.5))
    page = sq.lab("y = a*x^2 + b*x + c", points, start=dict.fromkeys("abc", 1.1), target=1.05, loss=sq.mae)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "lesson.html")
        page.save(path)
        seen = measured(path)
    print(f"The lesson's page in Chromium {seen['browser']}, without a screen; medians, quartiles in brackets.\n")
    weight = seen["gzipped"] / 1000
    rows: list[list[Any]] = [["size, gzipped", "", f"{weight:.1f} kB", "≤ 60 kB", met(weight <= 60)]]
    for name, where in (("desktop", "1280 × 860"), ("phone", "390 × 844, processor slowed 4 ×")):
        one = seen[name]
        budgets = {"ready": 300, "frame": 8} if name == "desktop" else {}
        rows.append(["requests", where, one["requests"], "0", met(one["requests"] == 0)])
        for key, what in (
            ("ready", "from opening the file to a slider that answers"),
            ("frame", "from a slider's move to the drawn frame"),
        ):
            budget = budgets.get(key)
            judged = [f"≤ {budget} ms", met(one[key]["median"] <= budget)] if budget else ["", ""]
            rows.append([what, where, f"{one[key]['median']} ms ({one[key]['low']}–{one[key]['high']})", *judged])
    table(["what", "where", "seen", "budget", "met"], rows)
    print("For scale: an ipywidgets page that is saved loads 914 kB gzipped before anything moves, Pyodide 6.3 MB.")


def measured(page: Path) -> dict[str, Any]:
    """What web/measure.mjs saw."""
    runs = ["2"] if quick() else []
    done = subprocess.run(["node", "measure.mjs", str(page), *runs], cwd=WEB, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


if __name__ == "__main__":
    main()
