/** The plot as a picture of its own: the page's drawing with its colours written in, as SVG text or as pixels. */

import { type ComponentChild, h, type VNode } from "preact";
import { frameOf, heightFor, widthOf } from "./plot/frame.ts";
import { heightsOf, MapMarks } from "./plot/map.tsx";
import { Marks } from "./plot/marks.tsx";
import { windowOf } from "./plot/window.ts";
import { brief } from "./numbers.ts";
import { rasterUrl } from "./raster.ts";
import { px } from "./scale.ts";
import type { Lab } from "./state.ts";

/** The light colours of style.css. */
export const COLOURS: Readonly<Record<string, string>> = { paper: "#fcfbf8", ink: "#20242a", soft: "#5f6670", line: "#e4e1da", data: "#0b6aa8", model: "#c04f0c", grad: "#0b7a5b" };

const HEAD = 70; // px above the frame, for the formula and its values
const EDGE = 16; // px of paper all around

export interface Size {
  readonly width: number; // px
  readonly height: number;
}

/** The plot as it stands, as SVG text that needs nothing else. */
export function plotSvg(lab: Lab, { width, height }: Size = { width: 960, height: heightFor(960) + HEAD }): string {
  const { model, parameters } = lab, formula = `${model.target} = ${model.formula}`;
  const values = model.parameters.slice(0, 12).map((name, i) => `${name} = ${brief(parameters[i]!, 4)}`).join(", ") + (parameters.length > 12 ? " …" : "");
  const several = SEVERAL && model.inputs.length > 1;
  const f = frameOf(windowOf(lab), width - 2 * EDGE, height - 2 * EDGE, model.input, several ? model.inputs[1]! : model.target, HEAD);
  const row = (y: number, fill: string, size: number, words: string): ComponentChild => h("text", { x: 0, y, fill, "font-size": px(Math.min(size, (size * f.width) / widthOf(words, size))) }, words);
  const drawing = h("svg", { xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}`, "font-family": "system-ui, 'DejaVu Sans', sans-serif", "font-size": 13 },
    h("title", null, formula), h("path", { d: `M0 0H${width}V${height}H0z`, fill: "var(--paper)" }),
    h("g", { transform: `translate(${EDGE} ${EDGE})` }, row(14, "var(--ink)", 18, formula), row(34, "var(--model)", 13, values), several ? h(MapMarks, { lab, f, image: rasterUrl(heightsOf(lab, f.view), (name) => COLOURS[name]!) }) : ONE && h(Marks, { lab, f })));
  return svgText(drawing).replace(/var\(--(\w+)\)/g, (_, name: string) => COLOURS[name]!);
}

/** SVG text as a PNG, `scale` pixels for each of its own; rejected where the browser refuses. */
export async function plotPng(svg: string, scale = 2): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = Object.assign(image.ownerDocument.createElement("canvas"), { width: image.naturalWidth * scale, height: image.naturalHeight * scale });
  canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done, refused) => canvas.toBlob((blob) => (blob ? done(blob) : refused(new Error("this browser makes no PNG"))), "image/png"));
}

type Props = Readonly<Record<string, unknown>> & { readonly children?: ComponentChild | ComponentChild[] };

/** What Preact would draw, as text. */
export function svgText(node: ComponentChild | ComponentChild[]): string {
  if (Array.isArray(node)) return node.map(svgText).join("");
  if (typeof node !== "object") return typeof node === "boolean" || node === undefined ? "" : escaped(String(node));
  if (!node) return "";
  const { type, props: { children, ...rest } } = node as VNode<Props>;
  if (typeof type === "function") return svgText((type as (props: Props) => ComponentChild)({ children, ...rest }));
  const attributes = Object.entries(rest).map(([name, value]) => (name === "class" ? "" : ` ${name}="${escaped(String(value))}"`));
  return `<${type}${attributes.join("")}>${svgText(children)}</${type}>`;
}

/** Text that XML reads back as it is; characters that XML has no place for are left out. */
const escaped = (text: string): string => text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "").replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
