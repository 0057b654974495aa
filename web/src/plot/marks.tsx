/** The whole drawing: everything in the plot that can be printed. Same lab, same frame, same drawing. */

import type { VNode } from "preact";
import { predictedAt, pullsOf } from "../derived.ts";
import type { Lab } from "../state.ts";
import { axes } from "./axes.tsx";
import { curves, names, traceOf } from "./curves.tsx";
import { type Frame, HALO } from "./frame.ts";
import { handlesOf, parts, workedOn } from "./hooks.tsx";
import { bars, dots, MOST_CIRCLES, MOST_STICKS, pullCaption, pulls, shownOf, sticks, thinned } from "./points.tsx";

/** Axes, curves and points of a lab. */
export function Marks({ lab, f }: { lab: Lab; f: Frame }): VNode {
  const now = traceOf(lab.model, lab.parameters, f);
  const best = lab.best && traceOf(lab.model, lab.best.values, f);
  const bench = workedOn(lab), many = shownOf(lab.points, f).all > MOST_CIRCLES; // then the curves are drawn over them
  return (
    <g>
      {axes(f)}
      {many && dots(lab.points, f)}
      <svg x={f.left} y={f.top} width={f.right - f.left} height={f.bottom - f.top} viewBox={`${f.left} ${f.top} ${f.right - f.left} ${f.bottom - f.top}`}>
        {ONE && bench && parts(bench, lab.parameters, lab.line, f)}
        {lab.points.n <= MOST_STICKS && sticks(lab.points, predictedAt(lab), f)}
        {bars(lab.points, f)}
        {curves(lab, f, now, best)}
      </svg>
      {!many && dots(lab.points, f)}
      {pulling(lab, f)}
      {names(f, now, best, [...placesOf(lab, f), ...(ONE ? handlesOf(lab, f).flatMap(({ at }) => at) : [])])}
      {thinned(lab.points, f)}
      {lab.points.n === 0 && <text x={(f.left + f.right) / 2} y={f.bottom - 22} text-anchor="middle" font-size="14" fill="var(--soft)" {...HALO}>click to add a point, or open points</text>}
    </g>
  );
}

function pulling(lab: Lab, f: Frame): VNode | null {
  if (lab.pulls === null || !lab.points.n) return null;
  const pull = pullsOf(lab, lab.pulls);
  return <g>{pulls(lab.points, pull, shownOf(lab.points, f).index, f)}{pullCaption(lab.model.parameters[lab.pulls]!, pull.reduce((a, b) => a + b, 0), f)}</g>;
}

/** Where points are, in pixels, x and y in turn: at most a few hundred of them. */
function placesOf({ points }: Lab, f: Frame): number[] {
  const { index } = shownOf(points, f), every = Math.ceil(index.length / 300);
  return index.flatMap((i, k) => (k % every ? [] : [f.x(points.x[i]!), f.y(points.y[i]!)]));
}

/** The plot in a sentence. */
export function summary({ model, points: { n }, best }: Lab): string {
  const shown = [n === 0 ? "no points" : n === 1 ? "1 point" : `${n} points`, "the model", ...(best ? ["the best possible fit"] : [])];
  return `plot of ${model.target} against ${model.input}: ${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}
