/** The card that says how near so many lines can come. */

import type { ComponentChildren, VNode } from "preact";
import { expect, test } from "vitest";
import { benchOf } from "../../src/bench.ts";
import { lossAt } from "../../src/derived.ts";
import { pointsOf } from "../../src/points.ts";
import { type Action, type Lab, open, update } from "../../src/state.ts";
import { boundOf, reachedOf, said, view } from "../../src/views/limit.tsx";
import { lesson } from "../lesson.ts";

const x = Array.from({ length: 81 }, (_, i) => -2 + i / 20), wave = x.map((v) => Math.sin(3 * v));
const at = (...actions: Action[]): Lab => actions.reduce(update, update(open(lesson({ loss: "mse" })), { kind: "points", points: pointsOf(x, wave) }));
const bent = (...actions: Action[]): Lab => at({ kind: "bench", on: true }, ...actions);
const card = (lab: Lab): VNode | null => view({ lab, send: () => undefined, page: {} as never });
const text = (node: ComponentChildren): string => (Array.isArray(node) ? node.map(text).join("") : typeof node === "object" && node ? text((node as VNode<{ children?: ComponentChildren }>).props.children) : typeof node === "string" || typeof node === "number" ? String(node) : "");

test("it is there for rectified lines on at least two points only", () => {
  expect(card(at())).toBeNull();
  expect(card(bent())).not.toBeNull();
  expect(card(bent({ kind: "points", points: pointsOf([1], [2]) }))).toBeNull();
});

test("for another loss it says that the limit is not known, in place of a chart", () => {
  expect(text(card(bent({ kind: "loss", loss: "mae" })))).toContain("known for the mean squared error");
  expect(text(card(bent()))).not.toContain("mean squared error");
});

test("no lines come below the limit, and more lines may come lower", () => {
  const bound = boundOf(at().points, 16);
  for (const n of [1, 3, 8]) {
    const lab = bent({ kind: "lines", n });
    expect(benchOf(lab.model)!.n).toBe(n);
    expect(Math.sqrt(lab.best!.loss)).toBeGreaterThanOrEqual(bound[n]! * (1 - 1e-9));
    expect(Math.sqrt(lossAt(lab).loss)).toBeGreaterThanOrEqual(bound[n]! * (1 - 1e-9));
  }
  expect([...bound]).toEqual([...bound].sort((a, b) => b - a));
});

test("what is only rounding counts as nothing", () => {
  const corner = boundOf(pointsOf(x, x.map((v) => 1e6 + Math.abs(v - 0.01))), 3);
  expect(corner[0]).toBeGreaterThan(0.1);
  expect([...corner.subarray(1)]).toEqual([0, 0, 0]);
});

test("the words are the numbers: now, at best, the limit, and what they are counted in", () => {
  const lab = bent({ kind: "lines", n: 3 }), bound = boundOf(lab.points, 16), words = (change: Partial<Lab>): string => text(said({ ...lab, ...change }, { weighted: true, fold: "relu", n: 3 }, 0.5, bound));
  expect(words({ best: { values: [], loss: 0.04, settled: true } })).toMatch(/^3 lines: rms 0\.5000 now · 0\.2000 at best · the limit is 0\.\d{4}$/);
  expect(words({ best: { values: [], loss: 0.04, settled: false } })).toContain("at the best found");
  expect(words({ best: null, points: pointsOf(x, wave, x.map(() => 0.1)) })).toMatch(/^3 lines: rms 0\.5000 now · the limit is 0\.\d+, in units of sigma$/);
});

test("what was reached is remembered by the number of lines, as long as the points are the same", () => {
  const lab = bent({ kind: "lines", n: 4 }, { kind: "lines", n: 5 }, { kind: "lines", n: 3 }), reached = reachedOf(lab), bound = boundOf(lab.points, 16);
  expect([...reached.keys()].sort()).toEqual(expect.arrayContaining([4, 5]));
  for (const [n, rms] of reached) expect(rms).toBeGreaterThanOrEqual(bound[n]! * (1 - 1e-9));
  expect(reachedOf(update(lab, { kind: "add", x: 0, y: 3 })).size).toBe(0);
});

test("without weights it says that the limit may be far below", () => {
  const lab = bent({ kind: "form", weighted: false }), bench = benchOf(lab.model)!;
  expect(bench.weighted).toBe(false);
  expect(text(said(lab, bench, 0.5, boundOf(lab.points, 16)))).toContain("Without weights");
  expect(text(said(lab, { ...bench, weighted: true }, 0.5, boundOf(lab.points, 16)))).not.toContain("Without weights");
});
