/** Rectified lines added up, as models: their canonical forms, how one is recognised, and what two parameters say of a line. */

import { apply, constant, type Expr, name } from "../expression.ts";
import { memo } from "../memo.ts";
import type { Model } from "../model.ts";
import { interpreter } from "../program.ts";
import { text } from "../typeset.ts";

/** What bends: the same curve three times, with another derivative exactly at the hook. */
export type Fold = "relu" | "clip" | "maximum";

/** weighted: c0 + c1·x + w1·max(0, x − t1) + …; otherwise the lesson's max(0, m1·x + b1) + … */
export type Bench = Readonly<{ weighted: boolean; fold: Fold; n: number }>;

/** A line: where it begins, and by how much the curve's slope changes there. Unweighted a slope below 0 rises to the left. */
export type Line = Readonly<{ hook: number; slope: number }>;

export const MOST_LINES = 55; // made in the page: a formula of more could not be read back
const MOST_KNOWN = 99;

type Bend = (u: Expr) => Expr;

const BENDS: Readonly<Record<Fold, Bend>> = {
  relu: (u) => apply("relu", u),
  clip: (u) => apply("clip", u, constant(0), constant(Infinity)),
  maximum: (u) => apply("maximum", constant(0), u),
};
const turnedRound: Bend = (u) => apply("maximum", u, constant(0));
const READ: readonly (readonly [Fold, Bend])[] = [...(Object.entries(BENDS) as [Fold, Bend][]), ["maximum", turnedRound]];

/** The derivative of each exactly at the hook. */
export const AT_HOOK: Readonly<Record<Fold, number>> = { relu: 0, clip: 1, maximum: 0.5 };

/** The parameters in the order of the formula. */
export const namesOf = ({ weighted, n }: Omit<Bench, "fold">): string[] =>
  [...(weighted ? ["c0", "c1"] : []), ...Array.from({ length: n }, (_, i) => (weighted ? [`w${i + 1}`, `t${i + 1}`] : [`m${i + 1}`, `b${i + 1}`])).flat()];

function exprOf({ weighted, n }: Omit<Bench, "fold">, bend: Bend, input: string): Expr {
  const x = name(input), times = (word: string, by: Expr): Expr => apply("multiply", name(word), by);
  let total = weighted ? apply("add", name("c0"), times("c1", x)) : constant(0);
  for (let i = 1; i <= n; i++) {
    const line = weighted ? times(`w${i}`, bend(apply("subtract", x, name(`t${i}`)))) : bend(apply("add", times(`m${i}`, x), name(`b${i}`)));
    total = apply("add", total, line);
  }
  return total;
}

/** The bench as a model of the same columns. */
export function modelOf(bench: Bench, { inputs, input, target }: Pick<Model, "inputs" | "input" | "target">): Model {
  const expr = exprOf(bench, BENDS[bench.fold], input), parameters = namesOf(bench);
  return { formula: text(expr), inputs, input, target, parameters, expr, evaluator: interpreter(expr, inputs, parameters), typed: true };
}

/** What bench a model is, by its graph; null for any other model. */
export const benchOf = memo(({ expr, inputs, input, parameters }: Model): Bench | null => {
  const weighted = parameters[0] === "c0", n = parameters.length / 2 - Number(weighted);
  if (inputs.length > 1 || !(n >= 1 && n <= MOST_KNOWN && n % 1 === 0) || namesOf({ weighted, n }).some((word, i) => word !== parameters[i])) return null;
  const fold = READ.find(([, bend]) => exprOf({ weighted, n }, bend, input) === expr)?.[0];
  return fold ? { weighted, fold, n } : null;
});

// --- One line ---

/** Where a line's slope stands among the parameters; its hook, or b, is the next. */
export const placeOf = ({ weighted }: Bench, index: number): number => 2 * index + (weighted ? 2 : 0);

/** The line at an index; its hook is not finite where an unweighted slope is 0. */
export function lineAt(bench: Bench, values: readonly number[], index: number): Line {
  const k = placeOf(bench, index), slope = values[k]!, second = values[k + 1]!;
  return { slope, hook: bench.weighted ? second : 0 - second / slope };
}

export const linesOf = (bench: Bench, values: readonly number[]): Line[] => Array.from({ length: bench.n }, (_, i) => lineAt(bench, values, i));

/** A line's two parameters. */
const pairOf = ({ weighted }: Pick<Bench, "weighted">, { hook, slope }: Line): [number, number] => [slope, weighted ? hook : 0 - slope * hook];

/** The parameters with a line changed: a slope turns about its hook, a hook moves with its slope. */
export function withLine(bench: Bench, values: readonly number[], index: number, change: Partial<Line>): number[] {
  const line = { ...lineAt(bench, values, index), ...change };
  return values.toSpliced(placeOf(bench, index), 2, ...pairOf(bench, Number.isFinite(line.hook) ? line : { ...line, hook: 0 }));
}

/** The parameters with one line more, the last. */
export const joined = (bench: Bench, values: readonly number[], line: Line): number[] => [...values, ...pairOf(bench, line)];

/** Turned over: what rose falls. Unweighted, what rose to the right rises to the left. */
export const flipped = (bench: Bench, values: readonly number[], index: number): number[] =>
  withLine(bench, values, index, { slope: 0 - lineAt(bench, values, index).slope });

/** What a line adds at x. */
export const partAt = ({ weighted }: Bench, { hook, slope }: Line, x: number): number =>
  (weighted ? slope * Math.max(0, x - hook) : Math.max(0, slope * (x - hook)));

// --- From one form to the other ---

/** The same curve with weights. A line that rises to the left is one that rises to the right, on a slope: max(0, −u) = max(0, u) − u. */
export function toWeighted(values: readonly number[]): number[] {
  let level = 0, slope = 0;
  const pairs: number[] = [];
  for (let k = 0; k < values.length; k += 2) {
    const m = values[k]!, b = values[k + 1]!, hook = 0 - b / m, bends = Number.isFinite(hook);
    if (m < 0 && bends) [level, slope] = [level + b, slope + m];
    if (!bends) level += Math.max(0, b);
    pairs.push(...(bends ? [Math.abs(m), hook] : [0, 0]));
  }
  return [level, slope, ...pairs];
}

/** The lines without level and slope: what bends up rises to the right, what bends down is mirrored. flat: the slope of one that had none. */
export const toUnweighted = (bench: Bench, values: readonly number[], flat: number): number[] =>
  linesOf(bench, values).flatMap(({ hook, slope }) => pairOf({ weighted: false }, { hook, slope: slope || flat }));
