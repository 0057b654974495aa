/** The only file that touches the page of a recogniser: it reads what is dropped, chosen or pasted, one photo after another. */

import { h, render as draw } from "preact";
import { App, STYLE } from "./app.tsx";
import type { PhotoDocument } from "./contract.ts";
import { read } from "./picture.ts";
import { recogniser, selfCheck } from "./recognise.ts";
import { type Action, asTable, empty, update } from "./state.ts";

const textOf = (id: string): string => window.document.getElementById(id)?.textContent ?? "";

/** The bytes that base64 text stands for. */
export const bytes = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text.trim()), (c) => c.charCodeAt(0));

/** Opens the page's own recogniser in `root`: what a saved page calls. */
export function mount(root: HTMLElement) {
  const told = JSON.parse(textOf("squiggly-document")) as PhotoDocument;
  if (told?.version !== 1 || told.kind !== "photo") throw new RangeError("this page's document is damaged\nhint: make the page again");
  const { answer, scores } = recogniser(told, new Float32Array(bytes(textOf("squiggly-weights")).buffer));
  let lab = empty, over = false, frame = 0, wrong = "";

  const send = (action: Action): void => { lab = update(lab, action); wake(); };
  const wake = (): void => { frame ||= requestAnimationFrame(() => { frame = 0; render(); }); };
  const render = (): void => draw(h(App, { document: told, lab, over, wrong, send, take, examples, copy, save }), surface);

  let turn: Promise<void> = Promise.resolve();
  /** Photos are answered one after another, in the order they came; the page stays awake between them. */
  const take = (files: readonly File[]): void => {
    if (!files.length) return;
    const first = lab.next;
    send({ kind: "add", names: files.map(({ name }) => name || "pasted") });
    files.slice(0, lab.next - first).forEach((file, k) => { turn = turn.then(() => one(file, first + k)); });
  };
  const one = async (file: File, id: number): Promise<void> => {
    if (!lab.cards.some((card) => card.id === id)) return; // removed before its turn
    try {
      const { square, shown } = await read(file, told.side);
      send({ kind: "answer", id, picture: shown, answer: answer(square) });
    } catch (error) {
      send({ kind: "fail", id, error: (error as Error).message });
    }
    await new Promise((done) => setTimeout(done));
  };
  const examples = (): void => take(told.examples.map(({ name, data }) => new File([bytes(data)], name)));
  const copy = (): void => void Promise.resolve().then(() => navigator.clipboard.writeText(asTable(lab.cards, told.classes))).then(() => send({ kind: "say", text: "copied" }), save); // a page that came by http has no clipboard
  const save = (): void => {
    const link = Object.assign(window.document.createElement("a"), { download: "answers.csv", href: URL.createObjectURL(new Blob([asTable(lab.cards, told.classes)])) });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  };

  const style = window.document.createElement("style"), surface = window.document.createElement("div");
  style.textContent = STYLE;
  root.replaceChildren(style, surface);
  root.classList.add("squiggly");
  const dragged = (event: DragEvent, now: boolean): void => { event.preventDefault(); if (over !== now) { over = now; wake(); } };
  addEventListener("dragover", (event) => dragged(event, true));
  addEventListener("dragleave", (event) => { if (!event.relatedTarget) dragged(event, false); });
  addEventListener("drop", (event) => { dragged(event, false); take([...(event.dataTransfer?.files ?? [])]); });
  addEventListener("paste", (event) => take([...(event.clipboardData?.files ?? [])]));
  render();
  setTimeout(() => { wrong = selfCheck(told, scores); if (wrong) wake(); });
  return Object.assign(globalThis, { squigglyPage: { lab: () => lab, take, answer: async (blob: Blob) => answer((await read(blob, told.side)).square) } }).squigglyPage; // for scripts of one's own
}
