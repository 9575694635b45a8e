// What the rest of the widget knows of the map: another renderer (WebGL, say) has to do this and no more.
import type { Mode, Tool } from "./gestures";

export type { Mode, Tool };

/** How the points look. Arrays are compared by identity: hand over a new one when its content has changed. */
export interface MapStyle {
  /** '#rrggbb' of each code. */
  palette: string[];
  codes: Uint8Array | Uint16Array;
  /** 1 = selected. */
  selected: Uint8Array;
  anySelected: boolean;
  /** 1 = filtered out: dimmed, never gone. */
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
  /** Only when another point is hovered, with that point's own pixel; -1 when none is. */
  onHover(id: number, px: number, py: number): void;
  /** -1 is a click on empty space. */
  onClick(id: number, mode: Mode): void;
  onLasso(ids: Uint32Array, mode: Mode): void;
  /** The points lie elsewhere now; at most once a frame. */
  onView(): void;
  onBusy?(moving: boolean): void;
}

export type Direction = "left" | "right" | "up" | "down";

export interface MapRenderer {
  /** What a drag does. */
  tool: Tool;
  /** x and y of each point, in data units; the map fits them. */
  setPoints(xy: Float32Array): void;
  setStyle(style: MapStyle): void;
  /** CSS pixels of the host, and device pixels to one of them. */
  resize(width: number, height: number, dpr: number): void;
  /** Pixel of a point, from the host's top left corner. */
  project(id: number): [number, number];
  fit(animate?: boolean): void;
  zoomTo(ids: Uint32Array | number[], animate?: boolean): void;
  /** Zooms about the middle. */
  zoomBy(factor: number): void;
  /** Moves what is shown by pixels. */
  panBy(dx: number, dy: number): void;
  /** Moves the map as little as needed for a point to be in it, clear of the edge. */
  reveal(id: number): void;
  /** The point nearest to a pixel, within some 8 px of it; -1 when there is none. */
  pick(px: number, py: number): number;
  /** The next point in a direction; the one nearest to the middle if `id` is not a point. */
  nearest(id: number, direction: Direction): number;
  destroy(): void;
}
