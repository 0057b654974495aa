/**
 * What Python tells the page of a network, as JSON. `src/squiggly/page/network.py` writes it, `network/main.ts` reads it.
 */

import type { OptimizerName, ScheduleName } from "../contract.ts";

export type ActivationName = "relu" | "tanh" | "sigmoid" | "silu" | "linear";
export type FeatureName = "x1" | "x2" | "x1^2" | "x2^2" | "x1*x2" | "sin(x1)" | "sin(x2)";
/** Data that the page makes itself: two classes, then numbers, then numbers of one input; "own" came from a table. */
export type DataName = "circle" | "moons" | "spiral" | "gauss" | "xor" | "plane" | "bump" | "wave" | "steps" | "own";
export type NetworkLossName = "mse" | "mae" | "cross-entropy"; // mse of two classes: tanh(z) against -1 and 1
export type Penalty = "none" | "L1" | "L2";

export interface NetDocument {
  readonly inputs: readonly string[]; // the names of one or two columns
  readonly target: string; // what is predicted
  readonly labels: readonly [string, string] | null; // what the classes 0 and 1 are called; null: a number is predicted
  readonly features: readonly FeatureName[]; // what the first layer sees; x2 only where there are two inputs
  readonly hidden: readonly number[]; // widths; none is a linear model
  readonly activation: ActivationName;
}

export interface NetworkDataDocument {
  readonly kind: DataName;
  readonly n: number; // of data the page makes
  readonly noise: number; // 0 … 0.5, as a share; of data the page makes
  readonly x: readonly (readonly number[])[]; // "own": a column for each input; otherwise empty, the page makes them
  readonly y: readonly number[]; // numbers, or the classes 0 and 1
}

export interface NetworkWalkDocument {
  readonly rate: number;
  readonly steps: number; // how many the timeline shows
  readonly optimizer: OptimizerName;
  readonly schedule: ScheduleName;
  readonly zero: boolean; // whether the gradient is zeroed after each step
  readonly batch: number; // rows of a mini-batch; 0: all of them
  readonly penalty: Penalty;
  readonly decay: number; // of the penalty: decay·w (L2) or decay·sign(w) (L1) is added to a weight's gradient, not to a bias's
}

/** Loss and gradient that Python computed, over all of the points of `checks`. */
export interface NetworkCheck {
  readonly parameters: readonly number[]; // in the order of Python's Network.names: per layer weights (unit by unit), then biases
  readonly loss: number;
  readonly gradient: readonly number[];
}

export interface NetworkDocument {
  readonly version: 1;
  readonly kind: "network";
  readonly title: string;
  readonly net: NetDocument;
  readonly data: NetworkDataDocument;
  /** Shift and size of each input, then of the target: the network sees (v - shift)/size. 0 and 1 for data the page makes, for classes. */
  readonly scale: readonly (readonly [number, number])[];
  readonly held: number; // the share of rows held out: 0 … 0.9
  readonly seed: number; // of the start, the split, the batches and the data that the page makes
  readonly start: readonly number[] | null; // null: drawn from the seed
  readonly loss: NetworkLossName;
  readonly walk: NetworkWalkDocument;
  readonly hide: readonly string[]; // controls that a teacher has taken away
  readonly checks: NetworkChecks;
}

/** The page computes these again on load, over points as the network sees them, already scaled. */
export interface NetworkChecks {
  readonly x: readonly (readonly number[])[]; // a column for each input
  readonly y: readonly number[];
  readonly at: readonly NetworkCheck[];
}
