"""The vectors that hold the page's port of the language to this one are what the language says today."""

from __future__ import annotations

import importlib.util
import json
import math
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from squiggly.expression import rebuild
from squiggly.formula import parse
from squiggly.operations import OPERATIONS, SPECIAL, Operation

ROOT = Path(__file__).resolve().parent.parent


def script(path: Path) -> ModuleType:
    """A script of the repository as a module."""
    spec = importlib.util.spec_from_file_location(f"script_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


build = script(ROOT / "tests" / "vectors" / "build.py")


def same(one: Any, other: Any) -> bool:
    """Equal, numbers to the rounding by which one machine's exp differs from another's."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[k], other[k]) for k in one)
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-12, abs_tol=1e-15)
    return type(one) is type(other) and one == other


@pytest.mark.parametrize("part", ["operations", "formulas", "bad", "numbers"])
def test_the_vectors_are_what_the_language_says_today(part):
    committed = json.loads(build.FILE.read_text(encoding="utf-8"))[part]
    now = json.loads(build.written(build.vectors()))[part]
    stale = [new for old, new in zip(committed, now) if not same(old, new)]
    assert not stale and len(committed) == len(now), "run `.venv/bin/python tests/vectors/build.py`"


def test_a_graph_of_the_vectors_is_rebuilt_to_what_the_formula_is_read_as():
    for record in build.formulas():
        end = record["outputs"][0] + 1
        assert rebuild(record["nodes"][:end]) is parse(record["formula"], record["known"]).expr


@pytest.mark.parametrize("row", OPERATIONS.values(), ids=OPERATIONS)
def test_a_row_has_javascript_that_uses_each_argument_once(row: Operation):
    assert row.javascript.format("a", "b", "c")
    assert re.findall(r"\{(\d)\}", row.javascript) == [str(i) for i in range(row.arity)]


@pytest.mark.parametrize("row", OPERATIONS.values(), ids=OPERATIONS)
def test_a_row_calls_only_what_a_page_has(row: Operation):
    called = set(re.findall(r"(?<![.\w])([a-z]\w*)\(", row.javascript))
    assert called <= set(SPECIAL)


def test_every_special_function_is_called_by_a_row():
    assert all(any(f"{word}(" in row.javascript for row in OPERATIONS.values()) for word in SPECIAL)


def test_what_is_generated_for_the_page_is_fresh(monkeypatch):
    monkeypatch.setattr("sys.argv", ["generate.py", "--check"])
    script(ROOT / "web" / "generate.py").main()
