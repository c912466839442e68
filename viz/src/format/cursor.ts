// SPDX-License-Identifier: BSD-2-Clause
//
// Walks over JSON that is written without spaces and with its keys in the expected order, as
// socktrace writes it, and makes no object of it. Whatever is not as expected it does not take:
// such a value goes the long way, through JSON.parse.

const SPACE = 32, QUOTE = 34, COMMA = 44, MINUS = 45, ZERO = 48, NINE = 57, BACKSLASH = 92;
const LETTER_A = 97, LETTER_N = 110, LETTER_T = 116;
const OPEN_OBJECT = 123, CLOSE_OBJECT = 125;

/** Text to be recognised, as numbers of four bytes each; the last ones may overlap. */
export interface Literal {
  length: number;
  words: Int32Array;
}

/** Of at least four bytes. */
export function literalOf(bytes: Uint8Array): Literal {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const words = [];
  for (let at = 0; at + 4 <= bytes.length; at += 4) words.push(view.getInt32(at));
  if (bytes.length % 4 > 0) words.push(view.getInt32(bytes.length - 4));
  return { length: bytes.length, words: Int32Array.from(words) };
}

export function literal(text: string): Literal {
  return literalOf(new TextEncoder().encode(text));
}

const [NULL, TRUE, FALSE] = ["null", "true", "false"].map(literal);

/** Digits that a double surely holds. */
const SAFE_DIGITS = 15;

export class Cursor {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  private view = new DataView(this.bytes.buffer);
  /** The bytes of the string that `string` or of the object that `object` took. */
  from = 0;
  to = 0;

  reset(bytes: Uint8Array, at: number): void {
    if (this.bytes !== bytes) {
      this.bytes = bytes;
      this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    }
    this.at = at;
  }

  /** Takes this very text. */
  literal({ length, words }: Literal): boolean {
    const { view, at } = this;
    const end = at + length;
    if (end > view.byteLength) return false;
    const last = words.length - 1;
    for (let i = 0; i < last; i++) if (view.getInt32(at + i * 4) !== words[i]) return false;
    if (view.getInt32(end - 4) !== words[last]) return false;
    this.at = end;
    return true;
  }

  byte(wanted: number): boolean {
    if (this.bytes[this.at] !== wanted) return false;
    this.at += 1;
    return true;
  }

  /** Whether null, true or false may stand here: nothing else begins with a small letter. */
  atWord(): boolean {
    const byte = this.bytes[this.at];
    return byte >= LETTER_A && byte < OPEN_OBJECT;
  }

  /** Null, true or false; undefined: none of them. */
  word(): boolean | null | undefined {
    switch (this.bytes[this.at]) {
      case LETTER_N:
        return this.literal(NULL) ? null : undefined;
      case LETTER_T:
        return this.literal(TRUE) ? true : undefined;
      default:
        return this.literal(FALSE) ? false : undefined;
    }
  }

  /** An integer; NaN: something else stands here. */
  integer(): number {
    const { bytes } = this;
    let at = this.at;
    const negative = bytes[at] === MINUS;
    if (negative) at += 1;
    const first = at;
    let value = 0;
    for (; bytes[at] >= ZERO && bytes[at] <= NINE; at++) value = value * 10 + bytes[at] - ZERO;
    const digits = at - first;
    const next = bytes[at];
    if (digits === 0 || digits > SAFE_DIGITS) return NaN;
    if (next !== COMMA && next !== CLOSE_OBJECT) return NaN;
    this.at = at;
    return negative ? 0 - value : value;
  }

  /** A string of digits, as its number; NaN: something else. */
  idString(): number {
    if (!this.string() || this.from === this.to || this.to - this.from > SAFE_DIGITS) return NaN;
    let value = 0;
    for (let at = this.from; at < this.to; at++) {
      const digit = this.bytes[at] - ZERO;
      if (digit < 0 || digit > 9) return NaN;
      value = value * 10 + digit;
    }
    return value;
  }

  /** A string without escapes and control characters, left between `from` and `to`. */
  string(): boolean {
    const { bytes } = this;
    if (bytes[this.at] !== QUOTE) return false;
    let at = this.at + 1;
    this.from = at;
    for (; bytes[at] !== QUOTE; at++) {
      if (bytes[at] === BACKSLASH || bytes[at] < SPACE || at >= bytes.length) return false;
    }
    this.to = at;
    this.at = at + 1;
    return true;
  }

  /** An object without line breaks and without escapes, left between `from` and `to`. */
  object(): boolean {
    const { bytes } = this;
    if (bytes[this.at] !== OPEN_OBJECT) return false;
    const start = this.at;
    let depth = 0;
    let at = start;
    for (; at < bytes.length; at++) {
      const code = bytes[at];
      if (code === OPEN_OBJECT) depth += 1;
      else if (code === CLOSE_OBJECT && --depth === 0) break;
      else if (code < SPACE) return false;
      else if (code === QUOTE) {
        this.at = at;
        if (!this.string()) return false;
        at = this.at - 1;
      }
    }
    this.from = start;
    this.to = at + 1;
    this.at = at + 1;
    return at < bytes.length;
  }
}
