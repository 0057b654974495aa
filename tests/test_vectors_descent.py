"""The numbers that the page's descent is held to are those that Python's descent gives today."""

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
    spec = importlib.util.spec_from_file_location("build_descent", VECTORS / "build_descent.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


build = builder()
KEPT = json.loads(build.FILE.read_text())


def same(ours: Any, kept: Any) -> bool:
    """Whether the scenes say the same, numbers to rounding."""
    if isinstance(kept, dict):
        return ours.keys() == kept.keys() and all(same(ours[k], kept[k]) for k in kept)
    if isinstance(kept, list):
        return len(ours) == len(kept) and all(map(same, ours, kept))
    return ours == (approx(kept, rel=1e-14, abs=1e-14) if isinstance(kept, float) else kept)


def test_the_scenes_are_today_s():
    assert same({model: build.scene(model) for model in build.SCENES}, KEPT["scenes"])


@pytest.mark.parametrize("model", build.SCENES)
def test_the_descents_are_python_s(model):
    ways = [{k: c[k] for k in ("model", "loss", "optimizer", "schedule", "zero")} for c in KEPT["descents"]]
    assert ways == build.ways()
    for kept in (c for c in KEPT["descents"] if c["model"] == model):
        path = build.walk(KEPT["scenes"][model], kept, KEPT["scenes"][model]["start"])
        slack = 1e-12 if kept["stable"] else 1e-9
        for step, *numbers in kept["moments"]:
            ours = [path[step].rate, path[step].loss, *path[step].parameters.values()]
            assert ours == approx(numbers, rel=slack, abs=slack)


def test_the_runaways_are_python_s():
    assert [build.runaway(KEPT["scenes"][way["model"]], way) for way in build.RUNAWAYS] == KEPT["runaways"]


def test_every_pair_of_choices_is_met():
    rows = KEPT["descents"]
    for one, other in itertools.combinations(("model", "optimizer", "schedule", "zero"), 2):
        met = {(c[one], c[other]) for c in rows}
        assert met == set(itertools.product({c[one] for c in rows}, {c[other] for c in rows}))
    for key in ("optimizer", "schedule", "zero"):
        assert len({(c["loss"], c[key]) for c in rows}) == 4 * len({c[key] for c in rows})
    assert build.FILE.stat().st_size < 400_000
