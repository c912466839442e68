// SPDX-License-Identifier: BSD-2-Clause
//
// What hands do to the viewer: keys by their place, wheel and drags, files that are dropped on it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { withPage } from "./browser.mjs";
import { document, eventually, view, write } from "./report.mjs";
import { browser, last, made, opened } from "./session.mjs";

async function state(page) {
  const hash = await page.evaluate(() => location.hash.slice(1));
  return Object.fromEntries(new URLSearchParams(hash));
}

/** Waits until the state in the URL satisfies `wanted`, and answers it. */
async function stateWith(page, wanted) {
  let now;
  await eventually(async () => wanted((now = await state(page))), wanted);
  return now;
}

const span = (text) => text.split("~").map(Number);
const length = (text) => span(text)[1] - span(text)[0];

async function drag(page, from, to, y) {
  await page.mouse.move(from, y);
  await page.mouse.down();
  await page.mouse.move(to, y, { steps: 4 });
  await page.mouse.up();
}

test("W S A D by their place, whatever is printed there", async () => {
  await withPage(browser, made.report, {}, async (page) => {
    await opened(page);
    // As on a French keyboard: the key at W's place says z.
    const press = (code, key) => page.evaluate(([code, key]) => {
      for (const type of ["keydown", "keyup"])
        document.body.dispatchEvent(new KeyboardEvent(type, { code, key, bubbles: true }));
    }, [code, key]);
    await press("KeyW", "z");
    const near = await stateWith(page, ({ view }) => view);
    await press("KeyD", "d");
    const right = await stateWith(page, ({ view }) => view !== near.view);
    assert.ok(span(right.view)[0] > span(near.view)[0]);
    await press("KeyA", "q");
    const left = await stateWith(page, ({ view }) => view !== right.view);
    assert.ok(span(left.view)[0] < span(right.view)[0]);
    await press("KeyS", "s");
    await stateWith(page, ({ view }) => !view || length(view) > length(left.view));
  });
});

test("Ctrl and wheel zooms at the pointer, Shift and drag pans", async () => {
  await withPage(browser, made.report, {}, async (page) => {
    await opened(page);
    const { x, y, width } = await page.locator("canvas.rows-plot").boundingBox();
    await page.mouse.move(x + width - 100, y + 50);
    await page.keyboard.down("Control");
    await page.mouse.wheel(0, -500);
    await page.keyboard.up("Control");
    const near = await stateWith(page, ({ view }) => view);
    await page.keyboard.down("Shift");
    await drag(page, x + width - 200, x + width - 100, y + 50);
    await page.keyboard.up("Shift");
    const panned = await stateWith(page, ({ view }) => view !== near.view);
    assert.ok(span(panned.view)[0] < span(near.view)[0]);
    assert.ok(Math.abs(length(panned.view) - length(near.view)) <= 2);
    assert.equal(panned.range, undefined);
  });
});

test("a drag selects a range with its figures; F fits it, Esc lets go of it", async () => {
  await withPage(browser, made.report, {}, async (page) => {
    await opened(page);
    const { x, y, width } = await page.locator("canvas.rows-plot").boundingBox();
    await drag(page, x + width - 100, x + width - 290, y + 50);
    const { range } = await stateWith(page, (now) => now.range && now.tab === "range");
    const [from, to] = span(range);
    const started = last("connection").filter(({ start_ns: at }) => at >= from && at <= to).length;
    const row = page.locator(".page-range tr", { hasText: "started" });
    assert.match(await row.innerText(), new RegExp(`started\\s+${started} \\(`));
    await page.keyboard.press("f");
    const { view } = await stateWith(page, (now) => now.view);
    assert.ok(span(view)[0] <= from && length(view) < length(range) * 1.3);
    await page.keyboard.press("Escape");
    await stateWith(page, (now) => !now.range && !now.tab);
    await page.keyboard.press("f");
    await stateWith(page, (now) => !now.view);
  });
});

test("full stop and comma go through the findings", async () => {
  await withPage(browser, made.report, {}, async (page) => {
    await opened(page);
    const [first, second] = last("finding");
    const selected = (finding) => (now) => now.select === `finding:${finding.id}`;
    await page.keyboard.press(".");
    const at = await stateWith(page, selected(first));
    assert.equal(at.search, `finding:${first.id}`);
    await page.keyboard.press(".");
    const next = await stateWith(page, selected(second));
    assert.equal(next.search, second.connections.length ? `finding:${second.id}` : undefined);
    await page.keyboard.press(",");
    await stateWith(page, selected(first));
  });
});

test("Home and End go to the first and last of what was found", async () => {
  await withPage(browser, made.report, {}, async (page) => {
    await opened(page);
    const ids = last("connection").sort((a, b) => a.start_ns - b.start_ns).map(({ id }) => id);
    await page.keyboard.press("End");
    await stateWith(page, (now) => now.select === `connection:${ids.at(-1)}`);
    await page.keyboard.press("Home");
    await stateWith(page, (now) => now.select === `connection:${ids[0]}`);
  });
});

test("after a click on a column's head, arrows and Enter are the rows'", async () => {
  await withPage(browser, made.report, {}, async (page) => {
    await opened(page);
    await page.getByRole("button", { name: "duration" }).click();
    await stateWith(page, (now) => now.sort === "-duration");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.locator("svg.flowchart").waitFor();
    assert.equal((await state(page)).sort, "-duration");
    const active = page.getByRole("listbox", { name: "connections" });
    assert.ok(await active.evaluate((list) => list === document.activeElement));
  });
});

test("what an accepting thread did: under the pointer, and in the details", async () => {
  const acceptor = last("acceptor").find(({ accepted }) => accepted > 1);
  const blocked = acceptor.segments.filter(({ state }) => state === "blocked");
  const segment = blocked.reduce((a, b) =>
    a.end_ns - a.start_ns > b.end_ns - b.start_ns ? a : b);
  const middle = (segment.start_ns + segment.end_ns) / 2;
  const hash = `#view=${Math.round(middle - 1e6)}~${Math.round(middle + 1e6)}`;
  await withPage(browser, made.report, { hash }, async (page) => {
    await opened(page);
    const { x, y, width } = await page.locator("canvas.lanes-plot").boundingBox();
    // Its row is the first beneath the first listener's queue.
    await page.mouse.move(x + width - 200, y + 84 + 6);
    const text = `thread ${acceptor.tid}: `;
    await page.locator(".tooltip", { hasText: text }).waitFor();
    await page.mouse.down();
    await page.mouse.up();
    const details = page.getByRole("article");
    await details.getByText("This stretch").waitFor();
    assert.match(await details.innerText(), /This stretch\s+blocked.* for [\d.]+ m?s/);
    const number = acceptor.segments.indexOf(segment);
    const id = [acceptor.listener, acceptor.process, acceptor.tid, number].join(".");
    await stateWith(page, (now) => now.select === `acceptor:${id}`);
  });
});

/** Drops a file onto the page. */
async function drop(page, name, bytes) {
  const base64 = Buffer.from(bytes).toString("base64");
  await page.evaluate(([name, base64]) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([bytes], name));
    for (const type of ["dragover", "drop"])
      document.body.dispatchEvent(
        new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }));
  }, [name, base64]);
}

test("files are dropped on the bare viewer: both forms, packed or not", async () => {
  const stream = readFileSync(made.stream);
  const whole = readFileSync(document());
  for (const [name, bytes] of [
    ["x.json", whole], ["x.ndjson", stream], ["x.json.gz", gzipSync(whole)],
    ["x.ndjson.gz", gzipSync(stream)],
  ]) {
    await withPage(browser, view(), {}, async (page) => {
      await page.getByText("Drop a trace here").waitFor();
      await drop(page, name, bytes);
      await opened(page);
      const many = `${new Set(last("connection").map(({ id }) => id)).size} connections`;
      await page.getByRole("listbox", { name: many }).waitFor({ state: "attached" });
    });
  }
});

test("what is dropped and cannot be read leaves what is shown", async () => {
  await withPage(browser, made.report, {}, async (page) => {
    await opened(page);
    await drop(page, "x.json.gz", gzipSync(readFileSync(made.stream)).subarray(0, 3000));
    await page.getByRole("alert").getByText("damaged or cut short").waitFor();
    assert.ok(await page.locator(".stage").isVisible());
  });
});

test("a bar tells how far the loading of a large file is", async () => {
  const one = last("connection")[0];
  const many = Array.from({ length: 30000 }, (_, i) => ({ ...one, id: String(1000 + i) }));
  const file = write("large.ndjson", [made.lines[0], ...many, made.lines.at(-1)]);
  await withPage(browser, view(), {}, async (page) => {
    await page.getByText("Drop a trace here").waitFor();
    await page.evaluate(() => {
      window.seen = [];
      new MutationObserver(() => {
        const bar = document.querySelector(".loading progress");
        if (bar) window.seen.push(bar.value);
      }).observe(document.body, { subtree: true, childList: true, attributes: true });
    });
    await page.locator("input[type=file]").setInputFiles(file);
    await opened(page);
    const seen = await page.evaluate(() => window.seen);
    assert.ok(seen.some((value) => value > 0 && value < 1), `it stood at ${seen}`);
    assert.deepEqual(seen, [...seen].sort((a, b) => a - b));
    await page.locator(".loading").waitFor({ state: "detached" });
  });
});

test("light, dark, and as the system has it", async () => {
  await withPage(browser, made.report, { colorScheme: "light" }, async (page) => {
    await opened(page);
    const button = page.getByRole("button", { name: /^Colours/ });
    for (const theme of ["light", "dark", undefined]) {
      await button.click();
      await stateWith(page, (now) => now.theme === theme);
    }
  });
});

test("everything that can be used has a name", async () => {
  await withPage(browser, made.report, {}, async (page) => {
    await opened(page);
    const nameless = await page.evaluate(() =>
      [...document.querySelectorAll("button,input,select,canvas,[role]")].filter((element) =>
        !element.ariaLabel && !element.ariaHidden && !element.textContent.trim()
        && !element.getAttribute("aria-labelledby") && !element.labels?.length,
      ).map(({ outerHTML }) => outerHTML));
    assert.deepEqual(nameless, []);
  });
});
