/** How near so many lines can come: the limit of any pieces, the lines as they are now, and what was reached before. */

import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { benchOf, type Bench } from "../bench.ts";
import { lossAt, lossOf } from "../derived.ts";
import { limits } from "../hinges/segments.ts";
import { axisOf } from "../loss-axis.ts";
import { memo } from "../memo.ts";
import { figures } from "../numbers.ts";
import type { Points } from "../points.ts";
import { line, px } from "../scale.ts";
import { Slider } from "../slider.tsx";
import type { Grip, Lab } from "../state.ts";
import { ticks } from "../ticks.ts";
import type { Place, Props } from "../view.ts";

export const inputs = "one"; // column of x: rectified lines have one
export const place: Place = "side";
export const order = 12;

const MOST = 16; // lines in the chart, where there are no more
const AT_ONCE = 500; // points whose limits are computed within a frame; of more once they have stayed the same for a moment
const QUIET = 200; // ms
const TALL = 112; // px
const ROUNDING = 1e-12; // of the highest point: nothing

export const style = `
.limit{font-size:13px;color:var(--soft)}
.limit p{margin:2px 0 0}.limit b{font-weight:600;color:var(--ink)}
.limit .slider{margin:14px 0 0 26px;height:${TALL + 18}px}
.limit .under{top:0;left:0;right:0;height:${TALL}px;font-size:12px;line-height:14px;pointer-events:none}
.limit .under>*{position:absolute;font-style:normal;white-space:nowrap}
.limit svg{width:100%;height:100%;overflow:visible}
.limit path{fill:none;stroke:var(--ink);stroke-width:1.6;vector-effect:non-scaling-stroke}
.limit .grid{stroke:var(--line);stroke-width:1}
.limit .never{fill:var(--soft);stroke:none;opacity:.16}
.limit .mark{right:100%;margin:-7px 6px;height:auto;border:0}
.limit .count{top:100%;padding-top:3px;transform:translateX(-50%)}
.limit .words{left:4px;bottom:3px}
.limit .dot{width:6px;height:6px;margin:-3px;border-radius:50%;background:var(--model)}`;

/** The card; where the model is no sum of rectified lines, nothing. */
export const view = ({ lab, send }: Props): VNode | null => {
  const bench = benchOf(lab.model);
  if (!bench || lab.points.n < 2) return null;
  return (
    <section class="limit" aria-label="how near so many lines can come">
      <h2 class="label">how near can {counted(bench.n)} come?</h2>
      {lab.loss === "mse" ? <Chart lab={lab} bench={bench} send={send} /> : <p>The limit is known for the mean squared error: choose it to see how near any lines could come.</p>}
    </section>
  );
};

const counted = (n: number): string => `${n} ${n === 1 ? "line" : "lines"}`;

/** The chart is a slider for the number of lines: it is set once let go. */
function Chart({ lab, bench, send }: { lab: Lab; bench: Bench; send: Props["send"] }): VNode {
  const [asked, ask] = useState<number | null>(null), points = useQuiet(lab.points), n = asked ?? bench.n, most = Math.max(MOST, bench.n);
  const bound = boundOf(points, most), now = Math.sqrt(lossAt(lab).loss), reached = reachedOf(lab), here = asked === null ? now : bound[n]!;
  const { marks, y } = axisOf(bound, [now, ...reached.values()]), x = (k: number): number => (100 * k) / most, across = line(most + 1, x, (k) => y(bound[k]!));
  const turn = (value: number, grip: Grip): void => {
    ask(grip === "end" ? null : value);
    if (grip === "end" && value !== bench.n) send({ kind: "lines", n: Math.max(1, value) });
  };
  return (
    <>
      <Slider label="number of lines" min={0} max={most} step={1} value={n} y={Number.isFinite(here) ? (TALL * y(here)) / 100 : 0} onChange={turn}
        valueText={`${counted(n)}, the limit is ${figures(bound[n]!)}`}>
        <div class="under">
          <svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label={summary(bound, bench.n, now)}>
            <path class="grid" d={marks.map(({ value }) => `M0 ${px(y(value))}H100`).join("")} />
            <path class="never" d={`${across}V100H0z`} />
            <path d={across} />
          </svg>
          {marks.map(({ value, text }) => <i class="mark" style={{ top: `${px(y(value))}%` }}>{text}</i>)}
          {ticks(0, most, 4).map((k) => <i class="count" style={{ left: `${px(x(k))}%` }}>{k}</i>)}
          <i class="words">no line of so many pieces is here</i>
          {[...reached].map(([k, rms]) => <i class="dot" style={{ left: `${px(x(k))}%`, top: `${px(y(rms))}%` }} />)}
        </div>
      </Slider>
      <p>{said(lab, bench, now, bound)}</p>
    </>
  );
}

/** The points, or, of many, those that last stayed the same for a moment. */
function useQuiet(points: Points): Points {
  const [quiet, settle] = useState(points);
  useEffect(() => {
    const timer = setTimeout(settle, QUIET, points);
    return () => clearTimeout(timer);
  }, [points]);
  return points.n > AT_ONCE ? quiet : points;
}

/** The lowest rms that a line with 0, 1 … most hinges can have: (most + 1,), in units of y, or of sigma. */
export const boundOf = memo(({ n, x, y, weight }: Points, most: number): Float64Array => {
  const nothing = ROUNDING * y.reduce((high, v, i) => Math.max(high, Math.abs(v * weight[i]!)), 0);
  return limits(x, y, weight, most + 1).map((cost) => { const rms = Math.sqrt(cost / n); return rms > nothing ? rms : 0; });
});

const losses = new WeakMap<Lab, number>(); // of labs that are past: they never change

/** The lowest rms so far on these points, by the number of lines. */
export function reachedOf(lab: Lab): Map<number, number> {
  const least = new Map<number, number>();
  for (const before of lab.past) {
    const bench = before.points === lab.points && benchOf(before.model);
    if (!bench) continue;
    if (!losses.has(before)) losses.set(before, lossOf({ ...before, loss: "mse" }, before.parameters).loss);
    const rms = Math.sqrt(losses.get(before)!);
    if (rms < (least.get(bench.n) ?? Infinity)) least.set(bench.n, rms);
  }
  return least;
}

/** Now, at best, and the limit, in words; and what they do not say. */
export function said({ best, points }: Pick<Lab, "best" | "points">, { n, weighted }: Bench, now: number, bound: Float64Array): VNode {
  const unit = points.sigma ? ", in units of sigma" : "";
  const reach = best && ` · ${figures(Math.sqrt(best.loss))} ${best.settled ? "at best" : "at the best found"}`;
  return <><b>{counted(n)}</b>: rms {figures(now)} now{reach} · the limit is {figures(bound[n]!)}{unit}{!weighted && ". Without weights the sum bends upwards only: it may stay far above"}</>;
}

const summary = (bound: Float64Array, n: number, now: number): string =>
  `the lowest rms that any line of straight pieces can have, by its number of bends: ${figures(bound[0]!)} with none, ${figures(bound.at(-1)!)} with ${bound.length - 1}; with ${n} it is ${figures(bound[n]!)}, and the lines have ${figures(now)} now`;
