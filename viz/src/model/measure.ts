// SPDX-License-Identifier: BSD-2-Clause
//
// The figures of a connection that one sorts and filters by, from its columns.

import type { Trace } from "./trace";

export type Figure = "start" | "duration" | "connect" | "wait" | "bytes" | "worst";

/** A figure of each row; NaN: not known. */
export function figure(trace: Trace, name: Figure): (row: number) => number {
  const { start_ns, end_ns, connect_ns, accept_wait_ns } = trace.connections;
  const known = (value: number | null) => value ?? NaN;
  switch (name) {
    case "start":
      return (row) => start_ns.data[row];
    case "duration":
      return (row) => (end_ns.get(row) ?? trace.end) - start_ns.data[row];
    case "connect":
      return (row) => known(connect_ns.get(row));
    case "wait":
      return (row) => known(accept_wait_ns.get(row));
    case "bytes":
      return (row) => known(bytesOf(trace, row));
    case "worst":
      return (row) => trace.spans.ranks[row] * 1e18
        + (connect_ns.get(row) ?? 0) + (accept_wait_ns.get(row) ?? 0);
  }
}

/** What went over a connection in both ways, by whichever end was seen; null: not known. */
export function bytesOf({ client, server }: Trace, row: number): number | null {
  const toServer = more(client.bytes_sent.get(row), server.bytes_received.get(row));
  const toClient = more(server.bytes_sent.get(row), client.bytes_received.get(row));
  return toServer === null && toClient === null ? null : (toServer ?? 0) + (toClient ?? 0);
}

function more(a: number | null, b: number | null): number | null {
  return a === null || b === null ? a ?? b : Math.max(a, b);
}
