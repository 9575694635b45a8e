// @vitest-environment node
import { describe, expect, it } from "vitest";
import { byGroup, byNumber } from "../core/scheme";
import { edgeOf, layersOf, paintLayers } from "./points";
import { contrast, packed, parseHex } from "./raster";

const hex = (css: string) => parseHex(css) ?? fromHsl(css);

/** "hsl(0 42% 64%)" as a browser paints it. */
function fromHsl(css: string): number {
  const [hue, saturation, lightness] = (css.match(/[\d.]+/g) as string[]).map(Number);
  const light = lightness / 100;
  const chroma = (saturation / 100) * Math.min(light, 1 - light);
  const channel = (n: number) => {
    const k = (n + hue / 30) % 12;
    return Math.round(255 * (light - chroma * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return packed(channel(0), channel(8), channel(4));
}

const [WHITE, BLACK] = [hex("#ffffff"), hex("#000000")];

describe("the contrast of two colours", () => {
  it("matches WCAG", () => {
    expect(contrast(BLACK, WHITE)).toBeCloseTo(21);
    expect(contrast(WHITE, WHITE)).toBe(1);
    // WebAIM gives 4.54 for this grey; pure red has a luminance of 0.2126.
    expect(contrast(hex("#767676"), WHITE)).toBeCloseTo(4.54, 2);
    expect(contrast(packed(255, 0, 0), WHITE)).toBeCloseTo(1.05 / 0.2626, 5);
  });
});

describe("the edge of a point", () => {
  it("is the colour itself if that stands out", () => {
    expect(edgeOf(hex("#0072b2"), WHITE, BLACK)).toBe(hex("#0072b2"));
  });

  it("is a shade of at least 3 to 1 for the colours of both themes", () => {
    for (const css of ["#56b4e9", "#e69f00", "#b3a800", "#eed54e", "#b6bdc5", "#cc79a7"])
      expect(contrast(edgeOf(hex(css), WHITE, hex("#1f1f1f")), WHITE), css).toBeGreaterThanOrEqual(3);
    const dark = hex("#111111");
    expect(contrast(edgeOf(hex("#3a3a5a"), dark, hex("#e0e0e0")), dark)).toBeGreaterThanOrEqual(3);
  });

  /** The largest contrast with the background of any pixel of one point, for a colour and a radius. */
  function strongest(css: string, radius: number, ground = WHITE, ink = BLACK): number {
    const [stride, rows, pad] = [64, 64, 8];
    const pixels = { data: new Uint32Array(stride * rows).fill(ground), stride, rows, pad };
    const style = {
      palette: [css],
      codes: new Uint8Array(1),
      selected: new Uint8Array(1),
      anySelected: false,
      faded: null,
      ringed: null,
      hover: -1,
      cursor: -1,
      background: "#ffffff",
      ink: "#000000",
    };
    const layers = layersOf(Float32Array.of(0, 0), Uint32Array.of(0), style);
    const at = { sx: 1, sy: -1, tx: 24, ty: 24 };
    const palette = Uint32Array.of(hex(css));
    paintLayers(layers, {
      pixels,
      ratio: 1,
      at,
      palette,
      ground,
      ink,
      anySelected: false,
      dense: false,
      radius: () => radius,
    });
    return Math.max(...Array.from(pixels.data, (pixel) => contrast(pixel, ground)));
  }

  it.each([
    ["light", "#ffffff", "#1f1f1f"],
    ["dark", "#111111", "#e0e0e0"],
  ])(
    "stands out from the ground for every colour of the %s theme, at every size that has one",
    (theme, ground, ink) => {
      const dark = theme === "dark";
      const groups = byGroup("cluster", "cluster", new Int32Array(), [], dark, "");
      const steps = byNumber({ name: "x", kind: "number", by: false }, new Float32Array(), dark);
      const colours = [...new Set([...groups.palette, ...steps.palette])];
      expect(colours.length).toBeGreaterThan(17);
      for (const css of colours)
        for (const radius of [1.1, 1.6, 2, 2.5, 4])
          expect(strongest(css, radius, hex(ground), hex(ink)), `${css}, radius ${radius}`).toBeGreaterThanOrEqual(3);
    },
  );

  it("is painted around a point that would be invisible", () => {
    for (const css of ["#56b4e9", "#e69f00", "#b3a800"]) expect(strongest(css, 4), css).toBeGreaterThanOrEqual(2.9);
    // The colour alone has a contrast of 2.2.
    expect(contrast(hex("#e69f00"), WHITE)).toBeLessThan(2.3);
  });
});
