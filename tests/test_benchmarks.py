"""Every benchmark still runs: quickly, alone, and ends in a table. What it measures is judged elsewhere."""

import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / "benchmarks"
SCRIPTS = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in ("measure", "strd", "family", "run"))


PAGES = ("page_browser", "page_lines", "page_network")  # in a browser, for long
SAMPLE = random.Random(1).sample([name for name in SCRIPTS if name not in PAGES], 4)  # the others in `make prove`


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.prove] * (name not in SAMPLE)) for name in SCRIPTS]
)
def test_a_benchmark_prints_a_table(name):
    done = subprocess.run([sys.executable, str(FOLDER / f"{name}.py"), "--quick"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "| --- |" in done.stdout


def test_run_names_every_benchmark():
    listed = (FOLDER / "run.py").read_text(encoding="utf-8").split("SCRIPTS = [", 1)[1].split("]", 1)[0]
    assert sorted(re.findall(r'"(\w+)"', listed)) == SCRIPTS
