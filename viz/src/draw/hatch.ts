// SPDX-License-Identifier: BSD-2-Clause
//
// Stripes, by which a bar differs from others by more than its colour.

const SIZE = 6;

const made = new Map<string, CanvasPattern | null>();

export function hatched(context: CanvasRenderingContext2D, colour: string) {
  if (!made.has(colour)) made.set(colour, context.createPattern(tileOf(colour), "repeat"));
  return made.get(colour) ?? colour;
}

function tileOf(colour: string): HTMLCanvasElement {
  const tile = document.createElement("canvas");
  tile.width = tile.height = SIZE;
  const pen = tile.getContext("2d")!;
  pen.fillStyle = colour;
  pen.globalAlpha = 0.55;
  pen.fillRect(0, 0, SIZE, SIZE);
  pen.globalAlpha = 1;
  for (let i = 0; i < SIZE; i++) {
    for (let x = 0; x < SIZE / 2; x++) pen.fillRect((i + x) % SIZE, SIZE - 1 - i, 1, 1);
  }
  return tile;
}
