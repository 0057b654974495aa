/** The door: a document from outside is checked once, here, so that nothing downstream checks again. */

import type { Document } from "./contract.ts";

/** The document, or a RangeError where it is none, or its columns do not fit each other. */
export function checkedDocument(given: unknown): Document {
  const d = given as Document | null, P = d?.model?.parameters?.length, n = d?.points?.y?.length;
  const fits = d?.version === 1 && P && [d.start, d.locked, d.bounds].every((column) => column?.length === P)
    && n !== undefined && d.points.x?.length === d.model.inputs?.length && d.ranges?.length === d.points.x.length
    && [...d.points.x, d.points.sigma ?? d.points.y].every((column) => column?.length === n);
  if (!fits) throw new RangeError("this page's document is damaged\nhint: make the page again");
  return d;
}
