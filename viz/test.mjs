// SPDX-License-Identifier: BSD-2-Clause
//
// Runs the viewer's unit tests: bundles test/*.test.ts(x) and hands them to node:test, which
// reports in TAP. `node viz/test.mjs [PART OF A NAME]`.

import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { common } from "./build.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "../build/viz-test");
const wanted = process.argv[2] ?? "";
const tests = readdirSync(join(here, "test"))
  .filter((name) => /\.test\.tsx?$/.test(name) && name.includes(wanted))
  .sort();

mkdirSync(out, { recursive: true });
await build({
  ...common,
  entryPoints: tests.map((name) => `test/${name}`),
  outdir: out,
  outExtension: { ".js": ".mjs" },
  write: true,
  format: "esm",
  platform: "node",
  sourcemap: "inline",
});
const files = tests.map((name) => join(out, name.replace(/\.tsx?$/, ".mjs")));
const ran = spawnSync(
  process.execPath,
  ["--enable-source-maps", "--test", "--test-reporter=tap", ...files],
  { stdio: "inherit" },
);
process.exit(ran.status ?? 1);
