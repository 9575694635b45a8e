import { Gestures, type Mode, type Tool } from "./gestures";
import { Grid } from "./grid";
import { inside } from "./lasso";
import { makeDisc, mix, packed, paintDiscs, parseHex, type Pixels } from "./raster";
import {
  affine,
  between,
  boundsOf,
  fitBounds,
  fitView,
  keepInSight,
  project,
  unproject,
  zoomAbout,
  type Bounds,
  type MapView,
  type Size,
} from "./view";

export type { Mode };

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

const PICK_REACH = 8;
const FLIGHT_MS = 280;
const BUSY_MS = 160;
const MAX_DPR = 2;
/** More points than this are painted one pixel for one while they move, however fine the screen is. */
const MANY = 10_000;
/** Selected points are outlined as long as so few are selected that they can be this large: outlines of more would run together. */
const OUTLINED = 3;
const SMALLEST_FIT = 1e-6;
const SMALLEST_ZOOM = 0.2;
/** Wide enough for the largest disc: one whose centre is just outside the map still shows its edge. */
const PAD = 16;

/** The points in the order of painting: faded, faded but selected, plain, ringed, selected; and where each of these layers ends. */
interface Layers {
  xy: Float32Array;
  codes: Uint16Array;
  ends: number[];
}

interface Flight {
  from: MapView;
  to: MapView;
  start: number;
}

interface Surface {
  canvas: HTMLCanvasElement;
  context: CanvasRenderingContext2D | null;
}

/** A scatter of points on a 2-D canvas, which can be panned, zoomed, picked from and lassoed. */
export class CanvasMap {
  tool: Tool = "lasso";

  private readonly points: Surface;
  private readonly overlay: Surface;
  private readonly gestures: Gestures;
  private xy: Float32Array = new Float32Array(0);
  private order: Uint32Array = new Uint32Array(0);
  private bounds: Bounds | null = null;
  private grid = new Grid(this.xy);
  private style: MapStyle | null = null;
  private layers: Layers | null = null;
  private size: Size = { width: 0, height: 0 };
  private dpr = 1;
  private view: MapView = { k: 1, x: 0, y: 0 };
  private fitted = true;
  private flight: Flight | null = null;
  private image: ImageData | null = null;
  private lassoPath: readonly number[] | null = null;
  private hovered = -1;
  private moving = false;
  private settle: ReturnType<typeof setTimeout> | undefined;
  private request = 0;
  private viewChanged = false;
  private pointsChanged = false;
  private painted = 0;
  private readonly colourCache = new Map<string, number>();

  constructor(
    private readonly host: HTMLElement,
    private readonly events: MapEvents,
  ) {
    if (getComputedStyle(host).position === "static") host.style.position = "relative";
    host.style.touchAction = "none";
    host.style.userSelect = "none";
    this.points = this.addCanvas(false);
    this.overlay = this.addCanvas(true);
    this.gestures = new Gestures(host, {
      tool: () => this.tool,
      hover: (px, py) => this.hover(this.pick(px, py)),
      leave: () => this.hover(-1),
      tap: (px, py, mode) => events.onClick(this.pick(px, py), mode),
      pan: (dx, dy) => this.panBy(dx, dy),
      zoom: (factor, px, py) => this.move(zoomAbout(this.view, factor, px, py)),
      draw: (path) => {
        this.lassoPath = path;
        this.schedule();
      },
      lasso: (path, mode) => events.onLasso(inside(path, this.xy, affine(this.view, this.size)), mode),
      doubleTap: (px, py) => {
        if (this.pick(px, py) < 0) this.fit(true);
      },
    });
  }

  /** Frames painted so far. */
  get frames(): number {
    return this.painted;
  }

  setPoints(xy: Float32Array): void {
    this.xy = xy;
    this.bounds = boundsOf(xy);
    this.grid = new Grid(xy);
    this.order = scattered(xy.length >> 1);
    this.layers = null;
    this.hover(-1);
    this.fit();
  }

  setStyle(style: MapStyle): void {
    const old = this.style;
    this.style = style;
    const sameLayers =
      old?.codes === style.codes &&
      old.selected === style.selected &&
      old.faded === style.faded &&
      old.ringed === style.ringed;
    if (!sameLayers) this.layers = null;
    const samePoints =
      sameLayers &&
      old.anySelected === style.anySelected &&
      old.background === style.background &&
      old.ink === style.ink &&
      old.palette.join() === style.palette.join();
    if (!samePoints) this.pointsChanged = true;
    this.schedule();
  }

  resize(width: number, height: number, dpr: number): void {
    const size = { width: Math.max(0, width) || 0, height: Math.max(0, height) || 0 };
    const [x, y] = unproject(this.view, this.size, this.size.width / 2, this.size.height / 2);
    const hadSize = this.hasSize();
    this.size = size;
    this.dpr = Math.min(MAX_DPR, Math.max(0.5, dpr || 1));
    this.flight = null;
    if (this.fitted || !hadSize) this.view = this.wholeView();
    else {
      const [px, py] = project({ ...this.view, x: 0, y: 0 }, size, x, y);
      this.view = { k: this.view.k, x: size.width / 2 - px, y: size.height / 2 - py };
    }
    this.changeView();
  }

  project(id: number): [number, number] {
    return project(this.view, this.size, this.xy[2 * id] ?? 0, this.xy[2 * id + 1] ?? 0);
  }

  fit(animate = false): void {
    this.go(this.wholeView(), animate);
    this.fitted = true;
  }

  zoomTo(ids: Uint32Array | number[], animate = false): void {
    const bounds = boundsOf(this.xy, ids);
    if (bounds) this.go(fitBounds(bounds, this.size, SMALLEST_ZOOM), animate);
  }

  zoomBy(factor: number): void {
    this.move(zoomAbout(this.view, factor, this.size.width / 2, this.size.height / 2));
  }

  panBy(dx: number, dy: number): void {
    this.move({ k: this.view.k, x: this.view.x + dx, y: this.view.y + dy });
  }

  /** The point nearest to a pixel, within some 8 px of it; -1 when there is none. */
  pick(px: number, py: number): number {
    if (!this.hasSize()) return -1;
    const [x, y] = unproject(this.view, this.size, px, py);
    const reach = Math.max(PICK_REACH, this.radius(this.xy.length >> 1) + 2);
    return this.grid.nearest(x, y, reach / affine(this.view, this.size).sx);
  }

  /**
   * The next point in a direction, for walking with the keyboard: near, and rather ahead than aside. Points on the
   * very same place come one after the other. Without a point to start from: the one nearest to the map's centre.
   */
  nearest(id: number, direction: "left" | "right" | "up" | "down"): number {
    const { xy } = this;
    const count = xy.length >> 1;
    const known = id >= 0 && id < count;
    const [x, y] = known
      ? [xy[2 * id] as number, xy[2 * id + 1] as number]
      : unproject(this.view, this.size, this.size.width / 2, this.size.height / 2);
    const onward = direction === "right" || direction === "down";
    const level = direction === "left" || direction === "right";
    const sign = direction === "right" || direction === "up" ? 1 : -1;
    let best = -1;
    let least = Infinity;
    for (let i = 0; i < count; i++) {
      const other = onward ? i : count - 1 - i;
      const dx = (xy[2 * other] as number) - x;
      const dy = (xy[2 * other + 1] as number) - y;
      const ahead = sign * (level ? dx : dy);
      const aside = level ? dy : dx;
      const twin = known && dx === 0 && dy === 0;
      if (known && !(twin ? (onward ? other > id : other < id) : ahead > 0)) continue;
      const cost = ahead * ahead + (known ? 4 : 1) * aside * aside;
      if (cost < least) {
        least = cost;
        best = other;
      }
    }
    return best >= 0 || !known ? best : id;
  }

  destroy(): void {
    this.gestures.destroy();
    cancelAnimationFrame(this.request);
    clearTimeout(this.settle);
    this.points.canvas.remove();
    this.overlay.canvas.remove();
  }

  private addCanvas(alpha: boolean): Surface {
    const canvas = this.host.ownerDocument.createElement("canvas");
    canvas.style.cssText = "position:absolute;inset:0;width:100%;height:100%;pointer-events:none";
    canvas.setAttribute("aria-hidden", "true");
    this.host.append(canvas);
    return { canvas, context: canvas.getContext("2d", { alpha }) };
  }

  private hasSize(): boolean {
    return this.size.width > 0 && this.size.height > 0;
  }

  private wholeView(): MapView {
    const { bounds, size } = this;
    const single = bounds && bounds.left === bounds.right && bounds.bottom === bounds.top;
    return bounds ? fitBounds(bounds, size, single ? 2 : SMALLEST_FIT) : fitView(size);
  }

  private hover(id: number): void {
    if (id === this.hovered) return;
    this.hovered = id;
    const [px, py] = this.project(id);
    this.events.onHover(id, px, py);
  }

  /** A view that the user has reached by hand. */
  private move(view: MapView): void {
    if (!this.hasSize()) return;
    this.flight = null;
    this.fitted = false;
    this.view = this.bounds ? keepInSight(view, this.bounds, this.size) : view;
    this.setMoving();
    this.changeView();
  }

  private go(to: MapView, animate: boolean): void {
    this.fitted = false;
    const calm = this.host.ownerDocument.defaultView?.matchMedia?.("(prefers-reduced-motion: reduce)").matches;
    if (animate && !calm && this.hasSize()) {
      this.flight = { from: this.view, to, start: -1 };
      this.schedule();
    } else {
      this.flight = null;
      this.view = to;
      this.changeView();
    }
  }

  private changeView(): void {
    this.viewChanged = true;
    this.pointsChanged = true;
    this.schedule();
  }

  private setMoving(): void {
    clearTimeout(this.settle);
    this.settle = setTimeout(() => this.setBusy(false), BUSY_MS);
    this.setBusy(true);
  }

  private setBusy(moving: boolean): void {
    if (moving === this.moving) return;
    const ratio = this.ratio();
    this.moving = moving;
    if (ratio !== this.ratio()) {
      this.pointsChanged = true;
      this.schedule();
    }
    this.events.onBusy?.(moving);
  }

  private schedule(): void {
    if (!this.request) this.request = requestAnimationFrame((time) => this.frame(time));
  }

  private frame(time: number): void {
    this.request = 0;
    if (this.flight) this.fly(this.flight, time);
    if (!this.hasSize()) return;
    if (this.pointsChanged) this.paintPoints();
    this.pointsChanged = false;
    this.paintOverlay();
    this.painted++;
    if (this.viewChanged) {
      this.viewChanged = false;
      this.events.onView();
    }
    if (this.flight) this.schedule();
  }

  private fly(flight: Flight, time: number): void {
    if (flight.start < 0) flight.start = time;
    const t = Math.min(1, (time - flight.start) / FLIGHT_MS);
    this.view = t < 1 ? between(flight.from, flight.to, 1 - (1 - t) ** 3) : flight.to;
    this.flight = t < 1 ? flight : null;
    this.viewChanged = this.pointsChanged = true;
    this.setMoving();
  }

  private ratio(): number {
    return this.moving && this.xy.length >> 1 > MANY ? Math.min(1, this.dpr) : this.dpr;
  }

  /** Radius in CSS pixels that suits so many points in so large a map, a little larger when zoomed in. */
  private radius(count: number): number {
    const { width, height } = this.size;
    const room = (width * height) / Math.max(1, count);
    const whole = Math.max(1.1, Math.min(5, 4.5 * (room / 720) ** 0.22));
    return Math.min(7, whole * Math.max(1, this.view.k) ** 0.3);
  }

  private colour(css: string): number {
    let colour = this.colourCache.get(css);
    if (colour === undefined) {
      colour = parseHex(css) ?? this.paintedColour(css);
      this.colourCache.set(css, colour);
    }
    return colour;
  }

  /** What a canvas makes of a colour written in another way than in hexadecimal. */
  private paintedColour(css: string): number {
    const probe = this.host.ownerDocument.createElement("canvas");
    probe.width = probe.height = 1;
    const context = probe.getContext("2d");
    if (!context) return packed(128, 128, 128);
    context.fillStyle = css;
    context.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
    return packed(red, green, blue);
  }

  private layered(style: MapStyle): Layers {
    if (this.layers) return this.layers;
    const { order, xy } = this;
    const { selected, faded, ringed } = style;
    const layerOf = (id: number) => (faded?.[id] ? (selected[id] ? 1 : 0) : selected[id] ? 4 : ringed?.[id] ? 3 : 2);
    // Copied side by side: reading here and there in memory would take longer than painting.
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
    return (this.layers = layers);
  }

  private paintPoints(): void {
    const { canvas, context } = this.points;
    const { style, xy, size } = this;
    if (!context || !style) return;
    const ratio = this.ratio();
    const width = Math.max(1, Math.round(size.width * ratio));
    const height = Math.max(1, Math.round(size.height * ratio));
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    const pad = Math.ceil(PAD * ratio);
    const stride = width + 2 * pad;
    const rows = height + 2 * pad;
    if (this.image?.width !== stride || this.image.height !== rows) this.image = context.createImageData(stride, rows);
    const pixels: Pixels = { data: new Uint32Array(this.image.data.buffer), stride, rows, pad };
    const background = this.colour(style.background);
    pixels.data.fill(background);
    if (style.codes.length === xy.length >> 1 && style.palette.length)
      this.paintLayers(style, pixels, ratio, background);
    context.putImageData(this.image, -pad, -pad);
  }

  private paintLayers(style: MapStyle, pixels: Pixels, ratio: number, background: number): void {
    const layers = this.layered(style);
    const at = affine(this.view, this.size);
    const scaled = { sx: at.sx * ratio, sy: at.sy * ratio, tx: at.tx * ratio, ty: at.ty * ratio };
    const palette = style.palette.map((css) => this.colour(css));
    const radius = this.radius(layers.codes.length);
    const paint = (from: number, to: number, size: number, alpha: number, dim: number, outline: number): void => {
      if (from === to) return;
      const disc = makeDisc(size * ratio, alpha, pixels.stride);
      const colours = Uint32Array.from(palette, (colour) => mix(colour, background, dim));
      const rim = outline
        ? { disc: makeDisc((size + outline) * ratio, 1, pixels.stride), colour: this.colour(style.ink) }
        : null;
      paintDiscs(pixels, layers.xy, scaled, from, to, disc, layers.codes, colours, rim);
    };
    // Dimmed colours are mixed toward the background beforehand: transparency alone would add up where points are dense.
    const [faded = 0, fadedSelected = 0, plain = 0, ringed = 0, all = 0] = layers.ends;
    const few = this.radius(fadedSelected - faded + all - ringed);
    const large = Math.max(radius * 1.2, few >= OUTLINED ? Math.min(5, few) : 0);
    const outline = few >= OUTLINED ? Math.min(1.4, large * 0.28) : 0;
    paint(0, faded, radius, 0.7, 0.82, 0);
    paint(faded, fadedSelected, large, 1, 0.82, outline);
    const back = style.anySelected ? Math.max(0.3, 0.75 - radius * 0.1) : 0;
    paint(fadedSelected, plain, radius, 0.7, back, 0);
    paint(plain, ringed, radius, 1, back, radius >= OUTLINED ? Math.min(0.9, radius * 0.2) : 0);
    paint(ringed, all, large, 1, 0, outline);
  }

  private paintOverlay(): void {
    const { canvas, context } = this.overlay;
    const { style, size, dpr } = this;
    if (!context || !style) return;
    const width = Math.max(1, Math.round(size.width * dpr));
    const height = Math.max(1, Math.round(size.height * dpr));
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    context.setTransform(dpr, 0, 0, dpr, 0, 0);
    context.clearRect(0, 0, size.width, size.height);
    const count = this.xy.length >> 1;
    if (style.codes.length === count) {
      if (style.cursor >= 0 && style.cursor < count) this.paintRing(context, style, style.cursor, 4.5);
      if (style.hover >= 0 && style.hover < count) this.paintRing(context, style, style.hover, 0);
    }
    if (this.lassoPath) paintLasso(context, this.lassoPath, style.ink);
  }

  /** One point above all others, outlined; with a `gap` also a ring around it. */
  private paintRing(context: CanvasRenderingContext2D, style: MapStyle, id: number, gap: number): void {
    const [px, py] = this.project(id);
    const radius = Math.max(5, this.radius(this.xy.length >> 1) * 1.25);
    const ring = (around: number, width: number, colour: string): void => {
      context.beginPath();
      context.arc(px, py, around, 0, 2 * Math.PI);
      context.lineWidth = width;
      context.strokeStyle = colour;
      context.stroke();
    };
    if (gap) {
      ring(radius + gap, 5, style.background);
      ring(radius + gap, 2, style.ink);
    }
    context.beginPath();
    context.arc(px, py, radius, 0, 2 * Math.PI);
    context.fillStyle = style.palette[style.codes[id] as number] ?? style.ink;
    context.fill();
    ring(radius + 1.6, 2, style.background);
    ring(radius, 1.6, style.ink);
  }
}

function paintLasso(context: CanvasRenderingContext2D, path: readonly number[], ink: string): void {
  context.beginPath();
  for (let i = 0; i < path.length; i += 2) context.lineTo(path[i] as number, path[i + 1] as number);
  context.closePath();
  context.fillStyle = context.strokeStyle = ink;
  context.globalAlpha = 0.08;
  context.fill("evenodd");
  context.globalAlpha = 0.9;
  context.lineWidth = 1.5;
  context.setLineDash([5, 4]);
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
}

/** Every id once, well mixed and always alike: painted row by row, the last rows would cover the others. */
function scattered(count: number): Uint32Array {
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
