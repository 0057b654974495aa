/** The page as a file: this very page, with the lab as it stands for its document. */

import type { Document as Lesson } from "./contract.ts";
import { boundsOf } from "./derived.ts";
import { flat } from "./expression.ts";
import { linkTooLong, toHash } from "./link.ts";
import { modelDocument } from "./model.ts";
import { toDocument } from "./points.ts";
import type { Lab } from "./state.ts";

/** The HTML of the page that `document` is, opening at `lab`. The page on screen stays as it is. */
export function pageWith(document: globalThis.Document, lab: Lab): string {
  const page = document.documentElement.cloneNode(true) as HTMLElement;
  const put = (where: string, text: string): void => { const place = page.querySelector(where); if (place) place.textContent = text; };
  const short = !linkTooLong(lab), root = page.querySelector("#squiggly-lab");
  put("#squiggly-lab", "");
  if (short) root?.setAttribute("data-state", toHash(lab)); // as a link would: the author's lab, and what was changed
  else root?.removeAttribute("data-state");
  put("#squiggly-document", json(short ? lab.document : asDocument(lab)));
  put("title", lab.document.title);
  if ((lab.model.typed && !short) || !lab.program) page.querySelector("#squiggly-program")?.remove(); // it computes another model, or not what Python computed
  return `<!doctype html>\n${page.outerHTML}`;
}

/** The lab as it stands, as the document that opens it: the place on the walk becomes the start. */
export function asDocument(lab: Lab): Lesson {
  const { document, model } = lab;
  const { from: _, ...walk } = lab.legs.at(-1)!;
  return {
    version: 1, title: document.title,
    model: model.typed ? modelDocument(model, flat(model.expr)) : { ...document.model, target: model.target },
    points: toDocument(lab.points, model.inputs.length), ranges: document.ranges,
    start: lab.parameters.every(Number.isFinite) ? lab.parameters : lab.start,
    locked: lab.locked, bounds: boundsOf(lab),
    loss: lab.loss, delta: lab.delta, target: lab.target,
    best: lab.best?.settled && !lab.locked.some(Boolean) ? lab.best.values : null,
    walk: { ...walk, steps: lab.steps },
    checks: model.typed || document.delta !== lab.delta ? { loss: lab.loss, x: [], y: [], weight: [], at: [] } : document.checks, // what Python computed brings its own points and loss
  };
}

/** JSON that is safe inside an HTML script element, whatever names the lab has. */
export const json = (value: unknown): string =>
  JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, coded);

/** A character as JSON and Python escape it. */
export const coded = (c: string): string => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`;
