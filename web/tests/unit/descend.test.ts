/** The page's descent is Python's, the lesson's, and the same however it is asked for. */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Line, LossName, OptimizerName, ScheduleName } from "../../src/contract.ts";
import { branch, descend, type Leg, type Path, RUNAWAY, short, type Slope, type Walk, walkOf } from "../../src/descend.ts";
import type { Evaluator } from "../../src/evaluator.ts";
import { rebuild } from "../../src/expression.ts";
import { makePoints } from "../../src/noise.ts";
import { OPTIMIZERS } from "../../src/optimizers.ts";
import { interpreter } from "../../src/program.ts";
import { SCHEDULES } from "../../src/schedules.ts";

interface Scene {
  readonly parameters: readonly string[];
  readonly nodes: readonly Line[];
  readonly start: readonly number[];
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly sigma: readonly number[] | null;
}
interface Way {
  readonly model: string;
  readonly loss: LossName;
  readonly optimizer: OptimizerName;
  readonly schedule: ScheduleName;
  readonly zero: boolean;
  readonly rate: number;
}
interface Vectors {
  readonly steps: number;
  readonly delta: number;
  readonly scenes: Readonly<Record<string, Scene>>;
  readonly descents: readonly (Way & { readonly stable: boolean; readonly moments: readonly (readonly number[])[] })[];
  readonly runaways: readonly (Way & { readonly ended: number; readonly words: string })[];
}
const VECTORS = JSON.parse(
  readFileSync(new URL("../../../tests/vectors/descent.json", import.meta.url), "utf8"),
) as Vectors;

function slopeOf({ model, loss }: Way): Slope {
  const { parameters, nodes, start, x, y, sigma } = VECTORS.scenes[model];
  const weight = x.map((_, i) => (sigma === null || loss === "poisson" ? 1 : 1 / sigma[i]));
  return {
    evaluator: interpreter(rebuild(nodes), "x", parameters), names: parameters, start, loss, delta: VECTORS.delta,
    x: Float64Array.from(x), y: Float64Array.from(y), weight: Float64Array.from(weight), n: x.length,
    locked: start.map(() => false),
  };
}

const walk = (way: Partial<Leg>, steps: number): Walk =>
  walkOf({ rate: 0.01, steps, optimizer: "sgd", schedule: "steady", zero: true, ...way });

/** The lesson's points and curve, 1.1 1.1 1.1, under mae. */
function lesson(change: Partial<Slope> = {}): Slope {
  const { x, y } = makePoints({ f: (v) => 3 * v * v + 2 * v + 1, low: -2, high: 2, count: 20, mult: 0.15, add: 1.5, seed: 42 });
  const { evaluator } = slopeOf({ model: "quadratic", loss: "mae" } as Way);
  return {
    evaluator, names: ["a", "b", "c"], x, y, weight: new Float64Array(20).fill(1), n: 20, loss: "mae", delta: 1,
    start: [1.1, 1.1, 1.1], locked: [false, false, false], ...change,
  };
}

/** Relative above 1, absolute below. */
const gap = (a: number, b: number): number => Math.abs(a - b) / Math.max(1, Math.abs(b));
const whole = (path: Path): Path => (path.upTo(path.steps), path);
const at = (path: Path, k: number): number[] => [...path.parameters.subarray(k * path.P, (k + 1) * path.P)];

describe.each(Object.keys(VECTORS.scenes))("%s goes down as in Python", (model) => {
  const cases = VECTORS.descents.filter((d) => d.model === model);
  test.each(cases)("$loss, $optimizer, $schedule, zero: $zero", (way) => {
    const path = whole(descend(slopeOf(way), walk(way, VECTORS.steps)));
    const slack = way.stable ? 1e-12 : 1e-9;
    expect(path.ended).toBeNull();
    for (const [k, rate, loss, ...parameters] of way.moments) {
      expect(gap(path.rate[k], rate)).toBeLessThan(1e-14);
      expect(gap(path.loss[k], loss)).toBeLessThan(slack);
      at(path, k).forEach((v, i) => expect(gap(v, parameters[i])).toBeLessThan(slack));
    }
  });
});

test.each(VECTORS.runaways)("$model with $loss at rate $rate runs away in Python's words", (way) => {
  const path = descend(slopeOf(way), walk(way, VECTORS.steps));
  expect(path.upTo(VECTORS.steps)).toBe(way.ended);
  expect(path.ended).toEqual({ step: way.ended, words: way.words });
});

const printed = (path: Path): string => [...path.loss.subarray(1, 11)].map((v) => v.toFixed(2)).join(" ");

test("the lesson's losses, with and without zeroing", () => {
  const zeroed = whole(descend(lesson(), walk({}, 10)));
  const summed = whole(descend(lesson(), walk({ zero: false }, 10)));
  expect(zeroed.loss[0].toFixed(4)).toBe("2.4219");
  expect([...zeroed.gradient.subarray(0, 3)].map((v) => v.toFixed(4))).toEqual(["-1.3529", "-0.0316", "-0.5000"]);
  expect(printed(zeroed)).toBe("2.40 2.38 2.36 2.34 2.32 2.30 2.28 2.26 2.23 2.21");
  expect(printed(summed)).toBe("2.40 2.36 2.30 2.21 2.11 1.98 1.85 1.72 1.58 1.46");
});

test("nothing is computed before it is asked for, and the answer does not depend on how", () => {
  let calls = 0;
  const { evaluator } = lesson();
  const counted: Evaluator = { ...evaluator, gradient: (...all) => (calls++, evaluator.gradient(...all)) };
  const path = descend(lesson({ evaluator: counted }), walk({ optimizer: "adam", schedule: "cosine" }, 1000));
  expect([calls, path.known]).toEqual([0, 0]);
  expect([path.upTo(0), calls, path.upTo(700), calls, path.upTo(3), calls]).toEqual([0, 1, 700, 701, 3, 701]);
  expect(path.upTo(5000)).toBe(1000);
  const once = whole(descend(lesson(), walk({ optimizer: "adam", schedule: "cosine" }, 1000)));
  expect(path.parameters).toEqual(once.parameters);
});

test("a path that grows keeps what it knew", () => {
  const path = descend(lesson(), walk({ optimizer: "momentum" }, 3000));
  const early = [path.upTo(200), ...path.parameters.subarray(0, 603), ...path.loss.subarray(0, 201)];
  path.upTo(3000);
  expect([200, ...path.parameters.subarray(0, 603), ...path.loss.subarray(0, 201)]).toEqual(early);
  expect([...path.rate.subarray(0, 3001)]).toEqual(Array(3001).fill(0.01));
});

test("a locked parameter stays where it is, with its gradient known", () => {
  for (const optimizer of ["sgd", "momentum", "nesterov", "adam"] as const) {
    const path = whole(descend(lesson({ locked: [false, true, false] }), walk({ optimizer, zero: optimizer !== "sgd" }, 30)));
    expect(new Set([...path.parameters.subarray(0, 93)].filter((_, i) => i % 3 === 1))).toEqual(new Set([1.1]));
    expect(path.gradient[1]).toBeCloseTo(-0.0316, 4);
    expect(path.loss[30]).toBeLessThan(path.loss[0]);
  }
});

describe("legs", () => {
  const other = { rate: 0.05, optimizer: "momentum", schedule: "cosine", zero: true } as const;
  const first = walk({ schedule: "one_cycle" }, 50);
  const both = whole(descend(lesson(), branch(first, 20, other)));

  test("moments up to the branch are kept", () => {
    const before = whole(descend(lesson(), first));
    expect(both.parameters.subarray(0, 63)).toEqual(before.parameters.subarray(0, 63));
    expect(both.loss.subarray(0, 21)).toEqual(before.loss.subarray(0, 21));
  });
  test("from there it is a fresh descent to the walk's end", () => {
    const fresh = whole(descend(lesson({ start: at(both, 20) }), walk(other, 30)));
    expect(both.parameters.subarray(60, 153)).toEqual(fresh.parameters.subarray(0, 93));
    expect(both.rate.subarray(20, 51)).toEqual(fresh.rate.subarray(0, 31));
  });
  test("a branch before another replaces it; one at the last step changes only its rate", () => {
    expect(branch(branch(first, 20, other), 10, other).legs.map((leg) => leg.from)).toEqual([0, 10]);
    expect(branch(first, 0, other).legs).toEqual([{ from: 0, ...other }]);
    const late = whole(descend(lesson(), branch(first, 50, other)));
    expect(at(late, 50)).toEqual(at(whole(descend(lesson(), first)), 50));
    expect(late.rate[50]).toBe(0.05);
  });
});

describe("trouble", () => {
  /** loss(k), gradient and all, of a made-up model of one parameter. */
  const made = (loss: (a: number) => number, slope: (a: number) => number): Partial<Slope> => ({
    names: ["a"], start: [1], locked: [false],
    evaluator: { ...lesson().evaluator, gradient: (_l, _d, p, _x, _y, _w, _n, out) => ((out[0] = slope(p[0])), loss(p[0])) },
  });
  const words = (slope: Partial<Slope>, way: Partial<Leg> = {}): string | undefined =>
    whole(descend(lesson(slope), walk(way, 9))).ended?.words;

  test("a start without a value, and one without a slope", () => {
    expect(words(made(() => NaN, () => 0))).toBe(
      "the model has no value at the start: the loss is nan\nhint: begin elsewhere: move a parameter");
    expect(words(made(() => 1, () => -Infinity))).toBe(
      "the model has no slope at the start: the gradient of a is -inf\nhint: begin elsewhere: move a parameter");
    expect(words({ ...made(() => 1, () => 0), start: [NaN] })).toContain("a is nan");
  });
  test("a loss that will not come back, just past the limit and not at it", () => {
    const rising = (limit: number): Partial<Slope> => made((a) => (a === 1 ? 2 : 2 + limit), () => 1);
    expect(words(rising(2 * RUNAWAY * (1 + 1e-9)), { rate: 0.3 })).toBe(
      "diverged at step 1: the loss is 2e+12, from 2 at the start\nhint: a smaller rate than 0.3, or a schedule");
    expect(words(rising(2 * RUNAWAY * (1 - 1e-9)))).toBeUndefined();
    expect(words(made((a) => (a === 1 ? 0 : 1), () => 1))).toBeUndefined(); // from a perfect start, a loss of 1 is no runaway
  });
  test("the path stays as it ended, its last moment included", () => {
    const path = descend(lesson({ loss: "mse" }), walk({ rate: 0.5 }, 1000));
    const end = path.upTo(1000);
    expect([path.upTo(1000), path.known, path.ended?.step]).toEqual([end, end + 1, end]);
    expect(path.loss[end]).toBeGreaterThan(RUNAWAY);
  });
  test("a locked parameter without a slope stops nothing", () => {
    expect(words({ ...made(() => 1, () => NaN), locked: [true] })).toBeUndefined();
  });
});

test("schedules stay within 0 … 1 for any walk, however short", () => {
  for (const { factor } of Object.values(SCHEDULES)) {
    for (const steps of [0, 1, 2, 3, 10, 33]) {
      for (let step = 0; step <= steps; step++) {
        expect(factor(step, steps)).toBeGreaterThanOrEqual(0);
        expect(factor(step, steps)).toBeLessThanOrEqual(1);
      }
    }
  }
});

test("what an optimizer and a schedule are called", () => {
  expect(OPTIMIZERS.sgd.python(true)).toBe("sq.SGD()");
  expect(OPTIMIZERS.nesterov.python(false)).toBe("sq.SGD(momentum=0.9, nesterov=True, zero_gradient=False)");
  expect(OPTIMIZERS.adam.python(false)).toBe("sq.Adam(zero_gradient=False)");
  expect(SCHEDULES.step_decay.python(100)).toBe("sq.step_decay(every=33, factor=0.1)");
  expect(SCHEDULES.exponential_decay.python(50)).toBe("sq.exponential_decay(factor=0.01**(1/50))");
  expect(SCHEDULES.warmup.python(3)).toBe("sq.warmup(over=1)");
});

test.each([[0.1, "0.1"], [1e-5, "1e-05"], [123456789, "1.23457e+08"], [1e6, "1e+06"], [999999.5, "1e+06"], [0, "0"], [-0.5, "-0.5"],
  [0.00012345678, "0.000123457"]])("%f is written as Python writes it", (value, text) => expect(short(value)).toBe(text));
