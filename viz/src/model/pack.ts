// SPDX-License-Identifier: BSD-2-Clause
//
// Takes the objects of a trace as they are read and keeps them small: connections and their
// events as columns, what is few as it is. The result can be handed from a worker to the page.

import type { Sink } from "../format/read";
import { Cursor } from "../format/cursor";
import type {
  Acceptor, Capture, Connection, EventLine, Finding, Host, Id, Listener, Loss, Process, Socket,
} from "../format/types";
import { Growing, type Numbers } from "./column";
import { CONNECTION_FIELDS, END_FIELDS, EVENT_FIELDS } from "./fields";
import { QuickReader } from "./quick";
import { connectionOfEvents } from "./rebuild";
import { type PackedColumns, TableWriter, type Vocabulary } from "./table";
import { type PackedWords, Words } from "./words";

/** Of a stream without its last line: connections that are told by their event lines. */
export interface Cut {
  /** Those that have no line of their own. */
  rebuilt: number;
  /** Those whose own line is older than their last events. */
  extended: number;
}

export interface PackedTrace {
  host: Host;
  capture: Capture;
  loss: Loss;
  cut: Cut | null;
  processes: Process[];
  listeners: Listener[];
  sockets: Socket[];
  acceptors: Acceptor[];
  findings: Finding[];
  words: Vocabulary<PackedWords>;
  connections: PackedColumns;
  client: PackedColumns;
  server: PackedColumns;
  events: PackedColumns;
  /** Per connection: the row of its first event, and how many it has. */
  firstEvent: Numbers;
  eventCount: Numbers;
}

export class Packer implements Sink {
  private words = { names: new Words(), texts: new Words() };
  private tables = {
    words: this.words,
    connections: new TableWriter(CONNECTION_FIELDS, this.words),
    client: new TableWriter(END_FIELDS, this.words),
    server: new TableWriter(END_FIELDS, this.words),
    events: new TableWriter(EVENT_FIELDS, this.words),
  };
  private connectionLength = 0;
  private eventLength = 0;
  private firstEvent = new Growing();
  private eventCount = new Growing();
  private cursor = new Cursor();
  private quickLine = new QuickReader(this.tables, true);
  private quickDocument = new QuickReader(this.tables, false);
  private rows = new Map<number, number>();
  private processes = new Map<Id, Process>();
  private listeners = new Map<Id, Listener>();
  private sockets = new Map<Id, Socket>();
  private findings = new Map<Id, Finding>();
  private acceptors = new Map<string, Acceptor>();
  private laterEvents = new Map<Id, EventLine[]>();
  private cutStream: Cut | null = null;
  private parts: { host?: Host; capture?: Capture; loss?: Loss } = {};

  get connectionCount(): number {
    return this.connectionLength;
  }

  host(host: Host): void {
    this.parts.host = host;
  }

  capture(capture: Capture): void {
    this.parts.capture = capture;
  }

  loss(loss: Loss): void {
    this.parts.loss = loss;
  }

  process(process: Process): void {
    this.processes.set(process.id, process);
  }

  socket(socket: Socket): void {
    this.sockets.set(socket.id, socket);
  }

  listener(listener: Listener): void {
    this.listeners.set(listener.id, listener);
  }

  acceptor(acceptor: Acceptor): void {
    this.acceptors.set(`${acceptor.listener}/${acceptor.process}/${acceptor.tid}`, acceptor);
  }

  finding(finding: Finding): void {
    this.findings.set(finding.id, finding);
  }

  /** Kept until the connection's own line comes, which has them all. */
  eventLine(line: EventLine): void {
    const { connection: id } = line;
    if (id === null) return;
    const list = this.laterEvents.get(id);
    if (list) list.push(line);
    else this.laterEvents.set(id, [line]);
  }

  cut(): void {
    this.cutStream = { rebuilt: 0, extended: 0 };
    for (const [id, lines] of [...this.laterEvents]) {
      const row = this.rows.get(Number(id));
      if (row === undefined) {
        this.cutStream.rebuilt += 1;
        this.connection(connectionOfEvents(id, lines, this.listeners, this.processes));
      } else {
        this.cutStream.extended += 1;
        this.extend(Number(id), row, lines);
      }
    }
  }

  /** The events of a connection must lie together: those it has move behind all others. */
  private extend(id: number, row: number, lines: EventLine[]): void {
    const { events } = this.tables;
    const first = this.firstEvent.get(row)!;
    const known = this.eventCount.get(row)!;
    for (let i = 0; i < known; i++) events.copy(first + i, this.eventLength + i);
    lines.forEach((line, i) => events.set(this.eventLength + known + i, line));
    this.commit(id, row, known + lines.length);
  }

  connection(connection: Connection): void {
    const row = this.rows.get(Number(connection.id)) ?? this.connectionLength;
    const { connections, client, server, events } = this.tables;
    connections.set(row, connection);
    client.set(row, connection.client);
    server.set(row, connection.server);
    connection.events.forEach((event, i) => events.set(this.eventLength + i, event));
    this.commit(Number(connection.id), row, connection.events.length);
  }

  quickConnection(bytes: Uint8Array, from: number, line: boolean): number {
    const { cursor, tables } = this;
    const row = this.connectionLength;
    cursor.reset(bytes, from);
    const quick = line ? this.quickLine : this.quickDocument;
    const count = quick.take(cursor, row, this.eventLength);
    const id = tables.connections.get(row, 0);
    if (count < 0 || id === null || this.rows.has(id)) return 0;
    this.commit(id, row, count);
    return cursor.at;
  }

  private commit(id: number, row: number, events: number): void {
    this.rows.set(id, row);
    if (this.laterEvents.size > 0) this.laterEvents.delete(String(id));
    if (row === this.connectionLength) this.connectionLength += 1;
    this.firstEvent.set(row, this.eventLength);
    this.eventCount.set(row, events);
    this.eventLength += events;
  }

  finish(): PackedTrace {
    const { host, capture, loss } = this.parts;
    const { connections, client, server, events } = this.tables;
    return {
      host: host!,
      capture: capture!,
      loss: loss!,
      cut: this.cutStream,
      processes: [...this.processes.values()],
      listeners: [...this.listeners.values()],
      sockets: [...this.sockets.values()],
      acceptors: [...this.acceptors.values()],
      findings: [...this.findings.values()],
      words: { names: this.words.names.finish(), texts: this.words.texts.finish() },
      connections: connections.finish(this.connectionLength),
      client: client.finish(this.connectionLength),
      server: server.finish(this.connectionLength),
      events: events.finish(this.eventLength),
      firstEvent: this.firstEvent.finish(this.connectionLength),
      eventCount: this.eventCount.finish(this.connectionLength),
    };
  }
}

/** The buffers of a packed trace, for postMessage to move instead of copy. */
export function buffersOf(packed: PackedTrace): ArrayBuffer[] {
  const { words: { names, texts }, connections, client, server, events } = packed;
  const arrays: ArrayBufferView[] = [connections, client, server, events]
    .flatMap((table) => Object.values(table));
  arrays.push(packed.firstEvent, packed.eventCount);
  arrays.push(names.bytes, names.ends, texts.bytes, texts.ends);
  return arrays.map(({ buffer }) => buffer as ArrayBuffer);
}
