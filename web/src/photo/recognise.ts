/** From a square of bytes to an answer, as Python's `fit.predict` gives it. */

import type { PhotoDocument } from "./contract.ts";
import { type Map, netOf } from "./layers.ts";

/** label: the likeliest class, or null for none of these. chances: of each class. looked: where the likeliest was seen, 0 to 1, rows of `columns`. */
export interface Answer {
  readonly label: string | null;
  readonly likeliest: number;
  readonly chances: readonly number[];
  readonly likeness: number;
  readonly looked: { readonly columns: number; readonly values: readonly number[] } | null;
}

export type Recognise = (square: Uint8Array) => Answer;

/** The recogniser of a page. */
export function recogniser(document: PhotoDocument, weights: Float32Array): { readonly answer: Recognise; readonly scores: (square: Uint8Array) => Float64Array } {
  const { side, mean, spread, classes, head, temperature, least } = document, net = netOf(document.layers, head, weights);
  const normal = (square: Uint8Array): Map => {
    const data = new Float64Array(square.length);
    for (let k = 0; k < data.length; k++) data[k] = (square[k]! - 255 * mean[k % 3]!) / (255 * spread[k % 3]!);
    return { height: side, width: side, depth: 3, data };
  };
  const answer: Recognise = (square) => {
    const { features, scores, map } = net.run(normal(square)), chances = softmax(scores, temperature);
    const likeliest = chances.reduce((best, v, k) => (v > chances[best]! ? k : best), 0), likeness = Math.max(...classes.map((_, k) => cosine(features, weights, document.centres + k * head.from)));
    return { label: likeness >= least ? classes[likeliest]! : null, likeliest, chances, likeness, looked: map && lookedAt(map, weights, head.at + likeliest * head.from) };
  };
  return { answer, scores: (square) => net.run(normal(square)).scores };
}

function softmax(scores: Float64Array, temperature: number): number[] {
  const most = Math.max(...scores), raised = [...scores].map((z) => Math.exp((z - most) / temperature)), sum = raised.reduce((a, b) => a + b, 0);
  return raised.map((v) => v / sum);
}

/** With a centre of length 1. */
function cosine(features: Float64Array, weights: Float32Array, at: number): number {
  let product = 0, square = 0;
  for (let k = 0; k < features.length; k++) { product += features[k]! * weights[at + k]!; square += features[k]! ** 2; }
  return product / Math.max(Math.sqrt(square), 1e-12);
}

/** How much each place of the last map speaks for a class: its weights times what was found there (class activation map, Zhou and others, 2016). */
function lookedAt({ height, width, depth, data }: Map, weights: Float32Array, at: number): Answer["looked"] {
  const values = Array.from({ length: height * width }, (_, place) => {
    let sum = 0;
    for (let k = 0; k < depth; k++) sum += data[place * depth + k]! * weights[at + k]!;
    return sum;
  });
  const low = Math.min(...values), high = Math.max(...values);
  return { columns: width, values: values.map((v) => (high > low ? (v - low) / (high - low) : 0)) };
}

/** The square made by a rule, whose scores Python has computed too. */
export const ruled = (side: number): Uint8Array => Uint8Array.from({ length: side * side * 3 }, (_, k) => (k * 7919 + (k >> 5) * 31) & 255);

/** What differs from what Python computed: "" for nothing. */
export function selfCheck(document: PhotoDocument, scores: (square: Uint8Array) => Float64Array): string {
  const seen = scores(ruled(document.side)), off = document.check.findIndex((v, k) => !(Math.abs(seen[k]! - v) <= 1e-3 * Math.max(1, Math.abs(v))));
  return off < 0 ? "" : `the score of ${document.classes[off]} is ${seen[off]} here, ${document.check[off]} in Python`;
}
