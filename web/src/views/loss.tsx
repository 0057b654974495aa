/** The loss: as a number with its last change, and as a curve over the walk. */

import type { VNode } from "preact";
import { Choice } from "../choice.tsx";
import { futureOf, lossAt, lossOf, pathOf } from "../derived.ts";
import { Chart, chartStyle } from "../loss-chart.tsx";
import { LOSSES } from "../losses.ts";
import { NumberField } from "../number-field.tsx";
import { figures } from "../numbers.ts";
import type { Lab } from "../state.ts";
import type { Place, Props } from "../view.ts";

export const place: Place = "side";
export const order = 10;

export const style = `
.loss-head{display:flex;justify-content:space-between;align-items:center;gap:8px;min-height:28px;font-size:13px;color:var(--soft)}
.loss-head select{font-weight:600}@media(pointer:fine){.loss-head select{min-height:32px}}
.loss-head input{color:var(--ink)}
.loss-head b{font-weight:600;color:var(--grad);text-align:right}.loss-head .wrong{color:var(--wrong)}
.loss-now{display:flex;align-items:baseline;gap:10px;min-height:42px;margin:0;font-size:14px;color:var(--soft)}
.loss-now b{font-size:34px;line-height:1.2;font-weight:300;letter-spacing:-.01em;color:var(--ink)}
.loss-now .down{color:var(--grad)}.loss-now .up{color:var(--wrong)}
${chartStyle}`;

/** The card at the top of the side. */
export const view = ({ lab, send, page: { checked } }: Props): VNode => (
  <section class="loss" aria-label="loss">
    <div class="loss-head">
      <Choice label="loss" value={lab.loss} among={LOSSES} onChange={(loss) => send({ kind: "loss", loss })} />
      {lab.loss === "huber" && <span>bends at <NumberField label="where the loss bends" value={lab.delta} onChange={(delta, grip) => grip !== "end" && send({ kind: "loss", loss: "huber", delta })} /></span>}
      {checked !== null && !lab.model.typed && (checked ? <b class="wrong" title="what this page computes is not what Python computed">⚠ differs: {checked}</b>
        : <b title={`this page computes what Python and PyTorch compute: ${comparisons(lab)} comparisons`}>✓ checked</b>)}
    </div>
    {lab.points.n ? [<Now lab={lab} />, <Chart lab={lab} path={futureOf(lab)} send={send} />] : <p class="loss-now">no points yet: nothing to be wrong about</p>}
  </section>
);

const comparisons = (lab: Lab): number => lab.document.checks.at.reduce((sum, { gradient }) => sum + 1 + gradient.length, 0);

function Now({ lab }: { lab: Lab }): VNode {
  const { loss } = lossAt(lab), change = loss - lossBefore(lab), [way, sign] = change < 0 ? ["down", "↓"] : change > 0 ? ["up", "↑"] : ["", "="];
  return (
    <p class="loss-now">
      <b>{figures(loss)}</b>
      {!Number.isFinite(loss) ? lab.loss === "poisson" ? "the model must stay above 0" : Number.isNaN(loss) ? "the model has no value at a point" : "too large for a number"
        : Number.isFinite(change) && <span class={way}><span aria-hidden="true">{sign}</span><span class="unseen">{way || "changed"} by</span> {figures(Math.abs(change), 2)}</span>}
    </p>
  );
}

/** The loss at the moment before this one: of the walk, or before the last move by hand; NaN where there is none. */
function lossBefore(lab: Lab): number {
  if (lab.step) return pathOf(lab).loss[lab.step - 1]!;
  return lab.ghost?.length === lab.parameters.length ? lossOf(lab, lab.ghost).loss : NaN;
}
