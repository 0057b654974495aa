// Bundles src/main.ts into ../src/squiggly/page/static/lab.js, for models of one input, and lab-map.js, for several: one
// script each, no imports, nothing fetched. A notebook needs src/notebook.ts on top: lab-notebook.js, lab-notebook-map.js.
// `node build.mjs --check` builds in memory and fails where a committed bundle differs; `--sizes` tells what each view costs.
import { build } from "esbuild";
import { minify } from "terser";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = fileURLToPath(new URL(".", import.meta.url));
const folder = `${here}../src/squiggly/page/static/`;
const list = `${here}src/views/all.ts`;
const checking = process.argv.includes("--check");

/**
 * A view is one file in src/views: this list of them is written, never edited. A page of one input needs other views than
 * one of several; a view that says `export const inputs = "one"` (or "several") goes into pages of that kind only.
 */
const names = readdirSync(`${here}src/views`).filter((f) => f.endsWith(".tsx")).map((f) => f.slice(0, -4)).sort();
const kindOf = (name) => /^export const inputs = "(one|several)"/m.exec(readFileSync(`${here}src/views/${name}.tsx`, "utf8"))?.[1];
const listOf = (kind) => names.filter((name) => kindOf(name) === kind).join(", ");
const imports = names.map((name) => `import * as ${name} from "./${name}.tsx";`);
const views = `// Written by build.mjs from the files beside it.\n${imports.join("\n")}\n\nexport const VIEWS = { ${listOf()}, ...(ONE && { ${listOf("one")} }), ...(SEVERAL && { ${listOf("several")} }) };\n`;
if (!checking) writeFileSync(list, views);

/** CSS without what only its writers need: line breaks, and spaces beside punctuation. */
const tight = (css) => css.replace(/\/\*[^]*?\*\//g, "").replace(/\s*\n\s*/g, "").replace(/\s*([{};,])\s*/g, "$1").replace(/;}/g, "}").replace(/: /g, ":");
const tightened = {
  name: "tight css",
  setup(b) {
    b.onLoad({ filter: /\.css$/ }, ({ path }) => ({ contents: tight(readFileSync(path, "utf8")), loader: "text" }));
    b.onLoad({ filter: /src\/.*\.tsx$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8").replace(/(?<=[sS]tyle(?:: string)? = (?:\S+ \+ )?`)[^`]+(?=`)/g, tight), loader: "tsx",
    }));
  },
};

/** Modules of which nothing is used stay out: in src nothing happens as a file loads, but for what the entry does. */
const unused = {
  name: "without what is unused",
  setup: (b) => b.onResolve({ filter: /^\.{1,2}\/.*\.tsx?$/ }, ({ path, resolveDir }) => ({ path: resolve(resolveDir, path), sideEffects: false })),
};

/** What the bundles are: the page or a notebook's, of one input or of several; the page that trains networks; the page of a recogniser. */
const KINDS = { lab: ["main", true], "lab-map": ["main", false], "lab-notebook": ["notebook", true], "lab-notebook-map": ["notebook", false], "lab-network": ["network/main", true], "lab-photo": ["photo/main", true] };

/** One entry as one script; esbuild joins, terser squeezes out what a stranger would download for nothing. left: a view to leave out. */
async function bundled(entry, one, left = "") {
  const result = await build({
    entryPoints: [`${here}src/${entry}.ts`], bundle: true, minify: true, write: false, format: "iife",
    globalName: "squigglyLab", target: "es2022", charset: "ascii", legalComments: "none", loader: { ".css": "text" },
    jsx: "transform", jsxFactory: "h", jsxFragment: "Fragment", inject: [`${here}src/jsx.ts`], define: { ONE: String(one), SEVERAL: String(!one) },
    tsconfigRaw: { compilerOptions: { jsx: "react" } }, plugins: [...(left ? [without(left)] : []), ...(/^(network|photo)/.test(entry) ? [unused] : []), tightened],
  });
  const { code } = await minify(result.outputFiles[0].text, {
    ecma: 2020, compress: { passes: 3, ecma: 2020, unsafe_arrows: true, keep_fargs: false, pure_getters: true },
    mangle: true, format: { ascii_only: true },
  });
  // Inside an HTML script element no text may look like the element's end.
  return `${code.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--")}\n`;
}

const without = (left) => ({
  name: "without a view",
  setup: (b) => b.onLoad({ filter: /views[/]all\.ts$/ }, () => ({ contents: views.replace(new RegExp(`^.*/${left}\\.tsx.*\n`, "m"), "").replace(new RegExp(`\\b${left}\\b,? ?`), ""), loader: "ts" })),
});

const zipped = (code) => gzipSync(code, { level: 9 }).length;

/** What each view costs: what a page is smaller without it, and without what it alone needs. */
async function sizes(kind) {
  const [entry, one] = KINDS[kind], whole = zipped(await bundled(entry, one)), costs = [];
  for (const name of names.filter((n) => kindOf(n) !== (one ? "several" : "one"))) costs.push([name, whole - zipped(await bundled(entry, one, name))]);
  for (const [name, cost] of costs.sort((a, b) => b[1] - a[1])) console.log(`${kind}: ${name.padEnd(12)} ${String(cost).padStart(6)} bytes gzipped`);
}

const made = { [list]: views };
for (const [name, [entry, one]] of Object.entries(KINDS)) made[`${folder}${name}.js`] = await bundled(entry, one);
if (checking) {
  const stale = Object.keys(made).filter((path) => !existsSync(path) || readFileSync(path, "utf8") !== made[path]);
  if (stale.length) {
    console.error(`${stale.join(", ")} differ from what the sources make\nhint: run \`make page\` and commit the result`);
    process.exit(1);
  }
} else {
  mkdirSync(folder, { recursive: true });
  for (const [path, text] of Object.entries(made)) writeFileSync(path, text);
}
for (const name of Object.keys(KINDS)) {
  const code = made[`${folder}${name}.js`];
  console.log(`${name}.js: ${(code.length / 1000).toFixed(1)} kB, ${(zipped(code) / 1000).toFixed(1)} kB gzipped`);
}
if (process.argv.includes("--sizes")) for (const kind of ["lab", "lab-map"]) await sizes(kind);
