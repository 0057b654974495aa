/** Why a loss goes up: three causes, each as a walk with it and a walk without. */

import { lossOf, otherwise, pathOf } from "./derived.ts";
import type { LossName, OptimizerName } from "./contract.ts";
import type { Leg, Path } from "./descend.ts";
import { memo } from "./memo.ts";
import type { Model } from "./model.ts";
import type { Points } from "./points.ts";
import type { Interval } from "./ranges.ts";
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
export const tooLarge = (lab: Lab): number | null =>
  limit(lab.model, lab.points, lab.loss, lab.delta, lab.start, lab.best?.values ?? null, lab.locked, lab.ranges, lab.legs.at(-1)!.optimizer);

const BEARS: Readonly<Record<Exclude<OptimizerName, "adam">, number>> = { sgd: 1, momentum: 1.9, nesterov: 1.9 / 2.8 };

const limit = memo((model: Model, points: Points, loss: LossName, delta: number, start: readonly number[], best: readonly number[] | null, locked: readonly boolean[], ranges: readonly Interval[], optimizer: OptimizerName): number | null => {
  if (points.n === 0 || locked.every((held) => held)) return null;
  if (optimizer === "adam") return Math.min(...ranges.filter((_, i) => !locked[i]).map(([low, high]) => high - low)) / 4;
  const at = { model, points, loss, delta }, first = lossOf(at, start).loss;
  const height = Math.max(best ? lossOf(at, best).loss : 0, first / 4);
  const steepest = Math.max(...[start, ...(best ? [best] : [])].map((values) => curvature(at, values, locked, height)));
  return steepest > 0 && Number.isFinite(steepest) ? (2 / steepest) * BEARS[optimizer] : null;
});

type Landscape = Pick<Lab, "model" | "points" | "loss" | "delta">;

/** The largest eigenvalue of JᵀWJ/n, by power iteration. */
function curvature({ model, points, loss, delta }: Landscape, values: readonly number[], locked: readonly boolean[], height: number): number {
  const every = Math.ceil(points.n / MOST_SAMPLED), n = Math.ceil(points.n / every), P = values.length;
  const sampled = (column: Float64Array): Float64Array => column.filter((_, i) => i % every === 0);
  const y = sampled(points.y), w = sampled(points.weight), rows = new Float64Array((1 + P) * n);
  model.evaluator.rows(values, sampled(points.x), n, rows);
  const bend = y.map((v, i) => second(loss, rows[i]!, v, w[i]!, delta, height) / n);
  let along: Float64Array = Float64Array.from(locked, (held, i) => (held ? 0 : 1 + i / P)), size = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const length = Math.hypot(...along);
    along = timesHessian(rows, bend, along.map((v) => v / length), locked, n);
    size = Math.hypot(...along);
    if (!(size > 0)) return size;
  }
  return size;
}

/** The second derivative of one point's loss by its prediction, or what stands for it. */
function second(loss: LossName, p: number, y: number, w: number, delta: number, height: number): number {
  switch (loss) {
    case "mse": return 2 * w * w;
    case "mae": return (w * w) / height;
    case "huber": return w * w * Math.min(1, delta / Math.abs((p - y) * w));
    case "poisson": return y / (p * p);
  }
}

/** Jᵀ·(bend ∘ J·v), J's columns being the rows after the first. */
function timesHessian(rows: Float64Array, bend: Float64Array, v: Float64Array, locked: readonly boolean[], n: number): Float64Array {
  const moved = bend.map((b, i) => b * v.reduce((sum, c, k) => (c ? sum + c * rows[(k + 1) * n + i]! : sum), 0));
  return v.map((_, k) => (locked[k] ? 0 : moved.reduce((sum, m, i) => sum + m * rows[(k + 1) * n + i]!, 0)));
}

const known = new WeakMap<Path, Map<string, readonly Cause[]>>(); // a path is the same object as long as nothing that shapes it changes

/** The three causes, as they stand. careful: the rate to go back to, null where none was set before. work: what the other walks may cost. */
export function causesOf(lab: Lab, careful: number | null, work: number): readonly Cause[] {
  const path = pathOf(lab), found = known.get(path) ?? new Map<string, readonly Cause[]>(), key = `${careful} ${work}`;
  if (!found.has(key)) found.set(key, causes(lab, careful, lab.points.n * lab.parameters.length * lab.steps <= work));
  known.set(path, found);
  return found.get(key)!;
}

function causes(lab: Lab, careful: number | null, walked: boolean): readonly Cause[] {
  const { zero, rate, schedule, optimizer } = lab.legs.at(-1)!, most = tooLarge(lab), wild = most !== null && rate > most;
  const beyond = optimizer === "adam" ? 3 : BEYOND[lab.loss];
  const switched = most === null ? null : { rate: two(wild ? (careful !== null && careful <= most ? careful : most / SANE) : most * beyond) };
  const cause = (kind: Cause["kind"], on: boolean, change: Partial<Leg> | null): Cause => ({ kind, on, change, other: change && walked ? otherwise(lab, change) : null });
  return [
    cause("zero", !zero, { zero: !zero }),
    cause("rate", wild, switched),
    cause("schedule", schedule === "steady", { schedule: schedule === "steady" ? "cosine" : "steady" }),
  ];
}

const two = (rate: number): number => Number(rate.toPrecision(2));
