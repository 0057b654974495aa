/** What hands can do: sliders, typed numbers, tracks, the formula with its numbers, and what the page says. */

import type { VNode } from "preact";
import { expect, test } from "vitest";
import { FormulaView } from "../../src/formula-view.tsx";
import { decimalsOf, parsed, shown } from "../../src/numbers.ts";
import { shareOf, stepped, valueAt } from "../../src/slider.tsx";
import { open, update, type Lab } from "../../src/state.ts";
import { arrowOf, scaleOf, shapeOf } from "../../src/track.tsx";
import { aloud, paragraphs } from "../../src/views/hint.tsx";
import type { Document } from "../../src/contract.ts";

test.each([
  [1.62, 2, "1.62"], [-1.032, 3, "−1.032"], [0, 2, "0.00"], [-0, 2, "0.00"], [0.004, 2, "0.0040"], [-0.0000031, 2, "−3.10e−6"],
  [12345.678, 2, "12346"], [2.5e7, 2, "2.50e7"], [NaN, 2, "not a number"], [-Infinity, 2, "−∞"], [-0.999, 2, "−1.00"],
])("%d with %d decimals is shown as %s", (value, decimals, text) => expect(shown(value, decimals)).toBe(text));

test.each([["1e-3", 0.001], ["−2.5", -2.5], [" +.5 ", 0.5], ["3.10e−7", 3.1e-7]])("%s is a number", (text, value) => expect(parsed(text)).toBe(value));

test.each([
  ["", "a number is missing here"], ["abc", "“abc” is not a number"], ["1,5", "write 1.5, with a point"],
  ["Infinity", "“Infinity” is not a number"], ["0x10", "“0x10” is not a number"], ["1e999", "1e999 is too large"],
])("%j is refused in words", (text, words) => expect(() => parsed(text)).toThrow(new RangeError(words)));

test("what is shown can be typed again", () => {
  for (const value of [1.62, -0.004, 3.1e-7, -2.5e7]) expect(parsed(shown(value))).toBeCloseTo(value, 12);
});

test("a wider slider needs fewer decimals", () => expect([0.01, 0.5, 4, 80, 300, 5000].map(decimalsOf)).toEqual([4, 3, 2, 2, 1, 0]));

test("keys step through a slider, ten times as far with Shift, and stop at its ends", () => {
  const scale = { min: -1, max: 4, value: 1 };
  expect(stepped(scale, "ArrowRight", false)).toBeCloseTo(1.025, 3);
  expect(stepped(scale, "ArrowDown", true)).toBeCloseTo(0.75, 3);
  expect(stepped(scale, "PageUp", false)).toBeCloseTo(1.25, 3);
  expect(stepped(scale, "Home", false)).toBe(-1);
  expect(stepped({ ...scale, value: 3.99 }, "PageUp", false)).toBe(4);
  expect(stepped(scale, "a", false)).toBeNull();
  expect(stepped({ min: 0, max: 10_000, step: 1, value: 41 }, "ArrowRight", false)).toBe(42);
});

test("a logarithmic slider has equal factors at equal distances", () => {
  const scale = { min: 1e-4, max: 1, log: true };
  expect(valueAt(scale, 0.5)).toBe(0.01);
  expect(shareOf(scale, 0.001)).toBeCloseTo(0.25, 12);
});

test("a slider gives round numbers", () => expect(valueAt({ min: -1, max: 4 }, 0.123456)).toBe(-0.383));

test("a track is cut off at a wall, and what has no value is a gap", () => {
  const losses = Float64Array.from([4, 3, 2, 1, 2, NaN, 3, 4, 1e30]);
  expect(scaleOf(losses, 2)).toEqual([1, 1 + 4 * 3]);
  const shape = shapeOf({ values: losses, losses }, [0, 8], 3, { loss: 1, gradient: 0 }, 54)!;
  expect(shape.curve.match(/M/g)).toHaveLength(2);
  expect(shape.curve).not.toMatch(/NaN|Infinity/);
  expect(shape.y).toBeCloseTo(42, 6);
  expect(shape.arrow).toBe(0);
});

test("the arrow points downhill and grows with the slope, up to a length", () => {
  expect(arrowOf(2)).toBeLessThan(0);
  expect(arrowOf(-2)).toBeGreaterThan(arrowOf(-1));
  expect(arrowOf(-1e9)).toBeLessThan(60);
});

const quadratic: Document = {
  version: 1, title: "", ranges: [[-2, 2]], start: [3, -1.2, -0.5], locked: [false, false, false], bounds: [[null, null], [null, null], [null, null]],
  model: {
    formula: "a*x^2 + b*x + x*c", inputs: ["x"], target: "y", parameters: ["a", "b", "c"],
    nodes: [["name", "a"], ["name", "x"], ["constant", 2], ["power", 1, 2], ["multiply", 0, 3], ["name", "b"], ["multiply", 5, 1], ["add", 4, 6], ["name", "c"], ["multiply", 1, 8], ["add", 7, 9]],
  },
  points: { x: [[-1, 0, 1]], y: [1, 0, 2], sigma: null }, loss: "mae", delta: 1, target: 0.5, best: null,
  walk: { rate: 0.01, steps: 10, optimizer: "sgd", schedule: "steady", zero: true },
  checks: { loss: "mae", x: [], y: [], weight: [], at: [] },
};

/** All text in a tree of nodes. */
function words(node: unknown): string {
  if (Array.isArray(node)) return node.map(words).join("");
  if (node === null || typeof node !== "object") return typeof node === "string" ? node : "";
  const { type, props } = node as VNode<{ children?: unknown }>;
  return words(typeof type === "function" ? (type as (props: unknown) => unknown)(props) : props.children);
}

const formula = (lab: Lab): string => words(FormulaView({ lab, send: () => undefined }));

test("a minus joins the sign before it, or stands in brackets", () => {
  expect(formula(open(quadratic))).toBe("y = 3.00\u2009x2 − 1.20\u2009x + x\u2009·\u2009(−0.50)");
});

test("a formula with many parameters shows their names", () => {
  const lab = update(open(quadratic), { kind: "formula", text: "a*x + b + c*x + d*x + e1*x + f*x + g*x + h*x + k*x" });
  expect(formula(lab)).toContain("a\u2009x + b");
});

test("a caret block stays together and hints are soft", () => {
  expect(paragraphs("no such name\n  a*xx\n    ^\nhint: write x")).toEqual([["", "no such name"], ["pre", "  a*xx\n    ^"], ["soft", "hint: write x"]]);
});

test("the loss is said with its change", () => {
  expect(aloud(1.46, 1.58)).toBe("loss 1.46, down 0.12");
  expect(aloud(1.46, NaN)).toBe("loss 1.46");
});
