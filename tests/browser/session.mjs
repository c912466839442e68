// SPDX-License-Identifier: BSD-2-Clause
//
// What each file of tests begins with: a recording, and a browser, made once for all its tests.

import { after, before } from "node:test";
import { launch } from "./browser.mjs";
import { record } from "./report.mjs";

export let browser, made;

before(async () => {
  made = record();
  browser = await launch();
});
after(() => browser.close());

/** The lines of a type in what was recorded. */
export const last = (type) => made.lines.filter((line) => line.type === type);

/** The drawings listen: the list of rows comes with the first of them. */
export const opened = (page) =>
  page.getByRole("listbox", { name: "connections" }).waitFor({ state: "attached" });
