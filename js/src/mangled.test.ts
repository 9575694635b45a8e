// build.mjs shortens some properties of our own objects: no other code may use these names.
import * as hooks from "preact/hooks";
import * as preact from "preact";
import * as signals from "@preact/signals";
import { Window } from "happy-dom";
import { expect, it } from "vitest";

const FILES: Record<string, string> = import.meta.glob(
  [
    "../build.mjs",
    "../../src/outlens/widget/*.py",
    "../../src/outlens/report.py",
    "./wire/types.ts",
    "./wire/traits.ts",
    "./page/kept-log.ts",
    "./core/describe.ts",
  ],
  { query: "?raw", import: "default", eager: true },
);
/** The text of the files whose path ends with `end`. */
const textOf = (end: string) =>
  Object.entries(FILES)
    .flatMap(([path, text]) => (path.endsWith(end) ? [text] : []))
    .join("\n");

const MANGLED = /const OWN = \(([^)]*)\)/.exec(textOf("build.mjs"))![1].match(/\w+/g)!;

/** The mangled names that are also in another set. */
const shared = (names: Iterable<string>) => {
  const others = new Set(names);
  return MANGLED.filter((name) => others.has(name));
};

it("reads the names", () => {
  expect(MANGLED).toContain("clusters");
});

it("mangles no key of the wire format", () => {
  const python = textOf(".py");
  expect(python).toContain('"granularities"');
  expect(shared(Array.from(python.matchAll(/["'](\w+)["']/g), ([, name]) => name))).toEqual([]);
  expect(shared(Array.from(textOf("wire/types.ts").matchAll(/(\w+)\??:/g), ([, name]) => name))).toEqual([]);
  expect(shared(Array.from(textOf("wire/traits.ts").matchAll(/"(\w+)"/g), ([, name]) => name))).toEqual([]);
});

it("mangles no key of browser storage or copied JSON", () => {
  const keys = (text: string) => Array.from(text.matchAll(/(\w+)[:,]/g), ([, name]) => name);
  const kept = keys(textOf("kept-log.ts"));
  expect(kept).toContain("gestures");
  expect(shared(kept)).toEqual([]);
  const copied = keys(textOf("describe.ts").split("const known = {")[1]);
  expect(copied).toContain("cluster");
  expect(shared(copied)).toEqual([]);
});

it("mangles no name of the browser or a library", () => {
  const names = new Set(["index", "input", "groups", "indices"]);
  const add = (object: unknown) => {
    for (const name of Object.getOwnPropertyNames(object ?? {})) names.add(name);
  };
  for (const library of [preact, hooks, signals, globalThis, new Window()]) {
    add(library);
    for (const name of Object.getOwnPropertyNames(library)) {
      const value = (library as unknown as Record<string, unknown>)[name];
      if (typeof value !== "function") continue;
      add(value);
      add(value.prototype);
    }
  }
  expect(names).toContain("getBoundingClientRect");
  expect(shared(names)).toEqual([]);
});
