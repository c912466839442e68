// SPDX-License-Identifier: BSD-2-Clause
//
// A stream that was cut: what its event lines say of connections is shown, and what is missing is
// said.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { lossText } from "../src/app/banner";
import type { Connection, SocketEvent } from "../src/format/types";
import { anyConnections, anyEvent, connection, event, listener, streamText } from "./documents";
import { traceOf } from "./helpers";

const END = streamText({}).trimEnd().split("\n").at(-1)!;

/** The lines of a stream without its last one. */
const lines = (parts: Parameters<typeof streamText>[0]) =>
  streamText(parts, false).trimEnd().split("\n");

const eventLine = (id: string, of: SocketEvent, listener: string | null = null) =>
  JSON.stringify({ type: "event", connection: id, listener, socket: null, ...of });

const accepted = [
  event({ name: "established", source: "kernel", pid: null, t_ns: 100 }),
  event({ name: "accept", t_ns: 50, duration_ns: 90, fd: 3, ret: 7, pid: 812 }),
  event({ name: "send", t_ns: 200, bytes: 26, count: 1, fd: 7 }),
];

test("a connection without a line of its own is made of its events", () => {
  const stream = [
    ...lines({ listeners: [listener()] }), ...accepted.map((each) => eventLine("7", each, "1")), "",
  ];
  const trace = traceOf(stream.join("\n"));
  assert.deepEqual(trace.cut, { rebuilt: 1, extended: 0 });
  const made = trace.connection("7")!;
  assert.deepEqual(made.events, accepted);
  assert.deepEqual(
    [made.protocol, made.listener, made.established_ns, made.accepted_ns, made.accept_wait_ns],
    ["tcp", "1", 100, 140, 40],
  );
  assert.deepEqual([made.server!.fd, made.server!.port, made.server!.bytes_sent], [7, 80, 26]);
  assert.deepEqual([made.client, made.outcome, made.lossless], [null, "unknown", false]);
  assert.equal(trace.end, 200);
  assert.match(lossText(trace), /cut before its last line: 1 connection known by events alone/);
});

test("a client's connect() says whom it reached for", () => {
  const connect = event({
    side: "client", name: "connect", fd: 5, pid: 9, args: { address: "10.0.0.9", port: 5432 },
  });
  const trace = traceOf([...lines({}), eventLine("1", connect), ""].join("\n"));
  const { client, server } = trace.connection("1")!;
  assert.deepEqual([client!.fd, client!.pid, client!.peer_address, client!.peer_port, server],
    [5, 9, "10.0.0.9", 5432, null]);
});

test("events after a connection's line are added to it, those before are not told twice", () => {
  fc.assert(fc.property(anyConnections, fc.array(anyEvent, { maxLength: 5 }), (list, later) => {
    const of = (_: Connection, i: number) => (i % 2 ? later : []);
    const stream = [
      ...lines({}),
      ...list.flatMap((each) => each.events.map((one) => eventLine(each.id, one))),
      ...lines({ connections: list }).slice(1),
      ...list.flatMap((each, i) => of(each, i).map((one) => eventLine(each.id, one))),
    ];
    const cut = traceOf(stream.join("\n"));
    list.forEach((each, i) => {
      const events = [...each.events, ...of(each, i)];
      assert.deepEqual(cut.connection(each.id), { ...each, events });
    });
    const extended = list.filter((each, i) => of(each, i).length > 0).length;
    assert.deepEqual(cut.cut, { rebuilt: 0, extended });
    // With its last line the stream is whole, and each connection's own line has all.
    const whole = traceOf([...stream, END].join("\n"));
    assert.equal(whole.cut, null);
    list.forEach((each) => assert.deepEqual(whole.connection(each.id), each));
  }));
});

test("a stream may be cut anywhere behind its first line, also within one", () => {
  const stream = streamText({ connections: [connection(), connection({ id: "2" })] });
  const first = stream.indexOf("\n") + 1;
  for (let at = first; at < stream.length - 1; at++) {
    const trace = traceOf(stream.slice(0, at));
    assert.ok(trace.cut && !trace.loss.complete && trace.connectionCount <= 2);
  }
  assert.equal(traceOf(stream.slice(0, stream.length - 1)).cut, null);
  assert.throws(() => traceOf(stream.slice(0, first - 3)), /line 1: .*cut short/);
  assert.throws(() => traceOf(`${stream}{"type":"pro`), /line 5: .*cut short/);
  const text = lossText(traceOf(stream.slice(0, first)));
  assert.match(text, /connections that were open then are missing/);
});

test("a broken event line is named", () => {
  const broken = eventLine("1", event()).replace('"t_ns":0', '"t_ns":"x"');
  const stream = [...lines({}), broken, END].join("\n");
  assert.throws(() => traceOf(stream), /line 2: the event.t_ns should be a number/);
});
