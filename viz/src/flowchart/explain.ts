// SPDX-License-Identifier: BSD-2-Clause
//
// What a call or an act of the kernel does, in a sentence for who is learning sockets.

import type { SocketEvent } from "../format/types";
import { addressText, type Address } from "../model/address";
import { bytes, plural } from "../model/units";

const ERRORS: Record<string, string> = {
  EADDRINUSE:
    "Another socket has this address, or a connection of it is not over yet (SO_REUSEADDR helps).",
  EADDRNOTAVAIL: "This machine does not have that address, or no free port is left.",
  EAGAIN: "There was nothing to take yet: the program is to ask again later.",
  ECONNREFUSED: "The other machine answered that nobody listens there.",
  ECONNRESET: "The other side broke the connection off.",
  EINPROGRESS: "Connecting goes on in the background.",
  EINTR: "A signal interrupted the call.",
  EMFILE: "The process has used up the file descriptors it may have.",
  ENFILE: "The machine has used up the file descriptors it may have.",
  EHOSTUNREACH: "There is no way to that machine.",
  ENETUNREACH: "There is no way to that machine.",
  EACCES: "The process is not allowed to.",
  EPERM: "The process is not allowed to.",
  EPIPE: "The other side does not read any more.",
  ETIMEDOUT: "Nobody answered in all that time.",
  ENOTCONN: "The socket is not connected.",
};

function domainWords(domain: unknown): string {
  const words: Record<string, string> = {
    AF_INET: "IPv4",
    AF_INET6: "IPv6",
    AF_UNIX: "this machine alone",
  };
  return words[String(domain)] ?? String(domain);
}

function typeWords(type: unknown): string {
  const words: Record<string, string> = {
    SOCK_STREAM: "a stream of bytes",
    SOCK_DGRAM: "single datagrams",
    SOCK_SEQPACKET: "messages in order",
  };
  return words[String(type)] ?? String(type);
}

function bindWords(event: SocketEvent): string {
  const { address, port } = event.args;
  const anyAddress =
    address === "0.0.0.0" || address === "::" ? ", on every address of this machine" : "";
  if (port === 0)
    return `Gives the socket an address and lets the kernel choose the port${anyAddress}.`;
  return `Gives the socket its address, so that others can find it${anyAddress}.`;
}

function listenWords({ args }: SocketEvent): string {
  const asked = Number(args.backlog),
    limit = Number(args.effective);
  const clamped =
    asked >= 0 && limit < asked
      ? ` Of the ${asked} asked for the system allows ${limit} (net.core.somaxconn).`
      : "";
  return (
    `From here on the kernel completes connections by itself. Up to ${limit + 1} may wait to be ` +
    `accepted; more are dropped.${clamped}`
  );
}

function acceptWords(event: SocketEvent): string {
  const waited = event.duration_ns === null ? " It had begun before the trace." : "";
  return `Takes the connection that has waited longest: a new socket (fd ${event.ret}).${waited}`;
}

function establishedWords(event: SocketEvent): string {
  return event.side === "client"
    ? "The handshake is complete. No program at the server has done anything for that yet."
    : "The connection is complete, and waits in the accept queue until accept() takes it.";
}

const HOW: Record<string, string> = {
  SHUT_RD: "Nothing more will be received.",
  SHUT_WR:
    "Nothing more will be sent; receiving goes on. The other side reads the end of the stream.",
  SHUT_RDWR: "Ends both directions; the descriptor stays open.",
};

function recvWords(event: SocketEvent): string {
  if (event.args.peek) return "Looks at what has arrived, and leaves it there.";
  if (event.bytes === 0) return "Reads the end: the other side sends no more.";
  const taken = `Takes ${bytes(event.bytes ?? 0)} that have arrived${inCalls(event)}.`;
  return `${taken} It may be less than was sent, or more than one message.`;
}

function closeWords(event: SocketEvent): string {
  if (!event.args.last) {
    return "Gives this descriptor back. Another descriptor or process still holds the socket.";
  }
  const how =
    event.fd === null
      ? "The process let go of the socket without close(), by exiting for instance."
      : "Gives the socket back.";
  return `${how} It was the last reference: the connection ends.`;
}

const WORDS: Record<string, (event: SocketEvent) => string> = {
  socket: ({ args }) =>
    `Makes a socket: ${typeWords(args.type)} over ${domainWords(args.domain)}. ` +
    "It has no address and no other side yet.",
  socketpair: () => "Makes two connected sockets.",
  bind: bindWords,
  listen: listenWords,
  accept: acceptWords,
  connect: ({ args }) =>
    `Asks for a connection to ${addressText(args as unknown as Address) || "that address"}, ` +
    "and waits for the answer.",
  send: (event) =>
    `Hands ${bytes(event.bytes ?? 0)} to the kernel to be sent${inCalls(event)}. ` +
    "They need not have arrived.",
  recv: recvWords,
  shutdown: ({ args }) => HOW[String(args.how)] ?? "Ends a direction.",
  close: closeWords,
  syn: () => "The client's kernel asks the server's: may I connect?",
  established: establishedWords,
  synack_retransmit: () =>
    "No confirmation came: the server's kernel repeats its answer.",
  retransmit: () => "No confirmation came: the kernel sends again.",
  drop: ({ args }) =>
    "The kernel threw the client's packet away; the client " +
    (args.path === "ack" ? "takes itself for connected." : "will try again in a second or more."),
  reset: ({ args }) =>
    args.sent
      ? "Breaks the connection off at once; what was on its way is lost."
      : "The other side broke the connection off; what was on its way is lost.",
  fin: () => "The other side said that it sends no more.",
};

function inCalls(event: SocketEvent): string {
  return (event.count ?? 1) > 1 ? `, in ${plural(event.count!, "call")}` : "";
}

/** "" for an event of a later version. */
export function explain(event: SocketEvent): string {
  if (!event.errno) return WORDS[event.name]?.(event) ?? "";
  const tried = event.name === "connect" ? "Asked for a connection. " : "";
  return tried + (ERRORS[event.errno] ?? `It failed with ${event.errno}.`);
}
