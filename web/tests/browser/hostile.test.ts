/** What nobody should send, and what somebody will: every time the page says what is wrong, keeps what it had, and runs nothing. */

import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { button, complaint, drag, formula, loss, lossWords, type Opened, panel, pointCount, read, slider, soon, stage, value } from "./browser.ts";
import { MOST_BYTES } from "../../src/table.ts";
import { MOST_POINTS } from "../../src/points.ts";

const { open, beside } = stage();

declare global { interface Window { hacked?: unknown } }

/** Nothing ran, nothing was fetched, nothing was thrown, and the page is still itself. */
async function unharmed({ page, requests, errors }: Opened, title: string): Promise<void> {
  expect(await page.evaluate(() => window.hacked)).toBeUndefined();
  expect(await page.title()).toBe(title);
  expect({ requests, errors }).toEqual({ requests: [], errors: [] });
}

const LESSON = "The lesson's quadratic";

// --- Links ---

const WRONG: readonly (readonly [string, RegExp])[] = [
  ["#1&f=<img src=x onerror=window.hacked=1>", /key f is no formula/],
  ["#1&f=%3Cscript%3Ewindow.hacked%3D1%3C/script%3E", /key f is no formula/],
  ["#1&f=javascript:window.hacked=1", /key f is no formula/],
  ["#1&f=a*x%2B", /the formula ends where a number or a name was expected/],
  ["#1&f=x.constructor(x)", /a formula has no place for '\.'/],
  [`#1&f=${"(".repeat(1500)}x${")".repeat(1500)}`, /key f is no formula/],
  [`#1&f=${"a*".repeat(900)}x`, /key f is no formula/],
  ["#1&f=%E0%A4%A", /key f is "%E0%A4%A", text was expected/],
  ["#1&x=`", /the name of a column was expected/],
  ["#1&p=1,2", /a list of 3 numbers was expected/],
  ["#1&p=1,2,3,4", /a list of 3 numbers was expected/],
  ["#1&p=1,2,NaN", /a list of 3 numbers was expected/],
  ["#1&p=1e400,1,1", /a list of 3 numbers was expected/],
  ["#1&p=0x10,1,1", /a list of 3 numbers was expected/],
  ["#1&p=__proto__", /a list of 3 numbers was expected/],
  ["#1&hold=0101", /a 0 or 1 for each of 3 parameters was expected/],
  ["#1&loss=__proto__", /one of mse, mae, huber, poisson was expected/],
  ["#1&delta=-1", /a number above 0 was expected/],
  ["#1&goal=Infinity", /a number or none was expected/],
  ["#1&walk=0:0.1:constructor:steady", /a walk such as .* was expected/],
  ["#1&walk=0:-0.1:sgd:steady", /a walk such as .* was expected/],
  ["#1&walk=5:0.1:sgd:steady", /a walk such as .* was expected/],
  ["#1&steps=1e9", /a whole number from 1 to 10000 was expected/],
  ["#1&step=-5", /a whole number of 0 or more was expected/],
  ["#1&step=99999999", /a whole number of 0 or more was expected/],
  ["#1&view=1,1,0,0", /low before high, was expected/],
  ["#1&px=1,2&py=1", /a list of 2 numbers like px was expected/],
  ["#1&px=1&py=1&ps=-1", /a list of numbers above 0 was expected/],
  [`#1&px=${"1,".repeat(3000)}1&py=1`, /at most 2000 numbers was expected/],
  [`#1&p=${"9".repeat(200_000)}`, /at most 200000 are read/],
  ["#2&p=1,2,3", /version 2 of the page, this is version 1/],
];
const IGNORED = ["#", "#top", "#__proto__", "#javascript:window.hacked=1", `#${"%ff".repeat(70_000)}`, "#1", "#1&__proto__=1&constructor=2", "#1&hacked=<img src=x onerror=window.hacked=1>"];

let visits = 0;

/** Loads the page anew with something behind its address. */
const arrive = ({ page }: Opened, hash: string): Promise<unknown> => page.goto(`${page.url().split(/[?#]/)[0]}?${++visits}${hash}`);

test("a wrong link is explained in one message, and the page opens as it is", async () => {
  const opened = await open("lesson"), { page } = opened;
  for (const [hash, words] of WRONG) {
    await arrive(opened, hash);
    const seen = { hash: hash.slice(0, 60), alerts: await page.getByRole("alert").count(), loss: await loss(page), words: await complaint(page) };
    expect(seen).toEqual({ hash: hash.slice(0, 60), alerts: 1, loss: 2.422, words: expect.stringMatching(words) });
    expect([hash.slice(0, 60), await page.title(), await page.evaluate(() => window.hacked)]).toEqual([hash.slice(0, 60), LESSON, undefined]);
  }
  await unharmed(opened, LESSON);
});

test("what follows the address and is not ours is left alone", async () => {
  const opened = await open("lesson"), { page } = opened;
  for (const hash of IGNORED) {
    await arrive(opened, hash);
    expect([hash.slice(0, 60), await complaint(page), await loss(page)]).toEqual([hash.slice(0, 60), "", 2.422]);
    await unharmed(opened, LESSON);
  }
});

test("a bad link pasted over a good page keeps what was there, and undo", async () => {
  const opened = await open("lesson"), { page } = opened;
  await drag(page, slider(page, "a"), 40);
  await soon(() => value(page, "a")).toBeGreaterThan(1.3);
  await soon(() => page.evaluate(() => location.hash)).toMatch(/^#1&p=/);
  const moved = await loss(page);
  await page.evaluate(() => { location.hash = "#1&p=1,2,<img src=x onerror=window.hacked=1>"; });
  await soon(() => complaint(page)).toMatch(/a list of 3 numbers was expected/);
  expect(await loss(page)).toBe(moved);
  await button(page, "undo").click();
  await soon(() => loss(page)).toBeCloseTo(2.422, 3);
  await unharmed(opened, LESSON);
});

const OLD: readonly (readonly [string, (page: Page) => Promise<unknown>, unknown])[] = [
  ["#1&p=2,3,4", (page) => value(page, "c"), 4],
  ["#1&p=1.1,-0.5,1.1&walk=0:0.05:adam:steady&step=37", (page) => value(page, "step"), 37],
  ["#1&walk=0:0.01:sgd:steady:sum;37:0.1:momentum:cosine&steps=200&step=150", (page) => slider(page, "step").getAttribute("aria-valuetext"), "step 150 of 200"],
  ["#1&f=a*sin(k*x%29&p=1.1,1", formula, "y = a*sin(k*x), with a = 1.10, k = 1.00"],
  ["#1&f=amplitude*exp(-t/tau)&x=t&y=counts%20per%20s&p=3,0.5&hold=01&px=0,1,2&py=3,2,1&ps=0.1,0.1,0.2&loss=mse", (page) => button(page, "lock tau").getAttribute("aria-pressed"), "true"],
  ["#1&loss=huber&delta=0.25&goal=none&follow=1&view=-1,1,0,4", (page) => page.getByLabel("the rest follow").isChecked(), true],
  ["#1&px=&py=", pointCount, 0],
  ["#1&goal=0.5&anothertime=1&p=1,2,3", (page) => page.getByLabel("the loss to beat").inputValue(), "0.50"],
];

test("links of version 1 go on working", async () => {
  const opened = await open("lesson"), { page } = opened;
  for (const [hash, look, wanted] of OLD) {
    await arrive(opened, hash);
    expect([hash, await look(page), await complaint(page)]).toEqual([hash, wanted, ""]);
    await unharmed(opened, LESSON);
  }
});

// --- Files ---

/** Drops a file made in the page onto it. */
const drop = (page: Page, name: string, parts: readonly (string | number | readonly number[])[]): Promise<void> => page.evaluate(([name, parts]) => {
  const content = parts.map((part) => (typeof part === "string" ? part : typeof part === "number" ? new Uint8Array(part) : new Uint8Array(part))); // a number: so many zeros
  const carried = new DataTransfer();
  carried.items.add(new File(content, name));
  document.querySelector(".squiggly")!.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, composed: true, dataTransfer: carried }));
}, [name, parts] as const);

const PNG = [137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 0, 1, 0, 0, 0, 1, 8, 6, 0, 0, 0, 31, 21, 196, 137];
const EVIL = '<img src=x onerror="window.hacked=1">';

const FILES: readonly (readonly [string, string, readonly (string | number | readonly number[])[], RegExp])[] = [
  ["a file of 100 MB", "large.csv", [1e8], new RegExp(`large\\.csv has 100 MB, at most ${MOST_BYTES / 1e6} MB are read`)],
  ["a picture", "picture.png", [PNG], /picture\.png is not text/],
  ["zeros", "zeros.csv", [5000], /zeros\.csv is not text/],
  ["nothing", "nothing.csv", [""], /nothing\.csv is empty/],
  ["words", "words.txt", ["once upon\na time\n"], /words\.txt/],
  ["one column", "one.csv", ["y\n1\n2\n"], /one\.csv has one column/],
  ["a page", "evil.html", [`<!doctype html>${EVIL}\n`], /evil\.html/],
  ["gaps", "gaps.csv", ["x,y\n1,2\n2,NaN\n3,\n"], /gaps\.csv has a gap in 2 of 3 rows, the first is row 2/],
  ["infinity", "far.csv", ["x,y\n1,2\n2,inf\n"], /far\.csv has a gap in 1 of 2 rows/],
  ["too many rows", "rows.csv", ["x,y\n", "1,2\n".repeat(MOST_POINTS + 1)], new RegExp(`has ${MOST_POINTS + 1} rows, at most ${MOST_POINTS}`)],
  ["a cell that never ends", "open.csv", [`x,y\n"1,2\n${"3,4\n".repeat(1000)}`], /a quote that is not closed/],
  ["more columns than names", "wide.csv", ["x,y\n1,2\n1,2,3\n"], /has 3 cells, 2 were expected/],
];

test("a dropped file that is no table is refused in one message, and nothing changes", async () => {
  const opened = await open("lesson"), { page } = opened;
  await drag(page, slider(page, "a"), 40);
  await soon(() => value(page, "a")).toBeGreaterThan(1.3);
  const kept = await loss(page);
  for (const [what, name, parts, words] of FILES) {
    await drop(page, name, parts);
    await soon(async () => `${what}: ${await complaint(page)}`).toMatch(words);
    expect([what, await page.getByRole("alert").count(), await pointCount(page), await loss(page)]).toEqual([what, 1, 20, kept]);
    await page.getByRole("button", { name: "dismiss" }).click();
    await soon(() => complaint(page)).toBe("");
  }
  await button(page, "undo").click();
  await soon(() => loss(page)).toBe(2.422);
  await unharmed(opened, LESSON);
});

test("names from a hostile file stay words: on the page, in what is saved and in what is opened from that", async () => {
  const opened = await open("lesson"), { page } = opened;
  await drop(page, "evil.csv", [`"</script>${EVIL.replaceAll('"', '""')}","<!--<script>"\n0,1\n1,2\n2,4\n`]);
  await soon(() => pointCount(page)).toBe(3);
  expect(await page.locator(".squiggly img, .squiggly script").count()).toBe(0);
  const coming = page.waitForEvent("download");
  await (await panel(page, "share")).getByRole("button", { name: "save this page" }).click();
  const saved = await (await coming).path();
  const again = await open("lesson");
  await again.page.setContent(read(saved));
  await soon(() => pointCount(again.page)).toBe(3);
  await unharmed(opened, LESSON);
  expect(await again.page.evaluate(() => window.hacked)).toBeUndefined();
});

// --- Text that is typed or pasted ---

const PASTED: readonly (readonly [string, string, RegExp])[] = [
  ["a gap", "x,y\n1,2\n2,NaN\n3,4", /a gap in 1 of 3 rows, the first is row 2/],
  ["words", "x,y\n1,2\n2,many", /"many", a number was expected/],
  ["one column", "1\n2\n3", /one column, x and y were expected/],
  ["zeros of a file", "x,y\n1,2\u0000", /is not text/],
  ["markup", `x,y\n1,${EVIL}`, /a quote that is not closed/],
];

test("a pasted table with a mistake is refused in words, and nothing changes", async () => {
  const opened = await open("lesson"), { page } = opened, points = await panel(page, "points");
  for (const [what, text, words] of PASTED) {
    await points.getByLabel("paste two columns here").fill(text);
    await points.getByRole("button", { name: "use these points" }).click();
    await soon(async () => `${what}: ${await points.innerText()}`).toMatch(words);
    expect([what, await pointCount(page), await loss(page), await button(page, "undo").isDisabled()]).toEqual([what, 20, 2.422, true]);
  }
  await unharmed(opened, LESSON);
});

test("an empty paste cannot be used", async () => {
  const { page } = await open("lesson"), points = await panel(page, "points");
  expect(await points.getByRole("button", { name: "use these points" }).isDisabled()).toBe(true);
  await points.getByLabel("paste two columns here").fill(" \n\t\n ");
  expect(await points.getByRole("button", { name: "use these points" }).isDisabled()).toBe(true);
});

test("a million pasted points are too many, and it is said at once", async () => {
  const opened = await open("lesson"), { page } = opened, points = await panel(page, "points");
  await points.getByLabel("paste two columns here").evaluate((e: HTMLTextAreaElement) => {
    const text = "1,2\n".repeat(1_000_000), clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    if (!e.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }))) return;
    e.value = text; // what a browser does with a paste that nobody takes
    e.dispatchEvent(new InputEvent("input", { bubbles: true }));
  });
  const use = points.getByRole("button", { name: "use these points" });
  if (await use.isEnabled()) await use.click();
  await soon(async () => (await complaint(page)) + (await points.innerText())).toMatch(/1000000 rows, at most 100000 make a page/);
  expect([await pointCount(page), await loss(page)]).toEqual([20, 2.422]);
  await unharmed(opened, LESSON);
});

const MISTAKES: readonly (readonly [string, RegExp])[] = [
  ["y = a*x^^2", /\^/], ["y = a*x +", /the formula ends/], ["y = a.b", /no place for '\.'/], ["y = 2", /./], [`y = a*${EVIL}`, /./],
  [`y = ${"(".repeat(500)}a*x${")".repeat(500)}`, /more than 64 levels/], ["y = a*alert(x)", /alert/], [`y = ${"a*".repeat(1200)}x`, /./],
];

test("a formula with a mistake is explained as it is typed, and cannot be used", async () => {
  const opened = await open("lesson"), { page } = opened, model = await panel(page, "model"), field = model.getByRole("textbox");
  for (const [text, words] of MISTAKES) {
    await field.fill("y = a*x");
    await soon(() => field.getAttribute("aria-invalid")).toBe(null);
    await field.fill(text);
    await soon(() => field.getAttribute("aria-invalid")).toBe("true");
    expect(await model.locator("[aria-live]").first().innerText()).toMatch(words);
    expect(await model.getByRole("button", { name: "use it" }).isDisabled()).toBe(true);
    await field.press("Enter");
    expect([text, await formula(page)]).toEqual([text, "y = a*x^2 + b*x + c, with a = 1.10, b = 1.10, c = 1.10"]);
  }
  await unharmed(opened, LESSON);
});

// --- Numbers ---

test("a function that overflows at the slider's end says so, and comes back", async () => {
  const opened = await open("overflow"), { page } = opened, title = await page.title();
  const field = page.getByRole("textbox", { name: "a", exact: true }), now = (): Promise<string> => lossWords(page);
  await field.fill("1000");
  await field.press("Enter");
  await soon(now).toMatch(/∞\s+too large for a number/);
  await slider(page, "a").focus();
  await page.keyboard.press("End");
  await soon(now).toMatch(/too large for a number/);
  await button(page, "undo").click();
  await button(page, "undo").click();
  await soon(() => value(page, "a")).toBe(0.5);
  expect(Number.isFinite(await loss(page))).toBe(true);
  await unharmed(opened, title);
});

test("a walk too fast stops, says at which step, and offers a cure that works", async () => {
  const opened = await open("overflow", { hash: "#1&walk=0:10:sgd:steady" }), { page } = opened;
  await slider(page, "step").focus();
  await page.keyboard.press("End");
  await soon(() => page.getByRole("banner").innerText()).toMatch(/The walk had to stop at step \d+/);
  const cure = page.getByRole("button", { name: /^try a rate of / });
  await soon(async () => {
    if (await cure.count()) await cure.press("Enter");
    return cure.count();
  }).toBe(0);
  expect(Number.isFinite(await loss(page))).toBe(true);
});

test("a number field refuses what is no number, and Escape brings the old one back", async () => {
  const opened = await open("lesson"), { page } = opened, field = page.getByRole("textbox", { name: "a", exact: true });
  for (const [text, words] of [["1e400", /too large/], ["", /missing/], ["abc", /not a number/], ["1,5", /with a point/], ["__proto__", /not a number/]] as const) {
    await field.fill(text);
    await field.press("Enter");
    await soon(() => complaint(page)).toMatch(words);
    await field.press("Escape");
    await soon(() => complaint(page)).toBe("");
    expect([text, await value(page, "a"), await field.inputValue()]).toEqual([text, 1.1, "1.10"]);
  }
  await unharmed(opened, LESSON);
});

test("a page with hostile names shows them as words", async () => {
  const opened = await open("hostile"), { page } = opened, title = await page.title();
  expect(title).toMatch(/^<\/script><img src=x onerror=/);
  for (const name of ["model", "points", "share"] as const) await panel(page, name);
  expect(await page.locator(".squiggly img, .squiggly script").count()).toBe(0);
  await drag(page, slider(page, "a"), 30);
  const there = await value(page, "a");
  await soon(() => page.evaluate(() => location.hash)).toContain(`&p=${there}`);
  await unharmed(opened, title);
  const linked = await beside(page, page.url());
  expect(await value(linked.page, "a")).toBe(there);
  await unharmed(linked, title);
});
