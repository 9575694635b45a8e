// A table that a click on a heading sorts; another click reverses the order.
import { useSignal } from "@preact/signals";
import { Plain } from "./button";

export interface Line {
  key: string;
  /** The full form of the first cell, which is a button. */
  title: string;
  cells: (string | number)[];
  /** Whether it is the line of what is shown. */
  current?: boolean;
  /** Called by a click on the line, or a key on its button. */
  choose(event: MouseEvent): void;
}

interface Props {
  /** The name and the meaning of each column. */
  columns: [name: string, about: string][];
  lines: Line[];
  /** The column that sorts at first, and whether upwards. */
  by: number;
  ascending?: boolean;
}

export function SortedTable({ columns, lines, by: first, ascending: upwards = false }: Props) {
  const by = useSignal(first);
  const ascending = useSignal(upwards);
  // The column that sorts may have gone.
  const at = by.value < columns.length ? by.value : first;
  const sorted = [...lines].sort((a, b) => {
    const [x, y] = [a.cells[at], b.cells[at]];
    const order = typeof x === "string" ? x.localeCompare(String(y)) : x - Number(y);
    return ascending.value ? order : -order;
  });
  const sort = (column: number) => {
    // Names ascend at first, and numbers descend.
    ascending.value = at === column ? !ascending.value : typeof lines[0]?.cells[column] === "string";
    by.value = column;
  };
  return (
    <table class="ol-tag-table ol-sorted">
      <thead>
        <tr>
          {columns.map(([name, about], column) => {
            const order = ascending.value ? "ascending" : "descending";
            return (
              <th
                key={name}
                scope="col"
                class={typeof lines[0]?.cells[column] === "number" ? "ol-count" : undefined}
                aria-sort={at === column ? order : "none"}
              >
                <Plain title={about} onClick={() => sort(column)}>
                  {name}
                  {at === column && <span aria-hidden="true">{ascending.value ? " ▴" : " ▾"}</span>}
                </Plain>
              </th>
            );
          })}
        </tr>
      </thead>
      <tbody>
        {sorted.map(({ key, title, cells: [head, ...more], current, choose }) => (
          <tr key={key} class={current ? "ol-current" : ""} onClick={choose}>
            <td>
              <Plain title={title} aria-current={current}>
                {head}
              </Plain>
            </td>
            {more.map((cell) => (
              <td title={String(cell)} class={typeof cell === "number" ? "ol-count" : undefined}>
                {cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  ); // prettier-ignore
}
