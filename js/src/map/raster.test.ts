import { describe, expect, it } from "vitest";
import { makeDisc, mix, packed, paintDiscs, parseHex, type Pixels } from "./raster";
import { randomPoints, seeded } from "../testing/random";

const WHITE = packed(255, 255, 255);

function paper(stride: number, rows: number, pad: number): Pixels {
  return { data: new Uint32Array(stride * rows).fill(WHITE), stride, rows, pad };
}

const channels = (pixel: number): number[] => [pixel & 255, (pixel >>> 8) & 255, (pixel >>> 16) & 255, pixel >>> 24];

describe("makeDisc", () => {
  it("covers the area of its circle in every phase", () => {
    for (const radius of [1.1, 2, 3.7, 7]) {
      const disc = makeDisc(radius, 1, 64);
      for (let phase = 0; phase < 16; phase++) {
        const cover = disc.cover.slice(disc.starts[phase], disc.starts[phase + 1]);
        const area = cover.reduce((sum, share) => sum + share / 256, 0);
        expect(Math.abs(area / (Math.PI * radius ** 2) - 1)).toBeLessThan(0.12);
      }
    }
  });
});

describe("paintDiscs", () => {
  it("blends like alpha compositing", () => {
    const random = seeded(9);
    const xy = randomPoints(60, random);
    const at = { sx: 20, sy: -20, tx: 24, ty: 24 };
    const colours = Uint32Array.of(packed(0, 114, 178), packed(230, 159, 0));
    const codes = Uint8Array.from({ length: 60 }, () => Math.floor(random() * 2));
    const pixels = paper(64, 64, 8);
    paintDiscs(pixels, xy, at, 0, 60, makeDisc(3.3, 0.7, 64), codes, colours, null);

    const expected = Array.from({ length: 64 * 64 }, () => [255, 255, 255]);
    for (let i = 0; i < 60; i++) {
      const px = (xy[2 * i] as number) * at.sx + at.tx + 8;
      const py = (xy[2 * i + 1] as number) * at.sy + at.ty + 8;
      const [cx, cy] = [(Math.floor(px * 4) + 0.5) / 4, (Math.floor(py * 4) + 0.5) / 4];
      const ink = channels(colours[codes[i] as number] as number);
      for (const [p, under] of expected.entries()) {
        const distance = Math.hypot((p % 64) + 0.5 - cx, Math.floor(p / 64) + 0.5 - cy);
        const a = 0.7 * Math.min(1, Math.max(0, 3.8 - distance));
        expected[p] = under.map((value, c) => value + ((ink[c] as number) - value) * a);
      }
    }
    for (const [p, want] of expected.entries()) {
      const got = channels(pixels.data[p] as number);
      expect(got[3]).toBe(255);
      for (let c = 0; c < 3; c++) expect(Math.abs((got[c] as number) - (want[c] as number))).toBeLessThan(8);
    }
  });

  it("paints a rim under each disc, and later points above earlier ones", () => {
    const pixels = paper(40, 40, 8);
    const [ink, red, blue] = [packed(0, 0, 0), packed(255, 0, 0), packed(0, 0, 255)];
    const rim = { disc: makeDisc(6, 1, 40), colours: Uint32Array.of(ink, ink) };
    const at = { sx: 1, sy: 1, tx: 0, ty: 0 };
    const xy = Float32Array.of(12, 12, 18, 12);
    paintDiscs(pixels, xy, at, 0, 2, makeDisc(4, 1, 40), Uint8Array.of(0, 1), Uint32Array.of(red, blue), rim);
    expect(pixels.data[20 * 40 + 26]).toBe(blue);
    expect(pixels.data[20 * 40 + 18]).toBe(red);
    expect(pixels.data[20 * 40 + 21]).toBe(ink);
  });

  it("skips points outside the frame and without a position", () => {
    const pixels = paper(32, 32, 4);
    const xy = Float32Array.of(-20, 5, 5, -20, 60, 5, 5, 60, NaN, 5, 5, Infinity);
    const at = { sx: 1, sy: 1, tx: 0, ty: 0 };
    paintDiscs(pixels, xy, at, 0, 6, makeDisc(3, 1, 32), new Uint8Array(6), Uint32Array.of(0xff000000), null);
    expect(pixels.data.every((pixel) => pixel === WHITE)).toBe(true);
  });

  it("draws a code beyond the palette in its last colour", () => {
    const pixels = paper(32, 32, 4);
    const at = { sx: 1, sy: 1, tx: 10, ty: 10 };
    const red = packed(255, 0, 0);
    paintDiscs(
      pixels,
      Float32Array.of(0, 0),
      at,
      0,
      1,
      makeDisc(3, 1, 32),
      Uint8Array.of(9),
      Uint32Array.of(red),
      null,
    );
    expect(pixels.data[14 * 32 + 14]).toBe(red);
  });
});

describe("colours", () => {
  it("reads only hexadecimal ones", () => {
    expect(parseHex("#0072b2")).toBe(packed(0, 114, 178));
    expect(parseHex(" #Fa0 ")).toBe(packed(255, 170, 0));
    for (const other of ["red", "rgb(1, 2, 3)", "#12345", ""]) expect(parseHex(other)).toBeNull();
  });

  it("mixes two", () => {
    expect(mix(packed(0, 100, 200), WHITE, 0)).toBe(packed(0, 100, 200));
    expect(mix(packed(0, 100, 200), WHITE, 1)).toBe(WHITE);
    expect(channels(mix(packed(0, 100, 200), packed(100, 0, 100), 0.5))).toEqual([50, 50, 150, 255]);
  });
});
