// SPDX-License-Identifier: BSD-2-Clause
//
// Strings that repeat (addresses, names of programs, calls and errors), each kept once and known
// by its number. They stay UTF-8 from the file to the page, and become strings when they are asked
// for: of a hundred thousand of them few are ever shown.

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Words one behind the other, and where each ends. */
export interface PackedWords {
  bytes: Uint8Array;
  ends: Uint32Array;
}

/** Words to be read. */
export class WordList {
  private packed: PackedWords;
  private list: string[] | null = null;

  constructor(packed: PackedWords) {
    this.packed = packed;
  }

  get(number: number): string {
    const { bytes, ends } = this.packed;
    return decoder.decode(bytes.subarray(number === 0 ? 0 : ends[number - 1], ends[number]));
  }

  /** All of them, kept from the first time on. */
  all(): readonly string[] {
    return this.list ??= Array.from(this.packed.ends, (_, number) => this.get(number));
  }
}

/** Words that are being collected. */
export class Words {
  private count = 0;
  private arena = new Uint8Array(1 << 12);
  private used = 0;
  private ends = new Uint32Array(1 << 8);
  // Open addressing: number + 1 of the word whose hash leads here, 0 where there is none.
  private slots = new Uint32Array(1 << 10);

  /** The number of a word, which it gets now if it is new. */
  add(word: string): number {
    const bytes = encoder.encode(word);
    return this.addBytes(bytes, 0, bytes.length);
  }

  addBytes(bytes: Uint8Array, from: number, to: number): number {
    const slot = this.slotOf(bytes, from, to);
    const number = this.slots[slot] - 1;
    return number < 0 ? this.append(slot, bytes, from, to) : number;
  }

  /** The number of a word; -1: it is not there. */
  find(bytes: Uint8Array, from: number, to: number): number {
    return this.slots[this.slotOf(bytes, from, to)] - 1;
  }

  /** The slot of a word, or the empty one where it would be. */
  private slotOf(bytes: Uint8Array, from: number, to: number): number {
    const mask = this.slots.length - 1;
    let slot = hash(bytes, from, to) & mask;
    for (; this.slots[slot] !== 0; slot = (slot + 1) & mask) {
      if (this.is(this.slots[slot] - 1, bytes, from, to)) break;
    }
    return slot;
  }

  private is(number: number, bytes: Uint8Array, from: number, to: number): boolean {
    const start = this.startOf(number);
    if (this.ends[number] - start !== to - from) return false;
    for (let i = from; i < to; i++) if (this.arena[start + i - from] !== bytes[i]) return false;
    return true;
  }

  private startOf(number: number): number {
    return number === 0 ? 0 : this.ends[number - 1];
  }

  private append(slot: number, bytes: Uint8Array, from: number, to: number): number {
    const number = this.count++;
    const word = bytes.subarray(from, to);
    this.arena = roomFor(this.arena, this.used + word.length);
    this.arena.set(word, this.used);
    this.used += word.length;
    this.ends = roomFor(this.ends, number + 1);
    this.ends[number] = this.used;
    this.slots[slot] = number + 1;
    if (this.count * 2 > this.slots.length) this.rehash();
    return number;
  }

  finish(): PackedWords {
    return { bytes: this.arena.slice(0, this.used), ends: this.ends.slice(0, this.count) };
  }

  private rehash(): void {
    this.slots = new Uint32Array(this.slots.length * 4);
    const mask = this.slots.length - 1;
    for (let number = 0; number < this.count; number++) {
      let slot = hash(this.arena, this.startOf(number), this.ends[number]) & mask;
      while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
      this.slots[slot] = number + 1;
    }
  }
}

/** FNV-1a, its high bits mixed into the low ones, which choose the slot. */
function hash(bytes: Uint8Array, from: number, to: number): number {
  let sum = 2166136261;
  for (let i = from; i < to; i++) sum = Math.imul(sum ^ bytes[i], 16777619);
  return sum ^ (sum >>> 15);
}

function roomFor<T extends Uint8Array | Uint32Array>(array: T, length: number): T {
  if (length <= array.length) return array;
  const larger = new (array.constructor as new (length: number) => T)(length * 2);
  larger.set(array);
  return larger;
}
