/** Points as text, points from text, and points made up: what the points panel writes and reads. */

import { attempt } from "./attempt.ts";
import { FormulaError, parse } from "./formula.ts";
import { name, names, substitute } from "./expression.ts";
import { linspace, makePoints } from "./noise.ts";
import { columnsOf, MOST_POINTS, type Points, pointsOf } from "./points.ts";
import { interpreter } from "./program.ts";
import { columnName } from "./sides.ts";
import type { Action, Lab } from "./state.ts";
import { finite, readTable } from "./table.ts";

/** The points as CSV, in full precision. */
export function pointsCsv(points: Points, inputs: readonly string[], target: string): string {
  const { n, y, sigma } = points, columns = [...columnsOf(points), y, ...(sigma ? [sigma] : [])];
  const rows = Array.from({ length: n }, (_, i) => columns.map((column) => column[i]!));
  return [[...inputs, target, ...(sigma ? ["sigma"] : [])].map(quoted), ...rows].map((row) => `${row.join(",")}\n`).join("");
}

const quoted = (word: string): string => (/\W/.test(word) ? `"${word.replaceAll('"', '""')}"` : word);

/** What puts a table's points into the lab. Throws RangeError as readTable does. */
export function tableAction(text: string, file: string, { model }: Lab, drop: boolean): Action {
  const y = columnName(model.target), { points, inputs, target } = readTable(text, file, { inputs: model.inputs, target: y, drop });
  return { kind: "points", points, inputs, target: target === y ? model.target : target };
}

/** What the fields of "make points" hold, as typed. */
export type Wanted = Readonly<Record<"formula" | "from" | "to" | "count" | "mult" | "add" | "seed", string>>;
export type Faults = Partial<Record<keyof Wanted, string>>;

/** The fields of numbers. */
export const KEYS = ["from", "to", "count", "mult", "add", "seed"] as const;

/** The points that the fields ask for, or what is wrong with which field. */
export function made(wanted: Wanted, input: string): Points | Faults {
  const [low, high, count, mult, add, seed] = KEYS.map((key) => finite(wanted[key])) as [number, number, number, number, number, number];
  const f = attempt(() => curve(wanted.formula, input));
  const wrong: readonly (readonly [keyof Wanted, boolean, string])[] = [
    ["from", Number.isNaN(low), "a number is needed here"],
    ["to", Number.isNaN(high) || high <= low, `above ${low}, please`],
    ["count", !(count % 1 === 0 && count > 1 && count <= MOST_POINTS), `a whole number from 2 to ${MOST_POINTS}`],
    ["mult", !(mult >= 0), "0 or more"],
    ["add", !(add >= 0), "0 or more"],
    ["seed", !(seed % 1 === 0 && seed >= 0 && seed < 2 ** 32), "a whole number, 0 to 4294967295"],
  ];
  const faults = Object.fromEntries(wrong.filter(([, is]) => is).map(([key, , words]) => [key, words]));
  if (typeof f === "string") return { ...faults, formula: f };
  if (Object.keys(faults).length) return faults;
  const nowhere = linspace(low, high, count).find((x) => !Number.isFinite(f(x)));
  if (nowhere !== undefined) return { formula: `the formula has no value at x = ${nowhere}\nhint: choose another from and to` };
  const { x, y } = makePoints({ f, low, high, count, mult, add, seed });
  return pointsOf(x, y);
}

/** The function that a formula in x says; the input's own name is as good. */
function curve(formula: string, input: string): (x: number) => number {
  const expr = substitute(parse(formula, [input]).expr, new Map([[input, name("x")]]));
  const strange = names(expr).find((word) => word !== "x");
  if (strange !== undefined) throw new FormulaError(`\`${strange}\` has no value here: only x has\nhint: write a number in its place`);
  const { predict } = interpreter(expr, "x", []), at = new Float64Array(1), out = new Float64Array(1);
  return (x) => { at[0] = x; predict([], at, 1, out); return out[0]!; };
}
