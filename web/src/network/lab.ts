/** The network's lab as a value: what it holds, and every change that can be asked for. `state.ts` makes the changes. */

import type { OptimizerName, ScheduleName } from "../contract.ts";
import type { ActivationName, DataName, FeatureName, NetDocument, NetworkDocument, NetworkLossName, NetworkWalkDocument } from "./contract.ts";

/** Points in the table's units, columns one after another. */
export interface Sample {
  readonly n: number;
  readonly x: Float64Array; // (inputs · n,)
  readonly y: Float64Array; // (n,): numbers, or the classes 0 and 1
}

/** Settings that hold from a step on. A branch adds one: the walk stays what it was before it. */
export interface NetworkLeg extends Omit<NetworkWalkDocument, "steps"> {
  readonly from: number; // the step from which it holds
}

export type Panel = "data" | "share" | "help";
export type Message = Readonly<{ kind: "error" | "done"; text: string }>;
export type Speed = "step" | "epoch" | "fast"; // one step a frame, one epoch a frame, as many as a frame holds

/** A unit on the drawing: layer 0 is the features, the last is the output. */
export type Unit = Readonly<{ layer: number; unit: number }>;

export type NetworkLab = Readonly<{
  document: NetworkDocument; // as it came: `reset` goes back to it
  net: NetDocument;
  data: Readonly<{ kind: DataName; n: number; noise: number; seed?: number }>; // seed: of made data, where it is not the lab's
  points: Sample;
  scale: readonly (readonly [number, number])[];
  held: number;
  seed: number;
  loss: NetworkLossName;
  parameters: Float64Array; // shown now; never changed in place
  start: Float64Array; // where the walk begins
  legs: readonly NetworkLeg[];
  steps: number; // how long the timeline is
  step: number; // which moment is shown
  furthest: number; // the last step that has been trained
  playing: boolean;
  speed: Speed;
  unit: Unit | null; // the one whose numbers are worked on
  over: Unit | null; // the one under the pointer: shown large while it is there
  discrete: boolean; // classes as two colours, numbers as seven
  heldShown: boolean; // whether held-out points are drawn
  moves: number; // parameters set by hand since the start
  panel: Panel | null;
  message: Message | null;
  past: readonly NetworkLab[];
  future: readonly NetworkLab[];
}>;

export type Grip = "begin" | "move" | "end"; // of a drag; a single change is "begin"

export type NetworkAction =
  | { kind: "play" } | { kind: "pause" }
  | { kind: "step"; by: number } // 1 forwards, -1 back
  | { kind: "scrub"; step: number } // to a step that has been trained
  | { kind: "rewind" } // to step 0: the same start
  | { kind: "speed"; speed: Speed }
  | { kind: "walk"; rate?: number; optimizer?: OptimizerName; schedule?: ScheduleName; zero?: boolean; batch?: number; penalty?: NetworkWalkDocument["penalty"]; decay?: number; grip?: Grip } // from the shown step on: what was trained after it is dropped
  | { kind: "steps"; steps: number }
  | { kind: "weight"; index: number; value: number; grip: Grip } // by hand: a new walk begins here
  | { kind: "reseed"; seed?: number } // a new start; the next seed unless said
  | { kind: "layers"; hidden: readonly number[] } // other widths; units that stay keep their weights
  | { kind: "features"; features: readonly FeatureName[] }
  | { kind: "activation"; activation: ActivationName }
  | { kind: "loss"; loss: NetworkLossName }
  | { kind: "data"; data: DataName; n?: number; noise?: number }
  | { kind: "table"; net: Pick<NetDocument, "inputs" | "target" | "labels">; points: Sample } // the reader's own
  | { kind: "held"; share: number }
  | { kind: "unit"; unit: Unit | null }
  | { kind: "over"; unit: Unit | null }
  | { kind: "discrete"; on: boolean } | { kind: "heldShown"; on: boolean }
  | { kind: "panel"; panel: Panel | null }
  | { kind: "say"; message: Message | null }
  | { kind: "undo" } | { kind: "redo" } | { kind: "reset" }
  | { kind: "become"; lab: NetworkLab };
