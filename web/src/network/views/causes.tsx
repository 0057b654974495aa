/** Why it goes as it goes: readable reasons and what would help, worked out when nothing else is to do. */

import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type Cause, causesOf } from "../causes.ts";
import type { NetworkAction, NetworkLab } from "../lab.ts";
import type { Props } from "../view.ts";
import { may } from "./parts.tsx";

export const style = `
.causes{border-top:1px solid var(--line);padding-top:8px;font-size:14px}
.cause{border-left:3px solid var(--model);padding:2px 0 4px 12px;margin-top:8px;color:var(--soft)}
.cause b{display:block;font-weight:600;color:var(--ink)}
.cause .button{margin-top:6px}`;

const QUIET = 400; // ms without a change
const LONGEST = 2000; // ms that the browser may be busy with other things

/** The cards; nothing where nothing is wrong. */
export function Causes({ lab, send }: Props): VNode | null {
  const found = useIdly(lab);
  if (!may(lab, "causes") || !found.length) return null;
  return (
    <section class="causes" aria-label="what is seen">
      <h2 class="label">what is seen here</h2>
      {found.map(({ title, words, cure }) => (
        <div class="cause" key={title}>
          <b>{title}</b>{words}
          {cure && allowed(lab, cure) && <div class="unprinted"><button class="button" onClick={() => send(cure)}>{named(cure)}</button></div>}
        </div>
      ))}
    </section>
  );
}

/** The causes of a lab that has stayed as it is for a moment; while it plays, those from before. */
function useIdly(lab: NetworkLab): readonly Cause[] {
  const [found, find] = useState<readonly Cause[]>([]);
  useEffect(() => {
    if (lab.playing) return;
    let idle = 0;
    const look = (): void => find(causesOf(lab)), timer = setTimeout(() => { idle = window.requestIdleCallback?.(look, { timeout: LONGEST }) ?? setTimeout(look); }, QUIET);
    return () => { clearTimeout(timer); window.cancelIdleCallback?.(idle); };
  }, [lab.parameters, lab.playing, lab.legs, lab.points, lab.net, lab.held]);
  return found;
}

/** Whether the page leaves the cure to the reader. */
const allowed = (lab: NetworkLab, cure: NetworkAction): boolean =>
  cure.kind === "walk" ? Object.keys(cure).every((key) => key === "kind" || may(lab, key === "decay" ? "penalty" : key)) : may(lab, cure.kind === "reseed" ? "seed" : cure.kind);

/** What the button of a cure says. */
function named(cure: NetworkAction): string {
  switch (cure.kind) {
    case "walk": {
      const { rate, penalty, decay, batch, zero, schedule, optimizer } = cure;
      if (rate !== undefined) return `try a rate of ${rate}`;
      if (penalty !== undefined) return `try an ${penalty} penalty${decay === undefined ? "" : ` of ${decay}`}`;
      if (batch !== undefined) return batch ? `try batches of ${batch}` : "try all points at once";
      if (zero !== undefined) return "zero the gradients";
      return schedule ? `try the schedule ${schedule.replaceAll("_", " ")}` : `try ${optimizer ?? "this"}`;
    }
    case "reseed": return "try another start";
    case "activation": return `try ${cure.activation}`;
    default: return "try this";
  }
}
