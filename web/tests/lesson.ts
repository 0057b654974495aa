/** The lesson's noisy quadratic as a document, for tests that need no Python. */

import type { Document } from "../src/contract.ts";
import { flat } from "../src/expression.ts";
import { parse } from "../src/formula.ts";
import { makePoints } from "../src/noise.ts";

const points = makePoints({ f: (x) => 3 * x * x + 2 * x + 1, low: -2, high: 2, count: 20, mult: 0.15, add: 1.5, seed: 42 });

/** Changed where `changes` says so. */
export function lesson(changes: Partial<Document> = {}): Document {
  return {
    version: 1, title: "The lesson", ranges: [[-2, 2]], start: [1.1, 1.1, 1.1], locked: [false, false, false],
    model: { formula: "a*x^2 + b*x + c", inputs: ["x"], target: "y", parameters: ["a", "b", "c"], nodes: flat(parse("a*x^2 + b*x + c").expr) as Document["model"]["nodes"] },
    points: { x: [[...points.x]], y: [...points.y], sigma: null }, bounds: [[null, null], [null, null], [null, null]],
    loss: "mae", delta: 1, target: 1.1, best: null,
    walk: { rate: 0.01, steps: 100, optimizer: "sgd", schedule: "steady", zero: true },
    checks: { loss: "mae", x: [], y: [], weight: [], at: [] },
    ...changes,
  };
}
