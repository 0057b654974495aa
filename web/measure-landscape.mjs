// Measures the loss landscape of a page while it trains: `node measure-landscape.mjs page.html [seconds]` prints JSON.
// compute: the page's own work in a frame that plays, landscape open, less that with it closed. frame: up to the end of painting. Times in ms, medians with their quartiles.
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [, , file, seconds = "4"] = process.argv;
const executablePath = process.env.SQUIGGLY_CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const middle = (values) => {
  const sorted = [...values].sort((a, b) => a - b), at = (q) => Number(sorted[Math.round(q * (sorted.length - 1))].toFixed(2));
  return { median: at(0.5), low: at(0.25), high: at(0.75) };
};

/** In the page, before its script: how long its own work in each frame takes, and how long until the frame is painted. */
const note = () => {
  const ask = window.requestAnimationFrame.bind(window), channel = new MessageChannel();
  let began = 0;
  window.noted = [];
  channel.port1.onmessage = () => { window.noted.at(-1).painted = performance.now() - began; };
  window.requestAnimationFrame = (work) => ask((now) => {
    const start = performance.now(), frame = window.noted.at(-1);
    work(now);
    const spent = performance.now() - start;
    if (frame?.at === now) return void (frame.work += spent); // several may ask for the same frame
    began = start;
    window.noted.push({ at: now, work: spent });
    channel.port2.postMessage(0);
  });
};

/** Frames of a walk that plays from its start, again and again. */
async function frames(page, open) {
  const toggle = page.getByRole("button", { name: "loss landscape" });
  if (((await toggle.getAttribute("aria-expanded")) === "true") !== open) await toggle.click();
  await page.evaluate(() => { window.noted = []; });
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await page.waitForTimeout(1000 * Number(seconds));
  const side = open ? Number(await page.locator(".landscape-map canvas").getAttribute("width")) : 0;
  const noted = await page.evaluate(() => window.noted.slice(10));
  await page.getByRole("button", { name: "back to the start" }).click();
  return { side, frames: noted.length, work: middle(noted.map((f) => f.work)), painted: middle(noted.map((f) => f.painted ?? NaN).filter((v) => v > 0)), perSecond: Math.round((1000 * (noted.length - 1)) / (noted.at(-1).at - noted[0].at)) };
}

const browser = await chromium.launch({ executablePath, args: FLAGS });
const page = await browser.newPage({ viewport: { width: 1280, height: 1300 } });
await page.addInitScript(note);
await page.goto(`${pathToFileURL(file).href}#1&steps=2000`);
const closed = await frames(page, false), open = await frames(page, true);
await browser.close();
console.log(JSON.stringify({ browser: browser.version(), compute: Number((open.work.median - closed.work.median).toFixed(2)), closed, open }));
