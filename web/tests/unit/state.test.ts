import { describe, expect, test } from "vitest";
import { lossAt, pathOf } from "../../src/derived.ts";
import { pointsOf } from "../../src/points.ts";
import { type Action, lastStep, type Lab, open, played, update } from "../../src/state.ts";
import { lesson } from "../lesson.ts";

const after = (lab: Lab, ...actions: readonly Action[]): Lab => actions.reduce(update, lab);
const fresh = (): Lab => open(lesson());

describe("opening", () => {
  test("shows the lesson's first loss and gradient", () => {
    const { loss, gradient } = lossAt(fresh());
    expect(loss).toBeCloseTo(2.4219, 4);
    expect([...gradient]).toEqual([expect.closeTo(-1.3529, 4), expect.closeTo(-0.0316, 4), expect.closeTo(-0.5, 4)]);
  });

  test("finds the lowest mean absolute error there is", () => {
    expect(fresh().best!.loss).toBeLessThan(0.9926);
  });

  test("gives every slider a range that holds its start and its best", () => {
    const lab = fresh();
    lab.ranges.forEach(([low, high], i) => {
      for (const value of [lab.parameters[i]!, lab.best!.values[i]!]) expect(value > low && value < high).toBe(true);
    });
  });

  test("works without any points", () => {
    const lab = open(lesson({ points: { x: [[]], y: [], sigma: null } }));
    expect(lab.best).toBeNull();
    expect(after(lab, { kind: "step", by: 1 }).step).toBe(0);
    expect(after(lab, { kind: "add", x: 0, y: 1 }, { kind: "add", x: 1, y: 3 }).points.n).toBe(2);
  });
});

describe("by hand", () => {
  const slid: Action = { kind: "slide", index: 0, value: 2, grip: "begin" };

  test("a drag is one move, whatever its length", () => {
    const lab = after(fresh(), slid, { kind: "slide", index: 0, value: 2.5, grip: "move" }, { kind: "slide", index: 0, value: 2.5, grip: "end" });
    expect([lab.moves, lab.order, lab.parameters[0]]).toEqual([1, ["a"], 2.5]);
    expect(after(lab, { kind: "undo" }).parameters).toEqual([1.1, 1.1, 1.1]);
  });

  test("a move begins a new walk where it ends", () => {
    const lab = after(fresh(), { kind: "scrub", step: 40 }, slid);
    expect([lab.step, lab.start[0], lab.start[1] === lab.parameters[1]]).toEqual([0, 2, true]);
  });

  test("the target counts as beaten at the end of the move that beat it", () => {
    const put = (index: number, value: number): Action[] => [{ kind: "slide", index, value, grip: "begin" }, { kind: "slide", index, value, grip: "end" }];
    const lab = after(open(lesson({ target: 0.995 })), ...[0, 1, 2].flatMap((i) => put(i, fresh().best!.values[i]!)));
    expect(lab.beaten).toBe(3);
  });

  test("what is locked stays in a walk", () => {
    const lab = after(fresh(), { kind: "lock", index: 1 }, { kind: "scrub", step: 50 });
    expect(lab.parameters[1]).toBe(1.1);
    expect(lab.parameters[0]).not.toBe(1.1);
  });

  test("the rest follow at their best while one is dragged", () => {
    const squared = after(fresh(), { kind: "loss", loss: "mse" }, { kind: "follow", on: true }, slid);
    expect(squared.parameters[0]).toBe(2);
    const { gradient } = lossAt(squared);
    expect(Math.abs(gradient[1]!) + Math.abs(gradient[2]!)).toBeLessThan(1e-9);
  });

  test("a number that is none changes nothing", () => {
    expect(after(fresh(), { ...slid, value: NaN }).parameters).toEqual([1.1, 1.1, 1.1]);
  });
});

describe("the walk", () => {
  test("reproduces the lesson's losses without and with zeroing", () => {
    const shown = (lab: Lab): string[] => Array.from(pathOf(update(lab, { kind: "scrub", step: 10 })).loss.subarray(0, 10), (loss) => loss.toFixed(2));
    expect(shown(fresh())).toEqual(["2.42", "2.40", "2.38", "2.36", "2.34", "2.32", "2.30", "2.28", "2.26", "2.23"]);
    expect(shown(update(fresh(), { kind: "walk", zero: false }))).toEqual(["2.42", "2.40", "2.36", "2.30", "2.21", "2.11", "1.98", "1.85", "1.72", "1.58"]);
  });

  test("is walked again as the rate moves", () => {
    const at = after(fresh(), { kind: "scrub", step: 50 });
    const faster = update(at, { kind: "walk", rate: 0.02 });
    expect(faster.step).toBe(50);
    expect(lossAt(faster).loss).toBeLessThan(lossAt(at).loss);
  });

  test("a branch keeps what was walked and goes on with its own rate", () => {
    const lab = after(fresh(), { kind: "scrub", step: 37 }, { kind: "branch" }, { kind: "walk", rate: 0.1 });
    expect(lab.legs.map(({ from, rate }) => [from, rate])).toEqual([[0, 0.01], [37, 0.1]]);
    expect(lab.parameters).toEqual(after(fresh(), { kind: "scrub", step: 37 }).parameters);
    expect(lab.left).toHaveLength(101);
  });

  test("one that runs away ends where it had to, in words", () => {
    const lab = after(fresh(), { kind: "loss", loss: "mse" }, { kind: "walk", rate: 3 }, { kind: "steps", steps: 1000 }, { kind: "scrub", step: 1000 });
    expect(lastStep(lab)).toBeLessThan(1000);
    expect(lab.step).toBe(lastStep(lab));
    expect(pathOf(lab).ended!.words).toMatch(/diverged at step \d+/);
  });

  test("plays to its end and stops there", () => {
    const lab = played(update(fresh(), { kind: "play" }), 1000);
    expect([lab.step, lab.playing]).toEqual([100, false]);
    expect(update(lab, { kind: "play" }).step).toBe(0);
  });
});

describe("points and formulas", () => {
  test("deleting, adding and dragging can be undone, each in one go", () => {
    const lab = after(fresh(), { kind: "delete", index: 0 }, { kind: "add", x: 0, y: 0 }, { kind: "drag", index: 2, x: 1, y: 1, grip: "begin" }, { kind: "drag", index: 2, x: 1, y: 2, grip: "move" });
    expect([lab.points.n, lab.points.y[2]]).toEqual([20, 2]);
    const back = after(lab, { kind: "undo" }, { kind: "undo" }, { kind: "undo" });
    expect([...back.points.y]).toEqual([...fresh().points.y]);
    expect(after(back, { kind: "redo" }).points.n).toBe(19);
  });

  test("a formula written in the page is parsed, differentiated and fitted", () => {
    const lab = update(fresh(), { kind: "formula", text: "y = a*x^2 + k" });
    expect([lab.model.parameters, lab.parameters]).toEqual([["a", "k"], [1.1, 1]]);
    expect(lab.best!.loss).toBeLessThan(2);
  });

  test("a formula with an error says where, and changes nothing else", () => {
    const before = fresh(), lab = update(before, { kind: "formula", text: "y = a*x +" });
    expect(lab.message!.text).toContain("^");
    expect({ ...lab, message: null }).toEqual({ ...before, message: null });
  });

  test("new points with other names carry the formula over to them", () => {
    const lab = update(fresh(), { kind: "points", points: pointsOf([0, 1, 2], [1, 2, 5]), inputs: ["time (s)"], target: "v" });
    expect([lab.model.input, lab.model.target, lab.model.formula]).toEqual(["time (s)", "v", "a*`time (s)`^2 + b*`time (s)` + c"]);
    expect(lab.best!.loss).toBeLessThan(1e-9);
  });

  test.each(["(", "exp", "pi", "x²", "a b", "__proto__"])("a column called %s does the formula no harm, there and back", (input) => {
    const lab = after(fresh(), { kind: "points", points: pointsOf([0, 1, 2], [1, 2, 5]), inputs: [input], target: "v" }, { kind: "points", points: pointsOf([0, 1], [1, 2]), inputs: ["t"], target: "v" });
    expect([lab.model.formula, lab.model.input, lab.message]).toEqual(["a*t^2 + b*t + c", "t", null]);
  });

  test("a column called like a parameter leaves the names as they were", () => {
    const lab = update(fresh(), { kind: "points", points: pointsOf([0, 1, 2], [1, 2, 5]), inputs: ["a"], target: "v" });
    expect([lab.model.input, lab.model.formula, lab.points.n]).toEqual(["x", "a*x^2 + b*x + c", 3]);
  });

  test("the moment asked for comes back after a rate that could not reach it", () => {
    const far = after(fresh(), { kind: "loss", loss: "mse" }, { kind: "scrub", step: 90 }, { kind: "walk", rate: 5, grip: "begin" });
    expect(far.step).toBeLessThan(90);
    expect(update(far, { kind: "walk", rate: 0.01, grip: "move" }).step).toBe(90);
    expect(update(far, { kind: "undo" }).legs[0]!.rate).toBe(0.01);
  });

  test("another loss forgets the target that was set for the old one", () => {
    expect(update(fresh(), { kind: "loss", loss: "mse" }).target).toBeNull();
    expect(after(fresh(), { kind: "loss", loss: "mse" }, { kind: "loss", loss: "mae" }).target).toBe(1.1);
  });

  test("what the best or the descent did is not counted as beaten by hand", () => {
    const nudged = after(fresh(), { kind: "best" }, { kind: "slide", index: 0, value: fresh().best!.values[0]!, grip: "begin" }, { kind: "slide", index: 0, value: 0, grip: "end" });
    expect(nudged.beaten).toBeNull();
  });

  test("a branch and an undo show the walk they belong to at once, without anyone having looked", () => {
    const lab = after(fresh(), { kind: "scrub", step: 50 }, { kind: "branch" });
    expect(pathOf(lab).loss[0]).toBeCloseTo(2.4219, 4);
    expect(pathOf(after(lab, { kind: "reset" }, { kind: "undo" })).loss[49]).toBeLessThan(2.4);
  });

  test("a loss for counts is refused where there are numbers below 0", () => {
    const lab = update(fresh(), { kind: "loss", loss: "poisson" });
    expect([lab.loss, lab.message!.text]).toEqual(["mae", "y holds numbers below 0, and this loss is for counts\nhint: use another loss"]);
  });

  test("a slip of the keys does not leave a slider useless", () => {
    const typed = (lab: Lab, value: number): Lab => after(lab, { kind: "slide", index: 0, value, grip: "begin" }, { kind: "slide", index: 0, value, grip: "end" });
    const slipped = typed(fresh(), 1e6), again = typed(slipped, 1.1);
    expect(slipped.ranges[0]![1]).toBeGreaterThan(1e6);
    expect(again.ranges[0]).toEqual(fresh().ranges[0]);
  });

  test("a lock can be undone", () => {
    expect(after(fresh(), { kind: "lock", index: 1 }, { kind: "undo" }).locked).toEqual([false, false, false]);
  });

  test("starting over brings everything back, and can be undone", () => {
    const changed = after(fresh(), { kind: "delete", index: 0 }, { kind: "formula", text: "y = m*x" });
    const again = update(changed, { kind: "reset" });
    expect([again.points.n, again.model.parameters]).toEqual([20, ["a", "b", "c"]]);
    expect(update(again, { kind: "undo" }).model.parameters).toEqual(["m"]);
  });
});
