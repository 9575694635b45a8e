// The map with its tools, cluster names, hover card and legend.
import type { Cluster } from "../../core/clusters";
import { useLens } from "../use-lens";
import type { Direction, Lens } from "../../core/lens";
import { describe } from "../../core/describe";
import { effect, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { CanvasMap } from "../../map/canvas-map";
import { type Label, placeLabels } from "../../map/labels";
import { Button } from "../../ui/button";
import { Grace, useEscape } from "../../ui/dismiss";
import { number, plural } from "../../ui/format";
import { Painted } from "../../ui/segments";
import { Empty, Muted, Segments, Spring } from "../../ui/layout";
import { Dot } from "../dot";
import { Choice } from "../../ui/choice";

/** Names on the map: more than this and none can be read. */
const MAX_LABELS = 16;
const LABEL_LIFT = 18;
const EXCERPT = 320;
/** The part of what is shown by which a key or a button moves the map. */
const PAN_STEP = 0.2;
const TOWARDS: Record<Direction, [number, number]> = { left: [-1, 0], up: [0, -1], down: [0, 1], right: [1, 0] };
const MOVES: [Direction, string, string][] = [
  ["left", "Left", "←"],
  ["up", "Up", "↑"],
  ["down", "Down", "↓"],
  ["right", "Right", "→"],
];

interface Centre {
  /** The output at whose point the cluster's name goes. */
  output: number;
  cluster: Cluster;
}

/** The point under the pointer, and where on the map it lies. */
interface PointedAt {
  id: number;
  x: number;
  y: number;
}

interface Place {
  id: number;
  text: string;
  left: number;
  top: number;
  color: string;
}

export function MapPanel({ root }: { root: HTMLElement }) {
  const lens = useLens();
  const host = useRef<HTMLDivElement>(null);
  const places = useSignal<Place[]>([]);
  const excerpt = useSignal<PointedAt | null>(null);
  const grace = useRef(new Grace()).current;
  /** The point whose excerpt Escape closed. */
  const dismissed = useRef(-1);
  useEffect(() => {
    const end = draw(
      host.current!,
      root,
      lens,
      (p) => (places.value = p),
      (at) => {
        if (at?.id !== dismissed.current) dismissed.current = -1;
        const next = dismissed.current < 0 ? at : null;
        // The pointer may be on its way to the excerpt, across other points.
        if (excerpt.peek()) grace.run(() => (excerpt.value = next));
        else excerpt.value = next;
      },
    );
    return () => {
      grace.stop();
      end();
    };
  }, []);
  useEscape(excerpt.value !== null, () => {
    grace.stop();
    dismissed.current = excerpt.peek()?.id ?? -1;
    excerpt.value = null;
  });
  const n = lens.outputs.info.value.n;
  return (
    <section class="ol-map-panel" aria-label="Map of the outputs">
      <Tools />
      <div class="ol-map-box">
        <div
          ref={host}
          class="ol-map"
          tabIndex={0}
          role="application"
          aria-label={`Map of ${plural(n, "output")}. Arrow keys go from point to point, with Shift they move the map; Enter selects, Space adds.`}
        />
        <div class="ol-labels" aria-hidden="true">
          {places.value.map((place) => (
            <span key={place.id} style={{ left: `${place.left}px`, top: `${place.top}px`, "--ol-color": place.color }}>
              {place.text}
            </span>
          ))}
        </div>
        {n === 0 && <Empty>There are no outputs to show.</Empty>}
        {lens.settings.get("tool") === "pan" && <PanButtons />}
        {excerpt.value && (
          <HoverCard
            at={excerpt.value}
            host={host.current!}
            reached={() => grace.stop()}
            left={() => grace.run(() => (excerpt.value = null))}
          />
        )}
      </div>
      <Legend />
    </section>
  ); // prettier-ignore
}

function Tools() {
  const lens = useLens();
  const [tool, color] = [lens.settings.get("tool"), lens.settings.get("color")];
  const { columns } = lens.outputs.info.value;
  return (
    <div class="ol-bar ol-tools">
      <Segments label="What a drag on the map does">
        <Button
          pressed={tool === "pan"}
          title="Drag, or use the arrow buttons, to move the map (p)"
          onClick={() => lens.settings.set({ tool: "pan" })}
        >
          Pan
        </Button>
        <Button
          pressed={tool === "lasso"}
          title="A drag selects what is not dimmed; Shift adds, Alt removes (l)"
          onClick={() => lens.settings.set({ tool: "lasso" })}
        >
          Lasso
        </Button>
      </Segments>
      <Choice name="Colour the map by" value={color} set={(chosen) => lens.settings.set({ color: chosen })}>
        <option value="cluster">Colour: cluster</option>
        <option value="tags">Colour: tags</option>
        {columns.map(({ name }) => (
          <option key={name} value={name}>
            Colour: {name}
          </option>
        ))}
      </Choice>
      <Spring />
      <Segments label="Zoom">
        <Button title="Zoom out (-)" label="Zoom out" onClick={() => lens.map?.zoom(1 / 1.4)}>
          −
        </Button>
        <Button title="Zoom in (+), or the wheel" label="Zoom in" onClick={() => lens.map?.zoom(1.4)}>
          +
        </Button>
        <Button title="Show everything (0)" label="Show everything" onClick={() => lens.map?.fit()}>
          ⤢
        </Button>
      </Segments>
    </div>
  ); // prettier-ignore
}

/** Moves the map for those who cannot drag. */
function PanButtons() {
  const lens = useLens();
  return (
    <div class="ol-pan" role="group" aria-label="Move the map">
      {MOVES.map(([direction, name, sign]) => (
        <Button
          key={direction}
          label={name}
          title={`Move the map (Shift+${sign})`}
          onClick={() => lens.map?.pan(direction)}
        >
          {sign}
        </Button>
      ))}
    </div>
  ); // prettier-ignore
}

function Legend() {
  const lens = useLens();
  const { kind, name, entries, many } = lens.colors.scheme.value;
  // The list of clusters is the legend of the clusters.
  if (kind === "cluster") return null;
  const hidden = lens.filter.hidden.value;
  return (
    <div class={many ? "ol-legend ol-one-line" : "ol-legend"} role="group" aria-label={`Legend: ${name}`}>
      {entries.map(({ group, label, color, count }) => (
        <Button
          key={group}
          role="switch"
          aria-checked={!hidden.has(group)}
          style={{ "--ol-color": color }}
          title={`${label}: ${plural(count, "output")}\nclick: dim · Shift+click: show only this`}
          onClick={(event) => (event.shiftKey ? lens.filter.only(group) : lens.filter.toggle(group))}
        >
          <i />
          <span>{lens.outputs.short(name, label)}</span>
          <small>{number(count)}</small>
        </Button>
      ))}
    </div>
  ); // prettier-ignore
}

interface HoverCardProps {
  at: PointedAt;
  host: HTMLElement;
  reached: () => void;
  left: () => void;
}

function HoverCard({ at: { id: i, x, y }, host, reached, left }: HoverCardProps) {
  const lens = useLens();
  if (i >= lens.outputs.info.value.n) return null;
  const texts = lens.outputs.texts.value;
  void texts.arrived.value;
  const text = texts.get(i);
  const right = x > host.clientWidth / 2;
  const below = y < host.clientHeight / 2;
  return (
    <div
      class="ol-hover"
      onPointerEnter={() => {
        reached();
        lens.pointer.hover.value = i;
      }}
      onPointerLeave={() => {
        left();
        lens.pointer.hover.value = -1;
      }}
      style={{
        [right ? "right" : "left"]: `${right ? host.clientWidth - x + 12 : x + 12}px`,
        [below ? "top" : "bottom"]: `${below ? y + 12 : host.clientHeight - y + 12}px`,
        maxWidth: `${Math.max(140, Math.min(340, (right ? x : host.clientWidth - x) - 20))}px`,
      }}
    >
      <div class="ol-hover-head">
        <Dot id={i} />
        <b>{lens.outputs.shortSource(i) || `row ${lens.outputs.label(i)}`}</b>
        <Muted>{lens.clusters.nameOf(i)}</Muted>
      </div>
      <div class="ol-hover-text">
        {text === null ? "…" : text.trim() ? <Excerpt text={text} /> : <Muted>{lens.outputs.blank(i)}</Muted>}
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
      // Above the middle, so that a small cluster is not hidden by its own name.
      shown.push({ id: cluster.number, text: shorten(cluster.name), x, y: y - LABEL_LIFT, weight: cluster.size });
    }
    const measure = (text: string) => (pen ? pen.measureText(text).width : text.length * 6.5) + 10;
    const clusters = lens.clusters.list.value;
    setPlaces(
      placeLabels(shown, box.clientWidth, box.clientHeight, measure).map(({ id, left, top }) => ({
        id,
        left,
        top,
        text: shorten(clusters[id]?.name ?? ""),
        color:
          lens.colors.scheme.value.kind === "cluster"
            ? lens.colors.scheme.value.palette[Math.min(id, 8)]
            : "transparent",
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
      map.setStyle({
        palette,
        codes,
        selected: lens.selection.mask.value,
        anySelected: lens.selection.count.value > 0,
        faded: lens.filter.faded.value,
        ringed: lens.tags.tagged.value.names.length ? lens.tags.any.value : null,
        hover: lens.pointer.hover.value,
        cursor: lens.pointer.cursor.value,
        background: hex(style.backgroundColor),
        ink: hex(style.color),
      });
      lens.painted();
    }),
    effect(() => {
      centres = clusterCentres(lens);
      place();
    }),
  ];
  resize();
  return () => {
    stops.forEach((stop) => stop());
    observer.disconnect();
    lens.map = null;
    map.destroy();
  };
}

function centreMost(lens: Lens): number {
  const [first] = lens.clusters.list.value;
  return first ? first.medoid : lens.outputs.info.value.n ? 0 : -1;
}

/** For each of the larger clusters the member nearest to the middle of its points: where its name goes. */
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
