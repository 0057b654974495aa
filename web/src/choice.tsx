/** One of several, by its title. */

import type { VNode } from "preact";

/** The CSS of every choice. */
export const choiceStyle = `
.choice{display:flex;align-items:center;gap:7px;position:relative}
.choice select{appearance:none;border:0;background:none;min-height:36px;padding:0 14px 0 0}
.choice option{background:var(--card);color:var(--ink)}
.choice::after{content:"▾";position:absolute;right:0;pointer-events:none}
@media(pointer:coarse){.choice select{min-height:44px}}`;

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly seen?: boolean; // whether the label is
  readonly value: T;
  readonly among: Readonly<Record<T, { readonly title: string }>>;
  readonly onChange: (value: T) => void;
}

/** A select that looks like text. */
export function Choice<T extends string>({ label, seen, value, among, onChange }: ChoiceProps<T>): VNode {
  return (
    <label class="choice">
      <span class={seen ? "" : "unseen"}>{label}</span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value as T)}>
        {(Object.keys(among) as T[]).map((name) => <option value={name}>{among[name].title}</option>)}
      </select>
    </label>
  );
}
