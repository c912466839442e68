// SPDX-License-Identifier: BSD-2-Clause
//
// Figures of an interval of time: how many connections, how they ended, how long they waited.

import type { Id } from "../format/types";
import { Mark } from "./kind";
import type { Trace } from "./trace";

export interface Spread {
  count: number;
  p50: number;
  p99: number;
  max: number;
}

export interface Stats {
  /** Connections that lived in the interval, and of those the ones that began and ended in it. */
  lived: number;
  started: number;
  ended: number;
  /** Of those that ended: how many in which way, most first. */
  outcomes: [string, number][];
  connect: Spread | null;
  wait: Spread | null;
  drops: number;
  retransmits: number;
  resets: number;
  bytesToServer: number;
  bytesToClient: number;
  /** Per listener, the deepest its queue was. */
  depths: [Id, number][];
}

/** What `rows` did between `start` and `end`. */
export function statsOf(trace: Trace, rows: Uint32Array, start: number, end: number): Stats {
  const { start_ns, end_ns, connect_ns, accept_wait_ns, outcome } = trace.connections;
  const stats: Stats = {
    lived: 0, started: 0, ended: 0, outcomes: [], connect: null, wait: null, drops: 0,
    retransmits: 0, resets: 0, bytesToServer: 0, bytesToClient: 0, depths: [],
  };
  const outcomes = new Map<string, number>();
  const connects: number[] = [];
  const waits: number[] = [];
  for (const row of rows) {
    const began = start_ns.data[row];
    const over = end_ns.get(row);
    if (began > end || (over !== null && over < start)) continue;
    stats.lived += 1;
    if (began >= start) {
      stats.started += 1;
      push(connects, connect_ns.get(row));
      push(waits, accept_wait_ns.get(row));
    }
    if (over !== null && over <= end) {
      stats.ended += 1;
      const name = trace.words.names[outcome.data[row]];
      outcomes.set(name, (outcomes.get(name) ?? 0) + 1);
    }
    addEvents(trace, row, start, end, stats);
  }
  stats.outcomes = [...outcomes].sort((a, b) => b[1] - a[1]);
  stats.connect = spread(connects);
  stats.wait = spread(waits);
  stats.depths = depths(trace, start, end);
  return stats;
}

function push(list: number[], value: number | null): void {
  if (value !== null) list.push(value);
}

/** A run of sends counts where it began. */
function addEvents(trace: Trace, row: number, start: number, end: number, stats: Stats): void {
  const { marks, events } = trace;
  const server = trace.words.names.indexOf("server");
  const both = trace.client.fd.get(row) !== null && trace.server.fd.get(row) !== null;
  for (let [at, last] = trace.eventRows(row); at < last; at++) {
    const time = events.t_ns.data[at];
    const mark = marks[at];
    if (mark === 0 || time < start || time > end) continue;
    if (mark & Mark.Drop) stats.drops += 1;
    if (mark & Mark.Retransmit) stats.retransmits += 1;
    if (mark & Mark.Reset) stats.resets += 1;
    // Where both ends are here, each byte is seen twice: the server's account counts.
    if (both && events.side.get(at) !== server) continue;
    if (mark & Mark.ToServer) stats.bytesToServer += events.bytes.get(at) ?? 0;
    if (mark & Mark.ToClient) stats.bytesToClient += events.bytes.get(at) ?? 0;
  }
}

function spread(values: number[]): Spread | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => sorted[Math.max(Math.ceil(sorted.length * share) - 1, 0)];
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

function depths(trace: Trace, start: number, end: number): [Id, number][] {
  return [...trace.listeners.values()].map((listener) => {
    let deepest = 0;
    let before = 0;
    for (const [time, depth] of listener.queue.samples) {
      if (time < start) before = depth;
      else if (time <= end) deepest = Math.max(deepest, depth);
    }
    return [listener.id, Math.max(deepest, before)];
  });
}
