// The keyboard commands. The list that `?` opens is generated from this table.
import { describe } from "../core/describe";
import type { Direction, Lens, MapControl } from "../core/lens";
import { focusTexts } from "../ui/focus";
import { plural } from "../ui/format";
import type { ReaderMode } from "../wire/types";

interface Press {
  lens: Lens;
  root: HTMLElement;
  /** The focused element. */
  target: HTMLElement;
}

/** Returns false if the key does nothing here; the browser then handles it. */
type Run = (press: Press) => boolean | void;

interface Command {
  /** The keys as the help shows them, separated by spaces. */
  shown: string;
  words: string;
  /** By `KeyboardEvent.key`, arrows with Shift as "Shift+ArrowUp"; absent if other code handles the key. */
  run?: Record<string, Run>;
  /** Ignore repeats of a held key: they would do and undo the command many times a second. */
  once?: boolean;
}

export const COMMANDS: Command[] = [
  {
    shown: "j k",
    words: "go to the next or previous output, group or point",
    run: { j: ({ lens }) => step(lens, 1), k: ({ lens }) => step(lens, -1) },
  },
  {
    shown: "x v",
    words: "select or deselect the output (points: select who makes the point); pin it beside others",
    run: {
      x: ({ lens }) => {
        const group = lens.settings.get("mode") === "points" ? lens.points.currentGroup.value : -1;
        if (group >= 0) lens.pointList.select(group, "make");
        else withCurrent(lens, (id) => lens.selection.pick(lens.listing.copies(id)));
      },
      v: ({ lens }) => withCurrent(lens, (id) => lens.reading.pin(id)),
    },
    once: true,
  },
  {
    shown: "n N",
    words: "go to its next or previous highlight, and describe it",
    run: { n: ({ lens }) => toMark(lens, 1), N: ({ lens }) => toMark(lens, -1) },
  },
  {
    shown: "m",
    words: "switch between cards, grid, interleaved and points",
    run: { m: ({ lens }) => nextMode(lens) },
    once: true,
  },
  {
    shown: "← → ↑ ↓",
    words: "on the map: go to the next point in that direction",
    run: arrows("", (map, direction) => map.walk(direction)),
  },
  {
    shown: "Shift+← → ↑ ↓",
    words: "on the map: move the map in that direction",
    run: arrows("Shift+", (map, direction) => map.pan(direction)),
  },
  {
    shown: "Enter Space",
    words: "on the map: select the point, or add and remove it",
    run: {
      Enter: (press) => onPoint(press, (id) => press.lens.selection.select([id], "replace")),
      " ": (press) => onPoint(press, (id) => press.lens.selection.pick([id])),
    },
  },
  { shown: "← → Enter", words: "on a card: to its buttons and back; Enter makes it the current output" },
  {
    shown: "l p",
    words: "dragging draws a lasso; dragging moves the map",
    run: {
      l: ({ lens }) => lens.settings.set({ tool: "lasso" }),
      p: ({ lens }) => lens.settings.set({ tool: "pan" }),
    },
  },
  {
    shown: "+ - 0",
    words: "zoom in, zoom out, show everything",
    run: {
      "+": zoom(1.4),
      "=": zoom(1.4),
      "-": zoom(1 / 1.4),
      "0": ({ lens }) => lens.map?.fit(),
    },
  },
  {
    // Some keyboard layouts have no brackets.
    shown: "[ ] , .",
    words: "make clusters coarser or finer; in the mode Points, the points",
    run: {
      "[": toLevel(-1),
      "]": toLevel(1),
      ",": toLevel(-1),
      ".": toLevel(1),
    },
  },
  { shown: "F2 z", words: "on a cluster or a point: rename it; on a cluster: zoom to it" },
  {
    shown: "/",
    words: "search; Enter selects the matches and goes to the texts, Escape leaves",
    run: { "/": ({ root }) => root.querySelector<HTMLInputElement>(".ol-search-input")?.focus() },
  },
  {
    shown: "a",
    words: "select all listed outputs",
    run: { a: ({ lens }) => lens.selection.select(lens.listing.ids.value, "replace") },
  },
  {
    shown: "t 1…9",
    words: "tag the current output or the selection; press again to remove the tag",
    run: {
      t: ({ lens }) => lens.tagging.type(lens.tagging.target.value),
      ...Object.fromEntries(Array.from({ length: 9 }, (_, k) => [String(k + 1), tag(k + 1)])),
    },
    once: true,
  },
  {
    shown: "s e",
    words: "star it; write a note on it",
    run: {
      s: ({ lens }) => lens.tagging.star(lens.tagging.target.value.ids),
      e: ({ lens }) => {
        if (lens.pointer.cursor.value >= 0) lens.tagging.write(lens.tagging.target.value);
        else lens.tagging.report("No current output for a note: click one, or press j");
      },
    },
    once: true,
  },
  { shown: "g", words: "go to the next output that you have not tagged", run: { g: ({ lens }) => toUntagged(lens) } },
  {
    shown: "u U",
    words: "undo or redo a tag, a correction of points or a deselection",
    run: { u: ({ lens }) => lens.undo.run("undo"), U: ({ lens }) => lens.undo.run("redo") },
  },
  { shown: "i", words: "invert the selection", run: { i: ({ lens }) => lens.selection.invert() }, once: true },
  { shown: "c", words: "clear the selection of all prompts", run: { c: ({ lens }) => lens.selection.clear() } },
  { shown: "?", words: "show these keys", run: { "?": ({ lens }) => void (lens.help.value = true) } },
  { shown: "Shift Alt", words: "with a lasso or a click: add to, or remove from, the selection" },
  { shown: "Ctrl", words: "with the wheel: zoom, even if the widget is not focused" },
];

const BY_KEY = new Map(
  COMMANDS.flatMap(({ run = {}, once = false }) => Object.entries(run).map(([key, does]) => [key, { does, once }])),
);

/** Runs the command of a key. Returns whether the key was handled. */
export function press(press: Press, event: KeyboardEvent): boolean {
  const shifted = event.shiftKey && event.key.startsWith("Arrow");
  const command = BY_KEY.get(shifted ? `Shift+${event.key}` : event.key);
  if (!command || press.lens.help.value) return false;
  if (event.repeat && command.once) return true;
  return command.does(press) !== false;
}

/** Escape closes the list of keys, leaves a field, or closes the drawer. */
export function leave({ lens, root, target }: Press, inField: boolean): void {
  if (lens.help.value) {
    lens.help.value = false;
    return;
  }
  if (!inField && lens.reading.drawer.value) {
    // Keep the focus in the widget when the focused drawer closes.
    if (target.closest(".ol-drawer")) focusTexts(root);
    lens.reading.close();
    return;
  }
  if (target.matches(".ol-search-input") && lens.settings.get("query")) lens.search.clear();
  focusTexts(root);
}

const MODES: ReaderMode[] = ["cards", "grid", "interleaved", "points"];

function nextMode(lens: Lens): void {
  const mode = MODES[(MODES.indexOf(lens.settings.get("mode")) + 1) % MODES.length];
  lens.settings.set({ mode });
  lens.announce.say(mode);
}

function withCurrent(lens: Lens, run: (id: number) => void): void {
  const id = lens.pointer.cursor.value;
  if (id >= 0) run(id);
}

function onPoint({ lens, target }: Press, run: (id: number) => void): boolean {
  const id = lens.pointer.cursor.value;
  if (!target.matches(".ol-map") || id < 0) return false;
  run(id);
  return true;
}

/** The commands of the arrow keys on the map. */
function arrows(before: string, run: (map: MapControl, direction: Direction) => void): Record<string, Run> {
  const keys = ["Left", "Right", "Up", "Down"].map((name): [string, Run] => [
    `${before}Arrow${name}`,
    ({ lens, target }) => {
      if (!target.matches(".ol-map")) return false;
      if (lens.map) run(lens.map, name.toLowerCase() as Direction);
    },
  ]);
  return Object.fromEntries(keys);
}

function tag(key: number): Run {
  return ({ lens }) => {
    const name = lens.tagKeys.all.value[key];
    if (name === undefined) return false;
    lens.tagging.toggle(name, lens.tagging.target.value.ids);
  };
}

function zoom(factor: number): Run {
  return ({ lens }) => lens.map?.zoom(factor);
}

function toLevel(by: number): Run {
  return ({ lens }) => {
    if (lens.settings.get("mode") === "points") {
      lens.points.setLevel(lens.points.level.value + by);
      lens.announce.say(plural(lens.pointList.groups.value.points.length, "point"));
      return;
    }
    const next = lens.clusters.tree.value.granularities[lens.clusters.level.value + by];
    if (next !== undefined) lens.clusters.setGranularity(next);
  };
}

function toUntagged(lens: Lens): void {
  const next = lens.listing.nextUntagged();
  if (next >= 0) lens.pointer.cursor.value = next;
  lens.announce.say(next < 0 ? "You have tagged all listed outputs" : describe(lens, next));
}

function step(lens: Lens, by: number): void {
  if (["interleaved", "points"].includes(lens.settings.get("mode"))) {
    lens.reading.walk?.(by);
    return;
  }
  const { ids } = lens.listing.cards.value;
  if (!ids.length) return;
  const cursor = lens.pointer.cursor.value;
  const at = cursor < 0 ? -1 : ids.indexOf(lens.listing.copies(cursor)[0]);
  const last = ids.length - 1;
  const to = ids[at < 0 ? (by > 0 ? 0 : last) : Math.min(last, Math.max(0, at + by))];
  lens.reading.asked.value = null;
  lens.pointer.cursor.value = to;
  lens.announce.say(describe(lens, to));
}

/** Goes to the next or previous highlight of the current output, and announces it. */
function toMark(lens: Lens, by: 1 | -1): void {
  const { reading, pointer, listing, marks } = lens;
  const asked = reading.asked.value;
  const id = asked?.id ?? (pointer.cursor.value >= 0 ? pointer.cursor.value : listing.cards.value.ids[0]);
  if (id === undefined || ["interleaved", "points"].includes(lens.settings.get("mode"))) return;
  const at = marks.next(id, asked?.id === id ? asked.at : by > 0 ? -1 : Number.POSITIVE_INFINITY, by);
  if (at < 0) {
    lens.announce.say(by > 0 ? "No highlight after this one" : "No highlight before this one");
    return;
  }
  pointer.cursor.value = id;
  lens.folds.unfoldAt(id, at);
  reading.open(id);
  reading.ask(id, at);
  reading.show(id, at);
  lens.announce.say(marks.lines(id, at).join(", "));
}
