// SPDX-License-Identifier: BSD-2-Clause
//
// The shapes of the objects in types.ts.

import {
  anything, boolean, id, list, number, object, orNull, record, string, tuple,
} from "./shape";

const numberOrNull = orNull(number);
const stringOrNull = orNull(string);

const address = {
  address: stringOrNull, port: numberOrNull, path: stringOrNull, abstract: boolean,
};

export const host = object({
  name: stringOrNull, kernel: stringOrNull, machine: stringOrNull, boot_id: stringOrNull,
  cpus: numberOrNull,
});

export const capture = object({
  started_at: stringOrNull, duration_ns: numberOrNull, target: stringOrNull,
  data_mode: stringOrNull, probes: record(string),
});

export const loss = object({
  complete: boolean, events_lost: number, by_kind: record(number), cut: boolean,
});

export const process = object({
  id, pid: number, start_ns: numberOrNull, end_ns: numberOrNull,
  names: list(tuple(numberOrNull, string)), cmdline: stringOrNull, uid: numberOrNull,
  netns: numberOrNull, cgroup: stringOrNull,
});

const eventMembers = {
  t_ns: number, side: stringOrNull, source: string, name: string, pid: numberOrNull,
  tid: numberOrNull, fd: numberOrNull, ret: numberOrNull, errno: stringOrNull,
  duration_ns: numberOrNull, count: numberOrNull, bytes: numberOrNull, args: record(anything),
};

const event = object(eventMembers);

/** A line of a stream: with what the event belongs to. */
export const eventLine = object({
  connection: orNull(id), listener: orNull(id), socket: orNull(id), ...eventMembers,
});

export const socket = object({
  id, protocol: string, family: stringOrNull, type: string, process: orNull(id),
  fd: numberOrNull, outcome: string, events: list(event),
});

const backlogChange = object({ t_ns: number, requested: numberOrNull, effective: number });

const unixClient = object({
  process: orNull(id), pid: numberOrNull, comm: stringOrNull, tid: numberOrNull, since_ns: number,
  until_ns: numberOrNull, eagain: number, got_in: boolean,
});

const droppedPeer = object({
  address: stringOrNull, port: numberOrNull, syns: number, first_ns: number, last_ns: number,
  outcome: string,
});

export const listener = object({
  id, protocol: string, family: stringOrNull, ...address, netns: numberOrNull,
  owners: list(object({ process: orNull(id), fd: numberOrNull })),
  known_from: string,
  backlog: object({ requested: numberOrNull, effective: number, somaxconn: numberOrNull }),
  backlog_changes: list(backlogChange),
  reuseport_group: stringOrNull, defer_accept: numberOrNull,
  opened_ns: numberOrNull, closed_ns: numberOrNull,
  queue: object({ depth_max: number, samples: list(tuple(number, number)) }),
  syn_queue: object({ depth_max: numberOrNull }),
  arrivals: numberOrNull, accepted: numberOrNull,
  drops: object({
    syn: numberOrNull, ack: numberOrNull, syn_queue: numberOrNull, other: numberOrNull,
  }),
  cookies_sent: numberOrNull,
  unix: orNull(object({ blocked: number, eagain: number, clients: list(unixClient) })),
  residue: numberOrNull,
  dropped_peers: list(droppedPeer),
  accept_wait_ns: object({
    p50: numberOrNull, p90: numberOrNull, p99: numberOrNull, max: numberOrNull,
  }),
  events: list(event),
});

const segment = object({
  start_ns: number, end_ns: number, state: string, call: stringOrNull, fd: numberOrNull,
  socket: orNull(id), connection: orNull(id), file: stringOrNull, held: stringOrNull,
});

export const acceptor = object({
  listener: id, process: orNull(id), tid: number, comm: stringOrNull, accepted: number,
  last_accept_ns: numberOrNull, failures: number, grain_ns: number, segments: list(segment),
});

const end = object({
  process: orNull(id), pid: numberOrNull, comm: stringOrNull, fd: numberOrNull,
  netns: numberOrNull, ...address, peer_address: stringOrNull, peer_port: numberOrNull,
  bytes_sent: numberOrNull, bytes_received: numberOrNull,
});

export const connection = object({
  id, pair: stringOrNull, protocol: string, family: stringOrNull, type: string,
  listener: orNull(id), roles: string, client: orNull(end), server: orNull(end),
  outcome: string, ended_by: stringOrNull, start_ns: number, syn_ns: numberOrNull,
  established_ns: numberOrNull, accepted_ns: numberOrNull, end_ns: numberOrNull,
  connect_ns: numberOrNull, accept_wait_ns: numberOrNull, syns: numberOrNull,
  seen_from_start: boolean, lossless: boolean, exact: boolean, events: list(event),
});

/** A finding's id is its listener's and a number: "3-1". */
export const finding = object({
  id: string, rule: string, severity: string, listeners: list(id), connections: list(id),
  start_ns: numberOrNull, end_ns: numberOrNull, complete: boolean, summary: string,
  contributing: list(string), evidence: record(anything),
  excluded: list(object({ rule: string, because: string })),
  advice: list(object({
    action: string, present: anything, proposed: anything, command: stringOrNull, text: string,
  })),
});
