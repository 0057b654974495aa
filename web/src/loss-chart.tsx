/** The loss over a walk, drawn: what was walked, what would follow, the target, the best possible, the rate's schedule. */

import type { TargetedMouseEvent, TargetedPointerEvent, VNode } from "preact";
import { useRef } from "preact/hooks";
import type { Path } from "./descend.ts";
import { axisOf, type LossAxis } from "./loss-axis.ts";
import type { Action, Lab } from "./state.ts";
import { brief, figures, rateAt } from "./torch-lines.ts";

const SLACK = 6; // px before a finger drags
const MOST_DRAWN = 300; // places along the curve; each keeps its highest and lowest

export const chartStyle = `
.loss-chart{position:relative;height:132px;padding:18px 4px 18px 36px;cursor:crosshair;touch-action:pan-y;user-select:none;-webkit-user-select:none;font-size:12px;line-height:14px;color:var(--soft)}
.loss-plot{position:relative;height:100%}
.loss-plot svg{position:absolute;inset:0;width:100%;height:100%;overflow:visible}
.loss-plot path{fill:none;vector-effect:non-scaling-stroke;stroke-linejoin:round}
.loss-plot .grid{stroke:var(--line)}
.loss-plot .walked{stroke:var(--model);stroke-width:2}
.loss-plot .ahead{stroke:var(--model);stroke-width:1.4;opacity:.32}
.loss-plot .left{stroke:var(--soft);stroke-width:1.2;stroke-dasharray:3 3}
.loss-plot .best{stroke:var(--soft);stroke-width:1.3;stroke-dasharray:5 4}
.loss-plot .target{stroke:var(--ink);stroke-width:1.3;stroke-dasharray:1 3}
.loss-plot .leg{stroke:var(--model);opacity:.5}
.loss-plot i,.loss-plot span{position:absolute;font-style:normal;white-space:nowrap;pointer-events:none}
.loss-plot span{text-shadow:0 0 2px var(--paper),0 0 3px var(--paper),0 0 4px var(--paper)}
.loss-plot .mark{right:100%;margin:-7px 6px 0 0}
.loss-plot .now{width:10px;height:10px;margin:-5px;border-radius:50%;background:var(--model);box-shadow:0 0 0 2px var(--paper)}
.loss-plot .over{right:0;transform:translateY(-100%)}.loss-plot .under{right:0;padding-top:2px}.loss-plot .aside{left:6px;right:auto}
.loss-plot .scale{top:100%;left:0;right:auto;font-size:11.5px}
.loss-rate{position:absolute;left:36px;right:4px;top:0;height:14px}
.loss-rate svg{position:absolute;inset:0;width:100%;height:100%}.loss-rate path{fill:var(--soft);opacity:.2}
.loss-rate span{position:absolute;right:2px;top:0;font-size:11.5px;text-shadow:0 0 3px var(--paper),0 0 3px var(--paper)}
.loss-end{position:absolute;right:0;bottom:2px;font-size:12.5px;line-height:1.35;color:var(--wrong);background:var(--paper);cursor:auto}
.loss-end.late{right:auto;left:4px;bottom:auto;top:-14px;width:54%}
.squiggly .loss-end .button{color:var(--ink);font-size:13px;padding:0 12px;margin-top:4px;min-height:36px}
@media(pointer:coarse){.squiggly .loss-end .button{min-height:44px}}`;

/** The chart. Pressing and dragging on it scrubs: the timeline does the same for the keyboard. */
export function Chart({ lab, path, send }: { lab: Lab; path: Path; send: (action: Action) => void }): VNode {
  const { steps, step } = lab, losses = path.loss.subarray(0, path.known);
  const left = lab.left ? Float64Array.from(lab.left) : null;
  const beside = [...(lab.best ? [lab.best.loss] : []), ...near(lab.target, losses), ...(left ? ends(left) : [])];
  const axis = axisOf(losses, beside), x = (k: number): number => (100 * k) / steps;
  const here = path.loss[Math.min(step, path.known - 1)]!;
  const scrub = (event: TargetedMouseEvent<HTMLElement>): void => {
    const { left: from, width } = event.currentTarget.querySelector(".loss-plot")!.getBoundingClientRect();
    send({ kind: "scrub", step: Math.round(steps * Math.min(1, Math.max(0, (event.clientX - from) / width))) });
  };
  const held = useRef<{ x: number; y: number; sure: boolean } | null>(null);
  const down = (event: TargetedPointerEvent<HTMLElement>): void => {
    if (event.button !== 0 || isButton(event)) return;
    held.current = { x: event.clientX, y: event.clientY, sure: event.pointerType !== "touch" };
    event.currentTarget.setPointerCapture(event.pointerId);
    if (held.current.sure) scrub(event);
  };
  const move = (event: TargetedPointerEvent<HTMLElement>): void => {
    if (!held.current) return;
    const across = Math.abs(event.clientX - held.current.x);
    held.current.sure ||= across > SLACK && across > Math.abs(event.clientY - held.current.y); // a finger may be scrolling the page
    if (held.current.sure) scrub(event);
  };
  const up = (): void => { held.current = null; };
  return (
    <div class="loss-chart" onPointerDown={down} onPointerMove={move} onPointerUp={up} onPointerCancel={up} onClick={(event) => isButton(event) || scrub(event)}>
      {lab.legs.some((leg) => leg.schedule !== "steady") && <Rates lab={lab} />}
      <div class="loss-plot">
        <svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label={summary(lab, path)}>
          <path class="grid" d={axis.marks.map(({ value }) => `M0,${f(axis.y(value))}H100`).join("")} />
          {left && <path class="left" d={curve(left, 0, left.length - 1, x, axis)} />}
          {lab.best && <path class="best" d={`M0,${f(axis.y(lab.best.loss))}H100`} />}
          {lab.target !== null && <path class="target" d={`M0,${f(axis.y(lab.target))}H100`} />}
          {lab.legs.slice(1).map((leg) => <path class="leg" d={`M${f(x(leg.from))},0V100`} />)}
          <path class="ahead" d={curve(losses, step, path.known - 1, x, axis)} />
          <path class="walked" d={curve(losses, 0, Math.min(step, path.known - 1), x, axis)} />
        </svg>
        {axis.marks.map(({ value, text }) => <i class="mark" style={{ top: pc(axis.y(value)) }}>{text}</i>)}
        <span class="under scale">{axis.log ? "log scale" : "linear scale"}</span>
        <Labels lab={lab} axis={axis} last={losses.at(-1) ?? NaN} />
        {Number.isFinite(here) && <i class="now" style={{ left: pc(x(step)), top: pc(axis.y(here)) }} />}
        {path.ended && <Ended lab={lab} words={path.ended.words} at={x(path.ended.step)} send={send} />}
      </div>
    </div>
  );
}

const isButton = (event: Event): boolean => (event.target as Element).closest("button") !== null;
const f = (v: number): string => v.toFixed(2);
const pc = (v: number): string => `${f(v)}%`;
const ends = (losses: Float64Array): number[] => [losses[0]!, Math.min(losses.at(-1)!, losses[0]!)];

/** The target, where drawing it leaves the curve its room. */
const near = (target: number | null, losses: Float64Array): number[] => (target !== null && target > losses[0]! / 1e3 ? [target] : []);

/** The moments from … to as a path; of many, the highest and the lowest of each place. */
function curve(losses: Float64Array, from: number, to: number, x: (k: number) => number, axis: LossAxis): string {
  const every = Math.max(1, Math.ceil((to - from) / MOST_DRAWN)), places: string[] = [];
  const put = (k: number): void => { if (Number.isFinite(losses[k]!)) places.push(`${f(x(k))},${f(axis.y(losses[k]!))}`); };
  for (let k = from; k <= to; k += every) {
    let high = k, low = k;
    for (let i = k; i < Math.min(k + every, to + 1); i++) {
      if (losses[i]! > losses[high]!) high = i;
      if (losses[i]! < losses[low]!) low = i;
    }
    put(Math.min(high, low));
    if (high !== low) put(Math.max(high, low));
  }
  if (every > 1) put(to);
  return places.length ? `M${places.join("L")}` : "";
}

function Labels({ lab: { target, best }, axis, last }: { lab: Lab; axis: LossAxis; last: number }): VNode {
  const at = target === null ? 0 : axis.y(target), close = best !== null && target !== null && axis.y(best.loss) - at < 34;
  const place = last <= (target ?? 0) || close ? "over" : "under";
  return (
    <>
      {target !== null && <span class={last > target && close ? "over aside" : place} style={{ top: pc(at) }}>target {figures(target, 3)}</span>}
      {best && <span class="under" style={{ top: pc(axis.y(best.loss)) }}>{best.settled ? "best possible" : "best found"} {figures(best.loss, 3)}</span>}
    </>
  );
}

/** The rate of each step, as a strip above the curve. */
function Rates({ lab }: { lab: Lab }): VNode {
  const rates = Array.from({ length: 101 }, (_, i) => rateAt(lab, (lab.steps * i) / 100)), most = Math.max(...rates);
  const said = [rates[0]!, ...(most > Math.max(rates[0]!, rates[100]!) ? [most] : []), rates[100]!].map((rate) => (rate < 1e-5 * most ? "0" : brief(rate, 2)));
  const d = rates.map((rate, i) => `L${i},${f(100 - (100 * rate) / most)}`).join("");
  return (
    <div class="loss-rate" title="the rate of each step">
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true"><path d={`M0,100${d}L100,100Z`} /></svg>
      <span>rate {said.join(" → ")}</span>
    </div>
  );
}

function Ended({ lab, words, at, send }: { lab: Lab; words: string; at: number; send: (action: Action) => void }): VNode {
  const { rate } = lab.legs.at(-1)!, [problem] = words.split("\nhint: "), cure = Number((rate / 10).toPrecision(2));
  return (
    <div class={`loss-end${at > 54 ? " late" : ""}`} style={at === 0 ? { left: 0, top: 0, bottom: "auto" } : at > 54 ? undefined : { left: `calc(${pc(at)} + 12px)` }} role="status">
      {problem!.replace("diverged", "The walk diverged").replace("the model has", "The model has").replace(/\binf\b/g, "∞").replace(/\bnan\b/g, "not a number")}.{" "}
      {words.startsWith("diverged") ? <button type="button" class="button" onClick={() => send({ kind: "walk", rate: cure })}>try a rate of {brief(cure)}</button> : "Begin elsewhere: move a parameter."}
    </div>
  );
}

function summary(lab: Lab, path: Path): string {
  const end = path.ended ? `it stops at step ${path.ended.step}` : `${figures(path.loss[path.known - 1]!)} at step ${path.known - 1}`;
  return `the loss over ${lab.steps} steps: ${figures(path.loss[0]!)} at the start, ${figures(path.loss[Math.min(lab.step, path.known - 1)]!)} now at step ${lab.step}, ${end}${lab.best ? `, at best ${figures(lab.best.loss)}` : ""}`;
}
