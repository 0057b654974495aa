/** The hinge bench: every change to a sum of rectified lines as a function of the lab. */

import { lossOf } from "./derived.ts";
import { attempt } from "./attempt.ts";
import { approached, along, stroked } from "./hinges/approach.ts";
import { notExact, placedFrom } from "./hinges/best.ts";
import { type Bench, benchOf, type Fold, flipped, joined, type Line, lineAt, linesOf, modelOf, MOST_LINES, namesOf, partAt, placeOf, toUnweighted, toWeighted } from "./hinges/forms.ts";
import { authored, type Model } from "./model.ts";
import { windowOf } from "./plot/window.ts";
import { fromDocument, type Points, pointsOf } from "./points.ts";
import { tidy } from "./scale.ts";
import { beat, complain, counted, type Lab, placed, remembered, solved, update } from "./state.ts";

export { benchOf, type Bench, type Fold };

export type BenchAction =
  | { kind: "bench"; on: boolean }
  | { kind: "lines"; n: number } // so many of them
  | { kind: "line"; index: number | null } // the one that is worked on
  | { kind: "another"; beside: number | null } // one more: beside a line, or where it helps most
  | { kind: "remove"; index: number }
  | { kind: "flip"; index: number }
  | { kind: "exact" }
  | { kind: "form"; weighted?: boolean; fold?: Fold }
  | { kind: "setup"; values: readonly number[] } // of the lesson's sum: m and b in turn
  | { kind: "draw"; on: boolean } // whether the next stroke on the plot is a curve to approach
  | { kind: "stroke"; x: readonly number[]; y: readonly number[] } // data units
  | { kind: "approach"; target: string | null }; // a formula; null: the document's points, or its curve

/** The lab after something was done at the bench. */
export function benched(lab: Lab, action: BenchAction): Lab {
  if (action.kind === "bench") return action.on ? opened(lab) : left(lab);
  if (action.kind === "draw") return { ...lab, drawing: action.on, playing: false };
  if (action.kind === "stroke") return drawn(lab, action.x, action.y);
  if (action.kind === "approach") return approaching(lab, action.target);
  const bench = benchOf(lab.model);
  if (!bench) return lab;
  const { parameters } = lab;
  switch (action.kind) {
    case "line": return { ...lab, line: action.index };
    case "lines": return numbered(lab, bench, action.n);
    case "another": return another(lab, bench, action.beside);
    case "remove": return without(lab, bench, action.index);
    case "flip": return update(update(lab, { kind: "place", values: flipped(bench, parameters, action.index), grip: "begin" }), { kind: "place", values: [], grip: "end" });
    case "exact": return exact(lab, bench);
    case "setup": return rebuilt(remembered(lab), { ...bench, weighted: false, n: action.values.length / 2 }, action.values);
    case "form": return formed(lab, bench, { ...bench, ...action });
  }
}

// --- On and off ---

/** With the bench: the model as it is where it is a sum of rectified lines, otherwise two lines to begin with. */
function opened(lab: Lab): Lab {
  if (benchOf(lab.model)) return { ...lab, bench: true };
  const { inputs, input, target } = lab.model, bench: Bench = { weighted: true, fold: "relu", n: 2 }, taken = [input, target].find((word) => namesOf({ weighted: true, n: MOST_LINES }).concat(namesOf({ weighted: false, n: MOST_LINES })).includes(word));
  if (inputs.length > 1) return complain(lab, `rectified lines are drawn over one input, this lab has ${inputs.length}: ${inputs.join(", ")}\nhint: open a lab of one input`);
  if (taken !== undefined) return complain(lab, `a column is called ${taken}, as one of the lines' parameters would be\nhint: give the column another name`);
  const { x: [low, high], y: [bottom, top] } = windowOf(lab);
  const steep = visible(lab), hook = (share: number): number => tidy(low + share * (high - low), high - low);
  const points = lab.points.n ? lab.points : curveOf(lab.model, lab.parameters, shown(lab));
  const level = tidy(bottom + 0.3 * (top - bottom), top - bottom);
  return { ...rebuilt({ ...remembered(lab), points, moves: 0, order: [], beaten: null, helped: false }, bench, [level, 0, steep, hook(1 / 3), -2 * steep, hook(2 / 3)]), bench: true, before: (({ model, parameters, locked, points }) => ({ model, parameters, locked, points }))(lab) };
}

/** A slope that is seen: it crosses a third of the plot's height on a third of its width. */
function visible(lab: Lab): number {
  const { x, y } = windowOf(lab);
  return Number(((0.9 * (y[1] - y[0])) / (x[1] - x[0])).toPrecision(2));
}

/** Without the bench: the formula that was there before it, else the author's; with their points where the bench had made some. */
function left(lab: Lab): Lab {
  const { document: d } = lab, off: Lab = { ...lab, bench: false, before: null, line: null, drawing: false };
  const { before } = lab, author = before ? null : authored(d.model, lab.program);
  if (author && (!lab.model.typed || benchOf(author))) return off;
  const points = before && !before.points.n && !d.points.y.length ? before.points : lab.points;
  const model = author ?? before!.model, parameters = before?.parameters ?? d.start;
  return remodelled({ ...remembered(lab), bench: false, before: null, line: null, drawing: false, points, moves: 0, order: [], beaten: null, helped: false }, model, parameters, before?.locked ?? d.locked);
}

// --- Other lines ---

/** Another model with these parameters, at its best. Begin with a lab that remembers. */
function remodelled(lab: Lab, model: Model, parameters: readonly number[], locked: readonly boolean[]): Lab {
  return solved({ ...placed({ ...lab, model, ranges: [], locked, best: null }, parameters), ghost: null, pulls: null }, "search");
}

const rebuilt = (lab: Lab, bench: Bench, parameters: readonly number[], locked: readonly boolean[] = parameters.map(() => false)): Lab =>
  remodelled({ ...lab, line: lab.line !== null && lab.line < bench.n ? lab.line : null }, modelOf(bench, lab.model), parameters, locked);

const tooMany = (lab: Lab): Lab => complain(lab, `a page makes at most ${MOST_LINES} lines: a formula of more could not be read back\nhint: remove some first`);

function another(lab: Lab, bench: Bench, beside: number | null): Lab {
  if (bench.n >= MOST_LINES) return tooMany(lab);
  const next = { ...bench, n: bench.n + 1 }, line = newLine(lab, bench, beside === null ? null : hookBeside(lab, bench, beside));
  return beat({ ...rebuilt(counted(remembered(lab), `line ${next.n}`), next, joined(bench, lab.parameters, line), [...lab.locked, false, false]), line: bench.n });
}

function without(lab: Lab, bench: Bench, index: number): Lab {
  if (bench.n < 2) return complain(lab, "this is the last line\nhint: switch hinges off to leave the bench");
  const cut = <T>(column: readonly T[]): T[] => column.toSpliced(placeOf(bench, index), 2), line = lab.line === null ? null : Math.min(index, bench.n - 2);
  return beat({ ...rebuilt(counted(remembered(lab), `without line ${index + 1}`), { ...bench, n: bench.n - 1 }, cut(lab.parameters), cut(lab.locked)), line });
}

/** So many lines, at their best where that is known: more where they help most, fewer without those that matter least. */
function numbered(lab: Lab, from: Bench, wanted: number): Lab {
  if (wanted > MOST_LINES) return tooMany(lab);
  if (wanted === from.n || !(wanted >= 1)) return lab;
  let values = [...lab.parameters], locked = [...lab.locked], bench = from;
  while (bench.n < wanted) {
    const model = modelOf(bench, lab.model);
    values = joined(bench, values, newLine({ ...lab, model, parameters: values }, bench, null));
    locked.push(false, false);
    bench = { ...bench, n: bench.n + 1 };
  }
  while (bench.n > wanted) {
    const fewer = { ...bench, n: bench.n - 1 }, model = modelOf(fewer, lab.model), cut = <T>(column: T[], i: number): T[] => column.toSpliced(placeOf(bench, i), 2);
    const losses = Array.from({ length: bench.n }, (_, i) => lossOf({ ...lab, model }, cut(values, i)).loss), least = losses.indexOf(Math.min(...losses));
    [values, locked, bench] = [cut(values, Math.max(0, least)), cut(locked, Math.max(0, least)), fewer];
  }
  const there = rebuilt(remembered(lab), bench, values, locked);
  return { ...(there.best && bench.weighted && lab.loss === "mse" ? placed(there, there.best.values) : there), helped: true };
}

/** Half way to the next hook, or a little further where there is none. */
function hookBeside(lab: Lab, bench: Bench, index: number): number {
  const [low, high] = windowOf(lab).x, { hook } = lineAt(bench, lab.parameters, index);
  const next = linesOf(bench, lab.parameters).map((line) => line.hook).filter((at) => at > hook).sort((a, b) => a - b)[0];
  return Number.isFinite(hook) ? tidy(next === undefined ? hook + (high - low) / 20 : (hook + next) / 2, high - low) : (low + high) / 2;
}

const TRIED = 60; // places

/** One more line at a place, or at the one where it takes most off the squares; with the slope that takes most off them there. */
export function newLine(lab: Lab, bench: Bench, at: number | null): Line {
  const { points: { n, x, y, weight }, model, parameters } = lab, { x: [low, high] } = windowOf(lab), curve = new Float64Array(n);
  model.evaluator.predict(parameters, x, n, curve);
  const sorted = [...new Set(x)].sort((a, b) => a - b), gaps = Math.max(0, sorted.length - 3), tried = Math.min(TRIED, gaps); // between two points, two of them on either side
  const hooks = at !== null ? [at] : Array.from({ length: tried }, (_, i) => { const k = 1 + Math.floor((i * gaps) / tried); return (sorted[k]! + sorted[k + 1]!) / 2; });
  const near = (high - low) / (4 * bench.n + 4), free = linesOf(bench, parameters), alone = (hook: number): boolean => at !== null || free.every((line) => !(Math.abs(line.hook - hook) < near));
  let best: Line | null = null, most = 0;
  for (const hook of hooks.filter(alone)) for (const side of bench.weighted ? [1] : [1, -1]) {
    let square = 0, along = 0;
    for (let i = 0; i < n; i++) {
      const part = partAt(bench, { hook, slope: side }, x[i]!) * weight[i]! ** 2;
      square += part * partAt(bench, { hook, slope: side }, x[i]!);
      along += part * (y[i]! - curve[i]!);
    }
    const slope = along / square, gain = along * slope;
    if (gain > most && (bench.weighted || slope > 0)) [most, best] = [gain, { hook: tidy(hook, high - low), slope: Number((side * slope).toPrecision(3)) }];
  }
  return best ?? { hook: at ?? widest([low, ...free.map((line) => line.hook).filter((v) => v > low && v < high).sort((a, b) => a - b), high]), slope: visible(lab) };
}

/** The middle of the widest gap between places in order. */
function widest(places: readonly number[]): number {
  const [low, high] = places.slice(1).map((v, i) => [places[i]!, v] as const).reduce((a, b) => (b[1] - b[0] > a[1] - a[0] ? b : a));
  return tidy((low + high) / 2, places.at(-1)! - places[0]!);
}

function exact(lab: Lab, bench: Bench): Lab {
  const why = notExact(lab), values = why ? null : placedFrom(lab, bench);
  if (!values?.every(Number.isFinite)) return complain(lab, why || "these points are too far apart to place lines by\nhint: bring their numbers nearer to 1");
  const there: Lab = { ...placed({ ...remembered(lab), ghost: lab.parameters }, values), helped: true, pulls: null };
  return lab.loss === "mse" ? there : { ...there, message: { kind: "done", text: "placed for the mean squared error, the loss on show is another\nhint: let the descent go on from here" } };
}

function formed(lab: Lab, from: Bench, { weighted, fold }: Bench): Lab {
  const to: Bench = { ...from, weighted, fold }, same = weighted === from.weighted;
  if (same && fold === from.fold) return lab;
  const next = rebuilt(remembered(lab), to, same ? lab.parameters : weighted ? toWeighted(lab.parameters) : toUnweighted(from, lab.parameters, visible(lab)), same ? lab.locked : undefined);
  const lost = !same && !weighted && (lab.parameters[0] || lab.parameters[1] || linesOf(from, lab.parameters).some(({ slope }) => slope < 0));
  return lost ? { ...next, message: { kind: "done", text: "this sum has no weights: level and slope are left out, and lines that bent down are mirrored\nhint: undo brings the curve back" } } : next;
}

// --- A curve to approach ---

const curveOf = (model: Model, parameters: readonly number[], range: readonly [number, number]): Points =>
  along((x) => { const y = new Float64Array(x.length); model.evaluator.predict(parameters, x, x.length, y); return y; }, range);

/** What the plot shows, less the margin that it leaves beside points: so it stays where it is. */
const shown = (lab: Lab): readonly [number, number] => { const { x: [low, high] } = windowOf(lab), edge = 0.05 * (high - low); return [low + edge, high - edge]; };

const towards = (lab: Lab, points: Points): Lab => update({ ...lab, drawing: false }, { kind: "points", points });

function approaching(lab: Lab, target: string | null): Lab {
  const { document: d, program } = lab;
  if (target === null) return towards(lab, d.points.y.length ? fromDocument(d.points) : benchOf(authored(d.model, program)) ? pointsOf([], []) : curveOf(authored(d.model, program), d.start, d.ranges[0]!));
  const points = attempt(() => approached(target, lab.model.input, shown(lab)));
  return typeof points === "string" ? complain(lab, points) : towards(lab, points);
}

/** The stroke as points, in the window it was drawn in. */
function drawn(lab: Lab, x: readonly number[], y: readonly number[]): Lab {
  const view = windowOf(lab), points = stroked(x, y, view.x);
  if (!points) return complain({ ...lab, drawing: false }, "this is a dot, not a curve\nhint: draw a line from left to right");
  return { ...towards(lab, points), view };
}
