/** A number that can be typed: Enter or leaving the field takes it, Escape brings the old one back. */

import type { TargetedKeyboardEvent, VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { parsed, shown } from "./numbers.ts";
import type { Grip } from "./state.ts";

export interface FieldProps {
  readonly label: string;
  readonly value: number;
  readonly decimals: number;
  readonly unit: number; // what an arrow key adds
  readonly onChange: (value: number, grip: Grip) => void;
  readonly onEmpty?: () => void; // what an empty field means; otherwise it is a mistake
  readonly wide?: boolean; // as wide as its place, not as its text
}

/** The CSS of every number field; a view that uses one puts it into its own. */
export const fieldStyle = `
.squiggly .field{position:relative;display:inline-block}
.squiggly .field .number{text-align:inherit;max-width:100%}
.squiggly .field .number[aria-invalid]{border-bottom:2px solid var(--wrong)}
.squiggly .field .wrong{position:absolute;z-index:3;top:100%;left:0;white-space:nowrap;font-size:12.5px;line-height:1.4;
color:var(--wrong);background:var(--card);border:1px solid var(--wrong);border-radius:6px;padding:1px 7px;margin-top:3px}`;

interface Draft { text: string; problem: string; over: number } // over: the value it was typed over

/** The field with its one-line complaint, which goes when the number changes otherwise. */
export function NumberField(props: FieldProps): VNode {
  const { label, value, decimals, onChange, wide } = props;
  const [typed, type] = useState<Draft | null>(null), stepping = useRef(false);
  const draft = typed?.problem && typed.over !== value ? null : typed;
  const text = draft?.text ?? shown(value, decimals);
  const take = (): void => type(draft && taken(draft, props));
  const release = (): void => {
    if (stepping.current) onChange(value, "end");
    stepping.current = false;
  };
  const key = (event: TargetedKeyboardEvent<HTMLInputElement>): void => {
    if (event.key === "Enter") take();
    if (event.key === "Escape") type(null);
    const by = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
    if (by === 0) return;
    event.preventDefault();
    type(null);
    onChange(next(value, by * props.unit * (event.shiftKey ? 10 : 1)), event.repeat ? "move" : "begin");
    stepping.current = true;
  };
  return (
    <span class="field">
      <input class="number" type="text" spellcheck={false} autocomplete="off" aria-label={label} title={String(value)} value={text} aria-invalid={draft?.problem ? "true" : undefined}
        style={wide ? undefined : { width: `${Math.max(2, text.replace(".", "").length) + 0.5}ch` }} onFocus={(event) => event.currentTarget.select()}
        onInput={(event) => type({ text: event.currentTarget.value, problem: "", over: value })} onKeyDown={key} onKeyUp={release} onBlur={() => { take(); release(); }} />
      {draft?.problem ? <span class="wrong" role="alert">{draft.problem}</span> : null}
    </span>
  );
}

/** Hands the typed number on; what is left to show is nothing, or the same text with what is wrong with it. */
function taken(draft: Draft, { onChange, onEmpty }: FieldProps): Draft | null {
  if (onEmpty && draft.text.trim() === "") {
    onEmpty();
    return null;
  }
  try {
    const value = parsed(draft.text);
    onChange(value, "begin");
    onChange(value, "end");
    return null;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { ...draft, problem: error.message };
  }
}

const next = (value: number, by: number): number => Number((value + by).toPrecision(12));
