"""A model as JavaScript source: what Node computes with it is what NumPy computes."""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import squiggly as sq
from squiggly import javascript
from squiggly.descent import value_and_gradient
from squiggly.errors import ModelError
from squiggly.expression import apply, constant, name
from squiggly.javascript import source
from squiggly.loss import LOSSES, Huber
from squiggly.model import Model
from squiggly.operations import OPERATIONS
from squiggly.points import Points
from squiggly.shapes import MODELS

ROOT = Path(__file__).resolve().parents[1]
NODE = shutil.which("node")

# Reads {special, cases: [{source, calls}]}, evaluates each case's calls; numbers that JSON lacks travel as text.
RUNNER = """
const task = JSON.parse(require("fs").readFileSync(0, "utf8"));
const number = (v) => (typeof v === "string" ? Number(v) : v);
const floats = (values) => Float64Array.from(values, number);
const said = (values) => Array.from(values, (v) => (Number.isFinite(v) ? v : String(v)));
const special = new Function(task.special + "; return { erf, power, sign, sinc, softplus };")();
const answers = task.cases.map(({ source, calls }) => {
  const evaluator = new Function(source + "; return squigglyProgram;")()(special);
  return calls.map((c) => {
    const x = floats(c.x), n = c.n || x.length, p = floats(c.parameters), P = p.length;
    const curve = new Float64Array(n), rows = new Float64Array((1 + P) * n), gradient = new Float64Array(P);
    evaluator.predict(p, x, n, curve);
    evaluator.rows(p, x, n, rows);
    const loss = c.loss && evaluator.gradient(c.loss, c.delta, p, x, floats(c.y), floats(c.weight), n, gradient);
    return { curve: said(curve), rows: said(rows), loss: c.loss && said([loss])[0], gradient: said(gradient) };
  });
});
console.log(JSON.stringify(answers));
"""


def special() -> str:
    """web/src/special.ts without its types."""
    text = (ROOT / "web" / "src" / "special.ts").read_text()
    text = re.sub(r"^type .*\n", "", text, flags=re.M).replace("export ", "").replace(" as const", "")
    return re.sub(r": (?:number|Ratio|readonly number\[\])(?=[,)= {])", "", text)


def plain(values: Any) -> Any:
    """Numbers as JSON can hold them."""
    return [v if math.isfinite(v) else {"inf": "Infinity", "-inf": "-Infinity"}.get(str(v), "NaN") for v in values]


def in_node(cases: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """What each call of each case answers. Skips where there is no Node, except in continuous integration."""
    if NODE is None:
        if os.environ.get("CI") == "true":
            pytest.fail("there is no `node` here, and continuous integration needs it")
        pytest.skip("there is no `node` here to run the printed source")
    task = json.dumps({"special": special(), "cases": cases})
    done = subprocess.run([NODE, "-e", RUNNER], input=task, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def close(seen: Any, wanted: Any, tolerance: float = 1e-12) -> None:
    """Equal, relative above 1 and absolute below; nan is nan, and infinity is infinity of the same sign."""
    seen, wanted = np.array([float(v) for v in np.ravel(seen)]), np.ravel(np.asarray(wanted, float))
    with np.errstate(invalid="ignore"):
        off = np.abs(seen - wanted) / np.maximum(1, np.abs(wanted))
    wrong = np.flatnonzero(~((off <= tolerance) | (seen == wanted) | (np.isnan(seen) & np.isnan(wanted))))
    assert not len(wrong), f"{len(wrong)} differ, first {wrong[0]}: {seen[wrong[0]]!r} here, {wanted[wrong[0]]!r} NumPy"


NUMBERS = [-math.inf, -21.3, -2.5, -1.0, -0.4, 0.0, 0.3, 1.0, 1.7, 3.0, 21.0, 300.0, math.inf, math.nan]


@pytest.mark.parametrize("op", OPERATIONS)
def test_every_operation_and_its_derivatives(op):
    arity = OPERATIONS[op].arity
    model = Model(("x",), tuple("bc"[: arity - 1]), apply(op, *(name(n) for n in "xbc"[:arity])))
    sets = [[], *[[b] for b in NUMBERS], *[[b, c] for b in NUMBERS[::2] for c in NUMBERS[::3]]]
    sets = [s for s in sets if len(s) == arity - 1]
    [answers] = in_node(
        [{"source": source(model), "calls": [{"x": plain(NUMBERS), "parameters": plain(s)} for s in sets]}]
    )
    for values, answer in zip(sets, answers):
        with np.errstate(all="ignore"):
            wanted = model.rows(np.array([values]), {"x": np.array(NUMBERS)}, model.names)[0]
        close(answer["rows"], wanted)
        close(answer["curve"], wanted[0])


def compared(model: Model, seed: int, tolerance: float = 1e-12, **options: Any) -> None:
    """Loss and gradient of every loss, in Node and in Python, at random parameters on random points."""
    random = np.random.default_rng(seed)
    y = random.uniform(0, 5, 30)
    inputs = {n: random.uniform(0.2, 3, 30) for n in model.inputs}
    sigma = random.uniform(0.5, 2, 30)
    values = random.uniform(0.3, 2, (3, len(model.names)))
    calls, wanted = [], []
    for loss in [*LOSSES.values(), Huber(delta=0.7)]:
        weight = np.ones(30) if loss.name == "poisson" else 1 / sigma
        points = Points(inputs, y, None if loss.name == "poisson" else sigma)
        shared = {
            "x": plain(np.concatenate([*inputs.values()])),
            "n": 30,
            "y": plain(y),
            "weight": plain(weight),
            "loss": loss.name,
        }
        for one in values:
            calls.append({**shared, "delta": getattr(loss, "delta", None) or 1.0, "parameters": plain(one)})
            wanted.append(value_and_gradient(model, points, loss, one))
    [answers] = in_node([{"source": source(model, **options), "calls": calls}])
    for answer, (value, gradient) in zip(answers, wanted):
        close(answer["loss"], value, tolerance)
        close(answer["gradient"], gradient, tolerance)


@pytest.mark.parametrize("build", MODELS.values(), ids=MODELS)
def test_every_built_in_under_every_loss(build):
    compared(build(), seed=1)


def unit(x, w1, b1, v1, w2, b2, v2, c):
    return v1 * np.tanh(w1 * x + b1) + v2 * np.tanh(w2 * x + b2) + c


@pytest.mark.parametrize(
    "model",
    [
        "a*erf(x) + b*sinc(x)*c",
        "a*x^7 - x^b/2^c",
        "softplus(a*x) + sign(b - x)",
        "where(x > a, b*x^2, exp(-x)) + c",
        unit,
    ],
)
def test_other_models_under_every_loss(model):
    compared(sq.as_model(model), seed=2)


@pytest.mark.parametrize(
    "formula",
    [
        "a*x + b*y + c",
        "c0 + c1*x + w1*relu(x*cos(a1) + y*sin(a1) - t1) + w2*relu(x*cos(a2) + y*sin(a2) - t2)",
        "a*exp(-(x^2 + y^2)/s) + relu(m*x + n*y + p*z + q)",
    ],
)
def test_several_inputs_under_every_loss(formula):
    model = sq.as_model(formula)
    assert len(model.inputs) == (3 if "z" in formula else 2)
    compared(model, seed=3)


def test_several_inputs_of_a_model_in_pieces(monkeypatch):
    monkeypatch.setattr(javascript, "ROLLED", 10)
    monkeypatch.setattr(javascript, "CHUNK", 60)
    compared(sq.as_model("a*exp(-(x^2 + y^2)/s) + relu(m*x + n*y + p*z + q)"), seed=4)


def test_many_parameters_are_summed_in_memory():
    assert len(sq.relus(20).names) > javascript.SUMS
    compared(sq.relus(20), seed=3)


@pytest.mark.parametrize("model", ["a*exp(-x/b) + where(x > a, b*c, x)", unit, "a*x + b", "a + 0*x"])
def test_a_program_cut_in_pieces_computes_the_same(model, monkeypatch):
    monkeypatch.setattr(javascript, "ROLLED", 0)
    monkeypatch.setattr(javascript, "CHUNK", 40)
    compared(sq.as_model(model), seed=4)
    assert "function slopes0()" in source(sq.as_model(model))


@pytest.mark.parametrize("power", range(2, javascript.MULTIPLIED + 1))
def test_small_powers_are_multiplied_out(power):
    x = np.random.default_rng(power).uniform(-9, 9, 200)
    printed = source(sq.as_model(f"x^{power} + a"))
    assert "power(" not in printed
    [[answer]] = in_node([{"source": printed, "calls": [{"x": plain(x), "parameters": [0]}]}])
    np.testing.assert_allclose(answer["curve"], x**power, rtol=1e-15)


@pytest.mark.parametrize(
    "predicted, y", [(0, 0), (0, 2), (-1, 0), (-1, 2), (math.nan, 1), (2, 0), (2, 3), (math.inf, 1)]
)
def test_poisson_s_edges(predicted, y):
    call = {"x": [1.0], "y": [y], "weight": [1.0], "loss": "poisson", "delta": 1.0, "parameters": plain([predicted])}
    [[answer]] = in_node([{"source": source(sq.as_model("a + 0*x")), "calls": [call]}])
    with np.errstate(all="ignore"):
        close(answer["loss"], sq.poisson.pointwise([predicted], [y]))
        close(answer["gradient"], sq.poisson.slope([predicted], [y]))


@pytest.mark.parametrize("loss", LOSSES)
def test_a_model_without_a_value_has_no_loss(loss):
    call = {"x": [1.0, 2.0], "y": [1, 2], "weight": [1, 1], "loss": loss, "delta": 1.0, "parameters": [-1.0]}
    [[answer]] = in_node([{"source": source(sq.as_model("log(a*x)")), "calls": [call]}])
    assert (answer["loss"], answer["gradient"]) == ("NaN", ["NaN"])


def test_no_name_of_the_users_reaches_the_source():
    hostile = "</script><img onerror=alert(1)>`${x}"
    model = Model((hostile,), ("constructor", "__proto__", "x0"), apply("multiply", name(hostile), name("__proto__")))
    printed = source(model)
    assert not any(word in printed for word in ("script>", "onerror", "constructor", "__proto__", "`", "$"))


@pytest.mark.parametrize(
    "value, said", [(-2.0, "(-2)"), (math.inf, "Infinity"), (-math.inf, "(-Infinity)"), (math.nan, "NaN")]
)
def test_numbers_are_written_as_javascript_has_them(value, said):
    printed = source(Model(("x",), ("a",), apply("maximum", name("x"), constant(value))))
    assert f"Math.max(x0, {said.strip('()')})" in printed


def test_the_lesson_s_quadratic_reads_well():
    loop = source(sq.quadratic(), [sq.mae]).split("function mae")[1].split("return sum")[0]
    assert [line.strip() for line in loop.splitlines()[1:-1]] == [
        "const p0 = p[0], p1 = p[1], p2 = p[2];",
        "let sum = 0, g0 = 0, g1 = 0, g2 = 0;",
        "for (let i = 0; i < n; i++) {",
        "const x0 = x[i], y0 = y[i], w0 = weight[i];",
        "const t1 = x0 * x0;",
        "const f = ((p0 * t1) + (p1 * x0)) + p2, r = (f - y0) * w0;",
        "sum += Math.abs(r);",
        "const s = r > 0 ? w0 : r < 0 ? -w0 : r * 0;",
        "g0 += s * t1;",
        "g1 += s * x0;",
        "g2 += s;",
        "}",
        "out[0] = g0 / n;",
        "out[1] = g1 / n;",
        "out[2] = g2 / n;",
    ]


def test_what_does_not_vary_is_computed_once():
    before, loop = source(sq.as_model("a*exp(b)*x")).split("for (let i", 1)
    assert "Math.exp(p1)" in before and "Math.exp" not in loop.split("function rows")[0]


def test_more_than_three_inputs_are_refused():
    with pytest.raises(ModelError) as refused:
        source(sq.as_model("a*u + b*v + c*w + d*x", ["u", "v", "w", "x"]))
    assert str(refused.value) == (
        "the page draws models of one, two or three inputs; this one has u, v, w and x\n"
        "hint: hold the others constant, for example with functools.partial or as numbers in the formula"
    )


def test_a_function_that_was_not_recorded_is_refused_with_the_reason():
    with pytest.raises(
        ModelError, match=r"^the page needs a recorded function, .*mixes its input with an array[^\n]*\nhint: "
    ):
        source(sq.as_model(lambda x, a: a * np.interp(x, [0, 1], [0, 1])))
