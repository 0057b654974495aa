/** The formula as mathematics is written, with each parameter's number in its place. */

import type { VNode } from "preact";
import { FormulaError, parse } from "./formula.ts";
import { memo } from "./memo.ts";
import type { Model } from "./model.ts";
import { minus, shownOn } from "./numbers.ts";
import type { Action, Lab } from "./state.ts";
import { type Piece, pieces, type Word } from "./typeset.ts";

const MOST_NUMBERS = 8; // parameters that are shown as numbers
const LONG = 60; // characters of a formula that is shown with names
const ENDLESS = 400; // … and of one that is shown as plain text

export const formulaStyle = `
.squiggly .formula{font:400 25px/1.35 var(--serif);font-variant-numeric:lining-nums tabular-nums;margin:0;min-width:0;overflow-wrap:anywhere}
.squiggly .formula.long{font-size:18px;line-height:1.6}
.squiggly .formula.endless{font-size:15px;line-height:1.5;display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;overflow:hidden}
.squiggly .formula span{white-space:pre-wrap}
.squiggly .formula sup,.squiggly .formula sub{font-size:.66em;line-height:0}
.squiggly .formula .live{font:inherit;color:var(--model);border:0;background:none;padding:0 1px;margin:0 -1px;border-radius:4px;white-space:nowrap;text-align:inherit}
.squiggly .formula .live.lit{background:var(--lit);box-shadow:0 0 0 2px var(--lit)}
.squiggly .formula .frac{display:inline-flex;flex-direction:column;align-items:center;vertical-align:middle;font-size:.8em;line-height:1.25;margin:0 .12em;max-width:100%}
.squiggly .formula .frac>:first-child{border-bottom:1px solid;padding:0 .2em}
.squiggly .formula .frac>*{text-align:center}
.squiggly .formula .root{border-top:1px solid;padding:0 .1em;margin-left:-.06em}
.squiggly .formula .cases{display:inline-grid;grid-template-columns:auto auto;column-gap:.8em;vertical-align:middle;font-size:.8em;line-height:1.3;border-left:1.5px solid;border-radius:8px 0 0 8px;padding-left:.5em}`;

/** What a minus in front of a number needs: nothing at a beginning, brackets inside, or it went into the sign before. */
type Front = "start" | "inside" | "signed";

interface Scene {
  readonly index: ReadonlyMap<string, number>; // of parameters
  readonly values: readonly string[] | null; // as they are shown; null: names are
  readonly lit: number | null;
  readonly send: (action: Action) => void;
  readonly met: Set<number>; // parameters that the Tab key already stops at
}

/** `y = 1.62x² + …` as a heading; a reader of screens hears it as plain text. */
export function FormulaView({ lab, send }: { lab: Lab; send: (action: Action) => void }): VNode {
  const { model, parameters, pulls } = lab;
  const length = model.formula.length;
  if (length > ENDLESS) return <h1 class="formula endless">{minus(`${model.target} = ${model.formula}`)}</h1>;
  if (length <= LONG && parameters.length <= MOST_NUMBERS) return drawn(model, texts(lab), pulls, send);
  return named(model, null, pulls, send);
}

const texts = (lab: Lab): string[] => lab.parameters.map((value, i) => shownOn(value, lab.ranges[i]!));

function drawn(model: Model, values: readonly string[] | null, lit: number | null, send: Scene["send"]): VNode {
  const { left, right } = sides(model);
  const scene: Scene = { index: new Map(model.parameters.map((name, i) => [name, i])), values, lit, send, met: new Set() };
  return (
    <h1 class={values ? "formula" : "formula long"} aria-label={spoken(model, values)}>
      {left ? draw(left, { ...scene, index: new Map() }, "start") : model.target}<span> = </span>{draw(right, scene, "start")}
    </h1>
  );
}

/** With names nothing changes while the parameters do. */
const named = memo(drawn);

const sides = memo((model: Model): { left: Piece | null; right: Piece } => ({ left: targetOf(model.target), right: pieces(model.expr) }));

/** The left side may be an expression, such as log(y). */
function targetOf(target: string): Piece | null {
  try {
    return pieces(parse(target, [target]).expr);
  } catch (error) {
    if (error instanceof FormulaError) return null;
    throw error;
  }
}

const spoken = ({ target, formula, parameters }: Model, values: readonly string[] | null): string =>
  `${target} = ${formula}${values ? `, with ${parameters.map((name, i) => `${name} = ${values[i]}`).join(", ")}` : ""}`;

function draw(piece: Piece, scene: Scene, front: Front): VNode {
  const at = (inside: Piece): VNode => draw(inside, scene, "start");
  switch (piece.kind) {
    case "text": return <span>{minus(piece.text)}</span>;
    case "number": return <span>{piece.text}{powerOfTen(piece.exponent)}</span>;
    case "name": return drawName(piece, scene, front);
    case "times": return <span>{piece.dot ? "\u2009·\u2009" : "\u2009"}</span>;
    case "row": return <span>{drawRow(piece.parts, scene, front)}</span>;
    case "sup": return <span>{draw(piece.base, scene, "inside")}<sup>{at(piece.raised)}</sup></span>;
    case "frac": return <span class="frac"><span>{at(piece.above)}</span><span>{at(piece.below)}</span></span>;
    case "root": return <span>√<span class="root">{at(piece.inside)}</span></span>;
    case "call": return <span>{piece.name}{piece.below ? <sub>{piece.below}</sub> : null}({piece.args.map((arg, i) => [i ? ", " : "", at(arg)])})</span>;
    case "cases": return <span class="cases"><span>{at(piece.yes)}</span><span>if {at(piece.condition)}</span><span>{at(piece.no)}</span><span>otherwise</span></span>;
  }
}

/** Parts in a row; a sum's sign takes over the minus of the number that follows it: … − 1.20x. */
function drawRow(parts: readonly Piece[], scene: Scene, front: Front): VNode[] {
  return parts.map((part, i) => {
    const before = signOf(parts[i - 1]), follower = parts[i + 1];
    if (i > 0 && signOf(part) && follower && isNegative(follower, scene)) return <span>{signOf(part) === "+" ? " − " : " + "}</span>;
    if (part.kind === "times" && !part.dot && follower && startsWithDigit(follower, scene)) return draw({ ...part, dot: true }, scene, front);
    if (i === 0) return draw(part, scene, front);
    if (before) return draw(part, scene, i > 1 ? "signed" : "inside");
    return draw(part, scene, parts[i - 1]!.kind === "text" ? "start" : "inside");
  });
}

/** Of a piece that is a plus or a minus. */
function signOf(piece: Piece | undefined): "+" | "-" | null {
  const sign = piece?.kind === "text" ? piece.text.trim() : "";
  return sign === "+" ? "+" : sign === "-" || sign === "\u2212" ? "-" : null;
}

/** The number that stands first in a product. */
function leading(piece: Piece): Piece {
  return piece.kind === "row" && piece.parts[1]?.kind === "times" ? leading(piece.parts[0]!) : piece;
}

function isNegative(piece: Piece, { index, values }: Scene): boolean {
  const first = leading(piece);
  return first.kind === "name" && index.has(first.name) && values !== null && values[index.get(first.name)!]!.startsWith("\u2212");
}

function startsWithDigit(piece: Piece, { index, values }: Scene): boolean {
  const first = piece.kind === "sup" ? piece.base : leading(piece);
  return first.kind === "number" || (first.kind === "name" && values !== null && index.has(first.name));
}

function drawName(piece: Extract<Piece, { kind: "name" }>, scene: Scene, front: Front): VNode {
  const at = scene.index.get(piece.name);
  const name = <span>{drawWord(piece.word)}{piece.below ? <sub>{drawWord(piece.below)}</sub> : null}</span>;
  if (at === undefined) return name;
  const { values, lit, met, send } = scene;
  const first = !met.has(at);
  met.add(at);
  const show = (index: number | null) => (): void => send({ kind: "pulls", index });
  return (
    <button type="button" class={lit === at ? "live lit" : "live"} tabIndex={first ? 0 : -1} aria-label={values && !values[at]!.includes("e") ? `${piece.name} = ${values[at]}` : undefined} title={piece.name}
      onPointerEnter={show(at)} onPointerLeave={show(null)} onFocus={show(at)} onBlur={show(null)}>
      {values ? drawValue(values[at]!, front) : name}
    </button>
  );
}

function drawValue(value: string, front: Front): (VNode | string | null)[] {
  const [mantissa, exponent] = value.split("e");
  const text = front === "signed" ? mantissa!.replace("\u2212", "") : mantissa!;
  const inside = [text, powerOfTen(exponent === undefined ? null : Number(exponent.replace("\u2212", "-")))];
  return front === "inside" && (text.startsWith("\u2212") || exponent) ? ["(", ...inside, ")"] : inside;
}

const powerOfTen = (exponent: number | null): VNode | null => (exponent === null ? null : <span>·10<sup>{minus(String(exponent))}</sup></span>);

/** Letters of a name: one alone is set in italics. */
export const drawWord = ({ text, italic }: Word): VNode => (italic ? <i>{text}</i> : <span>{text}</span>);
