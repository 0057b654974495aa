/**
 * Start values from the data: many candidates for the parameters that enter nonlinearly, the rest in closed form.
 * A port of `solve/starts.py`, which says why; fewer candidates, and draws of its own.
 */

import { clipped, type Descent, minimise } from "./least-squares.ts";
import { solveLinear } from "./linear.ts";
import { random } from "./noise.ts";
import { columnsOf, taken } from "./points.ts";
import { costAt, type Problem } from "./problem.ts";

const MOST_POINTS = 100; // used to rank candidates
export const MOST_CANDIDATES = 3000;
const GRID = 36; // values of each of two searched parameters, beside the rhythms
const POLISHED = 36; // candidates that get a short descent, at most; a dozen for each searched parameter
const SHORT = 30; // steps of it
const FINALISTS = 6; // descents that are run to the end by the caller

type Tried = Pick<Descent, "values" | "cost">;

/**
 * Promising starts for the free parameters, best first. `linear`: places among the free that are solved in closed form.
 * The squared loss ranks them, whatever the problem's own is: it needs no start itself. The answer depends on the
 * problem and the seed alone, never on the clock: `most` candidates bound the work.
 */
export function findStarts(problem: Problem, linear: readonly number[], seed = 0, most = MOST_CANDIDATES): Float64Array[] {
  const small = { ...thinned(problem), loss: "mse" as const };
  const searched = problem.free.map((_, i) => i).filter((i) => !linear.includes(i));
  const tried = candidates(small, searched.length, seed, most).map((drawn) => attempt(small, searched, drawn, linear));
  const best = distinct(tried, Math.min(POLISHED, 12 * searched.length));
  return distinct(best.map(({ values }) => minimise(small, values, SHORT)), FINALISTS).map(({ values }) => values);
}

/** A candidate within the bounds, its linear parameters solved. */
function attempt(small: Problem, searched: readonly number[], drawn: ArrayLike<number>, linear: readonly number[]): Tried {
  const at = Float64Array.from(small.free, (place) => small.values[place]);
  searched.forEach((i, k) => { at[i] = drawn[k]; });
  const values = clipped(at, small);
  return linear.length ? solveLinear(small, values, linear) : { values, cost: costAt(small, values) };
}

/** At most MOST_POINTS of the points, evenly spread along x. */
export function thinned(problem: Problem): Problem {
  const { n, x } = problem;
  if (n <= MOST_POINTS) return problem;
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort((a, b) => x[a] - x[b]);
  return taken(problem, places(n, MOST_POINTS).map((i) => order[i]));
}

/** `count` places evenly spread over 0 … n − 1. */
const places = (n: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => Math.floor((i * (n - 1)) / (count - 1)));

/** Those of lowest finite cost; of any whose cost is the same to four digits, the one with the smallest values. */
export function distinct<T extends Tried>(tried: readonly T[], most: number): T[] {
  const order = tried.filter(({ cost }) => cost < Infinity).sort((a, b) => a.cost - b.cost);
  const chosen: T[] = [];
  for (const one of order) {
    const near = Math.max(chosen.length - 8, 0);
    const same = chosen.findIndex((other, k) => k >= near && Math.abs(one.cost - other.cost) <= 1e-4 * Math.abs(other.cost));
    if (same >= 0) chosen[same] = total(one.values) < total(chosen[same].values) ? one : chosen[same];
    else if (chosen.length === most) break;
    else chosen.push(one);
  }
  return chosen.length ? chosen : tried.slice(0, 1);
}

const total = (values: Float64Array): number => values.reduce((sum, v) => sum + Math.abs(v), 0);

/** Values to try for the searched parameters: one gets the whole pool, two a grid of it, more get random draws. */
function candidates(problem: Problem, searched: number, seed: number, most: number): ArrayLike<number>[] {
  if (searched === 0) return [[]];
  const along = columnsOf(problem).map((x) => ({ ...problem, x }));
  const beats = along.flatMap((one) => rhythms(one));
  const pool = [...along.flatMap(sizes), ...beats];
  if (searched === 1) return pool.map((value) => [value]);
  if (searched === 2) {
    const ordered = pool.toSorted((a, b) => a - b);
    const coarse = [...places(pool.length, GRID).map((i) => ordered[i]), ...beats];
    return coarse.flatMap((a) => coarse.map((b) => [a, b]));
  }
  const { sample } = random(seed);
  const draw = (): number => pool[Math.floor(sample() * pool.length)];
  return Array.from({ length: most }, () => Array.from({ length: searched }, draw));
}

/**
 * The pool: sizes that a parameter of these points could have, sorted. Places along x, its span and typical size and
 * their inverses over four decades with both signs, heights of y, and plain numbers around 1.
 */
export function sizes({ x, y }: Pick<Problem, "x" | "y">): number[] {
  const [across, up] = [x.toSorted(), y.toSorted()];
  const span = across[across.length - 1] - across[0] || 1;
  const typical = quantile(x.map(Math.abs).toSorted(), 0.5) || span;
  const decades = Array.from({ length: 13 }, (_, i) => 10 ** (-2.5 + i / 3));
  const numbers = [0.5, 1, 1.5, 2, 3, 4].flatMap((v) => [v, -v]);
  const scales = [span, 1 / span, typical, 1 / typical];
  const found = [
    ...numbers, ...[0, 0.5, 1].map((q) => quantile(up, q)), ...Array.from({ length: 15 }, (_, i) => quantile(across, i / 14)),
    ...scales.flatMap((unit) => decades.flatMap((d) => [d * unit, -d * unit])),
  ];
  return [...new Set(found)].sort((a, b) => a - b);
}

/** The value below which a share of sorted numbers lies, interpolated. */
function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  return sorted[low] + (at - low) * (sorted[Math.min(low + 1, sorted.length - 1)] - sorted[low]);
}

/**
 * What a parameter inside a sine could be: the strongest frequencies of y along x, each as cycles and as radians per
 * unit, and as the length of a cycle or a radian; at most 4 · `most`.
 */
export function rhythms({ x, y, n }: Pick<Problem, "x" | "y" | "n">, most = 3): number[] {
  const span = Math.max(...x) - Math.min(...x);
  if (span === 0) return [];
  const still = steadied(x, y);
  const step = 1 / (4 * span); // to the mean Nyquist frequency, four a line
  const power = Array.from({ length: 2 * n }, (_, k) => strength(x, still, (k + 1) * step));
  const peak = (k: number): boolean => power[k] >= power.at(k - 1)! && power[k] >= power[(k + 1) % power.length];
  const peaks = [...power.keys()].filter(peak).sort((a, b) => power[b] - power[a]).slice(0, most);
  const best = peaks.map((k) => (k + 1) * step);
  const round = 2 * Math.PI;
  return [...best, ...best.map((f) => round * f), ...best.map((f) => 1 / f), ...best.map((f) => 1 / (round * f))];
}

/** y without its mean and its drift along x, which is no rhythm. */
function steadied(x: Float64Array, y: Float64Array): Float64Array {
  const centred = (v: Float64Array): Float64Array => v.map((one) => one - v.reduce((a, b) => a + b, 0) / v.length);
  const [away, high] = [centred(x), centred(y)];
  const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, v, i) => sum + v * b[i], 0);
  const drift = dot(away, high) / dot(away, away);
  return high.map((v, i) => v - drift * away[i]);
}

/** How strongly y swings with a frequency. */
function strength(x: Float64Array, y: Float64Array, frequency: number): number {
  let [even, odd] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    even += Math.cos(2 * Math.PI * frequency * x[i]) * y[i];
    odd += Math.sin(2 * Math.PI * frequency * x[i]) * y[i];
  }
  return Math.hypot(even, odd);
}
