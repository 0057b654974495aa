/** The five steps of the loop, the line of PyTorch that each one is, and its numbers at this moment. */

import type { VNode } from "preact";
import { lossAt } from "../derived.ts";
import { figures } from "../numbers.ts";
import type { Lab } from "../state.ts";
import { legAt, numbersOf, STEPS, torchLines } from "../torch-lines.ts";
import type { Place, Props } from "../view.ts";

export const place: Place = "main";
export const order = 20;

export const style = `
.loop{margin-top:10px;container:loop/inline-size}
.loop-cells{display:grid;grid-template-columns:repeat(5,minmax(0,1fr));border:1px solid var(--line);border-radius:10px;overflow:hidden;background:var(--card)}
.loop-cells button{border:0;border-left:1px solid var(--line);background:none;padding:8px 12px;min-height:62px;text-align:left;display:flex;flex-direction:column}
.loop-cells button:first-child{border-left:0}
.loop-cells button:focus-visible{outline-offset:-3px;border-radius:10px}
.loop b{font-weight:600;font-size:14px}
.loop code{font-size:12px;line-height:1.5;color:var(--soft);overflow-wrap:anywhere}
.loop [aria-pressed=true]{background:var(--lit)}.loop [aria-pressed=true] b{color:var(--grad)}
.loop .out b{text-decoration:line-through;color:var(--soft)}
.loop small{font-size:12px;color:var(--wrong)}
.loop p{margin:7px 2px 0;min-height:2.9em;font:12.5px/1.45 var(--mono);color:var(--soft);overflow-wrap:anywhere}
.loop span{display:inline-block}.loop p b{font:inherit;color:var(--grad)}
@container loop (max-width:619px){.loop-cells button{padding:7px 8px;min-height:44px;justify-content:center}.loop code,.loop small{display:none}.loop b{font-size:12.5px}.loop p{min-height:4.4em}}
@container loop (max-width:370px){.loop-cells button{padding:7px 5px}.loop b{font-size:12px}}`;

/** The five cells; the lit one is gone through below in numbers. */
export const view = ({ lab, send, page }: Props): VNode => {
  const lines = torchLines(lab), { phase } = lab, lit = lab.playing ? 2 : phase;
  return (
    <section class="loop" aria-label="the five steps of the loop">
      <div class="loop-cells">
        {STEPS.map((name, i) => {
          const out = i === 4 && !legAt(lab, lab.step).zero;
          return (
            <button class={out ? "out" : ""} disabled={!lab.points.n} aria-pressed={lit === i} onClick={() => send({ kind: "phase", phase: phase === i ? null : i })}>
              <b>{name}</b>
              {out ? <small>left out: gradients add up</small> : <code>{breakable(lines[i]!)}</code>}
            </button>
          );
        })}
      </div>
      <p aria-live={phase === null ? "off" : "polite"}>{lit !== null && <b>{STEPS[lit]} </b>}{items(lit === null ? resting(lab, page.still) : numbersOf(lab, lit))}</p>
    </section>
  );
};

/** A line of code that may break before a method, and at its spaces. */
const breakable = (line: string): (VNode | string)[] => line.split(/(?=\.(?:abs|mean|zero_)\()/).flatMap((part) => [<wbr />, part]);

/** Words between dots, each on one line where it fits. */
const items = (words: string): (VNode | string)[] => words.split(" · ").flatMap((item, i) => [i ? " · " : "", <span>{item}</span>]);

/** Between steps: where the walk stands; without motion, the whole step at once. */
function resting(lab: Lab, still: boolean): string {
  if (!lab.points.n) return numbersOf(lab, 0);
  if (still) return `loss ${figures(lossAt(lab).loss)} · gradient ${numbersOf(lab, 2)} · step ${numbersOf(lab, 3)}`;
  return lab.step ? `gradient ${numbersOf(lab, 2)}` : "One step goes through all five. Press one of them to see its numbers here.";
}
