// SPDX-License-Identifier: BSD-2-Clause
//
// A whole trace, read-only. What is few (processes, listeners, findings) stands in it as objects;
// connections and events, of which there may be a million, are columns, known by their row, and
// become objects on demand.

import type {
  Acceptor, Capture, Connection, End, Finding, Host, Id, Listener, Loss, Process, Socket,
  SocketEvent,
} from "../format/types";
import { activitiesOf, type Activity } from "./acts";
import { Column, type Numbers } from "./column";
import { CONNECTION_FIELDS, END_FIELDS, EVENT_FIELDS } from "./fields";
import { NOTABLE } from "./kind";
import { closingsOf, marksOf } from "./marks";
import type { Cut, PackedTrace } from "./pack";
import { type Spans, spansOf } from "./spans";
import { type Columns, rebuild, type Strings, unpack } from "./table";
import { WordList } from "./words";

export type ConnectionColumns = Columns<typeof CONNECTION_FIELDS>;
export type EndColumns = Columns<typeof END_FIELDS>;
export type EventColumns = Columns<typeof EVENT_FIELDS>;

export class Trace {
  readonly host: Host;
  readonly capture: Capture;
  readonly loss: Loss;
  /** Null: it was no stream that was cut. */
  readonly cut: Cut | null;
  readonly processes: Map<Id, Process>;
  readonly listeners: Map<Id, Listener>;
  readonly sockets: Map<Id, Socket>;
  readonly findings: Map<Id, Finding>;
  readonly acceptors: Acceptor[];
  /** Per listener, what the threads that accept from it did. */
  readonly activities: Map<Id, Activity[]>;
  readonly connectionCount: number;
  readonly eventCount: number;

  readonly words: Strings;
  readonly connections: ConnectionColumns;
  readonly client: EndColumns;
  readonly server: EndColumns;
  readonly events: EventColumns;
  readonly closing: Column;
  readonly marks: Uint8Array;
  /** Rows of events with a mark of NOTABLE, ascending. */
  readonly notable: Uint32Array;
  readonly spans: Spans;
  /** The time that all of it lies in. */
  readonly start: number;
  readonly end: number;

  private readonly firstEvents: Numbers;
  private readonly eventCounts: Numbers;
  private readonly byId: Uint32Array;

  constructor(packed: PackedTrace) {
    this.host = packed.host;
    this.capture = packed.capture;
    this.loss = packed.loss;
    this.cut = packed.cut;
    this.processes = mapOf(packed.processes);
    this.listeners = mapOf(packed.listeners);
    this.sockets = mapOf(packed.sockets);
    this.findings = mapOf(packed.findings);
    this.acceptors = packed.acceptors;
    this.activities = activitiesOf(packed.acceptors);
    const { names, texts } = packed.words;
    this.words = { names: new WordList(names).all(), texts: new WordList(texts) };
    this.connections = unpack(packed.connections);
    this.client = unpack(packed.client);
    this.server = unpack(packed.server);
    this.events = unpack(packed.events);
    this.firstEvents = packed.firstEvent;
    this.eventCounts = packed.eventCount;
    this.connectionCount = packed.firstEvent.length;
    this.eventCount = packed.events.t_ns.length;
    this.marks = marksOf(this);
    this.closing = new Column(closingsOf(this));
    this.notable = notableOf(this.marks);
    this.byId = rowsById(this.connections.id);
    [this.start, this.end] = extent(this);
    this.spans = spansOf(this);
  }

  /** The row of a connection; -1: there is none of that id. */
  rowOf(id: Id): number {
    const wanted = Number(id);
    const ids = this.connections.id.data;
    let low = 0;
    for (let high = this.byId.length; low < high;) {
      const middle = (low + high) >> 1;
      if (ids[this.byId[middle]] < wanted) low = middle + 1;
      else high = middle;
    }
    const row = this.byId[low];
    return row !== undefined && ids[row] === wanted ? row : -1;
  }

  idOf(row: number): Id {
    return String(this.connections.id.data[row]);
  }

  /** The rows of a connection's events: from the first to before the second. */
  eventRows(row: number): [number, number] {
    const first = this.firstEvents[row];
    return [first, first + this.eventCounts[row]];
  }

  /** The connection with its events, built anew at each call; undefined: no such id. */
  connection(id: Id): Connection | undefined {
    const row = this.rowOf(id);
    return row < 0 ? undefined : this.connectionAt(row);
  }

  connectionAt(row: number): Connection {
    const { client, server, words } = this;
    const known = rebuild(CONNECTION_FIELDS, this.connections, row, words);
    const events: SocketEvent[] = [];
    for (let [at, end] = this.eventRows(row); at < end; at++) {
      events.push(rebuild(EVENT_FIELDS, this.events, at, words) as unknown as SocketEvent);
    }
    return {
      ...(known as unknown as Connection),
      client: this.endAt(client, row),
      server: this.endAt(server, row),
      events,
    };
  }

  /** One side of a connection; null: not seen. `abstract` is never null in one that was. */
  endAt(columns: EndColumns, row: number): End | null {
    if (columns.abstract.get(row) === null) return null;
    return rebuild(END_FIELDS, columns, row, this.words) as unknown as End;
  }

  /** A name by its number: an outcome, a protocol, an error. */
  name(column: Column, row: number): string | null {
    const number = column.get(row);
    return number === null ? null : this.words.names[number];
  }

  text(column: Column, row: number): string | null {
    const number = column.get(row);
    return number === null ? null : this.words.texts.get(number);
  }
}

function mapOf<T extends { id: Id }>(list: T[]): Map<Id, T> {
  return new Map(list.map((object) => [object.id, object]));
}

function rowsById(ids: Column): Uint32Array {
  const { data } = ids;
  const rows = new Uint32Array(data.length);
  let ordered = true;
  for (let row = 0; row < rows.length; row++) {
    rows[row] = row;
    if (row > 0 && data[row - 1] >= data[row]) ordered = false;
  }
  return ordered ? rows : rows.sort((a, b) => data[a] - data[b]);
}

function notableOf(marks: Uint8Array): Uint32Array {
  let count = 0;
  for (let i = 0; i < marks.length; i++) if (marks[i] & NOTABLE) count += 1;
  const rows = new Uint32Array(count);
  for (let i = 0, at = 0; i < marks.length; i++) if (marks[i] & NOTABLE) rows[at++] = i;
  return rows;
}

/** From the beginning of the capture, or of what was before it, to the end of all that is known. */
function extent(trace: Trace): [number, number] {
  let start = 0;
  let end = trace.capture.duration_ns ?? 0;
  const { start_ns, end_ns } = trace.connections;
  for (let row = 0; row < trace.connectionCount; row++) {
    if (start_ns.data[row] < start) start = start_ns.data[row];
    if (end_ns.data[row] > end) end = end_ns.data[row];
    if (start_ns.data[row] > end) end = start_ns.data[row];
  }
  // A stream that was cut does not say how long it was.
  if (trace.cut) for (const time of trace.events.t_ns.data) end = Math.max(end, time);
  return [start, Math.max(end, start + 1)];
}
