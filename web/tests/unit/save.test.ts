import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Document as Lesson } from "../../src/contract.ts";
import { lossAt } from "../../src/derived.ts";
import { checkedDocument } from "../../src/door.ts";
import { flat } from "../../src/expression.ts";
import { parse } from "../../src/formula.ts";
import { fromHash } from "../../src/link.ts";
import { asDocument, json, pageWith } from "../../src/save.ts";
import { type Action, type Lab, open, update } from "../../src/state.ts";

const LESSON: Lesson = {
  version: 1, title: "a < b",
  model: { formula: "a*x + b", inputs: ["x"], target: "y", parameters: ["b", "a"], nodes: flat(parse("a*x + b").expr) },
  points: { x: [[0, 1, 2, 3]], y: [1, 2.5, 5, 7], sigma: [1, 1, 2, 1] }, ranges: [[0, 3]],
  start: [1, 2], locked: [false, false], bounds: [[null, null], [0, null]],
  loss: "mse", delta: 1, target: 0.1, best: [1, 2],
  walk: { rate: 0.01, steps: 50, optimizer: "sgd", schedule: "steady", zero: true },
  checks: { loss: "mse", x: [[1]], y: [2], weight: [1], at: [{ parameters: [1, 2], loss: 1, gradient: [2, 2] }] },
};
const printed = open(LESSON).model.evaluator;
const after = (...actions: Action[]): Lab => actions.reduce(update, open(LESSON, printed));
const again = (lab: Lab): Lab => open(checkedDocument(JSON.parse(json(asDocument(lab)))));

describe("a lab as a document", () => {
  test.each<[string, Action[]]>([
    ["as it opened", []],
    ["by hand", [{ kind: "slide", index: 0, value: 1 / 3, grip: "begin" }, { kind: "lock", index: 1 }]],
    ["on its walk", [{ kind: "walk", optimizer: "adam", rate: 0.1 }, { kind: "steps", steps: 80 }, { kind: "scrub", step: 30 }]],
    ["another formula, other points", [{ kind: "formula", text: "y = amp*exp(-x/`tau </script>`)" }, { kind: "add", x: 4, y: 9 }, { kind: "loss", loss: "huber", delta: 0.3 }, { kind: "target", value: null }]],
  ])("%s", (_, actions) => {
    const lab = after(...actions), back = again(lab);
    const shown = ({ model: { formula, inputs, target, parameters: names }, points, parameters, locked, loss, delta, target: goal, steps }: Lab) => ({ formula, inputs, target, names, points, parameters, locked, loss, delta, goal, steps });
    expect(shown(back)).toEqual(shown(lab));
    expect(lossAt(back).loss).toBe(lossAt(lab).loss);
    expect({ ...back.legs[0], from: 0 }).toEqual({ ...lab.legs.at(-1), from: 0 });
    expect(json(asDocument(again(lab)))).toBe(json(asDocument(back)));
  });
  test("what Python checked goes along as long as it says something about the model", () => {
    expect(asDocument(after({ kind: "delete", index: 0 })).checks).toBe(LESSON.checks);
    expect(asDocument(after({ kind: "formula", text: "a*x^2" })).checks.at).toEqual([]);
    expect(asDocument(after({ kind: "lock", index: 0 })).best).toBeNull();
  });
});

test("no text can leave the script element it stands in", () => {
  fc.assert(fc.property(fc.string(), fc.constantFrom("</script>", "<!--", "]]>", "&lt;", "\u2028"), (text, end) => {
    const said = json({ title: text + end });
    expect(said).not.toMatch(/[<>&\u2028\u2029]/);
    expect(JSON.parse(said)).toEqual({ title: text + end });
  }), { seed: 42 });
});

/** A page that is as much of one as saving needs. */
function page(): { document: globalThis.Document; parts: Map<string, { textContent: string; gone: boolean; state: string }> } {
  const parts = new Map(["#squiggly-lab", "#squiggly-document", "#squiggly-program", "title"].map((key) => [key, { textContent: "old", gone: false, state: "" }]));
  const root = {
    cloneNode: () => root, querySelector: (key: string) => { const part = parts.get(key); return part && { set textContent(text: string) { part.textContent = text; }, remove: () => { part.gone = true; }, setAttribute: (_: string, state: string) => { part.state = state; } }; },
    get outerHTML() { return "<html></html>"; },
  };
  return { document: { documentElement: root } as unknown as globalThis.Document, parts };
}

describe("the page with the lab in it", () => {
  test("keeps the author's program, and nothing that was drawn", () => {
    const { document, parts } = page();
    expect(pageWith(document, after({ kind: "slide", index: 0, value: 3, grip: "begin" }))).toBe("<!doctype html>\n<html></html>");
    expect(parts.get("#squiggly-lab")!.textContent).toBe("");
    expect(parts.get("title")!.textContent).toBe("a < b");
    expect(JSON.parse(parts.get("#squiggly-document")!.textContent).start).toEqual([1, 2]);
    expect(fromHash(parts.get("#squiggly-lab")!.state, open(LESSON)).parameters).toEqual([3, 2]);
    expect(parts.get("#squiggly-program")!.gone).toBe(false);
  });
  test("drops the program where it did not compute what Python computed", () => {
    const { document, parts } = page();
    pageWith(document, open(LESSON));
    expect(parts.get("#squiggly-program")!.gone).toBe(true);
  });
});
