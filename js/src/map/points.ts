// The points as pixels: their paint order, size and outline.
import { paintDensity } from "./density";
import { contrast, makeDisc, mix, paintDiscs, type Layers, type Pixels } from "./raster";
import type { MapStyle } from "./renderer";
import type { Affine, Size } from "./view";

/** Selected points are outlined while few enough are selected to be this large: more outlines would merge. */
const OUTLINED = 3;
/** Smaller points take the colour of their edge, because an outline would cover them. */
const SMALLEST_EDGED = 2.5;
/** A graphic needs a contrast of 3 with its background (WCAG 1.4.11); smoothing costs a thin edge some of it. */
const LEAST_CONTRAST = 3.5;
/** Share of ink added to an edge at each step. */
const DARKER = 0.1;

export function layersOf(xy: Float32Array, order: Uint32Array, style: MapStyle): Layers {
  const { selected, faded, ringed } = style;
  const layerOf = (id: number) => (faded?.[id] ? (selected[id] ? 1 : 0) : selected[id] ? 4 : ringed?.[id] ? 3 : 2);
  // Copied into paint order: random memory access would take longer than painting.
  const layers: Layers = { xy: new Float32Array(xy.length), codes: new Uint16Array(order.length), ends: [] };
  let next = 0;
  for (let layer = 0; layer < 5; layer++) {
    for (let i = 0; i < order.length; i++) {
      const id = order[i] as number;
      if (layerOf(id) !== layer) continue;
      layers.xy[2 * next] = xy[2 * id] as number;
      layers.xy[2 * next + 1] = xy[2 * id + 1] as number;
      layers.codes[next++] = style.codes[id] as number;
    }
    layers.ends.push(next);
  }
  return layers;
}

/** A radius in CSS pixels that suits the number of points and the map's size; it grows slightly with the zoom. */
export function radiusOf(count: number, { width, height }: Size, zoom: number): number {
  const room = (width * height) / Math.max(1, count);
  const whole = Math.max(1.1, Math.min(5, 4.5 * (room / 720) ** 0.22));
  return Math.min(7, whole * Math.max(1, zoom) ** 0.3);
}

/** The colour, darkened until it stands out from the background. */
export function edgeOf(colour: number, ground: number, ink: number, alpha = 1): number {
  let edge = colour;
  for (let share = DARKER; !stands(edge, ground, alpha) && share <= 1; share += DARKER) edge = mix(colour, ink, share);
  return edge;
}

/** Whether a colour of some opacity stands out from the background. */
function stands(colour: number, ground: number, alpha: number): boolean {
  return contrast(mix(ground, colour, alpha), ground) >= LEAST_CONTRAST;
}

export interface Paint {
  pixels: Pixels;
  /** Device pixels per CSS pixel. */
  ratio: number;
  at: Affine;
  palette: Uint32Array;
  ground: number;
  ink: number;
  anySelected: boolean;
  /** Squares with a shade instead of points. */
  dense: boolean;
  radius(count: number): number;
}

export function paintLayers(
  layers: Layers,
  { pixels, ratio, at, palette, ground, ink, anySelected, dense, radius: radiusFor }: Paint,
): void {
  const scaled = { sx: at.sx * ratio, sy: at.sy * ratio, tx: at.tx * ratio, ty: at.ty * ratio };
  const radius = radiusFor(layers.codes.length);
  const edges = Uint32Array.from(palette, (colour) => edgeOf(colour, ground, ink));
  const allInk = new Uint32Array(palette.length).fill(ink);
  const back = anySelected ? Math.max(0.3, 0.75 - radius * 0.1) : 0;
  const dimmed = (colours: Uint32Array, dim: number) => colours.map((colour) => mix(colour, ground, dim));
  if (dense) {
    const dims = [0.82, 0.82, back, back, 0];
    paintDensity(
      layers,
      pixels,
      scaled,
      dims.map((dim) => dimmed(edges, dim)),
      ground,
    );
    return;
  }
  const paint = (from: number, to: number, size: number, alpha: number, dim: number, outline: number): void => {
    if (from === to) return;
    const tiny = size < SMALLEST_EDGED;
    const fill = tiny ? palette.map((colour) => edgeOf(colour, ground, ink, alpha)) : palette;
    const disc = makeDisc(size * ratio, alpha, pixels.stride);
    const rim = (width: number, colours: Uint32Array) => ({
      disc: makeDisc((size + width) * ratio, 1, pixels.stride),
      colours,
    });
    // 0 means no rim: the colour stands out by itself.
    const own = edges.map((edge, code) => (stands(palette[code], ground, alpha) ? 0 : edge));
    // Dimmed points are meant to be faint.
    const edged = !tiny && dim < 0.8 && own.some((edge) => edge !== 0);
    paintDiscs(
      pixels,
      layers.xy,
      scaled,
      from,
      to,
      disc,
      layers.codes,
      dimmed(fill, dim),
      outline
        ? rim(outline, allInk)
        : edged
          ? rim(
              Math.min(1, size * 0.28),
              own.map((edge) => edge && mix(edge, ground, dim)),
            )
          : null,
    );
  };
  // Dimmed colours are mixed with the background in advance: transparency would add up where points are dense.
  const [faded = 0, fadedSelected = 0, plain = 0, ringed = 0, all = 0] = layers.ends;
  const few = radiusFor(fadedSelected - faded + all - ringed);
  const large = Math.max(radius * 1.2, few >= OUTLINED ? Math.min(5, few) : 0);
  const outline = few >= OUTLINED ? Math.min(1.4, large * 0.28) : 0;
  paint(0, faded, radius, 0.7, 0.82, 0);
  paint(faded, fadedSelected, large, 1, 0.82, outline);
  paint(fadedSelected, plain, radius, 0.7, back, 0);
  paint(plain, ringed, radius, 1, back, radius >= OUTLINED ? Math.min(0.9, radius * 0.2) : 0);
  paint(ringed, all, large, 1, 0, outline);
}

/** All ids in a fixed shuffled order: in row order, the last rows would cover the others. */
export function scattered(count: number): Uint32Array {
  const order = new Uint32Array(count);
  let step = Math.floor(count * 0.618) | 1;
  while (greatestDivisor(step, count) > 1) step += 2;
  for (let i = 0, id = 0; i < count; i++) {
    order[i] = id;
    id += step;
    if (id >= count) id %= count;
  }
  return order;
}

function greatestDivisor(a: number, b: number): number {
  return b ? greatestDivisor(b, a % b) : a;
}
