// SPDX-License-Identifier: BSD-2-Clause
//
// The pictures of the viewer in docs/, anew: a demo scene recorded here, and generated traffic.
// They are what Chromium draws of reports that the program made. `make screenshots`.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { launch, withPage } from "./browser.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const folder = mkdtempSync(join(tmpdir(), "socktrace-screenshots-"));
const at = (name) => join(folder, name);
const AIR = 0.04;
const TRIES = 5;

function socktrace(...args) {
  const stdio = ["ignore", "ignore", "inherit"];
  execFileSync(join(root, "socktrace"), args, { cwd: root, stdio });
}

/** A recording in which a SYN was dropped: where the clients come too slowly, none is. */
function recorded() {
  const wasDropped = ({ events }) => events.some(({ name }) => name === "drop");
  for (let i = 0; i < TRIES; i++) {
    socktrace("record", "-o", at("scene.skt"), "--", "python3", "demo/scenes/serial.py");
    const connections = connectionsOf(at("scene.skt"));
    const dropped = connections.find(wasDropped);
    if (dropped) return { recording: at("scene.skt"), connections, dropped };
  }
  throw new Error(`in ${TRIES} recordings nobody was turned away`);
}

function connectionsOf(recording) {
  socktrace("export", recording, "-o", at("x.json"));
  return JSON.parse(readFileSync(at("x.json"), "utf8")).connections;
}

function generated() {
  execFileSync(join(root, "build/bench/generate"), [at("many.skt"), "10000", "10"]);
  return at("many.skt");
}

/** From the first connection's beginning to the last one's end, with some air. */
function viewOf(connections) {
  const start = Math.min(...connections.map(({ start_ns }) => start_ns));
  const end = Math.max(...connections.map(({ start_ns, end_ns }) => end_ns ?? start_ns));
  const air = (end - start) * AIR;
  return `${Math.round(start - air)}~${Math.round(end + air)}`;
}

async function shoot(browser, recording, options, name) {
  socktrace("export", recording, "-o", at("x.html"));
  await withPage(browser, at("x.html"), options, async (page) => {
    await page.locator(".stage").waitFor();
    // The second frame from now has all that the first one measured.
    await page.evaluate(() =>
      new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    await page.screenshot({ path: join(root, "docs", name) });
  });
}

try {
  const browser = await launch();
  const { recording, connections, dropped } = recorded();
  const hash = `#view=${viewOf(connections)}&select=connection:${dropped.id}&tab=flowchart`;
  const light = { colorScheme: "light", viewport: { width: 1280, height: 560 }, hash };
  await shoot(browser, recording, light, "viewer.png");
  await shoot(browser, generated(), { colorScheme: "dark" }, "viewer-dark.png");
  await browser.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
