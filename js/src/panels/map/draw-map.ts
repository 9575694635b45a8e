// Connects the map's canvas to the lens: points, colours, cluster names, and gestures.
import { effect } from "@preact/signals";
import type { Cluster } from "../../core/clusters";
import { describe } from "../../core/describe";
import type { Direction, Lens } from "../../core/lens";
import { CanvasMap } from "../../map/canvas-map";
import { type Label, placeLabels } from "../../map/labels";

/** Number of names to try on the map. As many are shown as leave the points visible, more of them after zooming in. */
const MAX_LABELS = 60;
const LABEL_LIFT = 18;
/** Largest number of points that names avoid: each step of a movement checks them all. */
const AVOIDED = 2_000;
/** The share of the visible part by which a key or a button pans. */
const PAN_STEP = 0.2;
const TOWARDS: Record<Direction, [number, number]> = { left: [-1, 0], up: [0, -1], down: [0, 1], right: [1, 0] };

interface Centre {
  /** The output whose point carries the cluster's name. */
  output: number;
  cluster: Cluster;
}

/** The point under the pointer, and its position on the map. */
export interface PointedAt {
  id: number;
  x: number;
  y: number;
}

/** A cluster's name and its position on the map. */
export interface Place {
  id: number;
  text: string;
  left: number;
  top: number;
  color: string;
}

/** Draws the map into `host` and follows the signals; returns a function that ends it. */
export function drawMap(
  host: HTMLElement,
  root: HTMLElement,
  lens: Lens,
  setPlaces: (places: Place[]) => void,
  point: (at: PointedAt | null) => void,
): () => void {
  const box = host.parentElement!;
  const pen = document.createElement("canvas").getContext("2d");
  let centres: Centre[] = [];
  const place = () => {
    lens.painted();
    if (pen) pen.font = `600 11.5px ${getComputedStyle(root).fontFamily}`;
    const shown: Label[] = [];
    for (const { output, cluster } of centres) {
      const [x, y] = map.project(output);
      if (x < 0 || y < 0 || x > box.clientWidth || y > box.clientHeight) continue;
      // Above the middle, so that a small cluster is not hidden by its name.
      shown.push({ id: cluster.number, text: shorten(cluster.name), x, y: y - LABEL_LIFT, weight: cluster.size });
    }
    const measure = (text: string) => (pen ? pen.measureText(text).width : text.length * 6.5) + 10;
    const clusters = lens.clusters.list.value;
    const points =
      lens.clusters.of.value.length > AVOIDED ? [] : Array.from(lens.clusters.of.value, (_, i) => map.project(i));
    const tools = [...box.querySelectorAll<HTMLElement>(":scope > .ol-segments, :scope > .ol-pan")];
    const hides = (left: number, top: number, wide: number) =>
      tools.some(
        ({ offsetLeft: x, offsetTop: y, offsetWidth: w, offsetHeight: h }) =>
          left < x + w && left + wide > x && top < y + h && top + LABEL_LIFT > y,
      )
        ? Number.POSITIVE_INFINITY
        : points.filter(([x, y]) => x > left && x < left + wide && y > top && y < top + LABEL_LIFT).length;
    setPlaces(
      placeLabels(shown, box.clientWidth, box.clientHeight, measure, LABEL_LIFT, hides).map(({ id, left, top }) => ({
        id,
        left,
        top,
        text: shorten(clusters[id]?.name ?? ""),
        color: lens.colors.scheme.value.kind === "cluster" ? lens.colors.scheme.value.palette[id] : "transparent",
      })),
    );
  };
  const map = new CanvasMap(host, {
    onHover: (id, x, y) => {
      point(id >= 0 ? { id, x, y } : null);
      lens.pointer.hover.value = id;
    },
    onClick: (id, mode) => {
      if (id >= 0) {
        lens.pointer.cursor.value = id;
        lens.selection.select([id], mode);
      } else if (mode === "replace") lens.selection.select([], "replace");
    },
    onLasso: (ids, mode) => lens.selection.take(ids, mode),
    onView: place,
  });
  lens.map = {
    walk(direction) {
      const from = lens.pointer.cursor.value;
      const to = from < 0 ? centreMost(lens) : map.nearest(from, direction);
      if (to < 0) return;
      lens.pointer.cursor.value = to;
      map.reveal(to);
      lens.announce.say(describe(lens, to));
    },
    pan(direction) {
      const [x, y] = TOWARDS[direction];
      map.panBy(-x * PAN_STEP * host.clientWidth, -y * PAN_STEP * host.clientHeight);
    },
    zoom: (factor) => map.zoomBy(factor),
    fit: () => map.fit(true),
    zoomTo: (ids) => map.zoomTo(ids, true),
  };
  const resize = () => {
    // While another panel is visible, keep the map.
    if (!host.clientWidth && lens.side.tab.peek() !== "map") return;
    map.resize(host.clientWidth, host.clientHeight, host.ownerDocument.defaultView?.devicePixelRatio ?? 1);
    place();
  };
  const observer = new ResizeObserver(resize);
  observer.observe(host);
  const stops = [
    effect(() => {
      map.setPoints(lens.outputs.xy.value);
      lens.painted();
    }),
    effect(() => {
      map.tool = lens.settings.get("tool");
    }),
    effect(() => {
      const { palette, codes } = lens.colors.scheme.value;
      const style = getComputedStyle(root);
      void lens.colors.dark.value;
      const tagged = lens.tags.tagged.value.names.length ? lens.tags.any.value : null;
      const pointed = lens.pointer.cluster.value;
      map.setStyle({
        palette,
        codes,
        selected: lens.selection.mask.value,
        anySelected: lens.selection.count.value > 0,
        faded: lens.filter.faded.value,
        ringed: pointed === null ? tagged : Uint8Array.from(lens.clusters.of.value, (c) => Number(c === pointed)),
        hover: lens.pointer.hover.value,
        cursor: lens.pointer.cursor.value,
        background: hex(style.backgroundColor),
        ink: hex(style.color),
      });
      lens.painted();
    }),
    effect(() => {
      centres = lens.clusters.tree.value.clear === false ? [] : clusterCentres(lens);
      place();
    }),
  ];
  resize();
  stops.push(
    effect(() => {
      const ids = lens.side.zoom.value;
      if (!ids || lens.side.tab.value !== "map") return;
      map.zoomTo(ids, true);
      lens.side.zoom.value = null;
    }),
  );
  return () => {
    stops.forEach((stop) => stop());
    observer.disconnect();
    lens.map = null;
    map.destroy();
  };
}

function centreMost(lens: Lens): number {
  const [first] = lens.clusters.list.value;
  return first ? first.medoid : lens.outputs.info.n ? 0 : -1;
}

/** For each of the larger clusters, the member nearest to the centre of its points, where its name goes. */
function clusterCentres(lens: Lens): Centre[] {
  const xy = lens.outputs.xy.value;
  const clusterOf = lens.clusters.of.value;
  const clusters = lens.clusters.list.value.slice(0, MAX_LABELS);
  const sums = clusters.map(() => [0, 0, 0]);
  for (let i = 0; i < clusterOf.length; i++) {
    const sum = sums[clusterOf[i]];
    if (!sum) continue;
    sum[0] += xy[2 * i];
    sum[1] += xy[2 * i + 1];
    sum[2]++;
  }
  const nearest = clusters.map(() => ({ id: -1, distance: Infinity }));
  for (let i = 0; i < clusterOf.length; i++) {
    const best = nearest[clusterOf[i]];
    if (!best) continue;
    const [x, y, count] = sums[clusterOf[i]];
    const distance = (xy[2 * i] - x / count) ** 2 + (xy[2 * i + 1] - y / count) ** 2;
    if (distance < best.distance) Object.assign(best, { id: i, distance });
  }
  return clusters.flatMap((cluster, k) => (nearest[k].id < 0 ? [] : [{ output: nearest[k].id, cluster }]));
}

function shorten(name: string): string {
  return name.length > 34 ? `${name.slice(0, 32)}…` : name;
}

function hex(color: string): string {
  const [r = 255, g = 255, b = 255] = (color.match(/[\d.]+/g) ?? []).map(Number);
  return `#${[r, g, b].map((v) => Math.round(v).toString(16).padStart(2, "0")).join("")}`;
}
