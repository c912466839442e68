// SPDX-License-Identifier: BSD-2-Clause
//
// The whole trace in one strip: how many connections were open, where it went wrong, and which
// part of it is looked at.

import type { Load } from "../layout/load";
import { type Interval, type View, xOf } from "../layout/view";
import { Rank, rank } from "../model/kind";
import { type Surface, vertical } from "./surface";

const MARK_HEIGHT = 5;

export function drawNavigator(surface: Surface, whole: View, load: Load, seen: Interval): void {
  const { context, width, height, palette } = surface;
  const most = load.open.reduce((a, b) => Math.max(a, b), 1);
  const room = height - MARK_HEIGHT - 3;
  context.fillStyle = palette.of.queue;
  for (let x = 0; x < whole.width; x++) {
    const high = (load.open[x] / most) * room;
    if (high > 0) context.fillRect(x, height - Math.max(high, 1), 1, Math.max(high, 1));
  }
  for (let x = 0; x < whole.width; x++) {
    if (rank(load.kinds[x]) < Rank.Warning) continue;
    context.fillStyle = palette.kinds[load.kinds[x]];
    context.fillRect(x, 0, 1, MARK_HEIGHT);
  }
  const from = xOf(whole, seen.start);
  const to = xOf(whole, seen.end);
  context.save();
  context.globalAlpha = 0.55;
  context.fillStyle = palette.of.panel;
  context.fillRect(0, 0, from, height);
  context.fillRect(to, 0, width - to, height);
  context.restore();
  context.fillStyle = palette.of.accent;
  vertical(surface, from, 0, height);
  vertical(surface, Math.min(to, width - 1), 0, height);
  context.fillRect(from - 2, height / 2 - 7, 5, 14);
  context.fillRect(Math.min(to, width - 1) - 2, height / 2 - 7, 5, 14);
}
