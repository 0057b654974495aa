/** The network as a drawing: features to tick, units as small maps in their layers, weights as links between them. */

import type { TargetedKeyboardEvent, TargetedPointerEvent, VNode } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { shown } from "../../numbers.ts";
import { useWidth } from "../../plot/width.ts";
import type { FeatureName } from "../contract.ts";
import { type Drawing, drawingOf, featureName, type Link, linkAt, neighbour, parametersOf, thickness, UNIT, widthsOf } from "../drawing.ts";
import type { NetworkLab, Unit } from "../lab.ts";
import { paintUnits } from "../maps.ts";
import { featuresOf, MOST_LAYERS, MOST_UNITS } from "../state.ts";
import type { Props } from "../view.ts";
import { gradientOf, may, unitName, useColours } from "./parts.tsx";

export const style = `
.net{position:relative;min-width:0}
.net-head{display:flex;align-items:center;flex-wrap:wrap;gap:0 18px;font-size:14px;color:var(--soft)}
.net-head b{font-weight:600;color:var(--ink)}
.net .more{display:flex;align-items:center}
.net .more .quiet,.net-layer .quiet{font-size:18px;line-height:1;padding:0;min-width:32px;min-height:32px}
.net-scroll{overflow-x:auto;overflow-y:hidden;overscroll-behavior-x:contain}
.net-sheet{position:relative}
.net-sheet>svg{position:absolute;inset:0;fill:none}
.net-links path{stroke:var(--data);opacity:.8}
.net-links .minus{stroke:var(--model);stroke-dasharray:5 3}
.net-links.lit path:not(.at){opacity:.2}.net-links .at{opacity:1}
.net-unit{position:absolute;width:${UNIT}px;height:${UNIT}px;margin:${-UNIT / 2}px;padding:0;border:1.5px solid var(--soft);border-radius:7px;background:var(--card);overflow:visible}
.net-unit::after{content:"";position:absolute;inset:-4px}
.net-unit:hover,.net-unit[aria-expanded=true]{border-color:var(--ink);box-shadow:0 0 0 1.5px var(--ink)}
.net-unit canvas{display:block;width:100%;height:100%;border-radius:5px;print-color-adjust:exact}
.net-unit.off{border-style:dotted;opacity:.4}
.net-feature{position:absolute;left:8px;display:flex;align-items:center;gap:7px;height:44px;margin-top:-22px;width:72px;font-size:14px;cursor:pointer;white-space:nowrap}
.net-layer{position:absolute;top:0;width:96px;margin-left:-48px;text-align:center;font-size:13px;line-height:18px;color:var(--soft)}
.net-layer div{display:flex;justify-content:center;gap:4px}
.net-bubble{position:absolute;z-index:2;pointer-events:none;background:var(--card);border:1px solid var(--line);border-radius:8px;padding:4px 10px;font-size:13px;line-height:1.4;white-space:nowrap;box-shadow:0 2px 8px #0002}
.net-bubble b{font-weight:600}.net-bubble span{color:var(--grad)}
@media(pointer:coarse){.net .more .quiet,.net-layer .quiet{min-width:44px;min-height:44px}.net-layer{line-height:14px}}`;

/** The drawing. While training runs it is given a lab that is a few frames old. */
export function Net({ lab, send }: Props): VNode {
  const { net } = lab, box = useRef<HTMLDivElement>(null), sheet = useRef<HTMLDivElement>(null), room = useWidth(box), colours = useColours(box);
  const drawing = useMemo(() => drawingOf(net, room), [net, room]), all = featuresOf(net.inputs.length);
  const [at, setAt] = useState<Unit>({ layer: 0, unit: 0 }), [over, point] = useState<{ link: Link; x: number; y: number } | null>(null);
  const place = clamped(at, net), link = over && drawing.links.find(({ index }) => index === over.link.index);
  useLayoutEffect(() => {
    if (colours) paintUnits([...sheet.current!.querySelectorAll("canvas")], lab, all, colours);
  }, [colours, net, lab.parameters, lab.points, lab.scale, lab.discrete]);
  const key = (event: TargetedKeyboardEvent<HTMLElement>): void => {
    const to = event.ctrlKey || event.metaKey || event.altKey || !(event.target as Element).matches(".net-unit") ? null : neighbour(net, place.layer, place.unit, event.key);
    if (!to) return;
    event.preventDefault();
    setAt(to);
    sheet.current!.querySelector<HTMLElement>(`[data-unit="${to.layer},${to.unit}"]`)?.focus();
  };
  const move = (event: TargetedPointerEvent<HTMLElement>): void => {
    const { left, top } = event.currentTarget.getBoundingClientRect(), [x, y] = [event.clientX - left, event.clientY - top];
    const found = (event.target as Element).closest("button, label") ? null : linkAt(drawing, x, y);
    point(found && { link: found, x, y });
  };
  const press = (): void => { if (over && may(lab, "weights")) send({ kind: "unit", unit: { layer: over.link.layer, unit: over.link.to } }); };
  return (
    <section class="net" ref={box} aria-label="the network">
      <Head lab={lab} send={send} />
      <div class="net-scroll">
        <div class="net-sheet" ref={sheet} style={{ width: `${drawing.width}px`, height: `${drawing.height}px` }} onPointerMove={move} onPointerLeave={() => point(null)} onClick={press}>
          <Links lab={lab} drawing={drawing} lit={link ?? null} />
          {all.map((name, i) => <Feature key={name} lab={lab} name={name} top={drawing.features[i]!} send={send} />)}
          <div role="group" aria-label="units; arrow keys lead from one to the next" onKeyDown={key}>
            {all.map((name, i) => {
              const unit = net.features.indexOf(name);
              return unit < 0 ? <span key={name} class="net-unit off" style={{ left: `${drawing.columns[0]}px`, top: `${drawing.features[i]}px` }}><canvas aria-hidden="true" /></span>
                : <Box key={name} lab={lab} drawing={drawing} at={{ layer: 0, unit }} here={place} onHere={setAt} send={send} />;
            })}
            {widthsOf(net).slice(1).map((count, l) => Array.from({ length: count }, (_, unit) => <Box key={`${l} ${unit}`} lab={lab} drawing={drawing} at={{ layer: l + 1, unit }} here={place} onHere={setAt} send={send} />))}
          </div>
          {net.hidden.map((count, l) => <Layer key={l} lab={lab} layer={l} count={count} left={drawing.columns[l + 1]!} send={send} />)}
          <div class="net-layer" style={{ left: `${drawing.columns[0]}px`, top: "24px" }}>features</div>
          <div class="net-layer" style={{ left: `${Math.min(drawing.columns.at(-1)!, drawing.width - 48)}px`, top: "24px" }}>output</div>
          {over && link && <Bubble lab={lab} link={link} x={over.x} y={over.y} wide={drawing.width} />}
        </div>
      </div>
    </section>
  );
}

/** A place that the network still has. */
function clamped({ layer, unit }: Unit, net: NetworkLab["net"]): Unit {
  const widths = widthsOf(net), l = Math.min(layer, widths.length - 1);
  return widths[l] ? { layer: l, unit: Math.min(unit, widths[l]! - 1) } : { layer: widths.length - 1, unit: 0 };
}

function Head({ lab, send }: Pick<Props, "lab" | "send">): VNode {
  const { hidden } = lab.net, count = hidden.length, layers = (next: readonly number[]): void => send({ kind: "layers", hidden: next });
  return (
    <div class="net-head">
      {may(lab, "layers") && <div class="more unprinted">
        <button class="quiet" aria-label="one hidden layer less" disabled={!count} onClick={() => layers(hidden.slice(0, -1))}>−</button>
        <b>{count} hidden layer{count === 1 ? "" : "s"}</b>
        <button class="quiet" aria-label="one hidden layer more" disabled={count >= MOST_LAYERS} onClick={() => layers([...hidden, hidden.at(-1) ?? 4])}>+</button>
      </div>}
      <span>links: as wide as the weight is large; <span style={{ color: "var(--model)" }}>dashed where it is below 0</span></span>
    </div>
  );
}

function Links({ lab: { parameters }, drawing, lit }: { lab: NetworkLab; drawing: Drawing; lit: Link | null }): VNode {
  return (
    <svg class={lit ? "net-links lit" : "net-links"} width={drawing.width} height={drawing.height} aria-hidden="true">
      {drawing.links.map((link) => {
        const weight = parameters[link.index]!;
        return <path key={link.index} d={link.d} class={`${weight < 0 ? "minus" : ""}${link === lit ? " at" : ""}`} stroke-width={thickness(weight)} />;
      })}
    </svg>
  );
}

function Feature({ lab, name, top, send }: { lab: NetworkLab; name: FeatureName; top: number; send: Props["send"] }): VNode {
  const { features, inputs } = lab.net, on = features.includes(name), label = featureName(name, inputs.length);
  const toggle = (): void => {
    const next = featuresOf(inputs.length).filter((f) => (f === name ? !on : features.includes(f)));
    send({ kind: "features", features: next });
  };
  return (
    <label class="net-feature" style={{ top: `${top}px` }}>
      {may(lab, "features") && <input class="unprinted" type="checkbox" checked={on} disabled={on && features.length === 1} aria-label={`feature ${label}`} onChange={toggle} />}
      <span>{label}</span>
    </label>
  );
}

interface BoxProps { readonly lab: NetworkLab; readonly drawing: Drawing; readonly at: Unit; readonly here: Unit; readonly onHere: (at: Unit) => void; readonly send: Props["send"] }

/** A unit: a button with its map. A feature has no numbers to work on. */
function Box({ lab, drawing, at, here, onHere, send }: BoxProps): VNode {
  const { layer, unit } = at, same = (other: Unit | null): boolean => other?.layer === layer && other.unit === unit, opens = layer > 0 && may(lab, "weights");
  const look = (on: boolean) => () => send({ kind: "over", unit: on ? at : null });
  return (
    <button class="net-unit" data-unit={`${layer},${unit}`} style={{ left: `${drawing.columns[layer]}px`, top: `${drawing.middles[layer]![unit]}px` }}
      tabIndex={same(here) ? 0 : -1} aria-label={said(lab, at)} aria-expanded={opens ? same(lab.unit) : undefined}
      onPointerEnter={(event) => event.pointerType === "mouse" && look(true)()} onPointerLeave={look(false)} onFocus={(event) => { onHere(at); if (event.currentTarget.matches(":focus-visible")) look(true)(); }} onBlur={look(false)}
      onClick={(event) => { event.stopPropagation(); if (opens) send({ kind: "unit", unit: same(lab.unit) ? null : at }); else look(!same(lab.over))(); }}>
      <canvas aria-hidden="true" />
    </button>
  );
}

/** A unit in words; while training runs without its numbers, which no one could follow. */
function said(lab: NetworkLab, at: Unit): string {
  const name = unitName(lab.net, at), { net, parameters } = lab;
  if (!at.layer || lab.playing) return name;
  const { first, count, bias } = parametersOf(net, at.layer, at.unit);
  const from = (i: number): string => (at.layer === 1 ? featureName(net.features[i]!, net.inputs.length) : `unit ${i + 1}`);
  return `${name}, weights from ${Array.from({ length: count }, (_, i) => `${from(i)} ${shown(parameters[first + i]!)}`).join(", ")}, bias ${shown(parameters[bias]!)}`;
}

function Layer({ lab, layer, count, left, send }: { lab: NetworkLab; layer: number; count: number; left: number; send: Props["send"] }): VNode {
  const { hidden } = lab.net, set = (to: number): void => send({ kind: "layers", hidden: hidden.with(layer, to) });
  return (
    <div class="net-layer" style={{ left: `${left}px` }}>
      {may(lab, "units") && <div class="unprinted">
        <button class="quiet" aria-label={`one unit less in layer ${layer + 1}`} disabled={count <= 1} onClick={() => set(count - 1)}>−</button>
        <button class="quiet" aria-label={`one unit more in layer ${layer + 1}`} disabled={count >= MOST_UNITS} onClick={() => set(count + 1)}>+</button>
      </div>}
      {count} unit{count === 1 ? "" : "s"}
    </div>
  );
}

function Bubble({ lab, link: { layer, from, to, index }, x, y, wide }: { lab: NetworkLab; link: Link; x: number; y: number; wide: number }): VNode {
  const end = lab.net.hidden.length + 1, source = layer === 1 ? featureName(lab.net.features[from]!, lab.net.inputs.length) : `unit ${from + 1}`;
  return (
    <div class="net-bubble" aria-hidden="true" style={{ top: `${y + 14}px`, ...(x > wide / 2 ? { right: `${wide - x + 6}px` } : { left: `${x + 6}px` }) }}>
      {source} → {layer === end ? "output" : `layer ${layer}, unit ${to + 1}`}<br />weight <b>{shown(lab.parameters[index]!, 3)}</b> · gradient <span>{shown(gradientOf(lab)[index]!, 3)}</span>
    </div>
  );
}
