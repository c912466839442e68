// SPDX-License-Identifier: BSD-2-Clause
//
// What an accepting thread was doing when, and how much that keeps clients waiting.

import type { Acceptor, Id, Segment } from "../format/types";
import { Rank } from "./kind";

/** In the order of what covers what within one severity. */
export const enum Act {
  None,
  /** Blocked, and nobody looked in what. */
  Unseen,
  /** Blocked until any of many things happens. */
  Polling,
  Accepting,
  Running,
  Runnable,
  Blocked,
  /** The two before, for LONG_ACT_NS or more. */
  LongRunnable,
  LongBlocked,
  /** Stopped, frozen or gone. */
  Held,
}

/** The kernel accounts a thread's time at its ticks: what is shorter may be off by half. */
export const LONG_ACT_NS = 10e6;

/** By Act. */
export const ACT_RANKS = new Uint8Array(10);
ACT_RANKS.fill(Rank.Ordinary, Act.Unseen);
ACT_RANKS.fill(Rank.Warning, Act.LongRunnable);
ACT_RANKS.fill(Rank.Error, Act.Held);

const POLLS = /^(p?poll|p?select6?|epoll_\w+|io_uring_enter)$/;

/** Whether a call waits for whatever comes first: how event loops rest. */
export function polls(call: string): boolean {
  return POLLS.test(call);
}

export function actOf({ state, call, held, start_ns, end_ns }: Segment): Act {
  const long = end_ns - start_ns >= LONG_ACT_NS;
  if (held !== null) return Act.Held;
  if (state === "accepting") return Act.Accepting;
  if (state === "running") return Act.Running;
  if (state === "runnable") return long ? Act.LongRunnable : Act.Runnable;
  if (state !== "blocked" || call === null) return Act.Unseen;
  if (polls(call)) return Act.Polling;
  return long ? Act.LongBlocked : Act.Blocked;
}

/** A thread's segments as columns: every frame asks for them. */
export interface Activity {
  acceptor: Acceptor;
  act: Uint8Array;
  start: Float64Array;
  end: Float64Array;
}

/** Per listener, the threads of which anything is known. */
export function activitiesOf(acceptors: Acceptor[]): Map<Id, Activity[]> {
  const found = new Map<Id, Activity[]>();
  for (const acceptor of acceptors) {
    const { listener, segments } = acceptor;
    if (segments.length === 0) continue;
    if (!found.has(listener)) found.set(listener, []);
    found.get(listener)!.push({
      acceptor,
      act: Uint8Array.from(segments, actOf),
      start: Float64Array.from(segments, ({ start_ns }) => start_ns),
      end: Float64Array.from(segments, ({ end_ns }) => end_ns),
    });
  }
  return found;
}
