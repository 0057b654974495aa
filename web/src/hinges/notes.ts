/** A line of the bench in words: where it is, and why it may have no gradient. */

import { memo } from "../memo.ts";
import { brief } from "../numbers.ts";
import type { Points } from "../points.ts";
import type { Lab } from "../state.ts";
import { lossAt } from "../derived.ts";
import { AT_HOOK, type Bench, benchOf, type Fold, lineAt, modelOf, placeOf } from "./forms.ts";

const extent = memo(({ x }: Points) => [x.reduce((m, v) => Math.min(m, v), Infinity), x.reduce((m, v) => Math.max(m, v), -Infinity)] as const);

/** What is to be said about a line; "" for nothing. */
export function noteOf({ parameters, points }: Lab, bench: Bench, index: number): string {
  const { hook, slope } = lineAt(bench, parameters, index), at = (x: number): number => (x - hook) * (bench.weighted ? 1 : slope);
  if (slope === 0) return "slope 0: nothing bends here";
  const [one, other] = extent(points).map(at) as [number, number], open = bench.fold === "relu" ? 0 : -Number.MIN_VALUE; // relu is off on its hook, the others are not
  if (points.n && Math.max(one, other) <= open) return "off at every point: no gradient";
  if (points.n && Math.min(one, other) > 0) return "on at every point: a straight line";
  const twin = Array.from({ length: bench.n }, (_, i) => i).find((i) => i !== index && samePlace(bench, parameters, i, index));
  return twin === undefined ? "" : `same hook as line ${twin + 1}: the two act as one`;
}

function samePlace(bench: Bench, parameters: readonly number[], i: number, j: number): boolean {
  const [a, b] = [lineAt(bench, parameters, i), lineAt(bench, parameters, j)];
  return a.hook === b.hook && (bench.weighted || a.slope * b.slope > 0);
}

/** A line aloud: "line 2: hook at x 0.53, slope changes by −1.2". */
export function lineText(lab: Lab, bench: Bench, index: number): string {
  const { hook, slope } = lineAt(bench, lab.parameters, index), note = noteOf(lab, bench, index);
  return `line ${index + 1}: ${Number.isFinite(hook) ? `hook at ${lab.model.input} ${brief(hook)}` : "no hook"}, slope ${bench.weighted ? "changes by " : ""}${brief(slope)}${note && `, ${note}`}`;
}

/** Whether every line is off at every point, so that nothing says where to go: in the lesson's sum, which has nothing else. */
export function allOff(lab: Lab): boolean {
  const bench = lab.bench && lab.points.n ? benchOf(lab.model) : null;
  return bench !== null && !bench.weighted && lossAt(lab).gradient.every((slope) => slope === 0) && Array.from({ length: bench.n }, (_, i) => noteOf(lab, bench, i)).every((note) => note.startsWith("off"));
}

/** A point that sits exactly on a hook: its number, the line's, the parameter that says where the hook is, and its gradient with each fold. */
export interface OnHook { readonly point: number; readonly line: number; readonly name: string; readonly gradients: Readonly<Record<Fold, number>> }

const folds = Object.keys(AT_HOOK) as Fold[];
const models = memo((weighted: boolean, n: number, model: Lab["model"]["inputs"], input: string, target: string) => folds.map((fold) => modelOf({ weighted, n, fold }, { inputs: model, input, target })));

/** The first point on a hook; null where none is. */
export function onHook({ model, points: { n, x, y, weight }, parameters, loss, delta }: Lab, bench: Bench): OnHook | null {
  for (let line = 0; line < bench.n; line++) {
    const k = placeOf(bench, line), [slope, second] = [parameters[k]!, parameters[k + 1]!], point = slope === 0 ? -1 : x.findIndex((v) => (bench.weighted ? v - second : slope * v + second) === 0);
    if (point < 0) continue;
    const gradient = new Float64Array(parameters.length);
    const each = models(bench.weighted, bench.n, model.inputs, model.input, model.target).map(({ evaluator }) => (evaluator.gradient(loss, delta, parameters, x, y, weight, n, gradient), gradient[k + 1]!));
    return { point, line, name: model.parameters[k + 1]!, gradients: Object.fromEntries(folds.map((fold, i) => [fold, each[i]!])) as Record<Fold, number> };
  }
  return null;
}
