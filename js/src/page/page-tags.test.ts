import { describe, expect, it } from "vitest";
import { PageTags } from "./page-tags";

type Kept = Pick<Storage, "getItem" | "setItem"> & { held: Map<string, string> };

/** What a browser keeps, for two tabs of one page; `quota` characters of it. */
function kept(quota = Infinity): Kept {
  const held = new Map<string, string>();
  return {
    held,
    getItem: (name) => held.get(name) ?? null,
    setItem(name, value) {
      let size = value.length;
      for (const [other, text] of held) if (other !== name) size += text.length;
      if (size > quota) throw new DOMException("full", "QuotaExceededError");
      held.set(name, value);
    },
  };
}

const PLACE = "outlens:tags:x";
const event = (id: string, key: string, value: string, time = 5) => ({
  id: id.padEnd(32, "0"),
  time,
  annotator: "ann",
  key,
  action: "tag",
  value,
  gesture: `${id}9`.padEnd(32, "0"),
  lens: "x",
});
const lines = (log: PageTags) =>
  log
    .file()
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => JSON.parse(line));
const asides = (store: Kept) => [...store.held].filter(([name]) => name.startsWith("outlens:damaged:x:"));

describe("the tags that a browser keeps", () => {
  it("opens what an earlier page wrote, with the same events", () => {
    const store = kept();
    const events = [event("a", "k1", "one"), event("b", "k2", "two", 6)];
    store.setItem(PLACE, JSON.stringify(events));
    expect(lines(new PageTags("x", store))).toEqual(events);
    const log = new PageTags("x", store);
    log.do({ action: "tag", value: "three" }, ["k1", "k2"]);
    expect(lines(new PageTags("x", store))).toEqual(lines(log));
    expect(lines(log).slice(0, 2)).toEqual(events);
  });

  it("loses no tag to one malformed event, and sets aside what was there", () => {
    const store = kept();
    const written = JSON.stringify([event("a", "k1", "one"), { ...event("b", "k2", "two"), time: "late" }]);
    store.setItem(PLACE, written);
    const log = new PageTags("x", store);
    expect(log.count).toBe(1);
    expect(log.damaged).toBe(true);
    log.do({ action: "tag", value: "new" }, ["k3"]);
    expect(lines(new PageTags("x", store)).map(({ value }) => value)).toEqual(["one", "new"]);
    expect(asides(store).map(([, text]) => text)).toEqual([written]);
  });

  it("sets aside what is no log at all", () => {
    for (const broken of [
      "{",
      "5",
      "null",
      '{"outlens":"page","version":3}',
      '{"outlens":"page","version":2,"keys":7}',
    ]) {
      const store = kept();
      store.setItem(PLACE, broken);
      const log = new PageTags("x", store);
      log.do({ action: "tag", value: "new" }, ["a"]);
      expect(new PageTags("x", store).count).toBe(1);
      expect(asides(store).map(([, text]) => text)).toEqual([broken]);
    }
  });

  it("is not overwritten where it cannot be set aside", () => {
    const broken = `["${"x".repeat(100)}`;
    const store = kept(150);
    store.held.set(PLACE, broken);
    const log = new PageTags("x", store);
    log.do({ action: "tag", value: "new" }, ["a"]);
    expect(log.saved).toBe(false);
    expect(log.count).toBe(1);
    expect(store.getItem(PLACE)).toBe(broken);
  });

  it("holds 40 000 gestures, or 300 000 events of one, within a browser's five million characters", () => {
    // Alike but for the ids, so two lengths give the length of all: the first has what every log has.
    const length = (gestures: number, outputs: number) => {
      const store = kept();
      const log = new PageTags("x", store);
      for (let g = 0; g < gestures; g++) {
        const keys = Array.from({ length: outputs }, (_, k) => `${1e9 + g * outputs + k}`.padEnd(32, "f"));
        log.do({ action: "tag", value: "refusal" }, keys);
      }
      return store.getItem(PLACE)!.length;
    };
    expect((length(200, 1) - length(100, 1)) / 100).toBeLessThan(5e6 / 40_000);
    // Outputs that were tagged before cost their number only.
    const store = kept();
    const log = new PageTags("x", store);
    const keys = Array.from({ length: 1000 }, (_, k) => `${1e9 + k}`.padEnd(32, "f"));
    log.do({ action: "tag", value: "a" }, keys);
    const before = store.getItem(PLACE)!.length;
    log.do({ action: "tag", value: "b" }, keys);
    expect((store.getItem(PLACE)!.length - before) / 1000).toBeLessThan(5e6 / 300_000);
  });

  it("gives each event an id of its own, the same each time", () => {
    const store = kept();
    const log = new PageTags("x", store);
    log.do({ action: "tag", value: "a" }, ["k1", "k2", "k3"]);
    log.do({ action: "undo", value: "" }, []);
    const ids = lines(log).map(({ id }) => id);
    expect(new Set(ids).size).toBe(4);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(lines(new PageTags("x", store)).map(({ id }) => id)).toEqual(ids);
  });

  it("writes again what another tab overwrote, as soon as it hears of it", () => {
    const store = kept();
    const [one, two] = [new PageTags("x", store), new PageTags("x", store)];
    // Both write at once: the second has not seen what the first wrote.
    const before = store.getItem(PLACE);
    one.do({ action: "tag", value: "first" }, ["a"]);
    if (before === null) store.held.delete(PLACE);
    two.do({ action: "tag", value: "second" }, ["b"]);
    one.sync();
    const values = (log: PageTags) =>
      lines(log)
        .map(({ value }) => value)
        .sort();
    expect(values(new PageTags("x", store))).toEqual(["first", "second"]);
    // Heard of by the other, which has nothing to add: it does not write in turn.
    two.sync();
    expect(values(two)).toEqual(["first", "second"]);
  });
});
