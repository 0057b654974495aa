/** The plot by keyboard: one stop for the window, one for all points. */

import type { TargetedKeyboardEvent, VNode } from "preact";
import { px, said, tidy } from "../scale.ts";
import type { Action, Lab, View } from "../state.ts";
import type { Frame } from "./frame.ts";
import { radiusOf, shownOf } from "./points.tsx";
import { homeOf, panned, zoomed } from "./window.ts";

type Send = (action: Action) => void;
type Key = TargetedKeyboardEvent<SVGElement>;

/** The window made larger or smaller about its middle. */
export function zoomBy(lab: Lab, { view }: Frame, factor: number): View {
  return zoomed(view, factor, [(view.x[0] + view.x[1]) / 2, (view.y[0] + view.y[1]) / 2], homeOf(lab));
}

/** What a key does to the window; undefined where it does nothing. */
export function windowAfter(lab: Lab, f: Frame, key: string): View | null | undefined {
  if (key === "0") return null;
  const factor = { "+": 0.8, "=": 0.8, "-": 1.25, "_": 1.25 }[key];
  if (factor) return zoomBy(lab, f, factor);
  const by = ({ ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] } as Record<string, readonly [number, number]>)[key];
  return by && panned(f.view, ...by);
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
export function pointAfter(lab: Lab, f: Frame, { key, altKey, shiftKey, repeat }: Pick<Key, "key" | "altKey" | "shiftKey" | "repeat">): Action | null {
  const { chosen, points: { x, y, n } } = lab;
  if (chosen === null || chosen >= n) return null;
  const way = key === "ArrowRight" || key === "ArrowUp" ? 1 : key === "ArrowLeft" || key === "ArrowDown" ? -1 : 0;
  const upright = key === "ArrowUp" || key === "ArrowDown";
  if (way && !upright && !altKey) return { kind: "choose", index: beside(lab, chosen, way) ?? chosen };
  if (way) {
    const [low, high] = upright ? f.view.y : f.view.x, span = high - low;
    const to = tidy((upright ? y : x)[chosen]! + (way * span * (shiftKey ? 10 : 1)) / 100, span);
    return { kind: "drag", index: chosen, x: upright ? x[chosen]! : to, y: upright ? to : y[chosen]!, grip: repeat ? "move" : "begin" };
  }
  if (key === "Home" || key === "End") return { kind: "choose", index: beside(lab, null, key === "Home" ? 1 : -1) };
  if (key === "Delete" || key === "Backspace") return { kind: "delete", index: chosen };
  return key === "Enter" || key === "Insert" ? halfway(lab, f, chosen) : null;
}

/** A point between this one and the next, or the one before where it is the last. */
function halfway(lab: Lab, { view }: Frame, chosen: number): Action {
  const { x, y } = lab.points, other = beside(lab, chosen, 1) ?? beside(lab, chosen, -1);
  if (other === null) return { kind: "add", x: tidy(x[chosen]! + (view.x[1] - view.x[0]) / 20, view.x[1] - view.x[0]), y: y[chosen]! };
  return { kind: "add", x: tidy((x[chosen]! + x[other]!) / 2, view.x[1] - view.x[0]), y: tidy((y[chosen]! + y[other]!) / 2, view.y[1] - view.y[0]) };
}

/** The chosen point in words: "point 3 of 20: x −1.58, y 5.9, 2.1 above the curve". */
export function pointText({ model, parameters, points: { n, x, y } }: Lab, chosen: number, rank: number): string {
  const curve = new Float64Array(1);
  model.evaluator.predict(parameters, x.subarray(chosen, chosen + 1), 1, curve);
  const off = y[chosen]! - curve[0]!;
  const where = Number.isFinite(off) ? `${said(Math.abs(off), 2)} ${off < 0 ? "below" : "above"} the curve` : "where the curve has no value";
  return `point ${rank} of ${n}: ${model.input} ${said(x[chosen]!)}, ${model.target} ${said(y[chosen]!)}, ${where}`;
}

/** The stop for all points: arrows choose and move, Enter adds, Delete deletes. */
export function Chosen({ lab, f, send }: { lab: Lab; f: Frame; send: Send }): VNode | null {
  const { points: { n, x, y } } = lab;
  if (!n) return null;
  const chosen = lab.chosen !== null && lab.chosen < n ? lab.chosen : null;
  const rank = chosen === null ? 1 : x.reduce((sum, v, i) => sum + Number(v < x[chosen]! || (v === x[chosen]! && i <= chosen)), 0);
  const press = (event: Key): void => {
    const action = event.ctrlKey || event.metaKey ? null : pointAfter(lab, f, event);
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    send(action);
    if (action.kind === "delete") send({ kind: "choose", index: after(lab, chosen!) });
  };
  const lift = (event: Key): void => { if (event.key.startsWith("Arrow") && chosen !== null) settle(lab, chosen, event, send); };
  return (
    <g class="plot-points" role="slider" tabindex={0} aria-label="points" aria-valuemin={1} aria-valuemax={n} aria-valuenow={rank}
      aria-valuetext={chosen === null ? `${n} points` : pointText(lab, chosen, rank)} onKeyDown={press} onKeyUp={lift}
      onFocus={() => chosen === null && send({ kind: "choose", index: beside(lab, null, 1) })}>
      <path d={`M${f.left} ${f.top}H${f.right}V${f.bottom}H${f.left}z`} fill="none" pointer-events="none" />
      {chosen !== null && shownOf(lab.points, f).index.includes(chosen) && ring(f.x(x[chosen]!), f.y(y[chosen]!), radiusOf(shownOf(lab.points, f).all, f.width))}
    </g>
  );
}

/** The point to stand on after one is deleted, by its number among those that are left. */
function after(lab: Lab, chosen: number): number | null {
  const next = beside(lab, chosen, 1) ?? beside(lab, chosen, -1);
  return next === null ? null : next - Number(next > chosen);
}

/** The end of a move by key: what is too heavy to compute on the way is computed now. */
function settle({ points: { x, y } }: Lab, index: number, { key, altKey }: Key, send: Send): void {
  if (altKey || key === "ArrowUp" || key === "ArrowDown") send({ kind: "drag", index, x: x[index]!, y: y[index]!, grip: "end" });
}

const ring = (x: number, y: number, r: number): VNode => (
  <g>
    <circle class="plot-ring" cx={px(x)} cy={px(y)} r={r + 5} fill="none" stroke="var(--data)" stroke-width="1.5" />
    <circle class="plot-dots" cx={px(x)} cy={px(y)} r={r + 1.5} fill="var(--data)" stroke="var(--paper)" stroke-width="1.5" />
  </g>
);
