/** The timeline: play, go one step, scrub back, go on in another way. */

import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { futureOf } from "../derived.ts";
import { NumberField } from "../number-field.tsx";
import { Slider } from "../slider.tsx";
import type { Action, Lab } from "../state.ts";
import type { Place, Props } from "../view.ts";

export const place: Place = "main";
export const order = 30;

const BEAT = 240; // ms that each of the five steps is lit

export const style = `
.timeline{margin-top:12px;container:timeline/inline-size}
.timeline-row{display:flex;align-items:center;gap:12px}
.squiggly .timeline .button{min-width:44px;padding:0 14px;flex:none;line-height:1}
.squiggly .timeline .strong{min-width:84px}
.timeline svg{display:block}
.timeline .slider{flex:1;min-width:90px}
.timeline .gone{position:absolute;left:0;top:50%;border-top:2px solid var(--model);margin-top:-1px}
.timeline .leg{position:absolute;top:50%;height:16px;margin:-8px -1px;border-left:2px solid var(--model)}
.timeline .stop{position:absolute;top:50%;width:20px;margin:-11px -10px;text-align:center;line-height:22px;color:var(--wrong);font-weight:600}
.timeline-where{text-align:right;white-space:nowrap;color:var(--ink)}
.timeline-where.soft{color:var(--soft);font-size:14px;white-space:normal}
.squiggly .timeline-where input{min-height:32px}
.squiggly .timeline .quiet{flex:none;font-size:14px;white-space:nowrap}
@container timeline (max-width:619px){.timeline-row{flex-wrap:wrap;gap:4px 8px}.squiggly .timeline .slider{order:1;min-width:50%}.timeline-where{order:2}.squiggly .timeline .quiet{margin-left:auto;padding:0 2px}}
@container timeline (max-width:370px){.squiggly .timeline .button{padding:0 13px}.squiggly .timeline .strong{min-width:76px}}`;

/** Where in the walk the page stands, and everything that moves it. */
export const view = (props: Props): VNode => <Timeline {...props} />;

function Timeline({ lab, send, page }: Props): VNode {
  const oneStep = useGuided(lab, send, page.still);
  const none = lab.points.n === 0, first = lab.step === 0, last = lab.step >= (futureOf(lab).ended?.step ?? lab.steps);
  const toggle = (): void => send({ kind: lab.playing ? "pause" : "play" });
  const space = (event: KeyboardEvent): void => {
    if (event.key !== " " || none || !(event.target as Element).matches("[role=slider]")) return;
    event.preventDefault();
    toggle();
  };
  return (
    <section class="timeline unprinted" aria-label="timeline" onKeyDown={space}>
      <div class="timeline-row">
      <button type="button" class="button" aria-label="back to the start" disabled={none || first} onClick={() => send({ kind: "scrub", step: 0 })}>{icon("M2 2v10M12 2L5 7l7 5z", 1.6)}</button>
      <button type="button" class="button" aria-label="one step back" disabled={none || first} onClick={() => send({ kind: "step", by: -1 })}>{icon("M10 2L4 7l6 5z")}</button>
      <button type="button" class="button strong" disabled={none} onClick={toggle}>{lab.playing ? "Pause" : "Play"}</button>
      <button type="button" class="button" aria-label="one step" disabled={none || (last && lab.phase === null)} onClick={oneStep}>{icon("M4 2l6 5-6 5z")}</button>
      <Scrubber lab={lab} send={send} />
      {none ? <span class="timeline-where soft">no points yet, so no way down</span> : <Where lab={lab} send={send} />}
      <button type="button" class="quiet" disabled={none || first} onClick={() => send({ kind: "branch" })}
        title="Keep what was walked up to here and go on from this moment with other settings: rate, schedule, optimizer">branch here</button>
      </div>
    </section>
  );
}

const icon = (d: string, stroke = 0): VNode => <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true"><path d={d} fill="currentColor" stroke="currentColor" stroke-width={stroke} /></svg>;

function Scrubber({ lab, send }: Pick<Props, "lab" | "send">): VNode {
  const { step, steps, legs } = lab, { ended } = futureOf(lab), at = (k: number): { left: string } => ({ left: `${(100 * k) / steps}%` });
  const tenths = Array.from({ length: 11 }, (_, i) => Math.round((steps * i) / 10));
  return (
    <Slider label="step" value={step} min={0} max={steps} step={1} ticks={[...new Set(tenths)]} disabled={lab.points.n === 0}
      valueText={`step ${step} of ${steps}${ended ? `, it stops at ${ended.step}` : ""}`} onChange={(value, grip) => grip !== "end" && send({ kind: "scrub", step: value })}>
      <div class="line" />
      <div class="gone" style={{ width: at(step).left }} />
      {legs.filter((leg) => leg.from > 0 && leg.from <= steps).map((leg) => <i class="leg" style={at(leg.from)} title={`branched at step ${leg.from}`} />)}
      {ended && ended.step > 0 && <b class="stop" style={at(ended.step)} aria-hidden="true">×</b>}
    </Slider>
  );
}

function Where({ lab, send }: Pick<Props, "lab" | "send">): VNode {
  return (
    <span class="timeline-where" style={{ minWidth: `${9.5 + 2 * String(lab.steps).length}ch` }}>
      step {lab.step} of{" "}
      <NumberField label="how many steps" value={lab.steps} decimals={0} unit={10} onChange={(steps, grip) => grip !== "end" && send({ kind: "steps", steps })} />
    </span>
  );
}

/**
 * Goes through the five steps one after the other, the step itself between the fourth and the fifth. Asked again
 * meanwhile it finishes at once; it gives way to whatever else the reader does.
 */
function useGuided(lab: Lab, send: (action: Action) => void, still: boolean): () => void {
  const now = useRef(lab), timer = useRef(0), lit = useRef(0);
  now.current = lab;
  useEffect(() => () => clearTimeout(timer.current), []);
  const light = (phase: number): void => {
    timer.current = 0;
    if (phase > 0 && now.current.phase !== phase - 1) return;
    if (phase === 4) send({ kind: "step", by: 1 });
    lit.current = phase;
    send({ kind: "phase", phase: phase > 4 ? null : phase });
    if (phase <= 4) timer.current = Number(setTimeout(light, BEAT, phase + 1));
  };
  return () => {
    const running = timer.current !== 0 && now.current.phase === lit.current;
    clearTimeout(timer.current);
    timer.current = 0;
    if (!running && !still) return light(0);
    send(lit.current === 4 && running ? { kind: "phase", phase: null } : { kind: "step", by: 1 });
  };
}
