/** Where everything stands on the drawing of a network, in px: columns of units, and the links between them. */

import type { FeatureName, NetDocument } from "./contract.ts";
import { featuresOf } from "./state.ts";

export const UNIT = 40; // px, a unit's width and height
const PITCH = 50; // from one unit to the next in its layer
const APART = 96; // at least, from one layer to the next: two buttons for fingers stand above each
const LEFT = 78; // the features' names
const EDGE = 8; // around everything
const HEAD = 66; // the layers' own buttons

/** A feature as mathematics writes it. */
export function featureName(feature: FeatureName, inputs: number): string {
  const plain = feature.replace("^2", "²").replace("*", "").replace(/sin\((.*)\)/, "sin $1");
  return inputs > 1 ? plain.replaceAll("x1", "x₁").replaceAll("x2", "x₂") : plain.replace("x1", "x");
}

/** How many units each layer has: the features, the hidden layers, the output. */
export const widthsOf = ({ features, hidden }: NetDocument): readonly number[] => [features.length, ...hidden, 1];

/** Where a layer's parameters begin: weights unit by unit, then biases. */
export function firstOf(net: NetDocument, layer: number): number {
  const widths = widthsOf(net);
  let at = 0;
  for (let l = 1; l < layer; l++) at += widths[l]! * (widths[l - 1]! + 1);
  return at;
}

export const countOf = (net: NetDocument): number => firstOf(net, widthsOf(net).length);

/** A unit's own parameters: the index of its first weight, how many weights, the index of its bias. */
export function parametersOf(net: NetDocument, layer: number, unit: number): { readonly first: number; readonly count: number; readonly bias: number } {
  const widths = widthsOf(net), from = firstOf(net, layer), count = widths[layer - 1]!;
  return { first: from + unit * count, count, bias: from + widths[layer]! * count + unit };
}

/** From a unit to one of the next layer. */
export interface Link {
  readonly layer: number; // the one it leads to
  readonly from: number;
  readonly to: number;
  readonly index: number; // of its weight among the parameters
  readonly d: string; // SVG path data
}

export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly columns: readonly number[]; // the middle of each layer
  readonly middles: readonly (readonly number[])[]; // by layer, of each unit, from the top
  readonly features: readonly number[]; // the middle of every feature that there may be, used or not
  readonly links: readonly Link[];
}

/** The drawing of a network in a place of this width; wider where its layers would not fit. */
export function drawingOf(net: NetDocument, room: number): Drawing {
  const widths = widthsOf(net), all = featuresOf(net.inputs.length), layers = widths.length;
  const first = EDGE + LEFT + UNIT / 2, apart = Math.max(APART, (room - first - EDGE - UNIT / 2 - 14) / (layers - 1));
  const tall = PITCH * Math.max(all.length, ...widths), height = HEAD + tall + EDGE, middle = HEAD + tall / 2;
  const spread = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => middle + PITCH * (i - (count - 1) / 2));
  const features = spread(all.length), columns = widths.map((_, layer) => first + layer * apart);
  const middles = widths.map((count, layer) => (layer ? spread(count) : net.features.map((feature) => features[all.indexOf(feature)]!)));
  const links: Link[] = [];
  for (let layer = 1; layer < layers; layer++) {
    const x0 = columns[layer - 1]! + UNIT / 2, x1 = columns[layer]! - UNIT / 2, half = (x0 + x1) / 2;
    for (let to = 0; to < widths[layer]!; to++) {
      const { first: index } = parametersOf(net, layer, to);
      for (let from = 0; from < widths[layer - 1]!; from++) {
        const y0 = middles[layer - 1]![from]!, y1 = entry(middles[layer]![to]!, from, widths[layer - 1]!);
        links.push({ layer, from, to, index: index + from, d: `M${round(x0)} ${round(y0)}C${round(half)} ${round(y0)} ${round(half)} ${round(y1)} ${round(x1)} ${round(y1)}` });
      }
    }
  }
  return { width: Math.ceil(columns.at(-1)! + UNIT / 2 + EDGE + 14), height, columns, middles, features, links };
}

/** Links enter a unit side by side, so that each can be told from the next. */
const entry = (middle: number, from: number, count: number): number => middle + (from - (count - 1) / 2) * Math.min(6, (UNIT - 8) / count);

const round = (v: number): number => Math.round(v * 10) / 10;

const NEAR = 9; // px that a pointer may be off a link

/** The link under a place, the nearest of them; null where there is none. */
export function linkAt({ columns, middles, links }: Drawing, x: number, y: number): Link | null {
  const layer = columns.findIndex((at, i) => i > 0 && x > columns[i - 1]! + UNIT / 2 && x < at - UNIT / 2);
  if (layer < 1) return null;
  const x0 = columns[layer - 1]! + UNIT / 2, t = along((x - x0) / (columns[layer]! - UNIT / 2 - x0)), rise = t * t * (3 - 2 * t);
  let best: Link | null = null, least = NEAR;
  for (const link of links) {
    if (link.layer !== layer) continue;
    const y0 = middles[layer - 1]![link.from]!, y1 = entry(middles[layer]![link.to]!, link.from, middles[layer - 1]!.length);
    const off = Math.abs(y0 + (y1 - y0) * rise - y);
    if (off < least) [best, least] = [link, off];
  }
  return best;
}

/** Where on the curve a share of the way across is: 1.5t(1-t)² + 1.5t²(1-t) + t³ = share, by halving. */
function along(share: number): number {
  let [low, high] = [0, 1];
  for (let i = 0; i < 24; i++) {
    const t = (low + high) / 2;
    if (1.5 * t * (1 - t) + t ** 3 < share) low = t;
    else high = t;
  }
  return (low + high) / 2;
}

/** A weight's width in px: grows with its size, but never across the drawing. */
export const thickness = (weight: number): number => (Number.isFinite(weight) ? Math.round(10 * (0.4 + 5 * Math.tanh(Math.abs(weight) / 3))) / 10 : 0);

/** The unit that an arrow key leads to from another; null for another key or at the edge. */
export function neighbour(net: NetDocument, layer: number, unit: number, key: string): { layer: number; unit: number } | null {
  const widths = widthsOf(net), across = { ArrowRight: 1, ArrowLeft: -1 }[key] ?? 0, down = { ArrowDown: 1, ArrowUp: -1 }[key] ?? 0;
  const to = layer + across, count = widths[to];
  if ((!across && !down) || !count) return null;
  const at = across ? Math.min(count - 1, Math.round((unit * Math.max(0, count - 1)) / Math.max(1, widths[layer]! - 1))) : unit + down;
  return at >= 0 && at < count ? { layer: to, unit: at } : null;
}
