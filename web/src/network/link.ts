/**
 * The network's lab in a link: everything that differs from how the page opens, as `#1&key=value&…`. Version 1; keys
 * are added, never changed, and a page ignores those it does not know, so that old and new links keep working.
 *
 *     data kind:points:noise, and :seed where it is not the lab's · in, out, cls names of columns and of classes, ` between them
 *     px, py own points, a column of inputs after another · units of each hidden layer, 0 for none · see the features · bend
 *     loss · held · seed · p where the walk starts, all of it · w the same as index:value of what differs from the drawn start
 *     walk its legs, from:rate:optimizer:schedule:batch:penalty:decay[:sum] · steps · step · speed · unit layer.unit · flat · rest
 */

import { attempt } from "../attempt.ts";
import { OPTIMIZERS } from "../optimizers.ts";
import { SCHEDULES } from "../schedules.ts";
import { finite } from "../table.ts";
import { stepsOf } from "./batches.ts";
import type { DataName, FeatureName, NetDocument } from "./contract.ts";
import { DATA } from "./data.ts";
import type { NetworkLab, NetworkLeg, Sample, Speed, Unit } from "./lab.ts";
import { drawn, shapeOf } from "./layers.ts";
import { plain, scaleOf } from "./scale.ts";
import { ACTIVATIONS, at, complain, featuresOf, isSeed, lossesOf, MOST_HELD, MOST_STEPS, open, PENALTIES, sampleOf, SPEEDS, update, wrongData, wrongSetting, wrongSize, wrongTable } from "./state.ts";

export const MOST_LINKED = 2_000; // own points
export const MOST_RETRAINED = 200_000; // steps that are trained again when a link opens
const MOST_WORK = 1e9; // rows × parameters × steps of that: a few seconds
const MOST_LETTERS = 400_000;
const MOST_LEGS = 200;
const ABOUT_POINTS = ["data", "in", "out", "cls", "see", "loss", "p", "w", "step"]; // keys that mean nothing without the points
const SHORTS = { "x1^2": "x1x1", "x2^2": "x2x2", "x1*x2": "x1x2", "sin(x1)": "sinx1", "sin(x2)": "sinx2" } as const;

const shortOf = (word: FeatureName): string => (SHORTS as Partial<Record<FeatureName, string>>)[word] ?? word;

// --- Writing ---

/** What follows the page's address in a link to this lab: all that a page would not open with anyway; "" where that is nothing. */
export function toHash(lab: NetworkLab): string {
  const opened = words(asOpened(lab)), long = linkTooLong(lab);
  const told = Object.entries({ ...words(lab), ...pointWords(lab), ...startWords(lab) }).filter(([key, text]) => text !== opened[key] && !(long && ABOUT_POINTS.includes(key)));
  // What ends in a bracket or a dot loses it where links are recognised in running text.
  return told.length ? `#1&${told.map((pair) => pair.join("=")).join("&")}`.replace(/[^A-Za-z0-9=]$/, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`) : "";
}

let last: NetworkLab | null = null; // as the page of a document opens; made once

function asOpened({ document }: NetworkLab): NetworkLab {
  if (last?.document !== document) last = open(document);
  return last;
}

const words = ({ net, data, held, seed, loss, legs, steps, step, speed, unit, discrete, heldShown }: NetworkLab): Record<string, string> => ({
  data: data.kind === "own" ? "own" : [data.kind, data.n, said(data.noise), ...(data.seed === undefined ? [] : [data.seed])].join(":"),
  in: net.inputs.map(escaped).join("`"), out: escaped(net.target), cls: net.labels ? net.labels.map(escaped).join("`") : "-",
  units: net.hidden.join(",") || "0", see: net.features.map(shortOf).join(","), bend: net.activation,
  loss, held: said(held), seed: said(seed), walk: legs.map(legWords).join(";"), steps: said(steps), step: said(step), speed,
  unit: unit ? `${unit.layer}.${unit.unit}` : "-", flat: discrete ? "1" : "0", rest: heldShown ? "1" : "0",
});

const legWords = ({ from, rate, optimizer, schedule, batch, penalty, decay, zero }: NetworkLeg): string =>
  [from, said(rate), optimizer, schedule, batch, penalty, said(decay), ...(zero ? [] : ["sum"])].join(":");

/** Own points, where they are not the document's and not too many. */
function pointWords(lab: NetworkLab): Record<string, string> {
  const { points: { x, y }, data } = lab, old = asOpened(lab);
  return data.kind !== "own" || linkTooLong(lab) || (old.data.kind === "own" && same(x, old.points.x) && same(y, old.points.y)) ? {} : { px: numbers(x), py: numbers(y) };
}

/** Where the walk starts, where that is not what the page would start with anyway. */
function startWords(lab: NetworkLab): Record<string, string> {
  const { start } = lab, expected = startFor(lab.net, lab.seed, asOpened(lab));
  if (same(start, expected)) return {};
  const other = Array.from(start, (value, i) => (Object.is(value, expected[i]) ? "" : `${i}:${said(value)}`)).filter(Boolean);
  return other.length < start.length / 2 ? { w: other.join(",") } : { p: numbers(start) };
}

/** The start of a network without a hand's help: the document's where it is the document's, otherwise drawn. */
function startFor(net: NetDocument, seed: number, opened: NetworkLab): Float64Array {
  const { net: old } = opened, alike = seed === opened.seed && net.activation === old.activation && `${net.hidden}` === `${old.hidden}` && `${net.features}` === `${old.features}`;
  return alike ? opened.start : drawn(net, seed);
}

/** Whether the points are the reader's and too many for a link, which then leaves them out. */
export const linkTooLong = (lab: NetworkLab): boolean => {
  const { points, data } = lab, old = asOpened(lab);
  return data.kind === "own" && points.n > MOST_LINKED && !(old.data.kind === "own" && same(points.x, old.points.x) && same(points.y, old.points.y));
};

const same = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => a === b || (a.length === b.length && Array.prototype.every.call(a, (v: number, i: number) => Object.is(v, b[i])));

/** The shortest text that reads back as this very number. */
const said = (value: number): string => (Object.is(value, -0) ? "-0" : String(value).replace("e+", "e"));
const numbers = (values: ArrayLike<number>): string => Array.from(values, said).join(",");

/** Text as an address holds it; half a letter of a pair is left out. */
const escaped = (text: string): string => encodeURIComponent(text.replace(/\p{Cs}/gu, "").replaceAll("`", "'"));

// --- Reading ---

/** The lab that a link opens; where something in it is wrong, the lab as it opened, with a message that says what. Never throws. */
export function fromHash(hash: string, opened: NetworkLab): NetworkLab {
  const version = /^#?(\d+)(?:&|$)/.exec(hash)?.[1];
  if (version === undefined) return opened; // no link of ours
  const lab = attempt(() => {
    if (version !== "1") throw new RangeError(`this link was made for version ${version.slice(0, 9)} of the page, this is version 1`);
    if (hash.length > MOST_LETTERS) throw new RangeError(`this link has ${hash.length} characters, at most ${MOST_LETTERS} are read`);
    return opening(keysOf(hash), opened);
  });
  return typeof lab === "string" ? complain(opened, `${lab}\nhint: open the page without what follows #`) : lab;
}

type Keys = ReadonlyMap<string, string>;

function keysOf(hash: string): Keys {
  const keys = new Map<string, string>();
  for (const part of hash.replace(/^#?1&?/, "").split("&")) {
    const [, key, value] = /^([a-z]+)=([^]*)$/.exec(part) ?? [];
    if (key && !keys.has(key)) keys.set(key, decoded(key, value!));
  }
  return keys;
}

function decoded(key: string, value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw bad(key, value, "text");
  }
}

function opening(keys: Keys, opened: NetworkLab): NetworkLab {
  if (!keys.size) return opened;
  const seed = read(keys, "seed", (text) => { const value = whole(text); return value !== null && isSeed(value) ? value : null; }, "a whole number", opened.seed);
  const made = pointsFrom(keys, opened, seed), { labels } = made.net, net = netFrom(keys, opened, made.net);
  const loss = read(keys, "loss", (text) => lossesOf(labels !== null).find((word) => word === text) ?? null, lossesOf(labels !== null).join(" or "), lossesOf(labels !== null).includes(opened.loss) ? opened.loss : lossesOf(labels !== null)[0]!);
  const start = startFrom(keys, net, seed, opened), steps = read(keys, "steps", (text) => { const value = whole(text); return value && value <= MOST_STEPS ? value : null; }, `a whole number from 1 to ${MOST_STEPS}`, opened.steps);
  const legs = read(keys, "walk", (text) => legsFrom(text, steps), "a walk such as 0:0.03:sgd:steady:10:none:0", opened.legs);
  const lab: NetworkLab = {
    ...opened, ...made, net, loss, seed, start, parameters: start, legs, steps,
    held: read(keys, "held", (text) => { const value = finite(text); return value >= 0 && value <= MOST_HELD ? value : null; }, `a number from 0 to ${MOST_HELD}`, opened.held),
    speed: read(keys, "speed", (text) => SPEEDS.find((word): word is Speed => word === text) ?? null, SPEEDS.join(", "), opened.speed),
    unit: read(keys, "unit", (text) => unitFrom(text, net), "a layer and a unit such as 1.3", opened.unit && (unitFrom(`${opened.unit.layer}.${opened.unit.unit}`, net))) || null,
    discrete: bit(keys, "flat", opened.discrete), heldShown: bit(keys, "rest", opened.heldShown),
  };
  return there(lab, read(keys, "step", (text) => { const value = whole(text); return value !== null && value <= steps ? value : null; }, `a whole number from 0 to ${steps}`, 0));
}

/** At the step of a link, trained again; at the start, with a message, where that would take too long. */
function there(lab: NetworkLab, step: number): NetworkLab {
  const { points, legs } = lab, P = lab.start.length;
  const rows = Math.max(...legs.map(({ batch }) => points.n / stepsOf(points.n, batch)));
  if (step <= MOST_RETRAINED && step * rows * P <= MOST_WORK) return at(lab, step);
  return update(lab, { kind: "say", message: { kind: "error", text: `this link shows step ${step}, too far to train again at once\nhint: press play` } });
}

/** Points, their scale, and the columns that a network learns from. */
function pointsFrom(keys: Keys, opened: NetworkLab, seed: number): Pick<NetworkLab, "data" | "points" | "scale" | "net"> {
  const text = keys.get("data");
  if (text === undefined && !keys.has("px") && (opened.data.kind === "own" || seed === opened.seed)) return opened;
  if ((text ?? opened.data.kind) === "own") return ownPoints(keys, opened);
  const { kind, n, noise, at: own } = text === undefined ? { ...opened.data, at: opened.data.seed } : dataFrom(text);
  const problem = wrongData(kind, n, noise);
  if (problem) throw new RangeError(`this link's key data is wrong: ${problem.split("\n")[0]}`);
  const { inputs, classes, make } = DATA[kind as keyof typeof DATA];
  const net = namesFrom(keys, { ...opened.net, ...(opened.data.kind === kind ? {} : { inputs: inputs === 2 ? ["x1", "x2"] : ["x"], target: "y", labels: classes ? ["0", "1"] as const : null }) }, classes);
  return { data: { kind, n, noise, ...(own === undefined ? {} : { seed: own }) }, points: make(n, noise, own ?? seed), scale: plain(inputs), net };
}

function dataFrom(text: string): { kind: DataName; n: number; noise: number; at: number | undefined } {
  const [, kind, n, noise, own] = /^(\w+):(\d+):([^:]+)(?::(\d+))?$/.exec(text) ?? [], at = own === undefined ? undefined : whole(own);
  if (kind === undefined || at === null || (at !== undefined && !isSeed(at))) throw bad("data", text, "data such as circle:500:0.1");
  return { kind: kind as DataName, n: whole(n!) ?? NaN, noise: finite(noise!), at };
}

function ownPoints(keys: Keys, opened: NetworkLab): Pick<NetworkLab, "data" | "points" | "scale" | "net"> {
  const py = read(keys, "py", list, `a list of at most ${MOST_LINKED} numbers`, null), { document: d } = opened, classes = keys.has("cls") ? keys.get("cls") !== "-" : opened.net.labels !== null;
  if (!py) {
    if (d.data.kind !== "own") throw bad("data", "own", "points in px and py");
    const points = opened.data.kind === "own" ? opened.points : sampleOf(d.data.x, d.data.y);
    return { data: { kind: "own", n: points.n, noise: 0 }, points, scale: d.scale, net: { ...opened.net, inputs: d.net.inputs, target: d.net.target, labels: d.net.labels } };
  }
  const px = read(keys, "px", list, "a list of numbers", null), n = py.length, inputs = px ? px.length / n : 0;
  if (inputs !== 1 && inputs !== 2) throw bad("px", keys.get("px") ?? "", `a list of ${n} or ${2 * n} numbers, for one input or two,`);
  const points: Sample = { n, x: Float64Array.from(px!), y: Float64Array.from(py) };
  const fallback = opened.net.inputs.length === inputs ? opened.net.inputs : inputs === 2 ? ["x1", "x2"] : ["x"];
  const net = namesFrom(keys, { ...opened.net, inputs: fallback, labels: classes ? opened.net.labels ?? ["0", "1"] : null }, classes), problem = wrongTable(net, points);
  if (problem) throw new RangeError(`this link's points are wrong: ${problem.split("\n")[0]}`);
  return { data: { kind: "own", n, noise: 0 }, points, scale: scaleOf(points, inputs, classes), net };
}

/** The names of columns and classes. */
function namesFrom(keys: Keys, net: NetDocument, classes: boolean): NetDocument {
  const named = (count: number) => (text: string): string[] | null => {
    const all = text.split("`");
    return all.length === count && all.every((word) => /^[^\p{C}]{1,200}$/u.test(word) && word.trim()) && new Set(all).size === count ? all : null;
  };
  const inputs = read(keys, "in", named(net.inputs.length), `${net.inputs.length} names`, net.inputs), [target] = read(keys, "out", named(1), "a name", [net.target]);
  const labels = classes ? read(keys, "cls", named(2), "two names", net.labels ?? ["0", "1"]) : null;
  return { ...net, inputs, target: target!, labels: labels && [labels[0]!, labels[1]!] };
}

function netFrom(keys: Keys, opened: NetworkLab, made: NetDocument): NetDocument {
  const possible = featuresOf(made.inputs.length), otherwise = opened.net.features.every((word) => possible.includes(word)) ? opened.net.features : (["x1", "x2"] as const).slice(0, made.inputs.length);
  const features = read(keys, "see", (text) => { const all = possible.filter((word) => text.split(",").includes(shortOf(word))); return all.length && all.length === text.split(",").length ? all : null; }, `some of ${possible.map(shortOf).join(", ")}`, otherwise);
  const hidden = read(keys, "units", (text) => (text === "0" ? [] : /^\d{1,6}(,\d{1,6})*$/.test(text) ? text.split(",").map(Number) : null), "a list of widths such as 8,8", opened.net.hidden);
  const activation = read(keys, "bend", (text) => (Object.hasOwn(ACTIVATIONS, text) ? (text as NetDocument["activation"]) : null), `one of ${Object.keys(ACTIVATIONS).join(", ")}`, opened.net.activation);
  const net = { ...made, features, hidden, activation };
  const problem = `${hidden}` === `${opened.net.hidden}` ? wrongSize(net, hidden) : wrongSize(net, opened.net.hidden);
  if (problem) throw new RangeError(`this link's key units is wrong: ${problem.split("\n")[0]}`);
  const kept = JSON.stringify(net) === JSON.stringify(opened.net);
  return kept ? opened.net : net;
}

function startFrom(keys: Keys, net: NetDocument, seed: number, opened: NetworkLab): Float64Array {
  const { P } = shapeOf(net), start = startFor(net, seed, opened);
  const all = read(keys, "p", (text) => { const values = list(text); return values?.length === P ? values : null; }, `a list of ${P} numbers`, null);
  if (all) return Float64Array.from(all);
  const some = read(keys, "w", (text) => {
    const pairs = text.split(",", P + 1).map((pair) => /^(\d{1,6}):(.+)$/.exec(pair)).map((found) => (found ? [Number(found[1]), finite(found[2]!)] as const : null));
    return pairs.every((pair) => pair && pair[0] < P && !Number.isNaN(pair[1])) ? (pairs as (readonly [number, number])[]) : null;
  }, `numbers of parameters below ${P} and their values, such as 3:0.5,`, []);
  if (!some.length) return start;
  const changed = start.slice();
  for (const [i, value] of some) changed[i] = value;
  return changed;
}

function legsFrom(text: string, steps: number): readonly NetworkLeg[] | null {
  const legs = text.split(";", MOST_LEGS + 1).map(legFrom);
  const orderly = legs.every((leg, i) => leg && (i ? leg.from > legs[i - 1]!.from && leg.from <= steps : leg.from === 0));
  return orderly && legs.length <= MOST_LEGS ? (legs as NetworkLeg[]) : null;
}

function legFrom(text: string): NetworkLeg | null {
  const [, begin, rate, optimizer, schedule, batch, penalty, decay, sum] = /^(\d+):([^:]+):(\w+):(\w+):(\d+):(\w+):([^:]+)(:sum)?$/.exec(text) ?? [], from = begin ? whole(begin) : null;
  if (from === null || !Object.hasOwn(OPTIMIZERS, optimizer!) || !Object.hasOwn(SCHEDULES, schedule!)) return null;
  const leg = { from, rate: finite(rate!), optimizer, schedule, zero: !sum, batch: whole(batch!) ?? NaN, penalty: PENALTIES.find((word) => word === penalty) ?? "", decay: finite(decay!) } as NetworkLeg;
  return wrongSetting(leg) ? null : leg;
}

/** A unit such as 1.3, false for none, null for one that there is not. */
function unitFrom(text: string, { features, hidden }: NetDocument): Unit | false | null {
  if (text === "-") return false;
  const [, layer, unit] = /^(\d{1,3})\.(\d{1,6})$/.exec(text)?.map(Number) ?? [];
  return unit !== undefined && unit < ([features.length, ...hidden, 1][layer!] ?? 0) ? { layer: layer!, unit } : null;
}

// --- Values ---

/** A key's value, `otherwise` where the key is not there. Throws RangeError where `parse` finds nothing in it. */
function read<T, U>(keys: Keys, key: string, parse: (text: string) => T | null, wanted: string, otherwise: U): T | U {
  const text = keys.get(key);
  if (text === undefined) return otherwise;
  const value = parse(text);
  if (value === null) throw bad(key, text, wanted);
  return value;
}

const bad = (key: string, text: string, wanted: string): RangeError =>
  new RangeError(`this link's key ${key} is "${text.length <= 40 ? text : `${text.slice(0, 39)}…`}", ${wanted} was expected`);

const bit = (keys: Keys, key: string, otherwise: boolean): boolean => read(keys, key, (text) => (/^[01]$/.test(text) ? text === "1" : null), "0 or 1", otherwise);

const whole = (text: string): number | null => (/^\d{1,10}$/.test(text) ? Number(text) : null);

/** Numbers between commas, at most as many as a link holds. */
function list(text: string): number[] | null {
  const values = text ? text.split(",", 5_001).map(finite) : [];
  return values.length <= 5_000 && !values.some(Number.isNaN) ? values : null;
}
