// SPDX-License-Identifier: BSD-2-Clause
//
// Chromium with one rule: a report asks for nothing but itself, and nothing in it fails.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const PROGRAM = [
  "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome",
].find(existsSync);
const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

export async function launch(more = []) {
  return chromium.launch({ executablePath: PROGRAM, args: [...FLAGS, ...more] });
}

/**
 * Opens a file and hands the page to `look`; afterwards nothing else may have been asked for, and
 * nothing have failed.
 */
export async function withPage(browser, file, options, look) {
  const { hash = "", ...context } = options;
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, ...context });
  const url = pathToFileURL(file).href;
  const asked = [], failed = [];
  page.on("request", (request) => asked.push(request.url()));
  page.on("pageerror", (error) => failed.push(error.message));
  page.on("console", (message) => message.type() === "error" && failed.push(message.text()));
  page.setDefaultTimeout(10000);
  await page.goto(url + hash);
  await look(page);
  const foreign = asked.filter((one) => one.split("#")[0] !== url && !/^(data|blob):/.test(one));
  assert.deepEqual(foreign, [], "asked for more than itself");
  assert.deepEqual(failed, []);
  await page.close();
}
