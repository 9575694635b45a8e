// Many points as squares, with a shade for how many each square holds.
import { type Layers, mix, type Pixels } from "./raster";
import type { Affine, Size } from "./view";

/** Width of a square in pixels: a power of two. */
const CELL = 2;
/** Share of the colour in a square with a single point. */
const FAINTEST = 0.5;

/** Whether there are more points than squares to show them in. */
export function isDense(count: number, { width, height }: Size, zoom: number): boolean {
  return count / zoom ** 2 > (width * height) / CELL;
}

/**
 * Paints each square in the colour of its topmost point, paler the fewer points it holds, by the
 * logarithm of their number.
 *
 * `colours` has one palette for each layer of the points.
 */
export function paintDensity(
  { xy, codes, ends }: Layers,
  { data, stride, rows, pad }: Pixels,
  at: Affine,
  colours: Uint32Array[],
  ground: number,
): void {
  const counts = new Uint32Array(data.length);
  let most = 2;
  let layer = 0;
  codes.forEach((code, i) => {
    while (i >= ends[layer]!) layer++;
    const px = (xy[2 * i]! * at.sx + at.tx + pad) & -CELL;
    const py = (xy[2 * i + 1]! * at.sy + at.ty + pad) & -CELL;
    if (px < 0 || px >= stride - 1 || py < 0 || py >= rows - 1) return;
    const p = py * stride + px;
    const layered = colours[layer]!;
    data[p] = layered[Math.min(code, layered.length - 1)]!;
    most = Math.max(most, ++counts[p]!);
  });
  counts.forEach((count, p) => {
    if (count)
      data[p] =
        data[p + 1] =
        data[p + stride] =
        data[p + stride + 1] =
          mix(ground, data[p]!, FAINTEST + ((1 - FAINTEST) * Math.log(count)) / Math.log(most));
  });
}
