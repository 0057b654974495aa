/** The card of a unit: what it computes, and each of its weights to turn, to type and to see the gradient of. */

import type { VNode } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { NumberField } from "../../number-field.tsx";
import { figures, shown } from "../../numbers.ts";
import { Slider } from "../../slider.tsx";
import { featureName, parametersOf } from "../drawing.ts";
import type { Grip, NetworkLab, Unit } from "../lab.ts";
import type { Props } from "../view.ts";
import { gradientOf, unitName } from "./parts.tsx";

export const style = `
.unit-card{position:relative;background:var(--card);border:1px solid var(--line);border-radius:10px;padding:12px 16px 8px;font-size:14px;outline:0;scroll-margin:12px}
.unit-card h2{font-size:15px;line-height:1.3;margin:0 44px 2px 0}
.unit-card .close{position:absolute;top:2px;right:4px;font-size:20px;line-height:1}
.unit-card .formula{font-family:var(--serif);font-size:16px;line-height:1.5;margin:0 0 4px;overflow-wrap:anywhere}
.unit-card .formula b{font-weight:400;color:var(--model)}
.unit-card .rows{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,330px),1fr));gap:0 28px}
.unit-row{display:grid;grid-template-columns:4.6em minmax(70px,1fr) 5em 6.4em;align-items:center;gap:0 6px;min-height:44px}
.unit-row>span:first-child{font-family:var(--serif);font-style:italic}
.unit-row .field input{width:100%!important}
.unit-row .slope{color:var(--grad);text-align:right;white-space:nowrap}
.unit-card p{margin:6px 0 2px;color:var(--soft);font-size:13px}`;

const REACH = 2; // the least a slider reaches to both sides

/** The card, while a unit is open. */
export function Card(props: Props): VNode | null {
  return props.lab.unit && props.lab.unit.layer > 0 ? <Open {...props} unit={props.lab.unit} /> : null;
}

function Open({ lab, send, unit }: Props & { unit: Unit }): VNode {
  const card = useRef<HTMLElement>(null), name = unitName(lab.net, unit), { first, count, bias } = parametersOf(lab.net, unit.layer, unit.unit);
  const close = (): void => send({ kind: "unit", unit: null });
  useLayoutEffect(() => moved(card.current!), []);
  useEffect(() => card.current!.scrollIntoView?.({ block: "nearest" }), []);
  const key = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.stopPropagation();
    close();
  };
  const gradient = gradientOf(lab), from = sources(lab, unit.layer);
  return (
    <section class="unit-card" ref={card} tabIndex={-1} aria-label={`the unit: ${name}`} onKeyDown={key}>
      <h2>{name}</h2>
      <Formula lab={lab} unit={unit} from={from} />
      <div class="rows">
        {Array.from({ length: count }, (_, i) => <Row key={first + i} lab={lab} name={from[i]!} label={`weight from ${from[i]}`} index={first + i} slope={gradient[first + i]!} send={send} />)}
        <Row key={bias} lab={lab} name="bias" label="bias" index={bias} slope={gradient[bias]!} send={send} />
      </div>
      <p>In green the gradient over the whole training set, and the way a plain step would go. A number set by hand begins a new walk.</p>
      <button type="button" class="quiet close unprinted" aria-label="close the unit" onClick={close}>×</button>
    </section>
  );
}

/** What a unit's weights lead from: features, or the units of the layer before as h₁, h₂ … */
const sources = ({ net: { features, inputs, hidden } }: NetworkLab, layer: number): readonly string[] =>
  layer === 1 ? features.map((name) => featureName(name, inputs.length)) : Array.from({ length: hidden[layer - 2]! }, (_, i) => `h${lowered(i + 1)}`);

const lowered = (n: number): string => String(n).replace(/\d/g, (d) => "₀₁₂₃₄₅₆₇₈₉"[Number(d)]!);

const SQUASHED: Readonly<Record<NetworkLab["net"]["activation"], string>> = { relu: "max(0, ·)", tanh: "tanh(·)", sigmoid: "σ(·)", silu: "silu(·)", linear: "·" };

/** What the unit computes, with its numbers as they stand. */
function Formula({ lab: { net, parameters }, unit: { layer, unit }, from }: { lab: NetworkLab; unit: Unit; from: readonly string[] }): VNode {
  const { first, bias } = parametersOf(net, layer, unit), last = layer > net.hidden.length, [before, after] = (last ? "·" : SQUASHED[net.activation]).split("·") as [string, string];
  return (
    <p class="formula">
      <i>{last ? (net.labels ? "z" : net.target) : `h${lowered(unit + 1)}`}</i> = {before}
      {from.map((name, i) => <>{signed(parameters[first + i]!, i > 0)} <i>{name}</i></>)}
      {signed(parameters[bias]!, true)}{after}
    </p>
  );
}

/** A number as a term of a sum. */
const signed = (value: number, later: boolean): VNode => <>{later ? (value < 0 ? " − " : " + ") : value < 0 ? "−" : ""}<b>{shown(Math.abs(value))}</b></>;

interface RowProps { readonly lab: NetworkLab; readonly name: string; readonly label: string; readonly index: number; readonly slope: number; readonly send: Props["send"] }

function Row({ lab, name, label, index, slope, send }: RowProps): VNode {
  const value = lab.parameters[index]!, reach = reachOf(Math.max(Math.abs(value), Math.abs(lab.start[index] ?? 0)));
  const set = (to: number, grip: Grip): void => send({ kind: "weight", index, value: to, grip });
  const way = slope > 0 ? "down" : slope < 0 ? "up" : "nowhere";
  return (
    <div class="unit-row">
      <span>{name}</span>
      <Slider label={label} value={value} min={-reach} max={reach} valueText={`${shown(value)}, gradient ${figures(slope, 3)}`} onChange={set}>
        <div class="line" />
      </Slider>
      <NumberField wide label={`${label}, as a number`} value={value} decimals={4} unit={0.01} onChange={set} />
      <span class="slope" title={`gradient ${slope}: a step goes ${way}`}><span aria-hidden="true">{slope > 0 ? "←" : slope < 0 ? "→" : "·"} </span>{figures(slope, 3)}</span>
    </div>
  );
}

/** A round reach that holds a number with room: 2, 5, 10, 20 … */
function reachOf(size: number): number {
  let reach = REACH;
  for (const factors = [2.5, 2, 2]; reach < 1.25 * size && reach < 1e12;) { reach *= factors[0]!; factors.push(factors.shift()!); }
  return reach;
}

/** The focus into the card; returns what brings it back, unless it has gone elsewhere meanwhile. */
function moved(card: HTMLElement): () => void {
  const from = document.activeElement;
  card.focus({ preventScroll: true });
  return () => {
    const lost = !document.activeElement || card.contains(document.activeElement) || document.activeElement === document.body;
    if (lost && from instanceof HTMLElement && from.isConnected) from.focus();
  };
}
