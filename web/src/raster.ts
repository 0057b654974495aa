/** A grid of numbers as smooth colours behind a plot: painted at its own size, stretched by the browser. */

import { type ComponentChild, h } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Frame } from "./plot/frame.ts";

/** A colour of style.css, and how much of it the highest number gets; the lowest is paper. */
export type Tint = readonly [name: string, share: number];

export interface Grid {
  readonly values: Float64Array; // from the lower left, row by row; the outer ones stand on the frame's edge
  readonly columns: number;
  readonly rows: number;
  readonly low: number; // what is paper; what is not finite is clear
  readonly high: number;
  readonly tint: Tint;
}

/** The CSS of every raster: where there is no colour, there are hatches. */
export const rasterStyle = `
.raster{position:absolute;overflow:hidden;background:repeating-linear-gradient(135deg,var(--line) 0 1px,transparent 0 7px);print-color-adjust:exact}
.raster canvas{position:absolute;display:block}`;

/** 256 colours from one to another, both written #rrggbb, as pixels lie in memory. */
export function ramp(from: string, to: string, share: number): Uint32Array {
  const part = (colour: string, shift: number): number => (parseInt(colour.slice(1), 16) >> shift) & 255;
  return Uint32Array.from({ length: 256 }, (_, i) => [0, 8, 16].reduce((sum, shift) => {
    const a = part(from, shift), b = part(to, shift);
    return sum + Math.round(a + ((b - a) * share * i) / 255) * 2 ** (16 - shift);
  }, 255 * 2 ** 24));
}

/** The pixels of a grid, the upper row first: 0, clear, where a number is not finite. */
export function pixels({ values, columns, rows, low, high }: Grid, colours: Uint32Array): Uint32Array {
  const out = new Uint32Array(columns * rows), unit = high > low ? 255 / (high - low) : 0;
  for (let r = 0, i = 0; r < rows; r++) {
    for (let at = (rows - 1 - r) * columns, end = at + columns; at < end; at++, i++) {
      const value = values[i];
      out[at] = Number.isFinite(value) ? colours[Math.max(0, Math.min(255, Math.round((value - low) * unit)))] : 0;
    }
  }
  return out;
}

/** Paints a grid on a canvas, a pixel a number, in colours as `colour` names them. */
export function paint(canvas: HTMLCanvasElement, grid: Grid, colour: (name: string) => string): void {
  const { columns, rows, tint: [name, share] } = grid, data = pixels(grid, ramp(colour("paper"), colour(name), share));
  if (canvas.width !== columns) canvas.width = columns;
  if (canvas.height !== rows) canvas.height = rows;
  canvas.getContext("2d")!.putImageData(new ImageData(new Uint8ClampedArray(data.buffer as ArrayBuffer), columns, rows), 0, 0);
}

/**
 * The same as a picture's address, for the SVG that is saved: an <image> in the clipped <svg> of the frame, one cell
 * larger than it, with preserveAspectRatio="none" and the numbers of `spread`.
 */
export function rasterUrl(grid: Grid, colour: (name: string) => string): string {
  const canvas = document.createElement("canvas");
  paint(canvas, grid, colour);
  return canvas.toDataURL();
}

/** Where the pixels go so that the middles of the outer ones lie on the edges of a box of this width and height. */
export function spread({ columns, rows }: Pick<Grid, "columns" | "rows">, width: number, height: number): { x: number; y: number; width: number; height: number } {
  const across = width / (columns - 1), down = height / (rows - 1);
  return { x: -across / 2, y: -down / 2, width: width + across, height: height + down };
}

/** A grid behind the plot with this frame. It and the plot's SVG stand in one box with position: relative, it comes first. */
export function Raster({ f, ...grid }: Grid & { f: Frame }): ComponentChild {
  const canvas = useRef<HTMLCanvasElement>(null), latest = useRef(grid), colours = useRef<readonly string[]>([]);
  latest.current = grid;
  const draw = (): void => paint(canvas.current!, latest.current, (name) => colours.current[Number(name !== "paper")]);
  /** Asked once a frame is drawn: before that, the browser would have to work out every style twice. */
  const look = (): void => {
    const style = getComputedStyle(canvas.current!), now = ["paper", latest.current.tint[0]].map((name) => style.getPropertyValue(`--${name}`).trim());
    if (now.join() === colours.current.join()) return;
    colours.current = now;
    draw();
  };
  useLayoutEffect(() => (colours.current.length ? draw() : look()), [grid.values, grid.low, grid.high, ...grid.tint]);
  useEffect(look);
  useEffect(() => {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", look);
    return () => dark.removeEventListener("change", look);
  }, []);
  const of = (part: number, whole: number): string => `${(100 * part) / whole}%`, width = f.right - f.left, height = f.bottom - f.top, at = spread(grid, width, height);
  return h("div", { class: "raster", style: { left: of(f.left, f.width), top: of(f.top, f.height), width: of(width, f.width), height: of(height, f.height) } },
    h("canvas", { ref: canvas, "aria-hidden": true, style: { left: of(at.x, width), top: of(at.y, height), width: of(at.width, width), height: of(at.height, height) } }));
}
