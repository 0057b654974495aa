/** The top of the page: what is trained, the panels, the way back, and what the page has to say. */

import type { VNode } from "preact";
import { icon } from "../../icon.tsx";
import type { NetDocument } from "../contract.ts";
import { countOf } from "../drawing.ts";
import type { NetworkLab, Panel } from "../lab.ts";
import type { Props } from "../view.ts";
import { may } from "./parts.tsx";

export const style = `
.top{display:flex;flex-wrap:wrap;align-items:center;gap:2px 18px;border-bottom:1px solid var(--line);padding-bottom:8px}
.top .what{flex:1 1 340px;min-width:0}
.top h1{font:400 23px/1.3 var(--serif);margin:0;overflow-wrap:anywhere}
.top p{font-size:14px;color:var(--soft);margin:2px 0 0}
.top nav{display:flex;flex-wrap:wrap;margin:0 -8px 0 auto}
.top [aria-expanded=true]{box-shadow:inset 0 -2px var(--ink);border-radius:0}
.top .back{border-right:1px solid var(--line);margin-right:8px;padding-right:4px;display:flex}
.top .checked{color:var(--grad);white-space:nowrap}.top .differs{color:var(--wrong)}
.said{display:flex;align-items:start;gap:10px;margin-top:8px;padding:2px 2px 2px 14px;border:1px solid var(--line);border-left:3px solid var(--grad);border-radius:6px;background:var(--card)}
.said.error{border-left-color:var(--wrong)}
.said>div{flex:1;min-width:0;padding:9px 0;overflow-wrap:anywhere}
.said p{margin:0}.said p+p{color:var(--soft)}
@container(max-width:819px){.top .what{flex-basis:100%}.top nav{margin-left:-8px;flex:1;justify-content:space-between}.top .back{border:0;order:1;margin:0}}`;

const PANELS: readonly Panel[] = ["data", "share", "help"];

/** The head of the page. */
export function Head({ lab, send, page: { checked } }: Props): VNode {
  const { document, message } = lab, back = (label: string, lines: string, kind: "undo" | "redo" | "reset", ready: boolean): VNode => (
    <button class="quiet" aria-label={label} title={label} disabled={!ready} onClick={() => send({ kind })}>{icon(lines)}</button>
  );
  return (
    <div>
      <div class="top">
        <div class="what">
          <h1>{document.title || "A small network"}</h1>
          <p>
            {sentence(lab)}
            {checked !== null && (checked ? <b class="differs"> · ⚠ this page computes otherwise than Python: {checked}</b>
              : <span class="checked" title="loss and gradient agree to nine digits with what Python computed for this page"> · ✓ computes what Python computed</span>)}
          </p>
        </div>
        <nav class="unprinted" aria-label="the lab">
          <div class="back">
            {may(lab, "undo") && back("undo", "M6.5 3L3 6.5L6.5 10M3.5 6.5H11a4 4 0 0 1 0 8H7", "undo", lab.past.length > 0)}
            {may(lab, "undo") && back("redo", "M11.5 3L15 6.5L11.5 10M14.5 6.5H7a4 4 0 0 0 0 8H11", "redo", lab.future.length > 0)}
            {back("start over", "M3.5 3.5V7.5H7.5M3.9 7.2A6 6 0 1 1 3 10", "reset", true)}
          </div>
          <div>
            {PANELS.filter((panel) => may(lab, panel)).map((panel) => <button class="quiet" aria-expanded={lab.panel === panel} onClick={() => send({ kind: "panel", panel: lab.panel === panel ? null : panel })}>{panel}</button>)}
          </div>
        </nav>
      </div>
      {message && (
        <div class={`said ${message.kind}`} role={message.kind === "error" ? "alert" : "status"}>
          <div>{message.text.split("\n").map((line) => <p>{line}</p>)}</div>
          <button class="quiet unprinted" aria-label="dismiss" title="dismiss" onClick={() => send({ kind: "say", message: null })}>✕</button>
        </div>
      )}
    </div>
  );
}

/** What is trained, on what. */
export function sentence(lab: NetworkLab): string {
  const { net, data, points: { n }, held } = lab, kept = Math.round(n * held);
  return `${shapeOf(net)} · ${countOf(net)} parameters · ${data.kind === "own" ? `own table, ${n} points` : `${data.kind}, ${n} points`}${kept ? `, ${kept} held out` : ""}`;
}

/** The layers in words: 2 inputs → 8 tanh → 1. */
export function shapeOf({ features, hidden, activation }: NetDocument): string {
  const first = `${features.length} ${features.some((name) => /\W/.test(name)) ? "feature" : "input"}${features.length === 1 ? "" : "s"}`;
  return [first, ...hidden.map((width) => `${width} ${activation}`), "1"].join(" → ");
}
