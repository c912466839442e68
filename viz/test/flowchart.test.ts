// SPDX-License-Identifier: BSD-2-Clause
//
// The flowchart: the stories a person reads in it, and that no event is left out of it.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Connection, End, Listener, SocketEvent } from "../src/format/types";
import type { Chart } from "../src/flowchart/chart";
import { chartOfConnection, chartOfListener, chartOfSocket } from "../src/flowchart/make";

const MS = 1e6;
const ADDRESS = { family: "inet", address: "127.0.0.1", port: 8088, path: null, abstract: false };

function event(
  t_ns: number,
  side: SocketEvent["side"],
  name: string,
  more: Partial<SocketEvent> = {},
): SocketEvent {
  return {
    t_ns,
    side,
    source: "call",
    name,
    pid: side === "client" ? 10 : 20,
    tid: 1,
    fd: 3,
    ret: 0,
    errno: null,
    duration_ns: 0,
    count: null,
    bytes: null,
    args: {},
    ...more,
  };
}

function kernel(t_ns: number, side: SocketEvent["side"], name: string, args = {}): SocketEvent {
  return event(t_ns, side, name, {
    source: "kernel",
    pid: null,
    fd: null,
    ret: null,
    duration_ns: null,
    args,
  });
}

function data(
  t_ns: number,
  side: SocketEvent["side"],
  name: "send" | "recv",
  bytes: number,
): SocketEvent {
  return event(t_ns, side, name, { bytes, count: 1, ret: bytes, fd: 4 });
}

function end(comm: string, pid: number): End {
  return {
    process: null,
    pid,
    comm,
    fd: 3,
    netns: 1,
    address: "127.0.0.1",
    port: 8088,
    path: null,
    abstract: false,
    peer_address: "127.0.0.1",
    peer_port: 41568,
    bytes_sent: 0,
    bytes_received: 0,
  };
}

function connection(events: SocketEvent[], more: Partial<Connection> = {}): Connection {
  return {
    id: "1",
    pair: null,
    protocol: "tcp",
    family: "inet",
    type: "stream",
    listener: null,
    roles: "observed",
    client: { ...end("client", 10), port: 41568 },
    server: end("server", 20),
    outcome: "closed",
    ended_by: null,
    start_ns: 0,
    syn_ns: null,
    established_ns: null,
    accepted_ns: null,
    end_ns: null,
    connect_ns: null,
    accept_wait_ns: null,
    syns: 1,
    seen_from_start: true,
    lossless: true,
    exact: true,
    events,
    ...more,
  };
}

/** A row as a line: time, client's words, arrow, server's words. */
function lines(chart: Chart): string[] {
  const arrows = { "": "", right: ">", left: "<", both: "<>" };
  return chart.rows.map((row) => {
    const [left, right] = row.cells;
    const arrow = row.arrow && `${arrows[row.arrow]}${row.lost ? "x" : ""} ${row.label}`.trim();
    const words = (cell: typeof left) => [cell.text, cell.note].filter(Boolean).join("; ");
    return [row.t ?? "-", words(left), arrow, words(right)].join(" | ");
  });
}

const chart = (of: Connection, listener: Listener | null = null) =>
  chartOfConnection(of, listener, new Map());

function tutorial(): SocketEvent[] {
  return [
    event(0, "client", "socket", {
      ret: 3,
      fd: 3,
      args: { domain: "AF_INET", type: "SOCK_STREAM", flags: [], protocol: 0 },
    }),
    event(1000, "client", "connect", { args: ADDRESS, duration_ns: 500 }),
    kernel(1100, "client", "syn"),
    kernel(1300, "client", "established"),
    kernel(1350, "server", "established", { depth: 1, limit: 5 }),
    event(100, "server", "accept", {
      ret: 4,
      duration_ns: 3 * MS,
      args: { flags: [], depth: 0, limit: 5 },
    }),
    data(4 * MS, "client", "recv", 26),
    data(4 * MS + 10, "server", "send", 26),
    event(5 * MS, "server", "close", { fd: 4, args: { last: true } }),
    event(6 * MS, "client", "close", { args: { last: true } }),
  ];
}

test("the tutorial's connection", () => {
  const of = connection(tutorial(), { accepted_ns: 3 * MS + 100, accept_wait_ns: 2998750 });
  assert.deepEqual(lines(chart(of)), [
    "0 | socket(AF_INET, SOCK_STREAM) = 3 |  | ",
    "100 |  |  | accept(3) waits 3 ms",
    "1000 | connect(3, 127.0.0.1:8088) | > SYN | ",
    "1300 | connected | <> SYN-ACK, ACK | in the accept queue, 1 of 5",
    "3000100 |  |  | accept(3) = 4; waited 3 ms",
    "4000000 |  | < 26 B | send(4) = 26",
    "4000000 | recv(4) = 26 |  | ",
    "5000000 |  | < FIN | close(4)",
    "6000000 | close(3) | > FIN | ",
  ]);
});

test("an inherited connection: who calls from here on, but for the close of a copy", () => {
  const events = tutorial().map((event) =>
    event.side === "server" && ["send", "close"].includes(event.name)
      ? { ...event, pid: 30 }
      : event,
  );
  const copy = event(4.5 * MS, "server", "close", { fd: 4, args: { last: false } });
  const shown = lines(chart(connection([...events, copy], { server: end("server", 30) })));
  assert.deepEqual(
    shown.filter((line) => /process|held/.test(line)).map((line) => line.split(" | ").at(-1)),
    ["process 20", "process 30", "close(4); still held elsewhere"],
  );
});

test("the wait in the queue is a state of the server's lane", () => {
  const of = connection(tutorial(), { accepted_ns: 3 * MS + 100, accept_wait_ns: 2998750 });
  const states = chart(of).rows.map((row) => row.cells[1].lane);
  assert.deepEqual(states, [
    "none",
    "waiting",
    "waiting",
    "queued",
    "open",
    "open",
    "open",
    "none",
    "none",
  ]);
});

test("refused: the answer stands where it came back", () => {
  const of = connection(
    [
      event(0, "client", "connect", {
        args: ADDRESS,
        errno: "ECONNREFUSED",
        ret: -1,
        duration_ns: 900,
      }),
      kernel(100, "client", "syn"),
    ],
    { outcome: "refused", server: null },
  );
  const made = chart(of);
  assert.deepEqual(lines(made), [
    "0 | connect(3, 127.0.0.1:8088) | > SYN | ",
    "900 | ECONNREFUSED | < RST | ",
  ]);
  assert.equal(made.rows[0].cells[0].tone, "");
  assert.equal(made.rows[1].cells[0].tone, "fail");
  assert.ok(made.failed);
  assert.equal(made.laneTitles[1], "server (not seen from here)");
});

test("SYNs that nobody answered are lost on their way", () => {
  const of = connection(
    [
      event(0, "client", "connect", { args: ADDRESS, duration_ns: 1.1e9 }),
      kernel(10, "client", "syn"),
      kernel(1e9, "client", "syn"),
      kernel(1.1e9, "client", "established"),
    ],
    { syns: 2 },
  );
  const made = chart(of);
  assert.deepEqual(
    made.rows.map((row) => [row.label, row.lost]),
    [
      ["SYN, no answer", true],
      ["SYN", false],
      ["SYN-ACK", false],
    ],
  );
});

test("a dropped SYN stands where it was sent, with the queue that had no room for it", () => {
  const drop = (t: number, path: string) =>
    kernel(t, "server", "drop", { path, depth: 6, limit: 5 });
  const of = connection(
    [
      event(0, "client", "connect", { args: ADDRESS, duration_ns: 1.1e9 }),
      kernel(10, "client", "syn"),
      drop(20, "syn"),
      drop(1e9, "syn_queue"),
      kernel(1e9 + 5, "client", "syn"),
      kernel(1.1e9, "client", "established"),
      drop(1.2e9, "ack"),
    ],
    { syns: 2 },
  );
  assert.deepEqual(lines(chart(of)), [
    "0 | connect(3, 127.0.0.1:8088) | >x SYN | dropped, queue 6 of 5",
    "1000000000 | SYN again | >x SYN | dropped, SYN queue full",
    "1100000000 | connected | < SYN-ACK | ",
    "1200000000 |  | >x ACK | dropped, queue 6 of 5",
  ]);
});

test("repeats fold, the first and the last stay", () => {
  const events = Array.from({ length: 100 }, (_, i) => [
    data(i * 1000, "client", "send", 10),
    data(i * 1000 + 300, "client", "recv", 100),
  ]).flat();
  const made = lines(chart(connection(events, { server: null })));
  assert.equal(made.length, 4 + 1 + 2);
  assert.equal(made[4], "2000 | send/recv ×97   970 B / 9.7 kB   median 300 ns |  | ");
});

function single(
  t_ns: number,
  side: SocketEvent["side"],
  name: "send" | "recv",
  more: Partial<SocketEvent>,
): SocketEvent {
  const args = { call: name === "send" ? "sendto" : "recvfrom", peek: false };
  return event(t_ns, side, name, { bytes: 0, count: 1, fd: 4, duration_ns: 5000, args, ...more });
}

test("single calls stand where they returned; those that moved something have an arrow", () => {
  const peek = { ret: 1, args: { call: "recvfrom", peek: true }, duration_ns: 90000 };
  const events = [
    single(0, "server", "recv", { errno: "EAGAIN", ret: -1 }),
    single(50000, "client", "send", { bytes: 26, ret: 26 }),
    single(10000, "server", "recv", peek),
    single(110000, "server", "recv", { bytes: 26, ret: 26 }),
    single(120000, "server", "recv", {}),
  ];
  assert.deepEqual(lines(chart(connection(events))), [
    "0 |  |  | recv(4) EAGAIN; 5 µs",
    "45000 | send(4) = 26; 5 µs | > 26 B | ",
    "95000 |  |  | recv(4, MSG_PEEK) = 1; 90 µs",
    "110000 |  |  | recv(4) = 26; 5 µs",
    "120000 |  |  | recv(4) = 0; 5 µs",
  ]);
});

test("single calls fold from whoever began, from their returns", () => {
  const events = Array.from({ length: 100 }, (_, i) => [
    single(i * 100000, "client", "send", { bytes: 6 }),
    single(i * 100000 + 10000, "client", "send", { bytes: 4 }),
    single(i * 100000 + 15000, "client", "recv", { errno: "EAGAIN", ret: -1 }),
    single(i * 100000 + 20000, "client", "recv", { bytes: 100, duration_ns: 35000 }),
    single(i * 100000 + 56000, "client", "recv", { bytes: 1 }),
  ]).flat();
  const made = lines(chart(connection(events, { server: null })));
  assert.match(made[4], /send\/recv ×98   990 B \/ 9.9 kB   median 50 µs/);
});

test("a connection still open has lanes that go on", () => {
  const made = chart(connection([data(0, "server", "send", 5)], { outcome: "open" }));
  assert.deepEqual(
    made.rows.at(-1)!.cells.map((cell) => cell.mark),
    ["", "more"],
  );
});

function listens(events: SocketEvent[]) {
  const listener = {
    ...ADDRESS,
    id: "1",
    protocol: "tcp",
    owners: [],
    backlog: { effective: 128 },
    accepted: 1,
    closed_ns: null,
    events,
  };
  return lines(chartOfListener(listener as unknown as Listener, new Map()));
}

test("a listener that was there before the trace", () => {
  assert.deepEqual(listens([]), ["- | listening; backlog 128 |  | ", "- |  |  | "]);
});

test("whom a listener answers once more, where the document says so", () => {
  const client = { ...ADDRESS, address: "::1", port: 40000 };
  const said = (args: object) => listens([kernel(5, null, "synack_retransmit", args)])[1];
  assert.equal(said(client), "0 | SYN-ACK again to [::1]:40000 |  | ");
  assert.equal(said({}), "0 | SYN-ACK again |  | ");
});

test("a bind() that failed says so in the summary", () => {
  const events = [
    event(0, null, "bind", { args: ADDRESS, errno: "EADDRINUSE", ret: -1 }),
    event(9, null, "close", { args: { last: true } }),
  ];
  const made = chartOfSocket(
    {
      id: "1",
      protocol: "tcp",
      family: "inet",
      type: "stream",
      process: null,
      fd: 3,
      outcome: "failed",
      events,
    },
    new Map(),
  );
  assert.equal(made.summary, "bind() failed: EADDRINUSE");
  assert.equal(made.rows[0].cells[0].tone, "fail");
});

const anyEvent = fc.record({
  t: fc.integer({ min: -10, max: 1000 }),
  side: fc.constantFrom("client", "server") as fc.Arbitrary<"client" | "server">,
  name: fc.constantFrom(
    "socket",
    "bind",
    "listen",
    "accept",
    "connect",
    "send",
    "recv",
    "shutdown",
    "close",
    "syn",
    "established",
    "synack_retransmit",
    "retransmit",
    "drop",
    "reset",
    "fin",
    "brand_new",
  ),
  errno: fc.constantFrom(null, "EAGAIN", "ECONNREFUSED", "EINPROGRESS"),
  duration: fc.constantFrom(null, 0, 50),
  bytes: fc.nat(5000),
  last: fc.boolean(),
});

test("any events make a chart in order of time, and every call stands in it", () => {
  fc.assert(
    fc.property(
      fc.array(anyEvent, { maxLength: 40 }),
      fc.constantFrom("tcp", "unix", "udp"),
      (drawn, protocol) => {
        const events = drawn.map((e) =>
          event(e.t, e.side, e.name, {
            errno: e.errno,
            duration_ns: e.duration,
            bytes: e.bytes,
            count: 1,
            args: { last: e.last, depth: 1, limit: 5 },
          }),
        );
        const of = connection(events, {
          protocol: protocol as Connection["protocol"],
          accepted_ns: 500,
          accept_wait_ns: 10,
        });
        const made = chart(of);
        const times = made.rows.flatMap((row) => (row.t === null ? [] : [row.t]));
        assert.deepEqual(
          times,
          [...times].sort((a, b) => a - b),
        );
        const shown = new Set(made.rows.flatMap((row) => row.cells.map((cell) => cell.event)));
        if (made.rows.some((row) => row.wide)) return; // folded ones stand in the sum
        for (const call of events.filter(
          (e) => !["syn", "established", "retransmit", "reset", "drop"].includes(e.name),
        ))
          assert.ok(shown.has(call), `${call.name} at ${call.t_ns} is not in the chart`);
      },
    ),
  );
});
