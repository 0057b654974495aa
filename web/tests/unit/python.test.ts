/** That a script runs and arrives at the page's numbers is tested in Python: tests/test_copy_as_python.py. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Document } from "../../src/contract.ts";
import { flat } from "../../src/expression.ts";
import { parse } from "../../src/formula.ts";
import { asPython, float } from "../../src/python.ts";
import { columnName, leftSide } from "../../src/sides.ts";
import { open, update } from "../../src/state.ts";
import { runs } from "../runs.ts";

const LESSON: Document = {
  version: 1, title: "the lesson",
  model: { formula: "a*x + b", inputs: ["x"], target: "y", parameters: ["a", "b"], nodes: flat(parse("a*x + b").expr) },
  points: { x: [[0, 1, 2]], y: [1, 3, 5], sigma: null }, ranges: [[0, 2]], start: [1, 1], locked: [false, false], bounds: [[null, null], [null, null]],
  loss: "mse", delta: 1, target: null, best: null,
  walk: { rate: 0.1, steps: 10, optimizer: "sgd", schedule: "steady", zero: true }, checks: { loss: "mse", x: [], y: [], weight: [], at: [] },
};

describe("copy as Python", () => {
  test("names that are no names stay text", () => {
    const names = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => !/[`\n]/.test(text));
    fc.assert(fc.property(names, fc.string(), (odd, title) => {
      const lab = update(open({ ...LESSON, title, model: { ...LESSON.model, target: odd } }), { kind: "formula", text: `a*x + \`${odd}\`` });
      const script = asPython(lab), lines = script.split("\n");
      expect(script).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]/);
      expect(lines[0]).toMatch(/^# /);
      expect(lines.filter((line) => line.startsWith("model = "))).toHaveLength(1);
      expect(() => JSON.parse(lines.find((line) => line.startsWith("model = "))!.slice(8))).not.toThrow();
    }), { seed: 42, numRuns: runs(200) });
  });
  test.each([[2, "2.0"], [-0, "-0.0"], [1e22, "1e+22"], [1e-7, "1e-7"], [0.1, "0.1"], [Infinity, 'float("inf")'], [NaN, 'float("nan")'], [123456789012345680000, "123456789012345680000.0"]])("%d is %s", (value, said) => {
    expect(float(value)).toBe(said);
  });
});

test.each([
  ["y", "y", "y"], ["counts per s", "`counts per s`", "counts per s"], ["log(y)", "log(y)", "y"], ["`my y`", "`my y`", "my y"], ["a-b", "a - b", "y"], ["", "``", ""],
])("a target %j is written %s", (target, left, column) => {
  expect(columnName(target)).toBe(column);
  expect(leftSide(target)).toBe(left);
});
