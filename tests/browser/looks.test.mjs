// SPDX-License-Identifier: BSD-2-Clause
//
// What must be seen, and not cut or covered: in a window as small as is promised.

import assert from "node:assert/strict";
import { test } from "node:test";
import { withPage } from "./browser.mjs";
import { view, write } from "./report.mjs";
import { browser, last, made, opened } from "./session.mjs";

test("every colour of the legends is shown, and beneath the rows", async () => {
  await withPage(browser, made.report, {}, async (page) => {
    await opened(page);
    const hidden = await page.locator(".swatch").evaluateAll((swatches) => swatches
      .filter((one) => one.offsetWidth < 2 || one.offsetHeight < 2)
      .map(({ className }) => className));
    assert.deepEqual(hidden, []);
    const rows = await page.locator(".rows").boundingBox();
    const legend = await page.getByRole("list", { name: "Colours of the conn" }).boundingBox();
    assert.ok(legend.y >= rows.y + rows.height && legend.y + legend.height <= 800);
  });
});

test("whatever one sorts by has its column", async () => {
  for (const hash of ["#rows=each", "#rows=thin"]) {
    await withPage(browser, made.report, { hash }, async (page) => {
      await opened(page);
      const heads = page.getByRole("group", { name: "Sort the connections by" });
      for (const name of ["wait", "duration", "bytes", "#"])
        await heads.getByRole("button", { name }).click();
    });
  }
});

test("units are as they are written", async () => {
  const hash = "#range=0~34000000&tab=range";
  await withPage(browser, made.report, { hash }, async (page) => {
    await opened(page);
    // innerText is what is seen: capitals, where the style asks for them.
    assert.match(await page.getByRole("tabpanel").innerText(), /34 ms, from 0 to 34 ms/);
  });
});

test("a lane says how many were dropped, however narrow it is", async () => {
  const { id } = last("connection").find(({ outcome }) => outcome !== "failed");
  const hash = `#select=connection:${id}&tab=flowchart`;
  const queue = { depth_max: 129, samples: [] };
  const wordy = ({ backlog, accept_wait_ns: wait, ...line }) => ({
    ...line, queue, backlog: { ...backlog, effective: 128 }, accept_wait_ns: { ...wait, p99: 3e8 },
  });
  // The more listeners there are, the lower are their lanes.
  const listeners = last("listener").map(wordy);
  const more = [901, 902].map((number) => ({ ...listeners[0], id: String(number) }));
  const lines = [...made.lines.slice(0, -1), ...listeners, ...more, made.lines.at(-1)];
  await withPage(browser, view(write("wordy.ndjson", lines)), { hash }, async (page) => {
    await page.locator("svg.flowchart").waitFor();
    const lane = page.locator(".lane", { hasText: "dropped" }).first();
    const around = await lane.boundingBox();
    const text = await lane.locator(".bad").boundingBox();
    assert.ok(text.y + text.height <= around.y + around.height - 16, "threads' names cover it");
  });
});

test("the titles of a flowchart's lanes stand apart", async () => {
  const lines = made.lines.map((line) =>
    line.type === "connection" && line.listener ? { ...line, client: null } : line);
  const { id } = last("connection").find(({ listener }) => listener);
  const hash = `#select=connection:${id}&tab=flowchart`;
  await withPage(browser, view(write("far.ndjson", lines)), { hash }, async (page) => {
    await page.locator("svg.flowchart").getByText("not seen from here").waitFor();
    const [client, server] = await page.locator(".head").evaluateAll((heads) =>
      heads.map((head) => head.getBoundingClientRect().toJSON()));
    assert.ok(client.right + 8 < server.left, `${client.right} and ${server.left}`);
  });
});

test("who found a UNIX listener's queue full stands in its details", async () => {
  const listener = last("listener").findLast(({ unix }) => unix);
  const { id: process } = last("process").at(-1);
  const client = { process, pid: 7, comm: "<b>", tid: 8, since_ns: 0, until_ns: 2e9 };
  const clients = [
    { ...client, eagain: 3, got_in: true }, { ...client, until_ns: 3e9, eagain: 0, got_in: false },
  ];
  const unix = { blocked: 1, eagain: 3, clients };
  const lines = [...made.lines.slice(0, -1), { ...listener, unix }, made.lines.at(-1)];
  const hash = `#select=listener:${listener.id}&tab=details`;
  await withPage(browser, view(write("full.ndjson", lines)), { hash }, async (page) => {
    const items = page.locator("section", { hasText: "Who found the queue full" }).locator("li");
    await items.first().waitFor();
    assert.deepEqual(await items.allInnerTexts(), [
      "<b>[7] thread 8: waited 3 s, did not get in",
      "<b>[7] thread 8: 3 times EAGAIN in 2 s, then got in",
    ]);
    await items.first().getByRole("button").click();
    await page.getByText("a process").waitFor();
  });
});
