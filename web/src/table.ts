/** Tables in text, as people paste and drop them: what `textfile.py` reads, and the decimal commas of spreadsheets. */

import { MOST_POINTS, type Points, pointsOf } from "./points.ts";

export const MOST_BYTES = 20e6;
const SAMPLE = 1 << 16; // characters that decide how a table is laid out
const LINES = 200; // … and lines

export interface Table {
  readonly points: Points;
  readonly input: string;
  readonly target: string;
  readonly dropped: number; // rows left out because of gaps
}

/** What the caller would like. input, target: columns of these names, where there are such. drop: leave out rows with gaps. */
export interface Wish {
  readonly input?: string;
  readonly target?: string;
  readonly drop?: boolean;
}

interface Row {
  readonly line: number; // its last line, from 1
  readonly cells: readonly string[];
}

interface Sheet {
  readonly called: string; // in messages: the file's name, or "the table"
  readonly file: boolean;
  readonly commas: boolean; // whether a comma may be a decimal one
  readonly names: readonly string[];
  readonly rows: readonly Row[];
}

/**
 * Points from a table in text: separated by tabs, semicolons, bars, commas or blanks, with or without a line of names.
 * name: the file's, "" where the text was pasted. Throws RangeError, in words for the reader, and nothing else.
 */
export function readTable(text: string, name: string, wish: Wish = {}): Table {
  const sheet = laidOut(text, name);
  const [input, target, sigma] = choose(sheet, wish);
  const columns = numbers(sheet, sigma < 0 ? [input, target] : [input, target, sigma], wish.drop ?? false);
  const [x, y, spread] = columns.kept;
  if (!x!.length) throw new RangeError(`${sheet.called}: every row has a gap, all ${columns.dropped} were left out\nhint: is one of the columns empty?`);
  return {
    points: pointsOf(x!, y!, spread ?? null), dropped: columns.dropped,
    input: sheet.names[input] || wish.input || "x", target: sheet.names[target] || wish.target || "y",
  };
}

// --- How it is laid out ---

function laidOut(text: string, name: string): Sheet {
  const called = name ? shown(name).slice(1, -1) : "the table";
  const plain = asText(text, called);
  const delimiter = delimiterOf(plain.slice(0, SAMPLE).split("\n").filter(isData).slice(0, LINES));
  const found = [...rowsOf(plain, delimiter, called)];
  const [first] = found;
  if (!first) throw new RangeError(`${called} is empty\nhint: give it a line for each point: x, then y`);
  const commas = delimiter !== ",";
  const header = first.cells.some((cell) => toNumber(cell, commas) === null);
  const names = named(header ? first.cells : commented(plain, first, delimiter, commas));
  const rows = header ? found.slice(1) : found;
  if (names.length < 2) throw new RangeError(`${called} has one column, x and y were expected\nhint: put a comma, a tab or a blank between them`);
  if (!rows.length) throw new RangeError(`${called} has column names but no rows: ${some(names)}\nhint: add a line for each point`);
  if (rows.length > MOST_POINTS) throw new RangeError(`${called} has ${rows.length} rows, at most ${MOST_POINTS} make a page\nhint: thin it out first: every tenth row often shows the same curve`);
  return { called, file: name !== "", commas, names, rows };
}

/** The text with one kind of line end, or a RangeError where it is no text. */
function asText(text: string, called: string): string {
  const sample = text.slice(0, SAMPLE);
  const odd = sample.split("\ufffd").length - 1;
  if (/[\x00-\x08\x0e-\x1f\x7f]/.test(sample) || text.includes("\0") || odd > 4 + sample.length / 100) {
    throw new RangeError(`${called} is not text\nhint: save it as CSV in UTF-8 and give that`);
  }
  return text.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n");
}

const isData = (line: string): boolean => !/^\s*(?:[#%]|$)/.test(line);

/** The first of tab ; | , that splits every line into equally many cells; else blanks; else the one most lines have. */
function delimiterOf(lines: readonly string[]): string | null {
  if (lines.length && lines.every((line) => /^\s*[-+\u2212]?\d+,\d+(\s+[-+\u2212]?\d+(,\d+)?)+\s*$/.test(line))) return null; // 1,5 2,5
  for (const delimiter of "\t;|,") {
    const counts = new Set(lines.filter((line) => !line.includes('"')).map((line) => line.split(delimiter).length));
    if (lines.length && counts.size <= 1 && lines.every((line) => line.includes(delimiter))) return delimiter;
  }
  const words = new Set(lines.map((line) => line.trim().split(/\s+/).length));
  if (words.size === 1 && !words.has(1)) return null;
  const often = (delimiter: string): number => lines.filter((line) => line.includes(delimiter)).length;
  const most = [..."\t;|,"].reduce((a, b) => (often(b) > often(a) ? b : a));
  return 2 * often(most) > lines.length ? most : null;
}

/** The rows, without blank lines, comments, and rows of nothing but separators. */
function* rowsOf(text: string, delimiter: string | null, called: string): Generator<Row> {
  const unquoted = new RegExp(`[^${delimiter ?? ""}\n]*`, "y");
  for (let at = 0, line = 1; at < text.length; at++, line++) {
    const found = text.indexOf("\n", at);
    let end = found < 0 ? text.length : found;
    const said = text.slice(at, end);
    let cells: readonly string[] = [];
    if (!isData(said)) cells = [];
    else if (delimiter === null) cells = said.trim().split(/\s+/);
    else if (!said.includes('"')) cells = said.split(delimiter);
    else {
      [cells, end] = quotedRow(text, at, delimiter, unquoted, `${called} line ${line}`);
      line += text.slice(at, end).split("\n").length - 1;
    }
    if (cells.some((cell) => cell.trim())) yield { line, cells };
    at = end;
  }
}

/** A row with cells in quotes, which may hold the separator, line ends, and quotes written twice; and where it ends. */
function quotedRow(text: string, begin: number, delimiter: string, unquoted: RegExp, place: string): [string[], number] {
  const cells: string[] = [];
  for (let at = begin; ; at++) {
    while (text[at] === " ") at++;
    let cell = "";
    if (text[at] === '"') [cell, at] = quotedCell(text, at, place);
    else {
      unquoted.lastIndex = at;
      cell = unquoted.exec(text)![0];
      at += cell.length;
    }
    cells.push(cell);
    if (text[at] === delimiter) continue;
    if (at < text.length && text[at] !== "\n") throw unclosed(place);
    return [cells, at];
  }
}

function quotedCell(text: string, begin: number, place: string): [string, number] {
  const parts: string[] = [];
  for (let at = begin + 1; ; ) {
    const close = text.indexOf('"', at);
    if (close < 0) throw unclosed(place);
    parts.push(text.slice(at, close));
    if (text[close + 1] !== '"') {
      let after = close + 1;
      while (text[after] === " ") after++;
      return [parts.join('"'), after];
    }
    at = close + 2;
  }
}

const unclosed = (place: string): RangeError =>
  new RangeError(`${place}: a cell with a quote that is not closed, or closed too early\nhint: quotes come in pairs around a whole cell: "1.5"`);

/** Names from the last comment before the data, where it has one word for each column: `#   x   y`. */
function commented(text: string, { line, cells }: Row, delimiter: string | null, commas: boolean): readonly string[] {
  const before = text.split("\n", line - 1).filter((words) => words.trim()).at(-1) ?? "";
  const bare = before.trim().replace(/^[#%]+/, "");
  for (const words of [bare.split(delimiter ?? /\s+/), bare.trim().split(/\s+/)]) {
    const names = words.length === cells.length && new Set(words).size === words.length && words.every((w) => /[\p{L}\p{N}]/u.test(w));
    if (names && words.some((word) => toNumber(word, commas) === null)) return words;
  }
  return cells.map(() => "");
}

/** Names that a formula can hold in backticks; those after the last one that says anything are no columns. */
function named(cells: readonly string[]): readonly string[] {
  const names = cells.map((cell) => cell.slice(0, 80).replace(/[`\p{C}\s]+/gu, " ").trim());
  const last = names.findLastIndex((name) => name);
  return last < 1 ? names : names.slice(0, last + 1);
}

// --- Which columns, and their numbers ---

const SPREAD = /^(sigma|σ|err|error|errors|uncertainty|std|sd|stdev|dy|yerr|y_err|sigma_y|y_error)$/i;

/** Where the input, the target and the errors stand; -1 where there are no errors. */
function choose({ names, called }: Sheet, wish: Wish): readonly [number, number, number] {
  const place = (name: string | undefined): number => (name ? names.indexOf(name) : -1);
  let input = place(wish.input), target = place(wish.target);
  if (input < 0) input = target === 0 ? 1 : 0;
  const spread = names.findIndex((name, i) => i !== input && i !== target && SPREAD.test(name));
  if (target < 0) target = names.findIndex((_, i) => i !== input && (i !== spread || names.length === 2));
  if (names[input] && names[input] === names[target]) throw new RangeError(`${called} has more than one column "${names[input]}"\nhint: give every column a name of its own`);
  return [input, target, spread === target ? -1 : spread];
}

function numbers(sheet: Sheet, wanted: readonly number[], drop: boolean): { kept: number[][]; dropped: number } {
  const kept: number[][] = wanted.map(() => []);
  const gaps: string[] = [];
  let comma = "", point = "";
  sheet.rows.forEach((row, i) => {
    expectCells(sheet, row, i);
    const values = wanted.map((column, k) => numberAt(sheet, row, i, column, k, drop));
    if (values.every(Number.isFinite)) values.forEach((value, k) => kept[k]!.push(value));
    else gaps.push(place(sheet, row, i));
    for (const column of sheet.commas && !(comma && point) ? wanted : []) {
      const cell = row.cells[column]!;
      if (cell.includes(",")) comma ||= cell.trim();
      if (cell.includes(".")) point ||= cell.trim();
    }
  });
  if (comma && point) throw new RangeError(`${sheet.called} has decimals with a comma, ${shown(comma)}, and with a point, ${shown(point)}\nhint: write all of them with a point`);
  if (gaps.length && !drop) throw new RangeError(`${gaps.length} of ${sheet.rows.length} rows ${gaps.length > 1 ? "have" : "has"} a gap${gaps.length > 1 ? ", the first is" : ":"} ${gaps[0]}\nhint: delete ${gaps.length > 1 ? "them" : "it"}, or leave out rows with gaps`);
  return { kept, dropped: gaps.length };
}

function expectCells(sheet: Sheet, row: Row, i: number): void {
  const { names } = sheet;
  if (row.cells.length === names.length) return;
  const found = row.cells.findLastIndex((cell) => cell.trim()) + 1;
  if (found <= names.length && row.cells.length >= names.length) return;
  const cells = found > names.length ? found : row.cells.length;
  throw new RangeError(`${place(sheet, row, i)} has ${cells} cell${cells === 1 ? "" : "s"}, ${names.length} were expected${names.some(Boolean) ? `: ${some(names)}` : ""}\nhint: leave a gap as an empty cell, start lines that are not data with #`);
}

/** The number in a cell, NaN for a gap. k: 0 for the input, 1 for the target, 2 for the errors. */
function numberAt(sheet: Sheet, row: Row, i: number, column: number, k: number, drop: boolean): number {
  const value = toNumber(row.cells[column]!, sheet.commas);
  if (value !== null && (k < 2 || !(value <= 0)) && (drop || Math.abs(value) !== Infinity)) return value;
  const cell = row.cells[column]!.trim(), gap = "correct it, or leave the cell empty for a gap";
  const [wanted, hint] = value === null ? ["a number", /^[+-]?\d+,\d+$/.test(cell) ? "write decimals with a point: 1.5" : gap]
    : value <= 0 && k === 2 ? ["a number above 0", "sigma is the uncertainty of each y; leave the column out if it is not known"]
    : ["a finite number", gap];
  throw new RangeError(`${place(sheet, row, i)}: ${sheet.names[column] || ["x", "y", "sigma"][k]} is ${shown(cell)}, ${wanted} was expected\nhint: ${hint}`);
}

const place = ({ called, file }: Sheet, { line }: Row, i: number): string => (file ? `${called} row ${i + 1} (line ${line})` : `row ${i + 1}`);

// No part of this can match the same digits in two ways, so that a long cell costs no more than its length.
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

/** A cell's number; NaN for a gap, null for text. commas: whether 1,5 is a number. */
export function toNumber(cell: string, commas = false): number | null {
  if (NUMBER.test(cell)) return Number(cell); // nearly all
  const words = cell.trim().replace(/^\u2212/, "-");
  if (NUMBER.test(words)) return Number(words);
  if (commas && words.includes(",") && !words.includes(".")) return toNumber(words.replace(",", "."));
  if (/^(?:na|nan)?$/i.test(words)) return NaN;
  return /^[+-]?inf(?:inity)?$/i.test(words) ? (words.startsWith("-") ? -Infinity : Infinity) : null;
}

const shown = (cell: string): string => (cell.length <= 40 ? `"${cell}"` : `"${cell.slice(0, 39)}…"`);
const some = (names: readonly string[]): string => (names.length <= 20 ? names.join(", ") : `${names.slice(0, 20).join(", ")}, … (${names.length} in all)`);
