/** Points as the page holds them: columns that are never changed in place. An edit makes new ones. */

import type { PointsDocument } from "./contract.ts";
import { random } from "./noise.ts";

/** More rows than this make no page: a stranger's phone has to draw them. */
export const MOST_POINTS = 100_000;

export interface Points {
  readonly n: number;
  readonly x: Float64Array; // data units: (n,) for one input; of more, a column after another
  readonly y: Float64Array; // (n,)
  readonly sigma: Float64Array | null; // (n,), above 0
  readonly weight: Float64Array; // (n,), 1/sigma, or ones
}

/** Points from columns that were checked. x: one column after another. */
export function pointsOf(x: ArrayLike<number>, y: ArrayLike<number>, sigma: ArrayLike<number> | null = null): Points {
  const weight = sigma === null ? new Float64Array(y.length).fill(1) : Float64Array.from(sigma, (s) => 1 / s);
  return { n: y.length, x: Float64Array.from(x), y: Float64Array.from(y), sigma: sigma && Float64Array.from(sigma), weight };
}

export const fromDocument = (d: PointsDocument): Points => pointsOf(d.x.flat(), d.y, d.sigma);

/** inputs: how many there are; points alone do not say it where there are none. */
export const toDocument = (p: Points, inputs: number): PointsDocument => ({ x: columnsOf(p, inputs).map((column) => [...column]), y: [...p.y], sigma: p.sigma && [...p.sigma] });

/** x by input; where there are no points, one empty column or so many. */
export const columnsOf = ({ n, x }: Pick<Points, "n" | "x">, inputs = n ? x.length / n : 1): Float64Array[] => Array.from({ length: inputs }, (_, j) => x.subarray(j * n, (j + 1) * n));

/** Some of the points, by their numbers. */
export function taken<P extends Pick<Points, "n" | "x" | "y" | "weight">>(p: P, index: readonly number[]): P {
  const pick = (column: Float64Array): Float64Array => Float64Array.from(index, (i) => column[i]!);
  return { ...p, n: index.length, x: Float64Array.from(columnsOf(p).flatMap((column) => [...pick(column)])), y: pick(p.y), weight: pick(p.weight) };
}

/** At most so many of the points, spread over the table, but not evenly: a grid's rows would be met in step. */
export function sampled(points: Points, most: number): Points {
  if (points.n <= most) return points;
  const { sample } = random(0);
  return taken(points, Array.from({ length: most }, (_, i) => Math.floor(((i + sample()) * points.n) / most)));
}

/** What a point's inputs are: a number where there is one of them. */
export type Spot = number | readonly number[];

/** With one more point, at the end; its sigma is the median of the others'. */
export function withPoint(p: Points, x: Spot, y: number): Points {
  const sigma = p.sigma && (p.n ? [...p.sigma].sort((a, b) => a - b)[p.n >> 1]! : 1), columns = columnsOf(p);
  return pointsOf([x].flat().flatMap((value, j) => [...(columns[j] ?? []), value]), [...p.y, y], sigma === null ? null : [...p.sigma!, sigma]);
}

export function withoutPoint(p: Points, index: number): Points {
  const keep = (column: Float64Array): Float64Array => column.filter((_, i) => i % p.n !== index);
  return pointsOf(keep(p.x), keep(p.y), p.sigma && keep(p.sigma));
}

export function movedPoint(p: Points, index: number, x: Spot, y: number): Points {
  return { ...p, x: [x].flat().reduce((all: Float64Array, value, j) => all.with(j * p.n + index, value), p.x), y: p.y.with(index, y) };
}
