// Measures a page in a real Chromium: `node measure.mjs page.html` prints JSON. Times in ms, medians of RUNS with their quartiles.
import { existsSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";

const RUNS = Number(process.argv[3] ?? 9), MOVES = 60;
const executablePath = process.env.SQUIGGLY_CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const file = process.argv[2];
const middle = (values) => {
  const sorted = [...values].sort((a, b) => a - b), at = (q) => Number(sorted[Math.round(q * (sorted.length - 1))].toFixed(2));
  return { median: at(0.5), low: at(0.25), high: at(0.75) };
};

/** In the page: when the first slider could be used, counted from the start of the navigation. */
const noteReady = () => {
  const look = () => (document.querySelector(".squiggly [role=slider]") ? (window.readyAt = performance.now()) : requestAnimationFrame(look));
  look();
};

/** In the page: from each pointer move's arrival to the end of the frame that shows it. */
const noteFrames = () => {
  window.frames_ = [];
  const channel = new MessageChannel();
  let began = 0;
  channel.port1.onmessage = () => { window.frames_.push(performance.now() - began); began = 0; };
  addEventListener("pointermove", () => {
    if (began) return;
    began = performance.now();
    requestAnimationFrame(() => channel.port2.postMessage(0)); // answered once the frame is drawn
  }, { capture: true });
};

async function look(browser, options, slow) {
  const context = await browser.newContext(options), page = await context.newPage();
  let requests = 0;
  page.on("request", (r) => { if (!r.isNavigationRequest() && !r.url().startsWith("data:")) requests++; });
  if (slow > 1) await (await context.newCDPSession(page)).send("Emulation.setCPUThrottlingRate", { rate: slow });
  await page.addInitScript(noteReady);
  await page.goto(pathToFileURL(file).href);
  await page.waitForFunction(() => window.readyAt > 0);
  const ready = await page.evaluate(() => window.readyAt);
  await page.evaluate(noteFrames);
  const box = await page.locator(".squiggly .parameters [role=slider]").first().boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  for (let i = 0; i < MOVES; i++) await page.mouse.move(x + 40 * Math.sin(i / 6), y);
  await page.mouse.up();
  const frames = await page.evaluate(() => window.frames_);
  await context.close();
  return { ready, frames: frames.slice(3), requests };
}

const browser = await chromium.launch({ executablePath, args: FLAGS });
const html = readFileSync(file);
const report = { bytes: html.length, gzipped: gzipSync(html, { level: 9 }).length, browser: browser.version() };
for (const [name, options, slow] of [["desktop", { viewport: { width: 1280, height: 860 } }, 1], ["phone", { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 }, 4]]) {
  const runs = [];
  for (let i = 0; i < RUNS; i++) runs.push(await look(browser, options, slow));
  report[name] = { ready: middle(runs.map((r) => r.ready)), frame: middle(runs.flatMap((r) => r.frames)), requests: Math.max(...runs.map((r) => r.requests)) };
}
await browser.close();
console.log(JSON.stringify(report));
