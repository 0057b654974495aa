/**
 * A small network on typed arrays: predictions, the mean loss and its exact gradient, as Python's `networks/layers.py` has them.
 *
 * Points are rows of what the first layer sees, (n, features), made by `featured`; parameters stand in one array, layer
 * by layer: weights (units, below) by rows, then biases. Nothing is allocated while it runs.
 */

import { random } from "../noise.ts";
import type { ActivationName, FeatureName, NetDocument, NetworkLossName } from "./contract.ts";

/** Where everything of a network lies. Units are counted through: the features first, the output last. */
export interface Shape {
  readonly widths: readonly number[]; // features, hidden layers, 1
  readonly weights: readonly number[]; // of layer k, from the features up: where its weights begin among the parameters
  readonly biases: readonly number[]; // likewise
  readonly first: readonly number[]; // the number of the first unit of each of `widths`
  readonly P: number; // parameters
  readonly count: number; // of units in all, features and output included
}

export function shapeOf({ features, hidden }: Pick<NetDocument, "features" | "hidden">): Shape {
  const widths = [features.length, ...hidden, 1], weights: number[] = [], biases: number[] = [], first = [0];
  let P = 0;
  for (let k = 0; k + 1 < widths.length; k++) {
    weights.push(P);
    biases.push(P + widths[k]! * widths[k + 1]!);
    P = biases[k]! + widths[k + 1]!;
    first.push(first[k]! + widths[k]!);
  }
  return { widths, weights, biases, first, P, count: first.at(-1)! + 1 };
}

/** Every parameter's name, in order: w1_3_2 leads from input 2 to unit 3 of layer 1, b1_3 is that unit's bias. */
export function namesOf({ widths }: Shape): string[] {
  return widths.slice(1).flatMap((units, k) => {
    const each = Array.from({ length: units }, (_, j) => j + 1), below = Array.from({ length: widths[k]! }, (_, i) => i + 1);
    return [...each.flatMap((j) => below.map((i) => `w${k + 1}_${j}_${i}`)), ...each.map((j) => `b${k + 1}_${j}`)];
  });
}

/** Where training begins: Python's `Network.start`, number for number. */
export function drawn(net: Pick<NetDocument, "features" | "hidden" | "activation">, seed: number): Float64Array {
  const { widths, weights, biases, P } = shapeOf(net), { sample } = random(seed), values = new Float64Array(P);
  const rectified = net.activation === "relu" || net.activation === "silu";
  for (let k = 0; k < weights.length; k++) {
    const below = widths[k]!, span = Math.sqrt(6 / (rectified ? below : below + widths[k + 1]!));
    for (let at = weights[k]!; at < biases[k]!; at++) values[at] = span * (2 * sample() - 1);
  }
  return values;
}

/** What each feature makes of the inputs. One input is both x1 and, were it asked for, x2. */
export const FEATURES: Readonly<Record<FeatureName, (x1: number, x2: number) => number>> = {
  x1: (x1) => x1,
  x2: (_, x2) => x2,
  "x1^2": (x1) => x1 * x1,
  "x2^2": (_, x2) => x2 * x2,
  "x1*x2": (x1, x2) => x1 * x2,
  "sin(x1)": (x1) => Math.sin(x1),
  "sin(x2)": (_, x2) => Math.sin(x2),
};

/** What the first layer sees of inputs in columns (inputs · n,): rows (n, features). */
export function featured(features: readonly FeatureName[], columns: ArrayLike<number>, n: number): Float64Array {
  const made = features.map((word) => FEATURES[word]), F = made.length, second = columns.length - n, rows = new Float64Array(n * F);
  for (let k = 0; k < F; k++) {
    const f = made[k]!;
    for (let i = 0; i < n; i++) rows[i * F + k] = f(columns[i]!, columns[second + i]!);
  }
  return rows;
}

export interface Engine extends Shape {
  /** For n points: their last sums at out[0 … n), and what is shown at out[n … 2n): the number itself, the share of class 1 under cross-entropy, tanh of the sum (-1 … 1) where classes are told by mse. */
  readonly forward: (p: Float64Array, x: Float64Array, n: number, out: Float64Array) => void;
  /** What every unit gives for n points, unit by unit: out[unit·n + i], features first; the last row is what is shown. */
  readonly units: (p: Float64Array, x: Float64Array, n: number, out: Float64Array | Float32Array) => void;
  /** The mean loss over rows[from … to) and its gradient (P,), written to `out`. */
  readonly gradient: (p: Float64Array, x: Float64Array, y: Float64Array, rows: Int32Array, from: number, to: number, out: Float64Array) => number;
  /** The mean loss over these rows; NaN over none. */
  readonly loss: (p: Float64Array, x: Float64Array, y: Float64Array, rows: Int32Array) => number;
}

const RELU = 0, TANH = 1, SIGMOID = 2, SILU = 3, LINEAR = 4;
const BENDS: Readonly<Record<ActivationName, number>> = { relu: RELU, tanh: TANH, sigmoid: SIGMOID, silu: SILU, linear: LINEAR };
const CHUNK = 32; // points that go through the layers together
const SQUARED = 0, ABSOLUTE = 1, ENTROPY = 2, SIGN = 3; // how wrong a sum is

/** 1/(1 + e⁻ᶻ), without overflow. */
export function sigmoid(z: number): number {
  if (z >= 0) return 1 / (1 + Math.exp(-z));
  const small = Math.exp(z);
  return small / (1 + small);
}

/** To 2e-16, in four fifths of the time that Math.tanh takes. */
const tanh = (z: number): number => 1 - 2 / (Math.exp(2 * z) + 1);

const headOf = (net: Pick<NetDocument, "labels">, loss: NetworkLossName): number =>
  (net.labels ? (loss === "mse" ? SIGN : ENTROPY) : loss === "mae" ? ABSOLUTE : SQUARED);

/** The engine of a network. Each has buffers of its own. */
export function engineOf(net: Pick<NetDocument, "features" | "hidden" | "activation" | "labels">, loss: NetworkLossName): Engine {
  const shape = shapeOf(net), L = shape.weights.length, { P, count: units } = shape;
  const widths = Int32Array.from(shape.widths), weights = Int32Array.from(shape.weights), biases = Int32Array.from(shape.biases), first = Int32Array.from(shape.first);
  const F = widths[0]!, last = units - 1, bend = BENDS[net.activation], head = headOf(net, loss);
  const H = new Float64Array(CHUNK * units); // what each unit gives, point by point
  const S = new Float64Array(CHUNK * units); // the sigmoid of each sum, for silu's slope
  const D = new Float64Array(CHUNK * units); // how fast the loss grows with each unit's sum

  /** n points through all layers, from the features in h; four units at a time, so that their sums do not wait for one another. */
  function up(p: Float64Array, h: Float64Array, s: Float64Array, n: number): void {
    for (let k = 0; k < L; k++) {
      const below = widths[k]!, from = first[k]!, to = first[k + 1]!, wide = widths[k + 1]!, w0 = weights[k]!, b0 = biases[k]!, fours = wide - 3;
      for (let r = 0, base = 0; r < n; r++, base += units) {
        const lo = base + from, hi = base + to;
        let j = 0, w = w0;
        for (; j < fours; j += 4, w += 4 * below) {
          const w1 = w + below, w2 = w1 + below, w3 = w2 + below;
          let a0 = 0, a1 = 0, a2 = 0, a3 = 0;
          for (let i = 0; i < below; i++) {
            const v = h[lo + i]!;
            a0 += p[w + i]! * v;
            a1 += p[w1 + i]! * v;
            a2 += p[w2 + i]! * v;
            a3 += p[w3 + i]! * v;
          }
          h[hi + j] = a0 + p[b0 + j]!;
          h[hi + j + 1] = a1 + p[b0 + j + 1]!;
          h[hi + j + 2] = a2 + p[b0 + j + 2]!;
          h[hi + j + 3] = a3 + p[b0 + j + 3]!;
        }
        for (; j < wide; j++, w += below) {
          let sum = 0;
          for (let i = 0; i < below; i++) sum += p[w + i]! * h[lo + i]!;
          h[hi + j] = sum + p[b0 + j]!;
        }
        if (k + 1 < L) bent(h, s, hi, hi + wide);
      }
    }
  }

  function bent(h: Float64Array, s: Float64Array, from: number, to: number): void {
    if (bend === RELU) for (let j = from; j < to; j++) h[j] = h[j]! < 0 ? 0 : h[j]!;
    else if (bend === TANH) for (let j = from; j < to; j++) h[j] = tanh(h[j]!);
    else if (bend === SIGMOID) for (let j = from; j < to; j++) h[j] = sigmoid(h[j]!);
    else if (bend === SILU) for (let j = from; j < to; j++) h[j]! *= s[j] = sigmoid(h[j]!);
  }

  /** d is how fast the loss grows with what the units from … to give: makes it how fast with their sums. */
  function unbent(h: Float64Array, s: Float64Array, d: Float64Array, from: number, to: number): void {
    if (bend === RELU) for (let j = from; j < to; j++) d[j]! *= h[j]! > 0 ? 1 : 0;
    else if (bend === TANH) for (let j = from; j < to; j++) d[j]! *= 1 - h[j]! * h[j]!;
    else if (bend === SIGMOID) for (let j = from; j < to; j++) d[j]! *= h[j]! * (1 - h[j]!);
    else if (bend === SILU) for (let j = from; j < to; j++) d[j]! *= s[j]! + h[j]! * (1 - s[j]!);
  }

  /** The gradient that d at the output of n points leads to, added to `out`. */
  function down(p: Float64Array, h: Float64Array, s: Float64Array, d: Float64Array, n: number, out: Float64Array): void {
    const size = n * units;
    for (let k = L - 1; k >= 0; k--) {
      const below = widths[k]!, from = first[k]!, to = first[k + 1]!, wide = widths[k + 1]!, w0 = weights[k]!, b0 = biases[k]!, fours = wide - 3;
      let j = 0, w = w0;
      for (; j < fours; j += 4, w += 4 * below) {
        let a0 = 0, a1 = 0, a2 = 0, a3 = 0;
        for (let at = to + j; at < size; at += units) {
          a0 += d[at]!;
          a1 += d[at + 1]!;
          a2 += d[at + 2]!;
          a3 += d[at + 3]!;
        }
        out[b0 + j]! += a0;
        out[b0 + j + 1]! += a1;
        out[b0 + j + 2]! += a2;
        out[b0 + j + 3]! += a3;
        for (let i = 0; i < below; i++) {
          a0 = a1 = a2 = a3 = 0;
          for (let at = to + j, lo = from + i; at < size; at += units, lo += units) {
            const v = h[lo]!;
            a0 += d[at]! * v;
            a1 += d[at + 1]! * v;
            a2 += d[at + 2]! * v;
            a3 += d[at + 3]! * v;
          }
          out[w + i]! += a0;
          out[w + below + i]! += a1;
          out[w + 2 * below + i]! += a2;
          out[w + 3 * below + i]! += a3;
        }
      }
      for (; j < wide; j++, w += below) {
        let sum = 0;
        for (let at = to + j; at < size; at += units) sum += d[at]!;
        out[b0 + j]! += sum;
        for (let i = 0; i < below; i++) {
          sum = 0;
          for (let at = to + j, lo = from + i; at < size; at += units, lo += units) sum += d[at]! * h[lo]!;
          out[w + i]! += sum;
        }
      }
      if (k === 0) return;
      const some = below - 3;
      for (let base = 0; base < size; base += units) {
        const lo = base + from, hi = base + to;
        let i = 0;
        for (; i < some; i += 4) {
          let a0 = 0, a1 = 0, a2 = 0, a3 = 0;
          for (let q = 0, at = w0 + i; q < wide; q++, at += below) {
            const v = d[hi + q]!;
            a0 += v * p[at]!;
            a1 += v * p[at + 1]!;
            a2 += v * p[at + 2]!;
            a3 += v * p[at + 3]!;
          }
          d[lo + i] = a0;
          d[lo + i + 1] = a1;
          d[lo + i + 2] = a2;
          d[lo + i + 3] = a3;
        }
        for (; i < below; i++) {
          let sum = 0;
          for (let q = 0, at = w0 + i; q < wide; q++, at += below) sum += d[hi + q]! * p[at]!;
          d[lo + i] = sum;
        }
        unbent(h, s, d, lo, lo + below);
      }
    }
  }

  /** How wrong a sum is. */
  function wrong(z: number, y: number): number {
    if (head === SQUARED) return (z - y) * (z - y);
    if (head === ABSOLUTE) return Math.abs(z - y);
    if (head === ENTROPY) return (z > 0 ? z : 0) + Math.log1p(Math.exp(-Math.abs(z))) - y * z;
    const off = tanh(z) - (2 * y - 1);
    return off * off;
  }

  /** How fast that grows with the sum. */
  function slope(z: number, y: number): number {
    if (head === SQUARED) return 2 * (z - y);
    if (head === ABSOLUTE) return z > y ? 1 : z < y ? -1 : 0 * (z - y);
    if (head === ENTROPY) return sigmoid(z) - y;
    const t = tanh(z);
    return 2 * (t - (2 * y - 1)) * (1 - t * t);
  }

  const shown = (z: number): number => (head === ENTROPY ? sigmoid(z) : head === SIGN ? tanh(z) : z);

  /** The features of one point into its place. */
  function seen(h: Float64Array, x: Float64Array, base: number, at: number): void {
    for (let i = 0; i < F; i++) h[base + i] = x[at + i]!;
  }

  /** The points from … to of x, at most CHUNK, through all layers. */
  function through(p: Float64Array, x: Float64Array, from: number, to: number): void {
    for (let i = from, base = 0; i < to; i++, base += units) seen(H, x, base, i * F);
    up(p, H, S, to - from);
  }

  return {
    ...shape,
    forward(p, x, n, out) {
      for (let from = 0; from < n; from += CHUNK) {
        const to = Math.min(n, from + CHUNK);
        through(p, x, from, to);
        for (let i = from, at = last; i < to; i++, at += units) out[n + i] = shown((out[i] = H[at]!));
      }
    },
    units(p, x, n, out) {
      for (let from = 0; from < n; from += CHUNK) {
        const to = Math.min(n, from + CHUNK);
        through(p, x, from, to);
        for (let u = 0; u < units; u++) for (let i = from, at = u; i < to; i++, at += units) out[u * n + i] = u < last ? H[at]! : shown(H[at]!);
      }
    },
    gradient(p, x, y, rows, from, to, out) {
      const n = to - from, h = H, d = D;
      let sum = 0;
      for (let i = 0; i < P; i++) out[i] = 0;
      for (let begin = from; begin < to; begin += CHUNK) {
        const end = Math.min(to, begin + CHUNK);
        for (let r = begin, base = 0; r < end; r++, base += units) seen(h, x, base, rows[r]! * F);
        up(p, h, S, end - begin);
        for (let r = begin, at = last; r < end; r++, at += units) {
          const right = y[rows[r]!]!, z = h[at]!;
          sum += wrong(z, right);
          d[at] = slope(z, right) / n;
        }
        down(p, h, S, d, end - begin, out);
      }
      return sum / n;
    },
    loss(p, x, y, rows) {
      const n = rows.length, h = H;
      let sum = 0;
      for (let begin = 0; begin < n; begin += CHUNK) {
        const end = Math.min(n, begin + CHUNK);
        for (let r = begin, base = 0; r < end; r++, base += units) seen(h, x, base, rows[r]! * F);
        up(p, h, S, end - begin);
        for (let r = begin, at = last; r < end; r++, at += units) sum += wrong(h[at]!, y[rows[r]!]!);
      }
      return sum / n;
    },
  };
}
