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

/** The narrowest that holds all integers from `low` to `high`, and null. */
function narrowest(low: number, high: number): Width {
  if (low >= 0 && high < 0xff) return 0;
  if (low >= 0 && high < 0xffff) return 1;
  return low > -0x80000000 && high <= 0x7fffffff ? 2 : 3;
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

const CHUNK = 1 << 12;

/**
 * A column that grows; a row may be set again. The rows at the end are kept as doubles, which is
 * fast, and squeezed a chunk at a time.
 */
export class Growing {
  private full: Numbers[] = [];
  private tail = new Float64Array(CHUNK).fill(NaN);
  private tailStart = 0;
  private least: Width;

  constructor(least: Width = 0) {
    this.least = least;
  }

  /** NaN stands for null. */
  set(row: number, value: number): void {
    const at = row - this.tailStart;
    if (at >= 0 && at < CHUNK) this.tail[at] = value;
    else this.setElsewhere(row, value);
  }

  get(row: number): number | null {
    const chunk = this.chunk(Math.floor(row / CHUNK));
    const value = chunk[row % CHUNK];
    return value === nullOf(chunk) || value !== value ? null : value;
  }

  /** The first `length` numbers, in an array of their own. */
  finish(length: number): Numbers {
    const chunks = Math.ceil(length / CHUNK);
    const squeezed = this.full.slice(0, chunks);
    if (chunks > squeezed.length) {
      squeezed.push(squeeze(this.tail.subarray(0, length - this.tailStart), this.least));
    }
    const width = Math.max(this.least, ...squeezed.map(widthOf)) as Width;
    const data = new ARRAYS[width](length);
    squeezed.forEach((chunk, i) => {
      const start = i * CHUNK;
      copy(chunk.subarray(0, Math.min(CHUNK, length - start)), data.subarray(start));
    });
    return data;
  }

  private chunk(number: number): Numbers {
    return number < this.full.length ? this.full[number] : this.tail;
  }

  private setElsewhere(row: number, value: number): void {
    const number = Math.floor(row / CHUNK);
    if (number < this.full.length) {
      const loose = copy(this.full[number], new Float64Array(CHUNK));
      loose[row % CHUNK] = value;
      this.full[number] = squeeze(loose, this.least);
      return;
    }
    while (number > this.full.length) {
      this.full.push(squeeze(this.tail, this.least));
      this.tail.fill(NaN);
    }
    this.tailStart = number * CHUNK;
    this.tail[row % CHUNK] = value;
  }
}

function widthOf(data: Numbers): Width {
  return ARRAYS.findIndex((array) => data instanceof array) as Width;
}

/** The same numbers in the narrowest array that holds them. */
function squeeze(values: Float64Array, least: Width): Numbers {
  const width = Math.max(least, widthFor(values)) as Width;
  const squeezed = new ARRAYS[width](values.length);
  if (width === 3) squeezed.set(values);
  else narrow(values, squeezed, nullOf(squeezed));
  return squeezed;
}

function widthFor(values: Float64Array): Width {
  let [low, high] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value < low) low = value;
    else if (value > high) high = value;
    // What is no integer, and is not null either.
    if (Math.floor(value) < value) return 3;
  }
  return narrowest(low, high);
}

function narrow(values: Float64Array, to: Numbers, none: number): void {
  for (let i = 0; i < values.length; i++) to[i] = values[i] === values[i] ? values[i] : none;
}

function copy<T extends Numbers>(from: Numbers, to: T): T {
  to.set(from);
  if (widthOf(from) === widthOf(to)) return to;
  const [none, other] = [nullOf(from), nullOf(to)];
  for (let i = 0; i < from.length; i++) if (from[i] === none) to[i] = other;
  return to;
}
