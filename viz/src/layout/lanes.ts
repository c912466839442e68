// SPDX-License-Identifier: BSD-2-Clause
//
// The listeners' lanes: their order, and what stands where in them. Above, the queue; beneath it,
// what the accepting threads did.

import type { Listener } from "../format/types";
import type { Trace } from "../model/trace";
import { type ActRow, actRows } from "./activity";

export const ACT_HEIGHT = 12;
const ACT_AIR = 4;

export interface Lane {
  listener: Listener;
  top: number;
  /** Of the queue's drawing, and of the whole lane. */
  queueHeight: number;
  height: number;
  rows: ActRow[];
}

/** The fewer listeners, the higher their lanes. */
function queueHeightFor(count: number): number {
  return count <= 2 ? 84 : count <= 4 ? 64 : 48;
}

export function lanesOf(trace: Trace): Lane[] {
  const listeners = listenersInOrder(trace);
  const queueHeight = queueHeightFor(listeners.length);
  let top = 0;
  return listeners.map((listener) => {
    const rows = actRows(trace.activities.get(listener.id) ?? []);
    const height = queueHeight + (rows.length > 0 ? rows.length * ACT_HEIGHT + ACT_AIR : 0);
    const lane = { listener, top, queueHeight, height, rows };
    top += height;
    return lane;
  });
}

/** How high all of them are together. */
export function lanesHeight(lanes: Lane[]): number {
  return lanes.reduce((sum, { height }) => sum + height, 0);
}

export function laneAt(lanes: Lane[], y: number): Lane | undefined {
  return lanes.find(({ top, height }) => y >= top && y < top + height);
}

/** The row of threads at a height; undefined: the queue is there. */
export function actRowAt({ top, queueHeight, rows }: Lane, y: number): ActRow | undefined {
  return rows[Math.floor((y - top - queueHeight) / ACT_HEIGHT)];
}

export function dropsIn({ drops }: Listener): number {
  return (drops.syn ?? 0) + (drops.ack ?? 0) + (drops.syn_queue ?? 0) + (drops.other ?? 0);
}

/** Those with the most drops first, then the ones that findings warn of, then the busiest. */
export function listenersInOrder(trace: Trace): Listener[] {
  const warned = new Set(
    [...trace.findings.values()]
      .filter((finding) => finding.severity !== "info")
      .flatMap((finding) => finding.listeners),
  );
  const weight = (listener: Listener) => (warned.has(listener.id) ? 1 : 0);
  const busy = ({ arrivals }: Listener) => arrivals ?? 0;
  return [...trace.listeners.values()].sort(
    (a, b) => dropsIn(b) - dropsIn(a) || weight(b) - weight(a) || busy(b) - busy(a),
  );
}
