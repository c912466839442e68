// SPDX-License-Identifier: BSD-2-Clause
//
// The worker: takes the bytes of a document, piece by piece, reads and packs them, says how far it
// is, and hands over the trace or why there is none.

import { Reader } from "../format/read";
import { buffersOf, Packer, type PackedTrace } from "./pack";

/** A piece of the document, in the parts it came in, or that it is over. */
export type LoadRequest = Uint8Array[] | "end";

/** `taken` answers a piece. */
export type LoadReply =
  | { type: "taken"; connections: number }
  | { type: "trace"; packed: PackedTrace }
  | { type: "error"; message: string };

const packer = new Packer();
const reader = new Reader(packer);

const reply = (message: LoadReply, transfer: Transferable[] = []) =>
  (self as unknown as Worker).postMessage(message, transfer);

function take(request: LoadRequest): void {
  if (request !== "end") {
    for (const bytes of request) reader.push(bytes);
    return reply({ type: "taken", connections: packer.connectionCount });
  }
  reader.finish();
  const packed = packer.finish();
  reply({ type: "trace", packed }, buffersOf(packed));
}

self.onmessage = ({ data }: MessageEvent<LoadRequest>) => {
  try {
    take(data);
  } catch (error) {
    reply({ type: "error", message: (error as Error).message });
  }
};
