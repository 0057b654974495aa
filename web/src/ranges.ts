/** How far each slider reaches: around where it starts and where the best is, on round numbers. */

export type Interval = readonly [number, number];

/** One slider's interval. start and best are values to include; low and high are the parameter's bounds, null for none. */
export function rangeOf(start: number, best: number | null, low: number | null, high: number | null): Interval {
  const [least, most] = best === null || !Number.isFinite(best) ? [start, start] : [Math.min(start, best), Math.max(start, best)];
  const size = Math.max(Math.abs(least), Math.abs(most)) || 1;
  const room = Math.max(0.75 * (most - least), best === null ? 2 * size : size);
  const [a, b] = rounded(least - room, most + room);
  return [low === null ? a : Math.max(a, low), high === null ? b : Math.min(b, high)];
}

/** The interval, moved outward to numbers of about two digits. */
export function rounded(low: number, high: number): Interval {
  const unit = 10 ** Math.floor(Math.log10(Math.max(high - low, Number.MIN_VALUE) / 2));
  const tidy = (v: number): number => Number(v.toPrecision(12));
  const a = tidy(Math.floor(low / unit) * unit), b = tidy(Math.ceil(high / unit) * unit);
  return Number.isFinite(a) && Number.isFinite(b) && a < b ? [a, b] : [low, high > low ? high : low + 1];
}

/** An interval that also holds the value, which stays clear of its ends; the same object where it already does. */
export function holding(range: Interval, value: number): Interval {
  if (!Number.isFinite(value) || (value >= range[0] && value <= range[1])) return range;
  const reach = 0.25 * Math.abs(value - (value < range[0] ? range[1] : range[0]));
  return value < range[0] ? rounded(value - reach, range[1]) : rounded(range[0], value + reach);
}
