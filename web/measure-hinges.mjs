// Measures the page's exact places of hinges: `node measure-hinges.mjs` prints rms over its lower bound, and times in ms.
import { build } from "esbuild";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url)), N = 400, END = 2.1, SEEDS = 3;
const load = async (file) => {
  const { outputFiles } = await build({ entryPoints: [`${here}src/hinges/${file}.ts`], bundle: true, write: false, format: "esm" });
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
};
const [{ place }, { limits }] = [await load("place"), await load("segments")];

const CURVES = { "3x² + 2x + 1": (x) => 3 * x * x + 2 * x + 1, "exp x": Math.exp, "sin 3x": (x) => Math.sin(3 * x), "Runge 1/(1 + 25(x/2.1)²)": (x) => 1 / (1 + 25 * (x / END) ** 2) };

/** Numbers between 0 and 1 from a seed (mulberry32). */
const random = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
};
const spread = (y) => { const mean = y.reduce((a, b) => a + b) / y.length; return Math.sqrt(y.reduce((a, b) => a + (b - mean) ** 2, 0) / y.length); };

/** Points at random places along x; noise is a share of the curve's spread. */
function drawn(curve, seed, noise, n = N) {
  const next = random(seed), normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const x = Float64Array.from({ length: n }, () => END * (2 * next() - 1)), y = x.map(curve), size = spread(y);
  return [x, y.map((v) => v + noise * size * normal()), x.map(() => 1)];
}
const timed = (f) => { const began = performance.now(), found = f(); return [found, performance.now() - began]; };
const print = (cells) => console.log(`| ${cells.join(" | ")} |`);

drawn(Math.exp, 0, 0); // what is compiled at the first call does not count
for (let seed = 0; seed < 3; seed++) place(...drawn(Math.exp, seed, 0.05), 16);

for (const noise of [0, 0.05]) {
  console.log(`\nnoise: ${100 * noise} % of the spread, ${N} points, the worst of ${SEEDS} seeds\n`);
  print(["curve", "hinges", "rms ÷ bound", "ms"]);
  print(["---", "---", "---", "---"]);
  for (const [name, curve] of Object.entries(CURVES)) for (const n of [1, 3, 7, 15, 16]) {
    const runs = Array.from({ length: SEEDS }, (_, seed) => {
      const points = drawn(curve, seed, noise), [found, ms] = timed(() => place(...points, n));
      return [Math.sqrt(found.cost / limits(...points, n + 1)[n]), ms];
    });
    print([name, n, Math.max(...runs.map(([ratio]) => ratio)).toFixed(4), Math.max(...runs.map(([, ms]) => ms)).toFixed(0)]);
  }
}

console.log("\nmany points or hinges; and the limits of 1 … 17 pieces alone\n");
print(["points", "hinges", "ms", "ms from where they were", "limits, ms"]);
print(["---", "---", "---", "---", "---"]);
for (const [n, hinges] of [[60, 16], [400, 16], [400, 99], [1_000, 16], [2_000, 99], [100_000, 16]]) {
  const points = drawn(CURVES["sin 3x"], 7, 0.05, n);
  limits(...points, 17);
  const [found, ms] = timed(() => place(...points, hinges)), near = found.t.map((t) => t + 0.01);
  print([n, hinges, ms.toFixed(0), timed(() => place(...points, hinges, near, false))[1].toFixed(1), timed(() => limits(...points, 17))[1].toFixed(1)]);
}
