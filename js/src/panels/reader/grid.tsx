// A grid whose rows and columns come from the user's columns, such as model by wording. Cells scroll together.
import { modeOf } from "../../core/selection";
import { useLens } from "../use-lens";
import type { Lens } from "../../core/lens";
import { effect, type Signal, untracked, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Column } from "../../wire/types";
import { Plain, Step } from "../../ui/button";
import { plural } from "../../ui/format";
import { Start } from "./body";
import { useShown } from "./cards";
import { Head, oneStop } from "./card";
import { Nothing } from "./nothing";
import { together } from "../../ui/sync-scroll";
import { type ListControl, Windowed } from "../../ui/windowed";
import { Muted, classes } from "../../ui/layout";
import { Choice, Options } from "../../ui/choice";
import { useComputed } from "../use-computed";

/** Number of columns shown at once; the bar above leads to the others. */
const MOST_COLUMNS = 24;
const CELL = 250;
/** The least width of a cell if the columns do not determine it. */
const MIN_CELL = 235;
/** Number of outputs that a cell shows at once. */
const MOST_IN_CELL = 20;
const NONE = 65535;

interface GridRow {
  label: string;
  /** Outputs of each column. */
  cells: number[][];
}

interface GridMade {
  columns: string[];
  rows: GridRow[];
  /** The number of columns, including those not shown. */
  all: number;
}

/**
 * The grid of the listed outputs. Without a row column, the first outputs of all columns form the first row, and so on.
 * Without any column, outputs follow one another, `fit` in a row. Shows the columns from `first` on.
 */
export function gridOf(lens: Lens, fit: number, first = 0): GridMade {
  const filter = lens.settings.get("filter");
  const [down, across] = axes(lens);
  const codes = (column: Column | undefined) =>
    column ? (lens.outputs.columns.value[column.name] as Uint16Array) : null;
  const [row, col] = [codes(down), codes(across)];
  const only = filter && lens.outputs.column(filter.column);
  const wanted = only?.categories?.indexOf(filter!.value) ?? -1;
  // A value of another prompt has no outputs here.
  const sieve = only && wanted >= 0 ? codes(only)! : null;
  const ids = Array.from(lens.listing.ids.value).filter((i) => !sieve || sieve[i] === wanted);
  const present = (column: Column | undefined, code: Uint16Array | null) => {
    if (!column || !code) return [0];
    const seen = new Set(ids.map((i) => code[i]));
    return [...column.categories!.keys(), NONE].filter((c) => seen.has(c));
  };
  const name = (column: Column | undefined, code: number) => (column ? (column.categories![code] ?? "no value") : "");
  if (!down && !across) {
    const rows: GridRow[] = [];
    for (let k = 0; k < ids.length; k += fit) rows.push({ label: "", cells: ids.slice(k, k + fit).map((i) => [i]) });
    return { columns: Array.from({ length: fit }, () => ""), rows, all: fit };
  }
  const all = present(across, col);
  const columns = all.slice(first, first + MOST_COLUMNS);
  const place = new Map(columns.map((code, c) => [code, c]));
  const rows: GridRow[] = [];
  const fresh = (label: string) => ({ label, cells: columns.map((): number[] => []) });
  if (down) {
    const byCode = new Map<number, GridRow>();
    for (const code of present(down, row)) {
      const made = fresh(name(down, code));
      byCode.set(code, made);
      rows.push(made);
    }
    for (const i of ids) byCode.get(row![i])?.cells[place.get(col ? col[i] : 0) ?? -1]?.push(i);
  } else {
    const next = columns.map(() => 0);
    for (const i of ids) {
      const c = place.get(col ? col[i] : 0);
      if (c === undefined) continue;
      const r = next[c]++;
      rows[r] ??= fresh("");
      rows[r].cells[c].push(i);
    }
  }
  return { columns: columns.map((code) => name(across, code)), rows, all: all.length };
}

/** The columns for the grid's axes. By default the source goes across, if it has few enough values. */
export function axes(lens: Lens): [Column | undefined, Column | undefined] {
  const [rows, columns] = [lens.settings.get("rows"), lens.settings.get("columns")];
  const { source, columns: all } = lens.outputs.info;
  const find = (name: string | null) => all.find((c) => c.name === name && c.kind === "category");
  const down = find(rows);
  const from = source === rows ? undefined : find(source);
  const few = from && lens.outputs.present(from).length <= MOST_COLUMNS;
  const across = find(columns) ?? (few ? from : undefined);
  return [down, across];
}

export function Grid() {
  const lens = useLens();
  const box = useRef<HTMLDivElement>(null);
  const control = useRef<ListControl>(null);
  const fit = useSignal(4);
  const across = axes(lens)[1]?.name;
  const first = useSignal(0);
  const made = useComputed(() => {
    const grid = gridOf(lens, fit.value, first.value);
    // With fewer columns than before, none may be left from there on.
    return grid.columns.length || !first.value ? grid : gridOf(lens, fit.value);
  }, [lens]);
  useEffect(() => {
    first.value = 0;
  }, [across]);
  const { columns, rows, all } = made;
  const question = useComputed(
    () => ({
      of: lens.listing.question.value,
      axes: axes(lens),
      first: first.value,
    }),
    [lens],
  );
  useShown(lens, control, (id) => rows.findIndex(({ cells }) => cells.some((cell) => cell.includes(id))));
  const drawn = useRef(rows);
  drawn.current = rows;
  useEffect(() => {
    const show = (id: number) =>
      untracked(() => id >= 0 && box.current && showColumn(box.current, columnOf(drawn.current, id)));
    const ends = [
      effect(() => void show(lens.pointer.cursor.value)),
      effect(() => void show(lens.reading.target.value)),
    ];
    return () => ends.forEach((end) => end());
  }, []);
  useEffect(() => {
    for (const cell of box.current?.querySelectorAll(".ol-cell-scroll") ?? []) cell.scrollTop = 0;
  }, [question]);
  return (
    <div
      class={across && across === lens.outputs.info.source ? "ol-grid ol-by-source" : "ol-grid"}
      ref={box}
      style={{ "--ol-columns": columns.length, "--ol-rows": rows.length }}
    >
      <Axes first={first} all={all} />
      {!rows.length ? (
        <Nothing />
      ) : (
        <Windowed
          count={rows.length}
          each={1}
          gap={8}
          label="The texts"
          control={control}
          class="ol-grid-list"
          list={question}
          version={made}
          keyOf={(r) => rows[r].label || r}
          estimate={() => CELL + (rows[0].label ? 24 : 0)}
          onWidth={(width) => (fit.value = Math.max(1, Math.floor(width / MIN_CELL)))}
          header={
            columns.some(Boolean) && (
              <div class="ol-grid-head">
                {columns.map((label, c) => (
                  <Heading key={c} label={label} column={across} ids={() => rows.flatMap(({ cells }) => cells[c])} />
                ))}
              </div>
            )
          }
          row={(r) => (
            <section aria-label={rows[r].label || `Row ${r + 1}`}>
              {rows[r].label && (
                <div class="ol-grid-label">
                  <Heading label={rows[r].label} column={axes(lens)[0]?.name} ids={() => rows[r].cells.flat()} />
                </div>
              )}
              <div class="ol-grid-row">
                {rows[r].cells.map((ids, c) => (
                  <Cell key={c} ids={ids} box={box} label={[rows[r].label, columns[c]].filter(Boolean).join(", ")} />
                ))}
              </div>
            </section>
          )}
        />
      )}
    </div>
  ); // prettier-ignore
}

function columnOf(rows: GridRow[], id: number): number {
  for (const { cells } of rows) {
    const c = cells.findIndex((cell) => cell.includes(id));
    if (c >= 0) return c;
  }
  return -1;
}

/** Scrolls the list sideways to a column, without scrolling anything around it. */
function showColumn(box: HTMLElement, column: number): void {
  const list = box.querySelector(".ol-grid-list");
  const head = box.querySelectorAll(".ol-grid-head > *")[column];
  if (!list || !head) return;
  const [seen, wanted] = [list.getBoundingClientRect(), head.getBoundingClientRect()];
  if (wanted.left < seen.left) list.scrollLeft -= seen.left - wanted.left + 10;
  else if (wanted.left + 210 > seen.right) list.scrollLeft += wanted.left + 230 - seen.right;
}

/** The name of a row or column; a click selects its outputs. */
function Heading({ label, column, ids }: { label: string; column: string | undefined; ids: () => number[] }) {
  const lens = useLens();
  return (
    <Plain
      class="ol-heading"
      title={`${label}\nclick: select its outputs · Shift adds · Alt removes`}
      onClick={(event) => lens.selection.select(ids(), modeOf(event))}
    >
      {lens.outputs.short(column, label)}
    </Plain>
  ); // prettier-ignore
}

function Cell({ ids, box, label }: { ids: number[]; box: { current: HTMLDivElement | null }; label: string }) {
  const lens = useLens();
  if (!ids.length) return <div class="ol-cell ol-none">no output</div>;
  return (
    <div class="ol-cell">
      {ids.length > 1 && (
        <div class="ol-cell-count ol-muted">
          {plural(ids.length, "output")}
          {ids.length > MOST_IN_CELL && `, the first ${MOST_IN_CELL}`}
        </div>
      )}
      <div
        class="ol-cell-scroll"
        tabIndex={0}
        role="group"
        aria-label={`${label || "Texts"}; cells scroll together`}
        onScroll={(event) => together(box.current!, event.currentTarget)}
      >
        {ids.slice(0, MOST_IN_CELL).map((id) => {
          const chosen = lens.selection.mask.value[id] === 1;
          return (
            <article
              key={id}
              {...oneStop(lens, id)}
              class={classes("ol-cell-one", chosen && "ol-chosen", lens.pointer.cursor.value === id && "ol-current")}
              aria-label={lens.outputs.row(id)}
            >
              <Head id={id} />
              <Start id={id} />
            </article>
          );
        })}
      </div>
    </div>
  ); // prettier-ignore
}

function Axes({ first, all }: { first: Signal<number>; all: number }) {
  const lens = useLens();
  const [down, across] = axes(lens);
  const from = first.value < all ? first.value : 0;
  const filter = lens.settings.get("filter");
  const columns = lens.outputs.info.columns.filter((c) => c.kind === "category");
  const third = columns.filter((c) => c !== down && c !== across);
  const values = columns.find((c) => c.name === filter?.column)?.categories ?? [];
  const choose = (label: string, value: string, none: string, set: (name: string | null) => void) => (
    <Choice label={label} name={label} value={value} set={(chosen) => set(chosen || null)}>
      {(none || !value) && <option value="">{none || "none"}</option>}
      <Options names={columns.map((c) => c.name)} />
    </Choice>
  ); // prettier-ignore
  return (
    <div class="ol-bar ol-axes">
      {choose(
        "Columns",
        across?.name ?? "",
        lens.outputs.info.source === across?.name
          ? ""
          : lens.outputs.info.source === null
            ? "none"
            : lens.settings.all.columns === null && !across && lens.settings.all.rows !== lens.outputs.info.source
              ? "one output after another"
              : "by source",
        (name) => lens.settings.set({ columns: name, rows: name === down?.name ? null : lens.settings.all.rows }),
      )}
      {choose("Rows", down?.name ?? "", "one output after another", (name) =>
        lens.settings.set({ rows: name, columns: name === across?.name ? null : lens.settings.all.columns }),
      )}
      {third.length > 0 && (
        <Choice
          label="Only"
          name="Only outputs with"
          value={filter ? JSON.stringify([filter.column, filter.value]) : ""}
          set={(chosen) => {
            const [column, value] = chosen ? JSON.parse(chosen) : [];
            lens.settings.set({ filter: column ? { column, value } : null });
          }}
        >
          <option value="">everything</option>
          {third.map(({ name, categories }) => (
            <optgroup key={name} label={name}>
              {categories!.slice(0, 100).map((value) => (
                <option key={value} value={JSON.stringify([name, value])}>
                  {value}
                </option>
              ))}
            </optgroup>
          ))}
          {filter && !third.some((c) => c.name === filter.column) && values.includes(filter.value) && (
            <option value={JSON.stringify([filter.column, filter.value])}>{filter.value}</option>
          )}
        </Choice>
      )}
      {all > MOST_COLUMNS && (
        <span class="ol-field">
          <Muted>
            Columns {from + 1} to {Math.min(all, from + MOST_COLUMNS)} of {all}
          </Muted>
          <Step back to="columns" disabled={!from} onClick={() => (first.value = from - MOST_COLUMNS)} />
          <Step
            to="columns"
            disabled={from + MOST_COLUMNS >= all}
            onClick={() => (first.value = from + MOST_COLUMNS)}
          />
        </span>
      )}
    </div>
  ); // prettier-ignore
}
