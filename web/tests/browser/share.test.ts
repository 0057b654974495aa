/** What leaves the page and comes back: links, saved pages, pictures, tables. */

import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { PNG } from "pngjs";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { complaint, drag, formula, loss, panel, pointCount, read, slider, soon, stage, value } from "./browser.ts";

const { open, beside } = stage();
const CLIPBOARD = { permissions: ["clipboard-read", "clipboard-write"] };

/** Everything that a link carries, as the page shows it. */
async function shown(page: Page): Promise<unknown> {
  const names = await page.getByRole("region", { name: "parameters" }).getByRole("slider").evaluateAll((all) => all.map((e) => [e.getAttribute("aria-label"), e.getAttribute("aria-valuenow")]));
  const plot = await page.getByRole("group", { name: /^plot of/ }).locator("text, .plot-dots circle").evaluateAll((all) => all.map((e) => `${e.getAttribute("cx")} ${e.getAttribute("cy")} ${e.textContent}`));
  return { names, loss: await loss(page), step: await slider(page, "step").getAttribute("aria-valuetext"), formula: await formula(page), points: await pointCount(page), plot };
}

/** The link that the page copies. */
async function copied(page: Page): Promise<string> {
  await page.evaluate(() => navigator.clipboard.writeText(""));
  await (await panel(page, "share")).getByRole("button", { name: "copy link" }).click();
  await soon(() => page.evaluate(() => navigator.clipboard.readText())).toMatch(/#1&/);
  return page.evaluate(() => navigator.clipboard.readText());
}

/** The file that a button of the share panel hands out. */
async function file(page: Page, name: string): Promise<string> {
  const coming = page.waitForEvent("download");
  await (await panel(page, "share")).getByRole("button", { name }).click();
  const path = join(mkdtempSync(join(tmpdir(), "squiggly-saved-")), (await coming).suggestedFilename());
  await (await coming).saveAs(path);
  return path;
}

/** A lab with something of everything: a formula of its own, a moved point, a walk gone halfway, a zoom. */
async function worked(page: Page): Promise<void> {
  await (await panel(page, "model")).getByRole("textbox").fill("y = a*x^2 + k*x");
  await page.keyboard.press("Enter");
  await slider(page, "k").waitFor();
  await drag(page, slider(page, "a"), 25);
  const before = await loss(page);
  await drag(page, page.locator(".plot-dots circle").nth(7), 0, 40);
  await soon(() => loss(page)).not.toBe(before);
  await slider(page, "step").focus();
  for (const key of ["PageUp", "PageUp", "ArrowRight"]) await page.keyboard.press(key);
  await soon(() => value(page, "step")).toBe(21);
}

test("a link opens the same lab in another tab: formula, parameters, points, loss, step", async () => {
  const { page } = await open("lesson", CLIPBOARD);
  await worked(page);
  const link = await copied(page), { page: other, requests, errors } = await beside(page, link);
  expect(await shown(other)).toEqual(await shown(page));
  expect([await complaint(other), requests, errors]).toEqual(["", [], []]);
});

test("a link carries what the plot shows", async () => {
  const { page } = await open("lesson", CLIPBOARD), whole = await shown(page);
  await page.getByRole("button", { name: "zoom in" }).click();
  await page.getByRole("group", { name: /^plot of/ }).focus();
  await page.keyboard.press("ArrowRight");
  await soon(() => shown(page)).not.toEqual(whole);
  const { page: other } = await beside(page, await copied(page));
  expect(await shown(other)).toEqual(await shown(page));
});

test("a page as it was left is in its address", async () => {
  const { page } = await open("lesson");
  await worked(page);
  const left = await shown(page);
  await soon(() => page.evaluate(() => location.hash)).toMatch(/step=21/);
  await page.reload();
  expect(await shown(page)).toEqual(left);
});

test("a saved page opens from disk at the same place, asks for nothing, and can be saved again", async () => {
  const { page } = await open("lesson");
  await drag(page, slider(page, "a"), 25);
  await drag(page, page.locator(".plot-dots circle").nth(7), 0, 40);
  await slider(page, "c").focus();
  await page.keyboard.press("PageUp");
  await soon(() => value(page, "c")).toBeGreaterThan(1.1);
  await slider(page, "c").blur();
  const left = await shown(page), saved = await file(page, "save this page");
  const first = await beside(page, pathToFileURL(saved).href);
  expect(await shown(first.page)).toEqual(left);
  expect(await first.page.getByText("✓ checked").isVisible()).toBe(true);
  const again = await beside(page, pathToFileURL(await file(first.page, "save this page")).href);
  expect(await shown(again.page)).toEqual(left);
  expect([first.requests, first.errors, again.requests, again.errors]).toEqual([[], [], [], []]);
});

test("a saved page with a formula of the reader's own opens with it", async () => {
  const { page } = await open("lesson");
  await worked(page);
  const saved = await beside(page, pathToFileURL(await file(page, "save this page")).href);
  expect(await formula(saved.page)).toBe(await formula(page));
  expect([await loss(saved.page), await value(saved.page, "a")]).toEqual([await loss(page), await value(page, "a")]);
  expect([saved.requests, saved.errors]).toEqual([[], []]);
});

test("the picture as SVG is XML on its own, with the curve and every point", async () => {
  const { page } = await open("hostile"), text = read(await file(page, "picture as SVG"));
  const seen = await page.evaluate((text) => {
    const { documentElement: root } = new DOMParser().parseFromString(text, "image/svg+xml");
    return { name: root.localName, space: root.namespaceURI, points: root.querySelectorAll("circle").length, bad: root.querySelectorAll("parsererror, img, script, foreignObject").length, unsaid: text.includes("var(") };
  }, text);
  expect(seen).toEqual({ name: "svg", space: "http://www.w3.org/2000/svg", points: 3, bad: 0, unsaid: false });
});

test("the picture as PNG is one, and has something on it", async () => {
  const { page } = await open("lesson"), { width, height, data } = PNG.sync.read(readFileSync(await file(page, "picture as PNG")));
  expect([width, height > 800]).toEqual([1920, true]);
  expect(new Set(new Uint32Array(data.buffer, data.byteOffset, data.length / 4)).size).toBeGreaterThan(50);
});

test("the history as CSV has a row of numbers for each moment", async () => {
  const { page } = await open("lesson"), [head, ...rows] = read(await file(page, "history as CSV")).trimEnd().split("\n");
  expect(head).toBe("step,loss,rate,a,b,c,gradient of a,gradient of b,gradient of c");
  expect(rows.length).toBe(101);
  expect(rows.map((row) => Number(row.split(",")[0]))).toEqual(rows.map((_, i) => i));
  expect(rows.flatMap((row) => row.split(",")).every((cell) => cell !== "" && Number.isFinite(Number(cell)))).toBe(true);
});

test("where the browser does not let it copy, the page shows what to copy", async () => {
  const { page } = await open("lesson");
  await page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new DOMException("no", "NotAllowedError"));
    document.execCommand = () => false;
  });
  const share = await panel(page, "share");
  await share.getByRole("button", { name: "copy as Python" }).click();
  await soon(() => share.getByRole("textbox").inputValue()).toMatch(/import squiggly/);
});
