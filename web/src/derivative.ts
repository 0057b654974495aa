/** Differentiation: an expression in, expressions out, by the derivative column of the table. A port of `derivative.py`. */

import { apply, constant, ordered, substitute, type Expr } from "./expression.ts";
import { parse } from "./formula.ts";
import { OPERATIONS } from "./operations.ts";

const rules = new Map<string, readonly Expr[]>(); // read once an operation

function rulesOf(op: string): readonly Expr[] {
  const found = rules.get(op) ?? OPERATIONS[op].derivatives.map((text) => parse(text).expr);
  rules.set(op, found);
  return found;
}

/**
 * The partial derivative of an expression by each name, each again an expression.
 *
 * Reverse accumulation: one sweep from the result to the names, whatever their number.
 */
export function derivatives(expr: Expr, wanted: readonly string[]): Expr[] {
  const order = ordered([expr]);
  const leads = leading(order, wanted);
  const downstream = new Map([[expr, constant(1)]]); // node -> d(expr)/d(node)
  for (const node of order.toReversed()) {
    const factor = downstream.get(node);
    if (factor && node.args.length) sweep(node, factor, leads, downstream);
  }
  const at = new Map(order.filter((node) => node.op === "name").map((node) => [node.name, downstream.get(node)]));
  return wanted.map((w) => at.get(w) ?? constant(0));
}

/** The nodes that lead to a wanted name: the others are not visited. */
function leading(order: readonly Expr[], wanted: readonly string[]): ReadonlySet<Expr> {
  const leads = new Set<Expr>();
  for (const node of order) {
    if ((node.op === "name" && wanted.includes(node.name)) || node.args.some((a) => leads.has(a))) leads.add(node);
  }
  return leads;
}

/** Hand what reaches a node on to its arguments, each times the node's own derivative by it. */
function sweep(node: Expr, factor: Expr, leads: ReadonlySet<Expr>, downstream: Map<Expr, Expr>): void {
  const replacements = new Map(node.args.map((argument, i) => ["abc"[i], argument]));
  for (const [i, rule] of rulesOf(node.op).entries()) {
    const argument = node.args[i];
    if (!leads.has(argument) || isZero(rule)) continue;
    const piece = times(factor, substitute(rule, replacements));
    if (isZero(piece)) continue;
    const before = downstream.get(argument);
    downstream.set(argument, before ? apply("add", before, piece) : piece);
  }
}

const isZero = (a: Expr): boolean => a.op === "constant" && a.value === 0;

/**
 * factor · local, with a mask kept outermost.
 *
 * What a `where` did not choose contributes exactly nothing: where(c, f, 0) · (1/0) is 0 where c is false, not 0 · ∞.
 * (Autograd engines answer NaN there.) Masks within masks become one mask of a joint condition.
 */
function times(factor: Expr, local: Expr): Expr {
  const conditions: Expr[] = [];
  const made = product(unmasked(factor, conditions), unmasked(local, conditions));
  if (!conditions.length) return made;
  return apply("where", conditions.reduce((a, b) => apply("logical_and", a, b)), made, constant(0));
}

/** What a mask lets through; its condition goes to the list. */
function unmasked(side: Expr, conditions: Expr[]): Expr {
  const nought = constant(0);
  while (side.op === "where" && (side.args[1] === nought || side.args[2] === nought)) {
    const [condition, yes, no]: readonly Expr[] = side.args;
    conditions.push(no === nought ? condition : apply("logical_not", condition));
    side = no === nought ? yes : no;
  }
  return side;
}

function product(a: Expr, b: Expr): Expr {
  const nought = constant(0);
  const one = constant(1);
  for (const [side, other] of [[a, b], [b, a]]) {
    if (side === nought) return side;
    if (side.op === "divide" && side.args[0] === one) return apply("divide", other, side.args[1]);
  }
  return apply("multiply", a, b);
}
