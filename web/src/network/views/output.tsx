/** What the network gives: over two inputs a map with the points on it, over one input a curve through them. */

import type { VNode } from "preact";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { contours } from "../../contour.ts";
import { memo } from "../../memo.ts";
import { brief } from "../../numbers.ts";
import { axes } from "../../plot/axes.tsx";
import { edgeOf, type Frame, frameOf } from "../../plot/frame.ts";
import { useWidth } from "../../plot/width.ts";
import { spread } from "../../raster.ts";
import { line, px } from "../../scale.ts";
import type { NetworkLab, Sample, Unit } from "../lab.ts";
import { type Activations, type Colours, diverging, finely, hex, numberOf, outputSpan, paintMap, SHARE, shareIn, spanOf, windowOf } from "../maps.ts";
import { parametersOf } from "../drawing.ts";
import type { Props } from "../view.ts";
import { className, may, splitOf, Tick, unitName, useColours } from "./parts.tsx";

export const style = `
.output{min-width:0}
.output-box{position:relative}
.output-box svg{position:relative;display:block;width:100%;height:auto}
.output canvas.map{position:absolute;display:block;print-color-adjust:exact}
.output-clip{position:absolute;overflow:hidden;background:repeating-linear-gradient(135deg,var(--line) 0 1px,transparent 0 7px)}
.output h2{font-size:13px;line-height:1.3;font-weight:600;color:var(--soft);margin:0 0 2px}
.output-scale{display:flex;align-items:center;gap:8px;font-size:13px;color:var(--soft);margin:4px 0 0}
.output-scale i{flex:1;height:10px;border-radius:5px;border:1px solid var(--line);print-color-adjust:exact}
.output .switches{display:flex;flex-wrap:wrap;gap:0 18px;font-size:14px;color:var(--soft)}
.output small{display:block;font-size:12.5px;color:var(--soft)}`;

const FINE = 100, COARSE = 60; // places along the map's edge: at rest, and while training runs
const LONG = 240; // places of a curve
const DOT = 3.2; // px

/** The large picture. While training runs it is given a lab that is a few frames old. */
export function Output({ lab, send }: Props): VNode {
  const box = useRef<HTMLDivElement>(null), width = useWidth(box), colours = useColours(box), two = lab.net.inputs.length > 1, at = lab.over;
  return (
    <section class="output" aria-label="what the network gives">
      <h2>{at ? unitName(lab.net, at) : `output: ${lab.net.labels ? `${className(lab.net.labels[1])} or ${className(lab.net.labels[0])}` : lab.net.target}`}</h2>
      <div class="output-box" ref={box}>{two ? <Map lab={lab} width={width} colours={colours} at={at} /> : <Curve lab={lab} width={width} />}</div>
      {two && colours && <Scale lab={lab} at={at} colours={colours} />}
      {!two && !lab.net.labels && lab.net.hidden.length > 0 && <small>thin: what each unit of the last hidden layer adds to the curve</small>}
      <div class="switches unprinted">
        {two && may(lab, "discrete") && <Tick label={lab.net.labels ? "two colours only" : "seven colours only"} on={lab.discrete} onChange={(on) => send({ kind: "discrete", on })} />}
        {may(lab, "heldShown") && lab.held > 0 && <Tick label="show held-out points" on={lab.heldShown} onChange={(on) => send({ kind: "heldShown", on })} />}
      </div>
    </section>
  );
}

// --- Over two inputs ---

interface MapProps { readonly lab: NetworkLab; readonly width: number; readonly colours: Colours | null; readonly at: Unit | null }

function Map({ lab, width, colours, at }: MapProps): VNode {
  const canvas = useRef<HTMLCanvasElement>(null), side = lab.playing ? COARSE : FINE, window = windowOf(lab), f = frameFor(window, Math.round(width), lab.net.inputs[0]!, lab.net.inputs[1]!);
  const unit = at ?? { layer: lab.net.hidden.length + 1, unit: 0 }, seen = finely(lab, side), from = seen.field.n * numberOf(lab.net, unit), span = spanOf(lab, unit, seen);
  useLayoutEffect(() => {
    if (colours) paintMap(canvas.current!, seen.field, seen.values, from, span, diverging(colours, SHARE));
  }, [seen, from, span.low, span.high, span.levels, colours]);
  const wide = f.right - f.left, tall = f.bottom - f.top, cells = spread({ columns: side, rows: side }, wide, tall), of = (part: number, whole: number): string => `${px((100 * part) / whole)}%`;
  const border = lab.net.labels && !at ? contours(seen.values.subarray(from, from + seen.field.n), side, side, [(span.low + span.high) / 2])[0]! : "";
  return (
    <>
      <div class="output-clip" style={{ left: of(f.left, f.width), top: of(f.top, f.height), width: of(wide, f.width), height: of(tall, f.height) }}>
        <canvas class="map" ref={canvas} aria-hidden="true" style={{ left: of(cells.x, wide), top: of(cells.y, tall), width: of(cells.width, wide), height: of(cells.height, tall) }} />
      </div>
      <svg viewBox={`0 0 ${f.width} ${f.height}`} role="img" aria-label={spoken(lab, unit)}>
        {frameLines(f)}
        <svg x={f.left} y={f.top} width={wide} height={tall} viewBox={`${f.left} ${f.top} ${wide} ${tall}`}>
          {border && <path d={border} fill="none" stroke="var(--ink)" stroke-width="1.4" vector-effect="non-scaling-stroke" transform={`translate(${f.left} ${f.bottom}) scale(${wide / (side - 1)} ${-tall / (side - 1)})`} />}
          {colours && <Dots lab={lab} f={f} colours={colours} />}
        </svg>
      </svg>
    </>
  );
}

/** A frame that is about square. */
const frameFor = memo((window: ReturnType<typeof windowOf>, width: number, across: string, up: string): Frame => frameOf(window, width, Math.min(460, Math.round(width * 0.98)), across, up, 22));

const frameLines = memo((f: Frame): VNode => <g>{axes(f)}<path d={edgeOf(f)} fill="none" stroke="var(--line)" /></g>);

/** The points: shapes for classes, colours for numbers; those held out are hollow. */
function Dots({ lab, f, colours }: { lab: NetworkLab; f: Frame; colours: Colours }): VNode {
  const split = splitOf(lab), span = outputSpan(lab);
  return useMemo(() => {
    const { points } = lab, n = points.n, groups = new globalThis.Map<string, { fill: string; held: boolean; d: string }>(), ramp = diverging(colours, 1), scale = lab.net.labels ? [0, 1] as const : lab.scale.at(-1)!;
    const put = (i: number, held: boolean): void => {
      const share = lab.net.labels ? points.y[i]! : Math.round(6 * shareIn({ ...span, levels: 0 }, (points.y[i]! - scale[0]) / scale[1])) / 6;
      const key = `${share} ${held}`, group = groups.get(key) ?? { fill: hex(ramp[Math.round(share * (ramp.length - 1))]!), held, d: "" };
      group.d += mark(f.x(points.x[i]!), f.y(points.x[n + i]!), Boolean(lab.net.labels) && share > 0.5);
      groups.set(key, group);
    };
    const every = (rows: Int32Array): Int32Array => (rows.length > MOST ? rows.filter((_, k) => k % Math.ceil(rows.length / MOST) === 0) : rows);
    for (const i of every(split.train)) put(i, false);
    if (lab.heldShown) for (const i of every(split.held)) put(i, true);
    return <g>{[...groups.values()].map(({ fill, held, d }) => <path d={d} fill={held ? "var(--paper)" : fill} stroke={held ? fill : "var(--paper)"} stroke-width={held ? 1.5 : 1} fill-opacity={held ? 0.75 : 1} />)}</g>;
  }, [lab.points, lab.net.labels, split, lab.heldShown, f, colours, span.low, span.high]);
}

const MOST = 2000; // points drawn of each kind

/** A circle, or a triangle for the second class, as path data. */
const mark = (x: number, y: number, second: boolean): string => (second ? `M${px(x)} ${px(y - DOT - 0.8)}l${DOT + 0.6} ${2 * DOT}h${-2 * (DOT + 0.6)}z` : `M${px(x - DOT)} ${px(y)}a${DOT} ${DOT} 0 1 0 ${2 * DOT} 0a${DOT} ${DOT} 0 1 0 ${-2 * DOT} 0`);

function spoken(lab: NetworkLab, unit: Unit): string {
  const { net, points: { n } } = lab, { x, y } = windowOf(lab), held = splitOf(lab).held.length;
  const ends = ([low, high]: readonly [number, number]): string => `${brief(low, 2)} to ${brief(high, 2)}`;
  return `${unitName(net, unit)} ${net.inputs.length > 1 ? `as colours over ${net.inputs[0]} from ${ends(x)} and ${net.inputs[1]} from ${ends(y)}` : `as a curve over ${net.inputs[0]} from ${ends(x)}`}; ${n - held} training points${held && lab.heldShown ? `, ${held} held out` : ""}`;
}

/** Which colour is which number. */
function Scale({ lab, at, colours }: { lab: NetworkLab; at: Unit | null; colours: Colours }): VNode {
  const { net } = lab, unit = at ?? { layer: net.hidden.length + 1, unit: 0 }, span = spanOf(lab, unit, finely(lab, lab.playing ? COARSE : FINE)), ramp = diverging(colours, SHARE);
  const stops = span.levels || 9, colour = (k: number): string => hex(ramp[Math.round((k / (stops - 1)) * (ramp.length - 1))]!);
  const gradient = Array.from({ length: stops }, (_, k) => (span.levels ? `${colour(k)} ${(100 * k) / stops}% ${(100 * (k + 1)) / stops}%` : colour(k))).join(",");
  const output = !at || at.layer > net.hidden.length, [shift, size] = output ? lab.scale.at(-1)! : [0, 1] as const;
  const end = (v: number): string => brief(shift + size * v, 2);
  const [first, last] = output && net.labels ? [`● ${className(net.labels[0])}`, `▲ ${className(net.labels[1])}`] : [end(span.low), end(span.high)];
  return <p class="output-scale"><span>{first}</span><i style={{ background: `linear-gradient(90deg,${gradient})` }} /><span>{last}</span></p>;
}

// --- Over one input ---

function Curve({ lab, width }: { lab: NetworkLab; width: number }): VNode {
  const { net, over } = lab, window = windowOf(lab), f = frameOf(window, Math.round(width), Math.min(400, Math.round(width * 0.8)), net.inputs[0]!, net.target, 26), seen = finely(lab, LONG);
  const { field: { n }, values } = seen, output = { layer: net.hidden.length + 1, unit: 0 }, from = n * numberOf(net, output), [shift, size] = net.labels ? [0, 1] as const : lab.scale.at(-1)!;
  const x = (i: number): number => f.left + ((f.right - f.left) * i) / (n - 1), given = (i: number): number => f.y(shown(net, lab.loss, shift + size * values[from + i]!));
  const wide = f.right - f.left, tall = f.bottom - f.top;
  return (
    <svg viewBox={`0 0 ${f.width} ${f.height}`} role="img" aria-label={spoken(lab, output)}>
      {frameLines(f)}
      <svg x={f.left} y={f.top} width={wide} height={tall} viewBox={`${f.left} ${f.top} ${wide} ${tall}`}>
        {partsOf(lab, seen).map(({ unit, value }) => <path key={unit} d={line(n, x, (i) => f.y(shift + size * value(i)))} fill="none" stroke={over?.layer === net.hidden.length && over.unit === unit ? "var(--ink)" : "var(--soft)"} stroke-width={over?.layer === net.hidden.length && over.unit === unit ? 2 : 1} opacity=".8" />)}
        <Spots lab={lab} f={f} />
        {over && over.layer !== net.hidden.length && over.layer <= net.hidden.length && <path d={line(n, x, (i) => f.y(shift + size * values[n * numberOf(net, over) + i]!))} fill="none" stroke="var(--ink)" stroke-width="2" />}
        <path d={line(n, x, given)} fill="none" stroke="var(--model)" stroke-width="2.6" stroke-linejoin="round" />
      </svg>
    </svg>
  );
}

/** Classes told by mse are shown from -1 to 1: here from 0 to 1, as the points are. */
const shown = ({ labels }: NetworkLab["net"], loss: NetworkLab["loss"], value: number): number => (labels && loss === "mse" ? (value + 1) / 2 : value);

/** What each unit of the last hidden layer adds to the curve, as the network sees it. */
function partsOf({ net, parameters }: NetworkLab, { field: { n }, values }: Activations): readonly { unit: number; value: (i: number) => number }[] {
  const last = net.hidden.length;
  if (!last || net.labels) return [];
  const { first } = parametersOf(net, last + 1, 0);
  return Array.from({ length: net.hidden[last - 1]! }, (_, unit) => {
    const from = n * numberOf(net, { layer: last, unit }), weight = parameters[first + unit]!;
    return { unit, value: (i: number) => weight * values[from + i]! };
  });
}

function Spots({ lab, f }: { lab: NetworkLab; f: Frame }): VNode {
  const split = splitOf(lab), { points, heldShown } = lab;
  return useMemo(() => {
    const dots = ({ x, y }: Sample, rows: Int32Array): string => rows.reduce((d, i) => d + mark(f.x(x[i]!), f.y(y[i]!), false), "");
    return (
      <g stroke="var(--data)" stroke-width="1.4">
        <path d={dots(points, split.train)} fill="var(--data)" />
        {heldShown && <path d={dots(points, split.held)} fill="var(--paper)" />}
      </g>
    );
  }, [points, split, heldShown, f]);
}
