// The table of sources: a click on a row selects its outputs, a click on a heading sorts.
import { modeOf } from "../../core/selection";
import { sourcesOf } from "../../core/sources";
import { classes, Empty } from "../../ui/layout";
import { SortedTable } from "../../ui/sorted-table";
import { Making } from "../making";
import { useComputed } from "../use-computed";
import { useLens } from "../use-lens";

const COLUMNS: [string, string][] = [
  ["source", "The source of the outputs"],
  ["outputs", "Outputs"],
  ["answers", "Different answers: the number of clusters"],
  ["most often", "The most frequent cluster"],
  ["unusual", "0 = the most typical outputs, 100 = the least"],
];

export function Sources() {
  const lens = useLens();
  const sources = useComputed(() => sourcesOf(lens), [lens]);
  // Without clusters, every output would count as a different answer.
  if (lens.making.progress.value) return <Making />;
  if (!sources.length) return <Empty>No column holds the source of the outputs.</Empty>;
  const lines = sources.map(({ name, ids, cells }) => ({
    key: name,
    title: name,
    cells,
    choose: (event: MouseEvent) => lens.selection.select(ids, modeOf(event)),
  }));
  return (
    <div class={classes("ol-sources", sources.every(({ ids }) => ids.length === 1) && "ol-one-each")}>
      <SortedTable columns={COLUMNS} lines={lines} by={1} />
    </div>
  );
}
