/** What the plot shows when nobody has zoomed: it stands on the points and on where the model began, never on the live curve. */

import { curveOf } from "../derived.ts";
import { memo } from "../memo.ts";
import { extentOf } from "../plane.ts";
import type { Model } from "../model.ts";
import type { Points } from "../points.ts";
import type { Interval } from "../ranges.ts";
import { nicely } from "../scale.ts";
import type { Lab, View } from "../state.ts";

const EDGE = 0.03; // of a map, beyond its points
const FEW = 5; // points; fewer do not say alone what to show

/** Everything there is to see, on round numbers; the same object as long as it stands on the same things. */
export const homeOf = (lab: Lab): View => SEVERAL && lab.model.inputs.length > 1 ? plane(lab.points, lab.document) : home(lab.points, lab.model, lab.document.ranges[0]!, lab.model.typed ? middles(lab.ranges) : lab.document.start);

/** What the plot shows now. */
export const windowOf = (lab: Lab): View => lab.view ?? homeOf(lab);

/** Where the first two inputs of the points lie, or where they may. */
const plane = memo((points: Points, { ranges: [x, y] }: Lab["document"]): View => ({ x: roomy(opened(extentOf(points, x!, 0)), EDGE), y: roomy(opened(extentOf(points, y!, 1)), EDGE) }));

const middles = memo((ranges: readonly Interval[]): readonly number[] => ranges.map(([low, high]) => (low + high) / 2));

const home = memo((points: Points, model: Model, range: Interval, from: readonly number[]): View => {
  const x = nicely(roomy(acrossOf(points, range), 0.05));
  return { x, y: nicely(upOf(points, reachOf(model, from, x))) };
});

/** The page's own range while the points lie in it and fill much of it; otherwise theirs. */
function acrossOf({ n, x }: Points, range: Interval): Interval {
  if (!n) return range;
  const seen = extent(x);
  const inside = seen[0] >= range[0] && seen[1] <= range[1];
  return inside && (n < FEW || 2 * (seen[1] - seen[0]) > range[1] - range[0]) ? range : opened(seen);
}

function upOf({ n, y, sigma }: Points, reach: Interval | null): Interval {
  if (!n) return roomy(reach ?? [-1, 1], 0.3);
  const seen = sigma ? joined(extent(y.map((v, i) => v - sigma[i]!)), extent(y.map((v, i) => v + sigma[i]!))) : extent(y);
  if (n < FEW && reach) return roomy(joined(seen, reach), 0.15);
  const [low, high] = opened(seen), half = (high - low) / 2;
  const [a, b] = roomy([low, high], 0.15);
  return reach ? [Math.min(a, Math.max(reach[0], low - half)), Math.max(b, Math.min(reach[1], high + half))] : [a, b];
}

/** Where most of a curve runs: its finite values without the most extreme ones. */
function reachOf(model: Model, parameters: readonly number[], x: Interval): Interval | null {
  const y = curveOf(model, parameters, x, 101).y.filter(Number.isFinite).sort();
  return y.length ? opened([y[Math.floor(0.03 * y.length)]!, y[Math.ceil(0.97 * y.length) - 1]!]) : null;
}

const joined = (a: Interval, b: Interval): Interval => [Math.min(a[0], b[0]), Math.max(a[1], b[1])];

/** Its ends moved by shares of its length. */
const moved = ([low, high]: Interval, from: number, to: number): Interval => [low + from * (high - low), high + to * (high - low)];

const roomy = (interval: Interval, share: number): Interval => moved(interval, -share, share);

/** An interval that is wide enough to look at. */
function opened([low, high]: Interval): Interval {
  const room = 1e-9 * Math.max(Math.abs(low), Math.abs(high));
  return high - low > room ? [low, high] : [low - (Math.abs(low) / 2 || 1), high + (Math.abs(high) / 2 || 1)];
}

const extent = (column: Float64Array): Interval => [column.reduce((m, v) => (v < m ? v : m), Infinity), column.reduce((m, v) => (v > m ? v : m), -Infinity)];

/** The window moved by a share of its width and height. */
export const panned = ({ x, y }: View, across: number, up: number): View => ({ x: moved(x, across, across), y: moved(y, up, up) });

/** The window made `factor` times as large about a place in it; the same where it can't be. */
export function zoomed(view: View, factor: number, [x, y]: readonly [number, number], all: View): View {
  const scaled = ([low, high]: Interval, about: number): Interval => [about + factor * (low - about), about + factor * (high - about)];
  const next = { x: scaled(view.x, x), y: scaled(view.y, y) };
  return fits(next.x, all.x) && fits(next.y, all.y) ? next : view;
}

/** Wide enough to tell its numbers apart, and not so wide that everything is a dot. */
const fits = ([low, high]: Interval, all: Interval): boolean =>
  high - low > 1e-10 * Math.max(Math.abs(low), Math.abs(high), all[1] - all[0]) && high - low < 1e4 * (all[1] - all[0]);
