"""Run every benchmark, one after the other, and write RESULTS.md beside this file.

python benchmarks/run.py [--quick] [NAME …]      with names, these alone: the other sections stay as they are
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from measure import only, quick

HERE = Path(__file__).parent
SCRIPTS = [
    "cold_start",
    "warm_fit",
    "robust",
    "program_numpy",
    "value_and_gradient",
    "nist",
    "large_table",
    "coverage",
    "families",
    "optimizers",
    "relus",
    "creases",
    "networks",
    "page_browser",
    "page_lines",
    "page_network",
    "page_speed",
    "size",
]
PACKAGES = ["squiggly", "numpy", "scipy", "torch", "lmfit", "sympy", "casadi", "scikit-learn", "pwlf"]


def machine() -> str:
    """The processor, its cores and the memory, as the kernel tells them."""
    cpu = _after(Path("/proc/cpuinfo"), "model name") or platform.processor() or "unknown processor"
    memory = _after(Path("/proc/meminfo"), "MemTotal")
    gibibytes = f"{int(memory.split()[0]) / 2**20:.0f} GiB of memory" if memory else "memory unknown"
    return f"{cpu}, {os.cpu_count()} cores, {gibibytes}, {platform.system()}"


def _after(path: Path, key: str) -> str:
    if not path.exists():
        return ""
    return next((line.split(":", 1)[1].strip() for line in path.read_text().splitlines() if line.startswith(key)), "")


def versions() -> str:
    found = [f"Python {platform.python_version()}"]
    for package in PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            found.append(f"{package} not installed")
    return " · ".join(found)


def outcomes(text: str) -> tuple[int, list[str]]:
    """How many rows have a budget, and the first cells of those that miss it."""
    ends = [line for line in text.splitlines() if line.endswith(("| yes |", "| **no** |"))]
    missed = [line for line in ends if line.endswith("| **no** |")]
    return len(ends), [" · ".join(cell.strip() for cell in line.split(" | ")[:2]).strip("| ") for line in missed]


def last() -> dict[str, str]:
    """What RESULTS.md says of each benchmark."""
    text = (HERE / "RESULTS.md").read_text(encoding="utf-8") if (HERE / "RESULTS.md").exists() else ""
    parts = re.split(r"^## (\w+)$", text, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def line_of(name: str, state: str, missed: list[str]) -> str:
    """A benchmark's line in the summary."""
    return f"- [{name}](#{name}): {state}" + "".join(f"\n  - missed: {row}" for row in missed)


def main() -> None:
    flags = ["--quick"] if quick() else []
    sections, summary, failed = [], [], 0
    load = [os.getloadavg()[0]]
    wanted = only()
    kept = last() if wanted else {}
    for name in SCRIPTS:
        script = HERE / f"{name}.py"
        if name not in (wanted or SCRIPTS) and name in kept:
            judged, missed = outcomes(kept[name])
            sections.append(f"## {name}\n\n{kept[name].strip()}\n")
            summary.append(line_of(name, f"{judged - len(missed)} of {judged} budgets met", missed))
            continue
        print(f"{name} …", file=sys.stderr, flush=True)
        done = subprocess.run([sys.executable, str(script), *flags], capture_output=True, text=True)
        text = done.stdout if done.returncode == 0 else "**failed to run**"
        failed += done.returncode != 0
        print(done.stderr, end="", file=sys.stderr)
        claim = script.read_text().split('"""')[1].split("\n")[0]
        sections.append(f"## {name}\n\n{claim}\n\n{text.strip()}\n")
        judged, missed = outcomes(text)
        state = f"{judged - len(missed)} of {judged} budgets met" if done.returncode == 0 else "failed to run"
        summary.append(line_of(name, state, missed))
    load.append(os.getloadavg()[0])
    head = (
        "# Results\n\n"
        "Written by `make bench`. Times are medians, the lowest and highest round in brackets; rivals ran in turns in\n"
        "the same run, and a ratio is taken round by round. A budget is judged by the median.\n\n"
        f"{date.today().isoformat()} · {machine()}\n\n{versions()}\n\n"
        f"Load when it began {load[0]:.1f}, when it ended {load[1]:.1f}: well above 1, others were using the machine.\n"
    )
    quickly = "\n**A quick run: too few rounds to mean anything.**\n" if flags else ""
    pages = [head + quickly, "\n".join(summary) + "\n", *sections]
    (HERE / "RESULTS.md").write_text("\n".join(pages), encoding="utf-8")
    print(f"wrote {HERE.name}/RESULTS.md", file=sys.stderr)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
