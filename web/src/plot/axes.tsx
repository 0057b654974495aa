/** Grid, numbers and names of the axes. */

import type { VNode } from "preact";
import { memo } from "../memo.ts";
import { px } from "../scale.ts";
import { type Frame, ownRow, widthOf } from "./frame.ts";

/** Faint lines at round numbers, the numbers, and what they are numbers of. */
export const axes = memo((f: Frame): VNode => (
  <g fill="var(--soft)" font-size="12">
    <path d={grid(f)} stroke="var(--line)" fill="none" />
    {f.up.map(({ value, label }) => <text x={f.left - 9} y={px(f.y(value) + 4)} text-anchor="end">{label}</text>)}
    {numbers(f).map(({ value, label }) => <text x={px(f.x(value))} y={f.bottom + 19} text-anchor="middle">{label}</text>)}
    <text x={ownRow(f.input) ? f.right : f.width} y={f.bottom + (ownRow(f.input) ? 37 : 19)} text-anchor="end">{f.input}</text>
    <text x={f.left} y={f.top - 10}>{f.target}</text>
  </g>
));

const grid = (f: Frame): string =>
  f.across.map(({ value }) => `M${px(f.x(value))} ${f.top}V${f.bottom}`).join("") + f.up.map(({ value }) => `M${f.left} ${px(f.y(value))}H${f.right}`).join("");

/** The numbers below that do not run into the name at their end. */
function numbers(f: Frame): Frame["across"] {
  const end = f.width - (ownRow(f.input) ? 0 : widthOf(f.input) + 5);
  return f.across.filter(({ value, label }) => f.x(value) + widthOf(label) / 2 <= end);
}
