/** What a solver sees of a fit: model, points and loss, reduced to one small triangle. A port of `solve/problem.py`. */

import type { LossName } from "./contract.ts";
import type { Evaluator } from "./evaluator.ts";
import { triangularise } from "./linear-algebra.ts";
import { LOSSES, mean } from "./losses.ts";

const LARGEST = 1e150; // derivatives beyond this are as bad as none: their squares overflow
const SMOOTH = 1e-8; // how near to nought, as a share of the mean size, a divisor may come before it is held there

/** Minimise the summed loss over the parameters `free`; the others keep their value in `values`. */
export interface Problem {
  readonly evaluator: Evaluator;
  readonly x: Float64Array; // (n,), or as many columns of it as there are inputs
  readonly y: Float64Array;
  readonly weight: Float64Array; // 1/sigma
  readonly n: number;
  readonly loss: LossName;
  readonly delta: number;
  readonly values: Float64Array; // (P,)
  readonly free: readonly number[]; // (F,) places among the P
  readonly low: Float64Array; // (F,) infinite where there is none
  readonly high: Float64Array;
}

/**
 * The problem near some parameters: R of the rows [√w·J | slope/√w], one row a point, with w the loss's weight.
 * With A = R's first F columns and b its last, the cost near here is cost + (Aᵀb)·δ + |Aδ|²/2.
 */
export interface Factor {
  readonly triangle: Float64Array; // (F+1, F+1) by columns, 0 below its diagonal; all 0 where the cost is infinite
  readonly cost: number; // the summed loss, Infinity where it has none
}

let scratch = new Float64Array(0); // overwritten by each call that asks for room

function room(size: number): Float64Array {
  if (scratch.length < size) scratch = new Float64Array(2 * size);
  return scratch;
}

/** Every parameter, (P,), for the free ones, (F,). */
export function whole({ values, free }: Problem, at: ArrayLike<number>): Float64Array {
  const all = values.slice();
  for (let i = 0; i < free.length; i++) all[free[i]] = at[i];
  return all;
}

/**
 * The problem at free values (F,); `wanted` are the places, among all parameters, of the columns of J.
 * Where the model has a value but its slope is 0·∞, the slope is taken as 0, `mended`: the point then has no pull.
 */
export function factor(problem: Problem, at: ArrayLike<number>, wanted = problem.free, mended = false): Factor {
  const size = wanted.length + 1;
  const triangle = new Float64Array(size * size);
  const all = whole(problem, at);
  const cost = fold(problem, all, wanted, triangle, mended);
  if (!mended && cost < Infinity && triangle.some(Number.isNaN)) return factor(problem, at, wanted, true);
  const good = cost < Infinity && triangle.every((r) => Math.abs(r) < LARGEST); // NaN is neither
  return good ? { triangle, cost } : { triangle: triangle.fill(0), cost: Infinity };
}

/** Works the points into the triangle; returns the cost. */
function fold(problem: Problem, all: Float64Array, wanted: readonly number[], triangle: Float64Array, mended: boolean): number {
  const { n } = problem, size = wanted.length + 1;
  const curves = (all.length + 1) * n;
  const space = room(curves + n * size);
  const rows = space.subarray(0, curves);
  const table = space.subarray(curves, curves + n * size);
  problem.evaluator.rows(all, problem.x, n, rows);
  const cost = tabulate(problem, rows, wanted, table, mended);
  triangularise(table, n, size);
  for (let j = 0; j < size; j++) for (let i = 0; i <= j && i < n; i++) triangle[j * size + i] = table[j * n + i];
  return cost;
}

/** Writes the rows [√w·J | slope/√w] into the table's columns; returns the summed loss. */
function tabulate({ loss, delta, n, y, weight }: Problem, rows: Float64Array, wanted: readonly number[], table: Float64Array, mended: boolean): number {
  const { value, slope } = LOSSES[loss];
  const last = wanted.length * n;
  const floor = loss === "poisson" || loss === "mae" ? least(loss, rows, y, weight, n) : 0;
  let cost = 0;
  for (let i = 0; i < n; i++) {
    const p = rows[i];
    const seen = y[i];
    const w = weight[i];
    const root = Math.sqrt(curvature(loss, p, seen, w, delta, floor));
    cost += value(p, seen, w, delta);
    table[last + i] = slope(p, seen, w, delta) / root;
    for (let j = 0; j < wanted.length; j++) table[j * n + i] = rows[(wanted[j] + 1) * n + i] * root;
  }
  if (mended) for (let i = 0; i < n; i++) mend(table, n, wanted.length, i, last + i);
  return cost;
}

/** The curvature of the parabola that stands for a point's loss in one Gauss-Newton step. */
function curvature(loss: LossName, p: number, y: number, w: number, delta: number, floor: number): number {
  switch (loss) {
    case "mse": return 2 * w * w;
    case "mae": return (w * w) / Math.max(Math.abs((p - y) * w), floor);
    case "huber": return (delta / Math.max(Math.abs((p - y) * w), delta)) * w * w;
    case "poisson": return 1 / Math.max(p, floor); // Fisher's: what the curvature is on average
  }
}

/** What a divisor is held at: a small share of the mean. */
function least(loss: LossName, p: Float64Array, y: Float64Array, w: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += loss === "poisson" ? Math.max(p[i], 0) : Math.abs((p[i] - y[i]) * w[i]);
  return sum > 0 ? (SMOOTH * sum) / n : 1;
}

function mend(table: Float64Array, stride: number, count: number, row: number, last: number): void {
  if (!Number.isFinite(table[last])) return;
  for (let j = 0; j < count; j++) if (Number.isNaN(table[j * stride + row])) table[j * stride + row] = 0;
}

/** The curve at free values (F,). */
export function curveAt(problem: Problem, at: ArrayLike<number>): Float64Array {
  const curve = new Float64Array(problem.n);
  problem.evaluator.predict(whole(problem, at), problem.x, problem.n, curve);
  return curve;
}

/** The summed loss at free values (F,); Infinity where it has no value. */
export function costAt(problem: Problem, at: ArrayLike<number>): number {
  const { y, weight, n, loss, delta } = problem;
  const cost = n * mean(loss, curveAt(problem, at), y, weight, delta, n);
  return Number.isNaN(cost) ? Infinity : cost;
}
