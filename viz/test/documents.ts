// SPDX-License-Identifier: BSD-2-Clause
//
// Documents to test with: objects with every key, and arbitrary ones for properties.

import fc from "fast-check";
import type {
  Acceptor, Connection, End, Listener, Segment, SocketEvent,
} from "../src/format/types";

export function event(over: Partial<SocketEvent> = {}): SocketEvent {
  return {
    t_ns: 0, side: "server", source: "call", name: "recv", pid: 1, tid: 1, fd: 4, ret: 0,
    errno: null, duration_ns: 0, count: null, bytes: null, args: {}, ...over,
  };
}

export function end(over: Partial<End> = {}): End {
  return {
    process: "1", pid: 812, comm: "nginx", fd: 4, netns: null, address: "10.0.0.1", port: 80,
    path: null, abstract: false, peer_address: "10.0.0.9", peer_port: 4000, bytes_sent: 0,
    bytes_received: 0, ...over,
  };
}

export function connection(over: Partial<Connection> = {}): Connection {
  return {
    id: "1", pair: null, protocol: "tcp", family: "inet", type: "stream", listener: "1",
    roles: "observed", client: null, server: end(), outcome: "closed", ended_by: "client",
    start_ns: 0, syn_ns: null, established_ns: 0, accepted_ns: 0, end_ns: 1000, connect_ns: null,
    accept_wait_ns: 0, syns: null, seen_from_start: true, lossless: true, exact: true, events: [],
    ...over,
  };
}

export function listener(over: Partial<Listener> = {}): Listener {
  return {
    id: "1", protocol: "tcp", family: "inet", address: "0.0.0.0", port: 80, path: null,
    abstract: false, netns: null, owners: [{ process: "1", fd: 3 }], known_from: "listen",
    backlog: { requested: 5, effective: 5, somaxconn: 4096 }, backlog_changes: [],
    reuseport_group: null, defer_accept: null, opened_ns: null, closed_ns: null,
    queue: { depth_max: 0, samples: [] }, syn_queue: { depth_max: null }, arrivals: 0, accepted: 0,
    drops: { syn: null, ack: null, syn_queue: null, other: null }, cookies_sent: null, unix: null,
    residue: null, sk_drops: null, dropped_peers: [],
    accept_wait_ns: { p50: null, p90: null, p99: null, max: null }, events: [], ...over,
  };
}

export function segment(over: Partial<Segment> = {}): Segment {
  return {
    start_ns: 0, end_ns: 1000, state: "blocked", call: null, fd: null, socket: null,
    connection: null, file: null, held: null, ...over,
  };
}

export function acceptor(over: Partial<Acceptor> = {}): Acceptor {
  return {
    listener: "1", process: "1", tid: 812, comm: "nginx", accepted: 1, last_accept_ns: 0,
    failures: 0, grain_ns: 0, segments: [], ...over,
  };
}

export interface Parts {
  connections?: Connection[];
  listeners?: Listener[];
  acceptors?: Acceptor[];
  findings?: object[];
  duration?: number;
}

/** A document as socktrace writes it: an object a line. */
export function documentText(parts: Parts) {
  const { connections = [], listeners = [], acceptors = [], findings = [] } = parts;
  const { duration = 1000 } = parts;
  const lines = (list: object[]) => list.map((item) => JSON.stringify(item)).join(",\n");
  const capture = {
    started_at: null, duration_ns: duration, target: "-p 1", data_mode: "runs", probes: {},
  };
  return `{"schema":"socktrace/1",
"host":{"name":"a","kernel":null,"machine":null,"boot_id":null,"cpus":1},
"capture":${JSON.stringify(capture)},
"loss":{"complete":true,"events_lost":0,"by_kind":{},"cut":false},
"processes":[],
"sockets":[],
"listeners":[
${lines(listeners)}],
"acceptors":[${lines(acceptors)}],
"connections":[
${lines(connections)}],
"findings":[
${lines(findings)}]}
`;
}

/** The same as a stream. */
export function streamText({ connections = [], listeners = [] }: Parts, ended = true): string {
  const capture = {
    started_at: null, duration_ns: null, target: null, data_mode: "runs", probes: {},
  };
  const host = { name: "a", kernel: null, machine: null, boot_id: null, cpus: 1 };
  const line = (type: string, { type: sock_type, ...object }: { type?: string }) =>
    JSON.stringify({ type, ...object, ...(sock_type ? { sock_type } : {}) });
  const loss = { complete: true, events_lost: 0, by_kind: {}, cut: false };
  return [
    JSON.stringify({ type: "header", schema: "socktrace/1", host, capture }),
    ...listeners.map((object) => line("listener", object as object)),
    ...connections.map((object) => lineOf(object)),
    ...(ended ? [JSON.stringify({ type: "end", duration_ns: 1000, loss })] : []),
  ].join("\n") + "\n";
}

/** As the exporter writes it: sock_type stands where the document has type. */
function lineOf(object: Connection): string {
  const rename = (key: string) => (key === "type" ? "sock_type" : key);
  const members = Object.entries(object).map(([key, value]) => [rename(key), value]);
  return JSON.stringify({ type: "connection", ...Object.fromEntries(members) });
}

const record: typeof fc.record = (model: object) =>
  fc.record(model as never, { noNullPrototype: true }) as never;
const time = fc.integer({ min: -1000, max: 1_000_000 });
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null });
const text = fc.oneof(fc.constantFrom("nginx", "10.0.0.7", "::1"), fc.string({ unit: "binary" }));
const number = fc.oneof(
  fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 70_000 }), fc.maxSafeNat(),
);

export const anyEvent: fc.Arbitrary<SocketEvent> = record({
  t_ns: time,
  side: fc.constantFrom("client", "server", null),
  source: fc.constantFrom("call", "kernel"),
  name: fc.constantFrom("send", "recv", "close", "drop", "reset", "retransmit", "accept", "fin"),
  pid: maybe(number), tid: maybe(number), fd: maybe(number), ret: maybe(fc.integer()),
  errno: maybe(fc.constantFrom("EAGAIN", "ECONNRESET", "EPIPE")),
  duration_ns: maybe(fc.integer({ min: 0, max: 5000 })),
  count: maybe(number), bytes: maybe(number),
  args: fc.oneof(
    fc.constant({}),
    record({ depth: fc.nat(), limit: fc.nat() }),
    record({ path: text, last: fc.boolean() }),
  ),
});

const anyEnd: fc.Arbitrary<End> = record({
  process: maybe(fc.nat().map(String)), pid: maybe(number), comm: maybe(text), fd: maybe(number),
  netns: maybe(number), address: maybe(text), port: maybe(number), path: maybe(text),
  abstract: fc.boolean(), peer_address: maybe(text), peer_port: maybe(number),
  bytes_sent: maybe(number), bytes_received: maybe(number),
});

const OUTCOMES = [
  "open", "closed", "reset", "refused", "timed_out", "dropped", "reset_in_queue",
  "never_accepted", "failed", "unknown", "a later one",
];

/** Any connection whose times are in order. */
export const anyConnection: fc.Arbitrary<Connection> = record({
  times: fc.array(time, { minLength: 5, maxLength: 5 }).map((list) => list.sort((a, b) => a - b)),
  has: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
  client: maybe(anyEnd), server: maybe(anyEnd),
  outcome: fc.constantFrom(...OUTCOMES),
  protocol: fc.constantFrom("tcp", "udp", "unix"),
  listener: maybe(fc.constantFrom("1", "2")),
  syns: maybe(fc.integer({ min: 0, max: 4 })),
  events: fc.array(anyEvent, { maxLength: 12 }),
  pair: maybe(fc.constantFrom("6b0c41d2-9e03f7a8", "00000000-00000001")),
}).map(({ times, has, events, ...rest }) => connection({
  ...rest,
  start_ns: times[0],
  syn_ns: has[0] ? times[1] : null,
  established_ns: has[1] ? times[2] : null,
  accepted_ns: has[1] && has[2] ? times[3] : null,
  end_ns: has[3] ? times[4] : null,
  events: events.sort((a, b) => a.t_ns - b.t_ns),
} as Partial<Connection>));

export const anyConnections = fc.array(anyConnection, { maxLength: 12 }).map((list) =>
  list.map((each, i) => ({ ...each, id: String(i + 1) })));
