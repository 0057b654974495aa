/** The page as strangers meet it: with no server, no network, no kernel. */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { button, drag, formula, loss, type Opened, panel, type Place, pointCount, read, slider, soon, stage, value } from "./browser.ts";

const STRICT = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:";

const { open, file } = stage();
let server: Server, origin: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    const [, policy, name] = /^\/(strict|plain|frame)\/(\w+)$/.exec(request.url!) ?? [];
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    if (policy === "strict") response.setHeader("Content-Security-Policy", STRICT);
    response.end(!name ? "" : policy === "frame" ? framed(name) : read(file(name)));
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => { server?.close(); });

/** A page that embeds another without giving it an origin. */
const framed = (name: string): string =>
  `<!doctype html><title>embedding</title><link rel="icon" href="data:,"><iframe sandbox="allow-scripts" src="/plain/${name}" style="width:1200px;height:860px"></iframe>`;

/** Everything that a first visitor tries, one after the other. */
async function tour(page: Page, place: Place): Promise<void> {
  await soon(() => loss(place)).toBeCloseTo(2.422, 3);
  expect(await place.getByText("✓ checked").isVisible()).toBe(true);

  await drag(page, slider(place, "a"), 40);
  await soon(() => value(place, "a")).toBeGreaterThan(1.3);
  await soon(() => loss(place)).toBeLessThan(2.2);

  const before = await loss(place);
  await button(place, "Play").click();
  await soon(() => value(place, "step")).toBeGreaterThan(3);
  await button(place, "Pause").click();
  await soon(() => loss(place)).toBeLessThan(before);

  const walked = await loss(place);
  await drag(page, place.locator(".plot-dots circle").nth(10), 0, -60);
  await soon(() => loss(place)).not.toBe(walked);
  expect(await pointCount(place)).toBe(20);

  const model = await panel(place, "model");
  await model.getByRole("textbox").fill("y = a*sin(w*x) + c");
  await model.getByRole("button", { name: "use it" }).click();
  await soon(() => formula(place)).toMatch(/^y = a\*sin\(w\*x\) \+ c, with a = /);
  expect(await slider(place, "w").isVisible()).toBe(true);

}

async function makesPoints(place: Place): Promise<void> {
  const points = await panel(place, "points");
  await points.getByLabel("how many").fill("30");
  await points.getByRole("button", { name: "make points" }).click();
  await soon(() => pointCount(place)).toBe(30);
  await points.getByLabel("x of a new point").fill("0.5");
  await points.getByLabel("y of a new point").fill("2");
  await points.getByLabel("y of a new point").press("Enter");
  await soon(() => pointCount(place)).toBe(31);
}

const nothingAmiss = ({ requests, errors }: Opened): void => expect({ requests, errors }).toEqual({ requests: [], errors: [] });

const places: readonly (readonly [string, () => Promise<[Opened, Place]>])[] = [
  ["from disk", async () => { const opened = await open("lesson"); return [opened, opened.page]; }],
  ["under a strict content security policy", async () => { const opened = await open(`${origin}/strict/lesson`); return [opened, opened.page]; }],
  ["in a sandboxed frame without an origin", async () => { const opened = await open(`${origin}/frame/lesson`); return [opened, opened.page.frames()[1]!]; }],
];

test.each(places)("%s: sliders, training, points and formulas work, nothing is fetched, nothing complains", async (_, arrive) => {
  const [opened, place] = await arrive();
  await tour(opened.page, place);
  nothingAmiss(opened);
});

test.each(places)("%s: points can be made and added", async (_, arrive) => {
  const [opened, place] = await arrive();
  await makesPoints(place);
  nothingAmiss(opened);
});

test("the sandboxed frame has no origin, so the lab there keeps nothing", async () => {
  const { page } = await open(`${origin}/frame/lesson`);
  expect(await page.frames()[1]!.evaluate("origin")).toBe("null");
});

test("a picture can be taken under a strict content security policy", async () => {
  const opened = await open(`${origin}/strict/lesson`), { page } = opened;
  const coming = page.waitForEvent("download");
  await (await panel(page, "share")).getByRole("button", { name: "picture as PNG" }).click();
  expect((await coming).suggestedFilename()).toBe("lab.png");
  nothingAmiss(opened);
});

test.each(["decay", "function", "overflow", "many", "hinges"])("the page %s opens without a request or a complaint", async (name) => {
  const opened = await open(name);
  expect(await slider(opened.page, "step").isVisible()).toBe(true);
  expect(await opened.page.getByText(/differs/).count()).toBe(0);
  nothingAmiss(opened);
});

test("without scripts there is the formula, and a picture", async () => {
  const { page } = await open("lesson", { javaScriptEnabled: false });
  expect(await page.locator("noscript").innerText()).toContain("y = a*x^2 + b*x + c");
  expect(await page.locator("noscript svg, noscript img").first().isVisible()).toBe(true);
});
