// SPDX-License-Identifier: BSD-2-Clause
//
// The two ends of a connection by its row: each side's own address, the one the other side sees, or
// who it is.

import { addressText } from "./address";
import type { EndColumns, Trace } from "./trace";

/** "10.0.0.7:4000", "/run/app.sock", "python3"; "": nothing is known of it. */
export function clientText(trace: Trace, row: number): string {
  return text(trace, trace.client, trace.server, row);
}

export function serverText(trace: Trace, row: number): string {
  return text(trace, trace.server, trace.client, row);
}

function text(trace: Trace, end: EndColumns, other: EndColumns, row: number): string {
  return own(trace, end, row) || seen(trace, other, row) || (trace.text(end.comm, row) ?? "");
}

function own(trace: Trace, end: EndColumns, row: number): string {
  return addressText({
    address: trace.text(end.address, row),
    port: end.port.get(row),
    path: trace.text(end.path, row) || null,
    abstract: end.abstract.get(row) === 1,
  });
}

function seen(trace: Trace, other: EndColumns, row: number): string {
  return addressText({
    address: trace.text(other.peer_address, row), port: other.peer_port.get(row), path: null,
    abstract: false,
  });
}
