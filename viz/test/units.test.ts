// SPDX-License-Identifier: BSD-2-Clause
//
// Times and sizes are spelled as the program spells them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, count, plural, time, timeApart } from "../src/model/units";

test("times", () => {
  const expected: [number, string][] = [
    [0, "0"],
    [999, "999 ns"],
    [1000, "1 µs"],
    [62400, "62 µs"],
    [62500, "63 µs"],
    [999499, "999 µs"],
    [999500, "1 ms"],
    [1234567, "1.23 ms"],
    [12345678, "12.3 ms"],
    [99960000, "100 ms"],
    [299e6, "299 ms"],
    [999499999, "999 ms"],
    [999500000, "1 s"],
    [1.03e9, "1.03 s"],
    [2.1e9, "2.1 s"],
    [119.9e9, "120 s"],
    [125e9, "2m05s"],
    [3720e9, "1h02m"],
    [273600e9, "3d04h"],
    [-1500, "-2 µs"],
  ];
  for (const [ns, text] of expected) assert.equal(time(ns), text);
});

test("sizes", () => {
  const expected: [number, string][] = [
    [0, "0 B"],
    [26, "26 B"],
    [999, "999 B"],
    [1000, "1 kB"],
    [98304, "98.3 kB"],
    [999499, "999 kB"],
    [999500, "1 MB"],
    [1200000, "1.2 MB"],
  ];
  for (const [value, text] of expected) assert.equal(bytes(value), text);
});

test("counts", () => {
  assert.equal(count(8211), "8,211");
  assert.equal(count(1234567), "1,234,567");
  assert.equal(plural(1, "call"), "1 call");
  assert.equal(plural(1000, "call"), "1,000 calls");
});

test("times one below the other grow, as they read", () => {
  assert.equal(timeApart(1105800000, 1105600000), "1.1058 s");
  assert.equal(timeApart(1105600000, 1102130000), "1.105 s");
  assert.equal(timeApart(299e6, 0), "299 ms");
  assert.equal(timeApart(62000, 0), "62 µs");
  const value = (text: string) => {
    const [digits, unit] = text.split(" ");
    return Number(digits) * ({ s: 1e9, ms: 1e6, µs: 1e3, ns: 1 } as Record<string, number>)[unit];
  };
  let before = 0;
  for (let ns = 1_300_000; ns < 1e11; ns += 1 + Math.floor(ns / 97)) {
    const shown = value(timeApart(ns, before));
    assert.ok(shown > (before && value(timeApart(before, 0))) || ns - before < 2000, String(ns));
    assert.ok(shown <= ns + 1000, String(ns));
    before = ns;
  }
});
