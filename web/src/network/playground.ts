/** TensorFlow Playground's links: the same experiment, in squiggly's words. */

import { OPTIMIZERS } from "../optimizers.ts";
import type { ActivationName, FeatureName, NetDocument, Penalty } from "./contract.ts";
import { DATA, type MadeName } from "./data.ts";
import type { NetworkLab } from "./lab.ts";
import { drawn } from "./layers.ts";
import { plain } from "./scale.ts";
import { MOST_HELD, wrongSize } from "./state.ts";

const POINTS = 500; // that Playground makes
const STEPS = 1_000;
const SIGNS = ["activation", "networkShape", "dataset", "regDataset", "batchSize", "learningRate", "regularization", "regularizationRate", "percTrainData", "problem"]; // keys that nobody else has

const CLASSES: Readonly<Record<string, MadeName>> = { circle: "circle", xor: "xor", gauss: "gauss", spiral: "spiral" };
const NUMBERS: Readonly<Record<string, MadeName>> = { "reg-plane": "plane", "reg-gauss": "bump" };
const ACTIVATIONS: Readonly<Record<string, ActivationName>> = { tanh: "tanh", relu: "relu", sigmoid: "sigmoid", linear: "linear" };
const FEATURES: Readonly<Record<string, FeatureName>> = { x: "x1", y: "x2", xSquared: "x1^2", ySquared: "x2^2", xTimesY: "x1*x2", sinX: "sin(x1)", sinY: "sin(x2)" };

/** Playground's controls that a teacher may hide, and what they are called here. */
const CONTROLS: Readonly<Record<string, string>> = {
  activation: "activation", learningRate: "rate", regularization: "penalty", regularizationRate: "penalty", batchSize: "batch", noise: "noise", dataset: "data", problem: "data",
  percTrainData: "held", numHiddenLayers: "layers", showTestData: "heldShown", discretize: "discrete", playButton: "timeline", stepButton: "timeline", resetButton: "seed",
};

/** The lab that a Playground address shows, or what follows its #; null where it is none of Playground's. Never throws. */
export function fromPlayground(address: string, opened: NetworkLab): NetworkLab | null {
  const keys = new Map<string, string>();
  for (const part of address.slice(address.indexOf("#") + 1).split("&").slice(0, 200)) {
    const [, key, value] = /^([A-Za-z0-9_]+)=([^]*)$/.exec(part) ?? [];
    if (key && !keys.has(key)) keys.set(key, plainText(value!));
  }
  return SIGNS.some((key) => keys.has(key)) ? shown(keys, opened) : null;
}

type Keys = ReadonlyMap<string, string>;

function plainText(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

function shown(keys: Keys, opened: NetworkLab): NetworkLab {
  const unlike: string[] = []; // what has no equal here
  const classes = keys.get("problem") !== "regression";
  const word = <T>(key: string, table: Readonly<Record<string, T>>, otherwise: string): T => {
    const said = keys.get(key) || otherwise;
    if (!Object.hasOwn(table, said)) unlike.push(`${key} ${clipped(said)}`);
    return table[said in table && Object.hasOwn(table, said) ? said : otherwise]!;
  };
  const number = (key: string, otherwise: number, low: number, high: number): number => {
    const text = keys.get(key), value = text === undefined || !text.trim() ? otherwise : Number(text);
    if (!(value >= low && value <= high)) unlike.push(`${key} ${clipped(text ?? "")}`);
    return value >= low && value <= high ? value : otherwise;
  };
  const truth = (key: string, otherwise = false): boolean => (keys.has(key) ? keys.get(key) === "true" : otherwise);

  const kind = classes ? word("dataset", CLASSES, "circle") : word("regDataset", NUMBERS, "reg-plane");
  const features = Object.entries(FEATURES).filter(([key]) => truth(key, key === "x" || key === "y")).map(([, feature]) => feature);
  for (const key of ["cosX", "cosY"]) if (truth(key)) unlike.push(`the feature ${key}`);
  const net: NetDocument = {
    inputs: ["x1", "x2"], target: "y", labels: classes ? ["0", "1"] : null, features: features.length ? inOrder(features) : ["x1", "x2"],
    hidden: hiddenFrom(keys, unlike), activation: word("activation", ACTIVATIONS, "tanh"),
  };
  const seed = keys.get("seed") ? hashed(keys.get("seed")!) : opened.seed, noise = number("noise", 0, 0, 50) / 100;
  const rate = number("learningRate", 0.03, 1e-12, 1e6), penalty = word("regularization", { none: "none", L1: "L1", L2: "L2" } as Record<string, Penalty>, "none");
  const decay = number("regularizationRate", 0, 0, 1e6), share = number("percTrainData", 50, 1, 100) / 100, batch = Math.round(number("batchSize", 10, 1, POINTS));
  if (truth("initZero")) unlike.push("a start of zeros");
  const hide = [...new Set([...keys].flatMap(([key, value]) => (key.endsWith("_hide") && value === "true" ? (CONTROLS[key.slice(0, -5)] ?? []) : [])))];
  const start = drawn(net, seed);
  return {
    ...opened, document: { ...opened.document, hide: [...new Set([...opened.document.hide, ...hide])] },
    net, data: { kind, n: POINTS, noise }, points: DATA[kind].make(POINTS, noise, seed), scale: plain(2), held: Math.min(MOST_HELD, Math.round(100 * (1 - share)) / 100), seed, loss: "mse",
    start, parameters: start, step: 0, furthest: 0, steps: STEPS, playing: false, unit: null, over: null, moves: 0, past: [], future: [],
    legs: [{ from: 0, rate: rate / 2, optimizer: "sgd", schedule: "steady", zero: true, batch, penalty, decay: 2 * decay }],
    discrete: truth("discretize"), heldShown: truth("showTestData"),
    message: { kind: "done", text: told(rate, penalty === "none" ? 0 : decay, unlike) },
  };
}

function told(rate: number, decay: number, unlike: readonly string[]): string {
  const doubled = decay ? `, and its penalty rate ${decay} is ${2 * decay}` : "";
  const first = `From TensorFlow Playground: it halves the squared error, so its rate ${rate} is ${rate / 2} here${doubled}; ${OPTIMIZERS.sgd.title} takes the same steps, from a start of its own.`;
  return unlike.length ? `${first} Without an equal here: ${unlike.join(", ")}.` : first;
}

/** As the page lists them. */
const ORDER: readonly FeatureName[] = ["x1", "x2", "x1^2", "x2^2", "x1*x2", "sin(x1)", "sin(x2)"];
const inOrder = (features: readonly FeatureName[]): FeatureName[] => ORDER.filter((feature) => features.includes(feature));

function hiddenFrom(keys: Keys, unlike: string[]): number[] {
  const text = keys.get("networkShape") ?? "4,2", hidden = text ? text.split(",", 20).map(Number) : [];
  if (!wrongSize({ features: ORDER, hidden })) return hidden;
  unlike.push(`the layers ${clipped(text)}`);
  return [4, 2];
}

/** A seed of any text: FNV-1a. */
function hashed(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

const clipped = (text: string): string => (text.length > 20 ? `${text.slice(0, 20)}…` : text);
