import { defineConfig } from "vitest/config";

export default defineConfig({
  define: { ONE: "true", SEVERAL: "true" },
  test: {
    include: ["**/*.test.ts", "**/*.test.tsx"],
    testTimeout: process.env["SQUIGGLY_PROVE"] ? 1_800_000 : 60_000,
    hookTimeout: 120_000,
    retry: process.env["CI"] ? 1 : 0, // a notebook server on a busy machine
    maxWorkers: 2, // two cores; a browser waits more than it works
    css: true,
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [{ name: "css as text", enforce: "pre", load: (id: string) => (id.endsWith(".css") ? "export default ''" : null) }],
});
