/** Why it goes as it goes: readable reasons for what is seen, and what would help. */

import { heldCount, stepsOf } from "./batches.ts";
import type { NetworkAction, NetworkLab } from "./lab.ts";
import { legAt, type Trainer, trainOf } from "./train.ts";

export interface Cause {
  readonly title: string;
  readonly words: string;
  readonly cure?: NetworkAction;
}

const LOOKED_AT = 200; // rows that units are judged on before all of them are
const MOST_LOOKED_AT = 2_000;
const RECENT = 40; // losses that a trend is read from
const FLAT = 0.05; // a slope below this share of the steepest is none
const NOISY = 0.1; // a jump of this share of the loss is seen …
const CLIMBED = 0.5; // … and so are all of them, where they come to this share

/** What is wrong, the gravest first; nothing where nothing is. */
export function causesOf(lab: NetworkLab): readonly Cause[] {
  const trainer = trainOf(lab);
  return [diverged, unzeroed, overfitted, dead, saturated, noisy].flatMap((look) => look(lab, trainer) ?? []);
}

type Look = (lab: NetworkLab, trainer: Trainer) => Cause | null;

const tidy = (value: number): number => Number(value.toPrecision(2));

const diverged: Look = (lab, { ended }) => {
  if (!ended || ended.step > lab.step) return null;
  const { rate } = legAt(lab.legs, lab.step);
  if (ended.step === 0) return { title: "There is no slope to go down", words: ended.words.split("\n")[0]!, cure: { kind: "reseed" } };
  return {
    title: "The rate is too large",
    words: `At step ${ended.step} the loss ran away: each step went further past the bottom than the one before it. A smaller rate stays in the valley.`,
    cure: { kind: "walk", rate: tidy(rate / 10) },
  };
};

const unzeroed: Look = (lab) => (legAt(lab.legs, lab.step).zero ? null : {
  title: "Gradients are not zeroed",
  words: "Each step goes along the sum of all gradients so far, also those from where it has long left. It rolls past the bottom and swings back.",
  cure: { kind: "walk", zero: true },
});

/** The held-out loss has turned up while the training loss still falls. */
const overfitted: Look = (lab, { history, split }) => {
  const count = history.step.findLastIndex((step) => step <= lab.step) + 1;
  if (!split.held.length || count < 8) return null;
  const part = Math.max(2, Math.floor(count / 10)), held = history.held.slice(0, count), train = history.train.slice(0, count);
  const smooth = held.map((_, i) => mean(held.slice(Math.max(0, i - part + 1), i + 1)));
  const best = smooth.reduce((low, v, i) => (v < smooth[low]! ? i : low), 0);
  const now = smooth[count - 1]!, trainNow = mean(train.slice(-part)), trainThen = mean(train.slice(Math.max(0, best - part + 1), best + 1));
  if (best > count - 1 - part || !(now > 1.1 * smooth[best]! && now > 1.2 * trainNow) || !(trainNow < trainThen)) return null;
  const { penalty, decay } = legAt(lab.legs, lab.step);
  return {
    title: "It learns the training points by heart",
    words: `Since about step ${history.step[best]} the held-out loss rises, though the training loss falls: the network follows single points, not their rule. More points, fewer units or a penalty on large weights help.`,
    cure: { kind: "walk", penalty: "L2", decay: penalty === "none" || !decay ? 0.003 : tidy(3 * decay) },
  };
};

const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;

/** What every hidden unit gives for some training rows, unit by unit, and how many rows those are. */
function given({ parameters }: NetworkLab, { engine, seen, split }: Trainer, most: number): { out: Float64Array; n: number } {
  const F = engine.widths[0]!, n = Math.min(split.train.length, most), x = new Float64Array(n * F), out = new Float64Array(n * engine.count);
  for (let i = 0; i < n; i++) {
    const row = split.train[Math.floor((i * split.train.length) / n)]! * F;
    for (let k = 0; k < F; k++) x[i * F + k] = seen.x[row + k]!;
  }
  engine.units(parameters, x, n, out);
  return { out, n };
}

/** The hidden units of which something is true for every row. */
function every(lab: NetworkLab, trainer: Trainer, what: (value: number) => boolean, most: number): string[] {
  const { engine: { widths, first, count } } = trainer, { out, n } = given(lab, trainer, most);
  const found: string[] = [];
  for (let layer = 1; layer < widths.length - 1; layer++) for (let unit = 0; unit < widths[layer]!; unit++) {
    const from = (first[layer]! + unit) * n;
    if (first[layer]! + unit < count && n && out.subarray(from, from + n).every(what)) found.push(`unit ${unit + 1} of layer ${layer}`);
  }
  return found;
}

const few = (names: readonly string[]): string => (names.length > 4 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(names.length === 2 ? " and " : ", "));

const dead: Look = (lab, trainer) => {
  if (lab.net.activation !== "relu" || !lab.net.hidden.length) return null;
  const off = (value: number): boolean => value === 0, suspects = every(lab, trainer, off, LOOKED_AT);
  const names = suspects.length ? every(lab, trainer, off, mostLooked(trainer)) : [];
  if (!names.length) return null;
  return {
    title: names.length === 1 ? "One unit is dead" : `${names.length} units are dead`,
    words: `For every training point ${few(names)} ${names.length === 1 ? "is" : "are"} 0, and so is the slope: no step moves ${names.length === 1 ? "it" : "them"} any more. Another start or a smaller rate helps, or an activation with a slope everywhere.`,
    cure: { kind: "activation", activation: "silu" },
  };
};

/** As many rows as can be looked at in no time. */
const mostLooked = ({ engine }: Trainer): number => Math.max(LOOKED_AT, Math.min(MOST_LOOKED_AT, Math.floor(2e6 / engine.P / 8)));

const saturated: Look = (lab, trainer) => {
  const { activation, hidden } = lab.net;
  if ((activation !== "tanh" && activation !== "sigmoid") || !hidden.length) return null;
  const flat = activation === "tanh" ? (v: number) => 1 - v * v < FLAT : (v: number) => 4 * v * (1 - v) < FLAT;
  const names = every(lab, trainer, flat, LOOKED_AT);
  if (!names.length) return null;
  return {
    title: names.length === 1 ? "One unit is stuck at its end" : `${names.length} units are stuck at their ends`,
    words: `For every training point the ${activation} of ${few(names)} is flat: hardly any slope is left to learn from. Large weights do that; a penalty draws them back.`,
    cure: { kind: "walk", penalty: "L2", decay: 0.003 },
  };
};

/** A small batch pulls another way each time: the loss jumps up and down where all rows together would have it fall. */
const noisy: Look = (lab, { history, split }) => {
  const { batch, rate } = legAt(lab.legs, lab.step), n = lab.points.n - heldCount(lab.points.n, lab.held), count = history.step.findLastIndex((step) => step <= lab.step) + 1;
  if (stepsOf(n, batch) === 1 || count < RECENT / 2 || !split.train.length) return null;
  const last = history.train.slice(Math.max(0, count - RECENT), count), level = mean(last);
  const up = last.slice(1).map((v, i) => Math.max(0, v - last[i]!));
  if (!(Math.max(...up) > NOISY * level && mean(up) * up.length > CLIMBED * level)) return null;
  return {
    title: "Mini-batches are noisy",
    words: `Each step looks at ${batch} of ${n} points only, and what is good for these is not for all: the loss jumps. Larger batches or a rate that falls calm it.`,
    cure: batch * 4 <= n ? { kind: "walk", batch: batch * 4 } : { kind: "walk", rate: tidy(rate / 3) },
  };
};
