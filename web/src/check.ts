/** The page checks itself: what it computes against what Python computed, before anyone trusts it. */

import type { Document } from "./contract.ts";
import type { Evaluator } from "./evaluator.ts";
import { authored } from "./model.ts";

const CLOSE = 1e-9; // relative above 1, absolute below: differences of two mathematics libraries, added up over the points

/**
 * Which evaluator to use, and what differs: "" where all agree, null where there is nothing to compare. The printed
 * program is dropped for the interpreter where it disagrees.
 */
export function selfCheck(document: Document, printed: Evaluator | null): { program: Evaluator | null; differs: string | null } {
  if (!document.checks.at.length) return { program: printed, differs: null };
  const interpreted = authored(document.model, null).evaluator;
  const wrong = printed && difference(document, printed);
  if (printed && wrong === "") return { program: printed, differs: "" };
  return { program: null, differs: difference(document, interpreted) };
}

function difference({ checks, delta, model }: Document, evaluator: Evaluator): string {
  const [x, y] = [Float64Array.from(checks.x.flat()), Float64Array.from(checks.y)];
  const weight = Float64Array.from(checks.weight), gradient = new Float64Array(model.parameters.length);
  for (const { parameters, loss, gradient: wanted } of checks.at) {
    const seen = evaluator.gradient(checks.loss, delta, parameters, x, y, weight, y.length, gradient);
    if (!close(seen, loss)) return `loss ${seen} here, ${loss} in Python`;
    const off = wanted.findIndex((g, i) => !close(gradient[i]!, g));
    if (off >= 0) return `gradient of ${model.parameters[off]} ${gradient[off]} here, ${wanted[off]} in Python`;
  }
  return "";
}

const close = (a: number, b: number): boolean => Math.abs(a - b) <= CLOSE * Math.max(1, Math.abs(b));
