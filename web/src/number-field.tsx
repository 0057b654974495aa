/** A number that can be typed: Enter or leaving the field takes it, Escape brings the old one back. */

import type { TargetedKeyboardEvent, VNode } from "preact";
import { useRef, useState } from "preact/hooks";
import { brief, parsed, shown } from "./numbers.ts";
import type { Grip } from "./state.ts";

export interface FieldProps {
  readonly label: string;
  readonly value: number;
  readonly decimals?: number; // left out for a number above 0 that someone set: it has as many as it needs
  readonly unit?: number; // what an arrow key adds; of such a number a hundredth or less
  readonly onChange: (value: number, grip: Grip) => void;
  readonly onEmpty?: () => void; // what an empty field means; otherwise it is a mistake
  readonly wide?: boolean; // as wide as its place, not as its text
}

/** The CSS of every number field. */
export const fieldStyle = `
.field{position:relative;display:inline-block}
.field input{text-align:inherit;max-width:100%}
.field [aria-invalid]{border-bottom:2px solid var(--wrong)}
.field .wrong{position:absolute;z-index:3;top:100%;left:0;white-space:nowrap;font-size:12.5px;color:var(--wrong);background:var(--card);border:1px solid;border-radius:6px;padding:1px 7px;margin-top:3px}`;

interface Draft { text: string; problem?: string; over: number } // over: the value it was typed over

/** The field with its one-line complaint, which goes when the number changes otherwise. */
export function NumberField(props: FieldProps): VNode {
  const { label, value, decimals = (brief(value).split(".")[1] ?? "").length, onChange, wide } = props;
  const [typed, type] = useState<Draft | null>(null), stepped = useRef<number | null>(null);
  const draft = typed?.problem && typed.over !== value ? null : typed, text = draft?.text ?? shown(value, decimals);
  const take = (): void => type(draft && taken(draft, props));
  const release = (): void => {
    if (stepped.current !== null) onChange(stepped.current, "end");
    stepped.current = null;
  };
  const key = (event: TargetedKeyboardEvent<HTMLInputElement>): void => {
    const to = next(stepped.current ?? value, event, props.unit);
    if (event.key === "Enter") take();
    if (event.key === "Escape") type(null);
    if (to === null) return;
    event.preventDefault();
    type(null);
    onChange(to, event.repeat ? "move" : "begin");
    stepped.current = to;
  };
  return (
    <span class="field">
      <input class="number" spellcheck={false} autocomplete="off" aria-label={label} title={String(value)} value={text} aria-invalid={draft?.problem ? "true" : undefined}
        style={wide ? undefined : { width: `${Math.max(2, text.replace(".", "").length) + 0.5}ch` }} onFocus={(event) => event.currentTarget.select()}
        onInput={(event) => type({ text: event.currentTarget.value, over: value })} onKeyDown={key} onKeyUp={release} onBlur={() => { take(); release(); }} />
      {draft?.problem && <span class="wrong" role="alert">{draft.problem}</span>}
    </span>
  );
}

/** Hands the typed number on; what is left to show is nothing, or the same text with what is wrong with it. */
function taken(draft: Draft, { decimals, onChange, onEmpty }: FieldProps): Draft | null {
  try {
    if (onEmpty && !draft.text.trim()) return onEmpty() ?? null;
    const value = parsed(draft.text);
    if (decimals === undefined && value <= 0) throw new RangeError("this must be above 0");
    onChange(value, "begin");
    onChange(value, "end");
    return null;
  } catch (error) {
    return { ...draft, problem: (error as Error).message };
  }
}

/** The value that an arrow key leads to; null for another key. */
function next(value: number, { key, shiftKey }: KeyboardEvent, unit = 10 ** (Math.floor(Math.log10(value)) - 2)): number | null {
  const way = { ArrowUp: 1, ArrowDown: -1 }[key];
  return way ? Number((value + way * unit * (shiftKey ? 10 : 1)).toPrecision(12)) : null;
}
