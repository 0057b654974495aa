/** What a parameter's handle stands on: the loss along that parameter, its slope, and which way a step goes. */

import type { VNode } from "preact";
import type { Track } from "./derived.ts";
import { decimalsOf, shown } from "./numbers.ts";
import type { Interval } from "./ranges.ts";
import { line, px } from "./scale.ts";
import { shareOf } from "./slider.tsx";

const WIDTH = 300; // of the drawing; it is stretched to the slider's
const TOP = 8; // px above the highest loss
const LONGEST = 46; // px of an arrow, without its head
const HEAD = 9;
const LEAST = 1e-3; // a slope below this has no arrow
const TANGENT = 30; // half of it

export const trackStyle = `
.track .under{contain:layout;position:relative;top:0;pointer-events:none}
.track .under>*{position:absolute}
.track svg{inset:0;width:100%;height:100%}
.track path{fill:none;stroke:var(--soft);stroke-width:1.3;vector-effect:non-scaling-stroke}
.track .area{fill:var(--soft);stroke:none;opacity:.09}
.track .tangent{stroke:var(--grad);stroke-dasharray:3}
.arrow{border-top:2.4px solid var(--grad);margin-top:-1.2px}
.arrow::after{content:"";position:absolute;top:-6.7px;right:-2px;border:5.5px solid transparent;border-left:9px solid var(--grad);border-right:0}
.arrow.back{transform:scaleX(-1);transform-origin:left}`;

/** Where things stand on a track, in px from the top, and how steep it is there. */
export interface Shape {
  readonly curve: string; // path data; what is not finite is a gap
  readonly area: string;
  readonly y: number; // of the handle
  readonly tangent: string; // path data
  readonly arrow: number; // px to the right; below 0 to the left, 0 for none
}

/** The drawing of a track in a box of some height, with the handle at `value`. */
export function shapeOf({ losses }: Track, range: Interval, value: number, here: { loss: number; gradient: number }, height: number): Shape | null {
  const [low, high] = scaleOf(losses, at(losses, range, value)), { loss, gradient } = here;
  if (!(high >= low)) return null;
  const floor = height - 12, tall = floor - TOP, span = range[1] - range[0], flat = !(high > low);
  const down = (loss: number): number => (!Number.isFinite(loss) ? NaN : flat ? floor - tall / 4 : floor - (tall * (Math.min(loss, high) - low)) / (high - low));
  const y = down(at(losses, range, value)), steep = flat ? 0 : (gradient * span) / (high - low); // of the whole height over the whole width
  const curve = line(losses.length, (i) => (WIDTH * i) / (losses.length - 1), (i) => down(losses[i]!));
  return {
    curve, area: curve.split("M").slice(1).map((run) => `M${run}V${height}H${parseFloat(run)}z`).join(""),
    y: Number.isFinite(y) ? y : floor - tall / 2,
    tangent: Number.isFinite(steep + y) && value >= range[0] && value <= range[1] ? tangentAt((WIDTH * (value - range[0])) / span, y, (-steep * tall) / WIDTH) : "",
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
  const i = Math.floor(place), part = place - i;
  return part ? losses[i]! + part * (losses[i + 1]! - losses[i]!) : losses[i]!;
}

/** A short line through a point, as long whatever its slope. */
function tangentAt(x: number, y: number, slope: number): string {
  const dx = TANGENT / Math.hypot(1, slope), dy = dx * slope;
  return `M${px(x - dx)} ${px(y - dy)}L${px(x + dx)} ${px(y + dy)}`;
}

/** Against the slope; longer where it is steeper, never too long. steep: the part of the loss that the whole width would be worth. */
export function arrowOf(steep: number): number {
  const size = Math.abs(steep);
  return size > LEAST && size < Infinity ? -Math.sign(steep) * (HEAD + (LONGEST * size) / (size + 2.5)) : 0;
}

/** What stands behind the handle: the curve, a mark below where the loss is lowest, the range's ends, the arrow from the handle's edge towards the next step. */
export function track({ area, curve, tangent, arrow, y }: Shape, height: number, range: Interval, value: number, best: number, locked: boolean): VNode {
  const [min, max] = range, share = (at: number): number => shareOf({ min, max }, at), round = (end: number): string => shown(end, decimalsOf(max - min)).replace(/\.0+$/, "");
  return (
    <div class="under" style={{ height: `${height}px` }}>
      <svg viewBox={`0 0 ${WIDTH} ${height}`} preserveAspectRatio="none" aria-hidden="true">
        <path class="area" d={area} />
        <path d={curve + (best >= min && best <= max ? `M${px(share(best) * WIDTH)} ${height - 5}V${height}` : "")} />
        <path class="tangent" d={tangent} />
      </svg>
      <div class="ends" aria-hidden="true"><span>{round(min)}</span><span>{round(max)}</span></div>
      {arrow !== 0 && !locked && <div class={arrow > 0 ? "arrow" : "arrow back"} style={{ left: `calc(${px(100 * share(value))}% + ${9 * Math.sign(arrow)}px)`, top: `${px(y)}px`, width: `${px(Math.abs(arrow))}px` }} />}
    </div>
  );
}
