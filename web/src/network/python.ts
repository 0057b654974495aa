/** The network's lab as a Python script that arrives at the same numbers. */

import { short } from "../descend.ts";
import { OPTIMIZERS } from "../optimizers.ts";
import { float } from "../python.ts";
import { SCHEDULES } from "../schedules.ts";
import type { NetworkLab, NetworkLeg } from "./lab.ts";
import { drawn } from "./layers.ts";

const WIDE = 100; // characters a line
const MOST_WRITTEN = 500; // points that stand in a script; more come from a file

/** A script that reproduces what is on screen: the points, the network, and the walk up to this step. */
export function asPython(lab: NetworkLab): string {
  const { document, step, steps } = lab, legs = lab.legs.filter(({ from }) => from < Math.max(step, 1));
  const parts = [
    `# ${document.title.replace(/[\p{C}\p{Z}]+/gu, " ").trim() || "A network"}: step ${step} of ${steps}`,
    "import numpy as np\nimport squiggly as sq",
    pointText(lab),
    networkText(lab),
    ...legs.map((leg, i) => legText(lab, leg, i ? "list(last.parameters.values())" : startText(lab), legs[i + 1]?.from ?? step)),
    "print(last.step, last.loss)  # the loss of the next mini-batch",
  ];
  return `${parts.join("\n\n")}\n`;
}

/** The points as CSV, a column for each input and one for the target: what the script reads where they are many. */
export function pointsCsv({ points: { n, x, y }, net }: NetworkLab): string {
  const rows = Array.from({ length: n }, (_, i) => [...net.inputs.map((_, k) => x[k * n + i]!), y[i]!].join(","));
  return `${[columns(net.inputs.length).join(","), ...rows].join("\n")}\n`;
}

const inputNames = (inputs: number): string[] => (inputs === 1 ? ["x"] : ["x1", "x2"]);
const columns = (inputs: number): string[] => [...inputNames(inputs), "y"];

function pointText({ points: { n, x, y }, net, scale }: NetworkLab): string {
  const names = columns(net.inputs.length), values = (k: number): Float64Array => (k < net.inputs.length ? x.subarray(k * n, (k + 1) * n) : y);
  const read = n > MOST_WRITTEN
    ? [`# ${n} points are too many for a script: save them from the page as points.csv\n${names.join(", ")} = np.loadtxt("points.csv", delimiter=",", skiprows=1, unpack=True)`]
    : names.map((name, k) => `${name} = np.array([\n${wrapped(Array.from(values(k), float))}])`);
  const scaled = names.flatMap((name, k) => {
    const [shift, size] = scale[k]!;
    return shift === 0 && size === 1 ? [] : [`${name} = (${name} - ${bracketed(shift)}) / ${float(size)}`];
  });
  return [...read, ...(scaled.length ? ["# as the network sees them", ...scaled] : [])].join("\n");
}

const bracketed = (value: number): string => (value < 0 ? `(${float(value)})` : float(value));

function networkText({ net }: NetworkLab): string {
  const { inputs, hidden, activation, labels, features } = net, usual = features.join() === ["x1", "x2"].slice(0, inputs.length).join();
  const more = [`activation="${activation}"`, ...(labels ? ["classes=2"] : []), ...(usual ? [] : [`features=[${features.map((word) => `"${word}"`).join(", ")}]`])];
  return `network = sq.network(${inputs.length}, [${hidden.join(", ")}], ${more.join(", ")})`;
}

/** Where the first walk starts: nothing where the seed says it. */
function startText({ start, net, seed }: NetworkLab): string {
  const expected = drawn(net, seed);
  if (start.every((value, i) => Object.is(value, expected[i]))) return "";
  return `[\n${wrapped(Array.from(start, float), 8)}    ]`;
}

const LOSSES = { mse: "sq.mse", mae: "sq.mae", "cross-entropy": "sq.cross_entropy" } as const;

/** One leg: its schedule is laid out to the end of the walk, and it goes as far as `until`. */
function legText(lab: NetworkLab, leg: NetworkLeg, start: string, until: number): string {
  const { rate, optimizer, schedule, zero, batch, penalty, decay, from } = leg, { net, loss, seed, held, steps } = lab, steady = schedule === "steady";
  const length = steady ? until - from : steps - from, whole = length === until - from;
  const options = [
    `loss=${LOSSES[loss]}`, `rate=${float(rate)}`, `steps=${length}`, ...(batch ? [`batch=${batch}`] : []), `seed=${seed}`, ...(held ? [`held_out=${float(held)}`] : []),
    ...(penalty !== "none" && decay ? [`penalty="${penalty}"`, `decay=${float(decay)}`] : []), `optimizer=${OPTIMIZERS[optimizer].python(zero)}`,
    ...(steady ? [] : [`schedule=${SCHEDULES[schedule].python(Math.max(1, length))}`]), ...(start ? [`start=${start}`] : []),
  ];
  const points = `{${[...inputNames(net.inputs.length), "y"].map((name) => `"${name}": ${name}`).join(", ")}}`;
  const said = from ? `# from step ${from} on with other settings (rate ${short(rate)}); the optimizer starts anew, its steps count from 0\n` : "";
  const call = `sq.descend(\n    network, ${points},\n${filled(options)})`;
  if (whole) return `${said}*_, last = ${call}`;
  return `${said}for last in ${call}:\n    if last.step == ${until - from}:\n        break`;
}

/** Words between commas, in lines. */
function wrapped(words: readonly string[], indent = 4): string {
  const lines: string[] = [], edge = " ".repeat(indent - 1);
  let line = edge;
  for (const word of words) {
    if (line.length + word.length + 2 > WIDE) [line] = [edge, lines.push(line)];
    line += ` ${word},`;
  }
  return `${[...lines, line].join("\n")}\n`;
}

/** Options in lines; one that has lines of its own stands alone. */
const filled = (options: readonly string[]): string => wrapped(options.filter((text) => !text.includes("\n"))) + options.filter((text) => text.includes("\n")).map((text) => `    ${text},\n`).join("");
