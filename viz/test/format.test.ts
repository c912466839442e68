// SPDX-License-Identifier: BSD-2-Clause
//
// Reading: whatever way a document is written or cut into pieces, the same comes out; what is
// broken is named with its line.

import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { fromBase64, unpack } from "../src/format/bytes";
import type { SocketEvent } from "../src/format/types";
import {
  anyConnections, anyEvent, connection, documentText, end, event, listener, streamText,
} from "./documents";
import { traceOf } from "./helpers";

const all = (text: string, size?: number) => {
  const trace = traceOf(text, size);
  return Array.from({ length: trace.connectionCount }, (_, row) => trace.connectionAt(row));
};

test("what is read is what was written, however it was written and cut", () => {
  fc.assert(fc.property(anyConnections, fc.integer({ min: 1, max: 700 }), (connections, size) => {
    const text = documentText({ connections });
    assert.deepEqual(all(text, size), connections);
    assert.deepEqual(all(JSON.stringify(JSON.parse(text)), size), connections);
    assert.deepEqual(all(JSON.stringify(JSON.parse(text), null, 1), size), connections);
    assert.deepEqual(all(streamText({ connections }), size), connections);
  }), { numRuns: 60 });
});

test("the fast way and the long way lead to the same", () => {
  fc.assert(fc.property(anyConnections, (connections) => {
    const fast = traceOf(documentText({ connections }));
    // A key that is not known keeps a connection off the fast way.
    const later = connections.map((each) => ({ ...each, later: 1 }));
    const slow = traceOf(documentText({ connections: later }));
    for (let row = 0; row < connections.length; row++) {
      assert.deepEqual(slow.connectionAt(row), fast.connectionAt(row));
    }
    assert.deepEqual(slow.spans, fast.spans);
  }));
});

/** An event that has numbers and arguments of its own, and for the rest is as another. */
const eventLike = (like: SocketEvent) => anyEvent.map(({ t_ns, fd, bytes, args }) => ({
  ...like, t_ns, args: "depth" in like.args ? { depth: t_ns, limit: 0 } : args,
  fd: like.fd === null ? null : fd ?? 0, bytes: like.bytes === null ? null : bytes ?? 1,
}));

test("objects that look like others before them differ from these in what they differ in", () => {
  const alike = fc.array(anyEvent, { minLength: 1, maxLength: 3 })
    .chain((few) => fc.array(fc.oneof(...few.map(eventLike)), { maxLength: 40 }));
  fc.assert(fc.property(fc.array(alike, { minLength: 1, maxLength: 4 }), (lists) => {
    const connections = lists.map((events, i) =>
      connection({ id: String(i + 1), start_ns: 10 ** i, client: i > 1 ? null : end(), events }));
    assert.deepEqual(all(documentText({ connections })), connections);
    assert.deepEqual(all(streamText({ connections }), 300), connections);
  }));
});

test("JSON that is broken in an event like the one before is refused all the same", () => {
  const args = { depth: 1, limit: 2 };
  const events = [event({ args }), event({ args }), event({ args: { depth: 1, limit: 3 } })];
  const text = documentText({ connections: [connection({ events }), connection({ id: "2" })] });
  const broken = text.replace('"limit":3', '"limit":');
  assert.throws(() => traceOf(broken), /line 11: not JSON/);
});

test("a line break within an object is refused in a string, and counted elsewhere", () => {
  const events = [event({ args: { depth: 1, limit: 2 } })];
  const text = documentText({
    connections: [connection({ pair: "a b", events }), connection({ id: "2" })],
  });
  assert.throws(() => traceOf(text.replace("a b", "a\nb")), /line 11: not JSON/);
  const broken = text.replace('"limit":2', '\n"limit":2').replace('"id":"2"', '"id":@');
  assert.throws(() => traceOf(broken), /line 13: not JSON/);
});

test("a later line replaces an earlier one of the same id", () => {
  const old = connection({ outcome: "open", end_ns: null, events: [event()] });
  const next = connection({ outcome: "reset", end_ns: 9, events: [event(), event({ t_ns: 5 })] });
  assert.deepEqual(all(streamText({ connections: [old, connection({ id: "2" }), next] })), [
    next, connection({ id: "2" }),
  ]);
});

test("a stream without its last line is shown as incomplete", () => {
  assert.equal(traceOf(streamText({ connections: [connection()] })).loss.complete, true);
  const cut = traceOf(streamText({ connections: [connection()] }, false));
  assert.deepEqual([cut.loss.complete, cut.loss.cut, cut.connectionCount], [false, true, 1]);
});

const good = documentText({
  connections: [connection(), connection({ id: "2" })], listeners: [listener()],
});

test("what is broken is named with its line", () => {
  const breaks = (text: string, message: RegExp) => assert.throws(() => traceOf(text), message);
  breaks(good.replace("socktrace/1", "socktrace/2"), /line 1: .*newer version socktrace\/2/);
  breaks('{"hello":1}', /not a trace of socktrace/);
  breaks("[1,2]", /line 1: not JSON: an object should stand before/);
  breaks("", /cut short/);
  breaks(good.slice(0, good.length - 30), /line 12: the file ends here/);
  breaks(good.replace('"outcome":"closed",', ""), /line 11: the connection has no "outcome"/);
  const untimed = good.replace('"start_ns":0', '"start_ns":"now"');
  breaks(untimed, /line 11: .*start_ns should be a number/);
  breaks(good.replace('"queue":', '"quue":'), /line 8: the listener has no "queue"/);
  breaks(good.replace('"id":"2"', '"id":"x"'), /line 12: the connection.id should be digits/);
  breaks(good.replace('"id":"2"', '"id":@'), /line 12: not JSON/);
  breaks(good + "{}", /line 15: something follows the document/);
  breaks(good.replace('"loss":', '"los":'), /the document has no "loss"/);
  breaks(`${streamText({})}nonsense\n`, /line 3: not JSON/);
  const unended = good.replace('"id":"1","pair"', '"id":"1","x":[[[[{"pair"');
  breaks(unended, /line 11: not JSON: what begins here does not end/);
  const [header, ...rest] = streamText({ connections: [connection()] }).split("\n");
  breaks([header, '{"type":"listener","id":', ...rest].join("\n"), /line 2: not JSON: what begins/);
});

test("keys and kinds of a later version are let pass", () => {
  const later = good.replace('"host":{', '"new":[1,{"a":[]}],\n"host":{"new":1,');
  assert.equal(traceOf(later).connectionCount, 2);
  const line = '{"type":"weather","id":"1"}\n';
  assert.equal(traceOf(streamText({ connections: [connection()] }) + line).connectionCount, 1);
});

async function unpacked(bytes: Uint8Array): Promise<string> {
  const parts: Uint8Array[] = [];
  await unpack(new Blob([new Uint8Array(bytes)]).stream(), (part) => parts.push(part), () => {});
  return Buffer.concat(parts).toString();
}

test("gzip and base64 are undone", async () => {
  const zipped = gzipSync(good);
  assert.equal(await unpacked(zipped), good);
  assert.equal(await unpacked(Buffer.from(good)), good);
  const long = Buffer.alloc(3_000_001, "abcdefg");
  const parts: Uint8Array[] = [];
  const stream = fromBase64(long.toString("base64"));
  await unpack(stream, (part) => parts.push(part), () => {});
  assert.ok(Buffer.concat(parts).equals(long));
});

test("what cannot be read says why", async () => {
  const half = gzipSync(good).subarray(0, 200);
  const recording = Buffer.from("SOCKTRC\n....");
  await assert.rejects(unpacked(half), /gzip data is damaged or cut short/);
  await assert.rejects(unpacked(recording), /this is a recording.*socktrace export/);
  await assert.rejects(unpacked(Buffer.alloc(0)), /the file is empty/);
});
