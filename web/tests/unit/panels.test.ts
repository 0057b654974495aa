import { describe, expect, test } from "vitest";
import type { Document } from "../../src/contract.ts";
import { flat } from "../../src/expression.ts";
import { parse } from "../../src/formula.ts";
import { pointsOf } from "../../src/points.ts";
import { open, update } from "../../src/state.ts";
import { readTable } from "../../src/table.ts";
import { made, pointsCsv, type Wanted } from "../../src/table-text.ts";
import * as model from "../../src/views/model.tsx";
import * as points from "../../src/views/points.tsx";
import * as share from "../../src/views/share.tsx";
import type { Page } from "../../src/view.ts";

const LESSON: Wanted = { formula: "3*x^2 + 2*x + 1", from: "-2", to: "2", count: "20", mult: "0.15", add: "1.5", seed: "42" };

describe("make points", () => {
  test("makes the lesson's, as Python's add_noise does", () => {
    const found = made(LESSON, "t");
    expect([...(found as ReturnType<typeof pointsOf>).y].slice(0, 3)).toEqual([11.869037259947495, 6.5432843586588545, 5.939606579202841]);
    expect(made({ ...LESSON, formula: "3*t^2 + 2*t + 1" }, "t")).toEqual(found);
  });
  test.each<[keyof Wanted, string, string]>([
    ["formula", "3*z", "`z` has no value here: only x has\nhint: write a number in its place"],
    ["formula", "1/x + log(x)", "the formula has no value at x = -2\nhint: choose another from and to"],
    ["from", "", "a number is needed here"],
    ["to", "-2", "above -2, please"],
    ["count", "1", "a whole number from 2 to 100000"],
    ["count", "2.5", "a whole number from 2 to 100000"],
    ["mult", "-1", "0 or more"],
    ["add", "loud", "0 or more"],
    ["seed", "-1", "a whole number, 0 to 4294967295"],
  ])("%s %j is refused at its field", (key, text, words) => expect(made({ ...LESSON, [key]: text }, "t")).toEqual({ [key]: words }));
});

test("points that are saved as CSV come back as they were", () => {
  const kept = pointsOf([0.1, -0, 1e-300], [1 / 3, 2, 1e22], [1, 2, 3]);
  const { points: back, inputs, target } = readTable(pointsCsv(kept, ['time, "s"'], "a;b"), "points.csv", { inputs: ["x"], target: "y" });
  expect([back, inputs[0], target]).toEqual([{ ...kept, x: Float64Array.of(0.1, 0, 1e-300) }, 'time, "s"', "a;b"]);
});

test("a panel is there while it is open, and only then", () => {
  const document: Document = {
    version: 1, title: "", model: { formula: "a*x", inputs: ["x"], target: "y", parameters: ["a"], nodes: flat(parse("a*x").expr) },
    points: { x: [[1]], y: [2], sigma: null }, ranges: [[0, 1]], start: [1], locked: [false], bounds: [[null, null]], loss: "mse", delta: 1, target: null, best: null,
    walk: { rate: 0.1, steps: 9, optimizer: "sgd", schedule: "steady", zero: true }, checks: { loss: "mse", x: [], y: [], weight: [], at: [] },
  };
  const lab = open(document), send = (): void => undefined, page = {} as Page;
  for (const [name, { view }] of Object.entries({ model, points, share })) {
    expect(view({ lab, send, page })).toBeNull();
    expect(view({ lab: update(lab, { kind: "panel", panel: name as "model" }), send, page })).not.toBeNull();
  }
});
