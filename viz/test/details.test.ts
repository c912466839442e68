// SPDX-License-Identifier: BSD-2-Clause
//
// The wording of the details: filters for Wireshark, evidence, what calls do.

import assert from "node:assert/strict";
import { test } from "node:test";
import { evidenceText } from "../src/details/evidence";
import { waitText } from "../src/details/waiting";
import { connectionFilter, listenerFilter } from "../src/details/wireshark";
import { explain } from "../src/flowchart/explain";
import type { Connection, End, Listener, SocketEvent, UnixClient } from "../src/format/types";

function end(address: string, port: number, peer: string, peerPort: number): End {
  return { address, port, peer_address: peer, peer_port: peerPort } as End;
}

function filter(protocol: string, client: End | null, server: End | null): string {
  return connectionFilter({ protocol, client, server } as Connection);
}

test("a connection's filter names both addresses and both ports", () => {
  const client = end("10.0.0.7", 53112, "10.0.0.1", 8088);
  const server = end("10.0.0.1", 8088, "10.0.0.7", 53112);
  const wanted =
    "ip.addr == 10.0.0.7 && ip.addr == 10.0.0.1 && tcp.port == 53112 && tcp.port == 8088";
  assert.equal(filter("tcp", client, server), wanted);
  assert.equal(filter("tcp", null, server), wanted);
  assert.equal(filter("tcp", client, null), wanted);
});

test("one address on both sides stands once", () => {
  const client = end("::1", 4000, "::1", 80);
  assert.equal(
    filter("udp", client, null),
    "ipv6.addr == ::1 && udp.port == 4000 && udp.port == 80",
  );
});

test("what Wireshark cannot see has no filter", () => {
  assert.equal(filter("unix", { address: null, port: null } as End, null), "");
});

test("a listener on every address is known by its port", () => {
  const listener = (address: string) => ({ protocol: "tcp", address, port: 80 }) as Listener;
  assert.equal(listenerFilter(listener("0.0.0.0")), "tcp.port == 80");
  assert.equal(listenerFilter(listener("10.0.0.1")), "ip.addr == 10.0.0.1 && tcp.port == 80");
});

test("evidence has the unit that its key names", () => {
  assert.deepEqual(evidenceText("between_accepts_median_ns", 299e6), [
    "between accepts median",
    "299 ms",
  ]);
  assert.deepEqual(evidenceText("accept_wait_p50_ns", 1000), ["accept wait median", "1 µs"]);
  assert.deepEqual(evidenceText("defer_accept_s", 5), ["defer accept", "5 s"]);
  assert.deepEqual(evidenceText("syns", 20113), ["syns", "20,113"]);
  assert.deepEqual(evidenceText("blocked_permille", 980), ["blocked", "98 %"]);
  assert.deepEqual(evidenceText("backlog", null), ["backlog", "not known"]);
  assert.deepEqual(evidenceText("who", { a: 1 }), ["who", '{"a":1}']);
});

test("who found a UNIX queue full: how long, how often, and how it ended", () => {
  const client: UnixClient = {
    process: "1", pid: 812, comm: "ab", tid: 812, since_ns: 1e9, until_ns: 3.1e9, eagain: 0,
    got_in: true,
  };
  const text = (over: Partial<UnixClient>) => waitText({ ...client, ...over }, 4e9);
  assert.equal(text({}), "waited 2.1 s, then got in");
  assert.equal(text({ got_in: false }), "waited 2.1 s, did not get in");
  assert.equal(text({ got_in: false, eagain: 1 }), "1 time EAGAIN in 2.1 s, did not get in");
  assert.equal(
    text({ got_in: false, until_ns: null }),
    "waited 3 s, not in when the trace ended",
  );
});

test("an explanation fits what happened, not only the call's name", () => {
  const event = (more: Partial<SocketEvent>) =>
    explain({ source: "call", errno: null, args: {}, bytes: 0, count: 1, ...more } as SocketEvent);
  assert.match(event({ name: "listen", args: { backlog: 5, effective: 5 } }), /Up to 6 may wait/);
  assert.match(event({ name: "listen", args: { backlog: 9999, effective: 4096 } }), /somaxconn/);
  assert.match(event({ name: "close", args: { last: false } }), /still holds/);
  assert.match(event({ name: "recv", bytes: 0 }), /sends no more/);
  assert.match(event({ name: "recv", args: { peek: true } }), /leaves it there/);
  assert.match(event({ name: "drop", args: { path: "syn" } }), /try again/);
  assert.match(event({ name: "drop", args: { path: "ack" } }), /takes itself for connected/);
  assert.match(event({ name: "connect", errno: "ECONNREFUSED" }), /nobody listens/);
  assert.equal(event({ name: "brand_new" }), "");
});
