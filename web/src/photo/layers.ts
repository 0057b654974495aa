/** The layers of a recogniser, computed here: convolutions, pooling, sums. Pictures are rows of pixels, channels last. */

/** A convolution with the normalisation that follows it folded in. Its numbers lie at `at`: size·size·from·to weights, then `to` biases. */
export interface Conv { readonly size: number; readonly stride: number; readonly pad: number; readonly from: number; readonly to: number; readonly at: number }

export type Layer =
  | { readonly kind: "conv"; readonly conv: Conv }
  | { readonly kind: "block"; readonly first: Conv; readonly second: Conv; readonly past: Conv | null }
  | { readonly kind: "pool"; readonly size: number; readonly stride: number; readonly pad: number }
  | { readonly kind: "mean" }
  | { readonly kind: "flat" }
  | { readonly kind: "dense"; readonly from: number; readonly to: number; readonly at: number };

/** height·width pixels of `depth` numbers each. */
export interface Map { readonly height: number; readonly width: number; readonly depth: number; readonly data: Float64Array }

export interface Net {
  /** Features, scores, and the last map before its mean was taken (null where there is none), of a normalised square. */
  readonly run: (square: Map) => { features: Float64Array; scores: Float64Array; map: Map | null };
}

const WIDE = 4; // outputs computed together

/** A network ready to run: weights packed in the order they are read. head: the layer that gives the scores. */
export function netOf(layers: readonly Layer[], head: { from: number; to: number; at: number }, weights: Float32Array): Net {
  const steps = layers.map((layer) => stepOf(layer, weights)), last = dense(head.from, head.to, head.at, weights);
  const run: Net["run"] = (square) => {
    let map = square, seen: Map | null = null;
    for (const [i, step] of steps.entries()) {
      if (layers[i]!.kind === "mean") seen = map;
      map = step(map);
    }
    return { features: map.data, scores: last(map.data), map: seen };
  };
  return { run };
}

function stepOf(layer: Layer, weights: Float32Array): (map: Map) => Map {
  switch (layer.kind) {
    case "conv": { const conv = convolved(layer.conv, weights, true); return (map) => conv(map, null); }
    case "block": {
      const first = convolved(layer.first, weights, true), second = convolved(layer.second, weights, true), past = layer.past && convolved(layer.past, weights, false);
      return (map) => second(first(map, null), past ? past(map, null) : map);
    }
    case "pool": return (map) => pooled(map, layer.size, layer.stride, layer.pad);
    case "mean": return meaned;
    case "flat": return flattened;
    case "dense": {
      const lines = dense(layer.from, layer.to, layer.at, weights);
      return (map) => flat(lines(map.data).map((v) => Math.max(v, 0)));
    }
  }
}

const flat = (data: Float64Array): Map => ({ height: 1, width: 1, depth: data.length, data });

/** One convolution: of a map, with another added before what is below 0 is cut off. */
function convolved({ size, stride, pad, from, to, at }: Conv, weights: Float32Array, cut: boolean): (map: Map, add: Map | null) => Map {
  const each = size * size * from, blocks = Math.ceil(to / WIDE), packed = new Float64Array(blocks * each * WIDE), bias = new Float64Array(blocks * WIDE);
  for (let o = 0; o < to; o++) {
    bias[o] = weights[at + each * to + o]!;
    for (let k = 0; k < each; k++) packed[((o / WIDE | 0) * each + k) * WIDE + o % WIDE] = weights[at + k * to + o]!;
  }
  let patches = new Float64Array(0);
  return (map, add) => {
    const height = Math.floor((map.height + 2 * pad - size) / stride) + 1, width = Math.floor((map.width + 2 * pad - size) / stride) + 1, n = height * width;
    if (patches.length < (n + 1) * each) patches = new Float64Array((n + 1) * each);
    if (size === 1 && stride === 1) patches.set(map.data);
    else gather(map, size, stride, pad, height, width, patches);
    const data = new Float64Array(n * to);
    multiply(patches, packed, bias, n, each, to, data);
    finish(data, add?.data ?? null, cut);
    return { height, width, depth: to, data };
  };
}

/** What lies under the window at each place, one after another; 0 beyond the edge. */
function gather({ height, width, depth, data }: Map, size: number, stride: number, pad: number, rows: number, columns: number, patches: Float64Array): void {
  const run = size * depth;
  let put = 0;
  for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) {
    const left = column * stride - pad, first = Math.max(0, -left), last = Math.min(size, width - left);
    for (let dy = 0; dy < size; dy++, put += run) {
      const y = row * stride - pad + dy;
      if (y < 0 || y >= height) { patches.fill(0, put, put + run); continue; }
      if (first > 0) patches.fill(0, put, put + first * depth);
      if (last < size) patches.fill(0, put + last * depth, put + run);
      for (let k = put + first * depth, from = (y * width + left + first) * depth, end = put + last * depth; k < end; k++, from++) patches[k] = data[from]!;
    }
  }
}

/** n rows of `each` numbers times a packed matrix, with a bias: pairs of rows by four outputs, whose sums stay in registers. */
function multiply(a: Float64Array, b: Float64Array, bias: Float64Array, n: number, each: number, to: number, out: Float64Array): void {
  const blocks = Math.ceil(to / WIDE);
  for (let block = 0; block < blocks; block++) {
    const base = block * each * WIDE, o = block * WIDE, b0 = bias[o]!, b1 = bias[o + 1]!, b2 = bias[o + 2]!, b3 = bias[o + 3]!, few = Math.min(WIDE, to - o);
    for (let row = 0; row < n; row += 2) {
      let p = row * each, q = p + each, w = base, s0 = b0, s1 = b1, s2 = b2, s3 = b3, t0 = b0, t1 = b1, t2 = b2, t3 = b3;
      for (const end = q; p < end; p++, q++, w += 4) {
        const x = a[p]!, y = a[q]!, w0 = b[w]!, w1 = b[w + 1]!, w2 = b[w + 2]!, w3 = b[w + 3]!;
        s0 += x * w0; s1 += x * w1; s2 += x * w2; s3 += x * w3;
        t0 += y * w0; t1 += y * w1; t2 += y * w2; t3 += y * w3;
      }
      const put = row * to + o, next = put + to;
      out[put] = s0; if (few > 1) out[put + 1] = s1; if (few > 2) out[put + 2] = s2; if (few > 3) out[put + 3] = s3;
      if (row + 1 < n) { out[next] = t0; if (few > 1) out[next + 1] = t1; if (few > 2) out[next + 2] = t2; if (few > 3) out[next + 3] = t3; }
    }
  }
}

function finish(data: Float64Array, add: Float64Array | null, cut: boolean): void {
  if (add) for (let k = 0; k < data.length; k++) data[k] = Math.max(data[k]! + add[k]!, 0);
  else if (cut) for (let k = 0; k < data.length; k++) if (data[k]! < 0) data[k] = 0;
}

function pooled({ height, width, depth, data }: Map, size: number, stride: number, pad: number): Map {
  const rows = Math.floor((height + 2 * pad - size) / stride) + 1, columns = Math.floor((width + 2 * pad - size) / stride) + 1, out = new Float64Array(rows * columns * depth).fill(-Infinity);
  for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) for (let dy = 0; dy < size; dy++) for (let dx = 0; dx < size; dx++) {
    const y = row * stride - pad + dy, x = column * stride - pad + dx;
    if (y < 0 || y >= height || x < 0 || x >= width) continue;
    for (let c = 0, from = (y * width + x) * depth, to = (row * columns + column) * depth; c < depth; c++, from++, to++) if (data[from]! > out[to]!) out[to] = data[from]!;
  }
  return { height: rows, width: columns, depth, data: out };
}

function meaned({ height, width, depth, data }: Map): Map {
  const out = new Float64Array(depth);
  for (let k = 0; k < data.length; k++) out[k % depth]! += data[k]!;
  return flat(out.map((v) => v / (height * width)));
}

/** Channels first, as Python's squares are flattened. */
function flattened({ height, width, depth, data }: Map): Map {
  const n = height * width, out = new Float64Array(n * depth);
  for (let k = 0; k < data.length; k++) out[(k % depth) * n + (k / depth | 0)] = data[k]!;
  return flat(out);
}

/** Sums with weights (to, from), then biases, at `at`. */
function dense(from: number, to: number, at: number, weights: Float32Array): (x: Float64Array) => Float64Array {
  return (x) => Float64Array.from({ length: to }, (_, o) => {
    let sum = weights[at + from * to + o]!;
    for (let k = 0, w = at + o * from; k < from; k++, w++) sum += x[k]! * weights[w]!;
    return sum;
  });
}
