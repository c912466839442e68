// SPDX-License-Identifier: BSD-2-Clause
//
// A listener's lane: the depth of its accept queue as a step line below its limit, what it
// dropped, and the findings about it.

import type { Listener } from "../format/types";
import type { DropMark } from "../layout/drops";
import type { Episode } from "../layout/episodes";
import { limitSteps, type QueueLine, queueScale } from "../layout/queue";
import { type View, xOf } from "../layout/view";
import { count } from "../model/units";
import { SMALL_FONT, type Surface, textIn, vertical } from "./surface";

const TOP = 14;
const BOTTOM = 3;
const BAND = 15;
const DROPS_ROOM = 36;

export interface LanePicture {
  listener: Listener;
  queue: QueueLine;
  drops: DropMark[];
  episodes: Episode[];
}

/** Draws a lane from `top` on, `height` pixels high, the time from `left` on. */
export function drawLane(
  surface: Surface,
  picture: LanePicture,
  view: View,
  left: number,
  top: number,
  height: number,
): void {
  const { context } = surface;
  context.save();
  context.beginPath();
  context.rect(left, top, view.width, height);
  context.clip();
  context.translate(left, top);
  drawEpisodeBands(surface, picture.episodes, height);
  drawQueue(surface, picture, view, height);
  drawEpisodeTexts(surface, picture.episodes, view, height);
  drawDrops(surface, picture.drops, view, height);
  context.restore();
}

function drawQueue(surface: Surface, { listener, queue }: LanePicture, view: View, height: number) {
  const { context, palette } = surface;
  const scale = queueScale(listener);
  const base = height - BOTTOM;
  const yOf = (depth: number) => base - (depth / scale) * (base - TOP);
  context.fillStyle = palette.of["queue-fill"];
  for (let x = 0; x < view.width; x++) {
    const depth = queue.highest[x];
    if (depth > 0) context.fillRect(x, yOf(depth), 1, base - yOf(depth));
  }
  context.fillStyle = palette.of.line;
  context.fillRect(0, base, view.width, 1);
  context.strokeStyle = palette.of.queue;
  context.lineWidth = 1;
  context.beginPath();
  let drawn = false;
  for (let x = 0; x < view.width; x++) {
    if (Number.isNaN(queue.highest[x])) continue;
    const peak = Math.round(yOf(queue.highest[x])) + 0.5;
    const after = Math.round(yOf(queue.last[x])) + 0.5;
    if (drawn) context.lineTo(x + 0.5, peak);
    else context.moveTo(x + 0.5, peak);
    context.lineTo(x + 0.5, after);
    drawn = true;
  }
  context.stroke();
  drawLimit(surface, listener, view, scale, yOf);
}

function drawLimit(
  surface: Surface,
  listener: Listener,
  view: View,
  scale: number,
  yOf: (depth: number) => number,
): void {
  const { context, palette } = surface;
  const steps = limitSteps(listener);
  context.strokeStyle = palette.of.limit;
  context.fillStyle = palette.of.dim;
  context.font = SMALL_FONT;
  steps.forEach(([time, limit], i) => {
    const from = Math.max(xOf(view, time), 0);
    const to = i + 1 < steps.length ? Math.min(xOf(view, steps[i + 1][0]), view.width) : view.width;
    if (to <= from) return;
    const above = limit > scale;
    const y = Math.round(above ? TOP : yOf(limit)) + 0.5;
    context.setLineDash(above ? [1, 5] : [5, 3]);
    context.beginPath();
    context.moveTo(from, y);
    context.lineTo(to, y);
    context.stroke();
    const text = above ? `limit ${count(limit)} ↑` : `limit ${count(limit)}`;
    // Below its line: above it stand the numbers of drops.
    drawLabel(surface, text, to - 4, y + 9, to - from - 8, "right");
  });
  context.setLineDash([]);
}

function drawEpisodeBands(surface: Surface, episodes: Episode[], height: number): void {
  const { context, palette } = surface;
  for (const { finding, from, to } of episodes) {
    context.save();
    context.globalAlpha = 0.16;
    context.fillStyle = palette.of[finding.severity === "critical" ? "critical" : "warning"];
    context.fillRect(from, 0, to - from, height);
    context.restore();
    context.fillStyle = palette.of[finding.severity === "critical" ? "critical" : "warning"];
    vertical(surface, from, 0, height);
    vertical(surface, to - 1, 0, height);
  }
}

/**
 * The summary begins in its band and goes on beside it as far as there is room; at the foot of the
 * lane, where it hides neither the limit nor a full queue.
 */
function drawEpisodeTexts(
  surface: Surface,
  episodes: Episode[],
  view: View,
  height: number,
): void {
  const { context, palette } = surface;
  context.font = SMALL_FONT;
  for (const { finding, from, to, level } of episodes) {
    const y = height - BOTTOM - 9 - BAND * level;
    const next = episodes.filter((other) => other.level === level && other.from >= to);
    const room = Math.min(...next.map((other) => other.from), view.width) - from - 10;
    if (room < 24) continue;
    context.fillStyle = palette.of[finding.severity === "critical" ? "critical" : "warning"];
    drawLabel(surface, `${finding.rule}: ${finding.summary}`, from + 5, y, room);
  }
}

/** Text on paper of its own, through which what lies beneath it is faint. */
function drawLabel(
  surface: Surface,
  text: string,
  x: number,
  y: number,
  room: number,
  align: "left" | "right" = "left",
): void {
  const { context, palette } = surface;
  const wide = Math.min(context.measureText(text).width, room);
  context.save();
  context.globalAlpha = 0.86;
  context.fillStyle = palette.of.paper;
  context.fillRect((align === "left" ? x : x - wide) - 2, y - 7, wide + 4, 14);
  context.restore();
  textIn(surface, text, x, y, room, align);
}

/** Triangles that point at the moment, with a number where there are several. */
function drawDrops(surface: Surface, drops: DropMark[], view: View, height: number): void {
  const { context, palette } = surface;
  context.fillStyle = palette.of.drop;
  context.font = SMALL_FONT;
  for (const { x, count: many } of drops) {
    context.beginPath();
    context.moveTo(x - 4, 2);
    context.lineTo(x + 4, 2);
    context.lineTo(x, 9);
    context.fill();
    context.save();
    context.globalAlpha = 0.45;
    vertical(surface, x, 9, height - BOTTOM);
    context.restore();
    if (many < 2) continue;
    const room = view.width - x > DROPS_ROOM;
    drawLabel(surface, count(many), room ? x + 6 : x - 6, 6, DROPS_ROOM, room ? "left" : "right");
  }
}
