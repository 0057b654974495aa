/** Round numbers: 1, 2 or 5 times a power of ten. */

/** The round step that divides the span into about `count` parts. */
export function tickStep(low: number, high: number, count: number): number {
  const rough = (high - low) / Math.max(count, 1), power = 10 ** Math.floor(Math.log10(rough));
  const share = rough / power;
  return power * (share >= Math.sqrt(50) ? 10 : share >= Math.sqrt(10) ? 5 : share >= Math.SQRT2 ? 2 : 1);
}

/** The multiples of that step between two numbers, both included. */
export function ticks(low: number, high: number, count: number): number[] {
  const step = tickStep(low, high, count), first = Math.ceil(low / step - 1e-9);
  const many = Math.floor(high / step + 1e-9) - first + 1;
  return many > 0 && many < 1_000 ? Array.from({ length: many }, (_, i) => multiple(first + i, step)) : [];
}

/** The interval moved outwards to multiples of that step. */
export function nice(low: number, high: number, count: number): [number, number] {
  const step = tickStep(low, high, count);
  return step > 0 && Number.isFinite(step) ? [multiple(Math.floor(low / step + 1e-9), step), multiple(Math.ceil(high / step - 1e-9), step)] : [low, high];
}

/** k · step, without the dust of 3 · 0.1: small steps are divided by. */
const multiple = (k: number, step: number): number => (step < 1 ? k / Math.round(1 / step) : k * step) || 0;
