/** The page of a recogniser: what Python answers, it answers; photos come by choice, drop and paste; nothing leaves it. */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { sampled } from "../runs.ts";
import { button, type Opened, type Options, soon, stage } from "./browser.ts";

const { open, file } = stage();
const AXE = readFileSync(fileURLToPath(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url)), "utf8");
const PHONE: Options = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const CLOSE = 1e-3; // between a probability here and in Python

const folder = (): string => join(dirname(file("photo")), "photos");
const names = (): string[] => readdirSync(folder()).sort();
const path = (name: string): string => join(folder(), name);
const card = (page: Page, name: string): Locator => page.locator(`[data-photo="${name}"]`);
const chooser = (page: Page): Locator => page.getByLabel("Choose photos");
const answered = (page: Page): Promise<number> => page.locator(".card .said").count();

/** A page that tells the test what it answers: what `mount` gives is kept. */
async function opened(name = "photo", options: Options = {}): Promise<Opened> {
  return open(name, options);
}

/** Chances of each class, as a photo's card shows them, by class. */
async function shown(page: Page, name: string): Promise<Record<string, number>> {
  const words = await card(page, name).locator("dt").allInnerTexts(), shares = await card(page, name).locator("dd").allInnerTexts();
  return Object.fromEntries(words.map((word, k) => [word, parseFloat(shares[k]!) / 100]));
}

test.each(["photo", "photo-lines", "photo-resnet"])("%s answers as Python does, whatever kind of file it is", async (name) => {
  const { page, errors, requests } = await opened(name), told = JSON.parse(readFileSync(join(dirname(file("photo")), "photos.json"), "utf8"))[name] as Record<string, number[]>;
  for (const [photo, wanted] of Object.entries(told)) {
    const data = readFileSync(path(photo)).toString("base64");
    const got = await page.evaluate(async (text) => {
      const { answer } = (globalThis as unknown as { squigglyPage: { answer: (blob: Blob) => Promise<{ chances: number[]; likeness: number }> } }).squigglyPage;
      const { chances, likeness } = await answer(new Blob([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))]));
      return [...chances, likeness];
    }, data);
    wanted.forEach((v, k) => expect(Math.abs(got[k]! - v), `${photo}, number ${k}`).toBeLessThanOrEqual(CLOSE));
  }
  expect({ errors, requests, warned: await page.locator(".warn").count() }).toEqual({ errors: [], requests: [], warned: 0 });
}, 120_000);

test("photos that are chosen get a card each, the newest first, and the answers that Python gives", async () => {
  const { page, errors, requests } = await opened(), some = names().slice(0, 3), told = JSON.parse(readFileSync(join(dirname(file("photo")), "photos.json"), "utf8")).photo;
  await chooser(page).setInputFiles(some.map(path));
  await soon(() => answered(page)).toBe(3);
  for (const name of some) {
    const seen = await shown(page, name);
    ["cat", "owl", "rabbit"].forEach((kind, k) => expect(seen[kind]).toBeCloseTo(told[name][k], 3));
  }
  expect(await page.locator(".tools .label").innerText()).toMatch(/^3 photos: /);
  await chooser(page).setInputFiles(path(names()[3]!));
  await soon(() => answered(page)).toBe(4);
  expect({ errors, requests }).toEqual({ errors: [], requests: [] });
});

test("photos are dropped anywhere and pasted, and what is no photo is named and says what is read", async () => {
  const { page, errors } = await opened(), [name] = names(), data = readFileSync(path(name!)).toString("base64");
  await page.evaluate(({ name, data }) => {
    const held = new DataTransfer();
    held.items.add(new File([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], name!));
    held.items.add(new File(["no photo at all"], "notes.jpg"));
    held.items.add(new File([], "nothing.png"));
    document.body.dispatchEvent(new DragEvent("dragover", { bubbles: true, dataTransfer: held }));
    document.body.dispatchEvent(new DragEvent("drop", { bubbles: true, dataTransfer: held }));
  }, { name, data });
  await soon(() => answered(page)).toBe(1);
  await soon(() => page.locator(".error").allInnerTexts()).toEqual([expect.stringContaining("hint: JPEG, PNG, WebP and GIF are read"), expect.stringContaining("the file is empty")]);
  await page.evaluate((data) => {
    const held = new DataTransfer();
    held.items.add(new File([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], "image.png"));
    window.dispatchEvent(new ClipboardEvent("paste", { clipboardData: held }));
  }, data);
  await soon(() => card(page, "image.png").locator(".said").count()).toBe(1);
  expect(errors).toEqual([]);
});

test("examples of the author's are there to be tried, where it looked is shown, a card and all cards can be removed", async () => {
  const { page } = await opened();
  await button(page, "Try examples").click();
  await soon(() => answered(page)).toBe(2);
  const canvas = page.locator(".view canvas").first(), bright = (): Promise<number> => canvas.evaluate((c: HTMLCanvasElement) => c.getContext("2d")!.getImageData(0, 0, c.width, c.height).data.reduce((a, b) => a + b, 0)), before = await bright();
  await button(page, "where it looked").first().click();
  await soon(bright).toBeLessThan(before);
  await button(page, "where it looked").first().click();
  await soon(bright).toBe(before);
  await page.getByRole("button", { name: /^remove / }).first().click();
  await soon(() => page.locator(".card").count()).toBe(1);
  await button(page, "Remove all").click();
  await soon(() => page.locator(".card").count()).toBe(0);
});

test("the answers are saved as a table", async () => {
  const { page } = await opened(), some = names().slice(0, 2);
  await chooser(page).setInputFiles(some.map(path));
  await soon(() => answered(page)).toBe(2);
  const waiting = page.waitForEvent("download");
  await button(page, "Save as CSV").click();
  const saved = await waiting, lines = readFileSync((await saved.path())!, "utf8").trim().split("\n");
  expect([saved.suggestedFilename(), lines[0], lines.length]).toEqual(["answers.csv", "photo,answer,cat,owl,rabbit", 3]);
  expect(lines.slice(1).map((line) => line.split(",")[0])).toEqual(some);
});

test("a class or a title that is markup stays text", async () => {
  const { page, errors } = await opened("photo-hostile");
  expect(await page.locator("h1").innerText()).toBe("</script><img src=x onerror=alert(1)>");
  await chooser(page).setInputFiles(path(names()[0]!));
  await soon(() => answered(page)).toBe(1);
  expect([await page.locator("img").count(), errors]).toEqual([0, []]);
});

test("weights that were changed on the way are noticed", async () => {
  const { page } = await opened();
  await page.evaluate(() => {
    const place = document.getElementById("squiggly-weights")!, text = place.textContent!;
    place.textContent = text.slice(0, 4000) + "QUJD".repeat(200) + text.slice(4800);
    const { squigglyLab } = globalThis as unknown as { squigglyLab: { mount: (root: HTMLElement) => unknown } };
    squigglyLab.mount(document.getElementById("squiggly-lab")!);
  });
  await soon(() => page.getByRole("alert").innerText()).toContain("does not compute what Python computed");
});

test("keys alone lead from the page to an answer and back", async () => {
  const { page } = await opened();
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement!.closest("label")?.textContent)).toContain("Choose photos");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await soon(() => answered(page)).toBe(2);
});

const LOOKS: readonly (readonly [string, Options])[] = [["light", {}], ["dark", { colorScheme: "dark" }], ["phone", PHONE]];

test.each(sampled(LOOKS, 1, 3))("axe finds no barrier, nothing is wider than the screen: %s", async (_, options) => {
  const { page } = await opened("photo", options);
  await button(page, "Try examples").click();
  await soon(() => answered(page)).toBe(2);
  await page.getByText("Each class").click();
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => (window as unknown as { axe: { run: (o: unknown) => Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> } }).axe.run({ resultTypes: ["violations"] }));
  expect(violations.filter(({ impact }) => impact === "serious" || impact === "critical").map(({ id, nodes }) => `${id}: ${nodes[0]!.html}`)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
});
