"""The numbers that the page's networks are held to are those that Python's give today."""

from __future__ import annotations

import importlib.util
import itertools
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pytest import approx

VECTORS = Path(__file__).parent / "vectors"


def builder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_network", VECTORS / "build_network.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


build = builder()
KEPT = json.loads(build.FILE.read_text())


def same(ours: Any, kept: Any, slack: float = 1e-12) -> bool:
    """Whether both say the same, numbers to rounding."""
    if isinstance(kept, dict):
        return ours.keys() == kept.keys() and all(same(ours[k], kept[k], slack) for k in kept)
    if isinstance(kept, list):
        return len(ours) == len(kept) and all(same(a, b, slack) for a, b in zip(ours, kept))
    return ours == (approx(kept, rel=slack, abs=slack) if isinstance(kept, float) else kept)


@pytest.mark.parametrize("what", ["orders", "splits", "batches"])
def test_the_rows_are_met_in_today_s_order(what):
    assert getattr(build, what)() == KEPT[what]


@pytest.mark.parametrize("what", ["starts", "gradients"])
def test_starts_and_gradients_are_today_s(what):
    assert same(getattr(build, what)(), KEPT[what])


def test_the_walks_are_python_s():
    for kept, way in zip(KEPT["walks"], build.ways(), strict=True):
        assert same(build.walked(way), kept, 1e-10)


def test_the_runaways_end_where_python_s_do():
    assert [build.runaway(way) for way in build.runaways()] == KEPT["runaways"]


def test_every_choice_is_met_with_every_other():
    for one, other in itertools.combinations(("optimizer", "schedule", "penalty", "zero", "loss"), 2):
        met = {(c[one], c[other]) for c in KEPT["walks"]}
        assert met == set(itertools.product({c[one] for c in KEPT["walks"]}, {c[other] for c in KEPT["walks"]}))
    assert {(c["activation"], c["loss"], c["classes"]) for c in KEPT["gradients"]} == {
        (a, *head)
        for a in build.ACTIVATIONS
        for head in [("mse", False), ("mae", False), ("cross-entropy", True), ("mse", True)]
    }
    assert build.FILE.stat().st_size < 400_000
