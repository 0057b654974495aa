/** The page's networks are Python's, their gradients those of tiny nudges, and a moment the same however it is reached. */

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { batchesOf, heldCount, heldOut, order, stepsOf } from "../../src/network/batches.ts";
import type { ActivationName, FeatureName, NetDocument, NetworkLossName } from "../../src/network/contract.ts";
import { DATA, type MadeName } from "../../src/network/data.ts";
import type { NetworkLab, NetworkLeg } from "../../src/network/lab.ts";
import { drawn, engineOf, featured, namesOf, shapeOf } from "../../src/network/layers.ts";
import { plain, scaleOf, seenAt, seenBy, unscaled } from "../../src/network/scale.ts";
import { MOST_FRAMES, MOST_HISTORY, rateAt, sampledRows, trainOf } from "../../src/network/train.ts";
import { runs } from "../runs.ts";

interface Case {
  readonly inputs: number;
  readonly hidden: readonly number[];
  readonly features: readonly FeatureName[];
  readonly activation: ActivationName;
  readonly classes: boolean;
}
interface Way extends Case, Omit<NetworkLeg, "from"> {
  readonly loss: NetworkLossName;
  readonly held: number;
  readonly seed: number;
}
interface Points { readonly x: readonly number[]; readonly y: readonly number[] }
interface Vectors {
  readonly steps: number;
  readonly orders: readonly { readonly n: number; readonly seed: number; readonly epoch: number; readonly rows: readonly number[] }[];
  readonly splits: readonly { readonly n: number; readonly seed: number; readonly share: number; readonly train: readonly number[]; readonly held: readonly number[] }[];
  readonly batches: readonly { readonly size: number; readonly seed: number; readonly step: number; readonly rows: readonly number[] }[];
  readonly starts: readonly (Case & { readonly seed: number; readonly start: readonly number[]; readonly names: readonly string[] })[];
  readonly gradients: readonly (Case & Points & { readonly loss: NetworkLossName; readonly parameters: readonly number[]; readonly value: number; readonly gradient: readonly number[]; readonly outputs: readonly number[] })[];
  readonly numbers: Points;
  readonly classes: Points;
  readonly walks: readonly (Way & { readonly moments: readonly (readonly number[])[] })[];
  readonly runaways: readonly (Way & { readonly ended: number; readonly words: string })[];
}
const VECTORS = JSON.parse(readFileSync(new URL("../../../tests/vectors/network.json", import.meta.url), "utf8")) as Vectors;

const netOf = ({ inputs, hidden, features, activation, classes }: Case): NetDocument =>
  ({ inputs: ["x1", "x2"].slice(0, inputs), target: "y", labels: classes ? ["0", "1"] : null, features, hidden, activation });

/** The largest difference, relative above 1 and absolute below. */
const gap = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a.length).toBe(b.length);
  return Math.max(...Array.from(a, (v, i) => Math.abs(v - b[i]!) / Math.max(1, Math.abs(b[i]!))));
};
const all = (n: number): Int32Array => Int32Array.from({ length: n }, (_, i) => i);

/** As much of a lab as a walk stands on. */
function labOf(way: Way, { x, y }: Points, steps: number, start = drawn(netOf(way), way.seed)): NetworkLab {
  const { rate, optimizer, schedule, zero, batch, penalty, decay, held, seed, loss } = way;
  const points = { n: y.length, x: Float64Array.from(x), y: Float64Array.from(y) };
  return { net: netOf(way), points, scale: plain(way.inputs), held, seed, loss, start, steps, legs: [{ from: 0, rate, optimizer, schedule, zero, batch, penalty, decay }] } as unknown as NetworkLab;
}

describe("Python's numbers", () => {
  test("the order of every epoch", () => {
    for (const { n, seed, epoch, rows } of VECTORS.orders) expect([...order(n, seed, epoch)]).toEqual(rows);
  });
  test("which rows are held out", () => {
    for (const { n, seed, share, train, held } of VECTORS.splits) {
      const split = heldOut(n, seed, share);
      expect([[...split.train], [...split.held]]).toEqual([train, held]);
    }
  });
  test("each step's mini-batch", () => {
    for (const { size, seed, step, rows } of VECTORS.batches) {
      const met = batchesOf(Int32Array.from({ length: 10 }, (_, i) => 2 * i), size, seed);
      met.seek(step);
      expect([...met.rows.subarray(met.from, met.to)]).toEqual(rows);
    }
  });
  test("the start, bit for bit, and every name", () => {
    for (const { seed, start, names, ...net } of VECTORS.starts) {
      expect([...drawn(netOf(net), seed)]).toEqual(start);
      expect(namesOf(shapeOf(netOf(net)))).toEqual(names);
    }
  });
  test.each(VECTORS.gradients.map((row) => [`${row.activation} ${row.loss} of ${row.classes ? "classes" : "numbers"}`, row] as const))("loss and gradient: %s", (_, row) => {
    const net = netOf(row), n = row.y.length, engine = engineOf(net, row.loss), x = featured(net.features, row.x, n), y = Float64Array.from(row.y), p = Float64Array.from(row.parameters);
    const out = new Float64Array(engine.P), sums = new Float64Array(2 * n);
    expect(gap([engine.gradient(p, x, y, all(n), 0, n, out)], [row.value])).toBeLessThan(1e-12);
    expect(gap(out, row.gradient)).toBeLessThan(1e-12);
    expect(gap([engine.loss(p, x, y, all(n))], [row.value])).toBeLessThan(1e-12);
    engine.forward(p, x, n, sums);
    expect(gap(sums.subarray(0, n), row.outputs)).toBeLessThan(1e-12);
    const shown = row.outputs.map((z) => (row.loss === "cross-entropy" ? 1 / (1 + Math.exp(-z)) : row.classes ? Math.tanh(z) : z));
    expect(gap(sums.subarray(n), shown)).toBeLessThan(1e-12);
    const units = new Float32Array(engine.count * n);
    engine.units(p, x, n, units);
    expect([...units.subarray((engine.count - 1) * n)]).toEqual([...Float32Array.from(sums.subarray(n))]);
    expect(units[0 * n + 3]).toBe(Math.fround(x[3 * net.features.length]!));
  });
  test.each(VECTORS.walks.map((row) => [`${row.optimizer} ${row.schedule} ${row.penalty}`, row] as const))("a walk: %s", (_, row) => {
    const lab = labOf(row, row.classes ? VECTORS.classes : VECTORS.numbers, VECTORS.steps), trainer = trainOf(lab);
    for (const [step, rate, ...parameters] of row.moments) {
      expect(gap(trainer.parametersAt(step!), parameters)).toBeLessThan(1e-9);
      expect(gap([rateAt(lab.legs[0]!, step!, VECTORS.steps)], [rate!])).toBeLessThan(1e-12);
    }
    expect(trainer.ended).toBeNull();
  });
  test.each(VECTORS.runaways.map((row) => [row.words, row] as const))("a walk that runs away: %.40s", (_, row) => {
    const trainer = trainOf(labOf(row, VECTORS.numbers, VECTORS.steps));
    expect(trainer.upTo(VECTORS.steps)).toBe(row.ended);
    expect(trainer.ended).toEqual({ step: row.ended, words: row.words });
    expect(trainer.upTo(VECTORS.steps)).toBe(row.ended);
  });
});

describe("the engine", () => {
  const activation = fc.constantFrom<ActivationName>("relu", "tanh", "sigmoid", "silu", "linear");
  const head = fc.constantFrom<readonly [NetworkLossName, boolean]>(["mse", false], ["mae", false], ["cross-entropy", true], ["mse", true]);
  const features = fc.subarray<FeatureName>(["x1", "x2", "x1^2", "x2^2", "x1*x2", "sin(x1)", "sin(x2)"], { minLength: 1 });
  const hidden = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 4 });

  test("a gradient agrees with tiny nudges, over any rows", () => {
    fc.assert(fc.property(activation, head, features, hidden, fc.nat(1e6), fc.integer({ min: 1, max: 70 }), (bend, [loss, classes], see, widths, seed, n) => {
      const net = netOf({ inputs: 2, hidden: widths, features: see, activation: bend, classes }), engine = engineOf(net, loss);
      const { x: columns } = DATA.plane.make(n, 0, seed), x = featured(see, columns.map((v) => v / 3), n), y = Float64Array.from({ length: n }, (_, i) => (classes ? i % 2 : Math.sin(i)));
      const p = drawn(net, seed).map((v, i) => v + 0.1 * Math.sin(i)), rows = order(n, seed, 0), out = new Float64Array(engine.P), spare = new Float64Array(engine.P);
      const from = Math.floor(n / 3), nudge = 1e-6;
      const at = (i: number, by: number): number => engine.gradient(p.with(i, p[i]! + by), x, y, rows, from, n, spare);
      engine.gradient(p, x, y, rows, from, n, out);
      for (let i = 0; i < p.length; i += 3) {
        const [up, down, here] = [at(i, nudge), at(i, -nudge), at(i, 0)];
        if (Math.abs(up + down - 2 * here) > 1e-8) continue; // a kink lies between
        expect(Math.abs(out[i]! - (up - down) / (2 * nudge))).toBeLessThan(1e-4 * Math.max(1, Math.abs(out[i]!)));
      }
    }), { seed: 42, numRuns: runs(60) });
  });

  test("at the hinge a rectified unit has no slope", () => {
    const engine = engineOf(netOf({ inputs: 1, hidden: [1], features: ["x1"], activation: "relu", classes: false }), "mse"), out = new Float64Array(4);
    engine.gradient(Float64Array.of(1, 0, 1, 0), Float64Array.of(0), Float64Array.of(1), all(1), 0, 1, out);
    expect([...out]).toEqual([0, 0, 0, -2]);
  });

  test("large sums overflow nowhere", () => {
    for (const bend of ["tanh", "sigmoid", "silu"] as const) {
      const engine = engineOf(netOf({ inputs: 1, hidden: [1], features: ["x1"], activation: bend, classes: true }), "cross-entropy"), out = new Float64Array(4);
      for (const w of [1e5, -1e5]) {
        expect(engine.gradient(Float64Array.of(w, 0, 1, 0), Float64Array.of(1), Float64Array.of(1), all(1), 0, 1, out)).toBeGreaterThanOrEqual(0);
        expect(out.every(Number.isFinite)).toBe(true);
      }
    }
  });

  test("every unit's activations are those of the layers, point by point", () => {
    const net = netOf({ inputs: 2, hidden: [5, 3], features: ["x1", "x2"], activation: "tanh", classes: false }), engine = engineOf(net, "mse"), p = drawn(net, 4), n = 45;
    const { x: columns } = DATA.plane.make(n, 0, 1), x = featured(net.features, columns, n), out = new Float64Array(engine.count * n);
    engine.units(p, x, n, out);
    for (let k = 0; k < 2; k++) for (let j = 0; j < engine.widths[k + 1]!; j++) for (let i = 0; i < n; i++) {
      let z = p[engine.biases[k]! + j]!;
      for (let b = 0; b < engine.widths[k]!; b++) z += p[engine.weights[k]! + j * engine.widths[k]! + b]! * out[(engine.first[k]! + b) * n + i]!;
      expect(Math.abs(out[(engine.first[k + 1]! + j) * n + i]! - Math.tanh(z))).toBeLessThan(1e-14);
    }
  });
});

describe("the walk", () => {
  const way = (change: Partial<Way> = {}): Way => ({
    inputs: 2, hidden: [4, 3], features: ["x1", "x2"], activation: "tanh", classes: true, loss: "cross-entropy", optimizer: "adam", schedule: "steady",
    zero: true, penalty: "L2", decay: 0.001, rate: 0.003, batch: 7, held: 0.3, seed: 5, ...change,
  });
  const spiral = DATA.spiral.make(60, 0.05, 3), points = { x: [...spiral.x], y: [...spiral.y] };
  const fresh = (change: Partial<Way> = {}, steps = 5000): NetworkLab => labOf(way(change), points, steps);

  test.each([{}, { optimizer: "sgd" as const, rate: 0.03 }, { optimizer: "nesterov" as const, schedule: "one_cycle" as const, rate: 0.01 }, { zero: false, rate: 1e-5 }])(
    "a moment is the same, bit for bit, forwards or by jumps: %j", (change) => {
      const straight = trainOf(fresh(change)), jumping = trainOf(fresh(change)), seen = new Map<number, Float64Array>();
      expect(jumping).not.toBe(straight);
      for (let k = 0; k <= 5000; k += 125) seen.set(k, straight.parametersAt(k));
      for (const k of [5000, 125, 4875, 0, 2500, 2375, 250, 5000, 3000, 1125]) expect(jumping.parametersAt(k)).toEqual(seen.get(k));
      expect(jumping.history).toEqual(straight.history);
      expect(straight.ended).toBeNull();
    });

  test("the history stays short, and is the loss of all rows", () => {
    const trainer = trainOf(fresh()), { history, engine, seen, split } = trainer;
    trainer.upTo(5000);
    expect(history.step.length).toBeLessThanOrEqual(MOST_HISTORY);
    expect(history.step).toEqual(history.step.map((_, i) => i * history.stride));
    const k = history.step.at(-1)!, p = trainer.parametersAt(k);
    expect(history.train.at(-1)).toBe(engine.loss(p, seen.x, seen.y, split.train));
    expect(history.held.at(-1)).toBe(engine.loss(p, seen.x, seen.y, split.held));
  });

  test("moments that are kept stay few", () => {
    const trainer = trainOf(fresh({ hidden: [2], batch: 2 }, 20_000)) as ReturnType<typeof trainOf> & { frames: readonly unknown[]; every: number };
    trainer.upTo(20_000);
    expect(trainer.frames.length).toBeLessThanOrEqual(MOST_FRAMES + 1);
    expect(trainer.every).toBe(128);
  });

  test("a branch keeps what came before it, and goes on as if it had been walked alone", () => {
    const lab = fresh(), old = trainOf(lab), before = old.parametersAt(1001);
    old.upTo(1500);
    const legs = [lab.legs[0]!, { ...lab.legs[0]!, from: 1001, optimizer: "momentum" as const, rate: 0.01, batch: 5 }], branch = trainOf({ ...lab, legs });
    expect(branch.known).toBe(1001);
    expect(branch.parametersAt(1001)).toEqual(before);
    expect(branch.history.step.at(-1)).toBeLessThanOrEqual(1001);
    const alone = trainOf(labOf(way({ optimizer: "momentum", rate: 0.01, batch: 5 }), points, 5000, before));
    expect(branch.parametersAt(1400)).toEqual(alone.parametersAt(399));
    const anew = trainOf({ ...fresh(), legs });
    expect(anew).not.toBe(branch);
    expect(anew.parametersAt(1400)).toEqual(branch.parametersAt(1400));
    expect(branch.parametersAt(800)).toEqual(old.parametersAt(800));
  });

  test("the same lab has the same trainer, a longer timeline too, where the rate is steady", () => {
    const lab = fresh();
    expect(trainOf({ ...lab })).toBe(trainOf(lab));
    expect(trainOf({ ...lab, steps: 9000 })).toBe(trainOf(lab));
    const waning = { ...fresh({ schedule: "cosine" }) };
    expect(trainOf({ ...waning, steps: 9000 })).not.toBe(trainOf(waning));
  });

  test("biases are never punished", () => {
    const lab = fresh({ penalty: "L1", decay: 10, optimizer: "sgd", batch: 0 }), plainly = fresh({ penalty: "none", optimizer: "sgd", batch: 0 });
    const [a, b] = [trainOf(lab).parametersAt(1), trainOf(plainly).parametersAt(1)], { biases, widths, P } = trainOf(lab).engine;
    const isBias = Array.from({ length: P }, (_, i) => biases.some((from, k) => i >= from && i < from + widths[k + 1]!));
    isBias.forEach((bias, i) => expect(Object.is(a[i], b[i])).toBe(bias));
  });

  test("a start without a value says so", () => {
    const trainer = trainOf(labOf(way({ hidden: [] }), points, 10, Float64Array.of(1, NaN, 0)));
    expect(trainer.upTo(10)).toBe(0);
    expect(trainer.ended?.words).toBe("the network has no value at the start: w1_1_2 is nan\nhint: another start, or smaller weights");
  });
});

describe("rows", () => {
  test("an epoch meets every row once", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 80 }), fc.integer({ min: 1, max: 90 }), fc.nat(2 ** 32 - 1), fc.nat(50), (n, size, seed, epoch) => {
      const met: number[] = [], batches = batchesOf(all(n), size, seed), each = stepsOf(n, size);
      for (let k = epoch * each; k < (epoch + 1) * each; k++) {
        batches.seek(k);
        met.push(...batches.rows.subarray(batches.from, batches.to));
      }
      expect(met.sort((a, b) => a - b)).toEqual([...all(n)]);
    }), { seed: 42, numRuns: runs(100) });
  });
  test("one row is always left to train on", () => {
    expect([heldCount(2, 0.9), heldCount(1, 0.9), heldCount(10, 0.25), heldCount(0, 0.5)]).toEqual([1, 0, 3, 0]);
  });
  test("a loss is computed on a thousand rows at most, evenly among them", () => {
    const rows = sampledRows(all(2500));
    expect([rows.length, rows[0], rows[1], rows.at(-1)]).toEqual([1000, 0, 2, 2497]);
    expect(sampledRows(all(7))).toEqual(all(7));
  });
});

describe("data that the page makes", () => {
  test.each(Object.entries(DATA))("%s: in its box, and the same for the same seed", (name, { inputs, classes, make }) => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 300 }), fc.double({ min: 0, max: 0.5, noNaN: true }), fc.nat(1e6), (n, noise, seed) => {
      const { x, y, n: count } = make(n, noise, seed);
      expect([x.length, y.length, count]).toEqual([inputs * n, n, n]);
      expect(make(n, noise, seed)).toEqual({ n, x, y });
      expect(x.every((v) => Math.abs(v) <= (["gauss", "moons"].includes(name) ? 14 : 6))).toBe(true);
      expect(y.every((v) => (classes ? v === 0 || v === 1 : Math.abs(v) <= 4))).toBe(true);
    }), { seed: 42, numRuns: runs(30) });
  });
  test("without noise each class lies where its shape says", () => {
    const at = (name: MadeName) => { const { x, y, n } = DATA[name].make(400, 0, 9); return Array.from({ length: n }, (_, i) => [x[i]!, x[n + i]!, y[i]!] as const); };
    for (const [a, b, y] of at("circle")) expect(y).toBe(Math.hypot(a, b) < 2.5 ? 1 : 0);
    for (const [a, b, y] of at("xor")) expect(y).toBe(a * b > 0 ? 1 : 0);
    for (const [a, b, y] of at("plane")) expect(y).toBeCloseTo(Math.max(-1, Math.min(1, (a + b) / 10)), 12);
    for (const name of ["circle", "gauss", "spiral", "moons", "xor"] as const) expect(Math.abs(at(name).reduce((sum, [, , y]) => sum + y, 0) - 200)).toBeLessThan(40);
    for (const [a, b, y] of at("moons")) expect(y).toBe(Math.abs(Math.hypot((a + 1.5) / 3, (b + 0.9) / 3.5) - 1) < 1e-9 ? 1 : 0);
    expect(Math.min(...at("bump").map(([, , y]) => y))).toBeLessThan(-0.5);
    expect(new Set(at("steps").map(([, , y]) => y.toFixed(3)))).toEqual(new Set(["-1.000", "-0.333", "0.333", "1.000"]));
  });
});

describe("scales", () => {
  test("each column gets mean 0 and spread 1; a constant one only its mean", () => {
    const points = { n: 4, x: Float64Array.of(1, 2, 3, 6, 7, 7, 7, 7), y: Float64Array.of(10, 20, 30, 40) }, scale = scaleOf(points, 2, false);
    expect(scale[0]![0]).toBeCloseTo(3, 12);
    expect(scale[0]![1]).toBeCloseTo(Math.sqrt(3.5), 12);
    expect(scale[1]).toEqual([7, 1]);
    expect(scaleOf(points, 2, true)[2]).toEqual([0, 1]);
    const seen = seenBy({ net: netOf({ inputs: 2, hidden: [], features: ["x1", "x1*x2"], activation: "tanh", classes: false }), scale, points });
    expect([...seen.y].reduce((a, b) => a + b)).toBeCloseTo(0, 12);
    expect(unscaled(scale, seen.y[2]!)).toBeCloseTo(30, 12);
    expect([...seenAt(["x1", "x2"], scale, [3, 8], 1)]).toEqual([0, 1].map((v) => expect.closeTo(v, 12)));
  });
  test("any finite columns give finite scales", () => {
    const value = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(fc.property(fc.array(value, { minLength: 2, maxLength: 9 }), (column) => {
      const y = Float64Array.from(column), scale = scaleOf({ n: y.length, x: y, y }, 1, false);
      expect(scale.flat().every(Number.isFinite)).toBe(true);
      expect(scale.every(([, size]) => size > 0)).toBe(true);
    }), { seed: 42, numRuns: runs(200) });
  });
});
