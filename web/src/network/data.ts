/** Data that the page makes: the shapes that TensorFlow Playground made known, in its box from -6 to 6, and some of one input. */

import { type Random, random } from "../noise.ts";
import type { DataName } from "./contract.ts";
import type { Sample } from "./lab.ts";

export type MadeName = Exclude<DataName, "own">;

export const BOX: readonly [number, number] = [-6, 6]; // where the inputs of made data lie, give or take the noise
export const MOST_NOISE = 0.5;

export interface Made {
  readonly title: string;
  readonly inputs: 1 | 2;
  readonly classes: boolean; // whether y is 0 or 1; otherwise it is a number, about -1 … 1
  /** The same n points for the same noise (0 … 0.5) and seed. */
  readonly make: (n: number, noise: number, seed: number) => Sample;
}

type Point = readonly [x1: number, x2: number, y: number];

/** One point: which of n it is, how noisy, and between two numbers at random. */
type Recipe = (i: number, n: number, noise: number, between: (low: number, high: number) => number, normal: Random["normal"]) => Point;

const made = (title: string, inputs: 1 | 2, classes: boolean, recipe: Recipe): Made => ({
  title, inputs, classes,
  make(n, noise, seed) {
    const { sample, normal } = random(seed), x = new Float64Array(inputs * n), y = new Float64Array(n);
    const between = (low: number, high: number): number => low + (high - low) * sample();
    for (let i = 0; i < n; i++) {
      const point = recipe(i, n, noise, between, normal);
      for (let k = 0; k < inputs; k++) x[k * n + i] = point[k]!;
      y[i] = point[2];
    }
    return { n, x, y };
  },
});

const SIZE = 5; // how far the classes reach from the middle
const first = (i: number, n: number): boolean => i < Math.floor(n / 2); // half of the points are of one class, the rest of the other
const within = (share: number): number => Math.max(-1, Math.min(1, share));

/** Inside, a gap, outside. */
const circle: Recipe = (i, n, noise, between) => {
  const r = first(i, n) ? between(0, 0.5 * SIZE) : between(0.7 * SIZE, SIZE), angle = between(0, 2 * Math.PI);
  const x = r * Math.sin(angle), y = r * Math.cos(angle);
  const off = noise * SIZE, seen = Math.hypot(x + between(-off, off), y + between(-off, off));
  return [x, y, seen < 0.5 * SIZE ? 1 : 0];
};

/** Two clouds; noise makes them wide. */
const gauss: Recipe = (i, n, noise, _, normal) => {
  const side = first(i, n) ? 2 : -2, wide = Math.sqrt(0.5 + 7 * noise);
  return [side + normal(wide), side + normal(wide), side > 0 ? 1 : 0];
};

/** Four squares: like signs make one class. */
const xor: Recipe = (_, __, noise, between) => {
  const place = (): number => { const v = between(-SIZE, SIZE); return v + (v > 0 ? 0.3 : -0.3); };
  const x = place(), y = place(), off = noise * SIZE;
  return [x, y, (x + between(-off, off)) * (y + between(-off, off)) >= 0 ? 1 : 0];
};

/** Two arms, wound into each other. */
const spiral: Recipe = (i, n, noise, between) => {
  const one = first(i, n), half = one ? Math.floor(n / 2) : Math.ceil(n / 2), along = (one ? i : i - Math.floor(n / 2)) / half;
  const r = SIZE * along, angle = 1.75 * 2 * Math.PI * along + (one ? 0 : Math.PI);
  return [r * Math.sin(angle) + noise * between(-1, 1), r * Math.cos(angle) + noise * between(-1, 1), one ? 1 : 0];
};

/** Two crescents that reach into each other. */
const moons: Recipe = (i, n, noise, between, normal) => {
  const one = first(i, n), angle = between(0, Math.PI), side = one ? 1 : -1;
  const x = side * (3 * Math.cos(angle) - 1.5), y = side * (3.5 * Math.sin(angle) - 0.9);
  return [x + normal(2 * noise), y + normal(2 * noise), one ? 1 : 0];
};

/** A number of a place that is seen somewhat off it. */
const field = (f: (x: number, y: number) => number): Recipe => (_, __, noise, between) => {
  const x = between(...BOX), y = between(...BOX), off = noise * BOX[1];
  return [x, y, f(x + between(-off, off), y + between(-off, off))];
};

// Hills and hollows in turn, each 2 wide.
const HILLS: readonly Point[] = [[-4, 2.5, 1], [0, 2.5, -1], [4, 2.5, 1], [-4, -2.5, -1], [0, -2.5, 1], [4, -2.5, -1]];

/** The hill that counts most at a place. */
function hills(x: number, y: number): number {
  let most = 0;
  for (const [hx, hy, sign] of HILLS) {
    const high = sign * Math.max(0, 1 - Math.hypot(x - hx, y - hy) / 2);
    if (Math.abs(high) > Math.abs(most)) most = high;
  }
  return most;
}

/** A curve over one input, and noise on top of it. */
const curve = (f: (x: number) => number): Recipe => (_, __, noise, between, normal) => {
  const x = between(...BOX);
  return [x, 0, f(x) + normal(noise)];
};

export const DATA: Readonly<Record<MadeName, Made>> = {
  circle: made("Circle", 2, true, circle),
  moons: made("Moons", 2, true, moons),
  spiral: made("Spiral", 2, true, spiral),
  gauss: made("Two clouds", 2, true, gauss),
  xor: made("Four squares", 2, true, xor),
  plane: made("Plane", 2, false, field((x, y) => within((x + y) / 10))),
  bump: made("Bumps", 2, false, field(hills)),
  wave: made("Wave", 1, false, curve(Math.sin)),
  steps: made("Steps", 1, false, curve((x) => within((2 * Math.floor((x + 6) / 3)) / 3 - 1))),
};
