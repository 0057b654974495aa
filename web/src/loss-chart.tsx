/** The loss over a walk, drawn: what was walked, what would follow, the target, the best possible, the rate's schedule. */

import type { VNode } from "preact";
import type { Path } from "./descend.ts";
import { axisOf, type LossAxis } from "./loss-axis.ts";
import { brief, figures } from "./numbers.ts";
import { line, px } from "./scale.ts";
import { useDrag } from "./slider.tsx";
import type { Lab } from "./state.ts";
import { rateAt } from "./torch-lines.ts";
import type { Props } from "./view.ts";

const MOST_DRAWN = 300; // places along the curve; each keeps its highest and lowest

export const chartStyle = `
.loss-chart{contain:layout;position:relative;height:132px;padding:18px 4px 18px 36px;cursor:crosshair;touch-action:pan-y;user-select:none;-webkit-user-select:none;font-size:12px;line-height:14px;color:var(--soft)}
.loss-plot{position:relative;height:100%}
.loss-chart svg{position:absolute;inset:0;width:100%;height:100%;overflow:visible}
.loss-chart path{fill:none;stroke:var(--soft);stroke-width:1.3;vector-effect:non-scaling-stroke;stroke-linejoin:round}
.loss-chart .grid{stroke:var(--line);stroke-width:1}
.loss-chart .walk{stroke:var(--model);stroke-width:2}
.loss-chart .ahead{stroke:var(--model);opacity:.35}
.loss-chart .left{stroke-dasharray:3}
.loss-chart .best{stroke-dasharray:5 4}
.loss-chart .target{stroke:var(--ink);stroke-dasharray:1 3}
.loss-chart i,.loss-chart span{position:absolute;font-style:normal;white-space:nowrap;pointer-events:none}
.loss-chart span{right:0;text-shadow:0 0 3px var(--paper),0 0 3px var(--paper)}
.loss-chart .mark{right:100%;margin:-7px 6px}
.loss-chart .now{width:10px;height:10px;margin:-5px;border-radius:50%;background:var(--model);box-shadow:0 0 0 2px var(--paper)}
.loss-chart .over{transform:translateY(-100%)}.loss-chart .under{padding-top:2px}.loss-chart .aside{left:6px;right:auto}
.loss-chart .scale{top:100%;left:0;right:auto;padding-top:2px}
.loss-rate{position:absolute;left:36px;right:4px;top:0;height:14px}
.loss-rate path{fill:var(--soft);stroke:none;opacity:.2}
.loss-end{position:absolute;right:0;bottom:2px;font-size:12.5px;line-height:1.35;color:var(--wrong);background:var(--paper);cursor:auto}
.loss-end.late{right:auto;left:4px;bottom:auto;top:-14px;width:54%}
.loss-end .button{color:var(--ink);padding:0 12px;margin-top:4px}`;

/** The chart. Pressing and dragging on it scrubs: the timeline does the same for the keyboard. */
export function Chart({ lab, path, send }: { lab: Lab; path: Path; send: Props["send"] }): VNode {
  const { steps, step, target, best, legs } = lab, { ended } = path, losses = path.loss.subarray(0, path.known);
  const left = lab.left ? Float64Array.from(lab.left) : null, here = losses[Math.min(step, path.known - 1)]!;
  const axis = axisOf(losses, [...(best ? [best.loss] : []), ...near(target, losses), ...(left ? [left[0]!, Math.min(left[0]!, left.at(-1)!)] : [])]);
  const x = (k: number): number => (100 * k) / steps, across = (loss: number): string => `M0 ${px(axis.y(loss))}H100`;
  return (
    <div class="loss-chart" {...useDrag({ value: step, min: 0, max: steps, step: 1, onChange: (value) => send({ kind: "scrub", step: value }) })}>
      <div class="loss-plot">
        <svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label={summary(lab, path)}>
          <path class="grid" d={axis.marks.map(({ value }) => across(value)).join("")} />
          {left && <path class="left" d={curve(left, 0, left.length, x, axis.y)} />}
          {best && <path class="best" d={across(best.loss)} />}
          {target !== null && <path class="target" d={across(target)} />}
          <path class="ahead" d={legs.slice(1).map(({ from }) => `M${px(x(from))} 0V100`).join("") + curve(losses, step, path.known, x, axis.y)} />
          <path class="walk" d={curve(losses, 0, Math.min(step + 1, path.known), x, axis.y)} />
        </svg>
        {axis.marks.map(({ value, text }) => <i class="mark" style={{ top: pc(axis.y(value)) }}>{text}</i>)}
        <span class="scale">{axis.log ? "log scale" : "linear scale"}</span>
        <Labels lab={lab} axis={axis} last={losses.at(-1) ?? NaN} />
        {Number.isFinite(here) && <i class="now" style={{ left: pc(x(step)), top: pc(axis.y(here)) }} />}
        {ended && <Ended lab={lab} words={ended.words} at={x(ended.step)} send={send} />}
      </div>
      {legs.some(({ schedule }) => schedule !== "steady") && <Rates lab={lab} />}
    </div>
  );
}

const pc = (v: number): string => `${px(v)}%`;

/** The target, where drawing it leaves the curve its room. */
const near = (target: number | null, losses: Float64Array): number[] => (target !== null && target > losses[0]! / 1e3 ? [target] : []);

/** The moments from … before `end` as a path; of many, the highest and the lowest of each place. */
export function curve(losses: Float64Array, from: number, end: number, x: (k: number) => number, y: (loss: number) => number): string {
  const every = Math.ceil((end - from) / MOST_DRAWN), kept: number[] = [];
  for (let k = from; k < end; k += every) {
    let high = k, low = k;
    for (let i = k; i < Math.min(k + every, end); i++) {
      if (losses[i]! > losses[high]!) high = i;
      if (losses[i]! < losses[low]!) low = i;
    }
    kept.push(...(high === low ? [k] : [Math.min(high, low), Math.max(high, low)]));
  }
  if (every > 1) kept.push(end - 1);
  return line(kept.length, (i) => x(kept[i]!), (i) => (Number.isFinite(losses[kept[i]!]!) ? y(losses[kept[i]!]!) : NaN));
}

function Labels({ lab: { target, best }, axis, last }: { lab: Lab; axis: LossAxis; last: number }): VNode {
  const at = axis.y(target ?? 0), close = best !== null && target !== null && axis.y(best.loss) - at < 34;
  return (
    <>
      {target !== null && <span class={last > target && close ? "over aside" : last <= target || close ? "over" : "under"} style={{ top: pc(at) }}>target {figures(target, 3)}</span>}
      {best && <span class="under" style={{ top: pc(axis.y(best.loss)) }}>{best.settled ? "best possible" : "best found"} {figures(best.loss, 3)}</span>}
    </>
  );
}

/** The rate of each step, as a strip above the curve. */
function Rates({ lab }: { lab: Lab }): VNode {
  const rates = Array.from({ length: 101 }, (_, i) => rateAt(lab, (lab.steps * i) / 100)), most = Math.max(...rates), [first, last] = [rates[0]!, rates[100]!];
  const said = (most > Math.max(first, last) ? [first, most, last] : [first, last]).map((rate) => (rate < 1e-5 * most ? "0" : brief(rate, 2)));
  return (
    <div class="loss-rate" title="the rate of each step">
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true"><path d={`${line(101, (i) => i, (i) => 100 - (100 * rates[i]!) / most)}V100H0z`} /></svg>
      <span>rate {said.join(" → ")}</span>
    </div>
  );
}

function Ended({ lab, words, at, send }: { lab: Lab; words: string; at: number; send: Props["send"] }): VNode {
  const cure = Number((lab.legs.at(-1)!.rate / 10).toPrecision(2)), late = at > 54;
  return (
    <div class={late ? "loss-end late" : "loss-end"} style={late ? undefined : at ? { left: `calc(${pc(at)} + 12px)` } : { left: 0, top: 0, bottom: "auto" }} role="status" onPointerDown={(event) => event.stopPropagation()}>
      {words.startsWith("diverged") ? <>{words.split(":")[0]}<br /><button class="button" onClick={() => send({ kind: "walk", rate: cure })}>try a rate of {brief(cure)}</button></> : "no value at the start"}
    </div>
  );
}

function summary({ steps, step, best }: Lab, { ended, loss, known }: Path): string {
  const end = ended ? `it stops at step ${ended.step}` : `${figures(loss[known - 1]!)} at step ${known - 1}`;
  return `the loss over ${steps} steps: ${figures(loss[0]!)} at the start, ${figures(loss[Math.min(step, known - 1)]!)} now at step ${step}, ${end}${best ? `, at best ${figures(best.loss)}` : ""}`;
}
