/**
 * A lab in a notebook's cell. Python and the page share a few traits and nothing else: `state` and `points` say what
 * is shown, either side may write them, and all computing is in the page. So it goes on without a kernel.
 */

import type { LossName, PointsDocument } from "./contract.ts";
import { type Printed, start } from "./main.ts";
import { columnsOf, fromDocument, type Points, toDocument } from "./points.ts";
import { type Lab, open, update } from "./state.ts";

/** What the lab shows, without its points. src/squiggly/page/widget.py reads and writes the same. */
export interface Shown {
  readonly formula: string;
  readonly inputs: readonly string[];
  readonly target: string;
  readonly parameters: Readonly<Record<string, number>>; // by name, in the order of the sliders
  readonly loss: LossName;
  readonly delta: number;
  readonly step: number; // which moment of the walk; told to Python, never taken from it
}

interface Traits {
  readonly lab: string; // which lab this is, for the picture that stands in where no notebook runs
  readonly document: string; // JSON
  readonly state: Shown;
  readonly points: PointsDocument;
}

/** What a notebook gives a widget: anywidget's interface, the part that is used. */
export interface TraitModel {
  get<K extends keyof Traits>(name: K): Traits[K];
  set<K extends keyof Traits>(name: K, value: Traits[K]): void;
  save_changes(): void;
  on(event: string, listener: () => void): void;
  off(event: string, listener: () => void): void;
}

const EVERY = 60; // ms between two writes: a notebook's kernel is not asked more often than it can follow
const HEARD = ["change:state", "change:points"];

/** Draws the lab of `model` in `el`; returns what takes it down. printed: the model's program, as Python printed it. */
export function render({ model, el }: { model: TraitModel; el: HTMLElement }, printed: Printed | null): () => void {
  const root = window.document.createElement("div");
  const unhouse = house(el, root, model.get("lab"));
  const writer = throttled(EVERY, () => written(model, handle.lab()));
  let known: Lab;
  const changed = (lab: Lab): void => {
    if (!sameShown(lab, known)) writer.soon();
    known = lab;
  };
  const handle = start(JSON.parse(model.get("document")), printed, { root, address: false, changed });
  known = handle.lab();
  /** What the reader does here and now comes before what arrives: it is written next. */
  const heard = (): void => {
    const lab = handle.lab(), next = writer.waiting() ? lab : told(lab, model.get("state"), model.get("points"));
    if (next === lab) return;
    handle.send({ kind: "become", lab: next });
    known = handle.lab();
  };
  heard();
  for (const event of HEARD) model.on(event, heard);
  return () => {
    for (const event of HEARD) model.off(event, heard);
    writer.flush();
    handle.stop();
    unhouse();
  };
}

/** The lab with what the notebook says; the lab itself where that is what it shows. */
export function told(lab: Lab, state: Shown, points: PointsDocument): Lab {
  const placed = withParameters(withLoss(withFormula(withPoints(lab, state, points), state), state), state);
  return placed === lab ? lab : { ...placed, past: lab.past, future: lab.future, chosen: lab.chosen, panel: lab.panel };
}

/** Points first: they may come with other names for x and y. One that moved is only moved: the best is near. */
function withPoints(lab: Lab, { inputs, target }: Shown, document: PointsDocument): Lab {
  const points = fromDocument(document), moved = differing(lab.points, points);
  const named = inputs.join("`") === lab.model.inputs.join("`") && target === lab.model.target;
  if (named && moved.length === 0) return lab;
  if (!named || moved.length !== 1) return update(lab, { kind: "points", points, inputs, target });
  const [index] = moved as [number];
  return update(lab, { kind: "drag", index, x: columnsOf(points).map((column) => column[index]!), y: points.y[index]!, grip: "end" });
}

/** Which rows differ where only places do; [-1, -1] where the points are other ones. */
function differing(a: Points, b: Points): number[] {
  if (a.n !== b.n || a.sigma?.join() !== b.sigma?.join()) return [-1, -1];
  const pairs = [...columnsOf(a), a.y].map((column, j) => [column, [...columnsOf(b), b.y][j]!] as const);
  return [...a.y.keys()].filter((i) => pairs.some(([one, other]) => one[i] !== other[i]));
}

function withFormula(lab: Lab, { formula, inputs }: Shown): Lab {
  if (formula === lab.model.formula) return lab;
  const author = lab.document.model;
  if (formula !== author.formula || inputs.join("`") !== author.inputs.join("`")) return update(lab, { kind: "formula", text: formula });
  const fresh = open(lab.document, lab.program);
  return update({ ...fresh, steps: lab.steps, target: lab.target }, { kind: "points", points: lab.points });
}

const withLoss = (lab: Lab, { loss, delta }: Shown): Lab =>
  (loss === lab.loss && delta === lab.delta ? lab : update(lab, { kind: "loss", loss, delta }));

/** Each parameter is slid to its value: within its bounds, no move of the reader's, the others left where they are. */
function withParameters(lab: Lab, { parameters }: Shown): Lab {
  const wanted = lab.model.parameters.map((name, i) => parameters[name] ?? lab.parameters[i]!);
  if (wanted.every((value, i) => value === lab.parameters[i])) return lab;
  const slid = wanted.reduce((at, value, index) => update(at, { kind: "slide", index, value, grip: "move" }), { ...lab, following: false });
  return { ...slid, following: lab.following, ghost: null };
}

/** What the lab shows, as the trait says it. */
export function shownBy(lab: Lab): Shown {
  const { model: { formula, inputs, target }, loss, delta, step } = lab;
  const parameters = Object.fromEntries(lab.model.parameters.map((name, i) => [name, lab.parameters[i]!]));
  return { formula, inputs, target, parameters, loss, delta, step };
}

const sameShown = (a: Lab, b: Lab): boolean =>
  a.parameters === b.parameters && a.points === b.points && a.model === b.model && a.loss === b.loss && a.delta === b.delta && a.step === b.step;

/** The traits after what the reader did. Python is told finite numbers only. */
function written(model: TraitModel, lab: Lab): void {
  if (!lab.parameters.every(Number.isFinite)) return;
  model.set("state", shownBy(lab));
  const points = fromDocument(model.get("points"));
  if (differing(points, lab.points).length) model.set("points", toDocument(lab.points, lab.model.inputs.length));
  model.save_changes();
}

/** `write`, at most once in so many ms, the last time always. */
export function throttled(every: number, write: () => void): { soon: () => void; flush: () => void; waiting: () => boolean } {
  let timer: ReturnType<typeof setTimeout> | null = null, last = -Infinity;
  const now = (): void => {
    timer = null;
    last = performance.now();
    write();
  };
  return {
    soon: () => { timer ??= setTimeout(now, Math.max(0, last + every - performance.now())); },
    flush: () => {
      if (timer === null) return;
      clearTimeout(timer);
      now();
    },
    waiting: () => timer !== null,
  };
}

/** Puts `root` into a shadow of its own: no style leaks in or out, no key pressed here is the notebook's. */
function house(el: HTMLElement, root: HTMLElement, lab: string): () => void {
  const place = window.document.createElement("div");
  place.dataset.squigglyLab = lab;
  place.dataset.lmSuppressShortcuts = "true"; // JupyterLab looks for this before it takes a key for its own
  for (const event of ["keydown", "keyup", "keypress"]) place.addEventListener(event, (e) => e.stopPropagation());
  place.attachShadow({ mode: "open" }).append(root);
  el.append(place);
  const tint = (): void => {
    const theme = themeOf(window.document);
    for (const name of ["light", "dark"]) root.classList.toggle(name, name === theme);
  };
  const watch = new MutationObserver(tint);
  for (const node of [window.document.documentElement, window.document.body]) watch.observe(node, { attributes: true });
  tint();
  return () => {
    watch.disconnect();
    place.remove();
  };
}

/** The notebook's own choice of light or dark: JupyterLab's, VS Code's, Colab's; null where it makes none. */
export function themeOf({ body, documentElement }: Document): "light" | "dark" | null {
  const lab = body.dataset.jpThemeLight;
  if (lab !== undefined) return lab === "false" ? "dark" : "light";
  const named = (...classes: string[]): boolean => classes.some((name) => body.className.split(/\s+/).includes(name));
  if (named("vscode-light", "vscode-high-contrast-light")) return "light";
  if (named("vscode-dark", "vscode-high-contrast")) return "dark";
  const colab = documentElement.getAttribute("theme");
  return colab === "dark" || colab === "light" ? colab : null;
}
