/** How the descent goes: its rate, schedule and optimizer, and three causes of a rising loss as switches. */

import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { AT_ONCE, type Cause, causesOf, IN_PEACE } from "../causes.ts";
import { futureOf, pathOf } from "../derived.ts";
import type { Path } from "../descend.ts";
import { NumberField } from "../number-field.tsx";
import { OPTIMIZERS } from "../optimizers.ts";
import { SCHEDULES } from "../schedules.ts";
import { Slider } from "../slider.tsx";
import type { Grip, Lab } from "../state.ts";
import { brief, decimals, figures } from "../torch-lines.ts";
import type { OptimizerName, ScheduleName } from "../contract.ts";
import type { Place, Props } from "../view.ts";

export const place: Place = "side";
export const order = 30;

const QUIET = 250; // ms
const RATES = [1e-6, 10] as const;

export const style = `
.settings{border-top:1px solid var(--line);padding-top:8px;font-size:14px;color:var(--soft)}
.settings-row{display:flex;align-items:center;justify-content:space-between;flex-wrap:wrap;gap:0 8px}
.settings .slider{flex:1;--grip:var(--ink)}.settings .slider .done{display:none}.settings .slider .handle{width:17px;height:17px;margin:-8.5px;border-width:2.4px}
.settings-row .field{min-width:52px;text-align:right;color:var(--ink)}
.settings-pick{display:flex;align-items:center;gap:7px;position:relative}
.squiggly .settings-pick select{appearance:none;border:0;background:none;color:var(--ink);min-height:36px;padding:0 14px 0 0}
.squiggly .settings-pick select option{background:var(--card)}
.settings-pick::after{content:"▾";position:absolute;right:0;color:var(--ink);pointer-events:none}
.settings fieldset{border:0;margin:10px 0 0;padding:0;min-width:0}.settings legend{padding:0;margin-bottom:2px}.settings legend span{font-weight:400}
.cause{display:grid;grid-template-columns:22px minmax(0,1fr) 56px;align-items:center;min-height:44px;padding:3px 0;cursor:pointer}
.cause b{font-weight:500;color:var(--ink)}
.squiggly .cause input{width:15px;height:15px;margin:0;accent-color:var(--ink)}
.cause small{display:block;font-size:12.5px;line-height:1.35;min-height:1.35em}.cause small b{font-weight:400}
.cause svg{width:56px;height:22px;overflow:visible}.cause path{fill:none;stroke-linejoin:round;stroke:var(--model);stroke-width:1.6}
.cause .other{stroke:var(--soft);stroke-width:1.1;stroke-dasharray:2.5 2.5}
@media(pointer:coarse){.squiggly .settings-pick select{min-height:44px}.squiggly .cause input{width:20px;height:20px}.cause{grid-template-columns:30px minmax(0,1fr) 56px}}`;

/** The box at the end of the side. */
export const view = (props: Props): VNode => <Settings {...props} />;

function Settings({ lab, send }: Props): VNode {
  const { rate, schedule, optimizer } = lab.legs.at(-1)!, careful = useRef<number | null>(null);
  const calm = useSettled(pathOf(lab));
  const causes = lab.points.n ? causesOf(lab, careful.current, calm ? IN_PEACE : AT_ONCE) : [];
  const flip = ({ kind, on, change }: Cause): void => {
    if (kind === "rate" && !on) careful.current = rate;
    send({ kind: "walk", ...change });
  };
  return (
    <section class="settings" aria-label="settings of the descent">
      <Rate rate={rate} send={send} />
      <div class="settings-row">
        <Pick label="schedule" value={schedule} titles={SCHEDULES} onPick={(name: ScheduleName) => send({ kind: "walk", schedule: name })} />
        <Pick label="optimizer" value={optimizer} titles={OPTIMIZERS} onPick={(name: OptimizerName) => send({ kind: "walk", optimizer: name })} />
      </div>
      {causes.length > 0 && (
        <fieldset>
          <legend class="label">why would the loss go up? <span>at step {lab.steps}:</span></legend>
          {causes.map((cause) => <Switch lab={lab} cause={cause} onFlip={() => flip(cause)} />)}
        </fieldset>
      )}
    </section>
  );
}

/** Whether the walk has stayed the same for a moment: time to compute what takes longer. */
function useSettled(path: Path): boolean {
  const [settled, settle] = useState<Path | null>(null);
  useEffect(() => {
    const timer = setTimeout(settle, QUIET, path);
    return () => clearTimeout(timer);
  }, [path]);
  return settled === path;
}

function Rate({ rate, send }: { rate: number; send: Props["send"] }): VNode {
  const typed = (value: number, grip: Grip): void => {
    if (value <= 0) throw new RangeError("a rate is above 0");
    if (grip !== "end") send({ kind: "walk", rate: value, grip });
  };
  return (
    <div class="settings-row">
      <span>rate</span>
      <Slider label="rate" log value={rate} min={Math.min(RATES[0], rate)} max={Math.max(RATES[1], rate)} valueText={brief(rate)} onChange={(value, grip) => grip !== "end" && send({ kind: "walk", rate: value, grip })} />
      <NumberField label="rate, as a number" value={rate} decimals={decimals(rate)} unit={10 ** (Math.floor(Math.log10(rate)) - 2)} onChange={typed} />
    </div>
  );
}

function Pick<T extends string>({ label, value, titles, onPick }: { label: string; value: T; titles: Readonly<Record<T, { readonly title: string }>>; onPick: (name: T) => void }): VNode {
  return (
    <label class="settings-pick">
      {label}
      <select value={value} onChange={(e) => onPick(e.currentTarget.value as T)}>
        {(Object.keys(titles) as T[]).map((name) => <option value={name}>{titles[name].title}</option>)}
      </select>
    </label>
  );
}

const WORDS: Readonly<Record<Cause["kind"], readonly [string, string]>> = {
  zero: ["forgot to zero", "the gradient"], rate: ["rate", "too large"], schedule: ["no schedule", "near the end"],
};

function Switch({ lab, cause, onFlip }: { lab: Lab; cause: Cause; onFlip: () => void }): VNode {
  const [what, more] = WORDS[cause.kind], path = futureOf(lab), { on } = cause, other = path.ended?.step === 0 ? null : cause.other;
  return (
    <label class="cause">
      <input type="checkbox" checked={on} disabled={cause.change === null} onChange={onFlip} />
      <span><b>{what}</b> {more}
        {other && <Outcomes lab={lab} cause={cause} now={path} other={other} />}
      </span>
      {other && <Spark now={path} other={other} />}
    </label>
  );
}

/** What the two walks come to, the one with the cause first. */
function Outcomes({ lab, cause: { kind, on, change }, now, other }: { lab: Lab; cause: Cause; now: Path; other: Path }): VNode {
  const { rate, schedule } = lab.legs.at(-1)!, here = namesOf(kind, rate, schedule)[on ? 0 : 1]!, there = namesOf(kind, change?.rate ?? rate, change?.schedule ?? schedule)[on ? 1 : 0]!;
  const ends = [<b key="now">{here} {outcome(now)}</b>, <span key="other">{there} {outcome(other)}</span>];
  return <small>{on ? ends[0] : ends[1]} · {on ? ends[1] : ends[0]}</small>;
}

/** What a walk with the cause is called, and one without. */
const namesOf = (kind: Cause["kind"], rate: number, schedule: ScheduleName): readonly [string, string] =>
  kind === "zero" ? ["forgetting", "zeroing"] : kind === "rate" ? [`at ${brief(rate)}:`, `at ${brief(rate)}:`] : ["steady", SCHEDULES[schedule].title.toLowerCase()];

/** Where a walk ends, and from where it rose if it did. */
export function outcome({ ended, loss, known }: Path): string {
  if (ended) return `diverges at step ${ended.step}`;
  const end = loss[known - 1]!, least = loss.subarray(0, known).reduce((m, v) => Math.min(m, v), Infinity);
  const rose = end > least + 0.05 * Math.abs(loss[0]! - least);
  return rose ? `${figures(least, 3)}, up to ${figures(end, 3)}` : figures(end, 3);
}

/** The two walks side by side: this one, and the other dashed. */
function Spark({ now, other }: { now: Path; other: Path }): VNode {
  const first = now.loss[0]!, low = [now, other].reduce((m, { loss, known }) => loss.subarray(0, known).reduce((a, v) => (v < a ? v : a), m), first);
  const high = first + 0.5 * (first - low || 1);
  const line = ({ loss, known, steps }: Path): string => {
    const every = Math.max(1, steps / 60), places: string[] = [];
    for (let i = 0; i * every < known; i++) {
      const v = loss[Math.round(i * every)]!;
      if (Number.isFinite(v)) places.push(`${((64 * i * every) / steps).toFixed(1)},${(24 - 24 * Math.min(1, (v - low) / (high - low))).toFixed(1)}`);
    }
    return places.length ? `M${places.join("L")}` : "";
  };
  return <svg viewBox="0 0 64 24" aria-hidden="true"><path class="other" d={line(other)} /><path d={line(now)} /></svg>;
}
