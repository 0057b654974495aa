/**
 * Expressions as plain data: one graph of numbers, names and operations of the table. A port of `expression.py`.
 *
 * Equal nodes are the same object (hash-consing), so shared work is done once, and constants are folded as the graph
 * grows. No rule of simplification changes a value, in floating point too (the sign of a zero aside).
 */

import type { Line } from "./contract.ts";
import { OPERATIONS, type Kernel } from "./operations.ts";

/** One node: `op` is "constant", "name" or a row of the table. Made only here, so that equal nodes are identical. */
export interface Expr {
  readonly op: string;
  readonly args: readonly Expr[];
  readonly value: number; // of a constant; otherwise NaN
  readonly name: string; // of a name; otherwise empty
  readonly id: number; // no two nodes share one
}

let made = 0;
const known = new Map<string, WeakRef<Expr>>(); // weak: a formula that is typed over leaves nothing behind
const gone = new FinalizationRegistry<string>((key) => {
  if (!known.get(key)?.deref()) known.delete(key);
});

function make(key: string, op: string, args: readonly Expr[], value = NaN, name = ""): Expr {
  const found = known.get(key)?.deref();
  if (found) return found;
  const node = { op, args, value, name, id: made++ };
  known.set(key, new WeakRef(node));
  gone.register(node, key);
  return node;
}

/** A number. -0 and 0 are two numbers. */
export function constant(value: number): Expr {
  return make(`# ${Object.is(value, -0) ? "-0" : value}`, "constant", [], value);
}

/** A named quantity: an input or a parameter. */
export function name(text: string): Expr {
  return make(`name ${text}`, "name", [], NaN, text);
}

/** The node for one operation, folded where all arguments are numbers and where nothing would change. */
export function apply(op: string, ...given: Expr[]): Expr {
  const args = given.map((a, i) => (op.startsWith("logical") || (op === "where" && i === 0) ? asTruth(a) : asNumber(a)));
  if (args.every(isConstant) && !OPERATIONS[op].truth) return constant(fold(op, args));
  return RULES[op]?.(args[0], args[1], args[2]) ?? make(`${op} ${args.map((a) => a.id).join(" ")}`, op, args);
}

/** Whether the value is a yes or no rather than a number. */
export const isTruth = (a: Expr): boolean => a.args.length > 0 && OPERATIONS[a.op].truth;

/** Whether a number is written with a minus sign: -0 is, NaN is not. */
export const belowZero = (value: number): boolean => value < 0 || Object.is(value, -0);

/** A yes or no as 1 or 0; a number as it is. */
function asNumber(a: Expr): Expr {
  return isTruth(a) ? apply("where", a, constant(1), constant(0)) : a;
}

/** A number as "is it not zero"; a yes or no as it is. */
function asTruth(a: Expr): Expr {
  if (isAnswer(a)) return a.args[0];
  return isTruth(a) ? a : apply("not_equal", a, constant(0));
}

const isConstant = (a: Expr): boolean => a.op === "constant";
const is = (a: Expr, value: number): boolean => isConstant(a) && a.value === value;
const isAnswer = (a: Expr): boolean => a.op === "where" && is(a.args[1], 1) && is(a.args[2], 0);

/** The value of an operation on numbers. */
function fold(op: string, args: readonly Expr[]): number {
  const out = new Float64Array(1);
  const [a, b, c] = [0, 1, 2].map((i) => Float64Array.of(args[i]?.value ?? NaN));
  (OPERATIONS[op].kernel as Kernel)(1, out, a, b, c);
  return out[0];
}

/** A simpler node with the same value for every argument, in floating point too; undefined where there is none. */
type Rule = (a: Expr, b: Expr, c: Expr) => Expr | undefined;
const negative = (a: Expr): Expr => apply("negative", a);

/** What a is the negative of, if it is written with a minus sign. */
function turned(a: Expr): Expr | undefined {
  return a.op === "negative" ? a.args[0] : belowZero(a.value) ? constant(-a.value) : undefined;
}

const RULES: Readonly<Record<string, Rule>> = {
  add(a, b) {
    if (is(a, 0) || is(b, 0)) return is(a, 0) ? b : a;
    if (a.op === "where" && b.op === "where" && a.args[0] === b.args[0] && (is(a.args[1], 0) || is(b.args[1], 0))) {
      return apply("where", a.args[0], apply("add", a.args[1], b.args[1]), apply("add", a.args[2], b.args[2]));
    }
    const less = turned(b);
    return less && apply("subtract", a, less);
  },
  subtract(a, b) {
    if (is(b, 0)) return a;
    const more = turned(b);
    return more && apply("add", a, more);
  },
  multiply(a, b) {
    if (is(a, 1) || is(b, 1)) return is(a, 1) ? b : a;
    const [left, right] = [turned(a), turned(b)];
    if (left) return negative(apply("multiply", left, b));
    return right && negative(apply("multiply", a, right));
  },
  divide(a, b) {
    if (is(b, 1)) return a;
    const above = turned(a);
    return above && negative(apply("divide", above, b));
  },
  negative: (a) => (a.op === "negative" ? a.args[0] : undefined),
  logical_not: (a) => (a.op === "logical_not" ? a.args[0] : undefined),
  power: (a, b) => (is(b, 1) ? a : is(b, 0) ? constant(1) : undefined),
  not_equal: (a, b) => (is(b, 0) && isAnswer(a) ? a.args[0] : undefined),
  where(condition, yes, no) {
    if (condition.op === "logical_not") return apply("where", condition.args[0], no, yes);
    if (condition.args.every(isConstant)) return fold(condition.op, condition.args) ? yes : no;
    if (yes === no) return yes;
    if (no.op === "where" && no.args[0] === condition) return apply("where", condition, yes, no.args[2]);
    if (yes.op === "where" && yes.args[0] === condition) return apply("where", condition, yes.args[1], no);
    return undefined;
  },
};

/** Every node the outputs stand on, each after its arguments. Iterative: depth is not limited by the stack. */
export function ordered(outputs: readonly Expr[]): Expr[] {
  const order: Expr[] = [];
  const seen = new Set<Expr>();
  const stack: [Expr, boolean][] = outputs.map((node): [Expr, boolean] => [node, false]).reverse();
  for (let next = stack.pop(); next; next = stack.pop()) {
    const [node, ready] = next;
    if (ready) order.push(node);
    else if (!seen.has(node)) {
      seen.add(node);
      stack.push([node, true]);
      for (const a of node.args.toReversed()) if (!seen.has(a)) stack.push([a, false]);
    }
  }
  return order;
}

/** The names in expressions, in order of appearance. */
export function names(...outputs: Expr[]): string[] {
  return ordered(outputs).filter((node) => node.op === "name").map((node) => node.name);
}

/** The expression with names replaced by other expressions. */
export function substitute(expr: Expr, replacements: ReadonlyMap<string, Expr>): Expr {
  const now = new Map<Expr, Expr>();
  for (const node of ordered([expr])) {
    if (node.op === "name") now.set(node, replacements.get(node.name) ?? node);
    else now.set(node, node.args.length ? apply(node.op, ...node.args.map((a) => now.get(a) as Expr)) : node);
  }
  return now.get(expr) as Expr;
}

/** The expression as plain data, a line a node, the last its result. */
export function flat(expr: Expr): Line[] {
  return lines(ordered([expr]));
}

/** Nodes in order, each after its arguments, as plain data. */
export function lines(order: readonly Expr[]): Line[] {
  const at = new Map(order.map((node, i) => [node, i]));
  return order.map((node): Line => {
    if (node.op === "name") return ["name", node.name];
    return isConstant(node) ? ["constant", plain(node.value)] : [node.op, ...node.args.map((a) => at.get(a) as number)];
  });
}

/** What is not finite, as Python writes it. */
export const endless = (value: number): string => (value > 0 ? "inf" : value < 0 ? "-inf" : "nan");

/** A number as JSON can hold it. */
const plain = (value: number): number | string => (Number.isFinite(value) ? value : endless(value));

const NOT_FINITE: ReadonlyMap<unknown, number> = new Map([["inf", Infinity], ["-inf", -Infinity], ["nan", NaN]]);

/** The expression that `flat` took apart. Throws RangeError where a line is not one that `flat` writes. */
export function rebuild(given: readonly Line[]): Expr {
  const nodes: Expr[] = [];
  for (const line of given) nodes.push(rebuilt(line, nodes));
  if (!nodes.length) throw new RangeError("there are no nodes");
  return nodes[nodes.length - 1];
}

function rebuilt([op, ...rest]: Line, nodes: readonly Expr[]): Expr {
  const value = rest.length === 1 ? rest[0] : undefined;
  const number = NOT_FINITE.get(value) ?? value;
  if (op === "constant" && typeof number === "number") return constant(number);
  if (op === "name" && typeof value === "string") return name(value);
  if (!Object.hasOwn(OPERATIONS, op) || rest.length !== OPERATIONS[op].arity || !rest.every((i) => nodes[i as number])) {
    throw new RangeError(`node ${nodes.length} is no constant, name or operation on nodes before it`);
  }
  return apply(op, ...rest.map((i) => nodes[i as number]));
}
