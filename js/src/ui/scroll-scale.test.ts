// @vitest-environment node
import { describe, expect, it } from "vitest";
import { type Extent, ScrollScale } from "./scroll-scale";

const screen = 600;
const extra = 20;

describe("the position in a list taller than a browser can scroll", () => {
  it("equals the browser's position in a short list", () => {
    const scale = new ScrollScale(10_000);
    const extent = { total: 10_000, screen, extra };
    for (const position of [0, 7, 5000, 9420]) {
      scale.scrolled(position, extent);
      expect([scale.place, scale.offset]).toEqual([position, 0]);
      expect(scale.positionFor(position, extent)).toBe(position);
    }
  });

  const extent: Extent = { total: 100_000, screen, extra };

  it("moves pixel by pixel with the wheel", () => {
    const scale = new ScrollScale(10_000);
    for (let position = 100; position <= 5000; position += 100) {
      scale.scrolled(position, extent);
      expect(scale.place).toBe(position);
    }
  });

  it("moves in proportion to the scroll bar, and reaches both ends", () => {
    const scale = new ScrollScale(10_000);
    scale.scrolled(4710, extent);
    expect(scale.place).toBeCloseTo(99_420 / 2);
    scale.scrolled(9420, extent);
    expect(scale.place).toBeCloseTo(100_000 + extra - screen);
    scale.scrolled(0, extent);
    expect(scale.place).toBe(0);
  });

  it("is never cut off when the wheel reaches the browser's end too early", () => {
    const scale = new ScrollScale(10_000);
    scale.settled(50_000, scale.positionFor(50_000, extent), extent);
    let position = scale.positionFor(50_000, extent);
    // Small steps down to the browser's end must show the end of the list.
    for (; position < 9420; position = Math.min(9420, position + 300)) scale.scrolled(position, extent);
    scale.scrolled(9420, extent);
    expect(scale.place).toBeCloseTo(99_420);
  });

  it("survives rounding by the browser", () => {
    const scale = new ScrollScale(10_000);
    const position = scale.positionFor(77_777, extent);
    scale.settled(77_777, Math.round(position), extent);
    expect(scale.place).toBeCloseTo(77_777);
    scale.scrolled(Math.round(position) + 50, extent);
    expect(scale.place).toBeCloseTo(77_827);
  });
});
