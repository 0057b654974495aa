/**
 * Text to expression: a tokenizer and precedence parser, with a caret under what is wrong. A port of `formula.py`.
 *
 * The grammar has numbers, names, `+ - * / ^ **`, parentheses, comparisons, `and or not`, and calls to the rows of the
 * table of operations. No text reaches JavaScript's own evaluator: what cannot be written cannot be run.
 */

import { apply, constant, name, substitute, type Expr } from "./expression.ts";
import { nearest } from "./nearest.ts";
import { COMPOSED, CONSTANTS, OPERATIONS, SPELLINGS } from "./operations.ts";

export const MAX_LENGTH = 2_000; // characters
export const MAX_DEPTH = 64; // parentheses and calls inside one another
export const MAX_NODES = 500; // numbers, names and operations

/** A formula that cannot be read. The message points at the place with a caret. */
export class FormulaError extends Error {
  override readonly name = "FormulaError";
}

/** A formula as read: `target = expr`, or `expr` alone (target null). */
export interface Formula {
  readonly text: string; // as it was typed
  readonly target: Expr | null;
  readonly expr: Expr;
  readonly euler: boolean; // whether it uses the constant e
}

type Kind = "number" | "name" | "quoted" | "mark" | "end";

interface Token {
  readonly kind: Kind;
  readonly text: string;
  readonly at: number; // in the text, in UTF-16 units
}

// Python's \d is any decimal digit, its \w any letter or number; combining marks are neither.
const TOKEN = new RegExp(
  String.raw`(?<number>(?:\p{Nd}+(?:_\p{Nd}+)*\.?\p{Nd}*|\.\p{Nd}+)(?:[eE][+-]?\p{Nd}+)?)` +
    String.raw`|(?<name>(?!\p{Nd})[\p{L}\p{N}_]+)` +
    "|`(?<quoted>[^`\\n]+)`" +
    String.raw`|(?<mark>\*\*|<=|>=|==|!=|[\-+*\/\^\(\),<>=])`,
  "uy",
);
const SPACE = /[ \t\r\n]*/y;
const EDGES = /^(?:[^\S\ufeff]|[\x1c-\x1f\x85])+|(?:[^\S\ufeff]|[\x1c-\x1f\x85])+$/g; // of blanks, by Python's idea of them
const IDENTIFIER = /^[\p{XID_Start}_]\p{XID_Continue}*/u;

// How tightly each infix operator binds: left, right. ^ and ** bind from the right and before a minus sign.
export const INFIX: ReadonlyMap<string, readonly [string, number, number]> = new Map([
  ["or", ["logical_or", 1, 2]],
  ["and", ["logical_and", 3, 4]],
  ["<", ["less", 7, 8]],
  ["<=", ["less_equal", 7, 8]],
  [">", ["greater", 7, 8]],
  [">=", ["greater_equal", 7, 8]],
  ["==", ["equal", 7, 8]],
  ["!=", ["not_equal", 7, 8]],
  ["+", ["add", 9, 10]],
  ["-", ["subtract", 9, 10]],
  ["*", ["multiply", 11, 12]],
  ["/", ["divide", 11, 12]],
  ["^", ["power", 16, 15]],
  ["**", ["power", 16, 15]],
]);
export const NOT = 5; // `not a < b` is not (a < b)
export const SIGN = 13; // -a^2 is -(a^2); -a*b is (-a)*b
export const COMPARES = 7;

const GRAMMAR = "a formula is numbers, names, + - * / ^, parentheses and functions such as exp(x)";
const NO_SUBSCRIPT = "subscripts do not exist here: give each quantity its own name";
const NO_TEXT = "text does not exist here; a column with an odd name is written in backticks: `my column`";
const HINTS: ReadonlyMap<string, string> = new Map([
  [".", "attributes do not exist here: write exp(x), not np.exp(x)"],
  ["[", NO_SUBSCRIPT],
  ["]", NO_SUBSCRIPT],
  ["'", NO_TEXT],
  ['"', NO_TEXT],
  ["`", "a column in backticks needs a closing backtick on the same line"],
  ["%", "there is no remainder"],
  ["&", "write `and`"],
  ["|", "write `or`, or abs(x)"],
  ["~", "write `not`"],
  ["!", "write `not`, or != for unequal"],
  ["\u2212", "that is a typographic minus: type -"],
  ["\u2013", "that is a dash: type -"],
  ["\u00d7", "write *"],
  ["\u00b7", "write *"],
  ["\u00f7", "write /"],
  ["\u00b2", "write ^2"],
  ["\u00b3", "write ^3"],
  ["\u221a", "write sqrt(\u2026)"],
]);

/** How many characters a text has, as Python counts them. */
const long = (text: string): number => [...text].length;

const isFunction = (word: string): boolean => Object.hasOwn(SPELLINGS, word) || Object.hasOwn(COMPOSED, word);
const isConstant = (word: string): boolean => Object.hasOwn(CONSTANTS, word);

/** Whether a word can stand in a formula without backticks. */
export const isIdentifier = (word: string): boolean => IDENTIFIER.exec(word)?.[0] === word;

/** The error for a place in a formula: the problem, the line with the place marked below, a hint. */
function caret(text: string, at: number, length: number, problem: string, hint = ""): FormulaError {
  const start = text.lastIndexOf("\n", at - 1) + 1;
  const whole = [...text.slice(at ? start : 0).split("\n", 1)[0].replaceAll("\t", " ")];
  const [line, place] = windowed(whole, long(text.slice(at ? start : 0, at)));
  const marks = " ".repeat(place) + "^".repeat(Math.max(1, Math.min(length, line.length - place)));
  return new FormulaError(`${problem}\n  ${line.join("")}\n  ${marks}${hint && `\nhint: ${hint}`}`);
}

/** A long line cut to a window around a place in it, so that the caret stays under it. */
function windowed(line: readonly string[], at: number): [readonly string[], number] {
  if (line.length <= 76) return [line, at];
  const cut = Math.max(0, at - 36);
  const rest = cut + 72 < line.length ? ["…"] : [];
  return [[...(cut ? ["…"] : []), ...line.slice(cut, cut + 72), ...rest], at - cut + (cut ? 1 : 0)];
}

function tokens(text: string): Token[] {
  const found: Token[] = [];
  for (let at = afterSpace(text, 0); at < text.length; ) {
    TOKEN.lastIndex = at;
    const { number, name: raw, quoted, mark } = TOKEN.exec(text)?.groups ?? {};
    const word = raw && IDENTIFIER.exec(raw)?.[0]; // in x² the raised figure is no part of the name
    const kind: Kind = number ? "number" : word ? "name" : quoted ? "quoted" : "mark";
    const token = { kind, text: number ?? word ?? quoted ?? mark ?? "", at };
    if (!token.text) throw noPlace(text, at);
    found.push(token);
    at = afterSpace(text, at + token.text.length + (quoted ? 2 : 0));
  }
  return [...found, { kind: "end", text: "", at: text.length }];
}

function afterSpace(text: string, at: number): number {
  SPACE.lastIndex = at;
  SPACE.exec(text);
  return SPACE.lastIndex;
}

function noPlace(text: string, at: number): FormulaError {
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  return caret(text, at, 1, `a formula has no place for ${quoted(character)}`, HINTS.get(character) ?? GRAMMAR);
}

/** A character as Python shows it: what cannot be printed, by its number. */
function quoted(character: string): string {
  if (character === "'") return `"'"`;
  if (character === "\\") return "'\\\\'";
  if (!/[\p{C}\p{Z}]/u.test(character)) return `'${character}'`;
  const code = (character.codePointAt(0) ?? 0).toString(16);
  const [letter, digits] = code.length <= 2 ? ["x", 2] : code.length <= 4 ? ["u", 4] : ["U", 8];
  return `'\\${letter}${code.padStart(digits, "0")}'`;
}

/** A number's text to a number; decimal digits of any script count, as in Python. */
function toNumber(text: string): number {
  return Number(text.replaceAll("_", "").replace(/[^\x00-\x7f]/gu, digit));
}

/** Decimal digits stand in Unicode in runs of ten, 0 first. */
function digit(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  let before = 0;
  while (/\p{Nd}/u.test(String.fromCodePoint(code - before - 1))) before++;
  return String(before % 10);
}

/**
 * Read a formula: `y = a*x^2 + b*x + c`, or the right side alone.
 *
 * known: names that mean a column or parameter even where they spell a constant (`e`, `pi`).
 * Throws FormulaError with the place marked.
 */
export function parse(text: string, known: Iterable<string> = []): Formula {
  if (long(text) > MAX_LENGTH) {
    const problem = `the formula has ${long(text)} characters, at most ${MAX_LENGTH} are read`;
    throw new FormulaError(`${problem}\nhint: write it as a Python function instead`);
  }
  const stripped = text.replace(EDGES, "");
  if (!stripped) throw new FormulaError('the formula is empty\nhint: write for example "y = a*x + b"');
  return new Parser(text, new Set(known)).formula(stripped);
}

class Parser {
  readonly #text: string;
  readonly #known: ReadonlySet<string>;
  readonly #tokens: readonly Token[];
  #at = 0;
  #nodes = 0;

  constructor(text: string, known: ReadonlySet<string>) {
    this.#text = text;
    this.#known = known;
    this.#tokens = tokens(text);
  }

  get #next(): Token {
    return this.#tokens[this.#at];
  }

  /** Whether the next token is this mark, not a column that is called so. */
  #sees(mark: string): boolean {
    return this.#next.kind === "mark" && this.#next.text === mark;
  }

  #take(): Token {
    return this.#tokens[this.#at++];
  }

  #error(token: Token, problem: string, hint = ""): FormulaError {
    return caret(this.#text, token.at, long(token.text), problem, hint);
  }

  formula(text: string): Formula {
    const [equals, second] = this.#tokens.filter((token) => token.kind === "mark" && token.text === "=");
    if (second) throw this.#error(second, "a second `=`: a formula has one", "to compare, write ==");
    const target = equals ? this.#expression(0, 0) : null;
    if (equals && this.#take() !== equals) throw this.#unexpected(this.#at - 1);
    const expr = this.#expression(0, 0);
    if (this.#next.kind !== "end") throw this.#unexpected();
    const euler = !this.#known.has("e") && this.#tokens.some((token) => token.kind === "name" && token.text === "e");
    return { text, target, expr, euler };
  }

  #unexpected(at = this.#at): FormulaError {
    this.#at = at;
    const token = this.#next;
    const before = this.#tokens[at - 1];
    if (this.#sees(")")) return this.#error(token, "a `)` that closes nothing");
    if (this.#sees("(") && (before.kind === "name" || before.kind === "quoted")) return this.#noFunction(before);
    if (this.#sees("(") || ["number", "name", "quoted"].includes(token.kind)) {
      const choice = ["if", "else"].some((word) => word === token.text || word === before.text);
      const hint = choice ? "write where(condition, a, b)" : "write * to multiply";
      return this.#error(token, `two things side by side: \`${before.text} ${token.text}\``, hint);
    }
    const hint = { ",": "decimals take a point: 1.5", "=": "to compare, write ==" }[token.text] ?? GRAMMAR;
    return this.#error(token, `\`${token.text}\` was not expected here`, hint);
  }

  /** Everything from here that binds at least this tightly. */
  #expression(binding: number, depth: number): Expr {
    if (depth > MAX_DEPTH) {
      const problem = `more than ${MAX_DEPTH} levels inside one another`;
      throw this.#error(this.#next, problem, "name a part of it, or simplify");
    }
    let left = this.#operand(depth);
    for (let compared = false, infix = this.#infix(); infix && infix[1] >= binding; infix = this.#infix()) {
      const token = this.#take();
      if (compared && infix[1] === COMPARES) {
        throw this.#error(token, "comparisons do not chain", "write `a < x and x < b`");
      }
      compared ||= infix[1] === COMPARES;
      left = this.#node(token, infix[0], left, this.#expression(infix[2], depth + 1));
    }
    return left;
  }

  #infix(): readonly [string, number, number] | undefined {
    return this.#next.kind === "mark" || this.#next.kind === "name" ? INFIX.get(this.#next.text) : undefined;
  }

  #operand(depth: number): Expr {
    const token = this.#take();
    if (token.kind === "number") return this.#number(token);
    if (token.kind === "quoted") return this.#count(token, name(token.text));
    if (token.text === "+") return this.#expression(SIGN, depth + 1);
    if (token.text === "-") return this.#node(token, "negative", this.#expression(SIGN, depth + 1));
    if (token.text === "not") return this.#node(token, "logical_not", this.#expression(NOT, depth + 1));
    if (token.text === "(") return this.#bracketed(token, depth);
    if (token.kind === "name" && token.text !== "and" && token.text !== "or") {
      return this.#sees("(") && isFunction(token.text) ? this.#call(token, depth) : this.#named(token);
    }
    if (token.kind === "end") {
      const problem = "the formula ends where a number or a name was expected";
      throw this.#error(token, problem, "finish it, or leave out the last sign");
    }
    throw this.#error(token, `\`${token.text}\` where a number or a name was expected`, GRAMMAR);
  }

  #number(token: Token): Expr {
    const value = toNumber(token.text);
    if (value === Infinity) throw this.#error(token, "this number is too large", "the largest is about 1.8e308");
    return this.#count(token, constant(value));
  }

  #bracketed(opening: Token, depth: number): Expr {
    const inner = this.#expression(0, depth + 1);
    if (!this.#sees(")")) throw this.#unclosed(opening);
    this.#take();
    return inner;
  }

  #named(token: Token): Expr {
    if (this.#sees("(")) throw this.#noFunction(token);
    if (isConstant(token.text) && !this.#known.has(token.text)) return this.#count(token, constant(CONSTANTS[token.text]));
    if (isFunction(token.text)) {
      const hint = `write ${token.text}(…); a parameter needs another name`;
      throw this.#error(token, `\`${token.text}\` is a function`, hint);
    }
    return this.#count(token, name(token.text));
  }

  #noFunction(token: Token): FormulaError {
    const near = isConstant(token.text) ? null : nearest(token.text, [...Object.keys(SPELLINGS), ...Object.keys(COMPOSED)]);
    const hint = near ? `did you mean ${near}?` : `to multiply, write ${token.text}*(…)`;
    return this.#error(token, `there is no function \`${token.text}\``, hint);
  }

  #call(token: Token, depth: number): Expr {
    const given = this.#given(depth);
    const composed = Object.hasOwn(COMPOSED, token.text) ? COMPOSED[token.text] : null;
    const arity = composed ? composed[0] : OPERATIONS[SPELLINGS[token.text]].arity;
    if (given.length !== arity) {
      const problem = `\`${token.text}\` takes ${arity} argument${arity > 1 ? "s" : ""}, got ${given.length}`;
      throw this.#error(token, problem, `write ${token.text}(${[..."abc"].slice(0, arity).join(", ")})`);
    }
    if (!composed) return this.#node(token, SPELLINGS[token.text], ...given);
    const replacements = new Map(given.map((argument, i) => ["ab"[i], argument]));
    return this.#finite(token, substitute(parse(composed[1]).expr, replacements));
  }

  /** The arguments of a call, brackets and all. */
  #given(depth: number): Expr[] {
    const opening = this.#take();
    const found: Expr[] = [];
    while (!this.#sees(")")) {
      found.push(this.#expression(0, depth + 1));
      if (!this.#sees(",")) break;
      this.#take();
    }
    if (!this.#sees(")")) throw this.#unclosed(opening);
    this.#take();
    return found;
  }

  #unclosed(opening: Token): FormulaError {
    return this.#next.kind === "end" ? this.#error(opening, "this `(` is never closed") : this.#unexpected();
  }

  #node(token: Token, op: string, ...args: Expr[]): Expr {
    const expr = apply(op, ...args);
    return op === "negative" ? this.#count(token, expr) : this.#finite(token, expr);
  }

  /** Refuse what comes to inf or nan by itself: 1/0, exp(1000). */
  #finite(token: Token, expr: Expr): Expr {
    if (expr.op === "constant" && !Number.isFinite(expr.value)) {
      const value = Number.isNaN(expr.value) ? "nan" : expr.value > 0 ? "inf" : "-inf";
      throw this.#error(token, `this comes to ${value}, which is no number to fit with`);
    }
    return this.#count(token, expr);
  }

  #count(token: Token, expr: Expr): Expr {
    this.#nodes++;
    if (this.#nodes > MAX_NODES) {
      const problem = `more than ${MAX_NODES} numbers, names and operations`;
      throw this.#error(token, problem, "write it as a Python function instead");
    }
    return expr;
  }
}
