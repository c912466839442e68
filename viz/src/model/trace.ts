// SPDX-License-Identifier: BSD-2-Clause
//
// A whole trace as the panels see it. Few things (processes, listeners, findings) are objects;
// connections and their events, of which there may be a million, are made on demand.

import type {
  Acceptor, Capture, Connection, Finding, Host, Id, Listener, Loss, Process, Socket,
} from "../format/types";

export interface Trace {
  host: Host;
  capture: Capture;
  loss: Loss;
  processes: Map<Id, Process>;
  listeners: Map<Id, Listener>;
  sockets: Map<Id, Socket>;
  findings: Map<Id, Finding>;
  acceptors: Acceptor[];
  connectionCount: number;
  /** The connection with its events, built anew at each call; undefined: no such id. */
  connection(id: Id): Connection | undefined;
}
