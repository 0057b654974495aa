/** The reader's own table: one or two inputs, then a number, or one of two words. */

import type { NetworkAction } from "../lab.ts";
import { readTable } from "../../table.ts";

/** What puts a table into the lab. Throws RangeError, in words for the reader, and nothing else. name: the file's, "" where the text was pasted. */
export function ownTable(text: string, name: string): NetworkAction {
  const called = name || "the table", { header, rows, separator } = rowsOf(text, called), width = rows[0]!.length;
  if (width < 2 || width > 3) throw wrong(`${called} has ${width} ${width === 1 ? "column" : "columns"}, two or three were expected`, "one or two inputs, then what is predicted; leave out the other columns");
  const inputs = width - 1, last = rows.map((row) => row.at(-1)!), words = [...new Set(last)];
  const numeric = last.every((word) => /^[+\-−]?[\d.,]+(e[+-]?\d+)?$/i.test(word)), two = words.length === 2 && (!numeric || words.every((word) => word === "0" || word === "1"));
  if (!numeric && !two) throw wrong(`${called}'s last column has ${words.length} different words: ${words.slice(0, 4).join(", ")}${words.length > 4 ? " …" : ""}; two classes, or numbers, were expected`, words.length < 2 ? "with one class there is nothing to tell apart" : "keep the rows of two of them");
  const labels = two ? (words.toSorted() as [string, string]) : null;
  const lines = two ? rows.map((row) => [...row.slice(0, -1), row.at(-1) === labels![1] ? "1" : "0"]) : rows, names = header ?? (inputs > 1 ? ["x1", "x2", "y"] : ["x", "y"]);
  const plain = [names, ...lines].map((row) => row.map((cell) => (/[",;\t ]/.test(cell) && !/^[+\-−]?[\d.,]+$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(separator === "," ? "," : "\t")).join("\n");
  const table = readTable(plain, called, { inputs: names.slice(0, inputs), target: names[inputs]! });
  if (table.points.n < 4) throw wrong(`${called} has ${table.points.n} rows, at least 4 were expected`, "give it more points");
  return { kind: "table", net: { inputs: table.inputs, target: table.target, labels }, points: { n: table.points.n, x: table.points.x, y: table.points.y } };
}

const wrong = (problem: string, hint: string): RangeError => new RangeError(`${problem}\nhint: ${hint}`);

interface Rows { readonly header: readonly string[] | null; readonly rows: readonly (readonly string[])[]; readonly separator: string }

/** The cells of a table, and its first line where that names the columns. */
function rowsOf(text: string, called: string): Rows {
  const lines = text.replace(/^\ufeff/, "").split(/\r\n?|\n/).filter((line) => line.trim() && !/^\s*[#%]/.test(line)), sample = lines.slice(0, 20);
  const separator = ["\t", ";", ","].find((sign) => sample.filter((line) => line.includes(sign)).length * 2 > sample.length) ?? " ";
  const cells = (line: string): string[] => (separator === " " ? line.trim().split(/\s+/) : line.split(separator)).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1").replaceAll('""', '"'));
  const all = lines.map(cells), number = (cell: string): boolean => /^[+\-−]?[\d.,]+(e[+-]?\d+)?$/i.test(cell), header = all[0] && !number(all[0][0]!) ? all[0] : null, rows = header ? all.slice(1) : all;
  if (!rows.length) throw wrong(`${called} is empty`, "give it a line for each point: one or two inputs, then what is predicted");
  const width = (header ?? rows[0]!).length, off = rows.findIndex((row) => row.length !== width);
  if (off >= 0) throw wrong(`${called} row ${off + 1} has ${rows[off]!.length} cells, ${width} were expected`, "every row needs as many cells as the first");
  const gap = rows.findIndex((row) => row.some((cell) => !cell));
  if (gap >= 0) throw wrong(`${called} has a gap in row ${gap + 1}`, "fill it, or leave the row out");
  return { header, rows, separator };
}
