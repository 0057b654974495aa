/** The walk as a table: one row a moment, for whoever wants to go on in a spreadsheet. */

import { futureOf } from "./derived.ts";
import type { Lab } from "./state.ts";

/** CSV of every moment known: step, loss, rate, each parameter, each gradient (those of what is locked included). */
export function historyCsv(lab: Lab): string {
  const { P, known, loss, rate, parameters, gradient } = futureOf(lab);
  const { parameters: names } = lab.model;
  const rows = Array.from({ length: known }, (_, k) =>
    [k, loss[k]!, rate[k]!, ...parameters.subarray(k * P, (k + 1) * P), ...gradient.subarray(k * P, (k + 1) * P)]);
  return [["step", "loss", "rate", ...names, ...names.map((name) => `gradient of ${name}`)].map(quoted), ...rows].map((row) => `${row.join(",")}\n`).join("");
}

/** A column's name as CSV holds it: in quotes where it has a comma, a quote or a line's end. */
const quoted = (word: string): string => (/[",\r\n]/.test(word) ? `"${word.replaceAll('"', '""')}"` : word);
