// A scatter plot on a 2-D canvas that you can pan, zoom, pick from and lasso.
import { Camera } from "./camera";
import { Gestures, type Tool } from "./gestures";
import { isDense } from "./density";
import { Grid } from "./grid";
import { inside } from "./lasso";
import { paintOverlay, type Ring } from "./overlay";
import { nearestAhead } from "./picking";
import { layersOf, paintLayers, radiusOf, scattered } from "./points";
import { type Layers, packed, parseHex, type Pixels } from "./raster";
import type { Direction, MapEvents, MapRenderer, MapStyle } from "./renderer";
import { boundsOf } from "./view";

const PICK_REACH = 8;
const BUSY_MS = 160;
const MAX_DPR = 2;
/** Above this many points, a moving map is painted at one pixel per CSS pixel, even on a fine screen. */
const MANY = 10_000;
/** Wide enough for the largest disc, so that a disc centred just outside the map still shows its edge. */
const PAD = 16;

interface Surface {
  canvas: HTMLCanvasElement;
  context: CanvasRenderingContext2D | null;
}

export class CanvasMap implements MapRenderer {
  tool: Tool = "lasso";

  readonly #host: HTMLElement;
  readonly #events: MapEvents;
  readonly #points: Surface;
  readonly #overlay: Surface;
  readonly #gestures: Gestures;
  readonly #camera = new Camera();
  readonly #ending = new AbortController();
  readonly #colours = new Map<string, number>();
  #xy: Float32Array = new Float32Array(0);
  #order: Uint32Array = new Uint32Array(0);
  #grid = new Grid(this.#xy);
  #style: MapStyle | null = null;
  #layers: Layers | null = null;
  #dpr = 1;
  #image: ImageData | null = null;
  #lassoPath: readonly number[] | null = null;
  #hovered = -1;
  #moving = false;
  #settle: ReturnType<typeof setTimeout> | undefined;
  #request = 0;
  #viewChanged = false;
  #pointsChanged = false;
  #painted = 0;

  constructor(host: HTMLElement, events: MapEvents) {
    this.#host = host;
    this.#events = events;
    if (getComputedStyle(host).position === "static") host.style.position = "relative";
    host.style.touchAction = "none";
    host.style.userSelect = "none";
    this.#points = this.#addCanvas(false);
    this.#overlay = this.#addCanvas(true);
    this.#gestures = new Gestures(host, {
      tool: () => this.tool,
      hover: (px, py) => this.#hover(this.pick(px, py)),
      leave: () => this.#hover(-1),
      tap: (px, py, mode) => events.onClick(this.pick(px, py), mode),
      pan: (dx, dy) => this.panBy(dx, dy),
      zoom: (factor, px, py) => this.#byHand(() => this.#camera.zoomAbout(factor, px, py)),
      draw: (path) => {
        this.#lassoPath = path;
        this.#schedule();
      },
      lasso: (path, mode) => events.onLasso(inside(path, this.#xy, this.#camera.affine), mode),
      doubleTap: (px, py) => {
        if (this.pick(px, py) < 0) this.fit(true);
      },
    });
    this.#watchScreen();
  }

  /** Frames painted so far. */
  get frames(): number {
    return this.#painted;
  }

  setPoints(xy: Float32Array): void {
    this.#xy = xy;
    this.#camera.bounds = boundsOf(xy);
    this.#grid = new Grid(xy);
    this.#order = scattered(xy.length >> 1);
    this.#layers = null;
    this.#hover(-1);
    this.fit();
  }

  setStyle(style: MapStyle): void {
    const old = this.#style;
    this.#style = style;
    const sameLayers =
      old?.codes === style.codes &&
      old.selected === style.selected &&
      old.faded === style.faded &&
      old.ringed === style.ringed;
    if (!sameLayers) this.#layers = null;
    const samePoints =
      sameLayers &&
      old.anySelected === style.anySelected &&
      old.background === style.background &&
      old.ink === style.ink &&
      old.palette.join() === style.palette.join();
    if (!samePoints) this.#pointsChanged = true;
    this.#schedule();
  }

  resize(width: number, height: number, dpr: number): void {
    this.#camera.resize(width, height);
    this.#dpr = Math.min(MAX_DPR, Math.max(0.5, dpr || 1));
    this.#changeView();
  }

  project(id: number): [number, number] {
    return this.#camera.project(this.#xy[2 * id] ?? 0, this.#xy[2 * id + 1] ?? 0);
  }

  fit(animate = false): void {
    this.#camera.fit(animate && !this.#calm());
    this.#changeView();
  }

  zoomTo(ids: Uint32Array | number[], animate = false): void {
    const bounds = boundsOf(this.#xy, ids);
    if (!bounds) return;
    this.#camera.zoomTo(bounds, animate && !this.#calm());
    this.#changeView();
  }

  zoomBy(factor: number): void {
    const { width, height } = this.#camera.size;
    this.#byHand(() => this.#camera.zoomAbout(factor, width / 2, height / 2));
  }

  panBy(dx: number, dy: number): void {
    this.#byHand(() => this.#camera.panBy(dx, dy));
  }

  reveal(id: number): void {
    if (!this.#camera.hasSize || !(id >= 0 && id < this.#xy.length >> 1)) return;
    if (this.#camera.reveal(this.#xy[2 * id] as number, this.#xy[2 * id + 1] as number)) this.#changeView();
  }

  pick(px: number, py: number): number {
    if (!this.#camera.hasSize) return -1;
    const [x, y] = this.#camera.unproject(px, py);
    const reach = Math.max(PICK_REACH, this.#radius(this.#xy.length >> 1) + 2);
    return this.#grid.nearest(x, y, reach / this.#camera.affine.sx);
  }

  nearest(id: number, direction: Direction): number {
    return nearestAhead(this.#xy, id, direction, this.#camera.middle);
  }

  destroy(): void {
    this.#ending.abort();
    this.#gestures.destroy();
    cancelAnimationFrame(this.#request);
    clearTimeout(this.#settle);
    this.#points.canvas.remove();
    this.#overlay.canvas.remove();
  }

  /** On a finer screen or after the browser zooms, the map keeps its size but needs more pixels. */
  #watchScreen(): void {
    const { signal } = this.#ending;
    const screen = this.#host.ownerDocument.defaultView;
    const media = screen?.matchMedia?.(`(resolution: ${screen.devicePixelRatio}dppx)`);
    media?.addEventListener?.(
      "change",
      () => {
        if (signal.aborted) return;
        const { width, height } = this.#camera.size;
        this.resize(width, height, screen!.devicePixelRatio);
        this.#watchScreen();
      },
      { once: true, signal },
    );
  }

  #calm(): boolean {
    return !!this.#host.ownerDocument.defaultView?.matchMedia?.("(prefers-reduced-motion: reduce)").matches;
  }

  #addCanvas(alpha: boolean): Surface {
    const canvas = this.#host.ownerDocument.createElement("canvas");
    canvas.style.cssText = "position:absolute;inset:0;width:100%;height:100%;pointer-events:none";
    canvas.setAttribute("aria-hidden", "true");
    this.#host.append(canvas);
    return { canvas, context: canvas.getContext("2d", { alpha }) };
  }

  #hover(id: number): void {
    if (id === this.#hovered) return;
    this.#hovered = id;
    const [px, py] = this.project(id);
    this.#events.onHover(id, px, py);
  }

  #byHand(move: () => void): void {
    if (!this.#camera.hasSize) return;
    move();
    this.#setMoving();
    this.#changeView();
  }

  #changeView(): void {
    this.#viewChanged = true;
    this.#pointsChanged = true;
    this.#schedule();
  }

  #setMoving(): void {
    clearTimeout(this.#settle);
    this.#settle = setTimeout(() => this.#setBusy(false), BUSY_MS);
    this.#setBusy(true);
  }

  #setBusy(moving: boolean): void {
    if (moving === this.#moving) return;
    const ratio = this.#ratio();
    this.#moving = moving;
    if (ratio !== this.#ratio()) {
      this.#pointsChanged = true;
      this.#schedule();
    }
    this.#events.onBusy?.(moving);
  }

  #schedule(): void {
    if (!this.#request) this.#request = requestAnimationFrame((time) => this.#frame(time));
  }

  #frame(time: number): void {
    this.#request = 0;
    if (this.#camera.step(time)) {
      this.#viewChanged = this.#pointsChanged = true;
      this.#setMoving();
    }
    if (!this.#camera.hasSize) return;
    if (this.#pointsChanged) this.#paintPoints();
    this.#pointsChanged = false;
    this.#paintOverlay();
    this.#painted++;
    if (this.#viewChanged) {
      this.#viewChanged = false;
      this.#events.onView();
    }
    if (this.#camera.flying) this.#schedule();
  }

  #ratio(): number {
    return this.#moving && this.#xy.length >> 1 > MANY ? Math.min(1, this.#dpr) : this.#dpr;
  }

  #radius(count: number): number {
    return radiusOf(count, this.#camera.size, this.#camera.view.k);
  }

  #colour(css: string): number {
    let colour = this.#colours.get(css);
    if (colour === undefined) {
      colour = parseHex(css) ?? this.#paintedColour(css);
      this.#colours.set(css, colour);
    }
    return colour;
  }

  /** The RGB value of a non-hexadecimal CSS colour, as a canvas paints it. */
  #paintedColour(css: string): number {
    const probe = this.#host.ownerDocument.createElement("canvas");
    probe.width = probe.height = 1;
    const context = probe.getContext("2d");
    if (!context) return packed(128, 128, 128);
    context.fillStyle = css;
    context.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
    return packed(red, green, blue);
  }

  #paintPoints(): void {
    const { canvas, context } = this.#points;
    const style = this.#style;
    if (!context || !style) return;
    const ratio = this.#ratio();
    const [width, height] = this.#sizeCanvas(canvas, ratio);
    const pad = Math.ceil(PAD * ratio);
    const stride = width + 2 * pad;
    const rows = height + 2 * pad;
    if (this.#image?.width !== stride || this.#image.height !== rows)
      this.#image = context.createImageData(stride, rows);
    const pixels: Pixels = { data: new Uint32Array(this.#image.data.buffer), stride, rows, pad };
    const ground = this.#colour(style.background);
    pixels.data.fill(ground);
    if (style.codes.length === this.#xy.length >> 1 && style.palette.length) {
      this.#layers ??= layersOf(this.#xy, this.#order, style);
      const dense = isDense(this.#layers.codes.length, this.#camera.size, this.#camera.view.k);
      this.#host.toggleAttribute("data-dense", dense);
      paintLayers(this.#layers, {
        pixels,
        ratio,
        at: this.#camera.affine,
        palette: Uint32Array.from(style.palette, (css) => this.#colour(css)),
        ground,
        ink: this.#colour(style.ink),
        anySelected: style.anySelected,
        dense,
        radius: (count) => this.#radius(count),
      });
    }
    context.putImageData(this.#image, -pad, -pad);
  }

  #paintOverlay(): void {
    const { canvas, context } = this.#overlay;
    const style = this.#style;
    if (!context || !style) return;
    this.#sizeCanvas(canvas, this.#dpr);
    const { width, height } = this.#camera.size;
    context.setTransform(this.#dpr, 0, 0, this.#dpr, 0, 0);
    context.clearRect(0, 0, width, height);
    const { ink, background } = style;
    paintOverlay(context, { rings: this.#rings(style), lasso: this.#lassoPath, ink, background });
  }

  #rings(style: MapStyle): Ring[] {
    const count = this.#xy.length >> 1;
    if (style.codes.length !== count) return [];
    const radius = Math.max(5, this.#radius(count) * 1.25);
    const ring = (id: number, gap: number): Ring[] => {
      if (!(id >= 0 && id < count)) return [];
      const [px, py] = this.project(id);
      return [{ px, py, radius, gap, colour: style.palette[style.codes[id] as number] ?? style.ink }];
    };
    return [...ring(style.cursor, 4.5), ...ring(style.hover, 0)];
  }

  /** Sizes a canvas at `ratio` device pixels per CSS pixel; returns its size in device pixels. */
  #sizeCanvas(canvas: HTMLCanvasElement, ratio: number): [number, number] {
    const width = Math.max(1, Math.round(this.#camera.size.width * ratio));
    const height = Math.max(1, Math.round(this.#camera.size.height * ratio));
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    return [width, height];
  }
}
