// SPDX-License-Identifier: BSD-2-Clause
//
// The viewer beside speedscope: the same spans, the same Chromium, one run in turns. Prints time
// to the first drawing, the tab's peak memory, and frame times while panning and zooming.
// node bench/viewer/run.mjs [CONNECTIONS [EVENTS OF EACH [ROUNDS]]]

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { launch } from "../../tests/browser/browser.mjs";
import { speedscopeOf } from "./spans.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const [connections = "102000", events = "10", rounds = "3"] = process.argv.slice(2);
const PATIENCE_MS = 120000;
const INPUT_MS = 3000;

// Frames as fast as they can be drawn, so that their time is their cost; WebGL without a GPU.
const FLAGS = [
  "--disable-frame-rate-limit", "--disable-gpu-vsync", "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader", "--allow-file-access-from-files",
];

async function prepare(folder) {
  const at = (name) => join(folder, name);
  const socktrace = join(root, "socktrace");
  execFileSync(join(root, "build/bench/generate"), [at("x.skt"), connections, events]);
  execFileSync(socktrace, ["export", at("x.skt"), "-o", at("x.html")]);
  execFileSync(socktrace, ["export", at("x.skt"), "-o", at("x.ndjson")]);
  const { file, spans, lanes } = await speedscopeOf(at("x.ndjson"));
  const base64 = Buffer.from(JSON.stringify(file)).toString("base64");
  writeFileSync(at("x.js"), `speedscope.loadFileFromBase64("x.json", "${base64}")`);
  const page = pathToFileURL(join(here, "node_modules/speedscope/dist/release/index.html")).href;
  const size = (name) => (statSync(at(name)).size / 1e6).toFixed(1);
  console.log(`${connections} connections, ${spans.toLocaleString("en")} spans; ` +
    `report ${size("x.html")} MB, speedscope ${size("x.js")} MB in ${lanes} profiles`);
  return [
    { name: "socktrace", url: pathToFileURL(at("x.html")).href, drawn: viewerDrawn },
    { name: "speedscope", url: `${page}#localProfilePath=${at("x.js")}`, drawn: speedscopeDrawn },
  ];
}

/** Rows are painted: their canvas is no longer of one colour. */
function viewerDrawn() {
  const canvas = document.querySelector("canvas.rows-plot");
  if (!canvas || canvas.width < 300) return false;
  const { data } = canvas.getContext("2d").getImageData(canvas.width - 200, 0, 200, 200);
  return data.some((value, i) => i > 3 && value !== data[i % 4]);
}

/** The chart is there: a drawing besides the one canvas that is there from the beginning. */
function speedscopeDrawn() {
  return document.querySelectorAll("canvas").length > 1;
}

/** Runs in the page from its first moment: when it is drawn, and each frame from then on. */
function watch(drawn) {
  window.bench = { drawn: 0, frames: [] };
  const tick = (now) => {
    if (!window.bench.drawn && drawn()) window.bench.drawn = performance.now();
    window.bench.frames.push(now);
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}

/** The most memory any process of a page ever had, bytes; from the kernel. */
async function peakMemory(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  const peaks = processInfo.filter(({ type }) => type === "renderer").map(({ id }) =>
    1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, "utf8"))[1]));
  return Math.max(...peaks);
}

/** What a hand does: zooms in at the middle, pans there and back, zooms out again. */
async function useIt(page) {
  await page.mouse.move(700, 500);
  const until = async (part, turn) => {
    for (const end = Date.now() + INPUT_MS / 4; Date.now() < end; ) await turn(part);
  };
  const zoom = async (by) => {
    await page.keyboard.down("Control");
    await until(by, (y) => page.mouse.wheel(0, y));
    await page.keyboard.up("Control");
  };
  await zoom(-30);
  await until(40, (x) => page.mouse.wheel(x, 0));
  await until(-40, (x) => page.mouse.wheel(x, 0));
  await zoom(30);
}

async function measure({ url, drawn }) {
  const browser = await launch(FLAGS);
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(PATIENCE_MS);
    await page.addInitScript(`(${watch})(${drawn})`);
    await page.goto(url);
    const bench = () => page.evaluate(() => window.bench);
    while (!(await bench()).drawn);
    const before = (await bench()).frames.length;
    await useIt(page);
    const { drawn: load, frames } = await bench();
    const times = frames.slice(before + 1).map((at, i) => at - frames[before + i]);
    return { load, memory: await peakMemory(browser), frame: percentile(times, 0.95) };
  } finally {
    await browser.close();
  }
}

function percentile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(Math.ceil(sorted.length * part), sorted.length) - 1];
}

const median = (values) => percentile(values, 0.5);

function report(name, rows) {
  const of = (key) => median(rows.map((row) => row[key]));
  console.log(`  ${name.padEnd(12)}${(of("load") / 1000).toFixed(2).padStart(10)} s` +
    `${(of("memory") / 1e6).toFixed(0).padStart(10)} MB${of("frame").toFixed(1).padStart(12)} ms`);
}

const folder = mkdtempSync(join(tmpdir(), "socktrace-bench-"));
try {
  const chosen = await prepare(folder);
  const rows = new Map(chosen.map(({ name }) => [name, []]));
  for (let round = 0; round < Number(rounds); round++)
    for (const each of chosen) rows.get(each.name).push(await measure(each));
  const heads = [["", -12], ["first drawing", 12], ["peak memory", 13], ["frame, p95", 15]];
  const padded = heads.map(([head, by]) => (by < 0 ? head.padEnd(-by) : head.padStart(by)));
  console.log(`  ${padded.join("")}`);
  for (const [name, measured] of rows) report(name, measured);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
