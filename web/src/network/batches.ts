/** The order in which rows are met: which are held out, and each epoch's mini-batches. Python's `networks/batches.py`, row for row. */

import { random } from "../noise.ts";

const MIX = 1_000_003;

/** The rows 0 … n-1 shuffled (Fisher and Yates) for an epoch 0, 1, …; epoch -1 says which are held out. */
export function order(n: number, seed: number, epoch: number): Int32Array {
  return shuffled(Int32Array.from({ length: n }, (_, i) => i), seed, epoch);
}

/** The same order, of any rows, in place. */
export function shuffled(rows: Int32Array, seed: number, epoch: number): Int32Array {
  if (rows.length < 2) return rows;
  const { sample } = random((Math.imul(seed, MIX) + epoch + 1) >>> 0);
  for (let i = rows.length - 1; i > 0; i--) {
    const j = Math.floor(sample() * (i + 1)), row = rows[i]!;
    rows[i] = rows[j]!;
    rows[j] = row;
  }
  return rows;
}

export interface Split {
  readonly train: Int32Array;
  readonly held: Int32Array;
}

/** How many of n rows a share holds out: one is always left to train on. */
export const heldCount = (n: number, share: number): number => Math.max(0, Math.min(n - 1, Math.round(n * share)));

/** Which rows train and which are held out, each in the table's order. */
export function heldOut(n: number, seed: number, share: number): Split {
  const all = order(n, seed, -1), out = heldCount(n, share);
  return { train: all.subarray(out).slice().sort(), held: all.subarray(0, out).slice().sort() };
}

/** How many steps an epoch has. size 0: all rows at once. */
export const stepsOf = (n: number, size: number): number => (size && size < n ? Math.ceil(n / size) : 1);

/** The mini-batches of some rows, one after another. After `seek` the batch of that step is rows[from … to). */
export interface Batches {
  rows: Int32Array;
  from: number;
  to: number;
  readonly seek: (step: number) => void;
}

/** An epoch is met in order, its last batch may be smaller; only the epoch at hand is kept. */
export function batchesOf(train: Int32Array, size: number, seed: number): Batches {
  const n = train.length, each = stepsOf(n, size);
  const batches: Batches = { rows: train, from: 0, to: n, seek };
  if (each === 1) return batches;
  const mixed = new Int32Array(n);
  let met = -1;
  batches.rows = mixed;
  function seek(step: number): void {
    if (each === 1) return;
    const epoch = Math.floor(step / each), from = (step - epoch * each) * size;
    if (epoch !== met) {
      mixed.set(train);
      shuffled(mixed, seed, epoch);
      met = epoch;
    }
    batches.from = from;
    batches.to = Math.min(n, from + size);
  }
  return batches;
}
