/** The best straight pieces, and lines with hinges at the best places: held to Python's, to each other and to any line. */

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { place, type Placed } from "../../src/hinges/place.ts";
import { limits } from "../../src/hinges/segments.ts";
import { runs } from "../runs.ts";

interface Vector {
  readonly curve: string;
  readonly noise: number;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly sigma: readonly number[] | null;
  readonly most: number;
  readonly costs: readonly number[]; // of 1 … most pieces
  readonly lines: Readonly<Record<string, number>>; // the squares of so many rectified lines
}
const VECTORS = JSON.parse(readFileSync(new URL("../../../tests/vectors/pieces.json", import.meta.url), "utf8")) as Vector[];

type Columns = readonly [Float64Array, Float64Array, Float64Array];
const columns = (x: readonly number[], y: readonly number[], sigma: readonly number[] | null = null): Columns =>
  [Float64Array.from(x), Float64Array.from(y), Float64Array.from(sigma ?? x.map(() => 1), (s) => 1 / s)];
const squares = ([, y, w]: Columns): number => y.reduce((sum, v, i) => sum + (v * w[i]) ** 2, 0);
const heightAt = ({ c0, c1, t, w }: Pick<Placed, "c0" | "c1" | "t" | "w">, x: number): number => t.reduce((sum, at, i) => sum + w[i] * Math.max(0, x - at), c0 + c1 * x);
const costOf = (line: Pick<Placed, "c0" | "c1" | "t" | "w">, [x, y, w]: Columns): number => x.reduce((sum, at, i) => sum + ((heightAt(line, at) - y[i]) * w[i]) ** 2, 0);

const number = fc.double({ min: -1, max: 1, noNaN: true }).map((v) => Math.round(v * 1e4) / 1e4);
const clouds = (least: number) => fc.array(fc.record({ x: number, y: number, sigma: fc.double({ min: 0.1, max: 10, noNaN: true }) }), { minLength: least, maxLength: 40 })
  .map((rows) => columns(rows.map(({ x }) => x), rows.map(({ y }) => y), rows.map(({ sigma }) => sigma)));

describe.each(VECTORS.map((v, i) => [`${i}: ${v.curve}, noise ${v.noise}`, v] as const))("%s", (_, v) => {
  const points = columns(v.x, v.y, v.sigma), rounding = 1e-26 * squares(points);

  test("pieces cost what Python says", () => {
    const ours = limits(...points, v.most);
    v.costs.forEach((cost, k) => expect(Math.abs(ours[k] - cost), `${k + 1} pieces`).toBeLessThanOrEqual(1e-9 * cost + rounding));
  });
  test("hinges stand at least as well as Python's, to 1 % of the squares", () => {
    for (const [n, cost] of Object.entries(v.lines)) expect(place(...points, Number(n))!.cost, n).toBeLessThanOrEqual(1.01 * cost + rounding);
  });
  test("without noise they come near the limit of any pieces", () => {
    const smooth = !["corner", "jump"].includes(v.curve) && !v.noise && v.x.length > 100 ? [3, 7, 16] : [];
    for (const n of smooth) expect(place(...points, n)!.cost / limits(...points, n + 1)[n]).toBeLessThan(1.05 ** 2);
  });
});

test("no continuous line comes below the limit of as many pieces", () => {
  const bends = fc.array(fc.record({ t: number, w: number }), { maxLength: 6 });
  fc.assert(fc.property(clouds(1), bends, number, number, (points, hinges, c0, c1) => {
    const cost = costOf({ c0, c1, t: Float64Array.from(hinges, ({ t }) => t), w: Float64Array.from(hinges, ({ w }) => w) }, points);
    expect(limits(...points, hinges.length + 1).at(-1)!).toBeLessThanOrEqual(cost * (1 + 1e-9));
  }), { seed: 1, numRuns: runs(300) });
});

test("the limit of many points is a limit too: below the exact one, and not far", () => {
  const x = Array.from({ length: 1_400 }, (_, i) => 4 * ((i * 0.618034) % 1)), y = x.map((v, i) => Math.sin(3 * v) + 0.2 * Math.sin(1e5 * i));
  const [many, one] = [limits(...columns(x, y), 6), place(...columns(x, y), 5)!];
  expect(many[5]).toBeLessThan(one.cost);
  expect(many[5]).toBeGreaterThan(0.9 * one.cost);
});

test("more pieces never cost more, and as many as there are places cost only what ties do", () => {
  fc.assert(fc.property(clouds(1), (points) => {
    const costs = limits(...points, 40);
    for (let k = 1; k < 40; k++) expect(costs[k]).toBeLessThanOrEqual(costs[k - 1]);
    if (new Set(points[0]).size === points[0].length) expect(costs[39]).toBeLessThanOrEqual(1e-25 * squares(points));
  }), { seed: 2, numRuns: runs(100) });
});

test("what is said to be the cost is the cost, hinges are in order and inside, and the limit holds", () => {
  fc.assert(fc.property(clouds(2), fc.integer({ min: 0, max: 9 }), (points, n) => {
    const line = place(...points, n), [x] = points;
    if (!line) return void expect(new Set(x).size).toBe(1);
    expect(line.t).toHaveLength(n);
    expect([...line.t]).toEqual([...line.t.toSorted()]);
    expect(line.t.every((t) => t >= Math.min(...x) && t <= Math.max(...x))).toBe(true);
    const slack = 1e-8 * Math.max(...points[2]) ** 2; // a steep piece between two close points costs digits
    expect(Math.abs(costOf(line, points) - line.cost)).toBeLessThanOrEqual(1e-8 * line.cost + slack);
    expect(limits(...points, n + 1)[n]).toBeLessThanOrEqual(line.cost * (1 + 1e-9) + 1e-12 * squares(points));
  }), { seed: 3, numRuns: runs(150) });
});

test("where the hand left the hinges, the answer is never worse", () => {
  fc.assert(fc.property(clouds(8), fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 1, maxLength: 5 }), (points, given) => {
    if (new Set(points[0]).size < 2) return;
    const t = Float64Array.from(given).sort(), best = place(...points, t.length, t)!, near = place(...points, t.length, t, false)!, there = least(points, t) * (1 + 1e-6) + 1e-9 * squares(points);
    expect(best.cost).toBeLessThanOrEqual(there);
    expect(near.cost).toBeLessThanOrEqual(there);
  }), { seed: 4, numRuns: runs(150) });
});

/** The least squares of lines with hinges there, by Gram and Schmidt's steps, twice. */
function least([x, y, w]: Columns, t: Float64Array): number {
  const basis: Float64Array[] = [], across = (a: Float64Array, b: Float64Array): number => a.reduce((sum, v, i) => sum + v * b[i], 0);
  const cleared = (column: Float64Array): Float64Array => [...basis, ...basis].reduce((rest, b) => { const along = across(rest, b); return rest.map((v, i) => v - along * b[i]); }, column);
  for (const f of [() => 1, (v: number) => v, ...Array.from(t, (at) => (v: number) => Math.max(0, v - at))]) {
    const column = x.map((v, i) => w[i] * f(v)), rest = cleared(column), size = Math.sqrt(across(rest, rest));
    if (size > 1e-9 * Math.sqrt(across(column, column))) basis.push(rest.map((v) => v / size));
  }
  const rest = cleared(y.map((v, i) => v * w[i]));
  return across(rest, rest);
}

test("without hinges it is the straight line of least squares", () => {
  fc.assert(fc.property(clouds(2), (points) => {
    const line = place(...points, 0);
    if (line) expect(Math.abs(line.cost - least(points, new Float64Array(0)))).toBeLessThanOrEqual(1e-9 * squares(points));
  }), { seed: 5, numRuns: runs(150) });
});

test("other units change nothing but the numbers", () => {
  const factor = fc.constantFrom(1e-6, 0.01, 1, 3, 1e5), off = fc.double({ min: -1e3, max: 1e3, noNaN: true });
  fc.assert(fc.property(clouds(6), fc.integer({ min: 0, max: 4 }), factor, factor, off, off, ([x, y, w], n, a, b, right, up) => {
    const one = place(x, y, w, n), other = place(x.map((v) => a * (v + right)), y.map((v) => b * (v + up)), w, n);
    if (!one) return void expect(other).toBeNull();
    expect(Math.abs(other!.cost / b ** 2 - one.cost)).toBeLessThanOrEqual(1e-6 * one.cost + 1e-9 * squares([x, y, w]));
  }), { seed: 6, numRuns: runs(150) });
});

describe("few points", () => {
  test("are met exactly, hinges left over lie at the end and bend nothing", () => {
    const points = columns([3, 1, 2, 5], [1, 0, 4, 2]), line = place(...points, 4)!;
    expect([...line.t]).toEqual([2, 3, 5, 5]);
    expect([...line.w].slice(2)).toEqual([0, 0]);
    expect(costOf(line, points)).toBeLessThan(1e-24);
  });
  test("two make a straight line, one and several at one x make none", () => {
    expect(heightAt(place(...columns([1, 2], [5, 7]), 3)!, 4)).toBeCloseTo(11, 12);
    expect(place(...columns([1], [5]), 1)).toBeNull();
    expect(place(...columns([2, 2, 2], [5, 6, 7]), 1)).toBeNull();
    expect(place(...columns([], []), 1)).toBeNull();
  });
});

test("a corner is found where it is, between points, and a jump takes two hinges", () => {
  const x = Array.from({ length: 50 }, (_, i) => 2000 + i / 10), corner = place(...columns(x, x.map((v) => 3 * Math.abs(v - 2001.234))), 1)!;
  expect(corner.t[0]).toBeCloseTo(2001.234, 6);
  expect(corner.w[0]).toBeCloseTo(6, 6);
  const jump = place(...columns(x, x.map((v) => (v > 2002.35 ? 1 : 0))), 2)!;
  expect(jump.cost).toBeLessThan(1e-20);
  expect(jump.t[0] >= 2002.3 && jump.t[1] <= 2002.4 + 1e-9).toBe(true);
});

test.each([[2_000, 99], [20_000, 16]])("%d points and %d hinges have an answer that is worth it", (many, n) => {
  const x = Array.from({ length: many }, (_, i) => ((i * 0.618034) % 1) * 6), points = columns(x, x.map((v) => Math.sin(4 * v)));
  const even = place(...points, 0, undefined)!, best = place(...points, n)!, spread = Float64Array.from({ length: n }, (_, i) => (6 * (i + 1)) / (n + 1));
  expect(best.cost).toBeLessThan(0.01 * even.cost);
  expect(best.cost).toBeLessThan(place(...points, n, spread)!.cost * 1.000001);
});
