// SPDX-License-Identifier: BSD-2-Clause
//
// A connection of which a cut stream has nothing but event lines: what these say of it, and null
// for all that they do not.

import type {
  Connection, End, EventLine, Id, Listener, Process, Protocol, Side, SocketEvent,
} from "../format/types";

export function connectionOfEvents(
  id: Id,
  lines: EventLine[],
  listeners: Map<Id, Listener>,
  processes: Map<Id, Process>,
): Connection {
  const listenerId = lines.find(({ listener }) => listener !== null)?.listener ?? null;
  const listener = listenerId === null ? undefined : listeners.get(listenerId);
  const first = (name: string, side: Side) =>
    lines.find((line) => line.name === name && line.side === side && line.errno === null);
  const [syn, established] = [first("syn", "client"), first("established", "server")];
  const accept = first("accept", "server");
  const accepted_ns = accept ? accept.t_ns + (accept.duration_ns ?? 0) : null;
  const queued_ns = established?.t_ns ?? null;
  const ends = (side: Side) => lines.filter((line) => line.side === side);
  const by = (pid: number | null) => [...processes.values()].find((each) => each.pid === pid);
  return {
    id, pair: null, protocol: protocolOf(lines, listener), family: listener?.family ?? null,
    type: "stream", listener: listenerId, roles: "observed",
    client: clientOf(ends("client"), by), server: serverOf(ends("server"), listener, by),
    outcome: "unknown", ended_by: null,
    start_ns: lines[0].t_ns, syn_ns: syn?.t_ns ?? null,
    established_ns: queued_ns ?? first("established", "client")?.t_ns ?? null,
    accepted_ns, end_ns: null, connect_ns: null,
    accept_wait_ns: accepted_ns === null || queued_ns === null ? null : accepted_ns - queued_ns,
    syns: null, seen_from_start: true, lossless: false, exact: false,
    events: lines.map(({ connection: _c, listener: _l, socket: _s, ...event }) => event),
  };
}

const TCP = new Set(["syn", "established", "fin", "reset", "retransmit", "synack_retransmit"]);

function protocolOf(lines: EventLine[], listener: Listener | undefined): Protocol {
  if (listener) return listener.protocol as Protocol;
  return lines.some(({ name }) => TCP.has(name)) ? "tcp" : "other";
}

type FindProcess = (pid: number | null) => Process | undefined;

/** What any side's events say of it. */
function endOf(events: SocketEvent[], by: FindProcess): End {
  const pid = events.find((event) => event.pid !== null)?.pid ?? null;
  const process = pid === null ? undefined : by(pid);
  const sum = (name: string) => events
    .filter((event) => event.name === name)
    .reduce((bytes, event) => bytes + (event.bytes ?? 0), 0);
  return {
    process: process?.id ?? null, pid, comm: process?.names.at(-1)?.[1] ?? null, fd: null,
    netns: null, address: null, port: null, path: null, abstract: false, peer_address: null,
    peer_port: null, bytes_sent: sum("send"), bytes_received: sum("recv"),
  };
}

function clientOf(events: SocketEvent[], by: FindProcess): End | null {
  if (events.length === 0) return null;
  const connect = events.find(({ name }) => name === "connect");
  const { address, port } = connect?.args ?? {};
  return {
    ...endOf(events, by), fd: connect?.fd ?? null,
    peer_address: typeof address === "string" ? address : null,
    peer_port: typeof port === "number" ? port : null,
  };
}

function serverOf(events: SocketEvent[], listener: Listener | undefined, by: FindProcess) {
  if (events.length === 0) return null;
  const accept = events.find(({ name, errno }) => name === "accept" && errno === null);
  const { port = null, path = null, abstract = false } = listener ?? {};
  return { ...endOf(events, by), fd: accept?.ret ?? null, port, path, abstract };
}
