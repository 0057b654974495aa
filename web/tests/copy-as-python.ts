/** Some labs, the script that each copies, and the numbers that the page shows: for tests/test_copy_as_python.py. */

import type { Document } from "../src/contract.ts";
import { lossAt } from "../src/derived.ts";
import { flat } from "../src/expression.ts";
import { parse } from "../src/formula.ts";
import { makePoints } from "../src/noise.ts";
import { pointsOf } from "../src/points.ts";
import { asPython } from "../src/python.ts";
import { type Action, type Lab, open, update } from "../src/state.ts";

const { x, y } = makePoints({ f: (at) => 3 * at * at + 2 * at + 1, low: -2, high: 2, count: 20, mult: 0.15, add: 1.5, seed: 42 });

const LESSON: Document = {
  version: 1, title: 'the "lesson"\nand its \u2028 lines',
  model: { formula: "a*x^2 + b*x + c", inputs: ["x"], target: "y", parameters: ["a", "b", "c"], nodes: flat(parse("a*x^2 + b*x + c").expr) },
  points: { x: [[...x]], y: [...y], sigma: null }, ranges: [[-2, 2]],
  start: [1.1, 1.1, 1.1], locked: [false, false, false], bounds: [[null, null], [null, null], [null, null]],
  loss: "mae", delta: 1, target: 1.1, best: null,
  walk: { rate: 0.01, steps: 100, optimizer: "sgd", schedule: "steady", zero: true },
  checks: { loss: "mae", x: [], y: [], weight: [], at: [] },
};
const lesson = open(LESSON);
const decay = pointsOf([0, 1, 2, 3, 5, 8], [9.8, 7.1, 5.2, 3.9, 2.2, 1.1], [0.2, 0.2, 0.1, 0.1, 0.1, 0.05]);

const at = (step: number): Action => ({ kind: "scrub", step });
const CASES: Readonly<Record<string, readonly Action[]>> = {
  "by hand": [{ kind: "slide", index: 0, value: 2.25, grip: "begin" }],
  "as it opens": [],
  "step 37": [at(37)],
  "not zeroed": [{ kind: "walk", zero: false }, at(40)],
  "a branch": [at(37), { kind: "branch" }, { kind: "walk", rate: 0.1, optimizer: "adam", schedule: "cosine" }, at(80)],
  "branches at the end and the start": [{ kind: "branch" }, { kind: "walk", optimizer: "nesterov", schedule: "one_cycle" }, at(50), { kind: "branch" }, { kind: "walk", schedule: "step_decay" }, at(60), { kind: "branch" }, { kind: "walk", schedule: "exponential_decay", optimizer: "momentum" }, at(100), { kind: "branch" }],
  huber: [{ kind: "loss", loss: "huber", delta: 0.75 }, { kind: "walk", schedule: "warmup" }, at(25)],
  locked: [{ kind: "loss", loss: "mse" }, { kind: "lock", index: 1 }, at(12)],
  sigma: [{ kind: "formula", text: "y = a*exp(-x/tau)" }, { kind: "points", points: decay, inputs: ["time (s)"], target: "counts per s" }, { kind: "slide", index: 0, value: 9, grip: "begin" }, { kind: "loss", loss: "mse" }, at(9)],
  "odd names": [{ kind: "formula", text: "`y \"seen\"` = `exp`*exp(-x*`k #1`) + y" }, { kind: "loss", loss: "mse" }, at(5)],
  "an expression on the left": [{ kind: "formula", text: "log(y) = a*x + b" }, at(9)],
  "it ran away": [{ kind: "loss", loss: "mse" }, { kind: "walk", rate: 50 }, at(100)],
  "counts with errors": [{ kind: "points", points: decay }, { kind: "loss", loss: "poisson" }, { kind: "walk", rate: 0.0001 }, at(20)],
  "all locked": [0, 1, 2].map((index) => ({ kind: "lock", index })),
  "one point": [{ kind: "points", points: pointsOf([1], [2]) }, at(3)],
  "no points": [{ kind: "points", points: pointsOf([], []) }],
};

const PLANE: Document = {
  ...LESSON, title: "", points: { x: [[0, 1, 2, 0.5, 1.5], [0, 2, 1, 1, 0]], y: [1, 2, 0, 3, 1], sigma: null }, ranges: [[0, 2], [0, 2]], loss: "mse",
  model: { formula: "a*x + relu(b*y - c)", inputs: ["x", "y"], target: "z", parameters: ["a", "b", "c"], nodes: flat(parse("a*x + relu(b*y - c)").expr) },
};
const planes = { "two inputs": [at(20)], "two inputs, no points": [{ kind: "points", points: pointsOf([], []) }] } as const;

const shown = (name: string, lab: Lab) => ({
  name, script: asPython(lab), step: lab.step, loss: String(lossAt(lab).loss), // text: JSON has no nan
  parameters: lab.model.parameters.map((key, i) => [key, String(lab.parameters[i])]),
});

const all = (cases: Readonly<Record<string, readonly Action[]>>, from: Lab) => Object.entries(cases).map(([name, actions]) => shown(name, actions.reduce(update, from)));
console.log(JSON.stringify([...all(CASES, lesson), ...all(planes, open(PLANE))]));
