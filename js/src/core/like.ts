// Sentences like this one: those of its group, or those that share most of its words.
import type { Group, Groups } from "./groups";
import type { Place } from "./reading";
import type { Shared } from "./shared";

const NEAREST = 8;
/** Sentences are alike from this share of common words on. */
const ALIKE = 0.2;

export interface Like {
  group: Group | null;
  /** The outputs in the group. */
  outputs: number[];
  nearest: { id: number; from: number; to: number; share: number }[];
}

/** Find sentences like the one at a position; null if there is no sentence. Compares words; rare words count more. */
export function likeSentence(shared: Shared, groups: Groups, { id, at }: Place): Like | null {
  const aligned = groups.alignment.value;
  const index = shared.index.value;
  const u = groups.unitAt(id, at);
  if (!aligned || !index || u < 0) return null;
  const of = groups.outputOf.value;
  const group = groups.list.value[aligned.group[u]] ?? null;
  const { form } = index;
  const outputsWith = shared.outputsWith.value!;
  const n = shared.comparedCount.value;
  const words = (unit: number) => {
    const [from, to] = shared.wordsBetween(of[unit], aligned.start[unit], aligned.end[unit]);
    const weights = new Map<number, number>();
    for (let w = from; w < to; w++) weights.set(form[w], Math.log(1 + n / Math.max(1, outputsWith[w])));
    return weights;
  };
  const mine = words(u);
  const whole = sum(mine);
  const nearest: Like["nearest"] = [];
  const seen = new Set([aligned.unit[u]]);
  const others = group ? group.units : of.keys();
  for (const other of others) {
    if (seen.has(aligned.unit[other]) || of[other] === id) continue;
    seen.add(aligned.unit[other]);
    const theirs = words(other);
    let both = 0;
    for (const [word, weight] of mine) if (theirs.has(word)) both += weight;
    const share = both / (whole + sum(theirs) - both);
    if (group || share >= ALIKE)
      nearest.push({ id: of[other], from: aligned.start[other], to: aligned.end[other], share });
  }
  nearest.sort((a, b) => b.share - a.share || a.id - b.id);
  const outputs = group ? [...new Set(group.units.map((unit) => of[unit]))] : [];
  return mine.size < 3 && !group ? null : { group, outputs, nearest: nearest.slice(0, NEAREST) };
}

function sum(words: Map<number, number>): number {
  let total = 0;
  for (const weight of words.values()) total += weight;
  return total;
}
