/** The model panel: another formula, typed or chosen, with what is wrong shown while it is typed. */

import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { name, substitute } from "../expression.ts";
import { FormulaError, parse } from "../formula.ts";
import { authored, type Model, typed } from "../model.ts";
import { COMPOSED, CONSTANTS, OPERATIONS } from "../operations.ts";
import { Fault, Pane } from "../pane.tsx";
import { SHAPES } from "../shapes.ts";
import { leftSide } from "../sides.ts";
import { type Lab, update } from "../state.ts";
import { text } from "../typeset.ts";
import type { Place, Props } from "../view.ts";

export const place: Place = "panel";
export const order = 0;
export const style = `
.squiggly .pane .calls{columns:9em;font:12.5px/1.9 var(--mono);color:var(--ink);margin:0;padding:0;list-style:none}
.squiggly .pane select.entry{max-width:100%}`;

/** The panel, while it is open. */
export const view = (props: Props): VNode | null => (props.lab.panel === "model" ? <Writing {...props} /> : null);

function Writing({ lab, send }: Props): VNode {
  const now = `${leftSide(lab.model.target)} = ${lab.model.formula}`;
  const [draft, write] = useState<string | null>(null), [about, tell] = useState("");
  const said = draft ?? now, seen = look(said, lab.model);
  const use = (): void => {
    if (typeof seen === "string" || said === now) return;
    send({ kind: "formula", text: said });
    write(null);
  };
  const enter = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    use();
  };
  const shape = (event: Event): void => {
    const found = SHAPES.find((row) => row.name === (event.currentTarget as HTMLSelectElement).value);
    write(found ? withInput(found.formula, lab.model) : null);
    tell(found?.about ?? "");
  };
  return (
    <Pane title="the model" send={send}>
      <label><span class="unseen">the formula: its left side is {lab.model.target}, its data is {lab.model.input}</span>
        <textarea class="entry" rows={Math.min(6, Math.ceil(said.length / 80) + said.split("\n").length - 1)} spellcheck={false} autocapitalize="off" autocomplete="off" maxLength={4000} value={said} aria-invalid={typeof seen === "string" ? "true" : undefined}
          onInput={(event) => { write(event.currentTarget.value); tell(""); }} onKeyDown={enter} />
      </label>
      <Fault text={typeof seen === "string" ? seen : ""} />
      {typeof seen === "string" ? null : <p style={{ marginTop: "6px" }}>data: {lab.model.input} · parameters: {some(seen.parameters)}</p>}
      <div class="row" style={{ marginTop: "10px" }}>
        <button type="button" class="button strong" disabled={typeof seen === "string" || said === now} onClick={use}>use it</button>
        <select class="entry" aria-label="a built-in model to begin with" value="" onChange={shape}>
          <option value="">begin with a built-in model…</option>
          {SHAPES.map((row) => <option key={row.name} value={row.name}>{row.name.replaceAll("_", " ")}</option>)}
        </select>
        {lab.model.typed ? <button type="button" class="quiet" onClick={() => { write(null); send({ kind: "become", lab: authorsOwn(lab) }); }}>back to the author's</button> : null}
      </div>
      {about ? <p style={{ marginTop: "8px" }}>{about}</p> : null}
      <details>
        <summary>what a formula may use</summary>
        <p>numbers, names, + − * / ^, comparisons, <code>and or not</code>, {Object.keys(CONSTANTS).join(", ")}. A name in backticks may have blanks. These functions:</p>
        <ul class="calls">{CALLS.map((call) => <li key={call}>{call}</li>)}</ul>
      </details>
    </Pane>
  );
}

/** The model that a text says, or what is wrong with it. */
function look(said: string, { input, target }: Model): Model | string {
  try {
    return typed(said, input, target);
  } catch (error) {
    if (!(error instanceof FormulaError)) throw error;
    return error.message;
  }
}

/** A built-in model, in the words of this lab's columns. */
const withInput = (formula: string, { input, target }: Model): string =>
  `${leftSide(target)} = ${text(substitute(parse(formula).expr, new Map([["x", name(input)]])))}`;

/** The lab with the model it came with, at the start that the author gave it; the points stay. */
function authorsOwn(lab: Lab): Lab {
  const { document, program } = lab;
  const { start, locked } = document, legs = [{ ...lab.legs.at(-1)!, from: 0 }];
  const bare: Lab = { ...lab, model: authored(document.model, program), parameters: start, start, locked, legs, step: 0, best: null, left: null, pulls: null, moves: 0, order: [], playing: false };
  return { ...update(bare, { kind: "points", points: lab.points }), past: [...lab.past, { ...lab, past: [], future: [] }] };
}

const some = (names: readonly string[]): string => (names.length <= 12 ? names.join(", ") : `${names.slice(0, 12).join(", ")}, … (${names.length})`);

const SIGNS = /^(add|subtract|multiply|divide|negative|power|less|greater|equal|not_equal|logical)/;
const call = (word: string, arity: number): string => `${word}(${["x", "a, b", "a, b, c"][arity - 1]})`;
const CALLS: readonly string[] = [
  ...Object.entries(OPERATIONS).filter(([word]) => !SIGNS.test(word)).map(([word, { arity }]) => call(word, arity)),
  ...Object.entries(COMPOSED).map(([word, [arity]]) => call(word, arity)),
].sort();
