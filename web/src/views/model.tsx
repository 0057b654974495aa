/** The model panel: another formula, typed or chosen, with what is wrong shown while it is typed. */

import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { attempt } from "../attempt.ts";
import { name, substitute } from "../expression.ts";
import { parse } from "../formula.ts";
import { type Model, typed } from "../model.ts";
import { COMPOSED, CONSTANTS, OPERATIONS } from "../operations.ts";
import { Fault, Pane } from "../pane.tsx";
import { SHAPES } from "../shapes.ts";
import { leftSide } from "../sides.ts";
import { text } from "../typeset.ts";
import type { Place, Props } from "../view.ts";

export const place: Place = "panel";
export const order = 0;
export const style = ".squiggly .calls{columns:9em;font:12.5px/1.9 var(--mono);color:var(--ink);margin:0;padding:0;list-style:none}";

/** The panel, while it is open. */
export const view = (props: Props): VNode | null => (props.lab.panel === "model" ? <Writing {...props} /> : null);

function Writing({ lab: { model }, send }: Props): VNode {
  const { inputs, target } = model, now = `${leftSide(target)} = ${model.formula}`;
  const [draft, write] = useState<string | null>(null), [about, tell] = useState("");
  const said = draft ?? now, seen = attempt(() => typed(said, inputs, target)), wrong = typeof seen === "string" ? seen : "", ready = !wrong && said !== now;
  const use = (text: string | null): void => {
    send({ kind: "formula", text });
    write(null);
  };
  const enter = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (ready) use(said);
  };
  const shape = (event: Event): void => {
    const found = SHAPES.find((row) => row.name === (event.currentTarget as HTMLSelectElement).value);
    if (!found) return;
    write(withInput(found.formula, model));
    tell(found.about);
  };
  return (
    <Pane title="the model" send={send}>
      <label><span class="unseen">the formula: its left side is {target}, its data {inputs.join(", ")}</span>
        <textarea class="entry" rows={Math.min(6, Math.ceil(said.length / 80) + said.split("\n").length - 1)} spellcheck={false} autocapitalize="off" autocomplete="off" maxLength={4000} value={said} aria-invalid={wrong ? "true" : undefined}
          onInput={(event) => { write(event.currentTarget.value); tell(""); }} onKeyDown={enter} />
      </label>
      <Fault text={wrong} />
      {wrong ? null : <p>data: {inputs.join(", ")} · parameters: {some((seen as Model).parameters)}</p>}
      <div class="row">
        <button type="button" class="button strong" disabled={!ready} onClick={() => use(said)}>use it</button>
        <select class="entry" aria-label="a built-in model to begin with" value="" onChange={shape}>
          <option value="">begin with a built-in model…</option>
          {SHAPES.map((row) => <option key={row.name} value={row.name}>{row.name.replaceAll("_", " ")}</option>)}
        </select>
        {model.typed ? <button type="button" class="quiet" onClick={() => use(null)}>back to the author's</button> : null}
      </div>
      {about ? <p>{about}</p> : null}
      <details>
        <summary>what a formula may use</summary>
        <p>numbers, names, + − * / ^, comparisons, <code>and or not</code>, {Object.keys(CONSTANTS).join(", ")}. A name in backticks may have blanks. These functions:</p>
        <ul class="calls">{CALLS.map((call) => <li key={call}>{call}</li>)}</ul>
      </details>
    </Pane>
  );
}

/** A built-in model, in the words of this lab's columns. */
const withInput = (formula: string, { input, target }: Model): string =>
  `${leftSide(target)} = ${text(substitute(parse(formula).expr, new Map([["x", name(input)]])))}`;

const some = (names: readonly string[]): string => (names.length <= 12 ? names.join(", ") : `${names.slice(0, 12).join(", ")}, … (${names.length})`);

const SIGNS = /^(add|subtract|multiply|divide|negative|power|less|greater|equal|not_equal|logical)/;
const call = (word: string, arity: number): string => `${word}(${["x", "a, b", "a, b, c"][arity - 1]})`;
const CALLS: readonly string[] = [
  ...Object.entries(OPERATIONS).filter(([word]) => !SIGNS.test(word)).map(([word, { arity }]) => call(word, arity)),
  ...Object.entries(COMPOSED).map(([word, [arity]]) => call(word, arity)),
].sort();
