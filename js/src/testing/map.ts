// A map in an element that the tests of a file share, and frames that pass when a test says so.
import { afterEach, beforeEach, vi } from "vitest";
import { CanvasMap } from "../map/canvas-map";
import type { MapStyle, Mode } from "../map/renderer";

export const CORNERS = Float32Array.of(-1, -1, 1, -1, 1, 1, -1, 1, 0, 0);

export const root = document.createElement("div");
root.className = "outlens";
root.tabIndex = -1;
export const host = document.createElement("div");
/** The callbacks that wait for the next frame. */
export const frames = new Map<number, FrameRequestCallback>();
let clock = 0;

/** Lets one frame pass, 20 ms after the last. */
export function nextFrame(): void {
  const due = [...frames.values()];
  frames.clear();
  clock += 20;
  for (const callback of due) callback(clock);
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  frames.clear();
  clock = 0;
  let handle = 0;
  vi.stubGlobal("requestAnimationFrame", (callback: FrameRequestCallback) => {
    frames.set(++handle, callback);
    return handle;
  });
  vi.stubGlobal("cancelAnimationFrame", (id: number) => frames.delete(id));
  host.replaceChildren();
  root.append(host);
  document.body.append(root);
});

afterEach(() => {
  root.remove();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

export function makeMap(xy = CORNERS, width = 400, height = 400) {
  const events = {
    onHover: vi.fn<(id: number, px: number, py: number) => void>(),
    onClick: vi.fn<(id: number, mode: Mode) => void>(),
    onLasso: vi.fn<(ids: Uint32Array, mode: Mode) => void>(),
    onView: vi.fn<() => void>(),
    onBusy: vi.fn<(moving: boolean) => void>(),
  };
  const map = new CanvasMap(host, events);
  map.setPoints(xy);
  map.resize(width, height, 1);
  map.setStyle(styleFor(xy.length / 2));
  nextFrame();
  events.onView.mockClear();
  return { map, events };
}

export function styleFor(count: number, changes: Partial<MapStyle> = {}): MapStyle {
  return {
    palette: ["#0072b2"],
    codes: new Uint8Array(count),
    selected: new Uint8Array(count),
    ringed: null,
    anySelected: false,
    faded: null,
    hover: -1,
    cursor: -1,
    background: "#ffffff",
    ink: "#000000",
    ...changes,
  };
}

export function pointer(type: string, x: number, y: number, init: PointerEventInit = {}): void {
  const buttons = type === "pointerup" ? 0 : 1;
  host.dispatchEvent(new PointerEvent(type, { pointerId: 1, clientX: x, clientY: y, button: 0, buttons, ...init }));
}
