/** Numbers for people: how they are shown, and how they are read where someone types them. */

const LARGE = 1e6; // from here on, and below SMALL, with an exponent
const SMALL = 1e-4;

/** A number with so many decimals, a real minus sign, and an exponent where it is very large or small: 1.62, −0.0040, 3.10e−7. */
export function shown(value: number, decimals = 2): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "not a number" : value > 0 ? "∞" : "−∞";
  return minus(written(value, Math.min(20, Math.max(0, decimals))));
}

function written(value: number, decimals: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= LARGE || size < SMALL)) return value.toExponential(2).replace("e+", "e");
  if (size !== 0 && size < 0.5 * 10 ** -decimals) return value.toPrecision(2);
  const spare = size < 1000 ? 0 : Math.floor(Math.log10(size)) - 2; // digits before the point that stand for some behind it
  const text = value.toFixed(Math.max(0, decimals - spare));
  return Number(text) === 0 ? text.replace("-", "") : text;
}

/** Hyphens in numbers as minus signs. */
export const minus = (text: string): string => text.replaceAll("-", "\u2212");

/** A number with so many significant digits; 0 has none. */
export const figures = (value: number, digits = 4): string =>
  value === 0 ? "0" : shown(value, digits - 1 - Math.floor(Math.log10(Math.abs(value))));

/** Without the zeros at its end: for numbers that someone set, and in words. */
export const brief = (value: number, digits = 3): string => figures(value, digits).replace(/\.0+(?=e|$)|(\.\d*?)0+(?=e|$)/, "$1");

/** How many decimals tell apart some hundred values on a span: 2 for spans of 1 … 100. */
export function decimalsOf(span: number): number {
  const size = Math.floor(Math.log10(span));
  return Math.min(12, Math.max(0, size > 1 ? 3 - size : 2 - Math.min(size, 0)));
}

/** The decimals of a parameter's value: as many as its slider's range asks for, and no fewer than a small value does. */
export const decimalsOn = (value: number, [low, high]: readonly [number, number]): number =>
  Math.max(decimalsOf(high - low), Math.abs(value) < 100 ? 2 : 0);

/** A parameter's value as it is shown everywhere. */
export const shownOn = (value: number, range: readonly [number, number]): string => shown(value, decimalsOn(value, range));

/** A number that someone typed: 0.5, −1, 1e-3, 3.1e−7. Raises RangeError with what is wrong, in words. */
export function parsed(text: string): number {
  const plain = text.trim().replaceAll("\u2212", "-");
  if (plain === "") throw new RangeError("a number is missing here");
  if (/^[-+]?\d*,\d+$/.test(plain)) throw new RangeError(`write ${plain.replace(",", ".")}, with a point`);
  const value = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(plain) ? Number(plain) : NaN;
  if (!Number.isFinite(value)) throw new RangeError(Number.isNaN(value) ? `“${clipped(plain)}” is not a number` : `${clipped(plain)} is too large`);
  return value;
}

const clipped = (text: string): string => (text.length > 20 ? `${text.slice(0, 20)}…` : text);
