/** The hinge bench: a row for each rectified line, what the lines are made of, and what they are to approach. */

import type { ComponentChildren, VNode } from "preact";
import { useState } from "preact/hooks";
import { attempt } from "../attempt.ts";
import { Choice } from "../choice.tsx";
import { lossAt } from "../derived.ts";
import { approached } from "../hinges/approach.ts";
import { notExact } from "../hinges/best.ts";
import { AT_HOOK, type Bench, type Fold, lineAt, withLine } from "../hinges/forms.ts";
import { noteOf, onHook } from "../hinges/notes.ts";
import { NumberField } from "../number-field.tsx";
import { brief, decimalsOf } from "../numbers.ts";
import { Fault } from "../pane.tsx";
import { workedOn } from "../plot/hooks.tsx";
import { windowOf } from "../plot/window.ts";
import type { Grip, Lab } from "../state.ts";
import type { Place, Props } from "../view.ts";

export const place: Place = "main";
export const order = 15;
export const inputs = "one";
export const style = `
.hinges{border-top:1px solid var(--line);margin-top:14px;padding-top:6px;font-size:14px;color:var(--soft)}
.hinges .over,.hinges .row{display:flex;flex-wrap:wrap;align-items:center;gap:0 16px}
.hinges .over .label{margin-right:auto}
.hinges .choice select{color:var(--ink)}
.hinges ol{list-style:none;margin:0;padding:0;max-height:264px;overflow:auto}
.hinges li{display:flex;flex-wrap:wrap;align-items:center;gap:0 10px;min-height:44px;border-top:1px solid var(--line)}
.hinges li i{width:20px;height:20px;border-radius:50%;border:1.6px solid var(--model);color:var(--model);font:600 11px/17px system-ui;text-align:center;flex:none}
.hinges .lit i{background:var(--model);color:var(--paper)}
.hinges li label{display:flex;align-items:baseline;gap:6px}
.hinges .number{width:70px;color:var(--ink)}
.hinges li .note{flex:1 1 150px;font-size:12.5px;color:var(--ink)}
.hinges li .acts{margin-left:auto;white-space:nowrap}
.hinges p{margin:4px 0;font-size:13px}
.hinges [aria-disabled]{opacity:.5}
.hinges .entry{flex:1 1 200px;border:1px solid var(--line);background:var(--card);border-radius:8px;min-height:44px;padding:0 12px;color:var(--ink);font-family:var(--mono);font-size:13px}
.hinges .quiet[aria-pressed=true],.hinges .quiet[aria-expanded=true]{text-decoration:underline;text-underline-offset:4px}
.parameters .over+.all{font-size:13px;min-height:44px;border-top:1px solid var(--line);width:100%;text-align:left;padding-left:0}
@container(max-width:819px){.hinges{order:1}.hinges ol{max-height:none}.hinges .long{display:none}.hinges li .number{width:56px}.hinges li{gap:0 7px}}
@media print{.hinges ol{max-height:none}}`;

const FORMS = { weighted: { title: "weighted lines" }, lesson: { title: "the lesson’s sum" } };
const FOLDS: Readonly<Record<Fold, { readonly title: string }>> = { relu: { title: "relu" }, clip: { title: "clip" }, maximum: { title: "max" } };
/** What the lesson draws, as m and b in turn. */
export const SETUPS = { one: [1.5, 1.5], two: [-1.5, -1.5, 1.5, 1.5], four: [-1.5, -1.5, 1.5, 1.5, 3, 3, -3, -3] } as const;
const BEGINNINGS = { "": { title: "set up as in the lesson…" }, one: { title: "one line" }, two: { title: "two lines" }, four: { title: "four lines" } };

/** The card, while the bench is on. */
export const view = (props: Props): VNode | null => {
  const bench = workedOn(props.lab);
  return bench && <Card lab={props.lab} send={props.send} bench={bench} />;
};

type Inner = Omit<Props, "page"> & { readonly bench: Bench };

function Card({ lab, send, bench }: Inner): VNode {
  const why = notExact(lab);
  return (
    <section class="hinges" aria-label="hinges">
      <div class="over">
        <h2 class="label">{bench.n === 1 ? "1 line" : `${bench.n} lines`}</h2>
        <Choice label="the form of the sum" value={bench.weighted ? "weighted" : "lesson"} among={FORMS} onChange={(form) => send({ kind: "form", weighted: form === "weighted" })} />
        <Choice label="bent by" seen value={bench.fold} among={FOLDS} onChange={(fold) => send({ kind: "form", fold })} />
        <Choice label="a sum to begin with" value="" among={BEGINNINGS} onChange={(name) => name && send({ kind: "setup", values: SETUPS[name as keyof typeof SETUPS] })} />
      </div>
      <ol>{bench.weighted && <Base lab={lab} send={send} />}{Array.from({ length: bench.n }, (_, i) => <Row key={i} lab={lab} send={send} bench={bench} index={i} />)}</ol>
      <div class="row unprinted">
        <button class="button" onClick={() => send({ kind: "another", beside: null })}>+ line</button>
        <button class="button" title={why || "every line where the squared error is lowest"} aria-disabled={why ? true : undefined} onClick={() => send({ kind: "exact" })}>place exactly</button>
        <Approach lab={lab} send={send} />
      </div>
      {!bench.weighted && <p><b>Without weights the lines only add up.</b> Such a sum never bends down and never goes below 0, however many lines there are.</p>}
      <AtHook lab={lab} bench={bench} />
    </section>
  );
}

// --- A row a line ---

function Base({ lab, send }: Omit<Inner, "bench">): VNode {
  const { parameters, line } = lab, { x, y } = windowOf(lab), high = y[1] - y[0], steep = high / (x[1] - x[0]);
  const field = (label: string, name: string, index: number, span: number): VNode => (
    <label>{label} <NumberField wide label={name} value={parameters[index]!} decimals={decimalsOf(span)} unit={span / 200} onChange={(value, grip) => send({ kind: "place", values: parameters.with(index, value), grip })} /></label>
  );
  return <li class={line === -1 ? "lit" : ""} onFocusIn={() => line !== -1 && send({ kind: "line", index: -1 })}><i aria-hidden="true">↕</i>{field("level", "level", 0, high)}{field("slope", "slope below all lines", 1, steep)}</li>;
}

function Row({ lab, send, bench, index }: Inner & { readonly index: number }): VNode {
  const { parameters, line, model } = lab, { hook, slope } = lineAt(bench, parameters, index), { x, y } = windowOf(lab), wide = x[1] - x[0], steep = (y[1] - y[0]) / wide;
  const set = (change: { hook?: number; slope?: number }, grip: Grip): void => send({ kind: "place", values: withLine(bench, parameters, index, change), grip });
  const name = `line ${index + 1}`, note = noteOf(lab, bench, index);
  return (
    <li class={line === index ? "lit" : ""} onFocusIn={() => line !== index && send({ kind: "line", index })} onPointerDown={() => line !== index && send({ kind: "line", index })}>
      <i aria-hidden="true">{index + 1}</i>
      {!Number.isFinite(hook) ? <span>no hook</span> : <label><span class="long">hook </span>{model.input} = <NumberField wide label={`hook of ${name}`} value={hook} decimals={decimalsOf(wide)} unit={wide / 200} onChange={(value, grip) => set({ hook: value }, grip)} /></label>}
      <label>slope{bench.weighted && <span class="long"> changes by</span>} <NumberField wide label={`slope of ${name}`} value={slope} decimals={decimalsOf(steep)} unit={steep / 50} onChange={(value, grip) => set({ slope: value }, grip)} /></label>
      {note && <span class="note">{note}</span>}
      <span class="acts unprinted">
        <button class="quiet" aria-label={`flip ${name}`} title={bench.weighted ? "bend the other way" : "rise to the other side"} onClick={() => send({ kind: "flip", index })}>±</button>
        <button class="quiet" aria-label={`remove ${name}`} title="remove" disabled={bench.n < 2} onClick={() => send({ kind: "remove", index })}>×</button>
      </span>
    </li>
  );
}

// --- What the lines are to approach ---

function Approach({ lab, send }: Omit<Inner, "bench">): VNode {
  const [open, show] = useState(false), [words, write] = useState(""), { input } = lab.model;
  const wrong = words && attempt(() => approached(words, input, windowOf(lab).x)), fault = typeof wrong === "string" ? wrong : "";
  const use = (): void => { if (words && !fault) send({ kind: "approach", target: words }); };
  const choice = (label: string, pressed: Record<string, boolean>, act: () => void): ComponentChildren => <button class="quiet" {...pressed} onClick={act}>{label}</button>;
  return (
    <>
      <span role="group" aria-label="approach" onKeyDown={(event) => { if (event.key === "Escape") send({ kind: "draw", on: false }); }}>approach {choice("the points", {}, () => send({ kind: "approach", target: null }))}{choice("a formula", { "aria-expanded": open }, () => show(!open))}{choice("draw", { "aria-pressed": lab.drawing }, () => send({ kind: "draw", on: !lab.drawing }))}</span>
      {open && (
        <div class="row" style={{ flex: "1 1 100%" }}>
          <input class="entry" aria-label={`a formula in ${input} to approach`} placeholder={`sin(3*${input})`} spellcheck={false} autocapitalize="off" autocomplete="off" maxLength={2000} value={words} aria-invalid={fault ? "true" : undefined}
            onInput={(event) => write(event.currentTarget.value)} onKeyDown={(event) => { if (event.key === "Enter") use(); }} />
          <button class="button" disabled={!words || fault !== ""} onClick={use}>approach it</button>
          <div style={{ flexBasis: "100%" }}><Fault text={fault} /></div>
        </div>
      )}
    </>
  );
}

// --- Exactly at the hook ---

function AtHook({ lab, bench }: { lab: Lab; bench: Bench }): VNode {
  const found = lab.points.n && Number.isFinite(lossAt(lab).loss) ? onHook(lab, bench) : null, folds = Object.keys(AT_HOOK) as Fold[];
  return (
    <p>
      The derivative exactly at a hook: {folds.map((fold, i) => <>{i > 0 && " · "}<span class={fold === bench.fold ? "now" : ""}>{FOLDS[fold].title} {AT_HOOK[fold] === 0.5 ? "½" : AT_HOOK[fold]}</span></>)}.{" "}
      {found ? <>Point {found.point + 1} sits on hook {found.line + 1}, so the gradient of {found.name} is {folds.map((fold, i) => `${i ? ", " : ""}${brief(found.gradients[fold], 4)} with ${FOLDS[fold].title}`)}.</> : "It matters only when a point sits on one."}
    </p>
  );
}
