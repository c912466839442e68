// SPDX-License-Identifier: BSD-2-Clause
//
// The contract: a socktrace/1 document as docs/FORMAT.md and docs/socktrace-1.schema.json
// describe it. Times are nanoseconds since capture.started_at; null is "not known, or does not
// apply". Values that a later version may add (outcomes, event names, rules) arrive as strings
// that are not listed here: code must have a way for them.

export type Id = string;
export type Protocol = "tcp" | "udp" | "unix" | "other";
export type Family = "inet" | "inet6" | "unix" | null;
export type SocketType = "stream" | "dgram" | "seqpacket" | "other";
export type Side = "client" | "server";
export type Severity = "info" | "warning" | "critical";

/** A string of a set that is known today but may grow. */
export type Open<T extends string> = T | (string & {});

export type Outcome = Open<
  | "open" | "closed" | "reset" | "refused" | "timed_out" | "dropped" | "reset_in_queue"
  | "never_accepted" | "failed" | "unknown"
>;

export type EventName = Open<
  | "socket" | "socketpair" | "bind" | "listen" | "accept" | "connect" | "send" | "recv"
  | "shutdown" | "close" | "syn" | "established" | "synack_retransmit" | "retransmit" | "drop"
  | "reset" | "fin"
>;

export interface Host {
  name: string | null;
  kernel: string | null;
  machine: string | null;
  boot_id: string | null;
  cpus: number | null;
}

export interface Capture {
  started_at: string | null;
  duration_ns: number | null;
  target: string | null;
  data_mode: string | null;
  probes: Record<string, string>;
}

export interface Loss {
  complete: boolean;
  events_lost: number;
  by_kind: Record<string, number>;
  cut: boolean;
}

export interface Process {
  id: Id;
  pid: number;
  start_ns: number | null;
  end_ns: number | null;
  names: [number | null, string][];
  cmdline: string | null;
  uid: number | null;
  netns: number | null;
  cgroup: string | null;
}

/** `args` depends on `name`; see the table of events in docs/FORMAT.md. */
export interface SocketEvent {
  t_ns: number;
  side: Side | null;
  source: "call" | "kernel";
  name: EventName;
  pid: number | null;
  tid: number | null;
  fd: number | null;
  ret: number | null;
  errno: string | null;
  duration_ns: number | null;
  count: number | null;
  bytes: number | null;
  args: Record<string, unknown>;
}

/** A line of a stream: an event, and the ids of what it belongs to. */
export interface EventLine extends SocketEvent {
  connection: Id | null;
  listener: Id | null;
  socket: Id | null;
}

export interface Socket {
  id: Id;
  protocol: Protocol;
  family: Family;
  type: SocketType;
  process: Id | null;
  fd: number | null;
  outcome: Open<"open" | "closed" | "failed">;
  events: SocketEvent[];
}

export interface Owner {
  process: Id | null;
  fd: number | null;
}

export interface DroppedPeer {
  address: string | null;
  port: number | null;
  syns: number;
  first_ns: number;
  last_ns: number;
  outcome: "connected" | "dropped";
  connected_ns: number | null;
  connection: string;
}

/** A connect() that waited at a UNIX listener, or a socket that got EAGAIN there. */
export interface UnixClient {
  process: Id | null;
  pid: number | null;
  comm: string | null;
  tid: number | null;
  since_ns: number;
  until_ns: number | null;
  eagain: number;
  got_in: boolean;
}

export interface Listener {
  id: Id;
  protocol: Open<"tcp" | "unix" | "other">;
  family: Family;
  address: string | null;
  port: number | null;
  path: string | null;
  abstract: boolean;
  netns: number | null;
  owners: Owner[];
  known_from: "listen" | "snapshot";
  backlog: { requested: number | null; effective: number; somaxconn: number | null };
  backlog_changes: { t_ns: number; requested: number | null; effective: number }[];
  reuseport_group: string | null;
  defer_accept: number | null;
  opened_ns: number | null;
  closed_ns: number | null;
  queue: { depth_max: number; samples: [number, number][] };
  syn_queue: { depth_max: number | null };
  arrivals: number | null;
  accepted: number | null;
  drops: {
    syn: number | null;
    ack: number | null;
    syn_queue: number | null;
    other: number | null;
  };
  cookies_sent: number | null;
  unix: { blocked: number; eagain: number; clients: UnixClient[] } | null;
  residue: number | null;
  sk_drops: number | null;
  dropped_peers: DroppedPeer[];
  accept_wait_ns: {
    p50: number | null;
    p90: number | null;
    p99: number | null;
    max: number | null;
  };
  events: SocketEvent[];
}

export interface Segment {
  start_ns: number;
  end_ns: number;
  state: Open<"accepting" | "running" | "runnable" | "blocked">;
  call: string | null;
  fd: number | null;
  socket: Id | null;
  connection: Id | null;
  file: string | null;
  held: Open<"stopped" | "frozen" | "exited"> | null;
}

export interface Acceptor {
  listener: Id;
  process: Id | null;
  tid: number;
  comm: string | null;
  accepted: number;
  last_accept_ns: number | null;
  failures: number;
  grain_ns: number;
  segments: Segment[];
}

export interface End {
  process: Id | null;
  pid: number | null;
  comm: string | null;
  fd: number | null;
  netns: number | null;
  address: string | null;
  port: number | null;
  path: string | null;
  abstract: boolean;
  peer_address: string | null;
  peer_port: number | null;
  bytes_sent: number | null;
  bytes_received: number | null;
}

export interface Connection {
  id: Id;
  pair: string | null;
  protocol: Protocol;
  family: Family;
  type: SocketType;
  listener: Id | null;
  roles: "observed" | "inferred";
  client: End | null;
  server: End | null;
  outcome: Outcome;
  ended_by: Side | null;
  start_ns: number;
  syn_ns: number | null;
  established_ns: number | null;
  accepted_ns: number | null;
  end_ns: number | null;
  connect_ns: number | null;
  accept_wait_ns: number | null;
  syns: number | null;
  seen_from_start: boolean;
  lossless: boolean;
  exact: boolean;
  events: SocketEvent[];
}

export interface Advice {
  action: string;
  present: unknown;
  proposed: unknown;
  command: string | null;
  text: string;
}

export interface Finding {
  id: Id;
  rule: string;
  severity: Severity;
  listeners: Id[];
  connections: Id[];
  start_ns: number | null;
  end_ns: number | null;
  complete: boolean;
  summary: string;
  contributing: string[];
  evidence: Record<string, unknown>;
  excluded: { rule: string; because: string }[];
  advice: Advice[];
}
