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
  /**
   * Moves `values` (P,) one step against `gradient` (P,) and updates `state`, all in place.
   * Without `zero` the gradients add up, the loop that forgets `zero_grad()`: `gradient` then becomes their sum.
   */
  readonly step: (
    values: Float64Array, gradient: Float64Array, rate: number, state: OptimizerState, zero: boolean,
  ) => void;
}

const begin = (P: number): OptimizerState => ({
  sum: new Float64Array(P), first: new Float64Array(P), second: new Float64Array(P), steps: 0,
});

function addUp(sum: Float64Array, gradient: Float64Array): void {
  for (let i = 0; i < sum.length; i++) gradient[i] = sum[i] += gradient[i];
}

const sgd: Optimizer["step"] = (values, gradient, rate, state, zero) => {
  if (!zero) addUp(state.sum, gradient);
  for (let i = 0; i < values.length; i++) values[i] -= rate * gradient[i];
};

const momentum: Optimizer["step"] = (values, gradient, rate, { sum, first }, zero) => {
  if (!zero) addUp(sum, gradient);
  for (let i = 0; i < values.length; i++) {
    first[i] = FRICTION * first[i] + gradient[i];
    values[i] -= rate * first[i];
  }
};

const nesterov: Optimizer["step"] = (values, gradient, rate, { sum, first }, zero) => {
  if (!zero) addUp(sum, gradient);
  for (let i = 0; i < values.length; i++) {
    first[i] = FRICTION * first[i] + gradient[i];
    values[i] -= rate * (gradient[i] + FRICTION * first[i]);
  }
};

const adam: Optimizer["step"] = (values, gradient, rate, state, zero) => {
  if (!zero) addUp(state.sum, gradient);
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

/** A call in squiggly's words, with the option that leaves the gradients standing where it is wanted. */
const call = (name: string, options: readonly string[] = []) => (zero: boolean): string =>
  `sq.${name}(${[...options, ...(zero ? [] : ["zero_gradient=False"])].join(", ")})`;

export const OPTIMIZERS: Readonly<Record<OptimizerName, Optimizer>> = {
  sgd: { title: "SGD", torch: "torch.optim.SGD(parameters, lr)", python: call("SGD"), begin, step: sgd },
  momentum: {
    title: "Momentum", torch: "torch.optim.SGD(parameters, lr, momentum=0.9)",
    python: call("SGD", ["momentum=0.9"]), begin, step: momentum,
  },
  nesterov: {
    title: "Nesterov", torch: "torch.optim.SGD(parameters, lr, momentum=0.9, nesterov=True)",
    python: call("SGD", ["momentum=0.9", "nesterov=True"]), begin, step: nesterov,
  },
  adam: { title: "Adam", torch: "torch.optim.Adam(parameters, lr)", python: call("Adam"), begin, step: adam },
};
