// The sentences of all outputs, grouped by role, the most widely shared groups first; grey text is shared within the
// group, dark text varies. Sentences of only one output come last.
import { modeOf } from "../../core/selection";
import { useLens } from "../use-lens";
import type { Lens } from "../../core/lens";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Group } from "../../core/groups";
import { Button, Plain } from "../../ui/button";
import { grouped, plural } from "../../ui/format";
import { ShareBar } from "../../ui/share-bar";
import { useShown } from "./cards";
import { Nothing } from "./nothing";
import { Wording as Line } from "./wording";
import { type ListControl, Windowed } from "../../ui/windowed";
import { Empty, Muted, Spring } from "../../ui/layout";
import { useComputed } from "../use-computed";

/** Wordings and single sentences shown at first in a group, and added by each click. */
const FIRST = 8;
const FIRST_ALONE = 3;
const MORE = 50;
const FLAGS = ["a number differs", "a negation differs", "a name differs"];
const MEDOID = 8;

/** Units with the same text. */
interface Wording {
  units: number[];
  flags: number;
}

interface Block {
  group: Group | null;
  wordings: Wording[];
  /** The listed outputs in the group; empty for the block of single sentences. */
  outputs: number[];
}

/**
 * The groups of the listed outputs, the most widely shared first; then sentences that several outputs repeat verbatim
 * but that are too short to align, such as greetings; and last, in text order, single sentences.
 */
export function blocksOf(lens: Lens): Block[] {
  const aligned = lens.groups.alignment.value;
  if (!aligned) return [];
  const listed = new Uint8Array(lens.outputs.info.n);
  for (const i of lens.listing.ids.value) listed[i] = 1;
  const of = lens.groups.outputOf.value;
  const groups = lens.groups.list.value;
  const placed: Block[] = [];
  const same = new Map<number, number[]>();
  const outputsOf = (units: number[]) => [...new Set(units.map((u) => of[u]))];
  for (let u = 0; u < of.length; u++) {
    if (aligned.group[u] >= 0 || !listed[of[u]]) continue;
    const known = same.get(aligned.unit[u]);
    if (known) known.push(u);
    else same.set(aligned.unit[u], [u]);
  }
  const single: number[] = [];
  for (const units of same.values()) {
    const outputs = outputsOf(units);
    if (outputs.length === 1) for (const u of units) single.push(u);
    else placed.push({ group: null, wordings: [{ units, flags: 0 }], outputs });
  }
  const wordings = (units: number[]) => {
    const same = new Map<number, Wording>();
    for (const u of units) {
      const known = same.get(aligned.unit[u]);
      if (known) known.units.push(u);
      else same.set(aligned.unit[u], { units: [u], flags: aligned.flags[u] });
    }
    return [...same.values()];
  };
  for (const group of groups) {
    if (!group) continue;
    const units = group.units.filter((u) => listed[of[u]]);
    if (!units.length) continue;
    const own = wordings(units).sort(
      (a, b) => (b.flags & MEDOID) - (a.flags & MEDOID) || b.units.length - a.units.length || a.units[0] - b.units[0],
    );
    placed.push({ group, wordings: own, outputs: outputsOf(units) });
  }
  const position = ({ wordings }: Block) => aligned.position[wordings[0].units[0]];
  placed.sort(
    (a, b) => Number(!a.group) - Number(!b.group) || b.outputs.length - a.outputs.length || position(a) - position(b),
  );
  single.sort((a, b) => aligned.position[a] - aligned.position[b] || a - b);
  if (single.length) placed.push({ group: null, wordings: wordings(single), outputs: [] });
  return placed;
}

export function Interleaved() {
  const lens = useLens();
  const control = useRef<ListControl>(null);
  const blocks = useComputed(() => blocksOf(lens), [lens]);
  useShown(lens, control, () => -1);
  useEffect(() => {
    lens.reading.walk = (by) => control.current?.step(by);
    return () => void (lens.reading.walk = null);
  }, []);
  const says = lens.groups.status.value;
  if (!lens.listing.ids.value.length) return <Nothing />;
  if (says) return <Empty>{says}</Empty>;
  if (!blocks.length) return <Empty>These outputs have no sentences to compare.</Empty>;
  const none = !lens.groups.list.value.some(Boolean);
  const weak = !none && !lens.groups.alignment.value!.enough;
  return (
    <Windowed
      count={blocks.length}
      each={1}
      gap={12}
      label="Sentences that play the same part"
      role="list"
      control={control}
      list={lens.listing.question.value}
      version={blocks}
      keyOf={(b) => blocks[b].group?.rank ?? `alone ${blocks[b].wordings[0].units[0]}`}
      estimate={(b) => 34 + 24 * Math.min(FIRST + 1, blocks[b].wordings.length)}
      header={
        (none || weak) && (
          <div class="ol-note">
            {none
              ? "No sentences of different outputs play the same part: each stands alone."
              : "These outputs follow no common order: most groups here are stock phrases."}
          </div>
        )
      }
      row={(b) => <GroupBlock block={blocks[b]} />}
    />
  ); // prettier-ignore
}

function GroupBlock({ block }: { block: Block }) {
  const lens = useLens();
  const { group, wordings, outputs } = block;
  const shown = useSignal(group ? FIRST : FIRST_ALONE);
  const n = lens.listing.ids.value.length;
  const left = wordings.length - shown.value;
  const flagged = wordings.filter((w) => w.flags & 7).length;
  const held = new Set(outputs);
  const name = group ? `Part ${group.label}` : "Identical wording";
  return (
    <div
      class={outputs.length ? "ol-group" : "ol-group ol-alone"}
      role="listitem"
      aria-label={outputs.length ? `${name}, in ${outputs.length} of ${n} outputs` : "Said once"}
    >
      <div class="ol-group-head">
        {outputs.length ? (
          <>
            {group && <i class={`ol-part ol-part-${group.color}`} data-label={group.label} aria-hidden="true" />}
            <b title={lens.outputs.sourcesOf(outputs)}>
              in {grouped(outputs.length)} of {grouped(n)}
            </b>
            <ShareBar count={outputs.length} of={n} />
            {!group && <Muted title="Under three words: compared only with identical sentences">the same words</Muted>}
            {flagged > 0 && (
              <span class="ol-flag" title="Wordings whose number, negation or name differs from the typical one">
                {plural(flagged, "wording")} flagged
              </span>
            )}
            <Spring />
            <Button
              title="Select the outputs that say it (Shift adds, Alt removes)"
              onClick={(event) => lens.selection.select(outputs, modeOf(event))}
            >
              Select {grouped(outputs.length)}
            </Button>
            {outputs.length < n && (
              <Button
                title="Select the outputs that do not say it (Shift adds, Alt removes)"
                onClick={(event) =>
                  lens.selection.select(
                    lens.listing.ids.value.filter((i) => !held.has(i)),
                    modeOf(event),
                  )
                }
              >
                the other {grouped(n - outputs.length)}
              </Button>
            )}
          </>
        ) : (
          <Muted title="Sentences unlike those of any other output, or under three words">
            {plural(wordings.length, "sentence")} of one output only
          </Muted>
        )}
      </div>
      {wordings.slice(0, shown.value).map((wording) => (
        <WordingRow key={wording.units[0]} wording={wording} />
      ))}
      {left > 0 && (
        <Plain class="ol-more" onClick={() => (shown.value += MORE)}>
          {left > MORE ? `Show ${MORE} of ${grouped(left)} more` : `Show ${left} more`}
        </Plain>
      )}
    </div>
  ); // prettier-ignore
}

function WordingRow({ wording: { units, flags } }: { wording: Wording }) {
  const lens = useLens();
  const aligned = lens.groups.alignment.value!;
  const of = lens.groups.outputOf.value;
  const u = units[0];
  const inGroup = aligned.group[u] >= 0;
  const typical = (flags & MEDOID) > 0;
  const vary: number[] = [];
  for (let k = 3 * aligned.vary_first[u]; k < 3 * aligned.vary_first[u + 1]; k += 3) {
    const what = aligned.vary[k + 2];
    // Underline the varying words that the flag refers to.
    vary.push(aligned.vary[k], aligned.vary[k + 1], what && flags & (1 << (what - 1)) ? what : 0);
  }
  return (
    <Line
      passages={units.map((unit) => ({ id: of[unit], from: aligned.start[unit], to: aligned.end[unit] }))}
      vary={vary}
      flags={FLAGS.filter((_, bit) => flags & (1 << bit))}
      times={aligned.times[u]}
      varies={inGroup && !typical}
      typical={typical}
      onShow={(passage) => (lens.reading.hot.value = passage ? aligned.group[u] : -1)}
    />
  ); // prettier-ignore
}
