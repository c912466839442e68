// SPDX-License-Identifier: BSD-2-Clause
//
// Cuts a stream of UTF-8 into the JSON values it is made of, without holding it: the members of
// the first object, one by one (of a member that is an array, its elements one by one), then every
// further object whole. That is a document with or without line breaks, and NDJSON.
// It knows no keys.

import { FormatError } from "./error";

export interface Visitor {
  /** A member of the first object that is no array. */
  member(key: string, value: unknown, line: number): void;
  /** A member of the first object that is an array begins. */
  array(key: string): void;
  element(key: string, value: unknown, line: number): void;
  /** The first object is over. */
  end(line: number): void;
  /** An object after the first. */
  object(value: unknown, line: number): void;
  /**
   * May take an element (or, with key "", an object after the first) that begins at `from`, if it
   * ends before the next line break, which there is; answers where, or 0: it took nothing.
   */
  quick(key: string, bytes: Uint8Array, from: number): number;
}

const enum State { Start, Key, Colon, Value, Element, AfterElement, AfterValue, Objects }

const NEWLINE = 10, SPACE = 32, QUOTE = 34, COMMA = 44, COLON = 58, OPEN_ARRAY = 91;
const BACKSLASH = 92, CLOSE_ARRAY = 93, OPEN_OBJECT = 123, CLOSE_OBJECT = 125;

/** How much is waited for the end of a line, before every character is looked at. */
const LONG_LINE = 1 << 18;

export function cutShort(line: number): FormatError {
  return new FormatError("the file ends here, in the middle: it was cut short", line);
}

export class Scanner {
  private buffer = new Uint8Array(1 << 17);
  private bytes = this.buffer.subarray(0, 0);
  private at = 0;
  private line = 1;
  private state = State.Start;
  private key = "";
  private visitor: Visitor;
  private decoder = new TextDecoder();
  // How much of the value at `at` has been looked at, so that nothing is scanned twice.
  private seen = 0;
  private depth = 0;
  /** Where the last line break of `bytes` is; below 0: it has none. */
  private lastBreak = -1;

  constructor(visitor: Visitor) {
    this.visitor = visitor;
  }

  push(chunk: Uint8Array): void {
    const rest = this.bytes.length - this.at;
    const wanted = rest + chunk.length;
    if (wanted > this.buffer.length) {
      const buffer = new Uint8Array(wanted * 2);
      buffer.set(this.bytes.subarray(this.at));
      this.buffer = buffer;
    } else {
      this.buffer.copyWithin(0, this.at, this.bytes.length);
    }
    this.buffer.set(chunk, rest);
    const found = chunk.lastIndexOf(NEWLINE);
    this.lastBreak = found < 0 ? this.lastBreak - this.at : rest + found;
    this.bytes = this.buffer.subarray(0, wanted);
    this.at = 0;
    while (this.step(false));
  }

  /** No more comes. The line of an object after the first that is not all there; 0: all are. */
  finish(): number {
    while (this.step(true));
    const begun = this.at < this.bytes.length ? this.line : 0;
    this.skip(this.bytes.length);
    if (begun > 0 && this.line > begun) {
      throw new FormatError("not JSON: what begins here does not end before the file does", begun);
    }
    if (this.state !== State.Objects) throw cutShort(this.line);
    return begun;
  }

  /** Takes one token or value; false: more is needed. */
  private step(last: boolean): boolean {
    if (this.seen === 0) this.skipSpace();
    if (this.at >= this.bytes.length) return false;
    const code = this.bytes[this.at];
    switch (this.state) {
      case State.Start:
        return this.token(code === OPEN_OBJECT, State.Key, "an object");
      case State.Key:
        return code === CLOSE_OBJECT ? this.endFirst() : this.takeKey(code);
      case State.Colon:
        return this.token(code === COLON, State.Value, "a colon");
      case State.Value:
        if (code !== OPEN_ARRAY) return this.takeValue(last);
        this.visitor.array(this.key);
        return this.token(true, State.Element, "");
      case State.Element:
        if (code === CLOSE_ARRAY) return this.token(true, State.AfterValue, "");
        return this.takeValue(last);
      case State.AfterElement:
        if (code === CLOSE_ARRAY) return this.token(true, State.AfterValue, "");
        return this.token(code === COMMA, State.Element, "a comma or the array's end");
      case State.AfterValue:
        if (code === CLOSE_OBJECT) return this.endFirst();
        return this.token(code === COMMA, State.Key, "a comma or the object's end");
      case State.Objects:
        return this.takeValue(last);
    }
  }

  private token(right: boolean, next: State, wanted: string): boolean {
    if (!right) {
      const found = JSON.stringify(this.text(Math.min(this.at + 12, this.bytes.length)));
      throw new FormatError(`not JSON: ${wanted} should stand before ${found}`, this.line);
    }
    this.at += 1;
    this.state = next;
    return true;
  }

  private takeKey(code: number): boolean {
    if (code !== QUOTE) return this.token(false, State.Colon, "a key");
    const end = this.endOfString(this.at + 1);
    if (end < 0) return false;
    this.key = this.parse(end) as string;
    this.skip(end);
    this.state = State.Colon;
    return true;
  }

  private takeValue(last: boolean): boolean {
    if (this.takeQuickly()) return true;
    let end = this.endOfLine();
    if (end < 0 && !last && this.bytes.length - this.at < LONG_LINE) return false;
    let value = end > 0 ? this.tryParse(end) : undefined;
    if (value === undefined) {
      end = this.endOfValue(last);
      if (end < 0) return false;
      value = this.parse(end);
    }
    const line = this.line;
    this.skip(end);
    this.hand(value, line);
    return true;
  }

  /** Tried once the line is all there: a long one would be gone through again and again. */
  private takeQuickly(): boolean {
    if (this.lastBreak < this.at || this.seen > 0) return false;
    const key = this.state === State.Objects ? "" : this.key;
    const end = this.visitor.quick(key, this.bytes, this.at);
    if (end === 0) return false;
    this.at = end;
    if (this.state === State.Element) this.state = State.AfterElement;
    return true;
  }

  private hand(value: unknown, line: number): void {
    if (this.state === State.Objects) {
      this.visitor.object(value, line);
    } else if (this.state === State.Element) {
      this.state = State.AfterElement;
      this.visitor.element(this.key, value, line);
    } else {
      this.state = State.AfterValue;
      this.visitor.member(this.key, value, line);
    }
  }

  private endFirst(): boolean {
    this.at += 1;
    this.state = State.Objects;
    this.visitor.end(this.line);
    return true;
  }

  private text(end: number): string {
    return this.decoder.decode(this.bytes.subarray(this.at, end));
  }

  private tryParse(end: number): unknown {
    try {
      return JSON.parse(this.text(end));
    } catch {
      return undefined;
    }
  }

  private parse(end: number): unknown {
    try {
      return JSON.parse(this.text(end));
    } catch (error) {
      // Which line and column some engines count within the value; ours are the file's.
      const [what] = (error as Error).message.split(" (line");
      throw new FormatError(`not JSON: ${what}`, this.line);
    }
  }

  private skipSpace(): void {
    const { bytes } = this;
    let at = this.at;
    for (; at < bytes.length && bytes[at] <= SPACE; at++) if (bytes[at] === NEWLINE) this.line++;
    this.at = at;
  }

  /** Moves on to `end`, counting lines. */
  private skip(end: number): void {
    for (let from = this.at; ; this.line++) {
      const found = this.bytes.indexOf(NEWLINE, from);
      if (found < 0 || found >= end) break;
      from = found + 1;
    }
    this.at = end;
    this.seen = 0;
    this.depth = 0;
  }

  /**
   * Where an object ends that has a line to itself, as socktrace writes them; 0: it has none, -1:
   * its line is not all here. Only a guess, which parsing confirms, but much faster than to look
   * at every character.
   */
  private endOfLine(): number {
    if (this.seen > 0 || this.bytes[this.at] !== OPEN_OBJECT) return 0;
    const newline = this.bytes.indexOf(NEWLINE, this.at);
    if (newline < 0) return -1;
    const end = this.bytes[newline - 1] === COMMA ? newline - 1 : newline;
    return this.bytes[end - 1] === CLOSE_OBJECT ? end : 0;
  }

  /** Where the value at `at` ends; -1: not in the bytes so far. */
  private endOfValue(last: boolean): number {
    const code = this.bytes[this.at];
    if (code === OPEN_OBJECT || code === OPEN_ARRAY) return this.endOfNested();
    if (code === QUOTE) return this.endOfString(this.at + 1);
    for (let at = this.at; at < this.bytes.length; at++) {
      const code = this.bytes[at];
      if (code <= SPACE || code === COMMA || code === CLOSE_ARRAY || code === CLOSE_OBJECT) {
        return Math.max(at, this.at + 1);
      }
    }
    return last ? this.bytes.length : -1;
  }

  private endOfNested(): number {
    const { bytes } = this;
    let at = this.at + this.seen;
    for (; at < bytes.length; at++) {
      const code = bytes[at];
      if (code === QUOTE) {
        const end = this.endOfString(at + 1);
        if (end < 0) break;
        at = end - 1;
      } else if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
        this.depth += 1;
      } else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) {
        this.depth -= 1;
        if (this.depth === 0) return at + 1;
      }
    }
    this.seen = at - this.at;
    return -1;
  }

  private endOfString(from: number): number {
    const { bytes } = this;
    for (let at = from; at < bytes.length; at++) {
      if (bytes[at] === BACKSLASH) at += 1;
      else if (bytes[at] === QUOTE) return at + 1;
    }
    return -1;
  }
}
