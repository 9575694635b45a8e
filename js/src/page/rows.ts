// The outputs of a page as rows of a table, for the CSV file.
import type { State } from "../core/state";
import type { Cell } from "./csv";

export interface Table {
  header: string[];
  rows: Cell[][];
}

/** The outputs with their text, columns, cluster, and what the page's reader sees of their tags and notes. */
export function tableOf(state: State, ids: ArrayLike<number>): Table {
  const columns = state.info.value.columns.map(({ name }) => name);
  const rows = Array.from(ids, (id): Cell[] => [
    state.label(id),
    state.texts.value.get(id) ?? "",
    ...columns.map((name) => state.raw(name, id)),
    state.clusterOf.value[id],
    state.clusterName(id),
    state.tags
      .of([id])
      .map(({ name }) => name)
      .join("; "),
    state.tags
      .notes([id])
      .map(({ text }) => text)
      .join("\n"),
  ]);
  return { header: ["row", "text", ...columns, "cluster", "cluster_name", "tags", "notes"], rows };
}
