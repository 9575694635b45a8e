// Describes what each layer marks now, with its thresholds and amounts.
import { FOLD_WORDS } from "../../core/folds";
import type { Lens } from "../../core/lens";
import { plural } from "../../ui/format";

export const FOLDS = `Fold: no run of ${FOLD_WORDS}+ words that most outputs share`;

/** What a layer marks, or with `none`, why it marks nothing. */
export function meaning(lens: Lens, layer: string): { text: string; none: boolean } {
  const own = lens.marks.own.value.find(({ name }) => name === layer);
  if (own)
    return found(
      layer,
      own.pieces.length,
      () => `${layer}: ${kinds(own.types) || plural(own.pieces.length / 3, "span")}`,
    );
  if (layer === "points") return points(lens);
  return layer === "aligned" ? aligned(lens) : words(lens, layer);
}

function found(name: string, count: number, says: () => string) {
  return { text: count ? says() : `${name}: nothing found`, none: !count };
}

function words({ shared }: Lens, layer: string) {
  const marked = shared.marked.value;
  if (shared.status.value || !marked) return { text: shared.status.value, none: false };
  const percent = (count: number) => `${Math.max(1, Math.round((100 * count) / marked.all))} % of all words`;
  const m = shared.minWords.value;
  if (layer === "only") return found("Only here", marked.only, () => `of one output only, ${percent(marked.only)}`);
  if (layer === "echo")
    return found("Echo", marked.echo, () => `${m}+ words that repeat the prompt, ${percent(marked.echo)}`);
  const what = `${m === 1 ? "words" : `${m}+ words in a row`} in at least ${shared.ofCounted(shared.minOutputs.value)}`;
  return marked.shared
    ? { text: `${what}, ${percent(marked.shared)}`, none: false }
    : { text: `Shared: nothing found (${what})`, none: true };
}

function aligned({ groups }: Lens) {
  const says = groups.status.value;
  const count = groups.list.value.length;
  if (says) return { text: says, none: false };
  const enough = groups.alignment.value?.enough;
  return found("Aligned", count, () => plural(count, "group") + (enough ? "" : ", but no common order"));
}

function points({ points, pointList }: Lens) {
  const says = points.progress.value?.says || points.status.value;
  const count = pointList.groups.value.points.length;
  if (says) return { text: says, none: false };
  return found("Points", count, () => `${plural(count, "point")} made by several outputs`);
}

/** The types with their own colour, and the number of others. */
function kinds(types: string[]): string {
  return types.length > 8 ? `${types.slice(0, 7).join(", ")} and ${types.length - 7} others` : types.join(", ");
}
