// The map panel: its tools, cluster names, the excerpt of the point under the pointer, and the legend.
import { useLens } from "../use-lens";
import type { Direction } from "../../core/lens";
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { Button } from "../../ui/button";
import { Grace, useDismiss } from "../../ui/dismiss";
import { focused } from "../../ui/focus";
import { grouped, plural } from "../../ui/format";
import { Painted } from "../../ui/segments";
import { Empty, Muted, Segments } from "../../ui/layout";
import { Dot } from "../dot";
import { Making } from "../making";
import { Choice, Options } from "../../ui/choice";
import { drawMap, type Place, type PointedAt } from "./draw-map";

const EXCERPT = 320;
const MOVES: [Direction, string, string][] = [
  ["left", "Left", "←"],
  ["up", "Up", "↑"],
  ["down", "Down", "↓"],
  ["right", "Right", "→"],
];

const TOOLS = [
  ["pan", "✥", "Move", "Drag, or use the arrow buttons, to move the map (p)"],
  ["lasso", "◌", "Select", "Drag to select undimmed outputs; Shift adds, Alt removes (l)"],
] as const;

export function MapPanel() {
  const lens = useLens();
  const host = useRef<HTMLDivElement>(null);
  const places = useSignal<Place[]>([]);
  const excerpt = useSignal<PointedAt | null>(null);
  const grace = useRef(new Grace()).current;
  /** The point whose excerpt was dismissed. */
  const dismissed = useRef(-1);
  useEffect(() => {
    const end = drawMap(
      host.current!,
      host.current!.closest<HTMLElement>(".outlens")!,
      lens,
      (p) => (places.value = p),
      (at) => {
        if (at?.id !== dismissed.current) dismissed.current = -1;
        const next = dismissed.current < 0 ? at : null;
        // The pointer may be crossing other points on its way to the excerpt.
        if (excerpt.peek()) grace.run(() => (excerpt.value = next));
        else excerpt.value = next;
      },
    );
    return () => {
      grace.stop();
      end();
    };
  }, []);
  useDismiss(excerpt.value !== null, host, ".ol-hover", () => {
    grace.stop();
    dismissed.current = excerpt.peek()?.id ?? -1;
    excerpt.value = null;
  });
  const n = lens.outputs.info.n;
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
        {!lens.outputs.xy.value.length && <Making />}
        {n === 0 && <Empty>There are no outputs to show.</Empty>}
        <Zoom />
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
  const { columns } = lens.outputs.info;
  const point = color === "point" || lens.points.cut.value ? ["point"] : [];
  const sets = color === "sets" || lens.colors.denser.value ? ["sets"] : [];
  return (
    <div class="ol-bar ol-tools">
      <Segments label="Effect of dragging">
        {TOOLS.map(([one, sign, name, title]) => (
          <Button key={one} pressed={tool === one} title={title} onClick={() => lens.settings.set({ tool: one })}>
            <span aria-hidden="true">{sign}</span> {name}
          </Button>
        ))}
      </Segments>
      <Choice
        label="Colour"
        name="Colour the map by"
        value={color}
        set={(chosen) => lens.settings.set({ color: chosen })}
      >
        <Options names={["cluster", "tags", ...point, ...sets, ...columns.map(({ name }) => name)]} />
      </Choice>
    </div>
  ); // prettier-ignore
}

function Zoom() {
  const lens = useLens();
  return (
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
  );
}

/** Pans the map for users who cannot drag. */
function PanButtons() {
  const lens = useLens();
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const here = box.current!;
    // A key may change the tool while one of them has the focus.
    return () => {
      if (here.contains(focused(here))) here.parentElement!.querySelector<HTMLElement>(".ol-map")!.focus();
    };
  }, []);
  return (
    <div class="ol-pan" role="group" aria-label="Move the map" ref={box}>
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
  const point = (group: number | null) => {
    if (kind === "cluster") lens.pointer.cluster.value = group;
  };
  const hidden = lens.filter.hidden.value;
  // Your own positions are there before the clusters.
  if (kind === "cluster" && lens.making.progress.value) return null;
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
          onMouseEnter={() => point(group)}
          onMouseLeave={() => point(null)}
        >
          <i />
          <span>{lens.outputs.short(name, label)}</span>
          <small>{grouped(count)}</small>
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
  if (i >= lens.outputs.info.n) return null;
  const text = lens.outputs.text(i);
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
        <b>{lens.outputs.name(i)}</b>
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
