// The part of the data that the map shows, and the animation from one part to another.
import {
  affine,
  between,
  fitBounds,
  fitView,
  keepInSight,
  project,
  unproject,
  zoomAbout,
  type Affine,
  type Bounds,
  type MapView,
  type Size,
} from "./view";

const FLIGHT_MS = 280;
const SMALLEST_FIT = 1e-6;
const SMALLEST_ZOOM = 0.2;
/** The least distance of a revealed point from the edge, in pixels: beyond the buttons in the corner. */
const CLEAR = 48;

interface Flight {
  from: MapView;
  to: MapView;
  start: number;
}

export class Camera {
  size: Size = { width: 0, height: 0 };
  view: MapView = { k: 1, x: 0, y: 0 };
  bounds: Bounds | null = null;
  #fitted = true;
  #flight: Flight | null = null;

  get hasSize(): boolean {
    return this.size.width > 0 && this.size.height > 0;
  }

  get flying(): boolean {
    return this.#flight !== null;
  }

  get affine(): Affine {
    return affine(this.view, this.size);
  }

  project(x: number, y: number): [number, number] {
    return project(this.view, this.size, x, y);
  }

  unproject(px: number, py: number): [number, number] {
    return unproject(this.view, this.size, px, py);
  }

  /** The data position at the middle of the map. */
  get middle(): [number, number] {
    return this.unproject(this.size.width / 2, this.size.height / 2);
  }

  /** Keeps the middle in place; a map that showed everything still does. */
  resize(width: number, height: number): void {
    const size = { width: Math.max(0, width) || 0, height: Math.max(0, height) || 0 };
    const [x, y] = this.middle;
    const hadSize = this.hasSize;
    this.size = size;
    this.#flight = null;
    if (this.#fitted || !hadSize) this.view = this.#whole();
    else {
      const [px, py] = project({ ...this.view, x: 0, y: 0 }, size, x, y);
      this.view = { k: this.view.k, x: size.width / 2 - px, y: size.height / 2 - py };
    }
  }

  fit(animate: boolean): void {
    this.#go(this.#whole(), animate);
    this.#fitted = true;
  }

  zoomTo(bounds: Bounds, animate: boolean): void {
    this.#go(fitBounds(bounds, this.size, SMALLEST_ZOOM), animate);
  }

  zoomAbout(factor: number, px: number, py: number): void {
    this.#move(zoomAbout(this.view, factor, px, py));
  }

  panBy(dx: number, dy: number): void {
    this.#move({ k: this.view.k, x: this.view.x + dx, y: this.view.y + dy });
  }

  /** Pans as little as needed to bring a data position clear of the edge; returns whether it panned. */
  reveal(x: number, y: number): boolean {
    const [px, py] = this.project(x, y);
    const inward = (at: number, extent: number) => {
      const clear = Math.min(CLEAR, extent / 2);
      return Math.max(clear, Math.min(extent - clear, at)) - at;
    };
    const [dx, dy] = [inward(px, this.size.width), inward(py, this.size.height)];
    if (dx || dy) this.panBy(dx, dy);
    return dx !== 0 || dy !== 0;
  }

  /** Continues a flight; returns whether the view changed. */
  step(time: number): boolean {
    const flight = this.#flight;
    if (!flight) return false;
    if (flight.start < 0) flight.start = time;
    const t = Math.min(1, (time - flight.start) / FLIGHT_MS);
    this.view = t < 1 ? between(flight.from, flight.to, 1 - (1 - t) ** 3) : flight.to;
    if (t === 1) this.#flight = null;
    return true;
  }

  /** Sets a view that the user chose by hand. */
  #move(view: MapView): void {
    this.#flight = null;
    this.#fitted = false;
    this.view = this.bounds ? keepInSight(view, this.bounds, this.size) : view;
  }

  #go(to: MapView, animate: boolean): void {
    this.#fitted = false;
    this.#flight = animate && this.hasSize ? { from: this.view, to, start: -1 } : null;
    if (!this.#flight) this.view = to;
  }

  #whole(): MapView {
    const { bounds, size } = this;
    const single = bounds && bounds.left === bounds.right && bounds.bottom === bounds.top;
    return bounds ? fitBounds(bounds, size, single ? 2 : SMALLEST_FIT) : fitView(size);
  }
}
