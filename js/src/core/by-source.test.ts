import { expect, it } from "vitest";
import { make, traits } from "../testing/fixture";
import { ofSource } from "./by-source";

const named = (...categories: string[]) => {
  const columns = [{ name: "model", kind: "category", by: true, categories }];
  return make({
    _info: { ...(traits()._info as object), columns },
    _columns: { model: traits()._columns!["model" as never] },
  }).lens.outputs;
};

it("finds the outputs of a source by a word of its name", () => {
  // Outputs 0, 1 and 4 have the first source, 2 and 3 the second.
  const outputs = named("lab/Claude-3", "lab/gpt-4");
  expect(ofSource(outputs, "claude")).toEqual({ names: ["lab/Claude-3"], ids: Uint32Array.of(0, 1, 4) });
  expect(ofSource(outputs, " GPT ")?.ids).toEqual(Uint32Array.of(2, 3));
  expect(ofSource(outputs, "lab")?.names).toEqual(["lab/Claude-3", "lab/gpt-4"]);
});

it("offers none for part of a word or a single letter", () => {
  const outputs = named("lab/Claude-3", "lab/gpt-4");
  for (const typed of ["laude", "g", "", "mistral"]) expect(ofSource(outputs, typed)).toBeNull();
});
