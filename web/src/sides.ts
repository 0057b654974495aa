/** What a model predicts, as a name: its target may be a column with an odd name, or an expression such as log(y). */

import { attempt } from "./attempt.ts";
import { type Expr, name } from "./expression.ts";
import { parse } from "./formula.ts";
import { text } from "./typeset.ts";

/** The target as an expression: what a formula's left side says. A name that is no formula is a column called so. */
function meant(target: string): Expr {
  const read = attempt(() => parse(target, [target]).expr);
  return typeof read === "string" ? name(target) : read;
}

/** The target as a formula's left side writes it. */
export const leftSide = (target: string): string => text(meant(target));

/** What the points' y is called: the column's name; "y" for an expression, whose values they are. */
export function columnName(target: string): string {
  const { op, name } = meant(target);
  return op === "name" ? name : "y";
}
