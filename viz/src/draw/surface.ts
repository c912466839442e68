// SPDX-License-Identifier: BSD-2-Clause
//
// A canvas that is as large as its place on the page and sharp on any screen; drawing code
// works in CSS pixels.

import type { Palette } from "./palette";

export const TEXT_FONT = '12px system-ui, "Segoe UI", sans-serif';
export const SMALL_FONT = '11px system-ui, "Segoe UI", sans-serif';
export const MONO_FONT = '12px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace';

/** What every drawing function gets: where to draw, how large that is, and the colours. */
export interface Surface {
  context: CanvasRenderingContext2D;
  width: number;
  height: number;
  palette: Palette;
}

/** Fits the canvas to its element and clears it. */
export function surfaceOf(canvas: HTMLCanvasElement, palette: Palette): Surface {
  const ratio = devicePixelRatio || 1;
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  const context = canvas.getContext("2d")!;
  const [pixelWidth, pixelHeight] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== pixelWidth || canvas.height !== pixelHeight) {
    canvas.width = pixelWidth;
    canvas.height = pixelHeight;
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.textBaseline = "middle";
  return { context, width, height, palette };
}

export function vertical({ context }: Surface, x: number, from: number, to: number): void {
  context.fillRect(Math.round(x), from, 1, to - from);
}

/** Text that ends at `x` or begins there; nothing of it reaches beyond `room` pixels. */
export function textIn(
  { context }: Surface,
  text: string,
  x: number,
  y: number,
  room: number,
  align: "left" | "right" = "left",
): void {
  context.textAlign = align;
  context.fillText(shortened(context, text, room), x, y);
}

/** No character of the fonts above is wider. */
const WIDEST = 12;

function shortened(context: CanvasRenderingContext2D, text: string, room: number): string {
  if (text.length * WIDEST < room || context.measureText(text).width <= room) return text;
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (context.measureText(`${text.slice(0, middle)}…`).width <= room) low = middle;
    else high = middle - 1;
  }
  return low > 0 ? `${text.slice(0, low)}…` : "";
}
