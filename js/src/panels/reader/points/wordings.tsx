// The wordings of a point, the numbers in them, and the outputs that make it.
import { useSignal } from "@preact/signals";
import type { Lens } from "../../../core/lens";
import { plain } from "../../../text/plain";
import { newWords, numbersIn, wordSet } from "../../../text/wordings";
import { Button, Plain } from "../../../ui/button";
import { grouped } from "../../../ui/format";
import { Spring } from "../../../ui/layout";
import { Holder } from "../../drawer/holder";
import { useComputed } from "../../use-computed";
import { useLens } from "../../use-lens";
import { Wording } from "../wording";
import { correct } from "./correct";

/** Wordings shown at first, and added by each click. */
const FIRST = 6;
const MORE = 50;
const MOST_NUMBERS = 8;
const FLAGS = ["a number differs", "a negation differs", "a name differs", "items differ"];

interface Same {
  unit: number;
  /** Its rows in listed outputs. */
  rows: number[];
}

/** The distinct wordings of a group: the typical one first, then those of the most outputs. */
export function wordingsOf(lens: Lens, group: number): Same[] {
  const { points } = lens;
  const arrays = points.arrays.value!;
  const same = new Map<number, Same>();
  for (const row of lens.pointList.rows(group)) {
    const unit = arrays.unit[row];
    const known = same.get(unit);
    if (known) known.rows.push(row);
    else same.set(unit, { unit, rows: [row] });
  }
  const typical = arrays.unit[points.typical(group)];
  const level = points.level.value * arrays.leaf.length;
  return [...same.values()].sort(
    (a, b) =>
      Number(b.unit === typical) - Number(a.unit === typical) ||
      b.rows.length - a.rows.length ||
      arrays.similarity[level + b.unit] - arrays.similarity[level + a.unit] ||
      a.rows[0] - b.rows[0],
  );
}

/** The numbers in the wordings of a group, with the outputs that have each; those of the most outputs first. */
export function numbersOf(lens: Lens, wordings: Same[]): { number: string; ids: number[] }[] {
  const arrays = lens.points.arrays.value!;
  const level = lens.points.level.value * arrays.leaf.length;
  if (!wordings.some(({ unit }) => arrays.differs[level + unit] & 1)) return [];
  const outputs = new Map<string, Set<number>>();
  for (const { rows } of wordings) {
    const text = lens.outputs.text(arrays.output[rows[0]])?.slice(arrays.start[rows[0]], arrays.end[rows[0]]);
    for (const number of numbersIn(plain(text ?? ""))) {
      const ids = outputs.get(number) ?? new Set();
      for (const row of rows) ids.add(arrays.output[row]);
      outputs.set(number, ids);
    }
  }
  return [...outputs]
    .map(([number, ids]) => ({ number, ids: [...ids] }))
    .sort((a, b) => b.ids.length - a.ids.length || (a.number < b.number ? -1 : 1))
    .slice(0, MOST_NUMBERS);
}

export function Wordings({ group }: { group: number }) {
  const lens = useLens();
  const { points, pointList } = lens;
  const shown = useSignal(FIRST);
  const wordings = useComputed(() => wordingsOf(lens, group), [lens, group]);
  const numbers = useComputed(() => numbersOf(lens, wordings), [lens, wordings]);
  const arrays = points.arrays.value!;
  const level = points.level.value * arrays.leaf.length;
  const typical = points.typical(group);
  const of = arrays.output[typical];
  const known = useComputed(
    () => wordSet(lens.outputs.text(of)?.slice(arrays.start[typical], arrays.end[typical]) ?? ""),
    [lens, arrays, typical],
  );
  const count = pointList.counts.value.all[group];
  const others = lens.listing.ids.value.length - count;
  const left = wordings.length - shown.value;
  return (
    <div class="ol-point-open">
      <div class="ol-group-head">
        <Button
          title="Select the outputs that make it (Shift adds them)"
          onClick={(event) => pointList.select(group, event.shiftKey ? "add" : "make")}
        >
          Select {grouped(count)}
        </Button>
        {others > 0 && (
          <Button title="Select the outputs that do not make it" onClick={() => pointList.select(group, "others")}>
            the other {grouped(others)}
          </Button>
        )}
        <Button
          title="Colour the map by who makes it"
          onClick={() => {
            lens.settings.set({ color: "point" });
            points.current.value = typical;
            lens.side.show("map");
            lens.side.drawer.value = true;
          }}
        >
          On the map
        </Button>
        <Spring />
      </div>
      {numbers.length > 1 && (
        <div class="ol-point-numbers" role="group" aria-label="Numbers">
          {numbers.map(({ number, ids }) => (
            <Holder key={number} ids={ids} of={count} text={number} note={grouped(ids.length)} />
          ))}
        </div>
      )}
      {wordings.slice(0, shown.value).map(({ unit, rows }) => {
        const [row] = rows;
        const id = arrays.output[row];
        const text = lens.outputs.text(id);
        const first = unit === arrays.unit[typical];
        return (
          <Wording
            key={unit}
            passages={rows.map((r) => ({ id: arrays.output[r], from: arrays.start[r], to: arrays.end[r] }))}
            vary={text === null || first ? [] : newWords(text, arrays.start[row], arrays.end[row], known)}
            flags={FLAGS.filter((_, bit) => arrays.differs[level + unit] & (1 << bit))}
            varies={!first}
            typical={first}
            bare
            onShow={() => (points.current.value = typical)}
          >
            {points.link.kernel && wordings.length > 1 && (
              <Plain
                class="ol-quiet"
                title="Make this wording a point of its own"
                onClick={() => {
                  points.current.value = typical;
                  correct(lens, "split", [row]);
                }}
              >
                Split off
              </Plain>
            )}
          </Wording>
        );
      })}
      {left > 0 && (
        <Plain class="ol-more" onClick={() => (shown.value += MORE)}>
          {left > MORE ? `Show ${MORE} of ${grouped(left)} more` : `Show ${left} more`}
        </Plain>
      )}
    </div>
  ); // prettier-ignore
}
