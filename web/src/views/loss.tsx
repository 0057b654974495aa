/** The loss: as a number with its last change, and as a curve over the walk. */

import type { VNode } from "preact";
import type { LossName } from "../contract.ts";
import { futureOf, lossAt, lossOf, pathOf } from "../derived.ts";
import { LOSSES } from "../losses.ts";
import { NumberField } from "../number-field.tsx";
import type { Grip, Lab } from "../state.ts";
import { decimals, figures } from "../torch-lines.ts";
import type { Place, Props } from "../view.ts";
import { Chart, chartStyle } from "../loss-chart.tsx";

export const place: Place = "side";
export const order = 10;

export const style = `
.loss-head{display:flex;justify-content:space-between;align-items:center;gap:8px;min-height:28px}
.squiggly .loss-head select{appearance:none;border:0;background:none;font-weight:600;font-size:13px;color:var(--soft);padding:4px 18px 4px 0;min-height:32px}
.squiggly .loss-head select option{background:var(--card);color:var(--ink)}
.loss-pick{position:relative;margin-left:-1px}.loss-pick::after{content:"▾";position:absolute;right:2px;top:6px;font-size:13px;color:var(--soft);pointer-events:none}
@media(pointer:coarse){.squiggly .loss-head select{min-height:44px}.loss-pick::after{top:12px}}
.loss-bend{font-size:13px;color:var(--soft)}.squiggly .loss-bend input{color:var(--ink)}
.loss-checked{font-size:13px;font-weight:600;color:var(--grad);margin-left:auto;text-align:right}.loss-checked.wrong{color:var(--wrong)}
.loss-now{display:flex;align-items:baseline;gap:10px;min-height:42px;margin:0}
.loss-now b{font-size:34px;line-height:1.2;font-weight:300;letter-spacing:-.01em}
.loss-now>span{font-size:14px;color:var(--soft);white-space:nowrap}.loss-now>.down{color:var(--grad)}.loss-now>.up{color:var(--wrong)}
${chartStyle}`;

/** The card at the top of the side. */
export const view = ({ lab, send, page }: Props): VNode => {
  const { n } = lab.points;
  return (
    <section class="loss" aria-label="loss">
      <div class="loss-head">
        <span class="loss-pick">
          <select aria-label="loss" value={lab.loss} onChange={(e) => send({ kind: "loss", loss: e.currentTarget.value as LossName })}>
            {Object.entries(LOSSES).map(([name, { title }]) => <option value={name}>{title}</option>)}
          </select>
        </span>
        {lab.loss === "huber" && <Bend lab={lab} send={send} />}
        {page.checked !== null && <Checked lab={lab} differs={page.checked} />}
      </div>
      {n ? <Now lab={lab} /> : <p class="loss-now"><span>no points yet: nothing to be wrong about</span></p>}
      {n > 0 && <Chart lab={lab} path={futureOf(lab)} send={send} />}
    </section>
  );
};

function Checked({ lab, differs }: { lab: Lab; differs: string }): VNode {
  const { at } = lab.document.checks, comparisons = at.reduce((sum, { gradient }) => sum + 1 + gradient.length, 0);
  return differs === ""
    ? <span class="loss-checked" title={`this page computes what Python and PyTorch compute: ${comparisons} comparisons`}>✓ checked</span>
    : <span class="loss-checked wrong" title="what this page computes is not what Python computed">⚠ differs: {differs}</span>;
}

function Bend({ lab, send }: Pick<Props, "lab" | "send">): VNode {
  const bend = (delta: number, grip: Grip): void => {
    if (delta <= 0) throw new RangeError("a distance is above 0");
    if (grip !== "end") send({ kind: "loss", loss: "huber", delta });
  };
  return <span class="loss-bend">bends at <NumberField label="where the loss bends" value={lab.delta} decimals={decimals(lab.delta)} unit={10 ** (Math.floor(Math.log10(lab.delta)) - 2)} onChange={bend} /></span>;
}

function Now({ lab }: { lab: Lab }): VNode {
  const { loss } = lossAt(lab), before = lossBefore(lab), change = before === null ? NaN : loss - before;
  return (
    <p class="loss-now">
      <b>{figures(loss)}</b>
      {!Number.isFinite(loss) ? <span>{lab.loss === "poisson" ? "the model must stay above 0" : Number.isNaN(loss) ? "the model has no value at a point" : "too large for a number"}</span>
        : Number.isFinite(change) && <span class={change < 0 ? "down" : change > 0 ? "up" : ""}><span aria-hidden="true">{change < 0 ? "↓" : change > 0 ? "↑" : "="}</span><span class="unseen">{change < 0 ? "down by" : change > 0 ? "up by" : "changed by"}</span> {figures(Math.abs(change), 2)}</span>}
    </p>
  );
}

/** The loss at the moment before this one: of the walk, or before the last move by hand. */
function lossBefore(lab: Lab): number | null {
  if (lab.step > 0) return pathOf(lab).loss[lab.step - 1]!;
  return lab.ghost && lab.ghost.length === lab.parameters.length ? lossOf(lab, lab.ghost).loss : null;
}
