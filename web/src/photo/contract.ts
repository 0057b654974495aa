/** What a page of a recogniser is told; written by `squiggly.photo.page`. */

import type { Layer } from "./layers.ts";

export interface PhotoDocument {
  readonly version: 1;
  readonly kind: "photo";
  readonly title: string;
  readonly classes: readonly string[];
  readonly side: number; // of the square a photo is squeezed into
  readonly mean: readonly number[]; // of red, green and blue, from 0 to 1
  readonly spread: readonly number[];
  readonly layers: readonly Layer[];
  readonly head: { readonly from: number; readonly to: number; readonly at: number };
  readonly centres: number; // where the classes' centres lie among the weights: classes times head.from
  readonly temperature: number;
  readonly least: number; // the likeness below which a photo is none of these
  readonly score: { readonly right: number; readonly n: number; readonly interval: readonly number[]; readonly common: number | null; readonly lines: number };
  readonly recalls: readonly (number | null)[]; // of each class
  readonly about: readonly string[]; // what else is known of it, in sentences
  readonly check: readonly number[]; // the scores that Python gives a square made by a rule
  readonly examples: readonly { readonly name: string; readonly data: string }[]; // photos to begin with, in base64
}
