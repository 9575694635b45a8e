export type Mode = "replace" | "add" | "remove";
export type Tool = "lasso" | "pan";

/** What the pointer can ask the map to do; positions are pixels from the host's top left corner. */
export interface Intents {
  tool(): Tool;
  hover(px: number, py: number): void;
  leave(): void;
  tap(px: number, py: number, mode: Mode): void;
  pan(dx: number, dy: number): void;
  zoom(factor: number, px: number, py: number): void;
  /** The lasso so far (x0, y0, x1, y1, …); null once it ends. */
  draw(path: readonly number[] | null): void;
  lasso(path: Float64Array, mode: Mode): void;
  doubleTap(px: number, py: number): void;
}

interface Drag {
  pointer: number;
  button: number;
  kind: Tool;
  mode: Mode;
  x: number;
  y: number;
  moved: boolean;
  path: number[];
}

const CLICK_SLOP = 4;
const PATH_STEP = 3;
const LINE_PIXELS = 16;
const WHEEL_SPEED = 0.0015;
/** Trackpads report a pinch as small wheel steps with Ctrl. */
const PINCH_SPEED = 0.01;
const MAX_WHEEL_STEP = 0.4;

/** Turns the pointer and wheel events of one element into intents; listens to nothing else. */
export class Gestures {
  readonly #host: HTMLElement;
  readonly #intents: Intents;
  #drag: Drag | null = null;
  readonly #touches = new Map<number, { x: number; y: number }>();
  readonly #ending = new AbortController();

  constructor(host: HTMLElement, intents: Intents) {
    this.#host = host;
    this.#intents = intents;
    const { signal } = this.#ending;
    host.addEventListener("pointerdown", (event) => this.#down(event), { signal });
    host.addEventListener("pointermove", (event) => this.#move(event), { signal });
    host.addEventListener("pointerup", (event) => this.#up(event), { signal });
    host.addEventListener("pointercancel", (event) => this.#cancel(event.pointerId), { signal });
    host.addEventListener("lostpointercapture", (event) => this.#cancel(event.pointerId), { signal });
    host.addEventListener("pointerleave", () => this.#drag || intents.leave(), { signal });
    host.addEventListener("wheel", (event) => this.#wheel(event), { signal, passive: false });
    host.addEventListener("dblclick", (event) => intents.doubleTap(...this.#place(event)), { signal });
    // The middle button would start the browser's autoscroll.
    host.addEventListener("mousedown", (event) => event.button === 1 && event.preventDefault(), { signal });
  }

  destroy(): void {
    this.#ending.abort();
    this.#drag = null;
    this.#touches.clear();
  }

  #place(event: MouseEvent): [number, number] {
    const box = this.#host.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  #showCursor(): void {
    const idle = this.#intents.tool() === "pan" ? "grab" : "crosshair";
    this.#host.style.cursor = this.#drag?.kind === "pan" && this.#drag.moved ? "grabbing" : idle;
  }

  #down(event: PointerEvent): void {
    // Buttons and labels over the map keep their own clicks.
    if (event.button > 1 || event.target !== this.#host) return;
    const [x, y] = this.#place(event);
    try {
      this.#host.setPointerCapture(event.pointerId);
    } catch {
      // The pointer is already gone: the drag continues with the events that reach the host.
    }
    if (event.pointerType === "touch") this.#touches.set(event.pointerId, { x, y });
    if (this.#touches.size > 1) {
      this.#stop();
      return;
    }
    if (this.#drag) return;
    const mode: Mode = event.altKey ? "remove" : event.shiftKey ? "add" : "replace";
    const pans =
      event.button === 1 || event.ctrlKey || event.metaKey || (this.#intents.tool() === "pan" && mode === "replace");
    const kind = pans ? "pan" : "lasso";
    this.#drag = { pointer: event.pointerId, button: event.button, kind, mode, x, y, moved: false, path: [x, y] };
  }

  #move(event: PointerEvent): void {
    const [x, y] = this.#place(event);
    if (this.#touches.size > 1) {
      this.#pinch(event.pointerId, x, y);
      return;
    }
    const drag = this.#drag;
    if (!drag) {
      this.#showCursor();
      this.#intents.hover(x, y);
      return;
    }
    if (event.pointerId !== drag.pointer) return;
    if (event.buttons === 0) {
      this.#stop();
      return;
    }
    if (!drag.moved) {
      if (Math.hypot(x - drag.x, y - drag.y) < CLICK_SLOP) return;
      drag.moved = true;
      this.#showCursor();
      this.#intents.leave();
    }
    if (drag.kind === "pan") {
      this.#intents.pan(x - drag.x, y - drag.y);
      drag.x = x;
      drag.y = y;
    } else if (Math.hypot(x - drag.x, y - drag.y) >= PATH_STEP) {
      drag.path.push(x, y);
      drag.x = x;
      drag.y = y;
      this.#intents.draw(drag.path);
    }
  }

  #up(event: PointerEvent): void {
    this.#touches.delete(event.pointerId);
    const drag = this.#drag;
    if (!drag || event.pointerId !== drag.pointer) return;
    this.#stop();
    if (drag.moved && drag.kind === "lasso") this.#intents.lasso(Float64Array.from(drag.path), drag.mode);
    if (!drag.moved && drag.button === 0) this.#intents.tap(drag.x, drag.y, drag.mode);
  }

  #cancel(pointer: number): void {
    this.#touches.delete(pointer);
    if (this.#drag?.pointer === pointer) this.#stop();
  }

  #stop(): void {
    const drew = this.#drag?.kind === "lasso" && this.#drag.moved;
    this.#drag = null;
    this.#showCursor();
    if (drew) this.#intents.draw(null);
  }

  #pinch(pointer: number, x: number, y: number): void {
    const moved = this.#touches.get(pointer);
    const other = [...this.#touches].find(([id]) => id !== pointer)?.[1];
    if (!moved || !other) return;
    const before = Math.hypot(moved.x - other.x, moved.y - other.y);
    const after = Math.hypot(x - other.x, y - other.y);
    this.#intents.pan((x - moved.x) / 2, (y - moved.y) / 2);
    if (before > 0 && after > 0) this.#intents.zoom(after / before, (x + other.x) / 2, (y + other.y) / 2);
    moved.x = x;
    moved.y = y;
  }

  #wheel(event: WheelEvent): void {
    const held = event.ctrlKey || event.metaKey;
    if (!held && !this.#hasFocus()) return;
    event.preventDefault();
    const pixels = event.deltaMode === 0 ? event.deltaY : event.deltaY * LINE_PIXELS;
    const step = -pixels * (event.ctrlKey && Math.abs(pixels) < 50 ? PINCH_SPEED : WHEEL_SPEED);
    this.#intents.zoom(Math.exp(Math.max(-MAX_WHEEL_STEP, Math.min(MAX_WHEEL_STEP, step))), ...this.#place(event));
  }

  #hasFocus(): boolean {
    // The root node, not the document: for a focus inside a shadow root, the document reports only the host.
    const { activeElement } = this.#host.getRootNode() as Document | ShadowRoot;
    return !!activeElement && !!this.#host.closest(".outlens")?.contains(activeElement);
  }
}
