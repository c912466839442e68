// SPDX-License-Identifier: BSD-2-Clause
//
// Reads fields that follow each other in an object, from bytes into columns. Few of a trace's
// objects differ in more than their numbers and texts, and what an object looks like follows from
// the one before it: so it is first compared with what stood there the last times (a pattern), and
// only if it is none of these are its fields gone through one by one.

import { type Cursor, type Literal, literal, literalOf } from "../format/cursor";
import type { Growing } from "./column";
import type { FieldKind } from "./fields";
import type { Vocabulary } from "./table";
import type { Words } from "./words";

const LETTER_N = 110;
const decoder = new TextDecoder();

/** The fields, and what stands before the value of each. */
export interface Template {
  prefixes: Literal[];
  kinds: FieldKind[];
}

export function template(keys: string[], kinds: FieldKind[], opening: string): Template {
  const prefixes = keys.map((key, i) => literal(`${i === 0 ? opening : ","}"${key}":`));
  return { prefixes, kinds };
}

/** A value that changes, and what stands before it. */
interface Hole {
  before: Literal;
  kind: FieldKind;
  column: Growing;
}

/** A value that is the same wherever the pattern fits; NaN: null. */
interface Fixed {
  column: Growing;
  value: number;
}

interface Pattern {
  holes: Hole[];
  fixed: Fixed[];
  /** What stands behind the last hole; null: nothing. */
  rest: Literal | null;
  /** What came after it the last time, and another one that did before. */
  likely: Pattern | null;
  other: Pattern | null;
}

/** More are not kept: who writes so many different ones is not helped by them. */
const MOST_PATTERNS = 1000;

export class FieldRun {
  private template: Template;
  private columns: readonly Growing[];
  private words: Vocabulary<Words>;
  private patterns = new Map<string, Pattern>();
  private start: Pattern = { holes: [], fixed: [], rest: null, likely: null, other: null };
  private last = this.start;
  // Where each value begins and ends, while a pattern is made.
  private from: number[] = [];
  private to: number[] = [];

  /** `columns` are those of the template's fields. */
  constructor(template: Template, columns: readonly Growing[], words: Vocabulary<Words>) {
    this.template = template;
    this.columns = columns;
    this.words = words;
  }

  /** Takes all fields into a row; false: not as expected, and the row is to be written over. */
  take(cursor: Cursor, row: number): boolean {
    const { last } = this;
    const { likely } = last;
    const begin = cursor.at;
    if (likely && this.fits(likely, cursor, row)) {
      this.last = likely;
      return true;
    }
    cursor.at = begin;
    let found = last.other;
    if (!found || !this.fits(found, cursor, row)) {
      cursor.at = begin;
      if (!this.takeEach(cursor, row)) return false;
      found = this.learn(cursor.bytes, begin, cursor.at, row);
    }
    last.other = likely;
    last.likely = found;
    this.last = found;
    return true;
  }

  private fits({ holes, fixed, rest }: Pattern, cursor: Cursor, row: number): boolean {
    for (let i = 0; i < holes.length; i++) {
      const { before, kind, column } = holes[i];
      if (!cursor.literal(before) || !this.takeValue(cursor, kind, column, row)) return false;
    }
    if (rest && !cursor.literal(rest)) return false;
    for (let i = 0; i < fixed.length; i++) fixed[i].column.set(row, fixed[i].value);
    return true;
  }

  private takeEach(cursor: Cursor, row: number): boolean {
    const { columns, from, to } = this;
    const { prefixes, kinds } = this.template;
    for (let i = 0; i < kinds.length; i++) {
      if (!cursor.literal(prefixes[i])) return false;
      from[i] = cursor.at;
      const taken = cursor.atWord()
        ? takeWord(cursor, kinds[i], columns[i], row)
        : this.takeValue(cursor, kinds[i], columns[i], row);
      if (!taken) return false;
      to[i] = cursor.at;
    }
    return true;
  }

  /** The pattern of what `takeEach` took. */
  private learn(bytes: Uint8Array, begin: number, end: number, row: number): Pattern {
    const values = this.columns.map((column, i) =>
      this.isHole(bytes, i) ? "hole" : column.get(row));
    const key = values.join();
    const known = this.patterns.get(key);
    if (known) return known;
    const pattern: Pattern = { holes: [], fixed: [], rest: null, likely: null, other: null };
    let behind = begin;
    this.columns.forEach((column, i) => {
      const value = values[i];
      if (value !== "hole") return pattern.fixed.push({ column, value: value ?? NaN });
      const before = literalOf(bytes.slice(behind, this.from[i]));
      pattern.holes.push({ before, kind: this.template.kinds[i], column });
      behind = this.to[i];
    });
    if (behind < end) pattern.rest = literalOf(bytes.slice(behind, end));
    if (this.patterns.size < MOST_PATTERNS) this.patterns.set(key, pattern);
    return pattern;
  }

  /** Whether the value of a field is one that changes: a number, a text, JSON that is not {}. */
  private isHole(bytes: Uint8Array, field: number): boolean {
    const kind = this.template.kinds[field];
    const [from, to] = [this.from[field], this.to[field]];
    if (kind === "name" || kind === "flag" || bytes[from] === LETTER_N) return false;
    return kind !== "json" || to - from > 2;
  }

  private takeValue(cursor: Cursor, kind: FieldKind, column: Growing, row: number): boolean {
    switch (kind) {
      case "number":
      case "time":
        return takeNumber(column, row, cursor.integer());
      case "id":
        return takeNumber(column, row, cursor.idString());
      case "name":
        return cursor.string() && takeText(cursor, this.words.names, column, row);
      case "text":
        return cursor.string() && takeText(cursor, this.words.texts, column, row);
      case "json":
        return cursor.object() && takeJson(cursor, this.words.texts, column, row);
      default:
        return false;
    }
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
function takeJson({ bytes, from, to }: Cursor, texts: Words, column: Growing, row: number) {
  let number = texts.find(bytes, from, to);
  if (number < 0) {
    try {
      JSON.parse(decoder.decode(bytes.subarray(from, to)));
    } catch {
      return false;
    }
    number = texts.addBytes(bytes, from, to);
  }
  column.set(row, number);
  return true;
}
