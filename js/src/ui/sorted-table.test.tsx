// @vitest-environment happy-dom
import { h, render } from "preact";
import { expect, it, vi } from "vitest";
import { SortedTable } from "./sorted-table";

const cells = [
  ["b", 2],
  ["a", 10],
  ["c", 1],
] as [string, number][];

it("sorts by a heading, and the other way by another click", async () => {
  const el = document.createElement("div");
  const chosen = vi.fn();
  const lines = cells.map((row) => ({ key: row[0], title: row[0], cells: row, choose: () => chosen(row[0]) }));
  render(
    h(SortedTable, {
      columns: [
        ["name", ""],
        ["size", ""],
      ],
      lines,
      by: 1,
    }),
    el,
  );
  const first = () => [...el.querySelectorAll("td:first-child")].map((cell) => cell.textContent).join("");
  const sorted = () => [...el.querySelectorAll("th")].map((cell) => cell.getAttribute("aria-sort"));
  const press = (column: number) => el.querySelectorAll<HTMLElement>("th button")[column].click();
  expect([first(), sorted()]).toEqual(["abc", ["none", "descending"]]);
  press(1);
  await vi.waitFor(() => expect([first(), sorted()]).toEqual(["cba", ["none", "ascending"]]));
  press(0);
  await vi.waitFor(() => expect([first(), sorted()]).toEqual(["abc", ["ascending", "none"]]));
  press(0);
  await vi.waitFor(() => expect(first()).toBe("cba"));
  press(1);
  await vi.waitFor(() => expect([first(), sorted()]).toEqual(["abc", ["none", "descending"]]));
  el.querySelector<HTMLElement>("td button")!.click();
  expect(chosen).toHaveBeenCalledExactlyOnceWith("a");
});
