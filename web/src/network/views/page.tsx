/** The page as a file: this very page, with the network as it stands for its document. */

import type { NetworkDocument } from "../contract.ts";
import type { NetworkLab } from "../lab.ts";
import { legAt } from "../train.ts";

/** The HTML of the page that `document` is, opening at `lab`. The page on screen stays as it is. */
export function pageWith(document: globalThis.Document, lab: NetworkLab): string {
  const page = document.documentElement.cloneNode(true) as HTMLElement;
  const put = (where: string, text: string): void => { const place = page.querySelector(where); if (place) place.textContent = text; };
  put("#squiggly-lab", "");
  put("#squiggly-document", coded(JSON.stringify(asDocument(lab))));
  put("title", lab.document.title || "A small network");
  return `<!doctype html>\n${page.outerHTML}`;
}

/** The lab as it stands, as the document that opens it: the numbers shown become the start. */
export function asDocument(lab: NetworkLab): NetworkDocument {
  const { document, net, data, points: { n, x, y }, scale, held, seed, loss, parameters, start, legs, step, steps } = lab, { from: _, ...walk } = legAt(legs, step);
  const own = data.kind === "own", same = net === document.net && loss === document.loss;
  return {
    version: 1, kind: "network", title: document.title, net,
    data: { ...data, x: own ? Array.from(net.inputs, (_, k) => [...x.subarray(k * n, (k + 1) * n)]) : [], y: own ? [...y] : [] },
    scale, held, seed, start: [...(parameters.every(Number.isFinite) ? parameters : start)], loss, walk: { ...walk, steps }, hide: document.hide,
    checks: same ? document.checks : { x: [], y: [], at: [] }, // what Python computed was of the author's network
  };
}

/** Text that is safe inside an HTML script element. */
const coded = (text: string): string => text.replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
