// SPDX-License-Identifier: BSD-2-Clause
//
// Numbers that may be null, in the narrowest typed array that holds them all: what a million
// events cost is decided here. A column starts with bytes and widens when a value does not fit.

export type Numbers = Uint8Array | Uint16Array | Int32Array | Float64Array;

/** What stands for null in each width: its largest value, its smallest, or NaN. */
const nullOf = (data: Numbers): number =>
  data instanceof Uint8Array ? 0xff
  : data instanceof Uint16Array ? 0xffff
  : data instanceof Int32Array ? -0x80000000
  : NaN;

type Width = 0 | 1 | 2 | 3;

function narrowest(value: number): Width {
  if (Number.isInteger(value)) {
    if (value >= 0 && value < 0xff) return 0;
    if (value >= 0 && value < 0xffff) return 1;
    if (value > -0x80000000 && value <= 0x7fffffff) return 2;
  }
  return 3;
}

const ARRAYS = [Uint8Array, Uint16Array, Int32Array, Float64Array] as const;

/** A finished column: read-only, cheap to hand from the worker to the page. */
export class Column {
  readonly data: Numbers;
  readonly none: number;

  constructor(data: Numbers) {
    this.data = data;
    this.none = nullOf(data);
  }

  get(row: number): number | null {
    const value = this.data[row];
    return value === this.none || value !== value ? null : value;
  }
}

/** A column that grows, row by row; a row may be set again. */
export class Growing {
  private data: Numbers;
  private width: Width;
  private none: number;
  private length = 0;

  constructor(width: Width = 0) {
    this.width = width;
    this.data = new ARRAYS[width](1024);
    this.none = nullOf(this.data);
  }

  set(row: number, value: number | null): void {
    if (row >= this.length) this.length = row + 1;
    if (row >= this.data.length) this.reserve(row + 1);
    if (value === null) {
      this.data[row] = this.none;
      return;
    }
    this.data[row] = value;
    // What does not fit comes back as something else, or as what stands for null.
    if (this.data[row] === value && value !== this.none) return;
    this.widen(narrowest(value));
    this.data[row] = value;
  }

  get(row: number): number | null {
    const value = this.data[row];
    return value === this.none || value !== value ? null : value;
  }

  /** The first `length` numbers, in an array of their own. */
  finish(length: number): Numbers {
    return this.data.slice(0, length);
  }

  private reserve(length: number): void {
    const data = new ARRAYS[this.width](Math.max(length, Math.ceil(this.data.length * 1.5)));
    data.set(this.data);
    this.data = data;
  }

  private widen(width: Width): void {
    const data = new ARRAYS[width](this.data.length);
    const none = nullOf(data);
    for (let i = 0; i < this.length; i++) {
      const value = this.data[i];
      data[i] = value === this.none ? none : value;
    }
    this.data = data;
    this.width = width;
    this.none = none;
  }
}
