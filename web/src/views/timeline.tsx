/** The timeline: play, go one step, scrub back, go on in another way. */

import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { futureOf } from "../derived.ts";
import { icon } from "../icon.tsx";
import { NumberField } from "../number-field.tsx";
import { Slider } from "../slider.tsx";
import type { Lab } from "../state.ts";
import type { Place, Props } from "../view.ts";

export const place: Place = "main";
export const order = 30;

const BEAT = 240; // ms that each of the five steps is lit

export const style = `
.timeline{margin-top:12px;container:timeline/inline-size}
.timeline-row{display:flex;align-items:center;gap:12px}
.timeline .button{min-width:44px;padding:0 13px;flex:none}
.timeline .strong{min-width:84px}
.timeline .slider{flex:1;min-width:90px}
.timeline .gone{left:0;border-top:2px solid var(--model);margin-top:-1px}
.timeline .leg{height:16px;margin:-8px -1px;border-left:2px solid var(--model)}
.timeline .stop{width:20px;margin:-11px -10px;text-align:center;line-height:22px;color:var(--wrong)}
.timeline-where{text-align:right;white-space:nowrap}
.timeline-where.soft{color:var(--soft);font-size:14px;white-space:normal}
.timeline .quiet{flex:none;font-size:14px}
@container timeline (max-width:619px){.timeline-row{flex-wrap:wrap;gap:4px 8px}.timeline .slider{order:1;min-width:50%}.timeline-where{order:2}.timeline .quiet{margin-left:auto;padding:0 2px}}
@container timeline (max-width:370px){.timeline .strong{min-width:76px}}`;

/** Where in the walk the page stands, and everything that moves it. */
export const view = ({ lab, send, page }: Props): VNode => {
  const { step, steps, playing, phase, points: { n } } = lab, { ended } = futureOf(lab), oneStep = useGuided(lab, send, page.still);
  const toggle = (): void => send({ kind: playing ? "pause" : "play" });
  const space = (event: KeyboardEvent): void => {
    if (event.key !== " " || !n || !(event.target as Element).matches("[role=slider]")) return;
    event.preventDefault();
    toggle();
  };
  return (
    <section class="timeline unprinted" aria-label="timeline" onKeyDown={space}>
      <div class="timeline-row">
        <button class="button" aria-label="back to the start" disabled={!n || !step} onClick={() => send({ kind: "scrub", step: 0 })}>{icon("M4 4v10", "M13 4.5L7 9l6 4.5z")}</button>
        <button class="button" aria-label="one step back" disabled={!n || !step} onClick={() => send({ kind: "step", by: -1 })}>{icon("", "M11 5L6 9l5 4z")}</button>
        <button class="button strong" disabled={!n} onClick={toggle}>{playing ? "Pause" : "Play"}</button>
        <button class="button" aria-label="one step" disabled={!n || (step >= (ended?.step ?? steps) && phase === null)} onClick={oneStep}>{icon("", "M7 5l5 4-5 4z")}</button>
        <Scrubber lab={lab} send={send} />
        {n ? <span class="timeline-where" style={{ minWidth: `${9.5 + 2 * String(steps).length}ch` }}>
          step {step} of <NumberField label="how many steps" value={steps} decimals={0} unit={10} onChange={(value) => send({ kind: "steps", steps: value })} />
        </span> : <span class="timeline-where soft">no points yet, so no way down</span>}
        <button class="quiet" disabled={!n || !step || step >= lab.steps} onClick={() => send({ kind: "branch" })}
          title="Keep what was walked up to here and go on from this moment with other settings: rate, schedule, optimizer">branch here</button>
      </div>
    </section>
  );
};

function Scrubber({ lab, send }: Pick<Props, "lab" | "send">): VNode {
  const { step, steps, legs } = lab, { ended } = futureOf(lab), left = (k: number): string => `${(100 * k) / steps}%`;
  const tenths = Array.from({ length: 11 }, (_, i) => Math.round((steps * i) / 10));
  return (
    <Slider label="step" value={step} min={0} max={steps} step={1} ticks={[...new Set(tenths)]} disabled={!lab.points.n}
      valueText={`step ${step} of ${steps}${ended ? `, it stops at ${ended.step}` : ""}`} onChange={(value) => send({ kind: "scrub", step: value })}>
      <div class="line" />
      <div class="gone" style={{ width: left(step) }} />
      {legs.filter(({ from }) => from > 0 && from <= steps).map(({ from }) => <i class="leg" style={{ left: left(from) }} title={`branched at step ${from}`} />)}
      {ended && ended.step > 0 && <b class="stop" style={{ left: left(ended.step) }} aria-hidden="true">×</b>}
    </Slider>
  );
}

/**
 * Goes through the five steps one after the other, the step itself between the fourth and the fifth. Asked again
 * meanwhile it finishes at once; it gives way to whatever else the reader does.
 */
function useGuided({ phase }: Lab, send: Props["send"], still: boolean): () => void {
  const lit = useRef<number | null>(null); // the phase that was lit here, and not by the reader
  const light = (next: number): void => {
    if (next === 4) send({ kind: "step", by: 1 });
    lit.current = next;
    send({ kind: "phase", phase: next > 4 ? null : next });
  };
  useEffect(() => {
    if (phase === null || phase !== lit.current) return void (lit.current = null);
    const timer = setTimeout(light, BEAT, phase + 1);
    return () => clearTimeout(timer);
  }, [phase]);
  return () => {
    const running = phase !== null && phase === lit.current;
    if (!running && !still) return light(0);
    send(running && phase === 4 ? { kind: "phase", phase: null } : { kind: "step", by: 1 });
  };
}
