"""Write the TypeScript that is made from squiggly's own tables.

`.venv/bin/python web/generate.py` writes it; `--check` names the stale files and exits 1.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

from squiggly.expression import names
from squiggly.loss import LOSSES, Loss
from squiggly.operations import COMPOSED, CONSTANTS, OPERATIONS, SPECIAL, Operation
from squiggly.shapes import MODELS

SOURCE = Path(__file__).resolve().parent / "src"
NOTICE = "// Written by web/generate.py from {}. To change it, change that, then run the script."


# --- operations.ts --------------------------------------------------------------------------------------------------

OPERATIONS_TS = """
/** The table of operations: what a formula can do, one row each, with its derivatives as formulas in a, b and c. */

import {{ {special} }} from "./special.ts";

/** Computes n results from the first n numbers of each argument; a yes or no is 1 or 0. */
export type Kernel = (n: number, out: Float64Array, a: Float64Array, b: Float64Array, c: Float64Array) => void;

export interface Operation {{
  readonly arity: number;
  readonly derivatives: readonly string[]; // one formula an argument
  readonly kernel: Kernel;
  readonly aliases: readonly string[];
  readonly truth: boolean; // whether the answer is yes or no
}}

type Words = readonly string[];

function row(derivatives: Words, kernel: Kernel, aliases: Words = [], truth = false): Operation {{
  return {{ arity: derivatives.length, derivatives, kernel, aliases, truth }};
}}

export const OPERATIONS: Readonly<Record<string, Operation>> = {{
{rows}}};

/** Names that are short for a formula of other rows: how many arguments, and the formula in a and b. */
export const COMPOSED: Readonly<Record<string, readonly [number, string]>> = {{
{composed}}};

export const CONSTANTS: Readonly<Record<string, number>> = {{
{constants}}};

/** Every spelling a formula may call, to the row it means. */
export const SPELLINGS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(OPERATIONS).flatMap(([name, {{ aliases }}]) => [name, ...aliases].map((spelling) => [spelling, name])),
);
"""


def operations() -> str:
    """The table with a loop a row: written out, so that each is compiled for itself and none is made from text."""
    return NOTICE.format("src/squiggly/operations.py") + OPERATIONS_TS.format(
        special=", ".join(SPECIAL),
        rows="".join(map(_row, OPERATIONS.values())),
        composed="".join(f"  {name}: [{arity}, {_text(formula)}],\n" for name, (arity, formula) in COMPOSED.items()),
        constants="".join(f"  {name}: {_number(value)},\n" for name, value in CONSTANTS.items()),
    )


def _row(row: Operation) -> str:
    parts = [_list(row.derivatives), _kernel(row)]
    if row.aliases or row.truth:
        parts.append(_list(row.aliases))
    return f"  {row.name}: row(\n" + "".join(f"    {part},\n" for part in [*parts, *["true"] * row.truth]) + "  ),\n"


def _kernel(row: Operation) -> str:
    if not row.javascript:
        raise SystemExit(f"the operation {row.name} has no JavaScript\nhint: give its row `javascript=`")
    one = row.javascript.format("a[i]", "b[i]", "c[i]")
    words = ", ".join(["n", "out", *"abc"[: row.arity]])
    return f"({words}) => {{ for (let i = 0; i < n; i++) out[i] = {f'+{one}' if row.truth else one}; }}"


def _list(words: tuple[str, ...]) -> str:
    return f"[{', '.join(map(_text, words))}]"


def _text(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)


def _number(value: float) -> str:
    return "Infinity" if value == float("inf") else repr(value)


# --- shapes.ts ------------------------------------------------------------------------------------------------------


SHAPES_TS = """
/** A built-in model of one input, x, in its usual size. */
export interface Shape {{
  readonly name: string; // as the command line knows it
  readonly formula: string; // its right side
  readonly about: string;
}}

export const SHAPES: readonly Shape[] = [
{shapes}];
"""


def shapes() -> str:
    """The built-in models that use x, each by the first line of its docstring; the others are parts of models."""
    curves = [name for name, build in MODELS.items() if "x" in names(build().expr)]
    return NOTICE.format("src/squiggly/shapes.py") + SHAPES_TS.format(shapes="".join(map(_shape, curves)))


def _shape(name: str) -> str:
    about = (MODELS[name].__doc__ or "").split("\n", 1)[0]
    return f"  {{ name: {_text(name)}, formula: {_text(MODELS[name]().formula)}, about: {_text(about)} }},\n"


# --- losses.ts ------------------------------------------------------------------------------------------------------

LOSSES_TS = """
/** The losses: how wrong one prediction is, and how fast that grows. p: predicted, w: 1/sigma, d: huber's bend. */

import type { LossName } from "./contract.ts";

export interface LossRow {
  readonly title: string;
  /** The mean over points p and y, in PyTorch's words. */
  readonly torch: string;
  value(p: number, y: number, w: number, delta: number): number;
  slope(p: number, y: number, w: number, delta: number): number;
}

export const LOSSES: Readonly<Record<LossName, LossRow>> = {
"""

MEAN_TS = """
/** The mean loss over the first n points. One loop a loss: nothing is called for each point. */
export function mean(
  loss: LossName, p: Float64Array, y: Float64Array, w: Float64Array, delta: number, n: number,
): number {
  let sum = 0;
"""

SLOPES_TS = """
/** Each point's slope, written to `out`: not yet divided by n. */
export function slopes(
  loss: LossName, p: Float64Array, y: Float64Array, w: Float64Array, delta: number, n: number, out: Float64Array,
): void {
"""


def losses() -> str:
    """The losses: a row each, and two functions with a loop for each loss."""
    rows, all_losses = "".join(map(_loss_row, LOSSES.values())), list(LOSSES.values())
    means = "".join(_loop(loss.name, loss.javascript[0], "sum += {}") for loss in all_losses)
    slopes = "".join(_loop(loss.name, loss.javascript[1], "out[i] = {}") for loss in all_losses)
    return (
        NOTICE.format("src/squiggly/loss.py") + f"{LOSSES_TS}{rows}}};\n"
        f"{MEAN_TS}{_switch(means)}  return sum / n;\n}}\n{SLOPES_TS}{_switch(slopes)}}}\n"
    )


def _loss_row(loss: Loss) -> str:
    value, slope = map(_arrow, loss.javascript)
    lines = [f"title: {_text(loss.title)}", f"torch: {_text(loss.torch)}", f"value: {value}", f"slope: {slope}"]
    return f"  {loss.name}: {{\n" + "".join(f"    {line},\n" for line in lines) + "  },\n"


def _arrow(text: str) -> str:
    used = _letters(text) | (set("pyw") if "r" in _letters(text) else set())
    arguments = ", ".join("pywd"[: max(map("pywd".find, used)) + 1])
    return f"({arguments}) => " + (f"{{ const r = (p - y) * w; return {text}; }}" if "r" in _letters(text) else text)


def _letters(text: str) -> set[str]:
    return set(re.findall(r"\b[a-z]\b", text))


def _loop(name: str, text: str, into: str) -> str:
    places = {"p": "p[i]!", "y": "y[i]!", "w": "w[i]!", "d": "delta"}
    residual = "        const r = (p[i]! - y[i]!) * w[i]!;\n" if "r" in _letters(text) else ""
    said = into.format(re.sub(r"\b[pywd]\b", lambda m: places[m[0]], text))
    return (
        f'    case "{name}":\n      for (let i = 0; i < n; i++) {{\n{residual}        {said};\n      }}\n      break;\n'
    )


def _switch(cases: str) -> str:
    return f"  switch (loss) {{\n{cases}  }}\n"


# --- The files ------------------------------------------------------------------------------------------------------

FILES: list[tuple[str, Callable[[], str]]] = [
    ("losses.ts", losses),
    ("operations.ts", operations),
    ("shapes.ts", shapes),
]


def main() -> None:
    """Write every file, or say which are stale."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a file is stale")
    checking = parser.parse_args().check
    stale = [(SOURCE / name, made) for name, make in FILES if _now(SOURCE / name) != (made := make())]
    for path, made in stale if not checking else []:
        path.write_text(made, encoding="utf-8")
        print(f"wrote web/src/{path.name}")
    if checking and stale:
        names = ", ".join(f"web/src/{path.name}" for path, _ in stale)
        sys.exit(f"stale: {names}\nhint: run `.venv/bin/python web/generate.py` and commit the result")


def _now(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


if __name__ == "__main__":
    main()
