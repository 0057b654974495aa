/** The whole lab with the keyboard alone: no test in this file touches a mouse. */

import { PNG } from "pngjs";
import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { button, formula, loss, pointCount, slider, soon, stage, value } from "./browser.ts";

const { open } = stage();
const MOST_STOPS = 150; // Tab presses around a page

const focused = (page: Page): Locator => page.locator(":focus");
const hasFocus = (what: Locator): Promise<boolean> => what.evaluate((e) => e === document.activeElement);

/** Presses Tab until something has the focus. */
async function tabTo(page: Page, what: Locator): Promise<void> {
  for (let i = 0; i < MOST_STOPS; i++) {
    if (await hasFocus(what)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`${what} was not reached with ${MOST_STOPS} presses of Tab`);
}

/** Presses a key and waits for what it changes. */
async function press(page: Page, key: string, read: () => Promise<unknown>): Promise<void> {
  const before = await read();
  await page.keyboard.press(key);
  await soon(read).not.toEqual(before);
}

/** The gradient at a parameter's handle, as its screen reader text has it. */
const slope = async (page: Page, name: string): Promise<number> => Number(/gradient (\S+)$/.exec((await slider(page, name).getAttribute("aria-valuetext"))!)![1]!.replace("−", "-"));

test("a slider goes by arrows, pages and to its ends", async () => {
  const { page } = await open("lesson"), a = (): Promise<number> => value(page, "a");
  await tabTo(page, slider(page, "a"));
  const [least, most] = [Number(await slider(page, "a").getAttribute("aria-valuemin")), Number(await slider(page, "a").getAttribute("aria-valuemax"))];
  await press(page, "ArrowRight", a);
  const one = (await a()) - 1.1;
  expect(one).toBeCloseTo((most - least) / 200, 2);
  await press(page, "PageUp", a);
  expect((await a()) - 1.1).toBeCloseTo(11 * one, 1);
  await press(page, "PageDown", a);
  await press(page, "ArrowLeft", a);
  expect(await a()).toBeCloseTo(1.1, 6);
  await press(page, "End", a);
  expect(await a()).toBe(most);
  await press(page, "Home", a);
  expect(await a()).toBe(least);
});

test("the target is beaten by following the gradient that is read out at each handle", async () => {
  const { page } = await open("lesson"), shown = (): Promise<number> => loss(page);
  for (let round = 0; round < 4 && (await shown()) > 1.1; round++) {
    for (const name of ["a", "b", "c"]) {
      await tabTo(page, slider(page, name));
      const uphill = Math.sign(await slope(page, name));
      for (let i = 0; i < 20 && Math.sign(await slope(page, name)) === uphill && (await shown()) > 1.1; i++) {
        await press(page, uphill > 0 ? "PageDown" : "PageUp", () => value(page, name));
      }
    }
  }
  await soon(() => page.getByRole("banner").innerText()).toMatch(/You beat it: 1\.\d\d after \d+ moves/);
});

test("play, pause, one step, back, and the timeline", async () => {
  const { page } = await open("lesson"), step = (): Promise<number> => value(page, "step");
  await tabTo(page, button(page, "Play"));
  await page.keyboard.press("Enter");
  await soon(step).toBeGreaterThan(2);
  expect(await hasFocus(button(page, "Pause"))).toBe(true);
  await page.keyboard.press("Space");
  await soon(() => hasFocus(button(page, "Play"))).toBe(true);
  const stopped = await step();
  await tabTo(page, button(page, "one step"));
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter"); // the second time it does not wait for the five lights
  await soon(step).toBe(stopped + 1);
  await tabTo(page, slider(page, "step"));
  await press(page, "ArrowLeft", step);
  expect(await step()).toBe(stopped);
  await press(page, "End", step);
  expect(await step()).toBe(100);
  await press(page, "Home", step);
  expect(await step()).toBe(0);
});

test("a formula is typed and taken, and Escape gives the focus back", async () => {
  const { page } = await open("lesson");
  await tabTo(page, button(page, "model"));
  await page.keyboard.press("Enter");
  const model = page.getByRole("region", { name: "the model" });
  await soon(() => hasFocus(model)).toBe(true);
  await tabTo(page, model.getByRole("textbox"));
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("y = a*x^2 + c");
  await page.keyboard.press("Enter");
  await soon(() => formula(page)).toMatch(/^y = a\*x\^2 \+ c, with a = /);
  await page.keyboard.press("Escape");
  await soon(() => model.count()).toBe(0);
  expect(await hasFocus(button(page, "model"))).toBe(true);
});

test("a point is chosen, added, deleted and brought back", async () => {
  const { page } = await open("lesson"), points = slider(page, "points"), said = async (): Promise<string> => (await points.getAttribute("aria-valuetext"))!;
  await tabTo(page, points);
  await soon(said).toMatch(/^point 1 of 20: x −2, y /);
  await press(page, "ArrowRight", said);
  expect(await said()).toMatch(/^point 2 of 20: /);
  await page.keyboard.press("Enter");
  await soon(said).toMatch(/^point 3 of 21: /);
  await press(page, "ArrowUp", () => loss(page));
  await page.keyboard.press("Delete");
  await soon(said).toMatch(/ of 20: /);
  expect(await hasFocus(points)).toBe(true);
  await page.keyboard.press("ControlOrMeta+z");
  await soon(() => pointCount(page)).toBe(21);
  await page.keyboard.press("ControlOrMeta+Shift+z");
  await soon(() => pointCount(page)).toBe(20);
});

test("the points panel takes a typed number, and Escape leaves it", async () => {
  const { page } = await open("lesson");
  await tabTo(page, button(page, "points"));
  await page.keyboard.press("Enter");
  await tabTo(page, page.getByRole("textbox", { name: "y of point 2", exact: true }));
  await page.keyboard.type("25");
  await press(page, "Enter", () => loss(page));
  await page.keyboard.press("Escape");
  await soon(() => hasFocus(button(page, "points"))).toBe(true);
});

test("the script is copied", async () => {
  const { page } = await open("lesson", { permissions: ["clipboard-read", "clipboard-write"] });
  await tabTo(page, button(page, "share"));
  await page.keyboard.press("Enter");
  await tabTo(page, button(page, "copy as Python"));
  await page.keyboard.press("Enter");
  await soon(() => page.evaluate(() => navigator.clipboard.readText())).toMatch(/^(#.*\n)*import |import squiggly as sq/);
  expect(await page.getByRole("status").filter({ hasText: "copied the script" }).isVisible()).toBe(true);
});

// --- Every stop of the Tab key ---

/** What has the focus, for a message: its place in the accessibility tree, such as `slider "a"`. */
const said = async (page: Page): Promise<string> => (await focused(page).ariaSnapshot()).split("\n")[0]!;

/** How many pixels of the ring's colour there are just around something, as a share of the way around it. */
async function ringed(page: Page): Promise<number> {
  const { box, colour } = await focused(page).evaluate((e) => {
    const drawn = e.matches(".plot-points") ? e.querySelector(".plot-ring")! : e.matches(".unseen") ? e.closest("label")! : e; // what stands for it on the screen
    const { x, y, width, height } = drawn.getBoundingClientRect(), wide = 6;
    return { box: { x: x - wide, y: y - wide, width: width + 2 * wide, height: height + 2 * wide }, colour: getComputedStyle(e).getPropertyValue("--data") };
  });
  const wanted = [1, 3, 5].map((i) => parseInt(colour.trim().slice(i, i + 2), 16));
  const left = Math.max(0, box.x), top = Math.max(0, box.y), clip = { x: left, y: top, width: Math.min(1280, box.x + box.width) - left, height: Math.min(900, box.y + box.height) - top };
  const { data } = PNG.sync.read(await page.screenshot({ clip }));
  let count = 0;
  for (let i = 0; i < data.length; i += 4) if (wanted.every((c, k) => Math.abs(c - data[i + k]!) < 24)) count++;
  return count / (2 * (clip.width + clip.height));
}

test.each([["the page itself", null], ["the model panel", "model"], ["the points panel", "points"], ["the share panel", "share"]] as const)("every stop in %s has a name and a ring around it", async (_, name) => {
  const { page } = await open("lesson"), faults: string[] = [], stops: string[] = [];
  if (name) {
    await tabTo(page, button(page, name));
    await page.keyboard.press("Enter");
    await soon(() => page.locator(".pane:focus").count()).toBe(1);
  }
  const inside = (): Promise<boolean> => page.evaluate((wanted) => (wanted ? document.activeElement!.closest(".pane") !== null : document.activeElement !== document.body), name !== null);
  for (await page.keyboard.press("Tab"); await inside(); await page.keyboard.press("Tab")) {
    const stop = await said(page);
    if (/\w of point (?!1\b|2\b)|delete point (?!1\b|2\b)/.test(stop)) continue; // the other rows are like the first
    stops.push(stop);
    if (!/^- ('?[a-z]+ ".+"|text: .+)/.test(stop)) faults.push(`no name: ${stop}`); // "text" is a summary
    const ring = await ringed(page);
    if (ring < 0.5) faults.push(`only ${ring.toFixed(2)} of a ring: ${stop}`);
    if (stops.length > MOST_STOPS) throw new Error(`the Tab key never leaves: ${stops.join(", ")}`);
  }
  expect(faults).toEqual([]);
  expect(stops.length).toBeGreaterThan(name ? 3 : 25);
  expect(new Set(stops).size).toBe(stops.length);
});

test("undo works when nothing has the focus", async () => {
  const { page } = await open("lesson");
  await slider(page, "a").press("ArrowRight");
  await soon(() => value(page, "a")).not.toBe(1.1);
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await page.keyboard.press("Control+z");
  await soon(() => value(page, "a")).toBe(1.1);
});

test("a file dropped below the lab is the lab's too: the browser does not leave the page for it", async () => {
  const { page } = await open("lesson");
  const kept = await page.evaluate(() => {
    const event = new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: new DataTransfer() });
    document.documentElement.dispatchEvent(event);
    return event.defaultPrevented;
  });
  expect(kept).toBe(true);
});
