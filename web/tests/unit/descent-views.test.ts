import { describe, expect, it } from "vitest";
import { causesOf, IN_PEACE, tooLarge } from "../../src/causes.ts";
import { otherwise, pathOf } from "../../src/derived.ts";
import { historyCsv } from "../../src/history.ts";
import { axisOf } from "../../src/loss-axis.ts";
import { pointsOf } from "../../src/points.ts";
import { type Action, type Lab, open, update } from "../../src/state.ts";
import { brief, figures } from "../../src/numbers.ts";
import { numbersOf, torchLines } from "../../src/torch-lines.ts";
import { outcome } from "../../src/views/settings.tsx";
import type { Document } from "../../src/contract.ts";

const x = Array.from({ length: 20 }, (_, i) => -2 + (4 * i) / 19);
const noise = [3.87, 0, 0.7, 0.4, -0.5, 1.1, -1.5, 0.7, -0.9, -0.3, -1, 3, 0.1, -2.8, 0.8, -0.5, -0.1, -0.4, -0.9, -3.3];
const lesson: Document = {
  version: 1, title: "", ranges: [[-2, 2]], start: [1.1, 1.1, 1.1], locked: [false, false, false], bounds: [[null, null], [null, null], [null, null]],
  model: { formula: "a*x^2 + b*x + c", inputs: ["x"], target: "y", parameters: ["a", "b", "c"], nodes: [["name", "a"], ["name", "x"], ["constant", 2], ["power", 1, 2], ["multiply", 0, 3], ["name", "b"], ["multiply", 5, 1], ["add", 4, 6], ["name", "c"], ["add", 7, 8]] },
  points: { x: [x], y: x.map((v, i) => 3 * v * v + 2 * v + 1 + noise[i]!), sigma: null }, loss: "mae", delta: 1, target: 1.1, best: [2.7, 1.5, 0.8],
  walk: { rate: 0.01, steps: 100, optimizer: "sgd", schedule: "steady", zero: true }, checks: { loss: "mae", x: [], y: [], weight: [], at: [] },
};
const after = (...actions: Action[]): Lab => actions.reduce(update, open(lesson));

describe("the five steps", () => {
  it("are the lines of PyTorch for the loss, the optimizer and the rate on show", () => {
    expect(torchLines(after()).map((line) => line.replaceAll("\u00a0", " "))).toEqual(["p = f(x)", "loss = (p − y).abs().mean()", "loss.backward()", "abc −= abc.grad·0.01", "abc.grad.zero_()"]);
    expect(torchLines(after({ kind: "walk", optimizer: "adam" }))[3]).toContain("opt.step()");
  });

  it("fill the formula with numbers, powers raised and negatives in brackets", () => {
    expect(numbersOf(after(), 0)).toMatch(/^p₁ = 1.1·\(−2\)² \+ 1.1·\(−2\) \+ 1.1 = 3.300, p₂ = /);
  });

  it("take the step that the walk takes", () => {
    const lab = after();
    pathOf(lab).upTo(1);
    expect(numbersOf(lab, 3)).toContain(`= ${figures(pathOf(lab).parameters[3]!)} · b`);
  });

  it("show gradients adding up where they are not zeroed, and say so", () => {
    const lab = after({ kind: "walk", zero: false }, { kind: "step", by: 1 });
    expect(numbersOf(lab, 2)).toMatch(/^a\.grad −\d\.\d+ \+ \(−\d\.\d+\) = −\d\.\d+/);
    expect(numbersOf(lab, 4)).toContain("left out");
  });
});

describe("a rate too large", () => {
  it("is 2/λ for squares: a little below settles, a little above diverges", () => {
    const lab = after({ kind: "loss", loss: "mse" }), most = tooLarge(lab)!;
    expect(otherwise(lab, { rate: 0.98 * most }).ended).toBeNull();
    const wild = otherwise({ ...lab, steps: 10_000 }, { rate: 1.02 * most });
    expect(wild.ended?.words).toContain("diverged");
  });

  it("jitters where the loss is a mean of absolute values", () => {
    const [, rate] = causesOf(after(), null, IN_PEACE);
    const { loss } = rate!.other!;
    const late = [...loss.subarray(50, 101)];
    expect(Math.max(...late) - Math.min(...late)).toBeGreaterThan(0.2);
    expect(late.filter((v, i) => i && v > late[i - 1]!).length).toBeGreaterThan(10);
  });
});

it("the three causes are switches of the last leg, and know the walk when switched over", () => {
  const [zero, rate, schedule] = causesOf(after(), null, IN_PEACE);
  expect([zero!.on, rate!.on, schedule!.on]).toEqual([false, false, true]);
  expect(outcome(zero!.other!)).toMatch(/, after /);
  expect(schedule!.change).toEqual({ schedule: "cosine" });
  expect(causesOf(after(), null, 0)[0]!.other).toBeNull();
});

describe("the axis of losses", () => {
  it("is linear for a narrow span, logarithmic for a wide one, and never takes the logarithm of nothing", () => {
    expect(axisOf(Float64Array.of(2.4, 1.2), []).log).toBe(false);
    const perfect = axisOf(Float64Array.of(10, 1, 0.1), [0]);
    expect([perfect.log, perfect.y(10), perfect.y(0)]).toEqual([true, 0, 100]);
    expect(axisOf(Float64Array.of(NaN), []).y(0.5)).toBe(50);
  });

  it("has at most four marks, inside", () => {
    for (const high of [2.1, 5, 40, 1e5, 1e13]) {
      const { marks, low } = axisOf(Float64Array.of(high, 1), []);
      expect(marks.length).toBeGreaterThan(0);
      expect(marks.length).toBeLessThanOrEqual(4);
      expect(marks.every(({ value }) => value >= low && value <= high)).toBe(true);
    }
  });
});

it("the history has a row for every moment and quotes what needs it", () => {
  const rows = historyCsv(after({ kind: "steps", steps: 10 })).trim().split("\n");
  expect(rows[0]).toBe("step,loss,rate,a,b,c,gradient of a,gradient of b,gradient of c");
  expect(rows).toHaveLength(12);
  expect(rows[11]!.split(",")).toHaveLength(9);
});

it("numbers keep their digits, have a real minus, and no zeros where someone set them", () => {
  expect([figures(1.1), figures(-0.03158), figures(12345.6), figures(0), brief(0.01), brief(100), brief(1.5e-7)]).toEqual(["1.100", "−0.03158", "12346", "0", "0.01", "100", "1.5e−7"]);
});

it("without points nothing is computed and nothing throws", () => {
  const lab = after({ kind: "points", points: pointsOf([], []) });
  expect(numbersOf(lab, 1)).toContain("no points");
  expect(tooLarge(lab)).toBeNull();
});
