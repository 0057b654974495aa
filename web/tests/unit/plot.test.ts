/** The plot's promises: what it shows, what stays still, and what a hand or a key does to it. */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Document } from "../../src/contract.ts";
import { COLOURS, plotSvg, svgText } from "../../src/picture.ts";
import { ghostsOf, pathData } from "../../src/plot/curves.tsx";
import { type Frame, frameOf } from "../../src/plot/frame.ts";
import { carried, nearest, valueAt } from "../../src/plot/gestures.ts";
import { beside, pointAfter, pointText, windowAfter } from "../../src/plot/keys.tsx";
import { brief } from "../../src/numbers.ts";
import { Marks, summary } from "../../src/plot/marks.tsx";
import { homeOf, windowOf, zoomed } from "../../src/plot/window.ts";
import { pointsOf } from "../../src/points.ts";
import { ticksOf } from "../../src/scale.ts";
import { type Lab, open, update } from "../../src/state.ts";

const LINE: Document = {
  version: 1, title: "a line",
  model: { formula: "a*x + b", inputs: ["x"], target: "y", parameters: ["a", "b"], nodes: [["name", "a"], ["name", "x"], ["multiply", 0, 1], ["name", "b"], ["add", 2, 3]] },
  points: { x: [[0, 1, 2, 3, 4]], y: [1, 3, 2, 5, 4], sigma: null }, ranges: [[0, 4]], start: [1, 1], locked: [false, false], bounds: [[null, null], [null, null]],
  loss: "mse", delta: 1, target: null, best: [0.8, 1.4],
  walk: { rate: 0.01, steps: 100, optimizer: "sgd", schedule: "steady", zero: true }, checks: { loss: "mse", x: [], y: [], weight: [], at: [] },
};
const NONE: Document = { ...LINE, points: { x: [[]], y: [], sigma: null }, best: null };

const lab = open(LINE);
const framed = (l: Lab): Frame => frameOf(windowOf(l), 760, 426, l.model.input, l.model.target, 36);
const drawn = (l: Lab): string => svgText(Marks({ lab: l, f: framed(l) }));
const count = (text: string, part: string): number => text.split(part).length - 1;
const many = (n: number): Lab => ({ ...lab, best: null, points: pointsOf(Float64Array.from({ length: n }, (_, i) => (4 * i) / n), Float64Array.from({ length: n }, (_, i) => 1 + ((i * 7919) % 1000) / 250)) });

describe("the drawing", () => {
  it("has a dot for each point, the curve, the best possible and their names", () => {
    const text = drawn(lab);
    expect(count(text, "<circle")).toBe(5);
    expect(text).toContain("best possible");
    expect(text).toContain("the model");
    expect(summary(lab)).toBe("plot of y against x: 5 points, the model and the best possible fit");
  });
  it("is the same for the same lab, to two decimals", () => {
    expect(drawn(lab)).toBe(drawn({ ...lab }));
    expect(drawn(lab)).not.toMatch(/\d\.\d{3}/);
  });
  it("invites where there are no points", () => expect(drawn(open(NONE))).toContain("click to add a point, or open points"));
  it("draws many points as one path and says so where it thins them", () => {
    expect(count(drawn(many(401)), "<circle")).toBe(0);
    expect(drawn(many(100_000))).toContain("20,000 of 100,000 points drawn");
  });
  it("says what the pulls on a parameter add up to", () => expect(drawn({ ...lab, pulls: 1 })).toContain("each point’s pull on b: they add up to 0 ·"));
  it("breaks the curve where it has no value and at a pole", () => {
    const f = framed(lab), x = Float64Array.of(40, 50, 60, 70, 80, 90);
    expect(pathData({ x, y: Float64Array.of(100, NaN, 100, -900, 900, 100) }, f)).toBe("M40 100M60 100L70 -900M80 900L90 100");
  });
  it("shows where the walk and the hand came from", () => {
    const walked = update(lab, { kind: "scrub", step: 40 });
    expect(ghostsOf(walked).length).toBe(4);
    expect(Array.from(ghostsOf(update(lab, { kind: "slide", index: 0, value: 2, grip: "begin" }))[0]!)).toEqual([1, 1]);
  });
});

describe("the window", () => {
  it("stays where it is while a parameter moves or the walk plays", () => {
    expect(windowOf(update(lab, { kind: "slide", index: 0, value: 900, grip: "move" }))).toBe(windowOf(lab));
    expect(windowOf(update(lab, { kind: "scrub", step: 50 }))).toBe(windowOf(lab));
  });
  it("shows every point, on round numbers", () => expect(homeOf(lab)).toEqual({ x: [-0.2, 4.2], y: [0.4, 5.6] }));
  it("does not move when the first points are added to an empty plot", () => {
    const empty = open(NONE);
    expect(windowOf(update(empty, { kind: "add", x: 2, y: 3 })).x).toEqual(windowOf(empty).x);
  });
  it("has room where all points are one", () => {
    const { x, y } = homeOf({ ...lab, points: pointsOf([7, 7, 7, 7, 7], [3, 3, 3, 3, 3]) });
    expect(x[0] < 7 && x[1] > 7 && y[0] < 3 && y[1] > 3).toBe(true);
  });
  it("zooms about a place that stays, and no further than numbers go", () => {
    const all = homeOf(lab), next = zoomed(all, 0.5, [1, 1], all);
    expect((1 - next.x[0]) / (next.x[1] - next.x[0])).toBeCloseTo((1 - all.x[0]) / (all.x[1] - all.x[0]));
    expect(zoomed(all, 1e-14, [1, 1], all)).toBe(all);
  });
});

describe("a hand", () => {
  it("takes the nearest point within reach", () => {
    const f = framed(lab);
    expect(nearest(lab, f, [f.x(2) + 9, f.y(2) - 5], 12)).toBe(2);
    expect(nearest(lab, f, [f.x(2) + 9, f.y(2) - 9], 12)).toBe(-1);
  });
  it("puts a place on tidy numbers", () => expect(valueAt(framed(lab), [framed(lab).x(1.23456), framed(lab).y(2.34567)])).toEqual([1.235, 2.346]));
  it("carries what is under it along, and two fingers keep theirs", () => {
    const f = framed(lab), at = new Map([[1, [200, 200]], [2, [300, 200]]] as [number, [number, number]][]);
    const view = carried({ at, frame: f }, new Map([[1, [150, 200]], [2, [350, 200]]]), homeOf(lab));
    const after = frameOf(view, 760, 426, "x", "y", 36);
    expect(after.x(f.x.invert(200))).toBeCloseTo(150 + (after.left - f.left), -1);
  });
});

describe("keys", () => {
  const f = framed(lab), key = (name: string, more = {}) => ({ key: name, altKey: false, shiftKey: false, repeat: false, ...more });
  const at = { ...lab, chosen: 1 };
  it("choose the next point by x", () => {
    expect(pointAfter(at, f, key("ArrowRight"))).toEqual({ kind: "choose", index: 2 });
    expect(beside(at, 4, 1)).toBe(null);
    expect(beside(at, null, 1)).toBe(0);
  });
  it("move, add and delete a point", () => {
    expect(pointAfter(at, f, key("ArrowUp"))).toEqual({ kind: "drag", index: 1, x: 1, y: 3.052, grip: "begin" });
    expect(pointAfter(at, f, key("ArrowLeft", { altKey: true, shiftKey: true, repeat: true }))).toEqual({ kind: "drag", index: 1, x: 0.56, y: 3, grip: "move" });
    expect(pointAfter(at, f, key("Enter"))).toEqual({ kind: "add", x: 1.5, y: 2.5 });
    expect(pointAfter(at, f, key("Delete"))).toEqual({ kind: "delete", index: 1 });
    expect(pointAfter(at, f, key("q"))).toBe(null);
  });
  it("zoom and pan", () => {
    expect(windowAfter(lab, f, "0")).toBe(null);
    expect(windowAfter(lab, f, "ArrowRight")!.x[0]).toBeGreaterThan(f.view.x[0]);
    expect(windowAfter(lab, f, "x")).toBe(undefined);
  });
  it("say where the chosen point is", () => expect(pointText(at, 1, 2)).toBe("point 2 of 5: x 1, y 3, 1 above the curve"));
});

describe("numbers", () => {
  it("are round, with as many decimals each, and a real minus sign", () => {
    expect(ticksOf([-1, 1], 4).map((t) => t.label)).toEqual(["−1.0", "−0.5", "0", "0.5", "1.0"]);
    expect(ticksOf([0, 3e7], 3).map((t) => t.label)).toEqual(["0", "1·10⁷", "2·10⁷", "3·10⁷"]);
    expect(ticksOf([0, 2e-5], 2).map((t) => t.label)).toEqual(["0", "1·10⁻⁵", "2·10⁻⁵"]);
    expect(brief(-1.5789)).toBe("−1.58");
  });
});

describe("the picture", () => {
  it("stands alone: its own colours, its formula, no text of the reader's as markup", () => {
    const text = plotSvg({ ...lab, model: { ...lab.model, target: "<script>" } });
    expect(text).toContain("xmlns");
    expect(text).not.toContain("var(");
    expect(text).not.toContain("<script>");
    expect(text).toContain("a = 1, b = 1");
  });
  it("has the page's light colours", () => {
    const [light] = readFileSync(new URL("../../src/style.css", import.meta.url), "utf8").split("\n");
    for (const [name, colour] of Object.entries(COLOURS)) expect(light).toContain(`--${name}:${colour};`);
  });
});
