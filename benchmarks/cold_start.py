"""Claim: a fit from the command line takes at most 1.5 times a bare script around scipy.optimize that does the same."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from measure import met, quick, table, take_turns

BARE = """
import sys
import numpy as np
import scipy.optimize

def f({arguments}):
    return {expression}

x, y = np.loadtxt(sys.argv[1], delimiter=",", skiprows=1, unpack=True)
values, covariance = scipy.optimize.curve_fit(f, x, y, p0={start})
print(values, np.sqrt(np.diag(covariance)))
"""

x = np.linspace(0, 10, 60)
DECAY, PEAK = 5 * np.exp(-x / 3) + 1, 5 * np.exp(-(((x - 4) / 0.8) ** 2) / 2) + 1
PEAK_BY_HAND = {
    "arguments": "x, h, m, s, c",
    "expression": "h*np.exp(-((x - m)/s)**2/2) + c",
    "start": [4, 4.5, 1, 0.5],
}
DECAY_BY_HAND = {"arguments": "x, a, tau, c", "expression": "a*np.exp(-x/tau) + c", "start": [4, 2, 0.5]}

# what squiggly is given, what the points scatter about, and the same formula in the bare script, with start values
FITS = [
    (["y = a*x + b"], 2 * x + 1, {"arguments": "x, a, b", "expression": "a*x + b", "start": [1, 1]}),
    (["y = a*exp(-x/tau) + c"], DECAY, DECAY_BY_HAND),
    (["y = a*exp(-x/tau) + c", "--start", "a=4,tau=2,c=0.5"], DECAY, DECAY_BY_HAND),
    (["y = h*exp(-((x - m)/s)^2/2) + c"], PEAK, PEAK_BY_HAND),
]


def main(rounds: int, fits: int) -> None:
    python, squiggly = sys.executable, str(Path(sys.executable).with_name("squiggly"))

    def process(*command: str) -> None:
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    rows = []
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder, "table.csv"))
        for given, clean, by_hand in FITS[:fits]:
            y = clean + np.random.default_rng(1).normal(scale=0.1, size=len(x))
            np.savetxt(path, np.c_[x, y], delimiter=",", header="x,y", comments="")
            ways = {
                "ours": lambda g=given: process(squiggly, "fit", path, *g),
                "bare": lambda b=by_hand: process(python, "-c", BARE.format(**b), path),
            }
            times = take_turns(ways, rounds)
            ratio = times["ours"].over(times["bare"])
            command = " ".join(["squiggly fit table.csv", f'"{given[0]}"', *given[1:]])
            cells = [f"`{command}`", times["ours"].seconds, times["bare"].seconds, ratio.shown()]
            rows.append([*cells, "≤ 1.5", met(ratio.median <= 1.5)])
    print(f"Whole processes, {len(x)} points in a CSV file. The bare script is always given start values.\n")
    table(["command", "squiggly", "bare scipy script", "ratio", "budget", "met"], rows)

    imports = {
        name: lambda s=name: process(python, "-c", s)
        for name in ["pass", "import numpy", "import squiggly", "from squiggly import fit", "import scipy.optimize"]
    }
    times = take_turns(imports, rounds)
    rows = []
    for name, taken in times.items():
        ratio = taken.over(times["import numpy"])
        yes = taken.median <= 0.25 or ratio.median <= 1.5
        judged = ["≤ 0.25 s, or ratio ≤ 1.5", met(yes)] if "squiggly" in name else ["", ""]
        rows.append([f"`{name}`", taken.seconds, ratio.shown(), *judged])
    table(["`python -c …`", "whole process", "ratio to `import numpy`", "budget", "met"], rows)


if __name__ == "__main__":
    fast = quick()
    main(rounds=1 if fast else 15, fits=1 if fast else 4)
