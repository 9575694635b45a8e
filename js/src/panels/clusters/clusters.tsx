// The clusters: names, sizes and the share of each source. A click selects, a double click zooms.
import { ALONE, type Cluster } from "../../core/clusters";
import { modeOf } from "../../core/selection";
import { Making } from "../making";
import { Explained, mentioned } from "../rare";
import { useLens } from "../use-lens";
import type { Lens } from "../../core/lens";
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { Button, Plain } from "../../ui/button";
import { grouped, plural } from "../../ui/format";
import { NameField } from "../../ui/name-field";
import { rove } from "../../ui/rove";
import { classes, Muted, Spring } from "../../ui/layout";
import { useComputed } from "../use-computed";

/** With more sources than this, bars do not fit. */
const MAX_BARS = 12;
/** The least count, and the least standard deviations above chance, for a source to be named. */
const LEAST_COUNT = 3;
const SURE = 3;
/** Characters of the typical output in a tooltip. */
const TYPICAL = 280;

export function Clusters() {
  const lens = useLens();
  const share = useComputed(() => bySource(lens), [lens]);
  const clusters = lens.clusters.list.value;
  const alone = lens.clusters.alone.value;
  const largest = Math.max(1, clusters[0]?.size ?? 0, alone);
  const tree = lens.clusters.tree.value;
  if (lens.making.progress.value)
    return (
      <section class="ol-clusters" aria-label="Clusters">
        <Making />
      </section>
    );
  return (
    <section class="ol-clusters" aria-label="Clusters">
      <div class="ol-bar">
        <label class="ol-granularity" title="Coarser or finer clusters ([ and ], or , and .)">
          <Muted>coarse</Muted>
          <input
            type="range"
            min={0}
            max={tree.granularities.length - 1}
            step={1}
            value={lens.clusters.level.value}
            aria-label="Granularity of the clusters"
            aria-valuetext={plural(clusters.length, "cluster")}
            onInput={(event) => lens.clusters.setGranularity(tree.granularities[Number(event.currentTarget.value)])}
          />
          <Muted>fine</Muted>
        </label>
        <Spring />
        <Muted>{plural(clusters.length, "cluster")}</Muted>
      </div>
      <ul class="ol-rows">
        {clusters.map((cluster) => (
          <Row
            key={cluster.node}
            cluster={cluster}
            title={() => describe(lens, cluster)}
            largest={largest}
            share={share}
            rename={(name) => lens.clusters.rename(cluster, name)}
          />
        ))}
        {alone > 0 && (
          <Row
            cluster={{ number: -1, name: ALONE, size: alone }}
            title={() => "Outputs unlike any other\nclick: select undimmed outputs · double click or z: zoom"}
            largest={largest}
          />
        )}
        {lens.outputs.info.n === 0 && <li class="ol-empty">There are no outputs.</li>}
      </ul>
    </section>
  ); // prettier-ignore
}

interface RowProps {
  cluster: Pick<Cluster, "number" | "name" | "size">;
  /** Computed only for the row under the pointer: the points of all outputs take time. */
  title: () => string;
  largest: number;
  share?: BySource | null;
  /** Makes the row's name a button and allows renaming. */
  rename?: (name: string) => void;
}

function Row({ cluster: { number, name, size }, title, largest, share, rename }: RowProps) {
  const lens = useLens();
  const renaming = useSignal(false);
  const open = useSignal(false);
  const row = useRef<HTMLLIElement>(null);
  const explains = useComputed(() => !!lens.points.cut.value || (lens.kernel && lens.clusters.tree.value.long), [lens]);
  const chosen = useComputed(() => selectedIn(lens, number), [lens, number]);
  const pointed = useComputed(() => lens.pointer.cluster.value === number, [lens, number]);
  const select = (event: MouseEvent | KeyboardEvent) =>
    lens.selection.take(lens.clusters.members(number), modeOf(event));
  const zoom = () => lens.side.zoomTo(lens.clusters.members(number));
  const stop = (named: string | null, byKey: boolean) => {
    renaming.value = false;
    if (named !== null) rename!(named);
    // After the next drawing, the name is a button again.
    if (byKey) requestAnimationFrame(() => row.current?.querySelector<HTMLElement>(".ol-name")?.focus());
  };
  return (
    <>
      <li
        ref={row}
        class={classes("ol-row", chosen === size && "ol-chosen")}
        onMouseEnter={() => (lens.pointer.cluster.value = number)}
        onMouseLeave={() => (lens.pointer.cluster.value = null)}
        onKeyDown={(event) => {
          rove(event);
          if (renaming.value || event.ctrlKey || event.metaKey || event.altKey) return;
          if (event.key === "F2" && rename) {
            event.preventDefault();
            renaming.value = true;
          } else if (event.key === "z") zoom();
        }}
      >
        <Swatch group={number} label={name} />
        {renaming.value ? (
          <NameField value={name} label="Name of the cluster" done={stop} />
        ) : (
          <Button
            class={classes("ol-name", number < 0 && "ol-muted")}
            pressed={chosen === size}
            title={pointed ? title() : undefined}
            onClick={select}
            onDblClick={zoom}
          >
            {name}
          </Button>
        )}
        {rename && !renaming.value && (
          <Plain
            tabIndex={-1}
            class="ol-rename"
            title="Rename (F2)"
            label={`Rename ${name}`}
            onClick={() => (renaming.value = true)}
          >
            ✎
          </Plain>
        )}
        <TagMembers number={number} name={name} size={size} />
        {share && <Bars share={share} cluster={number} />}
        <Size
          size={size}
          largest={largest}
          chosen={chosen}
          color={number >= 0 && lens.colors.scheme.value.kind === "cluster" ? swatch(lens, number) : ""}
        />
        {explains && (
          <Plain
            tabIndex={-1}
            class="ol-twist"
            aria-expanded={open.value}
            label={`What “${name}” says`}
            title="What this cluster says more often than the others"
            onClick={() => (open.value = !open.value)}
          >
            {open.value ? "▾" : "▸"}
          </Plain>
        )}
      </li>
      {explains && open.value && (
        <li class="ol-explained">
          <Explained cluster={number} />
        </li>
      )}
    </>
  ); // prettier-ignore
}

function TagMembers({ number, name, size }: { number: number; name: string; size: number }) {
  const lens = useLens();
  return (
    <Button
      tabIndex={-1}
      class="ol-tag-cluster"
      title="Tag the outputs of this cluster"
      label={`Tag ${name}`}
      onClick={() =>
        (lens.tagging.field.value = {
          ids: lens.clusters.members(number),
          what: `${grouped(size)} in “${name.slice(0, 40)}”`,
        })
      }
    >
      tag
    </Button>
  ); // prettier-ignore
}

/** The colour, and the legend's filter: a click dims the group, Shift+click shows only it. */
export function Swatch({ group, label }: { group: number; label: string }) {
  const lens = useLens();
  const ofScheme = lens.colors.scheme.value.kind === "cluster";
  const hidden = ofScheme && lens.filter.hidden.value.has(group);
  if (!ofScheme) return <span class="ol-swatch-space" />;
  return (
    <Button
      tabIndex={-1}
      class="ol-swatch"
      role="switch"
      aria-checked={!hidden}
      style={{ "--ol-color": swatch(lens, group) }}
      label={`Show ${label}`}
      title={hidden ? "Show (Shift: only this)" : "Dim (Shift: show only this)"}
      onClick={(event) => (event.shiftKey ? lens.filter.only(group) : lens.filter.toggle(group))}
    />
  ); // prettier-ignore
}

function swatch(lens: Lens, group: number): string {
  const { palette } = lens.colors.scheme.value;
  return group < 0 ? palette[palette.length - 1] : palette[Math.min(group, palette.length - 2)];
}

/** The size, its share of all outputs, and a bar of proportional length below the row. */
function Size({ size, largest, chosen, color }: { size: number; largest: number; chosen: number; color: string }) {
  const percent = (100 * size) / Math.max(1, useLens().outputs.info.n);
  return (
    <>
      <span class="ol-size" title={chosen ? `${chosen} selected` : undefined}>
        {grouped(size)}
      </span>
      <span class="ol-size ol-muted">{percent < 1 ? "<1" : Math.round(percent)} %</span>
      <span class="ol-sizebar" aria-hidden="true">
        <i style={{ width: `${(100 * size) / largest}%`, ...(color && { background: color }) }} />
        {chosen > 0 && <em style={{ width: `${(100 * chosen) / largest}%` }} />}
      </span>
    </>
  );
}

// The share of each source

interface BySource {
  name: string;
  sources: string[];
  totals: number[];
  /** counts[cluster][source] */
  counts: number[][];
}

function bySource(lens: Lens): BySource | null {
  const column = lens.outputs.column(lens.outputs.info.source);
  if (!column?.categories) return null;
  const codes = lens.outputs.columns.value[column.name];
  const present = lens.outputs.present(column);
  if (present.length < 2) return null;
  const sources = present.map((code) => column.categories![code]);
  const place = new Map(present.map((code, k) => [code, k]));
  const clusterOf = lens.clusters.of.value;
  const totals = sources.map(() => 0);
  const counts = lens.clusters.list.value.map(() => sources.map(() => 0));
  for (let i = 0; i < codes.length; i++) {
    const source = place.get(codes[i]);
    if (source === undefined) continue;
    totals[source]++;
    if (clusterOf[i] >= 0) counts[clusterOf[i]][source]++;
  }
  return { name: column.name, sources, totals, counts };
}

/** The sources of a cluster: a bar for each or, if there are many, the two names furthest above chance. */
function Bars({ share: { name, sources, totals, counts }, cluster }: { share: BySource; cluster: number }) {
  const lens = useLens();
  const here = counts[cluster];
  const parts = sources.map((source, s) => {
    const [count, of] = [here[s], totals[s]];
    return { source, part: count / of, count, of, text: `${source}: ${count} of its ${of} (${percent(count / of)})` };
  });
  const texts = (some: typeof parts) => some.map(({ text }) => text).join("\n");
  if (parts.length > MAX_BARS) {
    const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
    const all = sum(here) / sum(totals);
    /** Standard deviations above chance. */
    const above = ({ count, of }: { count: number; of: number }) =>
      (count - of * all) / Math.sqrt(of * all * (1 - all));
    const most = parts
      .filter((p) => p.count >= LEAST_COUNT && above(p) >= SURE)
      .sort((a, b) => above(b) - above(a))
      .slice(0, 2);
    return (
      <span class="ol-mostly ol-muted" title={texts(most)}>
        {most.map(({ source }) => lens.outputs.short(name, source)).join(", ")}
      </span>
    );
  }
  return (
    <span class="ol-bars" role="img" aria-label={texts(parts).replaceAll("\n", "; ")} title={texts(parts)}>
      {parts.map(({ source, part }) => (
        <i key={source} style={{ height: `${part > 0 ? Math.max(8, 100 * part) : 0}%` }} />
      ))}
    </span>
  );
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

function selectedIn(lens: Lens, cluster: number): number {
  const selected = lens.selection.mask.value;
  const clusterOf = lens.clusters.of.value;
  let count = 0;
  for (let i = 0; i < selected.length; i++) if (selected[i] && clusterOf[i] === cluster) count++;
  return count;
}

/** The tooltip of a cluster: its distinguishing points and words, and its typical output. */
function describe(lens: Lens, { name, number, given, size, holds, words, medoid }: Cluster): string {
  const text = (lens.outputs.texts.value.peek(medoid) ?? "").trim().replace(/\s+/g, " ");
  const lines = [name, plural(size, "output")];
  if (!given) lines.push(`${percent(holds)} contain the name`);
  lines.push(...mentioned(lens, number));
  if (words.length) lines.push(`distinctive: ${words.join(", ")}`);
  if (text) lines.push(`typical: ${text.length > TYPICAL ? `${text.slice(0, TYPICAL)}…` : text}`);
  return [...lines, "click: select undimmed outputs · double click or z: zoom · F2: rename"].join("\n");
}
