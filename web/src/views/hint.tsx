/** One sentence under the head that says what to do, or how it went; and what the page has to say. */

import type { ComponentChildren, VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { lossAt, pathOf } from "../derived.ts";
import { allOff } from "../hinges/notes.ts";
import { NumberField } from "../number-field.tsx";
import { shown } from "../numbers.ts";
import { type Lab, lastStep, type Message } from "../state.ts";
import type { Place, Props } from "../view.ts";

export const place: Place = "header";
export const order = 10;
export const style = `
.hint{display:flex;flex-wrap:wrap;align-items:baseline;gap:0 14px;padding-top:10px;min-height:34px;color:var(--soft)}
.hint p,.said p{margin:0}
.hint b,.hint .number{font-weight:400;color:var(--ink)}
.hint .number{text-align:center}
.hint .set{border:0;background:none;padding:4px 0;min-height:24px;text-decoration:underline dotted;text-underline-offset:3px}
.hint .set:hover{color:var(--ink)}
.said{display:flex;align-items:start;gap:10px;margin-top:8px;padding:2px 2px 2px 14px;border:1px solid var(--line);border-left:3px solid var(--grad);border-radius:6px;background:var(--card)}
.said.error{border-left-color:var(--wrong)}
.said>div{flex:1;min-width:0;padding:9px 0;overflow-wrap:anywhere}
.said .soft{color:var(--soft)}
.said pre{margin:4px 0;overflow-x:auto}`;

/** The sentence, the message and what a screen reader is told. */
export const view = ({ lab, send }: Props): VNode => {
  const { points, target, step, playing, best, message } = lab, { loss } = lossAt(lab);
  const halfway = Number(((loss + (best?.loss ?? 0)) / 2).toPrecision(2)), aim = (value: number | null): void => send({ kind: "target", value });
  return (
    <div>
      <div class="hint">
        <p>{said(lab, loss, target !== null && <NumberField label="the loss to beat" value={target} decimals={2} unit={0.01} onChange={(value, grip) => grip !== "end" && aim(value)} onEmpty={() => aim(null)} />)}</p>
        {target === null && points.n > 0 && !step && !playing && Number.isFinite(loss) && <button class="set unprinted" onClick={() => aim(halfway)}>set a target</button>}
      </div>
      {message && <Said message={message} dismiss={() => send({ kind: "say", message: null })} />}
      <Aloud loss={loss} />
    </div>
  );
};

/** Exactly one sentence, for the state the lab is in. beat: the field with the target, false where there is none. */
function said(lab: Lab, now: number, beat: VNode | false): ComponentChildren {
  const { step, playing, moves, best } = lab, { loss, ended } = pathOf(lab), before = loss[step - 1]!;
  if (ONE && lab.drawing) return <><b>Draw a curve in the plot</b>, from left to right, in one stroke: it becomes what the lines approach.</>;
  if (!lab.points.n) return <>{ONE && lab.model.inputs.length < 2 ? <><b>Click in the plot</b> to add points, or open</> : "Open"} <b>points</b> to paste a table.</>;
  if (ONE && allOff(lab)) return <><b>Every line is off at every point</b>, so no parameter has a gradient: drag a hook back among the points, or flip a slope.</>;
  if (ended?.step === step) return step ? <><b>The walk had to stop at step {step}.</b> Each step leapt across the valley and landed higher on the other side: the loss went from {shown(loss[0]!)} to {shown(now)}. A smaller rate may do, or a schedule.</> : <><b>There is no way down from here</b>: the model has no value, or no slope. Move a parameter.</>;
  if (step && !playing && step >= lastStep(lab)) return <><b>Step {step}</b>, the last one: the loss went from {shown(loss[0]!)} to <b>{shown(now)}</b>.</>;
  if (step) return <><b>Step {step}</b>: the loss {now < before ? "is going down" : now > before ? "is going up" : "stays where it is"}, from {shown(loss[0]!)} to <b>{shown(now)}</b> so far.</>;
  if (playing) return <><b>Step 0</b>: where the walk begins.</>;
  if (lab.beaten !== null) return won(lab, now);
  if (lab.target !== null && best && best.loss > lab.target) return <>The best possible is now {shown(best.loss)}: {beat} is out of reach.</>;
  if (lab.target !== null && now <= lab.target) return <>The loss is {shown(now)}, already below {beat}.</>;
  if (moves) return <><b>{counted(moves)}</b>: {lab.order.slice(-8).join(", ")} · loss <b>{shown(now)}</b>{beat && <>, to beat {beat}</>}</>;
  if (ONE && lab.bench) return <><b>Drag a hook along, a slope up or down</b>{beat ? <>, until the loss is below {beat}</> : ""}; or press play and let the gradient do it.</>;
  return <><b>Drag a handle</b> {beat ? <>until the loss is below {beat}</> : "to bring the loss down"}, or press play and let the gradient do it.</>;
}

const counted = (moves: number): string => `${moves} ${moves === 1 ? "move" : "moves"}`;

function won({ target, beaten, moves, order, best }: Lab, loss: number): VNode {
  const still = target !== null && loss <= target, how = ` after ${counted(beaten!)}${moves <= order.length ? ` (${order.slice(0, beaten!).join(" ")})` : ""}`;
  return <><b>You beat {still ? `it: ${shown(loss)}` : shown(target ?? NaN)}</b>{how}{!still && `; now the loss is ${shown(loss)}`}.{best && ` The best possible is ${shown(best.loss)}.`}</>;
}

/** A message: the problem first, hints softer, a formula with its caret as it stands. */
const Said = ({ message: { kind, text }, dismiss }: { message: Message; dismiss: () => void }): VNode => (
  <div class={`said ${kind}`} role={kind === "error" ? "alert" : "status"}>
    <div>{paragraphs(text).map(([kind, text]) => (kind === "pre" ? <pre>{text}</pre> : <p class={kind}>{text}</p>))}</div>
    <button class="quiet unprinted" aria-label="dismiss" title="dismiss" onClick={dismiss}>✕</button>
  </div>
);

type Paragraph = readonly ["" | "soft" | "pre", string];

/** A message's lines by what they are; a line with a caret belongs with the one above it. */
export function paragraphs(text: string): Paragraph[] {
  const lines = text.split("\n"), caret = (at: number): boolean => /^\s*[\^~]+\s*$/.test(lines[at] ?? "");
  return lines.flatMap((words, at): Paragraph[] => {
    if (caret(at)) return [];
    if (caret(at + 1)) return [["pre", `${words}\n${lines[at + 1]}`]];
    return [[words.startsWith("hint:") ? "soft" : "", words]];
  });
}

/** The loss, said aloud at most once a second. */
function Aloud({ loss }: { loss: number }): VNode {
  const [words, say] = useState(""), last = useRef({ at: -Infinity, loss });
  useEffect(() => {
    const { at, loss: before } = last.current;
    if (Object.is(loss, before)) return;
    const timer = setTimeout(() => {
      last.current = { at: performance.now(), loss };
      say(aloud(loss, before));
    }, at + 1000 - performance.now());
    return () => clearTimeout(timer);
  }, [loss]);
  return <div class="unseen" role="status">{words}</div>;
}

/** What a change of the loss is called. */
export function aloud(loss: number, before: number): string {
  const change = loss - before, by = shown(Math.abs(change));
  return `loss ${shown(loss)}${Number.isFinite(change) && by !== shown(0) ? `, ${change < 0 ? "down" : "up"} ${by}` : ""}`;
}
