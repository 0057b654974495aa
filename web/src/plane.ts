/** A model of two or three inputs as a map: its window, its heights, and the creases where it bends. */

import { derivatives } from "./derivative.ts";
import type { Evaluator } from "./evaluator.ts";
import { apply, type Expr, names, ordered } from "./expression.ts";
import { columnsOf, type Points } from "./points.ts";
import { linspace } from "./noise.ts";
import { memo } from "./memo.ts";
import type { Model } from "./model.ts";
import { interpreter } from "./program.ts";
import type { Interval } from "./ranges.ts";
import type { Lab, View } from "./state.ts";

const WORK = 3e7; // numbers computed for one map
const MOST_SIDE = 100, LEAST_SIDE = 30; // places across and up

export type Spot = readonly [x: number, y: number]; // data units of the first two inputs

/** Where the inputs after the second are held: halfway where nobody has moved them. */
export const sliceOf = ({ slice, model, points, document }: Pick<Lab, "slice" | "model" | "points" | "document">): readonly number[] =>
  model.inputs.slice(2).map((_, j) => slice[j] ?? middle(extentOf(points, document.ranges[j + 2]!, j + 2)));

const middle = ([low, high]: Interval): number => (low + high) / 2;

/** From the lowest to the highest of an input; the range said where there are no points. */
export const extentOf = memo(({ n, x }: Points, range: Interval, input: number): Interval => {
  if (!n) return range;
  const column = x.subarray(input * n, (input + 1) * n);
  return [column.reduce((m, v) => Math.min(m, v), Infinity), column.reduce((m, v) => Math.max(m, v), -Infinity)];
});

/** How many places across and up are computed: fewer where the model is long. */
export const sideFor = ({ model: { expr } }: Pick<Lab, "model">): number =>
  Math.max(LEAST_SIDE, Math.min(MOST_SIDE, Math.floor(Math.sqrt(WORK / ordered([expr]).length / 20))));

const places = memo((view: View, side: number, ...slice: number[]): Float64Array => {
  const [x, y] = [linspace(...(view.x as [number, number]), side), linspace(...(view.y as [number, number]), side)], all = side * side;
  const out = new Float64Array((2 + slice.length) * all);
  for (let i = 0; i < all; i++) {
    out[i] = x[i % side]!;
    out[all + i] = y[Math.floor(i / side)]!;
  }
  slice.forEach((value, j) => out.fill(value, (2 + j) * all, (3 + j) * all));
  return out;
});

/** The model's values over a window, (side · side,), from its lower left, row by row. */
export function mapOf(lab: Lab, view: View, side: number): Float64Array {
  const out = new Float64Array(side * side);
  lab.model.evaluator.predict(lab.parameters, places(view, side, ...sliceOf(lab)), side * side, out);
  return out;
}

/** Each point less the model there; NaN where the model has no value. */
export function residuals({ model, parameters, points: { n, x, y } }: Lab): Float64Array {
  const out = new Float64Array(n);
  model.evaluator.predict(parameters, x, n, out);
  return out.map((v, i) => y[i]! - v);
}

/** A point in words: "point 3 of 20: x −1.58, y 0.2, z 5.9". */
export const valuesAt = (points: Points, i: number): number[] => [...columnsOf(points).map((column) => column[i]!), points.y[i]!];

// --- Creases ---

/** A straight line along which a model bends: where `argument`, which is straight in the inputs, is 0. */
export interface Crease {
  readonly argument: Evaluator;
  readonly own: readonly number[]; // the parameters in it
  readonly place: number; // the one that only shifts it; -1 where none does
}

/** The creases of a model, in the order of the formula. */
export const creasesOf = memo((model: Model): readonly Crease[] => {
  const bent = ordered([model.expr]).flatMap(({ op, args }) => {
    const [a, b] = args as [Expr, Expr];
    return op === "relu" || op === "abs" ? [a] : op === "maximum" || op === "minimum" ? [apply("subtract", a, b)] : [];
  });
  return [...new Set(bent)].flatMap((argument) => {
    const slopes = derivatives(argument, model.inputs), steep = new Set(names(...slopes)), inside = new Set(names(argument));
    const own = model.parameters.flatMap((name, i) => (inside.has(name) ? [i] : []));
    if (!own.length || model.inputs.some((name) => steep.has(name)) || !model.inputs.some((name) => inside.has(name))) return [];
    const shifts = derivatives(argument, model.parameters).map((slope) => names(slope));
    const place = own.find((i) => !shifts[i]!.some((name) => model.inputs.includes(name) || name === model.parameters[i]) && !steep.has(model.parameters[i]!)) ?? -1;
    return [{ argument: interpreter(argument, model.inputs, model.parameters), own, place }];
  });
});

/** What a crease's argument is at some spots, and its derivatives by every parameter: (1 + P) rows of as many numbers. */
function seen({ argument }: Crease, values: ArrayLike<number>, spots: readonly Spot[], slice: readonly number[]): Float64Array {
  const n = spots.length, x = new Float64Array((2 + slice.length) * n), rows = new Float64Array((1 + values.length) * n);
  spots.forEach((spot, i) => [...spot, ...slice].forEach((value, j) => { x[j * n + i] = value; }));
  argument.rows(values, x, n, rows);
  return rows;
}

/** The part of a crease inside a window, from end to end, and the side on which its argument is above 0; null where it passes by. */
export function segmentOf(crease: Crease, values: ArrayLike<number>, { x: [left, right], y: [low, high] }: View, slice: readonly number[]): { readonly from: Spot; readonly to: Spot; readonly up: boolean } | null {
  const [at, across, above] = seen(crease, values, [[left, low], [right, low], [left, high]], slice) as unknown as [number, number, number];
  const a = across - at, b = above - at; // the argument is at + a·u + b·v, with u and v from 0 to 1 over the window
  const ends: Spot[] = [];
  const meet = (u: number, v: number): void => { if (u >= 0 && u <= 1 && v >= 0 && v <= 1 && !ends.some(([x, y]) => Math.hypot(x - u, y - v) < 1e-9)) ends.push([u, v]); };
  for (const edge of [0, 1]) {
    meet(edge, -(at + a * edge) / b);
    meet(-(at + b * edge) / a, edge);
  }
  if (ends.length < 2) return null;
  const [one, two] = ends.sort((p, q) => p[0] - q[0] || p[1] - q[1]) as [Spot, Spot];
  const data = ([u, v]: Spot): Spot => [left + u * (right - left), low + v * (high - low)];
  return { from: data(one), to: data(two), up: b > 0 || (b === 0 && a < 0) };
}

/** The parameters with a crease through a spot, turned as it was; the same where that can't be. */
export function shifted(crease: Crease, values: readonly number[], to: Spot, slice: readonly number[]): readonly number[] {
  const { place } = crease;
  if (place < 0) return through(crease, values, [to], slice);
  const rows = seen(crease, values, [to], slice), next = values[place]! - rows[0]! / rows[1 + place]!;
  return Number.isFinite(next) ? values.with(place, next) : values;
}

const ROUNDS = 20; // of Newton's method

/** The parameters, as near as can be, with a crease through one spot or two; the same where that can't be. */
export function through(crease: Crease, values: readonly number[], spots: readonly Spot[], slice: readonly number[]): readonly number[] {
  const m = spots.length, { own } = crease;
  let now = values;
  for (let round = 0; round < ROUNDS; round++) {
    const rows = seen(crease, now, spots, slice), J = (k: number, i: number): number => rows[(1 + own[i]!) * m + k]!;
    const gram = (k: number, l: number): number => own.reduce((sum, _, i) => sum + J(k, i) * J(l, i), 0);
    const [p, q, r] = [gram(0, 0), m > 1 ? gram(0, 1) : 0, m > 1 ? gram(1, 1) : 1], [f, g] = [rows[0]!, m > 1 ? rows[1]! : 0], det = p * r - q * q;
    const pull = [(r * f - q * g) / det, (p * g - q * f) / det];
    const next = now.map((v, k) => { const i = own.indexOf(k); return i < 0 ? v : v - pull[0]! * J(0, i) - (m > 1 ? pull[1]! * J(1, i) : 0); });
    if (!next.every(Number.isFinite)) return values;
    if (next.every((v, k) => Math.abs(v - now[k]!) <= 1e-12 * Math.max(1, Math.abs(v)))) return next;
    now = next;
  }
  const rest = seen(crease, now, spots, slice), before = seen(crease, values, spots, slice);
  return spots.every((_, k) => Math.abs(rest[k]!) <= 1e-3 * Math.max(Math.abs(before[0]!), Math.abs(before[m - 1]!))) ? now : values;
}
