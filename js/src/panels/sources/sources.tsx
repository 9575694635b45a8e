// The table of sources: a click on a row selects its outputs, a click on a heading sorts.
import { useSignal } from "@preact/signals";
import { modeOf } from "../../core/selection";
import { sourcesOf } from "../../core/sources";
import { Plain } from "../../ui/button";
import { classes, Empty } from "../../ui/layout";
import { Making } from "../making";
import { useComputed } from "../use-computed";
import { useLens } from "../use-lens";

const COLUMNS = [
  ["source", "The source of the outputs"],
  ["outputs", "Outputs"],
  ["answers", "Different answers: the number of clusters"],
  ["most often", "The most frequent cluster"],
  ["unusual", "0 = the most typical outputs, 100 = the least"],
];

export function Sources() {
  const lens = useLens();
  const by = useSignal(1);
  const sources = useComputed(() => sourcesOf(lens), [lens]);
  // Without clusters, every output would count as a different answer.
  if (lens.making.progress.value) return <Making />;
  if (!sources.length) return <Empty>No column holds the source of the outputs.</Empty>;
  const sorted = [...sources].sort((a, b) => {
    const [x, y] = [a.cells[by.value], b.cells[by.value]];
    // Names ascend, numbers descend.
    return typeof x === "string" ? x.localeCompare(String(y)) : Number(y) - x;
  });
  return (
    <div class={classes("ol-sources", sources.every(({ ids }) => ids.length === 1) && "ol-one-each")}>
      <table class="ol-tag-table">
        <thead>
          <tr>
            {COLUMNS.map(([name, about], column) => (
              <th key={name} scope="col" aria-sort={by.value === column ? "other" : "none"}>
                <Plain title={about} onClick={() => (by.value = column)}>
                  {name}
                  {by.value === column && " ▾"}
                </Plain>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted.map(({ name, ids, cells: [first, ...more] }) => (
            <tr key={name}>
              <td>
                <Plain title={name} onClick={(event) => lens.selection.select(ids, modeOf(event))}>
                  {first}
                </Plain>
              </td>
              {more.map((cell) => (
                <td title={String(cell)}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  ); // prettier-ignore
}
