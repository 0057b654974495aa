/** The page's solver goes Python's way, and its linear algebra is right for any matrix. */

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Line, LossName } from "../../src/contract.ts";
import { rebuild } from "../../src/expression.ts";
import { parse } from "../../src/formula.ts";
import { minimise } from "../../src/least-squares.ts";
import { columnNorms, orthogonalise, substitute, triangularise } from "../../src/linear-algebra.ts";
import { linearParameters } from "../../src/linear.ts";
import { factor, type Problem } from "../../src/problem.ts";
import { interpreter } from "../../src/program.ts";
import { best, type Question, solve } from "../../src/solve.ts";
import { runs } from "../runs.ts";

interface Vector {
  readonly model: string;
  readonly nodes: readonly Line[];
  readonly parameters: readonly string[];
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly sigma: readonly number[] | null;
  readonly loss: LossName;
  readonly delta: number;
  readonly start: readonly number[];
  readonly locked: readonly boolean[];
  readonly bounds: readonly (readonly [number | null, number | null])[];
  readonly linear: readonly boolean[];
  readonly way: readonly (readonly number[])[];
  readonly taken: number;
  readonly values: readonly number[];
  readonly cost: number;
  readonly settled: boolean;
}
const VECTORS = JSON.parse(readFileSync(new URL("../../../tests/vectors/solve.json", import.meta.url), "utf8")) as Vector[];

function question(v: Vector, change: Partial<Question> = {}): Question {
  const free = v.parameters.filter((_, i) => !v.locked[i]);
  const linear = linearParameters(rebuild(v.nodes), free);
  return {
    evaluator: interpreter(rebuild(v.nodes), "x", v.parameters), linear: v.parameters.map((name) => linear.includes(name)),
    x: Float64Array.from(v.x), y: Float64Array.from(v.y), weight: Float64Array.from(v.sigma ?? v.x.map(() => 1), (s) => 1 / s),
    n: v.x.length, loss: v.loss, delta: v.delta, start: v.start, locked: v.locked, bounds: v.bounds, ...change,
  };
}
const gap = (a: number, b: number): number => Math.abs(a - b) / Math.max(1, Math.abs(b));

describe.each(VECTORS.map((v) => [`${v.model} ${v.loss}${v.sigma ? " sigma" : ""}`, v] as const))("%s", (_, v) => {
  const found = solve(question(v));

  test("the same parameters are linear", () => {
    expect(question(v).linear).toEqual(v.linear);
  });
  test("every step is Python's", () => {
    for (const [k, [cost, ...values]] of v.way.entries()) {
      expect(gap(found.path[k].cost, cost), `cost of step ${k}`).toBeLessThan(1e-9);
      values.forEach((value, i) => expect(gap(found.path[k].values[i], value), `step ${k}`).toBeLessThan(1e-9));
    }
  });
  test("so is the answer", () => {
    expect(found.settled).toBe(v.settled);
    if (v.loss === "mae") { // Python's is the exact minimum: the page comes near it and never below
      expect(found.cost / v.cost - 1).toBeGreaterThan(-1e-13);
      expect(found.cost / v.cost - 1).toBeLessThan(1e-6);
      return;
    }
    expect(gap(found.cost, v.cost)).toBeLessThan(1e-10);
    v.values.forEach((value, i) => expect(gap(found.values[i], value)).toBeLessThan(1e-10));
  });
});

test.each([
  ["a*b + a*c", ["a", "b", "c"], ["b", "c"]], // the one with most conflicts gives way
  ["a*b + a*c", ["a", "b"], ["a"]],
  ["a*exp(-x/tau) + c", ["a", "tau"], ["a"]],
  ["a^2 + b", ["a", "b"], ["b"]],
  ["where(a > 0, b, c)", ["a", "b", "c"], ["b", "c"]], // where b reaches depends on a
] as const)("%s of %j: linear in %j", (formula, free, linear) => {
  expect(linearParameters(parse(formula, ["x"]).expr, free)).toEqual(linear);
});

describe("linear algebra", () => {
  const number = fc.double({ min: -1e3, max: 1e3, noNaN: true }).map((v) => (Math.abs(v) < 1e-3 ? 0 : v)); // exact noughts too
  const matrix = (rows: number, columns: number): fc.Arbitrary<Float64Array> =>
    fc.array(number, { minLength: rows * columns, maxLength: rows * columns }).map((a) => Float64Array.from(a));
  const shaped = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 5 }))
    .chain(([rows, columns]) => fc.record({ rows: fc.constant(rows), columns: fc.constant(columns), a: matrix(rows, columns) }));
  const SEED = { seed: 7, numRuns: runs(300) };
  /** aᵀa of columns `rows` long and `stride` apart. */
  const gram = (a: Float64Array, rows: number, columns: number, stride = rows): number[] =>
    Array.from({ length: columns * columns }, (_, k) => {
      const [i, j] = [Math.floor(k / columns) * stride, (k % columns) * stride];
      return Array.from({ length: rows }, (_, r) => a[i + r] * a[j + r]).reduce((x, y) => x + y, 0);
    });
  const upper = (a: Float64Array, rows: number, columns: number): Float64Array =>
    a.map((v, k) => (k % rows <= Math.floor(k / rows) && k % rows < columns ? v : 0));

  test("RᵀR is AᵀA: a triangle says all that the rows said", () => {
    fc.assert(fc.property(shaped, ({ rows, columns, a }) => {
      const size = Math.max(1, ...gram(a, rows, columns).map(Math.abs));
      const r = a.slice();
      triangularise(r, rows, columns);
      const [ours, theirs] = [gram(upper(r, rows, columns), rows, columns), gram(a, rows, columns)];
      ours.forEach((v, k) => expect(Math.abs(v - theirs[k])).toBeLessThan(1e-13 * size));
    }), SEED);
  });
  test("triangles of huge and of tiny numbers neither overflow nor vanish", () => {
    for (const unit of [1e200, 1e-200]) {
      const a = Float64Array.of(3, 4, 1, 2).map((v) => v * unit);
      triangularise(a, 2, 2);
      expect(Math.abs(a[0] / unit)).toBeCloseTo(5, 12);
      expect(Math.abs(a[3] / unit)).toBeCloseTo(0.4, 12);
    }
  });
  test("A·V is U·S with V a rotation, and the columns of U·S stand upright on each other", () => {
    const square = fc.integer({ min: 1, max: 6 }).chain((k) => fc.record({ k: fc.constant(k), a: matrix(k, k) }));
    fc.assert(fc.property(square, ({ k, a }) => {
      const us = a.slice();
      const v = orthogonalise(us, k);
      gram(v, k, k).forEach((g, i) => expect(Math.abs(g - (i % (k + 1) === 0 ? 1 : 0))).toBeLessThan(1e-14 * k));
      const lengths = columnNorms(us, k, k);
      const size = Math.max(1, ...lengths);
      gram(us, k, k).forEach((g, i) => {
        const [p, q] = [Math.floor(i / k), i % k];
        if (p !== q) expect(Math.abs(g)).toBeLessThanOrEqual(1e-14 * (lengths[p] * lengths[q] + 1e-14 * size * size));
      });
      for (let c = 0; c < k; c++) for (let r = 0; r < k; r++) {
        const product = Array.from({ length: k }, (_, i) => a[i * k + r] * v[c * k + i]).reduce((x, y) => x + y, 0);
        expect(Math.abs(product - us[c * k + r])).toBeLessThan(1e-13 * size);
      }
    }), SEED);
  });
  test("singular values keep their digits from large to small", () => {
    const a = Float64Array.of(1, 0, 0, 1, 1e-12, 0, 1, 1, 1e-24); // by columns; the product of the values is the determinant
    orthogonalise(a, 3);
    expect(columnNorms(a, 3, 3).reduce((x, y) => x * y) / 1e-36).toBeCloseTo(1, 10);
  });
  test("substitution solves a triangle", () => {
    fc.assert(fc.property(matrix(4, 4), matrix(4, 1), (a, x) => {
      const r = upper(a, 4, 4).map((v, k) => (k % 5 === 0 ? Math.abs(v) + 1000 : v));
      const b = Float64Array.from(x, (_, i) => [0, 1, 2, 3].reduce((sum, j) => sum + r[j * 4 + i] * x[j], 0));
      substitute(r, 4, 4, b).forEach((v, i) => expect(Math.abs(v - x[i])).toBeLessThan(1e-9));
    }), SEED);
  });
});

describe("the problem's triangle", () => {
  const parameters = ["a", "t", "b"];
  const nodes = VECTORS.find((v) => v.model === "a*exp(-x/tau) + c")!;
  const many = (n: number): Problem => ({
    evaluator: interpreter(rebuild(nodes.nodes), "x", nodes.parameters), loss: "mse", delta: 1, n,
    x: Float64Array.from({ length: n }, (_, i) => (5 * i) / n), y: Float64Array.from({ length: n }, (_, i) => Math.cos(i)),
    weight: new Float64Array(n).fill(1), values: Float64Array.of(2, 1, 0.5), free: [0, 1, 2],
    low: new Float64Array(3).fill(-Infinity), high: new Float64Array(3).fill(Infinity),
  });
  test("is the same whether the points come in one block or many", () => {
    const all = many(40_000); // three blocks
    const { triangle, cost } = factor(all, [2, 1, 0.5]);
    const rows = new Float64Array(4 * all.n);
    all.evaluator.rows([2, 1, 0.5], all.x, all.n, rows);
    const dot = (f: (i: number) => number, g: (i: number) => number): number => {
      let sum = 0;
      for (let i = 0; i < all.n; i++) sum += f(i) * g(i);
      return sum;
    };
    const columns = [...[1, 2, 3].map((k) => (i: number) => Math.SQRT2 * rows[k * all.n + i]), (i: number) => Math.SQRT2 * (rows[i] - all.y[i])];
    for (const [p, f] of columns.entries()) for (const [q, g] of columns.entries()) {
      const ours = [0, 1, 2, 3].reduce((sum, i) => sum + triangle[p * 4 + i] * triangle[q * 4 + i], 0);
      expect(ours / dot(f, g)).toBeCloseTo(1, 9);
    }
    expect(cost / dot((i) => rows[i] - all.y[i], (i) => rows[i] - all.y[i])).toBeCloseTo(1, 12);
  });
  test("a slope of 0·∞ has no pull", () => {
    const expr = rebuild([["name", "x"], ["name", "t"], ["divide", 0, 1], ["name", "b"], ["power", 2, 3], ["name", "a"], ["multiply", 5, 4]]);
    const problem: Problem = { ...many(9), evaluator: interpreter(expr, "x", parameters), values: Float64Array.of(2, 1, 0.5) };
    const { triangle, cost } = factor(problem, [2, 1, 0.5]);
    expect(cost).toBeLessThan(Infinity);
    expect(triangle.every(Number.isFinite)).toBe(true);
    expect(minimise(problem, [2, 1, 0.5]).cost).toBeLessThan(cost);
  });
});

describe("best", () => {
  const named = (model: string, loss: LossName): Question => question(VECTORS.find((v) => v.model === model && v.loss === loss)!);

  test("held and bounded parameters stay where they may be", () => {
    for (const v of VECTORS) {
      const { values } = best(question(v));
      v.locked.forEach((locked, i) => locked && expect(values[i]).toBe(v.start[i]));
      v.bounds.forEach(([low, high], i) => {
        expect(values[i]).toBeGreaterThanOrEqual(low ?? -Infinity);
        expect(values[i]).toBeLessThanOrEqual(high ?? Infinity);
      });
    }
  });
  test("the loss is the mean, and no nudge of the answer lowers it", () => {
    for (const v of VECTORS.filter(({ locked, bounds }) => ![...locked, ...bounds.flat().map((b) => b !== null)].includes(true))) {
      const asked = question(v);
      const { values, loss, words } = best(asked);
      const at = (p: readonly number[]): number =>
        asked.evaluator.gradient(v.loss, v.delta, p, asked.x, asked.y, asked.weight, asked.n, new Float64Array(p.length));
      expect(words).toBe("");
      expect(at(values)).toBeCloseTo(loss, 12);
      values.forEach((value, i) => { for (const nudge of [-1e-5, 1e-5]) expect(at(values.with(i, value + nudge))).toBeGreaterThan(loss - 1e-13); });
    }
  });
  test("more starts are tried: the lowest wins", () => {
    const stuck = { ...named("sine", "mse"), start: [1, 2.3, 0] };
    const { values: known, loss } = best(named("sine", "mse"));
    expect(best(stuck).loss).toBeGreaterThan(2 * loss);
    expect(best({ ...stuck, more: [known] }).loss).toBeCloseTo(loss, 12);
  });
  test("everything locked, no points, and no value anywhere are told in words", () => {
    const line = named("line", "mse");
    expect(best({ ...line, locked: [true, true] })).toMatchObject({ values: line.start, settled: true, words: "" });
    expect(best({ ...line, n: 0 }).words).toContain("there are no points");
    const lost = best({ ...named("exponential", "poisson"), start: [-1, 1], locked: [true, false] });
    expect(lost.words).toContain("the model has no value");
    expect(lost.settled).toBe(false);
    const nan = { ...line, loss: "mae" as const, linear: [false, false], evaluator: interpreter(parse("log(0 - 1 - b^2)*x", ["x"]).expr, "x", ["a", "b"]) };
    expect(best(nan)).toMatchObject({ settled: false, words: lost.words });
  });
  test("fewer points than parameters still give a curve through them", () => {
    const { evaluator, ...line } = named("quadratic", "mse");
    const { loss, values } = best({ ...line, evaluator, n: 2, x: line.x.slice(0, 2), y: line.y.slice(0, 2), weight: line.weight.slice(0, 2) });
    expect(loss).toBeLessThan(1e-20);
    expect(values.every(Number.isFinite)).toBe(true);
  });
});
