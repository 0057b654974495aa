/** The best fit: chooses how to solve, as Python's `fit` does. A port of `fitting.py`. */

import type { LossName } from "./contract.ts";
import type { Evaluator } from "./evaluator.ts";
import { type Descent, lowest, minimise, MOST_STEPS } from "./least-squares.ts";
import { closedForm, solveLinear } from "./linear.ts";
import { costAt, curveAt, type Problem, whole } from "./problem.ts";
import { findStarts } from "./starts.ts";
import { upright } from "./upright.ts";

const HURRIED = 60; // steps for the less promising starts, once the best has settled
const ROUNDED = 200; // steps of each fit on the way to the least absolute deviations

/** What to find: the parameters of lowest loss, with what is locked held where it is. */
export interface Question {
  readonly evaluator: Evaluator;
  readonly linear: readonly boolean[]; // (P,) which enter linearly, among those that are free
  readonly x: Float64Array; // (n,)
  readonly y: Float64Array;
  readonly weight: Float64Array; // 1/sigma
  readonly n: number;
  readonly loss: LossName;
  readonly delta: number; // where huber bends
  readonly start: readonly number[]; // (P,)
  readonly locked: readonly boolean[];
  readonly bounds: readonly (readonly [number | null, number | null])[];
  readonly more?: readonly (readonly number[])[]; // other starts to try, (P,) each
  readonly search?: boolean; // whether to look for starts in the data, and not to trust those given
}

export interface Answer {
  readonly values: readonly number[]; // (P,)
  readonly loss: number; // the mean over the points
  readonly settled: boolean;
  readonly words: string; // what is wrong with the answer; "" where nothing is
}

/** The parameters of lowest loss. Never throws: what went wrong is in the answer's words. */
export function best(question: Question): Answer {
  const { n, start } = question;
  if (n === 0) return { values: start, loss: NaN, settled: false, words: "there are no points\nhint: add some" };
  const found = solve(question);
  return { ...found, loss: found.cost / n, words: words(found) };
}

function words({ cost, settled }: { readonly cost: number; readonly settled: boolean }): string {
  if (!(cost < Infinity)) return "the model has no value at any start that was tried\nhint: move a parameter and try again";
  if (settled) return "";
  return "did not settle: the values may be far off\nhint: move the parameters nearer the answer, or take a simpler model";
}

/** The best descent from the starts given, or found, in terms of all parameters. */
export function solve(question: Question): { values: number[]; cost: number; settled: boolean; path: Descent["path"] } {
  const problem = pose(question);
  const linear = problem.free.flatMap((place, i) => (question.linear[place] ? [i] : []));
  const free = (values: ArrayLike<number>): Float64Array => Float64Array.from(problem.free, (place) => values[place]);
  const given = [question.start, ...(question.more ?? [])].map(free);
  const descend = problem.loss === "mae" ? leastAbsolute : smooth;
  const found = descend(problem, given, linear, question);
  const end = question.search && linear.length < problem.free.length ? upright(problem, found) : found;
  return { values: [...whole(problem, end.values)], cost: end.cost, settled: end.settled, path: end.path };
}

function pose({ evaluator, x, y, weight, n, loss, delta, start, locked, bounds }: Question): Problem {
  const free = start.flatMap((_, place) => (locked[place] ? [] : [place]));
  const low = Float64Array.from(free, (place) => bounds[place]?.[0] ?? -Infinity);
  const high = Float64Array.from(free, (place) => bounds[place]?.[1] ?? Infinity);
  return { evaluator, x, y, weight, n, loss, delta, values: Float64Array.from(start), free, low, high };
}

/** Any loss but the mean absolute, whose kinks stop a descent. */
function smooth(
  problem: Problem, given: readonly Float64Array[], linear: readonly number[], { search = false }: Question,
): Descent {
  const all = linear.length === problem.free.length;
  const closed = all && problem.free.length && problem.loss === "mse" ? closedForm(problem) : null;
  if (closed) return closed;
  const squared = { ...problem, loss: "mse" as const };
  const eased = linear.length ? given.map((at) => solveLinear(squared, at, linear).values) : [];
  const own = all ? [...eased, ...given] : [...given, ...eased];
  if (all || !search) return lowest(own.map((at) => minimise(problem, at)));
  return lowest([promising(problem, findStarts(problem, linear)), ...own.map((at) => minimise(problem, at, HURRIED))]);
}

/** The best end of several starts, the most promising first: once it has settled, the others must be quick. */
function promising(problem: Problem, [start, ...rest]: readonly Float64Array[]): Descent {
  const first = minimise(problem, start);
  if (!rest.length) return first;
  const others = lowest(rest.map((at) => minimise(problem, at, first.settled ? HURRIED : MOST_STEPS)));
  const unfinished = others.cost < first.cost * (1 - 1e-9) && !others.settled;
  return lowest([first, unfinished ? minimise(problem, others.values) : others]);
}

/** Least absolute deviations: a Huber loss whose round bottom shrinks to nothing, one fit after another. */
function leastAbsolute(
  problem: Problem, given: readonly Float64Array[], linear: readonly number[], question: Question,
): Descent {
  let found = smooth({ ...problem, loss: "mse" }, given, linear, question);
  const path = [...found.path];
  const width = spread(problem, found.values) || 1;
  for (let shrink = 1; shrink < 10; shrink++) {
    found = minimise({ ...problem, loss: "huber", delta: width * 10 ** -shrink }, found.values, ROUNDED);
    path.push(...found.path);
  }
  const priced = path.map(({ values }) => ({ values, cost: costAt(problem, values) }));
  const cost = costAt(problem, found.values);
  return { ...found, cost, settled: cost < Infinity, path: priced };
}

/** The residuals' median size as a standard deviation, in units of y, or of sigma where given. */
function spread(problem: Problem, at: Float64Array): number {
  const { y, weight, n } = problem;
  const far = curveAt(problem, at).map((p, i) => Math.abs(p - y[i]) * weight[i]).sort();
  return 1.4826 * ((far[(n - 1) >> 1] + far[n >> 1]) / 2);
}
