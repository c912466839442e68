// SPDX-License-Identifier: BSD-2-Clause
//
// Calls, spelled as in a C program.

import type { SocketEvent } from "../format/types";
import { addressText, type Address } from "../model/address";
import { bytes, count } from "../model/units";

const IPPROTO_NAMES: Record<number, string> = { 132: "IPPROTO_SCTP", 262: "IPPROTO_MPTCP" };
const USUAL_PROTOCOLS = new Set([0, 6, 17]);

function socketArguments(args: Record<string, unknown>, brief: boolean): string {
  const flags = brief ? [] : ((args.flags as string[] | undefined) ?? []);
  const type = [args.type, ...flags].join("|");
  const protocol = Number(args.protocol ?? 0);
  const third = USUAL_PROTOCOLS.has(protocol) ? [] : [IPPROTO_NAMES[protocol] ?? protocol];
  return [args.domain, type, ...third].join(", ");
}

function argumentsOf(event: SocketEvent, brief: boolean): string {
  const { name, args } = event;
  const fd = event.fd ?? "";
  if (name === "socket" || name === "socketpair") return socketArguments(args, brief);
  if (name === "bind" || name === "connect") {
    const address = addressText(args as unknown as Address);
    return address ? `${fd}, ${address}` : String(fd);
  }
  if (name === "listen") return `${fd}, ${args.backlog}`;
  if (name === "shutdown") return `${fd}, ${args.how}`;
  if (name === "recv" && args.peek) return `${fd}, MSG_PEEK`;
  return String(fd);
}

function resultOf(event: SocketEvent): string {
  const { name } = event;
  if (event.errno) return ` ${event.errno}`;
  if (name === "socketpair") return ` = ${(event.args.fds as number[] | undefined)?.join(", ")}`;
  if (name === "socket" || name === "accept") return ` = ${event.ret}`;
  if (name !== "send" && name !== "recv") return "";
  if ((event.count ?? 1) > 1) return ` ×${count(event.count!)} = ${bytes(event.bytes ?? 0)}`;
  return ` = ${event.args.peek ? event.ret : event.bytes}`;
}

/**
 * "accept(3) = 4", "connect(5, 10.0.0.9:81) ECONNREFUSED", "send(4) ×998 = 1.2 MB". Brief: without
 * SOCK_CLOEXEC and the like.
 */
export function callText(event: SocketEvent, brief = false): string {
  if (event.name === "close" && event.fd === null) return "closed";
  return `${event.name}(${argumentsOf(event, brief)})${resultOf(event)}`;
}
