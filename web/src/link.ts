/**
 * The lab in a link: everything that differs from how the page opens, as `#1&key=value&…`. Version 1; keys are added,
 * never changed, and a page ignores those it does not know, so that old and new links keep working.
 *
 *     f the formula · x, y what its columns are called · p where the walk starts · hold which parameters are locked (010)
 *     px, py, ps the points and their errors · loss · delta · goal the loss to beat · walk its legs, from:rate:optimizer:schedule[:sum]
 *     steps · step · follow · view from x to x, y to y
 */

import type { Document, LossName, OptimizerName, ScheduleName } from "./contract.ts";
import type { Leg } from "./descend.ts";
import { pathOf } from "./derived.ts";
import { ordered } from "./expression.ts";
import { FormulaError } from "./formula.ts";
import { LOSSES } from "./losses.ts";
import { memo } from "./memo.ts";
import { type Model, renamed, typed } from "./model.ts";
import { OPTIMIZERS } from "./optimizers.ts";
import { fromDocument, type Points, pointsOf } from "./points.ts";
import { holding } from "./ranges.ts";
import { SCHEDULES } from "./schedules.ts";
import { complain, type Lab, MOST_STEPS, update, type View } from "./state.ts";

const MOST_LINKED = 2_000; // edited points
const MOST_LETTERS = 200_000;
const MOST_LEGS = 200;
const MOST_WORK = 1e9; // operations on a number to walk to a link's step: a few seconds

// --- Writing ---

/** What follows the page's address in a link to this lab; "" where it stands as it opened. */
export function toHash(lab: Lab): string {
  const { document: d } = lab;
  const said = [
    ...modelWords(lab.model, d),
    ...startWords(lab),
    ...(linkTooLong(lab) ? [] : pointWords(lab.points, d)),
    ...settingWords(lab),
    ...(lab.view ? [`view=${numbers([...lab.view.x, ...lab.view.y])}`] : []),
  ];
  // What ends in a bracket or a dot loses it where links are recognised in running text.
  return said.length ? `#1&${said.join("&")}`.replace(/[^A-Za-z0-9=]$/, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`) : "";
}

/** Whether the points were changed and are too many for a link, which then leaves them out. */
export const linkTooLong = (lab: Lab): boolean => lab.points.n > MOST_LINKED && !samePoints(lab.points, lab.document);

const samePoints = memo((points: Points, d: Document): boolean => {
  const old = fromDocument(d.points);
  const same = (a: Float64Array | null, b: Float64Array | null): boolean => a === b || (!!a && !!b && a.every((v, i) => Object.is(v, b[i])));
  return points.n === old.n && same(points.x, old.x) && same(points.y, old.y) && same(points.sigma, old.sigma);
});

const modelWords = memo((model: Model, d: Document): string[] => [
  ...(model.typed ? [`f=${escaped(compact(model.formula))}`] : []),
  ...(model.input === d.model.input ? [] : [`x=${escaped(model.input)}`]),
  ...(model.target === d.model.target ? [] : [`y=${escaped(model.target)}`]),
]);

const pointWords = memo((points: Points, d: Document): string[] => (samePoints(points, d) ? [] : [
  `px=${numbers(points.x)}`, `py=${numbers(points.y)}`, ...(points.sigma ? [`ps=${numbers(points.sigma)}`] : []),
]));

function startWords({ model, start, locked, document: d }: Lab): string[] {
  const moved = model.typed || start.some((value, i) => !Object.is(value, d.start[i]));
  const held = model.typed ? locked.some(Boolean) : locked.some((lock, i) => lock !== d.locked[i]);
  return [
    ...(moved && start.every(Number.isFinite) ? [`p=${numbers(start)}`] : []),
    ...(held ? [`hold=${locked.map(Number).join("")}`] : []),
  ];
}

function settingWords(lab: Lab): string[] {
  const { document: { walk: { steps, ...walk }, ...d } } = lab;
  const legs = lab.legs.map(legWords).join(";");
  const words: readonly (readonly [string, string, boolean])[] = [
    ["loss", lab.loss, lab.loss !== d.loss],
    ["delta", said(lab.delta), lab.delta !== d.delta],
    ["goal", lab.target === null ? "none" : said(lab.target), lab.target !== d.target],
    ["walk", legs, legs !== legWords({ from: 0, ...walk })],
    ["steps", said(lab.steps), lab.steps !== steps],
    ["step", said(lab.step), lab.step > 0],
    ["follow", "1", lab.following],
  ];
  return words.filter(([, , changed]) => changed).map(([key, value]) => `${key}=${value}`);
}

const legWords = (leg: Leg): string => `${leg.from}:${said(leg.rate)}:${leg.optimizer}:${leg.schedule}${leg.zero ? "" : ":sum"}`;

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
  try {
    if (version !== "1") throw new RangeError(`this link was made for version ${version.slice(0, 9)} of the page, this is version 1`);
    if (hash.length > MOST_LETTERS) throw new RangeError(`this link has ${hash.length} characters, at most ${MOST_LETTERS} are read`);
    return opening(keysOf(hash), opened);
  } catch (error) {
    const problem = error instanceof RangeError ? error.message : "this link could not be opened";
    return complain(opened, `${problem}\nhint: open the page without what follows #`);
  }
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
  const model = modelFrom(keys, opened), P = model.parameters.length;
  const start = read(keys, "p", (text) => list(text, P), `a list of ${P} numbers`) ?? (model.typed ? model.parameters.map(() => 1) : opened.start);
  const locked = read(keys, "hold", (text) => (/^[01]+$/.test(text) && text.length === P ? [...text].map((bit) => bit === "1") : null), `a 0 or 1 for each of ${P} parameters`)
    ?? (model.typed ? model.parameters.map(() => false) : opened.locked);
  const rough: Lab = {
    ...opened, model, points: pointsFrom(keys) ?? opened.points, start, parameters: start, locked, ...settingsFrom(keys, opened),
    ...(model === opened.model ? {} : { beaten: null }),
  };
  const step = read(keys, "step", (text) => whole(text, 0, MOST_STEPS), "a whole number of 0 or more") ?? 0;
  if (rough.points.n * ordered([model.expr]).length * step > MOST_WORK) throw new RangeError(`this link's key step is ${step}: too far to walk again here`);
  const there = withLeft(update(settled(rough, opened), { kind: "scrub", step }));
  return { ...there, view: read(keys, "view", viewFrom, "a list of 4 numbers, low before high,"), past: [] };
}

function modelFrom(keys: Keys, opened: Lab): Model {
  const name = (key: string): string | null => read(keys, key, (text) => (/^[^`\p{C}]{1,200}$/u.test(text) && text.trim() ? text : null), "the name of a column");
  const target = name("y") ?? opened.model.target;
  const model = read(keys, "f", (text) => written(text, name("x") ?? opened.model.input, target), "a formula");
  return model ?? renamed(opened.model, name("x") ?? opened.model.input, target);
}

function written(text: string, input: string, target: string): Model {
  try {
    return typed(text, input, target);
  } catch (error) {
    if (!(error instanceof FormulaError)) throw error;
    throw new RangeError(`this link's key f is no formula: ${error.message.split("\n")[0]}`);
  }
}

function pointsFrom(keys: Keys): Points | null {
  const column = (key: string, n: number | null): number[] | null => read(keys, key, (text) => list(text, n), n === null ? `a list of at most ${MOST_LINKED} numbers` : `a list of ${n} numbers like px`);
  const x = column("px", null);
  if (!x) return null;
  const y = column("py", x.length);
  if (!y) throw bad("py", "", `a list of ${x.length} numbers like px`);
  const sigma = column("ps", x.length);
  if (sigma?.some((s) => s <= 0)) throw bad("ps", keys.get("ps")!, "a list of numbers above 0");
  return pointsOf(x, y, sigma);
}

function settingsFrom(keys: Keys, opened: Lab): Pick<Lab, "loss" | "delta" | "target" | "legs" | "steps" | "following"> {
  const above = (text: string): number | null => { const value = number(text); return value !== null && value > 0 ? value : null; };
  const goal = keys.get("goal") === "none" ? null : (read(keys, "goal", number, "a number or none") ?? opened.target);
  return {
    loss: read(keys, "loss", (text) => (Object.hasOwn(LOSSES, text) ? (text as LossName) : null), `one of ${Object.keys(LOSSES).join(", ")}`) ?? opened.loss,
    delta: read(keys, "delta", above, "a number above 0") ?? opened.delta,
    target: goal,
    legs: read(keys, "walk", legsFrom, "a walk such as 0:0.01:sgd:steady") ?? opened.legs,
    steps: read(keys, "steps", (text) => whole(text, 1, MOST_STEPS), `a whole number from 1 to ${MOST_STEPS}`) ?? opened.steps,
    following: (read(keys, "follow", (text) => (/^[01]$/.test(text) ? text : null), "0 or 1") ?? "0") === "1",
  };
}

function legsFrom(text: string): readonly Leg[] | null {
  const legs = text.split(";", MOST_LEGS + 1).map(legFrom);
  const orderly = legs.every((leg, i) => leg && (i ? leg.from > legs[i - 1]!.from : leg.from === 0));
  return orderly && legs.length <= MOST_LEGS ? (legs as Leg[]) : null;
}

function legFrom(text: string): Leg | null {
  const [begin, length, optimizer = "", schedule = "", sum, ...more] = text.split(":", 7);
  const from = whole(begin ?? "", 0, MOST_STEPS), rate = number(length ?? "");
  const known = Object.hasOwn(OPTIMIZERS, optimizer) && Object.hasOwn(SCHEDULES, schedule) && (sum === undefined || sum === "sum") && !more.length;
  return known && from !== null && rate !== null && rate > 0 ? { from, rate, optimizer: optimizer as OptimizerName, schedule: schedule as ScheduleName, zero: !sum } : null;
}

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

/** With the losses of the walk that the last branch left, where they are quick to compute. */
function withLeft(lab: Lab): Lab {
  const ranges = lab.ranges.map((range, i) => holding(range, lab.parameters[i]!));
  if (lab.legs.length < 2 || lab.points.n * lab.parameters.length * lab.steps > MOST_WORK / 100) return { ...lab, ranges };
  const path = pathOf({ ...lab, legs: lab.legs.slice(0, -1) });
  path.upTo(lab.steps);
  return { ...lab, ranges, left: [...path.loss.subarray(0, path.known)] };
}

// --- Values ---

/** A key's value, null where the key is not there. Throws RangeError where `parse` finds nothing in it. */
function read<T>(keys: Keys, key: string, parse: (text: string) => T | null, wanted: string): T | null {
  const text = keys.get(key);
  if (text === undefined) return null;
  const value = parse(text);
  if (value === null) throw bad(key, text, wanted);
  return value;
}

const bad = (key: string, text: string, wanted: string): RangeError =>
  new RangeError(`this link's key ${key} is "${text.length <= 40 ? text : `${text.slice(0, 39)}…`}", ${wanted} was expected`);

function number(text: string): number | null {
  const value = /^-?(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
  return Number.isFinite(value) ? value : null;
}

const whole = (text: string, least: number, most: number): number | null =>
  (/^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : null);

/** Numbers between commas, so many of them (null: up to as many as a link holds). */
function list(text: string, count: number | null): number[] | null {
  const values = text === "" ? [] : text.split(",", 2 * MOST_LINKED).map(number);
  const fits = count === null ? values.length <= MOST_LINKED : values.length === count;
  return fits && values.every((value) => value !== null) ? (values as number[]) : null;
}
