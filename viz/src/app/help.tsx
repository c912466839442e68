// SPDX-License-Identifier: BSD-2-Clause
//
// The list of keys, and of what a search understands.

import { useEffect, useRef } from "preact/hooks";
import { KEYS } from "./keys";
import type { Viewer } from "./viewer";

const POINTER: [string, string][] = [
  ["W S", "zoom in and out"],
  ["A D", "pan left and right"],
  ["Ctrl + wheel", "zoom at the pointer"],
  ["Shift + drag, Shift + wheel", "pan"],
  ["drag", "select a range, with its statistics"],
  ["double click", "fit the selection"],
];

const SEARCH: [string, string][] = [
  ["10.0.0.7   :8088   nginx   reset   ECONNRESET   #12", "found anywhere"],
  ["port:80  pid:812  comm:nginx  outcome:reset  errno:EPIPE  listener:1", "found there"],
  ["wait>10ms  connect>1s  duration<1ms  bytes>1MB", "compared"],
  ["-outcome:closed", "not"],
];

export function Help({ viewer }: { viewer: Viewer }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = viewer.helpOpen.value;
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog
      ref={dialog}
      class="help"
      aria-label="Keys and search"
      onClose={() => (viewer.helpOpen.value = false)}
      onClick={(event) => event.target === dialog.current && (viewer.helpOpen.value = false)}
    >
      <div>
        <h2>Keys and pointer</h2>
        <Table rows={[...POINTER, ...KEYS.map(({ keys, does }) => [keys, does])]} />
        <h2>Search</h2>
        <Table rows={SEARCH} />
        <form method="dialog"><button type="submit">Close</button></form>
      </div>
    </dialog>
  );
}

function Table({ rows }: { rows: string[][] }) {
  return (
    <table>
      <tbody>
        {rows.map(([keys, does]) => (
          <tr key={keys}><th scope="row"><kbd>{keys}</kbd></th><td>{does}</td></tr>
        ))}
      </tbody>
    </table>
  );
}
