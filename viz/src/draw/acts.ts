// SPDX-License-Identifier: BSD-2-Clause
//
// What accepting threads did: bars that differ in height and stripes as well as in colour. Lines
// are ready for the next client, full bars are busy, striped ones wait for something else.

import { eachRun } from "../layout/strip";
import { Act } from "../model/acts";
import type { ColourName } from "./palette";
import { hatched } from "./hatch";
import { SMALL_FONT, type Surface, textIn } from "./surface";

/** How high each stands in its row, as a share of it, and its colour. */
const LOOKS: Record<number, [share: number, colour: ColourName]> = {
  [Act.Unseen]: [0.2, "faint"],
  [Act.Polling]: [0.2, "queue"],
  [Act.Accepting]: [0.4, "accepting"],
  [Act.Running]: [0.8, "serving"],
  [Act.Runnable]: [0.8, "retransmit"],
  [Act.LongRunnable]: [0.8, "retransmit"],
  [Act.Blocked]: [0.8, "long-wait"],
  [Act.LongBlocked]: [0.8, "long-wait"],
  [Act.Held]: [1, "critical"],
};

const STRIPED = new Set([Act.LongBlocked, Act.LongRunnable]);
/** Narrower ones are too narrow to show stripes. */
const LEAST_STRIPES = 4;

export function drawActs(
  { context, palette }: Surface,
  cells: Uint8Array,
  left: number,
  top: number,
  height: number,
): void {
  eachRun(cells, 0, cells.length, (act, from, to) => {
    const [share, name] = LOOKS[act];
    const high = Math.max(Math.round((height - 2) * share), 1);
    const striped = STRIPED.has(act) && to - from >= LEAST_STRIPES;
    context.fillStyle = striped ? hatched(context, palette.of[name]) : palette.of[name];
    context.fillRect(left + from, top + Math.round((height - high) / 2), to - from, high);
  });
}

/** Whose row it is, at the end of the columns beside it. */
export function drawActTitle(
  surface: Surface,
  title: string,
  left: number,
  top: number,
  height: number,
): void {
  surface.context.font = SMALL_FONT;
  surface.context.fillStyle = surface.palette.of.dim;
  textIn(surface, title, left - 8, top + height / 2, left - 20, "right");
}
