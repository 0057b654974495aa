import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Document } from "../../src/contract.ts";
import { flat } from "../../src/expression.ts";
import { parse } from "../../src/formula.ts";
import { fromHash, toHash } from "../../src/link.ts";
import { typed } from "../../src/model.ts";
import { creasesOf, mapOf, residuals, segmentOf, shifted, sliceOf, type Spot, through } from "../../src/plane.ts";
import { columnsOf, movedPoint, pointsOf, sampled, taken, toDocument, withoutPoint, withPoint } from "../../src/points.ts";
import { interpreter } from "../../src/program.ts";
import { open, update } from "../../src/state.ts";
import { pointsCsv } from "../../src/table-text.ts";
import { readTable } from "../../src/table.ts";

const formula = "c0 + c1*x + c2*y + w1*relu(x*cos(a1) + y*sin(a1) - t1)";
const parameters = ["c0", "c1", "c2", "w1", "a1", "t1"];
const document = (inputs: readonly string[] = ["x", "y"], text = formula, names: readonly string[] = parameters): Document => ({
  version: 1, title: "", model: { formula: text, inputs, target: "z", parameters: names, nodes: flat(parse(text).expr) },
  points: { x: [[0, 1, 2, 0], [0, 0, 1, 2], [1, 1, 3, 3]].slice(0, inputs.length), y: [1, 2, 3, 5], sigma: null }, ranges: inputs.map(() => [-2, 2] as const),
  start: names.map((_, i) => 0.3 + 0.1 * i), locked: names.map(() => false), bounds: names.map(() => [null, null] as const),
  loss: "mse", delta: 1, target: null, best: null, walk: { rate: 0.01, steps: 10, optimizer: "sgd", schedule: "steady", zero: true },
  checks: { loss: "mse", x: [], y: [], weight: [], at: [] },
});
const WINDOW = { x: [-2, 2], y: [-1, 3] } as const;

describe("points of several inputs", () => {
  const points = pointsOf([0, 1, 2, 10, 11, 12], [5, 6, 7]);
  test("are columns one after another", () => {
    expect(columnsOf(points).map((c) => [...c])).toEqual([[0, 1, 2], [10, 11, 12]]);
    expect(toDocument(points, 2)).toEqual({ x: [[0, 1, 2], [10, 11, 12]], y: [5, 6, 7], sigma: null });
    expect(toDocument(pointsOf([], []), 2).x).toEqual([[], []]);
  });
  test("are added, moved, deleted and picked in every column", () => {
    expect([...withPoint(points, [3, 13], 8).x]).toEqual([0, 1, 2, 3, 10, 11, 12, 13]);
    expect([...withPoint(pointsOf([], []), [3, 13], 8).x]).toEqual([3, 13]);
    expect([...movedPoint(points, 1, [7, 8], 9).x]).toEqual([0, 7, 2, 10, 8, 12]);
    expect([...withoutPoint(points, 1).x]).toEqual([0, 2, 10, 12]);
    expect([...taken(points, [2, 0]).x]).toEqual([2, 0, 12, 10]);
  });
  test("are read from a table by their names, or in order", () => {
    const wish = { inputs: ["x", "y"], target: "z" };
    expect([...readTable("z,y,x\n5,10,0\n6,11,1", "", wish).points.x]).toEqual([0, 1, 10, 11]);
    const named = readTable("u,v,w,err\n0,10,5,1\n1,11,6,1", "", wish);
    expect([named.inputs, named.target, [...named.points.x], [...named.points.sigma!]]).toEqual([["u", "v"], "w", [0, 1, 10, 11], [1, 1]]);
    expect(() => readTable("x,z\n1,2", "", wish)).toThrow("the table has 2 columns, 2 inputs and what was measured were expected");
    expect(() => readTable("x,y,z\n1,2,b", "", wish)).toThrow('the table row 1: z is "b", a number was expected');
  });
  test("come back from CSV", () => {
    expect(readTable(pointsCsv(points, ["x", "y"], "z"), "", { inputs: ["x", "y"], target: "z" }).points).toEqual(points);
  });
});

describe("a model of several inputs", () => {
  test("is computed from its columns, over blocks too", () => {
    const n = 700, x = Float64Array.from({ length: 2 * n }, (_, i) => Math.sin(i)), out = new Float64Array(n);
    interpreter(parse("a*x + y^2").expr, ["x", "y"], ["a"]).predict([3], x, n, out);
    expect([...out]).toEqual(Array.from({ length: n }, (_, i) => 3 * x[i]! + x[n + i]! ** 2));
  });
  test("is written with one of its inputs at least", () => {
    expect(typed("a*y + b", ["x", "y"], "z").parameters).toEqual(["a", "b"]);
    expect(() => typed("a + b", ["x", "y"], "z")).toThrow("the formula does not use `x` or `y`: a and b are all parameters");
  });
  test("comes back from a link, with its points and names", () => {
    const lab = update(update(open(document()), { kind: "points", points: pointsOf([0, 1, 2, 5, 6, 8], [1, 2, 3]), inputs: ["u", "v"], target: "w" }), { kind: "slide", index: 0, value: 2, grip: "begin" });
    const back = fromHash(toHash(lab), open(document()));
    expect([back.message, back.model.inputs, back.model.target, back.points, back.parameters]).toEqual([null, ["u", "v"], "w", lab.points, lab.parameters]);
    expect(fromHash("#1&x=u", open(document())).message?.text).toContain("a list of 2 different names");
    expect(fromHash("#1&px=1,2,3&py=1", open(document())).message?.text).toContain("px");
  });
  test("has residuals and a map that are its predictions", () => {
    const lab = open(document()), map = mapOf(lab, WINDOW, 5), at = new Float64Array(1);
    lab.model.evaluator.predict(lab.parameters, Float64Array.of(2, 3), 1, at);
    expect(map[24]).toBe(at[0]);
    lab.model.evaluator.predict(lab.parameters, Float64Array.of(2, 1), 1, at);
    expect(residuals(lab)[2]).toBe(3 - at[0]!);
  });
  test("of three inputs is cut where the third is held, halfway at first", () => {
    const lab = open(document(["x", "y", "z"], "a*x + b*y + z", ["a", "b"]));
    expect(sliceOf(lab)).toEqual([2]);
    const cut = update(lab, { kind: "slice", index: 0, value: 3 });
    expect(mapOf(cut, WINDOW, 3)[4]! - mapOf(lab, WINDOW, 3)[4]!).toBeCloseTo(1, 12);
  });
});

describe("creases", () => {
  const model = typed(formula, ["x", "y"], "z"), [crease] = creasesOf(model) as [ReturnType<typeof creasesOf>[number]];
  const argument = (values: readonly number[], [x, y]: Spot): number => x * Math.cos(values[4]!) + y * Math.sin(values[4]!) - values[5]!;
  const spot = fc.tuple(fc.double({ min: -2, max: 2, noNaN: true }), fc.double({ min: -1, max: 3, noNaN: true }));

  test("are found in relu, abs, max and min of what is straight in the inputs", () => {
    const count = (text: string): number => creasesOf(typed(text, ["x", "y"], "z")).length;
    expect([count("relu(a*x + b*y) + abs(x - c)"), count("max(a*x, b*y)"), count("relu(a*x^2 + y)"), count("relu(x + y) + a*x")]).toEqual([2, 1, 0, 0]);
    expect([crease.own, crease.place]).toEqual([[4, 5], 5]);
  });
  test("run from edge to edge of the window", () => {
    const seen = segmentOf(crease, [0, 0, 0, 1, 0, 0.5], WINDOW, [])!;
    expect([seen.from, seen.to]).toEqual([[0.5, -1], [0.5, 3]]);
    expect(segmentOf(crease, [0, 0, 0, 1, 0, 5], WINDOW, [])).toBe(null);
  });
  test("go where they are dragged and keep their turn", () => {
    fc.assert(fc.property(spot, fc.double({ min: -3, max: 3, noNaN: true }), (to, a) => {
      const moved = shifted(crease, [0, 0, 0, 1, a, 0.2], to, []);
      expect(moved[4]).toBe(a);
      expect(Math.abs(argument(moved, to))).toBeLessThan(1e-12);
    }));
  });
  test("turn about their middle through the pointer", () => {
    fc.assert(fc.property(spot, spot, fc.double({ min: -3, max: 3, noNaN: true }), (pivot, to, a) => {
      fc.pre(Math.hypot(to[0] - pivot[0], to[1] - pivot[1]) > 0.1);
      const before = shifted(crease, [0, 0, 0, 1, a, 0], pivot, []), after = through(crease, before, [pivot, to], []);
      if (after !== before) for (const at of [pivot, to]) expect(Math.abs(argument(after, at))).toBeLessThan(2e-3);
    }));
    const turned = through(crease, shifted(crease, [0, 0, 0, 1, 0.3, 0], [0, 1], []), [[0, 1], [1, 1.4]], []);
    for (const at of [[0, 1], [1, 1.4]] as const) expect(argument(turned, at)).toBeCloseTo(0, 9);
  });
  test("without a parameter that only shifts them move by the least change", () => {
    const [bare] = creasesOf(typed("relu(m*x + n*y)", ["x", "y"], "z")) as [typeof crease];
    expect(bare.place).toBe(-1);
    const [m, n] = shifted(bare, [1, 1], [1, 2], []) as [number, number];
    expect(m + 2 * n).toBeCloseTo(0, 9);
  });
  test("of a third input are where it is held", () => {
    const [one] = creasesOf(typed("relu(m*x + n*y + p*z + q)", ["x", "y", "z"], "v")) as [typeof crease];
    const seen = segmentOf(one, [1, 0, 1, 0], WINDOW, [0.5])!;
    expect([seen.from[0], seen.to[0]]).toEqual([-0.5, -0.5]);
  });
});

describe("what may go wrong with several inputs", () => {
  test("a sample of a grid is not in step with its rows", () => {
    const side = 150, x = Float64Array.from({ length: 2 * side * side }, (_, i) => (i < side * side ? i % side : Math.floor(i / side) - side));
    const [across, up] = columnsOf(sampled(pointsOf(x, new Float64Array(side * side)), 150)) as [Float64Array, Float64Array];
    expect(new Set(across).size).toBeGreaterThan(75);
    expect(new Set(up).size).toBe(150);
  });
  test("undo leaves the slice where it is", () => {
    const lab = open(document(["x", "y", "z"], "a*x + b*y + z", ["a", "b"])), slid = update(lab, { kind: "slide", index: 0, value: 3, grip: "begin" });
    expect(update(update(slid, { kind: "slice", index: 0, value: 2.5 }), { kind: "undo" }).slice).toEqual([2.5]);
  });
  test("what moves nothing is no move", () => {
    const lab = open(document());
    expect(update(lab, { kind: "place", values: lab.parameters, grip: "begin" })).toBe(lab);
  });
  test("a link leaves out a landscape over parameters that are gone", () => {
    const lab = update(update(open(document()), { kind: "landscape", over: [1, 5] }), { kind: "formula", text: "p*x*y + q" });
    expect(toHash(lab)).not.toContain("over");
    expect(fromHash(toHash(lab), open(document())).message).toBe(null);
  });
  test.each([["x=a%60a", "a list of 2 different names"], ["x=a%60b&y=b", "the name of another column"], ["over=1,1", "two different numbers below 6"], ["over=0,6", "two different numbers below 6"]])("a link with %s is refused", (keys, wanted) => {
    expect(fromHash(`#1&${keys}`, open(document())).message?.text).toContain(`${wanted} was expected`);
  });
  test("a slice or a bench that a page has no use for is left aside", () => {
    expect(fromHash("#1&slice=1&bench=1", open(document()))).toMatchObject({ message: null, bench: false, slice: [] });
  });
});
