/** A formula is fitted without start values: as well as from the truth, the same on every machine, and with little work. */

import { describe, expect, test } from "vitest";
import type { LossName } from "../../src/contract.ts";
import type { Evaluator } from "../../src/evaluator.ts";
import { names } from "../../src/expression.ts";
import { parse } from "../../src/formula.ts";
import { linearParameters } from "../../src/linear.ts";
import { makePoints, random } from "../../src/noise.ts";
import { interpreter } from "../../src/program.ts";
import { best, type Question } from "../../src/solve.ts";
import { distinct, MOST_CANDIDATES, rhythms, sizes } from "../../src/starts.ts";

type Numbers = Readonly<Record<string, number>>;

/** The formula seen at 50 places with the truth in it and a little noise. */
function seen(formula: string, [low, high]: readonly [number, number], truth: Numbers, seed: number, add = 0.05): Question {
  const { expr } = parse(formula, ["x"]);
  const parameters = names(expr).filter((name) => name !== "x");
  const evaluator = interpreter(expr, "x", parameters);
  const values = parameters.map((name) => truth[name]);
  const f = (x: number): number => {
    const out = new Float64Array(1);
    evaluator.predict(values, Float64Array.of(x), 1, out);
    return out[0];
  };
  const linear = linearParameters(expr, parameters);
  return {
    ...makePoints({ f, low, high, count: 50, mult: 0, add, seed }), evaluator, n: 50, weight: new Float64Array(50).fill(1),
    linear: parameters.map((name) => linear.includes(name)), loss: "mse", delta: 1, start: values,
    locked: values.map(() => false), bounds: values.map(() => [null, null]),
  };
}
const nowhere = (question: Question): Question => ({ ...question, start: question.start.map(() => 1), search: true });

const between = (low: number, high: number) => (sample: () => number): number => low + (high - low) * sample();
const FAMILIES: readonly (readonly [string, readonly [number, number], Readonly<Record<string, (s: () => number) => number>>])[] = [
  ["a*exp(-x/tau) + c", [0, 10], { a: between(1, 9), tau: between(0.5, 5), c: between(0, 2) }],
  ["a*x^b", [0.5, 10], { a: between(1, 9), b: between(-2, 2) }],
  ["vmax*x/(km + x)", [0.1, 10], { vmax: between(1, 9), km: between(0.3, 5) }],
  ["a*exp(-((x - m)/s)^2/2) + c", [-5, 5], { a: between(1, 9), m: between(-3, 3), s: between(0.3, 2), c: between(0, 1) }],
  ["a*sin(2*pi*f*x + p)", [0, 10], { a: between(1, 4), f: between(0.1, 2), p: between(0, 6) }],
  ["bottom + (top - bottom)/(1 + (ec50/x)^hill)", [0.1, 10],
    { bottom: between(0, 1), top: between(4, 8), ec50: between(1, 5), hill: between(1, 3) }],
  ["a*exp(-x/t)*sin(k*x + p) + c", [0, 10], { a: between(3, 7), t: between(2, 5), k: between(1, 6), p: between(0, 6), c: between(0, 1) }],
];

describe.each(FAMILIES)("%s", (formula, range, draw) => {
  test("ends as low as from the truth, on each of ten data sets", () => {
    const { sample } = random(11);
    for (let seed = 0; seed < 10; seed++) {
      const truth = Object.fromEntries(Object.entries(draw).map(([name, one]) => [name, one(sample)]));
      const question = seen(formula, range, truth, seed);
      const found = best(nowhere(question));
      expect(found.settled).toBe(true);
      expect(found.loss, JSON.stringify(truth)).toBeLessThanOrEqual(best(question).loss * (1 + 1e-6));
    }
  });
});

const WAVE = seen("a*exp(-x/t)*sin(k*x + p) + c", [0, 10], { a: 5, t: 3, k: 4, p: 1, c: 0.5 }, 1);

test("the same question has the same answer, to the last digit", () => {
  expect(best(nowhere(WAVE))).toEqual(best(nowhere(WAVE)));
});

test("the search is bounded in work, however many points there are", () => {
  let looks = 0;
  const counted = (evaluator: Evaluator): Evaluator => ({
    ...evaluator, rows: (...all) => { looks += all[2]; evaluator.rows(...all); },
    predict: (...all) => { looks += all[2]; evaluator.predict(...all); },
  });
  best({ ...nowhere(WAVE), evaluator: counted(WAVE.evaluator) });
  expect(looks / 50).toBeLessThan(2 * MOST_CANDIDATES + 3000);
  const n = 5000;
  const x = Float64Array.from({ length: n }, (_, i) => (10 * i) / n);
  const y = new Float64Array(n);
  WAVE.evaluator.predict(WAVE.start, x, n, y);
  looks = 0;
  const { loss } = best({ ...nowhere(WAVE), evaluator: counted(WAVE.evaluator), x, y, n, weight: new Float64Array(n).fill(1) });
  expect(loss).toBeLessThan(1e-20);
  expect(looks).toBeLessThan((2 * MOST_CANDIDATES + 3000) * 100 + 500 * n);
});

test("parameters are turned positive where that changes nothing", () => {
  const bell = seen("a*exp(-((x - m)/s)^2/2)", [-5, 5], { a: 4, m: 1, s: 0.8 }, 3);
  expect(best(nowhere(bell)).values.at(-1)).toBeGreaterThan(0);
  const { sample } = random(5);
  const [formula, range, draw] = FAMILIES[5];
  for (let seed = 0; seed < 8; seed++) { // a negative hill is a positive one with bottom and top exchanged
    const truth = Object.fromEntries(Object.entries(draw).map(([name, one]) => [name, one(sample)]));
    expect(best(nowhere(seen(formula, range, truth, seed))).values.at(-1)).toBeGreaterThan(0);
  }
});

test("bounds and locks hold while searching, and every loss can be searched", () => {
  const decay = seen("a*exp(-x/tau) + c", [0, 10], { a: 6, tau: 2, c: 1 }, 5, 0.02);
  for (const loss of ["mse", "mae", "huber", "poisson"] as const satisfies readonly LossName[]) {
    const free = best(nowhere({ ...decay, loss }));
    [6, 2, 1].forEach((value, i) => expect(Math.abs(free.values[i] - value)).toBeLessThan(0.15));
    const bounded = best(nowhere({ ...decay, loss, bounds: [[null, 5], [null, null], [null, null]] }));
    expect(bounded.values[0]).toBeLessThanOrEqual(5);
    const held = best({ ...nowhere({ ...decay, loss, locked: [false, true, false] }), start: [1, 2.5, 1] });
    expect(held.values[1]).toBe(2.5);
  }
});

test("the pool holds sizes of these points: places, spans, their inverses, heights", () => {
  const x = Float64Array.of(0, 2, 4, 6, 8, 10);
  const y = Float64Array.of(5, 4, 3, 2, 1, 7);
  const pool = sizes({ x, y });
  for (const value of [0, 10, 5, 7, 1, -1, 0.5, 3.5]) expect(pool).toContain(value);
  expect(pool.some((v) => Math.abs(Math.log10(v / 0.1)) < 0.17)).toBe(true); // within half a stair of 1/span
  expect(pool).toEqual([...new Set(pool)].sort((a, b) => a - b));
});

test("a rhythm is found as cycles and radians, and as their lengths", () => {
  const x = Float64Array.from({ length: 80 }, (_, i) => i / 8);
  const y = x.map((v) => Math.sin(2 * Math.PI * 1.3 * v) + 0.5 * v);
  const beats = rhythms({ x, y, n: 80 });
  for (const value of [1.3, 1.3 * 2 * Math.PI, 1 / 1.3, 1 / (1.3 * 2 * Math.PI)]) {
    expect(Math.min(...beats.map((b) => Math.abs(b / value - 1)))).toBeLessThan(0.02);
  }
  expect(rhythms({ x: new Float64Array(5).fill(2), y: y.slice(0, 5), n: 5 })).toEqual([]);
});

test.each([1.77, 1.82, 2.4])("a frequency of %d, between those that the sizes suggest, is found by its rhythm", (f) => {
  const question = seen("a*sin(2*pi*f*x)", [0, 10], { a: 2, f }, 4);
  expect(best(nowhere(question)).loss).toBeCloseTo(best(question).loss, 10);
});

test("of candidates that cost the same, the smaller one stays", () => {
  const one = (cost: number, ...values: number[]): { values: Float64Array; cost: number } => ({ cost, values: Float64Array.from(values) });
  const kept = distinct([one(2, 9), one(1, 7), one(1.00001, 3), one(NaN, 0), one(Infinity, 0), one(3, 1)], 2);
  expect(kept.map(({ values }) => values[0])).toEqual([3, 9]);
  expect(distinct([one(NaN, 4)], 2).map(({ values }) => values[0])).toEqual([4]);
});
