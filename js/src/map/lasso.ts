import type { Affine } from "./view";

/**
 * Points inside a polygon by the even-odd rule, ascending. `polygon` holds x0, y0, x1, y1, … in pixels and is closed
 * implicitly; `at` maps data to pixels.
 */
export function inside(polygon: Float64Array, xy: Float32Array, at: Affine): Uint32Array {
  const corners = polygon.length >> 1;
  if (corners < 3) return new Uint32Array(0);
  let left = Infinity;
  let right = -Infinity;
  let top = Infinity;
  let bottom = -Infinity;
  for (let i = 0; i < corners; i++) {
    const x = polygon[2 * i] as number;
    const y = polygon[2 * i + 1] as number;
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  const count = xy.length >> 1;
  const found = new Uint32Array(count);
  let length = 0;
  for (let id = 0; id < count; id++) {
    const px = (xy[2 * id] as number) * at.sx + at.tx;
    const py = (xy[2 * id + 1] as number) * at.sy + at.ty;
    if (px >= left && px <= right && py >= top && py <= bottom && holds(polygon, px, py)) found[length++] = id;
  }
  return found.slice(0, length);
}

function holds(polygon: Float64Array, px: number, py: number): boolean {
  const end = polygon.length & ~1;
  let x0 = polygon[end - 2] as number;
  let y0 = polygon[end - 1] as number;
  let odd = false;
  for (let i = 0; i < end; i += 2) {
    const x1 = polygon[i] as number;
    const y1 = polygon[i + 1] as number;
    if (y0 > py !== y1 > py && px < ((x1 - x0) * (py - y0)) / (y1 - y0) + x0) odd = !odd;
    x0 = x1;
    y0 = y1;
  }
  return odd;
}
