// SPDX-License-Identifier: BSD-2-Clause
//
// The order of the listeners' lanes.

import type { Listener } from "../format/types";
import type { Trace } from "../model/trace";

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
  return [...trace.listeners.values()].sort(
    (a, b) => dropsIn(b) - dropsIn(a) || weight(b) - weight(a) || b.arrivals - a.arrivals,
  );
}
