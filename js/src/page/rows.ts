// The outputs of a page as rows of a table, for the CSV file.
import type { Lens } from "../core/lens";
import type { Cell } from "./csv";

/** The names, from Python, of the row, the text, and the columns that `lens.frame` adds. */
export interface Names {
  row: string;
  text: string;
  cluster: string;
  cluster_name: string;
  tags: string;
  note: string;
}

export interface Table {
  header: string[];
  rows: Cell[][];
}

/** The outputs with their text, columns, cluster, and the tags and notes that the page's reader may see. */
export function tableOf(lens: Lens, ids: ArrayLike<number>, names: Names): Table {
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
  const { row, text, cluster, cluster_name, tags, note } = names;
  return { header: [row, text, ...columns, cluster, cluster_name, tags, note], rows };
}
