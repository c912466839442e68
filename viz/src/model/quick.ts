// SPDX-License-Identifier: BSD-2-Clause
//
// The fast way in: from a connection's bytes straight to columns, when they are written exactly
// as socktrace writes them. It either takes a connection whole or says no, and then the connection
// goes the long way, with the same result: nothing here decides what a trace means.

import { type Cursor, type Literal, literal } from "../format/cursor";
import type { Growing } from "./column";
import { CONNECTION_FIELDS, END_FIELDS, EVENT_FIELDS, type FieldKind } from "./fields";
import type { FieldTable, TableWriter, Vocabulary } from "./table";
import type { Words } from "./words";

const COMMA = 44, OPEN_ARRAY = 91, CLOSE_ARRAY = 93, CLOSE_OBJECT = 125;

interface Template {
  prefixes: Literal[];
  kinds: FieldKind[];
}

/** What stands before each value of an object; `opening` is what the object begins with. */
function template(fields: FieldTable, opening = "{", rename = (key: string) => key): Template {
  const keys = Object.keys(fields);
  const prefixes = keys.map((key, i) => literal(`${i === 0 ? opening : ","}"${rename(key)}":`));
  return { prefixes, kinds: Object.values(fields) };
}

const DOCUMENT = template(CONNECTION_FIELDS);
const LINE = template(CONNECTION_FIELDS, '{"type":"connection",', (key) =>
  key === "type" ? "sock_type" : key);
const END = template(END_FIELDS);
const EVENT = template(EVENT_FIELDS);
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

/**
 * Writes a connection into row `row` and its events after `firstEvent`; answers how many events, or
 * -1: not taken, and what was written there is to be written over.
 */
export function takeQuickly(
  tables: Tables,
  cursor: Cursor,
  row: number,
  firstEvent: number,
  line: boolean,
): number {
  const { connections, words } = tables;
  const known = line ? LINE : DOCUMENT;
  const fields = (from: number, to: number) =>
    takeFields(cursor, words, connections, row, known, from, to);
  if (!fields(0, BEFORE_ENDS)) return -1;
  if (!cursor.literal(CLIENT) || !takeEnd(cursor, words, tables.client, row)) return -1;
  if (!cursor.literal(SERVER) || !takeEnd(cursor, words, tables.server, row)) return -1;
  if (!fields(BEFORE_ENDS, known.kinds.length) || !cursor.literal(EVENTS)) return -1;
  if (!cursor.byte(OPEN_ARRAY)) return -1;
  let count = 0;
  if (!cursor.byte(CLOSE_ARRAY)) {
    do {
      if (!takeObject(cursor, words, tables.events, firstEvent + count, EVENT)) return -1;
      count += 1;
    } while (cursor.byte(COMMA));
    if (!cursor.byte(CLOSE_ARRAY)) return -1;
  }
  return cursor.byte(CLOSE_OBJECT) ? count : -1;
}

function takeEnd(cursor: Cursor, words: Vocabulary<Words>, table: TableWriter, row: number) {
  if (cursor.atWord() && cursor.word() === null) {
    table.set(row, null);
    return true;
  }
  return takeObject(cursor, words, table, row, END);
}

function takeObject(
  cursor: Cursor,
  words: Vocabulary<Words>,
  table: TableWriter,
  row: number,
  known: Template,
): boolean {
  return takeFields(cursor, words, table, row, known, 0, known.kinds.length)
    && cursor.byte(CLOSE_OBJECT);
}

function takeFields(
  cursor: Cursor,
  words: Vocabulary<Words>,
  { columns }: TableWriter,
  row: number,
  { prefixes, kinds }: Template,
  from: number,
  to: number,
): boolean {
  for (let i = from; i < to; i++) {
    if (!cursor.literal(prefixes[i])) return false;
    if (!takeValue(cursor, words, kinds[i], columns[i], row)) return false;
  }
  return true;
}

function takeValue(
  cursor: Cursor,
  words: Vocabulary<Words>,
  kind: FieldKind,
  column: Growing,
  row: number,
): boolean {
  if (cursor.atWord()) return takeWord(cursor, kind, column, row);
  switch (kind) {
    case "number":
    case "time":
      return takeNumber(column, row, cursor.integer());
    case "id":
      return takeNumber(column, row, cursor.idString());
    case "name":
      return cursor.string() && takeText(cursor, words.names, column, row);
    case "text":
      return cursor.string() && takeText(cursor, words.texts, column, row);
    case "json":
      return cursor.object() && takeJson(cursor, words.texts, column, row);
    default:
      return false;
  }
}

function takeWord(cursor: Cursor, kind: FieldKind, column: Growing, row: number): boolean {
  const word = cursor.word();
  if (word === undefined || (kind === "flag") !== (word !== null) || kind === "json") return false;
  column.set(row, word === null ? NaN : Number(word));
  return true;
}

function takeNumber(column: Growing, row: number, value: number): boolean {
  column.set(row, value);
  return value === value;
}

function takeText({ bytes, from, to }: Cursor, list: Words, column: Growing, row: number): boolean {
  column.set(row, list.addBytes(bytes, from, to));
  return true;
}

/** Bytes that look like JSON; the first time they are seen it is made sure that they are. */
function takeJson(cursor: Cursor, texts: Words, column: Growing, row: number): boolean {
  const { bytes, from, to } = cursor;
  const known = texts.list.length;
  const number = texts.addBytes(bytes, from, to);
  column.set(row, number);
  if (number < known) return true;
  try {
    JSON.parse(texts.list[number]);
    return true;
  } catch {
    return false;
  }
}
