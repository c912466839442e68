// SPDX-License-Identifier: BSD-2-Clause
//
// What a connection was doing when: the stretches of its life, and the moments that went wrong.

import { Kind, LONG_WAIT_NS, markKind } from "./kind";
import type { Trace } from "./trace";

/** Hears of a stretch from `start` to `end`; the two are equal for a moment. */
export type TakeSpan = (kind: Kind, start: number, end: number) => void;

const FAILED = new Set(["refused", "timed_out", "dropped", "failed"]);
const LEFT_IN_QUEUE = new Set(["reset_in_queue", "never_accepted"]);

/** All stretches and moments of the connection in `row`; they are its life without a gap. */
export function phasesOf(trace: Trace, row: number, take: TakeSpan): void {
  stretches(trace, row, take);
  moments(trace, row, take);
}

function stretches(trace: Trace, row: number, take: TakeSpan): void {
  const { connections, closing } = trace;
  const start = connections.start_ns.data[row];
  const end = Math.max(connections.end_ns.get(row) ?? trace.end, start);
  const established = connections.established_ns.get(row);
  const outcome = trace.name(connections.outcome, row)!;
  let at = start;
  const until = (kind: Kind, time: number | null) => {
    const next = Math.min(Math.max(time ?? end, at), end);
    if (next > at) take(kind, at, next);
    at = next;
  };

  until(Kind.Idle, connections.syn_ns.get(row) ?? start);
  if (established !== null) {
    until(connectingKind(trace, row), established);
    if (LEFT_IN_QUEUE.has(outcome)) until(Kind.LongWait, end);
    else until(waitingKind(trace, row), queueEnd(trace, row) ?? at);
  } else if (FAILED.has(outcome)) {
    until(Kind.Failed, end);
  } else if (isConnecting(trace, row)) {
    until(connectingKind(trace, row), end);
  }
  until(Kind.Serving, closing.get(row));
  until(Kind.Closing, end);
  // What lasted no time at all still happened.
  if (end === start) take(FAILED.has(outcome) ? Kind.Failed : Kind.Serving, start, end);
}

function moments(trace: Trace, row: number, take: TakeSpan): void {
  const { notable, marks } = trace;
  const times = trace.events.t_ns.data;
  const [first, last] = trace.eventRows(row);
  for (let i = lowerBound(notable, first); notable[i] < last; i++) {
    const event = notable[i];
    take(markKind(marks[event]), times[event], times[event]);
  }
  const outcome = trace.name(trace.connections.outcome, row);
  if (outcome === "reset_in_queue") {
    const end = trace.connections.end_ns.get(row) ?? trace.end;
    take(Kind.Reset, end, end);
  }
}

/** No answer yet, as opposed to a kind of socket that has no handshake. */
function isConnecting(trace: Trace, row: number): boolean {
  return trace.connections.syn_ns.get(row) !== null;
}

function connectingKind(trace: Trace, row: number): Kind {
  return (trace.connections.syns.get(row) ?? 1) > 1 ? Kind.Retrying : Kind.Connecting;
}

function waitingKind(trace: Trace, row: number): Kind {
  const established = trace.connections.established_ns.get(row)!;
  const end = queueEnd(trace, row) ?? established;
  return end - established >= LONG_WAIT_NS ? Kind.LongWait : Kind.Waiting;
}

/** When it left the accept queue, or the trace's end if it never did; null: it was in none. */
function queueEnd(trace: Trace, row: number): number | null {
  const { connections } = trace;
  const accepted = connections.accepted_ns.get(row);
  if (accepted !== null) return accepted;
  const listener = connections.listener.get(row);
  // where accept() was not asked for nobody is known to wait
  const here = listener !== null && trace.listeners.get(String(listener))?.accepted !== null;
  const owned = trace.server.fd.get(row) !== null;
  return here && !owned ? connections.end_ns.get(row) ?? trace.end : null;
}

/** The first place in an ascending list whose number is not below `value`. */
export function lowerBound(list: ArrayLike<number>, value: number, low = 0, high = list.length) {
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
