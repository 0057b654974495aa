/** A picture squeezed into a square exactly as Python's imaging library does it: triangles, in whole numbers. */

const BITS = 22; // after the point, of a weight

interface Reach { readonly first: Int32Array; readonly many: Int32Array; readonly weights: Int32Array; readonly most: number }

/** For each of `to` places: which of `from` pixels it is made of, and by how much. Source: Pillow's Resample.c, the bilinear filter. */
function reaching(from: number, to: number): Reach {
  const scale = from / to, wide = Math.max(scale, 1), most = Math.ceil(wide) * 2 + 1;
  const first = new Int32Array(to), many = new Int32Array(to), weights = new Int32Array(to * most), shares = new Float64Array(most);
  for (let k = 0; k < to; k++) {
    const centre = (k + 0.5) * scale, low = Math.max(Math.trunc(centre - wide + 0.5), 0), n = Math.min(Math.trunc(centre + wide + 0.5), from) - low;
    let sum = 0;
    for (let x = 0; x < n; x++) sum += shares[x] = Math.max(1 - Math.abs((x + low - centre + 0.5) * (1 / wide)), 0);
    for (let x = 0; x < n; x++) weights[k * most + x] = Math.trunc(0.5 + (sum ? shares[x]! / sum : shares[x]!) * 2 ** BITS);
    [first[k], many[k]] = [low, n];
  }
  return { first, many, weights, most };
}

const byte = (sum: number): number => { const v = sum >> BITS; return v < 0 ? 0 : v > 255 ? 255 : v; };

/** Pixels of `step` bytes each (the first three count) as a square of three bytes each: (side, side, 3). */
export function squeezed(pixels: Uint8Array | Uint8ClampedArray, width: number, height: number, side: number, step = 4): Uint8Array {
  const across = reaching(width, side), down = reaching(height, side), middle = new Uint8Array(height * side * 3), out = new Uint8Array(side * side * 3);
  for (let y = 0, put = 0; y < height; y++) for (let k = 0; k < side; k++, put += 3) {
    if (width === side) { for (let c = 0; c < 3; c++) middle[put + c] = pixels[(y * width + k) * step + c]!; continue; }
    let r = 1 << (BITS - 1), g = r, b = r, at = (y * width + across.first[k]!) * step;
    for (let x = 0, w = k * across.most, n = across.many[k]!; x < n; x++, w++, at += step) {
      const share = across.weights[w]!;
      r += pixels[at]! * share; g += pixels[at + 1]! * share; b += pixels[at + 2]! * share;
    }
    middle[put] = byte(r); middle[put + 1] = byte(g); middle[put + 2] = byte(b);
  }
  if (height === side) return middle;
  const row = side * 3;
  for (let k = 0, put = 0; k < side; k++) for (let x = 0; x < row; x++, put++) {
    let sum = 1 << (BITS - 1);
    for (let y = 0, w = k * down.most, n = down.many[k]!, at = down.first[k]! * row + x; y < n; y++, w++, at += row) sum += middle[at]! * down.weights[w]!;
    out[put] = byte(sum);
  }
  return out;
}
