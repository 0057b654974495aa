/** The help panel: what one does here, and the keys. */

import type { VNode } from "preact";
import { Pane } from "../../pane.tsx";
import type { Props } from "../view.ts";

export const style = `
.help{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,300px),1fr));gap:6px 28px}
.help ol{margin:0;padding-left:20px}.help li{margin:3px 0}
.help dl{display:grid;grid-template-columns:auto 1fr;gap:3px 14px;margin:0}.help dd{margin:0;color:var(--soft)}
.help kbd{font:inherit;border:1px solid var(--line);border-radius:5px;padding:0 6px;background:var(--paper)}`;

const KEYS: readonly (readonly [string, string])[] = [
  ["Space", "play and pause"], ["← →", "on the timeline: a step; among units: the next layer"], ["↑ ↓", "among units: the next one of the layer"],
  ["Enter", "open a unit's numbers"], ["Esc", "close a card or a panel"], ["Ctrl Z", "undo; with Shift, redo"],
];

/** The panel, while it is open. */
export const Help = ({ lab, send }: Props): VNode | null => lab.panel === "help" ? (
  <Pane title="how this works" send={() => send({ kind: "panel", panel: null })}>
    <div class="help">
      <ol>
        <li>Choose data. The network learns to tell the two colours apart, or to give the number at each place.</li>
        <li>Press play. Every step moves each weight a little against its gradient.</li>
        <li>Each small map shows what one unit gives over all inputs: blue above 0, orange below. A wide link is a large weight.</li>
        <li>Open a unit to see its numbers, turn them, or type them.</li>
        <li>Drag back over the loss, change a setting, and play: training takes another way from there.</li>
      </ol>
      <dl>{KEYS.map(([key, does]) => <><dt><kbd>{key}</kbd></dt><dd>{does}</dd></>)}</dl>
    </div>
  </Pane>
) : null;
