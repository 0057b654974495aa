/** A photo's file as pixels: turned as the camera was held, its colours as they are stored, transparent parts on white. */

import { squeezed } from "./resize.ts";

const MOST = 16_000_000; // pixels that every browser draws; a larger photo is drawn at half its size, or less
const MOST_BYTES = 100_000_000;

/** A photo, squeezed for the recogniser and drawn to be looked at. */
export interface Seen { readonly square: Uint8Array; readonly shown: HTMLCanvasElement; readonly width: number; readonly height: number }

/** Reads a file; throws an Error in words. */
export async function read(blob: Blob, side: number): Promise<Seen> {
  if (!blob.size) throw new Error("the file is empty\nhint: choose it again from where it came");
  if (blob.size > MOST_BYTES) throw new Error(`${(blob.size / 1e6).toFixed(0)} MB are too many for a photo\nhint: make it smaller`);
  const bitmap = await createImageBitmap(blob, { colorSpaceConversion: "none", premultiplyAlpha: "none", imageOrientation: "from-image" }).catch(() => null);
  if (!bitmap) throw new Error("this browser reads no photo in it\nhint: JPEG, PNG, WebP and GIF are read; an iPhone's HEIC is to be exported as JPEG");
  try {
    const shrink = Math.max(1, Math.ceil(Math.sqrt(bitmap.width * bitmap.height / MOST))), width = Math.max(1, Math.floor(bitmap.width / shrink)), height = Math.max(1, Math.floor(bitmap.height / shrink));
    const { data } = drawn(bitmap, width, height).getContext("2d")!.getImageData(0, 0, width, height);
    const fit = Math.min(1, 480 / Math.max(width, height));
    const shown = drawn(bitmap, Math.max(1, Math.round(width * fit)), Math.max(1, Math.round(height * fit)));
    return { square: squeezed(data, width, height, side), shown, width: bitmap.width, height: bitmap.height };
  } finally {
    bitmap.close();
  }
}

function drawn(bitmap: ImageBitmap, width: number, height: number): HTMLCanvasElement {
  const canvas = Object.assign(document.createElement("canvas"), { width, height }), pen = canvas.getContext("2d", { willReadFrequently: true })!;
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, width, height);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(bitmap, 0, 0, width, height);
  return canvas;
}
