// SPDX-License-Identifier: BSD-2-Clause
//
// Unpacks a document and hands it to the worker that reads it, never much faster than that takes
// it: what waits costs memory.

import { fromBase64, unpack } from "../format/bytes";
import type { LoadRequest } from "../model/load";

/** How much a piece holds at least: each costs a message there and one back. */
const PIECE_BYTES = 1 << 20;
/** Pieces that the worker is given before it has taken the first of them. */
const AHEAD = 6;
const PROGRESS_MS = 50;

export class Feed {
  private worker: Worker;
  private said: (done: number, connections: number) => void;
  private saidAt = 0;
  private piece: Uint8Array[] = [];
  private pieceBytes = 0;
  private ahead = 0;
  private connections = 0;
  private goOn = () => {};

  /** `said` hears now and then how much was unpacked, from 0 to 1, and what was found in it. */
  constructor(worker: Worker, said: (done: number, connections: number) => void) {
    this.worker = worker;
    this.said = said;
  }

  async run(from: File | string): Promise<void> {
    const [stream, total] = typeof from === "string"
      ? [fromBase64(from), from.length * 0.75]
      : [from.stream(), from.size];
    await unpack(stream, (bytes) => this.give(bytes), (bytes) => this.progress(bytes / total));
    void this.givePiece();
    this.worker.postMessage("end" satisfies LoadRequest);
  }

  /** The worker has taken a piece. */
  taken(connections: number): void {
    this.connections = connections;
    this.ahead -= 1;
    this.goOn();
  }

  private give(bytes: Uint8Array): Promise<void> | undefined {
    this.piece.push(bytes);
    this.pieceBytes += bytes.length;
    return this.pieceBytes < PIECE_BYTES ? undefined : this.givePiece();
  }

  private givePiece(): Promise<void> | undefined {
    const { piece } = this;
    const buffers = piece.map(({ buffer }) => buffer as ArrayBuffer);
    this.worker.postMessage(piece satisfies LoadRequest, buffers);
    this.piece = [];
    this.pieceBytes = 0;
    this.ahead += 1;
    if (this.ahead < AHEAD) return undefined;
    return new Promise((resolve) => (this.goOn = resolve));
  }

  private progress(done: number): void {
    const now = performance.now();
    if (now - this.saidAt < PROGRESS_MS) return;
    this.saidAt = now;
    this.said(done, this.connections);
  }
}
