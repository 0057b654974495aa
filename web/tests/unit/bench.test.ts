import fc from "fast-check";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { lossAt } from "../../src/derived.ts";
import { flat, rebuild } from "../../src/expression.ts";
import { parse } from "../../src/formula.ts";
import { approached, stroked } from "../../src/hinges/approach.ts";
import { exactly, notExact } from "../../src/hinges/best.ts";
import { AT_HOOK, type Bench, benchOf, type Fold, flipped, lineAt, modelOf, MOST_LINES, namesOf, toUnweighted, toWeighted, withLine } from "../../src/hinges/forms.ts";
import { allOff, lineText, noteOf, onHook } from "../../src/hinges/notes.ts";
import { fromHash, toHash } from "../../src/link.ts";
import { MOST_PARAMETERS, typed } from "../../src/model.ts";
import { frameOf, heightFor } from "../../src/plot/frame.ts";
import { handleAt, handlesOf, parts } from "../../src/plot/hooks.tsx";
import { hookAfter } from "../../src/plot/keys.tsx";
import { windowOf } from "../../src/plot/window.ts";
import { svgText } from "../../src/picture.ts";
import { pointsOf } from "../../src/points.ts";
import { type Action, type Lab, open, update } from "../../src/state.ts";
import { paragraphs } from "../../src/views/hint.tsx";
import { SETUPS } from "../../src/views/hinges.tsx";
import { lesson } from "../lesson.ts";

const COLUMNS = { inputs: ["x"], input: "x", target: "y" } as const;
const after = (lab: Lab, ...actions: readonly Action[]): Lab => actions.reduce(update, lab);
const on: Action = { kind: "bench", on: true };
const benched = (): Lab => after(open(lesson({ loss: "mse" })), on);
const written = (text: string, start: readonly number[] = []): Lab => {
  const lab = after(open(lesson({ loss: "mse" })), { kind: "formula", text });
  return start.length ? after(lab, { kind: "place", values: start, grip: "begin" }) : lab;
};
const bench = (lab: Lab): Bench => benchOf(lab.model)!;
const at = (text: string, values: readonly number[], x: number): number => { const out = new Float64Array(1); typed(text, "x", "y").evaluator.predict(values, Float64Array.of(x), 1, out); return out[0]!; };
const predicted = (form: Bench, values: readonly number[], x: Float64Array): Float64Array => { const out = new Float64Array(x.length); modelOf(form, COLUMNS).evaluator.predict(values, x, x.length, out); return out; };
const frame = (lab: Lab) => frameOf(windowOf(lab), 760, heightFor(760), "x", "y", 32);

const LESSON = "relu(m1*x + b1) + relu(m2*x + b2)";
const WEIGHTED = "c0 + c1*x + w1*relu(x - t1) + w2*relu(x - t2)";

describe("what the lines are called", () => {
  test("weighted lines are the very graph that Python's relus makes", () => {
    const problems = JSON.parse(readFileSync(new URL("../../../tests/vectors/solve.json", import.meta.url), "utf8")) as { model: string; nodes: never; parameters: string[] }[];
    const { nodes, parameters } = problems.find(({ model }) => model === "relus")!;
    const made = modelOf({ weighted: true, fold: "relu", n: 2 }, COLUMNS);
    expect([made.expr === rebuild(nodes), made.parameters, made.formula]).toEqual([true, parameters, WEIGHTED]);
  });

  test.each<[string, Bench | null]>([
    [WEIGHTED, { weighted: true, fold: "relu", n: 2 }],
    [LESSON, { weighted: false, fold: "relu", n: 2 }],
    ["relu(m1*x + b1)", { weighted: false, fold: "relu", n: 1 }],
    ["clip(m1*x + b1, 0, inf) + clip(m2*x + b2, 0, inf)", { weighted: false, fold: "clip", n: 2 }],
    ["c0 + c1*x + w1*max(0, x - t1)", { weighted: true, fold: "maximum", n: 1 }],
    ["c0 + c1*x + w1*maximum(x - t1, 0)", { weighted: true, fold: "maximum", n: 1 }],
    ["c0 + c1*x", null], ["a*x^2 + b*x + c", null], ["c0 + c1*x + w1*relu(t1 - x)", null], ["c0 + c1*x + w1*relu(x - t2)", null],
    ["relu(m1*x + b1) + max(0, m2*x + b2)", null], ["c0 + c1*x + w1*clip(x - t1, 0, 1)", null],
  ])("%s is known by its structure", (formula, wanted) => {
    expect(benchOf(typed(formula, "x", "y"))).toEqual(wanted);
  });

  test("every form and number of lines is known again, from its text too", () => {
    fc.assert(fc.property(fc.boolean(), fc.constantFrom<Fold>("relu", "clip", "maximum"), fc.integer({ min: 1, max: 40 }), (weighted, fold, n) => {
      const form = { weighted, fold, n }, made = modelOf(form, COLUMNS);
      expect(benchOf(made)).toEqual(form);
      expect(typed(made.formula, "x", "y").expr).toBe(made.expr);
    }), { seed: 1, numRuns: 60 });
  });

  test("the most lines that a bench holds fit into a page's parameters", () => {
    expect(namesOf({ weighted: true, n: 99 })).toHaveLength(MOST_PARAMETERS);
    expect(benchOf(modelOf({ weighted: true, fold: "relu", n: 99 }, COLUMNS))).toEqual({ weighted: true, fold: "relu", n: 99 });
    expect(typed(modelOf({ weighted: true, fold: "clip", n: MOST_LINES }, COLUMNS).formula, "x", "y").parameters).toHaveLength(2 + 2 * MOST_LINES);
  });

  test.each<[Fold, number]>([["relu", 0], ["clip", 1], ["maximum", 0.5]])("exactly at the hook the slope of %s is %d", (fold, slope) => {
    const out = new Float64Array(3);
    modelOf({ weighted: false, fold, n: 1 }, COLUMNS).evaluator.rows([2, -6], Float64Array.of(3), 1, out);
    expect([out[2], AT_HOOK[fold]]).toEqual([slope, slope]);
  });
});

const numbers = fc.double({ min: -50, max: 50, noNaN: true }).filter((v) => v === 0 || Math.abs(v) > 1e-3);
const pairs = fc.array(fc.tuple(numbers, numbers), { minLength: 1, maxLength: 8 }).map((all) => all.flat());
const X = Float64Array.from({ length: 41 }, (_, i) => -4 + i / 5);

describe("from one form to the other", () => {
  test("the lesson's sum with weights is the same curve", () => {
    fc.assert(fc.property(pairs, (values) => {
      const n = values.length / 2, [before, now] = [predicted({ weighted: false, fold: "relu", n }, values, X), predicted({ weighted: true, fold: "relu", n }, toWeighted(values), X)];
      const size = values.reduce((sum, v) => sum + Math.abs(v), 1) * 10;
      before.forEach((y, i) => expect(Math.abs(y - now[i]!)).toBeLessThanOrEqual(1e-12 * size));
    }), { seed: 2, numRuns: 300 });
  });

  test("without weights a line that bends up keeps its hook and slope, one that bends down is mirrored there", () => {
    const form: Bench = { weighted: true, fold: "relu", n: 2 }, values = toUnweighted(form, [1, 1, 2, 0.5, -3, 1.5], 1);
    expect(values).toEqual([2, -1, -3, 4.5]);
    expect([at("relu(m1*x + b1)", values.slice(0, 2), 2.5), at("relu(m1*x + b1)", values.slice(2), 0.5)]).toEqual([4, 3]);
  });

  test("there and back keeps hooks, and the amount of each slope", () => {
    fc.assert(fc.property(pairs, (lines) => {
      const form = { weighted: true, fold: "relu", n: lines.length / 2 } as const, there = toUnweighted(form, [0, 0, ...lines], 7), back = toWeighted(there);
      for (let i = 0; i < form.n; i++) {
        const [one, other] = [lineAt(form, [0, 0, ...lines], i), lineAt(form, back, i)];
        expect(other.slope).toBe(Math.abs(one.slope) || 7);
        expect(other.hook).toBeCloseTo(one.hook, 9);
      }
    }), { seed: 3, numRuns: 200 });
  });

  test("another fold is the same curve with the same numbers", () => {
    const lab = after(benched(), { kind: "form", fold: "clip" });
    expect([lab.model.formula.includes("clip("), lab.parameters, lossAt(lab).loss]).toEqual([true, benched().parameters, lossAt(benched()).loss]);
  });
});

describe("one line", () => {
  test("a slope turns about its hook, and a hook moves with its slope", () => {
    fc.assert(fc.property(fc.boolean(), numbers, numbers.filter((v) => v !== 0), numbers, (weighted, hook, slope, to) => {
      const form: Bench = { weighted, fold: "relu", n: 1 }, values = withLine(form, weighted ? [0, 0, 1, 0] : [1, 0], 0, { hook, slope });
      expect(lineAt(form, values, 0).hook).toBeCloseTo(hook, 9);
      const moved = lineAt(form, withLine(form, values, 0, { hook: to }), 0), turned = lineAt(form, flipped(form, values, 0), 0);
      expect([moved.slope, turned.slope]).toEqual([slope, -slope]);
      expect([moved.hook - to, turned.hook - hook].map((d) => Math.abs(d) < 1e-9)).toEqual([true, true]);
    }), { seed: 4, numRuns: 200 });
  });

  test("a locked parameter stays where it is while its line is dragged", () => {
    const lab = after(benched(), { kind: "lock", index: 2 }, { kind: "place", values: withLine(bench(benched()), benched().parameters, 0, { hook: 1, slope: 9 }), grip: "begin" });
    expect(lineAt(bench(lab), lab.parameters, 0)).toEqual({ hook: 1, slope: benched().parameters[2] });
  });

  test("a drag is one step to undo, and a move by hand", () => {
    const lab = benched(), to = (hook: number): readonly number[] => withLine(bench(lab), lab.parameters, 0, { hook });
    const dragged = after(lab, { kind: "place", values: to(0.1), grip: "begin" }, { kind: "place", values: to(0.2), grip: "move" }, { kind: "place", values: to(0.2), grip: "end" });
    expect([dragged.parameters[3], dragged.moves, dragged.order]).toEqual([0.2, 1, ["t1"]]);
    expect(after(dragged, { kind: "undo" }).parameters).toEqual(lab.parameters);
  });
});

describe("on and off", () => {
  test("two lines are to be seen, and always the same", () => {
    const lab = benched(), [level, , first, , second] = lab.parameters, { y } = windowOf(lab);
    expect([lab.bench, bench(lab), lab.parameters]).toEqual([true, { weighted: true, fold: "relu", n: 2 }, benched().parameters]);
    expect(Math.abs(first! * second!)).toBeGreaterThan(1);
    expect(level! > y[0] && level! < y[1]).toBe(true);
  });

  test("off brings the author's formula and numbers back, and so does undo", () => {
    for (const way of [{ kind: "bench", on: false }, { kind: "undo" }] as const) {
      const lab = after(benched(), way);
      expect([lab.bench, lab.model.formula, lab.parameters]).toEqual([false, "a*x^2 + b*x + c", [1.1, 1.1, 1.1]]);
    }
  });

  test("an author's sum of lines opens on the bench, and stays when the bench goes", () => {
    const model = { formula: LESSON, inputs: ["x"], target: "y", parameters: ["m1", "b1", "m2", "b2"], nodes: flat(parse(LESSON).expr) as never };
    const lab = open(lesson({ model, start: [1, 1, -1, 1], locked: [false, false, false, false], bounds: [[null, null], [null, null], [null, null], [null, null]] }));
    expect([lab.bench, after(lab, { kind: "bench", on: false }).model.formula, after(lab, { kind: "bench", on: false }, on).model === lab.model]).toEqual([true, LESSON, true]);
  });

  test("a formula that is typed comes onto the bench by its form", () => {
    expect([written(WEIGHTED).bench, written("a*x + b").bench]).toEqual([true, false]);
  });

  test("a function without points becomes what the lines approach, until the bench goes", () => {
    const bare = open(lesson({ points: { x: [[]], y: [], sigma: null } })), lab = after(bare, on), { n, x, y } = lab.points;
    expect(n).toBe(101);
    for (const i of [0, 50, 100]) expect(y[i]).toBeCloseTo(1.1 * x[i]! ** 2 + 1.1 * x[i]! + 1.1, 12);
    expect(after(lab, { kind: "bench", on: false }).points.n).toBe(0);
  });

  test("a column that is called like a parameter is refused with the cure", () => {
    const lab = after(open(lesson()), { kind: "points", points: pointsOf([0, 1], [1, 2]), inputs: ["t1"], target: "y" }, on);
    expect([lab.bench, lab.message?.text]).toEqual([false, "a column is called t1, as one of the lines' parameters would be\nhint: give the column another name"]);
  });
});

describe("more and fewer", () => {
  test("one more line goes where it helps", () => {
    const lab = after(benched(), { kind: "another", beside: null });
    expect([bench(lab).n, lab.line, lab.order]).toEqual([3, 2, ["line 3"]]);
    expect(lossAt(lab).loss).toBeLessThan(lossAt(benched()).loss);
  });

  test("one beside another stands between it and the next", () => {
    const lab = after(benched(), { kind: "another", beside: 0 }), hooks = [0, 1, 2].map((i) => lineAt(bench(lab), lab.parameters, i).hook);
    expect(hooks[2]! > hooks[0]! && hooks[2]! < hooks[1]!).toBe(true);
  });

  test("without points one more line stands in the widest gap and is seen", () => {
    const lab = after(benched(), { kind: "points", points: pointsOf([], []) }, { kind: "another", beside: null }), line = lineAt(bench(lab), lab.parameters, 2);
    expect(Math.abs(line.slope)).toBeGreaterThan(1);
  });

  test("the other lines keep their numbers and locks when one goes", () => {
    const lab = after(benched(), { kind: "lock", index: 5 }, { kind: "remove", index: 0 });
    expect([lab.parameters, lab.locked]).toEqual([benched().parameters.toSpliced(2, 2), [false, false, false, true]]);
    expect(after(lab, { kind: "undo" }).locked).toEqual([false, false, false, false, false, true]);
  });

  test("the last line stays", () => {
    const lab = after(benched(), { kind: "remove", index: 0 }, { kind: "remove", index: 0 });
    expect([bench(lab).n, lab.message?.text]).toEqual([1, "this is the last line\nhint: switch hinges off to leave the bench"]);
  });

  test("so many lines as asked for, and no more than a page holds", () => {
    const many = after(benched(), { kind: "lines", n: MOST_LINES });
    expect([bench(many).n, bench(after(many, { kind: "undo" })).n]).toEqual([MOST_LINES, 2]);
    for (const action of [{ kind: "another", beside: null }, { kind: "lines", n: 100 }] as const) {
      expect(after(many, action).message?.text).toBe("a page makes at most 55 lines: a formula of more could not be read back\nhint: remove some first");
      expect(bench(after(many, action)).n).toBe(MOST_LINES);
    }
  });

  test("of fewer lines those that matter least go", () => {
    const lab = after(written(WEIGHTED, [1, 0, 5, 0, 1e-9, 1]), { kind: "loss", loss: "mae" }, { kind: "lines", n: 1 });
    expect(lab.parameters).toEqual([1, 0, 5, 0]);
  });
  test("they are at their best at once, where that is known", () => {
    const lab = after(benched(), { kind: "lines", n: 3 });
    expect(lossAt(lab).loss).toBe(lab.best!.loss);
    expect(lab.helped).toBe(true);
  });
});

describe("exact places", () => {
  const noisy = (): Lab => after(benched(), { kind: "lines", n: 4 });

  test("are never worse than the hand's, and the best that is known", () => {
    const hand = after(noisy(), { kind: "place", values: noisy().parameters.map((v) => v + 0.1), grip: "begin" }), lab = after(hand, { kind: "exact" });
    expect(lossAt(lab).loss).toBeLessThan(lossAt(hand).loss);
    expect([lab.helped, lossAt(lab).loss <= exactly(hand, true)!.loss * (1 + 1e-9)]).toEqual([true, true]);
  });

  test("are said to be for the squared error where another is on show", () => {
    expect(after(noisy(), { kind: "loss", loss: "mae" }, { kind: "exact" }).message).toEqual({ kind: "done", text: "placed for the mean squared error, the loss on show is another\nhint: let the descent go on from here" });
  });

  test.each<[string, readonly Action[], string]>([
    ["no points", [{ kind: "points", points: pointsOf([], []) }], "there are no points to place the lines by\nhint: add some, or choose a curve to approach"],
    ["one point", [{ kind: "points", points: pointsOf([1], [1]) }], "there is one point: no place is better than another\nhint: add a point beside"],
    ["one x", [{ kind: "points", points: pointsOf([1, 1], [1, 2]) }], "all points have the same x: no place is better than another\nhint: add a point beside"],
    ["one y", [{ kind: "points", points: pointsOf([1, 2, 3], [4, 4, 4]) }], "all points are equally high: a level line is exact, and nothing bends\nhint: drag a point, or choose a curve to approach"],
    ["a lock", [{ kind: "lock", index: 0 }], "exact places are found for all lines at once, and something is held or has bounds\nhint: unlock every parameter"],
    ["the lesson's sum", [{ kind: "form", weighted: false }], "exact places are known for weighted lines only\nhint: choose weighted, or let the descent go on from here"],
  ])("with %s there are none, and it is said why", (_, actions, words) => {
    const lab = after(benched(), ...actions), tried = after(lab, { kind: "exact" });
    expect([notExact(lab), tried.message?.text, tried.parameters]).toEqual([words, words, lab.parameters]);
  });

  test("with hardly any points the bench still works by hand", () => {
    for (const points of [pointsOf([], []), pointsOf([1], [1]), pointsOf([1, 2], [3, 3])]) {
      const lab = after(benched(), { kind: "points", points }, { kind: "another", beside: null }, { kind: "flip", index: 0 }, { kind: "form", weighted: false }, { kind: "remove", index: 1 });
      expect([bench(lab).n, lab.parameters.every(Number.isFinite)]).toEqual([2, true]);
    }
  });
});

describe("the lesson's set-ups", () => {
  test.each<[keyof typeof SETUPS, readonly number[], number]>([["one", [1.5, 1.5], 3], ["two", [-1.5, -1.5, 1.5, 1.5], 3], ["four", [-1.5, -1.5, 1.5, 1.5, 3, 3, -3, -3], 9]])("%s", (name, values, height) => {
    const lab = after(benched(), { kind: "setup", values: SETUPS[name] }), out = new Float64Array(1);
    lab.model.evaluator.predict(lab.parameters, Float64Array.of(1), 1, out);
    expect([bench(lab).weighted, lab.parameters, out[0]]).toEqual([false, values, height]);
  });
});

describe("what is said about a line", () => {
  const lines = (hook: number, other = 0): Lab => written(WEIGHTED, [0, 0, 1, hook, 2, other]);

  test.each<[number, string]>([
    [5, "off at every point: no gradient"], [-5, "on at every point: a straight line"], [0, "same hook as line 2: the two act as one"], [1, ""],
  ])("with its hook at %d: %s", (hook, note) => {
    expect(noteOf(lines(hook), bench(lines(hook)), 0)).toBe(note);
  });

  test("at the last point relu is off and clip is not", () => {
    const said = (fold: Fold): string => { const lab = after(lines(2), { kind: "form", fold }); return noteOf(lab, bench(lab), 0); };
    expect([said("relu"), said("clip"), said("maximum")]).toEqual(["off at every point: no gradient", "", ""]);
  });

  test("what a note calls off has no gradient, and nothing else is called so", () => {
    fc.assert(fc.property(fc.double({ min: -4, max: 4, noNaN: true }), fc.double({ min: 0.1, max: 3, noNaN: true }), fc.boolean(), (hook, slope, left) => {
      const lab = written(LESSON, withLine({ weighted: false, fold: "relu", n: 2 }, [1, 0, 1, 0], 0, { hook, slope: left ? -slope : slope })), { gradient } = lossAt(lab);
      expect(noteOf(lab, bench(lab), 0).startsWith("off")).toBe(gradient[0] === 0 && gradient[1] === 0);
    }), { seed: 5, numRuns: 60 });
  });

  test("a screen reader hears number, hook, slope and note", () => {
    expect(lineText(lines(5), bench(lines(5)), 0)).toBe("line 1: hook at x 5, slope changes by 1, off at every point: no gradient");
    const lab = written(LESSON, [0, 1, -2, 1]);
    expect([0, 1].map((i) => lineText(lab, bench(lab), i))).toEqual(["line 1: no hook, slope 0, slope 0: nothing bends here", "line 2: hook at x 0.5, slope −2"]);
  });

  test("only a lesson's sum that is off everywhere is dead", () => {
    expect([allOff(written(LESSON, [1, -9, -1, -9])), allOff(written(LESSON, [1, -9, -1, 9])), allOff(lines(5, 5))]).toEqual([true, false, false]);
  });

  test("a point on a hook is named, with the gradient that each fold has there", () => {
    const lab = after(lines(-2, 1), { kind: "points", points: pointsOf([-3, 0.5, 1, 2], [0, 1, 4, 5]) }), found = onHook(lab, bench(lab))!;
    expect([found.point, found.line, found.name]).toEqual([2, 1, "t2"]);
    const one = found.gradients, mine = lossAt(lab).gradient[5];
    expect([one.relu, one.maximum - (one.relu + one.clip) / 2]).toEqual([mine, expect.closeTo(0, 12)]);
    expect(one.clip).not.toBe(one.relu);
    expect(onHook(lines(0.123, 0.456), bench(lines(0.123, 0.456)))).toBeNull();
  });
});

describe("a curve to approach", () => {
  test("a formula's is sampled without noise, and the document's points come back", () => {
    const lab = after(benched(), { kind: "approach", target: "sin(3*x)" }), { n, x, y } = lab.points;
    expect([n, y[7]]).toEqual([101, Math.sin(3 * x[7]!)]);
    expect([after(lab, { kind: "undo" }).points, after(lab, { kind: "approach", target: null }).points.y]).toEqual([benched().points, benched().points.y]);
  });

  test.each<[string, string]>([
    ["a*sin(x)", "`a` is a parameter: a curve to approach has none\nhint: write a number in its place; the input is called x"],
    ["sqrt(-1 - x^2)", "the formula has no value between x = -2 and 2\nhint: move the plot to where it has one"],
  ])("%s is refused", (formula, words) => {
    expect(() => approached(formula, "x", [-2, 2])).toThrow(words);
  });

  test("a mistake keeps its caret", () => {
    const said = after(benched(), { kind: "approach", target: "sin(3*x" }).message!.text;
    expect(paragraphs(said).some(([kind]) => kind === "pre")).toBe(true);
  });

  test("a stroke becomes points evenly along x, what was drawn later counting", () => {
    const { n, x, y } = stroked([0, 4, 2, 2], [0, 4, 10, 10], [0, 4])!;
    expect(n).toBe(60);
    expect([x[0], x[59], y[0], y[59]]).toEqual([0, 4, 0, 4]);
    for (let i = 0; i < n; i++) expect(y[i]).toBeCloseTo(x[i]! < 2 ? x[i]! : 16 - 3 * x[i]!, 1);
  });

  test("any stroke gives at most 100 points in order, as high as it was", () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.double({ min: 0, max: 10, noNaN: true }), fc.double({ min: -5, max: 5, noNaN: true })), { maxLength: 30 }), (spots) => {
      const points = stroked(spots.map(([x]) => x), spots.map(([, y]) => y), [0, 10]);
      if (!points) return;
      expect(points.n >= 2 && points.n <= 100 && points.x.every((x, i) => i === 0 || x > points.x[i - 1]!)).toBe(true);
      expect(points.y.every((y) => y >= Math.min(...spots.map(([, v]) => v)) - 1e-9 && y <= Math.max(...spots.map(([, v]) => v)) + 1e-9)).toBe(true);
    }), { seed: 6, numRuns: 300 });
  });

  test("a dot is no curve, and changes nothing", () => {
    for (const x of [[], [1], [1, 1.01]]) {
      const lab = after(benched(), { kind: "draw", on: true }, { kind: "stroke", x, y: x });
      expect([lab.points, lab.drawing, lab.message?.text]).toEqual([benched().points, false, "this is a dot, not a curve\nhint: draw a line from left to right"]);
    }
  });

  test("a stroke stays where it was drawn, and undo takes it back without drawing again", () => {
    const lab = after(benched(), { kind: "draw", on: true }), drawn = after(lab, { kind: "stroke", x: [-1, 1], y: [0, 1] });
    expect([drawn.view, drawn.drawing]).toEqual([windowOf(lab), false]);
    const back = after(drawn, { kind: "undo" });
    expect([back.points, back.drawing]).toEqual([benched().points, false]);
  });
});

describe("on the plot", () => {
  test("a hook stands on the curve, a slope's handle on its part", () => {
    const lab = benched(), f = frame(lab), hooks = handlesOf(lab, f).filter(({ kind, line }) => kind === "hook" && line >= 0), out = new Float64Array(1);
    hooks.forEach(({ at: [x, y], line }) => {
      const { hook } = lineAt(bench(lab), lab.parameters, line);
      lab.model.evaluator.predict(lab.parameters, Float64Array.of(hook), 1, out);
      expect([x, y]).toEqual([expect.closeTo(f.x(hook), 6), expect.closeTo(f.y(out[0]!), 6)]);
    });
    expect(hooks).toHaveLength(2);
  });

  test("a handle that stays where it is changes nothing, wherever it stands", () => {
    fc.assert(fc.property(fc.boolean(), fc.double({ min: -2, max: 2, noNaN: true }), fc.double({ min: 0.5, max: 30, noNaN: true }), (weighted, hook, slope) => {
      const form: Bench = { weighted, fold: "relu", n: 2 }, lab = written(weighted ? WEIGHTED : LESSON, withLine(form, weighted ? [1, 0, 1, 1, 1, 1] : [1, 1, 1, 1], 0, { hook, slope })), f = frame(lab);
      const handle = handlesOf(lab, f).find(({ line, kind }) => line === 0 && kind === "slope")!, now = handle.to(lab.parameters, f.x.invert(handle.at[0]), f.y.invert(handle.at[1]));
      const room = ((f.view.y[1] - f.view.y[0]) / (f.view.x[1] - f.view.x[0])) * 0.002;
      expect(Math.abs(lineAt(form, now, 0).slope - slope)).toBeLessThanOrEqual(room);
      expect(lineAt(form, now, 0).hook).toBeCloseTo(hook, 9);
    }), { seed: 7, numRuns: 100 });
  });

  test("a lesson's line never turns over by its slope, and never loses its hook", () => {
    const lab = written(LESSON, [1, -1, -1, 1]), f = frame(lab);
    for (const [line, sign] of [[0, 1], [1, -1]] as const) {
      const handle = handlesOf(lab, f).find((one) => one.line === line && one.kind === "slope")!, down = lineAt(bench(lab), handle.to(lab.parameters, 0, -99), line);
      expect([Math.sign(down.slope), down.hook]).toEqual([sign, expect.closeTo(1, 9)]);
    }
  });

  test("the handle under a finger is the nearest", () => {
    const lab = benched(), f = frame(lab), hook = handlesOf(lab, f).find(({ kind, line }) => kind === "hook" && line === 1)!;
    expect(handleAt(lab, f, [hook.at[0] + 15, hook.at[1]], 22)!.handle.line).toBe(1);
    expect(handleAt(lab, f, [hook.at[0], hook.at[1] - 60], 22)).toBeNull();
  });

  test.each<[string, boolean, Partial<Action>]>([
    ["Delete", false, { kind: "remove", index: 1 }], ["Enter", false, { kind: "another", beside: 1 }], ["f", false, { kind: "flip", index: 1 }], ["-", false, { kind: "flip", index: 1 }],
    ["PageUp", false, { kind: "line", index: 0 }], ["PageDown", false, { kind: "line", index: 1 }],
  ])("the key %s", (key, shiftKey, action) => {
    const lab = benched();
    expect(hookAfter(lab, bench(lab), frame(lab), 1, { key, shiftKey, repeat: false })).toEqual(action);
  });

  test("arrows move the hook and the slope, ten times as far with Shift", () => {
    const lab = benched(), f = frame(lab), wide = f.view.x[1] - f.view.x[0];
    const line = (key: string, shiftKey: boolean) => { const action = hookAfter(lab, bench(lab), f, 0, { key, shiftKey, repeat: false }) as Extract<Action, { kind: "place" }>; return lineAt(bench(lab), action.values, 0); };
    const { hook, slope } = lineAt(bench(lab), lab.parameters, 0);
    expect([line("ArrowRight", false).hook - hook, line("ArrowLeft", true).hook - hook]).toEqual([expect.closeTo(wide / 200, 2), expect.closeTo(-wide / 20, 2)]);
    expect([line("ArrowUp", false).slope > slope, line("ArrowDown", true).slope < slope]).toEqual([true, true]);
  });

  test("every line's part is drawn, as finite numbers however steep it is", () => {
    const drawn = svgText(parts({ weighted: true, fold: "relu", n: 2 }, [0, 0, 1e300, -1, -1e300, 1], 0, frame(benched())));
    expect(drawn.match(/<path/g)!.length).toBeGreaterThanOrEqual(3);
    expect(drawn).not.toMatch(/NaN|Infinity/);
  });
});

test("what the lesson's sum cannot keep is said", () => {
    const bent = after(written(WEIGHTED, [1, 0, -5, 0, 2, 1]), { kind: "form", weighted: false }), kept = after(written(WEIGHTED, [0, 0, 5, 0, 2, 1]), { kind: "form", weighted: false });
    expect(bent.message?.text).toContain("lines that bent down are mirrored");
    expect(kept.message).toBe(null);
  });
  test("the formula that the bench took the place of comes back however much was done there", () => {
    let lab = after(open(lesson()), { kind: "formula", text: "p*x^3 + q" }, { kind: "bench", on: true });
    for (let i = 0; i < 120; i++) lab = after(lab, { kind: "slide", index: 0, value: i / 100, grip: "begin" });
    expect(after(lab, { kind: "bench", on: false }).model.formula).toBe("p*x^3 + q");
  });
  test("a link with a sum of lines opens on the bench, or off it where it was left", () => {
    const linked = written(WEIGHTED), off = { ...linked, bench: false };
    expect([linked, off].map((lab) => fromHash(toHash(lab), open(lesson())).bench)).toEqual([true, false]);
  });

test("adding lines by hand can beat the target", () => {
  const more: Action = { kind: "another", beside: null }, lab = after(benched(), { kind: "target", value: lossAt(after(benched(), more)).loss * 1.01 }, more);
  expect([lab.beaten, lab.moves]).toEqual([1, 1]);
});
