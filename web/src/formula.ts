/**
 * Text to expression: a tokenizer and precedence parser, with a caret under what is wrong. A port of `formula.py`.
 *
 * The grammar has numbers, names, `+ - * / ^ **`, parentheses, comparisons, `and or not`, and calls to the rows of the
 * table of operations. No text reaches JavaScript's own evaluator: what cannot be written cannot be run.
 */

import { apply, constant, endless, name, substitute, type Expr } from "./expression.ts";
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

interface Token {
  readonly kind: string;
  readonly text: string;
  readonly at: number; // in the text, in UTF-16 units
}

// Python's \d is any decimal digit, its \w any letter or number; combining marks are neither.
const KINDS = ["", "number", "name", "quoted", "mark", "other"];
const TOKEN =
  /[ \t\r\n]*(?:((?:\p{Nd}+(?:_\p{Nd}+)*\.?\p{Nd}*|\.\p{Nd}+)(?:[eE][+-]?\p{Nd}+)?)|((?=[\p{XID_Start}_])(?:(?=\p{XID_Continue})[\p{L}\p{N}_])+)|`([^`\n]+)`|(\*\*|[<>=!]=|[-+*/^(),<>=])|$|([^]))/gu;
const EDGES = /^(?:[^\S\ufeff]|[\x1c-\x1f\x85])+|(?:[^\S\ufeff]|[\x1c-\x1f\x85])+$/g; // of blanks, by Python's idea of them

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
const HINTS: Readonly<Record<string, string>> = {
  ".": "attributes do not exist here: write exp(x), not np.exp(x)",
  "[": NO_SUBSCRIPT,
  "]": NO_SUBSCRIPT,
  "'": NO_TEXT,
  '"': NO_TEXT,
  "`": "a column in backticks needs a closing backtick on the same line",
  "%": "there is no remainder",
  "&": "write `and`",
  "|": "write `or`, or abs(x)",
  "~": "write `not`",
  "!": "write `not`, or != for unequal",
  "\u2212": "that is a typographic minus: type -",
  "\u2013": "that is a dash: type -",
  "\u00d7": "write *",
  "\u00b7": "write *",
  "\u00f7": "write /",
  "\u00b2": "write ^2",
  "\u00b3": "write ^3",
  "\u221a": "write sqrt(\u2026)",
};

/** How many characters a text has, as Python counts them. */
const long = (text: string): number => [...text].length;

const isFunction = (word: string): boolean => Object.hasOwn(SPELLINGS, word) || Object.hasOwn(COMPOSED, word);
const isConstant = (word: string): boolean => Object.hasOwn(CONSTANTS, word);

/** Whether a word can stand in a formula without backticks. */
export const isIdentifier = (word: string): boolean => /^[\p{XID_Start}_]\p{XID_Continue}*$/u.test(word);

/** The error for a place in a formula: the problem, the line with the place marked below, a hint. */
function caret(text: string, { at, text: marked }: Token, problem: string, hint = ""): FormulaError {
  const start = at && text.lastIndexOf("\n", at - 1) + 1;
  const whole = [...text.slice(start).split("\n", 1)[0].replaceAll("\t", " ")];
  const [line, place] = windowed(whole, long(text.slice(start, at)));
  const marks = " ".repeat(place) + "^".repeat(Math.max(1, Math.min(long(marked), line.length - place)));
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
  return [...text.matchAll(TOKEN)].map((match) => {
    const k = match.findIndex((part, i) => i && part);
    const said = match[k] ?? "";
    const token = { kind: KINDS[k] ?? "end", text: said, at: match.index + match[0].length - said.length - (k === 3 ? 2 : 0) };
    if (k === 5) throw caret(text, token, `a formula has no place for ${quoted(said)}`, HINTS[said] ?? GRAMMAR);
    return token;
  });
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
  return read(text, stripped, new Set(known));
}

/** The whole formula, by recursive descent: the functions inside take tokens from the front. */
function read(text: string, stripped: string, known: ReadonlySet<string>): Formula {
  const all = tokens(text);
  let at = 0;
  let nodes = 0;
  const take = (): Token => all[at++];
  const is = (token: Token, mark: string): boolean => token.kind === "mark" && token.text === mark; // not a column called so
  const sees = (mark: string): boolean => is(all[at], mark);
  const error = (token: Token, problem: string, hint?: string): FormulaError => caret(text, token, problem, hint);

  function formula(): Formula {
    const [equals, second] = all.filter((token) => is(token, "="));
    if (second) throw error(second, "a second `=`: a formula has one", "to compare, write ==");
    const target = equals ? expression(0, 0) : null;
    if (equals && take() !== equals) {
      at--;
      throw unexpected();
    }
    const expr = expression(0, 0);
    if (all[at].kind !== "end") throw unexpected();
    const euler = !known.has("e") && all.some(({ kind, text: word }) => kind === "name" && word === "e");
    return { text: stripped, target, expr, euler };
  }

  function unexpected(): FormulaError {
    const token = all[at];
    const before = all[at - 1];
    if (sees(")")) return error(token, "a `)` that closes nothing");
    if (sees("(") && (before.kind === "name" || before.kind === "quoted")) return noFunction(before);
    if (sees("(") || (token.kind !== "mark" && token.kind !== "end")) {
      const choice = [token.text, before.text].some((word) => word === "if" || word === "else");
      return error(token, `two things side by side: \`${before.text} ${token.text}\``, choice ? "write where(condition, a, b)" : "write * to multiply");
    }
    const hint = { ",": "decimals take a point: 1.5", "=": "to compare, write ==" }[token.text] ?? GRAMMAR;
    return error(token, `\`${token.text}\` was not expected here`, hint);
  }

  /** Everything from here that binds at least this tightly. */
  function expression(binding: number, depth: number): Expr {
    if (depth > MAX_DEPTH) throw error(all[at], `more than ${MAX_DEPTH} levels inside one another`, "name a part of it, or simplify");
    let left = operand(depth + 1);
    for (let compared = false, next = infix(); next && next[1] >= binding; next = infix()) {
      const token = take();
      const compares = next[1] === COMPARES;
      if (compared && compares) throw error(token, "comparisons do not chain", "write `a < x and x < b`");
      compared ||= compares;
      left = node(token, next[0], left, expression(next[2], depth + 1));
    }
    return left;
  }

  function infix(): readonly [string, number, number] | undefined {
    return all[at].kind === "quoted" ? undefined : INFIX.get(all[at].text);
  }

  function operand(depth: number): Expr {
    const token = take();
    const { kind, text: said } = token;
    if (kind === "number") return number(token);
    if (kind === "quoted") return count(token, name(said));
    if (said === "+") return expression(SIGN, depth);
    if (said === "-") return node(token, "negative", expression(SIGN, depth));
    if (said === "not") return node(token, "logical_not", expression(NOT, depth));
    if (said === "(") return closed(token, expression(0, depth));
    if (kind === "name" && said !== "and" && said !== "or") return sees("(") && isFunction(said) ? call(token, depth) : named(token);
    if (kind === "end") throw error(token, "the formula ends where a number or a name was expected", "finish it, or leave out the last sign");
    throw error(token, `\`${said}\` where a number or a name was expected`, GRAMMAR);
  }

  function number(token: Token): Expr {
    const value = toNumber(token.text);
    if (value === Infinity) throw error(token, "this number is too large", "the largest is about 1.8e308");
    return count(token, constant(value));
  }

  /** What was read, if its bracket closes here. */
  function closed<T>(opening: Token, inside: T): T {
    if (sees(")")) at++;
    else throw all[at].kind === "end" ? error(opening, "this `(` is never closed") : unexpected();
    return inside;
  }

  function named(token: Token): Expr {
    const word = token.text;
    if (sees("(")) throw noFunction(token);
    if (isConstant(word) && !known.has(word)) return count(token, constant(CONSTANTS[word]));
    if (isFunction(word)) throw error(token, `\`${word}\` is a function`, `write ${word}(…); a parameter needs another name`);
    return count(token, name(word));
  }

  function noFunction(token: Token): FormulaError {
    const word = token.text;
    const near = isConstant(word) ? null : nearest(word, Object.keys({ ...SPELLINGS, ...COMPOSED }));
    return error(token, `there is no function \`${word}\``, near ? `did you mean ${near}?` : `to multiply, write ${word}*(…)`);
  }

  function call(token: Token, depth: number): Expr {
    const word = token.text;
    const given = closed(take(), list(depth));
    const composed = Object.hasOwn(COMPOSED, word) ? COMPOSED[word] : null;
    const arity = composed ? composed[0] : OPERATIONS[SPELLINGS[word]].arity;
    if (given.length !== arity) {
      const problem = `\`${word}\` takes ${arity} argument${arity > 1 ? "s" : ""}, got ${given.length}`;
      throw error(token, problem, `write ${word}(${["a", "b", "c"].slice(0, arity).join(", ")})`);
    }
    if (!composed) return node(token, SPELLINGS[word], ...given);
    return finite(token, substitute(parse(composed[1]).expr, new Map(given.map((argument, i) => ["ab"[i], argument]))));
  }

  /** The arguments of a call. */
  function list(depth: number): Expr[] {
    const found: Expr[] = [];
    while (!sees(")")) {
      found.push(expression(0, depth));
      if (!sees(",")) break;
      at++;
    }
    return found;
  }

  function node(token: Token, op: string, ...args: Expr[]): Expr {
    const expr = apply(op, ...args);
    return op === "negative" ? count(token, expr) : finite(token, expr);
  }

  /** Refuse what comes to inf or nan by itself: 1/0, exp(1000). */
  function finite(token: Token, expr: Expr): Expr {
    if (expr.op === "constant" && !Number.isFinite(expr.value)) {
      throw error(token, `this comes to ${endless(expr.value)}, which is no number to fit with`);
    }
    return count(token, expr);
  }

  function count(token: Token, expr: Expr): Expr {
    if (++nodes > MAX_NODES) throw error(token, `more than ${MAX_NODES} numbers, names and operations`, "write it as a Python function instead");
    return expr;
  }

  return formula();
}
