/** The page as a file: this very page, with the lab as it stands for its document. */

import type { Checks, Document as Lesson } from "./contract.ts";
import { flat } from "./expression.ts";
import { type Model, modelDocument } from "./model.ts";
import { toDocument } from "./points.ts";
import type { Lab } from "./state.ts";

/** The HTML of the page that `document` is, opening at `lab`. The page on screen stays as it is. */
export function pageWith(document: globalThis.Document, lab: Lab): string {
  const page = document.documentElement.cloneNode(true) as HTMLElement;
  const root = page.querySelector("#squiggly-lab"), data = page.querySelector("#squiggly-document");
  if (root) root.textContent = "";
  if (data) data.textContent = json(asDocument(lab));
  if (lab.model.typed || !lab.program) page.querySelector("#squiggly-program")?.remove(); // it computes another model, or not what Python computed
  const title = page.querySelector("title");
  if (title) title.textContent = lab.document.title;
  return `<!doctype html>\n${page.outerHTML}`;
}

/** The lab as it stands, as the document that opens it: the place on the walk becomes the start. */
export function asDocument(lab: Lab): Lesson {
  const { document, model } = lab;
  const { from: _, ...walk } = lab.legs.at(-1)!;
  const held = lab.locked.some(Boolean);
  return {
    version: 1, title: document.title,
    model: model.typed ? modelDocument(model, flat(model.expr)) : { ...document.model, target: model.target },
    points: toDocument(lab.points), range: document.range,
    start: lab.parameters.every(Number.isFinite) ? lab.parameters : lab.start,
    locked: lab.locked, bounds: model.typed ? model.parameters.map(() => [null, null] as const) : document.bounds,
    loss: lab.loss, delta: lab.delta, target: lab.target,
    best: lab.best?.settled && !held ? lab.best.values : null,
    walk: { ...walk, steps: lab.steps },
    checks: stillTrue(document, model, lab.delta) ? document.checks : nothing(lab),
  };
}

/** Whether what Python computed still tells something: the checks bring their own points and loss. */
const stillTrue = ({ checks, delta }: Lesson, model: Model, now: number): boolean => !model.typed && (checks.loss !== "huber" || delta === now);

const nothing = ({ loss }: Lab): Checks => ({ loss, x: [], y: [], weight: [], at: [] });

/** JSON that is safe inside an HTML script element, whatever names the lab has. */
export const json = (value: unknown): string =>
  JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
