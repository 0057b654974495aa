/** A lab in a real JupyterLab with its kernel, and in what nbconvert makes of the notebook, with no network at all. */

import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Browser, FrameLocator, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { executable, launch, number, read } from "./browser.ts";

const python = process.env["SQUIGGLY_PYTHON"] ?? fileURLToPath(new URL("../../../.venv/bin/python", import.meta.url));
const missing = lacking();
if (missing) console.warn(`skipped: a lab in a notebook: ${missing}`);

const SHOWN = `import numpy as np, squiggly as sq
x = np.linspace(-2, 2, 20)
points = (x, sq.add_noise(3*x**2 + 2*x + 1, mult=0.15, add=1.5))
lab = sq.lab("y = a*x^2 + b*x + c", points, start={"a": 1.1, "b": 1.1, "c": 1.1}, loss=sq.mae)
told = []
stop = lab.observe(lambda lab: told.append(lab.parameters["a"]))
lab`;

let folder: string, browser: Browser;

beforeAll(async () => {
  if (missing) return;
  folder = mkdtempSync(join(tmpdir(), "squiggly-notebook-"));
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  if (folder) rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
});

test.runIf(missing && process.env["CI"] === "true")("nothing is skipped where CI=true", () => {
  expect.fail(`the tests in a notebook were skipped: ${missing}`);
});

describe.skipIf(missing)("a lab in a notebook", () => {
  test("JupyterLab: what is dragged arrives in Python, what Python sets arrives in the page", async () => {
    const address = written("live.ipynb", [SHOWN, "lab", 'print("a is", lab.parameters["a"], len(told))', 'lab.parameters = {"a": 2.5}', 'lab.points = {"x": [0, 1, 2], "y": [1, 2, 3]}', 'print("points", lab.points.n, lab.points.y.tolist())']);
    const server = await serving();
    try {
      const page = await (await browser.newContext({ viewport: { width: 1500, height: 1400 } })).newPage();
      await opened(page, `${server.url}/doc/tree/${address}`);
      const cells = page.locator(".jp-Notebook .jp-Cell");
      await run(page, cells.nth(0));
      await run(page, cells.nth(1));
      const [first, second] = [labs(page).nth(0), labs(page).nth(1)];
      const slider = first.getByRole("slider", { name: "a", exact: true });
      await slider.waitFor();
      expect(await page.locator("iframe[title]:visible").count(), "the island stays out of the way").toBe(0);

      const before = await lossIn(first);
      await drag(page, slider, 60);
      expect(await lossIn(first)).toBeLessThan(before);
      const a = await valueOf(slider);
      await expect.poll(() => valueOf(second.getByRole("slider", { name: "a", exact: true }))).toBe(a);
      const [, seen, calls] = await printed(page, cells.nth(2), /a is (\S+) (\d+)/);
      expect(Number(seen)).toBeCloseTo(a, 9);
      expect(Number(calls)).toBeGreaterThan(0);

      await slider.focus();
      for (const key of ["b", "d", "d", "x", "ArrowRight"]) await page.keyboard.press(key);
      expect(await cells.count(), "no key pressed in the lab is the notebook's").toBe(6);
      await expect.poll(() => valueOf(slider)).toBeGreaterThan(a);

      await run(page, cells.nth(3));
      await expect.poll(() => valueOf(slider)).toBe(2.5);
      await run(page, cells.nth(4));
      const points = first.getByRole("slider", { name: "points", exact: true });
      await expect.poll(() => points.getAttribute("aria-valuemax")).toBe("3");
      expect(await valueOf(slider), "points leave the parameters where they are").toBe(2.5);
      await points.focus();
      for (const key of ["ArrowRight", "Delete"]) await page.keyboard.press(key);
      await printed(page, cells.nth(5), /points 2 \[\d\.0, \d\.0\]/);
    } finally {
      await server.stop();
    }
  }, 90_000);

  test("nbconvert: the page is alive from disk, with every request refused, by nbviewer's policy too", async () => {
    written("saved.ipynb", [SHOWN]);
    execFileSync(python, ["-m", "nbconvert", "--execute", "--to", "html", "--log-level", "ERROR", "saved.ipynb"], { cwd: folder, env: environment() });
    const saved = join(folder, "saved.html"), policy = `<head><meta http-equiv="Content-Security-Policy" content="connect-src 'none'">`;
    writeFileSync(saved, read(saved).replace("<head>", policy));
    const context = await browser.newContext({ viewport: { width: 1300, height: 1200 } });
    await context.route(/^(?!file:|data:|blob:|about:)/, (route) => route.abort());
    const page = await context.newPage();
    await page.goto(pathToFileURL(saved).href);
    const inside = page.frameLocator("iframe[title]");
    const slider = inside.getByRole("slider", { name: "a", exact: true });
    await slider.waitFor();
    const before = await lossIn(inside);
    await drag(page, slider, 60);
    expect(await lossIn(inside)).toBeLessThan(before);
    const tall = await inside.locator("#squiggly-lab").evaluate((lab) => Math.ceil(lab.getBoundingClientRect().height));
    expect(await page.locator("iframe[title]").evaluate((frame) => (frame as HTMLElement).clientHeight)).toBe(tall);
  }, 60_000);
});

/** What is missing to test a notebook, "" for nothing. */
function lacking(): string {
  if (!executable) return "there is no browser";
  const found = spawnSync(python, ["-c", "import anywidget, ipykernel, jupyterlab, nbconvert"], { encoding: "utf8" });
  return found.status === 0 ? "" : `Python has no notebook: ${String(found.stderr ?? found.error).trim().split("\n").at(-1)}`;
}

/** A notebook of these cells in the folder. */
function written(name: string, cells: readonly string[]): string {
  const code = cells.map((source, i) => ({ cell_type: "code", id: `cell-${i}`, metadata: {}, source, outputs: [], execution_count: null }));
  const metadata = { kernelspec: { name: "python3", display_name: "Python 3", language: "python" } };
  writeFileSync(join(folder, name), JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata, cells: code }));
  return name;
}

/** The server's and kernel's surroundings: every file of theirs in the folder, nothing of the person who tests. */
function environment(): NodeJS.ProcessEnv {
  const at = (name: string): string => join(folder, name);
  return {
    ...process.env, IPYTHONDIR: at(".ipython"), JUPYTER_CONFIG_DIR: at(".config"), JUPYTER_DATA_DIR: at(".data"), JUPYTER_RUNTIME_DIR: at(".runtime"),
    JUPYTERLAB_SETTINGS_DIR: at(".settings"), JUPYTERLAB_WORKSPACES_DIR: at(".workspaces"), JUPYTER_PLATFORM_DIRS: "1", PYDEVD_DISABLE_FILE_VALIDATION: "1",
  };
}

async function serving(): Promise<{ url: string; stop: () => Promise<void> }> {
  const port = await freePort(), url = `http://127.0.0.1:${port}`;
  const options = ["--no-browser", "--allow-root", "--ip=127.0.0.1", `--port=${port}`, "--ServerApp.port_retries=0", "--IdentityProvider.token=", "--ServerApp.disable_check_xsrf=True", `--ServerApp.root_dir=${folder}`, "--LabApp.news_url=None", "--LabApp.extension_manager=readonly"];
  let said = "";
  const server: ChildProcess = spawn(python, ["-m", "jupyterlab", ...options], { env: environment(), stdio: ["ignore", "ignore", "pipe"] });
  server.stderr!.on("data", (text) => { said += text; });
  for (const end = Date.now() + 30_000; Date.now() < end; await new Promise((r) => setTimeout(r, 150))) {
    if (server.exitCode !== null) break;
    if (await fetch(`${url}/api/status`).then((r) => r.ok, () => false)) return { url, stop: () => ended(server) };
  }
  server.kill("SIGKILL");
  throw new Error(`JupyterLab did not start:\n${said}`);
}

/** Asks a server to end, with its kernels; makes it, if it takes long. A kernel ends itself once its server is gone. */
async function ended(server: ChildProcess): Promise<void> {
  const gone = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  const force = setTimeout(() => server.kill("SIGKILL"), 5_000);
  server.kill("SIGTERM");
  await gone;
  clearTimeout(force);
}

const freePort = (): Promise<number> => new Promise((resolve) => {
  const socket = createServer().listen(0, "127.0.0.1", () => {
    const { port } = socket.address() as AddressInfo;
    socket.close(() => resolve(port));
  });
});

const labs = (page: Page): Locator => page.locator("[data-squiggly-lab]");

const valueOf = async (slider: Locator): Promise<number> => Number(await slider.getAttribute("aria-valuenow"));

const lossIn = async (inside: Locator | FrameLocator): Promise<number> => number(await inside.locator(".squiggly .loss-now b").innerText());

/** Opens a notebook and waits for its kernel; a busy machine may need a second look. */
async function opened(page: Page, address: string): Promise<void> {
  const ready = page.getByText(/Python 3.*\| Idle/);
  await page.goto(address);
  await ready.waitFor({ timeout: 20_000 }).catch(() => page.reload().then(() => ready.waitFor()));
}

/** Runs a cell and waits until the kernel is through with it. */
async function run(page: Page, cell: Locator): Promise<void> {
  await cell.locator(".cm-content").click();
  await page.keyboard.press("Control+Enter");
  await expect.poll(() => cell.locator(".jp-InputPrompt").innerText(), { timeout: 30_000 }).toMatch(/\[\d+\]/);
}

/** Runs a cell until it prints what matches. */
async function printed(page: Page, cell: Locator, wanted: RegExp): Promise<RegExpMatchArray> {
  await run(page, cell);
  const output = cell.locator(".jp-OutputArea-output");
  await expect.poll(() => output.first().innerText()).toMatch(wanted);
  return (await output.first().innerText()).match(wanted)!;
}

async function drag(page: Page, slider: Locator, by: number): Promise<void> {
  await slider.scrollIntoViewIfNeeded();
  const box = (await slider.boundingBox())!, x = box.x + box.width / 2, y = box.y + box.height / 2;
  await page.mouse.move(x, y);
  await page.mouse.down();
  for (const share of [0.25, 0.5, 0.75, 1]) await page.mouse.move(x + by * share, y, { steps: 2 });
  await page.mouse.up();
  await page.waitForTimeout(200);
}
