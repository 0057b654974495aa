// Written by web/generate.py from src/squiggly/operations.py. To change it, change that, then run the script.
/** The table of operations: what a formula can do, one row each, with its derivatives as formulas in a, b and c. */

import { erf, power, sign, sinc, softplus } from "./special.ts";

/** Computes n results from the first n numbers of each argument; a yes or no is 1 or 0. */
export type Kernel = (n: number, out: Float64Array, a: Float64Array, b: Float64Array, c: Float64Array) => void;

export interface Operation {
  readonly arity: number;
  readonly derivatives: readonly string[]; // one formula an argument
  readonly kernel: Kernel;
  readonly aliases: readonly string[];
  readonly truth: boolean; // whether the answer is yes or no
}

type Words = readonly string[];

function row(derivatives: Words, kernel: Kernel, aliases: Words = [], truth = false): Operation {
  return { arity: derivatives.length, derivatives, kernel, aliases, truth };
}

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  add: row(
    ["1", "1"],
    (n, out, a, b) => { for (let i = 0; i < n; i++) out[i] = (a[i] + b[i]); },
  ),
  subtract: row(
    ["1", "-1"],
    (n, out, a, b) => { for (let i = 0; i < n; i++) out[i] = (a[i] - b[i]); },
    ["sub"],
  ),
  multiply: row(
    ["b", "a"],
    (n, out, a, b) => { for (let i = 0; i < n; i++) out[i] = (a[i] * b[i]); },
    ["mul"],
  ),
  divide: row(
    ["1/b", "-(a/b)/b"],
    (n, out, a, b) => { for (let i = 0; i < n; i++) out[i] = (a[i] / b[i]); },
    ["true_divide", "div"],
  ),
  negative: row(
    ["-1"],
    (n, out, a) => { for (let i = 0; i < n; i++) out[i] = (-a[i]); },
    ["neg"],
  ),
  power: row(
    ["where(b == 0, 0, b*a^(b - 1))", "where(a == 0, where(b >= 0, 0, a^b*log(a)), a^b*log(a))"],
    (n, out, a, b) => { for (let i = 0; i < n; i++) out[i] = power(a[i], b[i]); },
    ["pow", "float_power"],
  ),
  sqrt: row(
    ["0.5/sqrt(a)"],
    (n, out, a) => { for (let i = 0; i < n; i++) out[i] = Math.sqrt(a[i]); },
  ),
  exp: row(
    ["exp(a)"],
    (n, out, a) => { for (let i = 0; i < n; i++) out[i] = Math.exp(a[i]); },
  ),
  expm1: row(
    ["exp(a)"],
    (n, out, a) => { for (let i = 0; i < n; i++) out[i] = Math.expm1(a[i]); },
  ),
  log: row(
    ["1/a"],
    (n, out, a) => { for (let i = 0; i < n; i++) out[i] = Math.log(a[i]); },
    ["ln"],
  ),
  log1p: row(
    ["1/(1 + a)"],
    (n, out, a) => { for (let i = 0; i < n; i++) out[i] = Math.log1p(a[i]); },
  ),
  log2: row(
    ["1/(a*0.6931471805599453)"],
    (n, out, a) => { for (let i = 0; i < n; i++) out[i] = Math.log2(a[i]); },
  ),
  log10: row(
    ["1/(a*2.302585092994046)"],
    (n, out, a) => { for (let i = 0; i < n; i++) out[i] = Math.log10(a[i]); },
  ),
  sin: row(
    ["cos(a)"],
    (n, out, a) => { for (let i = 0; i < n; i++) out[i] = Math.sin(a[i]); },
  ),
  cos: row(
    ["-sin(a)"],
    (n, out, a) => { for (let i = 0; i < n; i++) out[i] = Math.cos(a[i]); },
  ),
  tan: row(
    ["1 + tan(a)^2"],
    (n, out, a) => { for (let i = 0; i < n; i++) out[i] = Math.tan(a[i]); },
  ),
  asin: row(
    ["1/sqrt(1 - a^2)"],
    (n, out, a) => { for (let i = 0; i < n; i++) out[i] = Math.asin(a[i]); },
    ["arcsin"],
  ),
  acos: row(
    ["-1/sqrt(1 - a^2)"],
    (n, out, a) => { for (let i = 0; i < n; i++) out[i] = Math.acos(a[i]); },
    ["arccos"],
  ),
  atan: row(
    ["1/(1 + a^2)"],
    (n, out, a) => { for (let i = 0; i < n; i++) out[i] = Math.atan(a[i]); },
    ["arctan"],
  ),
  atan2: row(
    ["where(a^2 + b^2 == 0, 0, b/(a^2 + b^2))", "where(a^2 + b^2 == 0, 0, -a/(a^2 + b^2))"],
    (n, out, a, b) => { for (let i = 0; i < n; i++) out[i] = Math.atan2(a[i], b[i]); },
    ["arctan2"],
  ),
  sinc: row(
    ["where(a == 0, 0, (cos(3.141592653589793*a) - sinc(a))/where(a == 0, 1, a))"],
    (n, out, a) => { for (let i = 0; i < n; i++) out[i] = sinc(a[i]); },
  ),
  sinh: row(
    ["cosh(a)"],
    (n, out, a) => { for (let i = 0; i < n; i++) out[i] = Math.sinh(a[i]); },
  ),
  cosh: row(
    ["sinh(a)"],
    (n, out, a) => { for (let i = 0; i < n; i++) out[i] = Math.cosh(a[i]); },
  ),
  tanh: row(
    ["1 - tanh(a)^2"],
    (n, out, a) => { for (let i = 0; i < n; i++) out[i] = Math.tanh(a[i]); },
  ),
  asinh: row(
    ["1/sqrt(a^2 + 1)"],
    (n, out, a) => { for (let i = 0; i < n; i++) out[i] = Math.asinh(a[i]); },
    ["arcsinh"],
  ),
  acosh: row(
    ["1/sqrt(a^2 - 1)"],
    (n, out, a) => { for (let i = 0; i < n; i++) out[i] = Math.acosh(a[i]); },
    ["arccosh"],
  ),
  atanh: row(
    ["1/(1 - a^2)"],
    (n, out, a) => { for (let i = 0; i < n; i++) out[i] = Math.atanh(a[i]); },
    ["arctanh"],
  ),
  abs: row(
    ["sign(a)"],
    (n, out, a) => { for (let i = 0; i < n; i++) out[i] = Math.abs(a[i]); },
    ["absolute", "fabs"],
  ),
  sign: row(
    ["0"],
    (n, out, a) => { for (let i = 0; i < n; i++) out[i] = sign(a[i]); },
  ),
  relu: row(
    ["where(a > 0, 1, 0)"],
    (n, out, a) => { for (let i = 0; i < n; i++) out[i] = Math.max(a[i], 0); },
  ),
  clip: row(
    ["where(a < b, 0, where(a > c, 0, 1))", "where(a < b, where(b < c, 1, 0), 0)", "where(a > c, 1, where(c < b, 1, 0))"],
    (n, out, a, b, c) => { for (let i = 0; i < n; i++) out[i] = Math.min(Math.max(a[i], b[i]), c[i]); },
    ["clamp"],
  ),
  maximum: row(
    ["where(a < b, 0, where(a > b, 1, 0.5))", "where(b < a, 0, where(b > a, 1, 0.5))"],
    (n, out, a, b) => { for (let i = 0; i < n; i++) out[i] = Math.max(a[i], b[i]); },
    ["max"],
  ),
  minimum: row(
    ["where(a > b, 0, where(a < b, 1, 0.5))", "where(b > a, 0, where(b < a, 1, 0.5))"],
    (n, out, a, b) => { for (let i = 0; i < n; i++) out[i] = Math.min(a[i], b[i]); },
    ["min"],
  ),
  sigmoid: row(
    ["sigmoid(a)*(1 - sigmoid(a))"],
    (n, out, a) => { for (let i = 0; i < n; i++) out[i] = (1 / (1 + Math.exp(-a[i]))); },
    ["expit"],
  ),
  softplus: row(
    ["where(a > 20, 1, sigmoid(a))"],
    (n, out, a) => { for (let i = 0; i < n; i++) out[i] = softplus(a[i]); },
  ),
  erf: row(
    ["1.1283791670955126*exp(-a^2)"],
    (n, out, a) => { for (let i = 0; i < n; i++) out[i] = erf(a[i]); },
  ),
  where: row(
    ["0", "where(a, 1, 0)", "where(a, 0, 1)"],
    (n, out, a, b, c) => { for (let i = 0; i < n; i++) out[i] = (a[i] ? b[i] : c[i]); },
  ),
  less: row(
    ["0", "0"],
    (n, out, a, b) => { for (let i = 0; i < n; i++) out[i] = +(a[i] < b[i]); },
    ["lt"],
    true,
  ),
  less_equal: row(
    ["0", "0"],
    (n, out, a, b) => { for (let i = 0; i < n; i++) out[i] = +(a[i] <= b[i]); },
    ["le"],
    true,
  ),
  greater: row(
    ["0", "0"],
    (n, out, a, b) => { for (let i = 0; i < n; i++) out[i] = +(a[i] > b[i]); },
    ["gt"],
    true,
  ),
  greater_equal: row(
    ["0", "0"],
    (n, out, a, b) => { for (let i = 0; i < n; i++) out[i] = +(a[i] >= b[i]); },
    ["ge"],
    true,
  ),
  equal: row(
    ["0", "0"],
    (n, out, a, b) => { for (let i = 0; i < n; i++) out[i] = +(a[i] === b[i]); },
    ["eq"],
    true,
  ),
  not_equal: row(
    ["0", "0"],
    (n, out, a, b) => { for (let i = 0; i < n; i++) out[i] = +(a[i] !== b[i]); },
    ["ne"],
    true,
  ),
  logical_and: row(
    ["0", "0"],
    (n, out, a, b) => { for (let i = 0; i < n; i++) out[i] = +(a[i] && b[i]); },
    ["bitwise_and"],
    true,
  ),
  logical_or: row(
    ["0", "0"],
    (n, out, a, b) => { for (let i = 0; i < n; i++) out[i] = +(a[i] || b[i]); },
    ["bitwise_or"],
    true,
  ),
  logical_not: row(
    ["0"],
    (n, out, a) => { for (let i = 0; i < n; i++) out[i] = +(!a[i]); },
    ["bitwise_not", "invert"],
    true,
  ),
};

/** Names that are short for a formula of other rows: how many arguments, and the formula in a and b. */
export const COMPOSED: Readonly<Record<string, readonly [number, string]>> = {
  square: [1, "a^2"],
  reciprocal: [1, "1/a"],
  rsqrt: [1, "1/sqrt(a)"],
  exp2: [1, "2^a"],
  hypot: [2, "sqrt(a^2 + b^2)"],
  deg2rad: [1, "a*pi/180"],
  rad2deg: [1, "a*180/pi"],
};

export const CONSTANTS: Readonly<Record<string, number>> = {
  pi: 3.141592653589793,
  e: 2.718281828459045,
  inf: Infinity,
};

/** Every spelling a formula may call, to the row it means. */
export const SPELLINGS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(OPERATIONS).flatMap(([name, { aliases }]) => [name, ...aliases].map((spelling) => [spelling, name])),
);
