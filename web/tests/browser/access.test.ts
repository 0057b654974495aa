/** The page for everyone: screen readers, small screens, large text, dark rooms, still eyes, paper. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { sampled } from "../runs.ts";
import { button, drag, type Options, panel, slider, soon, stage, value } from "./browser.ts";

const { open } = stage();
const AXE = readFileSync(fileURLToPath(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url)), "utf8");
const PHONE: Options = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

interface Found { readonly violations: readonly { readonly id: string; readonly impact: string; readonly help: string; readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[] }[] }
declare global { interface Window { axe: { run: (options: unknown) => Promise<Found> } } }

/** What axe finds that is serious or worse, a line each. */
async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run({ resultTypes: ["violations"] }));
  return violations.filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, help, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html.slice(0, 160)} ${failureSummary.slice(0, 300)}`));
}

const states: readonly (readonly [string, string, Options, (page: Page) => Promise<unknown>])[] = [
  ["the start", "lesson", {}, async () => undefined],
  ["the model panel", "lesson", {}, (page) => panel(page, "model")],
  ["the points panel", "lesson", {}, (page) => panel(page, "points")],
  ["the share panel", "lesson", {}, (page) => panel(page, "share")],
  ["a message", "lesson", { hash: "#1&p=1" }, (page) => page.getByRole("alert").waitFor()],
  ["a formula with a mistake", "lesson", {}, async (page) => { await (await panel(page, "model")).getByRole("textbox").fill("y = a*x^^2"); await page.getByText("hint:").or(page.locator(".fault")).first().waitFor(); }],
  ["playing", "lesson", {}, async (page) => { await button(page, "Play").click(); await soon(() => value(page, "step")).toBeGreaterThan(1); }],
  ["a walk that diverged", "lesson", { hash: "#1&walk=0:1000:sgd:steady:sum&loss=mse&step=100" }, async () => undefined],
  ["dark", "lesson", { colorScheme: "dark" }, (page) => panel(page, "points")],
  ["a phone", "lesson", PHONE, async () => undefined],
  ["a function without points", "function", {}, async () => undefined],
  ["many parameters", "hinges", {}, async () => undefined],
  ["the hinge bench", "lines", {}, async () => undefined],
  ["the hinge bench on a phone", "lines", PHONE, async () => undefined],
  ["a map", "plane", {}, async () => undefined],
  ["a map in the dark, with a slice", "space", { colorScheme: "dark" }, async () => undefined],
  ["the landscape", "lesson", { hash: "#1&over=0,1" }, async () => undefined],
];

test.each(sampled(states, 4, 4))("axe finds no barrier: %s", async (_, name, options, arrive) => {
  const { page } = await open(name, options);
  await arrive(page);
  expect(await barriers(page)).toEqual([]);
});

// --- Fingers ---

/** Buttons, handles, boxes and choices of which a finger finds less than 44 px; those inside a sentence may be as high as its line. */
const missed = (page: Page, within = ""): Promise<string[]> => page.evaluate((within) => {
  const faults: string[] = [];
  for (const e of document.querySelectorAll<HTMLElement>(["button:not(:disabled)", "div[role=slider]", "select", "input[type=checkbox]:not(:disabled)"].map((what) => within + what).join())) {
    if (e.closest("h1, p") || e.matches(".set") || !e.checkVisibility()) continue;
    e.scrollIntoView({ block: "center", inline: "center" });
    const { left, top, width, height } = e.getBoundingClientRect(), x = left + width / 2, y = top + height / 2;
    const whole = e.closest("label") ?? e.closest(".slider") ?? e;
    const hits = (across: number, down: number): number => { // px from the middle that way, 44 at most
      let far = 0;
      while (far < 44 && whole.contains(document.elementFromPoint(x + (far + 1) * across, y + (far + 1) * down))) far++;
      return far;
    };
    const [wide, high] = [1 + hits(-1, 0) + hits(1, 0), 1 + hits(0, -1) + hits(0, 1)];
    if (wide < 43 || high < 43) faults.push(`${e.getAttribute("aria-label") ?? whole.textContent!.slice(0, 40)}: ${wide} × ${high}`); // 43: edges between pixels
  }
  return faults;
}, within);

test.each(["lesson", "function", "hinges"])("what a finger presses is 44 px wide and high: %s", async (name) => {
  const { page } = await open(name, PHONE);
  expect(await page.evaluate(() => matchMedia("(pointer: coarse)").matches)).toBe(true);
  expect(await missed(page)).toEqual([]);
});

test("what a finger presses in a panel is 44 px wide and high", async () => {
  const { page } = await open("lesson", PHONE), faults: string[] = [];
  for (const which of ["model", "points", "share"] as const) {
    await panel(page, which);
    faults.push(...(await missed(page, ".pane ")));
  }
  expect(faults).toEqual([]);
});

test("a finger drags a handle, and scrolls the page where it moves up", async () => {
  const { page } = await open("lesson", PHONE), touch = await page.context().newCDPSession(page);
  await slider(page, "a").scrollIntoViewIfNeeded();
  const swipe = async (across: number, down: number): Promise<void> => {
    const { x, y, width, height } = (await slider(page, "a").boundingBox())!;
    const at = (share: number): object => ({ touchPoints: [{ x: x + width / 2 + share * across, y: y + height / 2 + share * down }] });
    await touch.send("Input.dispatchTouchEvent", { type: "touchStart", ...at(0) } as never);
    for (let i = 1; i <= 8; i++) await touch.send("Input.dispatchTouchEvent", { type: "touchMove", ...at(i / 8) } as never);
    await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  };
  await swipe(60, 4);
  await soon(() => value(page, "a")).toBeGreaterThan(1.3);
  const [moved, scrolled] = [await value(page, "a"), await page.evaluate(() => scrollY)];
  await swipe(4, -120);
  await soon(() => page.evaluate(() => scrollY)).not.toBe(scrolled);
  expect(await value(page, "a")).toBe(moved);
});

// --- Room ---

/** What sticks out of the window to the right, or is cut off there. */
const sticking = (page: Page): Promise<string[]> => page.evaluate(() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  return [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > wide + 1).map((e) => `${e.localName}.${e.getAttribute("class") ?? ""} ${e.textContent!.slice(0, 30)}`).slice(0, 5);
});

test.each(["lesson", "decay", "hinges", "hostile"])("nothing is wider than a window of 360 px: %s, with any panel", async (name) => {
  const { page } = await open(name, { ...PHONE, viewport: { width: 360, height: 740 } }), faults = [await sticking(page)];
  for (const which of ["model", "points", "share"] as const) {
    await panel(page, which);
    faults.push(await sticking(page));
  }
  expect(faults.flat()).toEqual([]);
});

test("everything is there, and within the window, at twice the size", async () => {
  const { page } = await open("lesson");
  const names = (): Promise<string[]> => page.locator("button, [role=slider], input, select").evaluateAll((all) => all.filter((e) => e.checkVisibility()).map((e) => e.getAttribute("aria-label") ?? e.textContent!));
  const before = await names();
  await page.evaluate(() => { document.documentElement.style.zoom = "2"; });
  await soon(() => sticking(page)).toEqual([]);
  expect(await names()).toEqual(before);
  const outside = await page.locator("button, [role=slider], input, select").evaluateAll((all) => all.filter((e) => { const { left, right } = e.getBoundingClientRect(); return left < 0 || right > innerWidth; }).map((e) => e.outerHTML));
  expect(outside).toEqual([]);
});

// --- Ears ---

test("a handle says its name, its number and what it does to the loss", async () => {
  const { page } = await open("lesson"), says = async (name: string): Promise<string | null> => slider(page, name).getAttribute("aria-valuetext");
  expect(await says("a")).toBe("a 1.10, loss 2.42, gradient −1.353");
  expect(await says("step")).toBe("step 0 of 100");
  expect(await says("points")).toBe("20 points");
  expect(await says("rate")).toBe("0.01");
});

test("the change of the loss is spoken after a key press", async () => {
  const { page } = await open("lesson");
  await slider(page, "a").focus();
  await page.keyboard.press("PageUp");
  await soon(async () => (await page.getByRole("status").allInnerTexts()).join()).toMatch(/^loss 1\.\d\d, down 0\.\d\d$/);
});

// --- Stillness ---

test.each(["reduce", "no-preference"] as const)("one step with motion %s", async (reducedMotion) => {
  const { page } = await open("lesson", { reducedMotion }), lit = (): Promise<number> => page.locator("[aria-pressed=true]").count();
  await page.evaluate(() => {
    const seen = ((window as unknown as { seen: Set<string> }).seen = new Set<string>());
    new MutationObserver(() => { for (const e of document.querySelectorAll("[aria-pressed=true] b")) seen.add(e.textContent!); }).observe(document.body, { subtree: true, attributes: true });
  });
  await button(page, "one step").click();
  await soon(() => value(page, "step")).toBe(1);
  await soon(lit).toBe(0);
  const seen = await page.evaluate(() => [...(window as unknown as { seen: Set<string> }).seen]);
  expect(seen).toEqual(reducedMotion === "reduce" ? [] : ["predict", "loss", "gradient", "step", "zero"]);
});

test("nothing is animated or slides for who asked for less motion", async () => {
  const { page } = await open("lesson", { reducedMotion: "reduce" });
  for (const name of ["model", "points", "share"] as const) await panel(page, name);
  await drag(page, slider(page, "a"), 30);
  expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
});

// --- Paper ---

test("on paper there are the formula, the plot and the numbers, and nothing to press", async () => {
  const { page } = await open("lesson");
  await panel(page, "points");
  await page.emulateMedia({ media: "print" });
  const seen = async (what: ReturnType<Page["locator"]>): Promise<boolean> => what.first().isVisible();
  for (const what of [page.getByRole("heading", { level: 1 }), page.getByRole("group", { name: /^plot of/ }), page.getByRole("region", { name: "loss", exact: true }).getByRole("paragraph"), page.getByLabel("c", { exact: true })]) expect(await seen(what)).toBe(true);
  for (const name of ["start over", "model", "points", "share", "zoom in", "Play", "one step", "lock a", "go to the best"]) expect([name, await seen(button(page, name))]).toEqual([name, false]);
  expect(await page.getByRole("region", { name: "the points" }).count()).toBe(0);
});
