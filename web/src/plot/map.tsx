/** The drawing of a map: everything on it that can be printed. */

import type { VNode } from "preact";
import { memo } from "../memo.ts";
import { creasesOf, extentOf, mapOf, residuals, segmentOf, sideFor, sliceOf } from "../plane.ts";
import type { Points } from "../points.ts";
import type { Grid } from "../raster.ts";
import { px } from "../scale.ts";
import type { Lab, View } from "../state.ts";
import { ticks } from "../ticks.ts";
import { axes } from "./axes.tsx";
import { edgeOf, type Frame } from "./frame.ts";
import { relief } from "./relief.tsx";

const LEVELS = 9; // contours, about
const MOST_DOTS = 5_000; // drawn; they are thinned evenly
const NEAR = 1 / 6; // of the range of a held input: points farther from the slice are faint

/** Axes, contours, points and creases over the shades. image: the shades' address, where they are not painted behind. */
export function MapMarks({ lab, f, image }: { lab: Lab; f: Frame; image?: string }): VNode {
  const { values, columns, low, high } = heightsOf(lab, f.view), box = { x: f.left, y: f.top, width: f.right - f.left, height: f.bottom - f.top };
  return (
    <g>
      {image && <image href={image} preserveAspectRatio="none" {...box} />}
      {grid(f)}
      <svg {...box} viewBox={`${box.x} ${box.y} ${box.width} ${box.height}`}>
        {relief(values, columns, ticks(low, high, LEVELS), f, "model")}
        {dots(lab, f)}
        {creases(lab, f)}
      </svg>
    </g>
  );
}

const grid = memo((f: Frame): VNode => <g>{axes(f)}<path d={edgeOf(f)} fill="none" stroke="var(--line)" /></g>);

let last: { readonly lab: Lab; readonly view: View; readonly grid: Grid } | null = null;

/** The map's heights, and from which to which they are shaded. */
export function heightsOf(lab: Lab, view: View): Grid {
  if (last?.view === view && last.lab.model === lab.model && last.lab.parameters === lab.parameters && last.lab.slice === lab.slice && last.lab.points === lab.points) return last.grid;
  const side = sideFor(lab), values = mapOf(lab, view, side), [low, high] = heights(lab.points, values);
  last = { lab, view, grid: { values, columns: side, rows: side, low, high, tint: ["model", 0.5] } };
  return last.grid;
}

/** The heights from palest to darkest: those of the points, so that training does not change the scale; without points the map's. */
function heights({ n, y }: Points, values: Float64Array): readonly [number, number] {
  const [low, high] = (n > 1 ? y : values).reduce(([a, b], v) => (Number.isFinite(v) ? [Math.min(a, v), Math.max(b, v)] : [a, b]), [Infinity, -Infinity] as readonly [number, number]);
  return high > low ? [low, high] : Number.isFinite(low) ? [low - 1, low + 1] : [0, 1];
}

/** The points as full and open dots, faint where they lie far from the slice. */
function dots(lab: Lab, f: Frame): VNode {
  const { points, points: { n, x, y } } = lab, off = residuals(lab), every = Math.ceil(n / MOST_DOTS), spread = deviation(y) || 1;
  const slices = sliceOf(lab).map((at, j) => { const [low, high] = extentOf(points, [0, 1], j + 2); return { at, column: x.subarray((j + 2) * n, (j + 3) * n), reach: NEAR * (high - low) }; });
  const paths = { above: "", below: "", "faint above": "", "faint below": "" };
  for (let i = 0; i < n; i += every) {
    const far = slices.some(({ at, column, reach }) => Math.abs(column[i]! - at) > reach);
    const r = px((n > 1000 ? 1.4 : 2.4) + (n > 1000 ? 3 : 6) * Math.min(1, Math.abs(off[i]!) / (2 * spread))), left = px(f.x(x[i]!) - Number(r)), top = px(f.y(x[n + i]!));
    if (Number.isFinite(off[i]!)) paths[`${far ? "faint " : ""}${off[i]! < 0 ? "below" : "above"}` as keyof typeof paths] += `M${left} ${top}a${r} ${r} 0 1 0 ${2 * Number(r)} 0a${r} ${r} 0 1 0 ${-2 * Number(r)} 0`;
  }
  return <g class="plot-dots" stroke="var(--data)" stroke-width="1.3">{Object.entries(paths).map(([kind, d]) => d && <path d={d} fill={kind.endsWith("above") ? "var(--data)" : "var(--paper)"} opacity={kind.startsWith("faint") ? 0.25 : 0.9} />)}</g>;
}

const deviation = memo((y: Float64Array): number => {
  const mean = y.reduce((a, b) => a + b, 0) / y.length;
  return Math.sqrt(y.reduce((sum, v) => sum + (v - mean) ** 2, 0) / y.length);
});

/** The lines along which the model bends. */
function creases(lab: Lab, f: Frame): VNode {
  const slice = sliceOf(lab), seen = creasesOf(lab.model).map((crease) => segmentOf(crease, lab.parameters, f.view, slice));
  return <path d={seen.map((one) => (one ? `M${px(f.x(one.from[0]))} ${px(f.y(one.from[1]))}L${px(f.x(one.to[0]))} ${px(f.y(one.to[1]))}` : "")).join("")} stroke="var(--ink)" stroke-width="1.6" stroke-dasharray="7 4" opacity=".75" />;
}
