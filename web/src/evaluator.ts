/** What computes a model. One interface, two makers: the interpreter in program.ts, and source that Python printed. */

import type { LossName } from "./contract.ts";

/** x holds a column of n numbers for each input, one after another. */
export interface Evaluator {
  /** The curve: writes n values to `out`. */
  predict(parameters: ArrayLike<number>, x: Float64Array, n: number, out: Float64Array): void;
  /** The curve and its derivative by each of P parameters: writes (1 + P) rows of n to `out`, the curve first. */
  rows(parameters: ArrayLike<number>, x: Float64Array, n: number, out: Float64Array): void;
  /**
   * The mean loss, and its gradient, written to `out` (P,). weight: 1/sigma of each point. delta: where huber bends.
   * Not finite where the model has no value; nothing throws.
   */
  gradient(
    loss: LossName, delta: number, parameters: ArrayLike<number>,
    x: Float64Array, y: Float64Array, weight: Float64Array, n: number, out: Float64Array,
  ): number;
}
