/** Optimizers: from one set of values to the next. Each takes the steps that torch's of the same name takes. */

import type { OptimizerName } from "./contract.ts";

const FRICTION = 0.9; // the share of its velocity that a rolling descent keeps
const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/** What an optimizer remembers from step to step. One shape for all, so that the loop meets one kind of object. */
export interface OptimizerState {
  readonly sum: Float64Array; // (P,) all gradients so far, where nothing zeroes them
  readonly first: Float64Array; // (P,) the velocity, or Adam's mean of the gradients
  readonly second: Float64Array; // (P,) Adam's mean of their squares
  steps: number;
}

export interface Optimizer {
  readonly title: string;
  readonly torch: string; // the constructor in torch's words, with lr for the rate
  /** The constructor in squiggly's words. */
  readonly python: (zero: boolean) => string;
  /** The state before the first step of P parameters. */
  readonly begin: (P: number) => OptimizerState;
  /** Moves `values` (P,) one step against `gradient` (P,) and updates `state`, all in place. */
  readonly step: (values: Float64Array, gradient: Float64Array, rate: number, state: OptimizerState) => void;
}

const begin = (P: number): OptimizerState => ({
  sum: new Float64Array(P), first: new Float64Array(P), second: new Float64Array(P), steps: 0,
});

const sgd: Optimizer["step"] = (values, gradient, rate) => {
  for (let i = 0; i < values.length; i++) values[i] -= rate * gradient[i];
};

/** A descent that keeps a share of its velocity; Nesterov's looks ahead. */
const rolling = (ahead: number): Optimizer["step"] => (values, gradient, rate, { first }) => {
  for (let i = 0; i < values.length; i++) {
    first[i] = FRICTION * first[i] + gradient[i];
    values[i] -= rate * (ahead ? gradient[i] + ahead * first[i] : first[i]);
  }
};

const adam: Optimizer["step"] = (values, gradient, rate, state) => {
  state.steps += 1;
  const seen = 1 - BETA1 ** state.steps; // both means began at 0 and lean towards it
  const spread = 1 - BETA2 ** state.steps;
  const { first, second } = state;
  for (let i = 0; i < values.length; i++) {
    first[i] = BETA1 * first[i] + (1 - BETA1) * gradient[i];
    second[i] = BETA2 * second[i] + (1 - BETA2) * gradient[i] * gradient[i];
    values[i] -= rate * (first[i] / seen) / (Math.sqrt(second[i] / spread) + EPSILON);
  }
};

/** A row: the class is called the same by torch and by squiggly, and so are its options. */
const row = (title: string, name: string, step: Optimizer["step"], ...options: string[]): Optimizer => ({
  title, begin, step,
  torch: `torch.optim.${name}(${["parameters", "lr", ...options].join(", ")})`,
  python: (zero) => `sq.${name}(${[...options, ...(zero ? [] : ["zero_gradient=False"])].join(", ")})`,
});

export const OPTIMIZERS: Readonly<Record<OptimizerName, Optimizer>> = {
  sgd: row("SGD", "SGD", sgd),
  momentum: row("Momentum", "SGD", rolling(0), "momentum=0.9"),
  nesterov: row("Nesterov", "SGD", rolling(FRICTION), "momentum=0.9", "nesterov=True"),
  adam: row("Adam", "Adam", adam),
};
