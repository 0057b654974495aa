/** The map of a model of two or three inputs: its heights as colour and lines, the points by their residuals, its creases. */

import type { TargetedKeyboardEvent, TargetedPointerEvent, VNode } from "preact";
import { useRef } from "preact/hooks";
import { memo } from "../memo.ts";
import { brief, shownOn } from "../numbers.ts";
import { type Crease, creasesOf, extentOf, residuals, segmentOf, shifted, sliceOf, type Spot, through, valuesAt } from "../plane.ts";
import { edgeOf, type Frame, frameOf } from "../plot/frame.ts";
import { heightsOf, MapMarks } from "../plot/map.tsx";
import { useWidth } from "../plot/width.ts";
import { homeOf } from "../plot/window.ts";
import { Raster } from "../raster.ts";
import { px } from "../scale.ts";
import { Slider } from "../slider.tsx";
import type { Lab, View as Window } from "../state.ts";
import type { Place, Props } from "../view.ts";

export const place: Place = "main";
export const order = 11;
export const inputs = "several";

const HEAD = 30; // px above the frame, for the name of the second input
const MOST_HANDLES = 12; // creases that can be taken hold of; more are lines

export const style = `
.plane{position:relative}
.plane-map{position:relative}
.plane-map>svg{position:relative;display:block;width:100%;height:auto;user-select:none;-webkit-user-select:none}
.plane p{margin:2px 0 0;font-size:13px;color:var(--soft)}
.plane-slice{display:grid;grid-template-columns:auto 1fr auto;align-items:center;gap:10px;font-size:14px;color:var(--soft)}
.crease{cursor:grab;touch-action:none}
.crease:active{cursor:grabbing}
.crease:focus{outline:none}
.crease:focus-visible .grip{stroke-width:4}`;

export const view = ({ lab, send }: Props): VNode => {
  const { model: { inputs, target }, points } = lab, box = useRef<HTMLDivElement>(null), width = useWidth(box);
  const f = framed(homeOf(lab), width, inputs[0]!, inputs[1]!);
  return (
    <section class="plane" aria-label={`map of ${target} over ${inputs[0]} and ${inputs[1]}`}>
      <div class="plane-map" ref={box}>
        <Raster f={f} {...heightsOf(lab, f.view)} />
        <svg viewBox={`0 0 ${width} ${f.height}`} role="group" aria-label={`${points.n} points, ${creasesOf(lab.model).length} creases`}>
          <MapMarks lab={lab} f={f} />
          <Chosen lab={lab} f={f} send={send} />
          <Creases lab={lab} f={f} send={send} />
        </svg>
      </div>
      <p>{target} by shade and lines{points.n ? <> · points: ● above the map, ○ below, larger the farther off</> : null}{creasesOf(lab.model).length ? <> · drag a crease, turn it by its end</> : null}</p>
      {creasesOf(lab.model).map((crease, k) => (segmentOf(crease, lab.parameters, f.view, sliceOf(lab)) ? null : <p>crease {k + 1} lies off the map <button class="quiet" onClick={() => send({ kind: "place", values: shifted(crease, lab.parameters, [(f.view.x[0] + f.view.x[1]) / 2, (f.view.y[0] + f.view.y[1]) / 2], sliceOf(lab)), grip: "begin" })}>bring it back</button></p>))}
      {inputs.slice(2).map((name, j) => {
        const [min, max] = extentOf(points, lab.document.ranges[j + 2]!, j + 2), value = sliceOf(lab)[j]!, said = shownOn(value, [min, max]);
        return max > min ? (
          <div class="plane-slice"><span>{name} held at</span>
            <Slider label={`${name} held at`} value={value} min={min} max={max} valueText={`${name} ${said}`} onChange={(v) => send({ kind: "slice", index: j, value: v })} /><b>{said}</b>
          </div>
        ) : <p>{name} is {brief(min)} everywhere</p>;
      })}
    </section>
  );
};

const framed = memo((view: Window, width: number, input: string, up: string): Frame => frameOf(view, width, Math.max(280, Math.round(Math.min(0.7 * width, 520))), input, up, HEAD));

// --- Points ---

/** The stop for all points: arrows choose, Delete deletes. */
function Chosen({ lab, f, send }: { lab: Lab; f: Frame; send: Props["send"] }): VNode | null {
  const { points, points: { n, x }, model: { inputs, target } } = lab, chosen = lab.chosen !== null && lab.chosen < n ? lab.chosen : null;
  if (!n) return null;
  const key = (event: TargetedKeyboardEvent<SVGElement>): void => {
    const at = chosen ?? -1, next = { ArrowRight: at + 1, ArrowUp: at + 1, ArrowLeft: at - 1, ArrowDown: at - 1, Home: 0, End: n - 1 }[event.key];
    const gone = chosen !== null && (event.key === "Delete" || event.key === "Backspace");
    if ((next === undefined && !gone) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (gone) send({ kind: "delete", index: chosen });
    send({ kind: "choose", index: gone ? (n > 1 ? Math.min(chosen, n - 2) : null) : Math.min(n - 1, Math.max(0, next!)) });
  };
  const said = (i: number): string => {
    const values = valuesAt(points, i), off = residuals(lab)[i]!;
    return `point ${i + 1} of ${n}: ${[...inputs, target].map((name, j) => `${name} ${brief(values[j]!)}`).join(", ")}, ${Number.isFinite(off) ? `${brief(Math.abs(off), 2)} ${off < 0 ? "below" : "above"} the map` : "where the model has no value"}`;
  };
  return (
    <g class="plane-points" role="slider" tabindex={0} aria-label="points" aria-valuemin={1} aria-valuemax={n} aria-valuenow={(chosen ?? 0) + 1} aria-valuetext={chosen === null ? `${n} points` : said(chosen)} onKeyDown={key}>
      <path d={edgeOf(f)} fill="none" pointer-events="none" />
      {chosen !== null && <circle cx={px(f.x(x[chosen]!))} cy={px(f.y(x[n + chosen]!))} r="11" fill="none" stroke="var(--data)" stroke-width="2" />}
    </g>
  );
}

// --- Creases ---

type Handled = "move" | "turn";

/** The lines along which the model bends; each is moved by its middle and turned by its end. */
function Creases({ lab, f, send }: { lab: Lab; f: Frame; send: Props["send"] }): VNode {
  const slice = sliceOf(lab), all = creasesOf(lab.model), held = useRef<{ readonly k: number; readonly what: Handled; readonly pivot: Spot; readonly begun: boolean } | null>(null);
  const pressed = useRef({ id: "", over: [NaN, NaN] as Spot, to: [NaN, NaN] as Spot, down: false }).current; // to: where keys led from a place that may not be drawn anew yet
  const put = (crease: Crease, what: Handled, pivot: Spot, to: Spot, grip: "begin" | "move"): void =>
    send({ kind: "place", values: what === "move" ? shifted(crease, lab.parameters, to, slice) : through(crease, lab.parameters, [pivot, to], slice), grip });
  const end = (): void => {
    if (held.current?.begun) send({ kind: "place", values: lab.parameters, grip: "end" });
    held.current = null;
  };
  const lift = (): void => { // of a key; the focus may also be leaving for a handle that is already held
    if (pressed.down) send({ kind: "place", values: lab.parameters, grip: "end" });
    pressed.down = false;
  };
  const spotOf = (event: TargetedPointerEvent<SVGElement>): Spot => {
    const { left, top, width } = event.currentTarget.ownerSVGElement!.getBoundingClientRect(), zoom = f.width / width;
    return [f.x.invert((event.clientX - left) * zoom), f.y.invert((event.clientY - top) * zoom)];
  };
  return (
    <g>
      {all.map((crease, k) => {
        const seen = segmentOf(crease, lab.parameters, f.view, slice);
        if (!seen) return null;
        const { from, to, up } = seen, along = (share: number): Spot => [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])];
        const middle = along(0.5 + 0.12 * ((k % 3) - 1)), handles = all.length <= MOST_HANDLES ? ([["move", middle], ["turn", along(0.82)]] as const) : [];
        const [x1, y1, x2, y2] = [f.x(from[0]), f.y(from[1]), f.x(to[0]), f.y(to[1])], turn = (Math.atan2(y1 - y2, x2 - x1) * 180) / Math.PI;
        const key = (what: Handled, at: Spot) => (event: TargetedKeyboardEvent<SVGElement>): void => {
          const way = WAYS[event.key], by = event.shiftKey ? 0.1 : 0.01, { x: [l, r], y: [b, t] } = f.view;
          if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
          event.preventDefault();
          event.stopPropagation();
          const id = `${k}${what}`, [x, y] = pressed.id === id && pressed.over.every((v, j) => v === at[j]) ? pressed.to : at, to: Spot = [x + way[0] * by * (r - l), y + way[1] * by * (t - b)];
          put(crease, what, middle, to, event.repeat && pressed.down ? "move" : "begin");
          Object.assign(pressed, { id, over: at, to, down: true });
        };
        return (
          <g key={k}>
            {handles.map(([what, at]) => (
              <g class="crease" role="slider" tabindex={0} aria-label={`crease ${k + 1}, ${what}`} aria-valuemin={-90} aria-valuemax={90} aria-valuenow={Math.round(turn)}
                aria-valuetext={`crease ${k + 1} through ${lab.model.inputs[0]} ${brief(middle[0])}, ${lab.model.inputs[1]} ${brief(middle[1])}, at ${Math.round(turn)} degrees`}
                transform={`translate(${px(f.x(at[0]))} ${px(f.y(at[1]))})`} onKeyDown={key(what, at)} onKeyUp={lift} onBlur={lift}
                onPointerDown={(event) => {
                  if (event.button || !event.isPrimary) return;
                  event.currentTarget.setPointerCapture(event.pointerId);
                  held.current = { k, what, pivot: middle, begun: false };
                }}
                onPointerMove={(event) => {
                  const grip = held.current;
                  if (grip?.k !== k || grip.what !== what) return;
                  put(crease, what, grip.pivot, spotOf(event), grip.begun ? "move" : "begin");
                  held.current = { ...grip, begun: true };
                }}
                onPointerUp={end} onPointerCancel={end}>
                <circle r="20" fill="transparent" />
                {what === "move" ? <path d="M-5-10h10L0-17z" transform={`rotate(${px(-turn + (up ? 0 : 180))})`} fill="var(--ink)" /> : null}
                <circle class="grip" r={what === "move" ? 7 : 5} fill="var(--card)" stroke="var(--ink)" stroke-width="2.2" />
                {what === "move" ? <text text-anchor="middle" y="4" font-size="11" fill="var(--ink)">{k + 1}</text> : null}
              </g>
            ))}
          </g>
        );
      })}
    </g>
  );
}

const WAYS: Readonly<Record<string, readonly [number, number]>> = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
