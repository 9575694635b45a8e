// The clusters at the chosen granularity, with the names that the user gave them.
import { computed } from "@preact/signals";
import type { Traits } from "../wire/traits";
import type { Rename } from "../wire/types";
import type { Announcer } from "./announce";
import type { Outputs } from "./outputs";

export interface Cluster {
  /** 0 = the largest; equals `frame.cluster` in Python. */
  number: number;
  node: number;
  name: string;
  /** Whether the user gave this name. */
  given: boolean;
  size: number;
  /** Share of the members that contain the name. */
  holds: number;
  medoid: number;
  words: string[];
}

/** The name shown for outputs without a cluster. */
export const ALONE = "like no other";

export class Clusters {
  constructor(
    readonly traits: Traits,
    readonly outputs: Outputs,
    readonly announce: Announcer,
  ) {}

  readonly #data = computed(() => this.traits.clusters.value);
  /** Whether the clusters have been computed. */
  readonly ready = computed(() => this.tree.value.levels.length > 0);
  readonly tree = computed(() => this.#data.value.tree);
  readonly typical = computed(() => this.#data.value.typical);
  /** The level of the tree nearest to the granularity. */
  readonly level = computed(() => {
    const { granularities } = this.tree.value;
    const wanted = this.traits.granularity.value;
    let best = 0;
    granularities.forEach((g, i) => {
      if (Math.abs(g - wanted) < Math.abs(granularities[best] - wanted)) best = i;
    });
    return best;
  });
  readonly list = computed<Cluster[]>(() => {
    const { tree, leaf } = this.#data.value;
    const nodes = tree.levels[this.level.value] ?? [];
    const size = new Map<number, number>();
    for (const l of leaf) size.set(nodes[l], (size.get(nodes[l]) ?? 0) + 1);
    const given = givenNames(this.traits.renames.value, this.outputs.info.prompt, nodes, tree.sizes);
    return (tree.order[this.level.value] ?? []).map((node, number) => ({
      number,
      node,
      name: given.get(node) ?? tree.nodes[node].name,
      given: given.has(node),
      size: size.get(node) ?? 0,
      holds: tree.nodes[node].share,
      medoid: tree.nodes[node].medoid,
      words: tree.nodes[node].words,
    }));
  });
  /** Cluster number of each output, -1 = no cluster. */
  readonly of = computed(() => {
    const { tree, leaf } = this.#data.value;
    if (!this.ready.value) return new Int32Array(this.outputs.info.n).fill(-1);
    const number = new Map((tree.order[this.level.value] ?? []).map((node, k) => [node, k]));
    const ofLeaf = (tree.levels[this.level.value] ?? []).map((node) => number.get(node) ?? -1);
    return Int32Array.from(leaf, (l) => ofLeaf[l] ?? -1);
  });
  /** How many outputs have no cluster. */
  readonly alone = computed(() => (!this.ready.value ? 0 : this.of.value.reduce((sum, c) => sum + (c < 0 ? 1 : 0), 0)));

  nameOf(i: number): string {
    const c = this.of.value[i] ?? -1;
    if (!this.ready.value) return "";
    return c < 0 ? ALONE : (this.list.value[c]?.name ?? "");
  }

  members(cluster: number): Uint32Array {
    return this.outputs.where((i) => this.of.value[i] === cluster);
  }

  setGranularity(value: number): void {
    this.traits.set({ granularity: value });
    this.announce.say(`${this.list.value.length} clusters`);
  }

  rename(cluster: Cluster, name: string): void {
    const { prompt } = this.outputs.info;
    const tree = this.tree.value;
    const nodes = tree.levels[this.level.value];
    const leaves = nodes.flatMap((node, leaf) => (node === cluster.node ? [leaf] : []));
    const given = name.trim();
    const clears = !given || given === tree.nodes[cluster.node].name;
    // Keep the names of clusters that contain this one or lie inside it.
    const renames = this.traits.renames.value;
    const here = renames.filter((r) => r.prompt === prompt);
    const replaced = clears
      ? closest(here, leaves, tree.sizes)
      : here.find((r) => overlap(r.leaves, leaves, tree.sizes) === 1);
    const kept = renames.filter((rename) => rename !== replaced);
    this.traits.set({ renames: clears ? kept : [...kept, { prompt, name: given, leaves, tree: tree.id }] });
  }
}

/** Share of outputs that two sets of leaves have in common (Jaccard index). */
function overlap(a: number[], b: number[], sizes: number[]): number {
  const second = new Set(b);
  let both = 0;
  let either = 0;
  for (const leaf of new Set([...a, ...b])) either += sizes[leaf] ?? 0;
  for (const leaf of new Set(a)) if (second.has(leaf)) both += sizes[leaf] ?? 0;
  return either ? both / either : 0;
}

/** The user's names at a level: each node takes the closest name. */
function givenNames(renames: Rename[], prompt: number, nodes: number[], sizes: number[]): Map<number, string> {
  const given = new Map<number, string>();
  const leavesOf = new Map<number, number[]>();
  nodes.forEach((node, leaf) => {
    const leaves = leavesOf.get(node);
    if (leaves) leaves.push(leaf);
    else leavesOf.set(node, [leaf]);
  });
  const here = renames.filter((rename) => rename.prompt === prompt);
  for (const [node, leaves] of leavesOf) {
    const rename = node >= 0 ? closest(here, leaves, sizes) : undefined;
    if (rename) given.set(node, rename.name);
  }
  return given;
}

/** The name whose members overlap these leaves most, by more than half; the latest of equals. */
function closest(renames: Rename[], leaves: number[], sizes: number[]): Rename | undefined {
  let most = 0.5;
  let found: Rename | undefined;
  for (const rename of renames) {
    const share = overlap(rename.leaves, leaves, sizes);
    if (share > 0.5 && share >= most) {
      most = share;
      found = rename;
    }
  }
  return found;
}
