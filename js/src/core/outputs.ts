// The outputs of the current prompt: their texts, labels and columns.
import { computed } from "@preact/signals";
import { Texts } from "../text/texts";
import { shortNames } from "../ui/names";
import type { Link } from "../wire/ask";
import { array } from "../wire/bytes";
import type { Traits } from "../wire/traits";
import type { Column, Info } from "../wire/types";

export class Outputs {
  constructor(
    readonly traits: Traits,
    readonly link: Link,
  ) {}

  readonly #frame = computed(() => this.traits.frame.value);
  readonly #info = computed(() => this.#frame.value.info);
  /** Grows whenever the prompt changes. */
  readonly visit = computed(() => this.#frame.value.visit);
  /** Rows of the user's frame. */
  readonly rows = computed(() => this.#frame.value.rows);
  readonly columns = computed(() => this.#frame.value.columns);
  readonly promptIndex = computed(() => this.traits.promptIndex.value);
  /** Another prompt was chosen and is being prepared. */
  readonly preparing = computed(() => this.promptIndex.value !== this.info.prompt);
  readonly xy = computed(() => {
    const { prompt, xy } = this.traits.map.value;
    return prompt === this.info.prompt ? xy : new Float32Array();
  });
  readonly variant = computed(() => {
    const { prompt, variant } = this.traits.variants.value;
    return prompt === this.info.prompt ? variant : Uint32Array.from({ length: this.info.n }, (_, i) => i);
  });
  readonly textData = computed(() => this.traits.texts.value);
  readonly texts = computed(() => {
    const data = this.textData.value;
    const texts = new Texts(data, async (ids) => {
      const { reply, buffers } = await this.link.ask({ kind: "texts", prompt: data.prompt, ids });
      texts.receive(reply.ids, array(buffers[0], Uint8Array), array(buffers[1], Uint32Array));
    });
    return texts;
  });

  get info(): Info {
    return this.#info.value;
  }

  column(name: string | null | undefined): Column | undefined {
    return this.info.columns.find((column) => column.name === name);
  }

  /** The codes of a column's categories that occur in these outputs, ascending; categories cover all prompts. */
  present({ name, categories }: Column): number[] {
    const codes = new Set(this.columns.value[name]);
    return [...(categories?.keys() ?? [])].filter((code) => codes.has(code));
  }

  /** The text of an output, or null until Python sends it. */
  text(i: number): string | null {
    return this.texts.value.get(i);
  }

  setPrompt(index: number): void {
    this.traits.set({ prompt_index: index });
  }

  label(i: number): string {
    const { labels } = this.info;
    return Array.isArray(labels) ? labels[i] : String(labels.start + labels.step * i);
  }

  /** The label of a text without visible characters. */
  blank(i: number): string {
    return this.info.missing.includes(i) ? "(missing)" : "(blank)";
  }

  /** The value of the source column; "" without one. */
  source(i: number): string {
    const { source } = this.info;
    return source === null ? "" : this.value(source, i);
  }

  readonly #shortNames = computed(
    () => new Map(this.info.columns.map(({ name, categories }) => [name, shortNames(categories ?? [])])),
  );

  /** A short form of a column's value: without the prefix that all values share, and cut to length. */
  short(column: string | null | undefined, value: string): string {
    return this.#shortNames.value.get(column ?? "")?.get(value) ?? value;
  }

  /** A short form of an output's source. */
  shortSource(i: number): string {
    return this.short(this.info.source, this.source(i));
  }

  /** A short name for an output: its source, or its row. */
  name(i: number): string {
    return this.shortSource(i) || this.row(i);
  }

  row(i: number): string {
    return `row ${this.label(i)}`;
  }

  /** The sources of outputs with counts, most frequent first; "" without a source column. */
  sourcesOf(ids: ArrayLike<number>): string {
    const counts = new Map<string, number>();
    for (let k = 0; k < ids.length; k++) {
      const source = this.source(ids[k]);
      if (source) counts.set(source, (counts.get(source) ?? 0) + 1);
    }
    const parts = [...counts]
      .sort((a, b) => b[1] - a[1])
      .map(([name, count]) => (count > 1 ? `${name} ${count}` : name));
    return parts.length > 8 ? `${parts.slice(0, 7).join(" · ")} and ${parts.length - 7} more` : parts.join(" · ");
  }

  /** The value of a column: a number, with the 24 bits that the browser receives, or a text; null if missing. */
  raw(name: string, i: number): number | string | null {
    const column = this.column(name);
    const value = this.columns.value[name]?.[i];
    if (!column || value === undefined || Number.isNaN(value)) return null;
    return column.kind === "number" ? Number(value.toPrecision(7)) : (column.categories?.[value] ?? null);
  }

  /** The value of a column as displayed. */
  value(name: string, i: number): string {
    const raw = this.raw(name, i);
    return typeof raw === "number" ? String(Number(raw.toPrecision(6))) : (raw ?? "");
  }

  readonly #local = computed(() => {
    const local = new Int32Array(this.info.total).fill(-1);
    this.rows.value.forEach((row, i) => (local[row] = i));
    return local;
  });

  /** The output at a row of the user's frame; -1 if it belongs to another prompt. */
  localOf(row: number): number {
    return this.#local.value[row] ?? -1;
  }

  /** The outputs that pass a test. */
  where(test: (i: number) => boolean): Uint32Array {
    const { n } = this.info;
    const ids = new Uint32Array(n);
    let count = 0;
    for (let i = 0; i < n; i++) if (test(i)) ids[count++] = i;
    return ids.subarray(0, count);
  }
}
