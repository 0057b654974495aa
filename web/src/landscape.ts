/** The loss over two of the parameters, the others held where they are: its window, its numbers, what is written on it. */

import { reliefOf } from "./contour.ts";
import { futureOf } from "./derived.ts";
import type { LossName } from "./contract.ts";
import { ordered } from "./expression.ts";
import { linearParameters } from "./linear.ts";
import { mean } from "./losses.ts";
import { memo } from "./memo.ts";
import type { Model } from "./model.ts";
import { type Points, sampled } from "./points.ts";
import type { Interval } from "./ranges.ts";
import { nicely, tidy } from "./scale.ts";
import type { Lab, View } from "./state.ts";

export type Over = readonly [number, number];

const MOST_SEEN = 200; // points: the shape needs no more
const MOST_SIDE = 100, LEAST_SIDE = 30; // places across and up
const WORK = 6e7; // operations on a number in a frame
const MIXED = 10; // of them for a point of a curve between two others, its loss included
const INTERPRETED = 10; // times as long as printed
const ROOM = 0.25; // of a slider's range: how far beyond its ends the path and the best are followed

/** The two parameters: those asked for where the model has them, otherwise the first that are free; null where there are not two. */
export function overOf({ landscape, model: { parameters }, locked }: Pick<Lab, "landscape" | "model" | "locked">): Over | null {
  if (parameters.length < 2) return null;
  const free = parameters.map((_, i) => i).sort((a, b) => Number(locked[a]) - Number(locked[b]) || a - b) as [number, number, ...number[]];
  return landscape && landscape[0] !== landscape[1] && landscape.every((i) => i < parameters.length) ? landscape : [free[0], free[1]];
}

/** The window: the sliders' ranges, a little wider where that brings the path and the best into sight. */
export function windowOver(lab: Lab, [i, j]: Over): View {
  const { parameters, known, P } = futureOf(lab);
  const side = (k: number): Interval => {
    const [low, high] = lab.ranges[k], room = ROOM * (high - low);
    let least = low, most = high;
    const see = (v: number): void => {
      if (v < least && v >= low - room) least = v;
      if (v > most && v <= high + room) most = v;
    };
    for (let m = 0; m < known; m++) see(parameters[m * P + k]);
    if (lab.best) see(lab.best.values[k]);
    return least < low || most > high ? nicely([least, most]) : [low, high];
  };
  return steady(...side(i), ...side(j));
}

const steady = memo((a: number, b: number, c: number, d: number): View => ({ x: [a, b], y: [c, d] }));

/** How many places across and up are affordable in one frame, by the work they are and never by the clock. */
export const sideFor = ({ points, model }: Pick<Lab, "points" | "model">, over: Over): number =>
  Math.max(LEAST_SIDE, Math.min(MOST_SIDE, Math.floor(Math.sqrt(WORK / (Math.min(points.n, MOST_SEEN) * costOf(model, ...over))))));

/** What one place costs a point, in operations on a number. */
const costOf = memo((model: Model, i: number, j: number): number => (straight(model, i, j) === null ? ordered([model.expr]).length * (model.typed ? INTERPRETED : 1) : MIXED));

/** Which of two parameters the model is a straight line in, whatever the other is; null where in neither. */
const straight = memo(({ expr, parameters }: Model, i: number, j: number): number | null => [i, j].find((k) => linearParameters(expr, [parameters[k]]).length) ?? null);

/** The losses over a window of two parameters, from its lower left, row by row: the outer ones stand on its edge. The same object for the same landscape. */
export function landscapeOf({ model, points, loss, delta, parameters }: Pick<Lab, "model" | "points" | "loss" | "delta" | "parameters">, over: Over, { x, y }: View, columns: number, rows: number): Float64Array {
  const held = parameters.map((value, k) => (over.includes(k) ? 0 : value)); // where the two stand makes no difference
  return losses(model, seen(points), loss, delta, ...over, ...x, ...y, columns, rows, ...held);
}

const seen = memo((points: Points): Points => sampled(points, MOST_SEEN));

const losses = memo((
  model: Model, { n, x, y, weight }: Points, loss: LossName, delta: number, i: number, j: number,
  left: number, right: number, low: number, high: number, columns: number, rows: number, ...held: number[]
): Float64Array => {
  const at = Float64Array.from(held), out = new Float64Array(columns * rows), curve = new Float64Array(n), from = new Float64Array(n), to = new Float64Array(n);
  const predict = (across: number, up: number, into: Float64Array): void => {
    at[i] = left + (right - left) * across;
    at[j] = low + (high - low) * up;
    model.evaluator.predict(at, x, n, into);
  };
  const line = straight(model, i, j), inner = line === j ? rows : columns, outer = line === j ? columns : rows; // along a straight line two curves give all between
  for (let a = 0; a < outer; a++) {
    const fixed = a / (outer - 1), curveAt = (share: number, into: Float64Array): void => (line === j ? predict(fixed, share, into) : predict(share, fixed, into));
    if (line !== null) { curveAt(0, from); curveAt(1, to); }
    for (let b = 0; b < inner; b++) {
      const share = b / (inner - 1);
      if (line === null) curveAt(share, curve);
      else for (let k = 0; k < n; k++) curve[k] = from[k] * (1 - share) + to[k] * share;
      out[line === j ? b * columns + a : a * columns + b] = mean(loss, curve, y, weight, delta, n);
    }
  }
  return out;
});

/** The losses as heights 0 … 1, for colours: as even as the contours. */
export const heightsOf = memo((values: Float64Array): Float64Array => {
  const { low, high, bend } = reliefOf(values) ?? { low: 0, high: 0, bend: 1 }, power = 1 / bend;
  return values.map((value) => (!Number.isFinite(value) ? NaN : value >= high ? Number(high > low) : ((value - low) / (high - low)) ** power));
});

/** The parameters with the two at a place in the window, on numbers as round as the eye can tell; what is not finite goes back to where the walk began. */
export function placeAt({ parameters, start }: Pick<Lab, "parameters" | "start">, [i, j]: Over, { x, y }: View, across: number, up: number): number[] {
  const on = (value: number, [low, high]: Interval): number => tidy(Math.min(high, Math.max(low, value)), high - low);
  return parameters.map((value, k) => (k === i ? on(across, x) : k === j ? on(up, y) : Number.isFinite(value) ? value : start[k]));
}

/** A number on a contour, in grid units. */
export interface Mark {
  readonly level: number;
  readonly column: number;
  readonly row: number;
}

/**
 * Numbers for the contours, in one column or row of the grid: the one that has room for most of them. apart: places of the
 * grid between two at least. free: whether nothing else is there.
 */
export function marksOn(values: Float64Array, columns: number, rows: number, levels: readonly number[], apart: number, free: (column: number, row: number) => boolean): readonly Mark[] {
  let found: readonly Mark[] = [];
  for (const up of [true, false]) {
    const length = up ? rows : columns, gap = up ? apart : 1.5 * apart; // numbers are wider than high
    for (let share = 0.92; share > 0.05; share -= 0.07) {
      const line = Math.round(share * ((up ? columns : rows) - 1)), marks: Mark[] = [], at = (k: number): number => values[up ? k * columns + line : line * columns + k];
      for (let k = 0, last = 0; k < length - 1; k++) {
        const a = at(k), b = at(k + 1);
        for (const level of levels) {
          if (a >= level === b >= level || !Number.isFinite(a + b) || marks.some((mark) => mark.level === level)) continue;
          const place = k + (level - a) / (b - a), column = up ? line : place, row = up ? place : line;
          if (place - last < gap || place > length - 1 - gap || !free(column, row)) continue;
          marks.push({ level, column, row });
          last = place;
        }
      }
      if (marks.length > found.length) found = marks;
    }
  }
  return found;
}
