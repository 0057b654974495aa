/** The noise of the fast.ai lesson: NumPy's legacy generator, number for number, and points made with it. */

const [LENGTH, SHIFT] = [624, 397]; // of the Mersenne Twister's state (Matsumoto & Nishimura, 1998)

export interface Random {
  /** The next number from 0 to below 1: RandomState.random_sample. */
  readonly sample: () => number;
  /** The next number from a bell curve of this standard deviation around 0: RandomState.normal. */
  readonly normal: (scale?: number) => number;
}

/**
 * NumPy's `RandomState(seed)`, seed 0 … 2³² − 1.
 *
 *     random(42).normal() // 0.4967141530112327
 */
export function random(seed: number): Random {
  const next = words(seeded(seed));
  const sample = (): number => ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992;
  const normal = bell(sample);
  return { sample, normal: (scale = 1) => scale * normal() };
}

function seeded(seed: number): Uint32Array {
  const state = new Uint32Array(LENGTH);
  state[0] = seed;
  for (let i = 1; i < LENGTH; i++) {
    const last = state[i - 1] ^ (state[i - 1] >>> 30);
    state[i] = Math.imul(1812433253, last) + i;
  }
  return state;
}

/** The generator's stream of 32-bit words. */
function words(state: Uint32Array): () => number {
  let at = LENGTH;
  return () => {
    if (at === LENGTH) [at] = [0, turn(state)];
    let word = state[at++];
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  };
}

function turn(state: Uint32Array): void {
  for (let i = 0; i < LENGTH; i++) {
    const pair = (state[i] & 0x80000000) | (state[(i + 1) % LENGTH] & 0x7fffffff);
    state[i] = state[(i + SHIFT) % LENGTH] ^ (pair >>> 1) ^ (pair & 1 ? 0x9908b0df : 0);
  }
}

/** Marsaglia's polar method makes two numbers at a time: the second waits for the next call. */
function bell(sample: () => number): () => number {
  let waiting: number | null = null;
  return () => {
    if (waiting !== null) {
      const kept = waiting;
      waiting = null;
      return kept;
    }
    let [a, b, square] = [0, 0, 0];
    while (square >= 1 || square === 0) {
      [a, b] = [2 * sample() - 1, 2 * sample() - 1];
      square = a * a + b * b;
    }
    const stretch = Math.sqrt((-2 * Math.log(square)) / square);
    waiting = stretch * a;
    return stretch * b;
  };
}

/** `count` numbers evenly spread from low to high, both included: np.linspace. */
export function linspace(low: number, high: number, count: number): Float64Array {
  const parts = count - 1;
  const step = (high - low) / parts;
  const at = (i: number): number => (step === 0 ? (i / parts) * (high - low) : i * step) + low;
  return Float64Array.from({ length: count }, (_, i) => (i === 0 ? low : i === parts ? high : at(i)));
}

/** A function seen at `count` places, with noise in proportion (mult) and overall (add), as standard deviations. */
export interface Recipe {
  readonly f: (x: number) => number;
  readonly low: number;
  readonly high: number;
  readonly count: number;
  readonly mult: number;
  readonly add: number;
  readonly seed: number;
}

/** The points that Python's `add_noise(f(x), mult, add, seed)` makes of `x = np.linspace(low, high, count)`. */
export function makePoints({ f, low, high, count, mult, add, seed }: Recipe): { x: Float64Array; y: Float64Array } {
  const { normal } = random(seed);
  const x = linspace(low, high, count);
  const stretched = x.map((at) => f(at) * (1 + normal(mult))); // the noise in proportion is drawn first, for all points
  return { x, y: stretched.map((value) => value + normal(add)) };
}
