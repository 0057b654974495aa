/** The timeline: back to the start, a step, play, how fast, and everything that has been trained to scrub over. */

import type { VNode } from "preact";
import { Choice } from "../../choice.tsx";
import { icon } from "../../icon.tsx";
import { Slider } from "../../slider.tsx";
import type { NetworkLab, Speed } from "../lab.ts";
import { trainOf } from "../train.ts";
import type { Props } from "../view.ts";
import { epochOf, may } from "./parts.tsx";

export const style = `
.timeline{container:timeline/inline-size}
.timeline-row{display:flex;align-items:center;gap:10px}
.timeline .button{min-width:44px;padding:0 13px;flex:none}
.timeline .strong{min-width:84px}
.timeline .slider{flex:1;min-width:120px}
.timeline .gone{left:0;border-top:2px solid var(--model);margin-top:-1px}
.timeline .leg{height:16px;margin:-8px -1px;border-left:2px solid var(--model)}
.timeline-where{white-space:nowrap;min-width:15ch;text-align:right}
.timeline-where small{color:var(--soft);font-size:13px;margin-left:6px}
.timeline .choice{color:var(--soft);font-size:14px}.timeline select{color:var(--ink)}
@container timeline (max-width:699px){.timeline-row{flex-wrap:wrap;gap:4px 8px}.timeline .slider{order:1;min-width:100%}.timeline-where{text-align:left;min-width:0;flex:1;order:2}.timeline .choice{order:3}}
@container timeline (max-width:370px){.timeline .strong{min-width:72px}.timeline .button{padding:0 12px}}`;

const SPEEDS: Readonly<Record<Speed, { readonly title: string }>> = { step: { title: "step by step" }, epoch: { title: "epoch by epoch" }, fast: { title: "fast" } };

/** Where training stands, and everything that moves it. */
export function Timeline({ lab, send }: Props): VNode | null {
  const { step, playing, speed } = lab, ended = trainOf(lab).ended, stuck = ended !== null && step >= ended.step;
  const toggle = (): void => send({ kind: playing ? "pause" : "play" });
  if (!may(lab, "timeline")) return null;
  return (
    <section class="timeline unprinted" aria-label="training">
      <div class="timeline-row">
        <button class="button" aria-label="back to the start" title="the same start again" disabled={!step} onClick={() => send({ kind: "rewind" })}>{icon("M4 4v10", "M13 4.5L7 9l6 4.5z")}</button>
        <button class="button" aria-label="one step back" disabled={!step} onClick={() => send({ kind: "step", by: -1 })}>{icon("", "M11 5L6 9l5 4z")}</button>
        <button class="button strong" disabled={stuck && !playing} title="space bar" onClick={toggle}>{playing ? "Pause" : "Play"}</button>
        <button class="button" aria-label="one step" disabled={stuck} onClick={() => send({ kind: "step", by: 1 })}>{icon("", "M7 5l5 4-5 4z")}</button>
        <Scrubber lab={lab} send={send} />
        <span class="timeline-where">step {step}<small>epoch {epochOf(lab, step)}</small></span>
        {may(lab, "speed") && <Choice label="speed" value={speed} among={SPEEDS} onChange={(next) => send({ kind: "speed", speed: next })} />}
      </div>
    </section>
  );
}

function Scrubber({ lab, send }: Pick<Props, "lab" | "send">): VNode {
  const { step, furthest, legs } = lab, most = Math.max(1, furthest), left = (k: number): string => `${(100 * k) / most}%`;
  return (
    <Slider label="step" value={step} min={0} max={most} step={1} disabled={!furthest} valueText={spoken(lab)} onChange={(value) => send({ kind: "scrub", step: value })}>
      <div class="line" />
      <div class="gone" style={{ width: left(step) }} />
      {legs.filter(({ from }) => from > 0 && from <= most).map(({ from }) => <i class="leg" style={{ left: left(from) }} title={`other settings from step ${from} on`} />)}
    </Slider>
  );
}

const spoken = (lab: NetworkLab): string => `step ${lab.step} of ${lab.furthest} trained, epoch ${epochOf(lab, lab.step)}`;
