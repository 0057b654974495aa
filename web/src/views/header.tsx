/** The top of the page: the formula with its live numbers, the panels, and the way back. */

import type { VNode } from "preact";
import { FormulaView, formulaStyle } from "../formula-view.tsx";
import type { Panel } from "../state.ts";
import type { Place, Props } from "../view.ts";

export const place: Place = "header";
export const order = 0;
export const style = `${formulaStyle}
.squiggly .top{display:flex;flex-wrap:wrap;align-items:center;gap:4px 18px;border-bottom:1px solid var(--line);padding-bottom:8px}
.squiggly .top .what{flex:1 1 300px;min-width:0}
.squiggly .top .title{font-size:13px;line-height:1.3;color:var(--soft);margin:0}
.squiggly .top nav{display:flex;align-items:center;flex-wrap:wrap;margin:0 -8px 0 auto}
.squiggly .top .icon{display:inline-grid;place-items:center}
.squiggly .top [aria-expanded=true]{box-shadow:inset 0 -2px var(--ink);border-radius:0}
.squiggly .top .back{border-right:1px solid var(--line);margin-right:8px;padding-right:4px;display:flex}
@container(max-width:819px){.squiggly .top .what{flex-basis:100%}.squiggly .top nav{margin-left:-8px;flex:1;justify-content:space-between}.squiggly .top .back{border:0;order:1;margin:0}}`;

const PANELS: readonly Panel[] = ["model", "points", "share"];

/** The head of the page. */
export const view = (props: Props): VNode => {
  const { lab, send } = props;
  return (
    <div class="top">
      <div class="what">
        {lab.document.title ? <p class="title">{lab.document.title}</p> : null}
        <FormulaView lab={lab} send={send} />
      </div>
      <nav class="unprinted" aria-label="the lab">
        {ways(props)}
        <div>
          {PANELS.map((panel) => (
            <button type="button" class="quiet" key={panel} aria-expanded={lab.panel === panel} onClick={() => send({ kind: "panel", panel: lab.panel === panel ? null : panel })}>{panel}</button>
          ))}
        </div>
      </nav>
    </div>
  );
};

const ways = ({ lab, send }: Props): VNode => (
  <div class="back">
    {icon("undo", lab.past.length > 0, UNDO, () => send({ kind: "undo" }))}
    {icon("redo", lab.future.length > 0, REDO, () => send({ kind: "redo" }))}
    {icon("start over", true, AGAIN, () => send({ kind: "reset" }))}
  </div>
);

const icon = (label: string, ready: boolean, path: string, onClick: () => void): VNode => (
  <button type="button" class="quiet icon" aria-label={label} title={label} disabled={!ready} onClick={onClick}>
    <svg width="18" height="18" viewBox="0 0 18 18" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d={path} /></svg>
  </button>
);

const UNDO = "M6.5 3L3 6.5L6.5 10M3.5 6.5H11a4 4 0 0 1 0 8H7";
const REDO = "M11.5 3L15 6.5L11.5 10M14.5 6.5H7a4 4 0 0 0 0 8H11";
const AGAIN = "M3.5 3.5V7.5H7.5M3.9 7.2A6 6 0 1 1 3 10";
