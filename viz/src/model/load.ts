// SPDX-License-Identifier: BSD-2-Clause
//
// The worker: takes a file or the page's own data, reads and packs it, says how far it is, and
// hands over the trace or why there is none.

import { fromBase64, unpack } from "../format/bytes";
import { Reader } from "../format/read";
import { buffersOf, Packer, type PackedTrace } from "./pack";

/** What to load: a file that was dropped or chosen, or base64 text from the page. */
export type LoadRequest = File | string;

export type LoadReply =
  | { type: "progress"; done: number; connections: number }
  | { type: "trace"; packed: PackedTrace }
  | { type: "error"; message: string };

const PROGRESS_MS = 50;

const reply = (message: LoadReply, transfer: Transferable[] = []) =>
  (self as unknown as Worker).postMessage(message, transfer);

async function load(request: LoadRequest): Promise<PackedTrace> {
  const packer = new Packer();
  const reader = new Reader(packer);
  const [stream, total] = typeof request === "string"
    ? [fromBase64(request), request.length * 0.75]
    : [request.stream(), request.size];
  let said = 0;
  const progress = (bytes: number) => {
    const now = performance.now();
    if (now - said < PROGRESS_MS) return;
    said = now;
    reply({ type: "progress", done: bytes / total, connections: packer.connectionCount });
  };
  await unpack(stream, (bytes) => reader.push(bytes), progress);
  reader.finish();
  return packer.finish();
}

self.onmessage = (event: MessageEvent<LoadRequest>) => {
  load(event.data).then(
    (packed) => reply({ type: "trace", packed }, buffersOf(packed)),
    (error: unknown) => reply({ type: "error", message: (error as Error).message }),
  );
};
