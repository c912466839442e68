// SPDX-License-Identifier: BSD-2-Clause
//
// How connections ended, in words.

import type { Connection, End, Outcome } from "../format/types";
import { bytes, plural, time } from "./units";

const FAILED = new Set<Outcome>([
  "reset",
  "refused",
  "timed_out",
  "dropped",
  "reset_in_queue",
  "never_accepted",
  "failed",
]);

export function failed(connection: Pick<Connection, "outcome">): boolean {
  return FAILED.has(connection.outcome);
}

const WORDS: Record<string, string> = {
  open: "still open",
  closed: "closed",
  reset: "reset",
  refused: "refused",
  timed_out: "timed out",
  dropped: "dropped by a full queue",
  reset_in_queue: "reset in the accept queue",
  never_accepted: "never accepted",
  failed: "failed",
  unknown: "end not seen",
};

/** "timed_out" → "timed out"; one that a later version adds, as it stands. */
export function outcomeWords(outcome: Outcome): string {
  return WORDS[outcome] ?? outcome;
}

function lastError(connection: Connection): string {
  const error = connection.events
    .filter((event) => event.errno && event.errno !== "EINPROGRESS")
    .at(-1);
  return error ? `: ${error.errno}` : "";
}

/** Its ends are the two of socketpair(): neither is a client or a server. */
export function isPair(connection: Pick<Connection, "events">): boolean {
  return connection.events[0]?.name === "socketpair";
}

/** "closed by server", "timed out after 3 SYNs, 7.1 s". */
export function outcomeText(connection: Connection): string {
  const { outcome, ended_by, syns, syn_ns, end_ns } = connection;
  const words = outcomeWords(outcome);
  if (outcome === "closed" || outcome === "reset") {
    if (!ended_by) return words;
    const pairs = ended_by === "client" ? "one end" : "the other end";
    return `${words} by ${isPair(connection) ? pairs : ended_by}`;
  }
  if (outcome === "failed") return words + lastError(connection);
  if (outcome !== "timed_out") return words;
  const tries = syns ? ` after ${plural(syns, "SYN")}` : "";
  return words + tries + (syn_ns !== null && end_ns !== null ? `, ${time(end_ns - syn_ns)}` : "");
}

/** What one side got, by whichever end was seen; null: not known. */
export function bytesBetween(from: End | null, to: End | null): number | null {
  const sent = from?.bytes_sent ?? null,
    received = to?.bytes_received ?? null;
  return sent === null || received === null ? (sent ?? received) : Math.max(sent, received);
}

/** "26 B to the client". */
export function bytesText(connection: Connection): string {
  const toServer = bytesBetween(connection.client, connection.server);
  const toClient = bytesBetween(connection.server, connection.client);
  if (toServer === null && toClient === null) return "";
  const [client, server] = isPair(connection)
    ? ["the one end", "the other end"]
    : ["the client", "the server"];
  const parts = [
    ...(toServer ? [`${bytes(toServer)} to ${server}`] : []),
    ...(toClient ? [`${bytes(toClient)} to ${client}`] : []),
  ];
  if (!parts.length) return connection.exact ? "no data" : "at least 0 B";
  return (connection.exact ? "" : "at least ") + parts.join(", ");
}
