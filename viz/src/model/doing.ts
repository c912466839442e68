// SPDX-License-Identifier: BSD-2-Clause
//
// What an accepting thread was doing, in words: "blocked in recv(4) from 10.0.0.7:53112".

import type { Acceptor, Segment } from "../format/types";
import { polls } from "./acts";
import { clientText, serverText } from "./ends";
import type { Trace } from "./trace";

const HELD: Record<string, string> = {
  stopped: "stopped by a signal or a debugger",
  frozen: "frozen by its cgroup",
  exited: "gone: it has exited",
};

const STATES: Record<string, string> = {
  accepting: "in accept(), waiting for a client",
  running: "running",
  runnable: "ready to run, waiting for a CPU",
  blocked: "blocked, in what is not known",
};

const RECEIVES = new Set(["recvfrom", "recvmsg", "recvmmsg", "read", "readv"]);
const SENDS = new Set(["sendto", "sendmsg", "sendmmsg", "write", "writev", "sendfile", "connect"]);
const AS_WRITTEN: Record<string, string> = { recvfrom: "recv", sendto: "send", accept4: "accept" };

/** The name of a call as a program writes it; one without a name is a number. */
function callName(call: string): string {
  if (/^\d+$/.test(call)) return `system call ${call}`;
  return Object.hasOwn(AS_WRITTEN, call) ? AS_WRITTEN[call] : call;
}

/** Without what it was called on, so that alike ones have the same words. */
export function stateText({ state, call, held }: Segment): string {
  if (held !== null) return Object.hasOwn(HELD, held) ? HELD[held] : held;
  if (state === "blocked" && call !== null) {
    return `${polls(call) ? "waiting for events" : "blocked"} in ${callName(call)}`;
  }
  return Object.hasOwn(STATES, state) ? STATES[state] : state;
}

export function doingText(trace: Trace, acceptor: Acceptor, segment: Segment): string {
  const { state, call, held, fd } = segment;
  const words = stateText(segment);
  if (state !== "blocked" || call === null || held !== null) return words;
  return `${words}(${fd ?? ""})${onWhat(trace, acceptor, segment)}`;
}

function onWhat(trace: Trace, acceptor: Acceptor, segment: Segment): string {
  const { call, connection, socket, file } = segment;
  if (connection !== null) {
    const peer = peerText(trace, acceptor, connection) || `connection #${connection}`;
    const way = RECEIVES.has(call!) ? "from" : SENDS.has(call!) ? "to" : "on the connection with";
    return ` ${way} ${peer}`;
  }
  if (socket !== null) return ` on socket #${socket}`;
  return file === null ? "" : ` on ${file}`;
}

/** Whom the thread's process talks to on a connection. */
function peerText(trace: Trace, { process }: Acceptor, connection: string): string {
  const row = trace.rowOf(connection);
  if (row < 0) return "";
  const serves = trace.server.process.get(row) === Number(process);
  return serves ? clientText(trace, row) : serverText(trace, row);
}
