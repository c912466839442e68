// SPDX-License-Identifier: BSD-2-Clause
//
// The connections' timelines: bars with their ticks where a connection has a row of its own, plain
// pixels where many share one.

import { type Bands, ROW_HEIGHT } from "../layout/bands";
import { eachRun } from "../layout/strip";
import type { View } from "../layout/view";
import { Kind, Mark } from "../model/kind";
import { hatched } from "./hatch";
import type { Surface } from "./surface";

/** Below this height a band is nothing but pixels. */
const LEAST_BAR = 4;
/** From this height on there is room for a cross, which reaches so far to each side. */
const LEAST_CROSSED = 12;
const CROSS = 4;

/** How high each kind of bar stands in its row, as a share of it. */
const SHARE: Partial<Record<Kind, number>> = {
  [Kind.Idle]: 0.1, [Kind.Closing]: 0.2, [Kind.Connecting]: 0.15, [Kind.Retrying]: 0.15,
  [Kind.Failed]: 0.15, [Kind.Serving]: 0.6, [Kind.Waiting]: 0.6, [Kind.LongWait]: 0.6,
  [Kind.Retransmit]: 0.6, [Kind.FailedCall]: 0.6, [Kind.Reset]: 0.75, [Kind.Drop]: 0.75,
};

const CROSSED = new Set<Kind>([Kind.Drop, Kind.Reset, Kind.FailedCall]);

export interface BandPicture {
  view: View;
  bands: Bands;
  /** The first band that `cells` holds, and how many. */
  from: number;
  count: number;
  cells: Uint8Array;
  /** How far the first band's top is from the surface's top. */
  offset: number;
  left: number;
}

export class BandPainter {
  private image: ImageData | undefined;
  private bitmap = document.createElement("canvas");

  draw(surface: Surface, picture: BandPicture): void {
    const { context } = surface;
    context.save();
    context.beginPath();
    context.rect(picture.left, 0, picture.view.width, surface.height);
    context.clip();
    if (picture.bands.height < LEAST_BAR) this.drawPixels(surface, picture);
    else this.drawBars(surface, picture);
    context.restore();
  }

  private drawPixels({ context, palette }: Surface, picture: BandPicture): void {
    const { count, cells, bands, left, offset } = picture;
    const { width } = picture.view;
    if (count === 0) return;
    if (this.image?.width !== width || this.image.height !== count) {
      this.image = new ImageData(width, count);
      this.bitmap.width = width;
      this.bitmap.height = count;
    }
    const pixels = new Uint32Array(this.image.data.buffer);
    for (let i = 0; i < pixels.length; i++) pixels[i] = palette.pixels[cells[i]];
    this.bitmap.getContext("2d")!.putImageData(this.image, 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(this.bitmap, left, offset, width, count * bands.height);
  }

  private drawBars(surface: Surface, picture: BandPicture): void {
    const { context, palette } = surface;
    const { count, cells, bands, left, offset, view } = picture;
    const { height } = bands;
    const full = Math.max(height - 2, 2);
    for (let band = 0; band < count; band++) {
      const middle = offset + (band + 0.5) * height;
      eachRun(cells, band * view.width, view.width, (kind: Kind, from, to) => {
        const high = Math.max(Math.round(full * (SHARE[kind] ?? 0.6)), 1);
        const top = Math.round(middle - high / 2);
        context.fillStyle = kind === Kind.LongWait && to - from > 4
          ? hatched(context, palette.kinds[kind])
          : palette.kinds[kind];
        context.fillRect(left + from, top, to - from, high);
        if (!CROSSED.has(kind) || height < LEAST_CROSSED) return;
        const x = Math.min(Math.max((from + to) / 2, CROSS), view.width - CROSS);
        cross(surface, left + x, middle, kind);
      });
    }
  }
}

function cross({ context, palette }: Surface, x: number, y: number, kind: Kind): void {
  context.strokeStyle = palette.of.paper;
  context.lineWidth = 4;
  strokeCross(context, x, y);
  context.strokeStyle = palette.kinds[kind];
  context.lineWidth = 2;
  strokeCross(context, x, y);
}

function strokeCross(context: CanvasRenderingContext2D, x: number, y: number): void {
  context.beginPath();
  context.moveTo(x - CROSS, y - CROSS);
  context.lineTo(x + CROSS, y + CROSS);
  context.moveTo(x + CROSS, y - CROSS);
  context.lineTo(x - CROSS, y + CROSS);
  context.stroke();
}

/** Data to the server in the upper half of the bar, to the client in the lower one. */
export function drawTicks(
  { context, palette }: Surface,
  cells: Uint8Array,
  left: number,
  middle: number,
): void {
  const high = Math.round(ROW_HEIGHT * 0.25);
  context.fillStyle = palette.of.tick;
  for (let way = Mark.ToServer; way <= Mark.ToClient; way++) {
    const top = way === Mark.ToServer ? middle - high : middle;
    for (let x = 0; x < cells.length;) {
      const from = x;
      while (x < cells.length && cells[x] & way) x += 1;
      if (x > from) context.fillRect(left + from, top, x - from, high);
      else x += 1;
    }
  }
}
