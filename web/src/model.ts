/** The model as the page holds it: what was written, its graph, and what evaluates it. */

import type { ModelDocument } from "./contract.ts";
import type { Evaluator } from "./evaluator.ts";
import { type Expr, name, names, rebuild, substitute } from "./expression.ts";
import { FormulaError, parse } from "./formula.ts";
import { interpreter } from "./program.ts";
import { text } from "./typeset.ts";

export const MOST_PARAMETERS = 200;

export interface Model {
  readonly formula: string; // the right side, in squiggly's grammar
  readonly inputs: readonly string[];
  readonly input: string; // the first of them
  readonly target: string;
  readonly parameters: readonly string[];
  readonly expr: Expr;
  readonly evaluator: Evaluator;
  readonly typed: boolean; // written in the page, not by the author
}

/** The author's model; `program` is the source that Python printed, where the page carries it. */
export function authored(d: ModelDocument, program: Evaluator | null): Model {
  const expr = rebuild(d.nodes);
  return { ...d, input: d.inputs[0]!, expr, evaluator: program ?? interpreter(expr, d.inputs, d.parameters), typed: false };
}

/**
 * A model written in the page, `y = a*x + b` or the right side alone. Names other than inputs are parameters.
 * Raises FormulaError, with a caret where it has a place.
 */
export function typed(formula: string, given: string | readonly string[], target: string): Model {
  const inputs = [given].flat(), input = inputs[0]!, read = parse(formula, [...inputs, target]);
  const found = names(read.expr);
  const parameters = found.filter((name) => !inputs.includes(name));
  if (parameters.length === found.length) throw new FormulaError(`the formula does not use ${inputs.map((word) => `\`${word}\``).join(" or ")}${found.length ? `: ${listed(found)} ${found.length > 1 ? "are all parameters" : "is a parameter"}` : ""}\nhint: write it with the column, for example a*${text(name(input))} + b`);
  if (!parameters.length) throw new FormulaError(`the formula has no parameters: there is nothing to fit\nhint: put a letter where a number should be found, for example a*${text(name(input))} + b`);
  if (parameters.length > MOST_PARAMETERS) throw new FormulaError(`the formula has ${parameters.length} parameters, at most ${MOST_PARAMETERS} have a slider`);
  if (parameters.includes(target)) throw new FormulaError(`\`${target}\` stands on both sides\nhint: give the parameter another name`);
  return {
    formula: text(read.expr), inputs, input, target: read.target === null ? target : text(read.target), parameters,
    expr: read.expr, evaluator: interpreter(read.expr, inputs, parameters), typed: true,
  };
}

/** The same model with other names for its columns; as it was where a parameter is called so. */
export function renamed(m: Model, given: string | readonly string[], target: string): Model {
  const inputs = [given].flat(), all = [...inputs, target];
  if (all.some((word) => m.parameters.includes(word)) || new Set(all).size < all.length || inputs.length !== m.inputs.length) return m;
  const expr = substitute(m.expr, new Map(m.inputs.map((word, j) => [word, name(inputs[j]!)])));
  return { ...m, inputs, input: inputs[0]!, target, expr, formula: text(expr) };
}

export const modelDocument = (m: Model, nodes: ModelDocument["nodes"]): ModelDocument =>
  ({ formula: m.formula, inputs: m.inputs, target: m.target, parameters: m.parameters, nodes });

const listed = (words: readonly string[]): string => (words.length > 1 ? `${words.slice(0, -1).join(", ")} and ${words.at(-1)}` : words.join(""));
