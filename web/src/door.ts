/** The door: a document from outside is checked once, here, so that nothing downstream checks again. */

import type { Document } from "./contract.ts";

/** The document, or a RangeError that says what is wrong with it. */
export function checkedDocument(given: unknown): Document {
  const d = given as Document;
  const wrong = (what: string): never => { throw new RangeError(`this page's document is damaged: ${what}\nhint: make the page again`); };
  if (typeof d !== "object" || d === null || d.version !== 1) wrong("it is not a version 1 document");
  const count = d.model?.parameters?.length ?? wrong("it has no model");
  if (!(count > 0)) wrong("the model has no parameters");
  for (const [name, column] of Object.entries({ start: d.start, locked: d.locked, bounds: d.bounds })) {
    if (!Array.isArray(column) || column.length !== count) wrong(`${name} does not fit the ${count} parameters`);
  }
  const { x, y, sigma } = d.points ?? wrong("it has no points");
  if (x.length !== y.length || (sigma && sigma.length !== x.length)) wrong("the columns of points differ in length");
  return d;
}
