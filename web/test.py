"""The page's tests: types, the committed bundle's freshness, units in Node, then a real browser.

Names what it skips and why; where CI=true nothing may be skipped. `--prove` runs the long checks whole, `--packages`
only installs what they need.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

WEB = Path(__file__).parent
CI = os.environ.get("CI") == "true"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def main() -> int:
    if not (shutil.which("node") and shutil.which("npm")):
        return skipped("the page's tests", "there is no Node.js (20 or later, with npm)")
    install()
    if "--packages" in sys.argv:
        return 0
    steps = [
        [sys.executable, "generate.py", "--check"],
        ["npx", "tsc", "--noEmit"],
        ["node", "build.mjs", "--check"],
        ["npx", "vitest", "run", "--dir", "tests/unit"],
    ]
    failed = [step for step in steps if run(step)]
    browser = os.environ.get("SQUIGGLY_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        missing = skipped("the tests in a real browser", f"none of {', '.join(BROWSERS)} is installed")
        return 1 if failed else missing
    os.environ["SQUIGGLY_CHROMIUM"] = browser
    with tempfile.TemporaryDirectory() as folder:  # the pages that every browser test opens, made once
        os.environ["SQUIGGLY_PAGES"] = folder
        steps = [[sys.executable, "tests/browser/pages.py", folder], ["npx", "vitest", "run", "--dir", "tests/browser"]]
        failed += [step for step in steps if run(step)]
    return 1 if failed else 0


def install() -> None:
    """The packages of the lock file, once for each version of it."""
    mark = WEB / "node_modules" / ".lock"
    lock = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    if not mark.exists() or mark.read_text() != lock:
        subprocess.run(["npm", "ci", "--silent", "--ignore-scripts"], cwd=WEB, check=True)
        mark.write_text(lock)


def run(step: list[str]) -> int:
    print("·", " ".join(map(str, step)), flush=True)
    os.environ["SQUIGGLY_PROVE"] = "true" if "--prove" in sys.argv else ""
    os.environ["SQUIGGLY_PYTHON"] = sys.executable
    return subprocess.run(step, cwd=WEB).returncode


def skipped(what: str, why: str) -> int:
    print(f"skipped: {what}: {why}" + ("; with CI=true that is a failure" if CI else ""), flush=True)
    return 1 if CI else 0


if __name__ == "__main__":
    sys.exit(main())
