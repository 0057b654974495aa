// Bundles src/main.ts into ../src/squiggly/page/static/lab.js: one script, no imports, nothing fetched. A notebook needs
// src/notebook.ts as well: lab-notebook.js is the same page with that on top.
// `node build.mjs --check` builds in memory and fails where the committed bundle differs.
import { build } from "esbuild";
import { minify } from "terser";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = fileURLToPath(new URL(".", import.meta.url));
const folder = `${here}../src/squiggly/page/static/`;
const list = `${here}src/views/all.ts`;
const checking = process.argv.includes("--check");

/** A view is one file in src/views: this list of them is written, never edited. */
const names = readdirSync(`${here}src/views`).filter((f) => f.endsWith(".tsx")).map((f) => f.slice(0, -4)).sort();
const imports = names.map((n) => `import * as ${n.replaceAll("-", "_")} from "./${n}.tsx";`);
const views = `// Written by build.mjs from the files beside it.\n${imports.join("\n")}\n\nexport const VIEWS = { ${names.map((n) => n.replaceAll("-", "_")).join(", ")} };\n`;
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

/** One entry as one script; esbuild joins, terser squeezes out what a stranger would download for nothing. */
async function bundled(entry) {
  const result = await build({
    entryPoints: [`${here}src/${entry}.ts`], bundle: true, minify: true, write: false, format: "iife", metafile: true,
    globalName: "squigglyLab", target: "es2022", charset: "ascii", legalComments: "none", loader: { ".css": "text" },
    jsx: "transform", jsxFactory: "h", jsxFragment: "Fragment", inject: [`${here}src/jsx.ts`],
    tsconfigRaw: { compilerOptions: { jsx: "react" } }, plugins: [tightened],
  });
  if (process.argv.includes("--sizes") && entry === "main") sizes(result.metafile);
  const { code } = await minify(result.outputFiles[0].text, {
    ecma: 2020, compress: { passes: 3, ecma: 2020, unsafe_arrows: true, keep_fargs: false, pure_getters: true },
    mangle: true, format: { ascii_only: true },
  });
  // Inside an HTML script element no text may look like the element's end.
  return `${code.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--")}\n`;
}

function sizes({ outputs }) {
  const { inputs } = Object.values(outputs)[0];
  for (const [path, { bytesInOutput }] of Object.entries(inputs).sort((a, b) => b[1].bytesInOutput - a[1].bytesInOutput)) console.log(String(bytesInOutput).padStart(7), path);
}

const made = { [list]: views, [`${folder}lab.js`]: await bundled("main"), [`${folder}lab-notebook.js`]: await bundled("notebook") };
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
const lab = made[`${folder}lab.js`];
console.log(`lab.js: ${(lab.length / 1000).toFixed(1)} kB, ${(gzipSync(lab, { level: 9 }).length / 1000).toFixed(1)} kB gzipped`);
