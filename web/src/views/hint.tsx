/** One sentence under the head that says what to do, or how it went; and what the page has to say. */

import type { ComponentChildren, VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { lossAt, pathOf } from "../derived.ts";
import { NumberField } from "../number-field.tsx";
import { shown } from "../numbers.ts";
import { type Lab, lastStep, type Message } from "../state.ts";
import type { Place, Props } from "../view.ts";

export const place: Place = "header";
export const order = 10;
export const style = `
.squiggly .hint{display:flex;flex-wrap:wrap;align-items:baseline;gap:0 14px;padding-top:10px;min-height:34px}
.squiggly .hint p{margin:0;color:var(--soft)}
.squiggly .hint b{font-weight:400;color:var(--ink)}
.squiggly .hint .number{color:var(--ink);text-align:center}
.squiggly .hint .set{border:0;background:none;padding:4px 0;min-height:24px;color:var(--soft);text-decoration:underline dotted;text-underline-offset:3px}
.squiggly .hint .set:hover{color:var(--ink)}
.squiggly .said{display:flex;align-items:start;gap:10px;margin-top:8px;padding:2px 2px 2px 14px;border:1px solid var(--line);border-left:3px solid var(--grad);border-radius:6px;background:var(--card)}
.squiggly .said.error{border-left-color:var(--wrong)}
.squiggly .said>div{flex:1;min-width:0;padding:9px 0;overflow-wrap:anywhere}
.squiggly .said p{margin:0}.squiggly .said p.soft{color:var(--soft)}
.squiggly .said pre{margin:4px 0;overflow-x:auto;white-space:pre}`;

/** The sentence, the message and what a screen reader is told. */
export const view = (props: Props): VNode => {
  const { lab, send } = props;
  return (
    <div>
      <div class="hint">{sentence(props)}{targetButton(props)}</div>
      {lab.message ? <Said message={lab.message} dismiss={() => send({ kind: "say", message: null })} /> : null}
      <Aloud loss={lossAt(lab).loss} />
    </div>
  );
};

/** Exactly one sentence, for the state the lab is in. */
function sentence(props: Props): VNode {
  const { lab } = props;
  const { loss } = lossAt(lab), { ended } = pathOf(lab);
  if (!lab.points.n) return line(<><b>Click in the plot</b> to add points, or open <b>points</b> to paste a table.</>);
  if (ended && lab.step === ended.step) return line(stopped(ended.words));
  if (lab.step > 0 || lab.playing) return line(walking(lab));
  if (lab.beaten !== null) return line(won(lab, loss));
  const beat = lab.target === null ? null : targetField(props, lab.target);
  if (lab.moves) return line(<><b>{lab.moves} {lab.moves === 1 ? "move" : "moves"}</b>: {lab.order.slice(-8).join(", ")} · loss <b>{shown(loss)}</b>{beat ? <>, to beat {beat}</> : null}</>);
  return line(<><b>Drag a handle</b> {beat ? <>until the loss is below {beat}</> : "to bring the loss down"}, or press play and let the gradient do it.</>);
}

const line = (children: ComponentChildren): VNode => <p>{children}</p>;

/** Why a walk came to its end, in its own words. */
function stopped(words: string): ComponentChildren {
  const [what, ...hints] = words.split("\n");
  return <><b>The walk had to stop</b>: {what}. {hints.map((hint) => sentenceCase(hint.replace(/^hint: /, ""))).join(" ")}</>;
}

const sentenceCase = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;

function walking(lab: Lab): ComponentChildren {
  const { loss } = pathOf(lab), { step } = lab;
  const now = loss[step]!, before = loss[Math.max(0, step - 1)]!;
  if (!lab.playing && step >= lastStep(lab)) return <><b>Step {step}</b>, the last one: the loss went from {shown(loss[0]!)} to <b>{shown(now)}</b>.</>;
  const way = step === 0 ? "where the walk begins" : now < before ? "the loss is going down" : now > before ? "the loss is going up" : "the loss stays where it is";
  return <><b>Step {step}</b>: {way}{step ? <>, from {shown(loss[0]!)} to <b>{shown(now)}</b> so far</> : null}.</>;
}

function won({ target, beaten, moves, order, best }: Lab, loss: number): ComponentChildren {
  const how = `after ${beaten} ${beaten === 1 ? "move" : "moves"}${moves <= order.length ? ` (${order.slice(0, beaten!).join(" ")})` : ""}`;
  const still = target !== null && loss <= target;
  return <><b>{still ? `You beat it: ${shown(loss)}` : `You beat ${shown(target ?? NaN)}`}</b> {how}{still ? "" : `; now the loss is ${shown(loss)}`}.{best ? ` The best possible is ${shown(best.loss)}.` : ""}</>;
}

const targetField = ({ send }: Props, target: number): VNode => (
  <NumberField label="the loss to beat" value={target} decimals={2} unit={0.01} onChange={(value, grip) => grip !== "end" && send({ kind: "target", value })} onEmpty={() => send({ kind: "target", value: null })} />
);

/** Where there is no target: the way to set one, halfway down. */
function targetButton({ lab, send }: Props): VNode | null {
  const { loss } = lossAt(lab);
  if (lab.target !== null || !lab.points.n || lab.step > 0 || lab.playing || !Number.isFinite(loss)) return null;
  const value = Number(((loss + (lab.best?.loss ?? 0)) / 2).toPrecision(2));
  return <button type="button" class="set unprinted" onClick={() => send({ kind: "target", value })}>set a target</button>;
}

/** A message: the problem first, hints softer, a formula with its caret as it stands. */
function Said({ message, dismiss }: { message: Message; dismiss: () => void }): VNode {
  return (
    <div class={`said ${message.kind}`} role={message.kind === "error" ? "alert" : "status"}>
      <div>{paragraphs(message.text).map(([kind, text]) => (kind === "pre" ? <pre>{text}</pre> : <p class={kind}>{text}</p>))}</div>
      <button type="button" class="quiet unprinted" aria-label="dismiss" title="dismiss" onClick={dismiss}>✕</button>
    </div>
  );
}

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
  const [words, say] = useState("");
  const last = useRef({ at: -Infinity, loss });
  useEffect(() => {
    const { at, loss: before } = last.current, now = performance.now();
    if (Object.is(loss, before)) return;
    const timer = setTimeout(() => {
      last.current = { at: performance.now(), loss };
      say(aloud(loss, before));
    }, Math.max(0, at + 1000 - now));
    return () => clearTimeout(timer);
  }, [loss]);
  return <div class="unseen" role="status">{words}</div>;
}

/** What a change of the loss is called. */
export function aloud(loss: number, before: number): string {
  const change = loss - before;
  if (!Number.isFinite(change) || shown(Math.abs(change)) === shown(0)) return `loss ${shown(loss)}`;
  return `loss ${shown(loss)}, ${change < 0 ? "down" : "up"} ${shown(Math.abs(change))}`;
}
