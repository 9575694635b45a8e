import { expect, it } from "vitest";
import { outputsNeeded } from "./thresholds";

it("needs as many outputs as Python's outputs_needed", () => {
  // The examples of its docstring, and shares that binary fractions cannot hold.
  const cases: [number, number, number][] = [
    [0.07, 100, 7],
    [0.3, 10, 3],
    [0.01, 10, 2],
    [5, 10, 5],
    [1, 10, 10],
    [0.29, 100, 29],
    [0.291, 100, 30],
    [0.1, 3, 2],
  ];
  for (const [minOutputs, n, needed] of cases)
    expect(outputsNeeded(minOutputs, n), `${minOutputs} of ${n}`).toBe(needed);
});
