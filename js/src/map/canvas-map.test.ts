// @vitest-environment happy-dom
import { describe, expect, it, vi } from "vitest";
import { CORNERS, frames, host, makeMap, nextFrame, pointer, styleFor } from "../testing/map";
import { randomPoints, seeded } from "../testing/random";

describe("the view", () => {
  it("fits all points, and again when the map grows", () => {
    const { map } = makeMap();
    expect(map.project(4)).toEqual([200, 200]);
    expect(map.project(0)[0]).toBeCloseTo(24);
    map.resize(800, 400, 2);
    expect(map.project(4)).toEqual([400, 200]);
    expect(map.project(0)[0]).toBeCloseTo(224);
  });

  it("keeps the middle and the zoom when a zoomed map grows", () => {
    const { map } = makeMap();
    map.zoomTo([2]);
    map.resize(800, 600, 1);
    expect(map.project(2)[0]).toBeCloseTo(400);
    expect(map.project(2)[1]).toBeCloseTo(300);
  });

  it("reports a change once per frame", () => {
    const { map, events } = makeMap();
    map.panBy(5, 0);
    map.panBy(5, 0);
    map.zoomBy(2);
    expect(events.onView).not.toHaveBeenCalled();
    nextFrame();
    expect(events.onView).toHaveBeenCalledTimes(1);
    nextFrame();
    expect(events.onView).toHaveBeenCalledTimes(1);
  });

  it("flies to its goal over some frames, unless reduced motion is set", () => {
    const { map } = makeMap();
    map.zoomTo([0], true);
    nextFrame();
    nextFrame();
    const [x] = map.project(0);
    expect(x).toBeGreaterThan(24);
    expect(x).toBeLessThan(200);
    for (let i = 0; i < 20; i++) nextFrame();
    expect(map.project(0)[0]).toBeCloseTo(200);
    expect(frames.size).toBe(0);

    vi.spyOn(window, "matchMedia").mockReturnValue({ matches: true } as MediaQueryList);
    map.fit(true);
    expect(map.project(4)).toEqual([200, 200]);
    vi.restoreAllMocks();
  });

  it("is busy from the first move until it has settled", () => {
    const { map, events } = makeMap();
    map.panBy(1, 1);
    map.panBy(1, 1);
    expect(events.onBusy.mock.calls).toEqual([[true]]);
    vi.runAllTimers();
    expect(events.onBusy.mock.calls).toEqual([[true], [false]]);
  });

  it.each([
    ["no size", CORNERS, 0, 0],
    ["no points", new Float32Array(0), 400, 400],
    ["one point", Float32Array.of(0.3, 0.4), 400, 400],
    ["points that are all equal", new Float32Array(20).fill(0.3), 400, 400],
  ])("takes %s", (_, xy, width, height) => {
    const { map } = makeMap(xy, width, height);
    map.zoomTo([0], true);
    map.fit(true);
    map.zoomBy(3);
    map.panBy(9, 9);
    for (let i = 0; i < 20; i++) nextFrame();
    expect(map.project(0).every(Number.isFinite)).toBe(true);
    expect(map.pick(200, 200)).toBeLessThan(Math.max(1, xy.length / 2));
    expect(Number.isInteger(map.nearest(0, "left"))).toBe(true);
  });

  it("draws no point and no ring while points and style do not match", () => {
    const arc = vi.fn();
    let drawn = new Uint32Array();
    const known: Record<string, unknown> = {
      arc,
      createImageData: (width: number, height: number) => ({
        width,
        height,
        data: new Uint8ClampedArray(4 * width * height),
      }),
      putImageData: ({ data }: ImageData) => (drawn = new Uint32Array(data.buffer)),
    };
    // happy-dom's canvases do not draw.
    const context = new Proxy(known, { get: (all, name: string) => all[name] ?? (() => {}), set: () => true });
    const spy = vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(context as never);
    const { map } = makeMap();
    const colours = () => new Set(drawn).size;
    map.setStyle(styleFor(5, { cursor: 3 }));
    nextFrame();
    expect(colours()).toBeGreaterThan(1);
    expect(arc).toHaveBeenCalled();
    arc.mockClear();
    map.setPoints(randomPoints(50, seeded(1)));
    nextFrame();
    expect(colours()).toBe(1);
    map.setStyle(styleFor(50, { hover: 49, cursor: 3 }));
    nextFrame();
    expect(colours()).toBeGreaterThan(1);
    arc.mockClear();
    map.setPoints(CORNERS);
    nextFrame();
    expect(colours()).toBe(1);
    expect(arc).not.toHaveBeenCalled();
    spy.mockRestore();
  });
});

describe("picking", () => {
  it("finds the point within reach", () => {
    const { map } = makeMap();
    expect(map.pick(204, 203)).toBe(4);
    expect(map.pick(220, 200)).toBe(-1);
    expect(map.pick(24, 376)).toBe(0);
  });

  it("walks a regular lattice step by step", () => {
    const xy = Float32Array.from({ length: 50 }, (_, i) => (i % 2 ? Math.floor(i / 10) : Math.floor(i / 2) % 5) / 5);
    const { map } = makeMap(xy);
    expect(map.nearest(-1, "right")).toBe(12);
    expect(map.nearest(12, "right")).toBe(13);
    expect(map.nearest(12, "left")).toBe(11);
    expect(map.nearest(12, "up")).toBe(17);
    expect(map.nearest(12, "down")).toBe(7);
    expect(map.nearest(24, "right")).toBe(24);
  });

  it("visits points in the same position one after the other", () => {
    const { map } = makeMap(Float32Array.of(0, 0, 0.5, 0, 0.5, 0, 0.5, 0, 1, 0));
    const there = [0, 1, 2, 3].map((id) => map.nearest(id, "right"));
    expect(there).toEqual([1, 2, 3, 4]);
    expect([4, 3, 2, 1].map((id) => map.nearest(id, "left"))).toEqual([3, 2, 1, 0]);
  });
});

it("dims points that are selected and filtered out, and keeps their ring", () => {
  let image: ImageData | null = null;
  const pen = {
    createImageData: (width: number, height: number) => ({
      width,
      height,
      data: new Uint8ClampedArray(4 * width * height),
    }),
    putImageData: (painted: ImageData) => (image = painted),
  };
  const context = new Proxy(pen, {
    get: (known, name) => known[name as keyof typeof pen] ?? (() => {}),
    set: () => true,
  });
  const spy = vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(context as never);
  const { map } = makeMap();
  const colours = (faded: Uint8Array | null) => {
    map.setStyle(styleFor(5, { selected: Uint8Array.of(0, 0, 0, 0, 1), anySelected: true, faded }));
    nextFrame();
    const { data, width } = image!;
    // From the centre of the middle point to the right; the buffer starts with a frame of 16 pixels.
    return Array.from({ length: 10 }, (_, x) => [
      ...data.slice(4 * (216 * width + 216 + x), 4 * (216 * width + 216 + x) + 3),
    ]);
  };
  const full = colours(null);
  const dimmed = colours(Uint8Array.of(1, 1, 1, 1, 1));
  const darkest = (row: number[][]) => Math.min(...row.map(([r, g, b]) => r! + g! + b!));
  expect(full[0]).toEqual([0, 0x72, 0xb2]);
  expect(dimmed[0]![0]).toBeGreaterThan(120);
  expect(darkest(dimmed)).toBeLessThan(250);
  expect(colours(Uint8Array.of(1, 1, 1, 1, 0))).toEqual(full);
  spy.mockRestore();
});

it("rings tagged points, below selected ones", () => {
  let image: ImageData | null = null;
  const pen = {
    createImageData: (width: number, height: number) => ({
      width,
      height,
      data: new Uint8ClampedArray(4 * width * height),
    }),
    putImageData: (painted: ImageData) => (image = painted),
  };
  const context = new Proxy(pen, {
    get: (known, name) => known[name as keyof typeof pen] ?? (() => {}),
    set: () => true,
  });
  const spy = vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(context as never);
  const { map } = makeMap();
  const darkest = (ringed: Uint8Array | null) => {
    map.setStyle(styleFor(5, { ringed }));
    nextFrame();
    const { data, width } = image!;
    const row = Array.from({ length: 10 }, (_, x) => [
      ...data.slice(4 * (216 * width + 216 + x), 4 * (216 * width + 216 + x) + 3),
    ]);
    return Math.min(...row.map(([r, g, b]) => r! + g! + b!));
  };
  const plain = darkest(null);
  expect(darkest(Uint8Array.of(0, 0, 0, 0, 1))).toBeLessThan(plain - 60);
  expect(darkest(Uint8Array.of(1, 1, 1, 1, 0))).toBe(plain);
  spy.mockRestore();
});

it("cleans up after itself", () => {
  const { map, events } = makeMap();
  map.panBy(1, 1);
  map.destroy();
  expect(frames.size).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
  expect(host.childElementCount).toBe(0);
  pointer("pointermove", 200, 200, { buttons: 0 });
  expect(events.onHover).not.toHaveBeenCalled();
});

it("brings a hidden point into the map, and moves no further", () => {
  const { map, events } = makeMap();
  map.zoomTo([4]);
  nextFrame();
  events.onView.mockClear();
  map.reveal(4);
  nextFrame();
  expect(events.onView).not.toHaveBeenCalled();
  map.reveal(2);
  nextFrame();
  expect(events.onView).toHaveBeenCalledOnce();
  // The upper right corner of the data lies just inside that of the map.
  const [x, y] = map.project(2);
  expect([Math.round(400 - x), Math.round(y)]).toEqual([48, 48]);
});

it("paints at the new resolution after a change of screen", () => {
  const asked: { query: string; listeners: (() => void)[] }[] = [];
  vi.stubGlobal("matchMedia", (query: string) => {
    const entry = { query, listeners: [] as (() => void)[] };
    asked.push(entry);
    return { matches: false, addEventListener: (_: string, listen: () => void) => entry.listeners.push(listen) };
  });
  const { map, events } = makeMap();
  vi.stubGlobal("devicePixelRatio", 2);
  expect(asked.map(({ query }) => query)).toEqual(["(resolution: 1dppx)"]);
  asked[0].listeners[0]();
  nextFrame();
  // The map now waits for the next change.
  expect(asked.map(({ query }) => query)).toEqual(["(resolution: 1dppx)", "(resolution: 2dppx)"]);
  expect(events.onView).toHaveBeenCalledOnce();
  map.destroy();
  vi.stubGlobal("devicePixelRatio", 1);
  asked[1].listeners[0]();
  expect(asked.length).toBe(2);
});
