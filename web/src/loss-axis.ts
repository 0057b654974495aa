/** The axis that losses are drawn on: logarithmic where they span a lot, in percent of the chart's height. */

import { ticks } from "./ticks.ts";
import { brief, minus } from "./numbers.ts";

export interface LossAxis {
  readonly log: boolean;
  readonly low: number;
  readonly high: number;
  readonly marks: readonly { readonly value: number; readonly text: string }[];
  /** Percent from the top; what lies outside stands at the edge. */
  readonly y: (loss: number) => number;
}

const WIDE = 3; // times the lowest, from where on the axis is logarithmic
const FLOOR = 1e-8; // of the first: a perfect fit has no logarithm
const MARKS = 3; // at most

/** The axis for the losses of a walk, and for others that should be seen beside them. Nothing finite: 0 … 1. */
export function axisOf(losses: Float64Array, others: readonly number[]): LossAxis {
  const finite = [...losses, ...others].filter(Number.isFinite);
  let low = finite.reduce((m, v) => Math.min(m, v), Infinity), high = finite.reduce((m, v) => Math.max(m, v), -Infinity);
  if (low >= 0 && high > WIDE * low) low = Math.max(low, floorOf(losses, high));
  if (low > high || (low === 0 && high === 0)) [low, high] = [0, 1];
  if (low === high) [low, high] = [low - Math.abs(low) / 10, high + Math.abs(high) / 10];
  const log = low > 0 && high > WIDE * low, place = log ? Math.log : Number, a = place(low), b = place(high);
  const y = (loss: number): number => 100 * Math.min(1, Math.max(0, (b - place(log ? Math.max(loss, low) : loss)) / (b - a)));
  return { log, low, high, y, marks: (log ? decades(low, high) : ticks(low, high, MARKS)).slice(0, MARKS + 1).map((value) => ({ value, text: marked(value) })) };
}

const marked = (value: number): string => (value >= 1e4 || (value > 0 && value < 1e-3) ? minus(value.toExponential().replace("+", "")) : brief(value));

/** How deep the axis goes: as deep as the walk does; where only the best possible is at 0, a thousandth of the first. */
function floorOf(losses: Float64Array, high: number): number {
  const first = losses[0]! > 0 ? losses[0]! : high, least = losses.reduce((m, v) => (v > 0 && v < m ? v : m), first);
  return Math.max(FLOOR * first, Math.min(first / 1e3, least));
}

/** Round numbers between two on a logarithmic axis: powers of ten where they are many, otherwise 1, 2 and 5 times them. */
function decades(low: number, high: number): number[] {
  const first = Math.floor(Math.log10(low)), last = Math.ceil(Math.log10(high));
  const powers = Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i));
  const fits = (v: number): boolean => v >= low && v <= high;
  const tens = powers.filter(fits), fine = powers.flatMap((p) => [p, 2 * p, 5 * p]).filter(fits);
  const every = Math.ceil(tens.length / MARKS);
  if (tens.length > 1) return tens.filter((_, i) => i % every === 0);
  return fine.length > MARKS ? fine.filter((_, i) => i % 2 === 0) : fine;
}
