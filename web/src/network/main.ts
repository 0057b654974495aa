/** The only file that touches the page of a network: it mounts a lab, trains it while it plays, draws it, and does what views ask for. */

import { h, render as draw } from "preact";
import { attempt } from "../attempt.ts";
import { MOST_BYTES } from "../table.ts";
import type { Page } from "../view.ts";
import { App, STYLE } from "./app.tsx";
import type { NetworkDocument } from "./contract.ts";
import type { NetworkAction, NetworkLab } from "./lab.ts";
import { engineOf, featured } from "./layers.ts";
import { fromHash, toHash } from "./link.ts";
import { fromPlayground } from "./playground.ts";
import { pageWith } from "./views/page.tsx";
import { ownTable } from "./views/table.tsx";
import { epochOf, open, played, update } from "./state.ts";

/** Where a lab stands: in a file of its own, or in a notebook's cell. */
export interface Host {
  readonly address: boolean; // whether the page's address is the lab's to write
  readonly changed: (lab: NetworkLab) => void; // told after every change, once a frame
}

export interface Mounted {
  readonly send: (action: NetworkAction) => void;
  readonly lab: () => NetworkLab;
  readonly stop: () => void;
}

const BUDGET = 8; // ms of a frame that training may take
const EVERY = 3; // frames between two drawings of the pictures, at least
const SHARE = 0.35; // of the time that drawing pictures may take

/** Opens the page's own document in `root`: what a saved page calls. */
export function mount(root: HTMLElement, host: Host = { address: true, changed: () => undefined }): Mounted {
  const text = window.document.getElementById("squiggly-document")?.textContent ?? "";
  return start(JSON.parse(text) as NetworkDocument, root, host);
}

/** Opens a document anywhere; returns what changes it from outside and what takes it down. */
export function start(given: NetworkDocument, root: HTMLElement, host: Host): Mounted {
  const first = checkedDocument(given);
  let lab = open(first), lately = lab, frame = 0, since = 0, shown = 0, due = 0, quick = 0.05, hash = "";

  const page: Page = {
    copy, download, checked: selfCheck(first), still: matchMedia("(prefers-reduced-motion: reduce)").matches,
    link: () => (host.address && /^(file|https?):$/.test(location.protocol) ? location.href.split("#")[0]! + toHash(lab) : null),
    html: () => (host.address ? pageWith(window.document, lab) : null),
    readFile: async (file) => {
      const text = file.size > MOST_BYTES ? null : await file.text().catch(() => "\0"); // a folder has none
      const action = text === null ? `${file.name} has ${(file.size / 1e6).toFixed(0)} MB, at most ${MOST_BYTES / 1e6} MB are read\nhint: thin it out first` : attempt(() => ownTable(text, file.name));
      send(typeof action === "string" ? { kind: "say", message: { kind: "error", text: action } } : action);
    },
  };

  const send = (action: NetworkAction): void => {
    try {
      lab = update(lab, action);
    } catch (error) {
      lab = { ...lab, playing: false, message: { kind: "error", text: `the page met a mistake of its own: ${String(error)}\nhint: undo, or load the page again; what you had is kept` } };
    }
    wake();
  };
  const wake = (): void => { frame ||= requestAnimationFrame(paint); };
  const paint = (now: number): void => {
    frame = 0;
    if (lab.playing) train();
    if (!lab.playing || ++since >= EVERY && now - shown > quick / SHARE) {
      const began = performance.now();
      [lately, since, shown] = [lab, 0, now];
      render();
      quick = performance.now() - began;
    } else render();
    host.changed(lab);
    if (host.address) remember();
    if (lab.playing) wake();
  };
  const render = (): void => draw(h(App, { lab, lately, send, page }), surface);

  /** As many steps as the speed asks for, but no longer than a frame allows; an epoch that is longer goes on in the next. */
  const train = (): void => {
    const until = performance.now() + BUDGET, { speed } = lab, each = epochOf(lab);
    due = speed === "fast" ? Infinity : due > 0 && due < Infinity ? due : speed === "epoch" ? each : 1;
    for (let many = 1; lab.playing && due > 0; many = Math.min(2 * many, 64)) {
      const steps = Math.min(many, due), before = lab.step;
      lab = played(lab, steps);
      due -= Math.max(1, lab.step - before);
      if (performance.now() > until) return;
    }
    due = 0;
  };

  /** The lab into the address, not more often than browsers allow. */
  let writing = 0;
  const remember = (): void => {
    writing ||= window.setTimeout(() => {
      writing = 0;
      const next = toHash(lab);
      if (next === hash) return;
      hash = next;
      try { history.replaceState(null, "", next || location.pathname + location.search); } catch { /* a sandbox has no address to write */ }
    }, 400);
  };
  const arrive = (): void => {
    if (location.hash === hash || !host.address) return;
    hash = location.hash;
    to(hash);
  };
  const to = (state: string): void => {
    const opened = open(first), there = fromPlayground(state, opened) ?? fromHash(state, opened);
    const unread = there.message && there.start === opened.start && there.legs === opened.legs && there.net === opened.net; // a link with a mistake: what is here stays
    send(unread ? { kind: "say", message: there.message } : { kind: "become", lab: there });
  };

  const style = window.document.createElement("style");
  style.textContent = STYLE;
  const surface = window.document.createElement("div");
  root.replaceChildren(style, surface);
  root.classList.add("squiggly");
  const ending = new AbortController(), { signal } = ending, place = (host.address ? window : root) as HTMLElement;
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file) page.readFile(file);
  };
  place.addEventListener("dragover", (event) => event.preventDefault(), { signal });
  place.addEventListener("drop", drop, { signal });
  place.addEventListener("keydown", (event) => shortcut(event, lab, send), { signal });
  addEventListener("hashchange", arrive, { signal });
  addEventListener("resize", wake, { signal });
  arrive();
  if (!hash && root.dataset["state"]) to(root.dataset["state"]); // a saved page
  lately = lab;
  render();
  return {
    send, lab: () => lab,
    stop: () => {
      cancelAnimationFrame(frame);
      clearTimeout(writing);
      ending.abort();
      draw(null, surface);
    },
  };
}

/** The document, or a RangeError where it is none. */
export function checkedDocument(given: NetworkDocument | null): NetworkDocument {
  const d = given, inputs = d?.net?.inputs?.length ?? 0;
  const fits = d?.version === 1 && d.kind === "network" && (inputs === 1 || inputs === 2) && d.net.features.length > 0 && d.scale?.length === inputs + 1
    && (d.data?.kind !== "own" || (d.data.x.length === inputs && d.data.x.every((column) => column.length === d.data.y.length)));
  if (!fits) throw new RangeError("this page's document is damaged\nhint: make the page again");
  return d;
}

const CLOSE = 1e-9; // relative above 1, absolute below: two mathematics libraries, added up over the points

/** What differs from what Python computed: "" for nothing, null where there is nothing to compare. */
export function selfCheck({ net, loss, checks }: NetworkDocument): string | null {
  if (!checks.at.length) return null;
  const engine = engineOf(net, loss), n = checks.y.length, x = featured(net.features, checks.x.flat(), n), y = Float64Array.from(checks.y), rows = Int32Array.from({ length: n }, (_, i) => i);
  for (const { parameters, loss: wanted, gradient } of checks.at) {
    const slopes = new Float64Array(parameters.length), seen = engine.gradient(Float64Array.from(parameters), x, y, rows, 0, n, slopes);
    if (!close(seen, wanted)) return `loss ${seen} here, ${wanted} in Python`;
    const off = gradient.findIndex((g, i) => !close(slopes[i]!, g));
    if (off >= 0) return `the gradient of parameter ${off + 1} is ${slopes[off]} here, ${gradient[off]} in Python`;
  }
  return "";
}

const close = (a: number, b: number): boolean => Math.abs(a - b) <= CLOSE * Math.max(1, Math.abs(b));

/** The space bar plays wherever it means nothing else; Ctrl-Z and its relatives work wherever no text is being typed. */
function shortcut(event: KeyboardEvent, { playing }: NetworkLab, send: (action: NetworkAction) => void): void {
  const target = event.composedPath()[0] as Element;
  if (target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && target.type !== "checkbox")) return;
  if (event.key === " " && !event.repeat && !(target instanceof Element && target.closest("button, input, select, summary, a"))) {
    event.preventDefault();
    send({ kind: playing ? "pause" : "play" });
  }
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
  event.preventDefault();
  send({ kind: event.shiftKey ? "redo" : "undo" });
}

const copy = (text: string): Promise<boolean> =>
  Promise.resolve().then(() => navigator.clipboard.writeText(text)).then(() => true, () => false); // a page that came by http has no clipboard

function download(name: string, content: string | Blob): void {
  const link = Object.assign(document.createElement("a"), { download: name, href: URL.createObjectURL(new Blob([content])) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
