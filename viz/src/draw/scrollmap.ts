// SPDX-License-Identifier: BSD-2-Clause
//
// Beside the scrolled rows: where in the whole list the bad ones are, and which part is seen.

import { Rank } from "../model/kind";
import type { Surface } from "./surface";
import { rankColour } from "./gutter";

export function drawScrollMap(surface: Surface, worst: Uint8Array, from: number, to: number): void {
  const { context, width, height, palette } = surface;
  context.fillStyle = palette.of.grid;
  context.fillRect(0, 0, width, height);
  for (let y = 0; y < worst.length; y++) {
    if (worst[y] < Rank.Warning) continue;
    context.fillStyle = rankColour(surface, worst[y]);
    context.fillRect(3, y, width - 6, 1.5);
  }
  context.save();
  context.globalAlpha = 0.25;
  context.fillStyle = palette.of.text;
  context.fillRect(0, from * height, width, Math.max((to - from) * height, 12));
  context.restore();
}
