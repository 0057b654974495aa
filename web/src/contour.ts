/** Lines of equal value through a regular grid of numbers, and which values are worth a line. */

import { memo } from "./memo.ts";
import { px } from "./scale.ts";
import { ticks } from "./ticks.ts";

/**
 * For each level the lines on which the grid has that value, as SVG path data in grid units: place i of `values` stands
 * at (i % columns, ⌊i / columns⌋), and between two neighbours the value runs straight (marching squares). A cell with a
 * corner that is not finite is left open; where two lines could cross a cell, its middle says which corners belong together.
 */
export function contours(values: Float64Array, columns: number, rows: number, levels: readonly number[]): string[] {
  // Edges by number: 2i leads from place i to the next in its row, 2i + 1 to the one in the next row. Each meets at most
  // two others on a line: their numbers + 1, or 0. Following a line takes its links out, so one array does for all levels.
  const links = new Int32Array(4 * columns * rows);
  return levels.map((level) => followed(linked(values, columns, rows, level, links), values, columns, level, links));
}

/** Links the edges that a level crosses; returns the ones it met, each at least once. */
function linked(values: Float64Array, columns: number, rows: number, level: number, links: Int32Array): number[] {
  const met: number[] = [];
  const link = (one: number, other: number): void => {
    links[2 * one + (links[2 * one] ? 1 : 0)] = other + 1;
    links[2 * other + (links[2 * other] ? 1 : 0)] = one + 1;
    met.push(one, other);
  };
  for (let i = 0; i < columns * (rows - 1); i++) {
    if ((i + 1) % columns === 0) continue;
    const j = i + columns, a = values[i] >= level, b = values[i + 1] >= level, c = values[j] >= level, d = values[j + 1] >= level;
    if (a === b && b === c && c === d) continue;
    const middle = (values[i] + values[i + 1] + values[j] + values[j + 1]) / 4, top = 2 * i, right = 2 * i + 3, bottom = 2 * j, left = 2 * i + 1;
    if (!Number.isFinite(middle)) continue;
    if (a !== d || b !== c) link(a !== b ? top : b !== d ? right : bottom, a !== c ? left : c !== d ? bottom : right);
    else if (a === middle >= level) { link(top, right); link(bottom, left); }
    else { link(top, left); link(bottom, right); }
  }
  return met;
}

/** The lines as path data, each from its end where it has one. */
function followed(met: readonly number[], values: Float64Array, columns: number, level: number, links: Int32Array): string {
  let data = "";
  const follow = (start: number): void => {
    for (let at = start, before = 0; ; ) {
      const i = at >> 1, column = i % columns, row = (i - column) / columns, across = at % 2 === 0;
      const share = (level - values[i]) / (values[i + (across ? 1 : columns)] - values[i]);
      data += `${before ? "L" : "M"}${px(column + (across ? share : 0))} ${px(row + (across ? 0 : share))}`;
      if (before) links[2 * at + (links[2 * at] === before ? 0 : 1)] = 0;
      const way = 2 * at + (links[2 * at] ? 0 : 1), next = links[way] - 1;
      if (next < 0) return;
      links[way] = 0;
      before = at + 1;
      at = next;
    }
  };
  for (const at of met) if (!links[2 * at] !== !links[2 * at + 1]) follow(at);
  for (const at of met) if (links[2 * at]) follow(at);
  return data;
}

/** How a loss's values are spread over heights 0 … 1: even steps of height are small steps of loss near the lowest. */
export interface Relief {
  readonly low: number;
  readonly high: number; // what all but a few are below
  readonly most: number;
  readonly bend: number; // height = ((value - low) / (high - low)) ** (1 / bend)
}

const USUAL = 0.3; // the part of the places that is on the lower half of the heights
const WALL = 100; // times as far above the lowest as those: beyond, it is all the same

/** The relief of a grid of losses; null where none is finite. */
export const reliefOf = memo((values: Float64Array): Relief | null => {
  const sorted = values.filter(Number.isFinite).sort(), last = sorted.length - 1, at = (share: number): number => sorted[Math.floor(share * last)];
  if (last < 0) return null;
  const low = at(0), most = at(1), usual = at(USUAL) - low;
  if (!(usual > 0)) return { low, high: most, most, bend: 2 };
  const high = low + Math.min(at(0.95) - low, WALL * usual);
  return { low, high, most, bend: Math.max(1, Math.log2((high - low) / usual)) };
});

/** About `count` round levels: evenly spaced, or for a loss denser near its lowest. */
export function levelsFor(values: Float64Array, count: number, log: boolean): number[] {
  const relief = reliefOf(values);
  if (!relief || !(relief.most > relief.low)) return [];
  const { low, high, most, bend } = relief, level = (k: number): number => low + (high - low) * (k / count) ** bend;
  if (!log) return ticks(low, most, count);
  const round = Array.from({ length: 2 * count }, (_, k) => {
    const unit = 10 ** Math.floor(Math.log10(level(k + 1) - level(k)));
    return Number((Math.round(level(k + 1) / unit) * unit).toPrecision(12));
  });
  return round.filter((value, k) => value > low && value < most && value !== round[k - 1]);
}
