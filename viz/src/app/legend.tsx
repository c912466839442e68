// SPDX-License-Identifier: BSD-2-Clause
//
// What the colours mean.

type Colours = [swatch: string, words: string][];

/** Of the connections' rows; these stand beneath them. */
export const COLOURS: Colours = [
  ["connecting", "connecting"],
  ["retrying", "SYN sent again"],
  ["waiting", "in the accept queue"],
  ["long-wait", "100 ms or more"],
  ["serving", "being served"],
  ["ticks", "data to server, client"],
  ["closing", "closing"],
  ["retransmit", "retransmit"],
  ["reset", "reset, failed"],
  ["drop", "dropped"],
];

/** Of the accepting threads, in the lanes of their listeners. */
export const ACTS: Colours = [
  ["accepting", "in accept(), waiting for a client"],
  ["polling", "waiting for events"],
  ["serving", "running"],
  ["runnable", "ready, waiting for a CPU; striped from 10 ms"],
  ["blocked", "blocked in another call; striped from 10 ms"],
  ["held", "stopped, frozen or gone"],
  ["somewhere", "blocked, in what is not known"],
];

export function Legend({ of, title }: { of: Colours; title: string }) {
  return (
    <ul class="legend" aria-label={title}>
      {of.map(([swatch, words]) => (
        <li key={swatch}><i class={`swatch ${swatch}`} />{words}</li>
      ))}
    </ul>
  );
}
