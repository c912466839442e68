// SPDX-License-Identifier: BSD-2-Clause
//
// Reports for the browser to open: made by the program itself, of a recording of workload.py.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const socktrace = process.env.SOCKTRACE ?? join(here, "../../socktrace");

export const folder = mkdtempSync(join(tmpdir(), "socktrace-browser-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const at = (name) => join(folder, name);

function run(...args) {
  const env = { PATH: process.env.PATH, TMPDIR: folder, LC_ALL: "C.UTF-8" };
  const stdio = ["ignore", "pipe", "pipe"];
  return execFileSync(socktrace, args, { env, encoding: "utf8", stdio, timeout: 60000 });
}

function linesOf(name) {
  const lines = readFileSync(at(name), "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line));
}

/** A report of a recording, and its stream, also as parsed lines, also with events. */
export function record() {
  run("record", "-o", at("x.skt"), "--", "/usr/bin/python3", join(here, "workload.py"));
  run("export", at("x.skt"), "-o", at("x.html"));
  run("export", at("x.skt"), "-o", at("x.ndjson"));
  run("export", at("x.skt"), "--events", "-o", at("events.ndjson"));
  return {
    report: at("x.html"), stream: at("x.ndjson"), lines: linesOf("x.ndjson"),
    eventLines: linesOf("events.ndjson"),
  };
}

/** The recording as a document. */
export function document() {
  run("export", at("x.skt"), "-o", at("x.json"));
  return at("x.json");
}

/** Asks until it is true; the page's own policy forbids that it be asked there. */
export async function eventually(condition, what = condition) {
  const deadline = Date.now() + 10000;
  while (!(await condition())) assert.ok(Date.now() < deadline, `${what} did not come true`);
}

/** A file of these lines: objects, or text as it is to stand there. */
export function write(name, lines, end = "\n") {
  const text = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line)));
  writeFileSync(at(name), text.join("\n") + end);
  return at(name);
}

/** The report that `socktrace view` makes of a document; without one, the viewer alone. */
export function view(...document) {
  return run("view", ...document).trimEnd();
}
