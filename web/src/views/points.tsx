/** The points panel: the numbers as a table, points from elsewhere, and points made up. */

import type { VNode } from "preact";
import { useMemo, useState } from "preact/hooks";
import { Fault, Pane } from "../pane.tsx";
import { decimalsOf, shown } from "../numbers.ts";
import { type Points, pointsOf } from "../points.ts";
import { columnName } from "../sides.ts";
import type { Lab } from "../state.ts";
import { readTable, toNumber } from "../table.ts";
import { type Faults, made, pointsCsv, type Wanted } from "../table-text.ts";
import type { Place, Props } from "../view.ts";

export const place: Place = "panel";
export const order = 1;
export const style = `
.squiggly .pane .sources{display:grid;grid-template-columns:minmax(250px,2fr) 3fr 3fr;gap:18px 28px}
.squiggly .pane .cells{max-height:226px;overflow:auto;border:1px solid var(--line);border-radius:8px}
.squiggly .pane .cells table{border-collapse:collapse;width:100%}
.squiggly .pane .cells th{position:sticky;top:0;z-index:1;background:var(--card);font-weight:600;font-size:13px;color:var(--soft);text-align:right;padding:6px 10px}
.squiggly .pane .cells td{border-top:1px solid var(--line);padding:0;text-align:right;color:var(--soft);font-size:13px}
.squiggly .pane .cells td:first-child{padding:0 4px 0 10px;width:1%}
.squiggly .pane .cells td:last-child{width:1%}
.squiggly .pane .cells input{width:100%;min-width:4em;border:0;background:none;min-height:36px;padding:0 10px;text-align:right;color:var(--ink);font-size:14px;text-overflow:ellipsis}
.squiggly .pane .cells input:focus-visible{outline-offset:-2px}
.squiggly .pane .cells input[aria-invalid]{color:var(--wrong);text-decoration:underline wavy}
.squiggly .pane .cells .quiet{min-height:36px}
.squiggly .pane .check{display:flex;align-items:center;gap:8px;min-height:44px;font-size:14px;color:var(--soft)}
.squiggly .pane .file{display:inline-flex;align-items:center;cursor:pointer}
.squiggly .pane .file:focus-within{outline:2px solid var(--data);outline-offset:2px}
.squiggly .pane .makers{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:8px 12px}
.squiggly .pane .makers label{font-size:13px;color:var(--soft)}
.squiggly .pane .makers .all{grid-column:1/-1}
.squiggly .pane .makers .entry{display:block;width:100%;font-size:14px;color:var(--ink)}
.squiggly .pane .makers .entry.code{font-family:var(--mono)}
.squiggly .pane .makers .fault{margin:2px 0 0;font-size:12.5px}
@container(max-width:1019px){.squiggly .pane .sources{grid-template-columns:minmax(0,1fr)}}
@container(min-width:620px) and (max-width:1019px){.squiggly .pane .sources{grid-template-columns:repeat(2,minmax(0,1fr))}.squiggly .pane .sources>:first-child{grid-row:span 2}.squiggly .pane .cells{max-height:486px}}
@media(pointer:coarse){.squiggly .pane .cells .quiet,.squiggly .pane .cells input{min-height:44px}}`;

const MOST_SHOWN = 200; // rows

/** The panel, while it is open. */
export const view = (props: Props): VNode | null => (props.lab.panel === "points" ? <Editing {...props} /> : null);

const Editing = (props: Props): VNode => (
  <Pane title="the points" send={props.send}>
    <div class="sources">
      <Rows {...props} />
      <Paste {...props} />
      <Make {...props} />
    </div>
  </Pane>
);

// --- The table ---

function Rows({ lab, send, page }: Props): VNode {
  const { points, model: { input, target } } = lab;
  const drawn = useMemo(() => cells(lab, send), [points, input, target]);
  const save = (): void => page.download("points.csv", pointsCsv(points, input, columnName(target)));
  return (
    <div>
      <h3>{points.n} point{points.n === 1 ? "" : "s"}{points.n > MOST_SHOWN ? `, the first ${MOST_SHOWN} here` : ""}</h3>
      {drawn}
      <Add lab={lab} send={send} page={page} />
      <div class="row">
        <button type="button" class="quiet" disabled={!points.n} onClick={save}>save as CSV</button>
        <button type="button" class="quiet" disabled={!points.n} onClick={() => send({ kind: "points", points: pointsOf([], []) })}>delete all</button>
      </div>
    </div>
  );
}

function cells(lab: Lab, send: Props["send"]): VNode {
  const { points, model: { input, target } } = lab, { x, y, sigma } = points;
  const digits = new Map([x, y, ...(sigma ? [sigma] : [])].map((values) => [values, decimalsOf(spread(values))]));
  const column = (values: Float64Array, i: number, label: string, take: (value: number) => void, least = -Infinity): VNode =>
    <td><Cell label={`${label} of point ${i + 1}`} value={values[i]!} decimals={digits.get(values)!} least={least} take={take} /></td>;
  const drag = (i: number, x: number, y: number): void => { send({ kind: "drag", index: i, x, y, grip: "begin" }); send({ kind: "drag", index: i, x, y, grip: "end" }); };
  return (
    <div class="cells" role="region" aria-label="the points, one a row" tabIndex={0}>
      <table>
        <thead><tr><th scope="col"><span class="unseen">number</span></th><th scope="col">{input}</th><th scope="col">{target}</th>{sigma ? <th scope="col">sigma</th> : null}<th scope="col"><span class="unseen">delete</span></th></tr></thead>
        <tbody>
          {Array.from({ length: Math.min(points.n, MOST_SHOWN) }, (_, i) => (
            <tr key={i}>
              <td>{i + 1}</td>
              {column(x, i, input, (value) => drag(i, value, y[i]!))}
              {column(y, i, target, (value) => drag(i, x[i]!, value))}
              {sigma ? column(sigma, i, "sigma", (value) => send({ kind: "points", points: pointsOf(x, y, sigma.with(i, value)) }), 0) : null}
              <td><button type="button" class="quiet" aria-label={`delete point ${i + 1}`} onClick={() => send({ kind: "delete", index: i })}>×</button></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** How far apart the shown numbers are; of numbers that are all the same, their size. */
function spread(values: Float64Array): number {
  const seen = values.subarray(0, MOST_SHOWN), high = Math.max(...seen), low = Math.min(...seen);
  return high - low || high;
}

interface CellProps {
  readonly label: string;
  readonly value: number;
  readonly decimals: number; // while nobody types
  readonly least: number; // the number must be above it
  readonly take: (value: number) => void;
}

/** One number, in full while it has the focus; taken on Enter or on leaving, Escape brings the old one back. */
function Cell({ label, value, decimals, least, take }: CellProps): VNode {
  const [draft, type] = useState<string | null>(null);
  const typed = draft === null ? value : (toNumber(draft, true) ?? NaN), wrong = !Number.isFinite(typed) || typed <= least;
  const done = (): void => {
    if (draft === null || wrong) return;
    type(null);
    if (!Object.is(typed, value)) take(typed);
  };
  const key = (event: KeyboardEvent): void => {
    if (event.key === "Enter") done();
    if (event.key !== "Escape" || draft === null || draft === String(value)) return;
    event.preventDefault();
    type(String(value));
  };
  return <input type="text" inputMode="decimal" autocomplete="off" aria-label={label} title={String(value)} aria-invalid={wrong ? "true" : undefined} value={draft ?? shown(value, decimals)} onFocus={(event) => { type(event.currentTarget.value = String(value)); event.currentTarget.select(); }} onInput={(event) => type(event.currentTarget.value)} onBlur={done} onKeyDown={key} />;
}

function Add({ lab: { model: { input, target } }, send }: Props): VNode {
  const [x, writeX] = useState(""), [y, writeY] = useState("");
  const [a, b] = [x, y].map((words) => toNumber(words, true) ?? NaN) as [number, number], ready = Number.isFinite(a) && Number.isFinite(b);
  const add = (event: Event): void => {
    event.preventDefault();
    if (!ready) return;
    send({ kind: "add", x: a, y: b });
    writeX("");
    writeY("");
  };
  const field = (label: string, value: string, write: (words: string) => void): VNode =>
    <input type="text" class="entry" inputMode="decimal" autocomplete="off" size={6} style={{ flex: "1 1 70px" }} placeholder={label} aria-label={`${label} of a new point`} value={value} onInput={(event) => write(event.currentTarget.value)} />;
  return (
    <form class="row" style={{ margin: "8px 0 2px", flexWrap: "nowrap" }} onSubmit={add}>
      {field(input, x, writeX)}{field(target, y, writeY)}
      <button class="button" disabled={!ready}>add</button>
    </form>
  );
}

// --- From elsewhere ---

function Paste({ lab, send, page }: Props): VNode {
  const [words, write] = useState(""), [drop, leaveOut] = useState(false), [wrong, complain] = useState("");
  const { input, target } = lab.model;
  const use = (): void => {
    try {
      const table = readTable(words, "", { input, target: columnName(target), drop });
      send({ kind: "points", points: table.points, ...renamed(lab, table) });
      complain("");
      if (table.dropped) send({ kind: "say", message: { kind: "done", text: `${table.points.n} points, ${table.dropped} row${table.dropped > 1 ? "s" : ""} with gaps left out` } });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      complain(error.message);
    }
  };
  const file = (event: Event): void => {
    const chooser = event.currentTarget as HTMLInputElement, [chosen] = chooser.files ?? [];
    if (chosen) page.readFile(chosen, drop);
    chooser.value = "";
  };
  return (
    <div>
      <h3>paste two columns here</h3>
      <textarea class="entry" rows={5} aria-label="paste two columns here" spellcheck={false} placeholder={"x, y\n0, 1.2\n1, 3.4"} value={words} aria-invalid={wrong ? "true" : undefined} onInput={(event) => { write(event.currentTarget.value); complain(""); }} />
      <Fault text={wrong} />
      <label class="check"><input type="checkbox" checked={drop} onChange={(event) => { leaveOut(event.currentTarget.checked); complain(""); }} />leave out rows with gaps</label>
      <div class="row">
        <button type="button" class="button strong" disabled={!words.trim()} onClick={use}>use these points</button>
        <label class="button file">open a CSV<input type="file" class="unseen" accept=".csv,.tsv,.txt,.dat,text/*" onChange={file} /></label>
      </div>
      <p style={{ marginTop: "8px" }}>Or drop a file anywhere on the page. It stays on this computer.</p>
    </div>
  );
}

/** What the columns are called, where the model can take their names: a name that one of its parameters has would mix them up. */
function renamed(lab: Lab, { input, target }: { input: string; target: string }): { input?: string; target?: string } {
  const { parameters, target: old } = lab.model;
  if (parameters.includes(input) || parameters.includes(target)) return {};
  return { input, ...(target === columnName(old) ? {} : { target }) };
}

// --- Made up ---

const FIELDS: readonly (readonly [Exclude<keyof Wanted, "formula">, string])[] = [["from", "from"], ["to", "to"], ["count", "how many"], ["mult", "noise ×"], ["add", "noise +"], ["seed", "seed"]];

function Make({ lab, send }: Props): VNode {
  const { input } = lab.model, [low, high] = lab.document.range;
  const [wanted, want] = useState<Wanted>(() => ({ formula: "3*x^2 + 2*x + 1", from: String(low), to: String(high), count: "20", mult: "0.15", add: "1.5", seed: "42" }));
  const [faults, find] = useState<Faults>({});
  const type = (key: keyof Wanted) => (event: Event): void => { want({ ...wanted, [key]: (event.currentTarget as HTMLInputElement).value }); find({ ...faults, [key]: "" }); };
  const make = (event: Event): void => {
    event.preventDefault();
    const found = made(wanted, input), points = "n" in found ? (found as Points) : null;
    find(points ? {} : (found as Faults));
    if (points) send({ kind: "points", points });
  };
  const field = (key: keyof Wanted, label: string): VNode => (
    <label key={key} class={key === "formula" ? "all" : ""}>{label}
      <input type="text" class={key === "formula" ? "entry code" : "entry"} spellcheck={false} autocomplete="off" autocapitalize="off" inputMode={key === "formula" ? undefined : "decimal"} maxLength={2000} value={wanted[key]} aria-invalid={faults[key] ? "true" : undefined} onInput={type(key)} />
      <Fault text={faults[key] ?? ""} />
    </label>
  );
  return (
    <form onSubmit={make}>
      <h3>make points</h3>
      <div class="makers">{field("formula", "a formula in x")}{FIELDS.map(([key, label]) => field(key, label))}</div>
      <div class="row" style={{ marginTop: "10px" }}><button class="button">make points</button><p>the same numbers as Python's add_noise</p></div>
    </form>
  );
}
