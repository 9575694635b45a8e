import { describe, expect, it } from "vitest";
import type { Lens } from "./lens";
import { inNotebook, make, traits } from "../testing/fixture";
import { encode, fixturePoints, type Row } from "../testing/points";
import { seeded } from "../testing/random";

/** A lens of `n` outputs with random rows, by three models, and the rows' groups at the finer level. */
function random(seed: number, n: number, perOutput: number, groups: number) {
  const next = seeded(seed);
  const below = (k: number) => Math.floor(next() * k);
  const leaves = 2 * groups;
  const units = 4 * groups;
  const leaf = Array.from({ length: units }, (_, u) => u % leaves);
  const rows: Row[] = [];
  for (let output = 0; output < n; output++)
    for (let k = below(perOutput); k > 0; k--)
      rows.push({ output, start: 10 * k, end: 10 * k + 8, unit: next() < 0.1 ? -1 : below(units), position: next() });
  rows.sort((a, b) => a.output - b.output || a.start - b.start);
  const fine = Array.from({ length: leaves }, (_, l) => l % groups);
  const coarse = fine.map((g) => g >> 1);
  const isFrame = (_level: number, group: number) => group % 5 === 4;
  const models = Array.from({ length: n }, () => below(3));
  const info = traits()._info as object;
  const { lens } = make({
    _info: {
      ...{ ...info, n, total: n, labels: { start: 0, step: 1 } },
      columns: [{ name: "model", kind: "category", by: true, categories: ["a", "b", "c"] }],
    },
    _rows: new DataView(Uint32Array.from({ length: n }, (_, i) => i).buffer),
    _columns: { model: new DataView(Uint16Array.from(models).buffer) },
    _variant: new DataView(new Uint32Array(n).buffer),
    _leaf: new DataView(new Int32Array(n).buffer),
    _typical: new DataView(new Float32Array(n).buffer),
    _points: encode(rows, leaf, [coarse, fine], isFrame),
  });
  const groupAt = (level: number, row: Row) => (row.unit < 0 ? -1 : [coarse, fine][level][leaf[row.unit]]);
  return { lens, rows, groupAt, isFrame, models };
}

const median = (values: number[]) => {
  const sorted = Float32Array.from(values).sort();
  return Math.fround((sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2);
};

describe("against a count by hand on random data", () => {
  for (const seed of [1, 2, 3]) {
    it.each([0, 1])(`makers, shares, places, support and omissions agree (seed ${seed}, level %i)`, (level) => {
      const n = 40;
      const { lens, rows, groupAt, isFrame, models } = random(seed, n, 9, 12);
      lens.settings.set({ points_granularity: level });
      lens.selection.select(
        Array.from({ length: 30 }, (_, i) => i),
        "replace",
      );
      const cut = lens.points.cut.value!;
      const keys = [...new Set(rows.map((row) => groupAt(level, row)))].filter((key) => key >= 0);
      const makersOf = (key: number) => [
        ...new Set(rows.filter((row) => groupAt(level, row) === key).map(({ output }) => output)),
      ];
      expect(keys.length).toBeGreaterThan(3);
      for (const key of keys) {
        const group = cut.groupOf[rows.findIndex((row) => groupAt(level, row) === key)];
        const makers = makersOf(key);
        const listed = makers.filter((id) => id < 30);
        expect(Array.from(cut.makers.items.slice(cut.makers.first[group], cut.makers.first[group + 1]))).toEqual(
          makers,
        );
        expect(lens.points.isPoint(group)).toBe(!isFrame(level, key));
        expect(lens.pointList.counts.value.all[group]).toBe(listed.length);
        expect([...lens.pointList.ofSources(group)]).toEqual(
          [0, 1, 2].map((model) => listed.filter((id) => models[id] === model).length),
        );
        const own = rows.filter((row) => groupAt(level, row) === key);
        expect(cut.place[group]).toBeCloseTo(median(own.map(({ position }) => position)), 6);
        const typical = rows[lens.points.typical(group)];
        expect(groupAt(level, typical)).toBe(key);
        const says = lens.points.says(rows.indexOf(typical));
        if (isFrame(level, key)) expect(says).toBe(`greeting, heading or closing: in ${makers.length} of ${n}`);
        else if (makers.length > 1) expect(says).toBe(`said by ${makers.length} of ${n}`);
        else expect(says).toBe("said by this output only");
      }
      const common = keys.filter((key) => !isFrame(level, key) && makersOf(key).length >= n / 2);
      for (let id = 0; id < n; id++) {
        const made = new Set(rows.filter(({ output }) => output === id).map((row) => groupAt(level, row)));
        const points = [...made].filter((key) => key >= 0 && !isFrame(level, key));
        expect(lens.points.ofOutput.value.points[id]).toBe(points.length);
        expect(lens.points.ofOutput.value.alone[id]).toBe(points.filter((key) => makersOf(key).length === 1).length);
        const left = lens.points.omissions(id).map((group) => groupAt(level, rows[lens.points.typical(group)]));
        expect(left.sort()).toEqual(common.filter((key) => !made.has(key)).sort());
      }
    });
  }
});

it("finds the row at a position, and none between two", () => {
  const { lens, rows } = random(5, 10, 6, 4);
  for (const [r, { output, start, end }] of rows.entries()) {
    expect(lens.points.rowAt({ id: output, at: start })).toBe(r);
    expect(lens.points.rowAt({ id: output, at: end - 1 })).toBe(r);
    expect(lens.points.rowAt({ id: output, at: end })).not.toBe(r);
  }
});

describe("the orders", () => {
  const of = (order: "made" | "place" | "differ" | "rare") => {
    const { lens } = random(7, 60, 12, 20);
    lens.settings.set({ points_order: order, points_granularity: 1 });
    const { points } = lens.pointList.groups.value;
    return { lens, points, counts: points.map((g) => lens.pointList.counts.value.all[g]) };
  };
  it("sort by count, its inverse and place", () => {
    const made = of("made");
    expect(made.counts).toEqual([...made.counts].sort((a, b) => b - a));
    const rare = of("rare");
    expect(rare.counts).toEqual([...rare.counts].sort((a, b) => a - b));
    const { lens, points } = of("place");
    const places = points.map((g) => lens.points.cut.value!.place[g]);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(new Set(points)).toEqual(new Set(made.points));
  });

  it("put what only one source says before what all say alike", () => {
    // Ten outputs of m1, ten of m2: all make point 0, only those of m1 point 1.
    const rows: Row[] = Array.from({ length: 20 }, (_, output) =>
      [0, ...(output < 10 ? [1] : [])].map((unit, k) => ({ output, start: k, end: k + 1, unit, position: k })),
    ).flat();
    const { lens } = make({
      _info: { ...(traits()._info as object), n: 20, total: 20, labels: { start: 0, step: 1 } },
      _rows: new DataView(Uint32Array.from({ length: 20 }, (_, i) => i).buffer),
      _columns: {
        model: new DataView(Uint16Array.from({ length: 20 }, (_, i) => Number(i >= 10)).buffer),
        score: new DataView(new Float32Array(20).buffer),
      },
      _points: encode(rows, [0, 1], [[0, 1]]),
    });
    const shown = () => lens.pointList.groups.value.points.map((g) => lens.points.name(g));
    expect(shown()).toEqual(["point 0", "point 1"]);
    lens.settings.set({ points_order: "differ" });
    expect(shown()).toEqual(["point 1", "point 0"]);
    lens.settings.set({ order: "complete" });
    expect([...lens.listing.ids.value].slice(0, 10)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

describe("the six outputs of the fixture", () => {
  it("move between levels with the granularity", () => {
    const { lens } = make({ _points: fixturePoints() });
    const names = () => {
      const { points, alone } = lens.pointList.groups.value;
      return [points, alone].map((groups) => groups.map((g) => lens.pointList.counts.value.all[g]));
    };
    lens.settings.set({ points_granularity: 1 });
    expect(names()).toEqual([[3, 2], [1]]);
    lens.points.setLevel(0);
    expect(lens.settings.get("points_granularity")).toBe(0);
    expect(names()).toEqual([[5], [1]]);
  });

  it("keep the current point, and open points, when the granularity changes", () => {
    const { lens } = make({ _points: fixturePoints() });
    lens.settings.set({ points_granularity: 1 });
    lens.points.show(3);
    expect(lens.settings.get("mode")).toBe("points");
    expect(lens.points.count(lens.points.currentGroup.value)).toBe(2);
    lens.points.flip(0);
    lens.points.setLevel(0);
    expect(lens.points.isOpen(0)).toBe(true);
    lens.points.current.value = 3;
    expect(lens.points.count(lens.points.currentGroup.value)).toBe(5);
  });

  it("select who makes a point, who does not, and add", () => {
    const { lens } = make({ _points: fixturePoints() });
    lens.settings.set({ points_granularity: 1 });
    const [apples, river] = lens.pointList.groups.value.points;
    lens.pointList.select(apples, "make");
    expect([...lens.selection.ids.value]).toEqual([0, 1, 2]);
    lens.pointList.select(river, "add");
    expect([...lens.selection.ids.value]).toEqual([0, 1, 2, 3, 4]);
    // The selection is listed: of it, two do not talk about apples.
    lens.pointList.select(apples, "others");
    expect([...lens.selection.ids.value]).toEqual([3, 4]);
    // All that are listed make it.
    lens.pointList.select(river, "others");
    expect([...lens.selection.ids.value]).toEqual([0, 1, 2, 5]);
  });

  it("count only what a search lists", () => {
    const { lens } = make({ _points: fixturePoints() });
    lens.settings.set({ points_granularity: 1, query: "pie" });
    expect(lens.pointList.groups.value.points.map((g) => lens.pointList.counts.value.all[g])).toEqual([1]);
  });

  it("order outputs by what only they say", () => {
    const { lens } = make({ _points: fixturePoints() });
    lens.settings.set({ order: "alone" });
    expect(lens.listing.ids.value[0]).toBe(5);
  });

  it("colour the map by the current point", () => {
    const { lens } = make({ _points: fixturePoints() });
    lens.settings.set({ points_granularity: 1, color: "point" });
    expect(lens.colors.scheme.value.entries.map(({ label, count }) => [label, count])).toEqual([
      ["no point is open", 6],
    ]);
    lens.points.current.value = 3;
    expect([...lens.colors.scheme.value.group]).toEqual([-1, -1, -1, 0, 0, -1]);
  });
});

describe("the layer", () => {
  const layers = (lens: Lens, id: number) =>
    lens.marks.layers(id, "", 0, 20).map(({ layer, spans }) => [layer, ...Array.from(spans)]);

  it("tints a unit by the other outputs that say it, and greys frames", () => {
    const isFrame = (_level: number, group: number) => group === 3;
    const { lens } = make({
      _points: encode(
        Array.from({ length: 6 }, (_, i) => [
          { output: i, start: 0, end: 3, unit: 4, position: 0 },
          { output: i, start: 4, end: 9, unit: [0, 0, 0, 0, 1, 2][i], position: 1 },
        ]).flat(),
        [0, 1, 2, 2, 3],
        [[0, 1, 2, 3]],
        isFrame,
      ),
    });
    expect(layers(lens, 0)).toEqual([]);
    lens.settings.set({ layers: ["points"] });
    // Three of the five others say the same; then nobody.
    expect(layers(lens, 0)).toEqual([["ol-support", 4, 9, 3], ["ol-framing", 0, 3, 0], ["ol-of-point"]]);
    expect(layers(lens, 4)).toEqual([["ol-support"], ["ol-framing", 0, 3, 0], ["ol-of-point"]]);
    expect(lens.marks.lines(0, 5)).toEqual(["said by 4 of 6"]);
    expect(lens.marks.lines(4, 5)).toEqual(["said by this output only"]);
    expect(lens.marks.lines(4, 1)).toEqual(["greeting, heading or closing: in 6 of 6"]);
    expect(lens.marks.lines(4, 3)).toEqual([]);
  });

  it("asks for the points", () => {
    const { lens, asked } = inNotebook();
    lens.marks.toggle("points");
    expect(asked).toEqual([{ kind: "points", prompt: 0 }]);
  });
});

describe("the question to Python", () => {
  it("is asked when the mode opens, once, and its stop and continuation on request", () => {
    const { lens, asked, model } = inNotebook();
    expect(asked).toEqual([]);
    lens.settings.set({ mode: "points" });
    expect(asked).toEqual([{ kind: "points", prompt: 0 }]);
    expect(lens.points.status.value).not.toBe("");
    model.set("_points_progress", { prompt: 0, status: "running", says: "Comparing", left: "", share: 0.5 });
    expect(lens.points.progress.value?.share).toBe(0.5);
    lens.points.tell("stop");
    lens.points.tell("points");
    expect(asked.slice(1)).toEqual([
      { kind: "stop", prompt: 0, what: "points" },
      { kind: "points", prompt: 0 },
    ]);
    model.set("_points", fixturePoints());
    expect(lens.points.status.value).toBe("");
    expect(lens.points.progress.value).toBeUndefined();
  });

  it("has an error for an answer, or none in a page", () => {
    expect(inNotebook({ _points: { error: "too many" } }).lens.points.status.value).toBe("too many");
    expect(make().lens.points.status.value).toBe("This page was written without this comparison.");
  });

  it("is not answered by the points of another prompt", () => {
    const { lens } = make({ _points: fixturePoints({ prompt: 1 }) });
    expect(lens.points.arrays.value).toBeNull();
  });
});
