// SPDX-License-Identifier: BSD-2-Clause
//
// Objects of one type as columns, and back: what was put in comes out, key for key.

import { Column, Growing, type Numbers } from "./column";
import type { FieldKind } from "./fields";
import type { WordList, Words } from "./words";

export type FieldTable = Readonly<Record<string, FieldKind>>;
export type Columns<F extends FieldTable> = { readonly [K in keyof F]: Column };
export type PackedColumns = Record<string, Numbers>;

/** Where the strings of all tables of a trace are: few names, and texts. */
export interface Vocabulary<Names, Texts = Names> {
  names: Names;
  texts: Texts;
}
export type Strings = Vocabulary<readonly string[], WordList>;

export class TableWriter {
  private keys: string[];
  private kinds: FieldKind[];
  readonly columns: readonly Growing[];
  private words: Vocabulary<Words>;

  constructor(fields: FieldTable, words: Vocabulary<Words>) {
    this.keys = Object.keys(fields);
    this.kinds = Object.values(fields);
    this.columns = this.kinds.map((kind) => new Growing(kind === "time" ? 3 : 0));
    this.words = words;
  }

  /** Puts an object into a row; null makes the whole row null. */
  set(row: number, object: object | null): void {
    for (let i = 0; i < this.keys.length; i++) {
      const value = object && (object as Record<string, unknown>)[this.keys[i]];
      this.columns[i].set(row, value === null ? NaN : this.toNumber(this.kinds[i], value));
    }
  }

  /** Makes row `to` the same as row `from`. */
  copy(from: number, to: number): void {
    for (const column of this.columns) column.set(to, column.get(from) ?? NaN);
  }

  get(row: number, field: number): number | null {
    return this.columns[field].get(row);
  }

  /** The first `length` rows. */
  finish(length: number): PackedColumns {
    return Object.fromEntries(this.keys.map((key, i) => [key, this.columns[i].finish(length)]));
  }

  private toNumber(kind: FieldKind, value: unknown): number {
    switch (kind) {
      case "name":
        return this.words.names.add(value as string);
      case "text":
        return this.words.texts.add(value as string);
      case "json":
        return this.words.texts.add(JSON.stringify(value));
      default:
        return Number(value);
    }
  }
}

export function unpack<F extends FieldTable>(packed: PackedColumns): Columns<F> {
  const columns = Object.entries(packed).map(([key, data]) => [key, new Column(data)]);
  return Object.fromEntries(columns) as Columns<F>;
}

/** The object that was put into a row. */
export function rebuild<F extends FieldTable>(
  fields: F,
  columns: Columns<F>,
  row: number,
  words: Strings,
): { [K in keyof F]: unknown } {
  const object = {} as { [K in keyof F]: unknown };
  for (const key in fields) {
    const value = columns[key].get(row);
    object[key] = value === null ? null : fromNumber(fields[key], value, words);
  }
  return object;
}

function fromNumber(kind: FieldKind, value: number, words: Strings) {
  switch (kind) {
    case "name":
      return words.names[value];
    case "text":
      return words.texts.get(value);
    case "json":
      return JSON.parse(words.texts.get(value)) as unknown;
    case "flag":
      return value === 1;
    case "id":
      return String(value);
    default:
      return value;
  }
}
