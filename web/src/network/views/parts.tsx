/** What several views of the network's page share: hidden controls, labelled sliders, the page's colours. */

import type { RefObject, VNode } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { memo } from "../../memo.ts";
import { NumberField } from "../../number-field.tsx";
import { Slider } from "../../slider.tsx";
import { type Split, stepsOf } from "../batches.ts";
import { featureName } from "../drawing.ts";
import type { Grip, NetworkLab, Unit } from "../lab.ts";
import type { Engine } from "../layers.ts";
import type { Colours } from "../maps.ts";
import type { Seen } from "../scale.ts";
import { sampledRows, trainOf } from "../train.ts";

export const partsStyle = `
.turn{display:flex;align-items:center;gap:4px;min-width:0;white-space:nowrap}
.turn .slider{flex:1;min-width:84px;--grip:var(--ink)}.turn .done{display:none}.turn .handle{width:17px;height:17px;margin:-8.5px}
.turn .field input,.turn output{color:var(--ink)}
.turn output{min-width:4ch;text-align:right}
.tick{display:flex;align-items:center;gap:8px;min-height:36px;cursor:pointer}
@media(pointer:coarse){.tick{min-height:44px}.tick input{width:20px;height:20px}}`;

/** Whether the document leaves a control to the reader. */
export const may = ({ document: { hide } }: NetworkLab, control: string): boolean => !hide.includes(control);

interface TurnProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step?: number;
  readonly log?: boolean;
  readonly said?: string; // instead of a field to type in
  readonly onChange: (value: number, grip: Grip) => void;
}

/** A name, a slider, and the number: to type where nothing else is said. */
export function Turn({ label, value, said, onChange, ...scale }: TurnProps): VNode {
  return (
    <div class="turn">
      <span aria-hidden="true">{label}</span>
      <Slider label={label} value={value} valueText={said ?? String(value)} onChange={onChange} {...scale} />
      {said === undefined ? <NumberField label={`${label}, as a number`} value={value} onChange={onChange} /> : <output>{said}</output>}
    </div>
  );
}

/** A box to tick. */
export const Tick = ({ label, on, onChange }: { label: string; on: boolean; onChange: (on: boolean) => void }): VNode => (
  <label class="tick"><input type="checkbox" checked={on} onChange={(event) => onChange(event.currentTarget.checked)} />{label}</label>
);

const NAMES = ["paper", "data", "model", "ink", "soft"] as const;

/** The colours that an element has on the page, for what is painted; null until it is there. */
export function useColours(box: RefObject<HTMLElement | null>): Colours | null {
  const [colours, set] = useState<Colours | null>(null);
  const look = (): void => {
    const style = getComputedStyle(box.current!), now = Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
    set((before) => (before && NAMES.every((name) => before[name] === now[name]) ? before : (now as unknown as Colours)));
  };
  useLayoutEffect(look, []);
  useEffect(() => {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", look);
    return () => dark.removeEventListener("change", look);
  }, []);
  return colours;
}

// --- What is worked out of a lab ---

/** Which rows train, and which are held out. */
export const splitOf = (lab: NetworkLab): Split => trainOf(lab).split;

/** The epoch that a step belongs to: how often every training point has been met. */
export function epochOf(lab: NetworkLab, step: number): number {
  const n = splitOf(lab).train.length, { legs } = lab;
  const epochs = legs.reduce((sum, { from, batch }, i) => sum + Math.max(0, Math.min(step, legs[i + 1]?.from ?? Infinity) - from) / stepsOf(n, batch), 0);
  return Math.floor(epochs + 1e-9);
}

/** What a class is called. */
export const className = (label: string): string => (/^[\d.]+$/.test(label) ? `class ${label}` : label);

const slopes = memo(({ gradient }: Engine, parameters: Float64Array, { x, y }: Seen, train: Int32Array): Float64Array => {
  const out = new Float64Array(parameters.length), rows = sampledRows(train);
  gradient(parameters, x, y, rows, 0, rows.length, out);
  return out;
});

/** The gradient over the whole training set (of a very long one over rows spread over it), where the lab stands. */
export function gradientOf(lab: NetworkLab): Float64Array {
  const { engine, seen, split } = trainOf(lab);
  return slopes(engine, lab.parameters, seen, split.train);
}

export interface Score { readonly train: number; readonly held: number; readonly right: readonly [train: number, held: number] | null }

/** Rows of what the network sees, one after another. */
const gathered = memo(({ widths }: Engine, { x, y }: Seen, { train, held }: Split) => [train, held].map((all) => {
  const rows = sampledRows(all), F = widths[0]!, taken = new Float64Array(rows.length * F);
  rows.forEach((row, i) => taken.set(x.subarray(row * F, (row + 1) * F), i * F));
  return { rows, x: taken, y: Float64Array.from(rows, (row) => y[row]!), out: new Float64Array(2 * rows.length) };
}));

const scores = memo((engine: Engine, seen: Seen, split: Split, parameters: Float64Array, classes: boolean): Score => {
  const [train, held] = gathered(engine, seen, split).map(({ rows, x, y, out }) => {
    if (classes) engine.forward(parameters, x, rows.length, out);
    return [engine.loss(parameters, seen.x, seen.y, rows), y.reduce((sum, v, i) => sum + (out[i]! > 0 === v > 0.5 ? 1 : 0), 0) / rows.length] as const;
  });
  return { train: train![0], held: held![0], right: classes ? [train![1], held![1]] : null };
});

/** How good the network is where the lab stands: NaN over no points. */
export function scoreOf(lab: NetworkLab): Score {
  const { engine, seen, split } = trainOf(lab);
  return scores(engine, seen, split, lab.parameters, lab.net.labels !== null);
}

/** A unit in words. */
export function unitName(net: NetworkLab["net"], { layer, unit }: Unit): string {
  if (!layer) return `feature ${featureName(net.features[unit]!, net.inputs.length)}`;
  return layer > net.hidden.length ? "output" : `layer ${layer}, unit ${unit + 1}: ${net.activation}`;
}
