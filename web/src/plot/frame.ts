/** The plot's frame: which pixels show which numbers. */

import { memo } from "../memo.ts";
import { linear, type Scale, type Tick, ticksOf } from "../scale.ts";
import type { View } from "../state.ts";

export interface Frame {
  readonly width: number; // of the whole picture, px
  readonly height: number;
  readonly left: number; // edges of the frame within it, px
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly view: View;
  readonly x: Scale;
  readonly y: Scale;
  readonly across: readonly Tick[];
  readonly up: readonly Tick[];
  readonly input: string; // the names of the axes
  readonly target: string;
}

export const heightFor = (width: number): number => Math.max(260, Math.round(0.56 * width));

/** How wide a text of this size is, about. */
export const widthOf = (text: string, size = 12): number => 0.56 * size * text.length;

/** The frame for a window in a picture of this size; the same object for the same things. */
export const frameOf = memo((view: View, width: number, height: number, input: string, target: string, head: number): Frame => {
  const up = ticksOf(view.y, Math.min(8, Math.round((height - 70) / 26)));
  const left = Math.round(Math.max(28, ...up.map((t) => widthOf(t.label) + 12)));
  const right = Math.round(width - (ownRow(input) ? 10 : widthOf(input) + 7)), top = head, bottom = height - (ownRow(input) ? 44 : 28);
  const across = ticksOf(view.x, Math.max(4, Math.floor((right - left) / 125)));
  return { width, height, left, right, top, bottom, view, up, across, input, target, x: linear(view.x, [left, right]), y: linear(view.y, [bottom, top]) };
});

/** The edge of the frame, as path data. */
export const edgeOf = ({ left, right, top, bottom }: Frame): string => `M${left} ${top}H${right}V${bottom}H${left}z`;

/** Text over a drawing: paper around it. */
export const HALO = { stroke: "var(--paper)", "stroke-width": 4, "paint-order": "stroke" } as const;

/** Whether the input's name is too long to stand at the end of the numbers. */
export const ownRow = (input: string): boolean => input.length > 3;

export const holds = (f: Frame, x: number, y: number): boolean => x >= f.left - 0.5 && x <= f.right + 0.5 && y >= f.top - 0.5 && y <= f.bottom + 0.5;
