// SPDX-License-Identifier: BSD-2-Clause
//
// Which column each key of a connection, of its two ends and of its events becomes.

import type { Connection, End, SocketEvent } from "../format/types";

/**
 * How a value is kept: a number; a time, always in 64 bits; an id, as a number; a name of a small
 * set; text of which there may be many; true or false; any JSON, as text.
 */
export type FieldKind = "number" | "time" | "id" | "name" | "text" | "flag" | "json";

type Fields<T> = Record<keyof T, FieldKind>;

export const EVENT_FIELDS = {
  t_ns: "time", side: "name", source: "name", name: "name", pid: "number", tid: "number",
  fd: "number", ret: "number", errno: "name", duration_ns: "number", count: "number",
  bytes: "number", args: "json",
} as const satisfies Fields<SocketEvent>;

export const END_FIELDS = {
  process: "id", pid: "number", comm: "text", fd: "number", netns: "number", address: "text",
  port: "number", path: "text", abstract: "flag", peer_address: "text", peer_port: "number",
  bytes_sent: "number", bytes_received: "number",
} as const satisfies Fields<End>;

export const CONNECTION_FIELDS = {
  id: "id", pair: "text", protocol: "name", family: "name", type: "name", listener: "id",
  roles: "name", outcome: "name", ended_by: "name", start_ns: "time", syn_ns: "time",
  established_ns: "time", accepted_ns: "time", end_ns: "time", connect_ns: "number",
  accept_wait_ns: "number", syns: "number", seen_from_start: "flag", lossless: "flag",
  exact: "flag",
} as const satisfies Fields<Omit<Connection, "client" | "server" | "events">>;
