// SPDX-License-Identifier: BSD-2-Clause
//
// What accepting threads did: words, rows of pixels, lanes.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ActCells, actAt, type ActRow, actRows } from "../src/layout/activity";
import { actRowAt, laneAt, lanesHeight, lanesOf } from "../src/layout/lanes";
import { xOf } from "../src/layout/view";
import { acceptorId, findAcceptor } from "../src/model/acceptors";
import { Act, ACT_RANKS, activitiesOf, actOf } from "../src/model/acts";
import { doingText, stateText } from "../src/model/doing";
import type { Acceptor, Segment } from "../src/format/types";
import { acceptor, connection, documentText, end, listener, segment } from "./documents";
import { traceOf } from "./helpers";

const WIDTH = 24;

const anyDoing: fc.Arbitrary<Partial<Segment>> = fc.constantFrom<Partial<Segment>>(
  { state: "accepting", call: "accept" }, { state: "running" }, { state: "runnable" },
  { state: "blocked" }, { state: "blocked", call: "recvfrom" },
  { state: "blocked", call: "epoll_wait" }, { state: "blocked", held: "stopped" },
  { state: "a later one" },
);

/** Segments in order; between some of them nothing is known. */
const anySegments: fc.Arbitrary<Segment[]> = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 9e6 }), fc.integer({ min: 1, max: 4e7 }), anyDoing),
  { maxLength: 20 },
).map((list) => {
  let at = 0;
  return list.map(([gap, length, doing]) => {
    const start_ns = at + gap;
    at = start_ns + length;
    return segment({ ...doing, start_ns, end_ns: at });
  });
});

const anyAcceptors: fc.Arbitrary<Acceptor[]> = fc.array(
  fc.tuple(anySegments, fc.nat(2)), { maxLength: 14 },
).map((list) => list.map(([segments, accepted], tid) => acceptor({ tid, accepted, segments })));

const rowsOf = (acceptors: Acceptor[]) => actRows(activitiesOf(acceptors).get("1") ?? []);

test("every thread of which something is known is in exactly one row", () => {
  fc.assert(fc.property(anyAcceptors, (acceptors) => {
    const rows = rowsOf(acceptors);
    const shown = rows.flatMap(({ threads }) => threads.map((each) => each.acceptor.tid));
    const known = acceptors.filter(({ segments }) => segments.length > 0).map(({ tid }) => tid);
    assert.deepEqual(shown.sort((a, b) => a - b), known);
    assert.ok(rows.length <= 5);
    for (const { threads } of rows) {
      assert.equal(new Set(threads.map((each) => each.acceptor.accepted > 0)).size, 1);
    }
  }));
});

const anyView = fc.tuple(fc.nat(9e7), fc.integer({ min: 1000, max: 4e8 }))
  .map(([start, length]) => ({ start, end: start + length, width: WIDTH }));

test("a row shows something exactly where something is known, the worst of it", () => {
  fc.assert(fc.property(anyAcceptors, anyView, (acceptors, view) => {
    const cells = new ActCells();
    for (const row of rowsOf(acceptors)) {
      const wanted = new Uint8Array(WIDTH);
      for (const { acceptor: { segments } } of row.threads) for (const each of segments) {
        const [from, to] = [xOf(view, each.start_ns), xOf(view, each.end_ns)];
        if (to < 0 || from > WIDTH || (to === 0 && from < 0)) continue;
        const first = Math.min(Math.floor(Math.max(from, 0)), WIDTH - 1);
        const last = Math.min(Math.max(Math.ceil(Math.min(to, WIDTH)) - 1, first), WIDTH - 1);
        const rank = ACT_RANKS[actOf(each)];
        for (let x = first; x <= last; x++) wanted[x] = Math.max(wanted[x], rank);
      }
      const drawn = cells.layout(row, view);
      assert.deepEqual([...drawn].map((act) => ACT_RANKS[act]), [...wanted]);
      // What is drawn can be pointed at, and nothing worse is hidden behind it.
      drawn.forEach((act, x) => {
        const hit = actAt(row, view, x + 0.5, 0.5);
        if (act) assert.ok(ACT_RANKS[hit!.activity.act[hit!.segment]] >= ACT_RANKS[act]);
      });
    }
  }));
});

test("the worst at a place, and among equals the longest", () => {
  const segments = [
    segment({ state: "running", end_ns: 9e7 }),
    segment({ call: "futex", start_ns: 9e7, end_ns: 9.2e7 }),
    segment({ state: "accepting", start_ns: 9.2e7, end_ns: 9.3e7 }),
    segment({ held: "frozen", start_ns: 9.3e7, end_ns: 9.4e7 }),
  ];
  const [row] = rowsOf([acceptor({ segments })]) as [ActRow];
  const view = { start: 0, end: 1e8, width: 100 };
  assert.equal(actAt(row, view, 91, 1.5)!.segment, 0);
  assert.equal(actAt(row, view, 92, 1.5)!.segment, 3);
  assert.equal(actAt(row, view, 99, 1.5), null);
});

test("resting is not being blocked, and long is worse than short", () => {
  const act = (over: Partial<Segment>) => actOf(segment({ end_ns: 5e6, ...over }));
  assert.deepEqual(
    [act({ call: "recvfrom" }), act({ call: "recvfrom", end_ns: 2e7 }),
      act({ call: "epoll_pwait" }), act({ call: "ppoll" }),
      act({ call: "pselect6" }), act({}), act({ state: "runnable" }),
      act({ state: "runnable", end_ns: 2e7 }), act({ held: "exited", state: "running" })],
    [Act.Blocked, Act.LongBlocked, Act.Polling, Act.Polling, Act.Polling, Act.Unseen, Act.Runnable,
      Act.LongRunnable, Act.Held],
  );
});

test("in words", () => {
  const client = { peer_address: "10.0.0.7", peer_port: 53112 };
  const trace = traceOf(documentText({
    connections: [
      connection({ server: end({ process: "1", ...client }) }),
      connection({ id: "2", server: null, client: end({ process: "1", peer_address: "10.0.0.9",
        peer_port: 5432 }) }),
    ],
  }));
  const text = (over: Partial<Segment>) => doingText(trace, acceptor(), segment(over));
  const cases: [Partial<Segment>, string][] = [
    [{ call: "recvfrom", fd: 4, connection: "1" }, "blocked in recv(4) from 10.0.0.7:53112"],
    [{ call: "write", fd: 4, connection: "1" }, "blocked in write(4) to 10.0.0.7:53112"],
    [{ call: "read", fd: 9, connection: "2" }, "blocked in read(9) from 10.0.0.9:5432"],
    [{ call: "recvfrom", fd: 4, connection: "77" }, "blocked in recv(4) from connection #77"],
    [{ call: "ioctl", fd: 5, socket: "3" }, "blocked in ioctl(5) on socket #3"],
    [{ call: "fsync", fd: 7, file: "app.log" }, "blocked in fsync(7) on app.log"],
    [{ call: "futex" }, "blocked in futex()"],
    [{ call: "435" }, "blocked in system call 435()"],
    [{ call: "epoll_wait", fd: 5, file: "[eventpoll]" },
      "waiting for events in epoll_wait(5) on [eventpoll]"],
    [{}, "blocked, in what is not known"],
    [{ state: "accepting", call: "accept" }, "in accept(), waiting for a client"],
    [{ state: "runnable" }, "ready to run, waiting for a CPU"],
    [{ state: "running", held: "stopped" }, "stopped by a signal or a debugger"],
    [{ state: "constructor" }, "constructor"],
  ];
  for (const [over, wanted] of cases) assert.equal(text(over), wanted);
  assert.equal(stateText(segment({ call: "recvfrom", fd: 4, connection: "1" })), "blocked in recv");
});

test("a thread and one of its segments can be named", () => {
  const two = [
    acceptor({ segments: [segment(), segment({ start_ns: 1000, end_ns: 2000 })] }),
    acceptor({ tid: 9, process: null }),
  ];
  const trace = traceOf(documentText({ acceptors: two, listeners: [listener()] }));
  for (const each of trace.acceptors) {
    assert.deepEqual(findAcceptor(trace, acceptorId(each)), { acceptor: each, segment: null });
  }
  assert.equal(findAcceptor(trace, acceptorId(two[0], 1))!.segment!.start_ns, 1000);
  assert.equal(findAcceptor(trace, acceptorId(two[0], 7))!.segment, null);
  assert.equal(findAcceptor(trace, "1.1.77"), undefined);
  assert.equal(findAcceptor(trace, ""), undefined);
});

test("lanes lie one below the other, with room for their threads", () => {
  const acceptors = [812, 813].map((tid) => acceptor({ tid, segments: [segment()] }));
  const listeners = [listener(), listener({ id: "2", arrivals: null, accepted: null })];
  const trace = traceOf(documentText({ acceptors, listeners }));
  const lanes = lanesOf(trace);
  const shown = lanes.map(({ listener: { id }, rows }) => [id, rows.length]);
  assert.deepEqual(shown, [["1", 2], ["2", 0]]);
  assert.equal(lanes[1].top, lanes[0].height);
  assert.equal(lanesHeight(lanes), lanes[1].top + lanes[1].height);
  assert.ok(lanes[0].height > lanes[0].queueHeight && lanes[1].height === lanes[1].queueHeight);
  for (let y = 0; y < lanesHeight(lanes); y++) assert.ok(laneAt(lanes, y));
  assert.equal(laneAt(lanes, lanesHeight(lanes)), undefined);
  assert.equal(actRowAt(lanes[0], lanes[0].queueHeight - 1), undefined);
  assert.equal(actRowAt(lanes[0], lanes[0].queueHeight), lanes[0].rows[0]);
  assert.equal(actRowAt(lanes[0], lanes[0].queueHeight + 13), lanes[0].rows[1]);
});
