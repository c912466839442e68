// SPDX-License-Identifier: BSD-2-Clause
//
// The colours of the drawings. They are CSS variables (app/style.css), so that the page and the
// canvas have the same ones in every theme; here they are read once per theme.

import { Kind } from "../model/kind";

const NAMES = [
  "paper", "panel", "text", "dim", "faint", "line", "grid", "accent", "select", "tick", "hover",
  "idle", "closing", "serving", "waiting", "long-wait", "retransmit", "failed-call", "drop",
  "queue", "queue-fill", "limit", "critical", "warning", "accepting",
] as const;

export type ColourName = (typeof NAMES)[number];

export interface Palette {
  of: Record<ColourName, string>;
  /** By Kind; the first is nothing. */
  kinds: string[];
  /** The same as 32-bit pixels. */
  pixels: Uint32Array;
}

const KIND_COLOURS: [Kind, ColourName][] = [
  [Kind.Idle, "idle"], [Kind.Closing, "closing"], [Kind.Serving, "serving"],
  [Kind.Connecting, "dim"], [Kind.Waiting, "waiting"], [Kind.LongWait, "long-wait"],
  [Kind.Retrying, "long-wait"], [Kind.Retransmit, "retransmit"], [Kind.FailedCall, "failed-call"],
  [Kind.Reset, "critical"], [Kind.Failed, "critical"], [Kind.Drop, "drop"],
];

export function readPalette(element: Element, dark: boolean): Palette {
  const style = getComputedStyle(element);
  const entries = NAMES.map((name) => [name, chosen(style.getPropertyValue(`--${name}`), dark)]);
  const of = Object.fromEntries(entries) as Record<ColourName, string>;
  const kinds = ["transparent"];
  for (const [kind, name] of KIND_COLOURS) kinds[kind] = of[name];
  return { of, kinds, pixels: Uint32Array.from(kinds, pixel) };
}

/** A variable's value is text: which half of light-dark() holds is ours to say. */
function chosen(value: string, dark: boolean): string {
  const [, light, night] = /light-dark\(\s*([^,]+),\s*([^)]+)\)/.exec(value) ?? [];
  return ((dark ? night : light) ?? value).trim();
}

/** "#rrggbb" as a pixel of ImageData; anything else is transparent. */
function pixel(colour: string): number {
  const hex = /^#([0-9a-f]{6})$/i.exec(colour);
  if (!hex) return 0;
  const value = parseInt(hex[1], 16);
  const bytes = new Uint8Array([value >> 16, value >> 8, value, 255]);
  return new Uint32Array(bytes.buffer)[0];
}
