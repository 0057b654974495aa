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
  readonly input: string;
  readonly target: string;
  readonly parameters: readonly string[];
  readonly expr: Expr;
  readonly evaluator: Evaluator;
  readonly typed: boolean; // written in the page, not by the author
}

/** The author's model; `program` is the source that Python printed, where the page carries it. */
export function authored(d: ModelDocument, program: Evaluator | null): Model {
  const expr = rebuild(d.nodes);
  return { ...d, expr, evaluator: program ?? interpreter(expr, d.input, d.parameters), typed: false };
}

/**
 * A model written in the page, `y = a*x + b` or the right side alone. Names other than the input are parameters.
 * Raises FormulaError, with a caret where it has a place.
 */
export function typed(formula: string, input: string, target: string): Model {
  const read = parse(formula, [input, target]);
  const found = names(read.expr);
  const parameters = found.filter((name) => name !== input);
  if (!found.includes(input)) throw new FormulaError(`the formula does not use \`${input}\`${found.length ? `: ${listed(found)} ${found.length > 1 ? "are all parameters" : "is a parameter"}` : ""}\nhint: write it with the column, for example a*${text(name(input))} + b`);
  if (!parameters.length) throw new FormulaError(`the formula has no parameters: there is nothing to fit\nhint: put a letter where a number should be found, for example a*${text(name(input))} + b`);
  if (parameters.length > MOST_PARAMETERS) throw new FormulaError(`the formula has ${parameters.length} parameters, at most ${MOST_PARAMETERS} have a slider`);
  if (parameters.includes(target)) throw new FormulaError(`\`${target}\` stands on both sides\nhint: give the parameter another name`);
  return {
    formula: text(read.expr), input, target: read.target === null ? target : text(read.target), parameters,
    expr: read.expr, evaluator: interpreter(read.expr, input, parameters), typed: true,
  };
}

/** The same model with other names for its columns; as it was where a parameter is called so. */
export function renamed(m: Model, input: string, target: string): Model {
  if (m.parameters.includes(input) || m.parameters.includes(target) || input === target) return m;
  const expr = substitute(m.expr, new Map([[m.input, name(input)]]));
  return { ...m, input, target, expr, formula: text(expr) };
}

export const modelDocument = (m: Model, nodes: ModelDocument["nodes"]): ModelDocument =>
  ({ formula: m.formula, input: m.input, target: m.target, parameters: m.parameters, nodes });

const listed = (words: readonly string[]): string => (words.length > 1 ? `${words.slice(0, -1).join(", ")} and ${words.at(-1)}` : words.join(""));
