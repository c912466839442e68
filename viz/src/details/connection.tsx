// SPDX-License-Identifier: BSD-2-Clause
//
// Everything known about a connection.

import type { Connection, End } from "../format/types";
import { storyOfConnection } from "../flowchart/steps";
import { addressText, program, route } from "../model/address";
import { bytesBetween, bytesText, failed, outcomeText } from "../model/outcome";
import { bytes, count, time } from "../model/units";
import { Calls } from "./calls";
import { Facts, Link, Part, Snippet, moment, span, type Context, type Fact } from "./parts";
import { connectionFilter } from "./wireshark";

function endText(end: End | null, context: Context) {
  if (!end) return "not on this host, or not seen";
  const address = addressText(end);
  const who = program(end);
  return (
    <>
      {end.process ? (
        <Link to={{ kind: "process", id: end.process }} context={context}>
          {who || "process"}
        </Link>
      ) : (
        who || "nobody known"
      )}
      {end.fd !== null && ` fd ${end.fd}`}
      {address && ` ${address}`}
    </>
  );
}

/** What the other side calls this one by, where something in between translates. */
function translated(end: End | null, other: End | null): string | null {
  if (end?.address == null || other?.peer_address == null) return null;
  const own = addressText(end);
  const seen = addressText({
    address: other.peer_address,
    port: other.peer_port,
    path: null,
    abstract: false,
  });
  return own === seen ? null : seen;
}

function people(connection: Connection, context: Context): Fact[] {
  const { client, server, listener } = connection;
  return [
    ["Client", endText(client, context)],
    ["Client, seen by the server", translated(client, server)],
    ["Server", endText(server, context)],
    ["Server, seen by the client", translated(server, client)],
    [
      "Came in at",
      listener && (
        <Link to={{ kind: "listener", id: listener }} context={context}>
          listener #{listener}
        </Link>
      ),
    ],
  ];
}

function times(connection: Connection, context: Context): Fact[] {
  const { start_ns, accepted_ns, end_ns, connect_ns, accept_wait_ns, syns } = connection;
  return [
    ["Began", moment(context.trace, start_ns)],
    [
      "Connecting took",
      connect_ns !== null && time(connect_ns),
      syns !== null && syns > 1
        ? `with ${syns} SYNs: each unanswered one costs the client a second or more`
        : "",
    ],
    [
      "Waited to be accepted",
      accept_wait_ns !== null && time(accept_wait_ns),
      "in the accept queue",
    ],
    ["Served for", span(accepted_ns, end_ns)],
    ["Lasted", span(start_ns, end_ns)],
    ["Ended", moment(context.trace, end_ns) ?? "not before the trace did"],
  ];
}

function amounts(connection: Connection): Fact[] {
  const toServer = bytesBetween(connection.client, connection.server);
  const toClient = bytesBetween(connection.server, connection.client);
  const note = connection.exact ? "" : "at least: not everything could be counted";
  return [
    [
      "Sent to the server",
      toServer !== null && bytes(toServer),
      toServer !== null && toServer >= 1000 ? `${count(toServer)} bytes` : note,
    ],
    [
      "Sent to the client",
      toClient !== null && bytes(toClient),
      toClient !== null && toClient >= 1000 ? `${count(toClient)} bytes` : note,
    ],
  ];
}

function doubts(connection: Connection): Fact[] {
  return [
    ["Older than the trace", !connection.seen_from_start && "yes: how it began was not seen"],
    ["Events missing", !connection.lossless && "yes: some were lost while it lived"],
    ["Who is client", connection.roles === "inferred" && "inferred from the ports"],
    ["Sequence numbers", connection.pair, "of both ends, for finding it in another host's trace"],
  ];
}

export function ConnectionDetails({ of, context }: { of: Connection; context: Context }) {
  const filter = connectionFilter(of);
  return (
    <>
      <h2>
        #{of.id} {of.protocol} {route(of)}
      </h2>
      <p class={failed(of) ? "bad" : ""}>
        {outcomeText(of)}
        {bytesText(of) && `, ${bytesText(of)}`}
      </p>
      <Facts of={[...people(of, context), ...times(of, context), ...amounts(of), ...doubts(of)]} />
      {filter && (
        <Part title="In Wireshark">
          <Snippet text={filter} label="Copy filter" />
        </Part>
      )}
      <Calls story={storyOfConnection(of, null)} />
    </>
  );
}
