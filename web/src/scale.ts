/** From data units to pixels and back, and the numbers along an axis. */

import { minus } from "./numbers.ts";
import { nice, tickStep, ticks } from "./ticks.ts";
import type { Interval } from "./ranges.ts";

export interface Scale {
  (value: number): number; // data units to pixels
  invert(pixels: number): number;
}

export interface Tick {
  readonly value: number; // data units
  readonly label: string;
}

/** A straight scale: `domain` in data units becomes `range` in pixels. */
export function linear([a, b]: Interval, [from, to]: Interval): Scale {
  const unit = (to - from) / (b - a);
  return Object.assign((value: number) => from + (value - a) * unit, { invert: (pixels: number) => a + (pixels - from) / unit });
}

/** Pixels to two decimals at most: enough for the eye, and golden pictures stay stable. */
export const px = (value: number): string => String(Math.round(value * 100) / 100);

/** Round numbers across the interval, about `count` of them, all with as many decimals. */
export function ticksOf([low, high]: Interval, count: number): readonly Tick[] {
  const step = tickStep(low, high, count);
  const top = Math.floor(Math.log10(Math.max(Math.abs(low), Math.abs(high))) + 1e-9);
  const power = top >= 6 || step < 1e-4 ? top : 0;
  const decimals = Math.min(20, Math.max(0, power - Math.floor(Math.log10(step) + 1e-9)));
  return ticks(low, high, count).map((value) => ({ value, label: labelled(value, power, decimals) }));
}

function labelled(value: number, power: number, decimals: number): string {
  return value === 0 ? "0" : minus((value / 10 ** power).toFixed(decimals)) + (power ? `·10${raised(power)}` : "");
}

/** A whole number as an exponent. */
export const raised = (power: number | string): string => String(power).replace(/./g, (c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"[1 + Number(c === "-" ? -1 : c)]!);

/** The interval moved outwards to round numbers: what depends on it stays still while its ends move a little. */
export const nicely = ([low, high]: Interval): Interval => nice(low, high, 20);

/** A value rounded to a thousandth of the span it was picked from. */
export function tidy(value: number, span: number): number {
  const digits = 3 - Math.floor(Math.log10(span));
  return digits < 0 || digits > 100 || !Number.isFinite(digits) ? value : Number(value.toFixed(digits));
}

/** SVG path data through n places in pixels: broken where one has no value, and before each that is `torn` from the last. */
export function line(n: number, x: (i: number) => number, y: (i: number) => number, torn: (i: number) => boolean = () => false): string {
  let data = "", pen = "M";
  for (let i = 0; i < n; i++) {
    const at = y(i), there = Number.isFinite(at);
    if (there) data += `${torn(i) ? "M" : pen}${px(x(i))} ${px(at)}`;
    pen = there ? "L" : "M";
  }
  return data;
}
