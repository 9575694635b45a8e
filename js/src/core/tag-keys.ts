// The tags of the keys 1 to 9.
import { computed } from "@preact/signals";
import type { Tags } from "./tags";

export const KEYS = 9;

export class TagKeys {
  #before: (string | undefined)[] = [];
  /** The number of names that had their chance of a key. */
  #met = 0;

  constructor(readonly tags: Tags) {}

  /** The tags of the keys, from 1 on: first those with an assigned key, then the most used ones. */
  readonly all = computed(() => {
    const { names, define } = this.tags.tagged.value;
    const keys: (string | undefined)[] = [];
    define.forEach(({ key }, tag) => key && (keys[Number(key)] ??= names[tag]));
    const given = new Set(keys);
    // Only a new tag takes the key of one that is on no output any more.
    const kept = new Set(names.length > this.#met ? this.tags.traits.tagged.value.names : names);
    this.#met = names.length;
    // A tag keeps its key: keys that move while you type give wrong tags.
    this.#before.forEach(
      (name, key) => name !== undefined && kept.has(name) && !given.has(name) && (keys[key] ??= name),
    );
    const placed = new Set(keys);
    const free = KEYS - keys.filter((name) => name !== undefined).length;
    const counts = this.tags.counts.value;
    const most = names
      .map((name, tag) => ({ name, tag, count: counts[tag] }))
      .filter(({ name }) => !placed.has(name))
      .sort((a, b) => b.count - a.count || a.tag - b.tag)
      .slice(0, free)
      .sort((a, b) => a.tag - b.tag);
    for (let key = 1; key <= KEYS; key++) keys[key] ??= most.shift()?.name;
    this.#before = keys;
    return keys;
  });
}
