// A summary of each source: its outputs, its distinct answers, the most frequent one, and how unusual they are.
import type { Clusters } from "./clusters";
import type { Outputs } from "./outputs";

export interface Source {
  name: string;
  ids: number[];
  /**
   * Short name; number of outputs; number of clusters, counting each unclustered output as one; name of the most
   * frequent cluster; mean rank, from 0 (most typical) to 100, where equally typical outputs have one rank.
   */
  cells: [string, number, number, string, number];
}

/** The sources of the current prompt; empty without a source column. */
export function sourcesOf({ outputs, clusters }: { outputs: Outputs; clusters: Clusters }): Source[] {
  const column = outputs.column(outputs.info.source);
  if (!column) return [];
  const codes = outputs.columns.value[column.name];
  const typical = clusters.typical.value;
  const rank: number[] = [];
  const all = outputs.where(() => true);
  all.sort((a, b) => typical[b] - typical[a]);
  let start = 0;
  all.forEach((id, place) => {
    if (typical[id] === typical[all[place + 1]]) return;
    const mean = (start + place) / 2;
    while (start <= place) rank[all[start++]] = mean;
  });
  const idsOf: number[][] = [];
  for (let i = 0; i < all.length; i++) (idsOf[codes[i]] ??= []).push(i);
  return outputs.present(column).map((code) => {
    const ids = idsOf[code];
    const counts = new Map<number, number>();
    let unusual = 0;
    for (const id of ids) {
      const cluster = clusters.of.value[id];
      // A cluster comes before an output that is alone.
      const key = cluster < 0 ? 1e9 + id : cluster;
      counts.set(key, (counts.get(key) ?? 0) + 1);
      unusual += (100 * rank[id]) / ids.length / Math.max(1, all.length - 1);
    }
    const [[most]] = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    const name = column.categories![code];
    const called = clusters.list.value[most]?.name ?? "";
    return {
      name,
      ids,
      cells: [outputs.short(column.name, name), ids.length, counts.size, called, Math.round(unusual)],
    };
  });
}
