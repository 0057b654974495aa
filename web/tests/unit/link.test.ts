import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Document } from "../../src/contract.ts";
import { lossAt } from "../../src/derived.ts";
import { flat } from "../../src/expression.ts";
import { parse } from "../../src/formula.ts";
import { fromHash, linkTooLong, toHash } from "../../src/link.ts";
import { pointsOf } from "../../src/points.ts";
import { type Action, type Lab, open, update } from "../../src/state.ts";
import { runs } from "../runs.ts";

const X = Array.from({ length: 9 }, (_, i) => i / 2 - 2);

const LESSON: Document = {
  version: 1, title: "the lesson",
  model: { formula: "a*x^2 + b*x + c", inputs: ["x"], target: "y", parameters: ["a", "b", "c"], nodes: flat(parse("a*x^2 + b*x + c").expr) },
  points: { x: [X], y: X.map((x, i) => 3 * x * x + 2 * x + 1 + Math.sin(7 * i)), sigma: null }, ranges: [[-2, 2]],
  start: [1.1, 1.1, 1.1], locked: [false, false, false], bounds: [[null, null], [null, null], [null, null]],
  loss: "mae", delta: 1, target: 1.1, best: null,
  walk: { rate: 0.01, steps: 100, optimizer: "sgd", schedule: "steady", zero: true },
  checks: { loss: "mae", x: [], y: [], weight: [], at: [] },
};
const opened = open(LESSON);
const after = (...actions: Action[]): Lab => actions.reduce(update, opened);

/** What a reader sees of a lab. */
const seen = (lab: Lab) => {
  const { model: { formula, inputs, target }, points: { x, y, sigma }, parameters, locked, loss, delta, target: goal, start, legs, steps, step, following, view } = lab;
  return { formula, inputs, target, x, y, sigma, parameters, locked, loss, delta, goal, start, legs, steps, step, following, view, value: lossAt(lab).loss };
};
const isThere = (lab: Lab): void => expect(seen(fromHash(toHash(lab), opened))).toEqual(seen(lab));

describe("a link is a lab", () => {
  test("as it opened, nothing is in it", () => {
    expect(toHash(opened)).toBe("");
    expect(fromHash("", opened)).toBe(opened);
    expect(fromHash("#a-heading", opened)).toBe(opened);
  });
  test("it can be read by people", () => {
    const lab = after({ kind: "slide", index: 1, value: -0.5, grip: "begin" }, { kind: "walk", rate: 0.05, optimizer: "adam" }, { kind: "scrub", step: 37 });
    expect(toHash(lab)).toBe("#1&p=1.1,-0.5,1.1&walk=0:0.05:adam:steady&step=37");
    expect(toHash(after({ kind: "formula", text: "a*sin(k*x)" }))).toBe("#1&f=a*sin(k*x)&p=1.1,1");
  });
  test("the last letter is one that links in running text keep", () => {
    const hash = toHash(after({ kind: "formula", text: "y = a*sin(x)" }, { kind: "slide", index: 0, value: 1e-7, grip: "begin" }));
    expect(hash).toMatch(/[A-Za-z0-9]$/);
  });
  test.each<[string, Action[]]>([
    ["a branch", [{ kind: "scrub", step: 37 }, { kind: "branch" }, { kind: "walk", rate: 0.1, schedule: "cosine", zero: false }, { kind: "scrub", step: 80 }]],
    ["a formula with odd names", [{ kind: "formula", text: "y = `peak & <b>`*exp(-`tau #1`*x) + é" }, { kind: "lock", index: 1 }]],
    ["points, by hand", [{ kind: "drag", index: 2, x: 0.1, y: -1e-12, grip: "begin" }, { kind: "add", x: 5, y: 1 / 3 }, { kind: "delete", index: 0 }]],
    ["points with errors and names", [{ kind: "points", points: pointsOf([0, 1, 2, 5], [1, 2, 2, 9], [0.1, 0.2, 0.1, 0.3]), inputs: ["time (s)"], target: "counts" }]],
    ["no points", [{ kind: "points", points: pointsOf([], []) }]],
    ["settings", [{ kind: "loss", loss: "huber", delta: 0.25 }, { kind: "target", value: null }, { kind: "steps", steps: 250 }, { kind: "follow", on: true }]],
    ["a view", [{ kind: "view", view: { x: [-1, 1], y: [0, 1e-3] } }]],
    ["a walk that ran away", [{ kind: "loss", loss: "mse" }, { kind: "walk", rate: 50 }, { kind: "scrub", step: 100 }]],
  ])("%s", (_, actions) => isThere(after(...actions)));

  test("whatever was done, a link shows it again, bit for bit", () => {
    const value = fc.double({ noNaN: true, min: -1e6, max: 1e6 });
    const action: fc.Arbitrary<Action> = fc.oneof(
      fc.record({ kind: fc.constant("slide" as const), index: fc.nat(2), value, grip: fc.constant("begin" as const) }),
      fc.record({ kind: fc.constant("lock" as const), index: fc.nat(2) }),
      fc.record({ kind: fc.constant("scrub" as const), step: fc.nat(100) }),
      fc.record({ kind: fc.constant("walk" as const), rate: fc.double({ min: 1e-6, max: 1, noNaN: true }), optimizer: fc.constantFrom("sgd" as const, "momentum" as const, "nesterov" as const, "adam" as const), schedule: fc.constantFrom("steady" as const, "warmup" as const, "one_cycle" as const), zero: fc.boolean() }),
      fc.record({ kind: fc.constant("loss" as const), loss: fc.constantFrom("mse" as const, "mae" as const, "huber" as const), delta: fc.double({ min: 0.1, max: 9, noNaN: true }) }),
      fc.record({ kind: fc.constant("drag" as const), index: fc.nat(8), x: value, y: value, grip: fc.constant("begin" as const) }),
      fc.record({ kind: fc.constant("add" as const), x: value, y: value }),
      fc.constantFrom<Action>({ kind: "branch" }, { kind: "formula", text: "a*tanh(b*x) + c" }, { kind: "formula", text: "c + b*x + a*cos(x)" }, { kind: "undo" }),
    );
    fc.assert(fc.property(fc.array(action, { maxLength: 8 }), (actions) => { isThere(after(...actions)); }), { seed: 42, numRuns: runs(120) });
  });
});

describe("links that were made once keep working", () => {
  // Frozen: version 1 as it was first given out. Never edit a line; add new ones below.
  test.each<[string, Partial<ReturnType<typeof seen>>]>([
    ["#1&p=2,3,4", { start: [2, 3, 4], step: 0 }],
    ["#1&p=1.1,-0.5,1.1&walk=0:0.05:adam:steady&step=37", { step: 37, legs: [{ from: 0, rate: 0.05, optimizer: "adam", schedule: "steady", zero: true }] }],
    ["#1&walk=0:0.01:sgd:steady:sum;37:0.1:momentum:cosine&steps=200&step=150", { step: 150, steps: 200 }],
    ["#1&f=a*sin(k*x%29&p=1.1,1", { formula: "a*sin(k*x)", parameters: [1.1, 1] }],
    ["#1&f=amplitude*exp(-t/tau)&x=t&y=counts%20per%20s&p=3,0.5&hold=01&px=0,1,2&py=3,2,1&ps=0.1,0.1,0.2&loss=mse", { inputs: ["t"], target: "counts per s", locked: [false, true], loss: "mse" }],
    ["#1&loss=huber&delta=0.25&goal=none&follow=1&view=-1,1,0,4", { loss: "huber", delta: 0.25, goal: null, following: true, view: { x: [-1, 1], y: [0, 4] } }],
    ["#1&px=&py=", { x: new Float64Array(0) }],
    ["#1&goal=0.5&anothertime=1&p=1,2,3", { goal: 0.5, start: [1, 2, 3] }],
  ])("%s", (hash, wanted) => {
    const lab = fromHash(hash, opened);
    expect(lab.message).toBeNull();
    expect(seen(lab)).toMatchObject(wanted);
  });
});

describe("a link that is wrong opens the lab as it was, and says what is wrong", () => {
  test.each([
    ["#2&p=1", "this link was made for version 2 of the page, this is version 1"],
    ["#1&p=1,2", 'this link\'s key p is "1,2", a list of 3 numbers was expected'],
    ["#1&p=1,2,NaN", 'this link\'s key p is "1,2,NaN", a list of 3 numbers was expected'],
    ["#1&p=1,2,1e999", 'this link\'s key p is "1,2,1e999", a list of 3 numbers was expected'],
    ["#1&step=-1", 'this link\'s key step is "-1", a whole number of 0 or more was expected'],
    ["#1&loss=constructor", 'this link\'s key loss is "constructor", one of mse, mae, huber, poisson was expected'],
    ["#1&walk=0:0.1:__proto__:steady", 'this link\'s key walk is "0:0.1:__proto__:steady", a walk such as 0:0.01:sgd:steady was expected'],
    ["#1&walk=5:0.1:sgd:steady", 'this link\'s key walk is "5:0.1:sgd:steady", a walk such as 0:0.01:sgd:steady was expected'],
    ["#1&f=a*x%2B", "this link's key f is no formula: the formula ends where a number or a name was expected"],
    ["#1&f=window.alert(x)", "this link's key f is no formula: a formula has no place for '.'"],
    ["#1&px=1,2&py=1", 'this link\'s key py is "1", a list of 2 numbers like px was expected'],
    ["#1&px=1&py=1&ps=0", 'this link\'s key ps is "0", a list of numbers above 0 was expected'],
    ["#1&f=%E0%A4%A", 'this link\'s key f is "%E0%A4%A", text was expected'],
    ["#1&view=1,0,0,1", 'this link\'s key view is "1,0,0,1", a list of 4 numbers, low before high, was expected'],
    [`#1&p=${"1,".repeat(2e5)}`, "this link has 400005 characters, at most 200000 are read"],
  ])("%.60s", (hash, words) => {
    const lab = fromHash(hash, opened);
    expect(lab.message).toEqual({ kind: "error", text: `${words}\nhint: open the page without what follows #` });
    expect({ ...lab, message: null }).toEqual(opened);
  });
  test("garbage of any kind", () => {
    const key = fc.constantFrom("f", "x", "y", "p", "hold", "px", "py", "ps", "loss", "delta", "goal", "walk", "steps", "step", "follow", "view", "__proto__");
    const value = fc.oneof(fc.string(), fc.constantFrom("", "1", "1,2,3", "-0", "1e308,1e308,1e308", "a*x", "x", "0:1:sgd:steady", "nan", "%", "0,1", "9999"), fc.double().map(String));
    const hash = fc.oneof(fc.string(), fc.array(fc.tuple(key, value).map((pair) => pair.join("=")), { maxLength: 6 }).map((pairs) => `#1&${pairs.join("&")}`));
    fc.assert(fc.property(hash, (text) => {
      const lab = fromHash(text, opened);
      expect(lab.parameters).toHaveLength(lab.model.parameters.length);
      expect(lab.ranges).toHaveLength(lab.model.parameters.length);
      expect(lab.points.x).toHaveLength(lab.points.n);
      if (lab.message) expect({ ...lab, message: null }).toEqual(opened);
    }), { seed: 42, numRuns: runs(400) });
  });
});

test("too many edited points are left out, and the panel is told", () => {
  const many = Float64Array.from({ length: 2_001 }, (_, i) => i);
  const lab = after({ kind: "slide", index: 0, value: 2, grip: "begin" }, { kind: "points", points: pointsOf(many, many) });
  expect(linkTooLong(lab)).toBe(true);
  expect(toHash(lab)).toBe("#1&p=2,1.1,1.1");
  const fits = after({ kind: "points", points: pointsOf(many.subarray(1), many.subarray(1)) });
  expect(linkTooLong(fits)).toBe(false);
  isThere(fits);
});
