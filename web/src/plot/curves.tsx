/** Curves: the model, where it came from, and the best there is; and a free place for their names. */

import type { VNode } from "preact";
import { curveOf, pathOf } from "../derived.ts";
import type { Model } from "../model.ts";
import { px } from "../scale.ts";
import type { Lab } from "../state.ts";
import { type Frame, widthOf } from "./frame.ts";

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
  let data = "", down = false;
  for (let i = 0; i < x.length; i++) {
    const here = y[i]!, finite = !Number.isNaN(here);
    if (down && finite && side(here) * side(y[i - 1]!) < 0) down = false;
    if (finite) data += `${down ? "L" : "M"}${px(x[i]!)} ${px(here)}`;
    down = finite;
  }
  return data;
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

/** The names of the curves, each near its own and clear of points, curves and the other name where that can be. */
export function names(f: Frame, now: Trace, best: Trace | null, dots: readonly number[]): VNode {
  const lines = [...thin(now), ...(best ? thin(best) : [])];
  const model = placed("the model", now, f, dots, lines, (share) => 0.03 + 0.6 * share);
  const possible = best && placed("best possible", best, f, model ? [...dots, ...cornersOf(model)] : dots, lines, (share) => 0.8 - 0.75 * share);
  return (
    <g font-size="13" stroke="var(--paper)" stroke-width="4" stroke-linejoin="round" paint-order="stroke">
      {possible && <text x={px(possible[0])} y={px(possible[1])} fill="var(--soft)">best possible</text>}
      {model && <text x={px(model[0])} y={px(model[1])} fill="var(--model)">the model</text>}
    </g>
  );
}

const thin = ({ x, y }: Trace): number[] => [...x].flatMap((v, i) => (i % 3 ? [] : [v, y[i]!]));

const cornersOf = ([x, y, width]: Box): number[] => [0, 0.25, 0.5, 0.75, 1].flatMap((share) => [x + share * width, y, x + share * width, y - 9]);

/** The freest of the places beside a curve; null where the curve is not to be seen. where: shares of the frame's width to try. */
function placed(text: string, { x, y }: Trace, f: Frame, dots: readonly number[], lines: readonly number[], where: (share: number) => number): Box | null {
  const width = widthOf(text, 13);
  let found: Box | null = null, least = Infinity;
  for (let i = 0; i < 24; i++) {
    const at = Math.round(where(i / 23) * (x.length - 1));
    const beside: Box[] = [[x[at]! + 4, y[at]! - 12, width], [x[at]! + 4, y[at]! + 22, width], [x[at]! - width - 10, y[at]! - 4, width], [x[at]! + 12, y[at]! + 8, width]];
    for (const box of beside) {
      const cost = inside(box, f) ? 60 * crowd(box, dots) + 10 * crowd(box, lines) + i : Infinity;
      if (cost < least) [found, least] = [box, cost];
    }
  }
  return found;
}

const inside = ([x, y, width]: Box, f: Frame): boolean => x > f.left + 2 && x + width < f.right - 2 && y - 12 > f.top && y + 5 < f.bottom;

function crowd([x, y, width]: Box, taken: readonly number[]): number {
  let count = 0;
  for (let i = 0; i < taken.length; i += 2) {
    if (taken[i]! > x - 6 && taken[i]! < x + width + 6 && taken[i + 1]! > y - 17 && taken[i + 1]! < y + 9) count++;
  }
  return count;
}
