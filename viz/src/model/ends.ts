// SPDX-License-Identifier: BSD-2-Clause
//
// The two addresses of a connection by its row: each side's own, or the one the other side sees.

import { addressText } from "./address";
import type { EndColumns, Trace } from "./trace";

/** "10.0.0.7:4000"; "": nothing is known of it. */
export function clientText(trace: Trace, row: number): string {
  return own(trace, trace.client, row) || seen(trace, trace.server, row);
}

export function serverText(trace: Trace, row: number): string {
  return own(trace, trace.server, row) || seen(trace, trace.client, row);
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
