/** Gradient descent as a path of moments, computed as far as someone looks: step k is the same whoever asks. */

import type { LossName, OptimizerName, ScheduleName, WalkDocument } from "./contract.ts";
import type { Evaluator } from "./evaluator.ts";
import { OPTIMIZERS, type Optimizer, type OptimizerState } from "./optimizers.ts";
import { SCHEDULES, type Schedule } from "./schedules.ts";

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
export const descend = (slope: Slope, walk: Walk): Path => new Walker(slope, walk);

/** The path while it is walked: the one mutable thing in this file. */
class Walker implements Path {
  readonly P: number;
  readonly steps: number;
  known = 0;
  parameters: Float64Array;
  gradient: Float64Array;
  loss: Float64Array = new Float64Array(FIRST);
  rate: Float64Array = new Float64Array(FIRST);
  ended: { step: number; words: string } | null = null;
  readonly #slope: Slope;
  readonly #legs: readonly Leg[];
  readonly #values: Float64Array; // (P,) where it stands
  readonly #pull: Float64Array; // (P,) the gradient there
  readonly #locked: Uint8Array;
  #at = -1; // which leg it is on
  #leg: Leg;
  #optimizer: Optimizer;
  #schedule: Schedule;
  #state: OptimizerState;

  constructor(slope: Slope, walk: Walk) {
    this.P = slope.start.length;
    this.steps = walk.steps;
    this.parameters = new Float64Array(FIRST * this.P);
    this.gradient = new Float64Array(FIRST * this.P);
    this.#slope = slope;
    this.#legs = walk.legs;
    this.#values = Float64Array.from(slope.start);
    this.#pull = new Float64Array(this.P);
    this.#locked = Uint8Array.from(slope.locked, Number);
    this.#leg = walk.legs[0];
    this.#optimizer = OPTIMIZERS[this.#leg.optimizer];
    this.#schedule = SCHEDULES[this.#leg.schedule];
    this.#state = this.#optimizer.begin(this.P);
  }

  upTo(k: number): number {
    const last = Math.min(k, this.steps);
    while (this.known <= last && this.ended === null) this.#moment(this.known);
    return Math.min(k, this.known - 1);
  }

  #moment(k: number): void {
    if (k === this.loss.length) this.#grow();
    if (k > 0) this.#step(k - 1);
    while (this.#at + 1 < this.#legs.length && this.#legs[this.#at + 1].from <= k) this.#enter(this.#at + 1);
    this.#look(k);
    this.known = k + 1;
    if (!this.#sound(k)) this.ended = { step: k, words: this.#trouble(k) };
  }

  #enter(at: number): void {
    this.#at = at;
    this.#leg = this.#legs[at];
    this.#optimizer = OPTIMIZERS[this.#leg.optimizer];
    this.#schedule = SCHEDULES[this.#leg.schedule];
    this.#state = this.#optimizer.begin(this.P);
  }

  /** From moment k towards the next, by the gradient that the look at k left. */
  #step(k: number): void {
    for (let i = 0; i < this.P; i++) if (this.#locked[i]) this.#pull[i] = 0;
    this.#optimizer.step(this.#values, this.#pull, this.rate[k], this.#state, this.#leg.zero);
  }

  /** Writes moment k: where it stands, how wrong that is, and which way is up from here. */
  #look(k: number): void {
    const { evaluator, loss, delta, x, y, weight, n } = this.#slope;
    const { P } = this;
    const from = this.#leg.from;
    this.loss[k] = evaluator.gradient(loss, delta, this.#values, x, y, weight, n, this.#pull);
    this.rate[k] = this.#leg.rate * this.#schedule.factor(k - from, this.steps - from);
    for (let i = 0, at = k * P; i < P; i++, at++) {
      this.parameters[at] = this.#values[i];
      this.gradient[at] = this.#pull[i];
    }
  }

  /** Whether the walk can go on from moment k. */
  #sound(k: number): boolean {
    const first = this.loss[0];
    if (!Number.isFinite(this.loss[k]) || this.loss[k] - first > Math.max(RUNAWAY * Math.abs(first), 1)) return false;
    for (let i = 0; i < this.P; i++) {
      if (!Number.isFinite(this.#values[i]) || (!this.#locked[i] && !Number.isFinite(this.#pull[i]))) return false;
    }
    return true;
  }

  #trouble(k: number): string {
    const { names, locked } = this.#slope;
    const loss = this.loss[k];
    const lost = (what: string, numbers: Float64Array, seen: (i: number) => boolean): string[] =>
      [...numbers].flatMap((v, i) => (seen(i) && !Number.isFinite(v) ? [`${what}${names[i]} is ${short(v)}`] : []));
    const [problem] = [
      ...lost("", this.#values, () => true),
      ...(Number.isFinite(loss) ? [] : [`the loss is ${short(loss)}`]),
      ...lost("the gradient of ", this.#pull, (i) => !locked[i]),
      `the loss is ${short(loss, 3)}, from ${short(this.loss[0], 3)} at the start`,
    ];
    if (k > 0) return `diverged at step ${k}: ${problem}\nhint: a smaller rate than ${short(this.#leg.rate)}, or a schedule`;
    const what = Number.isFinite(loss) ? "slope" : "value";
    return `the model has no ${what} at the start: ${problem}\nhint: begin elsewhere: move a parameter`;
  }

  #grow(): void {
    const grown = (column: Float64Array): Float64Array => {
      const next = new Float64Array(2 * column.length);
      next.set(column);
      return next;
    };
    this.loss = grown(this.loss);
    this.rate = grown(this.rate);
    this.parameters = grown(this.parameters);
    this.gradient = grown(this.gradient);
  }
}

/** A number as Python's `:g` writes it, to so many digits. */
export function short(value: number, digits = 6): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  const power = Number(exponent);
  if (power >= -4 && power < digits) return String(Number(value.toPrecision(digits)));
  return `${Number(mantissa)}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}
