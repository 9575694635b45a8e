import { expect, it } from "vitest";
import { make } from "../testing/fixture";
import { tableOf } from "./rows";

it("names the columns as Python does", () => {
  const { lens, model } = make({ _keys: ["ka", "kb", "kc", "kd", "ke", "kf"] });
  model.send({ kind: "tags", action: "note", value: "why?", prompt: 0, id: 1 }, undefined, [Int32Array.of(1).buffer]);
  const names = {
    row: "row",
    text: "response",
    cluster: "cluster_lens",
    cluster_name: "name",
    tags: "tags",
    note: "note",
  };
  const { header, rows } = tableOf(lens, [1], names);
  expect(header).toEqual(["row", "response", "model", "score", "cluster_lens", "name", "tags", "note"]);
  expect(rows).toEqual([["b", "apple tart", "m1", 1, 0, "apple", "", "why?"]]);
});
