/**
 * The network's lab as a value, and every change as a function: `update(lab, action)` is the lab after it. Nothing here
 * touches the page or the clock. A walk is a start and a list of legs, so that any of its moments can be trained again.
 */

import { OPTIMIZERS } from "../optimizers.ts";
import { SCHEDULES } from "../schedules.ts";
import { heldCount, stepsOf } from "./batches.ts";
import type { ActivationName, DataName, FeatureName, NetDocument, NetworkDocument, NetworkLossName, Penalty } from "./contract.ts";
import { DATA, MOST_NOISE } from "./data.ts";
import type { NetworkAction, NetworkLab, NetworkLeg, Sample, Speed } from "./lab.ts";
import { drawn, FEATURES, shapeOf } from "./layers.ts";
import { plain, scaleOf } from "./scale.ts";
import { isSteady, legAt, trainOf } from "./train.ts";

export const MOST_LAYERS = 6; // hidden ones that are edited in the page; a document may have more
export const MOST_UNITS = 16; // likewise, in each
export const MOST_PARAMETERS = 5_000;
export const MOST_POINTS = 100_000;
export const MOST_STEPS = 1_000_000;
export const MOST_HELD = 0.9;
export const SEEDS = 2 ** 32;
const MOST_UNDONE = 100;

export const ACTIVATIONS: Readonly<Record<ActivationName, string>> = { relu: "ReLU", tanh: "Tanh", sigmoid: "Sigmoid", silu: "SiLU", linear: "Linear" };
export const PENALTIES: readonly Penalty[] = ["none", "L1", "L2"];
export const SPEEDS: readonly Speed[] = ["step", "epoch", "fast"];

/** The features there are for so many inputs, in their order. */
export const featuresOf = (inputs: number): FeatureName[] => (Object.keys(FEATURES) as FeatureName[]).filter((word) => inputs === 2 || !word.includes("x2"));

/** The losses that suit numbers, or classes. */
export const lossesOf = (classes: boolean): readonly NetworkLossName[] => (classes ? ["cross-entropy", "mse"] : ["mse", "mae"]);

/** The lab that a document opens. */
export function open(document: NetworkDocument): NetworkLab {
  const { net, data, scale, held, seed, loss } = document, { steps, ...settings } = document.walk;
  const points = data.kind === "own" ? sampleOf(data.x, data.y) : DATA[data.kind].make(data.n, data.noise, seed);
  const start = document.start ? Float64Array.from(document.start) : drawn(net, seed);
  return {
    document, net, data: { kind: data.kind, n: points.n, noise: data.noise }, points, scale, held, seed, loss, parameters: start, start,
    legs: [{ from: 0, ...settings }], steps, step: 0, furthest: 0, playing: false, speed: "epoch", unit: null, over: null, discrete: false, heldShown: false,
    moves: 0, panel: null, message: null, past: [], future: [],
  };
}

export const sampleOf = (x: readonly (readonly number[])[], y: readonly number[]): Sample => ({ n: y.length, x: Float64Array.from(x.flat()), y: Float64Array.from(y) });

/** The lab after `action`. */
export function update(lab: NetworkLab, action: NetworkAction): NetworkLab {
  switch (action.kind) {
    case "play": return { ...(atEnd(lab) ? at(lab, 0) : lab), playing: true, message: null };
    case "pause": return { ...lab, playing: false };
    case "step": return at({ ...lab, playing: false }, lab.step + whole(action.by));
    case "scrub": return at({ ...lab, playing: false }, Math.min(whole(action.step), lab.furthest));
    case "rewind": return at({ ...lab, playing: false }, 0);
    case "speed": return { ...lab, speed: action.speed };
    case "walk": return walked(lab, action);
    case "steps": return lengthened(lab, action.steps);
    case "weight": return weighted(lab, action);
    case "reseed": return reseeded(lab, action.seed ?? (lab.seed + 1) % SEEDS);
    case "layers": return layered(lab, action.hidden);
    case "features": return featured(lab, action.features);
    case "activation": return activated(lab, action.activation);
    case "loss": return measured(lab, action.loss);
    case "data": return remade(lab, action);
    case "table": return tabled(lab, action.net, action.points);
    case "held": return heldBack(lab, action.share);
    case "unit": return { ...lab, unit: action.unit };
    case "over": return { ...lab, over: action.unit };
    case "discrete": return { ...lab, discrete: action.on };
    case "heldShown": return { ...lab, heldShown: action.on };
    case "panel": return { ...lab, panel: action.panel, message: null };
    case "say": return { ...lab, message: action.message };
    case "undo": return back(lab, "past", "future");
    case "redo": return back(lab, "future", "past");
    case "reset": return { ...open(lab.document), past: remembered(lab).past };
    case "become": return { ...action.lab, past: remembered(lab).past };
  }
}

// --- Along the timeline ---

/** The lab while it plays, `steps` moments on; it stops where the timeline ends, or the walk. */
export function played(lab: NetworkLab, steps: number): NetworkLab {
  const next = at(lab, lab.step + Math.max(0, whole(steps)));
  return atEnd(next) ? { ...next, playing: false } : next;
}

/** The last step there is: where the timeline ends, or where the walk had to stop. */
export const lastStep = (lab: NetworkLab): number => trainOf(lab).ended?.step ?? lab.steps;

/** How many steps an epoch has with the settings in force. */
export const epochOf = ({ points, held, legs, step }: NetworkLab): number => stepsOf(points.n - heldCount(points.n, held), legAt(legs, step).batch);

/** Whether nothing comes after the shown step. The timeline of a steady rate grows, which counts to no end. */
function atEnd(lab: NetworkLab): boolean {
  const { ended } = trainOf(lab);
  return ended ? lab.step >= ended.step : lab.step >= lab.steps && !(isSteady(lab.legs) && lab.steps < MOST_STEPS);
}

/** At a step, which is trained where it never was. The timeline of a steady rate doubles as often as it must. */
export function at(lab: NetworkLab, wanted: number): NetworkLab {
  let { steps } = lab;
  if (wanted > steps && isSteady(lab.legs)) while (steps < Math.min(wanted, MOST_STEPS)) steps = Math.min(MOST_STEPS, 2 * steps);
  const trainer = trainOf(lab), step = trainer.upTo(Math.max(0, Math.min(steps, wanted)));
  return { ...lab, steps, step, furthest: Math.max(lab.furthest, step), parameters: step === 0 ? lab.start : trainer.parametersAt(step) };
}

function lengthened(lab: NetworkLab, wanted: number): NetworkLab {
  if (!Number.isFinite(wanted)) return complain(lab, `steps is ${wanted}, a whole number from 1 to ${MOST_STEPS.toLocaleString("en")} was expected\nhint: 1000 is a good first try`);
  const steps = Math.max(1, Math.min(MOST_STEPS, Math.round(wanted)));
  if (steps === lab.steps) return lab;
  const legs = lab.legs.filter(({ from }) => from === 0 || from < steps), step = Math.min(lab.step, steps);
  const next = { ...remembered(lab), legs: legs.length < lab.legs.length ? legs : lab.legs, steps };
  return at({ ...next, furthest: isSteady(legs) ? Math.min(lab.furthest, steps) : step }, step);
}

/**
 * Other settings from the shown step on: what was trained after it is dropped, and at the start they hold for the whole
 * walk. Where the walk has run away there is nothing to go on from: it is walked again from where its settings began.
 */
function walked(lab: NetworkLab, { kind: _, grip, ...change }: Extract<NetworkAction, { kind: "walk" }>): NetworkLab {
  const now = legAt(lab.legs, lab.step), step = trainOf(lab).ended?.step === lab.step ? now.from : lab.step, problem = wrongSetting(change);
  if (problem) return complain(lab, problem);
  const same = (Object.keys(change) as (keyof typeof change)[]).every((key) => change[key] === undefined || change[key] === now[key]);
  if (grip === "end" || (same && grip !== "begin")) return lab;
  const before = grip === "move" ? lab : remembered(lab);
  if (same) return before;
  const said = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  const legs = [...lab.legs.filter(({ from }) => from < step), { ...now, ...said, from: step }];
  return step === lab.step ? { ...before, legs, furthest: step } : at({ ...before, legs, furthest: step }, step);
}

/** What is wrong with settings of a walk, in words. */
export function wrongSetting({ rate, optimizer, schedule, batch, penalty, decay }: Partial<NetworkLeg>): string | null {
  if (rate !== undefined && !(rate > 0 && rate < Infinity)) return `rate is ${rate}, a number above 0 was expected\nhint: 0.03 is a good first try`;
  if (batch !== undefined && !(Number.isInteger(batch) && batch >= 0 && batch <= MOST_POINTS)) return `batch is ${batch}, a whole number of 1 or more was expected\nhint: 10 is a good first try; 0 takes all rows at once`;
  if (decay !== undefined && !(decay >= 0 && decay < Infinity)) return `decay is ${decay}, a number of 0 or more was expected\nhint: 0.001 is a good first try`;
  if (optimizer !== undefined && !Object.hasOwn(OPTIMIZERS, optimizer)) return noneOf("optimizer", optimizer, Object.keys(OPTIMIZERS));
  if (schedule !== undefined && !Object.hasOwn(SCHEDULES, schedule)) return noneOf("schedule", schedule, Object.keys(SCHEDULES));
  return penalty !== undefined && !PENALTIES.includes(penalty) ? noneOf("penalty", penalty, PENALTIES) : null;
}

const noneOf = (what: string, value: string, words: readonly string[]): string => `${what} is ${value}, which there is not\nhint: one of ${words.join(", ")}`;

// --- Another walk ---

/** A new walk from here, with the settings in force. */
function begun(lab: NetworkLab, start: Float64Array): NetworkLab {
  return { ...lab, start, parameters: start, legs: [{ ...legAt(lab.legs, lab.step), from: 0 }], step: 0, furthest: 0, playing: false, unit: kept(lab.unit, lab.net), over: kept(lab.over, lab.net) };
}

/** A unit, where the network still has it. */
const kept = (unit: NetworkLab["unit"], { features, hidden }: NetDocument): NetworkLab["unit"] =>
  unit && unit.unit < ([features.length, ...hidden, 1][unit.layer] ?? 0) ? unit : null;

function weighted(lab: NetworkLab, { index, value, grip }: Extract<NetworkAction, { kind: "weight" }>): NetworkLab {
  if (grip === "end") return lab;
  if (!Number.isFinite(value)) return complain(lab, `a weight is ${value}, a number was expected\nhint: 0 switches a connection off`);
  if (!(index in lab.parameters)) return lab;
  const before = grip === "begin" ? { ...remembered(lab), moves: lab.moves + 1 } : lab;
  return begun(before, lab.parameters.with(index, value));
}

/** Another start, split and order of batches; the data stay as they are. */
function reseeded(lab: NetworkLab, seed: number): NetworkLab {
  if (!isSeed(seed)) return complain(lab, `seed is ${seed}, a whole number from 0 to ${SEEDS - 1} was expected\nhint: 0 is as good as any`);
  const data = { ...lab.data, seed: lab.data.seed ?? lab.seed };
  return { ...begun({ ...remembered(lab), seed, data: data.kind === "own" ? lab.data : data }, drawn(lab.net, seed)), moves: 0 };
}

export const isSeed = (seed: number): boolean => Number.isInteger(seed) && seed >= 0 && seed < SEEDS;

/** What is wrong with a network's size, in words; known: one that is there already and may stay. */
export function wrongSize(net: Pick<NetDocument, "features" | "hidden">, known: readonly number[] = []): string | null {
  const { hidden } = net, layers = Math.max(MOST_LAYERS, known.length), units = Math.max(MOST_UNITS, ...known);
  if (hidden.length > layers) return `there are ${hidden.length} hidden layers, at most ${layers} are edited here\nhint: take one away`;
  const wrong = hidden.findIndex((width) => !Number.isInteger(width) || width < 1 || width > units);
  if (wrong >= 0) return `hidden layer ${wrong + 1} has ${hidden[wrong]} units, 1 to ${units} were expected\nhint: take the layer away, or give it units`;
  const { P } = shapeOf(net);
  return P > MOST_PARAMETERS ? `this network has ${P.toLocaleString("en")} parameters, a page trains at most ${MOST_PARAMETERS.toLocaleString("en")}\nhint: fewer units` : null;
}

function layered(lab: NetworkLab, hidden: readonly number[]): NetworkLab {
  const net = { ...lab.net, hidden: [...hidden] }, problem = wrongSize(net, longer(lab.net.hidden, lab.document.net.hidden));
  return problem ? complain(lab, problem) : rewired(lab, net);
}

const longer = (a: readonly number[], b: readonly number[]): readonly number[] =>
  Array.from({ length: Math.max(a.length, b.length) }, () => Math.max(...a, ...b));

function featured(lab: NetworkLab, wanted: readonly FeatureName[]): NetworkLab {
  const features = featuresOf(lab.net.inputs.length).filter((word) => wanted.includes(word));
  if (!features.length) return complain(lab, "no feature is left for the network to see\nhint: keep one");
  const net = { ...lab.net, features }, problem = wrongSize(net, lab.net.hidden);
  return problem ? complain(lab, problem) : rewired(lab, net);
}

const rewired = (lab: NetworkLab, net: NetDocument): NetworkLab => begun({ ...remembered(lab), net }, carried(lab.net, lab.parameters, net, lab.seed));

/** Parameters for a changed network: what leads from a unit that stays to a unit that stays is kept, the rest is drawn. */
export function carried(old: NetDocument, values: Float64Array, net: NetDocument, seed: number): Float64Array {
  const from = shapeOf(old), to = shapeOf(net), fresh = drawn(net, seed), L = to.weights.length, M = from.weights.length;
  for (let k = 0; k < L; k++) {
    const was = k === L - 1 ? M - 1 : k; // the output stays the output
    if (was >= M || (k < L - 1 && was === M - 1)) continue;
    const units = Math.min(to.widths[k + 1]!, from.widths[was + 1]!);
    for (let j = 0; j < units; j++) {
      const b = values[from.biases[was]! + j]!;
      if (Number.isFinite(b)) fresh[to.biases[k]! + j] = b;
      for (let i = 0; i < to.widths[k]!; i++) {
        const seen = was !== k ? -1 : k ? i : old.features.indexOf(net.features[i]!);
        const w = seen >= 0 && seen < from.widths[k]! ? values[from.weights[was]! + j * from.widths[was]! + seen]! : NaN;
        if (Number.isFinite(w)) fresh[to.weights[k]! + j * to.widths[k]! + i] = w;
      }
    }
  }
  return fresh;
}

/** Another bend: weights are drawn anew, as wide as it wants them. */
function activated(lab: NetworkLab, activation: ActivationName): NetworkLab {
  if (!Object.hasOwn(ACTIVATIONS, activation)) return complain(lab, noneOf("activation", activation, Object.keys(ACTIVATIONS)));
  const net = { ...lab.net, activation };
  return activation === lab.net.activation ? lab : { ...begun({ ...remembered(lab), net }, drawn(net, lab.seed)), moves: 0 };
}

function measured(lab: NetworkLab, loss: NetworkLossName): NetworkLab {
  const suited = lossesOf(lab.net.labels !== null);
  if (!suited.includes(loss)) return complain(lab, `${loss} is no loss of ${lab.net.labels ? "classes" : "a number"}\nhint: ${suited.join(" or ")}`);
  return loss === lab.loss ? lab : begun({ ...remembered(lab), loss }, lab.start);
}

// --- Other points ---

/** Data that the page makes; asked for what is there already, it makes other points of the same kind. */
function remade(lab: NetworkLab, { data: kind, n = lab.data.n, noise = lab.data.noise }: Extract<NetworkAction, { kind: "data" }>): NetworkLab {
  if (kind === "own") return restored(lab);
  const problem = wrongData(kind, n, noise);
  if (problem) return complain(lab, problem);
  const same = kind === lab.data.kind && n === lab.data.n && noise === lab.data.noise, before = lab.data.seed ?? lab.seed;
  const seed = same ? (before + 1) % SEEDS : before, { inputs, classes, make } = DATA[kind];
  const net = suited(lab, { inputs: inputs === 2 ? ["x1", "x2"] : ["x"], target: "y", labels: classes ? ["0", "1"] : null }, kind);
  return over({ ...remembered(lab), data: { kind, n, noise, ...(seed === lab.seed ? {} : { seed }) }, points: make(n, noise, seed), scale: plain(inputs) }, net);
}

/** What is wrong with data to be made, in words. */
export function wrongData(kind: DataName, n: number, noise: number): string | null {
  if (!Object.hasOwn(DATA, kind)) return noneOf("data", kind, Object.keys(DATA));
  if (!(Number.isInteger(n) && n >= 2 && n <= MOST_POINTS)) return `n is ${n}, a whole number from 2 to ${MOST_POINTS.toLocaleString("en")} was expected\nhint: 500 points are plenty`;
  return noise >= 0 && noise <= MOST_NOISE ? null : `noise is ${noise}, a number from 0 to ${MOST_NOISE} was expected\nhint: 0.1 is a little`;
}

/** The document's own points again. */
function restored(lab: NetworkLab): NetworkLab {
  const { document: d } = lab;
  if (d.data.kind !== "own") return complain(lab, "there are no points of your own yet\nhint: open a table, or paste one");
  const points = sampleOf(d.data.x, d.data.y);
  return over({ ...remembered(lab), data: { kind: "own", n: points.n, noise: 0 }, points, scale: d.scale }, suited(lab, d.net, "own"));
}

function tabled(lab: NetworkLab, named: Pick<NetDocument, "inputs" | "target" | "labels">, points: Sample): NetworkLab {
  const problem = wrongTable(named, points);
  if (problem) return complain(lab, problem);
  const scale = scaleOf(points, named.inputs.length, named.labels !== null);
  return over({ ...remembered(lab), data: { kind: "own", n: points.n, noise: 0 }, points, scale }, suited(lab, named, "own"));
}

/** What is wrong with a table, in words. */
export function wrongTable({ inputs, labels }: Pick<NetDocument, "inputs" | "labels">, { n, x, y }: Sample): string | null {
  if (inputs.length !== 1 && inputs.length !== 2) return `the table has ${inputs.length} inputs, one or two were expected\nhint: choose the columns to learn from`;
  if (n < 2) return `the table has ${n} points, 2 or more were expected\nhint: add rows`;
  if (n > MOST_POINTS) return `the table has ${n.toLocaleString("en")} points, a page holds at most ${MOST_POINTS.toLocaleString("en")}\nhint: take every tenth row`;
  if (x.length !== n * inputs.length || y.length !== n) return `the table has ${x.length} inputs and ${y.length} targets, ${n * inputs.length} and ${n} were expected\nhint: fill the gaps or delete their rows`;
  const bad = Math.max(x.findIndex((v) => !Number.isFinite(v)) % n, y.findIndex((v) => !Number.isFinite(v)));
  if (bad >= 0) return `row ${bad + 1} of the table is no point: a number is missing\nhint: fill the gap or delete the row`;
  const other = labels ? y.findIndex((v) => v !== 0 && v !== 1) : -1;
  return other >= 0 ? `row ${other + 1} of the table is of class ${y[other]}, 0 or 1 was expected\nhint: two classes are told apart here` : null;
}

/** The network for other columns: features and output as these want them, the rest as it is. */
function suited(lab: NetworkLab, { inputs, target, labels }: Pick<NetDocument, "inputs" | "target" | "labels">, kind: DataName): NetDocument {
  const { net, document: { net: d, data } } = lab;
  const features = inputs.length === net.inputs.length ? net.features : inputs.length === d.inputs.length ? d.features : (["x1", "x2"] as const).slice(0, inputs.length);
  const named = kind === data.kind ? { inputs: d.inputs, target: d.target, labels: d.labels } : { inputs, target, labels };
  const [a, b] = [net, { ...net, ...(kind === "own" ? { inputs, target, labels } : named), features }];
  return JSON.stringify(a) === JSON.stringify(b) ? a : b;
}

/** A walk over other points: from the same start where the network stays as it is. */
function over(lab: NetworkLab, net: NetDocument): NetworkLab {
  const losses = lossesOf(net.labels !== null), loss = losses.includes(lab.loss) && (net.labels === null) === (lab.net.labels === null) ? lab.loss : losses[0]!;
  const start = net.features === lab.net.features ? lab.start : carried(lab.net, lab.start, net, lab.seed);
  return begun({ ...lab, net, loss }, start);
}

function heldBack(lab: NetworkLab, share: number): NetworkLab {
  if (!Number.isFinite(share)) return complain(lab, `the share held out is ${share}, a number from 0 to ${MOST_HELD} was expected\nhint: 0.25 holds out a quarter`);
  const held = Math.max(0, Math.min(MOST_HELD, share));
  return held === lab.held ? lab : begun({ ...remembered(lab), held }, lab.start);
}

// --- Back and forth ---

export const complain = (lab: NetworkLab, text: string): NetworkLab => ({ ...lab, message: { kind: "error", text } });

const whole = (value: number): number => (Number.isFinite(value) ? Math.round(value) : value > 0 ? MOST_STEPS : 0);
const alone = (lab: NetworkLab): NetworkLab => ({ ...lab, past: [], future: [], playing: false });

/** The lab, with itself as what undo goes back to. */
const remembered = (lab: NetworkLab): NetworkLab => ({ ...lab, past: [...lab.past, alone(lab)].slice(-MOST_UNDONE), future: [], message: null });

/** The lab that `from` ends with; this one ends `to`. */
function back(lab: NetworkLab, from: "past" | "future", to: "past" | "future"): NetworkLab {
  const other = lab[from].at(-1);
  return other ? { ...other, panel: lab.panel, speed: lab.speed, playing: false, message: null, [from]: lab[from].slice(0, -1), [to]: [...lab[to], alone(lab)] } : lab;
}
