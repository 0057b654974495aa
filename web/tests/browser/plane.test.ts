/** Models of two and three inputs: the map, its creases, its points and its slice. */

import { expect, test } from "vitest";
import { button, drag, loss, panel, slider, soon, stage, value } from "./browser.ts";

const { open } = stage();

test("a map of two inputs is drawn and checked against Python", async () => {
  const { page, errors, requests } = await open("plane");
  await page.getByText("✓ checked").waitFor();
  const painted = await page.locator(".raster canvas").first().evaluate((canvas) => {
    const { width, height } = canvas as HTMLCanvasElement, { data } = (canvas as HTMLCanvasElement).getContext("2d")!.getImageData(0, 0, width, height);
    return [width, new Set(Array.from({ length: width * height }, (_, i) => data[4 * i])).size];
  });
  expect(painted[0]).toBeGreaterThanOrEqual(30);
  expect(painted[1]).toBeGreaterThan(20);
  expect(await page.locator(".plane path.crease, .plane .crease").count()).toBe(6);
  expect([errors, requests]).toEqual([[], []]);
});

test("a crease is dragged, and turned by its end, each as one step that can be undone", async () => {
  const { page } = await open("plane");
  const t = await value(page, "t1"), a = await value(page, "a1");
  await drag(page, slider(page, "crease 1, move"), 60, 0);
  await soon(() => value(page, "t1")).toBeGreaterThan(t + 0.1);
  expect(await value(page, "a1")).toBe(a);
  await drag(page, slider(page, "crease 1, turn"), 50, 0);
  await soon(() => value(page, "a1")).not.toBe(a);
  await button(page, "undo").click();
  await soon(() => value(page, "a1")).toBe(a);
  await button(page, "undo").click();
  await soon(() => value(page, "t1")).toBe(t);
});

test("keys move and turn creases, and choose and delete points", async () => {
  const { page } = await open("plane");
  const t = await value(page, "t1");
  await slider(page, "crease 1, move").focus();
  await page.keyboard.press("ArrowRight");
  await soon(() => value(page, "t1")).toBeGreaterThan(t);
  await slider(page, "points").focus();
  await page.keyboard.press("Home");
  const said = (): Promise<string | null> => slider(page, "points").getAttribute("aria-valuetext");
  await soon(said).toMatch(/^point 1 of 200: x −?[\d.]+, y −?[\d.]+, z −?[\d.]+, [\d.]+ (above|below) the map$/);
  await page.keyboard.press("Delete");
  await soon(said).toMatch(/^point 1 of 199/);
});

test("keys in quick succession all count, and a crease that left the map comes back", async () => {
  const { page } = await open("plane");
  const t = await value(page, "t1");
  await slider(page, "crease 1, move").evaluate((handle) => {
    (handle as SVGElement).focus();
    for (let i = 0; i < 5; i++) for (const kind of ["keydown", "keyup"]) handle.dispatchEvent(new KeyboardEvent(kind, { key: "ArrowRight", bubbles: true }));
  });
  await soon(async () => (await value(page, "t1")) - t).toBeGreaterThan(0.15);
  await drag(page, slider(page, "crease 1, move"), 900, 0);
  await page.getByText("crease 1 lies off the map").waitFor();
  await button(page, "bring it back").click();
  await soon(() => slider(page, "crease 1, move").isVisible()).toBe(true);
});

test("it trains, and another formula of two inputs can be typed", async () => {
  const { page, errors } = await open("plane");
  const before = await loss(page);
  await button(page, "Play").click();
  await soon(() => loss(page)).toBeLessThan(0.9 * before);
  const model = await panel(page, "model");
  await model.getByRole("textbox").fill("z = a*x*y + b");
  await model.getByRole("button", { name: "use it" }).click();
  await soon(() => slider(page, "b").isVisible()).toBe(true);
  await button(page, "go to the best").click();
  await soon(() => loss(page)).toBeLessThan(1);
  expect(errors).toEqual([]);
});

test("a third input is held by a slider, and the link keeps it", async () => {
  const { page } = await open("space");
  await slider(page, "z held at").focus();
  const seen = (): Promise<string> => page.locator(".raster canvas").first().evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
  const before = await seen();
  await page.keyboard.press("End");
  await soon(seen).not.toBe(before);
  await soon(() => page.evaluate(() => location.hash)).toContain("slice=");
});

test("points of two inputs are pasted as three columns", async () => {
  const { page } = await open("plane");
  const points = await panel(page, "points");
  await points.getByRole("textbox", { name: "paste three columns here" }).fill("x,y,z\n0,0,1\n1,0,2\n0,1,3\n1,1,5");
  await points.getByRole("button", { name: "use these points" }).click();
  await soon(() => page.getByRole("heading", { name: "4 points" }).isVisible()).toBe(true);
});

test("the picture of a map stands alone", async () => {
  const { page } = await open("plane");
  const share = await panel(page, "share");
  const [download] = await Promise.all([page.waitForEvent("download"), share.getByRole("button", { name: "picture as SVG" }).click()]);
  const text = await (await download.createReadStream()).toArray().then((parts) => Buffer.concat(parts).toString());
  expect(text).toMatch(/<image href="data:image\/png;base64,/);
  expect(text).not.toContain("var(--");
});
