import { expect, it } from "vitest";
import { inNotebook, traits } from "../testing/fixture";

const bytes = (...values: number[]) => new DataView(Uint32Array.from(values).buffer);

it("searches again when rows are added to the prompt", async () => {
  const view = { ...(traits().view as object), query: "e$", regex: true };
  const { lens, model, asked, answer } = inNotebook({ _paged: true, view });
  const finds = () => asked.filter(({ kind }) => kind === "find");
  await answer({ kind: "found", id: finds()[0].id, prompt: 0 }, [bytes(0, 2)]);
  expect(lens.search.count.value).toBe(2);
  // Like `Lens.add`: the same prompt, with one more output.
  model.set("_info", { ...(traits()._info as object), n: 7, total: 9 });
  expect([finds().length, lens.search.matches.value]).toEqual([2, null]);
  await answer({ kind: "found", id: finds()[1].id, prompt: 0 }, [bytes(0, 2, 6)]);
  expect(lens.search.count.value).toBe(3);
});
