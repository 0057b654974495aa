/** The share panel: the network as a link, as Python, as a page, as numbers, as a formula. */

import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { Pane } from "../../pane.tsx";
import { brief } from "../../numbers.ts";
import { countOf, featureName, parametersOf } from "../drawing.ts";
import type { NetworkLab } from "../lab.ts";
import { namesOf, shapeOf } from "../layers.ts";
import { linkTooLong, toHash } from "../link.ts";
import { asPython, pointsCsv } from "../python.ts";
import type { Props } from "../view.ts";

export const style = ".squiggly .script{max-height:340px;border:1px solid var(--line);border-radius:8px;padding:10px 12px;background:var(--paper)}";

/** The panel, while it is open. */
export const Share = (props: Props): VNode | null => (props.lab.panel === "share" ? <Sharing {...props} /> : null);

const MOST_SAID = 60; // parameters of a formula that is still a sentence

function Sharing({ lab, send, page }: Props): VNode {
  const [refused, refuse] = useState(""), [reading, read] = useState(false), [saves] = useState(() => page.html() !== null);
  const say = (text: string): void => send({ kind: "say", message: { kind: "done", text } });
  const copy = (what: string, text: string): void => void page.copy(text).then((copied) => {
    refuse(copied ? "" : text);
    if (copied) say(`copied ${what}`);
  });
  const save = (name: string, content: string): void => { page.download(name, content); say(`saved ${name}`); };
  const button = (label: string, act: () => void, strong = false): VNode => <button type="button" class={strong ? "button strong" : "button"} onClick={act}>{label}</button>;
  const link = page.link(), hash = toHash(lab);
  return (
    <Pane title="share this network" send={() => send({ kind: "panel", panel: null })}>
      <div class="row">
        {button(link ? "copy link" : "copy what follows the address", () => copy(link ? "the link" : "what follows the address", link ?? hash), true)}
        {button("copy as Python", () => copy("the script", asPython(lab)))}
        {saves && button("save this page", () => save("network.html", page.html()!))}
        {button("weights as CSV", () => save("weights.csv", weightsCsv(lab)))}
        {button("points as CSV", () => save("points.csv", pointsCsv(lab)))}
        {countOf(lab.net) <= MOST_SAID && button("copy the formula", () => copy("the formula", formulaOf(lab)))}
      </div>
      {linkTooLong(lab) && <p>The link leaves out your {lab.points.n} points: they would make it too long. Save the page instead.</p>}
      {link?.startsWith("file:") && <p>The link works on this computer. For others, save the page and send them the file.</p>}
      {refused && <label><p>The browser did not let the page copy. Here it is, selected: press Ctrl-C, or ⌘C.</p><textarea key={refused} class="entry" ref={selected} rows={4} readOnly value={refused} /></label>}
      <details onToggle={(event) => read(event.currentTarget.open)}>
        <summary>the Python script</summary>
        {reading && <pre class="script" tabIndex={0} aria-label="the Python script">{asPython(lab)}</pre>}
      </details>
    </Pane>
  );
}

function selected(field: HTMLTextAreaElement | null): void {
  field?.focus();
  field?.select();
}

/** Every parameter by its name, in full precision. */
export function weightsCsv({ net, parameters }: NetworkLab): string {
  return ["name,value", ...namesOf(shapeOf(net)).map((name, i) => `${name},${parameters[i]}`)].map((row) => `${row}\n`).join("");
}

const SQUASH: Readonly<Record<NetworkLab["net"]["activation"], (z: string) => string>> = {
  relu: (z) => `max(0, ${z})`, tanh: (z) => `tanh(${z})`, sigmoid: (z) => `sigmoid(${z})`, silu: (z) => `silu(${z})`, linear: (z) => `(${z})`,
};

/** The network as lines of mathematics, a unit a line. */
export function formulaOf({ net, parameters, scale, loss }: NetworkLab): string {
  const end = net.hidden.length + 1, lines: string[] = [], scaled = scale.some(([shift, size]) => shift !== 0 || size !== 1);
  const input = (k: number): string => `(${net.inputs[k]} - ${brief(scale[k]![0], 6)})/${brief(scale[k]![1], 6)}`;
  if (scaled) lines.push(...net.inputs.map((_, k) => `${net.inputs.length > 1 ? `x${k + 1}` : "x"} = ${input(k)}`));
  const names = (layer: number): string[] => (layer ? Array.from({ length: net.hidden[layer - 1]! }, (_, i) => `h${layer}_${i + 1}`) : net.features.map((name) => featureName(name, net.inputs.length)));
  const sum = (layer: number, unit: number): string => {
    const { first, bias } = parametersOf(net, layer, unit), from = names(layer - 1);
    return [...from.map((name, i) => `${brief(parameters[first + i]!, 5)} ${name}`), brief(parameters[bias]!, 5)].join(" + ").replaceAll("+ −", "− ");
  };
  for (let layer = 1; layer < end; layer++) for (const [unit, name] of names(layer).entries()) lines.push(`${name} = ${SQUASH[net.activation](sum(layer, unit))}`);
  const [shift, size] = scale.at(-1)!, last = sum(end, 0);
  lines.push(net.labels ? (loss === "mse" ? `${net.labels[1]} where this is above 0: tanh(${last})` : `share of ${net.labels[1]} = sigmoid(${last})`) : `${net.target} = ${shift === 0 && size === 1 ? last : `${brief(shift, 6)} + ${brief(size, 6)} (${last})`}`);
  return lines.join("\n");
}
