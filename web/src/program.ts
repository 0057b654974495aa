/**
 * The interpreter: a formula and its derivatives as one list of steps, run over the points a block at a time.
 *
 * What depends on the parameters alone is computed once a call, as one number; constants once and for all.
 */

import { derivatives } from "./derivative.ts";
import type { Evaluator } from "./evaluator.ts";
import { ordered, type Expr } from "./expression.ts";
import { mean, slopes as slopesOf } from "./losses.ts";
import { OPERATIONS, type Kernel } from "./operations.ts";

const BLOCK = 256; // points at a time: a step's numbers stay in the processor's cache, memory stays flat

/** One call of a kernel; arguments that it does not take repeat the first. */
interface Step {
  readonly kernel: Kernel;
  readonly out: Float64Array;
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly c: Float64Array;
}

/** The steps that compute some outputs, with room for the numbers of one block at every node. */
interface Tape {
  readonly inputs: readonly (Float64Array | null)[]; // where each column of x goes; null where nothing depends on it
  readonly parameters: readonly (Float64Array | null)[]; // where each parameter goes
  readonly once: readonly Step[]; // of parameters and constants alone: one number each
  readonly spread: readonly Float64Array[]; // of those, what is wanted at every point
  readonly each: readonly Step[]; // one number a point
  readonly outputs: readonly Float64Array[];
}

/** What evaluates an expression of inputs and parameters. Throws RangeError for any other name in it. */
export function interpreter(expr: Expr, input: string | readonly string[], parameters: readonly string[]): Evaluator {
  const inputs = [input].flat(), curve = tape([expr], inputs, parameters);
  let made: Tape | null = null; // with the derivatives, once they are asked for
  const whole = (): Tape => (made ??= tape([expr, ...derivatives(expr, parameters)], inputs, parameters));
  const slope = new Float64Array(BLOCK);
  return {
    predict: (values, x, n, out) => write(curve, values, x, n, out),
    rows: (values, x, n, out) => write(whole(), values, x, n, out),
    gradient(loss, delta, values, x, y, weight, n, out) {
      const { outputs: [curve, ...slopes] } = begin(whole(), values, n);
      for (let p = 0; p < slopes.length; p++) out[p] = 0;
      let total = 0;
      for (let from = 0; from < n; from += BLOCK) {
        const size = run(whole(), x, from, n);
        const [ys, ws] = from ? [y.subarray(from), weight.subarray(from)] : [y, weight];
        total += mean(loss, curve, ys, ws, delta, size) * size;
        slopesOf(loss, curve, ys, ws, delta, size, slope);
        for (let p = 0; p < slopes.length; p++) out[p] += dot(slope, slopes[p], size);
      }
      for (let p = 0; p < slopes.length; p++) out[p] /= n;
      return total / n;
    },
  };
}

/** The outputs at n points, a row each. */
function write(t: Tape, values: ArrayLike<number>, x: Float64Array, n: number, out: Float64Array): void {
  begin(t, values, n);
  for (let from = 0; from < n; from += BLOCK) {
    const size = run(t, x, from, n);
    for (let k = 0; k < t.outputs.length; k++) copy(t.outputs[k], 0, out, k * n + from, size);
  }
}

/** Parameters to their places, and what follows from them alone. */
function begin(t: Tape, values: ArrayLike<number>, n: number): Tape {
  for (let p = 0; p < t.parameters.length; p++) {
    const place = t.parameters[p];
    if (place) place[0] = values[p];
  }
  for (const step of t.once) step.kernel(1, step.out, step.a, step.b, step.c);
  for (const numbers of t.spread) for (let i = Math.min(n, BLOCK); --i > 0; ) numbers[i] = numbers[0];
  return t;
}

/** Every step for the block that begins at a point; returns how many points it has. */
function run(t: Tape, x: Float64Array, from: number, n: number): number {
  const size = Math.min(BLOCK, n - from);
  for (let j = 0; j < t.inputs.length; j++) {
    const place = t.inputs[j];
    if (place) copy(x, j * n + from, place, 0, size);
  }
  for (const step of t.each) step.kernel(size, step.out, step.a, step.b, step.c);
  return size;
}

// Loops, because a block is often twenty points and a call of `set` costs more than those.

function dot(a: Float64Array, b: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += a[i] * b[i];
  return sum;
}

function copy(from: Float64Array, at: number, to: Float64Array, there: number, n: number): void {
  for (let i = 0; i < n; i++) to[there + i] = from[at + i];
}

/** The plan of work for some outputs. */
function tape(outputs: readonly Expr[], inputs: readonly string[], parameters: readonly string[]): Tape {
  const order = ordered(outputs);
  const varying = new Set<Expr>();
  for (const node of order) if (inputs.includes(node.name) || node.args.some((a) => varying.has(a))) varying.add(node);
  const everywhere = new Set([...outputs, ...order.filter((node) => varying.has(node)).flatMap((node) => [node, ...node.args])]);
  const room = new Map(order.map((node) => [node, new Float64Array(everywhere.has(node) ? BLOCK : 1).fill(node.value)]));
  const place = new Map(order.filter((node) => node.op === "name").map((node) => [node.name, room.get(node) as Float64Array]));
  for (const word of place.keys()) {
    if (!inputs.includes(word) && !parameters.includes(word)) throw new RangeError(`\`${word}\` is neither an input nor a parameter`);
  }
  const steps = (some: (node: Expr) => boolean): Step[] =>
    order.filter((node) => node.args.length && some(node)).map((node) => stepOf(node, room));
  return {
    inputs: inputs.map((word) => place.get(word) ?? null),
    parameters: parameters.map((word) => place.get(word) ?? null),
    once: steps((node) => !varying.has(node)),
    spread: [...everywhere].filter((node) => !varying.has(node) && node.op !== "constant").map((node) => room.get(node) as Float64Array),
    each: steps((node) => varying.has(node)),
    outputs: outputs.map((node) => room.get(node) as Float64Array),
  };
}

function stepOf(node: Expr, room: ReadonlyMap<Expr, Float64Array>): Step {
  const [a, b = a, c = a] = node.args.map((argument) => room.get(argument) as Float64Array);
  const special = node.op === "power" ? POWERS.get(node.args[1].value) : undefined;
  return { kernel: special ?? OPERATIONS[node.op].kernel, out: room.get(node) as Float64Array, a, b, c };
}

/** Powers that are computed otherwise, as NumPy does: quicker and more exact. */
const POWERS: ReadonlyMap<number, Kernel> = new Map<number, Kernel>([
  [2, (n, out, a) => { for (let i = 0; i < n; i++) out[i] = a[i] * a[i]; }],
  [0.5, OPERATIONS.sqrt.kernel],
  [-1, (n, out, a) => { for (let i = 0; i < n; i++) out[i] = 1 / a[i]; }],
]);
