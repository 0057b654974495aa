/** Parameters that enter linearly: which they are, and their best values in closed form. A port of `solve/linear.py`. */

import { derivatives } from "./derivative.ts";
import { type Expr, names } from "./expression.ts";
import { clipped, type Descent, inside, newtonStep, wellApart } from "./least-squares.ts";
import { substitute } from "./linear-algebra.ts";
import { costAt, factor, type Problem } from "./problem.ts";

/**
 * A largest set of free parameters in which the model is jointly linear, by its structure.
 *
 * A parameter is linear when its own derivative does not contain it; two are jointly linear when neither's derivative
 * contains the other. Found greedily, those with the fewest conflicts first.
 */
export function linearParameters(expr: Expr, free: readonly string[]): string[] {
  const slopes = derivatives(expr, free);
  const within = new Map(free.map((n, i) => [n, new Set(names(slopes[i]))]));
  const meets = (a: string, b: string): boolean => within.get(a)!.has(b) || within.get(b)!.has(a);
  const candidates = free.filter((n) => !within.get(n)!.has(n));
  const clashes = new Map(candidates.map((n) => [n, candidates.filter((m) => meets(n, m)).length]));
  const chosen: string[] = [];
  for (const n of candidates.toSorted((a, b) => clashes.get(a)! - clashes.get(b)!)) {
    if (!chosen.some((m) => meets(n, m))) chosen.push(n);
  }
  return free.filter((n) => chosen.includes(n));
}

/** The minimum of a model linear in all its free parameters, squared loss; null where bounds stand in the way. */
export function closedForm(problem: Problem): Descent | null {
  const F = problem.free.length;
  const begin = new Float64Array(F);
  const first = factor(problem, begin);
  if (!(first.cost < Infinity)) return null;
  const end = wellApart(first.triangle, F + 1) ? oneStep(first.triangle, F) : twoSteps(problem, first.triangle, F);
  if (!inside(problem, end.values)) return null;
  return { ...end, settled: true, path: [{ values: begin, cost: first.cost }, { values: end.values, cost: end.cost }] };
}

type Solved = Pick<Descent, "values" | "triangle" | "cost">;

function oneStep(first: Float64Array, F: number): Solved {
  const last = first.subarray(F * (F + 1));
  const values = substitute(first, F, F + 1, last.subarray(0, F)).map((v) => -v);
  const triangle = first.slice().fill(0, F * (F + 1), F * (F + 1) + F); // only what is left beside the slopes stays
  return { values, triangle, cost: last[F] ** 2 / 2 };
}

/** Where rounding could show, a second step corrects the first. */
function twoSteps(problem: Problem, first: Float64Array, F: number): Solved {
  const once = newtonStep(first, F).step;
  const more = newtonStep(factor(problem, once).triangle, F).step;
  const values = once.map((v, i) => v + more[i]);
  return { values, ...factor(problem, values) };
}

/**
 * Free values (F,) with the linear ones at their best and the others as they are, and the cost there; `linear` are
 * places among the free. Squared loss only; bounds are kept by clipping, so a bounded optimum is near, not exact.
 */
export function solveLinear(
  problem: Problem, at: ArrayLike<number>, linear: readonly number[],
): { values: Float64Array; cost: number } {
  const values = Float64Array.from(at);
  for (const i of linear) values[i] = 0;
  const { triangle, cost } = factor(problem, values, linear.map((i) => problem.free[i]));
  const { step, left } = newtonStep(triangle, linear.length);
  for (let k = 0; k < linear.length; k++) values[linear[k]] = step[k];
  if (cost < Infinity && inside(problem, values)) return { values, cost: left };
  const within = clipped(values, problem);
  return { values: within, cost: costAt(problem, within) };
}
