// The effects of keys and mouse on selection, highlights and focus; each of these once had a bug.
import { afterEach, describe, expect, it, vi } from "vitest";
import { press } from "../keys/commands";
import { inNotebook, make, traits } from "../testing/fixture";

afterEach(() => vi.unstubAllGlobals());

const view = (array: ArrayBufferView) => new DataView(array.buffer, array.byteOffset, array.byteLength);
const type = (lens: ReturnType<typeof make>["lens"], key: string) =>
  press({ lens, root: null!, target: null! }, { key, repeat: false } as KeyboardEvent);
const selected = (lens: ReturnType<typeof make>["lens"]) => [...lens.selection.ids.value];

describe("the marks of a regular expression", () => {
  it.each([true, false])("are found in the worker, texts in Python: %s", async (paged) => {
    const jobs: { id: number; kind: string; texts: string[] }[] = [];
    class Finding {
      onmessage: (event: object) => void = () => {};
      postMessage(job: { id: number; kind: string; texts: string[] }) {
        jobs.push(job);
        if (job.kind === "find") this.onmessage({ data: { id: job.id, result: Uint32Array.of(0) } });
      }
      terminate() {}
    }
    vi.stubGlobal("Worker", Finding);
    const { lens, asked, answer } = inNotebook({ _paged: paged });
    // In the page this would take minutes.
    const text = "a".repeat(40);
    lens.settings.set({ query: "(a+)+b", regex: true });
    if (paged) await answer({ kind: "found", id: asked[0].id, prompt: 0 }, [view(Uint32Array.of(0))]);
    else await new Promise((resolve) => setTimeout(resolve));
    expect(lens.search.count.value).toBe(1);
    expect(lens.search.marks(text)).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve));
    expect(jobs.filter(({ kind }) => kind === "spans").map(({ texts }) => texts)).toEqual([[text]]);
  });

  it("match those of the worker", async () => {
    const { lens } = make();
    lens.settings.set({ query: "ap+", regex: true });
    expect(lens.search.marks("apple tap")).toEqual([]);
    await vi.waitFor(() => expect(lens.search.marks("apple tap")).toEqual([0, 3, 7, 9]));
  });
});

describe("a list", () => {
  it("keeps its identity after a pick, a tag or a filter, and changes with a selection", () => {
    const { lens, model } = make();
    const question = () => lens.listing.question.value;
    let before = question();
    const same = () => question() === before;
    lens.selection.pick([1]);
    expect(same()).toBe(true);
    lens.settings.set({ order: "untagged" });
    before = question();
    lens.tags.traits.tagged.value = {
      ...lens.tags.traits.tagged.value,
      names: ["odd"],
      define: [{ color: 0, description: "", key: "" }],
      bits: Uint8Array.of(1),
    };
    expect([same(), [...lens.listing.ids.value].at(-1)]).toEqual([true, 0]);
    lens.settings.set({ tagged: { tag: "odd", annotator: null } });
    expect([same(), [...lens.listing.ids.value]]).toEqual([true, [0]]);
    lens.settings.set({ tagged: null });
    lens.filter.only(lens.colors.scheme.value.entries[0].group);
    expect([same(), lens.listing.ids.value.length < 6]).toEqual([true, true]);
    lens.filter.clear();
    lens.selection.select([0, 1, 2], "replace");
    expect(same()).toBe(false);
    before = question();
    lens.selection.pick([1]);
    lens.selection.pick([2]);
    expect([same(), [...lens.listing.ids.value]]).toEqual([true, [0]]);
    model.set("selection", view(Uint32Array.of(4, 5)));
    expect(same()).toBe(false);
    before = question();
    lens.settings.set({ query: "river" });
    expect(same()).toBe(false);
  });
});

describe("undo", () => {
  it("restores a selection that a click on empty ground dropped, and redo drops it again", () => {
    const { lens } = make();
    lens.selection.select([0, 1, 3], "replace");
    lens.selection.select([], "replace");
    expect(lens.undo.dropped.value).toBe(3);
    type(lens, "u");
    expect(selected(lens)).toEqual([0, 1, 3]);
    expect(lens.listing.scope.value).toBe("selected");
    expect(lens.undo.dropped.value).toBe(0);
    type(lens, "U");
    expect(selected(lens)).toEqual([]);
  });

  it("undoes the last action, a tag or a selection", async () => {
    const { lens, asked: sent } = inNotebook();
    lens.selection.select([0, 1], "replace");
    lens.tagging.toggle("odd", [0, 1]);
    lens.selection.select([4], "replace");
    type(lens, "u");
    expect([selected(lens), sent.map(({ action }) => action)]).toEqual([[0, 1], ["tag"]]);
    type(lens, "u");
    expect(sent.map(({ action }) => action)).toEqual(["tag", "undo"]);
    type(lens, "U");
    expect(sent.map(({ action }) => action)).toEqual(["tag", "undo", "redo"]);
    type(lens, "U");
    expect(selected(lens)).toEqual([4]);
  });

  it("ignores selections that only grew, and arrays of other prompts", () => {
    const { lens } = make();
    lens.selection.select([0], "replace");
    lens.selection.select([1], "add");
    lens.selection.pick([2]);
    type(lens, "u");
    expect(selected(lens)).toEqual([0, 1, 2]);
    expect(lens.tagging.result.value).toBe("Nothing to undo");
    lens.selection.clear();
    expect(lens.undo.dropped.value).toBe(3);
  });
});

describe("keys", () => {
  it("make clusters coarser and finer on layouts without brackets too", () => {
    const { lens } = make();
    const levels = [",", ".", ".", "[", "]"].map((key) => {
      type(lens, key);
      return lens.clusters.level.value;
    });
    expect(levels).toEqual([0, 1, 2, 1, 2]);
  });

  it("open the fold that contains the next mark", () => {
    const words = Array.from({ length: 14 }, (_, k) => `w${k}`);
    const text = words.join(" ");
    const texts = [`x ${text}`, `y ${text}`];
    const encoded = texts.map((t) => new TextEncoder().encode(t));
    const offsets = Uint32Array.of(0, encoded[0].length, encoded[0].length + encoded[1].length);
    const bytes = new Uint8Array(offsets[2]);
    encoded.forEach((e, i) => bytes.set(e, offsets[i]));
    const base = traits();
    const ids = Uint32Array.of(0, 1);
    const perText = 15;
    const starts = texts.map((t) => t.split(" ").map((_, k, all) => all.slice(0, k).join(" ").length + (k ? 1 : 0)));
    const start = Uint32Array.from(starts.flat());
    const end = Uint32Array.from(start, (s, k) => s + texts[k < perText ? 0 : 1].split(" ")[k % perText].length);
    // Suffixes by hand: those of w0.. in both texts are neighbours, the longer common prefix first.
    const order: number[] = [];
    const forms = texts.flatMap((t) => t.split(" "));
    const rest = (at: number) => forms.slice(at, at < perText ? perText : 2 * perText);
    for (let at = 0; at < forms.length; at++) order.push(at);
    order.sort((a, b) =>
      rest(a).join(" ") < rest(b).join(" ") ? -1 : rest(a).join(" ") > rest(b).join(" ") ? 1 : a - b,
    );
    const common = (a: number, b: number) => {
      let n = 0;
      while (rest(a)[n] !== undefined && rest(a)[n] === rest(b)[n]) n++;
      return n;
    };
    const { lens } = make({
      ...base,
      _info: { ...(base._info as object), n: 2, total: 2, labels: ["a", "b"], columns: [], source: null },
      _rows: view(ids),
      _xy: view(new Float32Array(4)),
      _columns: {},
      _texts: view(bytes),
      _offsets: view(offsets),
      _leaf: view(Int32Array.of(0, 0)),
      _typical: view(new Float32Array(2)),
      _variant: view(ids),
      _index: {
        variant: view(ids),
        weight: view(Uint32Array.of(1, 1)),
        bounds: view(Uint32Array.of(0, perText, 2 * perText)),
        start: view(start),
        end: view(end),
        suffix: view(Uint32Array.from(order)),
        lcp: view(Uint16Array.from(order, (at, k) => (k ? common(order[k - 1], at) : 0))),
        echo: view(new Uint16Array()),
      },
    });
    lens.settings.set({ fold: true, query: "w5" });
    lens.pointer.cursor.value = 0;
    expect(lens.folds.of(0)).toHaveLength(1);
    type(lens, "n");
    expect(lens.reading.asked.value).toEqual({ id: 0, at: text.indexOf("w5") + 2 });
    expect(lens.folds.of(0)).toEqual([]);
    expect(lens.folds.of(1)).toHaveLength(1);
  });
});

it("shows a panel in place of the clicked position, and closes it only when it is visible", () => {
  const { lens } = make();
  lens.reading.ask(0, 0);
  lens.reading.toggle("phrases");
  expect(lens.reading.asked.value).toBeNull();
  expect(lens.settings.get("panel")).toBe("phrases");
  lens.reading.ask(0, 0);
  lens.reading.toggle("phrases");
  expect(lens.reading.asked.value).toBeNull();
  expect(lens.settings.get("panel")).toBe("phrases");
  lens.reading.toggle("phrases");
  expect(lens.reading.drawer.value).toBe(false);
});

it("stops dimming the map when the hovered row is gone", () => {
  const { lens } = make();
  lens.pointer.cluster.value = 1;
  expect(lens.filter.faded.value).not.toBeNull();
  lens.clusters.setGranularity(0);
  expect(lens.filter.faded.value).toBeNull();
});
