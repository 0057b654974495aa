/** The port of the language against what Python says: the same graphs, the same words, the same numbers. */

import fc from "fast-check";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Line } from "../../src/contract.ts";
import { derivatives } from "../../src/derivative.ts";
import { apply, constant, flat, lines, name, names, ordered, rebuild, type Expr } from "../../src/expression.ts";
import { FormulaError, MAX_NODES, parse } from "../../src/formula.ts";
import { mean, slopes } from "../../src/losses.ts";
import { COMPOSED, OPERATIONS, SPELLINGS } from "../../src/operations.ts";
import { interpreter } from "../../src/program.ts";
import { SHAPES } from "../../src/shapes.ts";
import { erf, SPECIAL } from "../../src/special.ts";
import { number, pieces, text, type Piece } from "../../src/typeset.ts";
import { runs } from "../runs.ts";

type Plain = number | string; // what is not finite, as Python writes it

interface Vectors {
  readonly operations: readonly { name: string; at: Plain[][]; rows: Plain[][] }[];
  readonly formulas: readonly {
    formula: string; known: string[]; text: string; target: string | null; euler: boolean; names: string[];
    nodes: Line[]; outputs: number[]; at: number[][]; rows: Plain[][];
  }[];
  readonly bad: readonly { formula: string; error: string }[];
  readonly numbers: readonly [number, string][];
}

const vectors: Vectors = JSON.parse(readFileSync(new URL("../../../tests/vectors/language.json", import.meta.url), "utf8"));
const SEED = 20240229;

const toNumber = (value: Plain): number => ({ inf: Infinity, "-inf": -Infinity, nan: NaN })[value] ?? Number(value);
const close = (ours: number, theirs: number): boolean =>
  ours === theirs || (ours !== ours && theirs !== theirs) || Math.abs(ours - theirs) <= 1e-12 * Math.abs(theirs) + 1e-15;

/** Every output at every point, evaluated with the first name as the input and the others as parameters. */
function evaluated(outputs: readonly Expr[], words: readonly string[], point: readonly number[]): number[] {
  return outputs.map((expr) => {
    const out = new Float64Array(1);
    interpreter(expr, words[0], words.slice(1)).predict(point.slice(1), Float64Array.of(point[0]), 1, out);
    return out[0];
  });
}

/** Nodes are equal; constants that were folded may differ in the last place, as one machine's exp from another's. */
function expectNodes(ours: readonly Line[], theirs: readonly Line[]): void {
  const settled = ours.map((line, i): Line => {
    const [op, value] = line;
    const other = theirs[i]?.[1];
    const equal = op === "constant" && typeof value === "number" && typeof other === "number" && close(value, other);
    return equal && Object.is(value, -0) === Object.is(other, -0) ? [op, other] : line;
  });
  expect(settled).toEqual(theirs);
}

// ------------------------------------------------------------------------------------------------- against Python

describe("an operation has Python's value and slopes", () => {
  test.each(vectors.operations)("$name", ({ name: op, at, rows }) => {
    const words = [..."abc"].slice(0, OPERATIONS[op].arity);
    const expr = apply(op, ...words.map(name));
    const outputs = [expr, ...derivatives(expr, words)];
    const differ = at.flatMap((point, i) => {
      const ours = evaluated(outputs, words, point.map(toNumber));
      const theirs = rows.map((row) => toNumber(row[i]));
      return ours.every((value, k) => close(value, theirs[k])) ? [] : [{ point, ours, theirs }];
    });
    expect(differ).toEqual([]);
  });
});

describe("a formula is read, differentiated, written and computed as Python does", () => {
  test.each(vectors.formulas)("$formula", (v) => {
    const read = parse(v.formula, v.known);
    const outputs = [read.expr, ...derivatives(read.expr, v.names)];
    const order = ordered(outputs);
    expectNodes(lines(order), v.nodes);
    expect(outputs.map((node) => order.indexOf(node))).toEqual(v.outputs);
    expect(names(read.expr)).toEqual(v.names);
    expect([text(read.expr), read.target && text(read.target), read.euler]).toEqual([v.text, v.target, v.euler]);
    for (let i = 0; i < (v.at[0]?.length ?? 0); i++) {
      const ours = evaluated(outputs, v.names, v.at.map((row) => row[i]));
      const theirs = v.rows.map((row) => toNumber(row[i]));
      expect(ours.map((value, k) => (close(value, theirs[k]) ? theirs[k] : value))).toEqual(theirs);
    }
  });

  test("and a graph from Python is rebuilt to the same node", () => {
    for (const v of vectors.formulas) {
      const expr = rebuild(v.nodes.slice(0, v.outputs[0] + 1));
      expectNodes(flat(expr), flat(parse(v.formula, v.known).expr));
    }
  });
});

describe("what is no formula is refused in Python's words", () => {
  test.each(vectors.bad)("$formula", ({ formula, error }) => {
    expect(refusal(formula)).toBe(error);
  });
});

test.each(vectors.numbers)("the number %d is written %s", (value, written) => {
  expect(number(value)).toBe(written);
});

function refusal(formula: string): string {
  try {
    parse(formula);
  } catch (error) {
    if (error instanceof FormulaError) return error.message;
    throw error;
  }
  return "read";
}

// ------------------------------------------------------------------------------------------------- of its own

test("the functions that Math lacks are those that the table calls", () => {
  const written = readFileSync(new URL("../../src/operations.ts", import.meta.url), "utf8");
  expect(/import \{ (.*) \} from ".\/special.ts"/.exec(written)?.[1].split(", ")).toEqual(Object.keys(SPECIAL));
});

test.each([[0.1, 0.1124629160182849], [0.46875, 0.4926134732179379], [0.5, 0.5204998778130465], [1, 0.8427007929497149], [2, 0.9953222650189527], [3.9, 0.9999999652077514], [4.1, 0.9999999932999724], [5.5, 0.9999999999999927], [7, 1], [Infinity, 1]])(
  "erf(%d) is exact to the last place or two", (a, value) => {
    expect(Math.abs(erf(a) - value)).toBeLessThanOrEqual(2.3e-16 * value);
    expect(erf(-a)).toBe(-erf(a));
  },
);

test("rebuilding refuses what flat does not write", () => {
  const wrong: Line[][] = [[], [["add", 0, 1]], [["name", "a"], ["sin", 0.5]], [["name", "a"], ["add", 0]], [["constant", "two"]], [["name", 1]], [["toString", 0]]];
  for (const given of wrong) expect(() => rebuild(given)).toThrow(RangeError);
});

test("-0 and 0 are two numbers, and nan is one", () => {
  expect(constant(-0)).not.toBe(constant(0));
  expect(constant(NaN)).toBe(constant(NaN));
  expect(parse("(-0)^x").expr).toBe(parse(text(parse("(-0)^x").expr)).expr);
});

test("a name in a formula that nobody gives is refused", () => {
  expect(() => interpreter(parse("a*x").expr, "x", [])).toThrow("`a` is neither an input nor a parameter");
});

test("points in several blocks have the values, rows, loss and gradient they have one by one", () => {
  const n = 1_000;
  const evaluator = interpreter(parse("a*exp(-b*x) + a*b").expr, "x", ["a", "b", "unused"]);
  const x = Float64Array.from({ length: n }, (_, i) => i / n);
  const y = x.map((v) => Math.sin(9 * v));
  const weight = x.map((v) => 1 + v);
  const rows = new Float64Array(4 * n);
  evaluator.rows([1.5, 0.7, 9], x, n, rows);
  const curve = x.map((v) => 1.5 * Math.exp(-0.7 * v) + 1.5 * 0.7);
  expect(curve.every((v, i) => close(rows[i], v))).toBe(true);
  expect(rows.subarray(3 * n).every((v) => v === 0)).toBe(true);
  for (const loss of ["mse", "mae", "huber", "poisson"] as const) {
    const slope = new Float64Array(n);
    const out = new Float64Array(3);
    slopes(loss, curve, y, weight, 0.3, n, slope);
    expect(evaluator.gradient(loss, 0.3, [1.5, 0.7, 9], x, y, weight, n, out)).toBeCloseTo(mean(loss, curve, y, weight, 0.3, n), 12);
    for (const p of [0, 1, 2]) expect(out[p]).toBeCloseTo(slope.reduce((sum, s, i) => sum + s * rows[(1 + p) * n + i], 0) / n, 12);
  }
});

test("a call leaves nothing behind: fewer points, other parameters", () => {
  const evaluator = interpreter(parse("a*x + b").expr, "x", ["a", "b"]);
  const out = new Float64Array(3);
  evaluator.predict([2, 1], Float64Array.of(1, 2, 3), 3, out);
  expect([...out]).toEqual([3, 5, 7]);
  evaluator.predict([10, 5], Float64Array.of(1), 1, out);
  expect([...out]).toEqual([15, 5, 7]);
});

test("a formula without its input, or a bare parameter, is the same everywhere", () => {
  const out = new Float64Array(6);
  interpreter(parse("a").expr, "x", ["a"]).rows([2], new Float64Array(3), 3, out);
  expect([...out]).toEqual([2, 2, 2, 1, 1, 1]);
  interpreter(parse("x").expr, "x", ["a"]).rows([2], Float64Array.of(4, 5, 6), 3, out);
  expect([...out]).toEqual([4, 5, 6, 0, 0, 0]);
});

test("every shape of the chooser is read and uses x", () => {
  for (const { formula } of SHAPES) expect(names(parse(formula).expr)).toContain("x");
});

// ------------------------------------------------------------------------------------------------- drawn

/** Pieces as a line of text, to be read in a test. */
function line(piece: Piece): string {
  switch (piece.kind) {
    case "text": return piece.text;
    case "number": return piece.text + (piece.exponent === null ? "" : `·10^${piece.exponent}`);
    case "name": return piece.word.text + (piece.below ? `_${piece.below.text}` : "");
    case "times": return piece.dot ? "·" : " ";
    case "row": return piece.parts.map(line).join("");
    case "sup": return `${line(piece.base)}^{${line(piece.raised)}}`;
    case "frac": return `[${line(piece.above)}]/[${line(piece.below)}]`;
    case "root": return `√{${line(piece.inside)}}`;
    case "call": return `${piece.name}${piece.below}(${piece.args.map(line).join(", ")})`;
    case "cases": return `{${line(piece.yes)} if ${line(piece.condition)}, ${line(piece.no)}}`;
  }
}

test.each([
  ["a*x^2 + b*x + c", "a x^{2} + b x + c"],
  ["a*exp(-t/tau) + c", "a exp(−[t]/[τ]) + c"],
  ["exp(a*x)", "e^{a x}"],
  ["(a - b)/(c + 1)", "[a − b]/[c + 1]"],
  ["(a + b)*x", "(a + b) x"],
  ["b1*x + b_max + Omega_0", "b_1 x + b_max + Ω_0"],
  ["x*2^a", "x·2^{a}"],
  ["sin(2*pi*f*x)", "sin(2π f x)"],
  ["sqrt(abs(x))", "√{|x|}"],
  ["log10(x) + log(x)", "log10(x) + ln(x)"],
  ["where(x >= t, a, 1e-7)", "{a if x ≥ t, 1·10^-7}"],
  ["-a*x", "−a x"],
  ["sin(x)^2", "(sin(x))^{2}"],
])("%s is drawn as %s", (formula, drawn) => {
  expect(line(pieces(parse(formula).expr))).toBe(drawn);
});

test("a formula that shares its parts a thousandfold is drawn short", () => {
  let expr = name("x");
  for (let i = 0; i < 40; i++) expr = apply("add", expr, apply("sin", expr));
  expect(line(pieces(expr)).length).toBeLessThan(20_000);
});

// ------------------------------------------------------------------------------------------------- at random

const leaf = fc.oneof(
  fc.constantFrom("x", "a", "b_1", "τ", "`my column`", "`exp`", "pi", "e"),
  fc.double({ noNaN: true, min: 0 }).filter(Number.isFinite).map((v) => number(v)),
  fc.integer({ min: 0, max: 12 }).map(String),
);
const called = fc.constantFrom(...Object.keys(SPELLINGS), ...Object.keys(COMPOSED));
const { formula: random } = fc.letrec<{ formula: string }>((tie) => ({
  formula: fc.oneof(
    { maxDepth: 5 },
    leaf,
    fc.tuple(tie("formula"), fc.constantFrom("+", "-", "*", "/", "^", "**", "<", "<=", "==", "!=", " and ", " or "), tie("formula")).map((parts) => parts.join("")),
    tie("formula").map((f) => `(${f})`),
    fc.tuple(fc.constantFrom("-", "not ", "+"), tie("formula")).map((parts) => parts.join("")),
    fc.tuple(called, tie("formula"), tie("formula"), tie("formula")).map(([word, ...args]) => {
      const arity = COMPOSED[word]?.[0] ?? OPERATIONS[SPELLINGS[word]].arity;
      return `${word}(${args.slice(0, arity).join(", ")})`;
    }),
  ),
}));

test("a random formula is read or refused, and what is read is written so that it reads back", () => {
  fc.assert(
    fc.property(random, (formula) => {
      if (refusal(formula) !== "read") return;
      const { expr } = parse(formula);
      const back = text(expr);
      if (ordered([expr]).length < MAX_NODES && back.length < 1_500 && expr.op !== "constant") expect(parse(back).expr).toBe(expr);
    }),
    { seed: SEED, numRuns: runs(3_000) },
  );
});

test("derivatives of a random formula are evaluated without an error", () => {
  fc.assert(
    fc.property(random, (formula) => {
      if (refusal(formula) !== "read") return;
      const { expr } = parse(formula);
      const parameters = names(expr).filter((word) => word !== "x");
      const out = new Float64Array(2 * (1 + parameters.length));
      interpreter(expr, "x", parameters).rows(parameters.map(() => 0.7), Float64Array.of(0, 1.5), 2, out);
    }),
    { seed: SEED, numRuns: runs(1_000) },
  );
});

const garbage = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.array(fc.constantFrom("a", "exp", "(", ")", ",", "=", "==", "*", "^", "-", " ", "\n", "`", "1", ".", "e", "²", "٣", "τ", "not", "if", "[", "\ud800"), { maxLength: 30 }).map((parts) => parts.join("")),
);

test("garbage is read or refused with a place, never anything else", () => {
  fc.assert(
    fc.property(garbage, (words) => {
      const said = refusal(words);
      expect(said === "read" || said.includes("\n")).toBe(true);
    }),
    { seed: SEED, numRuns: runs(5_000) },
  );
});
