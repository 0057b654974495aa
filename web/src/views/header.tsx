/** The top of the page: the formula with its live numbers, the panels, and the way back. */

import type { VNode } from "preact";
import { FormulaView, formulaStyle } from "../formula-view.tsx";
import { icon } from "../icon.tsx";
import type { Panel } from "../state.ts";
import type { Place, Props } from "../view.ts";

export const place: Place = "header";
export const order = 0;
export const style = `${formulaStyle}
.top{display:flex;flex-wrap:wrap;align-items:center;gap:4px 18px;border-bottom:1px solid var(--line);padding-bottom:8px}
.top .what{flex:1 1 300px;min-width:0}
.top p{font-size:13px;line-height:1.3;color:var(--soft);margin:0}
.top nav{display:flex;flex-wrap:wrap;margin:0 -8px 0 auto}
.top :is([aria-expanded=true],[aria-pressed=true]){box-shadow:inset 0 -2px var(--ink);border-radius:0}
.top .back{border-right:1px solid var(--line);margin-right:8px;padding-right:4px;display:flex}
@container(max-width:819px){.top .what{flex-basis:100%}.top nav{margin-left:-8px;flex:1;justify-content:space-between}.top .back{border:0;order:1;margin:0}}
@container(max-width:419px){.top .quiet{padding:0 4px}}`;

const PANELS: readonly Panel[] = ["model", "points", "share"];

/** The head of the page. */
export const view = ({ lab, send }: Props): VNode => {
  const { title } = lab.document, back = (label: string, lines: string, kind: "undo" | "redo" | "reset", ready: boolean): VNode => (
    <button class="quiet" aria-label={label} title={label} disabled={!ready} onClick={() => send({ kind })}>{icon(lines)}</button>
  );
  return (
    <div class="top">
      <div class="what">
        {title && <p>{title}</p>}
        <FormulaView lab={lab} send={send} />
      </div>
      <nav class="unprinted" aria-label="the lab">
        <div class="back">
          {back("undo", "M6.5 3L3 6.5L6.5 10M3.5 6.5H11a4 4 0 0 1 0 8H7", "undo", lab.past.length > 0)}
          {back("redo", "M11.5 3L15 6.5L11.5 10M14.5 6.5H7a4 4 0 0 0 0 8H11", "redo", lab.future.length > 0)}
          {back("start over", "M3.5 3.5V7.5H7.5M3.9 7.2A6 6 0 1 1 3 10", "reset", true)}
        </div>
        <div>
          {ONE && lab.model.inputs.length < 2 && <button class="quiet hinged" aria-pressed={lab.bench} title="rectified lines, as objects on the plot" onClick={() => send({ kind: "bench", on: !lab.bench })}>hinges</button>}
          {PANELS.map((panel) => <button class="quiet" aria-expanded={lab.panel === panel} onClick={() => send({ kind: "panel", panel: lab.panel === panel ? null : panel })}>{panel}</button>)}
        </div>
      </nav>
    </div>
  );
};
