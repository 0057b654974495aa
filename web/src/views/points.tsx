/** The points panel: the numbers as a table, points from elsewhere, and points made up. */

import type { VNode } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import { attempt } from "../attempt.ts";
import { NumberField } from "../number-field.tsx";
import { decimalsOf } from "../numbers.ts";
import { Fault, Pane } from "../pane.tsx";
import { columnsOf, type Points, pointsOf } from "../points.ts";
import { columnName } from "../sides.ts";
import type { Grip, Lab } from "../state.ts";
import { finite } from "../table.ts";
import { type Faults, KEYS, made, pointsCsv, tableAction, type Wanted } from "../table-text.ts";
import type { Place, Props } from "../view.ts";

export const place: Place = "panel";
export const order = 1;
export const style = `
.squiggly .sources{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,270px),1fr));gap:18px 28px}
.squiggly .cells{max-height:226px;overflow:auto;border:1px solid var(--line);border-radius:8px;text-align:right}
.squiggly .cells table{border-collapse:collapse;width:100%;color:var(--soft);font-size:13px}
.squiggly .cells th{position:sticky;top:0;z-index:1;background:var(--card);font-weight:600;padding:6px 10px}
.squiggly .cells td{border-top:1px solid var(--line);padding:0 0 0 10px}
.squiggly .cells .field{display:block}
.squiggly .cells .number{width:100%;min-width:4em;border:0;padding:0 10px;color:var(--ink);font-size:14px;text-overflow:ellipsis}
.squiggly .cells :is(.number,.quiet){min-height:36px}
.squiggly .check{display:flex;align-items:center;gap:8px;min-height:44px;color:var(--soft)}
.squiggly .file{display:inline-flex;align-items:center;cursor:pointer}
.squiggly .file:focus-within{outline:2px solid var(--data);outline-offset:2px}
.squiggly .makers{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:8px 12px;font-size:13px;color:var(--soft)}
.squiggly .makers .all{grid-column:1/-1}
.squiggly .makers .all .entry{font-family:var(--mono)}
.squiggly .makers .entry{width:100%;color:var(--ink);font-size:14px}
@media(pointer:coarse){.squiggly .cells :is(.number,.quiet){min-height:44px}}`;

const MOST_SHOWN = 200; // rows
const LONG = 500_000; // characters of a pasted table that are never shown as text

/** The panel, while it is open. */
export const view = (props: Props): VNode | null => (props.lab.panel === "points" ? <Editing {...props} /> : null);

const Editing = (props: Props): VNode => (
  <Pane title="the points" send={props.send}>
    <div class="sources">
      <Rows {...props} />
      <Paste {...props} />
      {props.lab.model.inputs.length > 1 ? null : <Make {...props} />}
    </div>
  </Pane>
);

// --- The table ---

function Rows({ lab, send, page }: Props): VNode {
  const { points, model: { inputs, target } } = lab, { n } = points;
  const drawn = useMemo(() => cells(lab, send), [points, inputs, target]);
  return (
    <div>
      <h3>{n} point{n === 1 ? "" : "s"}{n > MOST_SHOWN ? `, the first ${MOST_SHOWN} here` : ""}</h3>
      {drawn}
      <Add lab={lab} send={send} />
      <div class="row">
        <button type="button" class="quiet" disabled={!n} onClick={() => page.download("points.csv", pointsCsv(points, inputs, columnName(target)))}>save as CSV</button>
        <button type="button" class="quiet" disabled={!n} onClick={() => send({ kind: "points", points: pointsOf([], []) })}>delete all</button>
      </div>
    </div>
  );
}

function cells({ points, model: { inputs, target } }: Lab, send: Props["send"]): VNode {
  const { n, x, y, sigma } = points, all = columnsOf(points), at = (i: number): number[] => all.map((column) => column[i]!);
  const drag = (index: number, x: readonly number[], y: number, grip: Grip): void => send({ kind: "drag", index, x, y, grip });
  const columns = [
    ...inputs.map((name, j) => column(name, all[j] ?? x, (i, value, grip) => drag(i, at(i).with(j, value), y[i]!, grip))),
    column(target, y, (i, value, grip) => drag(i, at(i), value, grip)),
    ...(sigma ? [column("sigma", sigma, (i, value, grip) => { if (grip !== "end" && value > 0) send({ kind: "points", points: pointsOf(x, y, sigma.with(i, value)) }); })] : []),
  ];
  return (
    <div class="cells" role="region" aria-label="the points, one a row" tabIndex={0}>
      <table>
        <thead><tr><th><span class="unseen">number</span></th>{columns.map(([label]) => <th>{label}</th>)}<th><span class="unseen">delete</span></th></tr></thead>
        <tbody>
          {Array.from({ length: Math.min(n, MOST_SHOWN) }, (_, i) => (
            <tr key={i}>
              <td>{i + 1}</td>
              {columns.map(([, cell]) => <td>{cell(i)}</td>)}
              <td><button type="button" class="quiet" aria-label={`delete point ${i + 1}`} onClick={() => send({ kind: "delete", index: i })}>×</button></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

type Column = readonly [label: string, cell: (i: number) => VNode];

/** A column's name and cells, with decimals that tell its numbers apart; of numbers that are all the same, their size. */
function column(label: string, values: Float64Array, take: (i: number, value: number, grip: Grip) => void): Column {
  const seen = values.subarray(0, MOST_SHOWN), high = Math.max(...seen), decimals = decimalsOf(high - Math.min(...seen) || high);
  return [label, (i) => <NumberField wide label={`${label} of point ${i + 1}`} value={values[i]!} decimals={decimals} unit={10 ** -decimals} onChange={(value, grip) => take(i, value, grip)} />];
}

/** What Enter does in the fields inside. There is no <form>: a sandboxed frame submits none, and does not tell of it. */
const entered = (act: () => void) => (event: KeyboardEvent): void => { if (event.key === "Enter" && event.target instanceof HTMLInputElement) act(); };

function Add({ lab: { model: { inputs, target } }, send }: Omit<Props, "page">): VNode {
  const row = useRef<HTMLDivElement>(null);
  const add = (): void => {
    const fields = [...row.current!.querySelectorAll("input")];
    const values = fields.map((field) => finite(field.value)), wrong = fields.find((field) => Number.isNaN(finite(field.value)));
    if (wrong) return wrong.focus();
    send({ kind: "add", x: values.slice(0, -1), y: values.at(-1)! });
    for (const field of fields) field.value = "";
  };
  return (
    <div class="row" ref={row} style={{ margin: "8px 0 2px", flexWrap: "nowrap" }} onKeyDown={entered(add)}>
      {[...inputs, target].map((label) => <input class="entry" inputMode="decimal" autocomplete="off" size={6} style={{ flex: "1" }} placeholder={label} aria-label={`${label} of a new point`} />)}
      <button type="button" class="button" onClick={add}>add</button>
    </div>
  );
}

// --- From elsewhere ---

function Paste({ lab, send, page }: Props): VNode {
  const { inputs, target } = lab.model, two = inputs.length < 2, paste = `paste ${["two", "three", "four"][inputs.length - 1]} columns here`;
  const [words, write] = useState(""), [drop, leaveOut] = useState(false), [wrong, complain] = useState("");
  const use = (words: string): void => {
    const action = attempt(() => tableAction(words, "", lab, drop));
    if (typeof action !== "string") send(action);
    complain(typeof action === "string" ? action : "");
  };
  /** A field takes seconds to lay out a long table, so that is used at once. */
  const pasted = (event: ClipboardEvent): void => {
    const long = event.clipboardData?.getData("text/plain") ?? "";
    if (long.length < LONG) return;
    event.preventDefault();
    use(long);
  };
  const file = (event: Event): void => {
    const chooser = event.currentTarget as HTMLInputElement, [chosen] = chooser.files ?? [];
    if (chosen) page.readFile(chosen, drop);
    chooser.value = "";
  };
  return (
    <div>
      <h3>{paste}</h3>
      <textarea class="entry" rows={5} aria-label={paste} spellcheck={false} placeholder={two ? "x, y\n0, 1.2\n1, 3.4" : [...inputs, target].join(", ")} value={words} onPaste={pasted} aria-invalid={wrong ? "true" : undefined} onInput={(event) => { write(event.currentTarget.value); complain(""); }} />
      <Fault text={wrong} />
      <label class="check"><input type="checkbox" checked={drop} onChange={(event) => leaveOut(event.currentTarget.checked)} />leave out rows with gaps</label>
      <div class="row">
        <button type="button" class="button strong" disabled={!words.trim()} onClick={() => use(words)}>use these points</button>
        <label class="button file">open a CSV<input type="file" class="unseen" accept=".csv,.tsv,.txt,.dat,text/*" onChange={file} /></label>
      </div>
      <p>Or drop a file anywhere on the page. It stays on this computer.</p>
    </div>
  );
}

// --- Made up ---

const LABELS: Readonly<Record<keyof Wanted, string>> = { formula: "a formula in x", from: "from", to: "to", count: "how many", mult: "noise ×", add: "noise +", seed: "seed" };

function Make({ lab, send }: Props): VNode {
  const { input } = lab.model, [low, high] = lab.document.ranges[0]!;
  const [wanted, want] = useState<Wanted>({ formula: "3*x^2 + 2*x + 1", from: String(low), to: String(high), count: "20", mult: "0.15", add: "1.5", seed: "42" });
  const [faults, find] = useState<Faults>({});
  const make = (): void => {
    const found = made(wanted, input);
    if ("n" in found) send({ kind: "points", points: found as Points });
    find("n" in found ? {} : found as Faults);
  };
  const field = (key: keyof Wanted): VNode => (
    <label key={key} class={key === "formula" ? "all" : ""}>{LABELS[key]}
      <input class="entry" spellcheck={false} autocomplete="off" autocapitalize="off" inputMode={key === "formula" ? undefined : "decimal"} maxLength={2000} value={wanted[key]} aria-invalid={faults[key] ? "true" : undefined} onInput={(event) => want({ ...wanted, [key]: event.currentTarget.value })} />
      <Fault text={faults[key] ?? ""} />
    </label>
  );
  return (
    <div onKeyDown={entered(make)}>
      <h3>make points</h3>
      <div class="makers">{(["formula", ...KEYS] as const).map(field)}</div>
      <div class="row"><button type="button" class="button" onClick={make}>make points</button><p>the same numbers as Python's add_noise</p></div>
    </div>
  );
}
