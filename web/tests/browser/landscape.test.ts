/** The loss landscape under a hand, a finger and keys, for everyone, on every screen. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { button, loss, type Options, slider, soon, stage, value } from "./browser.ts";

const { open } = stage();
const AXE = readFileSync(fileURLToPath(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url)), "utf8");
const PHONE: Options = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

const map = (page: Page): Locator => slider(page, "place in the loss landscape");
const says = async (page: Page): Promise<string> => (await map(page).getAttribute("aria-valuetext"))!;

async function opened(name: string, options: Options = {}): Promise<{ page: Page; errors: string[]; requests: string[] }> {
  const tab = await open(name, options);
  await button(tab.page, "loss landscape").click();
  await map(tab.page).scrollIntoViewIfNeeded();
  return tab;
}

/** A place on the map in px of the window: shares of its colours' width and height, from the lower left. */
async function at(page: Page, across: number, up: number): Promise<{ x: number; y: number }> {
  const { x, y, width, height } = (await page.locator(".raster").boundingBox())!;
  return { x: x + across * width, y: y + (1 - up) * height };
}

/** What the canvas shows, as one number for all of its pixels. */
const painted = (page: Page): Promise<number> => page.locator(".raster canvas").evaluate((canvas: HTMLCanvasElement) =>
  canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height).data.reduce((sum, v, i) => (sum + v * (1 + (i % 9973))) % 1e9, 0));

test("closed there is a button and nothing else", async () => {
  const { page } = await open("lesson");
  expect(await button(page, "loss landscape").getAttribute("aria-expanded")).toBe("false");
  expect(await page.locator(".landscape-map").count()).toBe(0);
});

test("a click starts there, and undo brings back where it was", async () => {
  const { page, errors, requests } = await opened("lesson"), [low, high] = [await map(page).getAttribute("aria-valuemin"), await map(page).getAttribute("aria-valuemax")].map(Number) as [number, number];
  const { x, y } = await at(page, 0.75, 0.25);
  await page.mouse.click(x, y);
  await soon(() => value(page, "a")).toBeCloseTo(low + 0.75 * (high - low), 1);
  expect(await value(page, "c")).toBe(1.1);
  expect(await says(page)).toBe(`a ${(await value(page, "a")).toFixed(2)}, b ${(await value(page, "b")).toFixed(2).replace("-", "−")}: loss ${(await loss(page)).toFixed(2)}`);
  await button(page, "undo").click();
  await soon(() => value(page, "a")).toBe(1.1);
  expect({ errors, requests }).toEqual({ errors: [], requests: [] });
});

test("a drag carries the ring along over a map that stays, and is one move", async () => {
  const { page } = await opened("lesson"), before = await painted(page);
  for (const [k, share] of [0.3, 0.4, 0.6, 0.8].entries()) {
    const { x, y } = await at(page, share, 0.5);
    await page.mouse.move(x, y);
    if (k === 0) await page.mouse.down();
  }
  const ring = async (): Promise<number> => { const { x, width } = (await page.locator(".landscape-map circle[r='7']").boundingBox())!; return x + width / 2; };
  await soon(async () => Math.abs((await ring()) - (await at(page, 0.8, 0.5)).x)).toBeLessThan(3);
  expect(await painted(page)).toBe(before);
  await page.mouse.up();
  await button(page, "undo").click();
  await soon(() => value(page, "a")).toBe(1.1);
});

test("the map moves with a third parameter", async () => {
  const { page } = await opened("lesson"), before = await painted(page);
  await slider(page, "c").press("PageUp");
  await soon(() => painted(page)).not.toBe(before);
});

test("arrows move by a fiftieth, ten times as far with Shift; Enter does nothing", async () => {
  const { page } = await opened("lesson"), span = Number(await map(page).getAttribute("aria-valuemax")) - Number(await map(page).getAttribute("aria-valuemin"));
  await map(page).focus();
  await page.keyboard.press("ArrowRight");
  await soon(() => value(page, "a")).toBeCloseTo(1.1 + span / 50, 2);
  const one = await value(page, "a"), b = await value(page, "b");
  await page.keyboard.press("Shift+ArrowLeft");
  await soon(() => value(page, "a")).toBeCloseTo(one - span / 5, 2);
  expect(await value(page, "b")).toBe(b);
  await page.keyboard.press("ArrowDown");
  await soon(() => value(page, "b")).toBeLessThan(b);
  const said = await says(page);
  await page.keyboard.press("Enter");
  await page.keyboard.press("q");
  expect(await says(page)).toBe(said);
});

test("other parameters can be chosen; the same one twice changes them over", async () => {
  const { page } = await opened("lesson"), across = page.getByLabel("parameter across"), up = page.getByLabel("parameter up");
  await up.selectOption("2");
  await soon(() => says(page)).toMatch(/^a 1\.10, c 1\.10: loss 2\.42$/);
  await across.selectOption("2");
  await soon(() => says(page)).toMatch(/^c 1\.10, a 1\.10: loss 2\.42$/);
  expect([await across.inputValue(), await up.inputValue()]).toEqual(["2", "0"]);
});

test("what is locked is marked, and a click leaves it where it is", async () => {
  const { page } = await opened("lesson");
  await button(page, "lock a").click();
  await soon(() => page.getByLabel("parameter across").locator("option:checked").innerText()).toBe("a (locked)");
  const b = await value(page, "b"), { x, y } = await at(page, 0.9, 0.9);
  await page.mouse.click(x, y);
  await soon(() => value(page, "b")).not.toBe(b);
  expect(await value(page, "a")).toBe(1.1);
});

test("a finger places with a tap, and scrolls the page where it moves up", async () => {
  const { page } = await opened("lesson", PHONE), touch = await page.context().newCDPSession(page);
  await map(page).evaluate((e) => e.scrollIntoView({ block: "end" }));
  const { x, y } = await at(page, 0.7, 0.3);
  await page.touchscreen.tap(x, y);
  await soon(() => value(page, "a")).toBeGreaterThan(2);
  const [put, scrolled] = [await value(page, "a"), await page.evaluate(() => scrollY)];
  const here = await at(page, 0.3, 0.3), to = (down: number): object => ({ touchPoints: [{ x: here.x, y: here.y + down }] });
  await touch.send("Input.dispatchTouchEvent", { type: "touchStart", ...to(0) } as never);
  for (let i = 1; i <= 8; i++) await touch.send("Input.dispatchTouchEvent", { type: "touchMove", ...to(15 * i) } as never);
  await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await soon(() => page.evaluate(() => scrollY)).toBeLessThan(scrolled);
  expect(await value(page, "a")).toBe(put);
});

test("colours follow the room, dark or light", async () => {
  const { page } = await opened("lesson"), light = await painted(page);
  await page.emulateMedia({ colorScheme: "dark" });
  await soon(() => painted(page)).not.toBe(light);
  await page.emulateMedia({ colorScheme: "light" });
  await soon(() => painted(page)).toBe(light);
});

test.each<[string, string, Options]>([["lesson", "light", {}], ["lesson", "dark", { colorScheme: "dark" }], ["hinges", "on a phone", PHONE], ["overflow", "with one parameter", {}]])("axe finds nothing serious: %s %s", async (name, _, options) => {
  const { page } = await open(name, options);
  await button(page, "loss landscape").click();
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => (window as unknown as { axe: { run: (options: unknown) => Promise<{ violations: readonly { id: string; impact: string; nodes: readonly { html: string }[] }[] }> } }).axe.run({ resultTypes: ["violations"] }));
  expect(violations.filter(({ impact }) => impact === "serious" || impact === "critical").map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join()}`)).toEqual([]);
});

test("on paper there is the map, without what is pressed", async () => {
  const { page } = await opened("lesson");
  await page.emulateMedia({ media: "print" });
  expect(await map(page).isVisible()).toBe(true);
  expect(await button(page, "loss landscape").isVisible()).toBe(false);
  await page.emulateMedia({ media: null });
  await button(page, "loss landscape").click();
  await page.locator(".landscape-map").waitFor({ state: "detached" });
  await page.emulateMedia({ media: "print" });
  expect(await page.locator(".landscape").isVisible()).toBe(false);
});

test("nothing is wider than a window of 360 px, and colours lie behind their lines", async () => {
  const { page } = await opened("hinges", { ...PHONE, viewport: { width: 360, height: 740 } });
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0);
  const apart = await page.evaluate(() => {
    const [colours, edge] = [".raster", ".landscape-map path[fill=transparent]"].map((what) => document.querySelector(what)!.getBoundingClientRect());
    return (["left", "right", "top", "bottom"] as const).map((side) => Math.abs(colours![side] - edge![side]));
  });
  expect(Math.max(...apart)).toBeLessThan(0.1);
});
