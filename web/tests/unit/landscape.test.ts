/** The loss landscape: its numbers, its window, its colours, and what a press on it means. */

import fc from "fast-check";
import type { VNode } from "preact";
import { describe, expect, it } from "vitest";
import type { Document, LossName } from "../../src/contract.ts";
import { lossOf } from "../../src/derived.ts";
import { heightsOf, landscapeOf, marksOn, overOf, placeAt, sideFor, windowOver, type Over } from "../../src/landscape.ts";
import { pointsOf } from "../../src/points.ts";
import { pixels, ramp, spread } from "../../src/raster.ts";
import { type Lab, open, update, type View } from "../../src/state.ts";
import { view } from "../../src/views/landscape.tsx";
import { lesson } from "../lesson.ts";
import { runs } from "../runs.ts";

const lab = open(lesson());
const written = (text: string, from: Lab = lab): Lab => update(from, { kind: "formula", text });
const window: View = { x: [-1, 3], y: [0.5, 2] };

/** The loss at place (c, r) of a landscape, the slow way. */
function slowly(at: Lab, [i, j]: Over, { x, y }: View, columns: number, rows: number, c: number, r: number): number {
  const across = x[0] + ((x[1] - x[0]) * c) / (columns - 1), up = y[0] + ((y[1] - y[0]) * r) / (rows - 1);
  return lossOf(at, at.parameters.with(i, across).with(j, up)).loss;
}

describe("the landscape", () => {
  const models: readonly (readonly [string, Lab, Over])[] = [
    ["a line in both", lab, [0, 1]], ["a line across", written("y = a*sin(w*x + p) + 9"), [0, 1]], ["a line up", written("y = exp(k*x)*a + b"), [0, 1]],
    ["a line in neither", written("y = 8 + a*sin(w*x + p)"), [1, 2]], ["the other way round", lab, [2, 0]],
  ];
  it.each(models)("is the loss at every place: %s", (_, at, over) => {
    for (const loss of ["mse", "mae", "huber"] as LossName[]) {
      const here = { ...at, loss }, values = landscapeOf(here, over, window, 7, 5);
      for (let i = 0; i < 35; i++) {
        const wanted = slowly(here, over, window, 7, 5, i % 7, Math.floor(i / 7));
        expect(Math.abs(values[i]! - wanted)).toBeLessThanOrEqual(1e-9 * Math.max(1, wanted));
      }
    }
  });
  it("is the same object while only its two parameters move, and another one when anything else does", () => {
    const values = landscapeOf(lab, [0, 1], window, 9, 9), again = (next: Lab): Float64Array => landscapeOf(next, [0, 1], window, 9, 9);
    expect(again(update(lab, { kind: "place", values: [2, -1, 1.1], grip: "begin" }))).toBe(values);
    expect(again(update(lab, { kind: "slide", index: 2, value: 0, grip: "begin" }))).not.toBe(values);
    expect(again(update(lab, { kind: "loss", loss: "mse" }))).not.toBe(again(lab));
  });
  it("has no value where the model has none, and no height there", () => {
    const logs = written("y = a*log(x - b)"), values = landscapeOf(logs, [0, 1], { x: [0, 1], y: [-4, 0] }, 5, 5), heights = heightsOf(values);
    expect(values.slice(0, 5).every(Number.isFinite)).toBe(true); // b = -4: left of all points
    expect(values.slice(20).some(Number.isFinite)).toBe(false); // b = 0
    for (let i = 0; i < 25; i++) expect(Number.isFinite(heights[i]!)).toBe(Number.isFinite(values[i]!));
  });
  it("needs no more than some of many points", () => {
    const x = Array.from({ length: 5000 }, (_, i) => i / 1000 - 2.5), many = { ...lab, points: pointsOf(x, x.map((v) => v * v)) }, asked: number[] = [];
    const evaluator = { ...lab.model.evaluator, predict: (...[at, where, n, out]: Parameters<typeof lab.model.evaluator.predict>) => { asked.push(n); lab.model.evaluator.predict(at, where, n, out); } };
    const values = landscapeOf({ ...many, model: { ...lab.model, evaluator } }, [0, 1], window, 5, 5);
    expect(Math.max(...asked)).toBeLessThanOrEqual(200);
    for (let i = 0; i < 25; i++) expect(Math.abs(values[i]! / slowly(many, [0, 1], window, 5, 5, i % 5, Math.floor(i / 5)) - 1)).toBeLessThan(0.05);
  });
  it("has heights from 0, the lowest, to 1 in the order of the losses", () => {
    fc.assert(fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 40 }), (losses) => {
      const values = Float64Array.from(losses), heights = heightsOf(values), order = [...losses.keys()].sort((a, b) => losses[a]! - losses[b]!);
      expect(heights[order[0]!]).toBe(0);
      for (const [k, i] of order.entries()) {
        expect(heights[i]!).toBeLessThanOrEqual(1);
        if (k) expect(heights[i]!).toBeGreaterThanOrEqual(heights[order[k - 1]!]!);
      }
    }), { seed: 3, numRuns: runs(300) });
  });
  it("is coarser where a place costs more, by the work alone", () => {
    const deep = written(`y = ${Array.from({ length: 9 }, (_, i) => `tanh(u${i}*x + v${i})`).join(" + ")}`), more = { ...deep, points: pointsOf(Array.from({ length: 200 }, (_, i) => i / 100), new Float64Array(200)) };
    expect(sideFor(lab, [0, 1])).toBe(100);
    expect(sideFor(deep, [0, 1])).toBeLessThan(100);
    expect(sideFor(more, [0, 1])).toBeLessThan(sideFor(deep, [0, 1]));
  });
});

describe("the window", () => {
  it("is what the sliders reach", () => expect(windowOver(lab, [0, 1])).toEqual({ x: lab.ranges[0], y: lab.ranges[1] }));
  it("stays the same object while nothing changes", () => expect(windowOver({ ...lab }, [0, 1])).toBe(windowOver(lab, [0, 1])));
  it("widens for a best that is a little outside, and not for one that is far", () => {
    const [low, high] = lab.ranges[0]!, to = (value: number): Lab => ({ ...lab, best: { ...lab.best!, values: lab.best!.values.with(0, value) } });
    const near = windowOver(to(high + 0.1 * (high - low)), [0, 1]).x;
    expect(near[1]).toBeGreaterThanOrEqual(high + 0.1 * (high - low));
    expect(near[1]).toBeLessThan(high + 0.4 * (high - low));
    expect(windowOver(to(high + 9 * (high - low)), [0, 1]).x).toEqual([low, high]);
  });
  it("does not follow a walk that diverges", () => {
    const wild = update(update(lab, { kind: "loss", loss: "mse" }), { kind: "walk", rate: 5 }), { x: [low, high] } = windowOver(wild, [0, 1]), range = wild.ranges[0]!;
    expect(high - low).toBeLessThan(1.7 * (range[1] - range[0]));
  });
});

describe("the two parameters", () => {
  it("are the first that are free", () => {
    expect(overOf(lab)).toEqual([0, 1]);
    expect(overOf({ ...lab, locked: [true, false, false] })).toEqual([1, 2]);
    expect(overOf({ ...lab, locked: [true, true, false] })).toEqual([2, 0]);
  });
  it("are those asked for, as long as the model has them", () => {
    expect(overOf({ ...lab, landscape: [2, 0] })).toEqual([2, 0]);
    expect(overOf({ ...written("y = a*x + b"), landscape: [2, 0] })).toEqual([0, 1]);
    expect(overOf(written("y = a*x"))).toBe(null);
  });
});

describe("a place", () => {
  it("is on round numbers inside the window; the others stay", () => {
    expect(placeAt(lab, [0, 2], window, 1.23456, 99)).toEqual([1.235, 1.1, 2]);
    expect(placeAt(lab, [2, 0], window, -7, 1)).toEqual([1, 1.1, -1]);
  });
  it("takes what has run away back to where it began", () => expect(placeAt({ ...lab, parameters: [NaN, Infinity, 3] }, [0, 2], window, 1, 1)).toEqual([1, 1.1, 1]));
  it("begins a new walk there", () => {
    const next = update(update(lab, { kind: "scrub", step: 40 }), { kind: "place", values: placeAt(lab, [0, 1], window, 2, 1), grip: "begin" });
    expect([next.start, next.step]).toEqual([[2, 1, 1.1], 0]);
  });
});

describe("numbers on contours", () => {
  const slope = Float64Array.from({ length: 41 * 41 }, (_, i) => Math.floor(i / 41)), levels = [5.5, 6, 15, 30.25];
  it("stand on their lines, one each, apart from one another", () => {
    const marks = marksOn(slope, 41, 41, levels, 4, () => true);
    expect(marks.map(({ level, row }) => [level, row])).toEqual([[5.5, 5.5], [15, 15], [30.25, 30.25]]);
    expect(new Set(marks.map(({ column }) => column)).size).toBe(1);
  });
  it("stand in a row where the lines run upwards", () => {
    const marks = marksOn(Float64Array.from({ length: 41 * 41 }, (_, i) => i % 41), 41, 41, [10, 20, 30], 4, () => true);
    expect(marks.map(({ column }) => column)).toEqual([10, 20, 30]);
    expect(new Set(marks.map(({ row }) => row)).size).toBe(1);
  });
  it("keep clear of what is there already", () => {
    for (const { column } of marksOn(slope, 41, 41, levels, 4, (c) => c < 20)) expect(column).toBeLessThan(20);
    expect(marksOn(slope, 41, 41, levels, 4, () => false)).toEqual([]);
  });
});

describe("the raster", () => {
  const grid = { columns: 2, rows: 2, low: 0, high: 1, tint: ["soft", 0.5] as const };
  it("goes from paper to part of a colour, opaque", () => {
    const colours = ramp("#102030", "#304050", 0.5);
    expect([colours[0]!.toString(16), colours[255]!.toString(16)]).toEqual(["ff302010", "ff403020"]); // alpha, blue, green, red
  });
  it("has the upper row first, ends where it ends, and is clear where nothing is", () => {
    const colours = Uint32Array.from({ length: 256 }, (_, i) => i + 1);
    expect([...pixels({ ...grid, values: Float64Array.of(0, 1, NaN, 9) }, colours)]).toEqual([0, 256, 1, 256]);
    expect([...pixels({ ...grid, high: 0, values: Float64Array.of(0, 0, 0, -Infinity) }, colours)]).toEqual([1, 0, 1, 1]);
  });
  it("puts the middles of the outer pixels on the edges", () => expect(spread({ columns: 11, rows: 6 }, 100, 50)).toEqual({ x: -5, y: -5, width: 110, height: 60 }));
});

describe("the view", () => {
  /** All text in a tree of nodes, without what its components draw. */
  const words = (node: unknown): string => {
    if (Array.isArray(node)) return node.map(words).join("");
    if (node === null || typeof node !== "object") return typeof node === "string" ? node : "";
    return words((node as VNode<{ children?: unknown }>).props.children);
  };
  const said = (at: Lab): string => words(view({ lab: at, send: () => undefined, page: {} as never }));
  const document: Document = lesson();
  it("is a button until it is asked for", () => expect(said(lab)).toBe("loss landscape ▸"));
  it("says what it lacks", () => {
    expect(said({ ...written("y = a*x"), landscape: [0, 1] })).toContain("a landscape needs two parameters");
    expect(said({ ...open({ ...document, points: { x: [[]], y: [], sigma: null } }), landscape: [0, 1] })).toContain("no points yet: no loss to draw");
  });
});
