/**
 * Levenberg-Marquardt, run to the floor of float64. A port of `solve/least_squares.py`, which says why each rule is;
 * there a batch of starts moves at once, here one.
 */

import { columnNorms, dot, length, orthogonalise } from "./linear-algebra.ts";
import { factor, type Factor, type Problem } from "./problem.ts";

export const MOST_STEPS = 500;
const SETTLED = 1e-10; // |residual along the tangents| / |residual|: the step that is left, in standard errors
const ROUNDING = 1e-13; // relative change of a cost that means nothing
const NO_MORE = 1e10; // damping past which no step is different from none
const TINIEST = 2.2250738585072014e-308;

/** Where a descent ended, or stands. */
export interface Descent extends Factor {
  readonly values: Float64Array; // (F,)
  readonly settled: boolean; // whether it reached a minimum
  readonly path: readonly { readonly values: Float64Array; readonly cost: number }[]; // every step taken, the start first
}

/** The descent while it runs, the one mutable thing in this file. */
interface Running {
  here: Float64Array;
  now: Factor;
  damping: number;
  growth: number;
  readonly scale: Float64Array; // (F,) the largest column norm met so far
  live: boolean;
  settled: boolean;
}

/** The values, none beyond its bounds. */
export const clipped = (values: Float64Array, { low, high }: Problem): Float64Array =>
  values.map((v, i) => Math.min(Math.max(v, low[i]), high[i]));

/** Whether all values are within their bounds. */
export const inside = ({ low, high }: Problem, values: Float64Array): boolean => values.every((v, i) => v >= low[i] && v <= high[i]);

/** Go down from a start (F,) to a minimum within the bounds. */
export function minimise(problem: Problem, start: ArrayLike<number>, most = MOST_STEPS): Descent {
  const here = clipped(Float64Array.from(start), problem);
  const now = factor(problem, here);
  const run: Running = {
    here, now, damping: 1e-3, growth: 2, scale: new Float64Array(here.length),
    live: now.cost < Infinity && here.length > 0, settled: here.length === 0,
  };
  const path = [{ values: here, cost: now.cost }];
  for (let step = 0; step < most && run.live; step++) {
    if (trial(run, problem)) path.push({ values: run.here, cost: run.now.cost });
  }
  return { ...run.now, values: run.here, settled: run.settled, path };
}

/** One trial. Whether it moved. */
function trial(run: Running, problem: Problem): boolean {
  const seen = tangents(run, problem);
  if (seen.done) {
    [run.live, run.settled] = [false, true];
    return false;
  }
  const next = clipped(run.here.map((v, i) => v - seen.step[i]), problem);
  const there = factor(problem, next);
  const gained = run.now.cost - there.cost;
  const flat = Math.abs(gained) <= ROUNDING * Math.abs(run.now.cost);
  const better = there.cost < Infinity && (flat ? slanted(there.triangle, seen.F) < 0.9 * seen.slant : gained > 0);
  if (better) take(run, next, there, flat ? 1 : gained / promised(run, next, seen));
  else refuse(run, seen.slant <= 1e-3 * seen.residual);
  return better;
}

interface Tangents {
  readonly F: number;
  readonly gradient: Float64Array; // (F,)
  readonly step: Float64Array; // (F,) damped, to be subtracted
  readonly slant: number; // the residuals' length along the tangents
  readonly residual: number; // … and altogether
  readonly done: boolean;
}

/** What the triangle says: the damped step, and whether there is anything left to gain. */
function tangents(run: Running, { low, high }: Problem): Tangents {
  const { here, now: { triangle }, scale } = run;
  const F = here.length;
  columnNorms(triangle, F, F + 1).forEach((norm, j) => { scale[j] = Math.max(scale[j], norm); });
  const gradient = here.map((_, j) => along(triangle, j * (F + 1), triangle, F));
  const held = (j: number): boolean => (here[j] <= low[j] && gradient[j] > 0) || (here[j] >= high[j] && gradient[j] < 0);
  const units = scale.map((s) => (s > 0 ? s : 1));
  const { step, full, slant } = solved(triangle, F, units, held, 1e-15, run.damping);
  const residual = length(triangle, F * (F + 1), F + 1);
  const done = slant <= SETTLED * residual || full.every((v, i) => Math.abs(v) <= 1e-15 * Math.abs(here[i]));
  return { F, gradient, step, slant, residual, done };
}

/** A column of a (by columns) times b, the last column of the triangle. */
const along = (a: Float64Array, from: number, triangle: Float64Array, F: number): number => dot(a, from, triangle, F * (F + 1), F);

/** min |Aδ + b|² + λ|Dδ|² by singular values: −δ with the damping and in full, and how much of b lies along A. */
function solved(
  triangle: Float64Array, F: number, units: Float64Array, held: (j: number) => boolean, least: number, damping: number,
): { step: Float64Array; full: Float64Array; slant: number } {
  const us = new Float64Array(F * F);
  for (let j = 0; j < F; j++) if (!held(j)) for (let i = 0; i <= j; i++) us[j * F + i] = triangle[j * (F + 1) + i] / units[j];
  const v = orthogonalise(us, F);
  const singular = columnNorms(us, F, F);
  const [step, full] = [new Float64Array(F), new Float64Array(F)];
  const smallest = least * Math.max(...singular);
  let square = 0;
  for (let k = 0; k < F; k++) {
    const s = singular[k];
    if (!(s > smallest)) continue;
    const pull = along(us, k * F, triangle, F) / s;
    square += pull * pull;
    for (let i = 0; i < F; i++) {
      step[i] += (v[k * F + i] * (s / (s * s + damping)) * pull) / units[i];
      full[i] += (v[k * F + i] * pull) / s / units[i];
    }
  }
  return { step, full, slant: Math.sqrt(square) };
}

const slanted = (triangle: Float64Array, F: number): number => length(triangle, F * (F + 1), F);

/** The gain that the parabola promised for this move. */
function promised({ here, now: { triangle } }: Running, next: Float64Array, { F, gradient }: Tangents): number {
  const moved = next.map((v, i) => v - here[i]);
  let gain = 0;
  for (let i = 0; i < F; i++) {
    let row = 0;
    for (let j = i; j < F; j++) row += triangle[j * (F + 1) + i] * moved[j];
    gain -= gradient[i] * moved[i] + 0.5 * row * row;
  }
  return gain;
}

function take(run: Running, next: Float64Array, there: Factor, ratio: number): void {
  const easing = 1 - (2 * Math.min(Math.max(ratio, 0), 1) - 1) ** 3;
  run.here = next;
  run.now = there;
  run.damping = Math.max(run.damping * Math.max(1 / 3, easing), 1e-18);
  run.growth = 2;
}

/** More damping; the end where no step is different from none: at the rounding floor if level there, or at a kink. */
function refuse(run: Running, level: boolean): void {
  run.damping *= run.growth;
  run.growth *= 2;
  if (run.damping > NO_MORE) [run.live, run.settled] = [false, level];
}

/**
 * The undamped step (F,) that solves the linearised problem, and the cost that it leaves where the loss is squared.
 * Directions without effect, to rounding, are left alone.
 */
export function newtonStep(triangle: Float64Array, F: number): { step: Float64Array; left: number } {
  const units = columnNorms(triangle, F, F + 1).map((s) => (s > 0 ? s : 1));
  const { full, slant } = solved(triangle, F, units, () => false, 1e-13, 0);
  const whole = slanted(triangle, F) ** 2;
  const missed = whole - slant ** 2; // along what was left alone, or mere rounding
  return { step: full.map((v) => -v), left: (triangle[(F + 1) ** 2 - 1] ** 2 + (missed > 1e-12 * whole ? missed : 0)) / 2 };
}

/** Whether the columns of a triangle are so independent that substitution loses at most three digits. */
export function wellApart(triangle: Float64Array, size: number): boolean {
  return columnNorms(triangle, size, size).every((norm, j) => Math.abs(triangle[j * size + j]) > 1e-3 * norm);
}

/** How large parameters are together, blind to rounding. */
const size = (values: Float64Array): number =>
  Number(Math.log(values.reduce((sum, v) => sum + Math.abs(v), TINIEST)).toFixed(5));

/** The lowest of several. Of those equal to rounding one that settled, then that with the smallest values, then the first. */
export function lowest(descents: readonly Descent[]): Descent {
  const least = Math.min(...descents.map((d) => d.cost));
  const equal = descents.filter((d) => d.cost <= least + 1e-9 * Math.abs(least));
  const order = (d: Descent): number => (d.settled ? 0 : 1);
  return equal.sort((a, b) => order(a) - order(b) || size(a.values) - size(b.values))[0] ?? descents[0];
}
