/** Some networks, the script that each copies, and the numbers that the page shows: for tests/test_network_as_python.py. */

import type { NetworkDocument } from "../src/network/contract.ts";
import type { NetworkAction } from "../src/network/lab.ts";
import { asPython } from "../src/network/python.ts";
import { open, update } from "../src/network/state.ts";
import { trainOf } from "../src/network/train.ts";

const CIRCLE: NetworkDocument = {
  version: 1, kind: "network", title: 'the "circle"\nand its \u2028 lines',
  net: { inputs: ["x1", "x2"], target: "class", labels: ["orange", "blue"], features: ["x1", "x2"], hidden: [4, 3], activation: "tanh" },
  data: { kind: "circle", n: 60, noise: 0.1, x: [], y: [] }, scale: [[0, 1], [0, 1], [0, 1]], held: 0.25, seed: 3, start: null, loss: "cross-entropy",
  walk: { rate: 0.1, steps: 400, optimizer: "sgd", schedule: "steady", zero: true, batch: 10, penalty: "none", decay: 0 }, hide: [], checks: { x: [], y: [], at: [] },
};

const at = (step: number): NetworkAction => ({ kind: "scrub", step });
const CASES: Readonly<Record<string, readonly NetworkAction[]>> = {
  "step 50": [at(50)],
  "another data, noise and share": [{ kind: "data", data: "spiral", n: 80, noise: 0.3 }, { kind: "held", share: 0.5 }, at(30)],
  "numbers": [{ kind: "data", data: "plane" }, { kind: "loss", loss: "mae" }, at(20)],
  "one input": [{ kind: "data", data: "wave", n: 40 }, { kind: "activation", activation: "relu" }, at(60)],
  "features": [{ kind: "features", features: ["x1", "x1^2", "sin(x2)"] }, { kind: "layers", hidden: [5] }, at(15)],
  "no hidden layer": [{ kind: "layers", hidden: [] }, at(15)],
  "squared error of classes": [{ kind: "loss", loss: "mse" }, at(25)],
  "a penalty and Adam": [{ kind: "walk", optimizer: "adam", penalty: "L2", decay: 0.01, rate: 0.02 }, at(40)],
  "another penalty, all points": [{ kind: "walk", optimizer: "momentum", penalty: "L1", decay: 0.003, batch: 0 }, at(40)],
  "a schedule": [{ kind: "walk", schedule: "cosine" }, at(100)],
  "a branch": [at(40), { kind: "walk", rate: 0.03, optimizer: "adam", schedule: "one_cycle", batch: 7 }, at(70), { kind: "walk", zero: false, optimizer: "sgd", schedule: "steady" }, at(90)],
  "a weight by hand": [at(10), { kind: "weight", index: 2, value: -0.75, grip: "begin" }, at(12)],
  "another start": [{ kind: "reseed", seed: 11 }, { kind: "activation", activation: "sigmoid" }, at(33)],
  "a table": [{ kind: "table", net: { inputs: ["time (s)", "load"], target: "kind", labels: ["no", "yes"] }, points: { n: 6, x: Float64Array.of(1, 2, 3, 4, 5, 6, 100, 90, 80, 120, 60, 50), y: Float64Array.of(0, 1, 0, 1, 1, 0) } }, at(8)],
  "it ran away": [{ kind: "data", data: "plane" }, { kind: "activation", activation: "relu" }, { kind: "walk", rate: 30 }, at(30)],
};

const shown = (name: string, actions: readonly NetworkAction[]) => {
  const seen = actions.reduce((lab, action) => {
    if (action.kind === "scrub") trainOf(lab).upTo(action.step); // what a player does before the step is shown
    return update(lab, action);
  }, open(CIRCLE));
  return { name, script: asPython(seen), step: seen.step, parameters: Array.from(trainOf(seen).parametersAt(seen.step), String) };
};

console.log(JSON.stringify(Object.entries(CASES).map(([name, actions]) => shown(name, actions))));
