/**
 * Training as far as someone looks. A moment is never kept but for a few: any other is trained again from the nearest
 * one kept, parameters and optimizer alike, so that step k is the same, bit for bit, however it is reached.
 */

import { RUNAWAY, short } from "../descend.ts";
import { OPTIMIZERS, type OptimizerState } from "../optimizers.ts";
import { SCHEDULES } from "../schedules.ts";
import { type Batches, batchesOf, heldOut, type Split } from "./batches.ts";
import type { NetworkLab, NetworkLeg } from "./lab.ts";
import { type Engine, engineOf, namesOf } from "./layers.ts";
import { type Seen, seenBy } from "./scale.ts";

export const MOST_FRAMES = 256; // moments that are kept, besides those where a leg begins
const FIRST_EVERY = 16; // steps from one to the next, to begin with
export const MOST_HISTORY = 600; // losses that a curve is drawn from
export const MOST_JUDGED = 1_000; // rows that each of them is computed on
const MOST_KEPT = 4; // walks that are remembered, for undo and redo

/** Losses on the way: training and held-out rows at step[i]. Each at most MOST_HISTORY long. held: NaN where none is held out. */
export interface History {
  stride: number;
  readonly step: number[];
  readonly train: number[];
  readonly held: number[];
}

export interface Trainer {
  readonly engine: Engine;
  readonly seen: Seen;
  readonly split: Split;
  readonly history: History;
  readonly known: number; // the last step that has been trained
  readonly ended: { readonly step: number; readonly words: string } | null; // why it had to stop
  /** Trains as far as a step. The last step there is, up to it: less where the walk ends early. */
  readonly upTo: (step: number) => number;
  /** A copy of the parameters at a step, or at the last one before it that there is. */
  readonly parametersAt: (step: number) => Float64Array;
}

/** What a walk stands on. steps: what its schedules count to. */
type Ground = Pick<NetworkLab, "net" | "points" | "scale" | "held" | "seed" | "loss" | "start" | "legs" | "steps">;
const GROUND = ["net", "points", "scale", "held", "seed", "loss", "start"] as const;

/** Where a descent stands at a step: enough to go on from there. */
interface Frame {
  readonly step: number;
  readonly values: Float64Array;
  readonly state: OptimizerState;
}

interface Kept extends Trainer {
  readonly ground: Ground;
  readonly first: number; // the loss at the start
  readonly limit: number; // a loss above it has run away
  readonly every: number;
  readonly frames: readonly Frame[];
}

const kept: Kept[] = []; // the one last asked for first

/** The trainer of a lab: the same as long as nothing that its walk stands on changes. A branch goes on from what has been trained. */
export function trainOf(lab: NetworkLab): Trainer {
  const found = kept.findIndex(({ ground }) => alike(ground, lab) && sameLegs(ground.legs, lab.legs) && sameEnd(ground, lab));
  const [trainer] = found >= 0 ? kept.splice(found, 1) : [trained(lab, kept.find(({ ground }) => alike(ground, lab)))];
  kept.unshift(trainer!);
  kept.length = Math.min(kept.length, MOST_KEPT);
  return trainer!;
}

const alike = (a: Ground, b: Ground): boolean => GROUND.every((key) => a[key] === b[key]);
const sameLegs = (a: readonly NetworkLeg[], b: readonly NetworkLeg[]): boolean => a === b || (a.length === b.length && sharedLegs(a, b) === a.length);

/** Whether schedules count to the same end; a steady rate has none. */
const sameEnd = (a: Ground, b: Ground): boolean => a.steps === b.steps || isSteady(b.legs);
export const isSteady = (legs: readonly NetworkLeg[]): boolean => legs.every(({ schedule }) => schedule === "steady");

/** How many legs are the same from the beginning. */
function sharedLegs(a: readonly NetworkLeg[], b: readonly NetworkLeg[]): number {
  let k = 0;
  while (k < a.length && k < b.length && (a[k] === b[k] || LEG.every((key) => a[k]![key] === b[k]![key]))) k++;
  return k;
}
const LEG = ["from", "rate", "optimizer", "schedule", "zero", "batch", "penalty", "decay"] as const satisfies readonly (keyof NetworkLeg)[];

/** The leg in force at a step. */
export const legAt = (legs: readonly NetworkLeg[], step: number): NetworkLeg => legs.findLast(({ from }) => from <= step) ?? legs[0]!;

function trained(lab: NetworkLab, before: Kept | undefined): Kept {
  const { net, points, scale, held, seed, loss, start, legs, steps } = lab, seen = seenBy(lab);
  const engine = engineOf(net, loss), split = heldOut(points.n, seed, held), P = engine.P;
  const judged = sampledRows(split.train), judgedHeld = sampledRows(split.held), pulled = decaying(engine);
  const values = Float64Array.from(start), gradient = new Float64Array(P);
  const state: OptimizerState = OPTIMIZERS.sgd.begin(P); // one shape for all of them
  let at = 0, looked = -1; // the step it stands at, and the one whose gradient is at hand
  let on = -1, leg = legs[0]!, batches: Batches | null = null, frames: Frame[] = [];

  const trainer: { -readonly [K in keyof Kept]: Kept[K] } = {
    ground: { net, points, scale, held, seed, loss, start, legs, steps },
    engine, seen, split, history: { stride: 1, step: [], train: [], held: [] }, known: 0, ended: null, first: NaN, limit: NaN, every: FIRST_EVERY, frames,
    upTo(step) {
      if (step > trainer.known && !trainer.ended) {
        if (at < trainer.known) toward(trainer.known);
        while (at < step && !trainer.ended) forth();
      }
      return Math.min(step, trainer.known);
    },
    parametersAt(step) {
      toward(trainer.upTo(Math.max(0, step)));
      return values.slice();
    },
  };

  /** To a step that has been trained: on from here, or from the nearest moment that was kept. */
  function toward(step: number): void {
    const nearest = frames.findLast((frame) => frame.step <= step)!;
    if (at > step || nearest.step > at) put(nearest);
    while (at < step) go();
  }

  function put(frame: Frame): void {
    at = frame.step;
    looked = -1;
    values.set(frame.values);
    copy(frame.state, state);
    const before = legs.findLastIndex(({ from }) => from < at); // the leg that begins here is entered by the look
    if (before !== on) enter(before);
  }

  function enter(next: number): void {
    on = next;
    if (next < 0) return;
    leg = legs[next]!;
    batches = batchesOf(split.train, leg.batch, seed);
  }

  /** One step, of those that have been trained before. */
  function go(): void {
    if (looked !== at) look();
    step();
    at++;
  }

  /** One step further than ever, and whether one can go on from there. */
  function forth(): void {
    go();
    trainer.known = at;
    note();
    if (at % trainer.every === 0 || legs.some(({ from }) => from === at)) keep();
  }

  /** The loss of this step's batch, its gradient and the penalty's, at moment `at`. */
  function look(): number {
    while (on + 1 < legs.length && legs[on + 1]!.from <= at) {
      enter(on + 1);
      clear(state);
    }
    batches!.seek(at - leg.from);
    const { rows, from, to } = batches!, value = engine.gradient(values, seen.x, seen.y, rows, from, to, gradient);
    punish(leg, values, gradient, pulled);
    looked = at;
    return value;
  }

  function step(): void {
    if (!leg.zero) for (let i = 0; i < P; i++) gradient[i] = state.sum[i]! += gradient[i]!;
    OPTIMIZERS[leg.optimizer].step(values, gradient, rateAt(leg, at, steps), state);
  }

  /** Looks at a moment for the first time: its losses, and whether the walk ends here. */
  function note(): void {
    const value = look();
    if (at === 0) {
      trainer.first = value;
      trainer.limit = value + Math.max(RUNAWAY * Math.abs(value), 1);
    }
    if (!(value <= trainer.limit) || !finite(values, gradient)) trainer.ended = { step: at, words: trouble(value) };
    const { history } = trainer;
    if (at % history.stride !== 0) return;
    history.step.push(at);
    history.train.push(engine.loss(values, seen.x, seen.y, judged));
    history.held.push(engine.loss(values, seen.x, seen.y, judgedHeld));
    if (history.step.length >= MOST_HISTORY) halve(history);
  }

  function keep(): void {
    frames.push({ step: at, values: values.slice(), state: { sum: legs.some(({ zero }) => !zero) ? state.sum.slice() : state.sum.subarray(0, 0), first: spare(state.first), second: spare(state.second), steps: state.steps } });
    if (frames.length <= MOST_FRAMES + legs.length) return;
    trainer.every *= 2;
    trainer.frames = frames = frames.filter((frame) => frame.step % trainer.every === 0 || legs.some(({ from }) => from === frame.step));
  }

  function trouble(value: number): string {
    const names = namesOf(engine), lost = (what: string, v: number): string[] => (Number.isFinite(v) ? [] : [`${what} is ${short(v)}`]);
    const [problem] = [
      ...names.flatMap((word, i) => lost(word, values[i]!)), ...lost("the loss", value), ...names.flatMap((word, i) => lost(`the gradient of ${word}`, gradient[i]!)),
      `the loss is ${short(value, 3)}, from ${short(trainer.first, 3)} at the start`,
    ];
    if (at > 0) return `diverged at step ${at}: ${problem}\nhint: a smaller rate than ${short(leg.rate)}, or a schedule`;
    return `the network has no ${Number.isFinite(value) ? "slope" : "value"} at the start: ${problem}\nhint: another start, or smaller weights`;
  }

  /** What another walk has trained that goes the same way as far as a branch. */
  function adopt(other: Kept): boolean {
    const shared = sharedLegs(other.ground.legs, legs);
    if (!shared || !(other.ground.steps === steps || isSteady(legs.slice(0, shared)))) return false;
    const until = Math.min(legs[shared]?.from ?? Infinity, other.ground.legs[shared]?.from ?? Infinity, other.known);
    if (other.ended && other.ended.step <= until) return false;
    const { step, train, held, stride } = other.history, count = step.filter((k) => k <= until).length;
    const there = other.parametersAt(until);
    Object.assign(trainer.history, { stride, step: step.slice(0, count), train: train.slice(0, count), held: held.slice(0, count) });
    for (const frame of other.frames) if (frame.step <= until) frames.push(frame);
    [trainer.every, trainer.first, trainer.limit, trainer.known] = [other.every, other.first, other.limit, until];
    put(frames.at(-1)!);
    if (legs[shared]?.from === until && at < until) { // a leg begins here: its optimizer knows nothing yet
      at = until;
      values.set(there);
      keep();
      put(frames.at(-1)!);
    }
    return true;
  }

  if (!before || !adopt(before)) {
    note();
    keep();
  }
  return trainer;
}

/** The rate at a step. A leg's schedule counts from its beginning to the walk's end. */
export const rateAt = (leg: NetworkLeg, step: number, steps: number): number => leg.rate * SCHEDULES[leg.schedule].factor(step - leg.from, steps - leg.from);

/** (P,) 1 where a penalty pulls: at the weights, not at the biases. */
export function decaying({ P, weights, biases }: Pick<Engine, "P" | "weights" | "biases">): Uint8Array {
  const pulled = new Uint8Array(P);
  weights.forEach((from, k) => pulled.fill(1, from, biases[k]));
  return pulled;
}

/** Adds what the penalty asks of each weight to a gradient. */
export function punish({ penalty, decay }: Pick<NetworkLeg, "penalty" | "decay">, values: Float64Array, gradient: Float64Array, pulled: Uint8Array): void {
  if (penalty === "none" || decay === 0) return;
  if (penalty === "L2") for (let i = 0; i < values.length; i++) gradient[i]! += decay * values[i]! * pulled[i]!;
  else for (let i = 0; i < values.length; i++) gradient[i]! += decay * Math.sign(values[i]!) * pulled[i]!;
}

/** Rows that a loss is computed on: at most MOST_JUDGED, evenly among them. */
export function sampledRows(rows: Int32Array): Int32Array {
  const n = rows.length;
  return n <= MOST_JUDGED ? rows : Int32Array.from({ length: MOST_JUDGED }, (_, i) => rows[Math.floor((i * n) / MOST_JUDGED)]!);
}

function finite(values: Float64Array, gradient: Float64Array): boolean {
  let a = 0, b = 0;
  for (let i = 0; i < values.length; i++) {
    a += 0 * values[i]!;
    b += 0 * gradient[i]!;
  }
  return a + b === 0;
}

/** Every second entry, from now on twice as far apart. */
function halve(history: History): void {
  history.stride *= 2;
  for (const column of [history.train, history.held, history.step]) {
    const left = column.filter((_, i) => history.step[i]! % history.stride === 0);
    column.length = 0;
    column.push(...left);
  }
}

function clear(state: OptimizerState): void {
  for (const column of [state.sum, state.first, state.second]) column.fill(0);
  state.steps = 0;
}

/** A column as it is kept: nothing where it holds nothing. */
const spare = (column: Float64Array): Float64Array => (column.some((v) => v !== 0) ? column.slice() : column.subarray(0, 0).slice());

function copy(from: OptimizerState, to: OptimizerState): void {
  clear(to);
  to.sum.set(from.sum);
  to.first.set(from.first);
  to.second.set(from.second);
  to.steps = from.steps;
}
