/** Why a loss goes up: three causes, each as a walk with it and a walk without. */

import { lossOf, otherwise } from "./derived.ts";
import type { LossName, OptimizerName } from "./contract.ts";
import type { Leg, Path } from "./descend.ts";
import { taken } from "./points.ts";
import type { Lab } from "./state.ts";

export interface Cause {
  readonly kind: "zero" | "rate" | "schedule";
  readonly on: boolean;
  readonly change: Partial<Leg> | null; // what switches it over; null where that can't be said
  readonly other: Path | null; // the walk when it is switched over; null where that takes too long to show at once
}

export const AT_ONCE = 5e4; // points × parameters × steps that are walked again at every change
export const IN_PEACE = 5e6; // … and once nothing changes any more
const MOST_SAMPLED = 500; // points that a curvature is measured on
const ROUNDS = 40; // of the power iteration: two digits are enough
const SANE = 20; // a rate this far below the limit is a careful one

/** How far beyond the limit "too large" goes, to be seen: a mean of absolute values can't run away, it jitters. */
const BEYOND: Readonly<Record<LossName, number>> = { mse: 1.2, poisson: 1.2, huber: 2.5, mae: 3 };

/**
 * The rate beyond which a walk over this landscape no longer settles; null where that can't be computed.
 *
 * For plain descent 2/λ, λ the largest eigenvalue of the mean loss's Gauss-Newton matrix JᵀWJ/n, at the start or the
 * best, whichever is steeper. W is the loss's second derivative; huber's is averaged as δ/|r| beyond its bend. An
 * absolute value has none: a parabola as high as its mean stands for it, W = w²/loss. Momentum 0.9 bears 1.9 times as
 * much, Nesterov's 0.68 times. Adam's steps are about the rate itself: a quarter of the narrowest slider.
 */
export function tooLarge({ model, points, loss, delta, start, best, locked, ranges, legs }: Lab): number | null {
  const { optimizer } = legs.at(-1)!, at = { model, points, loss, delta };
  if (!points.n || locked.every((held) => held)) return null;
  if (optimizer === "adam") return Math.min(...ranges.filter((_, i) => !locked[i]).map(([low, high]) => high - low)) / 4;
  const height = Math.max(best ? lossOf(at, best.values).loss : 0, lossOf(at, start).loss / 4);
  const steepest = Math.max(...[start, best?.values ?? start].map((values) => curvature(at, values, locked, height)));
  return steepest > 0 && steepest < Infinity ? (2 / steepest) * BEARS[optimizer] : null;
}

const BEARS: Readonly<Record<Exclude<OptimizerName, "adam">, number>> = { sgd: 1, momentum: 1.9, nesterov: 1.9 / 2.8 };

/** The largest eigenvalue of JᵀWJ/n, by power iteration: J's columns are the rows after the first. */
function curvature({ model, points, loss, delta }: Pick<Lab, "model" | "points" | "loss" | "delta">, values: readonly number[], locked: readonly boolean[], height: number): number {
  const every = Math.ceil(points.n / MOST_SAMPLED), n = Math.ceil(points.n / every), P = values.length;
  const { x, y, weight: w } = taken(points, Array.from({ length: n }, (_, i) => every * i));
  const rows = new Float64Array((1 + P) * n);
  model.evaluator.rows(values, x, n, rows);
  const bend = y.map((v, i) => second(loss, rows[i]!, v, w[i]!, delta, height) / n);
  let along = locked.map((held, k) => (held ? 0 : 1 + k / P)), size = 0, before = -1;
  for (let round = 0; round < ROUNDS && Math.abs(size - before) > 1e-4 * size; round++) {
    const moved = bend.map((b, i) => b * along.reduce((sum, v, k) => (v ? sum + v * rows[(k + 1) * n + i]! : sum), 0));
    const next = locked.map((held, k) => (held ? 0 : moved.reduce((sum, m, i) => sum + m * rows[(k + 1) * n + i]!, 0)));
    [before, size] = [size, Math.hypot(...next) / Math.hypot(...along)];
    along = next.map((v) => v / (size || 1));
  }
  return size;
}

/** The second derivative of one point's loss by its prediction, or what stands for it. */
const second = (loss: LossName, p: number, y: number, w: number, delta: number, height: number): number =>
  ({ mse: 2 * w * w, mae: (w * w) / height, huber: w * w * Math.min(1, delta / Math.abs((p - y) * w)), poisson: y / (p * p) })[loss];

/** The three causes, as they stand. careful: the rate to go back to, null where none was set before. work: what the other walks may cost. */
export function causesOf(lab: Lab, careful: number | null, work: number): readonly Cause[] {
  const { zero, rate, schedule, optimizer } = lab.legs.at(-1)!, most = tooLarge(lab), wild = most !== null && rate > most, steady = schedule === "steady";
  const walked = lab.points.n * lab.parameters.length * lab.steps <= work, beyond = optimizer === "adam" ? 3 : BEYOND[lab.loss];
  const other = most && Number((wild ? (careful !== null && careful <= most ? careful : most / SANE) : most * beyond).toPrecision(2));
  const cause = (kind: Cause["kind"], on: boolean, change: Partial<Leg> | null): Cause => ({ kind, on, change, other: change && walked ? otherwise(lab, change) : null });
  return [cause("zero", !zero, { zero: !zero }), cause("rate", wild, other ? { rate: other } : null), cause("schedule", steady, { schedule: steady ? "cosine" : "steady" })];
}
