// Written by web/generate.py from src/squiggly/loss.py. To change it, change that, then run the script.
/** The losses: how wrong one prediction is, and how fast that grows. p: predicted, w: 1/sigma, d: huber's bend. */

import type { LossName } from "./contract.ts";

export interface LossRow {
  readonly title: string;
  /** The mean over points p and y, in PyTorch's words. */
  readonly torch: string;
  value(p: number, y: number, w: number, delta: number): number;
  slope(p: number, y: number, w: number, delta: number): number;
}

export const LOSSES: Readonly<Record<LossName, LossRow>> = {
  mse: {
    title: "mean squared error",
    torch: "((p - y)**2).mean()",
    value: (p, y, w) => { const r = (p - y) * w; return r * r; },
    slope: (p, y, w) => { const r = (p - y) * w; return 2 * r * w; },
  },
  mae: {
    title: "mean absolute error",
    torch: "(p - y).abs().mean()",
    value: (p, y, w) => { const r = (p - y) * w; return Math.abs(r); },
    slope: (p, y, w) => { const r = (p - y) * w; return (r > 0 ? w : r < 0 ? -w : r * 0); },
  },
  huber: {
    title: "Huber loss",
    torch: "torch.nn.functional.huber_loss(p, y, delta=d)",
    value: (p, y, w, d) => { const r = (p - y) * w; return (Math.abs(r) <= d ? 0.5 * r * r : d * (Math.abs(r) - 0.5 * d)); },
    slope: (p, y, w, d) => { const r = (p - y) * w; return (r > d ? d : r < -d ? -d : r) * w; },
  },
  poisson: {
    title: "Poisson loss",
    torch: "(p - y*p.log()).mean()",
    value: (p, y) => (p > 0 ? p - y * Math.log(p) : p < 0 || (p === 0 && y !== 0) ? Infinity : p),
    slope: (p, y) => (p >= 0 ? 1 - (y === 0 ? 0 : y / p) : NaN),
  },
};

/** The mean loss over the first n points. One loop a loss: nothing is called for each point. */
export function mean(
  loss: LossName, p: Float64Array, y: Float64Array, w: Float64Array, delta: number, n: number,
): number {
  let sum = 0;
  switch (loss) {
    case "mse":
      for (let i = 0; i < n; i++) {
        const r = (p[i]! - y[i]!) * w[i]!;
        sum += r * r;
      }
      break;
    case "mae":
      for (let i = 0; i < n; i++) {
        const r = (p[i]! - y[i]!) * w[i]!;
        sum += Math.abs(r);
      }
      break;
    case "huber":
      for (let i = 0; i < n; i++) {
        const r = (p[i]! - y[i]!) * w[i]!;
        sum += (Math.abs(r) <= delta ? 0.5 * r * r : delta * (Math.abs(r) - 0.5 * delta));
      }
      break;
    case "poisson":
      for (let i = 0; i < n; i++) {
        sum += (p[i]! > 0 ? p[i]! - y[i]! * Math.log(p[i]!) : p[i]! < 0 || (p[i]! === 0 && y[i]! !== 0) ? Infinity : p[i]!);
      }
      break;
  }
  return sum / n;
}

/** Each point's slope, written to `out`: not yet divided by n. */
export function slopes(
  loss: LossName, p: Float64Array, y: Float64Array, w: Float64Array, delta: number, n: number, out: Float64Array,
): void {
  switch (loss) {
    case "mse":
      for (let i = 0; i < n; i++) {
        const r = (p[i]! - y[i]!) * w[i]!;
        out[i] = 2 * r * w[i]!;
      }
      break;
    case "mae":
      for (let i = 0; i < n; i++) {
        const r = (p[i]! - y[i]!) * w[i]!;
        out[i] = (r > 0 ? w[i]! : r < 0 ? -w[i]! : r * 0);
      }
      break;
    case "huber":
      for (let i = 0; i < n; i++) {
        const r = (p[i]! - y[i]!) * w[i]!;
        out[i] = (r > delta ? delta : r < -delta ? -delta : r) * w[i]!;
      }
      break;
    case "poisson":
      for (let i = 0; i < n; i++) {
        out[i] = (p[i]! >= 0 ? 1 - (y[i]! === 0 ? 0 : y[i]! / p[i]!) : NaN);
      }
      break;
  }
}
