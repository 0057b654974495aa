/** The parameters: for each a number, a lock, its gradient, and a handle on the loss along it. */

import type { VNode } from "preact";
import { type LossHere, lossAt, trackOf } from "../derived.ts";
import { drawWord } from "../formula-view.tsx";
import { name as named } from "../expression.ts";
import { NumberField } from "../number-field.tsx";
import { decimalsOf, decimalsOn, shown, shownOn } from "../numbers.ts";
import { shareOf, Slider } from "../slider.tsx";
import type { Lab } from "../state.ts";
import { arrow, type Shape, shapeOf, track, trackStyle } from "../track.tsx";
import { pieces } from "../typeset.ts";
import type { Place, Props } from "../view.ts";

export const place: Place = "side";
export const order = 20;
export const style = `${trackStyle}
.squiggly .parameters .over{display:flex;flex-wrap:wrap;align-items:center;justify-content:space-between;gap:0 12px;min-height:44px}
.squiggly .parameters .over label{display:inline-flex;align-items:center;gap:6px;min-height:44px;font-size:13px;color:var(--soft);cursor:pointer}
.squiggly .parameters .over :disabled+span{opacity:.5}
.squiggly .parameters .over input{width:16px;height:16px;margin:0;accent-color:var(--model)}
.squiggly .parameters .over .quiet{font-size:13px;margin-right:-8px}
.squiggly .parameters ul{list-style:none;margin:0;padding:0}
.squiggly .parameter{position:relative;border-top:1px solid var(--line);padding:2px 0 6px}
.squiggly .parameter .about{display:flex;align-items:center;gap:8px;height:40px}
.squiggly .parameter .name{font:400 20px/1.2 var(--serif);min-width:18px;white-space:nowrap}
.squiggly .parameter .name sub{font-size:.66em;line-height:0}
.squiggly .parameter .field .number{width:76px}
.squiggly .parameter .lock{display:grid;place-items:center;padding:0;margin:0 -4px;min-width:40px}
.squiggly .parameter .done{display:none}
.squiggly .parameter .slope{margin-left:auto;color:var(--grad);white-space:nowrap}
.squiggly .parameter .slope small{font-size:12px;color:var(--soft)}
.squiggly .parameter .way{display:inline-block;width:1.1em;text-align:right;font-size:11px}
.squiggly .parameter.locked{--grip:var(--soft)}
.squiggly .parameter.locked .slope,.squiggly .parameter.locked .tangent{color:var(--soft);stroke:var(--soft)}
.squiggly .parameter.locked .handle{background:var(--soft)}
.squiggly .parameter .slider{overflow-x:clip}
.squiggly .parameter .ends{position:absolute;inset:auto 0 0;display:flex;justify-content:space-between;font-size:11px;line-height:1;color:var(--soft);padding:0 3px;visibility:hidden;pointer-events:none}
.squiggly .parameter.lit .ends,.squiggly .parameter:hover .ends{visibility:visible}
.squiggly .parameter.lit .name{color:var(--model)}
.squiggly .parameters.many ul{max-height:460px;overflow-y:auto;border-top:1px solid var(--line)}
.squiggly .parameters.many .parameter{display:flex;align-items:center;padding:0;border:0;content-visibility:auto;contain-intrinsic-height:44px}
.squiggly .parameters.many .about{display:contents}
.squiggly .parameters.many .name{font-size:16px;width:44px;overflow:hidden;text-overflow:ellipsis;flex:none}
.squiggly .parameters.many .field{flex:none}.squiggly .parameters.many .field .number{width:58px}
.squiggly .parameters.many .slider{order:1;flex:1;min-width:90px}
.squiggly .parameters.many .slope{order:2;margin:0;width:64px;text-align:right;font-size:12.5px;flex:none}
.squiggly .parameters.many .lock{order:3;min-width:32px;margin:0}
@container(max-width:819px){.squiggly .parameters.many ul{max-height:none}}
@media print{.squiggly .parameters.many ul{max-height:none}}`;

const MANY = 8; // parameters; with more of them each is a row
const TALL = 54, LOW = 44; // px of a track

/** All parameters, in the model's order. */
export const view = (props: Props): VNode => {
  const { lab } = props, here = lossHere(lab), many = lab.parameters.length > MANY;
  return (
    <section class={many ? "parameters many" : "parameters"} aria-label="parameters">
      {over(props)}
      <ul>{lab.model.parameters.map((_, i) => parameter(props, here, i, many))}</ul>
    </section>
  );
};

/** The loss and its gradient; what is only rounding is 0. */
function lossHere(lab: Lab): LossHere {
  const { loss, gradient } = lossAt(lab);
  return { loss, gradient: gradient.map((g, i) => (Math.abs(g) * (lab.ranges[i]![1] - lab.ranges[i]![0]) < 1e-13 * Math.abs(loss) ? 0 : g)) };
}

const over = ({ lab, send }: Props): VNode => (
  <div class="over">
    <h2 class="label">parameters</h2>
    <label class="unprinted" title="while you drag one, the others stay at their best">
      <input type="checkbox" checked={lab.following} disabled={!lab.best} onChange={(event) => send({ kind: "follow", on: event.currentTarget.checked })} /><span>the rest follow</span>
    </label>
    <button type="button" class="quiet unprinted" disabled={!lab.best} title="where the loss is lowest, with what is locked held" onClick={() => send({ kind: "best" })}>go to the best</button>
  </div>
);

function parameter(props: Props, here: LossHere, i: number, many: boolean): VNode {
  const { lab, send } = props, lit = lab.pulls === i, locked = lab.locked[i]!;
  const show = (index: number | null) => (): void => send({ kind: "pulls", index });
  return (
    <li class={`parameter${lit ? " lit" : ""}${locked ? " locked" : ""}`} key={lab.model.parameters[i]}
      onPointerEnter={show(i)} onPointerLeave={show(null)} onFocusIn={show(i)} onFocusOut={show(null)}>
      {about(props, here.gradient[i]!, i)}
      {handle(props, here, i, many ? LOW : TALL, !many || lit)}
    </li>
  );
}

function about({ lab, send }: Props, gradient: number, i: number): VNode {
  const name = lab.model.parameters[i]!, [low, high] = lab.ranges[i]!, locked = lab.locked[i]!;
  return (
    <div class="about">
      <span class="name" title={name} aria-hidden="true">{nameOf(name)}</span>
      <NumberField label={name} value={lab.parameters[i]!} decimals={decimalsOn(lab.parameters[i]!, [low, high])} unit={(high - low) / 200} wide
        onChange={(value, grip) => send({ kind: "slide", index: i, value, grip })} />
      <button type="button" class="quiet lock unprinted" aria-label={`lock ${name}`} aria-pressed={locked} title={locked ? "held where it is" : "hold this one where it is"}
        onClick={() => send({ kind: "lock", index: i })}>{padlock(locked)}</button>
      {lab.points.n ? slope(gradient, name, lab.parameters.length > MANY) : null}
    </div>
  );
}

/** The gradient, and by its sign which way the descent moves the parameter. */
function slope(gradient: number, name: string, short: boolean): VNode {
  const up = gradient < 0, moves = Number.isFinite(gradient) && gradient !== 0;
  return (
    <span class="slope" title={moves ? `downhill: ${name} goes ${up ? "up" : "down"}` : undefined}>
      {short ? <span class="unseen">gradient </span> : <small>gradient </small>}{shown(gradient, short ? 2 : 3)}
      <span class="way" aria-hidden="true">{moves ? (up ? "▲" : "▼") : ""}</span>
    </span>
  );
}

function handle({ lab, send }: Props, here: LossHere, i: number, height: number, open: boolean): VNode {
  const name = lab.model.parameters[i]!, value = lab.parameters[i]!, [min, max] = lab.ranges[i]!, gradient = here.gradient[i]!;
  const share = (v: number): number => shareOf({ min, max }, v);
  const shape = open && lab.points.n ? shapeOf(trackOf(lab, i), [min, max], value, { loss: here.loss, gradient }, height) : null;
  const number = shownOn(value, [min, max]);
  return (
    <Slider class="track" label={name} value={value} min={min} max={max} y={shape?.y}
      valueText={lab.points.n ? `${name} ${number}, loss ${shown(here.loss)}, gradient ${shown(gradient, 3)}` : `${name} ${number}`}
      onChange={(next, grip) => send({ kind: "slide", index: i, value: next, grip })}>
      {shape ? drawing(lab, i, shape, height, share) : undefined}
    </Slider>
  );
}

function drawing(lab: Lab, i: number, shape: Shape, height: number, share: (value: number) => number): VNode {
  const best = lab.best?.values[i] ?? null;
  const inside = best !== null && best >= lab.ranges[i]![0] && best <= lab.ranges[i]![1];
  return <div class="under" style={{ height: `${height}px` }}>{track(shape, height, inside ? share(best) : null)}{ends(lab, i)}{lab.locked[i] ? null : arrow(shape, share(lab.parameters[i]!))}</div>;
}

function ends(lab: Lab, i: number): VNode {
  const [low, high] = lab.ranges[i]!;
  const round = (value: number): string => shown(value, decimalsOf(high - low)).replace(/\.0+$/, "");
  return <div class="ends" aria-hidden="true"><span>{round(low)}</span><span>{round(high)}</span></div>;
}

/** A parameter's name as the formula shows it. */
function nameOf(text: string): VNode | string {
  const piece = pieces(named(text));
  return piece.kind === "name" ? <>{drawWord(piece.word)}{piece.below ? <sub>{drawWord(piece.below)}</sub> : null}</> : text;
}

const padlock = (closed: boolean): VNode => (
  <svg width="13" height="15" viewBox="0 0 13 15" fill="none" stroke="currentColor" stroke-width="1.3" aria-hidden="true">
    <rect x="1.5" y="7" width="10" height="7" rx="1.5" fill={closed ? "currentColor" : "none"} />
    <path d={closed ? "M4 7V4.5a2.5 2.5 0 0 1 5 0V7" : "M4 7V3.5a2.5 2.5 0 0 1 5 0"} />
  </svg>
);
