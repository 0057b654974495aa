/** The loss: as numbers on the training set and on what is held out, and as two curves over the steps trained. */

import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { axisOf } from "../../loss-axis.ts";
import { figures } from "../../numbers.ts";
import { line, px } from "../../scale.ts";
import { useDrag } from "../../slider.tsx";
import type { NetworkLab } from "../lab.ts";
import { legAt, trainOf } from "../train.ts";
import type { Props } from "../view.ts";
import { epochOf, may, scoreOf } from "./parts.tsx";

export const style = `
.loss-now{display:grid;grid-template-columns:1fr 1fr;gap:0 14px;margin:0;font-size:14px;color:var(--soft)}
.loss-now b{display:block;font-size:24px;line-height:1.25;font-weight:300;color:var(--ink)}
.loss-now small{font-size:13px;display:block}
.loss-now .key{display:inline-block;width:16px;border-top:2px solid var(--model);vertical-align:middle;margin-right:5px}.loss-now .key.held{border-top:2px dashed var(--data)}
.loss-chart{contain:layout;position:relative;height:132px;padding:10px 4px 18px 42px;cursor:crosshair;touch-action:pan-y;user-select:none;-webkit-user-select:none;font-size:12px;line-height:14px;color:var(--soft)}
.loss-plot{position:relative;height:100%}
.loss-chart svg{position:absolute;inset:0;width:100%;height:100%;overflow:visible}
.loss-chart path{fill:none;stroke:var(--soft);stroke-width:1.3;vector-effect:non-scaling-stroke;stroke-linejoin:round}
.loss-chart .grid{stroke:var(--line);stroke-width:1}
.loss-chart .train{stroke:var(--model);stroke-width:1.8}
.loss-chart .held{stroke:var(--data);stroke-width:1.5;stroke-dasharray:5 3}
.loss-chart .here{stroke:var(--ink);stroke-width:1}
.loss-chart .branch{stroke-dasharray:2 3}
.loss-chart i,.loss-chart span{position:absolute;font-style:normal;white-space:nowrap;pointer-events:none}
.loss-chart .mark{right:100%;margin:-7px 6px}
.loss-chart .scale{top:100%;left:0;padding-top:2px}.loss-chart .last{top:100%;right:0;padding-top:2px}
.loss .ended{color:var(--wrong);margin:4px 0 0;font-size:14px}`;

/** The numbers and the chart. */
export function Loss({ lab, send }: Props): VNode {
  const score = scoreOf(lab), { ended } = trainOf(lab);
  return (
    <section class="loss" aria-label="loss">
      <div class="loss-now">
        <Part name="loss, train" value={score.train} right={score.right?.[0]} />
        <Part name="held out" value={score.held} right={score.right?.[1]} held />
      </div>
      <Chart lab={lab} send={send} />
      {ended && <p class="ended" role="status">{ended.words.split("\nhint: ").map((words) => <span>{words}. </span>)}{may(lab, "rate") && <> <button class="button" onClick={() => send({ kind: "walk", rate: Number((legAt(lab.legs, lab.step).rate / 10).toPrecision(2)) })}>try a tenth of the rate</button></>}</p>}
      <Aloud lab={lab} />
    </section>
  );
}

const percent = (share: number): string => `right ${(100 * share).toFixed(share > 0.995 && share < 1 ? 1 : 0)} %`;

const Part = ({ name, value, right, held = false }: { name: string; value: number; right: number | undefined; held?: boolean }): VNode => (
  <span>
    <i class={held ? "key held" : "key"} aria-hidden="true" />{name} <b>{Number.isNaN(value) && held ? "–" : figures(value, 3)}</b>
    {right !== undefined && !Number.isNaN(right) && <small>{percent(right)}</small>}
  </span>
);

function Chart({ lab, send }: Pick<Props, "lab" | "send">): VNode {
  const { step, furthest, legs } = lab, { history } = trainOf(lab), last = Math.max(1, furthest), axis = axisOf(Float64Array.from(history.train), history.held.filter(Number.isFinite));
  const drawn = (losses: readonly number[]): string => line(losses.length, (k) => (100 * history.step[k]!) / last, (k) => (Number.isFinite(losses[k]) ? axis.y(losses[k]!) : NaN));
  return (
    <div class="loss-chart" {...useDrag({ value: step, min: 0, max: last, step: 1, disabled: !furthest, onChange: (value) => send({ kind: "scrub", step: value }) })}>
      <div class="loss-plot">
        <svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label={summary(lab)}>
          <path class="grid" d={axis.marks.map(({ value }) => `M0 ${px(axis.y(value))}H100`).join("")} />
          <path class="branch" d={legs.slice(1).map(({ from }) => `M${px((100 * from) / last)} 0V100`).join("")} />
          <path class="held" d={drawn(history.held)} />
          <path class="train" d={drawn(history.train)} />
          {furthest > 0 && <path class="here" d={`M${px((100 * step) / last)} 0V100`} />}
        </svg>
        {axis.marks.map(({ value, text }) => <i class="mark" style={{ top: `${px(axis.y(value))}%` }}>{text}</i>)}
        <span class="scale">{axis.log ? "log scale" : "linear scale"}</span><span class="last">step {furthest}</span>
      </div>
    </div>
  );
}

function summary(lab: NetworkLab): string {
  const { train, held } = scoreOf(lab);
  return `the loss over ${lab.furthest} steps: at step ${lab.step} ${figures(train, 3)} on the training points${Number.isNaN(held) ? "" : `, ${figures(held, 3)} on those held out`}`;
}

const PAUSE = 3000; // ms between two things said

/** Where training stands, said aloud now and then. */
function Aloud({ lab }: { lab: NetworkLab }): VNode {
  const [words, say] = useState(""), latest = useRef(lab), at = useRef(-Infinity), waiting = useRef(0), first = useRef(true);
  latest.current = lab;
  useEffect(() => {
    if (first.current) return void (first.current = false);
    waiting.current ||= window.setTimeout(() => {
      const { train, held } = scoreOf(latest.current);
      [waiting.current, at.current] = [0, performance.now()];
      say(`epoch ${epochOf(latest.current, latest.current.step)}, loss ${figures(train, 3)}${Number.isNaN(held) ? "" : `, held out ${figures(held, 3)}`}`);
    }, Math.max(300, at.current + PAUSE - performance.now()));
  }, [lab.parameters]);
  useEffect(() => () => clearTimeout(waiting.current), []);
  return <div class="unseen" role="status">{words || null}</div>;
}
