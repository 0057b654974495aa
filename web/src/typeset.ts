/** Expressions as people read them: formula text that parses back, and a tree of pieces to draw. A port of `typeset.py`. */

import { belowZero, endless, ordered, type Expr } from "./expression.ts";
import { COMPARES, INFIX, isIdentifier, NOT, SIGN } from "./formula.ts";
import { COMPOSED, CONSTANTS, SPELLINGS } from "./operations.ts";

/** Letters of a name or of its subscript: one letter is set in italics, a word upright. */
export interface Word {
  readonly text: string;
  readonly italic: boolean;
}

/** A formula to be drawn. A view may put a live number in the place of any name. */
export type Piece =
  | { readonly kind: "text"; readonly text: string } // a sign with its spaces, a bracket, e
  | { readonly kind: "number"; readonly value: number; readonly text: string; readonly exponent: number | null } // text · 10^exponent
  | { readonly kind: "name"; readonly name: string; readonly word: Word; readonly below: Word | null }
  | { readonly kind: "times"; readonly dot: boolean } // a thin space; a dot where two numbers would meet
  | { readonly kind: "row"; readonly parts: readonly Piece[] }
  | { readonly kind: "sup"; readonly base: Piece; readonly raised: Piece }
  | { readonly kind: "frac"; readonly above: Piece; readonly below: Piece }
  | { readonly kind: "root"; readonly inside: Piece }
  | { readonly kind: "call"; readonly name: string; readonly below: string; readonly args: readonly Piece[] }
  | { readonly kind: "cases"; readonly condition: Piece; readonly yes: Piece; readonly no: Piece };

// How tightly each operation binds when written infix, and its sign: the parser's own. A call or a name binds tightest.
const infix = [...INFIX].reverse(); // so that a power is written ^, not **
const BINDS: Readonly<Record<string, number>> = {
  ...Object.fromEntries(infix.map(([, [op, left, right]]) => [op, Math.min(left, right)])),
  logical_not: NOT,
  negative: SIGN,
};
const ATOM = 20;
const SIGNS: Readonly<Record<string, string>> = Object.fromEntries(
  infix.map(([sign, [op]]) => [op, "*/^".includes(sign) ? sign : ` ${sign} `]),
);
const TAKEN = new Set([...Object.keys(SPELLINGS), ...Object.keys(COMPOSED), ...Object.keys(CONSTANTS), "and", "or", "not"]);
const PIS: ReadonlyMap<number, string> = new Map([
  [Math.PI, "pi"], ...[2, 3, 4, 5, 6, 7, 8].map((k): [number, string] => [k * Math.PI, `${k}*pi`]),
  [Math.PI / 2, "pi/2"], [Math.PI / 180, "pi/180"],
]);
const LONGEST = 100_000; // characters of a part; a longer one is written as …, since shared parts are written out each time
const MOST_PIECES = 2_000; // of a part to be drawn

/** How tightly the node holds its parts together: parentheses are needed inside anything tighter. */
function binds(node: Expr): number {
  if (node.op === "constant") return belowZero(node.value) ? BINDS.negative : PIS.has(node.value) ? BINDS.multiply : ATOM;
  if (isNegatedProduct(node)) return BINDS.multiply; // -a*b and -(a*b) are the same expression, written without brackets
  return BINDS[node.op] ?? ATOM;
}

const isNegatedProduct = (node: Expr): boolean =>
  node.op === "negative" && (node.args[0].op === "multiply" || node.args[0].op === "divide");

/** Whether the i-th argument needs parentheses. */
function loose(node: Expr, i: number): boolean {
  const mine = BINDS[node.op];
  const theirs = binds(node.args[i]);
  if (node.op === "power") return i === 0 ? theirs <= mine : theirs < BINDS.negative;
  if (isNegatedProduct(node)) return false;
  if (node.op === "logical_not") return theirs < ATOM; // not (a < b) reads better than not a < b, which is the same
  if (mine === COMPARES) return theirs <= mine; // comparisons do not chain
  return i === 0 ? theirs < mine : theirs <= mine;
}

/** The expression as a formula; reading it back gives the same expression, unless it is very long. */
export function text(expr: Expr): string {
  const said = new Map<Expr, string>();
  for (const node of ordered([expr])) {
    const words = say(node, node.args.map((a) => said.get(a) ?? ""));
    said.set(node, words.length <= LONGEST ? words : "…");
  }
  return said.get(expr) ?? "";
}

function say(node: Expr, args: readonly string[]): string {
  if (node.op === "constant") return PIS.get(node.value) ?? number(node.value);
  if (node.op === "name") return isIdentifier(node.name) && !TAKEN.has(node.name) ? node.name : `\`${node.name}\``;
  if (!(node.op in BINDS)) return `${node.op}(${args.join(", ")})`;
  const inner = args.map((words, i) => (loose(node, i) ? `(${words})` : words));
  if (node.op === "negative") return `-${inner[0]}`;
  return node.op === "logical_not" ? `not ${inner[0]}` : inner.join(SIGNS[node.op]);
}

/** The shortest text that reads back as this number, written as Python writes it: 2, 0.1, 1e+22, 1e-05. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return endless(value);
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  if (Math.abs(value) < 1e15 && Number.isInteger(value)) return String(value);
  const [mantissa, power] = value.toExponential().split("e");
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 16) return plain(value, exponent);
  return scientific(mantissa, exponent);
}

/** A power of ten as Python writes it, of two digits at least. */
export const scientific = (mantissa: string | number, exponent: number): string =>
  `${mantissa}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;

/** Without an exponent; a whole number this large keeps the point that Python gives it. */
const plain = (value: number, exponent: number): string => (exponent >= 15 && Number.isInteger(value) ? `${value}.0` : String(value));

// ------------------------------------------------------------------------------------------------- to be drawn

const GREEK = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi _ pi rho _ sigma tau upsilon phi chi psi omega".split(" ");
const ALPHA = 0x3b1;

/** The formula as pieces to draw: fractions, raised powers, Greek letters, subscripts. */
export function pieces(expr: Expr): Piece {
  const made = new Map<Expr, { piece: Piece; size: number }>();
  const of = (node: Expr): { piece: Piece; size: number } => made.get(node) ?? { piece: says("…"), size: 1 };
  for (const node of ordered([expr])) {
    const size = node.args.reduce((sum, a) => sum + of(a).size, 1);
    const piece = size <= MOST_PIECES ? drawn(node, node.args.map((a) => of(a).piece)) : says("…");
    made.set(node, { piece, size: size <= MOST_PIECES ? size : 1 });
  }
  return of(expr).piece;
}

const says = (words: string): Piece => ({ kind: "text", text: words });
const row = (...parts: Piece[]): Piece => ({ kind: "row", parts });
const call = (name: string, args: readonly Piece[], below = ""): Piece => ({ kind: "call", name, below, args });
const bracketed = (inside: Piece): Piece => row(says("("), inside, says(")"));

function drawn(node: Expr, args: readonly Piece[]): Piece {
  if (node.op === "constant") return drawnNumber(node.value);
  if (node.op === "name") return drawnName(node.name);
  const inner = args.map((piece, i) => (needsBrackets(node, i) ? bracketed(piece) : piece));
  const [a, b, c] = inner;
  switch (node.op) {
    case "multiply": return row(a, { kind: "times", dot: startsWithNumber(b) }, b);
    case "divide": return { kind: "frac", above: a, below: b };
    case "power": return { kind: "sup", base: a, raised: b };
    case "sqrt": return { kind: "root", inside: a };
    case "exp": return isTall(node) ? call("exp", inner) : { kind: "sup", base: says("e"), raised: a };
    case "abs": return row(says("|"), a, says("|"));
    case "where": return { kind: "cases", condition: a, yes: b, no: c };
    case "negative": return row(says("\u2212"), a);
    case "logical_not": return row(says("not "), a);
  }
  return node.op in BINDS ? row(a, says(DRAWN_SIGNS[node.op]), b) : called(node.op, inner);
}

const DRAWN_SIGNS: Readonly<Record<string, string>> = {
  ...SIGNS, subtract: " \u2212 ", less_equal: " \u2264 ", greater_equal: " \u2265 ", equal: " = ", not_equal: " \u2260 ",
};

/** What mathematics calls some functions. */
const CALLED: Readonly<Record<string, readonly [string, string?]>> = {
  log: ["ln"], log2: ["log", "2"], log10: ["log", "10"], asin: ["arcsin"], acos: ["arccos"], atan: ["arctan"],
  asinh: ["arsinh"], acosh: ["arcosh"], atanh: ["artanh"], maximum: ["max"], minimum: ["min"],
};

function called(op: string, args: readonly Piece[]): Piece {
  if (op === "log1p") return call("ln", [row(says("1 + "), ...args)]);
  if (op === "expm1") return bracketed(row({ kind: "sup", base: says("e"), raised: args[0] }, says(" \u2212 1")));
  const [name, below] = CALLED[op] ?? [op];
  return call(name, args, below);
}

/** A fraction or a power set as an exponent is too small to read. */
const isTall = (node: Expr): boolean => ordered(node.args).some((a) => a.op === "divide" || a.op === "power");

/** A fraction bar, a raised exponent and a call's own brackets hold their parts together. */
function needsBrackets(node: Expr, i: number): boolean {
  if (node.op === "divide" || (node.op === "power" && i === 1) || !(node.op in BINDS)) return false;
  const argument = node.args[i];
  if (node.op === "power" && !(argument.op in BINDS) && argument.args.length) return true;
  return loose(node, i) && !(argument.op === "divide" && node.op === "multiply");
}

function startsWithNumber(piece: Piece): boolean {
  if (piece.kind === "row") return startsWithNumber(piece.parts[0]);
  return piece.kind === "sup" ? startsWithNumber(piece.base) : piece.kind === "number";
}

function drawnNumber(value: number): Piece {
  if (value === Math.E) return { kind: "number", value, text: "e", exponent: null };
  const pi = PIS.get(value)?.replace("*", "").replace("pi", "\u03c0");
  if (pi) return { kind: "number", value, text: pi, exponent: null };
  const [mantissa, exponent] = number(value).replace("-inf", "\u2212\u221e").replace("inf", "\u221e").split("e");
  return { kind: "number", value, text: mantissa.replace("-", "\u2212"), exponent: exponent ? Number(exponent) : null };
}

/** A name: Greek letters as letters, digits and what follows an underscore as a subscript. */
function drawnName(name: string): Piece {
  const cut = name.indexOf("_");
  const [, letters, digits] = /^([\p{L}\p{Nl}\p{No}]+)(\p{Nd}+)$/u.exec(name) ?? [];
  const [stem, below] = cut >= 0 && cut < name.length - 1 ? [name.slice(0, cut), name.slice(cut + 1)] : [letters, digits];
  if (!stem) return { kind: "name", name, word: wordOf(name), below: null };
  return { kind: "name", name, word: wordOf(stem), below: below ? wordOf(below) : null };
}

function wordOf(word: string): Word {
  const greek = GREEK.indexOf(word.toLowerCase());
  if (greek < 0 || !/^\p{L}\p{Ll}+$/u.test(word)) return { text: word, italic: /^\p{L}$/u.test(word) };
  const letter = String.fromCharCode(ALPHA + greek);
  return { text: word[0] < "a" ? letter.toUpperCase() : letter, italic: true };
}
