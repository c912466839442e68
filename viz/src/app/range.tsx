// SPDX-License-Identifier: BSD-2-Clause
//
// The panel's page about the range of time that was dragged over.

import { addressText } from "../model/address";
import { outcomeWords } from "../model/outcome";
import { type Spread, statsOf } from "../model/stats";
import { bytes, count, time } from "../model/units";
import { kept } from "./kept";
import type { Viewer } from "./viewer";

const stats = kept(statsOf);

export function RangePage({ viewer }: { viewer: Viewer }) {
  const range = viewer.range.value;
  const trace = viewer.trace.value!;
  if (!range) return <p class="dim">Drag over the timelines to select a range of time.</p>;
  const found = stats(trace, viewer.order.value, range.start, range.end);
  const seconds = (range.end - range.start) / 1e9;
  return (
    <>
      <h2>Range</h2>
      <p class="dim">
        {time(range.end - range.start)}, from {time(range.start)} to {time(range.end)}
        {viewer.search.value && ", of the connections found"}
      </p>
      <table class="figures">
        <tbody>
          <Row name="open at some time in it" value={count(found.lived)} />
          <Row
            name="started"
            value={`${count(found.started)} (${rate(found.started / seconds)})`}
          />
          <Row name="ended" value={count(found.ended)} />
          {found.outcomes.map(([outcome, many]) => (
            <Row key={outcome} name={outcomeWords(outcome)} value={count(many)} inner />
          ))}
          <Row name="SYNs dropped" value={count(found.drops)} bad={found.drops > 0} />
          <Row name="retransmits" value={count(found.retransmits)} />
          <Row name="resets" value={count(found.resets)} />
          <Row name="to servers" value={bytes(found.bytesToServer)} />
          <Row name="to clients" value={bytes(found.bytesToClient)} />
        </tbody>
      </table>
      <Waits name="Accept wait of those that started" spread={found.wait} />
      <Waits name="Connect time of those that started" spread={found.connect} />
      <h2>Deepest queue</h2>
      <table class="figures">
        <tbody>
          {found.depths.map(([id, depth]) => {
            const listener = trace.listeners.get(id)!;
            const value = `${count(depth)} of ${count(listener.backlog.effective)}`;
            return <Row key={id} name={addressText(listener)} value={value} />;
          })}
        </tbody>
      </table>
    </>
  );
}

function Waits({ name, spread }: { name: string; spread: Spread | null }) {
  if (!spread) return null;
  return (
    <>
      <h2>{name}</h2>
      <table class="figures">
        <tbody>
          <Row name="median" value={time(spread.p50)} />
          <Row name="99 % within" value={time(spread.p99)} />
          <Row name="longest" value={time(spread.max)} />
          <Row name="connections" value={count(spread.count)} />
        </tbody>
      </table>
    </>
  );
}

function Row({ name, value, bad = false, inner = false }: {
  name: string;
  value: string;
  bad?: boolean;
  inner?: boolean;
}) {
  return (
    <tr class={inner ? "inner" : ""}>
      <th scope="row">{name}</th>
      <td class={bad ? "bad" : ""}>{value}</td>
    </tr>
  );
}

function rate(value: number): string {
  return `${value >= 10 ? count(Math.round(value)) : value.toFixed(1)}/s`;
}
