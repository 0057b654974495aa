/** The plot: points, sticks, the curve, where it came from and the best there is. Points are dragged, the plane is panned and zoomed. */

import type { VNode } from "preact";
import { useRef } from "preact/hooks";
import { edgeOf, frameOf, heightFor } from "../plot/frame.ts";
import { useGestures } from "../plot/gestures.ts";
import { Hooks, hookStyle } from "../plot/hooks.tsx";
import { Chosen, windowKey, zoomBy } from "../plot/keys.tsx";
import { Marks, summary } from "../plot/marks.tsx";
import { useWidth } from "../plot/width.ts";
import { windowOf } from "../plot/window.ts";
import { line } from "../scale.ts";
import type { Lab } from "../state.ts";
import type { Props, View } from "../view.ts";

export const place: View["place"] = "main";
export const order = 10;
export const inputs = "one";

const HEAD = 32; // px above the frame, for the target's name and the buttons

export const style = `${hookStyle}.plot{position:relative}
@container(max-width:819px){.plot{position:sticky;top:0;z-index:2;background:var(--paper)}}
.plot>svg{contain:layout;display:block;width:100%;height:auto;overflow:visible;touch-action:pan-y;user-select:none;-webkit-user-select:none;cursor:crosshair}
.plot>svg.drawing{touch-action:none}.drawing .plot-dots,.drawing .hooks>*{pointer-events:none}
.plot-dots{cursor:grab}
.plot>svg:active,.plot>svg:active .plot-dots{cursor:grabbing}
.plot-points:focus{outline:none}
.plot-points:focus-visible .plot-ring{stroke-width:3}
.plot-zoom{position:absolute;right:0;top:-12px;display:flex}
.plot-zoom .quiet{font-size:14px;line-height:1}
@media print{.plot{break-inside:avoid}}`;

export const view = ({ lab, send }: Props): VNode => {
  const box = useRef<HTMLDivElement>(null), width = useWidth(box), { held, stroke, on } = useGestures(lab, send);
  const f = frameOf(held ?? windowOf(lab), width, heightFor(width), lab.model.input, lab.model.target, HEAD);
  const to = (view: Lab["view"]) => () => send({ kind: "view", view });
  return (
    <div class="plot" ref={box}>
      <svg viewBox={`0 0 ${width} ${f.height}`} role="group" aria-label={summary(lab)} tabindex={0} class={lab.drawing ? "drawing" : ""} {...on(f)} onKeyDown={(event) => (lab.drawing && event.key === "Escape" ? send({ kind: "draw", on: false }) : windowKey(lab, f, send, event))}>
        <path d={edgeOf(f)} fill="transparent" />
        <Marks lab={lab} f={f} />
        <Chosen lab={lab} f={f} send={send} />
        <Hooks lab={lab} f={f} send={send} />
        {stroke.length > 0 && <path d={line(stroke.length, (i) => stroke[i]![0], (i) => stroke[i]![1])} fill="none" stroke="var(--data)" stroke-width="2.4" stroke-linejoin="round" stroke-linecap="round" />}
      </svg>
      <div class="plot-zoom unprinted">
        {lab.view && <button class="quiet" onClick={to(null)}>show all</button>}
        <button class="quiet" aria-label="zoom in" onClick={to(zoomBy(lab, f, 0.8))}>+</button>
        <button class="quiet" aria-label="zoom out" onClick={to(zoomBy(lab, f, 1.25))}>−</button>
      </div>
    </div>
  );
};
