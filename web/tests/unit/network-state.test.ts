/** Every change of the network's lab: what it keeps, what it begins anew, what it refuses, and what a link makes of it. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { causesOf } from "../../src/network/causes.ts";
import type { NetworkDocument } from "../../src/network/contract.ts";
import type { NetworkAction, NetworkLab } from "../../src/network/lab.ts";
import { drawn, shapeOf } from "../../src/network/layers.ts";
import { fromHash, linkTooLong, MOST_RETRAINED, toHash } from "../../src/network/link.ts";
import { fromPlayground } from "../../src/network/playground.ts";
import { asPython, pointsCsv } from "../../src/network/python.ts";
import { at, carried, epochOf, lastStep, MOST_STEPS, open, played, update } from "../../src/network/state.ts";
import { runs } from "../runs.ts";

const DOCUMENT: NetworkDocument = {
  version: 1, kind: "network", title: "two classes",
  net: { inputs: ["x1", "x2"], target: "y", labels: ["no", "yes"], features: ["x1", "x2"], hidden: [4, 3], activation: "tanh" },
  data: { kind: "circle", n: 60, noise: 0.1, x: [], y: [] }, scale: [[0, 1], [0, 1], [0, 1]], held: 0.25, seed: 3, start: null, loss: "cross-entropy",
  walk: { rate: 0.03, steps: 200, optimizer: "sgd", schedule: "steady", zero: true, batch: 10, penalty: "none", decay: 0 },
  hide: [], checks: { x: [], y: [], at: [] },
};
const opened = open(DOCUMENT);
const after = (...actions: NetworkAction[]): NetworkLab => actions.reduce(update, opened);
const said = (lab: NetworkLab): string => lab.message?.text ?? "";

describe("along the timeline", () => {
  test("steps train, and a scrub stays within what was trained", () => {
    const lab = after({ kind: "step", by: 1 }, { kind: "step", by: 1 });
    expect([lab.step, lab.furthest]).toEqual([2, 2]);
    expect(lab.parameters).not.toEqual(lab.start);
    expect(update(lab, { kind: "scrub", step: 50 }).step).toBe(2);
    expect(update(lab, { kind: "step", by: -1 })).toMatchObject({ step: 1, furthest: 2 });
    const rewound = update(lab, { kind: "rewind" });
    expect([rewound.step, rewound.furthest, rewound.parameters]).toEqual([0, 2, opened.start]);
    expect(update(rewound, { kind: "scrub", step: 2 }).parameters).toEqual(lab.parameters);
  });
  test("playing doubles the timeline of a steady rate, and stops at the end of another", () => {
    const steady = played(after({ kind: "play" }), 450);
    expect([steady.step, steady.steps, steady.playing]).toEqual([450, 800, true]);
    const waning = played(after({ kind: "walk", schedule: "cosine" }, { kind: "play" }), 450);
    expect([waning.step, waning.steps, waning.playing]).toEqual([200, 200, false]);
    expect(update(waning, { kind: "play" }).step).toBe(0);
    const last = { ...opened, steps: MOST_STEPS };
    expect(update({ ...last, step: 0 }, { kind: "steps", steps: 1e9 }).steps).toBe(MOST_STEPS);
  });
  test("playing stops where the walk runs away, and a smaller rate there walks again from where its settings began", () => {
    const wild = played(after({ kind: "loss", loss: "mse" }, { kind: "data", data: "plane" }, { kind: "activation", activation: "linear" }, { kind: "walk", rate: 50 }, { kind: "play" }), 100);
    expect(wild.playing).toBe(false);
    expect(wild.step).toBe(lastStep(wild));
    expect(wild.step).toBeLessThan(20);
    expect(causesOf(wild)[0]).toMatchObject({ title: "The rate is too large", cure: { kind: "walk", rate: 5 } });
    const tame = update(wild, { kind: "walk", rate: 0.01 });
    expect([tame.step, tame.legs.length, played(tame, 100).step]).toEqual([0, 1, 100]);
  });
  test("an epoch is as many steps as meet every training row", () => expect([epochOf(opened), epochOf(after({ kind: "walk", batch: 0 }))]).toEqual([5, 1]));
});

describe("settings under way", () => {
  test("at the start they hold for the whole walk, later they begin a branch", () => {
    expect(after({ kind: "walk", rate: 0.1 }).legs).toEqual([{ ...opened.legs[0], rate: 0.1 }]);
    const there = at(opened, 60), branch = update(there, { kind: "walk", rate: 0.1, grip: "begin" });
    expect(branch.legs).toEqual([opened.legs[0], { ...opened.legs[0], from: 60, rate: 0.1 }]);
    expect([branch.step, branch.furthest, branch.parameters]).toEqual([60, 60, there.parameters]);
    expect(update(branch, { kind: "walk", rate: 0.2, grip: "move" }).legs).toHaveLength(2);
    expect(update(update(branch, { kind: "walk", rate: 0.2, grip: "move" }), { kind: "undo" }).legs).toEqual(opened.legs);
    const further = at(branch, 90), back = update(update(further, { kind: "scrub", step: 30 }), { kind: "walk", optimizer: "adam" });
    expect(back.legs.map(({ from, optimizer }) => [from, optimizer])).toEqual([[0, "sgd"], [30, "adam"]]);
    expect(update(there, { kind: "walk", rate: 0.03 })).toBe(there);
  });
  test.each<[NetworkAction, string]>([
    [{ kind: "walk", rate: 0 }, "rate is 0, a number above 0 was expected\nhint: 0.03 is a good first try"],
    [{ kind: "walk", batch: 1.5 }, "batch is 1.5, a whole number of 1 or more was expected\nhint: 10 is a good first try; 0 takes all rows at once"],
    [{ kind: "walk", decay: NaN }, "decay is NaN, a number of 0 or more was expected\nhint: 0.001 is a good first try"],
    [{ kind: "steps", steps: NaN }, "steps is NaN, a whole number from 1 to 1,000,000 was expected\nhint: 1000 is a good first try"],
    [{ kind: "weight", index: 0, value: Infinity, grip: "begin" }, "a weight is Infinity, a number was expected\nhint: 0 switches a connection off"],
    [{ kind: "reseed", seed: -1 }, "seed is -1, a whole number from 0 to 4294967295 was expected\nhint: 0 is as good as any"],
    [{ kind: "layers", hidden: [1, 1, 1, 1, 1, 1, 1] }, "there are 7 hidden layers, at most 6 are edited here\nhint: take one away"],
    [{ kind: "layers", hidden: [17] }, "hidden layer 1 has 17 units, 1 to 16 were expected\nhint: take the layer away, or give it units"],
    [{ kind: "features", features: [] }, "no feature is left for the network to see\nhint: keep one"],
    [{ kind: "loss", loss: "mae" }, "mae is no loss of classes\nhint: cross-entropy or mse"],
    [{ kind: "data", data: "own" }, "there are no points of your own yet\nhint: open a table, or paste one"],
    [{ kind: "data", data: "circle", n: 1e9 }, "n is 1000000000, a whole number from 2 to 100,000 was expected\nhint: 500 points are plenty"],
    [{ kind: "data", data: "circle", noise: 0.7 }, "noise is 0.7, a number from 0 to 0.5 was expected\nhint: 0.1 is a little"],
    [{ kind: "held", share: NaN }, "the share held out is NaN, a number from 0 to 0.9 was expected\nhint: 0.25 holds out a quarter"],
    [{ kind: "table", net: { inputs: ["a"], target: "b", labels: null }, points: { n: 3, x: Float64Array.of(1, NaN, 2), y: Float64Array.of(1, 2, 3) } }, "row 2 of the table is no point: a number is missing\nhint: fill the gap or delete the row"],
    [{ kind: "table", net: { inputs: ["a"], target: "b", labels: ["u", "v"] }, points: { n: 3, x: Float64Array.of(1, 3, 2), y: Float64Array.of(1, 0, 3) } }, "row 3 of the table is of class 3, 0 or 1 was expected\nhint: two classes are told apart here"],
  ])("what cannot be is refused in words: %j", (action, words) => {
    const lab = update(opened, action);
    expect(said(lab)).toBe(words);
    expect({ ...lab, message: null }).toEqual(opened);
  });
});

describe("another network", () => {
  test("a weight by hand begins a new walk there", () => {
    const lab = update(at(opened, 40), { kind: "weight", index: 5, value: 2, grip: "begin" });
    expect(lab.start).toEqual(at(opened, 40).parameters.with(5, 2));
    expect([lab.step, lab.furthest, lab.moves]).toEqual([0, 0, 1]);
    expect(update(lab, { kind: "weight", index: 5, value: 3, grip: "move" })).toMatchObject({ moves: 1, past: lab.past });
  });
  test("units that stay keep their weights, new ones are drawn from the seed", () => {
    const there = at(opened, 30), p = there.parameters, wider = update(there, { kind: "layers", hidden: [5, 3] }), fresh = drawn(wider.net, 3);
    const a = shapeOf(there.net), b = shapeOf(wider.net);
    for (let j = 0; j < 4; j++) for (let i = 0; i < 2; i++) expect(wider.start[2 * j + i]).toBe(p[2 * j + i]);
    expect(wider.start.subarray(8, 10)).toEqual(fresh.subarray(8, 10));
    for (let j = 0; j < 3; j++) {
      for (let i = 0; i < 4; i++) expect(wider.start[b.weights[1]! + 5 * j + i]).toBe(p[a.weights[1]! + 4 * j + i]);
      expect(wider.start[b.weights[2]! + j]).toBe(p[a.weights[2]! + j]);
    }
    const deeper = update(there, { kind: "layers", hidden: [4, 3, 2] }).start;
    expect(deeper.subarray(0, a.weights[2])).toEqual(p.subarray(0, a.weights[2]));
    expect(deeper.at(-1)).toBe(p.at(-1)); // the output's bias
    expect(update(there, { kind: "layers", hidden: [] }).start).toHaveLength(3);
  });
  test("narrower and wider again is what it was, for what was never taken away", () => {
    const widths = fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 4 });
    fc.assert(fc.property(widths, widths, (one, other) => {
      const [a, b] = [{ ...DOCUMENT.net, hidden: one }, { ...DOCUMENT.net, hidden: other }], start = drawn(a, 1).map((v) => v + 1);
      expect(carried(a, start, a, 9)).toEqual(start);
      const there = carried(a, start, b, 9);
      expect(there).toHaveLength(shapeOf(b).P);
      expect(carried(b, there, b, 9)).toEqual(there);
      expect(there.every(Number.isFinite)).toBe(true);
    }), { seed: 42, numRuns: runs(100) });
  });
  test("features keep their weights by name", () => {
    const lab = after({ kind: "features", features: ["x1*x2", "x2"] });
    expect(lab.net.features).toEqual(["x2", "x1*x2"]);
    expect(lab.start[0]).toBe(opened.start[1]);
    expect(lab.start).toHaveLength(opened.start.length);
  });
  test("another seed draws another start over the same data; asked again, the data are made anew", () => {
    const lab = after({ kind: "reseed" });
    expect(lab.start).toEqual(drawn(opened.net, 4));
    expect(lab.points).toBe(opened.points);
    const anew = update(lab, { kind: "data", data: "circle" });
    expect(anew.points.x).not.toEqual(lab.points.x);
    expect(anew.start).toBe(lab.start);
  });
  test("numbers instead of classes, and one input instead of two, change what they must", () => {
    const wave = after({ kind: "data", data: "wave", noise: 0.05 });
    expect(wave.net).toMatchObject({ inputs: ["x"], features: ["x1"], labels: null, hidden: [4, 3] });
    expect([wave.loss, wave.points.x.length, wave.scale.length, wave.start.length]).toEqual(["mse", 60, 2, shapeOf(wave.net).P]);
    const back = update(wave, { kind: "data", data: "circle", noise: 0.1 });
    expect(back.net).toEqual(opened.net);
    expect(back.loss).toBe("cross-entropy");
    expect(at(wave, 20).step).toBe(20);
  });
  test("a table of one's own is scaled, and its constant column does no harm", () => {
    const lab = after({ kind: "table", net: { inputs: ["km", "year"], target: "price", labels: null }, points: { n: 4, x: Float64Array.of(1e5, 2e5, 3e5, 4e5, 7, 7, 7, 7), y: Float64Array.of(1, 2, 3, 5) } });
    expect(lab.scale[1]).toEqual([7, 1]);
    expect(lab.net).toMatchObject({ inputs: ["km", "year"], target: "price", labels: null });
    expect(lab.loss).toBe("mse");
    expect(at(lab, 100).step).toBe(100);
  });
  test("undo and redo go back and forth, reset begins again", () => {
    const lab = after({ kind: "layers", hidden: [2] }, { kind: "activation", activation: "relu" });
    const undone = update(lab, { kind: "undo" });
    expect(undone.net).toMatchObject({ hidden: [2], activation: "tanh" });
    expect(update(undone, { kind: "redo" }).net).toEqual(lab.net);
    expect(update(update(lab, { kind: "reset" }), { kind: "undo" }).net).toEqual(lab.net);
    expect(update(opened, { kind: "undo" })).toBe(opened);
  });
  test("a unit that is gone is worked on no more", () => {
    expect(after({ kind: "unit", unit: { layer: 2, unit: 2 } }, { kind: "layers", hidden: [4, 2] }).unit).toBeNull();
  });
});

const number = fc.oneof(fc.double({ min: -3, max: 3, noNaN: true }), fc.constantFrom(NaN, Infinity, -1, 0, 1e9));
const anyAction: fc.Arbitrary<NetworkAction> = fc.oneof(
  fc.record({ kind: fc.constant("step" as const), by: fc.integer({ min: -3, max: 40 }) }),
  fc.record({ kind: fc.constant("scrub" as const), step: fc.oneof(fc.nat(300), number) }),
  fc.record({ kind: fc.constant("walk" as const), rate: fc.oneof(fc.double({ min: 1e-3, max: 0.5, noNaN: true }), number), optimizer: fc.constantFrom("sgd" as const, "momentum" as const, "nesterov" as const, "adam" as const), schedule: fc.constantFrom("steady" as const, "cosine" as const, "warmup" as const), zero: fc.boolean(), batch: fc.nat(30), penalty: fc.constantFrom("none" as const, "L1" as const, "L2" as const), decay: fc.double({ min: 0, max: 0.1, noNaN: true }) }),
  fc.record({ kind: fc.constant("steps" as const), steps: fc.oneof(fc.integer({ min: 1, max: 300 }), number) }),
  fc.record({ kind: fc.constant("weight" as const), index: fc.nat(40), value: number, grip: fc.constant("begin" as const) }),
  fc.record({ kind: fc.constant("reseed" as const), seed: fc.oneof(fc.nat(), number) }),
  fc.record({ kind: fc.constant("layers" as const), hidden: fc.array(fc.integer({ min: 0, max: 18 }), { maxLength: 7 }) }),
  fc.record({ kind: fc.constant("features" as const), features: fc.subarray(["x1", "x2", "x1^2", "x1*x2", "sin(x1)", "sin(x2)"] as const) }),
  fc.record({ kind: fc.constant("activation" as const), activation: fc.constantFrom("relu" as const, "tanh" as const, "sigmoid" as const, "silu" as const, "linear" as const) }),
  fc.record({ kind: fc.constant("loss" as const), loss: fc.constantFrom("mse" as const, "mae" as const, "cross-entropy" as const) }),
  fc.record({ kind: fc.constant("data" as const), data: fc.constantFrom("circle" as const, "moons" as const, "spiral" as const, "plane" as const, "wave" as const, "steps" as const, "own" as const), n: fc.integer({ min: 0, max: 90 }), noise: fc.double({ min: 0, max: 0.6, noNaN: true }) }),
  fc.record({ kind: fc.constant("held" as const), share: number }),
  fc.record({ kind: fc.constant("unit" as const), unit: fc.constantFrom(null, { layer: 0, unit: 0 }, { layer: 1, unit: 0 }) }),
  fc.constantFrom<NetworkAction>({ kind: "undo" }, { kind: "redo" }, { kind: "play" }, { kind: "rewind" }, { kind: "discrete", on: true }, { kind: "heldShown", on: true }, { kind: "speed", speed: "fast" },
    { kind: "table", net: { inputs: ["a & b", "ü"], target: "`", labels: ["=", ";"] }, points: { n: 4, x: Float64Array.of(1, 2, 3, 1 / 3, 5, 6, 7, -0), y: Float64Array.of(0, 1, 1, 0) } },
    { kind: "table", net: { inputs: ["t"], target: "v", labels: null }, points: { n: 3, x: Float64Array.of(1, 2, 4), y: Float64Array.of(0.1, 1e-7, 1e9) } }),
);

/** What a reader sees of a lab. */
function seen({ net, data, points, scale, held, seed, loss, parameters, start, legs, steps, step, speed, unit, discrete, heldShown }: NetworkLab) {
  return { net: { ...net, target: net.target.replaceAll("`", "'") }, kind: data.kind, points, scale, held, seed, loss, parameters, start, legs, steps, step, speed, unit, discrete, heldShown };
}

test("whatever is done, the lab is whole, and a link shows it again, bit for bit", () => {
  fc.assert(fc.property(fc.array(anyAction, { maxLength: 8 }), (actions) => {
    const lab = after(...actions), { P } = shapeOf(lab.net);
    expect([lab.parameters.length, lab.start.length, lab.points.x.length, lab.scale.length]).toEqual([P, P, lab.net.inputs.length * lab.points.n, lab.net.inputs.length + 1]);
    expect(lab.step).toBeLessThanOrEqual(lab.furthest);
    expect(lab.furthest).toBeLessThanOrEqual(lab.steps);
    expect(lab.parameters).toEqual(at(lab, lab.step).parameters);
    expect(seen(fromHash(toHash(lab), opened))).toEqual(seen(lab));
  }), { seed: 42, numRuns: runs(150) });
});

describe("a link", () => {
  test("as it opened, nothing is in it; otherwise only what differs", () => {
    expect(toHash(opened)).toBe("");
    expect(fromHash("", opened)).toBe(opened);
    expect(toHash(at(after({ kind: "layers", hidden: [] }, { kind: "activation", activation: "relu" }, { kind: "walk", rate: 0.1 }), 12))).toBe("#1&units=0&bend=relu&walk=0:0.1:sgd:steady:10:none:0&step=12");
    expect(toHash(after({ kind: "weight", index: 3, value: -0.5, grip: "begin" }))).toBe("#1&w=3:-0.5");
  });
  test.each([
    ["#2&seed=1", "this link was made for version 2 of the page, this is version 1\nhint: open the page without what follows #"],
    ["#1&units=99", "this link's key units is wrong: hidden layer 1 has 99 units, 1 to 16 were expected\nhint: open the page without what follows #"],
    ["#1&walk=0:x", 'this link\'s key walk is "0:x", a walk such as 0:0.03:sgd:steady:10:none:0 was expected\nhint: open the page without what follows #'],
    ["#1&data=circle:9e9:0", 'this link\'s key data is "circle:9e9:0", data such as circle:500:0.1 was expected\nhint: open the page without what follows #'],
    ["#1&data=toString:9:0", "this link's key data is wrong: data is toString, which there is not\nhint: open the page without what follows #"],
    ["#1&w=40:1", 'this link\'s key w is "40:1", numbers of parameters below 31 and their values, such as 3:0.5, was expected\nhint: open the page without what follows #'],
    ["#1&data=own&px=1,2,3&py=0,1", 'this link\'s key px is "1,2,3", a list of 2 or 4 numbers, for one input or two, was expected\nhint: open the page without what follows #'],
    ["#1&data=own", 'this link\'s key data is "own", points in px and py was expected\nhint: open the page without what follows #'],
    ["#1&seed=%E0", 'this link\'s key seed is "%E0", text was expected\nhint: open the page without what follows #'],
  ])("that is wrong opens the lab as it was, and says so: %s", (hash, words) => {
    const lab = fromHash(hash, opened);
    expect(lab.message).toEqual({ kind: "error", text: words });
    expect({ ...lab, message: null }).toEqual(opened);
  });
  test("a step too far to train again opens at the start, and says so", () => {
    const lab = fromHash(`#1&steps=900000&step=${MOST_RETRAINED + 1}`, opened);
    expect([lab.step, lab.steps, said(lab)]).toEqual([0, 900_000, "this link shows step 200001, too far to train again at once\nhint: press play"]);
    expect(said(fromHash("#1&data=circle:100000:0&walk=0:0.1:sgd:steady:0:none:0&units=16,16,16&steps=5000&step=5000", opened))).toContain("too far");
  });
  test("garbage of any kind", () => {
    const key = fc.constantFrom("data", "in", "out", "cls", "px", "py", "units", "see", "bend", "loss", "held", "seed", "p", "w", "walk", "steps", "step", "speed", "unit", "flat", "__proto__");
    const value = fc.oneof(fc.string(), fc.constantFrom("", "1", "0", "own", "1,2", "0:1", "wave:20:0.1", "circle:20:0:7", "8,8", "x1", "x1,x1x2", "relu", "mse", "-", "0:1:sgd:steady:5:L2:0.1", "0:1:adam:cosine:0:none:0;5:2:sgd:steady:1:L1:0:sum", "0.5", "1.1", "a`b", "1e308,1e308"), fc.double().map(String), fc.nat(300).map(String));
    const hash = fc.oneof(fc.string(), fc.array(fc.tuple(key, value).map((pair) => pair.join("=")), { maxLength: 7 }).map((pairs) => `#1&${pairs.join("&")}`));
    fc.assert(fc.property(hash, (text) => {
      const lab = fromHash(text, opened), { P } = shapeOf(lab.net);
      expect([lab.parameters.length, lab.start.length]).toEqual([P, P]);
      if (lab.message) expect(seen(lab)).toEqual(seen(opened));
    }), { seed: 42, numRuns: runs(600) });
  });
  test("too many own points are left out, and the panel is told", () => {
    const n = 2_001, x = Float64Array.from({ length: n }, (_, i) => i), lab = after({ kind: "table", net: { inputs: ["t"], target: "v", labels: null }, points: { n, x, y: x } });
    expect(linkTooLong(lab)).toBe(true);
    expect(fromHash(toHash(lab), opened).message).toBeNull();
  });
});

describe("from TensorFlow Playground", () => {
  const LINK = "https://playground.tensorflow.org/#activation=relu&regularization=L2&batchSize=20&dataset=spiral&regDataset=reg-plane&learningRate=0.1&regularizationRate=0.003&noise=15&networkShape=6,3&seed=0.51234&showTestData=true&discretize=true&percTrainData=70&x=true&y=false&xTimesY=true&xSquared=false&ySquared=false&cosX=false&sinX=true&cosY=false&sinY=false&collectStats=false&problem=classification&initZero=false&hideText=false&learningRate_hide=true&dataset_hide=false";
  test("its experiment, at half the rate and twice the penalty, since it halves its loss", () => {
    const lab = fromPlayground(LINK, opened)!;
    expect(lab.net).toEqual({ inputs: ["x1", "x2"], target: "y", labels: ["0", "1"], features: ["x1", "x1*x2", "sin(x1)"], hidden: [6, 3], activation: "relu" });
    expect(lab.legs).toEqual([{ from: 0, rate: 0.05, optimizer: "sgd", schedule: "steady", zero: true, batch: 20, penalty: "L2", decay: 0.006 }]);
    expect(lab).toMatchObject({ loss: "mse", held: 0.3, discrete: true, heldShown: true, data: { kind: "spiral", n: 500, noise: 0.15 } });
    expect(lab.document.hide).toEqual(["rate"]);
    expect(lab.message).toEqual({ kind: "done", text: "From TensorFlow Playground: it halves the squared error, so its rate 0.1 is 0.05 here, and its penalty rate 0.003 is 0.006; SGD takes the same steps, from a start of its own." });
    expect(at(lab, 50).step).toBe(50);
  });
  test("its defaults, where it says nothing; and what has no equal, in words", () => {
    const lab = fromPlayground("#problem=regression&regDataset=reg-gauss&cosX=true&initZero=true&networkShape=99", opened)!;
    expect(lab.net).toMatchObject({ hidden: [4, 2], activation: "tanh", features: ["x1", "x2"], labels: null });
    expect(lab.data.kind).toBe("bump");
    expect(said(lab)).toContain("Without an equal here: the feature cosX, the layers 99, a start of zeros.");
  });
  test("what is none of its links is left alone, and no text harms", () => {
    expect(fromPlayground("#1&units=8&seed=3", opened)).toBeNull();
    expect(fromPlayground("", opened)).toBeNull();
    const key = fc.constantFrom("activation", "batchSize", "dataset", "regDataset", "learningRate", "noise", "networkShape", "seed", "percTrainData", "problem", "x", "__proto__");
    const value = fc.oneof(fc.string(), fc.constantFrom("constructor", "-1", "1e999", "true", "8,8,8", "%", "regression"));
    fc.assert(fc.property(fc.array(fc.tuple(key, value).map((pair) => pair.join("=")), { maxLength: 6 }), (pairs) => {
      const lab = fromPlayground(`#dataset=xor&${pairs.join("&")}`, opened)!;
      expect(lab.start).toHaveLength(shapeOf(lab.net).P);
      expect(lab.start.every(Number.isFinite) && lab.legs[0]!.rate > 0).toBe(true);
    }), { seed: 42, numRuns: runs(100) });
  });
});

describe("as Python", () => {
  test("the walk in squiggly's words", () => {
    const script = asPython(at(after({ kind: "walk", penalty: "L2", decay: 0.001 }), 120));
    expect(script).toContain("# two classes: step 120 of 200\n\nimport numpy as np\nimport squiggly as sq\n\nx1 = np.array([\n");
    expect(script).toContain('network = sq.network(2, [4, 3], activation="tanh", classes=2)\n');
    expect(script).toContain('*_, last = sq.descend(\n    network, {"x1": x1, "x2": x2, "y": y},\n    loss=sq.cross_entropy, rate=0.03, steps=120, batch=10, seed=3, held_out=0.25, penalty="L2",\n    decay=0.001, optimizer=sq.SGD(),\n)');
    expect(script).not.toContain("start=");
  });
  test("a hand-set start, a branch under a schedule, and points from a file", () => {
    const branch = update(at(after({ kind: "weight", index: 0, value: 0.25, grip: "begin" }), 20), { kind: "walk", schedule: "cosine", optimizer: "adam" });
    const script = asPython(at(branch, 50));
    expect(script).toMatch(/start=\[\n {8}0\.25, /);
    expect(script).toContain("# from step 20 on with other settings (rate 0.03); the optimizer starts anew, its steps count from 0\nfor last in sq.descend(");
    expect(script).toContain("steps=180");
    expect(script).toContain("start=list(last.parameters.values())");
    expect(script).toContain(":\n    if last.step == 30:\n        break");
    const many = after({ kind: "data", data: "wave", n: 600 });
    expect(asPython(many)).toContain('x, y = np.loadtxt("points.csv", delimiter=",", skiprows=1, unpack=True)');
    expect(pointsCsv(many).split("\n").slice(0, 2)).toEqual(["x,y", `${many.points.x[0]},${many.points.y[0]}`]);
  });
});

describe("causes", () => {
  const titles = (lab: NetworkLab): string[] => causesOf(lab).map(({ title }) => title);
  test("nothing is wrong at the start", () => expect(titles(opened)).toEqual([]));
  test("dead units, by their names, and none that wakes for one row", () => {
    const relu = after({ kind: "activation", activation: "relu" }), { biases } = shapeOf(relu.net);
    const lab = update(relu, { kind: "weight", index: biases[0]! + 1, value: -100, grip: "begin" });
    const words = (of: NetworkLab): string => causesOf(of).map((cause) => cause.words).join();
    expect([words(relu).includes("unit 2 of layer 1"), words(lab).includes("unit 2 of layer 1")]).toEqual([false, true]);
    expect(causesOf(lab)[0]!.cure).toEqual({ kind: "activation", activation: "silu" });
  });
  test("units that are stuck at their ends, and gradients that are not zeroed", () => {
    const { biases } = shapeOf(opened.net), lab = after({ kind: "weight", index: biases[1]!, value: 50, grip: "begin" }, { kind: "walk", zero: false });
    expect(titles(lab)).toEqual(["Gradients are not zeroed", "One unit is stuck at its end"]);
  });
  test("learning by heart: few noisy points, many units", () => {
    const lab = at(after({ kind: "data", data: "gauss", n: 40, noise: 0.5 }, { kind: "layers", hidden: [8, 8] }, { kind: "held", share: 0.5 }, { kind: "walk", optimizer: "adam", rate: 0.02 }), 800);
    expect(titles(lab)).toContain("It learns the training points by heart");
    const cured = update(lab, causesOf(lab).find(({ title }) => title.includes("by heart"))!.cure!);
    expect(cured.legs.at(-1)).toMatchObject({ penalty: "L2", decay: 0.003 });
  });
  test("noise of small batches", () => {
    const lab = at(after({ kind: "data", data: "gauss", noise: 0.3 }, { kind: "walk", batch: 1, rate: 1 }), 100);
    expect(titles(lab)).toContain("Mini-batches are noisy");
    expect(titles(at(after({ kind: "walk", batch: 0 }), 100))).not.toContain("Mini-batches are noisy");
  });
});
