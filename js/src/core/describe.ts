// An output in words, and as JSON.
import type { Clusters } from "./clusters";
import type { Outputs } from "./outputs";
import type { Tags } from "./tags";

/** Describe an output for a screen reader. */
export function describe({ outputs, clusters }: { outputs: Outputs; clusters: Clusters }, i: number): string {
  const start = (outputs.text(i) ?? "").slice(0, 120);
  return [outputs.source(i), clusters.nameOf(i), start].filter(Boolean).join(", ");
}

interface Known {
  outputs: Outputs;
  clusters: Clusters;
  tags: Tags;
}

/** An output with everything known about it. */
export function asJson({ outputs, clusters, tags }: Known, i: number): string {
  const columns = outputs.info.columns.map(({ name }) => [name, outputs.raw(name, i)]);
  const known = {
    row: outputs.label(i),
    cluster: clusters.nameOf(i),
    tags: tags.of([i]).map(({ name }) => name),
    columns: Object.fromEntries(columns),
  };
  return JSON.stringify({ ...known, text: outputs.text(i) }, null, 2);
}
