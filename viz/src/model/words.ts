// SPDX-License-Identifier: BSD-2-Clause
//
// Strings that repeat (addresses, names of programs, calls and errors), each kept once and known
// by its number. Looked up by their UTF-8, so that a word that is known already costs no string.

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class Words {
  readonly list: string[] = [];
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
    const number = this.list.length;
    const word = bytes.subarray(from, to);
    this.list.push(decoder.decode(word));
    this.arena = roomFor(this.arena, this.used + word.length);
    this.arena.set(word, this.used);
    this.used += word.length;
    this.ends = roomFor(this.ends, number + 1);
    this.ends[number] = this.used;
    this.slots[slot] = number + 1;
    if (this.list.length * 2 > this.slots.length) this.rehash();
    return number;
  }

  private rehash(): void {
    const { list } = this;
    this.slots = new Uint32Array(this.slots.length * 4);
    const mask = this.slots.length - 1;
    for (let number = 0; number < list.length; number++) {
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
