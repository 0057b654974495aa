import { describe, expect, it } from "vitest";
import type { LossName } from "../../src/contract.ts";
import { LOSSES, mean, slopes } from "../../src/losses.ts";

const names = Object.keys(LOSSES) as LossName[];
const P = Float64Array.from([-1, 0, 0, 0.5, 2, 3, 7, NaN, Infinity]);
const Y = Float64Array.from([2, 0, 3, 0.5, 3, 0, 1, 1, 1]);
const W = Float64Array.from([1, 2, 0.5, 3, 1, 1, 0.25, 1, 1]);
const DELTA = 0.75;

describe("the loops over all points", () => {
  for (const name of names) {
    it(`say what the row of ${name} says of each point`, () => {
      const out = new Float64Array(P.length);
      slopes(name, P, Y, W, DELTA, P.length, out);
      for (let i = 0; i < P.length; i++) {
        const one = [P, Y, W].map((column) => column.subarray(i, i + 1)) as [Float64Array, Float64Array, Float64Array];
        expect(mean(name, ...one, DELTA, 1)).toBe(LOSSES[name].value(P[i]!, Y[i]!, W[i]!, DELTA));
        expect(out[i]).toBe(LOSSES[name].slope(P[i]!, Y[i]!, W[i]!, DELTA));
      }
    });
  }

  it("leave what lies beyond the first n alone", () => {
    const out = new Float64Array(3).fill(9);
    slopes("mse", P, Y, W, DELTA, 2, out);
    expect(Array.from(out)).toEqual([-6, 0, 9]);
    expect(mean("mse", P, Y, W, DELTA, 2)).toBe(4.5);
  });
});

describe("a slope", () => {
  it("is 0 at the kink of the mean absolute error, and nan where there is no prediction", () => {
    expect(LOSSES.mae.slope(1, 1, 2, DELTA)).toBe(0);
    for (const name of names) expect(LOSSES[name].slope(NaN, 1, 1, DELTA)).toBeNaN();
  });

  it("of counts: infinitely wrong where something was counted at 0, none from below 0", () => {
    expect(LOSSES.poisson.value(0, 3, 1, DELTA)).toBe(Infinity);
    expect(LOSSES.poisson.value(-1, 0, 1, DELTA)).toBe(Infinity);
    expect(LOSSES.poisson.value(0, 0, 1, DELTA)).toBe(0);
    expect(LOSSES.poisson.slope(-1, 0, 1, DELTA)).toBeNaN();
  });

  it("is how fast the value grows", () => {
    for (const name of names) {
      for (const p of [0.4, 1.3, 2.2, 5]) {
        const nudge = 1e-6, { value, slope } = LOSSES[name];
        const rise = (value(p + nudge, 2, 0.7, DELTA) - value(p - nudge, 2, 0.7, DELTA)) / (2 * nudge);
        expect(slope(p, 2, 0.7, DELTA)).toBeCloseTo(rise, 7);
      }
    }
  });
});
