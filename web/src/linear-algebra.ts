/** Small dense linear algebra: triangles by reflections, singular values by rotations. Matrices are flat arrays. */

const EPSILON = 2 ** -52;
const MOST_SWEEPS = 40;

/** The length of `count` numbers from `from`, also where their squares would overflow or vanish. */
export function length(a: Float64Array, from: number, count: number): number {
  let sum = 0;
  for (let i = from; i < from + count; i++) sum += a[i] * a[i];
  if (sum > 1e-280 && sum < 1e300) return Math.sqrt(sum);
  let most = 0;
  for (let i = from; i < from + count; i++) most = Math.max(most, Math.abs(a[i]));
  if (most === 0 || !Number.isFinite(most)) return most;
  sum = 0;
  for (let i = from; i < from + count; i++) sum += (a[i] / most) ** 2;
  return most * Math.sqrt(sum);
}

/**
 * The triangle R of a QR factorisation, in place: of `columns` columns of `rows` numbers, `stride` apart, what lies on
 * and above the diagonal is R afterwards and what lies below is spent. Householder reflections, as LAPACK's.
 */
export function triangularise(a: Float64Array, rows: number, columns: number, stride = rows): void {
  for (let j = 0; j < Math.min(rows - 1, columns); j++) {
    const at = j * stride + j;
    const below = rows - j - 1;
    if (length(a, at + 1, below) === 0) continue;
    const head = a[at];
    const diagonal = head > 0 ? -length(a, at, below + 1) : length(a, at, below + 1);
    for (let i = at + 1; i <= at + below; i++) a[i] /= head - diagonal; // the reflector, its first number 1
    for (let k = j + 1; k < columns; k++) reflect(a, at, k * stride + j, below, (diagonal - head) / diagonal);
    a[at] = diagonal;
  }
}

/** Reflects the column at `to` by the reflector below `at`. */
function reflect(a: Float64Array, at: number, to: number, below: number, share: number): void {
  let along = a[to];
  for (let i = 1; i <= below; i++) along += a[at + i] * a[to + i];
  along *= share;
  a[to] -= along;
  for (let i = 1; i <= below; i++) a[to + i] -= along * a[at + i];
}

/**
 * A = U·S·Vᵀ by one-sided Jacobi rotations (Demmel & Veselić, 1992: small singular values keep their digits).
 * a: (size, size) by columns; becomes U·S, whose columns are orthogonal. Returns V, by columns. Singular values come
 * in no order.
 */
export function orthogonalise(a: Float64Array, size: number): Float64Array {
  const v = new Float64Array(size * size);
  for (let i = 0; i < size; i++) v[i * size + i] = 1;
  for (let sweep = 0, turned = true; turned && sweep < MOST_SWEEPS; sweep++) {
    turned = false;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) turned = rotate(a, v, p * size, q * size, size) || turned;
  }
  return v;
}

/** Turns two columns until they are orthogonal; whether they were not. */
function rotate(a: Float64Array, v: Float64Array, p: number, q: number, size: number): boolean {
  const pp = dot(a, p, a, p, size);
  const qq = dot(a, q, a, q, size);
  const pq = dot(a, p, a, q, size);
  if (!(Math.abs(pq) > EPSILON * Math.sqrt(pp) * Math.sqrt(qq)) || pq === 0) return false;
  const zeta = (qq - pp) / (2 * pq);
  const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
  const cosine = 1 / Math.hypot(1, tangent);
  turn(a, p, q, size, cosine, cosine * tangent);
  turn(v, p, q, size, cosine, cosine * tangent);
  return true;
}

/** The sum of products of `size` numbers, those of a from p on and those of b from q on. */
export function dot(a: Float64Array, p: number, b: Float64Array, q: number, size: number): number {
  let sum = 0;
  for (let i = 0; i < size; i++) sum += a[p + i] * b[q + i];
  return sum;
}

function turn(a: Float64Array, p: number, q: number, size: number, cosine: number, sine: number): void {
  for (let i = 0; i < size; i++) {
    const x = a[p + i];
    const y = a[q + i];
    a[p + i] = cosine * x - sine * y;
    a[q + i] = sine * x + cosine * y;
  }
}

/** The length of each column of a matrix by columns, the first `size` of columns `stride` apart. */
export const columnNorms = (a: Float64Array, size: number, stride: number): Float64Array =>
  Float64Array.from({ length: size }, (_, j) => length(a, j * stride, size));

/** x where R·x = b, for the upper triangle of the first `size` of columns `stride` apart; b is (size,). */
export function substitute(r: Float64Array, size: number, stride: number, b: ArrayLike<number>): Float64Array {
  const x = Float64Array.from(b);
  for (let j = size - 1; j >= 0; j--) {
    x[j] /= r[j * stride + j];
    for (let i = 0; i < j; i++) x[i] -= r[j * stride + i] * x[j];
  }
  return x;
}
