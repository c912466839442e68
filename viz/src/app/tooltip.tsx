// SPDX-License-Identifier: BSD-2-Clause
//
// What is under the pointer, in words.

import { time } from "../model/units";
import type { Viewer } from "./viewer";

const WIDTH = 340;

export function Tooltip({ viewer }: { viewer: Viewer }) {
  const hover = viewer.hover.value;
  if (!hover) return null;
  const left = Math.min(hover.x + 14, innerWidth - WIDTH - 8);
  const vertical = hover.y > innerHeight - 90
    ? `bottom: ${innerHeight - hover.y + 12}px`
    : `top: ${hover.y + 16}px`;
  return (
    <div
      class="tooltip"
      style={`left: ${left}px; max-width: ${WIDTH}px; ${vertical}`}
      aria-hidden="true"
    >
      <span class="dim">{time(hover.time)}</span>
      {hover.text && <div>{hover.text}</div>}
    </div>
  );
}
