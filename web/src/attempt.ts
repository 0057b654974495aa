/** Mistakes of the reader's, as values: what went wrong with a formula, a table or a link is shown, not thrown on. */

import { FormulaError } from "./formula.ts";

/** What `f` gives, or the words of the FormulaError or RangeError that it threw. */
export function attempt<T>(f: () => T): T | string {
  try {
    return f();
  } catch (error) {
    if (error instanceof FormulaError || error instanceof RangeError) return error.message;
    throw error;
  }
}
