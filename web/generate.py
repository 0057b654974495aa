"""Write the TypeScript that is made from squiggly's own tables.

`.venv/bin/python web/generate.py` writes it; `--check` names the stale files and exits 1.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from squiggly.expression import names
from squiggly.loss import LOSSES
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

const row = (name: string, formula: string, about: string): Shape => ({{ name, formula, about }});

export const SHAPES: readonly Shape[] = [
{shapes}];
"""


def shapes() -> str:
    """The built-in models that use x, each by the first line of its docstring; the others are parts of models."""
    curves = [name for name, build in MODELS.items() if "x" in names(build().expr)]
    return NOTICE.format("src/squiggly/shapes.py") + SHAPES_TS.format(shapes="".join(map(_shape, curves)))


def _shape(name: str) -> str:
    about = (MODELS[name].__doc__ or "").split("\n", 1)[0]
    about = re.sub(r": [^,.]*·[^,.]*", "", about)  # the formula, which the page writes anyway
    return f"  row({', '.join(map(_text, (name, MODELS[name]().formula, about)))}),\n"


# --- losses.ts ------------------------------------------------------------------------------------------------------

LOSSES_TS = """
/** The losses: how wrong one prediction is, and how fast that grows. p: predicted, w: 1/sigma, d: huber's bend. */

import type {{ LossName }} from "./contract.ts";

export interface LossRow {{
  readonly title: string;
  /** The mean over points p and y, in PyTorch's words. */
  readonly torch: string;
  value(p: number, y: number, w: number, delta: number): number;
  slope(p: number, y: number, w: number, delta: number): number;
}}

// One function for all losses, not one each: a loop that calls many functions runs at half speed.

function value(loss: LossName, p: number, y: number, w: number, d: number): number {{
  const r = (p - y) * w;
{values}}}

function slope(loss: LossName, p: number, y: number, w: number, d: number): number {{
  const r = (p - y) * w;
{slopes}}}

const row = (loss: LossName, title: string, torch: string): LossRow => ({{
  title, torch, value: (p, y, w, d) => value(loss, p, y, w, d), slope: (p, y, w, d) => slope(loss, p, y, w, d),
}});

export const LOSSES: Readonly<Record<LossName, LossRow>> = {{
{rows}}};

/** The mean loss over the first n points. */
export function mean(
  loss: LossName, p: Float64Array, y: Float64Array, w: Float64Array, delta: number, n: number,
): number {{
  let sum = 0;
  for (let i = 0; i < n; i++) sum += value(loss, p[i]!, y[i]!, w[i]!, delta);
  return sum / n;
}}

/** Each point's slope, written to `out`: not yet divided by n. */
export function slopes(
  loss: LossName, p: Float64Array, y: Float64Array, w: Float64Array, delta: number, n: number, out: Float64Array,
): void {{
  for (let i = 0; i < n; i++) out[i] = slope(loss, p[i]!, y[i]!, w[i]!, delta);
}}
"""


def losses() -> str:
    """The losses, a row each, and what each says of a point."""
    all_losses = list(LOSSES.values())
    return NOTICE.format("src/squiggly/loss.py") + LOSSES_TS.format(
        values=_branches((loss.name, loss.javascript[0]) for loss in all_losses),
        slopes=_branches((loss.name, loss.javascript[1]) for loss in all_losses),
        rows="".join(f"  {x.name}: row({_text(x.name)}, {_text(x.title)}, {_text(x.torch)}),\n" for x in all_losses),
    )


def _branches(cases: Iterable[tuple[str, str]]) -> str:
    *others, (_, last) = cases
    return "".join(f"  if (loss === {_text(name)}) return {text};\n" for name, text in others) + f"  return {last};\n"


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
