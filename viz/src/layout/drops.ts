// SPDX-License-Identifier: BSD-2-Clause
//
// When each listener dropped something, and how those moments are gathered into marks that do not
// overlap.

import type { Id, Listener } from "../format/types";
import { Mark } from "../model/kind";
import { lowerBound } from "../model/phases";
import type { Trace } from "../model/trace";
import { type View, xOf } from "./view";

/** Ascending times of drops, per listener. */
export type Drops = Map<Id, Float64Array>;

/** From the drop events of connections and listeners, or else from the peers that were dropped. */
export function dropsOf(trace: Trace): Drops {
  const times = new Map<Id, number[]>();
  for (const id of trace.listeners.keys()) times.set(id, []);
  for (const [listener, time] of connectionDrops(trace)) times.get(listener)?.push(time);
  for (const listener of trace.listeners.values()) {
    const list = times.get(listener.id)!;
    for (const event of listener.events) if (event.name === "drop") list.push(event.t_ns);
    if (list.length === 0) list.push(...peerDrops(listener));
  }
  const sorted = [...times].map(([id, list]) => [id, Float64Array.from(list).sort()] as const);
  return new Map(sorted);
}

function* connectionDrops(trace: Trace): Generator<[Id, number]> {
  const { notable, marks, events } = trace;
  for (let row = 0, at = 0; row < trace.connectionCount && at < notable.length; row++) {
    const [first, last] = trace.eventRows(row);
    const listener = trace.connections.listener.get(row);
    if (listener === null) continue;
    for (let i = lowerBound(notable, first); notable[i] < last; i++) {
      if (marks[notable[i]] & Mark.Drop) yield [String(listener), events.t_ns.data[notable[i]]];
    }
  }
}

function peerDrops(listener: Listener): number[] {
  return listener.dropped_peers.flatMap((peer) =>
    peer.syns > 1 ? [peer.first_ns, peer.last_ns] : [peer.first_ns]);
}

export interface DropMark {
  x: number;
  count: number;
}

/**
 * Marks at least `apart` pixels from each other, twice as far at the right edge, where a number
 * stands left of its mark; together they count every drop in the view.
 */
export function layoutDrops(times: Float64Array, view: View, apart: number): DropMark[] {
  const found: DropMark[] = [];
  let first = -Infinity;
  for (let i = lowerBound(times, view.start); i < times.length && times[i] <= view.end; i++) {
    const x = xOf(view, times[i]);
    const mark = found.at(-1);
    if (mark && x - first < (x > view.width - apart ? 2 * apart : apart)) {
      mark.count += 1;
    } else {
      found.push({ x, count: 1 });
      first = x;
    }
  }
  return found;
}
