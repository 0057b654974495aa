/**
 * How well straight pieces can do at best, by dynamic programming: they need not join, so no line of rectified lines with
 * as many pieces can have less. A port of `solve/segments.py`: nothing cancels, however far x is from 0.
 */

const MOST_PLACES = 1_000; // different x up to which every place between two of them is tried
const BINS = 500; // runs of points taken whole where there are more
const LIGHTEST = 1e-200; // share of the heaviest weight

/** One row for each different x, in order, scaled: x from 0 to 1, the lowest y 0 and the highest 1. */
export interface Rows {
  readonly n: number;
  readonly x: Float64Array; // (n,)
  readonly y: Float64Array; // (n,), the mean of those at x
  readonly w: Float64Array; // (n,), their squared weights' sum
  readonly within: number; // the squares that ties cost whatever the line
  readonly first: number; // where x = 0 is, data units
  readonly last: number; // where 1 is
  readonly span: number; // what 1 along x is, data units; 0 where all x are equal
  readonly low: number;
  readonly height: number; // above 0
  readonly unit: number; // what a square of 1 is, in squares of y or of sigma
}

/** The points, given in any order with weights 1/sigma, as rows. */
export function rowsOf(x: Float64Array, y: Float64Array, weight: Float64Array): Rows {
  const order = Uint32Array.from(x, (_, i) => i).sort((a, b) => x[a] - x[b]);
  const first = x[order[0]], last = x[order[order.length - 1]], span = last - first;
  const least = (v: Float64Array): number => v.reduce((m, u) => Math.min(m, u), Infinity), most = (v: Float64Array): number => -least(v.map((u) => -u));
  const low = least(y), height = most(y) - low || 1, heaviest = most(weight);
  const across: number[] = [], level: number[] = [], total: number[] = [];
  let within = 0, before = NaN;
  for (const i of order) {
    const w = Math.max((weight[i] / heaviest) ** 2, LIGHTEST), v = (y[i] - low) / height, at = across.length - 1;
    if (x[i] === before) {
      const away = v - level[at], both = total[at] + w;
      within += (total[at] * w * away * away) / both;
      level[at] += (away * w) / both;
      total[at] = both;
    } else {
      across.push(span && (x[i] - first) / span);
      level.push(v);
      total.push(w);
      before = x[i];
    }
  }
  return { n: across.length, x: Float64Array.from(across), y: Float64Array.from(level), w: Float64Array.from(total), within, first, last, span, low, height, unit: (height * heaviest) ** 2 };
}

/**
 * The sums of squared residuals, each times its weight, of the best 1 … most straight pieces: (most,). Exact up to
 * MOST_PLACES different x; beyond, points go in runs, and one in which a piece may end costs nothing: a lower bound.
 */
export function limits(x: Float64Array, y: Float64Array, weight: Float64Array, most: number): Float64Array {
  const rows = rowsOf(x, y, weight);
  return Float64Array.from(piecesOf(rows, most).best.slice(1), (costs) => (costs.at(-1)! + rows.within) * rows.unit);
}

const piecesOf = (rows: Rows, most: number): Pieces =>
  rows.n <= MOST_PLACES ? programme({ ...rows, each: 1, floors: new Float64Array(rows.n) }, most, 0) : programme(binned(rows), most, 1);

/** Between which rows the best `count` pieces end: the place in the middle, for each but the last. For at most MOST_PLACES rows. */
export function breaks(rows: Rows, count: number): number[] {
  const { came } = piecesOf(rows, count), found: number[] = [];
  for (let k = count, j = came[k][rows.n]; k > 1; j = came[--k][j]) if (j > 0) found.push((rows.x[j - 1] + rows.x[j]) / 2);
  return found;
}

/** Runs of points, `each` rows for one. */
interface Bins extends Pick<Rows, "n" | "x" | "y" | "w"> {
  readonly each: number;
  readonly floors: Float64Array; // what a straight line leaves of each at least
}

/** Of many rows as few as are searched: the averages of runs. */
export function averaged(rows: Rows): Rows {
  if (rows.n <= MOST_PLACES) return rows;
  const made = runs(rows), each = (of: "x" | "y" | "w"): Float64Array => Float64Array.from(made, (run) => run[of][0]);
  return { ...rows, n: BINS, x: each("x"), y: each("y"), w: each("w") };
}

const runs = ({ n, x, y, w }: Rows): Straight[] => Array.from({ length: BINS }, (_, bin) => {
  const run = new Straight(1);
  for (let i = Math.floor((bin * n) / BINS); i < Math.floor(((bin + 1) * n) / BINS); i++) run.add(1, x[i], y[i], w[i]);
  return run;
});

/** The rows in runs: each as two rows that weigh on a straight line as all of it does, and its own residuals. */
function binned(rows: Rows): Bins {
  const made = runs(rows), column = (f: (run: Straight, side: number) => number): Float64Array => Float64Array.from({ length: 2 * BINS }, (_, i) => f(made[i >> 1], (i % 2) * 2 - 1));
  const away = ({ xx, w }: Straight): number => Math.sqrt(xx[0] / w[0]);
  return {
    n: BINS, each: 2, floors: Float64Array.from(made, ({ cost }) => cost[0]), w: column(({ w }) => w[0] / 2),
    x: column((run, side) => run.x[0] + side * away(run)), y: column((run, side) => run.y[0] + (side * away(run) * run.xy[0]) / (run.xx[0] || 1)),
  };
}

/** Straight lines that grow by a point at a time: of each its sums about the mean, and what it leaves. */
class Straight {
  readonly w: Float64Array;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly xx: Float64Array;
  readonly xy: Float64Array;
  readonly cost: Float64Array;
  constructor(n: number) {
    const zeros = (): Float64Array => new Float64Array(n);
    [this.w, this.x, this.y, this.xx, this.xy, this.cost] = [zeros(), zeros(), zeros(), zeros(), zeros(), zeros()];
  }

  /** One more point for the first `count` lines: terms that are never negative are added, so nothing cancels. */
  add(count: number, a: number, b: number, w: number): void {
    for (let i = 0; i < count; i++) {
      const dx = a - this.x[i], dy = b - this.y[i], total = this.w[i] + w, share = (this.w[i] * w) / total;
      const before = this.xx[i], wider = before + share * dx * dx;
      if (before > 0) this.cost[i] += share * (dy - (this.xy[i] / before) * dx) ** 2 * (before / wider);
      this.xx[i] = wider;
      this.xy[i] += share * dx * dy;
      this.x[i] += (dx * w) / total;
      this.y[i] += (dy * w) / total;
      this.w[i] = total;
    }
  }
}

/** By number of pieces, then of bins from the left: the least squares, and how many bins lie before the last piece. */
interface Pieces {
  readonly best: readonly Float64Array[];
  readonly came: readonly Int32Array[];
}

/** The best 1 … most pieces. gap: how many bins before a piece's first may be left out. */
function programme({ n, each, x, y, w, floors }: Bins, most: number, gap: 0 | 1): Pieces {
  const best = Array.from({ length: most + 1 }, (_, k) => new Float64Array(n + 1).fill(k ? 0 : Infinity, 1));
  const came = best.map(() => new Int32Array(n + 1)), lines = new Straight(n), { cost } = lines;
  for (let j = 1; j <= n; j++) {
    for (let row = each * (j - 1); row < each * j; row++) lines.add(j, x[row], y[row], w[row]);
    for (let i = 0; i < j; i++) cost[i] += floors[j - 1];
    best[1][j] = cost[0];
    for (let k = 2; k <= most; k++) {
      const before = best[k - 1];
      let least = Math.min(before[j], gap ? before[j - 1] : Infinity), at = j; // no more pieces than that, or one that lies within a bin
      for (let i = j - 1; i > 0 && cost[i] < least; i--) { // costs grow to the left
        const both = before[i - gap] + cost[i];
        if (both < least) [least, at] = [both, i];
      }
      best[k][j] = least;
      came[k][j] = at;
    }
  }
  return { best, came };
}
