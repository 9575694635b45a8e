import { describe, expect, it } from "vitest";
import { randomPoints, seeded } from "../testing/random";
import {
  MAX_ZOOM,
  MIN_ZOOM,
  between,
  boundsOf,
  clampZoom,
  fitBounds,
  fitView,
  keepInSight,
  project,
  unproject,
  zoomAbout,
  type MapView,
} from "./view";

const size = { width: 430, height: 380 };

function someViews(count: number): MapView[] {
  const random = seeded(1);
  return Array.from({ length: count }, () => ({
    k: Math.exp(random() * 5),
    x: random() * 900 - 200,
    y: random() * 900 - 200,
  }));
}

describe("project", () => {
  it("puts y up and the margin around [-1, 1]²", () => {
    const view = fitView(size);
    expect(project(view, size, 0, 0)).toEqual([215, 190]);
    const [, top] = project(view, size, 0, 1);
    const [, bottom] = project(view, size, 0, -1);
    expect(top).toBeCloseTo(0.06 * 380);
    expect(bottom).toBeCloseTo(0.94 * 380);
  });

  it("is undone by unproject", () => {
    const random = seeded(2);
    for (const view of someViews(200)) {
      const [x, y] = [random() * 2 - 1, random() * 2 - 1];
      const [px, py] = project(view, size, x, y);
      const [backX, backY] = unproject(view, size, px, py);
      expect(backX).toBeCloseTo(x, 6);
      expect(backY).toBeCloseTo(y, 6);
    }
  });

  it("stays finite for a map without a size", () => {
    const none = { width: 0, height: 0 };
    expect(unproject(fitView(none), none, 5, 5)).toEqual([0, 0]);
    expect(fitBounds({ left: 0, right: 0, bottom: 0, top: 0 }, none, 1)).toEqual({ k: 1, x: 0, y: 0 });
  });
});

describe("zoomAbout", () => {
  it("keeps the data under the pixel and the zoom within its limits", () => {
    const random = seeded(3);
    for (const view of someViews(200)) {
      const [px, py] = [random() * 430, random() * 380];
      const zoomed = zoomAbout(view, Math.exp(random() * 16 - 8), px, py);
      expect(zoomed.k).toBeGreaterThanOrEqual(MIN_ZOOM);
      expect(zoomed.k).toBeLessThanOrEqual(MAX_ZOOM);
      const before = unproject(view, size, px, py);
      const after = unproject(zoomed, size, px, py);
      expect(after[0]).toBeCloseTo(before[0], 6);
      expect(after[1]).toBeCloseTo(before[1], 6);
    }
  });
});

describe("fitBounds", () => {
  it("shows every point, tight in one direction", () => {
    const random = seeded(4);
    for (let round = 0; round < 50; round++) {
      const xy = randomPoints(40, random).map((v) => v * 0.3);
      const bounds = boundsOf(xy);
      if (!bounds) throw new Error("there are points");
      const view = fitBounds(bounds, size, 1e-6);
      const [left, top] = project(view, size, bounds.left, bounds.top);
      const [right, bottom] = project(view, size, bounds.right, bounds.bottom);
      const free = [left / 430, 1 - right / 430, top / 380, 1 - bottom / 380];
      expect(Math.min(...free)).toBeCloseTo(0.06, 5);
      expect(left - (430 - right)).toBeCloseTo(0, 6);
      expect(top - (380 - bottom)).toBeCloseTo(0, 6);
    }
  });

  it("never zooms past the limit onto a single position", () => {
    const spot = { left: 0.2, right: 0.2, bottom: -0.4, top: -0.4 };
    expect(fitBounds(spot, size, 1e-9).k).toBe(MAX_ZOOM);
    const view = fitBounds(spot, size, 2);
    expect(view.k).toBeCloseTo(1);
    expect(project(view, size, 0.2, -0.4)).toEqual([215, 190]);
  });
});

describe("boundsOf", () => {
  it("is the box of all points, or of some", () => {
    const xy = Float32Array.of(0, 1, -2, 3, 4, -5);
    expect(boundsOf(xy)).toEqual({ left: -2, right: 4, bottom: -5, top: 3 });
    expect(boundsOf(xy, [0, 1])).toEqual({ left: -2, right: 0, bottom: 1, top: 3 });
    expect(boundsOf(xy, [])).toBeNull();
    expect(boundsOf(new Float32Array(0))).toBeNull();
  });
});

describe("keepInSight", () => {
  const bounds = { left: -1, right: 1, bottom: -1, top: 1 };

  it("leaves a view unchanged that shows the data", () => {
    expect(keepInSight(fitView(size), bounds, size)).toEqual(fitView(size));
  });

  it("brings lost data back to the edge", () => {
    for (const view of someViews(200)) {
      const lost = { ...view, x: view.x * 1e4, y: view.y * 1e4 };
      const kept = keepInSight(lost, bounds, size);
      const [left, top] = project(kept, size, -1, 1);
      const [right, bottom] = project(kept, size, 1, -1);
      expect(left).toBeLessThanOrEqual(430 - 40 + 1e-6);
      expect(right).toBeGreaterThanOrEqual(40 - 1e-6);
      expect(top).toBeLessThanOrEqual(380 - 40 + 1e-6);
      expect(bottom).toBeGreaterThanOrEqual(40 - 1e-6);
    }
  });
});

describe("between", () => {
  it("starts and ends at the given views, and keeps one pixel fixed", () => {
    const views = someViews(100);
    for (let i = 1; i < views.length; i++) {
      const [from, to] = [views[i - 1] as MapView, views[i] as MapView];
      const start = between(from, to, 0);
      const end = between(from, to, 1);
      for (const key of ["k", "x", "y"] as const) {
        expect(start[key]).toBeCloseTo(from[key], 6);
        expect(end[key]).toBeCloseTo(to[key], 6);
      }
      if (Math.abs(from.k - to.k) < 1e-3) continue;
      const fixed = (from.x * to.k - to.x * from.k) / (to.k - from.k);
      const half = between(from, to, 0.5);
      expect((fixed - half.x) / half.k).toBeCloseTo((fixed - from.x) / from.k, 4);
    }
  });

  it("pans evenly at constant zoom", () => {
    expect(between({ k: 2, x: 0, y: 10 }, { k: 2, x: 8, y: 20 }, 0.25)).toEqual({ k: 2, x: 2, y: 12.5 });
  });
});

it("clamps the zoom", () => {
  expect([clampZoom(0), clampZoom(3), clampZoom(1e9)]).toEqual([MIN_ZOOM, 3, MAX_ZOOM]);
});
