"""Claim: two columns of a table of 10⁷ rows take little more memory than the numbers themselves, and can be fitted.

Each row is a process of its own, for its peak of memory; what Python and NumPy take before is left out.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from measure import met, quick, table

ROWS, QUICK_ROWS, BLOCK = 10_000_000, 60_000, 100_000
SPARE = 200  # MiB beside the two columns
READ = """
import resource, sys, time
import numpy as np

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

before, begun = peak(), time.perf_counter()
{code}
print(n, time.perf_counter() - begun, peak() - before)
"""
OURS = "from squiggly.reading.tables import open_table\nn = len(open_table(sys.argv[1]).read(['t', 'y'])['t'])"
PANDAS = "import pandas\nn = len(pandas.read_csv(sys.argv[1]{options})[['t', 'y']].astype(float))"
FIT = (
    "from squiggly import fit\nanswer = fit('y = a*exp(-t/tau) + c', sys.argv[1])\n"
    "assert answer.verdict.ok and abs(answer.parameters['tau'].value - 3) < 0.1, answer\nn = answer.n"
)
EURO = ", sep=';', decimal=','"


def write(path: Path, rows: int, decimal: str = ".", dated: bool = False) -> None:
    """A table of t, two columns nobody asks for, and y: a decay with noise."""
    random = np.random.default_rng(1)
    separator = ";" if decimal == "," else ","
    with open(path, "w", encoding="utf-8") as file:
        file.write(separator.join(["t", "p", "q", "y"]) + "\n")
        for start in range(0, rows, BLOCK):
            t = np.arange(start, min(start + BLOCK, rows)) * (10 / rows)
            p, q, noise = random.normal(size=(3, len(t)))
            y = 5 * np.exp(-t / 3) + 1 + 0.1 * noise
            first = (np.datetime64("2024-03-01", "us") + (t * 1e9).astype(np.int64)).tolist() if dated else t.tolist()
            form = "{}" if dated else "{:.6f}"
            lines = (
                f"{form.format(a)},{b:.6f},{c:.6f},{d:.6f}\n"
                for a, b, c, d in zip(first, p.tolist(), q.tolist(), y.tolist())
            )
            text = "".join(lines)
            file.write(text if decimal == "." else text.replace(",", ";").replace(".", ","))


def measured(code: str, path: Path) -> tuple[int, float, float]:
    """Rows, seconds and MiB of one process."""
    done = subprocess.run([sys.executable, "-c", READ.format(code=code), str(path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    n, seconds, peak = done.stdout.split()
    return int(n), float(seconds), float(peak)


def main(rows: int) -> None:
    budget = 2 * 8 * rows / 2**20 + SPARE
    compared = find_spec("pandas") is not None
    if not compared:
        print("Not installed, so not compared: pandas.\n")
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "table.csv")
        kinds = [
            ("points", {}, ""),
            ("`;` and decimal commas", {"decimal": ","}, EURO),
            ("dates as t", {"dated": True}, ", parse_dates=['t']"),
        ]
        for kind, options, pandas_options in kinds:
            write(path, rows, **options)
            jobs = {"squiggly reads t and y": OURS}
            if kind == "points":
                jobs["squiggly reads and fits"] = FIT
            if compared and not options.get("dated"):
                jobs["pandas reads all, takes t and y"] = PANDAS.format(options=pandas_options)
                jobs["pandas reads t and y"] = PANDAS.format(options=pandas_options + ", usecols=['t', 'y']")
            for name, code in jobs.items():
                n, seconds, peak = measured(code, path)
                assert n == rows, (n, rows)
                judged = [f"≤ {budget:.0f} MiB", met(peak <= budget)] if "squiggly reads t" in name else ["", ""]
                size = f"{path.stat().st_size / 2**20:.0f} MiB"
                lines.append([kind, size, name, f"{seconds:.2f} s", f"{peak:.0f} MiB", *judged])
    print(f"{rows:,} rows of 4 columns; two float64 columns are {16 * rows / 2**20:.0f} MiB. One run each.\n")
    table(["file", "size", "what", "time", "memory above the start", "budget", "met"], lines)


if __name__ == "__main__":
    main(QUICK_ROWS if quick() else ROWS)
