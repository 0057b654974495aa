/** Every line of a bench at its exact best, squared loss; or why there is no such thing. */

import { boundsOf, type Best, lossOf } from "../derived.ts";
import { type Bench, benchOf, linesOf } from "./forms.ts";
import { place } from "./place.ts";
import type { Lab } from "../state.ts";

/** The parameters of least squared loss; null where no place is better than another. given: lines whose hooks count as one more start, or without a search as the only one. */
function placed({ points: { n, x, y, weight } }: Pick<Lab, "points">, bench: Bench, given: readonly number[], search = true): number[] | null {
  const hooks = linesOf(bench, given).map(({ hook }) => hook), found = n ? place(x, y, weight, bench.n, hooks.every(Number.isFinite) ? hooks : undefined, search) : null;
  return found && [found.c0, found.c1, ...[...found.t].flatMap((t, i) => [found.w[i]!, t])];
}

/** The lowest loss there is for weighted lines under the squared loss, nothing held; null where that is not what is asked. Without a search: the nearest to the last. */
export function exactly(lab: Lab, search: boolean): Best | null {
  const bench = benchOf(lab.model);
  if (!bench?.weighted || lab.loss !== "mse" || lab.locked.some(Boolean) || bounded(lab)) return null;
  const values = placed(lab, bench, search || !lab.best ? lab.parameters : lab.best.values, search || !lab.best);
  return values?.every(Number.isFinite) ? { values, loss: lossOf(lab, values).loss, settled: true } : null;
}

const bounded = (lab: Lab): boolean => boundsOf(lab).flat().some((end) => end !== null);

/** Why the lines cannot be placed exactly; "" where they can. */
export function notExact(lab: Lab): string {
  const { points: { n, x, y } } = lab, bench = benchOf(lab.model);
  if (!bench?.weighted) return "exact places are known for weighted lines only\nhint: choose weighted, or let the descent go on from here";
  if (n === 0) return "there are no points to place the lines by\nhint: add some, or choose a curve to approach";
  if (new Set(x).size < 2) return `${n === 1 ? "there is one point" : "all points have the same x"}: no place is better than another\nhint: add a point beside`;
  if (new Set(y).size < 2) return "all points are equally high: a level line is exact, and nothing bends\nhint: drag a point, or choose a curve to approach";
  if (lab.locked.some(Boolean) || bounded(lab)) return "exact places are found for all lines at once, and something is held or has bounds\nhint: unlock every parameter";
  return "";
}

/** The exact places, starting where the hand left the hooks. Call where `notExact` says nothing. */
export const placedFrom = (lab: Lab, bench: Bench): number[] | null => placed(lab, bench, lab.parameters);
