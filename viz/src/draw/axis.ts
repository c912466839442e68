// SPDX-License-Identifier: BSD-2-Clause
//
// The time axis, its lines through the drawings below, and what is marked on it: the range that
// is selected and the moment under the pointer.

import { axisTicks } from "../layout/axis";
import { type Interval, type View, xOf } from "../layout/view";
import { SMALL_FONT, type Surface, vertical } from "./surface";

const APART = 90;

export function drawAxis(surface: Surface, view: View, left: number): void {
  const { context, height, palette } = surface;
  context.font = SMALL_FONT;
  context.textAlign = "left";
  for (const { time, label } of axisTicks(view, APART)) {
    const x = left + xOf(view, time);
    context.fillStyle = palette.of.line;
    vertical(surface, x, height - 6, height);
    context.fillStyle = palette.of.dim;
    if (x + 40 < surface.width) context.fillText(label, x + 4, height / 2);
  }
}

export function drawGrid(surface: Surface, view: View, left: number): void {
  surface.context.fillStyle = surface.palette.of.grid;
  for (const { time } of axisTicks(view, APART)) {
    vertical(surface, left + xOf(view, time), 0, surface.height);
  }
}

/** Its area is drawn beneath everything, so that no colour changes in it; its edges above. */
export function drawRange(
  surface: Surface,
  view: View,
  left: number,
  range: Interval,
  part: "area" | "edges",
): void {
  const { context, height, palette } = surface;
  const from = left + Math.max(xOf(view, range.start), 0);
  const to = left + Math.min(xOf(view, range.end), view.width);
  if (to < left || from > left + view.width) return;
  context.fillStyle = part === "area" ? palette.of.select : palette.of.accent;
  if (part === "area") return context.fillRect(from, 0, to - from, height);
  vertical(surface, from, 0, height);
  vertical(surface, to, 0, height);
}

export function drawMoment(surface: Surface, view: View, left: number, time: number): void {
  const x = xOf(view, time);
  if (x < 0 || x > view.width) return;
  surface.context.fillStyle = surface.palette.of.hover;
  vertical(surface, left + x, 0, surface.height);
}
