// What the panels show, derived from the traits. A view of the widget has one State.
import { computed, effect, type ReadonlySignal, signal, untracked } from "@preact/signals";
import { byGroup, byNumber, type Scheme } from "./colors";
import { array } from "../wire/bytes";
import type { Traits } from "../wire/traits";
import type { Order, Rename, View } from "../wire/types";
import { plural } from "../ui/plural";
import { compile, hits } from "../text/search";
import { findBeside } from "../text/search-worker";
import { Tags } from "./tags";
import { Texts } from "../text/texts";

export interface Cluster {
  /** 0 = the largest; what `frame.cluster` says in Python. */
  number: number;
  node: number;
  name: string;
  /** Whether the user gave the name. */
  given: boolean;
  size: number;
  /** Share of the members that hold the name. */
  holds: number;
  medoid: number;
  words: string[];
}

export type Direction = "left" | "right" | "up" | "down";

/** What the keyboard and the other panels ask of the map. */
export interface MapControl {
  walk(direction: Direction): void;
  zoom(factor: number): void;
  fit(): void;
  zoomTo(ids: Uint32Array): void;
}

export type Mode = "replace" | "add" | "remove";

const ALONE = "like no other";
const SEARCHING = "searching…";
/** Milliseconds without typing after which it is told how many outputs match. */
const PAUSE = 600;

export class State {
  readonly dark = signal(false);
  readonly hover = signal(-1);
  /** The output the keyboard is at. */
  readonly cursor = signal(-1);
  /** Groups of the colour scheme that are dimmed. */
  readonly hidden = signal<ReadonlySet<number>>(new Set());
  /** A cluster pointed at in the list: the others dim. */
  readonly pointed = signal<number | null>(null);
  readonly help = signal(false);
  map: MapControl | null = null;
  readonly status = signal("");
  readonly #found = signal<{ key: string; ids: Uint32Array | null; error: string }>({ key: "", ids: null, error: "" });
  readonly #abort: AbortSignal;
  readonly tags: Tags;

  constructor(
    readonly traits: Traits,
    until: AbortSignal,
  ) {
    this.#abort = until;
    this.tags = new Tags(this, until);
    // Whoever selects, here, in another view or in Python, wants to read what is selected.
    let selection = traits.selection.peek();
    const stop = effect(() => {
      const scope = this.selectedCount.value ? "selected" : "all";
      if (traits.selection.value === selection) return;
      selection = traits.selection.value;
      untracked(() => this.setScope(scope));
    });
    until.addEventListener("abort", stop);
    // Whoever changes what is coloured, or the prompt, here, in another view or in Python: groups and positions are others.
    let groups = "";
    let prompt = -1;
    const reset = effect(() => {
      const level = this.scheme.value.kind === "cluster" ? this.level.value : 0;
      const now = JSON.stringify([this.info.value.prompt, this.setting("color"), level]);
      if (groups && now !== groups) this.hidden.value = new Set();
      groups = now;
      if (prompt >= 0 && prompt !== this.info.value.prompt) {
        this.hover.value = this.cursor.value = -1;
        this.pointed.value = null;
        this.spread.value = new Set();
      }
      prompt = this.info.value.prompt;
    });
    until.addEventListener("abort", reset);
    let typing: ReturnType<typeof setTimeout> | undefined;
    const tell = effect(() => {
      void this.setting("query");
      const says = this.searchSays.value;
      clearTimeout(typing);
      if (!says || says === SEARCHING) return;
      typing = setTimeout(() => {
        // What is said already would not be read out again.
        this.status.value = "";
        this.status.value = says;
      }, PAUSE);
    });
    until.addEventListener("abort", () => {
      tell();
      clearTimeout(typing);
    });
    traits.onReply((reply, buffers) => {
      if (reply.kind === "texts" && reply.prompt === this.info.value.prompt) {
        this.texts.value.receive(reply.ids, array(buffers[0], Uint8Array), array(buffers[1], Uint32Array));
      } else if (reply.kind === "found" && reply.id === this.#askedId) {
        // Also when something else is typed by now: kept under its own key, it is there when that comes back.
        this.#found.value = { key: this.#asked, ids: array(buffers[0], Uint32Array), error: reply.error ?? "" };
      }
    }, until);
  }

  // The outputs

  readonly shown = computed(() => this.traits.shown.value);
  readonly info = computed(() => this.shown.value.info);
  readonly view = computed<View>(() => this.traits.view.value);
  readonly #settings = new Map<keyof View, ReadonlySignal<unknown>>();
  /** One setting of the view. Who reads it follows its changes, not those of the others. */
  setting<K extends keyof View>(name: K): View[K] {
    let own = this.#settings.get(name) as ReadonlySignal<View[K]> | undefined;
    if (!own) this.#settings.set(name, (own = computed(() => this.view.value[name])));
    return own.value;
  }
  readonly texts = computed(() => {
    const shown = this.shown.value;
    const prompt = shown.info.prompt;
    return new Texts(shown, (ids) => this.traits.model.send({ kind: "texts", prompt, ids }));
  });
  /** Python is still making what was asked for. */
  readonly preparing = computed(() => this.traits.promptIndex.value !== this.info.value.prompt);

  label(i: number): string {
    const { labels } = this.info.value;
    return Array.isArray(labels) ? labels[i] : String(labels.start + labels.step * i);
  }

  /** What stands for a text without a character to show. */
  blank(i: number): string {
    return this.info.value.missing.includes(i) ? "(missing)" : "(blank)";
  }

  /** What is read out of an output. */
  describe(i: number): string {
    return [this.source(i), this.clusterName(i), (this.texts.value.get(i) ?? "").slice(0, 120)]
      .filter(Boolean)
      .join(", ");
  }

  /** Where outputs come from, with counts, most frequent first; "" where nothing tells. */
  sourcesOf(ids: ArrayLike<number>): string {
    const counts = new Map<string, number>();
    for (let k = 0; k < ids.length; k++) counts.set(this.source(ids[k]), (counts.get(this.source(ids[k])) ?? 0) + 1);
    counts.delete("");
    const parts = [...counts]
      .sort((a, b) => b[1] - a[1])
      .map(([name, count]) => (count > 1 ? `${name} ${count}` : name));
    return parts.length > 8 ? `${parts.slice(0, 7).join(" · ")} and ${parts.length - 7} more` : parts.join(" · ");
  }

  source(i: number): string {
    const { source } = this.info.value;
    return source === null ? "" : this.value(source, i);
  }

  /** What a column holds: a number as the browser has it, which is of 24 bits, or the text; null = none. */
  raw(name: string, i: number): number | string | null {
    const column = this.info.value.columns.find((c) => c.name === name);
    const value = this.shown.value.columns[name]?.[i];
    if (!column || value === undefined || Number.isNaN(value)) return null;
    return column.kind === "number" ? Number(value.toPrecision(7)) : (column.categories![value] ?? null);
  }

  value(name: string, i: number): string {
    const column = this.info.value.columns.find((c) => c.name === name);
    const values = this.shown.value.columns[name];
    if (!column || !values) return "";
    if (column.kind === "number") return Number.isNaN(values[i]) ? "" : String(Number(values[i].toPrecision(6)));
    return column.categories![values[i]] ?? "";
  }

  // Clusters

  readonly level = computed(() => {
    const { granularities } = this.shown.value.tree;
    const wanted = this.traits.granularity.value;
    let best = 0;
    granularities.forEach((g, i) => {
      if (Math.abs(g - wanted) < Math.abs(granularities[best] - wanted)) best = i;
    });
    return best;
  });
  /** Outputs in each leaf of the tree. */
  readonly #leafSize = computed(() => {
    const { leaf, tree } = this.shown.value;
    const sizes = new Int32Array(tree.levels[0]?.length ?? 0);
    for (const l of leaf) sizes[l]++;
    return sizes;
  });
  readonly clusters = computed<Cluster[]>(() => {
    const { tree, info } = this.shown.value;
    const of = tree.levels[this.level.value] ?? [];
    const sizes = this.#leafSize.value;
    const size = new Map<number, number>();
    of.forEach((node, leaf) => size.set(node, (size.get(node) ?? 0) + sizes[leaf]));
    const given = names(this.traits.renames.value, info.prompt, of, sizes);
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
  /** Cluster number of each output, -1 = like no other. */
  readonly clusterOf = computed(() => {
    const { tree, leaf } = this.shown.value;
    const number = new Map((tree.order[this.level.value] ?? []).map((node, k) => [node, k]));
    const ofLeaf = (tree.levels[this.level.value] ?? []).map((node) => number.get(node) ?? -1);
    return Int32Array.from(leaf, (l) => ofLeaf[l] ?? -1);
  });
  readonly alone = computed(() => this.clusterOf.value.reduce((sum, c) => sum + (c < 0 ? 1 : 0), 0));

  clusterName(i: number): string {
    const c = this.clusterOf.value[i];
    return c < 0 ? ALONE : (this.clusters.value[c]?.name ?? "");
  }

  members(cluster: number): Uint32Array {
    return this.#where((i) => this.clusterOf.value[i] === cluster);
  }

  rename(cluster: Cluster, name: string): void {
    const prompt = this.info.value.prompt;
    const of = this.shown.value.tree.levels[this.level.value];
    const leaves = of.flatMap((node, leaf) => (node === cluster.node ? [leaf] : []));
    // An earlier name for these members would come back when the new one is taken away.
    const kept = this.traits.renames.value.filter(
      (r) => r.prompt !== prompt || overlap(r.leaves, leaves, this.#leafSize.value) <= 0.5,
    );
    const given = name.trim();
    const own = this.shown.value.tree.nodes[cluster.node].name;
    this.traits.set("renames", given && given !== own ? [...kept, { prompt, name: given, leaves }] : kept);
  }

  // Colours

  readonly scheme = computed<Scheme>(() => {
    const color = this.setting("color");
    const dark = this.dark.value;
    const column = this.info.value.columns.find((c) => c.name === color);
    if (color === "tags") return this.tags.scheme(dark);
    if (!column) {
      const labels = this.clusters.value.map((c) => c.name);
      return byGroup("cluster", "cluster", this.clusterOf.value, labels, dark, ALONE);
    }
    const values = this.shown.value.columns[color];
    if (column.kind === "number") return byNumber(column, values as Float32Array, dark);
    const group = Int32Array.from(values, (v) => (v === 65535 ? -1 : v));
    return byGroup("category", color, group, column.categories!, dark, "no value");
  });

  color(i: number): string {
    const { palette, codes } = this.scheme.value;
    return palette[codes[i]];
  }

  toggle(group: number): void {
    const hidden = new Set(this.hidden.value);
    if (!hidden.delete(group)) hidden.add(group);
    // With everything dimmed there is nothing to see: start over.
    this.hidden.value = hidden.size === this.scheme.value.entries.length ? new Set() : hidden;
  }

  /** Only this group, or all again when it is the only one already. */
  only(group: number): void {
    const others = this.scheme.value.entries.map((e) => e.group).filter((g) => g !== group);
    const isOnly = !this.hidden.value.has(group) && others.every((g) => this.hidden.value.has(g));
    this.hidden.value = new Set(isOnly ? [] : others);
  }

  // Search

  readonly pattern = computed<{ pattern: RegExp | null; error: string }>(() => {
    try {
      return { pattern: compile(this.#query()), error: "" };
    } catch (error) {
      return { pattern: null, error: (error as Error).message };
    }
  });
  /** Regular expressions are looked for beside the page, and where Python has the texts, there. */
  readonly #elsewhere = computed(
    () => this.shown.value.paged || (this.setting("regex") && typeof Worker !== "undefined"),
  );
  /** Outputs that hold the query; null without one, or while it is looked for. */
  readonly matches = computed<Uint8Array | null>(() => {
    const { pattern } = this.pattern.value;
    if (!pattern) return null;
    const { info } = this.shown.value;
    const mask = new Uint8Array(info.n);
    if (this.#elsewhere.value) {
      const found = this.#found.value;
      if (found.key !== this.#key()) {
        queueMicrotask(() => this.#ask());
        return null;
      }
      for (const i of found.ids ?? []) mask[i] = 1;
      return mask;
    }
    const texts = this.texts.value;
    for (let i = 0; i < info.n; i++) if (hits(texts.get(i)!, pattern, 1).length) mask[i] = 1;
    return mask;
  });
  readonly searchError = computed(() => {
    if (this.pattern.value.error || !this.pattern.value.pattern || !this.#elsewhere.value)
      return this.pattern.value.error;
    return this.#found.value.key === this.#key() ? this.#found.value.error : "";
  });

  /** How many match, or why it cannot be told; "" without a search. */
  readonly searchSays = computed(() => {
    if (this.searchError.value) return this.searchError.value;
    if (!this.setting("query")) return "";
    return this.matches.value ? plural(this.matchCount.value, "match", "matches") : SEARCHING;
  });

  marks(text: string): number[] {
    const { pattern } = this.pattern.value;
    // An expression that may not end is not tried on the page.
    if (!pattern || (this.#elsewhere.value && (!this.matches.value || this.searchError.value))) return [];
    return hits(text, pattern);
  }

  #asked = "";
  #askedId = 0;
  #search: AbortController | null = null;
  #query(): { query: string; regex: boolean } {
    return { query: this.setting("query"), regex: this.setting("regex") };
  }
  #key(): string {
    const { query, regex } = this.#query();
    return JSON.stringify([this.info.value.prompt, query, regex]);
  }
  #ask(): void {
    const key = this.#key();
    if (this.#abort.aborted || key === this.#asked) return;
    this.#asked = key;
    this.#search?.abort();
    const { pattern } = this.pattern.value;
    const { paged, bytes, offsets } = this.shown.value;
    if (!paged && pattern) {
      this.#search = new AbortController();
      const until = AbortSignal.any([this.#abort, this.#search.signal]);
      findBeside({ bytes, offsets, pattern }, until).then((found) => {
        if (!until.aborted) this.#found.value = { key, ...found };
      });
      return;
    }
    const { query, regex } = this.#query();
    this.traits.model.send({ kind: "find", prompt: this.info.value.prompt, id: ++this.#askedId, query, regex });
  }

  // Selection

  /** Local position of each row of the user's frame, -1 = of another prompt. */
  readonly #local = computed(() => {
    const { rows, info } = this.shown.value;
    const local = new Int32Array(info.total).fill(-1);
    rows.forEach((row, i) => (local[row] = i));
    return local;
  });
  localOf(row: number): number {
    return this.#local.value[row] ?? -1;
  }
  /** 1 for each selected output of the prompt shown. */
  readonly selected = computed(() => {
    const mask = new Uint8Array(this.info.value.n);
    const local = this.#local.value;
    for (const row of this.traits.selection.value) if (local[row] >= 0) mask[local[row]] = 1;
    return mask;
  });
  readonly selectedIds = computed(() => this.#where((i) => !!this.selected.value[i]));
  readonly selectedCount = computed(() => this.selected.value.reduce((sum, s) => sum + s, 0));
  readonly selectedElsewhere = computed(() => this.traits.selection.value.length - this.selectedCount.value);

  select(ids: ArrayLike<number>, mode: Mode): void {
    const mask = mode === "replace" ? new Uint8Array(this.info.value.n) : this.selected.value.slice();
    for (let k = 0; k < ids.length; k++) mask[ids[k]] = mode === "remove" ? 0 : 1;
    const { rows } = this.shown.value;
    const local = this.#local.value;
    const kept = this.traits.selection.value.filter((row) => !(local[row] >= 0));
    const here = rows.filter((_, i) => mask[i]);
    const all = new Uint32Array(kept.length + here.length);
    all.set(kept);
    all.set(here, kept.length);
    this.traits.select(all.sort());
    // What is tagged is the output that one is at, or else what was selected last.
    if (mode === "replace" && !(ids.length === 1 && ids[0] === this.cursor.value)) this.cursor.value = -1;
    this.status.value = `${this.selectedCount.value} of ${this.info.value.n} selected`;
  }

  /** As `select`, but only what passes search and legend: a lasso, or a click on a cluster, takes nothing that is dimmed. */
  take(ids: ArrayLike<number>, mode: Mode): void {
    const passes = this.#passes.value;
    this.select(passes ? Array.from(ids).filter(passes) : ids, mode);
  }

  /** Adds or removes what a card stands for, and the reader goes on listing what it lists: one reads on after picking. */
  pick(ids: number[]): void {
    const scope = this.scope.value;
    this.select(ids, this.selected.value[ids[0]] ? "remove" : "add");
    if (this.selectedCount.value) this.setScope(scope);
  }

  /** Selects what is not selected, of the prompt shown. */
  invert(): void {
    const selected = this.selected.value;
    this.select(
      this.#where((i) => !selected[i]),
      "replace",
    );
  }

  /** In every prompt. */
  clear(): void {
    const count = this.traits.selection.value.length;
    const elsewhere = this.selectedElsewhere.value;
    this.traits.select(new Uint32Array());
    const told = `${plural(count, "output")} deselected${elsewhere ? `, ${elsewhere} of them in other prompts` : ""}`;
    this.status.value = count ? told : "Nothing selected";
  }

  // What the reader lists

  /** What is selected or everything; everything too where nothing is selected. */
  readonly scope = computed(() => (this.selectedCount.value ? this.setting("scope") : "all"));

  setScope(scope: "all" | "selected"): void {
    if (scope !== this.view.value.scope) this.set({ scope });
  }

  /** Passes the legend's filter, the search and the filter of tags; null where there is none. */
  readonly #passes = computed(() => {
    const hidden = this.hidden.value;
    const matches = this.matches.value;
    const tagged = this.tags.passing.value;
    if (!hidden.size && !matches && !tagged) return null;
    const group = hidden.size ? this.scheme.value.group : null;
    return (i: number) => (!group || !hidden.has(group[i])) && (!matches || !!matches[i]) && (!tagged || !!tagged[i]);
  });
  /** Points to dim: filtered out by the legend or the search, or not of the cluster pointed at. */
  readonly faded = computed<Uint8Array | null>(() => {
    const passes = this.#passes.value;
    const pointed = this.pointed.value;
    if (!passes && pointed === null) return null;
    const clusters = this.clusterOf.value;
    const faded = new Uint8Array(this.info.value.n);
    for (let i = 0; i < faded.length; i++) {
      if ((passes && !passes(i)) || (pointed !== null && clusters[i] !== pointed)) faded[i] = 1;
    }
    return faded;
  });
  readonly matchCount = computed(() => this.matches.value?.reduce((sum, m) => sum + m, 0) ?? 0);
  /** Outputs in the reader, in its order. */
  readonly listed = computed<Uint32Array>(() => {
    const passes = this.#passes.value;
    const selected = this.scope.value === "selected" ? this.selected.value : null;
    const ids = this.#where((i) => (!selected || !!selected[i]) && (!passes || passes(i)));
    const by = this.setting("order");
    if (by === "untagged") return this.#untaggedFirst(ids);
    const ranked = this.ranked.value;
    if (by === "ranked") return ranked ? ids.slice().sort((a, b) => ranked.rank[a] - ranked.rank[b] || a - b) : ids;
    if (by === "disputed") {
      const disputed = this.tags.disputed.value;
      return ids.slice().sort((a, b) => disputed[b] - disputed[a] || a - b);
    }
    return order(ids, by, this.shown.value.typical);
  });
  /** The order that Python made of the outputs shown. */
  readonly ranked = computed(() => {
    const ranked = this.traits.ranked.value;
    return ranked?.prompt === this.info.value.prompt ? ranked : null;
  });
  /** What nobody has tagged comes first, cluster by cluster, and in each what is most typical. */
  #untaggedFirst(ids: Uint32Array): Uint32Array {
    const clusters = this.clusterOf.value;
    const { typical } = this.shown.value;
    const tagged = this.tags.any.value;
    // Like no other comes last, after the smallest.
    const place = (i: number) => (clusters[i] < 0 ? Infinity : clusters[i]);
    return ids
      .slice()
      .sort(
        (a, b) =>
          tagged[a] - tagged[b] || (place(a) === place(b) ? typical[b] - typical[a] : place(a) - place(b)) || a - b,
      );
  }

  /** Texts of which each output has a card of its own, though others are equal. */
  readonly spread = signal<ReadonlySet<number>>(new Set());
  /** The outputs listed, by text: equal ones share a card, that of the first. */
  readonly cards = computed(() => {
    const { variant } = this.shown.value;
    const spread = this.spread.value;
    const ids: number[] = [];
    const copies = new Map<number, number[]>();
    for (const i of this.listed.value) {
      const v = variant[i];
      const others = spread.has(v) ? undefined : copies.get(v);
      if (others) others.push(i);
      else {
        copies.set(v, [i]);
        ids.push(i);
      }
    }
    return { ids: Uint32Array.from(ids), copies };
  });

  /** The outputs that a card stands for. */
  copies(i: number): number[] {
    const v = this.shown.value.variant[i];
    const own = this.spread.value.has(v) ? undefined : this.cards.value.copies.get(v);
    return own?.includes(i) ? own : [i];
  }

  /** What passes search and legend, selected or not. */
  readonly passing = computed<Uint32Array>(() => {
    const passes = this.#passes.value;
    return this.#where((i) => !passes || passes(i));
  });

  set(view: Partial<View>): void {
    this.traits.set("view", { ...this.view.value, ...view });
  }

  setGranularity(value: number): void {
    this.traits.set("granularity", value);
    this.status.value = `${this.clusters.value.length} clusters`;
  }

  setPrompt(index: number): void {
    this.traits.set("prompt_index", index);
  }

  #where(test: (i: number) => boolean): Uint32Array {
    const n = this.info.value.n;
    const ids = new Uint32Array(n);
    let count = 0;
    for (let i = 0; i < n; i++) if (test(i)) ids[count++] = i;
    return ids.subarray(0, count);
  }
}

function order(ids: Uint32Array, by: Order, typical: Float32Array): Uint32Array {
  if (by === "row") return ids;
  const sign = by === "typical" ? -1 : 1;
  return ids.slice().sort((a, b) => sign * (typical[a] - typical[b]) || a - b);
}

/** Share of outputs that two sets of leaves have in common (Jaccard). */
function overlap(a: number[], b: number[], sizes: Int32Array): number {
  const second = new Set(b);
  let both = 0;
  let either = 0;
  for (const leaf of new Set([...a, ...b])) either += sizes[leaf] ?? 0;
  for (const leaf of new Set(a)) if (second.has(leaf)) both += sizes[leaf] ?? 0;
  return either ? both / either : 0;
}

/** The user's names at a level: a name goes to the node that shares more than half of the renamed members. */
export function names(renames: Rename[], prompt: number, of: number[], sizes: Int32Array): Map<number, string> {
  const given = new Map<number, string>();
  const leaves = new Map<number, number[]>();
  of.forEach((node, leaf) => {
    const list = leaves.get(node);
    if (list) list.push(leaf);
    else leaves.set(node, [leaf]);
  });
  for (const rename of renames) {
    if (rename.prompt !== prompt) continue;
    for (const [node, own] of leaves) {
      if (node >= 0 && overlap(rename.leaves, own, sizes) > 0.5) given.set(node, rename.name);
    }
  }
  return given;
}
