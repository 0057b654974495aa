/**
 * The best continuous line with n hinges, squared loss: everything but the hinges' places is solved in closed form.
 *
 * A line is held as its heights at its knots, the two ends and the hinges: hat functions, whose equations are banded.
 * Places are first chosen among some by dynamic programming over the height at the last knot, then all move at once.
 */

import { averaged, breaks, type Rows, rowsOf } from "./segments.ts";

export interface Placed {
  readonly c0: number;
  readonly c1: number;
  readonly t: Float64Array; // (n,), ascending
  readonly w: Float64Array; // (n,), by how much the slope changes there
  readonly cost: number; // the sum of squared residuals, each times its weight
}

const MOST_PARTS = 8; // of the way between two points: hinges are tried where they meet
const MOST_WORK = 4e6; // pairs of places times pieces that are looked at
const KEPT: readonly number[] = [0, -1, 1, -2, 2]; // heights, in what a piece's share of the squares is worth, for each of which the best is kept
const MOST_STEPS = 100;
const ROUNDS = 8; // of moving hinges alone, then all
const TRIED: readonly number[] = [-2.5, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5]; // points from the one before a hinge
const MOST_RESTED = 1_000; // different x up to which they are moved alone as well: between more there is hardly a kink
const APART = 1e-9; // of the span: hinges keep their order
const UNDECIDED = 1e-8; // of a point's weight: less says nothing about a height
const RESTING = 1e-13; // the least gain, as a share of the cost, for which another step is taken

/** A line through the rows with its hinges somewhere, and the sums that its next step is made of, one for each piece. */
interface Line {
  readonly at: Float64Array; // (n + 2,) the knots
  readonly v: Float64Array; // (n + 2,) the heights there
  readonly cost: number;
  readonly sums: Sums;
}

/** For a piece on which s goes from 0 to 1: the sums of (1-s)², s(1-s), s², and of the residual times 1-s and s. */
interface Sums { readonly ll: Float64Array; readonly lr: Float64Array; readonly rr: Float64Array; readonly l: Float64Array; readonly r: Float64Array }

/**
 * The best line with n hinges; null where all x are equal. weight: 1/sigma. given: where hinges may stay, one more start,
 * than which the answer is never worse. search: whether to look everywhere, not only downhill from those given.
 */
export function place(x: Float64Array, y: Float64Array, weight: Float64Array, n: number, given?: ArrayLike<number>, search = true): Placed | null {
  if (!x.length) return null;
  const rows = rowsOf(x, y, weight), { first, span } = rows;
  if (!span) return null;
  if (n >= rows.n - 2) return written(rows, interpolated(rows, n));
  const starts = given?.length === n ? [knotted(Float64Array.from(given, (t) => (t - first) / span))] : [];
  if (search || !starts.length) starts.push(searched(averaged(rows), n));
  return written(rows, lowest(starts.map((at) => (rows.n > MOST_RESTED ? descended : atRest)(rows, lineAt(rows, at)))));
}

/** The best knots found among all. */
function searched(rows: Rows, n: number): Float64Array {
  const sets = n ? [...chosen(rows, n), Float64Array.from(breaks(rows, n + 1))].filter((set) => set.length === n) : [new Float64Array(0)];
  return lowest(sets.map((set) => atRest(rows, lineAt(rows, knotted(set))))).at;
}

const lowest = (lines: readonly Line[]): Line => lines.reduce((a, b) => (b.cost < a.cost ? b : a));

/** A hinge at every point but the ends; those left over lie at the end and bend nothing. */
function interpolated(rows: Rows, n: number): Line {
  const at = Float64Array.from({ length: n + 2 }, (_, i) => rows.x[Math.min(i, rows.n - 1)]);
  return { at, v: at.map((_, i) => rows.y[Math.min(i, rows.n - 1)]), cost: 0, sums: lineAt(rows, at).sums };
}

/** Hinges in order and inside, between the two ends. */
function knotted(hinges: ArrayLike<number>): Float64Array {
  const n = hinges.length, at = Float64Array.of(0, ...Float64Array.from(hinges).sort(), 1);
  for (let j = 1; j <= n; j++) at[j] = Math.max(at[j], at[j - 1] + APART);
  for (let j = n; j > 0; j--) at[j] = Math.min(at[j], at[j + 1] - APART);
  return at;
}

/** The line of n hinges in the terms of the formula and in data units. */
function written({ within, first, last, span, low, height, unit }: Rows, { at, v, cost }: Line): Placed {
  const n = at.length - 2, t = at.slice(1, -1).map((u) => Math.min(last, first + u * span)), slopes = new Float64Array(n + 1);
  for (let j = 0; j <= n; j++) slopes[j] = at[j + 1] > at[j] ? ((v[j + 1] - v[j]) / (at[j + 1] - at[j])) * (height / span) : slopes[j - 1];
  return { c0: low + height * v[0] - slopes[0] * first, c1: slopes[0], t, w: t.map((_, j) => slopes[j + 1] - slopes[j]), cost: (cost + within) * unit };
}

/** The line of least squares with these knots. */
function lineAt({ n, x, y, w }: Rows, at: Float64Array): Line {
  const pieces = at.length - 1, made = () => new Float64Array(pieces + 1);
  const sums = { ll: made(), lr: made(), rr: made(), l: made(), r: made() }, v = made();
  for (let j = 0, i = 0; j <= pieces; j++) { // what no point decides stays on the way between two
    while (i < n - 2 && x[i + 1] < at[j]) i++;
    v[j] = y[i] + ((y[i + 1] - y[i]) * (at[j] - x[i])) / (x[i + 1] - x[i]);
  }
  let cost = 0;
  for (const again of [false, true]) {
    cost = 0;
    sums.l.fill(0);
    sums.r.fill(0);
    for (let j = 0, i = 0; j < pieces; j++) {
      const unit = 1 / (at[j + 1] - at[j] || 1);
      for (; i < n && (j === pieces - 1 || x[i] < at[j + 1]); i++) {
        const right = (x[i] - at[j]) * unit, left = 1 - right, rest = y[i] - v[j] * left - v[j + 1] * right, weighed = w[i] * rest;
        if (!again) {
          sums.ll[j] += w[i] * left * left;
          sums.lr[j] += w[i] * left * right;
          sums.rr[j] += w[i] * right * right;
        }
        sums.l[j] += weighed * left;
        sums.r[j] += weighed * right;
        cost += weighed * rest;
      }
    }
    if (!again) solved(sums, new Float64Array(pieces + 1), 0).forEach((change, i) => { if (i % 2 === 0) v[i / 2] += change; });
  }
  return { at, v, cost, sums };
}

/**
 * Changes of height and of place, in turns, that take off most squares: (2·(n + 2),). bends: by how much the slope changes
 * at each knot, 0 for those that stay. The matrix has two diagonals beside the main one.
 */
function solved({ ll, lr, rr, l, r }: Sums, bends: Float64Array, damping: number): Float64Array {
  const size = 2 * ll.length, main = new Float64Array(size + 2), next = new Float64Array(size + 2), second = new Float64Array(size + 2), x = new Float64Array(size + 2);
  for (let j = 0; j < ll.length; j++) {
    const bend = -bends[j], i = 2 * j;
    main[i] = ll[j] + (j && rr[j - 1]);
    next[i] = bend * ll[j];
    second[i] = lr[j];
    x[i] = l[j] + (j && r[j - 1]);
    main[i + 1] = bend ** 2 * ll[j] * (1 + damping);
    next[i + 1] = bend * lr[j];
    x[i + 1] = bend * l[j];
  }
  const whole = main.slice();
  for (let i = 0; i < size; i++) {
    const share = main[i] > 1e-12 * whole[i] ? 1 / main[i] : 0, one = next[i] * share, two = second[i] * share; // 0: nothing decides this one
    main[i] = share;
    main[i + 1] -= one * next[i];
    next[i + 1] -= one * second[i];
    x[i + 1] -= one * x[i];
    main[i + 2] -= two * second[i];
    x[i + 2] -= two * x[i];
  }
  for (let i = size - 1; i >= 0; i--) x[i] = (x[i] - next[i] * x[i + 1] - second[i] * x[i + 2]) * main[i];
  return x.subarray(0, size);
}

/** The line after its hinges have moved downhill together, by Levenberg and Marquardt's steps, heights being at their best. */
function descended(rows: Rows, line: Line): Line {
  let damping = 1e-3;
  for (let step = 0; step < MOST_STEPS && damping < 1e9; step++) {
    const { at, v, sums } = line, last = at.length - 1;
    const slope = (j: number): number => (v[j + 1] - v[j]) / (at[j + 1] - at[j]);
    const bends = at.map((_, j) => (j && j < last ? slope(j) - slope(j - 1) : 0)), change = solved(sums, bends, damping);
    const moved = at.map((u, j) => (j && j < last ? Math.max(u - 0.45 * (u - at[j - 1]), Math.min(u + 0.45 * (at[j + 1] - u), u + change[2 * j + 1])) : u));
    const there = lineAt(rows, moved), gain = line.cost - there.cost;
    if (gain > 0) line = there;
    else if (Math.abs(gain) <= RESTING * line.cost) break;
    damping *= gain > 0 ? 0.1 : 10;
    if (gain > 0 && gain <= RESTING * line.cost) break;
  }
  return line;
}

/**
 * A line downhill from which no hinge would go on alone. The squares have a kink at each point, which may stop them all:
 * so in turns all descend, and each tries the points about it and the middles between.
 */
function atRest(rows: Rows, start: Line): Line {
  const { x } = rows;
  let line = descended(rows, start);
  for (let round = 0; round < ROUNDS; round++) {
    const before = line.cost;
    for (let j = 1; j < line.at.length - 1; j++) {
      const i = x.findLastIndex((u) => u <= line.at[j]);
      for (const off of TRIED) {
        const low = i + Math.floor(off), to = (x[low] + x[low + (off % 1 ? 1 : 0)]) / 2;
        if (!(to > line.at[j - 1] && to < line.at[j + 1])) continue;
        const there = lineAt(rows, line.at.with(j, to));
        if (there.cost < line.cost * (1 - 1e-6)) line = there;
      }
    }
    if (line.cost === before) break;
    line = descended(rows, line);
  }
  return line;
}

/** About so many places where knots may be tried: at each point and at as many between any two as there is room for; of many points at some. */
function placesOf({ n, x }: Rows, most: number): Float64Array {
  const parts = Math.min(MOST_PARTS, Math.floor(most / n)), count = parts ? parts * (n - 1) + 1 : most;
  return Float64Array.from({ length: count }, (_, i) => {
    if (!parts) return x[Math.round((i * (n - 1)) / (count - 1))];
    const j = Math.floor(i / parts), on = (i % parts) / parts;
    return on ? x[j] + on * (x[j + 1] - x[j]) : x[j];
  });
}

/**
 * The hinges of the best two lines found among those with knots at some places only. The least squares of a line up to a place, as a
 * function of its height there, is one parabola for each choice of knots before; of those those lowest at a few heights
 * are kept, where all would be exact (Fearnhead, Maidstone and Letchford, 2019).
 */
function chosen(rows: Rows, n: number): Float64Array[] {
  const at = placesOf(rows, Math.max(2 * n + 4, Math.floor(Math.sqrt(MOST_WORK / (n + 1))))), m = at.length, V = KEPT.length;
  const made = (): Float64Array => new Float64Array((n + 2) * m * V);
  const [A, B, C] = [made(), made(), made()], from = new Int32Array(A.length).fill(-1); // A·u² - 2·B·u + C
  const cells = cellsOf(rows, at), count = new Uint8Array((n + 2) * m), sum = new Float64Array(6 * m);
  const [a, b, c] = [0, 1, 2].map(() => new Float64Array(m * V)) as [Float64Array, Float64Array, Float64Array], who = new Int32Array(m * V);
  const tiny = (UNDECIDED * rows.w.reduce((all, w) => all + w, 0)) / rows.n;
  count[0] = 1;
  for (let j = 1; j < m; j++) {
    pieceSums(cells, at, j, sum);
    for (let k = 1; k <= n + 1; k++) {
      if (j === m - 1 && k <= n) continue;
      let found = 0, best = -1, least = Infinity;
      for (let i = k - 1; i < j; i++) {
        const uu = sum[6 * i], uv = sum[6 * i + 1], vv = sum[6 * i + 2], yu = sum[6 * i + 3], yv = sum[6 * i + 4], yy = sum[6 * i + 5], state = (k - 1) * m + i;
        for (let q = state * V; q < state * V + count[state]; q++) {
          const S = A[q] + uu, pull = B[q] + yu, share = S > tiny ? 1 / S : 0;
          const left = vv - uv * uv * share, aa = left > tiny ? left : 0, bb = aa && yv - uv * pull * share, cc = C[q] + yy - pull * pull * share, lowest = aa ? cc - (bb * bb) / aa : cc;
          a[found] = aa; b[found] = bb; c[found] = cc; who[found] = q;
          if (lowest < least) [least, best] = [lowest, found];
          found++;
        }
      }
      if (best < 0) continue;
      const middle = a[best] && b[best] / a[best], reach = Math.sqrt(Math.max(least, 0) / (k * a[best] || 1)), state = k * m + j;
      for (const shift of KEPT) {
        const u = middle + shift * reach;
        let one = best, lowest = Infinity;
        if (shift) for (let f = 0; f < found; f++) {
          const value = (a[f] * u - 2 * b[f]) * u + c[f];
          if (value < lowest) [lowest, one] = [value, f];
        }
        const q = state * V + count[state];
        if (shift && from.subarray(state * V, q).includes(who[one])) continue;
        A[q] = a[one]; B[q] = b[one]; C[q] = c[one]; from[q] = who[one];
        count[state]++;
      }
    }
  }
  const end = (n + 1) * m + m - 1;
  return Array.from({ length: Math.min(count[end], 2) }, (_, slot) => {
    const knots = new Float64Array(n);
    for (let k = n, q = from[end * V + slot]; k > 0; k--, q = from[q]) knots[k - 1] = at[Math.floor(q / V) % m];
    return knots;
  });
}

/** For each place: the sums of w, w·d, w·d², w·y, w·y·d, w·y² over the points after the place before; d is how far to the left. */
function cellsOf({ n, x, y, w }: Rows, at: Float64Array): Float64Array {
  const cells = new Float64Array(6 * at.length);
  for (let i = 0, j = 1; i < n; i++) {
    while (x[i] > at[j] && j < at.length - 1) j++;
    const d = at[j] - x[i], v = y[i] - 0.5;
    [w[i], w[i] * d, w[i] * d * d, w[i] * v, w[i] * v * d, w[i] * v * v].forEach((u, p) => { cells[6 * j + p] += u; });
  }
  return cells;
}

/** For a piece from each place i before j to j, with heights u and v: the sums that stand at u², uv, v², -2u, -2v and alone. */
function pieceSums(cells: Float64Array, at: Float64Array, j: number, out: Float64Array): void {
  let W = 0, D = 0, DD = 0, Y = 0, YD = 0, YY = 0;
  for (let i = j - 1; i >= 0; i--) {
    const cell = 6 * (i + 1), off = at[j] - at[i + 1], share = 1 / (at[j] - at[i]);
    DD += cells[cell + 2] + 2 * off * cells[cell + 1] + off * off * cells[cell];
    D += cells[cell + 1] + off * cells[cell];
    W += cells[cell];
    YD += cells[cell + 4] + off * cells[cell + 3];
    Y += cells[cell + 3];
    YY += cells[cell + 5];
    out.set([DD * share * share, (D - DD * share) * share, W - (2 * D - DD * share) * share, YD * share, Y - YD * share, YY], 6 * i);
  }
}
