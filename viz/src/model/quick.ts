// SPDX-License-Identifier: BSD-2-Clause
//
// The fast way in: from a connection's bytes straight to columns, when they are written exactly
// as socktrace writes them. It either takes a connection whole or says no, and then the connection
// goes the long way, with the same result: nothing here decides what a trace means.

import { type Cursor, literal } from "../format/cursor";
import { CONNECTION_FIELDS, END_FIELDS, EVENT_FIELDS } from "./fields";
import { FieldRun, template } from "./run";
import type { FieldTable, TableWriter, Vocabulary } from "./table";
import type { Words } from "./words";

const COMMA = 44, OPEN_ARRAY = 91, CLOSE_ARRAY = 93, CLOSE_OBJECT = 125;

const BEFORE_ENDS = Object.keys(CONNECTION_FIELDS).indexOf("outcome");
const CLIENT = literal(',"client":');
const SERVER = literal(',"server":');
const EVENTS = literal(',"events":');

export interface Tables {
  words: Vocabulary<Words>;
  connections: TableWriter;
  client: TableWriter;
  server: TableWriter;
  events: TableWriter;
}

export class QuickReader {
  private head: FieldRun;
  private client: FieldRun;
  private server: FieldRun;
  private tail: FieldRun;
  private event: FieldRun;
  private tables: Tables;

  /** `line`: of a stream, whose connections are written a little differently than a document's. */
  constructor(tables: Tables, line: boolean) {
    const { words, connections, client, server, events } = tables;
    const run = (fields: FieldTable, table: TableWriter, opening = "{", from = 0, to?: number) => {
      const keys = Object.keys(fields).map((key) => (line && key === "type" ? "sock_type" : key));
      const kinds = Object.values(fields);
      const known = template(keys.slice(from, to), kinds.slice(from, to), opening);
      return new FieldRun(known, table.columns.slice(from, to), words);
    };
    const opening = line ? '{"type":"connection",' : "{";
    this.tables = tables;
    this.head = run(CONNECTION_FIELDS, connections, opening, 0, BEFORE_ENDS);
    this.client = run(END_FIELDS, client);
    this.server = run(END_FIELDS, server);
    this.tail = run(CONNECTION_FIELDS, connections, ",", BEFORE_ENDS);
    this.event = run(EVENT_FIELDS, events);
  }

  /**
   * Writes a connection into row `row` and its events after `firstEvent`; answers how many events,
   * or -1: not taken, and what was written there is to be written over.
   */
  take(cursor: Cursor, row: number, firstEvent: number): number {
    const { client, server } = this.tables;
    if (!this.head.take(cursor, row)) return -1;
    if (!cursor.literal(CLIENT) || !takeEnd(cursor, this.client, client, row)) return -1;
    if (!cursor.literal(SERVER) || !takeEnd(cursor, this.server, server, row)) return -1;
    if (!this.tail.take(cursor, row) || !cursor.literal(EVENTS)) return -1;
    const count = this.takeEvents(cursor, firstEvent);
    return cursor.byte(CLOSE_OBJECT) ? count : -1;
  }

  private takeEvents(cursor: Cursor, first: number): number {
    if (!cursor.byte(OPEN_ARRAY)) return -1;
    if (cursor.byte(CLOSE_ARRAY)) return 0;
    let count = 0;
    do {
      if (!this.event.take(cursor, first + count) || !cursor.byte(CLOSE_OBJECT)) return -1;
      count += 1;
    } while (cursor.byte(COMMA));
    return cursor.byte(CLOSE_ARRAY) ? count : -1;
  }
}

/** One side of a connection, which may be null. */
function takeEnd(cursor: Cursor, run: FieldRun, table: TableWriter, row: number): boolean {
  if (!cursor.atWord()) return run.take(cursor, row) && cursor.byte(CLOSE_OBJECT);
  if (cursor.word() !== null) return false;
  table.set(row, null);
  return true;
}
