/** How training goes: rate, schedule, optimizer, batch, penalty, loss and activation. */

import type { VNode } from "preact";
import { Choice } from "../../choice.tsx";
import { NumberField } from "../../number-field.tsx";
import { OPTIMIZERS } from "../../optimizers.ts";
import { SCHEDULES } from "../../schedules.ts";
import type { ActivationName, NetworkLossName, Penalty } from "../contract.ts";
import type { Grip, NetworkLab } from "../lab.ts";
import { lossesOf } from "../state.ts";
import { legAt } from "../train.ts";
import type { Props } from "../view.ts";
import { may, Turn } from "./parts.tsx";

export const style = `
.settings{display:flex;flex-wrap:wrap;align-items:center;gap:0 20px;font-size:14px;color:var(--soft);border-top:1px solid var(--line);border-bottom:1px solid var(--line);padding:4px 0}
.settings .turn{flex:1 1 250px;max-width:330px}
.settings .turn .field{min-width:6ch}
.settings select,.settings .choice::after,.settings .number{color:var(--ink)}
.settings p{flex-basis:100%;margin:0 0 4px;font-size:13px}
@container(max-width:819px){.settings{gap:0 16px}.settings .turn{flex-basis:100%;max-width:none}}`;

const titled = <T extends string>(titles: Record<T, string>): Record<T, { title: string }> =>
  Object.fromEntries(Object.entries(titles).map(([name, title]) => [name, { title }])) as Record<T, { title: string }>;

const ACTIVATIONS = titled<ActivationName>({ relu: "ReLU", tanh: "tanh", sigmoid: "sigmoid", silu: "SiLU", linear: "linear" });
const PENALTIES = titled<Penalty>({ none: "none", L1: "L1", L2: "L2" });
const LOSSES = titled<NetworkLossName>({ mse: "squared error", mae: "absolute error", "cross-entropy": "cross-entropy" });
const BATCHES = [0, 1, 5, 10, 16, 32, 64, 128];

/** The losses that fit what is predicted. */
const lossesFor = ({ net }: NetworkLab): typeof LOSSES => Object.fromEntries(lossesOf(net.labels !== null).map((name) => [name, LOSSES[name]])) as typeof LOSSES;

/** A row of settings over the network. */
export function Settings({ lab, send }: Props): VNode {
  const { rate, schedule, optimizer, batch, penalty, decay } = legAt(lab.legs, lab.step), turn = (value: number, grip: Grip): void => send({ kind: "walk", rate: value, grip });
  const batches = Object.fromEntries([...new Set([...BATCHES, batch])].map((size) => [String(size), { title: size ? String(size) : "all points" }]));
  return (
    <section class="settings unprinted" aria-label="settings">
      {may(lab, "rate") && <Turn label="rate" log min={1e-5} max={10} value={rate} onChange={turn} />}
      {may(lab, "schedule") && <Choice label="schedule" seen value={schedule} among={SCHEDULES} onChange={(name) => send({ kind: "walk", schedule: name })} />}
      {may(lab, "optimizer") && <Choice label="optimizer" seen value={optimizer} among={OPTIMIZERS} onChange={(name) => send({ kind: "walk", optimizer: name })} />}
      {may(lab, "batch") && <Choice label="batch" seen value={String(batch)} among={batches} onChange={(size) => send({ kind: "walk", batch: Number(size) })} />}
      {may(lab, "activation") && <Choice label="activation" seen value={lab.net.activation} among={ACTIVATIONS} onChange={(activation) => send({ kind: "activation", activation })} />}
      {may(lab, "loss") && <Choice label="loss" seen value={lab.loss} among={lossesFor(lab)} onChange={(loss) => send({ kind: "loss", loss })} />}
      {may(lab, "penalty") && <Choice label="penalty" seen value={penalty} among={PENALTIES} onChange={(name) => send({ kind: "walk", penalty: name })} />}
      {may(lab, "penalty") && penalty !== "none" && <label>its size <NumberField label="size of the penalty" value={decay || 1e-3} onChange={(value, grip) => send({ kind: "walk", decay: value, grip })} /></label>}
      {lab.step > 0 && !lab.playing && lab.furthest > lab.step && <p>Changing a setting here begins a branch: what was trained after step {lab.step} is dropped, and undo brings it back.</p>}
    </section>
  );
}
