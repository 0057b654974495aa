/** How the descent goes: its rate, schedule and optimizer, and three causes of a rising loss as switches. */

import type { VNode } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { AT_ONCE, type Cause, causesOf, IN_PEACE } from "../causes.ts";
import { Choice } from "../choice.tsx";
import { futureOf, pathOf } from "../derived.ts";
import type { Path } from "../descend.ts";
import { curve } from "../loss-chart.tsx";
import { NumberField } from "../number-field.tsx";
import { brief, figures } from "../numbers.ts";
import { OPTIMIZERS } from "../optimizers.ts";
import { SCHEDULES } from "../schedules.ts";
import { Slider } from "../slider.tsx";
import type { Grip, Lab } from "../state.ts";
import type { Place, Props } from "../view.ts";

export const place: Place = "side";
export const order = 30;

const QUIET = 250; // ms
const LEAST = 1e-6, MOST = 10; // the rates that the slider reaches by itself

export const style = `
.settings{border-top:1px solid var(--line);padding-top:8px;font-size:14px;color:var(--soft)}
.settings-row{display:flex;align-items:center;justify-content:space-between;flex-wrap:wrap;gap:0 8px}
.settings .slider{flex:1;--grip:var(--ink)}.settings .done{display:none}.settings .handle{width:17px;height:17px;margin:-8.5px}
.settings .field{min-width:52px;text-align:right}.settings .field input{min-width:9ch}
.settings select,.settings input,.settings .choice::after{color:var(--ink)}
.settings fieldset{border:0;margin:10px 0 0;padding:0;min-width:0}.settings legend{padding:0}.settings legend span{font-weight:400}
.cause{display:grid;grid-template-columns:22px minmax(0,1fr) 56px;align-items:center;min-height:44px;padding:3px 0;cursor:pointer}
.cause b{font-weight:500;color:var(--ink)}
.cause input{accent-color:var(--ink)}
.cause small{display:block;font-size:12.5px;line-height:1.35}.cause small b{font-weight:400}
.cause svg{width:56px;height:22px;overflow:visible;fill:none;stroke-linejoin:round;stroke:var(--model);stroke-width:1.6}
.cause .other{stroke:var(--soft);stroke-width:1.1;stroke-dasharray:2.5}
@media(pointer:coarse){.cause input{width:20px;height:20px}.cause{grid-template-columns:30px minmax(0,1fr) 56px}}`;

/** The box at the end of the side. */
export const view = ({ lab, send }: Props): VNode => {
  const { rate, schedule, optimizer } = lab.legs.at(-1)!, careful = useRef<number | null>(null), path = pathOf(lab), work = useSettled(path) ? IN_PEACE : AT_ONCE;
  const causes = useMemo(() => (lab.points.n ? causesOf(lab, careful.current, work) : []), [path, careful.current, work]);
  const turn = (value: number, grip: Grip): void => send({ kind: "walk", rate: value, grip });
  const flip = ({ kind, on, change }: Cause): void => {
    if (kind === "rate" && !on) careful.current = rate;
    send({ kind: "walk", ...change });
  };
  return (
    <section class="settings" aria-label="settings of the descent">
      <div class="settings-row">
        rate
        <Slider label="rate" log value={rate} min={Math.min(LEAST, lab.document.walk.rate / 100)} max={Math.max(MOST, lab.document.walk.rate)} valueText={brief(rate)} onChange={turn} />
        <NumberField label="rate, as a number" value={rate} onChange={turn} />
      </div>
      <div class="settings-row">
        <Choice label="schedule" seen value={schedule} among={SCHEDULES} onChange={(name) => send({ kind: "walk", schedule: name })} />
        <Choice label="optimizer" seen value={optimizer} among={OPTIMIZERS} onChange={(name) => send({ kind: "walk", optimizer: name })} />
      </div>
      {causes.length > 0 && (
        <fieldset>
          <legend class="label">why would the loss go up? <span>at step {lab.steps}:</span></legend>
          {causes.map((cause) => <Switch lab={lab} cause={cause} onFlip={() => flip(cause)} />)}
        </fieldset>
      )}
    </section>
  );
};

/** Whether the walk has stayed the same for a moment: time to compute what takes longer. */
function useSettled(path: Path): boolean {
  const [settled, settle] = useState<Path | null>(null);
  useEffect(() => {
    const timer = setTimeout(settle, QUIET, path);
    return () => clearTimeout(timer);
  }, [path]);
  return settled === path;
}

const WORDS: Readonly<Record<Cause["kind"], readonly [string, string]>> = {
  zero: ["forgot to zero", "the gradient"], rate: ["rate", "too large"], schedule: ["no schedule", "near the end"],
};

/** A cause: what the two walks come to, the one with it first, and both as a picture, the other one dashed. */
function Switch({ lab, cause: { kind, on, change, other: walk }, onFlip }: { lab: Lab; cause: Cause; onFlip: () => void }): VNode {
  const [what, more] = WORDS[kind], now = futureOf(lab), other = now.ended?.step === 0 ? null : walk, leg = lab.legs.at(-1)!;
  const named = (with_: boolean, { rate, schedule }: { rate: number; schedule: keyof typeof SCHEDULES }): string =>
    ({ zero: with_ ? "forgetting" : "zeroing", rate: `at ${brief(rate)}:`, schedule: with_ ? "steady" : SCHEDULES[schedule].title.toLowerCase() })[kind];
  const ends = other ? [<b>{named(on, leg)} {outcome(now)}</b>, <span>{named(!on, { ...leg, ...change })} {outcome(other)}</span>] : [];
  return (
    <label class="cause">
      <input type="checkbox" checked={on} disabled={!change} onChange={onFlip} />
      <span><b>{what}</b> {more}{other && <small>{ends[on ? 0 : 1]} · {ends[on ? 1 : 0]}</small>}</span>
      {other && <Spark now={now} other={other} />}
    </label>
  );
}

const reached = ({ loss, known }: Path): Float64Array => loss.subarray(0, known);
const lowest = (losses: Float64Array): number => losses.reduce((least, v) => (v < least ? v : least), Infinity);

/** Where a walk ends, and how low it had been if it rose from there. */
export function outcome(path: Path): string {
  const losses = reached(path), first = losses[0]!, end = losses.at(-1)!, least = lowest(losses);
  if (path.ended) return `diverges at step ${path.ended.step}`;
  const [last, low] = [figures(end, 3), figures(least, 3)];
  return end > least + 0.05 * Math.abs(first - least) && last !== low ? `${last}, after ${low}` : last;
}

function Spark({ now, other }: { now: Path; other: Path }): VNode {
  const first = now.loss[0]!, low = Math.min(lowest(reached(now)), lowest(reached(other))), tall = 1.5 * (first - low) || 0.5;
  const drawn = (path: Path): string => curve(path.loss, 0, path.known, (k) => (64 * k) / path.steps, (v) => 24 - 24 * Math.min(1, (v - low) / tall));
  return <svg viewBox="0 0 64 24" aria-hidden="true"><path class="other" d={drawn(other)} /><path d={drawn(now)} /></svg>;
}
