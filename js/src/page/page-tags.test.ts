import { describe, expect, it } from "vitest";
import { PageTags } from "./page-tags";

type Kept = Pick<Storage, "getItem" | "setItem"> & { held: Map<string, string> };

/** A stand-in for localStorage that two tabs share and that holds `quota` characters. */
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

describe("the tags stored in a browser", () => {
  it("reads the log of an earlier page with the same events", () => {
    const store = kept();
    const events = [event("a", "k1", "one"), event("b", "k2", "two", 6)];
    store.setItem(PLACE, JSON.stringify(events));
    expect(lines(new PageTags("x", store))).toEqual(events);
    const log = new PageTags("x", store);
    log.do({ action: "tag", value: "three" }, ["k1", "k2"]);
    expect(lines(new PageTags("x", store))).toEqual(lines(log));
    expect(lines(log).slice(0, 2)).toEqual(events);
  });

  it("loses no tag to a malformed event, and sets the damaged log aside", () => {
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

  it("sets aside a value that is not a log", () => {
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

  it("does not overwrite a log that cannot be set aside", () => {
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
    // Logs differ only in their ids, so two lengths determine all: the first includes the fixed part.
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
    // A repeated output costs only its number.
    const store = kept();
    const log = new PageTags("x", store);
    const keys = Array.from({ length: 1000 }, (_, k) => `${1e9 + k}`.padEnd(32, "f"));
    log.do({ action: "tag", value: "a" }, keys);
    const before = store.getItem(PLACE)!.length;
    log.do({ action: "tag", value: "b" }, keys);
    expect((store.getItem(PLACE)!.length - before) / 1000).toBeLessThan(5e6 / 300_000);
  });

  it("gives each event a unique and stable id", () => {
    const store = kept();
    const log = new PageTags("x", store);
    log.do({ action: "tag", value: "a" }, ["k1", "k2", "k3"]);
    log.do({ action: "undo", value: "" }, []);
    const ids = lines(log).map(({ id }) => id);
    expect(new Set(ids).size).toBe(4);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(lines(new PageTags("x", store)).map(({ id }) => id)).toEqual(ids);
  });

  it("writes events again that another tab overwrote, once notified", () => {
    const store = kept();
    const [one, two] = [new PageTags("x", store), new PageTags("x", store)];
    // Both write at once: the second has not seen the first one's event.
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
    // The other tab is notified and has nothing to add, so it does not write.
    two.sync();
    expect(values(two)).toEqual(["first", "second"]);
  });
});

it("keeps the colours of the page's tags when one is undone", () => {
  const log = new PageTags("x", null);
  const none = new DataView(new ArrayBuffer(0));
  const written = {
    me: "ann",
    annotators: ["ann"],
    names: [],
    define: [],
    ever: 2,
    bits: none,
    stars: new DataView(new ArrayBuffer(1)),
    notes: [],
  };
  for (const value of ["a", "b", "c"]) log.do({ action: "tag", value }, ["k"]);
  const colors = () => (log.over(written, ["k"]) as { define: { color: number }[] }).define.map(({ color }) => color);
  expect(colors()).toEqual([2, 3, 4]);
  for (const _ of "cba") log.do({ action: "undo", value: "" }, []);
  log.do({ action: "tag", value: "c" }, ["k"]);
  expect(colors()).toEqual([4]);
});

/** Compares a page's log with a model in obvious lines: everything done and not undone counts. */
it("keeps the same log as the plain model", () => {
  const log = new PageTags("x", null);
  const keys = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
  const none = new DataView(new ArrayBuffer(0));
  const written = {
    me: "ann",
    annotators: ["ann"],
    names: [],
    define: [],
    ever: 0,
    bits: none,
    stars: new DataView(new ArrayBuffer(2)),
    notes: [],
  };
  let held = new Map<string, Set<string>>();
  const past: Map<string, Set<string>>[] = [];
  let future: Map<string, Set<string>>[] = [];
  const copy = (map: Map<string, Set<string>>) => new Map([...map].map(([name, set]) => [name, new Set(set)]));
  let seed = 7;
  const random = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
  for (let step = 0; step < 400; step++) {
    const what = random(4);
    if (what === 2) {
      log.do({ action: "undo", value: "" }, []);
      const before = past.pop();
      if (before) {
        future.push(held);
        held = before;
      }
    } else if (what === 3) {
      log.do({ action: "redo", value: "" }, []);
      const after = future.pop();
      if (after) {
        past.push(held);
        held = after;
      }
    } else {
      const name = "xyz"[random(3)];
      const given = keys.filter(() => random(3) === 0);
      if (!given.length) continue;
      past.push(copy(held));
      future = [];
      const set = held.get(name) ?? new Set();
      for (const key of given) what === 0 ? set.add(key) : set.delete(key);
      held.set(name, set);
      log.do({ action: what === 0 ? "tag" : "untag", value: name }, given);
    }
    const { names, bits } = log.over(written, keys) as { names: string[]; bits: DataView };
    for (const name of "xyz") {
      const row = names.indexOf(name);
      const shown = keys.filter((_, i) => row >= 0 && (bits.getUint8(row * 2 * 2 + (i >> 3)) >> (i & 7)) & 1);
      expect(shown).toEqual(keys.filter((key) => held.get(name)?.has(key)));
    }
  }
});

it("continues under a name that is already in the page", () => {
  const log = new PageTags("x", null);
  const bits = new DataView(Uint8Array.of(0b11).buffer);
  const written = {
    me: "ann",
    annotators: ["ann"],
    names: ["old"],
    define: [{ color: 0, description: "", key: "" }],
    ever: 1,
    bits,
    stars: new DataView(new ArrayBuffer(1)),
    notes: [],
  };
  log.rename("ann");
  log.do({ action: "untag", value: "old" }, ["a"]);
  const over = log.over(written, ["a", "b"]) as { annotators: string[]; bits: DataView };
  expect(over.annotators).toEqual(["ann"]);
  expect(over.bits.getUint8(0)).toBe(0b10);
});

it("picks up a name set in another tab before anything was tagged", () => {
  const store = kept();
  const [one, two] = [new PageTags("x", store), new PageTags("x", store)];
  expect(one.named).toBe(false);
  one.rename("ann");
  two.sync();
  two.do({ action: "tag", value: "a" }, ["k"]);
  one.sync();
  expect([one.annotator, two.annotator, one.named]).toEqual(["ann", "ann", true]);
});

it("loses nothing when a page is open in two tabs", () => {
  const store = kept();
  const [one, two] = [new PageTags("x", store), new PageTags("x", store)];
  one.do({ action: "tag", value: "first" }, ["a"]);
  two.do({ action: "tag", value: "second" }, ["b", "c"]);
  one.do({ action: "tag", value: "third" }, ["a"]);
  const values = (log: PageTags) => [...log.file().matchAll(/"value":"(\w+)"/g)].map(([, value]) => value);
  expect(values(one)).toEqual(["first", "second", "second", "third"]);
  expect(values(new PageTags("x", store))).toEqual(["first", "second", "second", "third"]);
  // The name set in one of them counts, whatever the other has stored.
  one.rename("ann");
  two.do({ action: "tag", value: "fourth" }, ["a"]);
  expect(two.annotator).toBe("ann");
  expect(new Set([...two.file().matchAll(/"annotator":"(\w+)"/g)].map(([, who]) => who))).toEqual(new Set(["ann"]));
  expect(two.do({ action: "undo", value: "" }, [])).toContain("fourth");
  expect(one.do({ action: "undo", value: "" }, [])).toContain("third");
});

it("keeps the name under which tags were downloaded", () => {
  const store = kept();
  const log = new PageTags("x", store);
  log.do({ action: "tag", value: "first" }, ["a"]);
  log.rename("ann");
  expect(log.file()).toContain('"annotator":"ann"');
  expect(log.signed).toBe(false);
  const first = log.hand();
  // The same events under two names could not be merged.
  for (const one of [log, new PageTags("x", store)]) {
    expect(one.signed).toBe(true);
    one.rename("ben");
    expect(one.annotator).toBe("ann");
    expect(one.file()).toBe(first);
  }
});

it("shows the reader of another page no tags of this one", () => {
  const store = kept();
  const first = new PageTags("x", store);
  first.rename("ann");
  first.do({ action: "tag", value: "hers" }, ["a"]);
  new PageTags("y", store).rename("ben");
  expect(new PageTags("x", store).annotator).toBe("ann");
  expect(new PageTags("z", store).annotator).toBe("ben");
});

it("starts an empty log when the browser's copy cannot be read", () => {
  for (const broken of ["{", "5", "null", '[{"id":1}]']) {
    const store = kept();
    store.setItem("outlens:tags:x", broken);
    const log = new PageTags("x", store);
    log.do({ action: "tag", value: "new" }, ["a"]);
    expect(new PageTags("x", store).count).toBe(1);
  }
});
