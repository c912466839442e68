// SPDX-License-Identifier: BSD-2-Clause
//
// Where the lines of the time axis stand, and what is written at them.

import type { View } from "./view";

export interface AxisTick {
  time: number;
  label: string;
}

const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500];
const SECOND = 1e9;
const LONG_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200]
  .map((seconds) => seconds * SECOND);

/** Ticks at round times, at least `apart` pixels from each other. */
export function axisTicks(view: View, apart: number): AxisTick[] {
  const step = stepFor(((view.end - view.start) / view.width) * apart);
  const ticks: AxisTick[] = [];
  const first = Math.ceil(view.start / step);
  for (let i = first; i * step <= view.end; i++) {
    ticks.push({ time: i * step, label: label(i * step, step) });
  }
  return ticks;
}

function stepFor(least: number): number {
  if (least <= SECOND / 2) {
    for (let unit = 1; ; unit *= 1000) {
      const step = STEPS.find((factor) => factor * unit >= least);
      if (step !== undefined) return step * unit;
    }
  }
  const step = LONG_STEPS.find((step) => step >= least);
  return step ?? Math.ceil(least / (24 * 3600 * SECOND)) * 24 * 3600 * SECOND;
}

const UNITS: [number, string][] = [[SECOND, "s"], [1e6, "ms"], [1e3, "µs"], [1, "ns"]];

/** A time with as many digits as tell it from its neighbours. */
function label(time: number, step: number): string {
  if (time === 0) return "0";
  const size = Math.max(Math.abs(time), step);
  if (size >= 60 * SECOND && step >= SECOND) return clock(time);
  const [unit, name] = UNITS.find(([unit]) => size >= unit) ?? UNITS[3];
  const digits = Math.max(0, Math.ceil(Math.log10(unit / step) - 1e-9));
  return `${(time / unit).toFixed(digits)} ${name}`;
}

function clock(time: number): string {
  const seconds = Math.round(Math.abs(time) / SECOND);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const parts = hours > 0 ? [hours, minutes, seconds % 60] : [minutes, seconds % 60];
  const text = parts.map((part, i) => (i === 0 ? `${part}` : `${part}`.padStart(2, "0")));
  return (time < 0 ? "−" : "") + text.join(":");
}
