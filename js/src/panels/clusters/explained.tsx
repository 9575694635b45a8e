// What a cluster says more often than the other outputs: its distinguishing points, with counts.
import { computed, type ReadonlySignal } from "@preact/signals";
import { type Distinguishing, distinguishing } from "../../core/distinguishing";
import type { Lens } from "../../core/lens";
import { listOf } from "../../core/points-cut";
import { modeOf } from "../../core/selection";
import { Button, Plain } from "../../ui/button";
import { grouped } from "../../ui/format";
import { Muted } from "../../ui/layout";
import { rove } from "../../ui/rove";
import { ShareBar } from "../../ui/share-bar";
import { Waiting } from "../making";
import { typicalText } from "../reader/points/rows";
import { useLens } from "../use-lens";

/** The most points of an opened row, and of a tooltip. */
const LISTED = 6;
const MENTIONED = 3;

const known = new WeakMap<Lens, ReadonlySignal<Distinguishing[][]>>();

/** The points that distinguish a cluster, best first. */
function pointsOf(lens: Lens, cluster: number): Distinguishing[] {
  let made = known.get(lens);
  if (!made) {
    made = computed(() => {
      const cut = lens.points.cut.value;
      return cut ? distinguishing(lens.clusters.of.value, cut) : [];
    });
    known.set(lens, made);
  }
  return made.value[cluster + 1] ?? [];
}

const counts = ({ f1, n1, f2, n2 }: Distinguishing) => [
  `${grouped(f1)} of ${grouped(n1)}`,
  `${grouped(f2)} of ${grouped(n2)} others`,
];

/** The lines of a cluster's tooltip about its points. */
export function mentioned(lens: Lens, cluster: number): string[] {
  const best = pointsOf(lens, cluster).slice(0, MENTIONED);
  return best.map((row) => `says: ${lens.points.name(row.point)} (${counts(row).join(", ")})`);
}

export function Explained({ cluster }: { cluster: number }) {
  const lens = useLens();
  const { points } = lens;
  const { progress, result } = { progress: points.progress.value, result: points.result.value };
  if (progress) return <Waiting progress={progress} name="Points" tell={(go) => points.tell(go ? "points" : "stop")} />;
  if (result.kind === "error") return <span class="ol-error">{points.status.value}</span>;
  if (!points.cut.value)
    return (
      <Muted>
        <Button
          title="Find what the outputs say, and what this cluster says more often"
          onClick={() => points.tell("points")}
        >
          Find the points
        </Button>{" "}
        to see what this cluster says more often than the others.
      </Muted>
    );
  const rows = pointsOf(lens, cluster).slice(0, LISTED);
  if (!rows.length) return <Muted>No point is made significantly more often here than by the other outputs.</Muted>;
  return (
    <div role="list">
      {rows.map((row) => (
        <Point key={row.point} row={row} cluster={cluster} />
      ))}
    </div>
  );
}

function Point({ row, cluster }: { row: Distinguishing; cluster: number }) {
  const lens = useLens();
  const { points, clusters } = lens;
  const [here, others] = counts(row);
  const text = typicalText(lens, row.point) ?? "…";
  const select = (event: MouseEvent | KeyboardEvent) => {
    const makers = listOf(points.cut.value!.makers, row.point);
    lens.selection.take(
      makers.filter((id) => clusters.of.value[id] === cluster),
      modeOf(event),
    );
  };
  return (
    <div class="ol-explained-point" role="listitem" onKeyDown={rove}>
      <Plain
        class="ol-says"
        dir="auto"
        title={`${text}\nclick: show the point and its wordings`}
        onClick={() => points.show(points.typical(row.point))}
      >
        {text}
      </Plain>
      <Plain
        tabIndex={-1}
        title="Select the outputs of this cluster that make it (Shift adds, Alt removes)"
        onClick={select}
      >
        <ShareBar count={row.f1} of={row.n1} /> {here}
      </Plain>
      <Muted>
        <ShareBar count={row.f2} of={row.n2} /> {others}
      </Muted>
    </div>
  ); // prettier-ignore
}
