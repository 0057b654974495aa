/** Contours over a frame, with their numbers. */

import type { VNode } from "preact";
import { contours } from "../contour.ts";
import { marksOn } from "../landscape.ts";
import { brief } from "../numbers.ts";
import { px } from "../scale.ts";
import { type Frame, HALO } from "./frame.ts";

/** The lines at some levels of a square grid that fills the frame. ink: the variable of their colour; free: where a number may stand, in grid units. */
export function relief(values: Float64Array, side: number, levels: readonly number[], f: Frame, ink = "soft", free: (column: number, row: number) => boolean = () => true): VNode {
  const unit = (f.bottom - f.top) / (side - 1), wide = (f.right - f.left) / (side - 1);
  return (
    <g>
      <g fill="none" stroke={`var(--${ink})`} transform={`translate(${f.left} ${f.bottom}) scale(${wide} ${-unit})`}>
        {contours(values, side, side, levels).map((d, k) => <path d={d} vector-effect="non-scaling-stroke" opacity={k % 2 ? 0.35 : 0.6} />)}
      </g>
      <g fill="var(--ink)" font-size="11" text-anchor="middle" {...HALO} stroke-width="3" stroke-opacity=".75">
        {marksOn(values, side, side, levels, 17 / unit, free).map(({ level, column, row }) => <text x={px(f.left + column * wide)} y={px(f.bottom - row * unit + 4)}>{brief(level)}</text>)}
      </g>
    </g>
  );
}
