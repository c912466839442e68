// SPDX-License-Identifier: BSD-2-Clause
//
// How addresses, programs and routes read.

import type { Connection, End, Process, Side } from "../format/types";

export interface Address {
  address: string | null;
  port: number | null;
  path: string | null;
  abstract: boolean;
}

/** "127.0.0.1:8088", "[::1]:80", "/run/app.sock", "@name"; "" where it has none. */
export function addressText(of: Address): string {
  if (of.path !== null) return (of.abstract ? "@" : "") + of.path;
  if (of.address === null) return of.port === null ? "" : `:${of.port}`;
  if (of.port === null) return of.address;
  return of.address.includes(":") ? `[${of.address}]:${of.port}` : `${of.address}:${of.port}`;
}

/** The address of one side: its own, or where it is not here the one the other side sees. */
export function sideAddress(connection: Connection, side: Side): string {
  const own = connection[side];
  const other = connection[side === "client" ? "server" : "client"];
  if (own && (own.address !== null || own.path)) return addressText(own);
  if (!other || other.peer_address === null) return "";
  return addressText({
    address: other.peer_address,
    port: other.peer_port,
    path: null,
    abstract: false,
  });
}

/** "127.0.0.1:41568 → 127.0.0.1:8088". */
export function route(connection: Connection): string {
  const client = sideAddress(connection, "client");
  const server = sideAddress(connection, "server");
  if (!client && !server) return "(unnamed)";
  return `${client ? client + " " : ""}→ ${server || "?"}`;
}

/** "python3[4242]"; "" where nobody is known. */
export function program(of: Pick<End, "comm" | "pid"> | null): string {
  if (!of || of.pid === null) return "";
  return `${of.comm ?? ""}[${of.pid}]`;
}

/** "python3[4242]", by the last name it had; "" where it is not known. */
export function processText(process: Process | undefined): string {
  return process ? program({ pid: process.pid, comm: process.names.at(-1)?.[1] ?? null }) : "";
}
