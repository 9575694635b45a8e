// @vitest-environment happy-dom
// A notebook's module without the rarely opened panels, and the module that brings them.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { PageModel } from "../page/page-model";
import { traits } from "../testing/fixture";

const bytes = (code: string) => new DataView(new TextEncoder().encode(code).buffer);
const NONE = bytes("");
/** Counts how often it runs; its list of keys uses what the first module gives. */
const CODE = bytes("globalThis.ran++; export default ([keys]) => ({ Help: () => keys });");
const FAILS_ONCE = bytes(
  "if (!globalThis.ran++) throw new Error('no more memory'); export default ([keys]) => ({ Help: () => keys });",
);

let show: typeof import("../app").show;
let ended: AbortController;
let urls: Set<string>;
/** Node would not run the code of a known URL again. */
let count = 0;

beforeEach(async () => {
  // Each widget of a notebook has a module of its own, and so has each test.
  vi.resetModules();
  ({ show } = await import("../app"));
  ended = new AbortController();
  urls = new Set();
  vi.stubGlobal("SHARED", ["all keys"]);
  vi.stubGlobal("ran", 0);
  // Node does not import blobs.
  class Code {
    constructor(
      readonly parts: DataView[],
      readonly options: { type: string },
    ) {}
  }
  vi.stubGlobal("Blob", Code);
  vi.spyOn(URL, "createObjectURL").mockImplementation((blob) => {
    const { parts, options } = blob as unknown as Code;
    const url = `data:${options.type},${encodeURIComponent(new TextDecoder().decode(parts[0]))}//${count++}`;
    urls.add(url);
    return url;
  });
  vi.spyOn(URL, "revokeObjectURL").mockImplementation((url) => void urls.delete(url));
});
afterEach(() => {
  ended.abort();
  document.body.replaceChildren();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const notebook = (code: DataView) => new PageModel({ ...traits(), _rare: code });

/** Draws a view with its list of keys open. */
function view(model: PageModel): HTMLElement {
  const host = document.createElement("div");
  document.body.append(host);
  show(model, host, ended.signal);
  const root = host.querySelector<HTMLElement>(".outlens")!;
  root.querySelector<HTMLElement>("[aria-label='Show all keys']")!.click();
  return root;
}

it("runs once for all views, when it has come", async () => {
  const model = notebook(NONE);
  const views = [view(model), view(model)];
  for (const root of views) await vi.waitFor(() => expect(root.textContent).toContain("Loading…"));
  model.set("_rare", CODE);
  for (const root of views) await vi.waitFor(() => expect(root.textContent).toContain("all keys"));
  expect(views[0].textContent).not.toContain("Loading…");
  const later = view(model);
  await vi.waitFor(() => expect(later.textContent).toContain("all keys"));
  expect(ran()).toBe(1);
  expect(urls.size).toBe(0);
});

it("says why it could not be loaded, and is loaded again by a button that leaves the focus in the widget", async () => {
  const root = view(notebook(FAILS_ONCE));
  await vi.waitFor(() => expect(root.textContent).toContain("Could not be loaded: Error: no more memory"));
  expect(root.textContent).toContain("run the cell again");
  expect(urls.size).toBe(0);
  const again = [...root.querySelectorAll("button")].find((button) => button.textContent === "Try again")!;
  again.focus();
  again.click();
  await vi.waitFor(() => expect(root.textContent).toContain("all keys"));
  expect(root.textContent).not.toContain("Could not be loaded");
  expect(root.contains(document.activeElement)).toBe(true);
  expect(ran()).toBe(2);
});

const ran = () => (globalThis as unknown as { ran: number }).ran;
