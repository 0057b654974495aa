/** Points as the page holds them: columns that are never changed in place. An edit makes new ones. */

import type { PointsDocument } from "./contract.ts";

/** More rows than this make no page: a stranger's phone has to draw them. */
export const MOST_POINTS = 100_000;

export interface Points {
  readonly n: number;
  readonly x: Float64Array; // (n,) data units
  readonly y: Float64Array; // (n,)
  readonly sigma: Float64Array | null; // (n,), above 0
  readonly weight: Float64Array; // (n,), 1/sigma, or ones
}

/** Points from columns that were checked. */
export function pointsOf(x: ArrayLike<number>, y: ArrayLike<number>, sigma: ArrayLike<number> | null = null): Points {
  const weight = sigma === null ? new Float64Array(x.length).fill(1) : Float64Array.from(sigma, (s) => 1 / s);
  return { n: x.length, x: Float64Array.from(x), y: Float64Array.from(y), sigma: sigma && Float64Array.from(sigma), weight };
}

export const fromDocument = (d: PointsDocument): Points => pointsOf(d.x, d.y, d.sigma);

export const toDocument = (p: Points): PointsDocument => ({ x: [...p.x], y: [...p.y], sigma: p.sigma && [...p.sigma] });

/** With one more point, at the end; its sigma is the median of the others'. */
export function withPoint(p: Points, x: number, y: number): Points {
  const sigma = p.sigma && (p.n ? [...p.sigma].sort((a, b) => a - b)[p.n >> 1]! : 1);
  return pointsOf([...p.x, x], [...p.y, y], sigma === null ? null : [...p.sigma!, sigma]);
}

export function withoutPoint(p: Points, index: number): Points {
  const keep = (column: Float64Array): Float64Array => column.filter((_, i) => i !== index);
  return pointsOf(keep(p.x), keep(p.y), p.sigma && keep(p.sigma));
}

export function movedPoint(p: Points, index: number, x: number, y: number): Points {
  return { ...p, x: p.x.with(index, x), y: p.y.with(index, y) };
}
