import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { shownBy, themeOf, throttled, told } from "../../src/notebook.ts";
import { toDocument } from "../../src/points.ts";
import { type Action, type Lab, open, update } from "../../src/state.ts";
import { lesson } from "../lesson.ts";

const after = (lab: Lab, ...actions: readonly Action[]): Lab => actions.reduce(update, lab);
const fresh = (): Lab => open(lesson());

/** What one view of a lab tells another. */
const passed = (from: Lab, to: Lab): Lab => told(to, shownBy(from), toDocument(from.points, 1));

describe("what the notebook says", () => {
  test("leaves the very same lab where it says nothing new", () => {
    const lab = after(fresh(), { kind: "step", by: 7 });
    expect(passed(lab, lab)).toBe(lab);
  });

  test("moves the sliders it names, and is no move of the reader's", () => {
    const lab = after(fresh(), { kind: "step", by: 7 });
    const next = told(lab, { ...shownBy(lab), parameters: { a: 2.5, gone: 1 } }, toDocument(lab.points, 1));
    expect(next.parameters).toEqual([2.5, ...lab.parameters.slice(1)]);
    expect([next.moves, next.ghost, next.past, next.step]).toEqual([0, null, [], 0]);
  });

  test("moves only the slider it names while the reader has the rest follow", () => {
    const lab = after(fresh(), { kind: "follow", on: true });
    const next = told(lab, { ...shownBy(lab), parameters: { a: 2.5, b: 1.1, c: 1.1 } }, toDocument(lab.points, 1));
    expect([next.parameters, next.following]).toEqual([[2.5, 1.1, 1.1], true]);
  });

  test.each<[string, Action[]]>([
    ["a moved point", [{ kind: "drag", index: 3, x: 0.5, y: 2, grip: "end" }]],
    ["a new point", [{ kind: "add", x: 0.5, y: 2 }]],
    ["a point less", [{ kind: "delete", index: 3 }]],
    ["a step of the descent", [{ kind: "step", by: 5 }]],
    ["another loss", [{ kind: "loss", loss: "huber", delta: 0.5 }]],
    ["another formula", [{ kind: "formula", text: "k*x + d" }]],
    ["points with other names", [{ kind: "points", points: fresh().points, inputs: ["t"], target: "counts" }]],
    ["another formula and back", [{ kind: "formula", text: "k*x + d" }, { kind: "reset" }]],
  ])("carries %s from one view to another", (_, actions) => {
    const from = after(fresh(), ...actions), to = passed(from, after(fresh(), { kind: "slide", index: 0, value: 3, grip: "begin" }));
    expect({ ...shownBy(to), step: 0 }).toEqual({ ...shownBy(from), step: 0 });
    expect(toDocument(to.points, 1)).toEqual(toDocument(from.points, 1));
  });

  test("brings the author's model back after another formula", () => {
    const typed = after(fresh(), { kind: "formula", text: "k*x + d" });
    const back = passed(fresh(), typed);
    expect([back.model.typed, back.parameters]).toEqual([false, [1.1, 1.1, 1.1]]);
  });
});

describe("writing", () => {
  beforeEach(() => { vi.useFakeTimers(); });
  afterEach(() => { vi.useRealTimers(); });

  test("is throttled, and the last value is always sent", () => {
    let value = 0;
    const sent: [number, number][] = [];
    const writer = throttled(60, () => sent.push([performance.now(), value]));
    for (value = 1; value < 100; value++) {
      writer.soon();
      vi.advanceTimersByTime(5);
    }
    writer.soon();
    vi.advanceTimersByTime(1000);
    expect(sent.at(-1)![1]).toBe(100);
    expect(Math.min(...sent.slice(1).map(([t], i) => t - sent[i]![0]))).toBeGreaterThanOrEqual(60);
    expect(writer.waiting()).toBe(false);
  });

  test("does at once what waits when the view is taken down", () => {
    let written = 0;
    const writer = throttled(60, () => { written++; });
    writer.flush();
    writer.soon();
    writer.flush();
    vi.advanceTimersByTime(1000);
    expect(written).toBe(1);
  });
});

test.each([
  [{ jpThemeLight: "false" }, "", null, "dark"],
  [{ jpThemeLight: "true" }, "", null, "light"],
  [{}, "vscode-dark", null, "dark"],
  [{}, "vscode-high-contrast", null, "dark"],
  [{}, "vscode-high-contrast vscode-high-contrast-light", null, "light"],
  [{}, "vscode-light", null, "light"],
  [{}, "", "dark", "dark"],
  [{}, "", null, null],
])("the notebook's light or dark is followed: %o %s %s", (dataset, className, theme, expected) => {
  const page = { body: { dataset, className }, documentElement: { getAttribute: () => theme } };
  expect(themeOf(page as unknown as Document)).toBe(expected);
});
