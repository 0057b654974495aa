/** The lab as a Python script that arrives at the same numbers. */

import type { Leg } from "./descend.ts";
import { lossAt, pathOf } from "./derived.ts";
import { name } from "./expression.ts";
import { MAX_LENGTH } from "./formula.ts";
import { OPTIMIZERS } from "./optimizers.ts";
import { columnsOf } from "./points.ts";
import { coded } from "./save.ts";
import { SCHEDULES } from "./schedules.ts";
import { columnName } from "./sides.ts";
import type { Lab } from "./state.ts";
import { text } from "./typeset.ts";

const WIDE = 100; // characters a line

/** A script that reproduces what is on screen: the points, the model, the walk up to this step, and its numbers. */
export function asPython(lab: Lab): string {
  const { document, model, points: { n }, step, steps } = lab, walked = walks(lab);
  const parts = [
    `# ${oneLine(document.title || model.formula)}: step ${step} of ${steps}`,
    "import numpy as np\nimport squiggly as sq",
    walked && ends(lab) && 'import warnings\n\nwarnings.simplefilter("ignore", sq.DescentWarning)  # this walk runs away',
    n > 0 && pointText(lab),
    `model = ${string(`${text(name(target(lab)))} = ${model.formula}`)}${walked ? startText(lab) : ""}`,
    ...(walked ? walkTexts(lab) : stillTexts(lab)),
  ];
  return `${parts.filter(Boolean).join("\n\n")}\n`;
}

/** Whether squiggly walks here: it wants a formula of some length, two places, something free, and points that the loss can judge. */
function walks(lab: Lab): boolean {
  const { model, points: { n, x }, locked, start } = lab;
  return model.formula.length <= MAX_LENGTH && n > 1 && x.some((v, i) => v !== x[i - (i % n)]) && suits(lab) && !locked.every(Boolean) && start.every(Number.isFinite);
}

/** Whether squiggly lets the loss judge these points: there are no counts below 0. */
const suits = ({ loss, points: { y } }: Lab): boolean => loss !== "poisson" || y.every((v) => v >= 0);

/** Whether the walk ends where it is shown: squiggly then says so in a warning. */
const ends = (lab: Lab): boolean => (pathOf(lab).ended?.step ?? Infinity) <= lab.step;

// --- Data and model ---

/** What y is called: a plain name, also where the formula's left side is an expression, since the points are its values. */
function target({ model }: Lab): string {
  const taken = [...model.inputs, ...model.parameters];
  const free = (wanted: string): string => (taken.includes(wanted) ? free(`${wanted}_seen`) : wanted);
  return free(columnName(model.target));
}

function pointText(lab: Lab): string {
  const { points, points: { y, sigma } } = lab;
  return `${columnsOf(points).map((x, j) => `${variables(lab)[j]} = ${array(x)}\n`).join("")}y = ${array(y)}\n${sigma ? `sigma = ${array(sigma)}\n` : ""}points = {${inputText(lab)}, ${string(target(lab))}: y}`;
}

/** What the script calls the columns of x. */
const variables = ({ model: { inputs } }: Lab): string[] => inputs.map((_, j) => (inputs.length > 1 ? `x${j + 1}` : "x"));
const inputText = (lab: Lab): string => lab.model.inputs.map((name, j) => `${string(name)}: ${variables(lab)[j]}`).join(", ");

const array = (values: ArrayLike<number>): string => `np.array([\n${wrapped(Array.from(values, float))}])`;

/** Words between commas, in lines. */
function wrapped(words: readonly string[]): string {
  const lines: string[] = [];
  let line = "   ";
  for (const word of words) {
    if (line.length + word.length + 2 > WIDE) [line] = ["   ", lines.push(line)];
    line += ` ${word},`;
  }
  return `${[...lines, line].join("\n")}\n`;
}

/** A number that Python reads back as the very same float. */
export function float(value: number): string {
  if (!Number.isFinite(value)) return `float("${Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf"}")`;
  const said = Object.is(value, -0) ? "-0" : String(value);
  return /[.e]/.test(said) ? said : `${said}.0`;
}

/** Text in quotes: JSON's are Python's too. */
const string = (words: string): string => JSON.stringify(words).replace(/[\x7f-\x9f\u2028\u2029]/g, coded);

const oneLine = (words: string): string => words.replace(/[\p{C}\p{Z}]+/gu, " ").trim();

/** Values by name, for the parameters that `wanted` picks. */
function named(lab: Lab, values: readonly number[], wanted: (i: number) => boolean = () => true): string {
  const words = lab.model.parameters.flatMap((key, i) => (wanted(i) ? [`${string(key)}: ${float(values[i]!)}`] : []));
  const line = `{${words.join(", ")}}`;
  return line.length <= WIDE - 8 ? line : `{\n${wrapped(words)}}`;
}

// --- The walk ---

const startText = (lab: Lab): string =>
  `\nloss = ${lossText(lab)}\nstart = ${named(lab, lab.start)}${lab.locked.some(Boolean) ? `\nheld = ${named(lab, lab.start, (i) => lab.locked[i]!)}` : ""}`;

const lossText = ({ loss, delta }: Lab): string => (loss === "huber" ? `sq.Huber(delta=${float(delta)})` : `sq.${loss}`);

/** Counts bring their own scatter: there sigma is not used. */
const sigmaText = ({ points, loss }: Lab, said: string): string => (points.sigma && loss !== "poisson" ? said : "");

/** A loop for each leg up to the step on show, and what comes of it. */
function walkTexts(lab: Lab): string[] {
  const common = `model, points, loss=loss${lab.locked.some(Boolean) ? ", fix=held" : ""}${sigmaText(lab, ", sigma=sigma")}`;
  const legs = lab.legs.filter((leg) => leg.from <= lab.step);
  return [
    ...legs.map((leg, i) => legText(leg, lab.steps - leg.from, legs[i + 1]?.from ?? lab.step, common)),
    printText(lab, "moment.loss", "moment.parameters"),
    `# the best there is, with its intervals:\n# print(sq.fit(${common}))`,
  ];
}

/** rest: a leg's schedule is laid out from its beginning to the end of the walk. */
const legText = ({ from, rate, optimizer, schedule, zero }: Leg, rest: number, until: number, common: string): string => `\
${from ? `# from step ${from} in another way\n` : ""}for moment in sq.descend(
    ${common}, start=${from ? "moment.parameters" : "start"},
    rate=${float(rate)}, steps=${rest}, optimizer=${OPTIMIZERS[optimizer].python(zero)},
    schedule=${SCHEDULES[schedule].python(Math.max(1, rest))},
):
    if moment.step == ${until - from}:
        break`;

const printText = ({ step }: Lab, loss: string, values: string): string =>
  `print("step", ${step})\n${loss && `print("loss", ${loss})\n`}for name, value in ${values}.items():\n    print(name, value)`;

/** Where there is nothing to walk: the curve as it stands, and its loss where there are points. */
function stillTexts(lab: Lab): string[] {
  const { document, model, points: { n }, parameters } = lab, known = model.formula.length <= MAX_LENGTH;
  const x = n ? "" : variables(lab).map((word, j) => `\n${word} = np.linspace(${document.ranges[j]!.map(float).join(", ")}, 100)`).join("");
  const curve = `${x}\ncurve = sq.as_model(model, [${[...model.inputs, target(lab)].map(string).join(", ")}]).predict({${inputText(lab)}}, **values)`;
  const loss = known && suits(lab) ? `${lossText(lab)}(curve, y${sigmaText(lab, ", sigma")})` : float(lossAt(lab).loss);
  return [`values = ${named(lab, parameters)}${known ? curve : ""}`, printText(lab, n ? loss : "", "values")];
}
