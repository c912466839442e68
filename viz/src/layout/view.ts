// SPDX-License-Identifier: BSD-2-Clause
//
// The part of time that is looked at, and how it maps to pixels.

export interface Interval {
  start: number;
  end: number;
}

/** An interval of time over `width` pixels. */
export interface View extends Interval {
  width: number;
}

/** The closest that can be looked at: less would be below what the kernel's clock tells. */
export const CLOSEST_NS = 100;

export function xOf(view: View, time: number): number {
  return ((time - view.start) * view.width) / (view.end - view.start);
}

export function timeAt(view: View, x: number): number {
  return view.start + (x * (view.end - view.start)) / view.width;
}

/** Moves and narrows an interval until it lies within another. */
export function within(interval: Interval, whole: Interval): Interval {
  const longest = whole.end - whole.start;
  const length = Math.min(Math.max(interval.end - interval.start, CLOSEST_NS), longest);
  const middle = (interval.start + interval.end) / 2;
  const start = Math.min(Math.max(middle - length / 2, whole.start), whole.end - length);
  return { start, end: start + length };
}

/** Makes the interval `factor` times as long, with `at` staying where it is on the screen. */
export function zoomed(interval: Interval, factor: number, at: number, whole: Interval): Interval {
  const length = (interval.end - interval.start) * factor;
  if (length >= whole.end - whole.start) return { ...whole };
  const clamped = Math.max(length, CLOSEST_NS);
  const share = (at - interval.start) / (interval.end - interval.start);
  const start = at - share * clamped;
  return within({ start, end: start + clamped }, whole);
}

export function panned(interval: Interval, by: number, whole: Interval): Interval {
  return within({ start: interval.start + by, end: interval.end + by }, whole);
}

/** An interval with some air around it. */
export function around(start: number, end: number, whole: Interval): Interval {
  const air = Math.max((end - start) * 0.08, CLOSEST_NS);
  return within({ start: start - air, end: end + air }, whole);
}
