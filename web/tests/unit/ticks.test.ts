import fc from "fast-check";
import { expect, test } from "vitest";
import { nice, tickStep, ticks } from "../../src/ticks.ts";
import { runs } from "../runs.ts";

const spans = fc.tuple(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: 1, max: 1e9, noNaN: true })).chain(([low, span]) => fc.constantFrom(1e-6, 1e-3, 1).map((unit): [number, number] => [low * unit, span * unit]));

test("ticks are round multiples of their step, inside the interval", () => {
  fc.assert(fc.property(spans, fc.integer({ min: 1, max: 20 }), ([low, span], count) => {
    const high = low + span, step = tickStep(low, high, count), seen = ticks(low, high, count);
    expect(seen.length).toBeLessThanOrEqual(2.2 * count + 1);
    for (const tick of seen) expect(Math.abs(tick / step - Math.round(tick / step))).toBeLessThan(1e-6 * Math.max(1, Math.abs(tick / step)));
    for (const tick of seen) expect(tick >= low - 1e-6 * span && tick <= high + 1e-6 * span).toBe(true);
  }), { seed: 1, numRuns: runs(500) });
});

test("no dust is left on tenths", () => {
  expect(ticks(0, 1, 10)).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]);
  expect(ticks(-2.2, 2.2, 9)).toEqual([-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2]);
});

test("a nice interval holds the given one", () => {
  fc.assert(fc.property(spans, ([low, span]) => {
    const [a, b] = nice(low, low + span, 20);
    expect(a <= low + 1e-6 * span && b >= low + span - 1e-6 * span).toBe(true);
  }), { seed: 1, numRuns: runs(500) });
});
