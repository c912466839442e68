// SPDX-License-Identifier: BSD-2-Clause
//
// What the colours mean.

import type { ColourName } from "../draw/palette";

type Sample = [words: string, colour: ColourName, height: number, shape?: string];

/** Of the connections' rows; these stand beneath them. */
export const COLOURS: Sample[] = [
  ["connecting", "dim", 3],
  ["SYN sent again", "long-wait", 3],
  ["in the accept queue", "waiting", 10],
  ["100 ms or more", "long-wait", 10, "striped"],
  ["being served", "serving", 10],
  ["data to server, client", "serving", 10, "ticks"],
  ["closing", "closing", 4],
  ["retransmit", "retransmit", 10, "mark"],
  ["reset, failed", "critical", 3],
  ["dropped", "drop", 8, "triangle"],
];

/** Of the accepting threads, in the lanes of their listeners. */
export const ACTS: Sample[] = [
  ["in accept(), waiting for a client", "accepting", 4],
  ["waiting for events", "queue", 2],
  ["running", "serving", 10],
  ["ready, waiting for a CPU; striped from 10 ms", "retransmit", 10],
  ["blocked in another call; striped from 10 ms", "long-wait", 10],
  ["stopped, frozen or gone", "critical", 10],
  ["blocked, in what is not known", "faint", 2],
];

export function Legend({ of, title }: { of: Sample[]; title: string }) {
  return (
    <ul class="legend" aria-label={title}>
      {of.map(([words, colour, height, shape]) => (
        <li key={words}>
          <i
            class={`swatch ${shape ?? ""}`}
            style={`--colour: var(--${colour}); height: ${height}px`}
          />
          {words}
        </li>
      ))}
    </ul>
  );
}
