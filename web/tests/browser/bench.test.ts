/** Rectified lines taken in the hand: dragged, turned over, added, drawn after; by mouse, finger and keys. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { button, complaint, drag, formula, loss, number, type Options, panel, pointCount, slider, soon, stage } from "./browser.ts";

const { open } = stage();
const AXE = readFileSync(fileURLToPath(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url)), "utf8");
const PHONE: Options = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

/** The lesson's points with the bench switched on. */
async function bench(options: Options = {}, name = "lesson"): Promise<Page> {
  const { page } = await open(name, options);
  if ((await button(page, "hinges").getAttribute("aria-pressed")) !== "true") await button(page, "hinges").click();
  await soon(() => slider(page, "line 1").count()).toBe(1);
  return page;
}

const says = async (page: Page, name: string): Promise<string> => (await slider(page, name).getAttribute("aria-valuetext"))!;
const hook = async (page: Page, line: number): Promise<number> => Number(await slider(page, `line ${line}`).getAttribute("aria-valuenow"));
const slope = async (page: Page, line: number): Promise<number> => number(await page.getByLabel(`slope of line ${line}`).inputValue());
const lines = (page: Page): Promise<number> => page.getByRole("slider", { name: /^line \d+$/ }).count();
const circle = (page: Page, line: number): Locator => slider(page, `line ${line}`).locator("circle");
const levers = (page: Page): Locator => page.locator(".lever circle");

test("a hook is dragged along x, and undo takes the whole drag back", async () => {
  const page = await bench(), [from, before] = [await hook(page, 2), await loss(page)];
  await drag(page, circle(page, 2), 90, 40);
  await soon(() => hook(page, 2)).toBeGreaterThan(from + 0.3);
  expect(await loss(page)).not.toBe(before);
  expect(await slope(page, 2)).toBe(-7.8);
  await button(page, "undo").click();
  await soon(() => hook(page, 2)).toBe(from);
});

test("a slope's handle follows the pointer up and leaves the hook", async () => {
  const page = await bench(), [from, at] = [await slope(page, 1), await hook(page, 1)];
  await drag(page, levers(page).nth(1), 0, -40); // the first is of the straight line below
  await soon(() => slope(page, 1)).toBeGreaterThan(from + 1);
  expect(await hook(page, 1)).toBe(at);
});

test("the straight line below is lifted and tilted", async () => {
  const page = await bench();
  await drag(page, slider(page, "level and slope").locator("circle"), 0, -50);
  await soon(() => page.getByLabel("level", { exact: true }).inputValue().then(number)).toBeGreaterThan(3.5);
  await drag(page, levers(page).first(), 0, -30);
  await soon(() => page.getByLabel("slope below all lines").inputValue().then(number)).toBeGreaterThan(0.5);
});

test("± turns a line over, on the plot, in its row and by a key", async () => {
  const page = await bench();
  await circle(page, 1).click();
  await page.locator(".flip circle").click();
  await soon(() => slope(page, 1)).toBe(-3.9);
  await button(page, "flip line 1").click();
  await soon(() => slope(page, 1)).toBe(3.9);
  await slider(page, "line 1").focus();
  await page.keyboard.press("f");
  await soon(() => slope(page, 1)).toBe(-3.9);
});

test("lines come and go by buttons and keys, and the keys go on at a line", async () => {
  const page = await bench();
  await button(page, "+ line").click();
  await soon(() => lines(page)).toBe(3);
  await slider(page, "line 1").focus();
  await page.keyboard.press("Enter");
  await soon(() => lines(page)).toBe(4);
  await soon(() => slider(page, "line 4").evaluate((e) => e === document.activeElement)).toBe(true);
  await page.keyboard.press("Delete");
  await soon(() => lines(page)).toBe(3);
  await soon(() => slider(page, "line 3").evaluate((e) => e === document.activeElement)).toBe(true);
  await page.keyboard.press("PageUp");
  await soon(() => slider(page, "line 2").evaluate((e) => e === document.activeElement)).toBe(true);
  await button(page, "remove line 1").click();
  await soon(() => lines(page)).toBe(2);
});

test("arrows move a hook and a slope, and it is said where they are", async () => {
  const page = await bench(), [at, steep] = [await hook(page, 1), await slope(page, 1)];
  await slider(page, "line 1").focus();
  await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("ArrowUp");
  await soon(() => slope(page, 1)).toBeGreaterThan(steep);
  expect(await hook(page, 1)).toBeGreaterThan(at + 0.1);
  expect(await says(page, "line 1")).toMatch(/^line 1: hook at x −0\.\d+, slope changes by 4$/);
});

test("a curve is drawn in one stroke, and the lines are placed by it exactly", async () => {
  const page = await bench(), plot = (await page.getByRole("group", { name: /^plot of/ }).boundingBox())!;
  await button(page, "draw").click();
  await page.locator("svg.drawing").waitFor();
  await page.mouse.move(plot.x + 120, plot.y + 120);
  await page.mouse.down();
  for (let i = 1; i <= 20; i++) await page.mouse.move(plot.x + 120 + 25 * i, plot.y + 120 + 12 * Math.abs(i - 10));
  await page.mouse.up();
  await soon(() => pointCount(page)).toBeGreaterThan(30);
  expect(await button(page, "draw").getAttribute("aria-pressed")).toBe("false");
  const before = await loss(page);
  await button(page, "place exactly").click();
  await soon(() => loss(page)).toBeLessThan(before / 3);
  await button(page, "the points").click();
  await soon(() => pointCount(page)).toBe(20);
});

test("a dot is no curve", async () => {
  const page = await bench(), plot = (await page.getByRole("group", { name: /^plot of/ }).boundingBox())!;
  await button(page, "draw").click();
  await page.locator("svg.drawing").waitFor();
  await page.mouse.click(plot.x + 300, plot.y + 200);
  await soon(() => complaint(page)).toContain("hint: draw a line from left to right");
  expect(await pointCount(page)).toBe(20);
});

test("a formula is approached; one with parameters is refused while it is typed", async () => {
  const page = await bench();
  await button(page, "a formula").click();
  const field = page.getByLabel("a formula in x to approach");
  await field.fill("a*sin(x)");
  await soon(() => page.locator(".fault").innerText()).toContain("write a number in its place; the input is called x");
  expect(await button(page, "approach it").isDisabled()).toBe(true);
  await field.fill("sin(3*x)");
  await field.press("Enter");
  await soon(() => pointCount(page)).toBe(101);
});

test("the lesson's sum keeps its shape with weights, and off brings the formula back", async () => {
  const page = await bench();
  await page.getByLabel("a sum to begin with").selectOption("four");
  await soon(() => lines(page)).toBe(4);
  expect(await page.getByRole("region", { name: "hinges" }).innerText()).toContain("never bends down and never goes below 0");
  const before = await loss(page);
  await page.getByLabel("the form of the sum").selectOption("weighted");
  await soon(() => page.getByLabel("level", { exact: true }).count()).toBe(1);
  expect(await loss(page)).toBe(before);
  await button(page, "hinges").click();
  await soon(() => formula(page)).toMatch(/^y = a\*x\^2 \+ b\*x \+ c/);
});

test("a hook beyond the points is said to have no gradient", async () => {
  const page = await bench(), field = page.getByLabel("hook of line 2");
  await field.fill("9");
  await field.press("Enter");
  await soon(() => page.getByRole("region", { name: "hinges" }).innerText()).toContain("off at every point: no gradient");
  expect(await says(page, "line 2")).toContain("off at every point");
});

test("a finger drags a hook without scrolling the page", async () => {
  const page = await bench(PHONE), touch = await page.context().newCDPSession(page), from = await hook(page, 1);
  await circle(page, 1).scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await circle(page, 1).boundingBox())!, scrolled = await page.evaluate(() => scrollY);
  const at = (share: number): object => ({ touchPoints: [{ x: x + width / 2 + 60 * share, y: y + height / 2 - 14 + 60 * share }] }); // above the circle, within 22 px
  await touch.send("Input.dispatchTouchEvent", { type: "touchStart", ...at(0) } as never);
  for (let i = 1; i <= 8; i++) await touch.send("Input.dispatchTouchEvent", { type: "touchMove", ...at(i / 8) } as never);
  await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await soon(() => hook(page, 1)).toBeGreaterThan(from + 0.4);
  expect(await page.evaluate(() => scrollY)).toBe(scrolled);
});

test.each<[string, Options, (page: Page) => Promise<unknown>]>([
  ["two lines", {}, async () => undefined],
  ["one chosen, in the dark", { colorScheme: "dark" }, (page) => slider(page, "line 1").focus()],
  ["the lesson's sum on a phone", PHONE, (page) => page.getByLabel("a sum to begin with").selectOption("two")],
  ["a formula to approach, with a mistake", {}, async (page) => { await button(page, "a formula").click(); await page.getByLabel("a formula in x to approach").fill("sin(3*"); }],
  ["the model panel beside it", {}, (page) => panel(page, "model")],
])("axe finds no barrier: %s", async (_, options, arrive) => {
  const page = await bench(options);
  await arrive(page);
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run({ resultTypes: ["violations"] }));
  expect(violations.filter(({ impact }) => impact === "serious" || impact === "critical").map(({ id, nodes }) => `${id}: ${nodes[0]!.html} ${nodes[0]!.failureSummary}`)).toEqual([]);
});

test.each([["lesson", 360], ["hinges", 360], ["hinges", 390]])("nothing is wider than a small window: %s at %d px", async (name, width) => {
  const page = await bench({ ...PHONE, viewport: { width, height: 740 } }, name);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
});

test("what a finger presses at the bench is 44 px high", async () => {
  const page = await bench(PHONE);
  const small = await page.locator(".hinges :is(button, select)").evaluateAll((all) => all.filter((e) => e.getBoundingClientRect().height < 43.5).map((e) => `${e.textContent} ${e.getBoundingClientRect().height}`));
  expect(small).toEqual([]);
});

test("on paper the lines are there and their handles are not", async () => {
  const page = await bench();
  await page.emulateMedia({ media: "print" });
  expect([await page.locator(".hooks").isVisible(), await page.getByLabel("hook of line 1").isVisible(), await button(page, "+ line").isVisible()]).toEqual([false, true, false]);
});
