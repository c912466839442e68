// SPDX-License-Identifier: BSD-2-Clause
//
// The spans that the viewer draws, in speedscope's own format. Its profiles are stacks, and
// connections overlap: each goes into the first lane that is free, a lane is a profile.

import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

const FRAMES = ["connection", "waiting", "serving", "recv", "send"];
const [CONNECTION, WAITING, SERVING, RECV, SEND] = FRAMES.keys();

/** The connections of a stream, in order of their beginning. */
async function connectionsOf(stream) {
  const connections = [];
  for await (const line of createInterface({ input: createReadStream(stream) }))
    if (line.startsWith('{"type":"connection"')) connections.push(JSON.parse(line));
  return connections.sort((a, b) => a.start_ns - b.start_ns);
}

/** Opens and closes of one connection, nested as stacks are. */
function eventsOf({ start_ns, established_ns, accepted_ns, end_ns, events }) {
  const out = [];
  const span = (frame, from, to, inside = () => {}) => {
    out.push({ type: "O", frame, at: from });
    inside();
    out.push({ type: "C", frame, at: to });
  };
  const data = events.filter(({ name }) => name === "send" || name === "recv");
  const last = Math.max(end_ns, start_ns);
  span(CONNECTION, start_ns, last, () => {
    if (accepted_ns === null) return;
    span(WAITING, Math.max(established_ns, start_ns), accepted_ns);
    span(SERVING, accepted_ns, last, () => {
      let at = accepted_ns;
      for (const { name, t_ns } of data) {
        at = Math.min(Math.max(t_ns, at), last);
        const end = Math.min(at + 1000, last);
        span(name === "send" ? SEND : RECV, at, end);
        at = end;
      }
    });
  });
  return out;
}

function lanesOf(connections) {
  const lanes = [];
  for (const connection of connections) {
    let lane = lanes.find(({ end }) => end <= connection.start_ns);
    if (!lane) lanes.push((lane = { end: 0, events: [] }));
    lane.events.push(...eventsOf(connection));
    lane.end = Math.max(connection.end_ns, connection.start_ns);
  }
  return lanes;
}

/** The profile as an object, and how many spans it has. */
export async function speedscopeOf(stream) {
  const lanes = lanesOf(await connectionsOf(stream));
  const profiles = lanes.map(({ events }, i) => ({
    type: "evented", name: `lane ${i + 1}`, unit: "nanoseconds",
    startValue: events[0].at, endValue: events.at(-1).at, events,
  }));
  const spans = profiles.reduce((sum, { events }) => sum + events.length / 2, 0);
  const frames = FRAMES.map((name) => ({ name }));
  const file = {
    $schema: "https://www.speedscope.app/file-format-schema.json",
    shared: { frames }, profiles, activeProfileIndex: 0,
  };
  return { file, spans, lanes: lanes.length };
}
