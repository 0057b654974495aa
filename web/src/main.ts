/** The only file that touches the page: it mounts a lab, draws it when it changes, plays it, and does what views ask for. */

import { h, render as draw } from "preact";
import { App, STYLE } from "./app.tsx";
import { attempt } from "./attempt.ts";
import { selfCheck } from "./check.ts";
import { checkedDocument } from "./door.ts";
import type { Evaluator } from "./evaluator.ts";
import { fromHash, toHash } from "./link.ts";
import { pageWith } from "./save.ts";
import { SPECIAL } from "./special.ts";
import { type Action, complain, type Lab, open, played, update } from "./state.ts";
import { MOST_BYTES } from "./table.ts";
import { tableAction } from "./table-text.ts";
import type { Page } from "./view.ts";

export type Printed = (special: typeof SPECIAL) => Evaluator;

/** Where a lab stands: in a file of its own, or in a notebook's cell. */
interface Host {
  readonly root: HTMLElement; // drawn into
  readonly address: boolean; // whether the page's address is the lab's to write
  readonly changed: (lab: Lab) => void; // told after every change, once a frame
}

/** Opens the page's own document in `root`: what a saved page calls. */
export function mount(root: HTMLElement): void {
  const text = window.document.getElementById("squiggly-document")?.textContent ?? "";
  const printed = (globalThis as { squigglyProgram?: Printed }).squigglyProgram;
  start(JSON.parse(text), printed ?? null, { root, address: true, changed: () => undefined });
}

/** Opens a document anywhere; returns what changes it from outside and what takes it down. */
export function start(given: unknown, printed: Printed | null, host: Host): { send: (action: Action) => void; lab: () => Lab; stop: () => void } {
  const { root } = host;
  const document = checkedDocument(given);
  const { program, differs } = selfCheck(document, printed && printed(SPECIAL));
  let lab = open(document, program);
  let frame = 0, last = 0, due = 0, hash = "";

  const page: Page = {
    copy, download, checked: differs, still: matchMedia("(prefers-reduced-motion: reduce)").matches,
    link: () => (host.address && /^(file|https?):$/.test(location.protocol) ? location.href.split("#")[0]! + toHash(lab) : null),
    html: () => (host.address ? pageWith(window.document, lab) : null),
    readFile: async (file, drop = false) => {
      const text = file.size > MOST_BYTES ? null : await file.text().catch(() => "\0"); // a folder has none
      const action = text === null ? `${file.name} has ${(file.size / 1e6).toFixed(0)} MB, at most ${MOST_BYTES / 1e6} MB are read\nhint: thin it out first` : attempt(() => tableAction(text, file.name, lab, drop));
      send(typeof action === "string" ? { kind: "say", message: { kind: "error", text: action } } : action);
    },
  };

  const send = (action: Action): void => {
    try {
      lab = update(lab, action);
    } catch (error) {
      lab = complain(lab, `the page met a mistake of its own: ${String(error)}\nhint: undo, or load the page again; what you had is kept`);
    }
    wake();
  };
  const wake = (): void => { frame ||= requestAnimationFrame(paint); };
  const paint = (now: number): void => {
    frame = 0;
    if (lab.playing) lab = played(lab, pace(now));
    else last = 0;
    draw(h(App, { lab, send, page }), surface);
    host.changed(lab);
    if (host.address) remember();
    if (lab.playing) wake();
  };
  /** How many moments to go on: the whole timeline takes about five seconds, and no step is too quick to see at the start. */
  const pace = (now: number): number => {
    const elapsed = last ? Math.min(now - last, 100) : 16;
    last = now;
    due += (elapsed / 1000) * Math.max(20, lab.steps / 5);
    const whole = Math.floor(due);
    due -= whole;
    return whole;
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
    const there = fromHash(state, open(document, program));
    send(there.message ? { kind: "say", message: there.message } : { kind: "become", lab: there });
  };

  const style = window.document.createElement("style");
  style.textContent = STYLE;
  const surface = window.document.createElement("div");
  root.replaceChildren(style, surface);
  root.classList.add("squiggly");
  const until = new AbortController(), { signal } = until;
  const place = (host.address ? window : root) as HTMLElement; // where keys and files are the lab's: the whole page, or a cell
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file) page.readFile(file);
  };
  place.addEventListener("dragover", (event) => event.preventDefault(), { signal });
  place.addEventListener("drop", drop, { signal });
  place.addEventListener("keydown", (event) => shortcut(event, send), { signal });
  addEventListener("hashchange", arrive, { signal });
  addEventListener("resize", wake, { signal });
  arrive();
  if (!hash && root.dataset["state"]) to(root.dataset["state"]); // a saved page
  draw(h(App, { lab, send, page }), surface);
  return {
    send, lab: () => lab,
    stop: () => {
      cancelAnimationFrame(frame);
      clearTimeout(writing);
      until.abort();
      draw(null, surface);
    },
  };
}

/** Ctrl-Z and its relatives, wherever no text is being typed. */
function shortcut(event: KeyboardEvent, send: (action: Action) => void): void {
  const target = event.composedPath()[0];
  if (target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && target.type === "text")) return;
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
