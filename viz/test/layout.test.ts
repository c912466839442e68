// SPDX-License-Identifier: BSD-2-Clause
//
// Time to pixels: what is drawn at any zoom is exactly what exists, and nothing severe is hidden.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { axisTicks } from "../src/layout/axis";
import { BandCells, bandsOf, rowAt, rowsInView } from "../src/layout/bands";
import { dropsOf, layoutDrops } from "../src/layout/drops";
import { layoutEpisodes } from "../src/layout/episodes";
import { layoutLoad } from "../src/layout/load";
import { layoutQueue, limitSteps, queueScale } from "../src/layout/queue";
import { eachRun, Strip } from "../src/layout/strip";
import { eventBlocks, layoutTicks } from "../src/layout/ticks";
import { type View, within, xOf, zoomed } from "../src/layout/view";
import { Kind, KIND_RANKS, Mark, rank } from "../src/model/kind";
import type { DroppedPeer } from "../src/format/types";
import { anyConnections, connection, documentText, event, listener } from "./documents";
import { traceOf } from "./helpers";

const WIDTH = 24;

const anySpan = fc.tuple(
  fc.integer({ min: 1, max: KIND_RANKS.length - 1 }),
  fc.double({ min: -10, max: WIDTH + 10, noNaN: true }),
  fc.oneof(fc.constant(0), fc.double({ min: 0, max: WIDTH, noNaN: true })),
);

/** The pixels that a stretch touches; one of no length touches one. */
function touched(from: number, to: number): [number, number] | null {
  if (to < 0 || from > WIDTH || (to === 0 && from < 0)) return null;
  const first = Math.min(Math.floor(Math.max(from, 0)), WIDTH - 1);
  return [first, Math.min(Math.max(Math.ceil(Math.min(to, WIDTH)) - 1, first), WIDTH - 1)];
}

test("a strip shows something exactly where something is, the most severe of it", () => {
  fc.assert(fc.property(fc.array(anySpan, { maxLength: 20 }), (spans) => {
    const strip = new Strip(WIDTH);
    const cells = new Uint8Array(WIDTH + 2).fill(99);
    const wanted = new Uint8Array(WIDTH);
    for (const [kind, from, length] of spans) {
      strip.add(kind, from, from + length);
      const pixels = touched(from, from + length);
      if (!pixels) continue;
      for (let x = pixels[0]; x <= pixels[1]; x++) wanted[x] = Math.max(wanted[x], rank(kind));
    }
    strip.resolve(cells, 1);
    assert.deepEqual([...cells.subarray(1, WIDTH + 1)].map(rank), [...wanted]);
    assert.deepEqual([cells[0], cells[WIDTH + 1]], [99, 99]);
    strip.resolve(cells, 1);
    assert.deepEqual([...cells.subarray(1, WIDTH + 1)], new Array(WIDTH).fill(0));
  }));
});

test("among equally severe ones the one that fills most of a pixel", () => {
  const strip = new Strip(2);
  const cells = new Uint8Array(2);
  strip.add(Kind.Serving, 0, 0.6);
  strip.add(Kind.Waiting, 0.6, 2);
  strip.resolve(cells, 0);
  assert.deepEqual([...cells], [Kind.Serving, Kind.Waiting]);
  for (let i = 0; i < 3; i++) strip.add(Kind.Closing, 1, 1.4);
  strip.add(Kind.Serving, 0, 2);
  strip.resolve(cells, 0);
  assert.deepEqual([...cells], [Kind.Serving, Kind.Closing]);
});

test("runs are the cells again", () => {
  fc.assert(fc.property(fc.array(fc.nat(3), { minLength: 1 }), (list) => {
    const again = new Uint8Array(list.length);
    eachRun(Uint8Array.from(list), 0, list.length, (kind, from, to) => again.fill(kind, from, to));
    assert.deepEqual([...again], list);
  }));
});

const anyView = fc.tuple(
  fc.integer({ min: -1000, max: 900_000 }), fc.integer({ min: 10, max: 1_000_000 }),
).map(([start, length]): View => ({ start, end: start + length, width: WIDTH }));

test("at any zoom, and however many share a band, the worst of each pixel is what is drawn", () => {
  const anyArea = fc.integer({ min: 4, max: 300 });
  fc.assert(fc.property(anyConnections, anyView, anyArea, (connections, view, area) => {
    const trace = traceOf(documentText({ connections, duration: 1_000_000 }));
    const all = Uint32Array.from(connections.keys());
    const rows = rowsInView(trace, all, view);
    const bands = bandsOf(rows.length, area, true);
    assert.ok(bands.count * bands.per >= rows.length);
    assert.ok(bands.count * bands.height <= Math.max(area, 2));
    const cells = new BandCells().layout(trace, rows, bands, 0, bands.count, view);
    const { first, kind, start, end } = trace.spans;
    for (let band = 0; band < bands.count; band++) {
      const wanted = new Uint8Array(WIDTH);
      for (const row of rows.subarray(band * bands.per, (band + 1) * bands.per)) {
        for (let i = first[row]; i < first[row + 1]; i++) {
          const pixels = touched(xOf(view, start[i]), xOf(view, end[i]));
          if (pixels) for (let x = pixels[0]; x <= pixels[1]; x++) {
            wanted[x] = Math.max(wanted[x], rank(kind[i]));
          }
        }
      }
      const drawn = cells.subarray(band * WIDTH, (band + 1) * WIDTH);
      assert.deepEqual([...drawn].map(rank), [...wanted]);
      // What is drawn can be pointed at, and is then what one gets.
      wanted.forEach((worst, x) => {
        const row = rowAt(trace, rows, bands, band, view, x + 0.5, 0.5);
        assert.equal(row >= 0, worst > 0 || row >= 0);
        if (worst > 0) assert.ok(trace.spans.ranks[row] >= worst);
      });
    }
    const hidden = connections.filter((_, row) => !rows.includes(row));
    for (const { start_ns, end_ns } of hidden) {
      assert.ok(start_ns > view.end || (end_ns !== null && end_ns < view.start));
    }
  }), { numRuns: 60 });
});

test("ticks stand exactly where data went", () => {
  const anyRun = fc.tuple(fc.nat(1000), fc.nat(200), fc.boolean());
  const runs = fc.array(anyRun, { minLength: 1, maxLength: 300 });
  const anyLength = fc.integer({ min: 100, max: 1000 });
  fc.assert(fc.property(runs, fc.nat(900), anyLength, (list, from, length) => {
    const events = list.sort((a, b) => a[0] - b[0]).map(([t_ns, duration_ns, send]) =>
      event({ t_ns, duration_ns, name: send ? "send" : "recv", bytes: 1, count: 1 }));
    const other = connection({ id: "2", events: events.slice(0, 70) });
    const trace = traceOf(documentText({ connections: [other, connection({ events })] }));
    const view = { start: from, end: from + length, width: WIDTH };
    const cells = new Uint8Array(WIDTH);
    layoutTicks(trace, eventBlocks(trace), 1, view, cells);
    const wanted = new Uint8Array(WIDTH);
    for (const { t_ns, duration_ns, name } of events) {
      if (t_ns > view.end) continue;
      const end = t_ns + duration_ns!;
      if (end < view.start || (end === view.start && t_ns < end)) continue;
      const pixels = touched(xOf(view, t_ns), xOf(view, end));
      if (pixels) for (let x = pixels[0]; x <= pixels[1]; x++) {
        wanted[x] |= name === "send" ? Mark.ToClient : Mark.ToServer;
      }
    }
    assert.deepEqual([...cells], [...wanted]);
  }), { numRuns: 100 });
});

test("the queue's line keeps every peak and what was before the view", () => {
  const steps = fc.array(fc.tuple(fc.nat(1000), fc.nat(50)), { minLength: 1, maxLength: 200 })
    .map((list) => list.sort((a, b) => a[0] - b[0]) as [number, number][]);
  const anyLength = fc.integer({ min: 1, max: 500 });
  fc.assert(fc.property(steps, fc.nat(900), anyLength, (samples, from, length) => {
    const view = { start: from, end: from + length, width: WIDTH };
    const { highest, last } = layoutQueue(samples, view);
    const before = samples.filter(([time]) => time <= view.start).at(-1);
    const inside = samples.filter(([time]) => time > view.start && time <= view.end);
    const depths = [...(before ? [before] : []), ...inside].map(([, depth]) => depth);
    const drawn = [...highest].filter((depth) => depth === depth);
    if (depths.length > 0) assert.equal(Math.max(...drawn), Math.max(...depths));
    else assert.equal(drawn.length, 0);
    if (depths.length > 0) assert.equal(last[WIDTH - 1], depths.at(-1));
  }));
});

test("the limit, and how it changed", () => {
  assert.deepEqual(limitSteps(listener()), [[-Infinity, 5]]);
  const listen = event({ name: "listen", args: { backlog: 5, effective: 5 } });
  const changed = listener({
    events: [listen], backlog_changes: [{ t_ns: 9, requested: 64, effective: 64 }],
    queue: { depth_max: 20, samples: [] },
  });
  assert.deepEqual(limitSteps(changed), [[-Infinity, 5], [9, 64]]);
  assert.equal(queueScale(changed), 64);
  const backlog = { requested: 511, effective: 511, somaxconn: 1 };
  assert.equal(queueScale(listener({ backlog })), 1.5);
});

test("marks of drops do not overlap and count every one", () => {
  fc.assert(fc.property(fc.array(fc.nat(1000), { maxLength: 80 }), fc.nat(999), (list, from) => {
    const times = Float64Array.from(list).sort();
    const view = { start: from, end: 1000, width: 300 };
    const marks = layoutDrops(times, view, 14);
    const seen = list.filter((time) => time >= from).length;
    assert.equal(marks.reduce((sum, { count }) => sum + count, 0), seen);
    const least = (x: number) => (x > 300 - 14 ? 28 : 14);
    marks.forEach(({ x }, i) => assert.ok(i === 0 || x - marks[i - 1].x >= least(x)));
  }));
});

test("drops of a listener: its connections', or else its peers'", () => {
  const drop = event({ name: "drop", source: "kernel", t_ns: 7 });
  const peer: DroppedPeer = {
    address: "10.0.0.9", port: 1, syns: 2, first_ns: 3, last_ns: 4, outcome: "dropped",
    connected_ns: null, connection: "1",
  };
  const listeners = [
    listener({ dropped_peers: [peer] }), listener({ id: "2", dropped_peers: [peer] }),
    listener({ id: "3", events: [event({ name: "drop", t_ns: 5 })] }),
  ];
  const connections = [connection({ events: [drop] })];
  const drops = dropsOf(traceOf(documentText({ listeners, connections })));
  assert.deepEqual([...drops].map(([, times]) => [...times]), [[7], [3, 4], [5]]);
});

test("findings side by side where they overlap, good news nowhere", () => {
  const finding = (id: string, start_ns: number, end_ns: number, severity = "critical") => ({
    id, rule: "r", severity, listeners: ["1"], connections: [], start_ns, end_ns, complete: true,
    summary: "", contributing: [], evidence: {}, excluded: [], advice: [],
  });
  const findings = [
    finding("1", 0, 500), finding("2", 100, 200, "warning"), finding("3", 600, 700),
    finding("4", 0, 1000, "info"), finding("5", 2000, 3000),
  ];
  const trace = traceOf(documentText({ listeners: [listener()], findings }));
  const found = layoutEpisodes(trace, "1", { start: 0, end: 1000, width: 1000 });
  const shown = found.map(({ finding, level }) => [finding.id, level]);
  assert.deepEqual(shown, [["1", 0], ["3", 0], ["2", 1]]);
});

test("the load never shows fewer than are open", () => {
  fc.assert(fc.property(anyConnections, (connections) => {
    const trace = traceOf(documentText({ connections, duration: 1_000_000 }));
    const view = { start: trace.start, end: trace.end, width: WIDTH };
    const { open } = layoutLoad(trace, Uint32Array.from(connections.keys()), view);
    const times = connections.map((each) => each.start_ns);
    for (const time of times) {
      const x = Math.min(Math.floor(xOf(view, time)), WIDTH - 1);
      const alive = connections.filter((each) =>
        each.start_ns <= time && (each.end_ns === null || each.end_ns >= time)).length;
      assert.ok(open[x] >= alive, `${open[x]} of ${alive} at ${time}`);
    }
    assert.ok(Math.max(...open, 0) <= connections.length);
  }));
});

test("ticks of the axis are round, apart and within the view", () => {
  fc.assert(fc.property(fc.maxSafeNat(), fc.integer({ min: 100, max: 1e12 }), (from, length) => {
    const view = { start: from % 1e15, end: (from % 1e15) + length, width: 900 };
    const ticks = axisTicks(view, 90);
    assert.ok(ticks.length <= 11);
    ticks.forEach(({ time }, i) => {
      assert.ok(time >= view.start && time <= view.end);
      assert.ok(i === 0 || xOf(view, time) - xOf(view, ticks[i - 1].time) >= 89);
    });
  }));
  const labels = (start: number, end: number) =>
    axisTicks({ start, end, width: 450 }, 90).map(({ label }) => label).join(" | ");
  assert.equal(labels(0, 1e9), "0 | 200 ms | 400 ms | 600 ms | 800 ms | 1.0 s");
  assert.equal(labels(24e9, 25e9), "24.0 s | 24.2 s | 24.4 s | 24.6 s | 24.8 s | 25.0 s");
  assert.equal(labels(0, 600e9), "0 | 2:00 | 4:00 | 6:00 | 8:00 | 10:00");
});

test("zooming keeps the moment under the pointer, and stays within the trace", () => {
  const whole = { start: -50, end: 1e9 };
  fc.assert(fc.property(
    fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0.1, max: 4, noNaN: true }),
    fc.integer({ min: -50, max: 9e8 }), fc.integer({ min: 1000, max: 1e8 }),
    (share, factor, start, length) => {
      const before = within({ start, end: start + length }, whole);
      const at = before.start + share * (before.end - before.start);
      const after = zoomed(before, factor, at, whole);
      assert.ok(after.start >= whole.start - 1e-6 && after.end <= whole.end + 1e-6);
      if (after.start <= whole.start || after.end >= whole.end) return;
      const shareAfter = (at - after.start) / (after.end - after.start);
      assert.ok(Math.abs(shareAfter - share) < 1e-3);
    },
  ));
});
