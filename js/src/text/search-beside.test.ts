// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { hits } from "./search";
import { type Bytes, SearchWorker, serve, TOO_SLOW } from "./search-beside";

/** Stands for the browser's Worker: answers in a later turn, or never if `stuck` is set. */
class FakeWorker {
  static made: FakeWorker[] = [];
  static stuck = false;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  got: any[] = [];
  ended = false;
  #answer = serve(
    (data) => !this.ended && this.onmessage?.({ data }),
    hits,
    2,
    async () => {},
  );
  constructor() {
    FakeWorker.made.push(this);
  }
  postMessage(job: any): void {
    this.got.push(job);
    if (!FakeWorker.stuck) queueMicrotask(() => void this.#answer(job));
  }
  terminate(): void {
    this.ended = true;
  }
}

function bytesOf(texts: string[]): Bytes {
  const parts = texts.map((text) => new TextEncoder().encode(text));
  const offsets = new Uint32Array(texts.length + 1);
  parts.forEach((part, i) => (offsets[i + 1] = offsets[i] + part.length));
  return { bytes: Uint8Array.from(parts.flatMap((part) => [...part])), offsets };
}

const TEXTS = bytesOf(["apple", "Äpfel", "", "an apple", "APPLE 😀 apple"]);
const open = () => new SearchWorker(new AbortController().signal);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  vi.stubGlobal("Worker", FakeWorker);
  FakeWorker.made = [];
  FakeWorker.stuck = false;
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("search in the worker", () => {
  it("finds the texts and sends them once", async () => {
    const search = open();
    expect([...(await search.find(TEXTS, /apple/giu, false)).ids!]).toEqual([0, 3, 4]);
    expect([...(await search.find(TEXTS, /ä/giu, false)).ids!]).toEqual([1]);
    expect(FakeWorker.made.length).toBe(1);
    expect(FakeWorker.made[0].got.map((job) => "texts" in job)).toEqual([true, false]);
    // Other texts are sent again.
    expect([...(await search.find(bytesOf(["pear"]), /a/giu, false)).ids!]).toEqual([0]);
  });

  it("returns the positions of hits in UTF-16 units", async () => {
    const { spans } = await open().spans(["😀 apple Apple", "none"], /apple/giu);
    expect(spans).toEqual([[3, 8, 9, 14], []]);
  });

  it("drops a search that a newer one replaces", async () => {
    const search = open();
    const [first, second] = await Promise.all([search.find(TEXTS, /a/giu, true), search.find(TEXTS, /ä/giu, true)]);
    expect(first).toEqual({ ids: null, error: "" });
    expect([...second.ids!]).toEqual([1]);
  });

  it("aborts a search that takes too long, and restarts with the texts", async () => {
    const search = open();
    FakeWorker.stuck = true;
    const [found, spans] = [search.find(TEXTS, /(a+)+b/giu, true), search.spans(["aaa"], /(a+)+b/giu)];
    vi.advanceTimersByTime(3000);
    expect(await found).toEqual({ ids: null, error: TOO_SLOW });
    expect(await spans).toEqual({ spans: null, error: TOO_SLOW });
    expect(FakeWorker.made[0].ended).toBe(true);
    FakeWorker.stuck = false;
    expect([...(await search.find(TEXTS, /an/giu, true)).ids!]).toEqual([3]);
    expect(FakeWorker.made[1].got[0].texts).toBe(TEXTS);
  });

  it.each([true, false])("answers the search that replaced a stuck one, limited or not: %s", async (limited) => {
    const search = open();
    FakeWorker.stuck = true;
    const slow = search.find(TEXTS, /(a+)+b/giu, true);
    vi.advanceTimersByTime(2000);
    const next = search.find(TEXTS, /an/giu, limited);
    expect(await slow).toEqual({ ids: null, error: "" });
    FakeWorker.stuck = false;
    vi.advanceTimersByTime(1000);
    expect(FakeWorker.made.length).toBe(2);
    expect(await next).toEqual({ ids: Uint32Array.of(3), error: "" });
  });

  it("searches the same texts in the page when the worker fails", async () => {
    const search = open();
    await search.find(TEXTS, /apple/giu, false);
    FakeWorker.stuck = true;
    const next = search.find(TEXTS, /an/giu, false);
    (FakeWorker.made[0] as any).onerror();
    expect(await next).toEqual({ ids: Uint32Array.of(3), error: "" });
  });

  it("searches in the page where no worker can start", async () => {
    vi.stubGlobal(
      "Worker",
      class {
        constructor() {
          throw new Error("refused");
        }
      },
    );
    expect([...(await open().find(TEXTS, /apple/giu, true)).ids!]).toEqual([0, 3, 4]);
  });

  it("ends with its signal", async () => {
    const ended = new AbortController();
    FakeWorker.stuck = true;
    const found = new SearchWorker(ended.signal).find(TEXTS, /a/giu, true);
    ended.abort();
    expect(await found).toEqual({ ids: null, error: "" });
    expect(FakeWorker.made[0].ended).toBe(true);
  });
});
