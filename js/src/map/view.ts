/** The map's transformation: pixel = data * scale * k + translation, with y up in the data and down on the screen. */
export interface MapView {
  k: number;
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

/** A box in data units. */
export interface Bounds {
  left: number;
  right: number;
  bottom: number;
  top: number;
}

/** px = x * sx + tx and py = y * sy + ty. */
export interface Affine {
  sx: number;
  sy: number;
  tx: number;
  ty: number;
}

export const MIN_ZOOM = 0.5;
export const MAX_ZOOM = 400;

const MARGIN = 0.06;
const IN_SIGHT = 40;

export function clampZoom(k: number): number {
  return Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, k));
}

/** Pixels per data unit at k = 1, where [-1, 1]² fits the map with its margin. */
export function baseScale({ width, height }: Size): number {
  return (Math.min(width, height) / 2) * (1 - 2 * MARGIN);
}

export function affine(view: MapView, size: Size): Affine {
  const scale = baseScale(size) * view.k;
  return { sx: scale, sy: -scale, tx: view.x, ty: view.y };
}

export function project(view: MapView, size: Size, x: number, y: number): [number, number] {
  const { sx, sy, tx, ty } = affine(view, size);
  return [x * sx + tx, y * sy + ty];
}

/** The data position of a pixel; the origin while the map has no size. */
export function unproject(view: MapView, size: Size, px: number, py: number): [number, number] {
  const { sx, sy, tx, ty } = affine(view, size);
  return sx > 0 ? [(px - tx) / sx, (py - ty) / sy] : [0, 0];
}

/** Zooms by a factor; the data under the pixel stays there. */
export function zoomAbout(view: MapView, factor: number, px: number, py: number): MapView {
  const k = clampZoom(view.k * factor);
  const ratio = k / view.k;
  return { k, x: px - (px - view.x) * ratio, y: py - (py - view.y) * ratio };
}

/** The view that fits [-1, 1]² into the map. */
export function fitView(size: Size): MapView {
  return { k: 1, x: size.width / 2, y: size.height / 2 };
}

/** The view that fits a box, or a box of `smallest` data units if it is smaller. */
export function fitBounds(bounds: Bounds, size: Size, smallest: number): MapView {
  const base = baseScale(size);
  if (!(base > 0)) return fitView(size);
  const across = Math.max(bounds.right - bounds.left, smallest);
  const upright = Math.max(bounds.top - bounds.bottom, smallest);
  const inner = (1 - 2 * MARGIN) / base;
  const k = clampZoom(Math.min((size.width * inner) / across, (size.height * inner) / upright));
  return centredOn((bounds.left + bounds.right) / 2, (bounds.bottom + bounds.top) / 2, k, size);
}

export function centredOn(x: number, y: number, k: number, size: Size): MapView {
  const scale = baseScale(size) * k;
  return { k, x: size.width / 2 - x * scale, y: size.height / 2 + y * scale };
}

/** The bounding box of all points, or of `ids`; null if there are none. */
export function boundsOf(xy: Float32Array, ids?: ArrayLike<number>): Bounds | null {
  const bounds = { left: Infinity, right: -Infinity, bottom: Infinity, top: -Infinity };
  const count = ids ? ids.length : xy.length >> 1;
  for (let i = 0; i < count; i++) {
    const id = ids ? (ids[i] as number) : i;
    const x = xy[2 * id] as number;
    const y = xy[2 * id + 1] as number;
    if (x < bounds.left) bounds.left = x;
    if (x > bounds.right) bounds.right = x;
    if (y < bounds.bottom) bounds.bottom = y;
    if (y > bounds.top) bounds.top = y;
  }
  return bounds.left <= bounds.right && bounds.bottom <= bounds.top ? bounds : null;
}

/** Moves the view as little as needed to keep part of the box visible, so that you cannot pan into empty space. */
export function keepInSight(view: MapView, bounds: Bounds, size: Size): MapView {
  const { sx, sy } = affine(view, size);
  const hold = (translation: number, low: number, high: number, extent: number): number => {
    const keep = Math.min(IN_SIGHT, extent / 2);
    return Math.max(keep - high, Math.min(extent - keep - low, translation));
  };
  return {
    k: view.k,
    x: hold(view.x, bounds.left * sx, bounds.right * sx, size.width),
    y: hold(view.y, bounds.top * sy, bounds.bottom * sy, size.height),
  };
}

/** The view at fraction t of the way: the zoom changes evenly to the eye, around one fixed pixel. */
export function between(from: MapView, to: MapView, t: number): MapView {
  const k = from.k * (to.k / from.k) ** t;
  const change = to.k - from.k;
  const share = Math.abs(change) > 1e-6 * from.k ? (k - from.k) / change : t;
  return { k, x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}
