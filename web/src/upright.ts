/** The same curve with positive parameters, where the sign makes no difference. A port of `upright` in `fitting.py`. */

import { type Descent, inside } from "./least-squares.ts";
import { costAt, curveAt, type Problem } from "./problem.ts";

const MOST_TURNED = 12; // negative parameters up to which every pair of signs is tried
const SAME = 4e-16; // relative difference of two curves that are one

/**
 * The descent's end with fewer negative parameters, as in a width that is only squared, or a logistic of negative hill,
 * which is one of positive hill with bottom and top exchanged.
 */
export function upright(problem: Problem, descent: Descent): Descent {
  const { values } = descent;
  const turned = [...values.keys()].filter((i) => values[i] < 0 && -values[i] <= problem.high[i]);
  if (!turned.length || turned.length > MOST_TURNED) return descent;
  const start = curveAt(problem, values);
  let now = values;
  for (const turn of turns(turned, [...values.keys()])) {
    const other = turn(now);
    const fewer = turned.filter((i) => other[i] < 0).length < turned.filter((i) => now[i] < 0).length;
    if (fewer && inside(problem, other) && same(start, curveAt(problem, other))) now = other;
  }
  return now === values ? descent : { ...descent, values: now, cost: costAt(problem, now) };
}

type Turn = (values: Float64Array) => Float64Array;

/** Ways to make negative parameters positive: turn one, turn two, or turn one while two others change places. */
function turns(turned: readonly number[], movable: readonly number[]): Turn[] {
  const turn = (signs: readonly number[], places: readonly number[] = []): Turn => (values) => {
    const other = values.slice();
    for (const i of signs) other[i] *= -1;
    places.forEach((i, k) => { other[i] = values[places[places.length - 1 - k]]; });
    return other;
  };
  const swaps = movable.length <= MOST_TURNED ? pairs(movable) : [];
  return [
    ...turned.map((i) => turn([i])), ...pairs(turned).map((pair) => turn(pair)),
    ...turned.flatMap((i) => swaps.filter((pair) => !pair.includes(i)).map((pair) => turn([i], pair))),
  ];
}

const pairs = (all: readonly number[]): number[][] => all.flatMap((a, k) => all.slice(k + 1).map((b) => [a, b]));

function same(a: Float64Array, b: Float64Array): boolean {
  const size = a.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  return a.every((v, i) => Math.abs(v - b[i]) <= SAME * size);
}
