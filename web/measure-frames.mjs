// Measures what moves on a page in a real Chromium: `node measure-frames.mjs page.html what [seconds]` prints JSON, with
// what = "hook" (a hook is dragged), "exact" (every line is placed), "map" or "landscape" (redrawn while it trains),
// "network" (it trains as fast as it can). Times in ms, medians with their quartiles.
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [, , file, what, seconds = "4"] = process.argv;
const MOVES = 120, SIZE = 100; // places across and up that a map must have
const executablePath = process.env.SQUIGGLY_CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const middle = (values) => {
  const sorted = [...values].sort((a, b) => a - b), at = (q) => Number(sorted[Math.round(q * (sorted.length - 1))].toFixed(2));
  return { median: at(0.5), low: at(0.25), high: at(0.75) };
};
const button = (page, name) => page.getByRole("button", { name, exact: true });

/** In the page: from each pointer move's arrival to the end of the frame that shows it. */
const noteMoves = () => {
  window.noted = [];
  const channel = new MessageChannel();
  let began = 0;
  channel.port1.onmessage = () => { window.noted.push(performance.now() - began); began = 0; };
  addEventListener("pointermove", () => {
    if (began) return;
    began = performance.now();
    requestAnimationFrame(() => channel.port2.postMessage(0)); // answered once the frame is drawn
  }, { capture: true });
};

/** In the page: from a click to the end of the frame that shows what it did. */
const noteClicks = () => {
  window.noted = [];
  const channel = new MessageChannel();
  let began = 0;
  channel.port1.onmessage = () => window.noted.push(performance.now() - began);
  addEventListener("click", () => { began = performance.now(); requestAnimationFrame(() => requestAnimationFrame(() => channel.port2.postMessage(0))); }, { capture: true });
};

/** In the page, before its script: when each frame began, and how long until it was painted. */
const noteFrames = () => {
  const ask = window.requestAnimationFrame.bind(window), channel = new MessageChannel();
  let began = 0;
  window.noted = [];
  channel.port1.onmessage = () => { window.noted.at(-1).painted = performance.now() - began; };
  window.requestAnimationFrame = (work) => ask((now) => {
    const start = performance.now(), again = window.noted.at(-1)?.at === now; // several may ask for the same frame
    work(now);
    if (again) return;
    began = start;
    window.noted.push({ at: now });
    channel.port2.postMessage(0);
  });
};

const rms = async (page) => Math.sqrt(Number((await page.getByRole("region", { name: "loss", exact: true }).getByRole("paragraph").first().innerText()).trim().split(/\s/)[0].replace("−", "-")));

const WAYS = {
  async hook(page) {
    await page.evaluate(noteMoves);
    const { x, y, width, height } = await page.locator(".hooks [role=slider]").nth(1).boundingBox(), at = [x + width / 2, y + height / 2];
    await page.mouse.move(...at);
    await page.mouse.down();
    for (let i = 0; i < MOVES; i++) await page.mouse.move(at[0] + 30 * Math.sin(i / 6), at[1]);
    await page.mouse.up();
    return { frame: middle((await page.evaluate(() => window.noted)).slice(5)) };
  },
  async exact(page) {
    await page.evaluate(noteClicks);
    const taken = [];
    for (let i = 0; i < 5; i++) {
      await button(page, "place exactly").click();
      await page.waitForFunction((n) => window.noted.length > n, i);
      taken.push(await page.evaluate((n) => window.noted[n], i));
      if (i < 4) {
        await button(page, "undo").click();
        await page.waitForFunction((n) => window.noted.length > n, i);
        await page.waitForTimeout(200);
        await page.evaluate((n) => { window.noted.length = n; }, i + 1);
      }
    }
    const limit = await page.getByRole("region", { name: /how near/ }).innerText();
    return { taken: middle(taken), rms: await rms(page), limit };
  },
  map: (page) => frames(page, ".plane canvas"),
  async landscape(page) {
    await button(page, "loss landscape").click();
    return frames(page, ".landscape-map canvas");
  },
  async network(page) {
    await page.getByLabel("speed").selectOption("fast");
    await page.evaluate(() => {
      const place = document.querySelector(".timeline-where");
      window.seen = [];
      new MutationObserver(() => window.seen.push([performance.now(), Number(place.textContent.match(/\d+/)[0])])).observe(place, { subtree: true, characterData: true, childList: true });
      window.noted.length = 0;
    });
    await button(page, "Play").click();
    await page.waitForTimeout(1000 * Number(seconds));
    const [seen, noted] = await page.evaluate(() => [window.seen.slice(5), window.noted.slice(10)]);
    const per = (list, at) => Math.round((1000 * (list.length - 1)) / (at(list.at(-1)) - at(list[0]))), [first, last] = [seen[0], seen.at(-1)];
    return { perSecond: per(noted, (f) => f.at), drawnPerSecond: per(seen, (s) => s[0]), stepsPerSecond: Math.round((1000 * (last[1] - first[1])) / (last[0] - first[0])) };
  },
};

/** Frames of a walk that plays. */
async function frames(page, canvas) {
  await page.evaluate(() => { window.noted.length = 0; });
  await button(page, "Play").click();
  await page.waitForTimeout(1000 * Number(seconds));
  const side = Number(await page.locator(canvas).getAttribute("width")), noted = await page.evaluate(() => window.noted.slice(10));
  return { side, whole: side >= SIZE, frame: middle(noted.map((f) => f.painted).filter((v) => v > 0)), perSecond: Math.round((1000 * (noted.length - 1)) / (noted.at(-1).at - noted[0].at)) };
}

const browser = await chromium.launch({ executablePath, args: FLAGS });
const page = await browser.newPage({ viewport: { width: 1280, height: 1300 } });
if (["map", "landscape", "network"].includes(what)) await page.addInitScript(noteFrames);
await page.goto(pathToFileURL(file).href + (what === "network" ? "" : "#1&steps=2000"));
await (what === "network" ? button(page, "Play") : page.getByText("checked").first()).waitFor();
console.log(JSON.stringify({ browser: browser.version(), ...(await WAYS[what](page)) }));
await browser.close();
