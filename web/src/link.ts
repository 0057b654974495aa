/**
 * The lab in a link: everything that differs from how the page opens, as `#1&key=value&…`. Version 1; keys are added,
 * never changed, and a page ignores those it does not know, so that old and new links keep working.
 *
 *     f the formula · x, y what its columns are called, ` between several of x · p where the walk starts · hold which parameters are locked (010)
 *     px, py, ps the points and their errors · loss · delta · goal the loss to beat · walk its legs, from:rate:optimizer:schedule[:sum]
 *     steps · step · follow · view from x to x, y to y · bench whether lines are worked on · over the two parameters of the
 *     landscape · slice where the inputs after the second are held
 */

import { attempt } from "./attempt.ts";
import { benchOf } from "./bench.ts";
import type { Document, LossName, OptimizerName, ScheduleName } from "./contract.ts";
import type { Leg } from "./descend.ts";
import { ordered } from "./expression.ts";
import { LOSSES } from "./losses.ts";
import { memo } from "./memo.ts";
import { type Model, renamed, typed } from "./model.ts";
import { OPTIMIZERS } from "./optimizers.ts";
import { fromDocument, type Points, pointsOf } from "./points.ts";
import { holding } from "./ranges.ts";
import { SCHEDULES } from "./schedules.ts";
import { complain, type Lab, MOST_STEPS, update, type View } from "./state.ts";
import { finite } from "./table.ts";

const MOST_LINKED = 2_000; // edited points
const MOST_LETTERS = 200_000;
const MOST_LEGS = 200;
const MOST_WORK = 1e9; // operations on a number to walk to a link's step: a few seconds

// --- Writing ---

/** What a link says besides the points. */
type Said = Pick<Lab, "start" | "locked" | "loss" | "delta" | "target" | "legs" | "steps" | "step" | "following" | "view"> & { model: Pick<Model, "formula" | "inputs" | "target" | "typed"> };

const words = ({ model, start, locked, loss, delta, target, legs, steps, step, following, view }: Said): Record<string, string> => ({
  f: model.typed ? escaped(compact(model.formula)) : "", x: model.inputs.map(escaped).join("`"), y: escaped(model.target),
  p: start.every(Number.isFinite) ? numbers(start) : "", hold: locked.map(Number).join(""),
  loss, delta: said(delta), goal: target === null ? "none" : said(target),
  walk: legs.map((leg) => `${leg.from}:${said(leg.rate)}:${leg.optimizer}:${leg.schedule}${leg.zero ? "" : ":sum"}`).join(";"),
  steps: said(steps), step: said(step), follow: following ? "1" : "", view: view ? numbers([...view.x, ...view.y]) : "",
});

/** What follows the page's address in a link to this lab: all that a page would not open with anyway; "" where that is nothing. */
export function toHash(lab: Lab): string {
  const { document: d, model, points } = lab;
  const opened = words({
    ...d, ...(model.typed ? fresh(model) : d), model: { ...d.model, typed: false },
    legs: [{ from: 0, ...d.walk }], steps: d.walk.steps, step: 0, following: false, view: null,
  });
  const told = Object.entries({ ...words(lab), px: linkTooLong(lab) ? "" : pointWords(points, d), bench: lab.bench === (ONE && benchOf(model) !== null) ? "" : said(Number(lab.bench)), over: lab.landscape?.every((i) => i < model.parameters.length) ? numbers(lab.landscape) : "", slice: numbers(lab.slice) }).filter(([key, text]) => text && text !== opened[key]);
  // What ends in a bracket or a dot loses it where links are recognised in running text.
  return told.length ? `#1&${told.map((pair) => pair.join("=")).join("&")}`.replace(/[^A-Za-z0-9=]$/, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`) : "";
}

/** Where a formula begins that was written in the page. */
const fresh = ({ parameters }: Model): { start: number[]; locked: boolean[] } => ({ start: parameters.map(() => 1), locked: parameters.map(() => false) });

/** Whether the points were changed and are too many for a link, which then leaves them out. */
export const linkTooLong = ({ points, document }: Lab): boolean => points.n > MOST_LINKED && pointWords(points, document) !== "";

/** The points, "" where they are those of the document. */
const pointWords = memo((points: Points, d: Document): string => {
  const [now, old] = [points, fromDocument(d.points)].map(({ x, y, sigma }) => `${numbers(x)}&py=${numbers(y)}${sigma ? `&ps=${numbers(sigma)}` : ""}`);
  return now === old ? "" : now!;
});

/** The shortest text that reads back as this very number. */
const said = (value: number): string => (Object.is(value, -0) ? "-0" : String(value).replace("e+", "e"));
const numbers = (values: ArrayLike<number>): string => Array.from(values, said).join(",");

/** A formula without the blanks around its signs, but for those in names. */
const compact = (formula: string): string =>
  formula.split(/(`[^`]*`)/).map((part) => (part.startsWith("`") ? part : part.replace(/ ([-+<>=!]+) /g, "$1").replaceAll(", ", ","))).join("");

/** Text as an address holds it, no more escaped than it must be; half a letter of a pair is left out. */
const escaped = (text: string): string =>
  encodeURIComponent(text.replace(/\p{Cs}/gu, "")).replace(/%(?:2C|3A|3B|2B|2F|5E|3D)/g, decodeURIComponent);

// --- Reading ---

/** The lab that a link opens; where something in it is wrong, the lab as it opened, with a message that says what. Never throws. */
export function fromHash(hash: string, opened: Lab): Lab {
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

function opening(keys: Keys, opened: Lab): Lab {
  if (!keys.size) return opened;
  const model = modelFrom(keys, opened), begun = model.typed ? fresh(model) : opened, P = model.parameters.length;
  const start = read(keys, "p", (text) => list(text, P), `a list of ${P} numbers`, begun.start);
  const step = read(keys, "step", (text) => whole(text, 0), "a whole number of 0 or more", 0);
  const rough: Lab = {
    ...opened, model, start, parameters: start, points: pointsFrom(keys, opened), ...settingsFrom(keys, opened),
    locked: read(keys, "hold", (text) => (/^[01]+$/.test(text) && text.length === P ? [...text].map((bit) => bit === "1") : null), `a 0 or 1 for each of ${P} parameters`, begun.locked),
    bench: ONE && benchOf(model) !== null && read(keys, "bench", (text) => (/^[01]$/.test(text) ? text === "1" : null), "0 or 1", true),
    landscape: read(keys, "over", (text) => pair(list(text, 2), P), `two different numbers below ${P}`, null),
    slice: model.inputs.length > 2 ? read(keys, "slice", (text) => list(text, model.inputs.length - 2), "a number", []) : [],
    ...(model === opened.model ? {} : { beaten: null }),
  };
  if (rough.points.n * ordered([model.expr]).length * step > MOST_WORK) throw new RangeError(`this link's key step is ${step}: too far to walk again here`);
  const there = update(settled(rough, opened), { kind: "scrub", step });
  return { ...there, ranges: there.ranges.map((range, i) => holding(range, there.parameters[i]!)), view: read(keys, "view", viewFrom, "a list of 4 numbers, low before high,", null), past: [] };
}

function modelFrom(keys: Keys, { model }: Lab): Model {
  const name = (text: string): string | null => (/^[^`\p{C}]{1,200}$/u.test(text) && text.trim() ? text : null);
  const several = (text: string): string[] | null => { const all = text.split("`").map(name); return all.length === model.inputs.length && new Set(all).size === all.length && all.every((word) => word !== null) ? all : null; };
  const input = read(keys, "x", several, model.inputs.length > 1 ? `a list of ${model.inputs.length} different names` : "the name of a column", model.inputs), target = read(keys, "y", (text) => (input.includes(text) ? null : name(text)), "the name of another column", model.target), formula = keys.get("f");
  const found = formula === undefined ? renamed(model, input, target) : attempt(() => typed(formula, input, target));
  if (typeof found === "string") throw new RangeError(`this link's key f is no formula: ${found.split("\n")[0]}`);
  return found;
}

function pointsFrom(keys: Keys, opened: Lab): Points {
  const k = opened.model.inputs.length, x = read(keys, "px", (text) => list(text, undefined, k), `a list of at most ${k * MOST_LINKED} numbers`, null);
  if (!x) return opened.points;
  const n = x.length / k, column = (key: string): number[] | null => read(keys, key, (text) => list(text, n), `a list of ${n} numbers like px`, null);
  const y = column("py"), sigma = column("ps");
  if (!y) throw bad("py", "", `a list of ${n} numbers like px`);
  if (sigma?.some((s) => s <= 0)) throw bad("ps", keys.get("ps")!, "a list of numbers above 0");
  return pointsOf(x, y, sigma);
}

const settingsFrom = (keys: Keys, { loss, delta, target, legs, steps }: Lab): Partial<Lab> => ({
  loss: read(keys, "loss", (text) => (Object.hasOwn(LOSSES, text) ? (text as LossName) : null), `one of ${Object.keys(LOSSES).join(", ")}`, loss),
  delta: read(keys, "delta", above, "a number above 0", delta),
  target: keys.get("goal") === "none" ? null : read(keys, "goal", number, "a number or none", target),
  legs: read(keys, "walk", legsFrom, "a walk such as 0:0.01:sgd:steady", legs),
  steps: read(keys, "steps", (text) => whole(text, 1), `a whole number from 1 to ${MOST_STEPS}`, steps),
  following: keys.get("follow") === "1",
});

function legsFrom(text: string): readonly Leg[] | null {
  const legs = text.split(";", MOST_LEGS + 1).map(legFrom);
  const orderly = legs.every((leg, i) => leg && (i ? leg.from > legs[i - 1]!.from : leg.from === 0));
  return orderly && legs.length <= MOST_LEGS ? (legs as Leg[]) : null;
}

function legFrom(text: string): Leg | null {
  const [, begin, length, optimizer, schedule, sum] = /^(\d+):([^:]+):(\w+):(\w+)(:sum)?$/.exec(text) ?? [];
  const from = begin ? whole(begin, 0) : null, rate = above(length ?? "");
  const known = Object.hasOwn(OPTIMIZERS, optimizer!) && Object.hasOwn(SCHEDULES, schedule!);
  return known && from !== null && rate !== null ? { from, rate, optimizer: optimizer as OptimizerName, schedule: schedule as ScheduleName, zero: !sum } : null;
}

const pair = (given: number[] | null, most: number): readonly [number, number] | null =>
  (given && given[0] !== given[1] && given.every((i) => i >= 0 && i < most && i % 1 === 0) ? [given[0]!, given[1]!] : null);

function viewFrom(text: string): View | null {
  const [a, b, c, d] = list(text, 4) ?? [];
  return a! < b! && c! < d! ? { x: [a!, b!], y: [c!, d!] } : null;
}

/** With its best and its ranges: looked for again, once, where what they stand on changed. */
function settled(lab: Lab, opened: Lab): Lab {
  const kept = lab.model.expr === opened.model.expr && lab.points === opened.points && lab.loss === opened.loss && lab.delta === opened.delta;
  if (!kept || lab.locked.some((lock, i) => lock !== opened.locked[i])) return update({ ...lab, best: null }, { kind: "points", points: lab.points });
  return { ...lab, ranges: opened.ranges.map((range, i) => holding(range, lab.start[i]!)) };
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

function number(text: string): number | null {
  const value = finite(text);
  return Number.isNaN(value) ? null : value;
}

const above = (text: string): number | null => (finite(text) > 0 ? finite(text) : null);

const whole = (text: string, least: number): number | null => (/^\d+$/.test(text) && Number(text) >= least && Number(text) <= MOST_STEPS ? Number(text) : null);

/** Numbers between commas, so many of them; left out: up to as many as a link holds in some columns. */
function list(text: string, count?: number, columns = 1): number[] | null {
  const values = text ? text.split(",", 2 * columns * MOST_LINKED).map(finite) : [];
  return (count === undefined ? values.length <= columns * MOST_LINKED && values.length % columns === 0 : values.length === count) && !values.some(Number.isNaN) ? values : null;
}
