/** The points: dots, sticks to the curve, error bars, and what each of them pulls at. */

import type { VNode } from "preact";
import { memo } from "../memo.ts";
import type { Points } from "../points.ts";
import { brief } from "../numbers.ts";
import { px } from "../scale.ts";
import { type Frame, HALO, holds, widthOf } from "./frame.ts";

export const MOST_CIRCLES = 400; // more are one path
const MOST_ROUND = 2_000; // more are little squares, which are drawn several times as fast
export const MOST_STICKS = 1_000;
const MOST_DOTS = 20_000; // drawn; they are thinned evenly

/** The points within the frame, thinned to what can be drawn: which they are, and how many there would have been. */
export const shownOf = memo(({ n, x, y }: Points, f: Frame): { readonly index: readonly number[]; readonly all: number } => {
  const seen: number[] = [];
  for (let i = 0; i < n; i++) if (holds(f, f.x(x[i]!), f.y(y[i]!))) seen.push(i);
  const every = Math.ceil(seen.length / MOST_DOTS);
  return { all: seen.length, index: every < 2 ? seen : seen.filter((i) => i % every === 0) }; // by its number: panning leaves a dot where it is
});

/** A dot's radius: less where there are many, or where there is little room. */
export const radiusOf = (n: number, width: number): number => (n > MOST_ROUND ? 1.2 : n > MOST_CIRCLES ? 2.2 : n > 100 ? 3.4 : width < 520 ? 4.2 : 5);

/** The dots. They do not depend on the curve, so they are the same while a slider moves. */
export const dots = memo((points: Points, f: Frame): VNode => {
  const { index, all } = shownOf(points, f), r = radiusOf(all, f.width);
  if (all <= MOST_CIRCLES) return <g class="plot-dots" fill="var(--data)" stroke="var(--paper)" stroke-width="1.5">{index.map((i) => <circle key={i} cx={px(f.x(points.x[i]!))} cy={px(f.y(points.y[i]!))} r={r} />)}</g>;
  const round = all <= MOST_ROUND, aside = round ? 0 : r, shape = round ? "h0" : `h${2 * r}v${2 * r}h-${2 * r}z`;
  const d = index.map((i) => `M${px(f.x(points.x[i]!) - aside)} ${px(f.y(points.y[i]!) - aside)}${shape}`).join("");
  return <path class="plot-dots" d={d} fill="var(--data)" stroke={round ? "var(--data)" : "none"} stroke-width={2 * r} stroke-linecap="round" opacity={round ? 0.8 : 0.5} />;
});

/** How many of the points in sight are drawn, where that is not all of them. */
export function thinned(points: Points, f: Frame): VNode | null {
  const { index, all } = shownOf(points, f), [some, of] = [index.length, all].map((n) => String(n).replace(/(?=(\d{3})+$)\B/g, ","));
  return index.length === all ? null : <text x={f.left + 8} y={f.bottom - 8} font-size="12" fill="var(--soft)" {...HALO}>{`${some} of ${of} points drawn`}</text>;
}

/** From each point straight to the curve: what the loss is made of. curve: its values at the points. */
export function sticks({ n, x, y }: Points, curve: Float64Array, f: Frame): VNode {
  return strokes(n, (i) => (Number.isFinite(curve[i]!) ? `M${px(f.x(x[i]!))} ${px(f.y(y[i]!))}V${clamped(f.y(curve[i]!))}` : ""), 1.2, 0.4);
}

/** One sigma up and down from each point. */
export function bars({ n, x, y, sigma }: Points, f: Frame): VNode | null {
  return !sigma || n > MOST_STICKS ? null : strokes(n, (i) => {
    const at = f.x(x[i]!), left = px(at - 4), high = clamped(f.y(y[i]! + sigma[i]!)), low = clamped(f.y(y[i]! - sigma[i]!));
    return `M${px(at)} ${high}V${low}M${left} ${high}h8M${left} ${low}h8`;
  }, 1.4, 0.8);
}

const strokes = (n: number, each: (i: number) => string, width: number, opacity: number): VNode =>
  <path d={Array.from({ length: n }, (_, i) => each(i)).join("")} stroke="var(--data)" stroke-width={width} opacity={opacity} fill="none" />;

const clamped = (pixels: number): string => px(Math.min(1e5, Math.max(-1e5, pixels)));

/** Each point's pull on one parameter: above it a triangle upwards where it asks for more, below it one downwards for less. */
export function pulls({ x, y }: Points, pull: Float64Array, index: readonly number[], f: Frame): VNode {
  const most = index.reduce((top, i) => Math.max(top, Math.abs(pull[i]!) || 0), 0);
  const every = Math.ceil(index.length / MOST_STICKS);
  const triangle = (i: number): string => {
    const size = 17 * Math.sqrt(Math.abs(pull[i]!) / most), half = 0.58 * size, way = Math.sign(pull[i]!), base = f.y(y[i]!) + 7 * way;
    return size > 3 ? `M${px(f.x(x[i]!) - half)} ${px(base)}h${px(2 * half)}L${px(f.x(x[i]!))} ${px(base + way * size)}z` : "";
  };
  return <path d={index.map((i, k) => (k % every ? "" : triangle(i))).join("")} fill="var(--grad)" stroke="var(--paper)" />;
}

/** What the triangles say, and what they add up to; in two lines where there is little room. */
export function pullCaption(name: string, sum: number, f: Frame): VNode {
  const total = brief(sum, 4), x = f.left + 10 + widthOf(f.target, 13);
  const lines = f.width < 520 + widthOf(f.target) ? [`pulls on ${name} add up to ${total}`, "▲ more, ▼ less"] : [`each point’s pull on ${name}: they add up to ${total} · ▲ more, ▼ less`];
  return <g class="plot-pulls" fill="var(--grad)" font-size="12">{lines.map((line, i) => <text x={x} y={f.top - 10 - 15 * (lines.length - 1 - i)}>{line}</text>)}</g>;
}
