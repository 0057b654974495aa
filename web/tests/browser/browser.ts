/** A real Chromium, the pages that Python makes for it, and what tests do on them. */

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Frame, type Locator, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--font-render-hinting=none"];
const WEB = fileURLToPath(new URL("../..", import.meta.url));
const PATIENCE = 10_000; // ms that anything may take on a busy machine

export const executable = process.env["SQUIGGLY_CHROMIUM"] ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));

export const launch = (): Promise<Browser> => {
  if (!executable) throw new Error("there is no browser to test with\nhint: install chromium, or name one in SQUIGGLY_CHROMIUM");
  return chromium.launch({ executablePath: executable, args: FLAGS });
};

/** A folder with every page of pages.py: the one that is there already, or one made by the Python that runs the tests. */
function pages(): string {
  if (process.env["SQUIGGLY_PAGES"]) return process.env["SQUIGGLY_PAGES"];
  const folder = mkdtempSync(join(tmpdir(), "squiggly-pages-"));
  execFileSync(process.env["SQUIGGLY_PYTHON"] ?? join(WEB, "../.venv/bin/python"), [join(WEB, "tests/browser/pages.py"), folder], { stdio: "inherit" });
  return folder;
}

export interface Opened {
  readonly page: Page;
  readonly requests: string[]; // everything asked for besides the page itself
  readonly errors: string[]; // whatever the page's console calls an error, and what a policy forbade
}

export type Options = BrowserContextOptions & { readonly hash?: string };

export interface Stage {
  /** A new tab on a page of pages.py, on another file, or at an address; closed after the test. */
  readonly open: (where: string, options?: Options) => Promise<Opened>;
  /** Another tab beside one that is open. */
  readonly beside: (page: Page, address: string) => Promise<Opened>;
  readonly file: (name: string) => string;
}

/** A browser and the pages, for the tests of one file. */
export function stage(): Stage {
  let browser: Browser, folder = "";
  beforeAll(async () => { [browser, folder] = [await launch(), pages()]; });
  afterEach(async () => { for (const context of browser.contexts()) await context.close(); });
  afterAll(async () => {
    await browser?.close();
    if (folder && !process.env["SQUIGGLY_PAGES"]) rmSync(folder, { recursive: true });
  });
  const file = (name: string): string => join(folder, `${name}.html`);
  const open = async (where: string, { hash = "", ...options }: Options = {}): Promise<Opened> => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    context.setDefaultTimeout(PATIENCE);
    const address = where.includes("://") ? where : pathToFileURL(where.includes("/") ? where : file(where)).href;
    return watched(await context.newPage(), address + hash);
  };
  return { open, file, beside: async (page, address) => watched(await page.context().newPage(), address) };
}

async function watched(page: Page, address: string): Promise<Opened> {
  const requests: string[] = [], errors: string[] = [];
  page.on("request", (r) => { if (!r.isNavigationRequest() && !/^(data|blob):/.test(r.url())) requests.push(r.url()); });
  page.on("console", (m) => { if (m.type() === "error") errors.push(m.text()); });
  page.on("pageerror", (e) => errors.push(String(e)));
  await page.addInitScript(() => addEventListener("securitypolicyviolation", (e) => console.error(`forbidden: ${e.violatedDirective} ${e.blockedURI}`)));
  await page.goto(address);
  return { page, requests, errors };
}

// --- What is on a page ---

export type Place = Page | Frame;

/** What is read, asked again until it is as expected. */
export const soon = <T>(read: () => Promise<T> | T) => expect.poll(read, { timeout: PATIENCE, interval: 20 });

/** A number as the page writes it, with a real minus sign. */
export const number = (text: string): number => Number(text.trim().split(/\s/)[0]!.replace("−", "-"));

export const button = (place: Place, name: string | RegExp): Locator => place.getByRole("button", { name, exact: true });
export const slider = (place: Place, name: string): Locator => place.getByRole("slider", { name, exact: true });

/** The loss that the page shows. */
export const loss = async (place: Place): Promise<number> => number(await lossWords(place));

/** What the page says about the loss: the number, and why there is none. */
export const lossWords = (place: Place): Promise<string> => place.getByRole("region", { name: "loss", exact: true }).getByRole("paragraph").first().innerText();

/** Where a slider stands, in full precision. */
export const value = async (place: Place, name: string): Promise<number> => Number(await slider(place, name).getAttribute("aria-valuenow"));

/** What the page complains of, "" for nothing. */
export const complaint = async (place: Place): Promise<string> => (await place.getByRole("alert").allInnerTexts()).join("\n");

/** How many points the plot says it has. */
export const pointCount = async (place: Place): Promise<number> => {
  const words = (await place.getByRole("group", { name: /^plot of / }).getAttribute("aria-label"))!;
  return words.includes("no points") ? 0 : Number(/(\d+) points?/.exec(words)![1]);
};

/** The formula as a screen reader says it. */
export const formula = async (place: Place): Promise<string> => (await place.getByRole("heading", { level: 1 }).getAttribute("aria-label"))!;

/** Opens a panel and gives it. */
export async function panel(place: Place, name: "model" | "points" | "share"): Promise<Locator> {
  const opener = button(place, name), title = { model: "the model", points: "the points", share: "share this lab" }[name];
  if ((await opener.getAttribute("aria-expanded")) !== "true") await opener.click();
  return place.getByRole("region", { name: title, exact: true });
}

/** Takes hold of something in its middle and drags it, in px. */
export async function drag(page: Page, what: Locator, across: number, down = 0): Promise<void> {
  await what.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await what.boundingBox())!, from = [x + width / 2, y + height / 2] as const;
  await page.mouse.move(...from);
  await page.mouse.down();
  await page.mouse.move(from[0] + across / 2, from[1] + down / 2, { steps: 3 });
  await page.mouse.move(from[0] + across, from[1] + down, { steps: 3 });
  await page.mouse.up();
}

export const read = (path: string): string => readFileSync(path, "utf8");
