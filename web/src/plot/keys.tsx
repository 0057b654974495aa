/** The plot by keyboard: one stop for the window, one for all points. */

import type { TargetedKeyboardEvent, VNode } from "preact";
import { useRef } from "preact/hooks";
import { type Bench, lineAt, withLine } from "../hinges/forms.ts";
import { brief } from "../numbers.ts";
import { px, tidy } from "../scale.ts";
import type { Action, Lab, View } from "../state.ts";
import { edgeOf, type Frame } from "./frame.ts";
import { radiusOf, shownOf } from "./points.tsx";
import { homeOf, panned, zoomed } from "./window.ts";

type Send = (action: Action) => void;
type Key = TargetedKeyboardEvent<SVGElement>;

/** The window made larger or smaller about its middle. */
export function zoomBy(lab: Lab, { view }: Frame, factor: number): View {
  return zoomed(view, factor, [(view.x[0] + view.x[1]) / 2, (view.y[0] + view.y[1]) / 2], homeOf(lab));
}

const ARROWS: Readonly<Record<string, readonly [across: number, up: number]>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** What a key does to the window; undefined where it does nothing. */
export function windowAfter(lab: Lab, f: Frame, key: string): View | null | undefined {
  const factor = { "+": 0.8, "=": 0.8, "-": 1.25, "_": 1.25 }[key], by = ARROWS[key];
  return key === "0" ? null : factor ? zoomBy(lab, f, factor) : by && panned(f.view, by[0] / 10, by[1] / 10);
}

export function windowKey(lab: Lab, f: Frame, send: Send, event: Key): void {
  if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
  const view = windowAfter(lab, f, event.key);
  if (view === undefined) return;
  event.preventDefault();
  send({ kind: "view", view });
}

/** The point beside another one, by x (by place in the table where x is the same); the first or last where `from` is null; null where there is none. */
export function beside({ points: { n, x } }: Lab, from: number | null, way: 1 | -1): number | null {
  let found: number | null = null;
  const before = (i: number, j: number): boolean => way * (x[i]! - x[j]! || i - j) < 0;
  for (let i = 0; i < n; i++) if ((from === null || before(from, i)) && (found === null || before(i, found))) found = i;
  return found;
}

/** What a key does to the points, the chosen one first of all. */
export function pointAfter(lab: Lab, { view }: Frame, { key, altKey, shiftKey, repeat }: Pick<Key, "key" | "altKey" | "shiftKey" | "repeat">): Action | null {
  const { chosen, points: { x, y, n } } = lab, by = ARROWS[key];
  if (chosen === null || chosen >= n) return null;
  const at: Spot = [x[chosen]!, y[chosen]!], spans: Spot = [view.x[1] - view.x[0], view.y[1] - view.y[0]];
  const tidied = ([a, b]: Spot): { x: number; y: number } => ({ x: tidy(a, spans[0]), y: tidy(b, spans[1]) });
  if (by && !by[1] && !altKey) return { kind: "choose", index: beside(lab, chosen, by[0] as 1 | -1) ?? chosen };
  if (by) {
    const step = shiftKey ? 0.1 : 0.01, to = tidied([at[0] + by[0] * spans[0] * step, at[1] + by[1] * spans[1] * step]);
    return { kind: "drag", index: chosen, x: by[0] ? to.x : at[0], y: by[1] ? to.y : at[1], grip: repeat ? "move" : "begin" };
  }
  if (key === "Home" || key === "End") return { kind: "choose", index: beside(lab, null, key === "Home" ? 1 : -1) };
  if (key === "Delete" || key === "Backspace") return { kind: "delete", index: chosen };
  if (key !== "Enter" && key !== "Insert") return null;
  const other = neighbour(lab, chosen); // the new point is halfway there
  return { kind: "add", ...tidied(other === null ? [at[0] + spans[0] / 20, at[1]] : [(at[0] + x[other]!) / 2, (at[1] + y[other]!) / 2]) };
}

type Spot = readonly [x: number, y: number];

/** The next point by x, or the one before where there is none. */
const neighbour = (lab: Lab, chosen: number): number | null => beside(lab, chosen, 1) ?? beside(lab, chosen, -1);

/** What a key does to a rectified line; index -1: to the straight line that the others stand on. */
export function hookAfter(lab: Lab, bench: Bench, { view: { x, y } }: Frame, index: number, { key, shiftKey, repeat }: Pick<Key, "key" | "shiftKey" | "repeat">): Action | null {
  const by = ARROWS[key], page = { PageUp: -1, PageDown: 1 }[key], wide = x[1] - x[0], steep = (y[1] - y[0]) / wide, share = shiftKey ? 0.05 : 0.005;
  if (by) return { kind: "place", values: index < 0 ? tilted(lab, by, x[0], share * (y[1] - y[0]), 4 * share * steep) : bent(lab, bench, index, by, share * wide, 4 * share * steep), grip: repeat ? "move" : "begin" };
  if (page) return { kind: "line", index: Math.min(bench.n - 1, Math.max(bench.weighted ? -1 : 0, index + page)) };
  if (key === "Enter" || key === "Insert") return { kind: "another", beside: index < 0 ? null : index };
  if (index < 0) return null;
  if (key === "Delete" || key === "Backspace") return { kind: "remove", index };
  return /^[-f\u2212]$/i.test(key) ? { kind: "flip", index } : null;
}

/** A hook moved across, or a slope changed. */
function bent({ parameters }: Lab, bench: Bench, index: number, [across, up]: Spot, step: number, turn: number): number[] {
  const { hook, slope } = lineAt(bench, parameters, index);
  return withLine(bench, parameters, index, across ? { hook: tidy(hook + across * step, 200 * step) } : { slope: tidy(slope + up * turn, 50 * turn) });
}

/** The straight line lifted, or turned about its place at the plot's edge. */
function tilted({ parameters }: Lab, [across, up]: Spot, edge: number, step: number, turn: number): readonly number[] {
  const [level, slope] = parameters as [number, number];
  return parameters.with(0, tidy(level + up * step - across * turn * edge, 200 * step)).with(1, tidy(slope + across * turn, 50 * turn));
}

/** The chosen point in words: "point 3 of 20: x −1.58, y 5.9, 2.1 above the curve". */
export function pointText({ model, parameters, points: { n, x, y } }: Lab, chosen: number, rank: number): string {
  const curve = new Float64Array(1);
  model.evaluator.predict(parameters, x.subarray(chosen, chosen + 1), 1, curve);
  const off = y[chosen]! - curve[0]!;
  const where = Number.isFinite(off) ? `${brief(Math.abs(off), 2)} ${off < 0 ? "below" : "above"} the curve` : "where the curve has no value";
  return `point ${rank} of ${n}: ${model.input} ${brief(x[chosen]!)}, ${model.target} ${brief(y[chosen]!)}, ${where}`;
}

/** The stop for all points: arrows choose and move, Enter adds, Delete deletes. */
export function Chosen({ lab, f, send }: { lab: Lab; f: Frame; send: Send }): VNode | null {
  const { points, points: { n, x, y } } = lab, chosen = lab.chosen !== null && lab.chosen < n ? lab.chosen : null, { index, all } = shownOf(points, f);
  const moving = useRef<Extract<Action, { kind: "drag" }> | null>(null); // by a key that is still down
  if (!n) return null;
  const rank = chosen === null ? 1 : x.reduce((sum, v, i) => sum + Number(v < x[chosen]! || (v === x[chosen]! && i <= chosen)), 0);
  const press = (event: Key): void => {
    const action = event.ctrlKey || event.metaKey ? null : pointAfter(lab, f, event);
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    send(action);
    if (action.kind === "delete") send({ kind: "choose", index: after(lab, chosen!) });
    moving.current = action.kind === "drag" ? action : null;
  };
  const lift = (): void => { // what is too heavy to compute on the way is computed now
    if (moving.current) send({ ...moving.current, grip: "end" });
    moving.current = null;
  };
  return (
    <g class="plot-points" role="slider" tabindex={0} aria-label="points" aria-valuemin={1} aria-valuemax={n} aria-valuenow={rank}
      aria-valuetext={chosen === null ? `${n} points` : pointText(lab, chosen, rank)} onKeyDown={press} onKeyUp={lift}
      onFocus={() => chosen === null && send({ kind: "choose", index: beside(lab, null, 1) })}>
      <path d={edgeOf(f)} fill="none" pointer-events="none" />
      {chosen !== null && index.includes(chosen) && ring(px(f.x(x[chosen]!)), px(f.y(y[chosen]!)), radiusOf(all, f.width))}
    </g>
  );
}

/** The point to stand on after one is deleted, by its number among those that are left. */
function after(lab: Lab, chosen: number): number | null {
  const next = neighbour(lab, chosen);
  return next && next - Number(next > chosen);
}

const ring = (x: string, y: string, r: number): VNode => (
  <g stroke-width="1.5">
    <circle class="plot-ring" cx={x} cy={y} r={r + 5} fill="none" stroke="var(--data)" />
    <circle class="plot-dots" cx={x} cy={y} r={r + 1.5} fill="var(--data)" stroke="var(--paper)" />
  </g>
);
