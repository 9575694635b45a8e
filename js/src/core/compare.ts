// The two sets of outputs that are compared; comparing.ts has what is found.
import { computed } from "@preact/signals";
import { plural } from "../ui/format";
import type { Clusters } from "./clusters";
import type { Outputs } from "./outputs";
import type { Reading } from "./reading";
import { Remembered } from "./remembered";
import type { Selection } from "./selection";

/** Outputs that were selected when their comparison was asked for: the selection may change while it is read. */
interface Held {
  name: string;
  ids: Uint32Array;
}

/** All outputs that are not in the first set. */
export const REST = "rest:";
/** The selected outputs: choosing them keeps them. */
export const SELECTED = "selected:";

/** Each set is a key: "rest:", "held:" and a number, "cluster:" and its number, "tag:" and its name, or "column:", a code
 * and the column's name. */
export class Compare {
  readonly #first: Remembered<string>;
  readonly #second: Remembered<string>;
  readonly held: Remembered<readonly Held[]>;

  constructor(
    readonly outputs: Outputs,
    readonly clusters: Clusters,
    readonly selection: Selection,
    readonly reading: Reading,
  ) {
    this.#first = new Remembered(outputs.visit, "");
    this.#second = new Remembered(outputs.visit, "");
    this.held = new Remembered<readonly Held[]>(outputs.visit, []);
  }

  /** The values of the source, if there are several. */
  readonly #sources = computed<string[]>(() => {
    const column = this.outputs.column(this.outputs.info.source);
    const codes = column ? this.outputs.present(column) : [];
    // Sources with an output or two cannot be told apart.
    return codes.length > 1 && this.outputs.info.n >= 3 * codes.length
      ? codes.map((code) => `column:${code}:${column!.name}`)
      : [];
  });

  readonly first = computed(
    () => this.#first.value || this.#sources.value[0] || (this.clusters.list.value.length ? "cluster:0" : ""),
  );
  readonly second = computed(() => {
    if (this.#second.value) return this.#second.value;
    const sources = this.#sources.value;
    return !this.#first.value && sources.length === 2 ? sources[1] : REST;
  });

  choose(which: "first" | "second", key: string): void {
    const chosen = key === SELECTED ? this.#hold() : key;
    const [first, second] = [this.first.peek(), this.second.peek()];
    this.#first.value = which === "first" ? chosen : first;
    this.#second.value = which === "second" ? chosen : second;
  }

  swap(): void {
    const [first, second] = [this.first.peek(), this.second.peek()];
    this.#first.value = second;
    this.#second.value = first;
  }

  /** Compares the selected outputs with all others; closes the panel if it shows just that. */
  toggle(): void {
    const set = this.selection.count.value ? this.#hold() : this.#first.peek();
    if (set === this.#first.peek()) {
      this.reading.toggle("compare");
      return;
    }
    this.#first.value = set;
    this.#second.value = REST;
    this.reading.asked.value = null;
    this.reading.settings.set({ panel: "compare" });
  }

  #hold(): string {
    const ids = this.selection.ids.peek();
    const held = this.held.peek();
    const known = held.findIndex((set) => set.ids.join() === ids.join());
    if (known >= 0) return `held:${known}`;
    this.held.value = [...held, { name: `${plural(ids.length, "output")} selected before`, ids }];
    return `held:${held.length}`;
  }
}
