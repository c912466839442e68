// SPDX-License-Identifier: BSD-2-Clause
//
// How times, sizes and counts are rounded and spelled, as the program itself does it.

const SECOND = 1e9;
const LONG: [number, string][] = [
  [86400, "d"],
  [3600, "h"],
  [60, "m"],
  [1, "s"],
];

/** Three digits, without zeros at the end of a fraction: 1.03, 10.5, 299. */
function scaled(value: number): string {
  const digits = value >= 99.995 ? 0 : value >= 9.995 ? 1 : 2;
  return String(Number(value.toFixed(digits)));
}

/** The two largest of days, hours, minutes, seconds: 2m05s. */
function longTime(ns: number): string {
  const seconds = Math.floor(ns / SECOND);
  const i = LONG.slice(0, 2).findIndex(([size]) => seconds >= size);
  const [[size, unit], [smaller, smallerUnit]] = LONG.slice(i < 0 ? 2 : i);
  const rest = Math.floor((seconds % size) / smaller);
  return `${Math.floor(seconds / size)}${unit}${String(rest).padStart(2, "0")}${smallerUnit}`;
}

/** "62 µs", "1.03 s"; a bare 0 needs no unit. */
export function time(ns: number): string {
  const value = Math.abs(ns);
  const sign = ns < 0 ? "-" : "";
  if (value < 1000) return value ? `${sign}${Math.round(value)} ns` : "0";
  if (value < 999500) return `${sign}${Math.round(value / 1000)} µs`;
  if (value < 999.5e6) return `${sign}${scaled(value / 1e6)} ms`;
  return sign + (value < 120 * SECOND ? `${scaled(value / SECOND)} s` : longTime(value));
}

/**
 * A time with as many digits as tell it from the one before: "1.0053 s" after "1.0051 s". Digits
 * are cut, not rounded, or "1.1 s" would stand above "1.0958 s".
 */
export function timeApart(ns: number, before: number): string {
  const unit = [SECOND, 1e6].find((size) => ns >= size);
  if (!unit || ns >= 120 * SECOND) return time(ns);
  const fewest = ns >= 100 * unit ? 0 : ns >= 10 * unit ? 1 : 2;
  const steps = (value: number, digits: number) => Math.floor(value / (unit / 10 ** digits));
  let digits = fewest;
  while (digits < 6 && steps(ns, digits) <= steps(before, digits)) digits++;
  return `${steps(ns, digits) / 10 ** digits} ${unit === SECOND ? "s" : "ms"}`;
}

/** "26 B", "1.2 MB". */
export function bytes(value: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let i = 0;
  for (; value >= (i ? 999.5 : 1000) && i < units.length - 1; i++) value /= 1000;
  return `${scaled(value)} ${units[i]}`;
}

/** "8,211". */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** "1 call", "3 calls". */
export function plural(value: number, word: string): string {
  return `${count(value)} ${word}${value === 1 ? "" : "s"}`;
}
