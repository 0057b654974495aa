/** What NumPy computes and `Math` does not, or not the same: one number in, one number out. The table calls these by name. */

/** a to the power b as NumPy has it: 1 to the power of anything is 1, and -1 to ±∞ too, where `Math.pow` says NaN. */
export function power(a: number, b: number): number {
  return a === 1 || (a === -1 && (b === Infinity || b === -Infinity)) ? 1 : Math.pow(a, b);
}

/** -1, 0 or 1. The sign of -0 is 0, where `Math.sign` keeps -0 and so would make 1/sign(x) minus infinity. */
export function sign(a: number): number {
  return a > 0 ? 1 : a < 0 ? -1 : a === 0 ? 0 : a;
}

/** sin(πa)/(πa), and 1 at 0. */
export function sinc(a: number): number {
  const angle = Math.PI * a;
  return angle === 0 ? 1 : Math.sin(angle) / angle;
}

/** log(1 + exp(a)) without overflow; above 20 the line itself, as torch has it. */
export function softplus(a: number): number {
  return a > 20 ? a : Math.log1p(Math.exp(a));
}

const TERMS = 60;

/**
 * The error function, within a few units of its last place: a series whose terms are all positive, and further out one
 * less a continued fraction (Abramowitz & Stegun, 7.1.6 and 7.1.14), each summed from its small end.
 */
export function erf(a: number): number {
  const size = Math.min(Math.abs(a), 9); // from 6 on it is 1
  const bell = 1.1283791670955126 * Math.exp(-size * size); // 2/√π
  let [sum, rest] = [1, size];
  for (let k = TERMS; k > 0; k--) {
    sum = 1 + (sum * size * size) / (k + 0.5);
    rest = size + k / 2 / rest;
  }
  return size < 1.75 ? a * bell * sum : Math.sign(a) * (1 - bell / rest / 2);
}

/** All of them by name, for source that is printed elsewhere. */
export const SPECIAL = { erf, power, sign, sinc, softplus } as const;
