// SPDX-License-Identifier: BSD-2-Clause
//
// The display filter that shows the same packets in Wireshark. "": it sees none of them.

import type { Connection, End, Listener } from "../format/types";

type Point = [address: string | null, port: number | null];

/** A side's address: its own, or as the other side sees it. */
function point(own: End | null, other: End | null): Point {
  if (own?.address != null) return [own.address, own.port];
  return [other?.peer_address ?? null, other?.peer_port ?? null];
}

function addressTerm(address: string): string {
  return `${address.includes(":") ? "ipv6" : "ip"}.addr == ${address}`;
}

function terms(protocol: string, points: Point[]): string {
  const addresses = points.flatMap(([address]) => (address === null ? [] : [addressTerm(address)]));
  const ports = points.flatMap(([, port]) =>
    port === null ? [] : [`${protocol}.port == ${port}`],
  );
  return [...new Set([...addresses, ...ports])].join(" && ");
}

function seenByWireshark(protocol: string): boolean {
  return protocol === "tcp" || protocol === "udp";
}

export function connectionFilter(connection: Connection): string {
  const { client, server, protocol } = connection;
  if (!seenByWireshark(protocol)) return "";
  return terms(protocol, [point(client, server), point(server, client)]);
}

export function listenerFilter(listener: Listener): string {
  const { protocol, address, port } = listener;
  const any = address === "0.0.0.0" || address === "::";
  return seenByWireshark(protocol) ? terms(protocol, [[any ? null : address, port]]) : "";
}
