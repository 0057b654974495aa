/** Rectified lines as objects on the plot: each line's part under the sum, and its handles: the hook, the slope, and what turns it over. */

import type { TargetedKeyboardEvent, VNode } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { type Bench, benchOf, lineAt, linesOf, partAt, withLine } from "../hinges/forms.ts";
import { lineText } from "../hinges/notes.ts";
import { memo } from "../memo.ts";
import type { Model } from "../model.ts";
import { brief } from "../numbers.ts";
import { px, tidy } from "../scale.ts";
import type { Action, Lab } from "../state.ts";
import type { Frame } from "./frame.ts";
import { hookAfter } from "./keys.tsx";

export const MOST_LABELLED = 12; // lines; with more of them only hooks and thin parts are drawn
const FAR = 1e5; // px

/** The bench that is worked on; null where it is off. */
export const workedOn = (lab: Lab): Bench | null => (ONE && lab.bench ? benchOf(lab.model) : null);

/** Where on the plot parts begin: at y = 0, or at the edge nearest to it. */
const ground = ({ view: { y } }: Frame): number => Math.min(y[1], Math.max(y[0], 0));

// --- Parts ---

/** Every line by itself, from the ground up, with a little colour under it; and the straight line that weighted ones stand on. */
export const parts = memo((bench: Bench, values: readonly number[], line: number | null, f: Frame): VNode => {
  const floor = ground(f), [from, to] = f.view.x, y = (v: number): string => px(Math.min(FAR, Math.max(-FAR, f.y(v))));
  const few = bench.n <= MOST_LABELLED;
  return (
    <g fill="none" stroke="var(--model)" stroke-linejoin="round">
      {bench.weighted && <path d={`M${f.left} ${y(values[0]! + values[1]! * from)}L${f.right} ${y(values[0]! + values[1]! * to)}`} opacity={line === -1 ? 0.8 : 0.4} stroke-dasharray="1 4" stroke-linecap="round" stroke-width="1.6" />}
      {linesOf(bench, values).map((one, i) => {
        const left = !bench.weighted && one.slope < 0, end = left ? from : to, lit = line === i;
        if (!Number.isFinite(one.hook) || (left ? one.hook <= end : one.hook >= end)) return null;
        const ray = `M${px(f.x(one.hook))} ${y(floor)}L${left ? f.left : f.right} ${y(floor + partAt(bench, one, end))}`;
        return <g>{few && <path d={`${ray}V${y(floor)}z`} fill="var(--model)" stroke="none" opacity={lit ? 0.08 : 0.025} />}<path d={ray} stroke-width={lit ? 1.8 : 1} opacity={lit ? 0.9 : few ? 0.5 : 0.3} /></g>;
      })}
      {few && f.view.y[0] * f.view.y[1] <= 0 ? <path d={`M${f.left} ${y(0)}H${f.right}`} stroke="var(--soft)" opacity=".5" /> : null}
    </g>
  );
});

// --- Handles ---

type Spot = readonly [x: number, y: number]; // px

/** Something of a line to take hold of. to: the parameters after it went to a place in data units. */
export interface Handle {
  readonly line: number; // -1: the straight line that weighted ones stand on
  readonly kind: "hook" | "slope" | "flip";
  readonly at: Spot;
  readonly to: (values: readonly number[], x: number, y: number) => readonly number[];
}

export const handlesOf = (lab: Lab, f: Frame): readonly Handle[] => {
  const bench = workedOn(lab);
  return bench ? handles(bench, lab.model, lab.parameters, lab.line, f) : [];
};

const handles = memo((bench: Bench, model: Model, values: readonly number[], chosen: number | null, f: Frame): readonly Handle[] => {
  const lines = linesOf(bench, values), hooks = Float64Array.from(lines, ({ hook }) => Math.min(f.view.x[1], Math.max(f.view.x[0], hook))), heights = new Float64Array(bench.n);
  model.evaluator.predict(values, hooks, bench.n, heights);
  const found = lines.flatMap((line, i): Handle[] => {
    if (!Number.isFinite(line.hook)) return [];
    const hook: Handle = { line: i, kind: "hook", at: [f.x(hooks[i]!), within(f, f.y(heights[i]!))], to: (now, x) => withLine(bench, now, i, { hook: x }) };
    const lever = bench.n <= MOST_LABELLED || chosen === i ? leverOf(bench, f, i, values) : null;
    const flip: Handle[] = lever && chosen === i ? [{ ...lever, kind: "flip", at: [lever.at[0], beyond(f, lever.at[1], f.y(ground(f)))] }] : [];
    return [hook, ...(lever ? [lever] : []), ...flip];
  });
  return bench.weighted ? [...standing(f, values), ...found] : found;
});

const within = (f: Frame, y: number): number => Math.min(f.bottom, Math.max(f.top, Number.isFinite(y) ? y : f.bottom));

/** A place a finger away from a lever, on the side that is not towards the ground, if there is room. */
function beyond(f: Frame, y: number, floor: number): number {
  const way = y > floor ? 1 : -1, out = y + 26 * way;
  return out > f.top - 14 && out < f.bottom + 14 ? out : y - 26 * way;
}

const least = (f: Frame): number => (0.001 * (f.view.y[1] - f.view.y[0])) / (f.view.x[1] - f.view.x[0]);

/** The handle of a line's slope: on its part, some way from the hook; null where the part is not to be seen. */
function leverOf(bench: Bench, f: Frame, index: number, values: readonly number[]): Handle | null {
  const line = lineAt(bench, values, index), side = !bench.weighted && line.slope < 0 ? -1 : 1, floor = ground(f), reach = Math.min(84, Math.max(40, 0.1 * (f.right - f.left)));
  const from = Math.min(f.right, Math.max(f.left, f.x(line.hook)));
  if (side > 0 ? f.x(line.hook) > f.right : f.x(line.hook) < f.left) return null;
  const x = side > 0 ? Math.min(from + reach, Math.max(f.right, from + 24)) : Math.max(from - reach, Math.min(f.left, from - 24));
  const base = f.y(floor), height = f.y(floor + partAt(bench, line, f.x.invert(x))) - base, room = height < 0 ? f.top + 8 - base : f.bottom - 8 - base;
  const share = Math.abs(height) > Math.abs(room) ? Math.max(room / height, 14 / reach) : 1; // a steep part is held where it leaves the plot
  const at: Spot = [from + share * (x - from), base + (share < 1 ? room : height)], held = f.x.invert(at[0]) - line.hook;
  const to = (now: readonly number[], _: number, y: number): number[] => {
    const slope = tidy((y - floor) / held, 1000 * least(f));
    return withLine(bench, now, index, { hook: line.hook, slope: bench.weighted ? slope : side * Math.max(least(f), side * slope) });
  };
  return { line: index, kind: "slope", at, to };
}

/** The handles of the straight line below: its level at the plot's left edge, and its slope. */
function standing(f: Frame, values: readonly number[]): Handle[] {
  const [level, slope] = values as [number, number], from = f.left + 12, x0 = f.x.invert(from), x1 = f.x.invert(from + Math.min(84, 0.1 * (f.right - f.left))), y0 = level + slope * x0;
  const seen = (y: number): boolean => f.y(y) >= f.top && f.y(y) <= f.bottom;
  const lift: Handle = { line: -1, kind: "hook", at: [from, within(f, f.y(y0))], to: (now, _, y) => now.with(0, y - slope * x0) };
  const tilt: Handle = {
    line: -1, kind: "slope", at: [f.x(x1), f.y(level + slope * x1)],
    to: (now, _, y) => { const c1 = tidy((y - y0) / (x1 - x0), 1000 * least(f)); return now.with(0, y0 - c1 * x0).with(1, c1); },
  };
  return seen(level + slope * x1) ? [lift, tilt] : [lift];
}

/** The handle within reach that is nearest, the chosen line's before others; null where there is none. */
export function handleAt(lab: Lab, f: Frame, [x, y]: Spot, reach: number): { readonly handle: Handle; readonly far: number } | null {
  let found: Handle | null = null, nearest = reach;
  for (const handle of handlesOf(lab, f)) {
    const far = Math.hypot(handle.at[0] - x, handle.at[1] - y) - (handle.line === lab.line ? 3 : 0);
    if (far <= nearest) [found, nearest] = [handle, far];
  }
  return found && { handle: found, far: nearest };
}

// --- As drawn ---

export const hookStyle = `.hooks>*{cursor:grab}.hooks [role=slider]{outline:0;cursor:ew-resize}.hooks .lever{cursor:ns-resize}.hooks .flip{cursor:pointer}
.hooks [role=slider]:focus-visible circle{stroke:var(--data);stroke-width:4}
.hooks text{font-size:11px;font-weight:600;text-anchor:middle;pointer-events:none}`;

/** All handles. Each line is one stop of the Tab key; of many lines only the chosen one is. */
export function Hooks({ lab, f, send }: { lab: Lab; f: Frame; send: (action: Action) => void }): VNode | null {
  const bench = workedOn(lab), group = useRef<SVGGElement>(null), keyed = useRef(false), moving = useRef(false), { line } = lab;
  const led = useRef({ over: lab.parameters, to: lab.parameters }).current; // to: where keys led, which may not be drawn yet
  if (led.over !== lab.parameters) led.over = led.to = lab.parameters;
  useLayoutEffect(() => { // keys that choose, add or remove a line go on at the line they lead to
    if (keyed.current) group.current?.querySelector<SVGElement>(`[data-line="${line}"]`)?.focus();
    keyed.current = false;
  }, [line, bench?.n]);
  if (!bench) return null;
  const few = bench.n <= MOST_LABELLED, all = handlesOf(lab, f), floor = px(f.y(ground(f)));
  const press = (index: number) => (event: TargetedKeyboardEvent<SVGElement>): void => {
    const action = event.ctrlKey || event.metaKey || event.altKey ? null : hookAfter({ ...lab, parameters: led.to }, bench, f, index, event);
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    keyed.current = action.kind !== "place" && action.kind !== "flip";
    moving.current = action.kind === "place";
    if (action.kind === "place") led.to = action.values;
    send(action);
  };
  const lift = (): void => {
    if (moving.current) send({ kind: "place", values: [], grip: "end" });
    moving.current = false;
  };
  const drawn = ({ line: i, kind, at: [x, y] }: Handle): VNode => {
    const lit = i === line, [cx, cy] = [px(x), px(y)];
    if (kind === "flip") return <g class="flip" aria-hidden="true"><circle cx={cx} cy={cy} r="9" fill="var(--paper)" stroke="var(--model)" /><text x={cx} y={px(y + 4)} fill="var(--model)">±</text></g>;
    if (kind === "slope") return <g class="lever" aria-hidden="true"><circle cx={cx} cy={cy} r={lit ? 8 : 6} fill="var(--paper)" stroke="var(--model)" stroke-width={lit ? 2 : 1.4} /><path d={`M${px(x - 2.6)} ${px(y - 1.3)}l2.6-2.6l2.6 2.6m0 2.6l-2.6 2.6l-2.6-2.6`} fill="none" stroke="var(--model)" stroke-width="1.2" /></g>;
    const base = i < 0, text = base ? `level ${brief(lab.parameters[0]!)}, slope ${brief(lab.parameters[1]!)}` : lineText(lab, bench, i);
    return (
      <g key={i} data-line={i} role="slider" tabindex={few || lit || (i === 0 && line === null) ? 0 : -1} aria-label={base ? "level and slope" : `line ${i + 1}`} aria-valuemin={f.view[base ? "y" : "x"][0]} aria-valuemax={f.view[base ? "y" : "x"][1]}
        aria-valuenow={base ? lab.parameters[0]! : lineAt(bench, lab.parameters, i).hook} aria-valuetext={text} onKeyDown={press(i)} onKeyUp={lift} onFocus={() => !lit && send({ kind: "line", index: i })}>
        {!base && (few || lit) && <path d={`M${cx} ${cy}V${floor}`} stroke="var(--model)" stroke-dasharray="2 3" opacity={lit ? 0.8 : 0.35} />}
        <circle cx={cx} cy={cy} r={few || lit ? (lit ? 10 : 8.5) : 4.5} fill={lit ? "var(--model)" : "var(--paper)"} stroke={lit ? "var(--paper)" : "var(--model)"} stroke-width="1.8" />
        {few && !lit && <text x={cx} y={px(y + 4)} fill="var(--model)">{base ? "↕" : i + 1}</text>}
      </g>
    );
  };
  const over = all.find(({ line: i, kind }) => kind === "hook" && i === line); // the chosen one, where others lie over it
  const isHook = ({ kind }: Handle): boolean => kind === "hook";
  return <g class="hooks unprinted" ref={group}>{all.filter((one) => !isHook(one)).map(drawn)}{all.filter(isHook).map(drawn)}{over && <g aria-hidden="true" pointer-events="none"><circle cx={px(over.at[0])} cy={px(over.at[1])} r="9.1" fill="var(--model)" /><text x={px(over.at[0])} y={px(over.at[1] + 4)} fill="var(--paper)">{over.line < 0 ? "↕" : over.line + 1}</text></g>}</g>;
}
