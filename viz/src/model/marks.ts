// SPDX-License-Identifier: BSD-2-Clause
//
// What of the events a timeline shows: their marks, and when a connection began to close.

import { Mark } from "./kind";
import type { Trace } from "./trace";

// Errors by which a call says "not now", which is how non-blocking programs work.
const ORDINARY = new Set(["EAGAIN", "EWOULDBLOCK", "EINPROGRESS", "EALREADY", "EINTR"]);

const NAMED: Record<string, Mark> = {
  drop: Mark.Drop, reset: Mark.Reset, retransmit: Mark.Retransmit,
  synack_retransmit: Mark.Retransmit,
};

/** In the arguments: a close() of one of many fds, or no longer reading, ends nothing. */
const GOES_ON = /"last":\s*false|"SHUT_RD"/;

const ENDING = new Set(["close", "shutdown", "fin", "reset"]);

/** Bits of Mark for each event. */
export function marksOf({ events, words }: Trace): Uint8Array {
  const { names } = words;
  const named = names.map((name) => (Object.hasOwn(NAMED, name) ? NAMED[name] : 0));
  const failing = names.map((name) => !ORDINARY.has(name));
  const [send, recv, client] = ["send", "recv", "client"].map((name) => names.indexOf(name));
  const marks = new Uint8Array(events.t_ns.data.length);
  for (let row = 0; row < marks.length; row++) {
    const name = events.name.data[row];
    let mark: number = named[name];
    if (name === send || name === recv) {
      const fromClient = (events.side.data[row] === client) === (name === send);
      if ((events.bytes.get(row) ?? 0) > 0) mark |= fromClient ? Mark.ToServer : Mark.ToClient;
    }
    const errno = events.errno.get(row);
    if (errno !== null && failing[errno]) mark |= Mark.FailedCall;
    marks[row] = mark;
  }
  return marks;
}

/** When the first side of each connection said that it has no more to say; NaN: neither did. */
export function closingsOf(trace: Trace): Float64Array {
  const { events, words } = trace;
  const ending = words.names.map((name) => ENDING.has(name));
  const goesOn = new Map<number, boolean>();
  const closings = new Float64Array(trace.connectionCount).fill(NaN);
  for (let row = 0; row < closings.length; row++) {
    for (let [at, end] = trace.eventRows(row); at < end; at++) {
      if (!ending[events.name.data[at]]) continue;
      const args = events.args.data[at];
      if (!goesOn.has(args)) goesOn.set(args, GOES_ON.test(words.texts.get(args)));
      if (goesOn.get(args)) continue;
      closings[row] = events.t_ns.data[at];
      break;
    }
  }
  return closings;
}
