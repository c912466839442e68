// SPDX-License-Identifier: BSD-2-Clause
//
// From what a file or the page holds to the bytes of a document: base64 and gzip, as streams.

import { FormatError } from "./error";

/**
 * How much base64 is undone at a time; a multiple of 4: it is cut between groups. Little, since it
 * is unpacked in one go, to ten times as much, and meanwhile whoever reads that has to wait.
 */
const SLICE = 1 << 16;

/** The bytes that base64 text stands for. */
export function fromBase64(text: string): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      const bytes = bytesOf(text.slice(at, at + SLICE));
      if (bytes.length > 0) controller.enqueue(bytes);
      at += SLICE;
      if (at >= text.length) controller.close();
    },
  });
}

/** `Uint8Array.fromBase64`, which does it many times faster, is in browsers since 2024 and 2025. */
const native = Uint8Array as unknown as { fromBase64?: (text: string) => Uint8Array };

function bytesOf(base64: string): Uint8Array {
  if (native.fromBase64) return native.fromBase64(base64);
  const slice = atob(base64);
  const bytes = new Uint8Array(slice.length);
  for (let i = 0; i < slice.length; i++) bytes[i] = slice.charCodeAt(i);
  return bytes;
}

/**
 * Hands on a stream, which may be gzipped, unpacked, and waits each time for what `take` answers;
 * `progress` hears how much of the stream was taken.
 */
export async function unpack(
  stream: ReadableStream<Uint8Array>,
  take: (bytes: Uint8Array) => unknown,
  progress: (bytes: number) => void,
): Promise<void> {
  let taken = 0;
  const counted = stream.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        taken += chunk.length;
        progress(taken);
        controller.enqueue(chunk);
      },
    }),
  );
  const { head, whole } = await peek(counted);
  if (head.length === 0) throw new FormatError("the file is empty");
  refuseRecording(head);
  const zipped = head[0] === 0x1f && head[1] === 0x8b;
  const bytes = zipped ? whole.pipeThrough(decompression()) : whole;
  const reader = bytes.getReader();
  for (;;) {
    const { done, value } = await reader.read().catch((error: unknown) => {
      if (!zipped) throw error;
      throw new FormatError(`the gzip data is damaged or cut short, about byte ${taken}`);
    });
    if (done) break;
    await take(value);
  }
}

type Bytes = ReadableWritablePair<Uint8Array, Uint8Array>;

function decompression(): Bytes {
  return new DecompressionStream("gzip") as unknown as Bytes;
}

function refuseRecording(head: Uint8Array): void {
  if (new TextDecoder().decode(head.subarray(0, 8)) !== "SOCKTRC\n") return;
  throw new FormatError(
    "this is a recording. Make of it what can be shown here: socktrace export FILE --format html",
  );
}

/** The first chunk of a stream, and the stream with it. */
async function peek(stream: ReadableStream<Uint8Array>) {
  const reader = stream.getReader();
  const first = await reader.read();
  const head = first.value ?? new Uint8Array(0);
  const whole = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    start(controller) {
      if (head.length > 0) controller.enqueue(head);
    },
  });
  return { head, whole };
}
