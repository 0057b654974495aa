/**
 * The document: everything that Python tells a page, as JSON. `src/squiggly/page/document.py` writes it, `main.ts`
 * reads it here, once, at the door; a test holds both sides to this file. Nothing else passes from one to the other.
 */

/** A node of an expression: ["name", "a"], ["constant", 2], ["constant", "inf"] or ["add", 0, 1]: an operation and the nodes it stands on. */
export type Line = readonly [string, ...(number | string)[]];

/** The model: what the formula says, and the same as plain nodes, the last its result. */
export interface ModelDocument {
  readonly formula: string; // its right side, as squiggly's grammar writes it
  readonly inputs: readonly string[]; // their names: one, two or three
  readonly target: string; // the name of y; may be an expression, such as log(y)
  readonly parameters: readonly string[];
  readonly nodes: readonly Line[];
}

/** Points as columns, in data units. */
export interface PointsDocument {
  readonly x: readonly (readonly number[])[]; // a column for each input
  readonly y: readonly number[];
  readonly sigma: readonly number[] | null; // above 0, in units of y
}

export type LossName = "mse" | "mae" | "huber" | "poisson";
export type OptimizerName = "sgd" | "momentum" | "nesterov" | "adam";
export type ScheduleName = "steady" | "step_decay" | "exponential_decay" | "cosine" | "warmup" | "one_cycle";

/** How a descent goes from where it stands. */
export interface WalkDocument {
  readonly rate: number; // above 0
  readonly steps: number; // how many the timeline shows, 1 or more
  readonly optimizer: OptimizerName;
  readonly schedule: ScheduleName;
  readonly zero: boolean; // whether the gradient is zeroed after each step
}

/** Loss and gradient that Python computed at some parameters, on the document's points (or on x and y given here). */
export interface Check {
  readonly parameters: readonly number[];
  readonly loss: number;
  readonly gradient: readonly number[];
}

export interface Document {
  readonly version: 1;
  readonly title: string;
  readonly model: ModelDocument;
  readonly points: PointsDocument; // may be empty: a function first, no data
  readonly ranges: readonly (readonly [number, number])[]; // of each input, where there are no points to say it
  readonly start: readonly number[]; // one per parameter
  readonly locked: readonly boolean[]; // one per parameter: held where it is
  readonly bounds: readonly (readonly [number | null, number | null])[]; // one pair per parameter, null for none
  readonly loss: LossName;
  readonly delta: number; // where huber bends, in units of y (of sigma, where given)
  readonly target: number | null; // a loss to beat by hand
  readonly best: readonly number[] | null; // what Python's fit found for these points under this loss; null where it made none
  readonly walk: WalkDocument;
  readonly checks: Checks;
}

/** The page computes these again on load. They stand on at most 200 points, the document's own where it has any. */
export interface Checks {
  readonly loss: LossName;
  readonly x: readonly (readonly number[])[]; // a column for each input
  readonly y: readonly number[];
  readonly weight: readonly number[]; // 1/sigma
  readonly at: readonly Check[];
}
