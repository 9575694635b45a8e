import { expect, it } from "vitest";
import { make, traits } from "../testing/fixture";

it("does not wait for a comparison of no outputs", () => {
  const { lens } = make({ _info: { ...(traits()._info as object), n: 0 } }, true);
  expect(lens.shared.status.value).toBe("There are no outputs to compare.");
  expect(lens.groups.status.value).toBe("There are no outputs to compare.");
});
