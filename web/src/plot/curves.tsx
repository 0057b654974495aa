/** Curves: the model, where it came from, and the best there is; and a free place for their names. */

import type { VNode } from "preact";
import { curveOf, pathOf } from "../derived.ts";
import type { Model } from "../model.ts";
import { line, px } from "../scale.ts";
import type { Lab } from "../state.ts";
import { type Frame, HALO, widthOf } from "./frame.ts";

const EVERY = 2.5; // px between two samples
const FAR = 1e5; // px; beyond, a curve is somewhere outside

/** A curve in pixels. */
export interface Trace {
  readonly x: Float64Array;
  readonly y: Float64Array; // nan where the model has no value
}

/** The curve at some parameters, across the whole frame. */
export function traceOf(model: Model, parameters: ArrayLike<number>, f: Frame): Trace {
  const { x, y } = curveOf(model, parameters, f.view.x, Math.ceil((f.right - f.left) / EVERY) + 1);
  return { x: x.map(f.x), y: y.map((v) => Math.min(FAR, Math.max(-FAR, f.y(v)))) };
}

/** SVG path data: broken where there is no value, and at a pole, where the curve leaves at one side and comes back at the other. */
export function pathData({ x, y }: Trace, f: Frame): string {
  const side = (v: number): number => (v < f.top ? -1 : v > f.bottom ? 1 : 0);
  return line(x.length, (i) => x[i]!, (i) => y[i]!, (i) => side(y[i]!) * side(y[i - 1]!) < 0);
}

/** Parameters that are drawn faintly, the oldest first: moments that the walk went through, and where the hand came from. */
export function ghostsOf(lab: Lab): readonly ArrayLike<number>[] {
  const path = pathOf(lab);
  const moments = [...new Set([0, 0.25, 0.5, 0.75].map((share) => Math.floor(share * lab.step)))].filter((k) => k < lab.step && k < path.known);
  const walked = moments.map((k) => path.parameters.subarray(k * path.P, (k + 1) * path.P));
  return lab.ghost ? [lab.ghost, ...walked] : walked;
}

/** All curves of a lab, cut at the frame. */
export function curves(lab: Lab, f: Frame, now: Trace, best: Trace | null): VNode {
  const ghosts = ghostsOf(lab);
  return (
    <g fill="none" stroke="var(--model)" stroke-linejoin="round">
      {ghosts.map((at, i) => <path d={pathData(traceOf(lab.model, at, f), f)} stroke-width="1.6" opacity={px(0.18 + (0.22 * (i + 1)) / ghosts.length)} />)}
      {best && <path d={pathData(best, f)} stroke="var(--soft)" stroke-width="1.4" stroke-dasharray="5 5" />}
      <path d={pathData(now, f)} stroke-width="2.6" />
    </g>
  );
}

type Box = readonly [x: number, y: number, width: number]; // of a line of text, by the left end of its base line

/** The names of the curves, each near its own and clear of points, curves and the other name where that can be. dots: x and y in turn. */
export function names(f: Frame, now: Trace, best: Trace | null, dots: readonly number[]): VNode {
  const lines = [...thin(now), ...(best ? thin(best) : [])];
  const model = placed("the model", now, f, dots, lines, 0.03, 0.6);
  const taken = model ? [0, 0.25, 0.5, 0.75, 1].flatMap((share) => [model[0] + share * model[2], model[1], model[0] + share * model[2], model[1] - 9]) : [];
  const possible = best && placed("best possible", best, f, [...dots, ...taken], lines, 0.8, -0.75);
  const name = (at: Box | null, text: string, fill: string): VNode | null => at && <text x={px(at[0])} y={px(at[1])} fill={fill}>{text}</text>;
  return <g font-size="13" stroke-linejoin="round" {...HALO}>{name(possible, "best possible", "var(--soft)")}{name(model, "the model", "var(--model)")}</g>;
}

const thin = ({ x, y }: Trace): number[] => [...x].flatMap((v, i) => (i % 3 ? [] : [v, y[i]!]));

/** The freest of the places beside a curve; null where the curve is not to be seen. Tried from a share of the frame's width, as far as another. */
function placed(text: string, { x, y }: Trace, f: Frame, dots: readonly number[], lines: readonly number[], from: number, far: number): Box | null {
  const width = widthOf(text, 13);
  let found: Box | null = null, least = Infinity;
  for (let i = 0; i < 24; i++) {
    const at = Math.round((from + (far * i) / 23) * (x.length - 1));
    for (const [right, down] of [[4, -12], [4, 22], [-width - 10, -4], [12, 8]] as const) {
      const box: Box = [x[at]! + right, y[at]! + down, width];
      const cost = inside(box, f) ? 60 * crowd(box, dots) + 10 * crowd(box, lines) + i : Infinity;
      if (cost < least) [found, least] = [box, cost];
    }
  }
  return found;
}

const inside = ([x, y, width]: Box, f: Frame): boolean => x > f.left + 2 && x + width < f.right - 2 && y - 12 > f.top && y + 5 < f.bottom;

function crowd([left, base, width]: Box, taken: readonly number[]): number {
  let count = 0;
  for (let i = 0; i < taken.length; i += 2) {
    const x = taken[i]! - left, y = taken[i + 1]! - base;
    if (x > -6 && x < width + 6 && y > -17 && y < 9) count++;
  }
  return count;
}
