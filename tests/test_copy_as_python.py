"""Copy as Python: the script that a page writes arrives at the numbers that the page shows."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

WEB = Path(__file__).resolve().parents[1] / "web"


def bundled(entry: str, folder: Path) -> dict[str, Any]:
    """What a script of web/tests prints, a list of labs, by their names."""
    node, esbuild = shutil.which("node"), WEB / "node_modules" / ".bin" / "esbuild"
    if node is None or not esbuild.exists():
        if os.environ.get("CI") == "true":
            pytest.fail("the page's tests need node, and `npm ci` in web/")
        pytest.skip("the page's tests need node, and `npm ci` in web/")
    bundle = folder / "labs.mjs"
    options = [
        "--bundle",
        "--format=esm",
        "--platform=node",
        "--log-level=error",
        "--define:ONE=true",
        "--define:SEVERAL=true",
        f"--outfile={bundle}",
    ]
    subprocess.run([esbuild, WEB / "tests" / entry, *options], check=True, cwd=WEB)
    shown = subprocess.run([node, bundle], check=True, capture_output=True, encoding="utf-8")
    return {lab["name"]: lab for lab in json.loads(shown.stdout)}


@pytest.fixture(scope="module")
def labs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Each lab of web/tests/copy-as-python.ts by name: its script, and what the page shows."""
    return bundled("copy-as-python.ts", tmp_path_factory.mktemp("page"))


def run(script: str, folder: Path) -> dict[str, str]:
    """What a script prints, by the words before the last one of each line."""
    path = folder / "lab.py"
    path.write_text(script, encoding="utf-8")
    done = subprocess.run([sys.executable, "-W", "error", path], capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode == 0, f"{done.stderr}\n{script}"
    return dict(line.rsplit(" ", 1) for line in done.stdout.splitlines())


@pytest.mark.parametrize(
    "name",
    [
        "by hand",
        "as it opens",
        "step 37",
        "not zeroed",
        "a branch",
        "branches at the end and the start",
        "huber",
        "locked",
        "sigma",
        "odd names",
        "an expression on the left",
        "it ran away",
        "counts with errors",
        "all locked",
        "one point",
        "no points",
        "two inputs",
        "two inputs, no points",
    ],
)
def test_a_copied_script_prints_what_the_page_shows(name: str, labs: dict[str, Any], tmp_path: Path) -> None:
    lab = labs[name]
    printed = run(lab["script"], tmp_path)
    assert printed.pop("step") == str(lab["step"])
    loss = printed.pop("loss", "nan")
    assert float(loss) == pytest.approx(float(lab["loss"]), rel=1e-9, abs=1e-9, nan_ok=True)
    assert list(printed) == [key for key, _ in lab["parameters"]]
    values = [float(value) for _, value in lab["parameters"]]
    assert [float(value) for value in printed.values()] == pytest.approx(values, rel=1e-9, abs=1e-9, nan_ok=True)


def test_a_copied_script_is_the_same_whoever_reads_it(labs: dict[str, Any]) -> None:
    """The whole script of a branch, as a reader gets it."""
    script = labs["a branch"]["script"]
    assert script.startswith(
        '# the "lesson" and its lines: step 80 of 100\n\nimport numpy as np\nimport squiggly as sq\n'
    )
    assert script.split("\n\n", 3)[-1] == (
        'model = "y = a*x^2 + b*x + c"\n'
        "loss = sq.mae\n"
        'start = {"a": 1.1, "b": 1.1, "c": 1.1}\n'
        "\n"
        "for moment in sq.descend(\n"
        "    model, points, loss=loss, start=start,\n"
        "    rate=0.01, steps=100, optimizer=sq.SGD(),\n"
        "    schedule=sq.steady(),\n"
        "):\n"
        "    if moment.step == 37:\n"
        "        break\n"
        "\n"
        "# from step 37 in another way\n"
        "for moment in sq.descend(\n"
        "    model, points, loss=loss, start=moment.parameters,\n"
        "    rate=0.1, steps=63, optimizer=sq.Adam(),\n"
        "    schedule=sq.cosine(),\n"
        "):\n"
        "    if moment.step == 43:\n"
        "        break\n"
        "\n"
        'print("step", 80)\n'
        'print("loss", moment.loss)\n'
        "for name, value in moment.parameters.items():\n"
        "    print(name, value)\n"
        "\n"
        "# the best there is, with its intervals:\n"
        "# print(sq.fit(model, points, loss=loss))\n"
    )
