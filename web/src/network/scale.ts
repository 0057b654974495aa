/** Scales: the network sees (v - shift)/size of each column, so that a metre and a kilometre train alike. */

import { memo } from "../memo.ts";
import type { NetDocument } from "./contract.ts";
import type { NetworkLab, Sample } from "./lab.ts";
import { featured } from "./layers.ts";

export type Scale = NetworkLab["scale"]; // of each input, then of the target

const AS_IT_IS = [0, 1] as const;

/** Nothing is scaled: data that the page makes. */
export const plain = (inputs: number): Scale => Array.from({ length: inputs + 1 }, () => AS_IT_IS);

/** Mean and standard deviation of each input, and of the target where it is a number. A column that never changes has size 1. */
export function scaleOf({ n, x, y }: Sample, inputs: number, classes: boolean): Scale {
  const columns = Array.from({ length: inputs }, (_, k) => spread(x.subarray(k * n, (k + 1) * n)));
  return [...columns, classes ? AS_IT_IS : spread(y)];
}

/** Shift and size of a column. Dividing before adding keeps numbers near 1e308 finite. */
function spread(column: Float64Array): readonly [number, number] {
  const n = column.length, most = column.reduce((m, v) => Math.max(m, Math.abs(v)), 0) || 1;
  const mean = column.reduce((sum, v) => sum + v / most / n, 0);
  const size = most * Math.sqrt(column.reduce((sum, v) => sum + (v / most - mean) ** 2 / n, 0));
  return [most * mean, size > 1e-12 * most ? size : 1];
}

/** What the network sees: its features row by row, (n, features), and its scaled target (n,). */
export interface Seen {
  readonly n: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** Inputs in columns (inputs · n,), in the table's units, as the network's features, row by row. */
export function seenAt(features: NetDocument["features"], scale: Scale, x: ArrayLike<number>, n: number): Float64Array {
  const columns = Float64Array.from(x);
  for (let k = 0; k < scale.length - 1; k++) {
    const [shift, size] = scale[k]!;
    if (shift !== 0 || size !== 1) for (let i = k * n; i < (k + 1) * n; i++) columns[i] = (columns[i]! - shift) / size;
  }
  return featured(features, columns, n);
}

const looked = memo((features: NetDocument["features"], scale: Scale, { n, x, y }: Sample): Seen => {
  const [shift, size] = scale.at(-1)!;
  return { n, x: seenAt(features, scale, x, n), y: y.map((v) => (v - shift) / size) };
});

/** The lab's points as its network sees them. */
export const seenBy = ({ net, scale, points }: Pick<NetworkLab, "net" | "scale" | "points">): Seen => looked(net.features, scale, points);

/** A prediction in the table's units. */
export const unscaled = (scale: Scale, value: number): number => value * scale.at(-1)![1] + scale.at(-1)![0];
