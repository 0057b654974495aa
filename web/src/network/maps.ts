/** What units do over the plane, or over one input: grids of numbers, and their colours. */

import { memo } from "../memo.ts";
import type { Interval } from "../ranges.ts";
import { ramp } from "../raster.ts";
import { nicely } from "../scale.ts";
import type { FeatureName, NetDocument } from "./contract.ts";
import { BOX } from "./data.ts";
import { widthsOf } from "./drawing.ts";
import type { NetworkLab, Sample, Unit } from "./lab.ts";
import { engineOf, featured } from "./layers.ts";

/** The window on the inputs: of one input, y is what is predicted. */
export type Window = Readonly<{ x: Interval; y: Interval }>;

/** Places all over the window, from the lower left, row by row; of one input a row. */
export interface Field {
  readonly columns: number;
  readonly rows: number;
  readonly n: number;
  readonly x: Float64Array; // (inputs · n,) as the network sees them: shifted and scaled
}

const ROOM = 0.04; // beyond the points

/** Where the points lie, with some room. */
export const windowOf = (lab: NetworkLab): Window => around(lab.points, lab.net.inputs.length, lab.data.kind !== "own");

const EDGES = [BOX, BOX] as const;

const around = memo((points: Sample, inputs: number, made: boolean): Window => {
  if (made && inputs > 1) return { x: EDGES[0], y: EDGES[1] };
  const { n, x, y } = points, across = roomy(extent(x.subarray(0, n))), up = inputs > 1 ? x.subarray(n, 2 * n) : y;
  return { x: inputs > 1 ? across : nicely(across), y: inputs > 1 ? roomy(extent(up)) : nicely(roomy(extent(up), 0.12)) };
});

const extent = (column: Float64Array): Interval => [column.reduce((m, v) => Math.min(m, v), Infinity), column.reduce((m, v) => Math.max(m, v), -Infinity)];

function roomy([low, high]: Interval, share = ROOM): Interval {
  if (!(high >= low)) return [-1, 1];
  const room = share * (high - low) || Math.abs(low) / 2 || 1;
  return [low - room, high + room];
}

/** A field of so many places along each edge. */
export function fieldOf({ x, y }: Window, scale: NetworkLab["scale"], inputs: number, side: number): Field {
  const rows = inputs > 1 ? side : 1, n = side * rows, out = new Float64Array(inputs * n);
  const [[shift, size], second] = [scale[0]!, scale[1]!], at = ([low, high]: Interval, share: number): number => low + share * (high - low);
  for (let r = 0, i = 0; r < rows; r++) {
    for (let c = 0; c < side; c++, i++) {
      out[i] = (at(x, c / (side - 1)) - shift) / size;
      if (inputs > 1) out[n + i] = (at(y, r / (side - 1)) - second[0]) / second[1];
    }
  }
  return { columns: side, rows, n, x: out };
}

// --- What units give ---

const SIDE = 20; // of a small map
const SHORT = 60; // places of a small curve

const engine = memo(engineOf);

const rowsOn = (features: readonly FeatureName[], { x, n }: Field): Float64Array => featured(features, x, n);
const small = memo(fieldOf), large = memo(fieldOf), smallRows = memo(rowsOn), largeRows = memo(rowsOn);

/** What every unit gives over a field: unit u's numbers are values[u·n … u·n + n), features first, the output last. */
export interface Activations { readonly field: Field; readonly values: Float64Array }

/** Every unit over few places: enough for small maps. */
export function activations(lab: NetworkLab): Activations {
  const { net, loss, parameters, scale } = lab, inputs = net.inputs.length, field = small(windowOf(lab), scale, inputs, inputs > 1 ? SIDE : SHORT);
  return given(net, loss, parameters, field, smallRows(net.features, field));
}

/** Every unit over a field as fine as asked for. */
export function finely(lab: NetworkLab, side: number): Activations {
  const { net, loss, parameters, scale } = lab, inputs = net.inputs.length, field = large(windowOf(lab), scale, inputs, side);
  return fine(net, loss, parameters, field, largeRows(net.features, field));
}

function everyUnit(net: NetDocument, loss: NetworkLab["loss"], parameters: Float64Array, field: Field, rows: Float64Array): Activations {
  const values = new Float64Array(field.n * widthsOf(net).reduce((sum, width) => sum + width, 0));
  engine(net, loss).units(parameters, rows, field.n, values);
  return { field, values };
}

const given = memo(everyUnit), fine = memo(everyUnit);

/** The number of a unit, all counted through. */
export const numberOf = (net: NetDocument, { layer, unit }: Unit): number => widthsOf(net).slice(0, layer).reduce((sum, width) => sum + width, unit);

/** From which to which a unit's numbers are coloured: what its activation can give, or all that it does give here. */
export function spanOf(lab: NetworkLab, at: Unit, { field: { n }, values }: Activations): Span {
  const { net, discrete } = lab, last = at.layer > net.hidden.length, from = n * numberOf(net, at);
  if (last) return outputSpan(lab);
  const levels = discrete ? 7 : 0, bounded = at.layer > 0 && (net.activation === "tanh" || net.activation === "sigmoid");
  return { ...(bounded ? { low: net.activation === "tanh" ? -1 : 0, high: 1 } : evenSpan(values, from, from + n)), levels };
}

/** The output's colours: the two classes, or the numbers of the points. */
export function outputSpan({ net, loss, points, scale, discrete }: NetworkLab): Span {
  const levels = discrete ? (net.labels ? 2 : 7) : 0;
  if (net.labels) return { low: loss === "mse" ? -1 : 0, high: 1, levels };
  const [shift, size] = scale.at(-1)!, [low, high] = extentOf(points.y);
  return { low: (low - shift) / size, high: (high - shift) / size, levels };
}

const extentOf = memo((y: Float64Array): Interval => { const [low, high] = extent(y); return high > low ? [low, high] : [low - 1, low + 1]; });

/** Paints the small canvases: of every feature there may be, then of the units, layer by layer. */
export function paintUnits(canvases: readonly HTMLCanvasElement[], lab: NetworkLab, all: readonly FeatureName[], colours: Colours): void {
  const { net } = lab, seen = activations(lab), { field } = seen, one = net.inputs.length < 2, ramp = diverging(colours, SHARE);
  const put = (canvas: HTMLCanvasElement, values: Float64Array, from: number, span: Span): void =>
    (one ? paintCurve(canvas, values, from, field.n, span, colours) : paintMap(canvas, field, values, from, span, ramp));
  for (const [i, name] of all.entries()) {
    const values = featured([name], field.x, field.n);
    put(canvases[i]!, values, 0, { ...evenSpan(values, 0, field.n), levels: lab.discrete ? 7 : 0 });
  }
  let i = all.length;
  for (const [l, width] of widthsOf(net).slice(1).entries()) {
    for (let unit = 0; unit < width; unit++, i++) {
      const at = { layer: l + 1, unit }, from = field.n * numberOf(net, at);
      put(canvases[i]!, seen.values, from, one && l === net.hidden.length ? wide(spanOf(lab, at, seen), seen.values, from, field.n) : spanOf(lab, at, seen));
    }
  }
}

/** A span that also holds what a curve gives, or a curve that leaves the points would end at the edge. */
function wide({ low, high }: Span, values: Float64Array, from: number, n: number): Span {
  const [least, most] = extent(values.subarray(from, from + n));
  return { low: Math.min(low, least), high: Math.max(high, most), levels: 0 };
}

// --- Colours ---

/** The page's colours, written #rrggbb. */
export interface Colours { readonly paper: string; readonly data: string; readonly model: string; readonly ink: string; readonly soft: string }

const HALF = 256;
export const SHARE = 0.72; // of the two colours at the ends: points must still be seen on them

/** Colours from the lowest (the model's) over paper to the highest (the data's), as pixels lie in memory. */
export const diverging = memo(({ paper, data, model }: Colours, share: number): Uint32Array => {
  const out = new Uint32Array(2 * HALF);
  out.set(ramp(paper, model, share).toReversed(), 0);
  out.set(ramp(paper, data, share), HALF);
  return out;
});

/** A pixel's colour as style sheets write it. */
export const hex = (pixel: number): string => `#${[0, 8, 16].map((shift) => ((pixel >>> shift) & 255).toString(16).padStart(2, "0")).join("")}`;

/** From which number to which colours go; the middle is paper. levels: how many colours there are, 0 for all. */
export type Span = Readonly<{ low: number; high: number; levels: number }>;

/** The span that holds all of some numbers, the same on both sides of 0. */
export function evenSpan(values: Float64Array, from: number, to: number): Span {
  let most = 0;
  for (let i = from; i < to; i++) if (Math.abs(values[i]) > most && Math.abs(values[i]) < Infinity) most = Math.abs(values[i]);
  return { low: -(most || 1), high: most || 1, levels: 0 };
}

/** Where between the lowest and the highest colour a number is: 0 … 1. */
export function shareIn({ low, high, levels }: Span, value: number): number {
  const share = Math.min(1, Math.max(0, (value - low) / (high - low)));
  return levels ? Math.min(levels - 1, Math.floor(share * levels)) / (levels - 1) : share;
}

/** Paints a grid, the upper row first, on a canvas of its size; what is not finite is clear. */
export function paintMap(canvas: HTMLCanvasElement, { columns, rows }: Field, values: Float64Array, from: number, span: Span, colours: Uint32Array): void {
  if (canvas.width !== columns) canvas.width = columns;
  if (canvas.height !== rows) canvas.height = rows;
  const out = new Uint32Array(columns * rows), last = colours.length - 1;
  for (let r = 0, i = 0; r < rows; r++) {
    for (let at = from + (rows - 1 - r) * columns, end = at + columns; at < end; at++, i++) {
      const value = values[at];
      out[i] = Number.isFinite(value) ? colours[Math.round(shareIn(span, value) * last)] : 0;
    }
  }
  canvas.getContext("2d")!.putImageData(new ImageData(new Uint8ClampedArray(out.buffer), columns, rows), 0, 0);
}

const SMALL = 80; // px of a small curve's canvas, which is shown at half of it

/** Draws a unit of one input as a curve over its window, with the line at 0. */
export function paintCurve(canvas: HTMLCanvasElement, values: Float64Array, from: number, n: number, { low, high }: Span, { model, soft }: Colours): void {
  if (canvas.width !== SMALL) canvas.width = canvas.height = SMALL;
  const pen = canvas.getContext("2d")!, y = (v: number): number => SMALL * (0.94 - 0.88 * ((v - low) / (high - low)));
  pen.clearRect(0, 0, SMALL, SMALL);
  pen.globalAlpha = 0.5;
  pen.strokeStyle = soft;
  pen.beginPath();
  pen.moveTo(0, y(0));
  pen.lineTo(SMALL, y(0));
  pen.stroke();
  pen.globalAlpha = 1;
  pen.strokeStyle = model;
  pen.lineWidth = 4;
  pen.beginPath();
  for (let i = 0; i < n; i++) pen.lineTo((SMALL * i) / (n - 1), y(values[from + i]!));
  pen.stroke();
}
