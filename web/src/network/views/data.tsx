/** The data: little pictures to choose from, how many points, how noisy, how many held out, which start; and the reader's own table. */

import type { VNode } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { attempt } from "../../attempt.ts";
import { NumberField } from "../../number-field.tsx";
import { Fault, Pane } from "../../pane.tsx";
import { DATA, type MadeName } from "../data.ts";
import type { NetworkLab } from "../lab.ts";
import { type Colours, diverging, hex } from "../maps.ts";
import type { Props } from "../view.ts";
import { may, Turn, useColours } from "./parts.tsx";
import { ownTable } from "./table.tsx";

export const style = `
.data{display:flex;flex-wrap:wrap;align-items:center;gap:4px 20px;font-size:14px;color:var(--soft);min-width:0}
.data-kinds{display:flex;flex-wrap:wrap;gap:6px}
.data-kinds .kind{width:48px;height:48px;padding:2px;border:1px solid var(--line);border-radius:8px;background:var(--card)}
.data-kinds .kind:hover{border-color:var(--soft)}
.data-kinds .kind[aria-pressed=true]{border-color:var(--ink);box-shadow:0 0 0 1.5px var(--ink)}
.data-kinds canvas{display:block;width:100%;height:100%;border-radius:5px;print-color-adjust:exact}
.data .turn{flex:1 1 170px;max-width:230px}
@container(max-width:819px){.data .turn{flex-basis:100%;max-width:none}}
.data .seed{display:flex;align-items:center;gap:10px}
.data .number{color:var(--ink)}
.data-pane .kinds{display:grid;grid-template-columns:repeat(auto-fill,minmax(96px,1fr));gap:8px}
.data-pane .kinds .kind{display:block;width:100%;height:auto;font-size:13px}
.data-pane .kinds canvas{aspect-ratio:1}
.data-pane .sources{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,300px),1fr));gap:18px 28px}
.squiggly .file{display:inline-flex;align-items:center;cursor:pointer}
.squiggly .file:focus-within{outline:2px solid var(--data);outline-offset:2px}`;

const KINDS = Object.keys(DATA) as MadeName[];

/** The row above the network. */
export function Data({ lab, send }: Props): VNode {
  const { data, seed, held } = lab;
  return (
    <section class="data unprinted" aria-label="data">
      {may(lab, "data") && <Kinds lab={lab} send={send} />}
      {may(lab, "noise") && data.kind !== "own" && <Turn label="noise" min={0} max={0.5} step={0.05} value={data.noise} said={`${Math.round(100 * data.noise)} %`} onChange={(noise, grip) => grip !== "end" && send({ kind: "data", data: data.kind, noise })} />}
      {may(lab, "held") && <Turn label="held out" min={0} max={0.9} step={0.05} value={held} said={`${Math.round(100 * held)} %`} onChange={(share, grip) => grip !== "end" && send({ kind: "held", share })} />}
      {may(lab, "seed") && <span class="seed">
        <label>seed <NumberField label="seed" value={seed} decimals={0} unit={1} onChange={(to, grip) => { if (grip !== "end" && to >= 0 && to % 1 === 0 && to < 2 ** 32) send({ kind: "reseed", seed: to }); }} /></label>
        <button class="button" onClick={() => send({ kind: "reseed" })}>new start</button>
      </span>}
    </section>
  );
}

function Kinds({ lab, send, titled = false }: Pick<Props, "lab" | "send"> & { titled?: boolean }): VNode {
  const box = useRef<HTMLDivElement>(null), colours = useColours(box);
  useLayoutEffect(() => {
    if (colours) for (const [i, canvas] of [...box.current!.querySelectorAll("canvas")].entries()) thumbnail(canvas, KINDS[i]!, colours);
  }, [colours]);
  return (
    <div class={titled ? "kinds" : "data-kinds"} role="group" aria-label="data to choose from" ref={box}>
      {KINDS.map((kind) => (
        <button class={titled ? "kind button" : "kind"} style={titled ? { borderRadius: "8px", padding: "6px" } : undefined} title={DATA[kind].title} aria-label={said(kind)} aria-pressed={lab.data.kind === kind} onClick={() => send({ kind: "data", data: kind })}>
          <canvas width={88} height={88} aria-hidden="true" />{titled && DATA[kind].title}
        </button>
      ))}
    </div>
  );
}

const said = (kind: MadeName): string => `${DATA[kind].title}, ${DATA[kind].classes ? "two classes" : "a number"} of ${DATA[kind].inputs === 1 ? "one input" : "two inputs"}`;

/** A small picture of some points: classes and numbers as colours, of one input as heights. */
function thumbnail(canvas: HTMLCanvasElement, kind: MadeName, colours: Colours): void {
  const { make, inputs, classes } = DATA[kind], n = inputs > 1 ? 260 : 160, { x, y } = make(n, 0, 1), pen = canvas.getContext("2d")!, size = canvas.width, ramp = diverging(colours, 1);
  pen.clearRect(0, 0, size, size);
  const place = (v: number, reach: number): number => size * (0.5 + (0.46 * v) / reach);
  for (let i = 0; i < n; i++) {
    const share = classes ? y[i]! : Math.min(1, Math.max(0, (y[i]! + 1) / 2));
    pen.fillStyle = inputs > 1 ? hex(ramp[Math.round(share * (ramp.length - 1))]!) : colours.data;
    pen.beginPath();
    pen.arc(place(x[i]!, 6), size - place(inputs > 1 ? x[n + i]! : y[i]!, inputs > 1 ? 6 : 1.3), 2.6, 0, 7);
    pen.fill();
  }
}

/** The panel, while it is open. */
export function DataPanel(props: Props): VNode | null {
  return props.lab.panel === "data" ? <Choosing {...props} /> : null;
}

function Choosing({ lab, send, page }: Props): VNode {
  const close = (): void => send({ kind: "panel", panel: null }), { data } = lab;
  return (
    <div class="data-pane">
      <Pane title="the data" send={close}>
        <div class="sources">
          <div>
            <h3>made up</h3>
            <Kinds lab={lab} send={send} titled />
            {data.kind !== "own" && <div class="row"><label>how many points <NumberField label="how many points" value={data.n} decimals={0} unit={10} onChange={(n, grip) => { if (grip !== "end" && n >= 2 && n % 1 === 0) send({ kind: "data", data: data.kind, n }); }} /></label></div>}
          </div>
          <Own lab={lab} send={send} page={page} />
        </div>
      </Pane>
    </div>
  );
}

function Own({ lab, send, page }: Props): VNode {
  const [words, write] = useState(""), [wrong, complain] = useState("");
  const use = (): void => {
    const action = attempt(() => ownTable(words, ""));
    if (typeof action !== "string") send(action);
    complain(typeof action === "string" ? action : "");
  };
  const file = (event: Event): void => {
    const chooser = event.currentTarget as HTMLInputElement, [chosen] = chooser.files ?? [];
    if (chosen) page.readFile(chosen);
    chooser.value = "";
  };
  return (
    <div>
      <h3>your own: paste two or three columns here</h3>
      <textarea class="entry" rows={6} aria-label="paste two or three columns here" spellcheck={false} placeholder={"width, height, kind\n1.2, 3.4, apple\n2.2, 1.4, pear"} value={words} aria-invalid={wrong ? "true" : undefined} onInput={(event) => { write(event.currentTarget.value); complain(""); }} />
      <Fault text={wrong} />
      <div class="row">
        <button type="button" class="button strong" disabled={!words.trim()} onClick={use}>use this table</button>
        <label class="button file">open a CSV<input type="file" class="unseen" accept=".csv,.tsv,.txt,.dat,text/*" onChange={file} /></label>
      </div>
      <p>One or two inputs, then what is predicted: a number, or one of two words. Or drop a file anywhere on the page; it stays on this computer. {own(lab)}</p>
    </div>
  );
}

const own = ({ data, net, points }: NetworkLab): string => (data.kind === "own" ? `Now: ${points.n} rows of ${[...net.inputs, net.target].join(", ")}.` : "");
