"""What the page's pieces and lines are held to is what Python finds today."""

from __future__ import annotations

import importlib.util
import json
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from pytest import approx

VECTORS = Path(__file__).parent / "vectors"


def builder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_pieces", VECTORS / "build_pieces.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


build = builder()
KEPT = json.loads(build.FILE.read_text())


def squares(row: dict[str, Any]) -> float:
    """Of y, or of y over sigma: what rounding is measured by."""
    return float(np.sum((np.array(row["y"]) / (1.0 if row["sigma"] is None else np.array(row["sigma"]))) ** 2))


@pytest.mark.parametrize("index", range(len(build.PROBLEMS)), ids=[f"{p[0]} {p[1:5]}" for p in build.PROBLEMS])
def test_the_pieces_are_python_s(index):
    kept, asked = KEPT[index], build.problem(index)
    for column in ("x", "y"):
        assert asked[column] == approx(kept[column], rel=1e-13, abs=1e-13)
    assert {k: asked[k] for k in ("curve", "noise", "most")} == {k: kept[k] for k in ("curve", "noise", "most")}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours = build.answer(kept)
    rounding = 1e-26 * squares(kept)
    assert ours["costs"] == approx(kept["costs"], rel=1e-9, abs=rounding)
    assert ours["lines"] == approx(kept["lines"], rel=1e-4, abs=rounding)


def test_every_kind_of_points_is_met():
    assert len(KEPT) == len(build.PROBLEMS)
    assert any(row["sigma"] for row in KEPT) and any(len(set(row["x"])) < len(row["x"]) for row in KEPT)
