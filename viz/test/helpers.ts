// SPDX-License-Identifier: BSD-2-Clause
//
// Text → trace, as the worker does it, for tests.

import { Reader } from "../src/format/read";
import { Packer } from "../src/model/pack";
import { Trace } from "../src/model/trace";

/** Reads text that comes in pieces of `size` bytes. */
export function traceOf(text: string, size = Infinity): Trace {
  const bytes = new TextEncoder().encode(text);
  const packer = new Packer();
  const reader = new Reader(packer);
  for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
  reader.finish();
  return new Trace(packer.finish());
}
