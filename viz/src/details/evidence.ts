// SPDX-License-Identifier: BSD-2-Clause
//
// Evidence as it reads: keys as words, values in the unit that their key names.

import { bytes, count, time } from "../model/units";

const UNITS: [suffix: RegExp, spell: (value: number) => string][] = [
  [/_ns$/, time],
  [/_bytes$/, bytes],
  [/_permille$/, (value) => `${value / 10} %`],
  [/_percent$/, (value) => `${value} %`],
  [/_per_s$/, (value) => `${count(value)}/s`],
  [/_s$/, (value) => `${count(value)} s`],
];

/** "service_median_ns", 299e6 → "service median", "299 ms". */
export function evidenceText(key: string, value: unknown): [name: string, value: string] {
  const unit = UNITS.find(([suffix]) => suffix.test(key));
  const name = (unit ? key.replace(unit[0], "") : key).replace(/_/g, " ").replace(/p50$/, "median");
  if (value === null || value === undefined) return [name, "not known"];
  if (typeof value === "number") return [name, unit ? unit[1](value) : numberText(value)];
  return [name, typeof value === "string" ? value : JSON.stringify(value)];
}

function numberText(value: number): string {
  return Number.isInteger(value) ? count(value) : String(Number(value.toPrecision(4)));
}
