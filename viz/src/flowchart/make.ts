// SPDX-License-Identifier: BSD-2-Clause
//
// The flowchart of a connection, a listener or a socket: its titles, and its rows.

import type { Connection, Listener, Process, Side, Socket } from "../format/types";
import { addressText, processText, program, route } from "../model/address";
import { bytesText, failed, isPair, outcomeText } from "../model/outcome";
import { plural } from "../model/units";
import type { Chart } from "./chart";
import { addRows } from "./rows";
import { storyAlone, storyOfConnection, storyOfListener } from "./steps";
import { Walk } from "./walk";

type Processes = Map<string, Process>;

function processOf(processes: Processes, id: string | null | undefined): string {
  return processText(processes.get(id ?? ""));
}

function laneTitle(
  role: string,
  connection: Connection,
  side: Side,
  listener: Listener | null,
  processes: Processes,
): string {
  const end = connection[side];
  const who =
    program(end) || (side === "server" && processOf(processes, listener?.owners[0]?.process));
  if (who) return `${role} ${who}`;
  return end ? role : `${role} (not seen from here)`;
}

export function chartOfConnection(
  connection: Connection,
  listener: Listener | null,
  processes: Processes,
): Chart {
  const pair = isPair(connection);
  const title = (role: string, side: Side) =>
    laneTitle(role, connection, side, listener, processes);
  return {
    title: `#${connection.id} ${connection.protocol} ${route(connection)}`,
    summary: `${outcomeText(connection)}   ${bytesText(connection)}`,
    failed: failed(connection),
    lanes: 2,
    laneTitles: [
      title(pair ? "one end" : "client", "client"),
      title(pair ? "other end" : "server", "server"),
    ],
    rows: addRows(new Walk(storyOfConnection(connection, listener), connection, listener)),
  };
}

export function chartOfListener(listener: Listener, processes: Processes): Chart {
  const { accepted, backlog } = listener;
  const many = accepted === null ? "" : `   ${plural(accepted, "connection")} accepted`;
  return {
    title: `${listener.protocol} ${addressText(listener) || "(unnamed)"}`,
    summary: `backlog ${backlog.effective}${many}`,
    failed: false,
    lanes: 1,
    laneTitles: [processOf(processes, listener.owners[0]?.process), ""],
    rows: addRows(new Walk(storyOfListener(listener), null, listener)),
  };
}

export function chartOfSocket(socket: Socket, processes: Processes): Chart {
  const error =
    socket.outcome === "failed" ? socket.events.filter((event) => event.errno).at(-1) : undefined;
  return {
    title: `${socket.protocol} socket`,
    summary: error ? `${error.name}() failed: ${error.errno}` : "no connection",
    failed: !!error,
    lanes: 1,
    laneTitles: [processOf(processes, socket.process), ""],
    rows: addRows(new Walk(storyAlone(socket.events, [], socket.outcome === "open"), null)),
  };
}
