/** The five steps of the loop: the line of PyTorch that each one is, and the numbers it computes at the moment on show. */

import { lossAt, pathOf, predictedAt } from "./derived.ts";
import type { Leg } from "./descend.ts";
import { LOSSES } from "./losses.ts";
import { minus, shown } from "./numbers.ts";
import { OPTIMIZERS } from "./optimizers.ts";
import { SCHEDULES } from "./schedules.ts";
import type { Lab } from "./state.ts";
import { text } from "./typeset.ts";

export const STEPS = ["predict", "loss", "gradient", "step", "zero"] as const;

const MOST_SHOWN = 3; // points or parameters that are written out
const LONG_FORMULA = 48; // characters beyond which f(x) stands for it

/** The leg of the walk that goes on from a step. */
export const legAt = (lab: Lab, step: number): Leg => lab.legs.findLast((leg) => leg.from <= step) ?? lab.legs[0]!;

/** The rate that the step from here takes, after its schedule. */
export function rateAt(lab: Lab, step: number): number {
  const { from, rate, schedule } = legAt(lab, step);
  return rate * SCHEDULES[schedule].factor(step - from, lab.steps - from);
}

/** A number with so many significant digits, as long as that is how one writes it; otherwise with an exponent. */
export function figures(value: number, digits = 4): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value) || size === 0 || size < 1e-4 || size >= 1e6) return size === 0 ? "0" : shown(value);
  return minus(size >= 10 ** digits ? value.toFixed(0) : value.toPrecision(digits).replace(/e.*/, ""));
}

/** Without the zeros at its end: for numbers that someone set. */
export const brief = (value: number, digits = 3): string => figures(value, digits).replace(/\.0+(?=e|$)|(\.\d*?)0+(?=e|$)/, "$1");

/** How many decimals a number that someone set needs, up to three digits. */
export const decimals = (value: number): number => brief(value).split(".")[1]?.length ?? 0;

const raised = (power: number): string => [...String(power)].map((c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(c)]).join("");
const low = (index: number): string => [...String(index)].map((c) => "₀₁₂₃₄₅₆₇₈₉"[Number(c)]).join("");

/** Several numbers with as many decimals as the largest of them needs, so that they line up. */
function together(values: readonly number[]): string[] {
  const most = Math.max(...values.map(Math.abs));
  if (!Number.isFinite(most) || most < 1e-3 || most >= 1e6) return values.map((v) => figures(v));
  const decimals = Math.max(0, 3 - Math.max(0, Math.floor(Math.log10(most))));
  return values.map((v) => minus(v.toFixed(decimals).replace(/^-(?=[0.]+$)/, "")));
}

/** What the tensor of all parameters is called: abc where they are letters. */
export function tensor(lab: Lab): string {
  const { parameters } = lab.model;
  return parameters.length <= 4 && parameters.every((name) => /^\p{L}$/u.test(name)) ? parameters.join("") : "params";
}

/** The line of PyTorch that each of the five steps is, for the loss, the optimizer and the rate on show. */
export function torchLines(lab: Lab): readonly string[] {
  const name = tensor(lab), plain = legAt(lab, lab.step).optimizer === "sgd";
  return [
    "p = f(x)", `loss\u00a0= ${lossLine(lab)}`, "loss.backward()",
    plain ? `${name}\u00a0−= ${name}.grad·${brief(rateAt(lab, lab.step))}` : `opt.step() #\u00a0${OPTIMIZERS[legAt(lab, lab.step).optimizer].title}`,
    plain ? `${name}.grad.zero_()` : "opt.zero_grad()",
  ];
}

function lossLine({ loss, delta, points }: Lab): string {
  const line = LOSSES[loss].torch.replace("torch.nn.functional", "F").replace("delta=d", `delta=${brief(delta)}`);
  const weighed = points.sigma === null || loss === "poisson" ? line : line.replace("(p - y)", "((p - y)/σ)").replace("(p, y", "(p/σ, y/σ");
  return weighed.replaceAll(" - ", "\u00a0−\u00a0").replaceAll("*y", "·y").replace("y*", "y·");
}

/** What the step numbered `phase` computes here, in numbers. */
export function numbersOf(lab: Lab, phase: number): string {
  if (lab.points.n === 0) return "no points yet: nothing to compare with";
  return [predictNumbers, lossNumbers, gradientNumbers, stepNumbers, zeroNumbers][phase]!(lab);
}

const listed = (words: readonly string[], n: number, sign: string): string => words.join(sign) + (n > words.length ? `${sign}…` : "");
const few = <T>(column: Iterable<T> & ArrayLike<T>): T[] => Array.from(column).slice(0, MOST_SHOWN);

function predictNumbers(lab: Lab): string {
  const p = predictedAt(lab), [, ...others] = few(p).map((v, i) => `p${low(i + 1)} = ${figures(v)}`);
  return listed([`p₁ = ${filledIn(lab)} = ${figures(p[0]!)}`, ...others], lab.points.n, ", ");
}

/** The formula with numbers for its names, at the first point. */
function filledIn({ model, parameters, points }: Lab): string {
  const x = points.x[0]!, formula = text(model.expr);
  if (formula.length > LONG_FORMULA) return `f(${brief(x, 4)})`;
  const known = new Map([[model.input, x], ...model.parameters.map((name, i): [string, number] => [name, parameters[i]!])]);
  const number = (v: number): string => (v < 0 ? `(${brief(v, 4)})` : brief(v, 4));
  return formula.replaceAll("-", "−")
    .replace(/(?<![\p{N}.])(?:`[^`]*`|[\p{L}_][\p{L}\p{N}_]*)/gu, (name) => { const v = known.get(name.replaceAll("`", "")); return v === undefined ? name : number(v); })
    .replaceAll("*", "·").replace(/\^([23])(?![\p{N}.])/gu, (_, power) => raised(Number(power)));
}

function lossNumbers(lab: Lab): string {
  const { points: { n, y, weight, sigma } } = lab, p = predictedAt(lab);
  const over = (i: number): string => (sigma ? `/${brief(1 / weight[i]!)}` : "");
  const term = (i: number): string => {
    const a = figures(p[i]!), b = y[i]! < 0 ? `(${figures(y[i]!)})` : figures(y[i]!);
    if (lab.loss === "poisson") return `${a} − ${b}·ln ${a}`;
    if (lab.loss === "huber") return figures(LOSSES.huber.value(p[i]!, y[i]!, weight[i]!, lab.delta));
    return lab.loss === "mae" ? `|${a} − ${b}|${over(i)}` : `(${sigma ? `(${a} − ${b})${over(i)}` : `${a} − ${b}`})²`;
  };
  return `${listed(few(p).slice(0, 2).map((_, i) => term(i)), n, " + ")} over ${n} ${n === 1 ? "point" : "points"} = ${figures(lossAt(lab).loss)}`;
}

/** The gradients that the optimizer holds besides the one computed here: none where they are zeroed. */
function heldOver(lab: Lab): readonly number[] | null {
  const { from, zero } = legAt(lab, lab.step);
  if (zero || lab.step === from) return null;
  const { P, gradient } = pathOf(lab);
  return lab.model.parameters.map((_, i) => {
    let sum = 0;
    for (let k = from; k < lab.step; k++) sum += gradient[k * P + i]!;
    return sum;
  });
}

function gradientNumbers(lab: Lab): string {
  const held = heldOver(lab), here = [...lossAt(lab).gradient];
  const now = together(here), before = held && together(held), sum = held && together(held.map((v, i) => v + here[i]!));
  const words = few(lab.model.parameters).map((name, i) => (before ? `${name}.grad ${before[i]} + (${now[i]}) = ${sum![i]}` : `${name} ${now[i]}`));
  return listed(words, here.length, " · ");
}

function stepNumbers(lab: Lab): string {
  const { step, parameters, locked } = lab, path = pathOf(lab);
  if (path.upTo(step + 1) <= step) return path.ended ? "no step from here: the walk has diverged" : `no step from here: the ${lab.steps} steps are taken`;
  const { optimizer } = legAt(lab, step), held = heldOver(lab), rate = brief(path.rate[step]!);
  const pull = together([...lossAt(lab).gradient].map((v, i) => v + (held?.[i] ?? 0)));
  const words = few(lab.model.parameters).map((name, i) => {
    const [from, to] = apart(parameters[i]!, path.parameters[(step + 1) * path.P + i]!);
    if (locked[i]) return `${name} is held at ${from}`;
    return optimizer === "sgd" ? `${name}: ${from} − ${rate}·${pull[i]!.startsWith("−") ? `(${pull[i]})` : pull[i]} = ${to}` : `${name}: ${from} → ${to}`;
  });
  return listed(words, parameters.length, " · ");
}

/** Two values with as many digits as it takes to see that they differ. */
function apart(a: number, b: number): [string, string] {
  const needed = Math.ceil(Math.log10(Math.abs(b / (b - a)))) + 1, digits = needed <= 7 ? Math.max(4, needed) : 4;
  return [figures(a, digits), figures(b, digits)];
}

function zeroNumbers(lab: Lab): string {
  const names = listed(few(lab.model.parameters).map((name) => `${name}.grad`), lab.parameters.length, ", ");
  return legAt(lab, lab.step).zero ? `${names} = 0` : `left out: ${names} stay, and the next gradients are added to them`;
}
