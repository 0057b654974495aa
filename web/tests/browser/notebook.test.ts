/** The lab in a notebook's cell, with a notebook made of a few lines: what it reads, writes and leaves behind. */

import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import type { TraitModel } from "../../src/notebook.ts";
import { soon, stage } from "./browser.ts";

const { open } = stage();

interface Notebook {
  readonly traits: Record<string, any>;
  readonly writes: number[]; // when
  readonly listeners: Map<string, Set<() => void>>;
  readonly keys: string[]; // that reached the notebook
  set(name: string, value: unknown): void;
  readonly stops: (() => void)[];
}
declare global {
  interface Window { notebook: Notebook; squigglyLab: { render: (given: { model: TraitModel; el: HTMLElement }, printed: unknown) => () => void }; squigglyProgram: unknown }
}

/** The lesson's page, emptied, with two views of one lab in it and a style that would spoil them. */
async function shown(): Promise<Page> {
  const { page } = await open("lesson");
  await page.addScriptTag({ content: readFileSync(new URL("../../../src/squiggly/page/static/lab-notebook.js", import.meta.url), "utf8") });
  await page.evaluate(() => {
    const document_ = document.getElementById("squiggly-document")!.textContent!, given = JSON.parse(document_);
    const [a, b, c] = given.start, { formula, inputs, target } = given.model;
    const state = { formula, inputs, target, parameters: { a, b, c }, loss: given.loss, delta: given.delta, step: 0 };
    const traits: Record<string, any> = { lab: "one", document: document_, state, points: given.points }, listeners = new Map<string, Set<() => void>>();
    const writes: number[] = [], keys: string[] = [];
    const set = (name: string, value: unknown): void => {
      traits[name] = JSON.parse(JSON.stringify(value));
      for (const listener of listeners.get(`change:${name}`) ?? []) listener();
    };
    const model = {
      get: (name: string) => traits[name], set, save_changes: () => { writes.push(performance.now()); },
      on: (event: string, f: () => void) => { listeners.set(event, (listeners.get(event) ?? new Set()).add(f)); },
      off: (event: string, f: () => void) => { listeners.get(event)?.delete(f); },
    };
    document.body.innerHTML = "<style>* { font-size: 40px !important; display: block !important }</style><div></div><div></div>";
    document.addEventListener("keydown", (e) => keys.push(e.key));
    const stops = [...document.querySelectorAll("div")].map((el) => window.squigglyLab.render({ model: model as unknown as TraitModel, el }, window.squigglyProgram));
    window.notebook = { traits, writes, listeners, keys, set, stops };
  });
  return page;
}

const slider = (page: Page, view: number) => page.locator("[data-squiggly-lab=one]").nth(view).getByRole("slider", { name: "a", exact: true });
const value = async (page: Page, view: number): Promise<number> => Number(await slider(page, view).getAttribute("aria-valuenow"));
const parameter = (page: Page): Promise<number> => page.evaluate(() => window.notebook.traits["state"].parameters.a);

test("a drag is written a few times a second, its end always, and the other view follows", async () => {
  const page = await shown();
  await slider(page, 0).scrollIntoViewIfNeeded();
  const box = (await slider(page, 0).boundingBox())!, y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width / 2, y);
  await page.mouse.down();
  for (let i = 1; i <= 40; i++) await page.mouse.move(box.x + box.width / 2 + i, y);
  await page.mouse.up();
  await soon(() => value(page, 0)).not.toBe(1.1);
  await soon(async () => (await parameter(page)) === (await value(page, 0))).toBe(true);
  await soon(async () => (await value(page, 1)) === (await value(page, 0))).toBe(true);
  const writes = await page.evaluate(() => window.notebook.writes);
  expect(Math.min(...writes.slice(1).map((t, i) => t - writes[i]!))).toBeGreaterThan(49);
});

test("what Python sets is shown in every view and not written back", async () => {
  const page = await shown();
  await page.evaluate(() => window.notebook.set("state", { ...window.notebook.traits["state"], parameters: { a: 2.5, b: 1, c: 0 } }));
  await page.evaluate(() => window.notebook.set("points", { x: [0, 1, 2], y: [1, 2, 3], sigma: null }));
  for (const view of [0, 1]) await soon(() => value(page, view)).toBe(2.5);
  await page.waitForTimeout(150);
  expect(await page.evaluate(() => window.notebook.writes.length)).toBe(0);
});

test("no key reaches the notebook, no style of the notebook's reaches the lab", async () => {
  const page = await shown();
  await slider(page, 0).focus();
  for (const key of ["a", "b", "ArrowRight", "Enter"]) await page.keyboard.press(key);
  expect(await page.evaluate(() => window.notebook.keys)).toEqual([]);
  await soon(() => parameter(page)).toBeGreaterThan(1.1);
  const look = await slider(page, 0).evaluate((e) => [getComputedStyle(e).display, getComputedStyle(e).position]);
  expect(look).toEqual(["grid", "absolute"]);
});

test("nothing is left when its views are taken down, and what was not yet written is", async () => {
  const page = await shown();
  await slider(page, 0).focus();
  await page.keyboard.press("ArrowRight");
  const left = await page.evaluate(async () => {
    await new Promise(requestAnimationFrame);
    for (const stop of window.notebook.stops) stop();
    const { listeners, traits } = window.notebook;
    return { listening: [...listeners.values()].map((s) => s.size), drawn: document.querySelectorAll("[data-squiggly-lab]").length, a: traits["state"].parameters.a };
  });
  expect(left).toEqual({ listening: [0, 0], drawn: 0, a: expect.any(Number) });
  expect(left.a).toBeGreaterThan(1.1);
});
