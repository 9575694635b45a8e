// What Python finds one of two sets of outputs to say more than the other.
import { computed, signal } from "@preact/signals";
import { plural } from "../ui/format";
import { array } from "../wire/bytes";
import type { Contrast, Tested } from "../wire/types";
import { ALONE } from "./clusters";
import { REST, SELECTED } from "./compare";
import type { Lens } from "./lens";

/** A row of the answer, with the outputs of both sets that have it. */
export type Difference = Contrast & { ids: Uint32Array };

interface Result {
  /** Identifies the sets, and the points that were compared. */
  key: string;
  rows: Difference[];
  tested: Tested;
  error: string;
}

/** A set that can be chosen. */
interface SetOption {
  key: string;
  name: string;
}

/** Sets with more outputs are compared on request: that takes seconds. */
const AT_ONCE = 20_000;
const NOTHING: Result = { key: "", rows: [], tested: {}, error: "" };

const known = new WeakMap<Lens, Comparing>();

/** The comparison of a view. */
export function comparingOf(lens: Lens): Comparing {
  let made = known.get(lens);
  if (!made) known.set(lens, (made = new Comparing(lens)));
  return made;
}

export class Comparing {
  readonly #result = signal(NOTHING);
  /** The question that Python has not answered yet; "" = none. */
  readonly #asked = signal("");
  readonly #cuts = new WeakMap<object, number>();
  #cutCount = 0;

  constructor(readonly lens: Lens) {}

  /** The sets on offer, by kind; `second` also offers all others. */
  options(which: "first" | "second"): { kind: string; sets: SetOption[] }[] {
    const { outputs, clusters, tags, selection } = this.lens;
    const count = selection.count.value;
    const kinds: { kind: string; sets: SetOption[] }[] = [];
    const other = which === "second" ? this.lens.compare.first.value : this.lens.compare.second.value;
    kinds.push({
      kind: "",
      sets: [
        ...(which === "second" || other !== REST ? [{ key: REST, name: "all others" }] : []),
        ...(count ? [{ key: SELECTED, name: `the ${plural(count, "selected output")}` }] : []),
        ...this.lens.compare.held.value.map(({ name }, k) => ({ key: `held:${k}`, name })),
      ],
    });
    for (const column of outputs.info.columns) {
      if (column.kind !== "category") continue;
      const codes = outputs.present(column);
      if (codes.length < 2) continue;
      const sets = codes.map((code) => ({ key: `column:${code}:${column.name}`, name: column.categories![code] }));
      kinds.push({ kind: column.name, sets });
    }
    const groups = clusters.list.value.map(({ number, name }) => ({ key: `cluster:${number}`, name }));
    if (clusters.alone.value && groups.length) groups.push({ key: "cluster:-1", name: ALONE });
    if (groups.length) kinds.push({ kind: "cluster", sets: groups });
    const { names } = tags.tagged.value;
    const tagged = names.flatMap((name, tag) => (tags.counts.value[tag] ? [{ key: `tag:${name}`, name }] : []));
    if (tagged.length) kinds.push({ kind: "tag", sets: tagged });
    return kinds;
  }

  /** The name of a set, as the options show it. */
  name(key: string): string {
    const [kind, id, name] = split(key);
    if (kind === "rest") return "all others";
    if (kind === "held") return this.lens.compare.held.value[Number(id)]?.name ?? "";
    if (kind === "cluster") return Number(id) < 0 ? ALONE : (this.lens.clusters.list.value[Number(id)]?.name ?? "");
    if (kind === "tag") return key.slice("tag:".length);
    const column = this.lens.outputs.column(name);
    return this.lens.outputs.short(name, column?.categories?.[Number(id)] ?? "");
  }

  #of(key: string): Uint32Array {
    const { outputs, clusters, tags } = this.lens;
    const [kind, id, name] = split(key);
    if (kind === "held") return this.lens.compare.held.value[Number(id)]?.ids ?? new Uint32Array();
    if (kind === "cluster") return clusters.members(Number(id));
    if (kind === "tag") {
      const tag = tags.tagged.value.names.indexOf(key.slice("tag:".length));
      if (tag < 0) return new Uint32Array();
      const mask = tags.mask(tag, null);
      return outputs.where((i) => mask[i] === 1);
    }
    const codes = outputs.columns.value[name];
    return codes ? outputs.where((i) => codes[i] === Number(id)) : new Uint32Array();
  }

  /** The outputs of both sets. */
  readonly sets = computed<[Uint32Array, Uint32Array]>(() => {
    const keys = [this.lens.compare.first.value, this.lens.compare.second.value];
    const own = keys.map((key) => (key && key !== REST ? this.#of(key) : new Uint32Array()));
    const made = keys.map((key, k) => {
      if (key !== REST) return own[k];
      const others = new Set(own[1 - k]);
      return this.lens.outputs.where((i) => !others.has(i));
    });
    return [made[0], made[1]];
  });

  readonly #key = computed(() => {
    const cut = this.lens.points.cut.value;
    if (cut && !this.#cuts.has(cut)) this.#cuts.set(cut, ++this.#cutCount);
    const [one, other] = this.sets.value;
    return `${this.lens.outputs.info.prompt}:${one.join()}:${other.join()}:${cut ? this.#cuts.get(cut) : 0}`;
  });

  /** The answer for the chosen sets; null until it is there. */
  readonly result = computed<Result | null>(() =>
    this.#result.value.key === this.#key.value ? this.#result.value : null,
  );
  readonly waiting = computed(() => !this.result.value && this.#asked.value !== "");
  /** Whether the sets are so large that they are compared on request only. */
  readonly large = computed(() => this.sets.value[0].length + this.sets.value[1].length > AT_ONCE);
  /** Identifies what would be asked now. */
  readonly question = computed(() => (this.large.value ? "" : this.#key.value));

  /** Asks Python, one question at a time. */
  async ask(): Promise<void> {
    const key = this.#key.peek();
    if (this.#asked.peek() || this.result.peek() || !this.lens.kernel || !this.lens.compare.first.peek()) return;
    this.#asked.value = key;
    const { prompt } = this.lens.outputs.info;
    const buffers = this.sets.peek().map((ids) => ids.slice().buffer);
    let result = { ...NOTHING, key };
    try {
      const { reply, buffers: parts } = await this.lens.points.link.ask({ kind: "compare", prompt }, buffers);
      const [outputs, offsets] = parts.map((part) => array(part, Uint32Array));
      const rows = reply.rows.map((row, i) => ({ ...row, ids: outputs.subarray(offsets[i], offsets[i + 1]) }));
      result = { key, rows, tested: reply.tested, error: reply.error };
    } catch (error) {
      result.error = (error as Error).message;
    }
    this.#asked.value = "";
    this.#result.value = result;
    // The sets may have changed meanwhile.
    if (this.question.peek()) void this.ask();
  }

  /** Colours the map by where each set is denser, or by clusters again. Returns why it could not; "" if it could. */
  async density(): Promise<string> {
    const { colors, settings, outputs, points } = this.lens;
    const [first, second] = this.sets.peek();
    const names: [string, string] = [
      this.name(this.lens.compare.first.peek()),
      this.name(this.lens.compare.second.peek()),
    ];
    const buffers = [first, second].map((ids) => ids.slice().buffer);
    try {
      const { prompt } = outputs.info;
      const { reply, buffers: parts } = await points.link.ask({ kind: "density", prompt }, buffers);
      if (reply.error) return reply.error;
      const sides = array(parts[0], Uint8Array);
      if (sides.length === outputs.info.n) colors.denser.value = { sides, names };
      settings.set({ color: "sets" });
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  }

  /** The outputs that speak against a difference: those of the set that says more without it, and the others with it. */
  exceptions({ estimate, ids }: Difference): number[] {
    const [one, other] = this.sets.value;
    const [more, less] = estimate < 0 ? [other, one] : [one, other];
    const has = new Set(ids);
    return [...more.filter((id) => !has.has(id)), ...less.filter((id) => has.has(id))].sort((a, b) => a - b);
  }
}

/** The kind, the number and the name in a key. */
function split(key: string): [string, string, string] {
  const [kind, id, ...name] = key.split(":");
  return [kind, id, name.join(":")];
}
