/** Tables in text, as people paste and drop them: what `textfile.py` reads, and the decimal commas of spreadsheets. */

import { MOST_POINTS, type Points, pointsOf } from "./points.ts";

export const MOST_BYTES = 20e6;
const SAMPLE = 1 << 16; // characters that decide what separates the columns

export type Table = Readonly<{ points: Points; inputs: readonly string[]; target: string }>;

/** What the caller would like. inputs, target: columns of these names, where there are such. drop: leave out rows with gaps. */
export type Wish = Readonly<{ inputs: readonly string[]; target: string; drop?: boolean }>;

/** Throws RangeError, in words for the reader, and nothing else. name: the file's, "" where the text was pasted. */
export function readTable(text: string, name: string, wish: Wish): Table {
  const called = name || "the table", sheet = laidOut(text, called, wish.inputs.length + 1), { names, rows } = sheet, picked = choose(names, wish), k = wish.inputs.length;
  const read = numbers(sheet, picked, called, k), whole = (values: readonly number[]): boolean => values.every(Number.isFinite);
  const kept = read.filter(whole), gaps = rows.length - kept.length;
  if (gaps && !(wish.drop && kept.length)) throw wrong(`${called} has a gap in ${gaps} of ${rows.length} rows, the first is row ${read.findIndex((values) => !whole(values)) + 1}`, "fill it, or leave out rows with gaps");
  const columns = picked.map((_, j) => kept.map((values) => values[j]!)), named = (j: number, otherwise: string): string => names[picked[j]!] || otherwise;
  return { points: pointsOf(columns.slice(0, k).flat(), columns[k]!, columns[k + 1]), inputs: wish.inputs.map((name, j) => named(j, name)), target: named(k, wish.target) };
}

const wrong = (problem: string, hint: string): RangeError => new RangeError(`${problem}\nhint: ${hint}`);

// --- How it is laid out ---

/** commas: whether a comma may be a decimal one. */
type Sheet = Readonly<{ names: readonly string[]; rows: readonly (readonly string[])[]; commas: boolean }>;

function laidOut(text: string, called: string, least: number): Sheet {
  if (/[\0-\x08\x0e-\x1f]/.test(text)) throw wrong(`${called} is not text`, "save it as CSV and give that");
  const plain = text.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n").replace(/^[ \t]*[#%].*/gm, "");
  const separator = separatorOf(plain), lines = pieces(plain, "\n").filter((line) => line.replaceAll(separator, "").trim());
  const cells = (line: string): string[] => pieces(separator === " " ? line.trim().replace(/\s+/g, " ") : line, separator).map((cell) => unquoted(cell, called));
  const first = cells(lines[0] ?? ""), header = first.some((cell) => toNumber(cell) === null), body = header ? lines.slice(1) : lines;
  const names = header ? first.slice(0, first.findLastIndex(Boolean) + 1).map((cell) => cell.replace(/[`\p{C}\s]+/gu, " ").trim().slice(0, 80)) : first.map(() => "");
  if (!body.length) throw wrong(`${called} is empty`, "give it a line for each point: x, then y");
  if (names.length < least) throw wrong(`${called} has ${names.length === 1 ? "one column" : `${names.length} columns`}, ${least === 2 ? "x and y were" : `${least - 1} inputs and what was measured were`} expected`, "put a comma, a tab or a blank between them");
  if (body.length > MOST_POINTS) throw wrong(`${called} has ${body.length} rows, at most ${MOST_POINTS} make a page`, "thin it out first: every tenth row often shows the same curve");
  return { names, rows: body.map(cells), commas: separator !== "," };
}

/** What most lines have: a tab, a semicolon, blanks between decimal commas (1,5 2,5), a comma; else blanks. */
function separatorOf(text: string): string {
  const lines = text.slice(0, SAMPLE).split("\n").filter((line) => line.trim());
  const found = ([[/\t/, "\t"], [/;/, ";"], [/\d,\d+ +[-+\d]/, " "], [/,/, ","]] as const).find(([sign]) => 2 * lines.filter((line) => sign.test(line)).length > lines.length);
  return found ? found[1] : " ";
}

/** What stands between separators; inside quotes they separate nothing. */
function pieces(text: string, separator: string): string[] {
  const found: string[] = [];
  let open = false;
  for (const part of text.split(separator)) {
    found.push(open ? found.pop() + separator + part : part);
    if (part.split('"').length % 2 === 0) open = !open;
  }
  return found;
}

/** A cell's text, without the quotes around it; those inside it are written twice. */
function unquoted(cell: string, called: string): string {
  const parts = cell.trim().split('"');
  if (parts.length < 2) return parts[0]!;
  if (parts.length % 2 === 0 || parts.some((part, i) => part && i % 2 === 0)) throw wrong(`${called} has a quote that is not closed, or closed too early: ${cell.slice(0, 40)}`, 'quotes come in pairs around a whole cell: "1.5"');
  return parts.filter((_, i) => i % 2).join('"');
}

// --- Which columns, and their numbers ---

const SPREAD = /^(sigma|σ|err(or)?s?|uncertainty|std(ev)?|sd|dy|y_?err(or)?|sigma_y)$/i;

/** Where the inputs, the target and, if there are any, the errors stand. */
function choose(names: readonly string[], wish: Wish): readonly number[] {
  const used = wish.inputs.map((name) => names.indexOf(name));
  let target = names.indexOf(wish.target);
  used.forEach((at, j) => { if (at < 0) used[j] = names.findIndex((_, i) => i !== target && !used.includes(i)); });
  const spread = names.findIndex((name, i) => !used.includes(i) && i !== target && SPREAD.test(name));
  if (target < 0) target = names.findIndex((_, i) => !used.includes(i) && (i !== spread || names.length < used.length + 2));
  return spread < 0 || spread === target ? [...used, target] : [...used, target, spread];
}

/** The numbers in the picked columns, row by row, NaN for a gap. Where some have a point, a comma is none. */
function numbers({ names, rows, commas }: Sheet, picked: readonly number[], called: string, inputs: number): number[][] {
  const comma = commas && !rows.some((row) => picked.some((column) => /\.\d/.test(row[column] ?? "")));
  return rows.map((row, i) => {
    const place = `${called} row ${i + 1}`;
    if (row.length < names.length || row.slice(names.length).some(Boolean)) throw wrong(`${place} has ${row.length} cells, ${names.length} were expected`, "leave a gap as an empty cell, start lines that are not data with #");
    return picked.map((column, k) => {
      const value = toNumber(row[column]!, comma);
      if (value !== null && (k <= inputs || !(value <= 0))) return value;
      throw wrong(`${place}: ${names[column] || "xy"[k] || `column ${k + 1}`} is "${row[column]!.slice(0, 40)}", a number${k <= inputs ? "" : " above 0"} was expected`, "write it like 1.5, or leave the cell empty for a gap");
    });
  });
}

// No part of this can match the same digits in two ways, so that a long cell costs no more than its length.
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

/** A cell's number, not finite for a gap, null for text. commas: whether 1,5 is a number. */
export function toNumber(cell: string, commas = true): number | null {
  const words = cell.trim().replace("\u2212", "-");
  if (NUMBER.test(words)) return Number(words);
  if (commas && /^[^.,]*,[^.,]*$/.test(words)) return toNumber(words.replace(",", "."), false);
  return /^(na|nan|[-+]?inf(inity)?|)$/i.test(words) ? NaN : null;
}

/** A number that someone typed; NaN where it is none, or too large. */
export function finite(words: string): number {
  const value = toNumber(words) ?? NaN;
  return Number.isFinite(value) ? value : NaN;
}
