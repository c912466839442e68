// SPDX-License-Identifier: BSD-2-Clause
//
// The viewer in a real browser, on reports that the program made of a real recording. Opened from
// file://; withPage() holds every one of them to asking for nothing and failing in nothing.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { withPage } from "./browser.mjs";
import { eventually, view, write } from "./report.mjs";
import { browser, last, made, opened } from "./session.mjs";

const inHash = async (page, text) => (await page.evaluate(() => location.hash)).includes(text);

/** What the canvas shows: how many of its pixels are of another colour than its corner. */
function painted(page, selector) {
  return page.locator(selector).evaluate((canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let different = 0;
    for (let i = 4; i < data.length; i += 4)
      if (data[i] !== data[0] || data[i + 1] !== data[1] || data[i + 2] !== data[2]) different++;
    return different;
  });
}

const critical = () => last("finding").find((finding) => finding.severity === "critical");

test("a finding leads to its connections, and those to their flowcharts", async () => {
  await withPage(browser, made.report, {}, async (page) => {
    const finding = critical();
    await page.getByRole("button", { name: finding.rule }).first().click();
    await page.getByRole("tab", { name: "Details" }).click();
    const details = page.getByRole("article");
    assert.match(await details.innerText(), /What to do/);
    assert.ok((await details.innerText()).includes(finding.summary));
    await details.getByRole("button", { name: `#${finding.connections[0]}`, exact: true }).click();
    await page.getByRole("tab", { name: "Flowchart" }).click();
    const chart = page.locator("svg.flowchart");
    await chart.waitFor();
    assert.match(await chart.textContent(), /connect\(.*dropped, queue \d of \d/);
    await eventually(() => inHash(page, "select=connection"));
  });
});

test("every connection is in the list, and what is drawn is not blank", async () => {
  await withPage(browser, made.report, {}, async (page) => {
    await opened(page);
    const ids = new Set(last("connection").map((connection) => connection.id));
    const list = page.getByRole("listbox", { name: `${ids.size} connections` });
    await list.waitFor({ state: "attached" });
    for (const canvas of ["rows-plot", "lanes-plot", "navigator"])
      await eventually(async () => (await painted(page, `canvas.${canvas}`)) > 1000);
  });
});

test("by keyboard alone: a finding, a connection, its flowchart, and out again", async () => {
  await withPage(browser, made.report, {}, async (page) => {
    await opened(page);
    await page.keyboard.press(".");
    await eventually(() => inHash(page, "select=finding"));
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.locator("svg.flowchart").waitFor();
    await page.keyboard.press("KeyW", { delay: 300 }); // the URL follows when the zoom has ended
    await eventually(() => inHash(page, "view="));
    await page.keyboard.press("/");
    await page.keyboard.type("no such address");
    await page.getByRole("listbox", { name: "0 connections" }).waitFor({ state: "attached" });
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
  });
});

test("the state in the URL is taken up when it is opened", async () => {
  const id = critical().connections[0];
  const hash = `#select=connection:${id}&tab=flowchart&theme=dark`;
  await withPage(browser, made.report, { hash }, async (page) => {
    await page.locator("svg.flowchart").waitFor();
    assert.match(await page.locator("svg.flowchart").textContent(), new RegExp(`#${id} tcp`));
  });
});

test("dark is dark, by the system's wish and by the page's", async () => {
  const brightness = (page) =>
    page.evaluate(() => {
      const [red, green, blue] = getComputedStyle(document.body).backgroundColor.match(/\d+/g);
      return (Number(red) + Number(green) + Number(blue)) / 3;
    });
  await withPage(browser, made.report, { colorScheme: "dark" }, async (page) => {
    await opened(page);
    assert.ok((await brightness(page)) < 60);
  });
  const asked = { colorScheme: "light", hash: "#theme=dark" };
  await withPage(browser, made.report, asked, async (page) => {
    await opened(page);
    assert.ok((await brightness(page)) < 60);
  });
  await withPage(browser, made.report, { colorScheme: "light" }, async (page) => {
    await opened(page);
    assert.ok((await brightness(page)) > 200);
  });
});

test("the page could not reach the network if it wanted to", async () => {
  const page = await browser.newPage();
  await page.goto(pathToFileURL(made.report).href);
  const refused = page.evaluate(() => new Promise((resolve) => {
    addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective));
    fetch("http://127.0.0.1:1/").catch(() => {});
  }));
  assert.equal(await refused, "connect-src");
  await page.close();
});

test("names that look like markup are text", async () => {
  const listener = last("listener").find((one) => one.path?.includes("<script>"));
  const process = last("process").at(-1);
  assert.match(process.names.at(-1)[1], /^<img/);
  for (const [selected, tab, text] of [
    [`listener:${listener.id}`, "details", "document.title"],
    [`listener:${listener.id}`, "flowchart", "document.title"],
    [`process:${process.id}`, "details", "<img"],
  ]) {
    const hash = `#select=${selected}&tab=${tab}`;
    await withPage(browser, made.report, { hash }, async (page) => {
      await opened(page);
      await page.locator("#page").getByText(text).first().waitFor();
      assert.equal(await page.locator("img").count(), 0);
      assert.equal(await page.locator("svg[onload]").count(), 0);
      assert.notEqual(await page.title(), "owned");
    });
  }
});

test("a flowchart saved is a picture of its own, with hostile names as text", async () => {
  const listener = last("listener").find((one) => one.path?.includes("<script>"));
  const connection = last("connection").find((one) => one.listener === listener.id);
  const hash = `#select=connection:${connection.id}&tab=flowchart`;
  await withPage(browser, made.report, { hash }, async (page) => {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save as SVG" }).click(),
    ]);
    const text = readFileSync(await download.path(), "utf8");
    assert.match(text, /^<svg[^>]* xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    assert.match(text, /prefers-color-scheme:dark/);
    assert.ok(!text.includes("<script>"), "a name became markup");
    assert.match(text, /&lt;script&gt;/);
    const parsed = await page.evaluate((svg) =>
      new DOMParser().parseFromString(svg, "image/svg+xml").documentElement.localName, text);
    assert.equal(parsed, "svg", "not well-formed");
  });
});

test("the object as JSON and the filter for Wireshark can be copied", async () => {
  const connection = last("connection").find(
    (one) => one.protocol === "tcp" && one.accepted_ns !== null);
  const hash = `#select=connection:${connection.id}&tab=details`;
  const options = { permissions: ["clipboard-read", "clipboard-write"], hash };
  await withPage(browser, made.report, options, async (page) => {
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
    await page.getByRole("button", { name: "Copy filter" }).click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    assert.match(await clipboard(), new RegExp(`tcp.port == ${connection.client.port}`));
    await page.getByRole("button", { name: "Copy as JSON" }).click();
    await eventually(async () => (await clipboard()).startsWith("{"));
    const copied = JSON.parse(await clipboard());
    assert.equal(copied.id, connection.id);
    assert.deepEqual(copied.events, connection.events);
    assert.deepEqual(copied.client, connection.client);
  });
});

test("the bare viewer takes a stream that is given to it", async () => {
  await withPage(browser, view(), {}, async (page) => {
    await page.getByText("Drop a trace here").waitFor();
    await page.locator("input[type=file]").setInputFiles(made.stream);
    await opened(page);
  });
});

test("a stream that was cut is shown, and says so", async () => {
  const cut = made.lines.slice(0, -1);
  // The last line is cut itself, as after kill -9.
  const file = view(write("cut.ndjson", [...cut, '{"type":"conn'], ""));
  await withPage(browser, file, {}, async (page) => {
    await opened(page);
    const text = await page.getByRole("alert").innerText();
    assert.match(text, /incomplete/i);
    assert.match(text, /cut before its last line: connections that were open then are missing/);
  });
});

test("of a cut stream with events, connections are shown by their events", async () => {
  const events = made.eventLines.filter(({ type, connection }) => type === "event" && connection);
  const lines = made.eventLines.filter(({ type }) => type !== "connection" && type !== "end");
  await withPage(browser, view(write("events.ndjson", lines)), {}, async (page) => {
    await opened(page);
    const many = `${new Set(events.map(({ connection }) => connection)).size} connections`;
    await page.getByRole("listbox", { name: many }).waitFor({ state: "attached" });
    const text = await page.getByRole("alert").innerText();
    assert.ok(text.includes(`${many} known by events alone`), text);
  });
});

test("losses stand in a banner", async () => {
  const end = made.lines.at(-1);
  const by_kind = { ...end.loss.by_kind, data: 7 };
  const loss = { ...end.loss, complete: false, events_lost: 7, by_kind };
  const file = view(write("lossy.ndjson", [...made.lines.slice(0, -1), { ...end, loss }]));
  await withPage(browser, file, {}, async (page) => {
    await opened(page);
    assert.match(await page.getByRole("alert").innerText(), /7 events lost \(data 7\)/);
  });
});

test("a broken line is named, and so is a newer format", async () => {
  // The browser counts lines too, but those of the value alone: they would mislead.
  for (const line of ['{"type":"connection","id":', "{type:1}"]) {
    const broken = [...made.lines.slice(0, 3), line, ...made.lines.slice(3)];
    await withPage(browser, view(write("broken.ndjson", broken)), {}, async (page) => {
      assert.match(await page.getByRole("alert").innerText(), /line 4: not JSON[^(]*$/);
    });
  }
  const newer = [{ ...made.lines[0], schema: "socktrace/2" }, ...made.lines.slice(1)];
  await withPage(browser, view(write("newer.ndjson", newer)), {}, async (page) => {
    assert.match(await page.getByRole("alert").innerText(), /socktrace\/2|newer/);
  });
});
