"""The way that the page's solver is held to is the one that Python's solver goes today."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pytest import approx

VECTORS = Path(__file__).parent / "vectors"


def builder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_solve", VECTORS / "build_solve.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


build = builder()
KEPT = json.loads(build.FILE.read_text())


def same(ours: Any, kept: Any, slack: float) -> bool:
    """Whether both say the same, numbers relative above 1 and absolute below."""
    if isinstance(kept, dict):
        return ours.keys() == kept.keys() and all(same(ours[k], kept[k], slack) for k in kept)
    if isinstance(kept, list):
        return len(ours) == len(kept) and all(same(a, b, slack) for a, b in zip(ours, kept, strict=True))
    return ours == (approx(kept, rel=slack, abs=slack) if isinstance(kept, float) else kept)


@pytest.mark.parametrize("index", range(len(build.PROBLEMS)), ids=[f"{p[0]} {p[-1]}" for p in build.PROBLEMS])
def test_the_way_is_python_s(index):
    kept, asked = KEPT[index], build.problem(index)
    assert same(asked, {k: kept[k] for k in asked}, 1e-14)
    ours = build.answer({k: kept[k] for k in asked})
    for key in ("linear", "settled", "values", "cost"):
        assert same(ours[key], kept[key], 1e-10)
    for a, b in zip(ours["way"], kept["way"], strict=False):  # the last trials may differ: they are about rounding
        assert same(a, b, 1e-9)


def test_every_kind_of_problem_is_met():
    assert {row["loss"] for row in KEPT} == {"mse", "mae", "huber", "poisson"}
    assert all(any(map(want, KEPT)) for want in (
        lambda row: any(row["locked"]), lambda row: row["sigma"], lambda row: all(row["linear"]),
        lambda row: any(low is not None for low, _ in row["bounds"]), lambda row: row["taken"] > build.KEPT,
    ))  # fmt: skip
    assert all(row["settled"] for row in KEPT)
