// Imports only go down: each floor knows those below it, and there are no import cycles.
import { expect, it } from "vitest";
import { encode } from "./page/kept-log";

/** What each floor may import besides itself. */
const FLOORS: Record<string, string[]> = {
  text: ["wire/types"],
  map: [],
  ui: ["text"],
  wire: [],
  page: ["panels", "core", "wire", "text", "ui"],
  core: ["wire", "text", "ui"],
  keys: ["core", "ui", "wire/types"],
  panels: ["keys", "core", "map", "ui", "text", "wire/types"],
  "rare.ts": ["panels"],
  "app.tsx": ["panels", "keys", "core", "ui", "wire/types"],
  "widget.ts": ["app.tsx", "wire/types"],
  "page.tsx": ["app.tsx", "rare.ts", "page", "panels", "core"],
};

declare global {
  interface ImportMeta {
    glob(patterns: string[], options: object): Record<string, string>;
  }
}

const found = import.meta.glob(["./**/*.{ts,tsx}", "!./**/*.test.{ts,tsx}", "!./testing/**"], {
  query: "?raw",
  import: "default",
  eager: true,
});
const [BUILD] = Object.values(import.meta.glob(["../build.mjs"], { query: "?raw", import: "default", eager: true }));
const SOURCES = new Map(Object.entries(found).map(([path, text]) => [path.slice(2), text]));
const FILES = [...SOURCES.keys()];

/** The project's files that a file imports, types included unless only `code` is wanted. */
function imports(file: string, code = false): string[] {
  const text = code ? SOURCES.get(file)!.replace(/^import type [^;]*;/gm, "") : SOURCES.get(file)!;
  const paths = [...text.matchAll(/(?:\bfrom|^import) "(\.[^"]+)"/gm)].map(([, path]) => path);
  return paths
    .filter((path) => !path.endsWith(".css"))
    .map((path) => {
      const wanted = new URL(path, `file:///${file}`).pathname.slice(1);
      const there = FILES.find((other) => other.replace(/\.tsx?$/, "") === wanted);
      if (!there) throw new Error(`${file} imports ${path}, which is not a file of ours`);
      return there;
    });
}

const floorOf = (file: string) => (file.includes("/") ? file.slice(0, file.indexOf("/")) : file);

it("finds the imports", () => {
  expect(imports("core/tags.ts")).toContain("wire/traits.ts");
  expect(FILES.length).toBeGreaterThan(50);
});

it("assigns every file to a floor, and allows no import upwards", () => {
  const upward = FILES.flatMap((file) => {
    const floor = floorOf(file);
    const below = FLOORS[floor];
    if (!below) return [`${file}: no such floor`];
    return imports(file)
      .filter((other) => floorOf(other) !== floor)
      .filter((other) => !below.some((one) => one === floorOf(other) || one === other.replace(/\.tsx?$/, "")))
      .map((other) => `${file} -> ${other}`);
  });
  expect(upward).toEqual([]);
});

it("has no import cycle", () => {
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, path: string[]) => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
    if (done.has(file) || path.includes(file)) return;
    for (const other of imports(file)) visit(other, [...path, file]);
    done.add(file);
  };
  for (const file of FILES) visit(file, []);
  expect(circles).toEqual([]);
});

it("has the rarely opened panels in the second module of the notebook, not in the first", () => {
  const first = new Set<string>();
  const visit = (file: string) => {
    if (first.has(file)) return;
    first.add(file);
    imports(file, true).forEach(visit);
  };
  visit("widget.ts");
  expect(first).toContain("panels/rare.tsx");
  const rare = imports("rare.ts", true);
  expect(rare).toContain("panels/help.tsx");
  expect(rare.filter((file) => first.has(file))).toEqual([]);
});

it("exports no variable that changes: the second module would keep its first value", () => {
  expect(FILES.filter((file) => /^export (let|var)\b/m.test(SOURCES.get(file)!))).toEqual([]);
});

it("shortens no name used by Python or browser storage", () => {
  const shortened = new Set(BUILD.match(/OWN = \(([^]*?)\)/)![1].match(/\w+/g));
  const kept = encode(
    [{ id: "1", time: 1, annotator: "a", key: "k", action: "tag", value: "v", gesture: "g", lens: "x" }],
    "a",
  );
  // The fields of interfaces in wire/types.ts, and the names that a page stores.
  const fields = SOURCES.get("wire/types.ts")!.match(/\b\w+(?=\??:)/g)!;
  expect([...Object.keys(JSON.parse(kept)), ...fields].filter((name) => shortened.has(name))).toEqual([]);
});
