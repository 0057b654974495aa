/** The parameters: for each a number, a lock, its gradient, and a handle on the loss along it. */

import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { lossAt, trackOf } from "../derived.ts";
import { drawWord } from "../formula-view.tsx";
import { name as named } from "../expression.ts";
import { icon } from "../icon.tsx";
import { NumberField } from "../number-field.tsx";
import { decimalsOn, shown, shownOn } from "../numbers.ts";
import { Slider } from "../slider.tsx";
import type { Grip, Lab } from "../state.ts";
import { shapeOf, track, trackStyle } from "../track.tsx";
import { pieces } from "../typeset.ts";
import type { Place, Props } from "../view.ts";

export const place: Place = "side";
export const order = 20;
export const style = `${trackStyle}
.parameters .over{display:flex;flex-wrap:wrap;align-items:center;justify-content:space-between;gap:0 12px}
.parameters label,.parameters .over .quiet{display:inline-flex;align-items:center;gap:6px;min-height:44px;font-size:13px;color:var(--soft)}
.parameters label{cursor:pointer}
.parameters :disabled+span{opacity:.5}
.parameters .over .quiet{margin-right:-8px}
.parameters ul{list-style:none;margin:0;padding:0}
.parameter{position:relative;border-top:1px solid var(--line);padding:0 0 4px}
.parameter .about{display:flex;align-items:center;gap:8px;height:44px}
.parameter .name{font:400 20px/1.2 var(--serif);min-width:18px;max-width:45%;overflow:hidden;white-space:nowrap}
.parameter sub{font-size:.66em;line-height:0}
.parameter .number{width:76px}
.parameter .lock{padding:0;margin:0 -6px}
.parameter .done{display:none}
.parameter .slope{margin-left:auto;color:var(--grad);white-space:nowrap}
.parameter small{font-size:12px;color:var(--soft)}
.parameter .way{display:inline-block;width:1.1em;text-align:right;font-size:11px}
.parameter.locked{--grip:var(--soft);--grad:var(--soft)}
.parameter.locked .handle{background:var(--soft)}
.parameter .slider{overflow-x:clip}
.parameter .ends{position:absolute;inset:auto 0 0;display:flex;justify-content:space-between;font-size:11px;line-height:1;color:var(--soft);padding:0 3px;visibility:hidden;pointer-events:none}
.parameter.lit .ends,.parameter:hover .ends{visibility:visible}
.parameter.lit .name{color:var(--model)}
.many ul{max-height:460px;overflow-y:auto;border-top:1px solid var(--line)}
.many .parameter{display:flex;align-items:center;padding:0;border:0;content-visibility:auto;contain-intrinsic-height:44px}
.many .about{display:contents}
.many .name{font-size:16px;width:44px;overflow:hidden;text-overflow:ellipsis;flex:none}
.many .number{width:58px}
.many .slider{order:1;flex:1;min-width:90px}
.many .slope{order:2;margin:0;width:64px;text-align:right;font-size:12.5px;flex:none}
.many .lock{order:3;margin:0}
@container(max-width:819px){.many ul{max-height:none}}
@media print{.many ul{max-height:none}}`;

const FOLDED = 5; // parameters; more of them are out of the way at first while their lines are on the bench
const MANY = 8; // parameters; with more of them each is a row
const TALL = 54, LOW = 44; // px of a track

/** All parameters, in the model's order. */
export const view = (props: Props): VNode => {
  const { lab, send } = props, { parameters } = lab.model, many = parameters.length > MANY, [unfolded, unfold] = useState(false), folded = lab.bench && parameters.length > FOLDED && !unfolded;
  return (
    <section class={many ? "parameters many" : "parameters"} aria-label="parameters">
      <div class="over">
        <h2 class="label">parameters</h2>
        <label class="unprinted" title="while you drag one, the others stay at their best">
          <input type="checkbox" checked={lab.following} disabled={!lab.best} onChange={(event) => send({ kind: "follow", on: event.currentTarget.checked })} /><span>the rest follow</span>
        </label>
        <button class="quiet unprinted" disabled={!lab.best} title="where the loss is lowest, with what is locked held" onClick={() => send({ kind: "best" })}>go to the best</button>
      </div>
      {folded ? <button class="quiet all unprinted" aria-expanded={false} onClick={() => unfold(true)}>show all {parameters.length} parameters</button> : <ul>{parameters.map((name, i) => parameter(props, name, i, many))}</ul>}
    </section>
  );
};

function parameter({ lab, send }: Props, name: string, i: number, many: boolean): VNode {
  const value = lab.parameters[i]!, range = lab.ranges[i]!, [min, max] = range, locked = lab.locked[i]!, lit = lab.pulls === i, { loss } = lossAt(lab), gradient = slopeOf(lab, i);
  const show = (index: number | null) => (): void => send({ kind: "pulls", index }), slide = (value: number, grip: Grip): void => send({ kind: "slide", index: i, value, grip });
  const shape = lab.points.n && (!many || lit) ? shapeOf(trackOf(lab, i), range, value, { loss, gradient }, many ? LOW : TALL) : null, number = `${name} ${shownOn(value, range)}`;
  return (
    <li class={`parameter${lit ? " lit" : ""}${locked ? " locked" : ""}`} key={name} onPointerEnter={show(i)} onPointerLeave={show(null)} onFocusIn={show(i)} onFocusOut={show(null)}>
      <div class="about">
        <span class="name" title={name} aria-hidden="true">{nameOf(name)}</span>
        <NumberField label={name} value={value} decimals={decimalsOn(value, range)} unit={(max - min) / 200} wide onChange={slide} />
        <button class="quiet lock unprinted" aria-label={`lock ${name}`} aria-pressed={locked} title={locked ? "held where it is" : "hold this one where it is"} onClick={() => send({ kind: "lock", index: i })}>
          {locked ? icon("M6.5 8V6a2.5 2.5 0 0 1 5 0v2", "M4.5 8.5h9v6h-9z") : icon("M4.5 8.5h9v6h-9zM6.5 8V5a2.5 2.5 0 0 1 5 0")}
        </button>
        {lab.points.n > 0 && slope(gradient, name, many)}
      </div>
      <Slider class="track" label={name} value={value} min={min} max={max} y={shape?.y} valueText={lab.points.n ? `${number}, loss ${shown(loss)}, gradient ${shown(gradient, 3)}` : number} onChange={slide}>
        {shape && track(shape, many ? LOW : TALL, range, value, lab.best?.values[i] ?? NaN, locked)}
      </Slider>
    </li>
  );
}

/** The loss's slope along a parameter; what is only rounding is 0. */
function slopeOf(lab: Lab, i: number): number {
  const { loss, gradient } = lossAt(lab), [low, high] = lab.ranges[i]!;
  return Math.abs(gradient[i]!) * (high - low) < 1e-13 * Math.abs(loss) ? 0 : gradient[i]!;
}

/** The gradient, and by its sign which way the descent moves the parameter. */
function slope(gradient: number, name: string, short: boolean): VNode {
  const way = gradient < 0 ? "up" : gradient > 0 ? "down" : "";
  return (
    <span class="slope" title={way && `downhill: ${name} goes ${way}`}>
      <small class={short ? "unseen" : ""}>gradient </small>{shown(gradient, short ? 2 : 3)}<span class="way" aria-hidden="true">{way && (way === "up" ? "▲" : "▼")}</span>
    </span>
  );
}

/** A parameter's name as the formula shows it. */
function nameOf(text: string): VNode | string {
  const piece = pieces(named(text));
  return piece.kind === "name" ? <>{drawWord(piece.word)}{piece.below && <sub>{drawWord(piece.below)}</sub>}</> : text;
}
