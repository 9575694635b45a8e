// The interface between the map and the rest of the widget. Another renderer, such as WebGL, must implement only this.
import type { Mode, Tool } from "./gestures";

export type { Mode, Tool };

/** The look of the points. Arrays are compared by identity: pass a new array when its content changes. */
export interface MapStyle {
  /** '#rrggbb' of each code. */
  palette: string[];
  codes: Uint8Array | Uint16Array;
  /** 1 = selected. */
  selected: Uint8Array;
  anySelected: boolean;
  /** 1 = filtered out: dimmed, never removed. */
  faded: Uint8Array | null;
  /** 1 = has a thin ring. */
  ringed: Uint8Array | null;
  /** Point under the pointer; -1 none. */
  hover: number;
  /** Point at the keyboard's cursor; -1 none. */
  cursor: number;
  background: string;
  ink: string;
}

export interface MapEvents {
  /** Called when the hovered point changes, with its pixel; -1 = no point. */
  onHover(id: number, px: number, py: number): void;
  /** -1 is a click on empty space. */
  onClick(id: number, mode: Mode): void;
  onLasso(ids: Uint32Array, mode: Mode): void;
  /** The points moved on the screen; at most once per frame. */
  onView(): void;
  onBusy?(moving: boolean): void;
}

export type Direction = "left" | "right" | "up" | "down";

export interface MapRenderer {
  /** The effect of a drag. */
  tool: Tool;
  /** x and y of each point, in data units; fits the map to them. */
  setPoints(xy: Float32Array): void;
  setStyle(style: MapStyle): void;
  /** The host's size in CSS pixels, and device pixels per CSS pixel. */
  resize(width: number, height: number, dpr: number): void;
  /** Pixel of a point, from the host's top left corner. */
  project(id: number): [number, number];
  fit(animate?: boolean): void;
  zoomTo(ids: Uint32Array | number[], animate?: boolean): void;
  /** Zooms around the middle. */
  zoomBy(factor: number): void;
  /** Pans by pixels. */
  panBy(dx: number, dy: number): void;
  /** Moves the map as little as needed to bring a point clear of the edge. */
  reveal(id: number): void;
  /** The point nearest to a pixel, within about 8 px; -1 if there is none. */
  pick(px: number, py: number): number;
  /** The next point in a direction; the one nearest to the middle if `id` is not a point. */
  nearest(id: number, direction: Direction): number;
  destroy(): void;
}
