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

// One function for all losses, not one each: a loop that calls many functions runs at half speed.

function value(loss: LossName, p: number, y: number, w: number, d: number): number {
  const r = (p - y) * w;
  if (loss === "mse") return r * r;
  if (loss === "mae") return Math.abs(r);
  if (loss === "huber") return (Math.abs(r) <= d ? 0.5 * r * r : d * (Math.abs(r) - 0.5 * d));
  return (p > 0 ? p - y * Math.log(p) : p < 0 || (p === 0 && y !== 0) ? Infinity : p);
}

function slope(loss: LossName, p: number, y: number, w: number, d: number): number {
  const r = (p - y) * w;
  if (loss === "mse") return 2 * r * w;
  if (loss === "mae") return (r > 0 ? w : r < 0 ? -w : r * 0);
  if (loss === "huber") return (r > d ? d : r < -d ? -d : r) * w;
  return (p >= 0 ? 1 - (y === 0 ? 0 : y / p) : NaN);
}

const row = (loss: LossName, title: string, torch: string): LossRow => ({
  title, torch, value: (p, y, w, d) => value(loss, p, y, w, d), slope: (p, y, w, d) => slope(loss, p, y, w, d),
});

export const LOSSES: Readonly<Record<LossName, LossRow>> = {
  mse: row("mse", "mean squared error", "((p - y)**2).mean()"),
  mae: row("mae", "mean absolute error", "(p - y).abs().mean()"),
  huber: row("huber", "Huber loss", "torch.nn.functional.huber_loss(p, y, delta=d)"),
  poisson: row("poisson", "Poisson loss", "(p - y*p.log()).mean()"),
};

/** The mean loss over the first n points. */
export function mean(
  loss: LossName, p: Float64Array, y: Float64Array, w: Float64Array, delta: number, n: number,
): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += value(loss, p[i]!, y[i]!, w[i]!, delta);
  return sum / n;
}

/** Each point's slope, written to `out`: not yet divided by n. */
export function slopes(
  loss: LossName, p: Float64Array, y: Float64Array, w: Float64Array, delta: number, n: number, out: Float64Array,
): void {
  for (let i = 0; i < n; i++) out[i] = slope(loss, p[i]!, y[i]!, w[i]!, delta);
}
