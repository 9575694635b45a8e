import { expect, it } from "vitest";
import { make } from "../testing/fixture";

it("names the prompt of a star given while another prompt is being prepared", async () => {
  const { lens } = make({ _keys: ["a", "b", "c", "d", "e", "f"] }, true);
  lens.outputs.setPrompt(1);
  expect(lens.outputs.preparing.value).toBe(true);
  lens.tagging.star([1]);
  await Promise.resolve();
  await new Promise((resolve) => setTimeout(resolve));
  expect(lens.tagging.result.value).toMatch(/ \(in the prompt “What\?”\)$/);
  expect(lens.tags.stars([1])).toBe(1);
});
