"""Claim: in the page, gradient steps are as quick as a loop written by hand, and far quicker than torch's eager mode.

Plain gradient descent in Node.js, by the source that Python prints for the author's model, by the interpreter that
serves formulas typed in the page, and by hand; torch takes the same steps in Python, eagerly, on one thread.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from measure import Figure, have, met, quick, table, take_turns

from squiggly import add_noise, as_model, quadratic
from squiggly.expression import flat
from squiggly.javascript import source
from squiggly.model import Model

WEB = Path(__file__).parents[1] / "web"
HIDDEN = 32
WANTED = """
export { interpreter } from "./src/program.ts";
export { rebuild } from "./src/expression.ts";
export { SPECIAL } from "./src/special.ts";
"""
STEPS = """
const task = JSON.parse(require("fs").readFileSync(0, "utf8"));
const x = Float64Array.from(task.x), y = Float64Array.from(task.y), n = x.length;
const weight = new Float64Array(n).fill(1), start = Float64Array.from(task.start), P = start.length;
const printed = new Function(task.source + "; return squigglyProgram;")()(page.SPECIAL);
const interpreted = page.interpreter(page.rebuild(task.nodes), task.inputs, task.parameters);
const gradientBy = (evaluator) => (p, out) => evaluator.gradient(task.loss, 1, p, x, y, weight, n, out);
const ways = { printed: gradientBy(printed), interpreter: gradientBy(interpreted), hand: hand(x, y, n) };
function walk(gradient, steps) {
  const p = start.slice(), out = new Float64Array(P), begun = performance.now();
  for (let k = 0; k < steps; k++) {
    gradient(p, out);
    for (let j = 0; j < P; j++) p[j] -= task.rate * out[j];
  }
  return { seconds: (performance.now() - begun) / 1000 / steps, end: p };
}
const names = Object.keys(ways), taken = Object.fromEntries(names.map((name) => [name, []])), ends = {};
const steps = {};
for (const name of names) {
  steps[name] = 500;
  for (let k = 0; k < 8; k++) steps[name] = Math.ceil(task.least / walk(ways[name], steps[name]).seconds);
  ends[name] = Array.from(walk(ways[name], 200).end);
}
for (let round = 0; round < task.rounds; round++) {
  for (const name of names) taken[name].push(walk(ways[name], steps[name]).seconds);
  names.reverse();
}
console.log(JSON.stringify({ taken, ends, node: process.version }));
"""
HAND = {
    "quadratic": """
const hand = (x, y, n) => (p, out) => {
  const a = p[0], b = p[1], c = p[2];
  let ga = 0, gb = 0, gc = 0, sum = 0;
  for (let i = 0; i < n; i++) {
    const xi = x[i], r = a * xi * xi + b * xi + c - y[i], s = Math.sign(r);
    sum += Math.abs(r); ga += s * xi * xi; gb += s * xi; gc += s;
  }
  out[0] = ga / n; out[1] = gb / n; out[2] = gc / n;
  return sum / n;
};
""",
    "network": """
const hand = (x, y, n) => (p, out) => {
  const H = 32, h = new Float64Array(H);  // parameters: w, b, v of each unit, then c
  out.fill(0);
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const xi = x[i];
    let f = p[3 * H];
    for (let k = 0; k < H; k++) { h[k] = ACTIVATION(p[3 * k] * xi + p[3 * k + 1]); f += p[3 * k + 2] * h[k]; }
    const r = f - y[i], s = 2 * r;
    sum += r * r;
    for (let k = 0; k < H; k++) {
      const slope = s * p[3 * k + 2] * SLOPE;
      out[3 * k] += slope * xi; out[3 * k + 1] += slope; out[3 * k + 2] += s * h[k];
    }
    out[3 * H] += s;
  }
  for (let j = 0; j <= 3 * H; j++) out[j] /= n;
  return sum / n;
};
""",
}
RELU = HAND["network"].replace("ACTIVATION(", "Math.max(0, ").replace("SLOPE", "(h[k] > 0 ? 1 : 0)")
TANH = HAND["network"].replace("ACTIVATION(", "Math.tanh(").replace("SLOPE", "(1 - h[k] * h[k])")


def network(activation: Callable[[Any], Any]) -> Model:
    """A recorded network 1-32-1: w, b and v of each unit, then c."""

    def predict(x: Any, parameters: list[Any]) -> Any:
        units = [parameters[3 * k : 3 * k + 3] for k in range(HIDDEN)]
        total = parameters[-1]
        for w, b, v in units:
            total = total + v * activation(w * x + b)
        return total

    names = [f"{letter}{k}" for k in range(HIDDEN) for letter in "wbv"] + ["c"]
    return as_model(_with_names(predict, names))


def _with_names(predict: Callable[..., Any], names: list[str]) -> Callable[..., Any]:
    """A function of x and a list as one whose arguments have names."""
    import inspect

    def named(*values: Any) -> Any:
        return predict(values[0], list(values[1:]))

    kinds = [inspect.Parameter(n, inspect.Parameter.POSITIONAL_OR_KEYWORD) for n in ["x", *names]]
    named.__signature__ = inspect.Signature(kinds)  # type: ignore[attr-defined]
    return named


def tasks() -> Iterator[tuple[str, dict[str, Any], str, Any, dict[str, float]]]:
    """A title, what Node is given, the loop by hand, torch's function, and the budgets in steps a second."""
    x = np.linspace(-2, 2, 20)
    lesson = {"x": x.tolist(), "y": add_noise(3 * x**2 + 2 * x + 1, 0.15, 1.5).tolist(), "loss": "mae", "rate": 0.01}
    budgets = {"printed": 5e6, "interpreter": 3e5}
    yield "the lesson's quadratic, 20 points", given(quadratic(), [1.1] * 3, lesson), HAND["quadratic"], None, budgets
    x = np.linspace(-3, 3, 200)
    wave = {"x": x.tolist(), "y": np.sin(2 * x).tolist(), "loss": "mse", "rate": 1e-3}
    random = np.random.default_rng(0).normal(size=3 * HIDDEN + 1).tolist()
    for name, activation, loop in (("relu", lambda z: np.maximum(z, 0), RELU), ("tanh", np.tanh, TANH)):
        title = f"a network 1-{HIDDEN}-1 of {name}, 200 points"
        yield title, given(network(activation), random, wave), loop, name, {"printed": 2e4}


def given(model: Model, start: list[float], points: dict[str, Any]) -> dict[str, Any]:
    assert model.expr is not None
    names = {"inputs": model.inputs, "parameters": model.names}
    return {"source": source(model), "nodes": flat(model.expr), **names, "start": start, **points}


def page_code() -> str:
    """The page's interpreter and special functions, as one script."""
    esbuild = [str(WEB / "node_modules" / ".bin" / "esbuild"), "--bundle", "--format=iife", "--global-name=page"]
    done = subprocess.run([*esbuild, "--loader=ts"], cwd=WEB, input=WANTED, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def in_node(code: str, task: dict[str, Any]) -> tuple[dict[str, Figure], dict[str, list[float]], str]:
    settings = {"rounds": 2, "least": 0.02} if quick() else {"rounds": 9, "least": 0.2}
    done = subprocess.run(
        ["node", "-e", code + STEPS], input=json.dumps(task | settings), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    return {way: Figure(tuple(taken)) for way, taken in answer["taken"].items()}, answer["ends"], answer["node"]


def torch_step(task: dict[str, Any], name: str | None) -> Callable[[], None]:
    """One step of plain gradient descent, as a lesson writes it."""
    import torch

    torch.set_num_threads(1)
    x, y = (torch.tensor(task[k], dtype=torch.float64) for k in "xy")
    p = torch.tensor(task["start"], dtype=torch.float64, requires_grad=True)

    def loss() -> Any:
        if name is None:
            return (p[0] * x**2 + p[1] * x + p[2] - y).abs().mean()
        w, b, v = p[:-1].reshape(HIDDEN, 3).T
        z = x[:, None] * w + b
        return (((torch.relu(z) if name == "relu" else torch.tanh(z)) @ v + p[-1] - y) ** 2).mean()

    def step() -> None:
        loss().backward()
        with torch.no_grad():
            p.sub_(p.grad, alpha=task["rate"])
            p.grad.zero_()

    return step


def main() -> None:
    if not shutil.which("node") or not (WEB / "node_modules").is_dir():
        print("Not measured: Node.js or the page's packages are not installed (`make test` installs the packages).")
        return
    page, eager, rows, node = page_code(), have("torch"), [], ""
    said = {"printed": "printed source", "interpreter": "interpreter", "hand": "by hand", "torch": "torch, eager"}
    for title, task, hand, name, budgets in tasks():
        figures, ends, node = in_node(page + hand, task)
        for way, end in ends.items():  # all took the same steps
            np.testing.assert_allclose(end, ends["hand"], rtol=1e-6, atol=1e-6, err_msg=f"{title}: {way}")
        if eager:
            figures |= take_turns({"torch": torch_step(task, name)}, rounds=2 if quick() else 9)
        for way, figure in figures.items():
            least, speed = budgets.get(way), Figure(tuple(1 / t for t in figure.rounds))
            ratio = figures["hand"].over(figure).shown(unit=" ×") if way not in ("hand", "torch") else ""
            judged = [f"≥ {least:,.0f}", met(speed.median >= least)] if least else ["", ""]
            rows.append([title, said[way], speed.shown(1e-3, " k"), ratio, *judged])
    print(f"Gradient steps a second, Node.js {node}.\n")
    table(["model", "way", "steps/s", "of by hand", "budget", "met"], rows)


if __name__ == "__main__":
    main()
