// SPDX-License-Identifier: BSD-2-Clause
//
// Builds the viewer: `node viz/build.mjs [OUT]` writes one HTML file that needs nothing else. It
// holds the page's code, the worker's code as text within it, the styles, and one empty line
// `<script … id="trace" …></script>` into which `socktrace export` puts the data.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const budget = 60 * 1024;

/** Options that the page, the worker and the tests share. */
export const common = {
  absWorkingDir: here,
  bundle: true,
  write: false,
  target: ["es2022"],
  jsx: "automatic",
  jsxImportSource: "preact",
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
};

/** `import source from "worker:PATH"` gives the bundled code of a worker as a string. */
const workers = {
  name: "workers",
  setup(plugin) {
    plugin.onResolve({ filter: /^worker:/ }, (args) => ({
      path: resolve(args.resolveDir, args.path.slice("worker:".length)),
      namespace: "worker",
    }));
    plugin.onLoad({ filter: /.*/, namespace: "worker" }, async (args) => ({
      contents: await script(args.path),
      loader: "text",
    }));
  },
};

async function script(entry) {
  const result = await build({
    ...common,
    entryPoints: [entry],
    format: "iife",
    minify: true,
    plugins: [workers],
  });
  return result.outputFiles[0].text;
}

async function style(entry) {
  const result = await build({ ...common, entryPoints: [entry], minify: true });
  return result.outputFiles[0].text;
}

/** Text that may stand in a script element: nothing in it ends the element early. */
function inScript(text) {
  return text.replace(/<\/(script)/gi, "<\\/$1").replace(/<!--/g, "\\x3c!--");
}

export async function viewer() {
  const code = inScript(await script(join(here, "src/app/main.tsx")));
  const css = await style(join(here, "src/app/style.css"));
  const hash = createHash("sha256").update(code).digest("base64");
  const parts = { code, css, hash };
  return readFileSync(join(here, "src/app/page.html"), "utf8").replace(
    /\{\{(\w+)\}\}/g,
    (_, name) => parts[name],
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const out = resolve(process.argv[2] ?? join(here, "../build/viewer.html"));
  const html = await viewer();
  const packed = gzipSync(html, { level: 9 }).length;
  if (packed > budget) {
    console.error(`viewer.html: ${packed} bytes gzipped, the budget is ${budget}`);
    process.exit(1);
  }
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, html);
}
