"""What Python tells a page, held to the types the page reads: web/src/contract.ts and web/src/network/contract.ts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import squiggly as sq
from squiggly.networks.activations import ACTIVATIONS
from squiggly.networks.network import FEATURES
from squiggly.page.document import document
from squiggly.page.lesson import lesson_lab
from squiggly.page.network import LOSSES, MADE
from squiggly.page.network import document as network_document
from squiggly.page.walk import OPTIMIZERS, page_schedules

SRC = Path(__file__).resolve().parents[1] / "web" / "src"
CONTRACT = (SRC / "contract.ts").read_text() + (SRC / "network" / "contract.ts").read_text()
X = np.linspace(0, 4, 30)
Y = 3 * np.exp(-X) + 0.2


def interfaces() -> dict[str, dict[str, str]]:
    """Each interface's fields and their types, as written; `{…}` within a field counts as a type."""
    text = re.sub(r"/\*.*?\*/|//[^\n]*", "", CONTRACT, flags=re.S)
    bodies = re.findall(r"export interface (\w+) \{(.*?)\n\}", text, flags=re.S)
    return {name: dict(re.findall(r"readonly (\w+): (.+?);(?=\s|$)", body)) for name, body in bodies}


def words(union: str) -> set[str]:
    """The strings that a type such as LossName allows."""
    found = re.search(rf"export type {union} = ([^;]*);", CONTRACT)
    assert found is not None
    return set(re.findall(r'"([^"]+)"', found[1]))


def fits(value: Any, kind: str) -> bool:
    """Whether a value is of a type of the contract."""
    kind = kind.strip()
    if kind.startswith("(") and kind.endswith(")"):
        return fits(value, kind[1:-1])
    if kind.endswith(" | null"):
        return value is None or fits(value, kind.removesuffix("| null"))
    if kind.startswith("readonly ") and kind.endswith("[]"):
        return isinstance(value, list) and all(fits(v, kind.removeprefix("readonly ")[:-2]) for v in value)
    if kind.startswith("readonly ["):
        parts = kind.removeprefix("readonly [").removesuffix("]").split(", ")
        return isinstance(value, list) and len(value) == len(parts) and all(map(fits, value, parts))
    if kind in interfaces():
        fields = interfaces()[kind]
        return (
            isinstance(value, dict) and set(value) == set(fields) and all(fits(value[n], k) for n, k in fields.items())
        )
    if kind.startswith('"'):
        return f'"{value}"' == kind
    if kind == "Line":
        return (
            isinstance(value, list)
            and isinstance(value[0], str)
            and all(isinstance(v, int | float | str) for v in value)
        )
    if re.search(rf"export type {kind} = \"", CONTRACT):
        return value in words(kind)
    simple = {"number": (int, float), "string": str, "boolean": bool, "null": type(None)}
    if kind in simple:
        return isinstance(value, simple[kind]) and (kind == "boolean" or not isinstance(value, bool))
    return str(value) == kind  # a literal, such as the version


def wrong(value: Any, kind: str, where: str = "document") -> list[str]:
    """Where the document is not what the contract says, for a readable failure."""
    if kind in interfaces() and isinstance(value, dict):
        fields = interfaces()[kind]
        odd = [f"{where}.{n}" for n in set(value) ^ set(fields)]
        return odd + [w for n in set(value) & set(fields) for w in wrong(value[n], fields[n], f"{where}.{n}")]
    return [] if fits(value, kind) else [f"{where}: {kind}"]


LABS = {
    "the lesson": lesson_lab,
    "no points": lambda: sq.lab("a*exp(-x/tau) + minimum(c, inf)"),
    "sigma, bounds, a fixed one": lambda: sq.lab(
        "y = a*exp(-x/tau) + c", (X, Y, 0.1 + X), bounds={"a": (0, None)}, fix={"c": 0.2}, loss=sq.huber
    ),
    "a left side": lambda: sq.lab("log(y) = a*x + b", (X, Y), optimizer=sq.Adam(), schedule=sq.cosine(), title="log"),
    "too many for a best": lambda: sq.lab(sq.relus(12), (X, Y)),
    "a fit": lambda: sq.fit("y = a*x + b", (X, Y)).lab(),
}


NETWORKS = {
    "made data": lambda: sq.network(2, [8, 8]).lab(),
    "one input": lambda: sq.network(1, [4], features=["x1", "x1^2"]).lab(penalty="L1", optimizer=sq.Adam()),
    "a table": lambda: sq.network(1, [3], classes=2).lab({"x": X, "y": Y > 1}, start={"b1_1": 1.0}, hide=["seed"]),
}


@pytest.mark.parametrize("make", NETWORKS.values(), ids=NETWORKS)
def test_the_document_of_a_network_is_what_its_page_reads(make):
    assert wrong(network_document(make()), "NetworkDocument") == []


@pytest.mark.parametrize("make", LABS.values(), ids=LABS)
def test_a_document_is_what_the_page_reads(make):
    assert wrong(document(make()), "Document") == []


def test_the_reader_of_the_contract_sees_its_fields():
    assert {"version", "model", "points", "walk", "checks"} <= set(interfaces()["Document"])
    assert interfaces()["PointsDocument"]["sigma"] == "readonly number[] | null"
    assert wrong({**document(lesson_lab()), "delta": "1"}, "Document") == ["document.delta: number"]


def test_the_names_are_those_of_the_contract():
    assert set(OPTIMIZERS) == words("OptimizerName")
    assert set(page_schedules(100)) == words("ScheduleName")
    assert {loss.name for loss in (sq.mse, sq.mae, sq.huber, sq.poisson)} == words("LossName")
    assert {*MADE, "own"} == words("DataName") and set(LOSSES) == words("NetworkLossName")
    assert set(ACTIVATIONS) == words("ActivationName") and set(FEATURES) == words("FeatureName")
