// SPDX-License-Identifier: BSD-2-Clause
//
// Everything known about a listener: its queue, its limits, who accepts from it.

import type { Acceptor, DroppedPeer, Listener } from "../format/types";
import { acceptorId } from "../model/acceptors";
import { ListenerFlowchart } from "../flowchart";
import { addressText } from "../model/address";
import { outcomeWords } from "../model/outcome";
import { count, plural, time } from "../model/units";
import { spent } from "./acceptor";
import { Facts, Few, Link, Part, Snippet, moment, type Context, type Fact } from "./parts";
import { ProcessLink } from "./process";
import { Waiting } from "./waiting";
import { listenerFilter } from "./wireshark";

function backlogText({ backlog }: Listener): string {
  const { requested, effective, somaxconn } = backlog;
  const asked = requested === null ? "what was asked for is not known" : `asked for ${requested}`;
  const limit = somaxconn === null ? "" : `, net.core.somaxconn ${count(somaxconn)}`;
  return `${count(effective)} (${asked}${limit}): ${plural(effective + 1, "connection")} can wait`;
}

function owners(listener: Listener, context: Context) {
  return (
    <Few
      of={listener.owners}
      most={8}
      each={({ process, fd }) => (
        <span key={process ?? ""}>
          <ProcessLink id={process} context={context} />
          {fd !== null && ` fd ${fd}`}{" "}
        </span>
      )}
    />
  );
}

function waits({ accept_wait_ns: wait }: Listener): string | null {
  if (wait.p50 === null || wait.p99 === null || wait.max === null) return null;
  const [half, most, longest] = [wait.p50, wait.p99, wait.max].map(time);
  return `${half} in half of the cases, ${most} in 99 of 100, at most ${longest}`;
}

function facts(of: Listener, context: Context): Fact[] {
  return [
    ["Accepted by", owners(of, context)],
    ["Backlog", backlogText(of)],
    ["Opened", of.opened_ns === null ? "before the trace" : moment(context.trace, of.opened_ns)],
    ["Closed", moment(context.trace, of.closed_ns)],
    ["Most in the queue", count(of.queue.depth_max), `of ${count(of.backlog.effective + 1)}`],
    ["Arrived", of.arrivals !== null && count(of.arrivals)],
    ["Accepted", of.accepted !== null && count(of.accepted)],
    ["Waited to be accepted", waits(of)],
    ["Reuseport group", of.reuseport_group],
    ["TCP_DEFER_ACCEPT", of.defer_accept !== null && of.defer_accept > 0 && `${of.defer_accept} s`],
    ["Cookies sent", of.cookies_sent !== null && count(of.cookies_sent)],
    ["connect() had to wait", of.unix && count(of.unix.blocked)],
    ["connect() turned away", of.unix && count(of.unix.eagain)],
  ];
}

function drops({ drops: drop, residue }: Listener): Fact[] {
  const known = (value: number | null) => value !== null && count(value);
  return [
    ["SYNs, accept queue full", known(drop.syn)],
    ["Last ACKs, accept queue full", known(drop.ack)],
    ["SYN queue full", known(drop.syn_queue)],
    ["For other reasons", known(drop.other)],
    ["Counted by the kernel beyond these", residue !== null && residue !== 0 && count(residue)],
  ];
}

function Changes({ of, context }: { of: Listener; context: Context }) {
  if (!of.backlog_changes.length) return null;
  return (
    <Part title="Backlog changed">
      <Facts
        of={of.backlog_changes.map(({ t_ns, effective }) => [
          moment(context.trace, t_ns)!,
          count(effective),
        ])}
      />
    </Part>
  );
}

function Peers({ of }: { of: DroppedPeer[] }) {
  if (!of.length) return null;
  const worst = [...of].sort((a, b) => b.syns - a.syns);
  return (
    <Part title="Whose SYNs were dropped">
      <ul class="peers">
        <Few
          of={worst}
          most={20}
          each={(peer) => (
            <li>
              {addressText({ ...peer, path: null, abstract: false })}:{" "}
              {plural(peer.syns, "SYN")}, {outcomeWords(peer.outcome)}
            </li>
          )}
        />
      </ul>
    </Part>
  );
}

function Acceptors({ of, context }: { of: Acceptor[]; context: Context }) {
  if (!of.length) return null;
  return (
    <Part title="What the accepting threads did">
      <Few
        of={of}
        most={8}
        each={(acceptor) => (
          <div key={acceptor.tid}>
            <h4>
              <Link to={{ kind: "acceptor", id: acceptorId(acceptor) }} context={context}>
                thread {acceptor.tid}
              </Link>
              {acceptor.comm && ` ${acceptor.comm}`}, accepted {count(acceptor.accepted)}
            </h4>
            <Facts of={spent(acceptor)} />
          </div>
        )}
      />
    </Part>
  );
}

export function ListenerDetails({ of, context }: { of: Listener; context: Context }) {
  const { trace } = context;
  const filter = listenerFilter(of);
  const findings = [...trace.findings.values()].filter((finding) =>
    finding.listeners.includes(of.id),
  );
  return (
    <>
      <h2>
        {of.protocol} {addressText(of) || "(unnamed)"}
      </h2>
      <p>a listener: clients connect to it</p>
      {findings.map((finding) => (
        <p key={finding.id} class={finding.severity}>
          <Link to={{ kind: "finding", id: finding.id }} context={context}>
            {finding.rule}
          </Link>
          : {finding.summary}
        </p>
      ))}
      <Facts of={facts(of, context)} />
      {drops(of).some(([, value]) => value) && (
        <Part title="Dropped">
          <Facts of={drops(of)} />
        </Part>
      )}
      <Peers of={of.dropped_peers} />
      <Waiting of={of.unix?.clients ?? []} context={context} />
      <Changes of={of} context={context} />
      <Acceptors
        of={trace.acceptors.filter((acceptor) => acceptor.listener === of.id)}
        context={context}
      />
      {filter && (
        <Part title="In Wireshark">
          <Snippet text={filter} label="Copy filter" />
        </Part>
      )}
      {of.events.length > 0 && (
        <Part title="Its own calls">
          <ListenerFlowchart listener={of} processes={trace.processes} />
        </Part>
      )}
    </>
  );
}
