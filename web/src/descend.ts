/** Gradient descent as a path of moments, computed as far as someone looks: step k is the same whoever asks. */

import type { LossName, OptimizerName, ScheduleName, WalkDocument } from "./contract.ts";
import type { Evaluator } from "./evaluator.ts";
import { endless } from "./expression.ts";
import { OPTIMIZERS, type Optimizer, type OptimizerState } from "./optimizers.ts";
import { SCHEDULES, type Schedule } from "./schedules.ts";
import { scientific } from "./typeset.ts";

export const RUNAWAY = 1e12; // a loss this many times the first one will not come back
const FIRST = 256; // moments that a path has room for before it grows

/** What a descent goes down: a model, its points, a loss, and where it begins. Bounds do not stop it. */
export interface Slope {
  readonly evaluator: Evaluator;
  readonly names: readonly string[]; // (P,) of the parameters
  readonly x: Float64Array; // (n,)
  readonly y: Float64Array;
  readonly weight: Float64Array; // (n,) 1/sigma
  readonly n: number;
  readonly loss: LossName;
  readonly delta: number; // where huber bends
  readonly start: ArrayLike<number>; // (P,)
  readonly locked: readonly boolean[]; // (P,) held where they start
}

/** How a descent goes on from the step `from`. */
export interface Leg {
  readonly from: number;
  readonly rate: number;
  readonly optimizer: OptimizerName;
  readonly schedule: ScheduleName;
  readonly zero: boolean; // whether the gradient is zeroed after each step
}

/** A whole descent: legs in order, the first from step 0. A leg's schedule counts from its beginning to the walk's end. */
export interface Walk {
  readonly steps: number;
  readonly legs: readonly Leg[];
}

/** The moments 0 … steps of a descent. The columns hold `known` moments so far and are replaced as they grow. */
export interface Path {
  readonly P: number;
  readonly steps: number;
  readonly known: number;
  readonly parameters: Float64Array; // moment k's parameter i at k·P + i
  readonly gradient: Float64Array; // likewise, those of locked parameters included
  readonly loss: Float64Array;
  readonly rate: Float64Array; // how far the step from each moment goes per unit of gradient
  /** Why the descent had to stop before its last step; null while it has not. */
  readonly ended: { readonly step: number; readonly words: string } | null;
  /** Computes as far as moment k. The last moment there is, up to k: less than k where the path ends early. */
  upTo(k: number): number;
}

export const walkOf = ({ steps, ...leg }: WalkDocument): Walk => ({ steps, legs: [{ from: 0, ...leg }] });

/** The walk that keeps the moments 0 … `at` and goes on from there in another way. */
export function branch(walk: Walk, at: number, way: Omit<Leg, "from">): Walk {
  return { ...walk, legs: [...walk.legs.filter((leg) => leg.from < at), { ...way, from: at }] };
}

/** Walk downhill from the start: ten steps, eleven moments. Nothing is computed before `upTo` asks for it. */
export function descend(slope: Slope, { steps, legs }: Walk): Path {
  const { evaluator, names, x, y, weight, n, loss: name, delta, locked } = slope;
  const P = slope.start.length;
  const values = Float64Array.from(slope.start); // (P,) where it stands
  const pull = new Float64Array(P); // (P,) the gradient there
  const column = (width = 1): Float64Array => new Float64Array(FIRST * width);
  const path: { -readonly [K in keyof Path]: Path[K] } = {
    P, steps, known: 0, parameters: column(P), gradient: column(P), loss: column(), rate: column(), ended: null,
    upTo(k) {
      const last = Math.min(k, steps);
      while (path.known <= last && !path.ended) moment(path.known);
      return Math.min(k, path.known - 1);
    },
  };
  let at = -1; // which leg it is on
  let leg: Leg, optimizer: Optimizer, schedule: Schedule, state: OptimizerState;

  function moment(k: number): void {
    if (k === path.loss.length) for (const key of COLUMNS) path[key] = grown(path[key]);
    if (k > 0) step(path.rate[k - 1]);
    while (at + 1 < legs.length && legs[at + 1].from <= k) enter(++at);
    look(k);
    path.known = k + 1;
    if (!sound(path.loss[k])) path.ended = { step: k, words: trouble(k) };
  }

  function enter(next: number): void {
    leg = legs[next];
    optimizer = OPTIMIZERS[leg.optimizer];
    schedule = SCHEDULES[leg.schedule];
    state = optimizer.begin(P);
  }

  /** Towards the next moment, by the gradient that the last look left, or by all so far: the loop that forgets `zero_grad()`. */
  function step(rate: number): void {
    for (let i = 0; i < P; i++) if (locked[i]) pull[i] = 0;
    if (!leg.zero) for (let i = 0; i < P; i++) pull[i] = state.sum[i] += pull[i];
    optimizer.step(values, pull, rate, state);
  }

  /** Writes moment k: where it stands, how wrong that is, and which way is up from here. */
  function look(k: number): void {
    path.loss[k] = evaluator.gradient(name, delta, values, x, y, weight, n, pull);
    path.rate[k] = leg.rate * schedule.factor(k - leg.from, steps - leg.from);
    const { parameters, gradient } = path;
    for (let i = 0, place = k * P; i < P; i++, place++) {
      parameters[place] = values[i];
      gradient[place] = pull[i];
    }
  }

  /** Whether the walk can go on from here. */
  function sound(loss: number): boolean {
    const first = path.loss[0];
    if (!Number.isFinite(loss) || loss - first > Math.max(RUNAWAY * Math.abs(first), 1)) return false;
    for (let i = 0; i < P; i++) if (!Number.isFinite(values[i]) || (!locked[i] && !Number.isFinite(pull[i]))) return false;
    return true;
  }

  function trouble(k: number): string {
    const loss = path.loss[k];
    const lost = (what: string, v: number): string[] => (Number.isFinite(v) ? [] : [`${what} is ${short(v)}`]);
    const [problem] = [
      ...names.flatMap((word, i) => lost(word, values[i])), ...lost("the loss", loss),
      ...names.flatMap((word, i) => (locked[i] ? [] : lost(`the gradient of ${word}`, pull[i]))),
      `the loss is ${short(loss, 3)}, from ${short(path.loss[0], 3)} at the start`,
    ];
    if (k > 0) return `diverged at step ${k}: ${problem}\nhint: a smaller rate than ${short(leg.rate)}, or a schedule`;
    const what = Number.isFinite(loss) ? "slope" : "value";
    return `the model has no ${what} at the start: ${problem}\nhint: begin elsewhere: move a parameter`;
  }

  return path;
}

const COLUMNS = ["parameters", "gradient", "loss", "rate"] as const;

function grown(column: Float64Array): Float64Array {
  const next = new Float64Array(2 * column.length);
  next.set(column);
  return next;
}

/** A number as Python's `:g` writes it, to so many digits. */
export function short(value: number, digits = 6): string {
  if (!Number.isFinite(value)) return endless(value);
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  const power = Number(exponent);
  if (power >= -4 && power < digits) return String(Number(value.toPrecision(digits)));
  return scientific(Number(mantissa), power);
}
