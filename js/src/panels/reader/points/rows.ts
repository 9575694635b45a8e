// The rows of the list of points, and the one that takes the focus.
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Lens } from "../../../core/lens";
import { Remembered } from "../../../core/remembered";
import { plain } from "../../../text/plain";
import { grouped } from "../../../ui/format";

export type Fold = "alone" | "frames";

/** A group, or the line that folds a section. */
export type Item = { group: number } | { fold: Fold; groups: number[] };

/** The most typical row of a group, which it may keep at another granularity, or the name of a section. */
export type Key = number | Fold;

export interface Rows {
  items: ReadonlySignal<Item[]>;
  keys: ReadonlySignal<Key[]>;
  /** The open sections. */
  unfolded: Signal<ReadonlySet<Fold>>;
  /** The current row; null = none. */
  current: ReadonlySignal<Key | null>;
  /** A row of the point that is being renamed, and of the one that is being merged with another; -1 = none. */
  renaming: Remembered<number>;
  merging: Remembered<number>;
  flip(fold: Fold): void;
  /** Makes a row the current one. */
  visit(key: Key): void;
}

export function rowsOf(lens: Lens): Rows {
  const { points, pointList } = lens;
  const unfolded = signal<ReadonlySet<Fold>>(new Set());
  /** The current section; "" if a point is current. */
  const section = signal<Fold | "">("");
  const items = computed<Item[]>(() => {
    const { points: made, alone, frames } = pointList.groups.value;
    const of = (groups: number[]): Item[] => groups.map((group) => ({ group }));
    const folded = (fold: Fold, groups: number[]): Item[] =>
      groups.length ? [{ fold, groups }, ...(unfolded.value.has(fold) ? of(groups) : [])] : [];
    return [...of(made), ...folded("alone", alone), ...folded("frames", frames)];
  });
  const keys = computed<Key[]>(() =>
    items.value.map((item) => ("group" in item ? points.typical(item.group) : item.fold)),
  );
  const current = computed<Key | null>(() => {
    const group = points.currentGroup.value;
    const key = section.value || (group < 0 ? null : points.typical(group));
    return key !== null && keys.value.includes(key) ? key : null;
  });
  const visit = (key: Key) => {
    const item = items.value[keys.value.indexOf(key)];
    section.value = item && "fold" in item ? item.fold : "";
    if (item && "group" in item) points.current.value = points.typical(item.group);
  };
  const flip = (fold: Fold) => {
    const folds = new Set(unfolded.value);
    if (!folds.delete(fold)) folds.add(fold);
    unfolded.value = folds;
    visit(fold);
  };
  const renaming = new Remembered(points.found, -1);
  const merging = new Remembered(points.found, -1);
  return { items, keys, unfolded, current, renaming, merging, flip, visit };
}

/** The text of a group's most typical unit on one line; null until it is loaded. */
export function typicalText(lens: Lens, group: number): string | null {
  const { output, start, end } = lens.points.arrays.value!;
  const row = lens.points.typical(group);
  const text = lens.outputs.text(output[row]);
  return text === null ? null : plain(text.slice(start[row], end[row]));
}

export function sectionName({ fold, groups }: Extract<Item, { fold: Fold }>): string {
  return `${fold === "alone" ? "Said by one output only" : "Greetings, headings and closings"} (${grouped(groups.length)})`;
}

/** A row for a screen reader. */
export function said(lens: Lens, item: Item): string {
  if ("fold" in item) return sectionName(item);
  const count = lens.pointList.counts.value.all[item.group];
  return `${grouped(count)} of ${grouped(lens.listing.ids.value.length)}: ${typicalText(lens, item.group) ?? ""}`;
}
