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

/**
 * The error function, within 7e-16 of its size.
 *
 * Rational approximations of W. J. Cody, "Rational Chebyshev approximations for the error function",
 * Mathematics of Computation 23 (1969) 631–637, with the coefficients of his routine CALERF (Netlib, specfun/erf):
 * one for |a| ≤ 0.46875, one for erfc up to 4, one beyond.
 */
export function erf(a: number): number {
  const size = Math.abs(a);
  if (!(size > 0.46875)) return a * ratio(size > 1e-17 ? a * a : 0, NEAR);
  const rest = size > 6 ? 0 : size > 4 ? farRest(size) : ratio(size, MIDDLE);
  const answer = rest ? 0.5 - bell(size) * rest + 0.5 : 1;
  return a < 0 ? -answer : answer;
}

/** Numerator and denominator, the highest power first; the denominator's own highest coefficient is 1. */
type Ratio = readonly [readonly number[], readonly number[]];

const NEAR: Ratio = [
  [1.85777706184603153e-1, 3.1611237438705656, 1.1386415415105016e2, 3.77485237685302021e2, 3.20937758913846947e3],
  [1, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3],
];
const MIDDLE: Ratio = [
  [
    2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594, 6.61191906371416295e1, 2.98635138197400131e2,
    8.8195222124176909e2, 1.71204761263407058e3, 2.05107837782607147e3, 1.23033935479799725e3,
  ],
  [
    1, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3,
    3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3,
  ],
];
const FAR: Ratio = [
  [
    1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1,
    1.60837851487422766e-2, 6.58749161529837803e-4,
  ],
  [
    1, 2.56852019228982242, 1.87295284992346047, 5.27905102951428412e-1, 6.05183413124413191e-2,
    2.33520497626869185e-3,
  ],
];

function ratio(at: number, [above, below]: Ratio): number {
  return horner(at, above) / horner(at, below);
}

function horner(at: number, coefficients: readonly number[]): number {
  let sum = 0;
  for (const coefficient of coefficients) sum = sum * at + coefficient;
  return sum;
}

/** erfc(a)·exp(a²) for a above 4. */
function farRest(a: number): number {
  const inverse = 1 / (a * a);
  return (0.5641895835477563 - inverse * ratio(inverse, FAR)) / a; // 1/√π
}

/** exp(-a²), the square taken in two parts so that its rounding is not magnified. */
function bell(a: number): number {
  const coarse = Math.trunc(a * 16) / 16;
  return Math.exp(-coarse * coarse) * Math.exp(-(a - coarse) * (a + coarse));
}

/** All of them by name, for source that is printed elsewhere. */
export const SPECIAL = { erf, power, sign, sinc, softplus } as const;
