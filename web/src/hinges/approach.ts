/** Curves to approach: a formula's, or one that was drawn, as points. */

import { FormulaError, parse } from "../formula.ts";
import { names } from "../expression.ts";
import { linspace } from "../noise.ts";
import { type Points, pointsOf } from "../points.ts";
import { interpreter } from "../program.ts";
import type { Interval } from "../ranges.ts";
import { tidy } from "../scale.ts";

const PLACES = 101;
const MOST_DRAWN = 60; // far enough apart to be seen as points
const LEAST_WIDE = 0.02; // of what the plot shows

/** Points on a curve where it has a value, evenly across an interval. */
export function along(curve: (x: Float64Array) => ArrayLike<number>, [low, high]: Interval): Points {
  const x = linspace(low, high, PLACES).map((v) => tidy(v, high - low)), y = curve(x), seen = [...x.keys()].filter((i) => Number.isFinite(y[i]));
  return pointsOf(seen.map((i) => x[i]!), seen.map((i) => y[i]!));
}

/** Points on a formula's curve. Raises FormulaError where it is none, has parameters, or has no value there. */
export function approached(formula: string, input: string, range: Interval): Points {
  const { expr } = parse(formula, [input]), free = names(expr).find((word) => word !== input);
  if (free !== undefined) throw new FormulaError(`\`${free}\` is a parameter: a curve to approach has none\nhint: write a number in its place; the input is called ${input}`);
  const { predict } = interpreter(expr, input, []);
  const points = along((x) => { const y = new Float64Array(x.length); predict([], x, x.length, y); return y; }, range);
  if (points.n < 2) throw new FormulaError(`the formula has no value between ${input} = ${range[0]} and ${range[1]}\nhint: move the plot to where it has one`);
  return points;
}

/** Points on a stroke in data units, evenly along x; where it comes back, what was drawn later counts. Null for one that is no curve. */
export function stroked(x: readonly number[], y: readonly number[], shown: Interval): Points | null {
  const low = Math.min(...x), high = Math.max(...x), n = Math.min(MOST_DRAWN, Math.round((MOST_DRAWN * (high - low)) / (shown[1] - shown[0])));
  if (!(high - low > LEAST_WIDE * (shown[1] - shown[0]))) return null;
  const places = linspace(low, high, Math.max(2, n)), heights = new Float64Array(places.length), unit = (high - low) / (places.length - 1);
  for (let i = 1; i < x.length; i++) {
    const [x0, y0, x1, y1] = [x[i - 1]!, y[i - 1]!, x[i]!, y[i]!], left = Math.min(x0, x1), right = Math.max(x0, x1);
    for (let k = Math.ceil((left - low) / unit - 1e-9); k <= (right - low) / unit + 1e-9; k++) {
      const share = x1 === x0 ? 1 : (places[k]! - x0) / (x1 - x0);
      heights[k] = y0 + Math.min(1, Math.max(0, share)) * (y1 - y0);
    }
  }
  return pointsOf(places.map((v) => tidy(v, shown[1] - shown[0])), heights);
}
