import type { Affine } from "./view";

/** Pixels as a canvas stores them (0xAABBGGRR), with a frame of `pad` pixels around the visible part. */
export interface Pixels {
  data: Uint32Array;
  stride: number;
  rows: number;
  pad: number;
}

/** The points in paint order: faded, faded but selected, plain, ringed, selected; and the end of each layer. */
export interface Layers {
  xy: Float32Array;
  codes: Uint16Array;
  ends: number[];
}

/** Subpixel positions, in each direction, for which a disc has its own coverage. */
const PHASES = 4;
const FULL = 256;

/** An anti-aliased disc: for each phase, the buffer offsets it covers and how much of each (0..256). */
export interface Disc {
  reach: number;
  starts: Uint32Array;
  offsets: Int32Array;
  cover: Uint16Array;
}

/** A disc of `radius` pixels and `alpha` 0..1 for a buffer whose rows are `stride` apart. */
export function makeDisc(radius: number, alpha: number, stride: number): Disc {
  const reach = Math.ceil(radius + 0.5);
  const starts = new Uint32Array(PHASES * PHASES + 1);
  const offsets: number[] = [];
  const cover: number[] = [];
  for (let phase = 0; phase < PHASES * PHASES; phase++) {
    const cx = ((phase % PHASES) + 0.5) / PHASES;
    const cy = (Math.floor(phase / PHASES) + 0.5) / PHASES;
    for (let y = -reach; y <= reach; y++) {
      for (let x = -reach; x <= reach; x++) {
        const edge = radius + 0.5 - Math.hypot(x + 0.5 - cx, y + 0.5 - cy);
        const share = Math.round(FULL * alpha * Math.min(1, Math.max(0, edge)));
        if (share > 0) {
          offsets.push(y * stride + x);
          cover.push(share);
        }
      }
    }
    starts[phase + 1] = offsets.length;
  }
  return { reach, starts, offsets: Int32Array.from(offsets), cover: Uint16Array.from(cover) };
}

/**
 * Paints the points from..to as discs, in order, over the existing pixels. Each gets a rim of its code's colour, 0 =
 * none.
 */
export function paintDiscs(
  pixels: Pixels,
  xy: Float32Array,
  at: Affine,
  from: number,
  to: number,
  disc: Disc,
  codes: Uint8Array | Uint16Array,
  colours: Uint32Array,
  rim: { disc: Disc; colours: Uint32Array } | null,
): void {
  const { stride, rows, pad } = pixels;
  const reach = Math.max(disc.reach, rim ? rim.disc.reach : 0);
  const [right, bottom] = [stride - reach - 1, rows - reach - 1];
  const last = colours.length - 1;
  for (let i = from; i < to; i++) {
    const px = (xy[2 * i] as number) * at.sx + at.tx + pad;
    const py = (xy[2 * i + 1] as number) * at.sy + at.ty + pad;
    if (!(px >= reach && px < right && py >= reach && py < bottom)) continue;
    const column = px | 0;
    const row = py | 0;
    const phase = (((py - row) * PHASES) | 0) * PHASES + (((px - column) * PHASES) | 0);
    const centre = row * stride + column;
    const code = Math.min(codes[i] as number, last);
    const edge = rim ? (rim.colours[code] as number) : 0;
    if (rim && edge) stamp(pixels.data, centre, rim.disc, phase, edge);
    stamp(pixels.data, centre, disc, phase, colours[code] as number);
  }
}

function stamp(data: Uint32Array, centre: number, disc: Disc, phase: number, colour: number): void {
  const { offsets, cover } = disc;
  // Red and blue share one multiplication: each has eight free bits above it.
  const redBlue = colour & 0xff00ff;
  const green = colour & 0x00ff00;
  const end = disc.starts[phase + 1] as number;
  for (let j = disc.starts[phase] as number; j < end; j++) {
    const p = centre + (offsets[j] as number);
    const a = cover[j] as number;
    if (a === FULL) {
      data[p] = colour;
      continue;
    }
    const under = data[p] as number;
    const rest = FULL - a;
    const rb = ((Math.imul(redBlue, a) + Math.imul(under & 0xff00ff, rest)) >>> 8) & 0xff00ff;
    const g = ((Math.imul(green, a) + Math.imul(under & 0x00ff00, rest)) >>> 8) & 0x00ff00;
    data[p] = 0xff000000 | rb | g;
  }
}

/** '#rrggbb' or '#rgb' as an opaque pixel; null for any other notation. */
export function parseHex(css: string): number | null {
  const hex = /^#(?:([0-9a-f]{3})|([0-9a-f]{6}))$/i.exec(css.trim());
  if (!hex) return null;
  const six = hex[2] ?? (hex[1] as string).replace(/./g, "$&$&");
  const value = parseInt(six, 16);
  return packed(value >> 16, (value >> 8) & 255, value & 255);
}

export function packed(red: number, green: number, blue: number): number {
  return (0xff000000 | (blue << 16) | (green << 8) | red) >>> 0;
}

/** The colour at a fraction of the way from one pixel to another. */
export function mix(from: number, to: number, share: number): number {
  const channel = (shift: number): number => {
    const a = (from >>> shift) & 255;
    return Math.round(a + (((to >>> shift) & 255) - a) * share);
  };
  return packed(channel(0), channel(8), channel(16));
}

/** Contrast ratio of two pixels, 1 to 21 (WCAG 2.2). */
export function contrast(a: number, b: number): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return ((light as number) + 0.05) / ((dark as number) + 0.05);
}

function luminance(pixel: number): number {
  const linear = (shift: number): number => {
    const value = ((pixel >>> shift) & 255) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(0) + 0.7152 * linear(8) + 0.0722 * linear(16);
}
