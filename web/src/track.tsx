/** What a parameter's handle stands on: the loss along that parameter, its slope, and which way a step goes. */

import type { VNode } from "preact";
import type { Track } from "./derived.ts";
import type { Interval } from "./ranges.ts";

export const WIDTH = 300; // of the drawing; it is stretched to the slider's
const TOP = 8; // px above the highest loss
const LONGEST = 46; // px of an arrow, without its head
const HEAD = 9;
const LEAST = 1e-3; // a slope below this has no arrow
const TANGENT = 30; // half of it

export const trackStyle = `
.squiggly .track svg{position:absolute;left:0;top:0;width:100%;height:100%;display:block}
.squiggly .track path{fill:none;vector-effect:non-scaling-stroke}
.squiggly .track .area{fill:var(--soft);opacity:.09}
.squiggly .track .curve{stroke:var(--soft);stroke-width:1.3;opacity:.75}
.squiggly .track .tangent{stroke:var(--grad);stroke-width:1.5;stroke-dasharray:3 3}
.squiggly .track .aim{stroke:var(--soft);stroke-width:1.5}
.squiggly .arrow{position:absolute;height:0;border-top:2.4px solid var(--grad);margin-top:-1.2px;pointer-events:none}
.squiggly .arrow::after{content:"";position:absolute;top:-6.7px;right:-2px;border:5.5px solid transparent;border-left:9px solid var(--grad);border-right:0}
.squiggly .arrow.back{transform:scaleX(-1);transform-origin:left}`;

/** Where things stand on a track, in px from the top, and how steep it is there. */
export interface Shape {
  readonly curve: string; // path data; what is not finite is a gap
  readonly area: string;
  readonly y: number; // of the handle
  readonly tangent: string; // path data
  readonly arrow: number; // px to the right; below 0 to the left, 0 for none
}

/** The drawing of a track in a box of some height, with the handle at `value`. */
export function shapeOf({ values, losses }: Track, range: Interval, value: number, here: { loss: number; gradient: number }, height: number): Shape | null {
  const [low, high] = scaleOf(losses, at(losses, range, value)), { loss, gradient } = here;
  if (!(high >= low)) return null;
  const floor = height - 12, tall = floor - TOP, span = range[1] - range[0];
  const down = (loss: number): number => (high > low ? floor - (tall * (Math.min(loss, high) - low)) / (high - low) : floor - tall / 4);
  const y = down(at(losses, range, value)), share = Math.min(1, Math.max(0, (value - range[0]) / span));
  const steep = high > low ? (gradient * span) / (high - low) : 0; // of the whole height over the whole width
  const runs = pieces(values.length, losses, down), outside = value < range[0] || value > range[1];
  return {
    curve: runs.map((run) => `M${run.join("L")}`).join(""),
    area: runs.map((run) => `M${run[0]!.split(",")[0]},${height}L${run.join("L")}L${run.at(-1)!.split(",")[0]},${height}Z`).join(""),
    y: Number.isFinite(y) ? y : floor - tall / 2,
    tangent: Number.isFinite(steep) && Number.isFinite(y) && !outside ? tangentAt(share * WIDTH, y, (-steep * tall) / WIDTH) : "",
    arrow: arrowOf((gradient * span) / Math.max(Math.abs(loss), high - low)),
  };
}

/** The losses a track reaches from and to: a wall that would flatten everything else is cut off. */
export function scaleOf(losses: ArrayLike<number>, here: number): Interval {
  const finite = Array.from(losses).filter(Number.isFinite).sort((a, b) => a - b);
  if (!finite.length) return [NaN, NaN];
  const low = finite[0]!, most = finite.at(-1)!, usual = finite[Math.floor(0.75 * (finite.length - 1))]!;
  const wanted = Math.max(low + 4 * (usual - low), Number.isFinite(here) ? low + 1.2 * (here - low) : low);
  const high = usual > low ? Math.min(most, wanted) : most;
  return [low, high - low > 1e-9 * Math.abs(high) ? high : low];
}

/** The track's loss at a value, between its samples. */
function at(losses: ArrayLike<number>, [low, high]: Interval, value: number): number {
  const place = Math.min(1, Math.max(0, (value - low) / (high - low))) * (losses.length - 1);
  const i = Math.min(losses.length - 2, Math.floor(place)), part = place - i;
  return part === 0 ? losses[i]! : losses[i]! + part * (losses[i + 1]! - losses[i]!);
}

/** The corners of the curve, in one list for each stretch without a gap. */
function pieces(count: number, losses: ArrayLike<number>, down: (loss: number) => number): string[][] {
  const runs: string[][] = [[]];
  for (let i = 0; i < count; i++) {
    if (Number.isFinite(losses[i]!)) runs.at(-1)!.push(`${((WIDTH * i) / (count - 1)).toFixed(1)},${down(losses[i]!).toFixed(1)}`);
    else if (runs.at(-1)!.length) runs.push([]);
  }
  return runs.filter((run) => run.length > 1);
}

/** A short line through a point, as long whatever its slope. */
function tangentAt(x: number, y: number, slope: number): string {
  const dx = TANGENT / Math.hypot(1, slope), dy = dx * slope;
  return `M${(x - dx).toFixed(1)},${(y - dy).toFixed(1)}L${(x + dx).toFixed(1)},${(y + dy).toFixed(1)}`;
}

/** Against the slope; longer where it is steeper, never too long. steep: the part of the loss that the whole width would be worth. */
export function arrowOf(steep: number): number {
  const size = Math.abs(steep);
  return size > LEAST && size < Infinity ? -Math.sign(steep) * (HEAD + (LONGEST * size) / (size + 2.5)) : 0;
}

/** The track as a picture behind the handle. best: share of the width where the lowest loss is, null for none. */
export const track = (shape: Shape, height: number, best: number | null): VNode => (
  <svg viewBox={`0 0 ${WIDTH} ${height}`} preserveAspectRatio="none" aria-hidden="true">
    <path class="area" d={shape.area} />
    <path class="curve" d={shape.curve} />
    {best === null ? null : <path class="aim" d={`M${(best * WIDTH).toFixed(1)},${height - 5}V${height}`} />}
    <path class="tangent" d={shape.tangent} />
  </svg>
);

/** The arrow from the handle's edge towards the next step. */
export const arrow = ({ arrow: size, y }: Shape, share: number): VNode | null => (size === 0 ? null : (
  <div class={size > 0 ? "arrow" : "arrow back"} style={{ left: `calc(${(100 * share).toFixed(2)}% + ${size > 0 ? 9 : -9}px)`, top: `${y.toFixed(1)}px`, width: `${Math.abs(size).toFixed(1)}px` }} />
));
