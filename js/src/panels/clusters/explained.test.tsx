// @vitest-environment happy-dom
// The row of a cluster that opens: the points that distinguish it.
import { render } from "preact";
import { expect, it } from "vitest";
import type { Lens } from "../../core/lens";
import panels from "../../rare";
import { inNotebook, make, traits } from "../../testing/fixture";
import { encode } from "../../testing/points";
import { draw, host } from "../../testing/stage";
import { provide } from "../rare";
import { Clusters } from "./clusters";

const view = (array: ArrayBufferView) => new DataView(array.buffer, array.byteOffset, array.byteLength);
const drawn = () => new Promise((resolve) => setTimeout(resolve));

/** Twenty outputs in two clusters of ten. All make point 0; 0 to 8 and 19 make point 1; 10 to 19 make point 2. */
const N = 20;
const MADE = Array.from({ length: N }, (_, i) => [0, ...(i < 9 || i === 19 ? [1] : []), ...(i >= 10 ? [2] : [])]);
const TEXTS = MADE.map((own) => own.map((point) => `says ${point}.`).join(" "));
const rows = MADE.flatMap((own, output) =>
  own.map((unit, k) => ({ output, start: 8 * k, end: 8 * k + 7, unit, position: k })),
);
const points = encode(rows, [0, 1, 2], [[0, 1, 2]]);

function outputs(more: object = {}) {
  const base = traits();
  const offsets = new Uint32Array(N + 1);
  TEXTS.forEach((text, i) => (offsets[i + 1] = offsets[i] + text.length));
  return {
    _info: { ...(base._info as object), n: N, total: N, labels: { start: 0, step: 1 }, columns: [], source: null },
    _rows: view(Uint32Array.from({ length: N }, (_, i) => i)),
    _variant: view(Uint32Array.from({ length: N }, (_, i) => i)),
    _texts: view(new TextEncoder().encode(TEXTS.join(""))),
    _offsets: view(offsets),
    _columns: {},
    _leaf: view(Int32Array.from({ length: N }, (_, i) => Number(i >= 10))),
    _tree: {
      granularities: [0.5],
      levels: [[0, 1]],
      sizes: [10, 10],
      order: [[0, 1]],
      nodes: ["first", "second"].map((name) => ({ name, share: 1, medoid: 0, words: [] })),
      ...more,
    },
    _typical: view(new Float32Array(N)),
    _summary: [],
  };
}

const twists = () => [...host.querySelectorAll<HTMLElement>(".ol-twist")];
const listed = () => [...host.querySelectorAll(".ol-explained-point")].map((row) => row.textContent.trim());
const button = (text: string) => [...host.querySelectorAll("button")].find((b) => b.textContent.trim() === text)!;

function show(lens: Lens): void {
  provide(panels);
  draw(Clusters, lens);
}

it("lists the points that the cluster makes more often, with counts, and not what all say", async () => {
  const { lens } = make({ ...outputs(), _points: points });
  show(lens);
  expect(listed()).toEqual([]);
  twists()[0].click();
  await drawn();
  expect(twists().map((twist) => twist.ariaExpanded ?? twist.getAttribute("aria-expanded"))).toEqual(["true", "false"]);
  expect(listed()).toEqual(["says 1. 9 of 10 1 of 10 others"]);
  twists()[1].click();
  await drawn();
  expect(listed()[1]).toBe("says 2. 10 of 10 0 of 10 others");
  twists()[0].click();
  await drawn();
  expect(listed()).toEqual(["says 2. 10 of 10 0 of 10 others"]);
});

it("mentions them in the tooltip of the row under the pointer", async () => {
  show(make({ ...outputs(), _points: points }).lens);
  const [first, second] = host.querySelectorAll<HTMLElement>(".ol-name");
  const titleOf = async (name: HTMLElement) => {
    name.closest(".ol-row")!.dispatchEvent(new MouseEvent("mouseenter"));
    await drawn();
    return name.title;
  };
  expect(await titleOf(first)).toContain("says: point 1 (9 of 10, 1 of 10 others)");
  expect(await titleOf(second)).not.toContain("point 0");
  expect(first.title).toBe("");
});

it("selects the outputs of the cluster that make a point, and shows the point", async () => {
  const { lens } = make({ ...outputs(), _points: points });
  show(lens);
  twists()[0].click();
  await drawn();
  button("9 of 10").click();
  expect([...lens.selection.ids.value]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  button("says 1.").click();
  expect(lens.settings.get("mode")).toBe("points");
  expect(lens.points.isOpen(1)).toBe(true);
});

it("follows the granularity of the clusters", async () => {
  const { lens } = make({
    ...outputs({
      granularities: [0, 1],
      levels: [
        [2, 2],
        [0, 1],
      ],
      order: [[2], [0, 1]],
      sizes: [10, 10],
      nodes: ["first", "second", "both"].map((name) => ({ name, share: 1, medoid: 0, words: [] })),
    }),
    granularity: 1,
    _points: points,
  }); // prettier-ignore
  show(lens);
  twists()[0].click();
  await drawn();
  lens.clusters.setGranularity(0);
  await drawn();
  twists()[0].click();
  await drawn();
  expect(host.querySelector(".ol-explained")!.textContent).toContain("No point is made significantly more often");
});

it("offers to find the points of long outputs, and never begins by itself", async () => {
  const { lens, asked } = inNotebook(outputs({ long: true }));
  show(lens);
  host.querySelector(".ol-row")!.dispatchEvent(new MouseEvent("mouseenter"));
  twists()[0].click();
  await drawn();
  expect(asked.filter(({ kind }) => kind === "points")).toEqual([]);
  button("Find the points").click();
  expect(asked.filter(({ kind }) => kind === "points")).toEqual([{ kind: "points", prompt: 0 }]);
});

it("has nothing to open for short outputs without points, or in a page without points", () => {
  show(inNotebook(outputs()).lens);
  expect(twists()).toEqual([]);
  render(null, host);
  show(make(outputs({ long: true })).lens);
  expect(twists()).toEqual([]);
});
