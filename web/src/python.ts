/** The lab as a Python script that arrives at the same numbers. */

import type { Leg } from "./descend.ts";
import { lossAt, pathOf } from "./derived.ts";
import { name } from "./expression.ts";
import { MAX_LENGTH } from "./formula.ts";
import { OPTIMIZERS } from "./optimizers.ts";
import { SCHEDULES } from "./schedules.ts";
import { columnName } from "./sides.ts";
import type { Lab } from "./state.ts";
import { text } from "./typeset.ts";

const WIDE = 100; // characters a line

/** A script that reproduces what is on screen: the points, the model, the walk up to this step, and its numbers. */
export function asPython(lab: Lab): string {
  const parts = [
    [`# ${oneLine(lab.document.title)}: step ${lab.step} of ${lab.steps}`],
    ...(walks(lab) && ends(lab) ? [["import warnings"]] : []),
    ["import numpy as np", "import squiggly as sq"],
    ...(lab.points.n ? [pointLines(lab)] : []),
    [`model = ${string(`${text(name(target(lab)))} = ${lab.model.formula}`)}`, ...(walks(lab) ? lossLines(lab) : [])],
    ...(walks(lab) ? [...walkLines(lab), printLines(lab), fitLines(lab)] : stillLines(lab)),
  ];
  return `${parts.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

/** Whether squiggly walks here: it wants a formula of some length, two places, something free, and points that the loss can judge. */
function walks(lab: Lab): boolean {
  const { model, points: { n, x }, locked, start } = lab;
  return model.formula.length <= MAX_LENGTH && n > 1 && x.some((v) => v !== x[0]) && suits(lab) && !locked.every(Boolean) && start.every(Number.isFinite);
}

/** Whether squiggly lets the loss judge these points: there are no counts below 0. */
const suits = ({ loss, points: { y } }: Lab): boolean => loss !== "poisson" || y.every((v) => v >= 0);

/** Whether the walk ends where it is shown: squiggly then says so in a warning. */
const ends = (lab: Lab): boolean => (pathOf(lab).ended?.step ?? Infinity) <= lab.step;

// --- Data and model ---

/** What y is called: a plain name, also where the formula's left side is an expression, since the points are its values. */
function target({ model }: Lab): string {
  const taken = [model.input, ...model.parameters];
  const free = (wanted: string): string => (taken.includes(wanted) ? free(`${wanted}_seen`) : wanted);
  return free(columnName(model.target));
}

function pointLines(lab: Lab): string[] {
  const { x, y, sigma } = lab.points;
  const columns = [`x = ${array(x)}`, `y = ${array(y)}`, ...(sigma ? [`sigma = ${array(sigma)}`] : [])];
  return [...columns, `points = {${string(lab.model.input)}: x, ${string(target(lab))}: y}`];
}

const array = (values: ArrayLike<number>): string => `np.array([\n${wrapped(Array.from(values, float))}])`;

/** Words between commas, in lines. */
function wrapped(words: readonly string[]): string {
  const lines: string[] = [];
  let line = "   ";
  for (const word of words) {
    if (line.length + word.length + 2 > WIDE) [line] = ["   ", lines.push(line)];
    line += ` ${word},`;
  }
  return [...lines, line].map((words) => `${words}\n`).join("");
}

/** A number that Python reads back as the very same float. */
export function float(value: number): string {
  if (!Number.isFinite(value)) return `float("${Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf"}")`;
  const said = Object.is(value, -0) ? "-0" : String(value);
  return /[.e]/.test(said) ? said : `${said}.0`;
}

/** Text in quotes: JSON's are Python's too. */
const string = (words: string): string => JSON.stringify(words).replace(/[\x7f-\x9f\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);

const oneLine = (words: string): string => words.replace(/[\p{C}\p{Z}]+/gu, " ").trim();

/** Values by name, for the parameters that `wanted` picks. */
function named(lab: Lab, values: readonly number[], wanted: (i: number) => boolean = () => true): string {
  const words = lab.model.parameters.flatMap((key, i) => (wanted(i) ? [`${string(key)}: ${float(values[i]!)}`] : []));
  const line = `{${words.join(", ")}}`;
  return line.length <= WIDE - 8 ? line : `{\n${wrapped(words)}}`;
}

// --- The walk ---

function lossLines(lab: Lab): string[] {
  const held = lab.locked.some(Boolean) ? [`held = ${named(lab, lab.start, (i) => lab.locked[i]!)}`] : [];
  return [`loss = ${lossText(lab)}`, `start = ${named(lab, lab.start)}`, ...held];
}

const lossText = ({ loss, delta }: Lab): string => (loss === "huber" ? `sq.Huber(delta=${float(delta)})` : `sq.${loss}`);

/** What descend and fit are both told. Counts bring their own scatter: there sigma is not used. */
const common = (lab: Lab): string =>
  `loss=loss${lab.locked.some(Boolean) ? ", fix=held" : ""}${lab.points.sigma && lab.loss !== "poisson" ? ", sigma=sigma" : ""}`;

/** A loop for each leg up to the step on show. A leg's schedule is laid out from its beginning to the end of the walk. */
function walkLines(lab: Lab): string[][] {
  const legs = lab.legs.filter((leg) => leg.from <= lab.step);
  return legs.map((leg, i) => legLines(lab, leg, legs[i + 1]?.from ?? lab.step, i));
}

function legLines(lab: Lab, leg: Leg, until: number, i: number): string[] {
  const rest = lab.steps - leg.from;
  const [tab, quiet] = ends(lab) ? ["    ", ["with warnings.catch_warnings():", '    warnings.simplefilter("ignore", sq.DescentWarning)  # this walk runs away']] : ["", []];
  const loop = [
    "for moment in sq.descend(",
    `    model, points, ${common(lab)}, start=${i ? "moment.parameters" : "start"},`,
    `    rate=${float(leg.rate)}, steps=${rest}, optimizer=${OPTIMIZERS[leg.optimizer].python(leg.zero)},`,
    `    schedule=${SCHEDULES[leg.schedule].python(Math.max(1, rest))},`,
    "):",
    `    if moment.step == ${until - leg.from}:`,
    "        break",
  ];
  return [...(i ? [`# from step ${leg.from} in another way`] : []), ...quiet, ...loop.map((line) => tab + line)];
}

const printLines = (lab: Lab): string[] => [
  `print("step", ${lab.step})`,
  'print("loss", moment.loss)',
  "for name, value in moment.parameters.items():",
  "    print(name, value)",
];

const fitLines = (lab: Lab): string[] => ["# the best there is, with its intervals:", `# print(sq.fit(model, points, ${common(lab)}))`];

/** Where there is nothing to walk: the curve as it stands, and its loss where there are points. */
function stillLines(lab: Lab): string[][] {
  const { model, points: { n, sigma }, parameters } = lab;
  const x = n ? "x" : `np.linspace(${lab.document.range.map(float).join(", ")}, 100)`;
  const known = model.formula.length <= MAX_LENGTH, judged = known && n > 0 && suits(lab);
  const loss = judged ? `${lossText(lab)}(curve, y${sigma && lab.loss !== "poisson" ? ", sigma" : ""})` : float(lossAt(lab).loss);
  return [
    [`values = ${named(lab, parameters)}`, ...(known ? [`curve = sq.as_model(model, [${string(model.input)}, ${string(target(lab))}]).predict(${x}, **values)`] : [])],
    [`print("step", ${lab.step})`, ...(n ? [`print("loss", ${loss})`] : []), "for name, value in values.items():", "    print(name, value)"],
  ];
}
