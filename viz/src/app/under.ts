// SPDX-License-Identifier: BSD-2-Clause
//
// What is under the pointer: in words, and what a click on it does.

import { actAt, type ActHit } from "../layout/activity";
import { layoutEpisodes } from "../layout/episodes";
import { actRowAt, type Lane, laneAt } from "../layout/lanes";
import { depthAt } from "../layout/queue";
import { acceptorId } from "../model/acceptors";
import { doingText } from "../model/doing";
import type { Trace } from "../model/trace";
import { count, time } from "../model/units";
import type { Frame } from "./frame";
import { offsetX, offsetY } from "./pointer";
import { rowText } from "./rowlist";
import type { Viewer } from "./viewer";

const REACH = 2;

export function clickRow(viewer: Viewer, frame: Frame, event: PointerEvent): void {
  const { left, top } = document.querySelector("canvas.rows-plot")!.getBoundingClientRect();
  const row = frame.rowUnder(event.clientX - left, event.clientY - top);
  viewer.range.value = null;
  viewer.select(row < 0 ? null : { kind: "connection", id: viewer.trace.value!.idOf(row) });
}

/** What is at the pointer's place in the lanes. */
function inLanes(viewer: Viewer, frame: Frame, lanes: Lane[], event: PointerEvent) {
  const canvas = document.querySelector("canvas.lanes-plot")!;
  const { left, top } = canvas.getBoundingClientRect();
  const { left: gutter, view } = frame.geometry();
  const x = event.clientX - left - gutter;
  const y = event.clientY - top + canvas.parentElement!.scrollTop;
  const lane = laneAt(lanes, y);
  if (!lane) return null;
  const row = actRowAt(lane, y);
  const act = row ? actAt(row, view, x, REACH) : null;
  const episodes = row ? [] : layoutEpisodes(viewer.trace.value!, lane.listener.id, view);
  const episode = episodes.find(({ from, to }) => x >= from - REACH && x <= to + REACH);
  return { lane, act, episode };
}

export function laneText(viewer: Viewer, frame: Frame, lanes: Lane[], event: PointerEvent): string {
  const found = inLanes(viewer, frame, lanes, event);
  if (!found) return "";
  const { lane, act, episode } = found;
  if (act) return actText(viewer.trace.value!, act);
  const depth = depthAt(lane.listener.queue.samples, frame.timeUnder(offsetX(event)));
  const queue = depth === null ? "" : `${count(depth)} in the queue`;
  return [queue, episode?.finding.rule].filter(Boolean).join(", ");
}

/** "thread 4240: blocked in recv(4) from 10.0.0.7:53112 for 299 ms". */
function actText(trace: Trace, { activity: { acceptor }, segment }: ActHit): string {
  const { start_ns, end_ns } = acceptor.segments[segment];
  const doing = doingText(trace, acceptor, acceptor.segments[segment]);
  return `thread ${acceptor.tid}: ${doing} for ${time(end_ns - start_ns)}`;
}

export function rowUnderText(viewer: Viewer, frame: Frame, event: PointerEvent): string {
  const row = frame.rowUnder(offsetX(event), offsetY(event));
  return row < 0 ? "" : rowText(viewer.trace.value!, row);
}

export function clickLane(viewer: Viewer, frame: Frame, lanes: Lane[], event: PointerEvent): void {
  const found = inLanes(viewer, frame, lanes, event);
  if (!found) return;
  const { lane, act, episode } = found;
  const id = act && acceptorId(act.activity.acceptor, act.segment);
  if (id) viewer.select({ kind: "acceptor", id });
  else if (episode) viewer.goTo(episode.finding);
  else viewer.select({ kind: "listener", id: lane.listener.id });
}
