/** The loss landscape: the loss over two parameters as a map, the walk on it, and a hand that starts it anywhere. */

import type { TargetedKeyboardEvent, TargetedPointerEvent, VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { Choice } from "../choice.tsx";
import { levelsFor } from "../contour.ts";
import { type Best, futureOf, lossAt } from "../derived.ts";
import type { Path } from "../descend.ts";
import { heightsOf, landscapeOf, type Over, overOf, placeAt, sideFor, windowOver } from "../landscape.ts";
import { memo } from "../memo.ts";
import { shown, shownOn } from "../numbers.ts";
import { axes } from "../plot/axes.tsx";
import { edgeOf, type Frame, frameOf, HALO, holds, widthOf } from "../plot/frame.ts";
import { relief } from "../plot/relief.tsx";
import { useWidth } from "../plot/width.ts";
import { Raster, rasterStyle, type Tint } from "../raster.ts";
import { line, px } from "../scale.ts";
import type { Grip, Lab, View } from "../state.ts";
import { arrowOf } from "../track.tsx";
import type { Place, Props } from "../view.ts";

export const place: Place = "main";
export const order = 40;

const LEVELS = 9; // contours, about
const TINT: Tint = ["soft", 0.34];
const HEAD = 26; // px above the frame, for the name of the axis
const MOST_DRAWN = 400; // moments of the path
const FAR = 1e5; // px; beyond, a moment is somewhere outside
const SLIP = 4; // px that a tap may move

export const style = `${rasterStyle}
.landscape{margin-top:6px}
.landscape-head{display:flex;flex-wrap:wrap;align-items:center;gap:0 8px;font-size:14px;color:var(--soft)}
.landscape-head>.quiet{margin-left:-8px;font-size:14px}
.landscape-head select{color:var(--ink)}
@media(pointer:coarse){.landscape-head .choice{min-width:44px}}
.landscape p{margin:0;font-size:14px;color:var(--soft)}
.landscape-map{position:relative;margin-top:4px;break-inside:avoid}
.landscape-map>svg{position:relative;display:block;width:100%;height:auto;touch-action:pan-y;user-select:none;-webkit-user-select:none;cursor:crosshair;overflow:visible}
.landscape-axes path{display:none}
.main:has(.landscape-map){position:static}
@container(max-width:819px){.landscape{order:2}}`;

/** A button; what it opens stands below it. */
export const view = ({ lab, send }: Props): VNode => {
  const { landscape, points: { n } } = lab, open = landscape !== null, over = overOf(lab);
  return (
    <section class={open ? "landscape" : "landscape unprinted"} aria-label="loss landscape">
      <div class="landscape-head unprinted">
        <button class="quiet" aria-expanded={open} onClick={() => send({ kind: "landscape", over: open ? null : over ?? [0, 1] })}>loss landscape <span aria-hidden="true">{open ? "▾" : "▸"}</span></button>
        {open && over && n > 0 && <Chosen lab={lab} over={over} send={send} />}
      </div>
      {open && (!over ? <p>a landscape needs two parameters</p> : n ? <Chart lab={lab} over={over} send={send} /> : <p>no points yet: no loss to draw</p>)}
    </section>
  );
};

interface Drawn {
  readonly lab: Lab;
  readonly over: Over;
  readonly send: Props["send"];
}

/** Which two parameters, and what becomes of the others. */
function Chosen({ lab: { model: { parameters }, locked, ranges, parameters: values }, over: [i, j], send }: Drawn): VNode {
  const among = Object.fromEntries(parameters.map((name, k) => [k, { title: locked[k] ? `${name} (locked)` : name }])), others = parameters.map((_, k) => k).filter((k) => k !== i && k !== j);
  const choice = (label: string, mine: number, other: number, pair: (k: number) => Over): VNode =>
    <Choice label={label} value={String(mine)} among={among} onChange={(k) => send({ kind: "landscape", over: Number(k) === other ? [j, i] : pair(Number(k)) })} />;
  return (
    <>
      over {choice("parameter across", i, j, (k) => [k, j])} and {choice("parameter up", j, i, (k) => [i, k])}
      {others.length > 0 && <span>· {others.length < 3 ? others.map((k) => `${parameters[k]} stays ${shownOn(values[k], ranges[k])}`).join(", ") : `the other ${others.length} stay`}</span>}
    </>
  );
}

function Chart({ lab, over, send }: Drawn): VNode {
  const box = useRef<HTMLDivElement>(null), width = useWidth(box), { held, on } = useHand(lab, over, send);
  const view = held ?? windowOver(lab, over), [i, j] = over, { parameters: names } = lab.model, [across, up] = [lab.parameters[i], lab.parameters[j]];
  const f = framed(view, width, Math.round(Math.min(430, Math.max(280, 0.5 * width))), names[i], names[j]);
  const side = sideFor(lab, over), values = landscapeOf(lab, over, view, side, side), { loss } = lossAt(lab);
  return (
    <div class="landscape-map" ref={box}>
      <Raster f={f} values={heightsOf(values)} columns={side} rows={side} low={0} high={1} tint={TINT} />
      <svg viewBox={`0 0 ${width} ${f.height}`} tabindex={0} role="slider" aria-label="place in the loss landscape" aria-roledescription="map"
        aria-valuemin={view.x[0]} aria-valuemax={view.x[1]} aria-valuenow={Math.min(view.x[1], Math.max(view.x[0], across || 0))}
        aria-valuetext={`${names[i]} ${shownOn(across, lab.ranges[i])}, ${names[j]} ${shownOn(up, lab.ranges[j])}: loss ${shown(loss)}`} {...on(f, [across, up])}>
        {grid(f)}
        {!values.every(Number.isFinite) && <text x={f.right} y={f.top - 10} text-anchor="end" font-size="12" fill="var(--soft)">hatched: no value there</text>}
        <svg x={f.left} y={f.top} width={f.right - f.left} height={f.bottom - f.top} viewBox={`${f.left} ${f.top} ${f.right - f.left} ${f.bottom - f.top}`}>
          {ground(values, side, f, futureOf(lab), futureOf(lab).known, lab.best, ...over)}
          {walk(lab, over, f)}
        </svg>
      </svg>
    </div>
  );
}

// Memories of their own: those of the plot would forget its frame.
const framed = memo((view: View, width: number, height: number, input: string, target: string): Frame => frameOf(view, width, height, input, target, HEAD));
const grid = memo((f: Frame): VNode => <g><g class="landscape-axes">{axes(f)}</g><path d={edgeOf(f)} fill="transparent" stroke="var(--line)" /></g>);

/** The contours and their numbers, clear of the path, of the best possible and of its name. */
const ground = memo((values: Float64Array, side: number, f: Frame, { parameters, P }: Path, known: number, best: Best | null, ...over: Over): VNode => {
  const goal = best && spotOf(over, f, best.values), wide = (f.right - f.left) / (side - 1), unit = (f.bottom - f.top) / (side - 1);
  const clear = [...thinned(0, known - 1, 60).map((m) => spotOf(over, f, parameters, m * P)), ...(goal ? [-60, -30, 0, 30, 60, 90].map((dx) => [goal[0] + dx, goal[1]] as const) : [])];
  return relief(values, side, levelsFor(values, LEVELS, true), f, "soft", (column, row) => clear.every(([left, top]) => Math.abs(left - f.left - column * wide) > 20 || Math.abs(top - f.bottom + row * unit) > 11));
});

type Spot = readonly [x: number, y: number]; // px

/** Where the map shows a moment, or any parameters; far outside where it is far outside. */
const spotOf = ([i, j]: Over, f: Frame, at: ArrayLike<number>, from = 0): Spot => [far(f.x(at[from + i])), far(f.y(at[from + j]))];
const far = (v: number): number => Math.min(FAR, Math.max(-FAR, v));

/** The descent on the map: where it began, went and would go, where it stands, downhill from there, and the best possible. */
function walk(lab: Lab, over: Over, f: Frame): VNode {
  const path = futureOf(lab), { start, step, best, locked } = lab, { gradient, loss } = lossAt(lab), [i, j] = over, here = spotOf(over, f, lab.parameters);
  const trail = (from: number, to: number): string => {
    const spots = thinned(from, to, MOST_DRAWN).map((m) => spotOf(over, f, path.parameters, m * path.P));
    return line(spots.length, (k) => spots[k][0], (k) => spots[k][1]);
  };
  const name = (words: string, [left, top]: Spot): VNode | false => {
    const wide = widthOf(words) + 12, back = left + wide > f.right || (left < here[0] && left - wide > f.left); // away from where it stands
    return holds(f, left, top) && <text x={px(left + (back ? -10 : 10))} y={px(top + 4)} text-anchor={back ? "end" : "start"} font-size="12" fill="var(--ink)" {...HALO} stroke-width="3" stroke-opacity=".75">{words}</text>;
  };
  const goal = best && spotOf(over, f, best.values), apart = best && elsewhere(lab, over), began = spotOf(over, f, start);
  return (
    <g fill="none" stroke-linejoin="round" stroke-linecap="round">
      <path d={trail(step, path.known - 1)} stroke="var(--model)" stroke-width="1.5" opacity=".45" />
      <path d={trail(0, step)} stroke="var(--model)" stroke-width="2.4" />
      {goal && <path d={`M${px(goal[0] - 5)} ${px(goal[1] - 5)}l10 10m0-10l-10 10`} stroke="var(--ink)" stroke-width="1.8" opacity={apart ? 0.5 : 1} />}
      {goal && name(apart ? "best, others moved" : "best possible", goal)}
      {step > 0 && <circle cx={px(began[0])} cy={px(began[1])} r="3.5" fill="var(--paper)" stroke="var(--model)" stroke-width="1.6" />}
      {step > 0 && name("start", began)}
      {here.every(Number.isFinite) && <g transform={`translate(${px(here[0])} ${px(here[1])})`}>
        {arrow([locked[i] ? 0 : gradient[i], locked[j] ? 0 : gradient[j]], f, loss)}
        <circle r="7" fill="var(--card)" stroke="var(--model)" stroke-width="2.6" />
      </g>}
    </g>
  );
}

/** Whether the parameters that are not on the map stand somewhere else than at the best: then the lowest place of the map is another one. */
const elsewhere = ({ parameters, best, ranges }: Lab, over: Over): boolean =>
  parameters.some((value, k) => !over.includes(k) && !(Math.abs(value - best!.values[k]) < (ranges[k][1] - ranges[k][0]) / 100));

/** So many of the moments from … to, both included. */
function thinned(from: number, to: number, most: number): number[] {
  const every = Math.max(1, Math.ceil((to - from) / most)), kept: number[] = [];
  for (let k = from; k < to; k += every) kept.push(k);
  return [...kept, to];
}

/** Against the gradient, as long as the slope is steep, from the ring's edge. */
function arrow([across, up]: readonly [number, number], { view, x, y }: Frame, loss: number): VNode | false {
  const span = ([low, high]: readonly [number, number]): number => high - low, length = Math.abs(arrowOf(Math.hypot(across * span(view.x), up * span(view.y)) / Math.abs(loss)));
  const turn = (Math.atan2(-up * (y(1) - y(0)), -across * (x(1) - x(0))) * 180) / Math.PI;
  return length > 0 && Number.isFinite(turn) && <g transform={`rotate(${px(turn)})`} stroke="var(--grad)" fill="var(--grad)"><path d={`M7 0h${px(length)}`} stroke-width="2.4" /><path d={`M${px(7 + length)}-5.5v11l9-5.5z`} stroke="none" /></g>;
}

/** Mouse, finger and keys put the two parameters somewhere; the window stays as it is until they let go. */
function useHand(lab: Lab, over: Over, send: Props["send"]) {
  const [held, hold] = useState<View | null>(null), grab = useRef<{ readonly x: number; readonly y: number; readonly begun: boolean } | null>(null);
  const press = useRef<readonly [number, number] | null>(null); // where keys that are held down have led
  const go = (view: View, across: number, up: number, grip: Grip): readonly [number, number] => {
    const values = placeAt(lab, over, view, across, up);
    send({ kind: "place", values, grip });
    return [values[over[0]], values[over[1]]];
  };
  const drag = ({ currentTarget, clientX, clientY }: Pointed, f: Frame): void => {
    const { left, top, width } = currentTarget.getBoundingClientRect(), zoom = f.width / width;
    go(f.view, f.x.invert((clientX - left) * zoom), f.y.invert((clientY - top) * zoom), grab.current!.begun ? "move" : "begin");
    grab.current = { ...grab.current!, begun: true };
  };
  const end = (): void => {
    if (grab.current?.begun || press.current) send({ kind: "place", values: lab.parameters, grip: "end" });
    grab.current = press.current = null;
    hold(null);
  };
  const on = (f: Frame, here: readonly [number, number]) => ({
    onPointerDown: (event: Pointed): void => {
      if (event.button || !event.isPrimary) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      grab.current = { x: event.clientX, y: event.clientY, begun: false };
      hold(f.view);
      if (event.pointerType !== "touch") drag(event, f);
    },
    onPointerMove: (event: Pointed): void => {
      const grip = grab.current, across = grip ? Math.abs(event.clientX - grip.x) : 0;
      if (grip && (grip.begun || (across >= SLIP && across >= Math.abs(event.clientY - grip.y)))) drag(event, f);
    },
    onPointerUp: (event: Pointed): void => {
      if (grab.current && !grab.current.begun) drag(event, f); // a tap
      end();
    },
    onPointerCancel: end,
    onKeyDown: (event: TargetedKeyboardEvent<SVGSVGElement>): void => {
      const way = WAYS[event.key], { x, y } = f.view, by = event.shiftKey ? 5 : 50;
      if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      hold(f.view);
      const [across, up] = (event.repeat && press.current) || here;
      press.current = go(f.view, across + (way[0] * (x[1] - x[0])) / by, up + (way[1] * (y[1] - y[0])) / by, event.repeat && press.current ? "move" : "begin");
    },
    onKeyUp: end, onBlur: end,
  });
  return { held, on };
}

type Pointed = TargetedPointerEvent<SVGSVGElement>;

const WAYS: Readonly<Record<string, readonly [number, number]>> = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
