/** Lines of equal value: where they run, where they stop, and which values get one. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contours, levelsFor, reliefOf } from "../../src/contour.ts";
import { runs } from "../runs.ts";

type Spot = readonly [number, number];

/** Path data as lines of places. */
const linesOf = (data: string): Spot[][] => data.split("M").slice(1).map((run) => run.split("L").map((place) => place.split(" ").map(Number) as unknown as Spot));

const gridOf = (columns: number, rows: number, f: (column: number, row: number) => number): Float64Array =>
  Float64Array.from({ length: columns * rows }, (_, i) => f(i % columns, Math.floor(i / columns)));

describe("a contour", () => {
  it("of a bowl is one closed circle", () => {
    const values = gridOf(61, 61, (c, r) => (c - 30) ** 2 + (r - 30) ** 2), [ring, ...more] = linesOf(contours(values, 61, 61, [400])[0]!);
    expect(more).toEqual([]);
    expect(ring!.at(-1)).toEqual(ring![0]);
    for (const [x, y] of ring!) expect(Math.abs(Math.hypot(x - 30, y - 30) - 20)).toBeLessThan(0.02);
  });
  it("of a slope is one straight line from edge to edge", () => {
    const [line, ...more] = linesOf(contours(gridOf(5, 4, (c) => c), 5, 4, [1.25])[0]!);
    expect(more).toEqual([]);
    expect(line).toEqual([[1.25, 0], [1.25, 1], [1.25, 2], [1.25, 3]]);
  });
  it("leaves a gap where a corner has no value, and is whole elsewhere", () => {
    const values = gridOf(5, 4, (c, r) => (r === 0 && c === 1 ? NaN : c));
    expect(linesOf(contours(values, 5, 4, [1.25])[0]!)).toEqual([[[1.25, 1], [1.25, 2], [1.25, 3]]]);
    expect(contours(gridOf(5, 4, (c) => (c > 1 ? Infinity : c)), 5, 4, [1.25])).toEqual([""]);
  });
  it("goes through a saddle as its middle says", () => {
    const [low, high] = contours(Float64Array.of(1, 0, 0, 1), 2, 2, [0.4, 0.6]).map((data) => linesOf(data).map((line) => line.map(String).sort().join(" ")).sort());
    expect(low).toEqual(["0,0.6 0.4,1", "0.6,0 1,0.4"]); // 0.4 is below the middle: the ones hold together
    expect(high).toEqual(["0,0.4 0.4,0", "0.6,1 1,0.6"]);
  });

  /** Grids with gaps, and a level that is no corner's value. */
  const cases = fc.record({ columns: fc.integer({ min: 2, max: 9 }), rows: fc.integer({ min: 2, max: 9 }) }).chain(({ columns, rows }) => fc.record({
    columns: fc.constant(columns), rows: fc.constant(rows), level: fc.integer({ min: -9, max: 8 }).map((v) => v + 0.5),
    values: fc.array(fc.oneof({ weight: 12, arbitrary: fc.integer({ min: -10, max: 10 }) }, { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity) }), { minLength: columns * rows, maxLength: columns * rows }).map((v) => Float64Array.from(v)),
  }));
  const SEED = { seed: 11, numRuns: runs(500) };

  it("has the level's value at each of its places", () => {
    fc.assert(fc.property(cases, ({ columns, rows, level, values }) => {
      for (const [x, y] of linesOf(contours(values, columns, rows, [level])[0]!).flat()) {
        const [c, r] = [Math.floor(x), Math.floor(y)], share = x - c || y - r, a = values[r * columns + c]!, b = values[x > c ? r * columns + c + 1 : y > r ? (r + 1) * columns + c : r * columns + c]!;
        expect(x === c || y === r).toBe(true);
        expect(Math.abs(a + share * (b - a) - level)).toBeLessThan(0.006 * Math.abs(b - a) + 1e-9); // places are written to two decimals
      }
    }), SEED);
  });
  it("crosses every cell that the level divides, once, a saddle twice, and no other", () => {
    fc.assert(fc.property(cases, ({ columns, rows, level, values }) => {
      let wanted = 0;
      for (let r = 0; r < rows - 1; r++) {
        for (let c = 0; c < columns - 1; c++) {
          const i = r * columns + c, corners = [values[i]!, values[i + 1]!, values[i + columns + 1]!, values[i + columns]!]; // once around
          if (corners.every(Number.isFinite)) wanted += corners.filter((v, k) => v >= level !== corners[(k + 1) % 4]! >= level).length / 2;
        }
      }
      expect(linesOf(contours(values, columns, rows, [level])[0]!).reduce((sum, line) => sum + line.length - 1, 0)).toBe(wanted);
    }), SEED);
  });
  it("is the same whatever other levels are drawn", () => {
    fc.assert(fc.property(cases, ({ columns, rows, level, values }) => {
      expect(contours(values, columns, rows, [level - 3, level, level + 2])[1]).toBe(contours(values, columns, rows, [level])[0]);
    }), SEED);
  });
});

describe("levels", () => {
  const bowl = gridOf(41, 41, (c, r) => 0.99 + ((c - 20) / 10) ** 2 + ((r - 20) / 10) ** 2);
  it("of a function are round and even", () => expect(levelsFor(gridOf(11, 1, (c) => c / 10), 5, false)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]));
  it("of a loss lie denser near its lowest", () => {
    const levels = levelsFor(bowl, 9, true), gaps = levels.slice(1).map((v, k) => v - levels[k]!);
    expect(levels.length).toBeGreaterThan(6);
    expect(gaps.at(-1)!).toBeGreaterThan(3 * gaps[0]!);
    expect(levels[0]! - 0.99).toBeLessThan(0.1);
    for (const level of levels) expect(String(level).length).toBeLessThan(5);
  });
  it("do not all go up a wall", () => {
    const walled = gridOf(41, 41, (c, r) => (c > 30 ? 1e200 : bowl[r * 41 + c]!));
    expect(levelsFor(walled, 9, true).filter((v) => v < 4).length).toBeGreaterThan(3);
  });
  it("of what is flat, or has no value, are none", () => {
    expect(levelsFor(new Float64Array(9).fill(3), 9, true)).toEqual([]);
    expect(levelsFor(new Float64Array(9).fill(NaN), 9, false)).toEqual([]);
    expect(reliefOf(new Float64Array(9).fill(NaN))).toBe(null);
  });
  it("rise, inside what there is, for any numbers", () => {
    const numbers = fc.array(fc.double({ min: -1e12, max: 1e12, noNaN: false }), { minLength: 2, maxLength: 60 }).map((v) => Float64Array.from(v));
    fc.assert(fc.property(numbers, (values) => {
      const levels = levelsFor(values, 9, true), finite = values.filter(Number.isFinite);
      for (const [k, level] of levels.entries()) {
        expect(level).toBeGreaterThan(k ? levels[k - 1]! : Math.min(...finite));
        expect(level).toBeLessThan(Math.max(...finite));
      }
    }), { seed: 12, numRuns: runs(500) });
  });
});
