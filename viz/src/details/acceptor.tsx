// SPDX-License-Identifier: BSD-2-Clause
//
// Everything known about an accepting thread, and about one stretch of what it did.

import type { Acceptor, Segment } from "../format/types";
import { acceptorId, type FoundAcceptor } from "../model/acceptors";
import { addressText } from "../model/address";
import { ACT_RANKS, actOf } from "../model/acts";
import { doingText, stateText } from "../model/doing";
import { Rank } from "../model/kind";
import { count, time } from "../model/units";
import { Facts, Link, Part, moment, type Context, type Fact } from "./parts";
import { ProcessLink } from "./process";

const WORST = 12;

/** How a thread spent the time that is known of it, most first. */
export function spent({ segments }: Acceptor): Fact[] {
  const sums = new Map<string, number>();
  for (const segment of segments) {
    const what = stateText(segment);
    sums.set(what, (sums.get(what) ?? 0) + segment.end_ns - segment.start_ns);
  }
  const all = [...sums.values()].reduce((a, b) => a + b, 0);
  return [...sums]
    .sort((a, b) => b[1] - a[1])
    .map(([what, ns]) => [what, `${Math.round((ns / all) * 100)} %`, time(ns)]);
}

/** Its segments that kept clients waiting, the longest first, by their numbers. */
function worst({ segments }: Acceptor): number[] {
  const bad = [...segments.keys()].filter((i) => ACT_RANKS[actOf(segments[i])] > Rank.Ordinary);
  const length = (i: number) => segments[i].end_ns - segments[i].start_ns;
  return bad.sort((a, b) => length(b) - length(a));
}

function Worst({ of, context }: { of: Acceptor; context: Context }) {
  const found = worst(of);
  if (found.length === 0) return null;
  return (
    <Part title="Longest away from accept()">
      <ol class="stretches">
        {found.slice(0, WORST).map((i) => (
          <li key={i}>
            <Link to={{ kind: "acceptor", id: acceptorId(of, i) }} context={context}>
              {time(of.segments[i].end_ns - of.segments[i].start_ns)}
            </Link>{" "}
            {doingText(context.trace, of, of.segments[i])}
          </li>
        ))}
      </ol>
      {found.length > WORST && <small>and {count(found.length - WORST)} more</small>}
    </Part>
  );
}

function stretch(of: Acceptor, segment: Segment, context: Context): Fact[] {
  const { connection, socket, start_ns, end_ns } = segment;
  return [
    ["This stretch", `${doingText(context.trace, of, segment)} for ${time(end_ns - start_ns)}`],
    ["From", moment(context.trace, start_ns)],
    [
      "On connection",
      connection !== null && (
        <Link to={{ kind: "connection", id: connection }} context={context}>#{connection}</Link>
      ),
    ],
    [
      "On socket",
      socket !== null && (
        <Link to={{ kind: "socket", id: socket }} context={context}>#{socket}</Link>
      ),
    ],
  ];
}

function facts(of: Acceptor, context: Context): Fact[] {
  const { trace } = context;
  const listener = trace.listeners.get(of.listener);
  return [
    ["Process", <ProcessLink id={of.process} context={context} />],
    [
      "Accepts from",
      <Link to={{ kind: "listener", id: of.listener }} context={context}>
        {(listener && addressText(listener)) || `listener #${of.listener}`}
      </Link>,
    ],
    ["Accepted", count(of.accepted)],
    ["Last accepted", moment(trace, of.last_accept_ns) ?? "never in this trace"],
    ["accept() failed", of.failures > 0 && count(of.failures)],
    [
      "Told in pieces of",
      of.grain_ns > 0 && time(of.grain_ns),
      "it accepted so often that shorter stretches were joined",
    ],
  ];
}

export function AcceptorDetails({ of, context }: { of: FoundAcceptor; context: Context }) {
  const { acceptor, segment } = of;
  return (
    <>
      <h2>
        thread {acceptor.tid} {acceptor.comm}
      </h2>
      <p>
        {acceptor.accepted > 0
          ? "it accepts clients"
          : "it accepted nobody, but its process listens"}
      </p>
      {segment && <Facts of={stretch(acceptor, segment, context)} />}
      {segment && <h3>The thread</h3>}
      <Facts of={facts(acceptor, context)} />
      {acceptor.segments.length > 0 && (
        <Part title="How it spent its time">
          <Facts of={spent(acceptor)} />
        </Part>
      )}
      <Worst of={acceptor} context={context} />
    </>
  );
}
