// SPDX-License-Identifier: BSD-2-Clause
//
// The pointer over the drawings: wheel, drag, click.

import type { Frame } from "./frame";
import type { Viewer } from "./viewer";
import { timeAt, type View } from "../layout/view";

const WHEEL_ZOOM = 1.0018;
const CLICK_PX = 4;
const EDGE_PX = 7;

/** How far a wheel event wants to go, in pixels, whatever unit it speaks in. */
function wheelPixels(event: WheelEvent): { x: number; y: number } {
  const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 20 : 1;
  return { x: event.deltaX * unit, y: event.deltaY * unit };
}

/** Follows a drag to its end; `move` hears how far from where it began, in pixels. */
function follow(
  event: PointerEvent,
  move: (x: number, event: PointerEvent) => void,
  done: (moved: boolean) => void,
): void {
  const target = event.currentTarget as HTMLElement;
  target.setPointerCapture(event.pointerId);
  const drag = new AbortController();
  const { signal } = drag;
  let moved = false;
  const onMove = (next: PointerEvent) => {
    moved ||= Math.abs(next.clientX - event.clientX) >= CLICK_PX;
    if (moved) move(next.clientX - event.clientX, next);
  };
  const onUp = () => {
    drag.abort();
    done(moved);
  };
  target.addEventListener("pointermove", onMove, { signal });
  target.addEventListener("pointerup", onUp, { signal });
  target.addEventListener("pointercancel", onUp, { signal });
}

/** Drag selects a range, with Shift or the middle button it pans; a click calls `click`. */
export function onPlotDown(
  viewer: Viewer,
  frame: Frame,
  event: PointerEvent,
  click: (event: PointerEvent) => void,
): void {
  const { left, view } = frame.geometry();
  const x = offsetX(event);
  if (event.button > 1) return;
  if (event.shiftKey || event.button === 1) {
    const start = viewer.view.value;
    const perPixel = (start.end - start.start) / view.width;
    event.preventDefault();
    follow(event, (by) => viewer.look({
      start: start.start - by * perPixel, end: start.end - by * perPixel,
    }), () => {});
    return;
  }
  if (x < left) return click(event);
  const from = frame.timeUnder(x);
  follow(event, (by) => {
    const to = frame.timeUnder(x + by);
    viewer.range.value = { start: Math.min(from, to), end: Math.max(from, to) };
  }, (moved) => {
    if (moved) viewer.tab.value = "range";
    else click(event);
  });
}

export function onPlotWheel(viewer: Viewer, frame: Frame, event: WheelEvent): boolean {
  const { x, y } = wheelPixels(event);
  const { start, end } = viewer.view.value;
  const { width } = frame.geometry().view;
  if (event.ctrlKey || event.metaKey) {
    viewer.zoom(WHEEL_ZOOM ** y, frame.timeUnder(offsetX(event)));
    return true;
  }
  const sideways = event.shiftKey ? x || y : Math.abs(x) > Math.abs(y) ? x : 0;
  if (sideways === 0) return false;
  viewer.pan((sideways * (end - start)) / width);
  return true;
}

/** The navigator: its window is moved, or one edge of it, or a click moves it there. */
export function onNavigatorDown(viewer: Viewer, event: PointerEvent): void {
  const { width } = (event.currentTarget as HTMLElement).getBoundingClientRect();
  const whole: View = { ...viewer.whole.value, width };
  const before = viewer.view.value;
  const perPixel = (whole.end - whole.start) / width;
  const x = offsetX(event);
  const [from, to] = [before.start, before.end].map((time) => (time - whole.start) / perPixel);
  const nearest = Math.abs(x - from) < Math.abs(x - to) ? "start" : "end";
  if (Math.min(Math.abs(x - from), Math.abs(x - to)) <= EDGE_PX) {
    follow(event, (by) => {
      const moved = { ...before, [nearest]: before[nearest] + by * perPixel };
      if (moved.start < moved.end) viewer.look(moved);
    }, () => {});
    return;
  }
  const half = (before.end - before.start) / 2;
  if (x < from || x > to) {
    const middle = timeAt(whole, x);
    viewer.look({ start: middle - half, end: middle + half });
  }
  const start = viewer.view.value;
  follow(event, (by) => viewer.look({
    start: start.start + by * perPixel, end: start.end + by * perPixel,
  }), () => {});
}

export function offsetX(event: MouseEvent): number {
  return event.clientX - (event.currentTarget as HTMLElement).getBoundingClientRect().left;
}

export function offsetY(event: MouseEvent): number {
  return event.clientY - (event.currentTarget as HTMLElement).getBoundingClientRect().top;
}
