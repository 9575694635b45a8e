// The map with its tools, cluster names, hover card and legend.
import { effect, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { CanvasMap } from "../../map/canvas-map";
import { type Label, placeLabels } from "../../map/labels";
import { number } from "../../core/colors";
import type { Cluster, State } from "../../core/state";
import { plural } from "../../ui/plural";
import { Painted } from "../../ui/segments";

/** Names on the map: more than this and none can be read. */
const MAX_LABELS = 16;
const LABEL_LIFT = 18;
const EXCERPT = 320;

interface Centre {
  /** The output at whose point the cluster's name goes. */
  output: number;
  cluster: Cluster;
}

interface Place {
  id: number;
  text: string;
  left: number;
  top: number;
  color: string;
}

export function MapPanel({ state, root }: { state: State; root: HTMLElement }) {
  const host = useRef<HTMLDivElement>(null);
  const places = useSignal<Place[]>([]);
  const pointer = useSignal<[number, number]>([0, 0]);
  useEffect(
    () =>
      draw(
        host.current!,
        root,
        state,
        (p) => (places.value = p),
        (p) => (pointer.value = p),
      ),
    [],
  );
  const n = state.info.value.n;
  return (
    <section class="ol-map-panel" aria-label="Map of the outputs">
      <Tools state={state} />
      <div class="ol-map-box">
        <div
          ref={host}
          class="ol-map"
          tabIndex={0}
          role="application"
          aria-label={`Map of ${plural(n, "output")}. Arrow keys walk from point to point, Enter selects, Space adds.`}
        />
        <div class="ol-labels" aria-hidden="true">
          {places.value.map((place) => (
            <span key={place.id} style={{ left: `${place.left}px`, top: `${place.top}px`, "--ol-color": place.color }}>
              {place.text}
            </span>
          ))}
        </div>
        {n === 0 && <div class="ol-empty">There are no outputs to show.</div>}
        {state.preparing.value && <div class="ol-preparing">Preparing this prompt…</div>}
        <HoverCard state={state} at={pointer.value} host={host.current} />
      </div>
      <Legend state={state} />
    </section>
  ); // prettier-ignore
}

function Tools({ state }: { state: State }) {
  const [tool, color] = [state.setting("tool"), state.setting("color")];
  const { columns } = state.info.value;
  return (
    <div class="ol-bar ol-tools">
      <span class="ol-segments" role="group" aria-label="What a drag on the map does">
        <button
          type="button"
          aria-pressed={tool === "pan"}
          title="A drag moves the map (p)"
          onClick={() => state.set({ tool: "pan" })}
        >
          Pan
        </button>
        <button
          type="button"
          aria-pressed={tool === "lasso"}
          title="A drag selects what is not dimmed; Shift adds, Alt removes (l)"
          onClick={() => state.set({ tool: "lasso" })}
        >
          Lasso
        </button>
      </span>
      <label class="ol-field">
        <select
          aria-label="Colour the map by"
          value={color}
          onChange={(event) => state.set({ color: event.currentTarget.value })}
        >
          <option value="cluster">Colour: cluster</option>
          <option value="tags">Colour: tags</option>
          {columns.map(({ name }) => (
            <option key={name} value={name}>
              Colour: {name}
            </option>
          ))}
        </select>
      </label>
      <span class="ol-spring" />
      <span class="ol-segments" role="group" aria-label="Zoom">
        <button type="button" title="Zoom out (-)" aria-label="Zoom out" onClick={() => state.map?.zoom(1 / 1.4)}>
          −
        </button>
        <button
          type="button"
          title="Zoom in (+), or the wheel"
          aria-label="Zoom in"
          onClick={() => state.map?.zoom(1.4)}
        >
          +
        </button>
        <button type="button" title="Show everything (0)" aria-label="Show everything" onClick={() => state.map?.fit()}>
          ⤢
        </button>
      </span>
    </div>
  ); // prettier-ignore
}

function Legend({ state }: { state: State }) {
  const { kind, name, entries, many } = state.scheme.value;
  // The list of clusters is the legend of the clusters.
  if (kind === "cluster") return null;
  const hidden = state.hidden.value;
  return (
    <div class={many ? "ol-legend ol-one-line" : "ol-legend"} role="group" aria-label={`Legend: ${name}`}>
      {entries.map(({ group, label, color, count }) => (
        <button
          key={group}
          type="button"
          role="switch"
          aria-checked={!hidden.has(group)}
          style={{ "--ol-color": color }}
          title={`${label}: ${plural(count, "output")}\nclick: dim · Shift+click: show only this`}
          onClick={(event) => (event.shiftKey ? state.only(group) : state.toggle(group))}
        >
          <i />
          <span>{label}</span>
          <small>{number(count)}</small>
        </button>
      ))}
    </div>
  ); // prettier-ignore
}

function HoverCard({ state, at, host }: { state: State; at: [number, number]; host: HTMLElement | null }) {
  const i = state.hover.value;
  // What is pointed at in the reader can be read there.
  if (i < 0 || i >= state.info.value.n || !host?.matches(":hover") || at[0] < 0) return null;
  const texts = state.texts.value;
  void texts.arrived.value;
  const text = texts.get(i);
  const [x, y] = at;
  const right = x > host.clientWidth / 2;
  const below = y < host.clientHeight / 2;
  return (
    <div
      class="ol-hover"
      style={{
        [right ? "right" : "left"]: `${right ? host.clientWidth - x + 12 : x + 12}px`,
        [below ? "top" : "bottom"]: `${below ? y + 12 : host.clientHeight - y + 12}px`,
        maxWidth: `${Math.max(140, Math.min(340, (right ? x : host.clientWidth - x) - 20))}px`,
      }}
    >
      <div class="ol-hover-head">
        <i class="ol-dot" style={{ background: state.color(i) }} />
        <b>{state.source(i) || `row ${state.label(i)}`}</b>
        <span class="ol-muted">{state.clusterName(i)}</span>
      </div>
      <div class="ol-hover-text">
        {text === null ? "…" : text.trim() ? <Excerpt text={text} /> : <span class="ol-muted">{state.blank(i)}</span>}
      </div>
    </div>
  );
}

function Excerpt({ text }: { text: string }) {
  const start = text.trimStart();
  const shown = start.length > EXCERPT ? `${start.slice(0, EXCERPT)}…` : start;
  return <Painted text={shown} from={0} to={shown.length} layers={[]} />;
}

/** Joins the canvas to the signals; returns what parts them. */
function draw(
  host: HTMLElement,
  root: HTMLElement,
  state: State,
  setPlaces: (places: Place[]) => void,
  setPointer: (at: [number, number]) => void,
): () => void {
  const box = host.parentElement!;
  const pen = document.createElement("canvas").getContext("2d");
  let centres: Centre[] = [];
  const place = () => {
    if (pen) pen.font = `600 11.5px ${getComputedStyle(root).fontFamily}`;
    const shown: Label[] = [];
    for (const { output, cluster } of centres) {
      const [x, y] = map.project(output);
      if (x < 0 || y < 0 || x > box.clientWidth || y > box.clientHeight) continue;
      // Above the middle, so that a small cluster is not hidden by its own name.
      shown.push({ id: cluster.number, text: shorten(cluster.name), x, y: y - LABEL_LIFT, weight: cluster.size });
    }
    const measure = (text: string) => (pen ? pen.measureText(text).width : text.length * 6.5) + 10;
    const clusters = state.clusters.value;
    setPlaces(
      placeLabels(shown, box.clientWidth, box.clientHeight, measure).map(({ id, left, top }) => ({
        id,
        left,
        top,
        text: shorten(clusters[id]?.name ?? ""),
        color: state.scheme.value.kind === "cluster" ? state.scheme.value.palette[Math.min(id, 8)] : "transparent",
      })),
    );
  };
  const map = new CanvasMap(host, {
    onHover: (id, x, y) => {
      // A card that is pointed at is marked on the map; it is being read already, so it opens no card there.
      setPointer(id >= 0 ? [x, y] : [-1, -1]);
      state.hover.value = id;
    },
    onClick: (id, mode) => {
      if (id >= 0) {
        state.cursor.value = id;
        state.select([id], mode);
      } else if (mode === "replace") state.select([], "replace");
    },
    onLasso: (ids, mode) => state.take(ids, mode),
    onView: place,
  });
  state.map = {
    walk(direction) {
      const from = state.cursor.value;
      const to = from < 0 ? centreMost(state) : map.nearest(from, direction);
      if (to >= 0) state.cursor.value = to;
      if (to >= 0) state.status.value = state.describe(to);
    },
    zoom: (factor) => map.zoomBy(factor),
    fit: () => map.fit(true),
    zoomTo: (ids) => map.zoomTo(ids, true),
  };
  const resize = () => {
    map.resize(host.clientWidth, host.clientHeight, host.ownerDocument.defaultView?.devicePixelRatio ?? 1);
    place();
  };
  const observer = new ResizeObserver(resize);
  observer.observe(host);
  const stops = [
    effect(() => {
      map.setPoints(state.shown.value.xy);
    }),
    effect(() => {
      map.tool = state.setting("tool");
    }),
    effect(() => {
      const { palette, codes } = state.scheme.value;
      const style = getComputedStyle(root);
      void state.dark.value;
      map.setStyle({
        palette,
        codes,
        selected: state.selected.value,
        anySelected: state.selectedCount.value > 0,
        faded: state.faded.value,
        ringed: state.tags.tagged.value.names.length ? state.tags.any.value : null,
        hover: state.hover.value,
        cursor: state.cursor.value,
        background: hex(style.backgroundColor),
        ink: hex(style.color),
      });
    }),
    effect(() => {
      centres = clusterCentres(state);
      place();
    }),
  ];
  resize();
  return () => {
    stops.forEach((stop) => stop());
    observer.disconnect();
    state.map = null;
    map.destroy();
  };
}

function centreMost(state: State): number {
  const [first] = state.clusters.value;
  return first ? first.medoid : state.info.value.n ? 0 : -1;
}

/** For each of the larger clusters the member nearest to the middle of its points: where its name goes. */
function clusterCentres(state: State): Centre[] {
  const { xy } = state.shown.value;
  const clusterOf = state.clusterOf.value;
  const clusters = state.clusters.value.slice(0, MAX_LABELS);
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
