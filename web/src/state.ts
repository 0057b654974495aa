/**
 * The lab as a value, and every change as a function: `update(lab, action)` is the lab after it. Nothing here touches
 * the page, the clock or the network.
 *
 * The hand and the descent share one place: `parameters`. Moving a handle begins a new walk there; a walk is a start
 * and a list of legs, so that every moment of it can be computed again, and `step` says which one is shown.
 */

import type { Document, LossName, OptimizerName, ScheduleName } from "./contract.ts";
import { attempt } from "./attempt.ts";
import { authored, type Model, renamed, typed } from "./model.ts";
import { fromDocument, MOST_POINTS, movedPoint, type Points, type Spot, withoutPoint, withPoint } from "./points.ts";
import type { Evaluator } from "./evaluator.ts";
import { branch, type Leg } from "./descend.ts";
import { holding, type Interval, rangeOf } from "./ranges.ts";
import { type BenchAction, benched, benchOf } from "./bench.ts";
import { bestFor, boundsOf, follow, type Best, lossAt, pathOf } from "./derived.ts";

export type Panel = "model" | "points" | "share" | "help";
export type Message = Readonly<{ kind: "error" | "done"; text: string }>; // text: the problem, then lines such as "hint: …"
export type View = Readonly<{ x: Interval; y: Interval }>; // what the plot shows, data units
export type Grip = "begin" | "move" | "end"; // of a drag; a single change is "begin"

export type Lab = Readonly<{
  document: Document; // as it came: `reset` goes back to it
  program: Evaluator | null; // the author's model as Python printed it
  model: Model;
  points: Points;
  parameters: readonly number[]; // shown now, one per slider
  ranges: readonly Interval[]; // of the sliders
  locked: readonly boolean[]; // held where they are, by hand and in a walk
  loss: LossName;
  delta: number; // where huber bends
  target: number | null; // the loss to beat by hand
  start: readonly number[]; // where the walk begins
  legs: readonly Leg[]; // at least one; the last one's settings are those on show
  steps: number; // how long the timeline is
  step: number; // which moment is shown
  wanted: number; // which one was asked for: later than `step` where the walk had to stop
  playing: boolean;
  phase: number | null; // of the five steps, while a single step is gone through; 0 predict … 4 zero
  left: readonly number[] | null; // the losses of the walk that a branch left, for comparison
  following: boolean; // while one parameter is dragged the others stay at their best
  best: Best | null; // the lowest loss there is, with what is locked held
  ghost: readonly number[] | null; // where the parameters were before the last move by hand
  moves: number; // by hand, since the last reset
  order: readonly string[]; // which parameter each of them moved, the latest last
  beaten: number | null; // after how many moves the target was reached
  helped: boolean; // whether something else than the hand has moved the parameters since the last reset
  view: View | null; // null: everything
  pulls: number | null; // the parameter whose pulls are shown
  chosen: number | null; // the point under the keyboard
  bench: boolean; // whether rectified lines are worked on as objects
  before: Pick<Lab, "model" | "parameters" | "locked" | "points"> | null; // what stood where the bench was put: it comes back when the bench goes
  line: number | null; // the rectified line that is worked on
  drawing: boolean; // whether the next stroke on the plot is a curve to approach
  landscape: readonly [number, number] | null; // the two parameters over which the loss is drawn
  slice: readonly number[]; // where the inputs after the second are held for the picture
  panel: Panel | null;
  message: Message | null;
  past: readonly Lab[]; // to undo, the latest last; each without a past of its own
  future: readonly Lab[];
}>;

export type Action =
  | { kind: "slide"; index: number; value: number; grip: Grip }
  | { kind: "lock"; index: number }
  | { kind: "follow"; on: boolean }
  | { kind: "best" } // go there
  | { kind: "loss"; loss: LossName; delta?: number }
  | { kind: "target"; value: number | null }
  | { kind: "step"; by: number } // 1 forwards, -1 back
  | { kind: "scrub"; step: number }
  | { kind: "phase"; phase: number | null }
  | { kind: "play" }
  | { kind: "pause" }
  | { kind: "walk"; rate?: number; optimizer?: OptimizerName; schedule?: ScheduleName; zero?: boolean; grip?: Grip } // the last leg's settings; it is walked again
  | { kind: "steps"; steps: number }
  | { kind: "branch" } // go on from this moment with settings of its own
  | { kind: "add"; x: Spot; y: number }
  | { kind: "drag"; index: number; x: Spot; y: number; grip: Grip }
  | { kind: "delete"; index: number }
  | { kind: "points"; points: Points; inputs?: readonly string[]; target?: string } // all new
  | { kind: "formula"; text: string | null } // null: the author's
  | { kind: "undo" }
  | { kind: "redo" }
  | { kind: "reset" }
  | { kind: "view"; view: View | null }
  | { kind: "pulls"; index: number | null }
  | { kind: "choose"; index: number | null }
  | { kind: "place"; values: readonly number[]; grip: Grip } // every parameter at once, by hand
  | { kind: "landscape"; over: readonly [number, number] | null }
  | { kind: "slice"; index: number; value: number } // of the inputs after the second
  | BenchAction
  | { kind: "panel"; panel: Panel | null }
  | { kind: "say"; message: Message | null }
  | { kind: "become"; lab: Lab }; // a lab from a link

export const MOST_STEPS = 10_000;
const MOST_UNDONE = 100;

/** The lab that a document opens. program: the author's model as printed by Python, where the page carries it. */
export function open(document: Document, program: Evaluator | null = null): Lab {
  const model = authored(document.model, program);
  const { rate, optimizer, schedule, zero, steps } = document.walk;
  const lab: Lab = {
    document, program, model, points: fromDocument(document.points),
    parameters: document.start, ranges: [], locked: document.locked, loss: document.loss, delta: document.delta,
    target: document.target, start: document.start, legs: [{ from: 0, rate, optimizer, schedule, zero }], steps, step: 0, wanted: 0,
    playing: false, phase: null, left: null, following: false, best: null, ghost: null, moves: 0, order: [], beaten: null, helped: false,
    view: null, pulls: null, chosen: null, bench: ONE && benchOf(model) !== null, before: null, line: null, drawing: false, landscape: null, slice: [], panel: null, message: null, past: [], future: [],
  };
  return solved(lab, document.best ? "given" : "search");
}

/** The lab after `action`. */
export function update(lab: Lab, action: Action): Lab {
  switch (action.kind) {
    case "slide": return slide(lab, action.index, action.value, action.grip);
    case "lock": return refit({ ...remembered(lab), locked: lab.locked.with(action.index, !lab.locked[action.index]) });
    case "follow": return { ...lab, following: action.on };
    case "best": return lab.best ? { ...placed(remembered(lab), lab.best.values), helped: true } : lab;
    case "loss": return measured(lab, action.loss, action.delta ?? lab.delta);
    case "target": return beat({ ...lab, target: action.value, beaten: null });
    case "step": return at({ ...lab, playing: false, phase: null }, lab.step + action.by);
    case "scrub": return at({ ...lab, playing: false, phase: null }, action.step);
    case "phase": return { ...lab, phase: action.phase, playing: false };
    case "play": return { ...(lab.step >= lastStep(lab) ? at(lab, 0) : lab), playing: true, phase: null, ghost: null };
    case "pause": return { ...lab, playing: false };
    case "walk": return walked(lab, action);
    case "steps": return at({ ...lab, steps: Math.min(MOST_STEPS, Math.max(1, Math.round(action.steps))) }, lab.wanted);
    case "branch": return branched(lab);
    case "add": return added(lab, action.x, action.y);
    case "drag": return dragged(lab, action.index, action.x, action.y, action.grip);
    case "delete": return refit({ ...remembered(lab), points: withoutPoint(lab.points, action.index), chosen: null });
    case "points": return replaced(lab, action.points, action.inputs, action.target);
    case "formula": return written(lab, action.text);
    case "undo": return back(lab, "past", "future");
    case "redo": return back(lab, "future", "past");
    case "reset": return { ...open(lab.document, lab.program), past: remembered(lab).past };
    case "view": return { ...lab, view: action.view };
    case "pulls": return { ...lab, pulls: action.index };
    case "choose": return { ...lab, chosen: action.index };
    case "place": return put(lab, action.values, action.grip);
    case "landscape": return { ...lab, landscape: action.over };
    case "slice": return { ...lab, slice: Object.assign([...lab.slice], { [action.index]: action.value }) };
    case "bench": case "lines": case "line": case "another": case "remove": case "flip": case "exact": case "form": case "setup":
    case "draw": case "stroke": case "approach": return ONE ? benched(lab, action) : lab;
    case "panel": return { ...lab, panel: action.panel, message: null };
    case "say": return { ...lab, message: action.message };
    case "become": return { ...action.lab, past: remembered(lab).past };
  }
}

/** The lab while it plays, `steps` moments on; it stops at the end of the timeline. */
export function played(lab: Lab, steps: number): Lab {
  const next = at(lab, lab.step + steps);
  return next.step >= lastStep(next) ? { ...next, playing: false } : next;
}

/** The last moment of the walk: the timeline's end, or where it had to stop. */
export function lastStep(lab: Lab): number {
  const { ended } = pathOf(lab);
  return ended ? ended.step : lab.steps;
}

function at(lab: Lab, step: number): Lab {
  const path = pathOf(lab);
  const wanted = Math.min(lab.steps, Math.max(0, step)), shown = path.upTo(wanted);
  return { ...lab, step: shown, wanted, helped: lab.helped || shown > 0, parameters: [...path.parameters.subarray(shown * path.P, (shown + 1) * path.P)] };
}

/** The parameters put somewhere by hand: a new walk begins there, with the settings on show. */
export function placed(lab: Lab, parameters: readonly number[]): Lab {
  const legs = [{ ...lab.legs.at(-1)!, from: 0 }];
  return { ...lab, parameters, start: parameters, legs, step: 0, wanted: 0, playing: false, phase: null, left: null, ranges: reaching(lab.ranges, parameters) };
}

function slide(lab: Lab, index: number, value: number, grip: Grip): Lab {
  if (grip === "end") return beat(lab);
  if (!Number.isFinite(value)) return lab;
  const [low, high] = boundsOf(lab)[index]!;
  const inside = Math.max(low ?? -Infinity, Math.min(high ?? Infinity, value));
  const begun = grip === "begin" ? counted(remembered(lab), lab.model.parameters[index]!) : lab;
  const moved = placed(begun, lab.parameters.with(index, inside));
  const fitted = grip === "begin" ? narrowed(moved, index) : moved;
  const settled = lab.locked[index] ? { ...fitted, best: bestFor(fitted, "warm") } : fitted;
  return lab.following ? placed(settled, follow(settled, index)) : settled;
}

/** Several parameters moved at once: a place in the landscape, or a line's hook and slope. */
function put(lab: Lab, values: readonly number[], grip: Grip): Lab {
  if (grip === "end") return beat(lab);
  if (!values.every(Number.isFinite)) return lab;
  const inside = values.map((v, i) => { const [low, high] = boundsOf(lab)[i]!; return lab.locked[i] ? lab.parameters[i]! : Math.max(low ?? -Infinity, Math.min(high ?? Infinity, v)); });
  const moved = lab.model.parameters.filter((_, i) => inside[i] !== lab.parameters[i]);
  if (grip === "begin" && !moved.length) return lab;
  const there = placed(grip === "begin" ? counted(remembered(lab), moved.join(" and ")) : lab, inside);
  return lab.following && moved.length === 1 ? placed(there, follow(there, lab.model.parameters.indexOf(moved[0]!))) : there;
}

/** The slider's range as it would be made anew, where a slip of the keys had made it ten times as wide. */
function narrowed(lab: Lab, index: number): Lab {
  const [low, high] = lab.ranges[index]!, fresh = freshRange(lab, index);
  return high - low > 10 * (fresh[1] - fresh[0]) ? { ...lab, ranges: lab.ranges.with(index, fresh) } : lab;
}

export function counted(lab: Lab, name: string): Lab {
  return { ...lab, ghost: lab.parameters, moves: lab.moves + 1, order: [...lab.order, name].slice(-24) };
}

export function beat(lab: Lab): Lab {
  if (lab.target === null || lab.beaten !== null || lab.helped || !(lossAt(lab).loss <= lab.target)) return lab;
  return { ...lab, beaten: lab.moves };
}

/** The last leg with other settings, walked again to the moment that was asked for. */
function walked(lab: Lab, { kind: _, grip = "begin", ...change }: Extract<Action, { kind: "walk" }>): Lab {
  const legs = lab.legs.with(-1, { ...lab.legs.at(-1)!, ...change });
  return at({ ...(grip === "begin" ? remembered(lab) : lab), legs }, lab.wanted);
}

/** Another loss: another landscape, another best; a target set for the old one means nothing there. */
function measured(lab: Lab, loss: LossName, delta: number): Lab {
  if (loss === "poisson" && lab.points.y.some((v) => v < 0)) return complain(lab, `${lab.model.target} holds numbers below 0, and this loss is for counts\nhint: use another loss`);
  const target = loss === lab.loss ? lab.target : loss === lab.document.loss ? lab.document.target : null;
  return refit({ ...remembered(lab), loss, delta, target, beaten: null, left: null });
}

function branched(lab: Lab): Lab {
  const path = pathOf(lab);
  path.upTo(lab.steps);
  const { from: _, ...settings } = lab.legs.findLast((leg) => leg.from <= lab.step)!;
  const { legs } = branch({ steps: lab.steps, legs: lab.legs }, lab.step, settings);
  return { ...remembered(lab), legs, left: [...path.loss.subarray(0, path.known)], playing: false };
}

function added(lab: Lab, x: Spot, y: number): Lab {
  if (lab.points.n >= MOST_POINTS) return complain(lab, `there are ${MOST_POINTS} points, which is the most a page holds\nhint: delete some first`);
  const points = withPoint(lab.points, x, y);
  return refit({ ...remembered(lab), points, chosen: points.n - 1 });
}

function dragged(lab: Lab, index: number, x: Spot, y: number, grip: Grip): Lab {
  if (![x].flat().every(Number.isFinite) || !Number.isFinite(y)) return lab;
  const before = grip === "begin" ? remembered(lab) : lab;
  return refit({ ...before, points: movedPoint(lab.points, index, x, y), chosen: index }, grip === "end");
}

function replaced(lab: Lab, points: Points, inputs = lab.model.inputs, target = lab.model.target): Lab {
  const clean = solved({ ...remembered(lab), model: renamed(lab.model, inputs, target), points, view: null, chosen: null, ghost: null, beaten: null, best: null }, "search");
  return at(clean, clean.wanted);
}

export function written(lab: Lab, formula: string | null): Lab {
  const { document: d, model: old } = lab;
  const model = formula === null ? authored(d.model, lab.program) : attempt(() => typed(formula, old.inputs, old.target));
  if (typeof model === "string") return complain(lab, model);
  /** A column of the author's, or what the names had that were there before. */
  const carried = <T>(author: readonly T[], column: readonly T[], otherwise: T): readonly T[] =>
    (formula === null ? author : model.parameters.map((name) => column[old.parameters.indexOf(name)] ?? otherwise));
  const parameters = carried(d.start, lab.parameters.map((value) => (Number.isFinite(value) ? value : 1)), 1);
  const next = placed({ ...remembered(lab), ranges: [], model, bench: ONE && benchOf(model) !== null, line: null, drawing: false, locked: carried(d.locked, lab.locked, false), best: null }, parameters);
  return solved({ ...next, ghost: null, moves: 0, order: [], beaten: null, helped: false, pulls: null }, "search");
}

export const complain = (lab: Lab, text: string): Lab => ({ ...lab, message: { kind: "error", text } });

/** The best for what changed, and the walk gone again through the changed landscape. settled: no drag is going on. */
export function refit(lab: Lab, settled = true): Lab {
  const shown = at(lab, lab.wanted), heavy = lab.points.n * lab.parameters.length > 20_000;
  return heavy && !settled ? shown : { ...shown, best: bestFor(shown, settled ? "warm" : "near") };
}

/** The lab with its best looked for, and sliders that reach it. */
export function solved(lab: Lab, how: "given" | "search"): Lab {
  const found = { ...lab, best: bestFor(lab, how) };
  return { ...found, ranges: lab.parameters.map((_, i) => freshRange(found, i)) };
}

function freshRange(lab: Lab, index: number): Interval {
  const { best, start, parameters } = lab, [low, high] = boundsOf(lab)[index]!;
  return holding(rangeOf(start[index]!, best && best.values[index]!, low, high), parameters[index]!);
}

const reaching = (ranges: readonly Interval[], parameters: readonly number[]): readonly Interval[] =>
  ranges.every((range, i) => holding(range, parameters[i]!) === range) ? ranges : ranges.map((range, i) => holding(range, parameters[i]!));

const alone = (lab: Lab): Lab => ({ ...lab, past: [], future: [] });

/** The lab, with itself as what undo goes back to. */
export const remembered = (lab: Lab): Lab => ({ ...lab, past: [...lab.past, alone(lab)].slice(-MOST_UNDONE), future: [], message: null });

/** The lab that `from` ends with; this one ends `to`. */
function back(lab: Lab, from: "past" | "future", to: "past" | "future"): Lab {
  const other = lab[from].at(-1);
  return other ? { ...other, panel: lab.panel, landscape: lab.landscape, slice: lab.slice, playing: false, message: null, [from]: lab[from].slice(0, -1), [to]: [...lab[to], alone(lab)] } : lab;
}
