/** What follows from a lab: losses, the walk, the best, the tracks. Each is computed once for the same lab. */

import { descend, type Path } from "./descend.ts";
import type { LossName } from "./contract.ts";
import { exactly } from "./hinges/best.ts";
import { linearParameters } from "./linear.ts";
import { LOSSES } from "./losses.ts";
import { memo } from "./memo.ts";
import type { Model } from "./model.ts";
import { type Points, sampled } from "./points.ts";
import type { Interval } from "./ranges.ts";
import { best as solve } from "./solve.ts";
import type { Lab } from "./state.ts";

export type Best = Readonly<{ values: readonly number[]; loss: number; settled: boolean }>;

/** Parameters beyond which the best is not looked for in the page: it would not be found while one watches. */
export const MOST_SOLVED = 24;
const MOST_WORK = 3e7; // numbers computed at once without being felt
const MOST_FITTED = 2_000; // points that the best is looked for on; losses are then those of all points

export interface LossHere {
  readonly loss: number; // nan where there are no points
  readonly gradient: Float64Array; // (P,)
}

type Place = Pick<Lab, "model" | "points" | "loss" | "delta">;
const PLACE: readonly (keyof Lab)[] = ["model", "points", "loss", "delta"]; // what losses stand on, besides the parameters

/** Remembers the last answer, for labs that agree in these keys. */
function lastly<R>(keys: readonly (keyof Lab)[], f: (lab: Lab) => R): (lab: Lab) => R {
  let last: Lab | null = null, result: R;
  return (lab) => {
    if (!last || keys.some((key) => last![key] !== lab[key])) [result, last] = [f(lab), lab];
    return result;
  };
}

/** Loss and gradient at any parameters, on the lab's points. */
export function lossOf({ model, points: { n, x, y, weight }, loss, delta }: Place, parameters: ArrayLike<number>): LossHere {
  const gradient = new Float64Array(model.parameters.length);
  return { loss: n ? model.evaluator.gradient(loss, delta, parameters, x, y, weight, n, gradient) : NaN, gradient };
}

/** Loss and gradient where the lab stands. */
export const lossAt = lastly([...PLACE, "parameters"], (lab): LossHere => lossOf(lab, lab.parameters));

const walked = ({ model, points: { n, x, y, weight }, loss, delta, start, locked, legs, steps }: Lab): Path =>
  descend({ evaluator: model.evaluator, names: model.parameters, x, y, weight, n, loss, delta, start, locked }, { legs, steps });

const walkedLast = lastly([...PLACE, "start", "locked", "legs", "steps"], walked);

/** The walk from `start`, at least as far as the moment that is shown. */
export function pathOf(lab: Lab): Path {
  const path = walkedLast(lab);
  path.upTo(lab.step);
  return path;
}

/** The whole walk where it is quick to compute, otherwise the part that has been walked. */
export const futureOf = (lab: Lab): Path => ahead(lab, pathOf(lab));

/** The walk as it would go with other settings of its last leg: what a cause does to the curve. */
export const otherwise = (lab: Lab, change: Partial<Lab["legs"][number]>): Path => ahead(lab, walked({ ...lab, legs: lab.legs.with(-1, { ...lab.legs.at(-1)!, ...change }) }));

function ahead({ points, parameters, steps, step }: Lab, path: Path): Path {
  path.upTo(points.n * parameters.length * steps < MOST_WORK ? steps : step);
  return path;
}

/** Each parameter's bounds; a formula written in the page has none. */
export const boundsOf = ({ model, document }: Lab): readonly (readonly [number | null, number | null])[] =>
  (model.typed ? model.parameters.map(() => [null, null] as const) : document.bounds);

/**
 * The parameters of lowest loss, with what is locked held where it is; null where there are no points or too many
 * parameters. "given": Python's answer is at hand. "warm": from the last one; "near": as
 * quickly as a hand that drags a point wants it. "search": from nowhere.
 */
export function bestFor(lab: Lab, how: "given" | "near" | "warm" | "search"): Best | null {
  const { model, points, document } = lab;
  if (points.n === 0) return null;
  const given = model.typed ? null : document.best;
  if (how === "given" && given && !lab.locked.some(Boolean)) return { values: given, loss: lossOf(lab, given).loss, settled: true };
  const placed = ONE ? exactly(lab, how !== "near") : null;
  if (placed) return placed;
  if (model.parameters.length > MOST_SOLVED) return null;
  const more = [...(lab.best ? [lab.best.values] : []), ...(given ? [given] : [])];
  return solveFrom(lab, lab.locked, more, how === "search" || more.length === 0);
}

/** The others at their best while the parameter at `index` is held where it is: what is shown while one drags it. */
export function follow(lab: Lab, index: number): readonly number[] {
  if (lab.points.n === 0 || lab.model.parameters.length > MOST_SOLVED) return lab.parameters;
  return solveFrom(lab, lab.locked.with(index, true), [], false)?.values ?? lab.parameters;
}

function solveFrom(lab: Lab, locked: readonly boolean[], more: readonly (readonly number[])[], search: boolean): Best | null {
  const { model } = lab;
  const { n, x, y, weight } = sampled(lab.points, MOST_FITTED);
  const linear = linearParameters(model.expr, model.parameters.filter((_, i) => !locked[i]));
  const { values, loss, settled } = solve({
    evaluator: model.evaluator, linear: model.parameters.map((name) => linear.includes(name)), x, y, weight, n,
    loss: lab.loss, delta: lab.delta, start: lab.parameters, locked, bounds: boundsOf(lab), more, search,
  });
  if (!values.every(Number.isFinite) || !Number.isFinite(loss)) return null;
  return n < lab.points.n ? { values, loss: lossOf(lab, values).loss, settled: false } : { values, loss, settled };
}

/** The loss along one parameter, the others held: `count` samples over its slider's interval. */
export interface Track {
  readonly values: Float64Array;
  readonly losses: Float64Array;
}

const tracks: ((...args: Parameters<typeof track>) => Track)[] = [];

/** The track of the slider at `index`; the same object as long as nothing that shapes it changes. */
export function trackOf({ model, points, loss, delta, parameters, ranges }: Lab, index: number, count = 61): Track {
  return (tracks[index] ??= memo(track))(model, points, loss, delta, parameters, ranges[index]!, index, count);
}

function track(model: Model, points: Points, loss: LossName, delta: number, parameters: readonly number[], [low, high]: Interval, index: number, count: number): Track {
  const { n, x, y, weight } = sparse(points), at = Float64Array.from(parameters), curve = new Float64Array(n);
  const values = spaced(low, high, count);
  const losses = values.map((value) => {
    at[index] = value;
    model.evaluator.predict(at, x, n, curve);
    return curve.reduce((sum, f, i) => sum + LOSSES[loss].value(f, y[i]!, weight[i]!, delta), 0) / n;
  });
  return { values, losses };
}

const spaced = (low: number, high: number, n: number): Float64Array => Float64Array.from({ length: n }, (_, i) => low + ((high - low) * i) / (n - 1));

const MOST_TRACKED = 500; // points in a track's losses: its shape needs no more

const sparse = memo((points: Points): Points => sampled(points, MOST_TRACKED));

/** Each point's share in the gradient of one parameter: they add up to it. Where it is above 0 the point asks for less of the parameter. */
export function pullsOf(lab: Lab, index: number): Float64Array {
  const { model, points: { n, x, y, weight } } = lab;
  const rows = new Float64Array((1 + model.parameters.length) * n);
  model.evaluator.rows(lab.parameters, x, n, rows);
  return Float64Array.from({ length: n }, (_, i) => (LOSSES[lab.loss].slope(rows[i]!, y[i]!, weight[i]!, lab.delta) * rows[(1 + index) * n + i]!) / n);
}

/** The curve at n places between two. */
export function curveOf(model: Model, parameters: ArrayLike<number>, [low, high]: Interval, n: number): { x: Float64Array; y: Float64Array } {
  const x = spaced(low, high, n), y = new Float64Array(n);
  model.evaluator.predict(parameters, x, n, y);
  return { x, y };
}

/** The curve at the points themselves. */
export function predictedAt({ model, parameters, points: { n, x } }: Lab): Float64Array {
  const curve = new Float64Array(n);
  model.evaluator.predict(parameters, x, n, curve);
  return curve;
}
