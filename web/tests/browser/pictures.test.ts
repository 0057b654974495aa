/**
 * How the page looks, against pictures that a person has looked at. SQUIGGLY_PICTURES=write makes them anew; a picture
 * that differs is written to out/pictures/, with the difference beside it.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pixelmatch from "pixelmatch";
import type { Page } from "playwright-core";
import { PNG } from "pngjs";
import { expect, test } from "vitest";
import { sampled } from "../runs.ts";
import { button, type Options, panel, slider, soon, stage, value } from "./browser.ts";

const { open } = stage();
const KEPT = fileURLToPath(new URL("../pictures/", import.meta.url));
const SEEN = fileURLToPath(new URL("../../../out/pictures/", import.meta.url));
const MOST = 0.01; // of the pixels may differ: edges of letters do, between one version of a browser and the next
const WIDTHS = [174.2, 139.1, 183]; // px of a line in each of the page's fonts, where the pictures were made (DejaVu Sans, Liberation Serif, DejaVu Sans Mono)

const PICTURES: readonly (readonly [string, string, Options, (page: Page) => Promise<unknown>])[] = [
  ["start", "lesson", {}, async () => undefined],
  ["step-41", "lesson", {}, walked],
  ["dark", "lesson", { colorScheme: "dark" }, walked],
  ["phone", "lesson", { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }, async () => undefined],
  ["pulls", "lesson", {}, async (page) => { await slider(page, "a").hover(); await page.getByText(/pull on a: they add up to/).waitFor(); }],
  ["divergence", "lesson", { hash: "#1&loss=mse&walk=0:1:sgd:steady&step=100" }, (page) => page.getByRole("button", { name: /^try a rate of/ }).waitFor()],
  ["points", "lesson", {}, (page) => panel(page, "points")],
  ["function", "function", {}, async () => undefined],
  ["decay", "decay", {}, async () => undefined],
  ["bench", "lines", {}, async () => undefined],
  ["bench-dark", "lines", { colorScheme: "dark" }, (page) => slider(page, "line 2").focus()],
  ["bench-phone", "lines", { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }, async () => undefined],
  ["landscape", "lesson", { hash: "#1&over=0,2&step=60" }, (page) => page.locator(".landscape-map").scrollIntoViewIfNeeded()],
  ["plane", "plane", {}, async () => undefined],
  ["plane-dark", "plane", { colorScheme: "dark" }, async () => undefined],
  ["network", "network", { hash: "#1&step=400" }, (page) => page.locator('[data-unit="2,3"]').click()],
  ["network-dark", "network", { hash: "#1&step=400", colorScheme: "dark" }, async () => undefined],
  ["network-phone", "network", { hash: "#1&step=400", viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }, async () => undefined],
  ["network-wave", "network-wave", { hash: "#1&step=400" }, async () => undefined],
  ["photo", "photo", {}, tried],
  ["photo-dark", "photo", { colorScheme: "dark" }, tried],
  ["photo-phone", "photo", { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }, tried],
  ["space-phone", "space", { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }, async () => undefined],
];

/** The examples of a recogniser's page answered, the newest with where it looked. */
async function tried(page: Page): Promise<void> {
  await button(page, "Try examples").click();
  await soon(() => page.locator(".card .said").count()).toBe(2);
  await button(page, "where it looked").first().click();
}

/** Played a little, then taken to one moment of the walk. */
async function walked(page: Page): Promise<void> {
  await button(page, "Play").click();
  await soon(() => value(page, "step")).toBeGreaterThan(1);
  await button(page, "Pause").click();
  await slider(page, "step").focus();
  for (const key of ["Home", "PageUp", "PageUp", "PageUp", "PageUp", "ArrowRight"]) await page.keyboard.press(key);
  await soon(() => value(page, "step")).toBe(41);
  await page.mouse.move(0, 0);
  await slider(page, "step").evaluate((e) => (e as HTMLElement).blur());
}

/** The page once it stays the same: what takes long to compute is drawn when the hand rests for a quarter of a second. */
async function settled(page: Page): Promise<PNG> {
  let last: Buffer = Buffer.alloc(0), same = 0;
  while (same < 2) {
    const next = await page.screenshot({ fullPage: page.viewportSize()!.width < 600, animations: "disabled" });
    same = next.equals(last) ? same + 1 : 0;
    last = next;
    await page.waitForTimeout(150);
  }
  return PNG.sync.read(last);
}

/** How wide a line is in the page's fonts on this machine. */
const widths = (page: Page): Promise<number[]> => page.evaluate(() => {
  const style = getComputedStyle(document.querySelector(".squiggly")!), brush = document.createElement("canvas").getContext("2d")!;
  return [style.fontFamily, style.getPropertyValue("--serif"), style.getPropertyValue("--mono")].map((family) => {
    brush.font = `16px ${family}`;
    return Math.round(10 * brush.measureText("squiggly 0123456789").width) / 10;
  });
});

/** A small file: rare colours, at the edges of letters and lines, in steps of 8, far below what the comparison can see. */
function packed({ width, height, data }: PNG): Buffer {
  const colours = new Uint32Array(data.buffer, data.byteOffset, width * height), often = new Map<number, number>();
  for (const colour of colours) often.set(colour, (often.get(colour) ?? 0) + 1);
  const picture = new PNG({ width, height });
  colours.forEach((colour, at) => {
    const rare = often.get(colour)! < 100;
    for (let k = 4 * at; k < 4 * at + 4; k++) picture.data[k] = rare ? Math.min(255, 8 * Math.round(data[k]! / 8)) : data[k]!;
  });
  return PNG.sync.write(picture, { colorType: 2, deflateLevel: 9, deflateStrategy: 0, filterType: 0 });
}

test.for(process.env["SQUIGGLY_PICTURES"] ? PICTURES : sampled(PICTURES, 4, 2))("the picture %s is as it was", async ([name, file, options, arrive], { skip }) => {
  const { page } = await open(file, options), here = await widths(page);
  skip(here.some((width, i) => Math.abs(width - WIDTHS[i]!) > 0.5), `this machine has other fonts than the pictures were made with: a line is ${here.join(", ")} px wide, not ${WIDTHS.join(", ")}`);
  await arrive(page);
  const seen = await settled(page), path = join(KEPT, `${name}.png`);
  if (process.env["SQUIGGLY_PICTURES"] === "write") return writeFileSync(path, packed(seen));
  expect(existsSync(path), `${path} is missing: make it with SQUIGGLY_PICTURES=write`).toBe(true);
  const kept = PNG.sync.read(readFileSync(path)), { width, height } = kept;
  const difference = new PNG({ width, height });
  const same = seen.width === width && seen.height === height;
  const off = same ? pixelmatch(kept.data, seen.data, difference.data, width, height, { threshold: 0.15 }) / (width * height) : 1;
  if (off <= MOST) return;
  mkdirSync(SEEN, { recursive: true });
  const files = [join(SEEN, `${name}.png`), ...(same ? [join(SEEN, `${name}-difference.png`)] : [])];
  writeFileSync(files[0]!, packed(seen));
  if (files[1]) writeFileSync(files[1], packed(difference));
  expect.fail(`${same ? `${(100 * off).toFixed(1)} % of the pixels differ` : `it is ${seen.width} × ${seen.height}, not ${width} × ${height}`} from ${path}\nsee ${files.join(" and ")}\nhint: where it is meant, SQUIGGLY_PICTURES=write makes the pictures anew`);
});
