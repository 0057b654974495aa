"""Copy as Python, of a network: the script that its page writes arrives at the numbers that the page shows."""

import json
import re
import subprocess
import sys

import pytest
from test_copy_as_python import bundled

CASES = [
    "step 50", "another data, noise and share", "numbers", "one input", "features", "no hidden layer",
    "squared error of classes", "a penalty and Adam", "another penalty, all points", "a schedule", "a branch",
    "a weight by hand", "another start", "a table", "it ran away",
]  # fmt: skip


@pytest.fixture(scope="module")
def labs(tmp_path_factory):
    """Each network of web/tests/network-as-python.ts by name: its script, and what the page shows."""
    return bundled("network-as-python.ts", tmp_path_factory.mktemp("page"))


def test_every_case_is_looked_at(labs):
    assert list(labs) == CASES


@pytest.mark.parametrize("name", CASES)
def test_a_copied_script_trains_to_what_the_page_shows(name, labs, tmp_path):
    lab = labs[name]
    path = tmp_path / "lab.py"
    path.write_text(lab["script"] + "import json\nprint(json.dumps(list(last.parameters.values())))\n", "utf-8")
    done = subprocess.run([sys.executable, path], capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode == 0, f"{done.stderr}\n{lab['script']}"
    *_, last, parameters = done.stdout.splitlines()
    assert re.match(r"\d+ \S+$", last)
    expected = [float(value) for value in lab["parameters"]]
    assert json.loads(parameters) == pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True)
    assert f": step {lab['step']} of 400\n" in lab["script"]
