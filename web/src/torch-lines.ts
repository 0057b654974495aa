/** The five steps of the loop: the line of PyTorch that each one is, and the numbers it computes at the moment on show. */

import { lossAt, pathOf, predictedAt } from "./derived.ts";
import type { Leg } from "./descend.ts";
import { LOSSES } from "./losses.ts";
import { brief, figures, minus } from "./numbers.ts";
import { OPTIMIZERS } from "./optimizers.ts";
import { raised } from "./scale.ts";
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


/** Several numbers with as many decimals as the largest of them needs, so that they line up. */
function together(values: readonly number[]): string[] {
  const most = Math.max(...values.map(Math.abs)), decimals = Math.min(3, Math.max(0, 3 - Math.floor(Math.log10(most))));
  return values.map((v) => (most >= 1e-3 && most < 1e6 ? minus(v.toFixed(decimals).replace(/^-(?=[0.]+$)/, "")) : figures(v)));
}

/** What the tensor of all parameters is called: abc where they are letters. */
export function tensor(lab: Lab): string {
  const { parameters } = lab.model;
  return parameters.length <= 4 && parameters.every((name) => /^\p{L}$/u.test(name)) ? parameters.join("") : "params";
}

/** The line of PyTorch that each of the five steps is, for the loss, the optimizer and the rate on show. */
export function torchLines(lab: Lab): readonly string[] {
  const name = tensor(lab), { optimizer } = legAt(lab, lab.step), plain = optimizer === "sgd";
  return [
    "p = f(x)", `loss\u00a0= ${lossLine(lab)}`, "loss.backward()",
    plain ? `${name}\u00a0−= ${name}.grad·${brief(rateAt(lab, lab.step))}` : `opt.step() #\u00a0${OPTIMIZERS[optimizer].title}`,
    plain ? `${name}.grad.zero_()` : "opt.zero_grad()",
  ];
}

function lossLine({ loss, delta, points: { sigma } }: Lab): string {
  const line = LOSSES[loss].torch.replace("torch.nn.functional", "F").replace("delta=d", `delta=${brief(delta)}`);
  const weighed = sigma && loss !== "poisson" ? line.replace("(p - y)", "((p - y)/σ)").replace("(p, y", "(p/σ, y/σ") : line;
  return weighed.replaceAll(" - ", "\u00a0−\u00a0").replace(/(?<=y)\*|\*(?=y)/g, "·");
}

/** What the step numbered `phase` computes here, in numbers. */
export function numbersOf(lab: Lab, phase: number): string {
  return lab.points.n ? [predictNumbers, lossNumbers, gradientNumbers, stepNumbers, zeroNumbers][phase]!(lab) : "no points yet: nothing to compare with";
}

const listed = (words: readonly string[], n: number, sign: string): string => words.join(sign) + (n > words.length ? `${sign}…` : "");
const few = <T>(column: Iterable<T> & ArrayLike<T>): T[] => Array.from(column).slice(0, MOST_SHOWN);

function predictNumbers(lab: Lab): string {
  const [first, ...others] = few(predictedAt(lab)).map((v) => figures(v));
  return listed([`p₁ = ${filledIn(lab)} = ${first}`, ...others.map((v, i) => `p${"₂₃"[i]} = ${v}`)], lab.points.n, ", ");
}

/** The formula with numbers for its names, at the first point. */
function filledIn({ model, parameters, points }: Lab): string {
  const formula = text(model.expr), known = new Map([...model.inputs.map((name, j): [string, number] => [name, points.x[j * points.n]!]), ...model.parameters.map((name, i): [string, number] => [name, parameters[i]!])]);
  const number = (v: number): string => (v < 0 ? `(${brief(v, 4)})` : brief(v, 4));
  return formula.length > LONG_FORMULA ? `f(${model.inputs.map((name) => brief(known.get(name)!, 4)).join(", ")})` : minus(formula)
    .replace(/(?<![\p{N}.])(?:`[^`]*`|[\p{L}_][\p{L}\p{N}_]*)/gu, (name) => { const v = known.get(name.replaceAll("`", "")); return v === undefined ? name : number(v); })
    .replaceAll("*", "·").replace(/\^([23])(?![\p{N}.])/gu, (_, power) => raised(power));
}

function lossNumbers(lab: Lab): string {
  const { loss, delta, points: { n, y, weight, sigma } } = lab, p = predictedAt(lab);
  const term = (i: number): string => {
    const a = figures(p[i]!), b = y[i]! < 0 ? `(${figures(y[i]!)})` : figures(y[i]!), over = sigma ? `/${brief(1 / weight[i]!)}` : "";
    return { poisson: `${a} − ${b}·ln ${a}`, huber: figures(LOSSES.huber.value(p[i]!, y[i]!, weight[i]!, delta)), mae: `|${a} − ${b}|${over}`, mse: `(${over ? `(${a} − ${b})${over}` : `${a} − ${b}`})²` }[loss];
  };
  return `${listed(few(p).slice(0, 2).map((_, i) => term(i)), n, " + ")} over ${n} ${n === 1 ? "point" : "points"} = ${figures(lossAt(lab).loss)}`;
}

/** The gradients that the optimizer holds besides the one computed here: none where they are zeroed. */
function heldOver(lab: Lab): readonly number[] | null {
  const { from, zero } = legAt(lab, lab.step), { P, gradient } = pathOf(lab), since = gradient.subarray(from * P, lab.step * P);
  return zero || !since.length ? null : lab.parameters.map((_, i) => since.reduce((sum, v, k) => (k % P === i ? sum + v : sum), 0));
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
