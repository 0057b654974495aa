/** Points as text, and points made up: what the points panel writes. */

import { FormulaError, parse } from "./formula.ts";
import { name, names, substitute } from "./expression.ts";
import { linspace, makePoints } from "./noise.ts";
import { MOST_POINTS, type Points, pointsOf } from "./points.ts";
import { interpreter } from "./program.ts";
import { toNumber } from "./table.ts";

/** The points as CSV, in full precision. */
export function pointsCsv({ n, x, y, sigma }: Points, input: string, target: string): string {
  const head = [input, target, ...(sigma ? ["sigma"] : [])].map(quoted);
  const rows = Array.from({ length: n }, (_, i) => [x[i]!, y[i]!, ...(sigma ? [sigma[i]!] : [])]);
  return [head, ...rows].map((row) => `${row.join(",")}\n`).join("");
}

const quoted = (word: string): string => (/[",;|\t\r\n]/.test(word) ? `"${word.replaceAll('"', '""')}"` : word);

/** What the fields of "make points" hold, as typed. */
export type Wanted = Readonly<Record<"formula" | "from" | "to" | "count" | "mult" | "add" | "seed", string>>;
export type Faults = Partial<Record<keyof Wanted, string>>;

/** The points that the fields ask for, or what is wrong with which field. */
export function made(wanted: Wanted, input: string): Points | Faults {
  const number = (key: keyof Wanted): number => toNumber(wanted[key]) ?? NaN;
  const [low, high, count, mult, add, seed] = (["from", "to", "count", "mult", "add", "seed"] as const).map(number) as [number, number, number, number, number, number];
  const finite = Number.isFinite;
  const faults: Faults = {
    ...(finite(low) ? {} : { from: "a number is needed here" }),
    ...(finite(high) ? (high > low || !finite(low) ? {} : { to: `above ${low}, please` }) : { to: "a number is needed here" }),
    ...(Number.isInteger(count) && count >= 2 && count <= MOST_POINTS ? {} : { count: `a whole number from 2 to ${MOST_POINTS}` }),
    ...(finite(mult) && mult >= 0 ? {} : { mult: "0 or more" }),
    ...(finite(add) && add >= 0 ? {} : { add: "0 or more" }),
    ...(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32 ? {} : { seed: "a whole number, 0 to 4294967295" }),
  };
  const f = curve(wanted.formula, input);
  if (typeof f === "string") return { ...faults, formula: f };
  if (Object.keys(faults).length) return faults;
  const nowhere = linspace(low, high, count).find((x) => !finite(f(x)));
  if (nowhere !== undefined) return { formula: `the formula has no value at x = ${nowhere}\nhint: choose another from and to` };
  const { x, y } = makePoints({ f, low, high, count, mult, add, seed });
  return pointsOf(x, y);
}

/** The function that a formula in x says, or what is wrong with it; the input's own name is as good. */
function curve(formula: string, input: string): ((x: number) => number) | string {
  try {
    const expr = substitute(parse(formula, [input]).expr, new Map([[input, name("x")]]));
    const strange = names(expr).find((word) => word !== "x");
    if (strange !== undefined) return `\`${strange}\` has no value here: only x has\nhint: write a number in its place`;
    const { predict } = interpreter(expr, "x", []), at = new Float64Array(1), out = new Float64Array(1);
    return (x) => { at[0] = x; predict([], at, 1, out); return out[0]!; };
  } catch (error) {
    if (!(error instanceof FormulaError)) throw error;
    return error.message;
  }
}
