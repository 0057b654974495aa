/** Schedules: the rate as a function of the step, with the settings the page uses. Each equals Python's of its name. */

import type { ScheduleName } from "./contract.ts";

export interface Schedule {
  readonly title: string;
  /** The constructor in squiggly's words, for a walk of so many steps. */
  readonly python: (steps: number) => string;
  /** What the rate is multiplied with at `step` of `steps`: 0 … 1. */
  readonly factor: (step: number, steps: number) => number;
}

const TENTH = 0.1; // what is left of the rate after each stair
const HUNDREDTH = 0.01; // … and after an exponential decay over the whole walk
const GENTLE = 1 / 3; // where a warm-up begins
const RISING = 0.3; // the share of one cycle that climbs
const LOW = 1 / 25; // where one cycle begins
const LAST = LOW / 1e4; // … and where it ends

const share = (steps: number, parts: number): number => Math.max(1, Math.round(steps / parts));
const stair = (steps: number): number => share(steps, 3);
const climb = (steps: number): number => share(steps, 10);

/** Half a wave from `from` to `to`, at a share 0 … 1 of the way. */
const halfWave = (from: number, to: number, share: number): number =>
  to + ((from - to) / 2) * (Math.cos(Math.PI * share) + 1);

function oneCycle(step: number, steps: number): number {
  const top = RISING * steps - 1; // torch counts to the last index
  const last = steps - 1;
  if (step <= top) return halfWave(LOW, 1, top > 0 ? step / top : 1);
  return halfWave(1, LAST, last > top ? Math.min((step - top) / (last - top), 1) : 1);
}

export const SCHEDULES: Readonly<Record<ScheduleName, Schedule>> = {
  steady: { title: "Steady", python: () => "sq.steady()", factor: () => 1 },
  step_decay: {
    title: "Stairs",
    python: (steps) => `sq.step_decay(every=${stair(steps)}, factor=${TENTH})`,
    factor: (step, steps) => TENTH ** Math.floor(step / stair(steps)),
  },
  exponential_decay: {
    title: "Exponential",
    python: (steps) => `sq.exponential_decay(factor=${HUNDREDTH}**(1/${steps}))`,
    factor: (step, steps) => (HUNDREDTH ** (1 / steps)) ** step,
  },
  cosine: {
    title: "Cosine",
    python: () => "sq.cosine()",
    factor: (step, steps) => halfWave(1, 0, step / Math.max(steps, 1)),
  },
  warmup: {
    title: "Warm-up",
    python: (steps) => `sq.warmup(over=${climb(steps)})`,
    factor: (step, steps) => GENTLE + ((1 - GENTLE) * Math.min(step, climb(steps))) / climb(steps),
  },
  one_cycle: { title: "One cycle", python: () => "sq.one_cycle()", factor: oneCycle },
};
