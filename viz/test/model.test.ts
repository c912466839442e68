// SPDX-License-Identifier: BSD-2-Clause
//
// A trace in memory: columns, phases, search, order, figures.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Column, Growing } from "../src/model/column";
import { Kind, rank, Rank } from "../src/model/kind";
import { orderOf, type Sorting } from "../src/model/order";
import { phasesOf } from "../src/model/phases";
import { statsOf } from "../src/model/stats";
import { WordList, Words } from "../src/model/words";
import type { Connection, Listener } from "../src/format/types";
import { anyConnections, connection, documentText, end, event, listener } from "./documents";
import { traceOf } from "./helpers";

const value = fc.option(
  fc.oneof(
    fc.integer({ min: 0, max: 260 }), fc.integer({ min: 65_000, max: 66_000 }),
    fc.integer(), fc.maxSafeInteger(), fc.constantFrom(255, 65_535, -0x80000000, 0x7fffffff),
  ),
  { nil: null },
);

test("a column gives back what it was given, in any order of setting", () => {
  fc.assert(fc.property(
    fc.array(value, { minLength: 1, maxLength: 60 }), fc.array(fc.tuple(fc.nat(59), value)),
    fc.nat(5000),
    (values, changes, shift) => {
      const growing = new Growing();
      const wanted = [...new Array<null>(shift).fill(null), ...values];
      wanted.forEach((each, row) => growing.set(row, each ?? NaN));
      for (const [at, next] of changes) {
        const row = Math.floor((at * wanted.length) / 60);
        growing.set(row, next ?? NaN);
        wanted[row] = next;
      }
      const column = new Column(growing.finish(wanted.length));
      assert.deepEqual(wanted.map((_, row) => growing.get(row)), wanted);
      assert.deepEqual(wanted.map((_, row) => column.get(row)), wanted);
    },
  ), { numRuns: 60 });
});

test("small numbers take a byte each", () => {
  const growing = new Growing();
  for (let row = 0; row < 10_000; row++) growing.set(row, row % 255);
  assert.equal(growing.finish(10_000).BYTES_PER_ELEMENT, 1);
});

test("equal words have equal numbers, others do not", () => {
  fc.assert(fc.property(fc.array(fc.string({ unit: "binary" }), { maxLength: 2000 }), (list) => {
    const words = new Words();
    const numbers = list.map((word) => words.add(word));
    const kept = new WordList(words.finish());
    assert.deepEqual(numbers.map((number) => kept.get(number)), list);
    assert.deepEqual(kept.all(), [...new Set(list)]);
  }), { numRuns: 30 });
});

function kinds(over: Partial<Connection>, listeners: Listener[] = []): string {
  const text = documentText({ connections: [connection(over)], listeners, duration: 2e9 });
  const trace = traceOf(text);
  const names = [
    "none", "idle", "closing", "serving", "connecting", "waiting", "long-wait", "retrying",
    "retransmit", "failed-call", "reset", "failed", "drop",
  ];
  const found: string[] = [];
  phasesOf(trace, 0, (kind, from, to) => found.push(`${names[kind]} ${from}-${to}`));
  return found.join(", ");
}

test("what a connection did when", () => {
  const close = event({ name: "close", t_ns: 900, args: { last: true } });
  assert.equal(
    kinds({ start_ns: 0, syn_ns: 10, established_ns: 50, accepted_ns: 80, events: [close] }),
    "idle 0-10, connecting 10-50, waiting 50-80, serving 80-900, closing 900-1000",
  );
  const dup = event({ name: "close", args: { last: false } });
  assert.equal(kinds({ events: [dup] }), "serving 0-1000");
  assert.equal(kinds({ events: [event({ name: "shutdown", t_ns: 5, args: { how: "SHUT_RD" } })] }),
    "serving 0-1000");
  assert.equal(kinds({ accepted_ns: 2e8, end_ns: 3e8 }),
    "long-wait 0-200000000, serving 200000000-300000000");
  const unowned = end({ fd: null });
  assert.equal(kinds({ accepted_ns: null, server: unowned, end_ns: null, outcome: "open" }),
    "long-wait 0-2000000000");
  // accept() was not asked for
  assert.equal(kinds({ accepted_ns: null, server: unowned }, [listener({ accepted: null })]),
    "serving 0-1000");
  assert.equal(kinds({ accepted_ns: null, outcome: "reset_in_queue" }),
    "long-wait 0-1000, reset 1000-1000");
  assert.equal(
    kinds({ established_ns: null, accepted_ns: null, outcome: "dropped", syns: 2, syn_ns: 0,
      events: [event({ name: "drop", source: "kernel" })] }),
    "failed 0-1000, drop 0-0",
  );
  assert.equal(kinds({ syn_ns: 0, established_ns: 500, accepted_ns: 500, syns: 2 }),
    "retrying 0-500, serving 500-1000");
  const never = { established_ns: null, accepted_ns: null };
  assert.equal(kinds({ ...never, protocol: "udp", end_ns: 0 }), "serving 0-0");
  assert.equal(kinds({ ...never, syn_ns: 5, outcome: "open", end_ns: null }),
    "idle 0-5, connecting 5-2000000000");
  assert.equal(kinds({ events: [event({ errno: "EAGAIN" }), event({ errno: "EPIPE", t_ns: 7 })] }),
    "serving 0-1000, failed-call 7-7");
});

test("the stretches of any connection are its life, without a gap", () => {
  fc.assert(fc.property(anyConnections, (connections) => {
    const trace = traceOf(documentText({ connections, duration: 2_000_000 }));
    connections.forEach((each, row) => {
      let at = each.start_ns;
      const until = each.end_ns ?? trace.end;
      phasesOf(trace, row, (kind, from, to) => {
        assert.ok(kind !== Kind.None && rank(kind) > Rank.Nothing);
        if (from === to) return;
        assert.equal(from, at);
        at = to;
      });
      assert.equal(at, until);
    });
  }));
});

const four = [
  connection({ id: "1", start_ns: 0, accept_wait_ns: 5, end_ns: 100,
    client: end({ address: "10.0.0.7", port: 5000, comm: "curl", pid: 99, bytes_sent: 10 }),
    server: end({ bytes_received: 10, bytes_sent: 400 }) }),
  connection({ id: "2", start_ns: 10, accept_wait_ns: 50, outcome: "reset",
    server: end({ peer_address: "fe80::1", peer_port: 77 }),
    events: [event({ errno: "ECONNRESET" })] }),
  connection({ id: "3", start_ns: 20, accept_wait_ns: null, outcome: "timed_out", listener: null,
    established_ns: null, accepted_ns: null, server: null,
    client: end({ comm: "wget", port: 6 }) }),
  connection({ id: "12", start_ns: 30, accept_wait_ns: 20e6, protocol: "unix",
    server: end({ address: null, port: null, path: "/run/app.sock", comm: "a b" }) }),
];

function found(search: string, sorting: Sorting = { by: "start", descending: false }): string {
  const findings = [{
    id: "1-1", rule: "r", severity: "critical", listeners: ["1"], connections: ["2"], start_ns: 0,
    end_ns: 1, complete: true, summary: "", contributing: [], evidence: {}, excluded: [],
    advice: [],
  }];
  const trace = traceOf(documentText({ connections: four, findings }));
  return [...orderOf(trace, search, sorting)].map((row) => trace.idOf(row)).join(" ");
}

test("search", () => {
  const cases: [string, string][] = [
    ["", "1 2 3 12"], ["10.0.0.7", "1"], ["CURL", "1"], ["#12", "12"], ["77", "2"], [":77", "2"],
    ["[fe80::1]:77", "2"], ["reset", "2"], ["econnreset", "2"], ["timed_out", "3"],
    ["port:5000", "1"], ["pid:99", "1"], ["comm:wget", "3"], ["outcome:closed", "1 12"],
    ["-outcome:closed", "2 3"], ["errno:ECONNRESET", "2"], ["listener:1 -reset", "1 12"],
    ["wait>10ms", "12"], ["wait<=50ns", "1 2"], ["bytes>400", "1"], ["duration<=100", "1"],
    ["protocol:unix", "12"], ["app.sock", "12"], ['"a b"', "12"], ["nothing-like-it", ""],
    ["finding:1-1", "2"], ["finding:9", ""], ["id:3", "3"], ["fd:4 curl", "1"], ["bogus:1", ""],
  ];
  for (const [search, wanted] of cases) assert.equal(found(search), wanted, search);
});

test("order; what is not known comes last", () => {
  assert.equal(found("", { by: "wait", descending: true }), "12 2 1 3");
  assert.equal(found("", { by: "wait", descending: false }), "1 2 12 3");
  assert.equal(found("", { by: "bytes", descending: true }), "1 2 3 12");
  assert.equal(found("", { by: "start", descending: true }), "12 3 2 1");
  assert.equal(found("", { by: "worst", descending: true }).split(" ")[0], "3");
});

test("figures of a range", () => {
  const send = event({ name: "send", t_ns: 50, bytes: 400, count: 1 });
  const drop = event({ name: "drop", source: "kernel", t_ns: 60 });
  const trace = traceOf(documentText({
    connections: [
      connection({ end_ns: 100, accept_wait_ns: 7, events: [send] }),
      connection({ id: "2", start_ns: 40, end_ns: 300, outcome: "reset", events: [drop] }),
      connection({ id: "3", start_ns: 500, end_ns: 600 }),
    ],
  }));
  const rows = orderOf(trace, "", { by: "start", descending: false });
  const stats = statsOf(trace, rows, 30, 200);
  assert.deepEqual(
    [stats.lived, stats.started, stats.ended, stats.drops, stats.bytesToClient, stats.outcomes],
    [2, 1, 1, 1, 400, [["closed", 1]]],
  );
  assert.deepEqual(statsOf(trace, rows, 0, 1000).wait, { count: 3, p50: 0, p99: 7, max: 7 });
});
