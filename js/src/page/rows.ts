// The outputs of a page as rows of a table, for the CSV file.
import type { Lens } from "../core/lens";
import type { Cell } from "./csv";

export interface Table {
  header: string[];
  rows: Cell[][];
}

/** The outputs with their text, columns, cluster, and the tags and notes that the page's reader may see. */
export function tableOf(lens: Lens, ids: ArrayLike<number>): Table {
  const columns = lens.outputs.info.columns.map(({ name }) => name);
  const rows = Array.from(ids, (id): Cell[] => [
    lens.outputs.label(id),
    lens.outputs.text(id) ?? "",
    ...columns.map((name) => lens.outputs.raw(name, id)),
    lens.clusters.of.value[id],
    lens.clusters.nameOf(id),
    lens.tags
      .of([id])
      .map(({ name }) => name)
      .join("; "),
    lens.tags
      .notes([id])
      .map(({ text }) => text)
      .join("\n"),
  ]);
  return { header: ["row", "text", ...columns, "cluster", "cluster_name", "tags", "notes"], rows };
}
